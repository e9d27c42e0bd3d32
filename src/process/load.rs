//! The tables as the database's referee needs them: loaded by migrate, so that `apply` refuses what
//! is not in them (decision 6).
//!
//! Shape: an array with, per process, `key`, `prefix`, `queue`, `country`, `form`, `unique_by`, `states`
//! (`key`, `work`), `clocks` (`key`, `rule`, `term`, `whose`) and `transitions` ([`Transition`]).
//!
//! This module must not know: SQL, how the tables are stored.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::engine::PAUSES;
use super::field::{Field, FieldKind, Required};
use super::general::{REMINDERS, SNOOZE};
use super::{ALL, Action, By, Effect, Key, Process, To, form};

/// One thing that may happen to a case: an action in one state, or the opening (action `open`, from
/// nothing). What stands in the lists may happen; whether it does, depends on the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Key of the action.
    pub action: Key,
    /// State before; empty for an opening.
    pub from: Key,
    /// State after.
    pub to: Key,
    /// `holder`, `agent`, `lead`, `timer`, `system`, `installer`.
    pub by: Key,
    /// The clock whose passing it is; nothing when it is another thing, or any clock.
    pub timer: Option<Key>,
    /// Clocks that it may start.
    pub starts: BTreeSet<Key>,
    /// Clocks that it may end.
    pub ends: BTreeSet<Key>,
    /// Clocks of which it may record the passing.
    pub breaches: BTreeSet<Key>,
    /// Clocks whose due instant it may move.
    pub moves: BTreeSet<Key>,
    /// Kinds of messages that it may send.
    pub messages: BTreeSet<Key>,
    /// Facts that it may set.
    pub sets: BTreeSet<Key>,
    /// Facts that it may unset.
    pub clears: BTreeSet<Key>,
    /// Answers that it takes.
    pub fields: Vec<FieldRow>,
    /// Purposes of documents that it may erase.
    pub destroys: BTreeSet<Key>,
    /// Processes of which it may open a linked case.
    pub opens: BTreeSet<Key>,
    /// The form whose fields are taken in addition, in the version of the case.
    pub form: Option<Key>,
    /// What it may do to the block of time of the case: `hold`, `confirm`, `release`.
    pub slots: BTreeSet<Key>,
}

/// A field, as the referee sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldRow {
    /// Its key.
    pub key: Key,
    /// Its kind, in one word.
    pub kind: Key,
    /// Whether it always has a value.
    pub required: bool,
    /// Of a list: the kind of its values.
    pub of: Option<Key>,
    /// The values that it takes; empty when the kind says it all.
    pub choices: &'static [Key],
}

/// All processes.
pub fn table() -> Json {
    ALL.iter().map(|process| process_row(process)).collect()
}

/// One process.
pub fn process_row(process: &'static Process) -> Json {
    json!({
        "key": process.key,
        "prefix": process.prefix,
        "queue": process.queue.key(),
        "country": process.country,
        "form": process.actions.iter().find_map(|line| line.form),
        "unique_by": process.opening.unique_by,
        "states": process.states.iter().map(|state| json!({
            "key": state.key, "work": state.work,
        })).collect::<Vec<_>>(),
        "clocks": process.clocks.iter().map(|clock| json!({
            "key": clock.key, "rule": clock.rule, "term": clock.term, "whose": clock.whose,
        })).collect::<Vec<_>>(),
        "transitions": transitions(process),
    })
}

/// Every transition of a process, openings first.
pub fn transitions(process: &'static Process) -> Vec<Transition> {
    let openings = process
        .opening
        .states
        .iter()
        .map(|(_, to)| opening(process, to));
    let rest = process.lines().flat_map(|line| expand(process, line));
    openings.chain(rest).collect()
}

fn opening(process: &'static Process, to: Key) -> Transition {
    let mut row = blank("open", "", to);
    row.by = "system";
    row.fields = process
        .opening
        .fields
        .iter()
        .map(|field| field_row(field))
        .collect();
    collect(&mut row, process, process.opening.effects);
    // there is nothing yet that could be unset
    row.clears.clear();
    row
}

