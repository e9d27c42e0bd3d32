//! From a case, an action and answers to a change.

use std::collections::BTreeSet;

use chrono::{DateTime, SubsecRound as _, Utc};
use uuid::Uuid;

use super::draft::Draft;
use super::{
    Actor, Answer, Answers, CaseFacts, Change, Context, Facts, NewText, Refusal, answers, behalf,
    effects, guards, reminders, timers,
};
use crate::domain::calendar::Calendar;
use crate::process::field::Value;
use crate::process::general::SNOOZE;
use crate::process::{Action, By, Guard, Key, Process, To, find};

/// What an action does to a case. The first line of the table with that key, state and holding
/// guards counts; if none holds, the refusal of the first. The answers may be those of a person, a
/// file or a script; unknown ones are refused.
pub fn step(
    case: &CaseFacts,
    action: &str,
    given: &Answers,
    ctx: &Context<'_>,
) -> Result<Change, Refusal> {
    let process = process_of(case)?;
    let lines = lines(process, case, action)?;
    may(ctx.actor, lines[0].by)?;
    first_that_holds(&lines, |line| {
        has_form(case, line)?;
        let fields = line.asked(case);
        let given = behalf::told(&fields, given, ctx.actor);
        let (values, texts) = answers::take(&fields, &given, ctx.now, ctx.command)?;
        let decision = Decision {
            emptied: answers::emptied(&fields, &given, &case.facts),
            ..Decision::of(process, values, texts, ctx)
        };
        decide_line(case, line, decision)
    })
}

/// What the opening of a case does. `received_at` is when the signal reached the company, not when
/// it was typed.
pub fn open(
    process: &'static Process,
    received_at: DateTime<Utc>,
    given: &Answers,
    ctx: &Context<'_>,
) -> Result<Change, Refusal> {
    let fields = process.opening.fields;
    let given = behalf::told(fields, given, ctx.actor);
    let (values, texts) = answers::take(fields, &given, ctx.now, ctx.command)?;
    let decision = Decision::of(process, values, texts, ctx);
    decide_opening(process, received_at, decision)
}

/// Answers that were checked and parked, and what else a transition needs.
pub(in crate::process) struct Decision<'a> {
    /// As an event may hold them.
    pub(in crate::process) values: Facts,
    /// The fields that were answered with nothing, of facts that the case has.
    pub(in crate::process) emptied: BTreeSet<String>,
    /// The texts among the answers.
    pub(in crate::process) texts: Vec<NewText>,
    /// The calendar to count with.
    pub(in crate::process) calendar: &'a Calendar,
    /// Legal now.
    pub(in crate::process) now: DateTime<Utc>,
    /// Number of the command.
    pub(in crate::process) command: Uuid,
}

impl<'a> Decision<'a> {
    fn of(process: &Process, values: Facts, texts: Vec<NewText>, ctx: &Context<'a>) -> Self {
        Self {
            values,
            emptied: BTreeSet::new(),
            texts,
            calendar: ctx.calendars.get(process.country),
            now: ctx.now,
            command: ctx.command,
        }
    }
}

/// As [`step`], for answers that were parked already and an actor that was judged already: replay.
pub(in crate::process) fn decide<'a>(
    case: &CaseFacts,
    action: &str,
    decision: impl Fn() -> Decision<'a>,
) -> Result<Change, Refusal> {
    let lines = lines(process_of(case)?, case, action)?;
    first_that_holds(&lines, |line| decide_line(case, line, decision()))
}

