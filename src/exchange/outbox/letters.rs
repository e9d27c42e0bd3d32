//! Letters from templates: the first line is the subject, `{name}` is filled. A template is text of
//! ours; every value is cleaned before it is put in.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;

use crate::domain::sanitize;
use crate::text::Texts;

/// Values by name.
pub type Values = BTreeMap<&'static str, String>;

/// A letter ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why there is no letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLetter {
    /// No template of that kind and language.
    Template,
    /// A placeholder that has no value.
    Value(String),
}

macro_rules! letters {
    ($($kind:literal),+ $(,)?) => {
        &[$((
            $kind,
            include_str!(concat!("../../../assets/letters/en/", $kind, ".txt")),
            include_str!(concat!("../../../assets/letters/nl/", $kind, ".txt")),
        )),+]
    };
}

/// Kind, English, Dutch. The kinds are those of `process::message` that people read.
static LETTERS: &[(&str, &str, &str)] = letters!(
    "request_proof",
    "signal_notice",
    "ask_more",
    "proof_rejected",
    "no_proof",
    "restart_required",
    "unblocked_party",
    "unblocked_source",
    "unblocked_customer",
    "closed_party",
    "closed_customer",
    "acm_notice",
    "supervisor_alert",
);

/// The template of a kind; every language but Dutch is served in English.
fn template(kind: &str, language: &str) -> Option<&'static str> {
    let (_, english, dutch) = LETTERS.iter().find(|(name, ..)| *name == kind)?;
    Some(if language == "nl" { dutch } else { english })
}

/// Fills the template of a kind.
pub fn render(kind: &str, language: &str, values: &Values) -> Result<Letter, NoLetter> {
    let template = template(kind, language).ok_or(NoLetter::Template)?;
    let (subject, body) = template.split_once('\n').ok_or(NoLetter::Template)?;
    Ok(Letter {
        subject: sanitize::clean(&fill(subject, values)?).into_owned(),
        body: fill(body, values)?,
    })
}

fn fill(template: &str, values: &Values) -> Result<String, NoLetter> {
    let mut filled = String::with_capacity(template.len() + 200);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(NoLetter::Template)?;
        let value = values
            .get(name)
            .ok_or_else(|| NoLetter::Value(name.to_owned()))?;
        filled.push_str(before);
        filled.push_str(&sanitize::clean_multiline(value));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// An instant as people of that zone write it, to the second when it is not a full minute: a term
/// of 72 hours ends at its second.
pub fn local(at: DateTime<Utc>, zone: Tz, texts: &Texts) -> String {
    let at = at.with_timezone(&zone);
    let clock = if at.timestamp() % 60 == 0 {
        "%H:%M"
    } else {
        "%H:%M:%S"
    };
    let weekday = format!("letter.weekday.{}", at.weekday().number_from_monday());
    let month = format!("letter.month.{}", at.month());
    let values = [
        ("weekday", texts.get(&weekday)),
        ("day", &at.day().to_string()),
        ("month", texts.get(&month)),
        ("year", &at.year().to_string()),
        ("time", &at.format(clock).to_string()),
        ("zone", &at.format("%Z").to_string()),
    ];
    texts.fill("letter.at", &values)
}
