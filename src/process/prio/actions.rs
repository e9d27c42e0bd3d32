//! The lines of the table but those of the payment. Anything that is not listed is refused.

use super::{ASK, PAID, ends, payment};
use crate::process::metering::lines::{self, only, step, told};
use crate::process::metering::{AWAKE, BEHALF, ORDERED, REST_ENDS, fields, joined};
use crate::process::{Action, By, Cond, Effect, From, Guard, SlotAct, To};

pub(super) const ACTIONS: &[Action] = &[
    lines::CONTACT_VALIDATED,
    lines::LOCATION_SEARCHED,
    lines::NOTHING_FOUND,
    METER_CHOSEN,
    CHOSEN_ANEW,
    NOT_OUR_GRID,
    ALREADY_SMART,
    NOT_FEASIBLE,
    IN_GSA_PLANNING,
    CHECKED_OK,
    lines::check_failed(From::In(&["checking"])),
    lines::check_again(From::In(&["checking"])),
    CHOOSE_NOW_PAID,
    CHOOSE_WAIT_FREE,
    FLAVOUR_CHOSEN,
    payment::SLOT_AFTER_PAYMENT,
    payment::SLOT_BEFORE_PAYMENT,
    payment::SLOT_FOUND,
    payment::CREATED,
    payment::CREATED_TOO_LATE,
    payment::PAID_IN_TIME,
    payment::PAID_AFTER_VISIT,
    payment::PAID_TOO_LATE,
    payment::FAILED,
    payment::CANCELED,
    payment::EXPIRED,
    payment::MISMATCH,
    payment::STRAY,
    payment::RELEASED,
    payment::RESEND,
    payment::REFUND,
    payment::REFUND_FAILED,
    payment::REFUND_AGAIN,
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
    DONE,
    DONE_AFTER_ALL,
    DONE_LATE,
    INFEASIBLE_ON_SITE,
    NOT_DONE,
    ends::CANCEL_DRAFT,
    ends::CANCEL_PLANNING,
    ends::CANCEL_PAYING,
    ends::CANCEL_PAID,
    ends::CANCEL_ORDERED,
    ends::INACTIVE,
];

const CHOSEN: [Effect; 8] = joined(&[&lines::METER, &ASK]);
const OTHER: [Effect; 11] = joined(&[&lines::METER, &lines::ANEW]);

const METER_CHOSEN: Action = Action {
    rules: &["PRIO-11", "PRIO-13", "PRIO-15", "PRIO-20", "PRIO-21"],
    fields: fields::METER_CHOSEN,
    guards: &[lines::MAY_ASK],
    effects: &CHOSEN,
    ..step(
        "meter_chosen",
        From::In(&["draft_meter"]),
        To::State("checking"),
    )
};

/// The number was wrong: the right one is checked (PRIO-15).
const CHOSEN_ANEW: Action = Action {
    guards: &[lines::MAY_ASK, lines::GAVE_UP],
    effects: &OTHER,
    from: From::In(&["checking"]),
    to: To::Same,
    ..METER_CHOSEN
};

const CHECKED: [Effect; 4] = [
    Effect::Keep("check_outcome"),
    Effect::Keep("check_source"),
    Effect::Keep("checked_at"),
    Effect::Stop("check_15m"),
];

const fn result(to: &'static str) -> Action {
    Action {
        fields: fields::CHECKED,
        ..told("check_result", From::In(&["checking"]), To::State(to))
    }
}

/// An outcome that ends the request, with the letter that says so. What was paid in an earlier episode
/// that placed nothing goes back: nothing is placed for it any more.
macro_rules! ended {
    ($outcome:literal, $to:literal, $letter:literal, $rule:literal) => {
        Action {
            rules: &["PRIO-22", "PRIO-23", $rule],
            guards: &[only(Cond::Is("check_outcome", $outcome), "PRIO-22")],
            effects: &[
                CHECKED[0],
                CHECKED[1],
                CHECKED[2],
                CHECKED[3],
                REST_ENDS[0],
                REST_ENDS[3],
                ends::PAID_BACK,
                Effect::Send($letter),
            ],
            ..result($to)
        }
    };
}

const NOT_OUR_GRID: Action = ended!(
    "not_our_grid",
    "ended_not_our_grid",
    "prio_ended_not_our_grid",
    "PRIO-27"
);

const ALREADY_SMART: Action = ended!(
    "already_smart",
    "ended_already_smart",
    "prio_ended_already_smart",
    "PRIO-25"
);

const NOT_FEASIBLE: Action = ended!(
    "not_feasible",
    "ended_not_feasible",
    "prio_ended_not_feasible",
    "PRIO-24"
);