fn first_that_holds(
    lines: &[&'static Action],
    mut attempt: impl FnMut(&'static Action) -> Result<Change, Refusal>,
) -> Result<Change, Refusal> {
    let (mut meant, mut other) = (None, None);
    for line in lines {
        match attempt(line) {
            Ok(change) => return Ok(change),
            Err(refusal) if is_choice(line, &refusal) => other = other.or(Some(refusal)),
            Err(refusal) => meant = meant.or(Some(refusal)),
        }
    }
    let refusal = meant.or(other);
    Err(refusal.unwrap_or_else(|| Refusal::new("unknown_action")))
}

/// Whether the line is refused for what the case is like: then another line of that key may be
/// meant, and what is wrong there says more.
fn is_choice(line: &Action, refusal: &Refusal) -> bool {
    let mut guards = line.guards.iter();
    guards.any(|guard| matches!(guard, Guard::Holds(_, key, _) if *key == refusal.key))
}

pub(super) fn process_of(case: &CaseFacts) -> Result<&'static Process, Refusal> {
    find(&case.process)
        .ok_or_else(|| Refusal::new("unknown_process").with("process", &case.process))
}

/// The lines of that action that are legal in the state of the case; at least one.
fn lines(
    process: &'static Process,
    case: &CaseFacts,
    action: &str,
) -> Result<Vec<&'static Action>, Refusal> {
    let mut lines: Vec<_> = process.lines().filter(|line| line.key == action).collect();
    if lines.is_empty() {
        return Err(Refusal::new("unknown_action").with("action", action));
    }
    lines.retain(|line| process.allows(line, &case.state));
    if lines.is_empty() {
        return Err(Refusal::new("not_in_state")
            .with("action", &process.action_text(action))
            .with("state", &process.state_text(&case.state)));
    }
    Ok(lines)
}

/// Whether this actor may do such an action at all.
pub(super) fn may(actor: Actor, by: By) -> Result<(), Refusal> {
    let key = match (by, actor) {
        (By::Lead, Actor::Lead)
        | (By::Holder | By::Agent | By::System, Actor::Agent | Actor::Lead)
        | (By::System | By::Outside, Actor::System)
        // the system of an installer speaks for it
        | (By::Installer, Actor::Installer | Actor::System)
        | (By::Timer(_) | By::AnyTimer, Actor::Timer) => return Ok(()),
        (By::Lead, _) => "leads_only",
        (By::Timer(_) | By::AnyTimer, _) => "timer_only",
        (By::Installer, _) => "installers_only",
        (By::Outside, _) => "outside_only",
        (By::Holder | By::Agent | By::System, _) => "agents_only",
    };
    Err(Refusal::new(key))
}

fn decide_line(
    case: &CaseFacts,
    line: &'static Action,
    decision: Decision<'_>,
) -> Result<Change, Refusal> {
    let process = process_of(case)?;
    has_form(case, line)?;
    answers::stand(&line.asked(case), &decision.values)?;
    let mut draft = draft(process, case.clone(), line.key, decision);
    fires(&draft, line.by)?;
    guards::round_up(&mut draft, line.guards);
    guards::check(&draft, line.guards)?;
    let to = match line.to {
        To::State(key) => key,
        To::Same => &case.state,
        To::Reopened => process.opening.reopened,
    };
    let snooze = draft.running(SNOOZE).map(|run| run.run);
    effects::apply(&mut draft, line.effects)?;
    reminders::settle(&mut draft, snooze, to);
    Ok(finish(draft, to))
}

/// What asks a form needs it: without one nothing could be filled in (TLM-10).
pub(super) fn has_form(case: &CaseFacts, line: &Action) -> Result<(), Refusal> {
    let has = |key: Key| case.form.is_some_and(|form| form.form().key == key);
    match line.form {
        Some(key) if !has(key) => Err(Refusal::new("form_missing")
            .by_rule("TLM-10")
            .with("form", key)),
        _ => Ok(()),
    }
}

