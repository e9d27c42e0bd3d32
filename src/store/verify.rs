//! Verification: the hash chains are recomputed in the database, all events are replayed through the
//! engine here, and what comes out is compared with the stored cases. Each difference is named.

mod beside;
mod caches;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::rows::WorkState;
use super::{Store, StoreError, ask, read};
use crate::domain::calendar::Calendars;
use crate::domain::clock::ClockRun;
use crate::process::engine::{CaseFacts, Facts};
use crate::process::replay::{ReplayEvent, Step, replay_steps};

/// Cases that are read in one call.
const BATCH: i32 = 200;
/// An event is written in the moment of its change, give or take the way to the database.
const AT_TOLERANCE_MS: i64 = 130_000;

/// One thing that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Case number.
    pub case_no: String,
    /// What: one sentence.
    pub what: String,
}

/// Result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verification {
    /// How many cases were looked at.
    pub cases: u64,
    /// How many events.
    pub events: u64,
    /// All differences.
    pub differences: Vec<Difference>,
}

#[derive(Debug, Deserialize)]
struct StoredCase {
    stored: CaseFacts,
    work: WorkState,
    sort_at: DateTime<Utc>,
    promise_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    chain: Option<String>,
    /// Hash by number; `changed` when the body does not have it.
    texts: BTreeMap<Uuid, String>,
    documents: BTreeMap<Uuid, String>,
    lease: bool,
    /// Events of which messages wait or have left.
    messages: BTreeSet<i32>,
    columns: BTreeMap<String, Option<String>>,
    reference: Option<String>,
    closed: bool,
    unique_ok: bool,
    slot: Option<beside::StoredHold>,
    events: Option<Vec<StoredEvent>>,
}

#[derive(Debug, Deserialize)]
struct StoredEvent {
    seq: i32,
    at: DateTime<Utc>,
    kind: String,
    body: Json,
}

impl Store {
    /// Verifies every case. `progress` is told the number of cases done so far.
    pub async fn verify(
        &self,
        calendars: &Calendars,
        progress: impl Fn(u64) + Send,
    ) -> Result<Verification, StoreError> {
        let mut result = Verification::default();
        let mut after = 0_i64;
        loop {
            let answer = ask(sqlx::query_scalar!(
                r#"SELECT loket_api.verify_batch($1, $2)::text AS "r!""#,
                after,
                BATCH
            )
            .fetch_one(&self.pool))
            .await?;
            let batch: Vec<Json> = read(answer)?;
            let Some(last) = batch.last() else { break };
            after = last["case_id"].as_i64().unwrap_or(i64::MAX);
            for case in batch {
                result.look_at(case, calendars);
            }
            progress(result.cases);
        }
        result.orphans(self.orphans().await?);
        result.differences.extend(self.beside().await?);
        Ok(result)
    }

    async fn orphans(&self) -> Result<i64, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.verify_orphans() AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await
    }
}

impl Verification {
    fn look_at(&mut self, case: Json, calendars: &Calendars) {
        self.cases += 1;
        self.events += case["events"]
            .as_array()
            .map_or(0, |events| events.len() as u64);
        let case_no = case["case_no"].as_str().unwrap_or_default().to_owned();
        let found = match serde_json::from_value::<StoredCase>(case) {
            Ok(case) => differences(&case, calendars),
            Err(error) => vec![format!("what is stored cannot be read: {error}")],
        };
        let found = found.into_iter();
        self.differences.extend(found.map(|what| Difference {
            case_no: case_no.clone(),
            what,
        }));
    }

    fn orphans(&mut self, count: i64) {
        if count > 0 {
            let what = format!("{count} cases are gone, their events are there");
            self.differences.push(Difference {
                case_no: String::new(),
                what,
            });
        }
    }
}

fn differences(case: &StoredCase, calendars: &Calendars) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(case.chain.iter().map(|what| format!("hash chain: {what}")));
    let mut events = Vec::new();
    for event in case.events.iter().flatten() {
        match event.as_step() {
            Ok(step) => events.extend(step),
            Err(error) => found.push(format!("event {} cannot be read: {error}", event.seq)),
        }
    }
    match replay_steps(&events, calendars, case.stored.form) {
        Ok(computed) => found.extend(compare(case, &computed)),
        Err(difference) => found.push(difference.to_string()),
    }
    found.extend(caches::compare_work(case));
    found.extend(compare_columns(case));
    found.extend(compare_kept(case));
    found.extend(compare_taken_back(case));
    found.extend(beside::compare_slot(case));
    found
}

impl StoredEvent {
    /// The event as replay knows it; `None` for claims, hand-overs and the like.
    fn as_step(&self) -> Result<Option<Step>, serde_json::Error> {
        if let Some(seq) = self.takes_back() {
            return Ok(Some(Step::TakenBack(seq)));
        }
        let change = self.as_change()?;
        Ok(change.map(|change| Step::Change(self.seq, change)))
    }

    /// The event that it takes back.
    fn takes_back(&self) -> Option<i32> {
        let seq = self.body["seq"].as_i64().unwrap_or(-1);
        (self.kind == "taken_back").then(|| i32::try_from(seq).unwrap_or(-1))
    }

    fn as_change(&self) -> Result<Option<ReplayEvent>, serde_json::Error> {
        let Some(change) = self.body.get("change") else {
            return Ok(None);
        };
        let answers: Facts = serde_json::from_value(change["answers"].clone())?;
        let action = if self.kind == "opened" {
            "open"
        } else {
            &self.kind
        };
        let at: DateTime<Utc> = serde_json::from_value(change["at"].clone())?;
        if (at - self.at).num_milliseconds().abs() > AT_TOLERANCE_MS {
            return Err(serde::de::Error::custom(
                "its instant is not that of the change",
            ));
        }
        Ok(Some(ReplayEvent {
            action: action.to_owned(),
            at,
            answers,
            change: change.clone(),
        }))
    }

