//! What an action does: data turned into a change.

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::step::open_linked;
use super::{ClockOp, Refusal, SlotChange, pauses, recount, reminders, timers};
use crate::domain::clock::{ClockRun, Outcome, Whose};
use crate::domain::deadline::{Pause, deadline};
use crate::process::field::Value;
use crate::process::{Effect, Since, SlotAct, form};

/// All of them, in order; later ones see what earlier ones did.
pub(super) fn apply(draft: &mut Draft<'_>, effects: &[Effect]) -> Result<(), Refusal> {
    effects.iter().try_for_each(|effect| one(draft, effect))
}

fn one(draft: &mut Draft<'_>, effect: &Effect) -> Result<(), Refusal> {
    match *effect {
        Effect::Start(key, since) => return start(draft, key, since),
        Effect::When(ref cond, effects) if draft.holds(cond) => return apply(draft, effects),
        Effect::When(..) => {}
        Effect::Open(process, fixed) => {
            draft.change.opens = Some(Box::new(open_linked(draft, process, fixed)?));
        }
        Effect::Again => return again(draft),
        Effect::Until(key, field) => return reminders::start(draft, key, field),
        Effect::StopRun(key, field) => reminders::stop(draft, key, field),
        Effect::CancelRun(key, field) => reminders::cancel(draft, key, field),
        Effect::Remind(key) => reminders::remind(draft, key),
        Effect::Recount => return recounted(draft),
        Effect::Stop(key) => stop(draft, key, draft.now()),
        Effect::StopAt(key, field) => {
            let at = draft.instant(field).unwrap_or(draft.now());
            stop(draft, key, at);
        }
        Effect::StopAtReceipt(key) => stop(draft, key, draft.case.received_at),
        Effect::Cancel(key) => cancel(draft, key),
        Effect::Lapse(key) => lapse(draft, key),
        Effect::Breach(key) => breach(draft, key),
        Effect::BreachPassed => breach_passed(draft),
        Effect::Send(kind) => draft.change.messages.push(kind.to_owned()),
        Effect::Set(key, word) => draft.set(key, Value::word(word)),
        Effect::Clear(key) => draft.clear(key),
        Effect::Keep(key) => keep(draft, key),
        Effect::KeepForm => keep_form(draft),
        Effect::Count(key) => count(draft, key),
        Effect::Copy(to, from) => copy(draft, to, from),
        Effect::Add(list, field) => add(draft, list, field),
        Effect::Drop(list, field) => drop_from(draft, list, field),
        Effect::Earliest(to, list) => earliest(draft, to, list),
        Effect::Pause(key) => pauses::pause(draft, key),
        Effect::Resume(key) => return pauses::resume(draft, key),
        Effect::Slot(act) => draft.change.slot = Some(slot(draft, act)?),
        Effect::Destroy(purpose) => draft.change.destroy.push(purpose.to_owned()),
    }
    Ok(())
}

fn slot(draft: &Draft<'_>, act: SlotAct) -> Result<SlotChange, Refusal> {
    let slot = match (act, draft.value("slot")) {
        (SlotAct::Confirm | SlotAct::Release, _) => None,
        (_, Some(Value::Number(slot))) => Some(*slot),
        _ => return Err(Refusal::new("not_a_slot").about("slot")),
    };
    Ok(SlotChange {
        act: act.key().to_owned(),
        slot,
    })
}

fn keep(draft: &mut Draft<'_>, key: &str) {
    if let Some(value) = draft.answers.get(key).cloned() {
        draft.set(key, value);
    } else if draft.change.emptied.contains(key) {
        draft.clear(key);
    }
}

/// What was filled in under an earlier version stays where it is; which fields count is said anew.
fn keep_form(draft: &mut Draft<'_>) {
    let Some(asked) = draft.case.form else {
        return;
    };
    let keys = asked.fields().iter().map(|field| field.key);
    let filled: Vec<&str> = keys
        .filter(|key| draft.answers.contains_key(*key))
        .collect();
    for field in asked.fields() {
        keep(draft, field.key);
    }
    let filled = filled.into_iter().map(|key| Value::Code(key.to_owned()));
    draft.set(form::FILLED, Value::List(filled.collect()));
    let version = i64::from(asked.form().version);
    draft.set(form::VERSION, Value::Number(version));
}

fn copy(draft: &mut Draft<'_>, to: &str, from: &str) {
    match draft.value(from).cloned() {
        Some(value) => draft.set(to, value),
        None => draft.clear(to),
    }
}

fn listed(draft: &Draft<'_>, list: &str) -> Vec<Value> {
    draft.value(list).map_or(&[][..], Value::all).to_vec()
}

fn add(draft: &mut Draft<'_>, list: &str, field: &str) {
    if let Some(given) = draft.answers.get(field).cloned() {
        let mut values = listed(draft, list);
        values.push(given);
        draft.set(list, Value::List(values));
    }
}

fn drop_from(draft: &mut Draft<'_>, list: &str, field: &str) {
    let mut values = listed(draft, list);
    let place = values
        .iter()
        .position(|value| draft.answers.get(field) == Some(value));
    if let Some(place) = place {
        values.remove(place);
    }
    if values.is_empty() {
        draft.clear(list);
    } else {
        draft.set(list, Value::List(values));
    }
}

