//! Clocks that stand still while somebody else must act. A pause ends the run, its end starts the
//! next one from the same beginning; the times between stand in one fact of the case, so that replay
//! and a recount come to the same due instant.

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::{Refusal, effects};
use crate::domain::clock::ClockRun;
use crate::domain::deadline::Pause;
use crate::process::field::Value;

/// The fact that lists beginnings and ends of pauses, in turns. A process pauses one clock.
pub const PAUSES: &str = "pauses";
/// Most pauses that are told apart: a list of an event holds 50 values. After them the clock runs on.
const MOST: usize = 25;

/// Nothing when the clock does not run.
pub(super) fn pause(draft: &mut Draft<'_>, key: &str) {
    let instants = instants(draft);
    if draft.running(key).is_none() || instants.len() >= 2 * MOST {
        return;
    }
    effects::cancel(draft, key);
    keep(draft, instants);
}

/// Nothing when the clock runs, or never ran.
pub(super) fn resume(draft: &mut Draft<'_>, key: &str) -> Result<(), Refusal> {
    if draft.running(key).is_some() {
        return Ok(());
    }
    let Some(start) = draft.latest(key).map(|run| run.started_at) else {
        return Ok(());
    };
    let mut all = instants(draft);
    if all.len() % 2 == 1 {
        keep(draft, all.clone());
        all.push(draft.now());
    }
    effects::begin(draft, key, start, &between(&all, start))
}

/// When this run stood still, by the fact of the case.
pub(super) fn of(draft: &Draft<'_>, run: &ClockRun) -> Vec<Pause> {
    let is_paused = draft.case.clocks.iter().any(|other| {
        other.key == run.key && other.run < run.run && other.started_at == run.started_at
    });
    if is_paused {
        between(&instants(draft), run.started_at)
    } else {
        run.pauses.clone()
    }
}

fn instants(draft: &Draft<'_>) -> Vec<DateTime<Utc>> {
    let known = draft.value(PAUSES).map_or(&[][..], Value::all);
    known.iter().filter_map(Value::as_instant).collect()
}

fn keep(draft: &mut Draft<'_>, mut all: Vec<DateTime<Utc>>) {
    all.push(draft.now());
    let values = all.into_iter().map(Value::instant).collect();
    draft.set(PAUSES, Value::List(values));
}

/// What lies before the start of the term belongs to an earlier episode.
fn between(all: &[DateTime<Utc>], start: DateTime<Utc>) -> Vec<Pause> {
    let pairs = all.chunks_exact(2).filter(|pair| pair[1] > start);
    let pause = |pair: &[DateTime<Utc>]| Pause {
        from: pair[0],
        until: Some(pair[1]),
        reason: "returned".to_owned(),
    };
    pairs.map(pause).collect()
}