fn expand(process: &'static Process, line: &'static Action) -> Vec<Transition> {
    let from_states = process
        .states
        .iter()
        .filter(|state| process.allows(line, state.key));
    let one = |from: Key| {
        let to = match line.to {
            To::State(to) => to,
            To::Same => from,
            To::Reopened => process.opening.reopened,
        };
        let mut row = blank(line.key, from, to);
        (row.by, row.timer) = by(line.by);
        row.form = line.form;
        row.fields = line.fields.iter().map(|field| field_row(field)).collect();
        collect(&mut row, process, line.effects);
        // whatever happens to a case ends a snooze, and its end all that reminds
        row.ends.insert(SNOOZE);
        if process.is_final(to) {
            row.ends.extend(REMINDERS);
            row.starts.retain(|clock| !REMINDERS.contains(clock));
        }
        row
    };
    from_states.map(|state| one(state.key)).collect()
}

fn blank(action: Key, from: Key, to: Key) -> Transition {
    Transition {
        action,
        from,
        to,
        by: "",
        timer: None,
        starts: BTreeSet::new(),
        ends: BTreeSet::new(),
        breaches: BTreeSet::new(),
        moves: BTreeSet::new(),
        messages: BTreeSet::new(),
        sets: BTreeSet::new(),
        clears: BTreeSet::new(),
        fields: Vec::new(),
        destroys: BTreeSet::new(),
        opens: BTreeSet::new(),
        form: None,
        slots: BTreeSet::new(),
    }
}

fn by(by: By) -> (Key, Option<Key>) {
    match by {
        By::Holder => ("holder", None),
        By::Agent => ("agent", None),
        By::Lead => ("lead", None),
        By::System => ("system", None),
        By::Outside => ("outside", None),
        By::Installer => ("installer", None),
        By::Timer(clock) => ("timer", Some(clock)),
        By::AnyTimer => ("timer", None),
    }
}

/// Ending a clock that had passed records that first, so what may be ended may be breached.
fn collect(row: &mut Transition, process: &'static Process, effects: &'static [Effect]) {
    for effect in effects {
        match *effect {
            Effect::Start(clock, _) | Effect::Until(clock, _) => _ = row.starts.insert(clock),
            Effect::Pause(clock) => {
                row.ends.insert(clock);
                row.breaches.insert(clock);
                row.sets.insert(PAUSES);
            }
            Effect::Resume(clock) => {
                row.starts.insert(clock);
                row.sets.insert(PAUSES);
            }
            Effect::StopRun(clock, _) | Effect::CancelRun(clock, _) => {
                row.ends.insert(clock);
            }
            Effect::Stop(clock)
            | Effect::StopAt(clock, _)
            | Effect::StopAtReceipt(clock)
            | Effect::Cancel(clock)
            | Effect::Lapse(clock) => {
                row.ends.insert(clock);
                row.breaches.insert(clock);
            }
            Effect::Breach(clock) | Effect::Remind(clock) => {
                row.breaches.insert(clock);
            }
            Effect::BreachPassed => {
                row.breaches
                    .extend(process.clocks.iter().map(|clock| clock.key));
                row.messages.insert("supervisor_alert");
            }
            Effect::Recount => {
                let moving = process.clocks.iter();
                let moving = moving.filter(|clock| clock.term.is_by_calendar());
                row.moves.extend(moving.map(|clock| clock.key));
            }
            Effect::Send(kind) => _ = row.messages.insert(kind),
            Effect::Set(fact, _) | Effect::Count(fact) | Effect::Add(fact, _) => {
                row.sets.insert(fact);
            }
            Effect::Clear(fact) => _ = row.clears.insert(fact),
            Effect::Copy(fact, _) | Effect::Drop(fact, _) | Effect::Earliest(fact, _) => {
                row.sets.insert(fact);
                row.clears.insert(fact);
            }
            Effect::Keep(fact) => {
                row.sets.insert(fact);
                let mut fields = row.fields.iter();
                if fields.any(|field| field.key == fact && !field.required) {
                    row.clears.insert(fact);
                }
            }
            Effect::KeepForm => row.sets.extend([form::VERSION, form::FILLED]),
            Effect::Slot(act) => _ = row.slots.insert(act.key()),
            Effect::Destroy(purpose) => _ = row.destroys.insert(purpose),
            Effect::Open(target, _) => _ = row.opens.insert(target),
            Effect::Again => {
                row.sets.insert("reopened");
                collect(row, process, process.opening.again);
            }
            Effect::When(_, inner) => collect(row, process, inner),
        }
    }
}

fn field_row(field: &'static Field) -> FieldRow {
    FieldRow {
        key: field.key,
        kind: field.kind.name(),
        required: field.required == Required::Always,
        of: match field.kind {
            FieldKind::List(kind) => Some(kind.name()),
            _ => None,
        },
        choices: match field.kind.of_one() {
            FieldKind::Choice(choices) => choices,
            _ => &[],
        },
    }
}