/// Days are kept as `YYYY-MM-DD`, which sorts as they do.
fn earliest(draft: &mut Draft<'_>, to: &str, list: &str) {
    let values = listed(draft, list);
    let days = values.iter().filter(|value| value.as_code().is_some());
    match days.min_by_key(|value| value.as_code()).cloned() {
        Some(day) => draft.set(to, day),
        None => draft.clear(to),
    }
}

fn count(draft: &mut Draft<'_>, key: &str) {
    let before = match draft.value(key) {
        Some(Value::Number(number)) => *number,
        _ => 0,
    };
    draft.set(key, Value::Number(before.saturating_add(1)));
}

fn again(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.case.received_at = draft.now();
    draft.change.received_at = Some(draft.now());
    count(draft, "reopened");
    apply(draft, draft.process.opening.again)
}

fn start(draft: &mut Draft<'_>, key: &str, since: Since) -> Result<(), Refusal> {
    if draft.running(key).is_some() {
        return Ok(());
    }
    let missing = || Refusal::new("calendar_missing").with("clock", &format!("clock.{key}"));
    let from = match since {
        Since::Now => draft.now(),
        Since::Received => draft.case.received_at,
        Since::Field(field) => draft.instant(field).ok_or_else(missing)?,
    };
    begin(draft, key, from, &[])
}

/// A new run of a clock that counts from there and stood still then.
pub(super) fn begin(
    draft: &mut Draft<'_>,
    key: &str,
    from: DateTime<Utc>,
    stood: &[Pause],
) -> Result<(), Refusal> {
    let missing = || Refusal::new("calendar_missing").with("clock", &format!("clock.{key}"));
    let clock = draft.process.clock(key).ok_or_else(missing)?;
    let due = deadline(clock.term, from, stood, draft.calendar).map_err(|_| missing())?;
    let comparison = clock.term.comparison();
    draft.push(ClockOp::Start {
        key: key.to_owned(),
        run: draft.latest(key).map_or(0, |run| run.run) + 1,
        started_at: from,
        due_at: due.due,
        comparison,
        warn_at: due.warn_at,
        whose: clock.whose,
        late_on_arrival: !comparison.is_met(due.due, draft.now()),
        calendar: due.calendar,
        calendar_version: due.calendar_version,
        ledger: due.ledger,
    });
    Ok(())
}

/// Whether the passing of this clock counts as a breach of a duty: not what had passed before it
/// reached us (case-anchors c.3, 19), nor what an edit of the calendar made late (c.3, 21 and 24), and
/// nobody's duty is broken by a reminder.
pub(super) fn is_breachable(run: &ClockRun) -> bool {
    let is_excused = run.late_on_arrival || run.late_by_retriage;
    run.breached_at.is_none() && !is_excused && run.whose != Whose::Notice
}

fn recounted(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let moves = recount::moves(draft)?;
    if moves.is_empty() {
        return Err(Refusal::new("nothing_to_recount"));
    }
    for op in moves {
        draft.push(op);
    }
    Ok(())
}

pub(super) fn end(draft: &mut Draft<'_>, run: &ClockRun, outcome: Outcome, at: DateTime<Utc>) {
    draft.push(ClockOp::End {
        key: run.key.clone(),
        run: run.run,
        outcome,
        at,
    });
}

pub(super) fn record_breach(draft: &mut Draft<'_>, run: &ClockRun) {
    draft.push(ClockOp::Breach {
        key: run.key.clone(),
        run: run.run,
        at: run.due_at,
    });
}

fn stop(draft: &mut Draft<'_>, key: &str, done_at: DateTime<Utc>) {
    let Some(run) = draft.running(key).cloned() else {
        return;
    };
    if run.comparison.is_met(run.due_at, done_at) {
        return end(draft, &run, Outcome::Met, done_at);
    }
    if is_breachable(&run) {
        record_breach(draft, &run);
    }
    end(draft, &run, Outcome::MetLate, done_at);
}

/// A duty of the party that falls away was not broken by it: the answer may have come in time.
pub(super) fn cancel(draft: &mut Draft<'_>, key: &str) {
    let Some(run) = draft.running(key).cloned() else {
        return;
    };
    let has_passed = !run.comparison.is_met(run.due_at, draft.now());
    if has_passed && run.whose != Whose::Party && is_breachable(&run) {
        record_breach(draft, &run);
    }
    end(draft, &run, Outcome::Cancelled, draft.now());
}

fn lapse(draft: &mut Draft<'_>, key: &str) {
    let Some(run) = draft.running(key).cloned() else {
        return;
    };
    if is_breachable(&run) {
        record_breach(draft, &run);
    }
    end(draft, &run, Outcome::Lapsed, draft.now());
}

fn breach(draft: &mut Draft<'_>, key: &str) {
    let run = draft.running(key).cloned();
    if let Some(run) = run.filter(is_breachable) {
        record_breach(draft, &run);
    }
}

fn breach_passed(draft: &mut Draft<'_>) {
    let passed = timers::unattended(draft.process, &draft.case, draft.now());
    let is_ours = passed.iter().any(|run| run.whose != Whose::Party);
    for run in &passed {
        record_breach(draft, run);
    }
    if is_ours {
        draft.change.messages.push("supervisor_alert".to_owned());
    }
}
