//! Recounting open deadlines after an edit of the calendar (`calendars.md` 4.6, case-anchors c.3, 21
//! and 23 to 25): what is still to come moves, what has happened stays as it happened.

use super::draft::Draft;
use super::{ClockOp, Refusal, pauses};
use crate::domain::clock::ClockRun;
use crate::domain::deadline::{Term, deadline};

/// The moves that the present calendar demands, from the stored starts and pauses. Left alone are
/// clocks that ended, whose breach is on record, or that came late already, and those that passed
/// under both calendars: their passing is a fact, recorded by the timer at the instant it had.
pub(super) fn moves(draft: &Draft<'_>) -> Result<Vec<ClockOp>, Refusal> {
    let mut moves = Vec::new();
    for run in draft.case.clocks.iter().filter(|run| is_open(run)) {
        let declared = draft.process.clock(&run.key);
        if let Some(clock) = declared.filter(|clock| clock.term.is_by_calendar()) {
            moves.extend(one(draft, run, clock.term)?);
        }
    }
    Ok(moves)
}

fn is_open(run: &ClockRun) -> bool {
    run.is_running() && run.breached_at.is_none() && !run.late_on_arrival
}

fn one(draft: &Draft<'_>, run: &ClockRun, term: Term) -> Result<Option<ClockOp>, Refusal> {
    let missing = |_| Refusal::new("calendar_missing").with("clock", &format!("clock.{}", run.key));
    let stood = pauses::of(draft, run);
    let next = deadline(term, run.started_at, &stood, draft.calendar).map_err(missing)?;
    let has_passed = |due| !run.comparison.is_met(due, draft.now());
    let is_late = has_passed(next.due);
    if next.due == run.due_at || (is_late && has_passed(run.due_at)) {
        return Ok(None);
    }
    Ok(Some(ClockOp::Move {
        key: run.key.clone(),
        run: run.run,
        was_due_at: run.due_at,
        due_at: next.due,
        warn_at: next.warn_at,
        calendar: next.calendar,
        calendar_version: next.calendar_version,
        ledger: next.ledger,
        late_by_retriage: is_late,
    }))
}
