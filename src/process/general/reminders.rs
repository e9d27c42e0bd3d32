//! Promises and snoozes: clocks that people set for themselves, in every process. They remind, they
//! oblige nobody by law: such a clock never moves a legal deadline, never decides where a case
//! sorts, whether it is overdue or whether a share was on time, and has no breach.
//!
//! - A **promise** says when what was promised to somebody outside, and by whom. A case can have
//!   several. They stay with the case whoever holds it, until they are kept, withdrawn with a
//!   reason, or the case ends. When one comes due the worker records it once and who promised and who
//!   holds the case are told; it runs on until somebody says what became of it.
//! - A **snooze** takes a case out of the inbox until an instant, with a reason; never beyond the
//!   next warning or deadline of people. It ends by itself, by hand, and with every change of the
//!   case.
//!
//! This module must not know: one particular process.

use super::super::field::{Field, FieldKind};
use super::super::{Action, By, Effect, From, Guard, Key, To};
use super::anywhere;

/// Clock of a promise.
pub const PROMISE: Key = "promise";
/// Clock of a snooze.
pub const SNOOZE: Key = "snooze";
/// The clocks that people set for themselves.
pub const REMINDERS: [Key; 2] = [PROMISE, SNOOZE];

/// Whether people set that clock for themselves.
pub fn is_reminder(clock: &str) -> bool {
    REMINDERS.contains(&clock)
}

/// When it is to be kept.
pub static PROMISE_AT: Field = Field::ahead("promise_at");
/// What is promised.
pub static PROMISED: Field = Field::always("promised", FieldKind::Line);
/// When the promises of a note are to be kept, in its order.
pub static PROMISES_AT: Field = Field::derived("promises_at", FieldKind::List(&FieldKind::Instant));
/// What the promises of a note are, in its order.
pub static PROMISES: Field = Field::derived("promises", FieldKind::List(&FieldKind::Line));
static PROMISE_NO: Field = Field::always("promise_no", FieldKind::Run(PROMISE));
static KEPT_NOTE: Field = Field::optional("note", FieldKind::Note);
static WHY_NOT: Field = Field::always("reason", FieldKind::Note);
static SNOOZE_UNTIL: Field = Field::ahead("snooze_until");
static SNOOZE_REASON: Field = Field::always("snooze_reason", FieldKind::Line);

const fn live(key: Key, guards: &'static [Guard], effects: &'static [Effect]) -> Action {
    Action {
        from: From::Live,
        guards,
        ..anywhere(key, &[], &[], effects)
    }
}

const fn timer(key: Key, clock: Key, effects: &'static [Effect]) -> Action {
    Action {
        by: By::Timer(clock),
        ..live(key, &[], effects)
    }
}

pub(super) const MAKE: Action = Action {
    fields: &[&PROMISE_AT, &PROMISED],
    ..live(
        "promise",
        &[Guard::Future("promise_at")],
        &[Effect::Until(PROMISE, "promise_at")],
    )
};

pub(super) const KEPT: Action = Action {
    fields: &[&PROMISE_NO, &KEPT_NOTE],
    ..live(
        "promise_kept",
        &[
            Guard::Runs(PROMISE, "no_promise"),
            Guard::RunOf("promise_no", PROMISE),
        ],
        &[Effect::StopRun(PROMISE, "promise_no")],
    )
};

pub(super) const WITHDRAWN: Action = Action {
    fields: &[&PROMISE_NO, &WHY_NOT],
    ..live(
        "promise_withdrawn",
        &[
            Guard::Runs(PROMISE, "no_promise"),
            Guard::RunOf("promise_no", PROMISE),
        ],
        &[Effect::CancelRun(PROMISE, "promise_no")],
    )
};

pub(super) const DUE: Action = timer("promise_due", PROMISE, &[Effect::Remind(PROMISE)]);

pub(super) const SNOOZED: Action = Action {
    fields: &[&SNOOZE_UNTIL, &SNOOZE_REASON],
    ..live(
        "snooze",
        &[
            Guard::Future("snooze_until"),
            Guard::BeforePeople("snooze_until"),
        ],
        &[
            Effect::Cancel(SNOOZE),
            Effect::Until(SNOOZE, "snooze_until"),
        ],
    )
};

pub(super) const OVER: Action = timer("snooze_over", SNOOZE, &[Effect::Lapse(SNOOZE)]);

pub(super) const WAKE: Action = Action {
    to: To::Same,
    ..live(
        "wake",
        &[Guard::Runs(SNOOZE, "not_snoozed")],
        &[Effect::Cancel(SNOOZE)],
    )
};
