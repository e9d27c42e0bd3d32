//! Replay: the stored events of a case once more through the engine. What comes out must be what
//! is stored; the first difference is named (decision 6: `verify` finds whatever got past).
//!
//! Texts may have been erased since: answers hold their numbers and hashes, bodies are not compared.
//! Deadlines are counted with the version of the calendar that the event names.
//!
//! This module must not know: where events are stored, how chains are hashed.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::engine::{CaseFacts, Change, Decision, Facts, Refusal, after, born};
use super::engine::{decide, decide_opening};
use super::find;
use super::form::CaseForm;
use crate::domain::calendar::{Calendar, Calendars};
use crate::domain::country::Country;

/// A stored event of a case: one that came from a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplayEvent {
    /// Key of the action; `open` for the opening, which comes first.
    pub action: String,
    /// Its legal instant.
    pub at: DateTime<Utc>,
    /// The answers.
    pub answers: Facts,
    /// The change as stored, with or without `texts`.
    pub change: Json,
}

/// A step of a case's history.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A change, by its number in the chain.
    Change(i32, ReplayEvent),
    /// The change of that number was taken back.
    TakenBack(i32),
}

/// Where replay and store disagree.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("event {place} ({action}): {what}")]
pub struct ReplayDifference {
    /// Place of the event, from 1.
    pub place: usize,
    /// Its action.
    pub action: String,
    /// What is different.
    pub what: Box<Difference>,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Difference {
    /// A value of the change.
    #[error("{path}: stored {stored}, computed {computed}")]
    Value {
        /// Path in the JSON of the change, e.g. `clocks.0.due_at`.
        path: String,
        /// As stored.
        stored: Json,
        /// As computed.
        computed: Json,
    },
    /// The engine refuses what was stored.
    #[error("the engine refuses it: {0}")]
    Refused(Refusal),
    /// The first event is no opening, or a later one is.
    #[error("the opening must be the first event, and only the first")]
    NoOpening,
    /// What is said to be taken back is not the last change that did anything.
    #[error("it takes back event {0}, which is not the last change")]
    NotTheLast(i32),
    /// The stored change names a process that there is not.
    #[error("unknown process {0}")]
    UnknownProcess(String),
    /// The stored change names no instant of receipt.
    #[error("no instant of receipt")]
    NoReceipt,
    /// The computed change cannot be written as JSON.
    #[error("not to be written as JSON: {0}")]
    Json(String),
}

/// The case after all events; the first difference otherwise.
pub fn replay(
    events: &[ReplayEvent],
    calendars: &Calendars,
) -> Result<CaseFacts, ReplayDifference> {
    let steps = (1..)
        .zip(events)
        .map(|(seq, event)| Step::Change(seq, event.clone()));
    replay_steps(&steps.collect::<Vec<_>>(), calendars, None)
}

/// The case after all steps; the first difference otherwise. `form` is that of the case: what was
/// filled in is judged by it.
pub fn replay_steps(
    steps: &[Step],
    calendars: &Calendars,
    form: Option<CaseForm>,
) -> Result<CaseFacts, ReplayDifference> {
    let mut history = History {
        form,
        ..History::default()
    };
    for (index, step) in steps.iter().enumerate() {
        let (taken, action) = match step {
            Step::Change(seq, event) => (history.change(*seq, event, calendars), &*event.action),
            Step::TakenBack(seq) => (history.take_back(*seq), "taken_back"),
        };
        taken.map_err(|what| ReplayDifference {
            place: index + 1,
            action: action.to_owned(),
            what: Box::new(what),
        })?;
    }
    history.case.ok_or_else(|| ReplayDifference {
        place: 0,
        action: String::new(),
        what: Box::new(Difference::NoOpening),
    })
}

/// A case on its way, and what it was before the last change that did anything.
#[derive(Default)]
struct History {
    form: Option<CaseForm>,
    case: Option<CaseFacts>,
    before: Option<(i32, CaseFacts)>,
}

impl History {
    fn change(
        &mut self,
        seq: i32,
        event: &ReplayEvent,
        calendars: &Calendars,
    ) -> Result<(), Difference> {
        let before = self.case.take();
        let mut next = again(before.clone(), event, calendars)?;
        next.form = self.form;
        // a note builds on nothing: what came before it can still be taken back
        if !is_note(event) {
            self.before = before.map(|before| (seq, before));
        }
        self.case = Some(next);
        Ok(())
    }

