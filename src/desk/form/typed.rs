//! What was typed into a form, to be read where the form is not open: with the names of its fields
//! and the words of what was chosen.

use chrono::{DateTime, Utc};

use super::build;
use crate::desk::preview;
use crate::desk::route::Subject;
use crate::desk::world::World;

/// Name and answer of each field that was answered. A choice that needs the case to be named (a
/// contact of its party) is left out until the case was read.
pub fn said(
    world: &World,
    subject: Option<&Subject>,
    answers: &[(String, String)],
    now: DateTime<Utc>,
) -> Vec<(String, String)> {
    let mut entries = subject.map_or_else(Vec::new, |subject| build::entries(world, subject, now));
    let typed = answers.iter().filter(|(_, raw)| !raw.trim().is_empty());
    let of = |(key, raw): &(String, String)| match entries.iter_mut().find(|it| it.key == *key) {
        Some(entry) => {
            let is_known = entry.accept(raw);
            is_known.then(|| (entry.label.clone(), entry.said().to_owned()))
        }
        None if key == "contact" => None,
        None => Some((label(world, key), chosen(world, key, raw))),
    };
    typed.filter_map(of).collect()
}

/// The name of a field, of whatever form.
fn label(world: &World, key: &str) -> String {
    let known = ["field", "form"].map(|area| format!("{area}.{key}"));
    let label = known.iter().find_map(|key| world.texts.find(key));
    label.unwrap_or(key).to_owned()
}

/// The words of a choice; anything else as it was typed.
fn chosen(world: &World, key: &str, raw: &str) -> String {
    let mut of = [key, "yes_no"].into_iter();
    let said = of.find_map(|of| preview::word(world, of, raw));
    said.unwrap_or_else(|| raw.to_owned())
}
