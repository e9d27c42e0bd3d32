//! What must hold before an action.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Timelike as _, Utc};

use super::draft::Draft;
use super::{Refusal, reminders};
use crate::process::field::Value;
use crate::process::{Cond, Guard, Key};

/// The first guard that does not hold.
pub(super) fn check(draft: &Draft<'_>, guards: &[Guard]) -> Result<(), Refusal> {
    guards.iter().try_for_each(|guard| one(draft, guard))
}

fn one(draft: &Draft<'_>, guard: &Guard) -> Result<(), Refusal> {
    match guard {
        Guard::Holds(cond, key, rule) => {
            allow(draft.holds(cond), || Refusal::new(key).by_rule(rule))
        }
        Guard::Yes(field, key, rule) => {
            let is_yes = draft
                .answers
                .get(*field)
                .is_some_and(|value| value.is("yes"));
            allow(is_yes, || Refusal::new(key).by_rule(rule).about(field))
        }
        Guard::Past(field) => past(draft, field),
        Guard::NotFuture(field) => not_future(draft, field),
        Guard::BeforeReceipt(field) => before_receipt(draft, field),
        Guard::Ordered(from, to, key, rule) => {
            let day = |field: &str| draft.answers.get(field).and_then(Value::as_code);
            let is_ordered = day(from).zip(day(to)).is_none_or(|(from, to)| from < to);
            allow(is_ordered, || Refusal::new(key).by_rule(rule).about(to))
        }
        Guard::Future(field) => future(draft, field),
        Guard::Pairs(one, other) => allow(length(draft, one) == length(draft, other), || {
            Refusal::new("lists_differ").about(one)
        }),
        Guard::Runs(clock, key) => allow(draft.running(clock).is_some(), || Refusal::new(key)),
        Guard::Among(field, list, key, rule) => {
            let known = draft.case.facts.get(*list).map_or(&[][..], Value::all);
            let given = draft.answers.get(*field);
            let is_known = given.is_none_or(|given| known.contains(given));
            allow(is_known, || Refusal::new(key).by_rule(rule).about(field))
        }
        Guard::RunOf(field, clock) => {
            let is_known = reminders::named(draft, clock, field).is_some();
            allow(is_known, || Refusal::new("no_such_run").about(field))
        }
        Guard::Same(field, fact, key, rule) => {
            let stored = draft.case.facts.get(*fact);
            let given = draft.answers.get(*field);
            let is_same = stored.is_none() || given.is_none() || given == stored;
            allow(is_same, || Refusal::new(key).by_rule(rule).about(field))
        }
        Guard::NotYet(fact, key, rule) => {
            let at = draft.case.facts.get(*fact).and_then(Value::as_instant);
            allow(at.is_none_or(|at| draft.now() < at), || {
                Refusal::new(key).by_rule(rule)
            })
        }
        Guard::BeforePeople(field) => before_people(draft, Some(field)),
        Guard::Filled(needed, rule) => filled(draft, needed, rule),
        Guard::InTime(field, clock, key, rule) => {
            let refusal = || of_clock(draft, clock, key, rule).about(field);
            let found = draft.answers.get(*field).and_then(Value::as_instant);
            in_time(draft, clock, found, refusal).map_err(|refusal| {
                let given = found.map(text);
                refusal.with("given", &given.unwrap_or_default())
            })
        }
        Guard::TooLate(field, clock, key, rule) => {
            let found = draft.answers.get(*field).and_then(Value::as_instant);
            let is_late = found.is_some_and(|at| is_past_end(draft, clock, at));
            allow(is_late, || of_clock(draft, clock, key, rule).about(field))
        }
        Guard::TimeLeft(clock, key, rule) => {
            let running = draft.running(clock);
            let has_time =
                running.is_some_and(|run| run.comparison.is_met(run.due_at, draft.now()));
            allow(has_time, || of_clock(draft, clock, key, rule))
        }
    }
}

/// All that is missing at once, so that nobody finds it out piece by piece.
fn filled(draft: &Draft<'_>, needed: &[(Cond, Key)], rule: &str) -> Result<(), Refusal> {
    let missing = needed.iter().filter(|(cond, _)| draft.holds(cond));
    let missing: Vec<_> = missing
        .filter(|(_, key)| draft.value(key).is_none())
        .map(|(_, key)| format!("field.{key}"))
        .collect();
    allow(missing.is_empty(), || {
        Refusal::new("mandatory_missing")
            .by_rule(rule)
            .with("count", &missing.len().to_string())
            .with("fields", &missing.join(", "))
    })
}

fn allow(holds: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal()) }
}

/// Whether `at` lies after the end of the latest run of that clock.
pub(super) fn is_past_end(draft: &Draft<'_>, clock: &str, at: DateTime<Utc>) -> bool {
    draft
        .latest(clock)
        .is_some_and(|run| !run.comparison.is_met(run.due_at, at))
}

