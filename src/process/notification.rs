//! Notifications of installers in Sweden (`processes.md` 2.6; ELS-01…31): an installer tells the grid
//! company of work at a connection before it is done, gets a permit, and tells when it is ready.
//!
//! Until it is sent a notification is the installer's alone (ELS-29). What comes after the sending
//! stands in no manual but on the public pages of grid companies (ELS-31).

mod actions;
pub mod fields;
mod found;
mod lists;
mod needed;
mod plant;
mod work;

use super::metering::state;
use super::{Clock, Cond, Effect, Guard, Opening, Process, Queue, Since, Work};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;
pub use found::{FoundPlant, fill};
pub use lists::{Item, LISTED, Lists, ListsError};
pub use needed::missing;

/// The states in which the installer writes.
pub const WRITING: &[&str] = &["unsent", "returned", "unanswered"];

/// The process.
pub static NOTIFICATION: Process = Process {
    key: "notification",
    prefix: "IN",
    queue: Queue::Installation,
    country: Country::Se,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: actions::ACTIONS,
    rules: &[
        "ELS-01", "ELS-02", "ELS-09", "ELS-29", "ELS-30", "ELS-31", "META-01", "META-02", "META-03",
    ],
};

/// Only what an installer's own system sent as ready starts with the grid company (decision 18).
const OPENING: Opening = Opening {
    fields: &fields::OPENING,
    unique_by: &[],
    states: &[
        (
            Cond::All(&[Cond::Yes("submitted"), needed::COMPLETE]),
            "for_approval",
        ),
        (Cond::Always, "unsent"),
    ],
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Is("opened_by", "agent")]),
        "installers_only",
        "ELS-02",
    )],
    effects: &OPENED,
    rules: &[
        "ELS-02", "ELS-03", "ELS-04", "ELS-05", "ELS-06", "ELS-07", "ELS-08",
    ],
    reopened: "for_approval",
    again: &[Effect::Start("handle_10wd", Since::Now)],
};

const OPENED: [Effect; fields::OPENING.len() + 1] = {
    let mut all = [Effect::When(
        Cond::All(&[Cond::Yes("submitted"), needed::COMPLETE]),
        &[Effect::Start("handle_10wd", Since::Received)],
    ); fields::OPENING.len() + 1];
    let mut at = 0;
    while at < fields::OPENING.len() {
        all[at] = Effect::Keep(fields::OPENING[at].key);
        at += 1;
    }
    all
};

const STATES: &[super::State] = &[
    state("unsent", Work::Open),
    state("for_approval", Work::Open),
    state("returned", Work::Waiting),
    state("unanswered", Work::Open),
    state("approved", Work::Waiting),
    state("completed_notice", Work::Open),
    state("closed_energised", Work::Closed),
    state("closed_rejected", Work::Closed),
    state("closed_expired", Work::Closed),
    state("closed_deleted", Work::Closed),
];

const fn clock(key: &'static str, term: Term, whose: Whose) -> Clock {
    Clock {
        key,
        rule: "ELS-31",
        term,
        whose,
    }
}

const CLOCKS: &[Clock] = &[
    clock("handle_10wd", Term::WorkingDays(10), Whose::Ours),
    clock("energise_5wd", Term::WorkingDays(5), Whose::Ours),
    clock("permit_12m", Term::Months(12), Whose::Notice),
    // a visit that led to nothing is decided on, before the permit runs out with it
    clock("reorder_2wd", Term::WorkingDays(2), Whose::Ours),
    // no page of a grid company says how long: our own, so that nothing lies returned for ever
    clock("answer_20wd", Term::WorkingDays(20), Whose::Notice),
];