    /// Texts and documents that the event speaks of: number and hash.
    fn kept(&self) -> Vec<(Uuid, String)> {
        let pair = |number: &Json, hash: &Json| {
            Some((number.as_str()?.parse().ok()?, hash.as_str()?.to_owned()))
        };
        let texts = self.body["change"]["texts"]
            .as_array()
            .into_iter()
            .flatten();
        let texts = texts.filter_map(|text| pair(&text["id"], &text["sha256"]));
        let line = pair(&self.body["line"]["text"], &self.body["line"]["sha256"]);
        let document = pair(&self.body["document"], &self.body["sha256"]);
        texts.chain(line).chain(document).collect()
    }
}

/// Nothing of what was taken back waits or has left.
fn compare_taken_back(case: &StoredCase) -> Vec<String> {
    let events = case.events.iter().flatten();
    let taken = events.filter_map(StoredEvent::takes_back);
    let left = taken.filter(|seq| case.messages.contains(seq));
    left.map(|seq| format!("event {seq} was taken back, its messages were not"))
        .collect()
}

/// What is copied out of the facts into columns, for lists and letters.
fn compare_columns(case: &StoredCase) -> Vec<String> {
    let mut found = Vec::new();
    for (column, stored) in &case.columns {
        let fact = case
            .stored
            .facts
            .get(column)
            .and_then(|fact| fact.as_code());
        if fact != stored.as_deref() {
            found.push(format!(
                "column {column}: stored {stored:?}, the facts say {fact:?}"
            ));
        }
    }
    let opened = case
        .events
        .iter()
        .flatten()
        .find(|event| event.kind == "opened");
    let reference = opened.and_then(|event| event.body["reference"].as_str());
    if reference != case.reference.as_deref() {
        found.push(format!(
            "reference: stored {:?}, opened with {reference:?}",
            case.reference
        ));
    }
    if !case.unique_ok {
        found.push("the key of the subject is not what the facts say".to_owned());
    }
    if case.closed != (case.work == WorkState::Closed) {
        found.push("the instant of closing does not fit the state".to_owned());
    }
    found
}

/// Texts and documents are there with the hash that the events have; only their bodies may go.
fn compare_kept(case: &StoredCase) -> Vec<String> {
    let spoken: BTreeMap<Uuid, String> = case
        .events
        .iter()
        .flatten()
        .flat_map(StoredEvent::kept)
        .collect();
    let rows = || case.texts.iter().chain(&case.documents);
    let mut found = Vec::new();
    for (number, hash) in &spoken {
        match rows().find(|(row, _)| *row == number) {
            None => found.push(format!("text or document {number} is missing")),
            Some((_, stored)) if stored != hash => {
                found.push(format!("text or document {number} was changed"));
            }
            Some(_) => {}
        }
    }
    let unspoken = rows().filter(|(number, _)| !spoken.contains_key(number));
    found.extend(unspoken.map(|(number, _)| format!("no event speaks of text {number}")));
    found
}

fn compare(case: &StoredCase, computed: &CaseFacts) -> Vec<String> {
    let mut found = Vec::new();
    let stored = &case.stored;
    if stored.state != computed.state {
        found.push(format!(
            "state: stored {}, computed {}",
            stored.state, computed.state
        ));
    }
    if stored.received_at != computed.received_at {
        found.push(format!(
            "received_at: stored {}, computed {}",
            stored.received_at, computed.received_at
        ));
    }
    for key in stored
        .facts
        .keys()
        .chain(computed.facts.keys())
        .collect::<BTreeSet<_>>()
    {
        let (left, right) = (stored.facts.get(key), computed.facts.get(key));
        if left != right {
            found.push(format!("fact {key}: stored {left:?}, computed {right:?}"));
        }
    }
    found.extend(compare_clocks(&stored.clocks, &computed.clocks));
    found
}

fn compare_clocks(stored: &[ClockRun], computed: &[ClockRun]) -> Vec<String> {
    let by_key = |clocks: &[ClockRun]| -> BTreeMap<(String, i32), ClockRun> {
        clocks
            .iter()
            .map(|clock| ((clock.key.clone(), clock.run), clock.clone()))
            .collect()
    };
    let (stored, computed) = (by_key(stored), by_key(computed));
    let keys: BTreeSet<_> = stored.keys().chain(computed.keys()).collect();
    keys.into_iter()
        .filter(|key| stored.get(key) != computed.get(key))
        .map(|(key, run)| {
            let place = (key.clone(), *run);
            let field = match (stored.get(&place), computed.get(&place)) {
                (Some(left), Some(right)) => first_difference(left, right),
                (Some(_), None) => "stored, not computed".to_owned(),
                _ => "computed, not stored".to_owned(),
            };
            format!("clock {key} run {run}: {field}")
        })
        .collect()
}

fn first_difference(stored: &ClockRun, computed: &ClockRun) -> String {
    let as_map = |clock: &ClockRun| match serde_json::to_value(clock) {
        Ok(Json::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let (left, right) = (as_map(stored), as_map(computed));
    left.iter()
        .find(|(key, value)| right.get(*key) != Some(value))
        .map_or_else(String::new, |(key, value)| {
            let other = right.get(key).unwrap_or(&Json::Null);
            format!("{key}: stored {value}, computed {other}")
        })
}