/// A refusal that names the clock and its end.
pub(super) fn of_clock(draft: &Draft<'_>, clock: &str, key: &str, rule: &str) -> Refusal {
    let due = draft.latest(clock).map(|run| text(run.due_at));
    Refusal::new(key)
        .by_rule(rule)
        .with("clock", &format!("clock.{clock}"))
        .with("due", &due.unwrap_or_default())
}

fn in_time(
    draft: &Draft<'_>,
    clock: &str,
    found: Option<DateTime<Utc>>,
    refusal: impl Fn() -> Refusal,
) -> Result<(), Refusal> {
    let (Some(run), Some(at)) = (draft.latest(clock), found) else {
        return Err(refusal());
    };
    if at < run.started_at {
        let key = Refusal {
            key: "before_clock".to_owned(),
            ..refusal()
        };
        return Err(key.with("start", &text(run.started_at)));
    }
    allow(run.comparison.is_met(run.due_at, at), refusal)
}

fn past(draft: &Draft<'_>, field: &str) -> Result<(), Refusal> {
    not_future(draft, field)?;
    let Some(at) = draft.answers.get(field).and_then(Value::as_instant) else {
        return Ok(());
    };
    let start = draft.case.received_at;
    allow(at >= start, || {
        Refusal::new("before_receipt")
            .about(field)
            .with("received", &text(start))
    })
}

fn not_future(draft: &Draft<'_>, field: &str) -> Result<(), Refusal> {
    let Some(value) = draft.answers.get(field) else {
        return Ok(());
    };
    let is_past = match value.as_instant() {
        Some(at) => at <= draft.now(),
        None => day(value).is_none_or(|day| day <= draft.calendar.local_day(draft.now())),
    };
    allow(is_past, || {
        Refusal::new("in_future")
            .about(field)
            .with("now", &text(draft.now()))
    })
}

/// So far ahead a person may set a reminder.
const FURTHEST: TimeDelta = TimeDelta::days(366);

fn future(draft: &Draft<'_>, field: &str) -> Result<(), Refusal> {
    let now = draft.now();
    let given = draft.answers.get(field).map_or(&[][..], Value::all);
    for at in given.iter().filter_map(Value::as_instant) {
        let key = match at {
            at if at <= now => "not_in_future",
            at if at > now + FURTHEST => "too_far_ahead",
            _ => continue,
        };
        let refusal = Refusal::new(key).about(field).with("now", &text(now));
        return Err(refusal.with("given", &text(at)));
    }
    Ok(())
}

fn length(draft: &Draft<'_>, field: &str) -> usize {
    draft
        .answers
        .get(field)
        .map_or(0, |value| value.all().len())
}

/// A case that waits must not hide a duty: the instant in the field, or the present, lies before the
/// next one of people.
pub(super) fn before_people(draft: &Draft<'_>, field: Option<&str>) -> Result<(), Refusal> {
    let Some((limit, clock)) = reminders::limit(draft) else {
        return Ok(());
    };
    if limit <= draft.now() {
        return Err(reminders::is_overdue(limit, &clock));
    }
    let clock = format!("clock.{clock}");
    let Some(field) = field else { return Ok(()) };
    let at = draft.answers.get(field).and_then(Value::as_instant);
    allow(at.is_none_or(|at| at <= limit), || {
        Refusal::new("snooze_beyond")
            .about(field)
            .with("clock", &clock)
            .with("due", &text(limit))
    })
}

fn before_receipt(draft: &Draft<'_>, field: &str) -> Result<(), Refusal> {
    let at = draft.answers.get(field).and_then(Value::as_instant);
    let received = draft.case.received_at;
    allow(at.is_none_or(|at| at <= received), || {
        Refusal::new("after_receipt")
            .about(field)
            .with("received", &text(received))
    })
}

fn day(value: &Value) -> Option<NaiveDate> {
    value.as_code().and_then(|code| code.parse().ok())
}

pub(super) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// People give minutes. An instant given to the minute that falls into the very minute of its
/// lower bound means that bound, not a moment before it.
pub(super) fn round_up(draft: &mut Draft<'_>, guards: &[Guard]) {
    for guard in guards {
        let (field, bound) = match guard {
            Guard::Past(field) => (*field, Some(draft.case.received_at)),
            Guard::InTime(field, clock, ..) => {
                (*field, draft.latest(clock).map(|run| run.started_at))
            }
            _ => continue,
        };
        let given = draft.answers.get(field).and_then(Value::as_instant);
        if let (Some(at), Some(bound)) = (given, bound)
            && at < bound
            && at.second() == 0
            && at.nanosecond() == 0
            && (bound - at).num_seconds() < 60
        {
            draft
                .answers
                .insert(field.to_owned(), Value::instant(bound));
        }
    }
}
