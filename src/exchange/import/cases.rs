//! Cases as one JSON object a line: what names the process, when it was received, what the sender
//! calls it, and the fields of the process's opening.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde_json::{Map, Value as Json};

use super::refused::Refused;
use super::shape;
use crate::domain::sanitize;
use crate::process::engine::{Answer, Answers};
use crate::process::field::{Asked, Field, FieldKind, Value};
use crate::process::notification::{LISTED, NOTIFICATION};
use crate::process::{self, Process};

/// Clocks of senders may run ahead of ours by so much.
const AHEAD_MINUTES: i64 = 5;
/// Nothing that is still open was received before.
const OLDEST_YEAR: i32 = 1990;
/// Longest reference, in characters.
const REFERENCE_LIMIT: usize = 64;

/// A line that can become a case.
#[derive(Debug)]
pub struct CaseLine {
    /// Its process.
    pub process: &'static Process,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// What the sender calls it; the same reference twice is one case.
    pub reference: String,
    /// Answers to the fields of the opening.
    pub answers: Answers,
    /// Values that cannot be, of a request that an agent takes over or a notification that its
    /// installer mends: it stands at an earlier step.
    pub left_out: Vec<Refused>,
    /// What is said to a form that is data: key and text, e.g. `installation.kind`.
    pub form: Vec<(String, String)>,
}

/// A refused line with what it calls itself, where that could be read.
pub type RefusedCase = (Refused, Option<String>);

/// Reads one line at the legal instant `now`.
pub fn parse(text: &str, now: DateTime<Utc>) -> Result<CaseLine, RefusedCase> {
    let line: Map<String, Json> = serde_json::from_str(text).map_err(|error| {
        let place = error.column().to_string();
        (Refused::new("json").with("column", &place), None)
    })?;
    let reference = line
        .get("reference")
        .and_then(word)
        .filter(|word| !word.is_empty());
    case(&line, reference.clone(), now).map_err(|refused| (refused, reference))
}

fn case(
    line: &Map<String, Json>,
    reference: Option<String>,
    now: DateTime<Utc>,
) -> Result<CaseLine, Refused> {
    let process = process_of(line)?;
    let reference = reference.ok_or_else(|| Refused::new("reference"))?;
    if reference.chars().count() > REFERENCE_LIMIT {
        return Err(Refused::new("too_wide")
            .with("column", "reference")
            .with("value", &reference));
    }
    let received_at = received(line, now)?;
    let (answers, left_out) = answers(process, line)?;
    Ok(CaseLine {
        process,
        received_at,
        reference,
        answers,
        left_out,
        form: form(process, line),
    })
}

fn process_of(line: &Map<String, Json>) -> Result<&'static Process, Refused> {
    let key = line.get("process").and_then(word).unwrap_or_default();
    process::find(&key).ok_or_else(|| match key.as_str() {
        "" => Refused::new("empty").with("column", "process"),
        key => Refused::new("process").with("process", key),
    })
}

fn received(line: &Map<String, Json>, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refused> {
    let at = instant(line.get("received_at"), "received_at")?;
    if at > now + TimeDelta::minutes(AHEAD_MINUTES) {
        return Err(Refused::new("future").with("value", &at.to_rfc3339()));
    }
    if at.year() < OLDEST_YEAR {
        return Err(Refused::new("instant")
            .with("column", "received_at")
            .with("value", &at.to_rfc3339()));
    }
    Ok(at.min(now))
}

/// An instant with its offset: without one nobody knows which hour of the autumn night is meant.
fn instant(value: Option<&Json>, column: &str) -> Result<DateTime<Utc>, Refused> {
    let text = value.and_then(word).unwrap_or_default();
    match DateTime::parse_from_rfc3339(&text) {
        Ok(at) => Ok(at.to_utc()),
        Err(_) if text.is_empty() => Err(Refused::new("empty").with("column", column)),
        Err(_) => Err(Refused::new("instant")
            .with("column", column)
            .with("value", &text)),
    }
}

fn answers(
    process: &'static Process,
    line: &Map<String, Json>,
) -> Result<(Answers, Vec<Refused>), Refused> {
    let mut answers = Answers::new();
    let mut left_out = Vec::new();
    for field in process.opening.fields {
        let given = shape::said(line, process.key, field.key);
        let raw = match (field.kind, &given) {
            (FieldKind::Note, Some(Json::String(text))) => {
                sanitize::clean_multiline(text).trim().to_owned()
            }
            _ => given.as_ref().and_then(word).unwrap_or_default(),
        };
        if raw.is_empty() {
            continue;
        }
        match answer(process, field, &raw) {
            Ok(answer) => {
                answers.insert(field.key.to_owned(), answer);
            }
            Err(refused) if costs_itself(process, field) => left_out.push(refused),
            Err(refused) => return Err(refused),
        }
    }
    Ok((answers, left_out))
}

/// Whether a wrong value costs itself and not the line: somebody will fill it in. Whose line it is must
/// be right.
fn costs_itself(process: &Process, field: &Field) -> bool {
    let is_whose = field.kind == FieldKind::Party;
    field.asked == Asked::Derived && !is_whose && shape::is_taken_over(process.key)
}

/// The object that is called like the form of the process.
fn form(process: &Process, line: &Map<String, Json>) -> Vec<(String, String)> {
    let named = process.lines().find_map(|action| action.form);
    let Some((name, Json::Object(given))) = named.and_then(|name| Some((name, line.get(name)?)))
    else {
        return Vec::new();
    };
    let said = given.iter().filter_map(|(key, value)| {
        let key = format!("{name}.{}", super::clean(key));
        Some((key, word(value).filter(|word| !word.is_empty())?))
    });
    said.collect()
}

fn answer(process: &Process, field: &Field, raw: &str) -> Result<Answer, Refused> {
    if field.kind == FieldKind::Instant {
        let at = instant(Some(&Json::from(raw)), field.key)?;
        return Ok(Answer::Value(Value::instant(at)));
    }
    // a name of a list, whose key is looked up where the lists are
    if process.key == NOTIFICATION.key && LISTED.contains(&field.key) {
        return Ok(Answer::Free(raw.to_owned()));
    }
    Ok(field.parse(raw, process.country)?)
}

/// A scalar as the text a person would have typed, cleaned.
fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(super::clean(text)),
        Json::Bool(true) => Some("yes".to_owned()),
        Json::Bool(false) => Some("no".to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
