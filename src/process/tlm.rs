//! A meter that counts what is fed in (`processes.md` 2.2; TLM-01…17): a customer reports an
//! installation, its data are recorded, and where the meter cannot count it is exchanged free of
//! charge. The data reach the grid operator's systems however the request ends (TLM-03, TLM-11).

mod actions;
mod ends;

use super::metering::{self, fields, state};
use super::{Cond, Effect, Field, Opening, Process, Queue, Since, State, Work};
use crate::domain::country::Country;

/// The process.
pub static TLM: Process = Process {
    key: "tlm",
    prefix: "TL",
    queue: Queue::Metering,
    country: Country::Nl,
    opening: OPENING,
    states: STATES,
    clocks: &[metering::INACTIVITY, metering::CHECK],
    actions: actions::ACTIONS,
    rules: &[
        "TLM-04", "TLM-16", "PRIO-01", "PRIO-02", "META-01", "META-02", "META-03",
    ],
};

/// The form of the installation (TLM-09): it is data, see `domain::form`.
pub(super) const FORM: &str = "installation";

const REQUEST: [&Field; 14] = {
    let mut all: [&Field; 14] = [&fields::GIVEN_GRID; 14];
    let mut at = 0;
    while at < fields::REQUEST.len() {
        all[at] = fields::REQUEST[at];
        at += 1;
    }
    all
};

/// The customer chose a meter, and nothing says that it is in another grid (TLM-17).
const HAS_METER: Cond = Cond::All(&[
    metering::HAS_METER,
    Cond::None(&[Cond::Is("grid_ours", "no")]),
]);

/// However far the customer came alone, the request is taken over there. What was filled in of the
/// installation is applied after that, as a step of its own: it is judged by the version in force at
/// the receipt (TLM-10).
const OPENING: Opening = Opening {
    fields: &REQUEST,
    unique_by: &[],
    states: &[
        (HAS_METER, "draft_installation"),
        (metering::HAS_ADDRESS, "draft_meter"),
        (metering::HAS_CONTACT, "draft_location"),
        (Cond::Always, "draft_contact"),
    ],
    guards: &[],
    effects: &OPENED,
    rules: &["PRIO-03", "PRIO-04", "TLM-01", "TLM-05", "TLM-10"],
    reopened: "draft_contact",
    again: &AGAIN,
};

/// A reopened request begins anew (decision 7): what was entered in the last episode has left.
const AGAIN: [Effect; 13] = metering::joined(&[&metering::AGAIN, &[Effect::Set("data_due", "no")]]);

const OPENED: [Effect; 17] =
    metering::joined(&[&metering::KEEP_REQUEST, &[Effect::Keep("grid_ours")]]);

/// The data wait to be sent, and the suitability is asked for (TLM-02).
pub(super) const ENTERED: [Effect; 3] = [
    Effect::Set("data_due", "yes"),
    Effect::Send("check_connection"),
    Effect::Start("check_15m", Since::Now),
];

/// The data are sent once, whatever becomes of the request (TLM-03, TLM-11).
pub(super) const DATA: Effect = Effect::When(
    Cond::Yes("data_due"),
    &[
        Effect::Set("data_due", "no"),
        Effect::Send("installation_data"),
    ],
);

const STATES: &[State] = &[
    state("draft_contact", Work::Waiting),
    state("draft_location", Work::Waiting),
    state("draft_meter", Work::Waiting),
    state("draft_installation", Work::Waiting),
    state("checking_suitability", Work::Waiting),
    state("offer_exchange", Work::Waiting),
    state("planning", Work::Open),
    state("confirmed", Work::Waiting),
    state("in_execution", Work::Waiting),
    state("ended_not_our_grid", Work::Closed),
    state("ended_suitable", Work::Closed),
    state("ended_not_feasible", Work::Closed),
    state("ended_declined", Work::Closed),
    state("completed", Work::Closed),
    state("cancelled", Work::Closed),
    state("expired", Work::Closed),
];
