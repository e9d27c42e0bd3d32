//! The lines that PRIO and TLM have in common.

use super::{AWAKE, BEHALF, CHECKS_TRIED, fields};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, SlotAct, To};

/// A line to begin with: a step of the customer, or of an agent on the customer's behalf.
pub(in crate::process) const fn step(key: &'static str, from: From, to: To) -> Action {
    Action {
        key,
        from,
        to,
        by: By::System,
        rules: &[],
        fields: fields::STEP_ONLY,
        form: None,
        guards: &[],
        effects: &[],
    }
}

/// What an outside system says.
pub(in crate::process) const fn told(key: &'static str, from: From, to: To) -> Action {
    Action {
        fields: fields::NOTE_ONLY,
        ..step(key, from, to)
    }
}

/// The passing of a clock.
pub(in crate::process) const fn timer(
    key: &'static str,
    from: From,
    to: To,
    clock: &'static str,
) -> Action {
    Action {
        by: By::Timer(clock),
        fields: &[],
        ..step(key, from, to)
    }
}

/// One of several lines of the same name: whichever answer was given decides.
pub(in crate::process) const fn only(cond: Cond, rule: &'static str) -> Guard {
    Guard::Holds(cond, "other_outcome", rule)
}

/// Step 2. Who confirmed the details, and when, is on record (PRIO-17).
pub(in crate::process) const CONTACT_VALIDATED: Action = Action {
    rules: &["PRIO-04", "PRIO-11", "PRIO-17"],
    fields: fields::CONTACT,
    guards: &[Guard::Yes(
        "details_right",
        "details_not_validated",
        "PRIO-17",
    )],
    effects: &[
        BEHALF,
        Effect::Keep("phone"),
        Effect::Keep("email"),
        Effect::Keep("contact_postcode"),
        Effect::Keep("contact_house_number"),
        Effect::Keep("validated_at"),
        Effect::Set("validated_by", "customer"),
        Effect::When(
            Cond::Yes("on_behalf"),
            &[Effect::Set("validated_by", "agent")],
        ),
        AWAKE[0],
        AWAKE[1],
    ],
    ..step(
        "contact_validated",
        From::In(&["draft_contact"]),
        To::State("draft_location"),
    )
};

const SEARCHED: &[Effect] = &[
    BEHALF,
    Effect::Keep("postcode"),
    Effect::Keep("house_number"),
    AWAKE[0],
    AWAKE[1],
];

/// Step 3. The address can be searched anew as long as no meter is chosen (PRIO-19).
pub(in crate::process) const LOCATION_SEARCHED: Action = Action {
    rules: &["PRIO-05", "PRIO-18", "PRIO-19", "PRIO-20"],
    fields: fields::LOCATION,
    guards: &[Guard::Holds(
        Cond::Yes("meters_found"),
        "no_meter_found",
        "PRIO-20",
    )],
    effects: SEARCHED,
    ..step(
        "location_searched",
        From::In(&["draft_location", "draft_meter"]),
        To::State("draft_meter"),
    )
};

/// No meter at the address: the step stays open (PRIO-20).
pub(in crate::process) const NOTHING_FOUND: Action = Action {
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Yes("meters_found")]),
        "meters_were_found",
        "PRIO-20",
    )],
    to: To::State("draft_location"),
    ..LOCATION_SEARCHED
};

/// Whoever does not live there declares being authorised.
pub(in crate::process) const MAY_ASK: Guard = Guard::Holds(
    Cond::Any(&[Cond::Yes("lives_there"), Cond::Yes("declares_authorised")]),
    "not_authorised",
    "PRIO-13",
);

