//! What the passing of time does: which action is due for a clock, decided by comparison at the
//! instant (decisions 9 and 12), so that worker and screen cannot disagree.

use chrono::{DateTime, Utc};

use super::CaseFacts;
use super::effects::is_breachable;
use crate::domain::clock::{ClockRun, Whose};
use crate::process::{Action, By, Key, Process, find};

/// The action that the passing of this clock demands at `now`; `None` when there is nothing to do:
/// it does not run, has time left, or its passing is on record already.
pub fn timer_action(case: &CaseFacts, clock: &str, now: DateTime<Utc>) -> Option<Key> {
    let process = find(&case.process)?;
    let runs = case.clocks.iter();
    let mut passed = runs.filter(|run| run.key == clock && has_passed(run, now));
    let run = passed.next()?;
    match own_line(process, &case.state, clock) {
        // of several runs one is enough
        Some(line) => (has_news(run) || passed.any(has_news)).then_some(line.key),
        None => is_unattended(process, case, run, now).then_some("clock_passed"),
    }
}

/// Whether a clock still runs and its due instant has passed.
pub(super) fn has_passed(run: &ClockRun, now: DateTime<Utc>) -> bool {
    run.is_running() && !run.comparison.is_met(run.due_at, now)
}

/// A timer line fires once: afterwards its clock has ended or its breach is on record.
pub(super) fn has_news(run: &ClockRun) -> bool {
    run.breached_at.is_none()
}

/// The passed clocks for which the state has no timer line and whose breach is not on record.
pub(super) fn unattended(
    process: &'static Process,
    case: &CaseFacts,
    now: DateTime<Utc>,
) -> Vec<ClockRun> {
    case.clocks
        .iter()
        .filter(|run| is_unattended(process, case, run, now))
        .cloned()
        .collect()
}

fn is_unattended(
    process: &'static Process,
    case: &CaseFacts,
    run: &ClockRun,
    now: DateTime<Utc>,
) -> bool {
    has_passed(run, now)
        && run.whose != Whose::Notice
        && is_breachable(run)
        && own_line(process, &case.state, &run.key).is_none()
}

fn own_line(process: &'static Process, state: &str, clock: &str) -> Option<&'static Action> {
    process.lines().find(|line| {
        matches!(line.by, By::Timer(key) if key == clock) && process.allows(line, state)
    })
}
