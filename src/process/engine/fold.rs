//! Folding changes into a case: the only way in which a case comes to its facts.

use super::{CaseFacts, Change, ClockOp, Facts};
use crate::domain::clock::ClockRun;

/// The case after a change.
pub fn after(case: &CaseFacts, change: &Change) -> CaseFacts {
    let mut next = case.clone();
    next.state.clone_from(&change.to);
    if let Some(received_at) = change.received_at {
        next.received_at = received_at;
    }
    next.facts.retain(|key, _| !change.clears.contains(key));
    for (key, value) in &change.facts {
        next.facts.insert(key.clone(), value.clone());
    }
    for op in &change.clocks {
        apply(&mut next.clocks, op);
    }
    next
}

/// The case that an opening makes.
pub fn born(opening: &Change) -> CaseFacts {
    let empty = CaseFacts {
        process: opening.process.clone(),
        state: opening.from.clone(),
        received_at: opening.received_at.unwrap_or(opening.at),
        facts: Facts::new(),
        clocks: Vec::new(),
        form: None,
    };
    after(&empty, opening)
}

/// What one operation does to the clocks of a case.
pub(super) fn apply(clocks: &mut Vec<ClockRun>, op: &ClockOp) {
    match op {
        ClockOp::Start { .. } => clocks.extend(started(op)),
        ClockOp::End {
            key,
            run,
            outcome,
            at,
        } => {
            if let Some(clock) = find(clocks, key, *run) {
                clock.outcome = Some(*outcome);
                clock.ended_at = Some(*at);
            }
        }
        ClockOp::Breach { key, run, at } => {
            if let Some(clock) = find(clocks, key, *run) {
                clock.breached_at.get_or_insert(*at);
            }
        }
        ClockOp::Move { key, run, .. } => {
            if let Some(clock) = find(clocks, key, *run) {
                moved(clock, op);
            }
        }
    }
}

fn find<'a>(clocks: &'a mut [ClockRun], key: &str, run: i32) -> Option<&'a mut ClockRun> {
    clocks
        .iter_mut()
        .find(|clock| clock.key == key && clock.run == run)
}

fn moved(clock: &mut ClockRun, op: &ClockOp) {
    if let ClockOp::Move {
        due_at,
        warn_at,
        calendar,
        calendar_version,
        ledger,
        late_by_retriage,
        ..
    } = op
    {
        clock.due_at = *due_at;
        clock.warn_at = *warn_at;
        clock.calendar.clone_from(calendar);
        clock.calendar_version = *calendar_version;
        clock.ledger.clone_from(ledger);
        clock.late_by_retriage = *late_by_retriage;
    }
}

fn started(op: &ClockOp) -> Option<ClockRun> {
    let ClockOp::Start {
        key,
        run,
        started_at,
        due_at,
        comparison,
        warn_at,
        whose,
        late_on_arrival,
        calendar,
        calendar_version,
        ledger,
    } = op
    else {
        return None;
    };
    Some(ClockRun {
        key: key.clone(),
        run: *run,
        started_at: *started_at,
        due_at: *due_at,
        original_due_at: *due_at,
        comparison: *comparison,
        warn_at: *warn_at,
        whose: *whose,
        breached_at: None,
        late_on_arrival: *late_on_arrival,
        late_by_retriage: false,
        outcome: None,
        ended_at: None,
        calendar: calendar.clone(),
        calendar_version: *calendar_version,
        pauses: Vec::new(),
        ledger: ledger.clone(),
    })
}