/// The source of a check is not there: it is asked again, and after some tries a person looks.
pub(in crate::process) const fn check_failed(from: From) -> Action {
    Action {
        rules: &["PRIO-05", "PRIO-15"],
        fields: &[],
        effects: &[
            Effect::Count("check_failures"),
            Effect::When(
                Cond::None(&[Cond::AtLeast("check_failures", CHECKS_TRIED)]),
                &[Effect::Send("check_connection")],
            ),
            Effect::When(
                Cond::AtLeast("check_failures", CHECKS_TRIED),
                &[
                    Effect::Set("check_task", "yes"),
                    Effect::Send("supervisor_alert"),
                ],
            ),
        ],
        ..told("check_failed", from, To::Same)
    }
}

/// A person asks once more.
pub(in crate::process) const fn check_again(from: From) -> Action {
    Action {
        by: By::Holder,
        rules: &["PRIO-15"],
        effects: &[
            Effect::Set("check_task", "no"),
            Effect::Send("check_connection"),
        ],
        ..told("check_again", from, To::Same)
    }
}

/// Step 4: what is kept of the meter that was chosen.
pub(in crate::process) const METER: [Effect; 6] = [
    BEHALF,
    Effect::Keep("ean"),
    Effect::Keep("meter_no"),
    Effect::Keep("declares_authorised"),
    AWAKE[0],
    AWAKE[1],
];

/// Another meter is chosen when the one that was chosen cannot be checked, as when its number is wrong:
/// no answer about the one before is on its way any more.
pub(in crate::process) const GAVE_UP: Guard =
    Guard::Holds(Cond::Yes("check_task"), "check_is_running", "PRIO-15");

/// … and the checks begin anew.
pub(in crate::process) const ANEW: [Effect; 5] = [
    Effect::Set("check_task", "no"),
    Effect::Clear("check_failures"),
    Effect::Cancel("check_15m"),
    Effect::Start("check_15m", Since::Now),
    Effect::Send("check_connection"),
];

const ACKED: &[&str] = &["PRIO-07", "PRIO-09"];

/// Both systems have the order: the technician's part begins (PRIO-09).
pub(in crate::process) const ACKS: [Action; 6] = [
    last_ack("domain_ack", "gsa_acked", DOMAIN_ACKED),
    ack("domain_ack", &["confirmed"], &[NOT_GSA_ACKED], DOMAIN_ACKED),
    ack("domain_ack", &["in_execution"], &[], DOMAIN_ACKED),
    last_ack("gsa_ack", "domain_acked", GSA_ACKED),
    ack("gsa_ack", &["confirmed"], &[NOT_DOMAIN_ACKED], GSA_ACKED),
    ack("gsa_ack", &["in_execution"], &[], GSA_ACKED),
];

const DOMAIN_ACKED: &[Effect] = &[Effect::Set("domain_acked", "yes")];
const GSA_ACKED: &[Effect] = &[
    Effect::Set("gsa_acked", "yes"),
    Effect::Keep("gsa_acked_at"),
];
const NOT_GSA_ACKED: Guard = Guard::Holds(
    Cond::None(&[Cond::Yes("gsa_acked")]),
    "acked_already",
    "PRIO-07",
);
const NOT_DOMAIN_ACKED: Guard = Guard::Holds(
    Cond::None(&[Cond::Yes("domain_acked")]),
    "acked_already",
    "PRIO-07",
);

const fn ack(
    key: &'static str,
    from: &'static [&'static str],
    guards: &'static [Guard],
    effects: &'static [Effect],
) -> Action {
    Action {
        rules: ACKED,
        fields: match key.as_bytes()[0] {
            b'g' => fields::ACKED,
            _ => &[],
        },
        guards,
        effects,
        ..told(key, From::In(from), To::Same)
    }
}

const fn last_ack(key: &'static str, other: &'static str, effects: &'static [Effect]) -> Action {
    let guards: &'static [Guard] = match other.as_bytes()[0] {
        b'g' => &[Guard::Holds(
            Cond::Yes("gsa_acked"),
            "other_ack_missing",
            "PRIO-07",
        )],
        _ => &[Guard::Holds(
            Cond::Yes("domain_acked"),
            "other_ack_missing",
            "PRIO-07",
        )],
    };
    Action {
        to: To::State("in_execution"),
        ..ack(key, &["confirmed"], guards, effects)
    }
}

