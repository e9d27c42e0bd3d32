//! Verification: the hash chains are recomputed in the database, all events are replayed through the
//! engine here, and what comes out is compared with the stored cases. Each difference is named.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::rows::WorkState;
use super::{Store, StoreError, ask, read};
use crate::domain::calendar::Calendars;
use crate::domain::clock::ClockRun;
use crate::process::engine::{CaseFacts, Facts};
use crate::process::replay::{ReplayEvent, replay};
use crate::process::{self, Work};

/// Cases that are read in one call.
const BATCH: i32 = 200;
/// What the database writes as `sort_at` when no clock runs.
const NO_CLOCK: &str = "9999-12-31T00:00:00Z";

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
    case_id: i64,
    case_no: String,
    stored: CaseFacts,
    work: WorkState,
    sort_at: DateTime<Utc>,
    chain: Option<String>,
    texts: Vec<Uuid>,
    documents: Vec<Uuid>,
    lease: bool,
    events: Option<Vec<StoredEvent>>,
}

#[derive(Debug, Deserialize)]
struct StoredEvent {
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
                r#"SELECT loket_api.verify_batch($1, $2) AS "r!""#,
                after,
                BATCH
            )
            .fetch_one(&self.pool))
            .await?;
            let batch: Vec<StoredCase> = read(answer)?;
            let Some(last) = batch.last() else {
                return Ok(result);
            };
            after = last.case_id;
            for case in &batch {
                result.cases += 1;
                result.events += case.events.as_ref().map_or(0, |events| events.len() as u64);
                let found = differences(case, calendars).into_iter();
                let case_no = &case.case_no;
                result.differences.extend(found.map(|what| Difference {
                    case_no: case_no.clone(),
                    what,
                }));
            }
            progress(result.cases);
        }
    }
}

fn differences(case: &StoredCase, calendars: &Calendars) -> Vec<String> {
    let mut found: Vec<String> = case
        .chain
        .iter()
        .map(|what| format!("hash chain: {what}"))
        .collect();
    found.extend(
        case.texts
            .iter()
            .map(|text| format!("text {text} was changed")),
    );
    found.extend(
        case.documents
            .iter()
            .map(|document| format!("document {document} was changed")),
    );
    let events: Vec<ReplayEvent> = case
        .events
        .iter()
        .flatten()
        .filter_map(StoredEvent::as_change)
        .collect();
    match replay(&events, calendars) {
        Ok(computed) => found.extend(compare(case, &computed)),
        Err(difference) => found.push(difference.to_string()),
    }
    found.extend(compare_work(case));
    found
}

impl StoredEvent {
    /// The event as the engine knows it; `None` for claims, hand-overs and the like.
    fn as_change(&self) -> Option<ReplayEvent> {
        let change = self.body.get("change")?;
        let answers: Facts = serde_json::from_value(change.get("answers")?.clone()).ok()?;
        let action = if self.kind == "opened" {
            "open"
        } else {
            &self.kind
        };
        let at = change.get("at").and_then(Json::as_str);
        let at = at.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        Some(ReplayEvent {
            action: action.to_owned(),
            at: at.map_or(self.at, |at| at.with_timezone(&Utc)),
            answers,
            change: change.clone(),
        })
    }
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
        .collect::<std::collections::BTreeSet<_>>()
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
    let keys: std::collections::BTreeSet<_> = stored.keys().chain(computed.keys()).collect();
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

/// The work state and the sort key are caches: they must follow from state, lease and clocks.
fn compare_work(case: &StoredCase) -> Vec<String> {
    let mut found = Vec::new();
    let state = process::find(&case.stored.process).and_then(|it| it.state(&case.stored.state));
    let expected = match state.map(|state| state.work) {
        _ if case.lease => Some(WorkState::Held),
        Some(Work::Open) => Some(WorkState::Open),
        Some(Work::Waiting) => Some(WorkState::Waiting),
        Some(Work::Closed) => Some(WorkState::Closed),
        None => None,
    };
    if expected != Some(case.work) {
        found.push(format!(
            "work state: stored {:?}, expected {expected:?}",
            case.work
        ));
    }
    let running = case.stored.clocks.iter().filter(|clock| clock.is_running());
    let nearest = running.min_by_key(|clock| (!clock.whose.is_of_people(), clock.due_at));
    let nearest = nearest.map(|clock| clock.due_at);
    let expected = nearest.or_else(|| NO_CLOCK.parse().ok());
    if expected != Some(case.sort_at) {
        found.push(format!(
            "sort_at: stored {}, expected {expected:?}",
            case.sort_at
        ));
    }
    found
}
