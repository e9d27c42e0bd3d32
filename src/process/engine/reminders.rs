//! Clocks that people set for themselves: promises and snoozes (`general::reminders`).

use chrono::{DateTime, TimeDelta, Utc};

use super::draft::Draft;
use super::guards::text;
use super::{CaseFacts, ClockOp, Refusal, effects, timers};
use crate::domain::clock::{ClockRun, Outcome, Whose};
use crate::domain::deadline::{Comparison, LedgerKind, LedgerLine};
use crate::process::field::Value;
use crate::process::general::{PROMISE, SNOOZE};

/// How long before its instant a reminder warns, at the most: half of the time when that is less.
const AHEAD: TimeDelta = TimeDelta::minutes(30);

/// A run for each instant in the field; none when it was left out, none on a case that has ended.
pub(super) fn start(draft: &mut Draft<'_>, key: &str, field: &str) -> Result<(), Refusal> {
    let given = draft.answers.get(field).map_or(&[][..], Value::all);
    let instants: Vec<_> = given.iter().filter_map(Value::as_instant).collect();
    if !instants.is_empty() && draft.process.is_final(&draft.case.state) {
        return Err(Refusal::new("promise_on_closed"));
    }
    for at in instants {
        let op = op(draft, key, at);
        draft.push(op);
    }
    Ok(())
}

fn op(draft: &Draft<'_>, key: &str, due_at: DateTime<Utc>) -> ClockOp {
    let started_at = draft.now();
    let line = |kind, at| LedgerLine {
        at: Some(at),
        day: Some(draft.calendar.local_day(at)),
        until_day: None,
        kind,
        detail: String::new(),
    };
    ClockOp::Start {
        key: key.to_owned(),
        run: draft.latest(key).map_or(0, |run| run.run) + 1,
        started_at,
        due_at,
        comparison: Comparison::UpToAndIncluding,
        warn_at: warn_at(started_at, due_at),
        whose: draft
            .process
            .clock(key)
            .map_or(Whose::Notice, |clock| clock.whose),
        late_on_arrival: false,
        calendar: draft.calendar.key.clone(),
        calendar_version: draft.calendar.version,
        ledger: vec![
            line(LedgerKind::Received, started_at),
            line(LedgerKind::Due, due_at),
        ],
    }
}

/// Cut to whole seconds: a database keeps no more than microseconds.
fn warn_at(start: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
    let half = TimeDelta::seconds((due - start).num_seconds() / 2);
    due - half.min(AHEAD)
}

/// The running run with the number in the field.
pub(super) fn named(draft: &Draft<'_>, key: &str, field: &str) -> Option<ClockRun> {
    let Some(Value::Number(number)) = draft.answers.get(field) else {
        return None;
    };
    let mut runs = draft.runs(key);
    runs.find(|run| i64::from(run.run) == *number).cloned()
}

/// It was kept: in time or late, which is nobody's breach.
pub(super) fn stop(draft: &mut Draft<'_>, key: &str, field: &str) {
    if let Some(run) = named(draft, key, field) {
        let outcome = if run.comparison.is_met(run.due_at, draft.now()) {
            Outcome::Met
        } else {
            Outcome::MetLate
        };
        effects::end(draft, &run, outcome, draft.now());
    }
}

/// It was withdrawn.
pub(super) fn cancel(draft: &mut Draft<'_>, key: &str, field: &str) {
    if let Some(run) = named(draft, key, field) {
        effects::end(draft, &run, Outcome::Cancelled, draft.now());
    }
}

/// The instants that passed are recorded, each once.
pub(super) fn remind(draft: &mut Draft<'_>, key: &str) {
    let now = draft.now();
    let is_new = |run: &&ClockRun| timers::has_passed(run, now) && timers::has_news(run);
    let passed: Vec<ClockRun> = draft.runs(key).filter(is_new).cloned().collect();
    for run in passed {
        effects::record_breach(draft, &run);
    }
}

/// Whatever happens to a case ends the snooze that was on it; its end ends its promises.
pub(super) fn settle(draft: &mut Draft<'_>, snooze: Option<i32>, to: &str) {
    let is_over = draft.process.is_final(to) && !draft.process.is_final(&draft.case.state);
    let ends = |run: &ClockRun| match run.key.as_str() {
        SNOOZE => Some(run.run) == snooze || is_over,
        PROMISE => is_over,
        _ => false,
    };
    let runs = draft.case.clocks.iter();
    let ending = runs.filter(|run| run.is_running() && ends(run));
    for run in ending.cloned().collect::<Vec<_>>() {
        effects::end(draft, &run, Outcome::Cancelled, draft.now());
    }
}

/// The next instant at which a duty of people warns, or is due when its warning has come: no snooze
/// goes beyond it. With it the clock.
pub(super) fn limit(draft: &Draft<'_>) -> Option<(DateTime<Utc>, String)> {
    next_duty(&draft.case, draft.now())
}

fn next_duty(case: &CaseFacts, now: DateTime<Utc>) -> Option<(DateTime<Utc>, String)> {
    let runs = case.clocks.iter();
    let runs = runs.filter(|run| run.is_running() && run.whose.is_of_people());
    let until = |run: &ClockRun| {
        if run.warn_at > now {
            run.warn_at
        } else {
            run.due_at
        }
    };
    runs.map(|run| (until(run), run.key.clone())).min()
}

/// That a duty of people has come, so that the case cannot be put aside; `None` when none has.
pub fn overdue(case: &CaseFacts, now: DateTime<Utc>) -> Option<Refusal> {
    let (due, clock) = next_duty(case, now)?;
    (due <= now).then(|| is_overdue(due, &clock))
}

/// The refusal to put a case aside whose duty came then.
pub fn is_overdue(due: DateTime<Utc>, clock: &str) -> Refusal {
    let refusal = Refusal::new("snooze_overdue").with("due", &text(due));
    refusal.with("clock", &format!("clock.{clock}"))
}