/// All tries are used up: somebody here must look. The same order is never sent as another one.
pub(in crate::process) const DELIVERY_FAILED: Action = Action {
    by: By::Outside,
    rules: &["PRIO-07"],
    fields: fields::FAILED,
    effects: &[
        Effect::Keep("undelivered"),
        Effect::Send("supervisor_alert"),
    ],
    // an order to cancel, or the data of an installation, may fail when the request has ended
    ..told("delivery_failed", From::Any, To::Same)
};

/// How far the work order is, as the work-order management says (PRIO-09).
pub(in crate::process) const GSA_STATUS: Action = Action {
    rules: &["PRIO-09"],
    fields: fields::STATUS,
    effects: &[Effect::Keep("gsa_state")],
    ..told(
        "gsa_status",
        From::In(&["confirmed", "in_execution"]),
        To::Same,
    )
};

/// A request that came with values that cannot be: which, and why, for whoever works it (PRIO-03).
pub(in crate::process) const CAME_WITHOUT: Action = Action {
    by: By::Outside,
    rules: &["PRIO-03"],
    fields: fields::NOTED,
    ..told("came_without", From::Live, To::Same)
};

/// How the meter is to be read (PRIO-28, TLM-13); then comes the time.
pub(in crate::process) const fn flavour_chosen(from: From) -> Action {
    Action {
        fields: fields::FLAVOUR_CHOSEN,
        effects: &[BEHALF, Effect::Keep("flavour"), AWAKE[0], AWAKE[1]],
        ..step("flavour_chosen", from, To::State("planning"))
    }
}

const VISITED: From = From::In(&["in_execution"]);

/// The technician has placed the meter (PRIO-09).
pub(in crate::process) const DONE: Action = Action {
    rules: &["PRIO-09"],
    effects: &[Effect::Set("gsa_state", "done")],
    ..told("gsa_done", VISITED, To::State("completed"))
};

/// Placed although the request has ended: somebody here has to settle it.
pub(in crate::process) const DONE_LATE: Action = Action {
    effects: &[
        Effect::Set("gsa_state", "done"),
        Effect::Send("supervisor_alert"),
    ],
    from: From::Closed,
    to: To::Same,
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Is("gsa_state", "done")]),
        "done_already",
        "PRIO-09",
    )],
    ..DONE
};

/// A visit on which the meter could not be placed.
pub(in crate::process) const fn not_done(to: &'static str) -> Action {
    Action {
        fields: fields::NOT_DONE_FIELDS,
        effects: &[
            Effect::Keep("not_done_reason"),
            Effect::Set("gsa_state", "not_done"),
            Effect::Slot(SlotAct::Release),
        ],
        ..told("gsa_not_done", VISITED, To::State(to))
    }
}

/// It can never be placed there.
pub(in crate::process) const INFEASIBLE: Cond = Cond::Is("not_done_reason", "infeasible");
/// It can, another time.
pub(in crate::process) const NOT_NOW: Cond = Cond::None(&[INFEASIBLE]);

/// Another block of time, after a contact with the customer; the old one is given back (PRIO-04).
pub(in crate::process) const REPLAN: Action = Action {
    by: By::Holder,
    rules: &["PRIO-04", "PRIO-30"],
    fields: fields::REPLAN,
    guards: &[Guard::Future("slot_start")],
    effects: &[
        BEHALF,
        Effect::Keep("slot"),
        Effect::Keep("slot_start"),
        Effect::Slot(SlotAct::Book),
        Effect::Send("order_change_domain"),
        Effect::Send("order_change_gsa"),
    ],
    ..told("replan", From::In(&["confirmed", "in_execution"]), To::Same)
};

/// The visit lies ahead: after that the technician decides.
pub(in crate::process) const BEFORE_VISIT: Guard =
    Guard::NotYet("slot_start", "visit_begun", "PRIO-09");
