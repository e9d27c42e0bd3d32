//! The lines of the table but those that end it. Anything that is not listed is refused.

use super::{DATA, ENTERED, FORM, ends};
use crate::process::metering::lines::{self, only, step, told};
use crate::process::metering::{
    AWAKE, BEHALF, CHANGED, ORDERED, ORDERED_BEFORE, REST_ENDS, fields, joined,
};
use crate::process::{Action, Cond, Effect, From, Guard, SlotAct, To};

pub(super) const ACTIONS: &[Action] = &[
    CONTACT_VALIDATED,
    LOCATION_SEARCHED,
    NOTHING_FOUND,
    METER_CHOSEN,
    CHOSEN_ANEW,
    NOT_OUR_GRID,
    INSTALLATION_ENTERED,
    SUITABLE,
    NOT_SUITABLE,
    NOT_FEASIBLE,
    FOUND_ELSEWHERE,
    lines::check_failed(From::In(&["checking_suitability"])),
    lines::check_again(From::In(&["checking_suitability"])),
    FLAVOUR_CHOSEN,
    SLOT_CHOSEN,
    lines::ACKS[0],
    lines::ACKS[1],
    lines::ACKS[2],
    lines::ACKS[3],
    lines::ACKS[4],
    lines::ACKS[5],
    lines::DELIVERY_FAILED,
    lines::CAME_WITHOUT,
    lines::GSA_STATUS,
    lines::REPLAN,
    ends::DONE,
    ends::DONE_AFTER_ALL,
    ends::DONE_LATE,
    ends::INFEASIBLE_ON_SITE,
    ends::NOT_DONE,
    ends::DECLINE,
    ends::CANCEL,
    ends::CANCEL_PLANNING,
    ends::CANCEL_ORDERED,
    ends::INACTIVE,
];

const CONTACT_VALIDATED: Action = Action {
    rules: &["PRIO-04", "PRIO-11", "PRIO-17", "TLM-06"],
    ..lines::CONTACT_VALIDATED
};

const FOUND: &[&str] = &["PRIO-05", "PRIO-18", "PRIO-19", "PRIO-20", "TLM-07"];

const LOCATION_SEARCHED: Action = Action {
    rules: FOUND,
    ..lines::LOCATION_SEARCHED
};

const NOTHING_FOUND: Action = Action {
    rules: FOUND,
    ..lines::NOTHING_FOUND
};

const WHOSE_GRID: [Effect; 1] = [Effect::Keep("grid_ours")];
const CHOSEN: [Effect; 7] = joined(&[&lines::METER, &WHOSE_GRID]);
const OTHER: [Effect; 12] = joined(&[&CHOSEN, &lines::ANEW]);

const METER_CHOSEN: Action = Action {
    rules: &["PRIO-11", "PRIO-20", "PRIO-21", "TLM-08", "TLM-17"],
    fields: fields::METER_AND_GRID,
    guards: &[lines::MAY_ASK, only(Cond::Yes("grid_ours"), "TLM-17")],
    effects: &CHOSEN,
    ..step(
        "meter_chosen",
        From::In(&["draft_meter"]),
        To::State("draft_installation"),
    )
};

/// The number was wrong: the right one is checked (PRIO-15).
const CHOSEN_ANEW: Action = Action {
    guards: &[
        lines::MAY_ASK,
        only(Cond::Yes("grid_ours"), "TLM-17"),
        lines::GAVE_UP,
    ],
    effects: &OTHER,
    from: From::In(&["checking_suitability"]),
    to: To::Same,
    ..METER_CHOSEN
};

const NOT_OUR_GRID: Action = Action {
    guards: &[
        lines::MAY_ASK,
        only(Cond::None(&[Cond::Yes("grid_ours")]), "TLM-17"),
    ],
    effects: &[
        BEHALF,
        Effect::Keep("ean"),
        Effect::Keep("meter_no"),
        Effect::Keep("grid_ours"),
        REST_ENDS[0],
        Effect::Send("tlm_ended_not_our_grid"),
    ],
    to: To::State("ended_not_our_grid"),
    ..METER_CHOSEN
};