    fn take_back(&mut self, seq: i32) -> Result<(), Difference> {
        match self.before.take() {
            Some((last, before)) if last == seq => {
                self.case = Some(before);
                Ok(())
            }
            _ => Err(Difference::NotTheLast(seq)),
        }
    }
}

/// Whether a change only writes something down. As `is_note` of the database.
fn is_note(event: &ReplayEvent) -> bool {
    let change = &event.change;
    let is_empty = |key: &str| match &change[key] {
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        other => other.is_null(),
    };
    ["facts", "clears", "clocks", "messages", "destroy", "opens"]
        .into_iter()
        .all(is_empty)
        && change["from"] == change["to"]
}

fn again(
    case: Option<CaseFacts>,
    event: &ReplayEvent,
    calendars: &Calendars,
) -> Result<CaseFacts, Difference> {
    let change = match (&case, event.action == "open") {
        (None, true) => reopen_from(event, calendars)?,
        (Some(case), false) => {
            let decision = || decision(event, country(&case.process), calendars);
            decide(case, &event.action, decision).map_err(Difference::Refused)?
        }
        _ => return Err(Difference::NoOpening),
    };
    compare(event, &change)?;
    Ok(match case {
        Some(case) => after(&case, &change),
        None => born(&change),
    })
}

fn reopen_from(event: &ReplayEvent, calendars: &Calendars) -> Result<Change, Difference> {
    let key = event.change["process"].as_str().unwrap_or_default();
    let process = find(key).ok_or_else(|| Difference::UnknownProcess(key.to_owned()))?;
    let received = event.change["received_at"]
        .as_str()
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
        .ok_or(Difference::NoReceipt)?;
    let decision = decision(event, process.country, calendars);
    decide_opening(process, received.with_timezone(&Utc), decision).map_err(Difference::Refused)
}

fn country(process: &str) -> Country {
    find(process).map_or(Country::Nl, |process| process.country)
}

fn decision<'a>(event: &ReplayEvent, country: Country, calendars: &'a Calendars) -> Decision<'a> {
    Decision {
        values: event.answers.clone(),
        emptied: emptied(&event.change),
        texts: Vec::new(),
        calendar: pinned(&event.change, country, calendars),
        now: event.at,
        command: Uuid::nil(),
    }
}

/// The fields that were answered with nothing: said like the answers, not computed.
fn emptied(change: &Json) -> BTreeSet<String> {
    let keys = change["emptied"].as_array().into_iter().flatten();
    keys.filter_map(|key| key.as_str().map(str::to_owned))
        .collect()
}

/// The calendar that the event was counted with: a later version changes nothing that happened.
fn pinned<'a>(change: &Json, country: Country, calendars: &'a Calendars) -> &'a Calendar {
    let own = change["clocks"].as_array().into_iter().flatten();
    let linked = change["opens"]["clocks"].as_array().into_iter().flatten();
    own.chain(linked)
        .find_map(|op| op["calendar_version"].as_i64())
        .and_then(|version| i32::try_from(version).ok())
        .and_then(|version| calendars.version(country, version))
        .unwrap_or_else(|| calendars.get(country))
}

fn compare(event: &ReplayEvent, computed: &Change) -> Result<(), Difference> {
    let computed = serde_json::to_value(computed);
    let mut computed = computed.map_err(|error| Difference::Json(error.to_string()))?;
    let mut stored = event.change.clone();
    for change in [&mut stored, &mut computed] {
        without_texts(change);
    }
    differ("", &stored, &computed)
}

fn without_texts(change: &mut Json) {
    if let Some(object) = change.as_object_mut() {
        object.remove("texts");
        if let Some(opens) = object.get_mut("opens") {
            without_texts(opens);
        }
    }
}

fn differ(path: &str, stored: &Json, computed: &Json) -> Result<(), Difference> {
    match (stored, computed) {
        (Json::Object(left), Json::Object(right)) => {
            let keys = left
                .keys()
                .chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                differ(&below(path, key), &stored[key], &computed[key])?;
            }
            Ok(())
        }
        (Json::Array(left), Json::Array(right)) => {
            for place in 0..left.len().max(right.len()) {
                let pick = |list: &[Json]| list.get(place).cloned().unwrap_or_default();
                differ(&below(path, &place.to_string()), &pick(left), &pick(right))?;
            }
            Ok(())
        }
        _ if is_same(stored, computed) => Ok(()),
        _ => Err(Difference::Value {
            path: path.to_owned(),
            stored: stored.clone(),
            computed: computed.clone(),
        }),
    }
}

/// Equal, or the same instant written differently (a database may write `+00:00` for `Z`).
fn is_same(stored: &Json, computed: &Json) -> bool {
    let instant = |value: &Json| {
        value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
    };
    stored == computed || instant(stored).is_some_and(|left| Some(left) == instant(computed))
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
