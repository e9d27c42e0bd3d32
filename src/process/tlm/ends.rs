//! How a request ends after its data are known: with a meter, or without.

use super::DATA;
use crate::process::metering::lines::{self, only, step};
use crate::process::metering::{BEHALF, CALLED_OFF, REST_ENDS};
use crate::process::{Action, Cond, Effect, From, Guard, SlotAct, To};

pub(super) const DONE: Action = Action {
    rules: &["PRIO-09", "TLM-04"],
    ..lines::DONE
};

/// Placed all the same after a visit on which it was not: no other one is needed.
pub(super) const DONE_AFTER_ALL: Action = Action {
    guards: &[Guard::Holds(Cond::Yes("ordered"), "not_ordered", "TLM-12")],
    effects: &[Effect::Set("gsa_state", "done"), REST_ENDS[0]],
    from: From::In(&["planning"]),
    ..DONE
};

pub(super) const DONE_LATE: Action = Action {
    rules: &["PRIO-09", "TLM-04"],
    ..lines::DONE_LATE
};

pub(super) const INFEASIBLE_ON_SITE: Action = Action {
    rules: &["PRIO-09", "TLM-17"],
    guards: &[only(lines::INFEASIBLE, "TLM-17")],
    effects: &[
        Effect::Keep("not_done_reason"),
        Effect::Set("gsa_state", "not_done"),
        Effect::Slot(SlotAct::Release),
        Effect::Send("order_cancel_domain"),
        Effect::Send("tlm_ended_not_feasible"),
    ],
    ..lines::not_done("ended_not_feasible")
};

pub(super) const NOT_DONE: Action = Action {
    rules: &["PRIO-09", "TLM-14"],
    guards: &[only(lines::NOT_NOW, "TLM-17")],
    ..lines::not_done("planning")
};

/// The customer does not want the exchange; the data are recorded all the same (TLM-03).
pub(super) const DECLINE: Action = Action {
    rules: &["TLM-03", "TLM-12"],
    effects: &[BEHALF, REST_ENDS[0], DATA],
    ..step(
        "decline",
        From::In(&["offer_exchange"]),
        To::State("ended_declined"),
    )
};

pub(super) const CANCEL: Action = Action {
    rules: &["TLM-03"],
    effects: &[BEHALF, REST_ENDS[0], REST_ENDS[1], DATA],
    ..step(
        "cancel_by_customer",
        From::In(&[
            "draft_contact",
            "draft_location",
            "draft_meter",
            "draft_installation",
            "checking_suitability",
            "offer_exchange",
        ]),
        To::State("cancelled"),
    )
};

pub(super) const CANCEL_PLANNING: Action = Action {
    from: From::In(&["planning"]),
    effects: &[
        BEHALF,
        REST_ENDS[0],
        Effect::Slot(SlotAct::Release),
        CALLED_OFF,
        DATA,
    ],
    ..CANCEL
};

pub(super) const CANCEL_ORDERED: Action = Action {
    from: From::In(&["confirmed", "in_execution"]),
    guards: &[lines::BEFORE_VISIT],
    ..CANCEL_PLANNING
};

pub(super) const INACTIVE: Action = Action {
    rules: &["PRIO-11", "TLM-03"],
    effects: &[
        Effect::Lapse("inactivity"),
        REST_ENDS[1],
        Effect::Slot(SlotAct::Release),
        DATA,
    ],
    ..lines::timer(
        "inactivity_over",
        From::In(&[
            "draft_contact",
            "draft_location",
            "draft_meter",
            "draft_installation",
            "checking_suitability",
            "offer_exchange",
            "planning",
        ]),
        To::State("expired"),
        "inactivity",
    )
};