/// All that the version in force at the receipt needs is there and valid (TLM-09, TLM-10).
const INSTALLATION_ENTERED: Action = Action {
    rules: &["TLM-02", "TLM-03", "TLM-09", "TLM-10"],
    fields: fields::BEHALF_ONLY,
    form: Some(FORM),
    effects: &[
        BEHALF,
        Effect::KeepForm,
        ENTERED[0],
        ENTERED[1],
        ENTERED[2],
        AWAKE[0],
        AWAKE[1],
    ],
    ..step(
        "installation_entered",
        From::In(&["draft_installation"]),
        To::State("checking_suitability"),
    )
};

const CHECKED: [Effect; 5] = [
    Effect::Keep("suitability"),
    Effect::Keep("check_source"),
    Effect::Keep("checked_at"),
    Effect::Keep("gsa_order"),
    Effect::Stop("check_15m"),
];

const fn result(to: &'static str) -> Action {
    Action {
        fields: fields::SUITABLE,
        ..told(
            "check_result",
            From::In(&["checking_suitability"]),
            To::State(to),
        )
    }
}

const SUITABLE: Action = Action {
    rules: &["TLM-02", "TLM-11"],
    guards: &[only(Cond::Is("suitability", "suitable"), "TLM-11")],
    effects: &[
        CHECKED[0],
        CHECKED[1],
        CHECKED[2],
        CHECKED[4],
        REST_ENDS[0],
        DATA,
        Effect::Send("tlm_ended_suitable"),
    ],
    ..result("ended_suitable")
};

/// An order that is planned already is linked; it leaves no choice to make, for this one is free
/// (TLM-17).
const NOT_SUITABLE: Action = Action {
    rules: &["TLM-02", "TLM-12", "TLM-17"],
    guards: &[only(Cond::Is("suitability", "not_suitable"), "TLM-12")],
    effects: &[
        CHECKED[0],
        CHECKED[1],
        CHECKED[2],
        CHECKED[3],
        CHECKED[4],
        Effect::When(
            Cond::Known("gsa_order"),
            &[Effect::Set("replaces_gsa", "yes")],
        ),
        AWAKE[0],
        AWAKE[1],
    ],
    ..result("offer_exchange")
};

const NOT_FEASIBLE: Action = Action {
    rules: &["TLM-03", "TLM-17"],
    guards: &[only(Cond::Is("suitability", "not_feasible"), "TLM-17")],
    effects: &[
        CHECKED[0],
        CHECKED[1],
        CHECKED[2],
        CHECKED[4],
        REST_ENDS[0],
        DATA,
        Effect::Send("tlm_ended_not_feasible"),
    ],
    ..result("ended_not_feasible")
};

/// The check found out what nobody knew when the meter was chosen. The data were recorded and are sent
/// as from any other end behind the form (TLM-03).
const FOUND_ELSEWHERE: Action = Action {
    rules: &["TLM-03", "TLM-17"],
    guards: &[only(Cond::Is("suitability", "not_our_grid"), "TLM-17")],
    effects: &[
        CHECKED[0],
        CHECKED[1],
        CHECKED[2],
        CHECKED[4],
        Effect::Set("grid_ours", "no"),
        REST_ENDS[0],
        DATA,
        Effect::Send("tlm_ended_not_our_grid"),
    ],
    ..result("ended_not_our_grid")
};

/// All three can be chosen (TLM-13).
const FLAVOUR_CHOSEN: Action = Action {
    rules: &["TLM-12", "TLM-13"],
    ..lines::flavour_chosen(From::In(&["offer_exchange"]))
};

/// Nothing is paid: the block is taken for good and the order leaves (TLM-12, TLM-15).
const SLOT_CHOSEN: Action = Action {
    rules: &["PRIO-04", "TLM-12", "TLM-14", "TLM-15"],
    fields: fields::SLOT_CHOSEN,
    guards: &[Guard::Future("slot_start")],
    effects: &[
        BEHALF,
        Effect::Keep("slot"),
        Effect::Keep("slot_start"),
        Effect::Slot(SlotAct::Book),
        ORDERED[0],
        ORDERED[1],
        ORDERED[2],
        CHANGED,
        Effect::When(
            Cond::None(&[ORDERED_BEFORE]),
            &[
                Effect::Send("order_domain"),
                DATA,
                Effect::Send("order_gsa"),
                Effect::Send("tlm_confirmed"),
            ],
        ),
        Effect::Set("ordered", "yes"),
        Effect::Set("gsa_state", "ordered"),
    ],
    ..step(
        "slot_chosen",
        From::In(&["planning"]),
        To::State("confirmed"),
    )
};