const IN_GSA_PLANNING: Action = Action {
    rules: &["PRIO-22", "PRIO-23", "PRIO-26"],
    guards: &[only(
        Cond::Is("check_outcome", "in_gsa_planning"),
        "PRIO-22",
    )],
    effects: &[
        CHECKED[0],
        CHECKED[1],
        CHECKED[2],
        CHECKED[3],
        Effect::Keep("gsa_order"),
        AWAKE[0],
        AWAKE[1],
    ],
    ..result("choose_pay_or_wait")
};

const CHECKED_OK: Action = Action {
    rules: &["PRIO-13", "PRIO-22", "PRIO-23"],
    guards: &[only(Cond::Is("check_outcome", "ok"), "PRIO-22")],
    effects: &[
        CHECKED[0], CHECKED[1], CHECKED[2], CHECKED[3], AWAKE[0], AWAKE[1],
    ],
    ..result("choose_flavour")
};

/// The existing order is replaced, so that nobody comes twice (PRIO-26).
const CHOOSE_NOW_PAID: Action = Action {
    rules: &["PRIO-26"],
    effects: &[
        BEHALF,
        Effect::Set("replaces_gsa", "yes"),
        AWAKE[0],
        AWAKE[1],
    ],
    ..step(
        "choose_now_paid",
        From::In(&["choose_pay_or_wait"]),
        To::State("choose_flavour"),
    )
};

const CHOOSE_WAIT_FREE: Action = Action {
    rules: &["PRIO-26"],
    effects: &[
        BEHALF,
        REST_ENDS[0],
        REST_ENDS[3],
        ends::PAID_BACK,
        Effect::Send("prio_ended_wait_for_gsa"),
    ],
    ..step(
        "choose_wait_free",
        From::In(&["choose_pay_or_wait"]),
        To::State("ended_wait_for_gsa"),
    )
};

const FLAVOUR_CHOSEN: Action = Action {
    rules: &["PRIO-28", "PRIO-29"],
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Is("flavour", "conventional")]),
        "flavour_not_offered",
        "PRIO-29",
    )],
    ..lines::flavour_chosen(From::In(&["choose_flavour"]))
};

/// The meter is there: on record for good, for the fee has been earned, also when the request is reopened.
const PLACED: [Effect; 2] = [
    Effect::Set("gsa_state", "done"),
    Effect::Set("placed", "yes"),
];

const DONE: Action = Action {
    rules: &["PRIO-09", "PRIO-13"],
    effects: &[PLACED[0], PLACED[1], Effect::Stop("placement_3m")],
    ..lines::DONE
};

/// Placed all the same after a visit on which it was not: no other one is needed. Only what was paid has
/// been ordered.
const DONE_AFTER_ALL: Action = Action {
    from: From::In(&["planning"]),
    guards: &[Guard::Holds(PAID, "not_paid", "PRIO-34")],
    effects: &[
        PLACED[0],
        PLACED[1],
        Effect::Stop("placement_3m"),
        REST_ENDS[0],
    ],
    ..DONE
};

const DONE_LATE: Action = Action {
    effects: &[PLACED[0], PLACED[1], Effect::Send("supervisor_alert")],
    ..lines::DONE_LATE
};

const INFEASIBLE_ON_SITE: Action = Action {
    rules: &["PRIO-09", "PRIO-24"],
    guards: &[only(lines::INFEASIBLE, "PRIO-24")],
    effects: &[
        Effect::Keep("not_done_reason"),
        Effect::Set("gsa_state", "not_done"),
        Effect::Set("payment", "refunding"),
        Effect::Slot(SlotAct::Release),
        REST_ENDS[3],
        Effect::Send("order_cancel_domain"),
        Effect::Send("payment_refund"),
        Effect::Send("prio_ended_not_feasible"),
    ],
    ..lines::not_done("ended_not_feasible")
};

/// Another visit is planned, without a second payment (decision 17).
const NOT_DONE: Action = Action {
    rules: &["PRIO-09", "PRIO-31"],
    guards: &[only(lines::NOT_NOW, "PRIO-24")],
    ..lines::not_done("planning")
};

/// A visit is agreed on and paid for: the order leaves to both systems (PRIO-07, PRIO-34).
pub(super) const ORDER: [Effect; 8] = [
    ORDERED[0],
    ORDERED[1],
    ORDERED[2],
    Effect::Send("order_domain"),
    Effect::Send("order_gsa"),
    Effect::Send("prio_confirmed"),
    Effect::Set("gsa_state", "ordered"),
    Effect::Set("ordered", "yes"),
];

/// Only an agent does it.
pub(super) const fn by_agent(action: Action) -> Action {
    Action {
        by: By::Holder,
        ..action
    }
}