/// A timer acts only when comparison says so at the instant, whatever woke it up (decision 9).
fn fires(draft: &Draft<'_>, by: By) -> Result<(), Refusal> {
    let has_passed = match by {
        By::Timer(clock) => draft
            .runs(clock)
            .any(|run| timers::has_passed(run, draft.now()) && timers::has_news(run)),
        By::AnyTimer => !timers::unattended(draft.process, &draft.case, draft.now()).is_empty(),
        By::Holder | By::Agent | By::Lead | By::System | By::Outside | By::Installer => true,
    };
    if has_passed {
        return Ok(());
    }
    let clock = if let By::Timer(clock) = by {
        clock
    } else {
        "any"
    };
    Err(guards::of_clock(draft, clock, "not_passed", ""))
}

/// As [`open`], for answers that were parked already.
pub(in crate::process) fn decide_opening(
    process: &'static Process,
    received_at: DateTime<Utc>,
    decision: Decision<'_>,
) -> Result<Change, Refusal> {
    let received_at = received_at.trunc_subsecs(6);
    answers::stand(process.opening.fields, &decision.values)?;
    let unborn = CaseFacts {
        process: process.key.to_owned(),
        state: String::new(),
        received_at,
        facts: Facts::new(),
        clocks: Vec::new(),
        form: None,
    };
    let mut draft = draft(process, unborn, "open", decision);
    if received_at > draft.now() {
        return Err(Refusal::new("received_in_future"));
    }
    draft.change.received_at = Some(received_at);
    guards::check(&draft, process.opening.guards)?;
    effects::apply(&mut draft, process.opening.effects)?;
    let mut states = process.opening.states.iter();
    let (_, to) = states
        .find(|(cond, _)| draft.holds(cond))
        .ok_or_else(|| Refusal::new("unknown_process"))?;
    Ok(finish(draft, to))
}

/// The clocks are taken in one order, whatever the order of who asks: a database sorts them by what
/// is due, a replay by what was started, and both must come to the same change.
fn draft<'a>(
    process: &'static Process,
    mut case: CaseFacts,
    action: &str,
    decision: Decision<'a>,
) -> Draft<'a> {
    let change = Change {
        process: process.key.to_owned(),
        action: action.to_owned(),
        from: case.state.clone(),
        to: String::new(),
        at: decision.now.trunc_subsecs(6),
        received_at: None,
        answers: Facts::new(),
        emptied: decision.emptied,
        facts: Facts::new(),
        clears: BTreeSet::new(),
        clocks: Vec::new(),
        messages: Vec::new(),
        texts: decision.texts,
        destroy: Vec::new(),
        opens: None,
        slot: None,
    };
    case.clocks
        .sort_by(|one, other| (&one.key, one.run).cmp(&(&other.key, other.run)));
    Draft {
        process,
        calendar: decision.calendar,
        command: decision.command,
        case,
        answers: decision.values,
        change,
    }
}

fn finish(draft: Draft<'_>, to: &str) -> Change {
    let mut change = draft.change;
    to.clone_into(&mut change.to);
    change.answers = draft.answers;
    change
}

/// A linked case, received now; its fields take answers and facts of the same name.
pub(super) fn open_linked(
    draft: &Draft<'_>,
    process: Key,
    fixed: &[(Key, &str)],
) -> Result<Change, Refusal> {
    let unknown = || Refusal::new("unknown_process").with("process", process);
    let target = find(process).ok_or_else(unknown)?;
    let mut given = Answers::new();
    for field in target.opening.fields {
        let preset = fixed.iter().find(|(key, _)| *key == field.key);
        let value = match preset {
            Some((_, word)) => Some(Value::word(word)),
            None => draft.value(field.key).cloned(),
        };
        if let Some(value) = value.filter(|value| !value.has_text()) {
            given.insert(field.key.to_owned(), Answer::Value(value));
        }
    }
    let command = Uuid::new_v5(&draft.command, b"opens");
    let (values, texts) = answers::take(target.opening.fields, &given, draft.now(), command)?;
    let decision = Decision {
        values,
        emptied: BTreeSet::new(),
        texts,
        calendar: draft.calendar,
        now: draft.now(),
        command,
    };
    decide_opening(target, draft.now(), decision)
}
