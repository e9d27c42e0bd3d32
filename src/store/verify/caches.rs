//! What lists read: caches of state, lease and clocks, which must follow from them.

use super::StoredCase;
use crate::process::general::{PROMISE, SNOOZE, is_reminder};
use crate::process::{self, Work};
use crate::store::rows::WorkState;

/// What the database writes as `sort_at` when no clock runs.
const NO_CLOCK: &str = "9999-12-31T00:00:00Z";

/// The work state and the sort key are caches: they must follow from state, lease and clocks.
pub(super) fn compare_work(case: &StoredCase) -> Vec<String> {
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
    let clocks = case.stored.clocks.iter();
    let running = clocks.filter(|clock| clock.is_running() && !is_reminder(&clock.key));
    let nearest = running.min_by_key(|clock| (!clock.whose.is_of_people(), clock.due_at));
    let nearest = nearest.map(|clock| clock.due_at);
    let expected = nearest.or_else(|| NO_CLOCK.parse().ok());
    if expected != Some(case.sort_at) {
        found.push(format!(
            "sort_at: stored {}, expected {expected:?}",
            case.sort_at
        ));
    }
    found.extend(compare_reminders(case));
    found
}

/// What lists know of promises and snoozes follows from their clocks; a snooze may have ended for the
/// lists before its clock does, never after it.
fn compare_reminders(case: &StoredCase) -> Vec<String> {
    let nearest = |key: &str| {
        let clocks = case.stored.clocks.iter();
        let running = clocks.filter(|clock| clock.is_running() && clock.key == key);
        running.map(|clock| clock.due_at).min()
    };
    let mut found = Vec::new();
    let (promise, snooze) = (nearest(PROMISE), nearest(SNOOZE));
    if promise != case.promise_at {
        let stored = case.promise_at;
        found.push(format!(
            "promise_at: stored {stored:?}, expected {promise:?}"
        ));
    }
    if case.snoozed_until.is_some() && case.snoozed_until != snooze {
        let stored = case.snoozed_until;
        found.push(format!(
            "snoozed_until: stored {stored:?}, expected {snooze:?}"
        ));
    }
    found
}
