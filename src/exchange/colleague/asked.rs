//! What a simulated colleague answers, and with which number.

use crate::process::{Field, Required};

/// Whether it answers the field, after what it said so far.
pub(super) fn is_asked(field: &Field, given: &[(&'static str, String)]) -> bool {
    let said = |other: &str, words: &[&str]| {
        let mut given = given.iter();
        given.any(|(key, value)| *key == other && words.contains(&value.as_str()))
    };
    match field.required {
        Required::Always | Required::If("on_behalf", "yes") => true,
        Required::If(other, word) => said(other, &[word]),
        Required::IfAny(other, words) => said(other, words),
        Required::No | Required::IfEmpty(..) => false,
    }
}

/// A number that the form takes: its least, or one.
pub(super) fn least_of(field: &Field) -> String {
    let least = field.part.and_then(|part| part.min.clone());
    least.unwrap_or_else(|| "1".to_owned())
}
