//! How a request ends without a meter: the customer cancels, or is not heard of any more.

use super::PAID;
use crate::process::field::{Field, FieldKind};
use crate::process::metering::lines::{self, step};
use crate::process::metering::{BEHALF, CALLED_OFF, REST_ENDS, fields};
use crate::process::{Action, Cond, Effect, From, Guard, SlotAct, To};

const fn cancel(from: &'static [&'static str], to: &'static str) -> Action {
    step("cancel_by_customer", From::In(from), To::State(to))
}

const DRAFTS: &[&str] = &[
    "draft_contact",
    "draft_location",
    "draft_meter",
    "checking",
    "choose_pay_or_wait",
    "choose_flavour",
];

pub(super) const CANCEL_DRAFT: Action = Action {
    rules: &["PRIO-03", "PRIO-31"],
    guards: &[NOT_PAID],
    effects: &[BEHALF, REST_ENDS[0], REST_ENDS[1], REST_ENDS[3]],
    ..cancel(DRAFTS, "cancelled")
};

const PLACED: Cond = Cond::Yes("placed");

/// What was paid before the request was reopened goes back: nothing is placed for it. Where a meter was
/// placed for it, that is for a person to say.
pub(super) const PAID_BACK: Effect = Effect::When(
    PAID,
    &[
        Effect::When(PLACED, &[Effect::Send("supervisor_alert")]),
        Effect::When(
            Cond::None(&[PLACED]),
            &[
                Effect::Set("payment", "refunding"),
                Effect::Send("payment_refund"),
            ],
        ),
    ],
);

/// What was paid in another amount goes back when the request ends.
const MISPAID_BACK: Effect = Effect::When(
    Cond::Yes("amount_mismatch"),
    &[Effect::Send("payment_refund")],
);

const NOT_PAID: Guard = Guard::Holds(Cond::None(&[PAID]), "paid_already", "PRIO-31");

pub(super) const CANCEL_PLANNING: Action = Action {
    rules: &["PRIO-03", "PRIO-31"],
    guards: &[NOT_PAID],
    effects: &[
        BEHALF,
        Effect::Slot(SlotAct::Release),
        REST_ENDS[0],
        REST_ENDS[2],
        REST_ENDS[3],
        MISPAID_BACK,
    ],
    ..cancel(&["planning"], "cancelled")
};

pub(super) const CANCEL_PAYING: Action = Action {
    rules: &["PRIO-03", "PRIO-31"],
    effects: &[
        BEHALF,
        Effect::Slot(SlotAct::Release),
        Effect::Set("payment", "canceled"),
        Effect::Send("payment_cancel"),
        REST_ENDS[0],
        REST_ENDS[2],
        REST_ENDS[3],
        MISPAID_BACK,
    ],
    ..cancel(&["awaiting_payment"], "cancelled")
};

static REFUND: Field = Field {
    preset: Some("yes"),
    ..Field::always("refund", FieldKind::YesNo)
};
static NOTE: Field = Field::optional("note", FieldKind::Note);

/// Where a paid request can stand without a visit: all drafts, for it may have been reopened.
const PAID_BEFORE: &[&str] = &[
    "draft_contact",
    "draft_location",
    "draft_meter",
    "checking",
    "choose_pay_or_wait",
    "choose_flavour",
    "planning",
];

/// Both systems let go of the order, and what was paid is given back as the policy says.
pub(super) const CANCEL_PAID: Action = Action {
    rules: &["PRIO-07", "PRIO-31"],
    fields: &[&fields::ON_BEHALF, &REFUND, &NOTE],
    guards: &[Guard::Holds(PAID, "not_paid", "PRIO-31")],
    effects: &[
        BEHALF,
        Effect::Slot(SlotAct::Release),
        REST_ENDS[0],
        REST_ENDS[1],
        REST_ENDS[2],
        REST_ENDS[3],
        Effect::Keep("refund"),
        CALLED_OFF,
        Effect::When(
            Cond::Yes("refund"),
            &[
                Effect::Set("payment", "refunding"),
                Effect::Send("payment_refund"),
            ],
        ),
        Effect::Send("prio_cancelled"),
    ],
    ..cancel(PAID_BEFORE, "cancelled_refunded")
};

pub(super) const CANCEL_ORDERED: Action = Action {
    guards: &[lines::BEFORE_VISIT],
    from: From::In(&["confirmed", "in_execution"]),
    ..CANCEL_PAID
};

pub(super) const INACTIVE: Action = Action {
    rules: &["PRIO-11"],
    effects: &[
        Effect::Lapse("inactivity"),
        REST_ENDS[1],
        REST_ENDS[2],
        REST_ENDS[3],
        Effect::Slot(SlotAct::Release),
        MISPAID_BACK,
        PAID_BACK,
    ],
    ..lines::timer(
        "inactivity_over",
        From::In(PAID_BEFORE),
        To::State("expired"),
        "inactivity",
    )
};
