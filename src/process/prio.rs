//! A smart meter with priority (`processes.md` 2.1; PRIO-01…35): from the request to the work order.
//! The law grants it against a fee; without payment there is no order.

mod actions;
mod ends;
mod payment;

use super::metering::{self, fields, state};
use super::{Clock, Cond, Effect, Opening, Process, Queue, Since, State, Work};
use crate::domain::country::Country;

/// The fee is paid: a second one is never asked for (decision 17).
pub(super) const PAID: Cond = Cond::Is("payment", "paid");

/// The process.
pub static PRIO: Process = Process {
    key: "prio",
    prefix: "PR",
    queue: Queue::Metering,
    country: Country::Nl,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: actions::ACTIONS,
    rules: &[
        "PRIO-01", "PRIO-02", "PRIO-08", "PRIO-10", "PRIO-12", "PRIO-35", "META-01", "META-02",
        "META-03",
    ],
};

/// However far the customer came alone, the request is taken over there (PRIO-03, PRIO-04).
const OPENING: Opening = Opening {
    fields: &fields::REQUEST,
    unique_by: &[],
    states: &[
        (metering::HAS_METER, "checking"),
        (metering::HAS_ADDRESS, "draft_meter"),
        (metering::HAS_CONTACT, "draft_location"),
        (Cond::Always, "draft_contact"),
    ],
    guards: &[],
    effects: &OPENED,
    rules: &["PRIO-03", "PRIO-04", "PRIO-11", "PRIO-16"],
    reopened: "draft_contact",
    again: &AGAIN,
};

/// A reopened request begins anew (decision 7); what was paid and not given back is the fee of this
/// episode too.
const AGAIN: [Effect; 15] = metering::joined(&[
    &metering::AGAIN,
    &[
        Effect::When(Cond::None(&[PAID]), &[Effect::Set("payment", "none")]),
        Effect::When(PAID, &[Effect::Start("placement_3m", Since::Received)]),
        Effect::Set("amount_mismatch", "no"),
    ],
]);

const OPENED: [Effect; 17] = metering::joined(&[&metering::KEEP_REQUEST, &[ASK_WHEN_CHOSEN]]);

const ASK_WHEN_CHOSEN: Effect = Effect::When(metering::HAS_METER, &ASK);

/// The checks are asked for (PRIO-15).
pub(super) const ASK: [Effect; 2] = [
    Effect::Send("check_connection"),
    Effect::Start("check_15m", Since::Now),
];

const STATES: &[State] = &[
    state("draft_contact", Work::Waiting),
    state("draft_location", Work::Waiting),
    state("draft_meter", Work::Waiting),
    state("checking", Work::Waiting),
    state("choose_pay_or_wait", Work::Waiting),
    state("choose_flavour", Work::Waiting),
    state("planning", Work::Open),
    state("awaiting_payment", Work::Waiting),
    state("paid_needs_slot", Work::Open),
    state("confirmed", Work::Waiting),
    state("in_execution", Work::Waiting),
    state("ended_not_our_grid", Work::Closed),
    state("ended_already_smart", Work::Closed),
    state("ended_not_feasible", Work::Closed),
    state("ended_wait_for_gsa", Work::Closed),
    state("completed", Work::Closed),
    state("cancelled", Work::Closed),
    state("cancelled_refunded", Work::Closed),
    state("expired", Work::Closed),
];

const CLOCKS: &[Clock] = &[
    metering::INACTIVITY,
    metering::CHECK,
    metering::SLOT_HOLD,
    metering::PLACEMENT,
];
