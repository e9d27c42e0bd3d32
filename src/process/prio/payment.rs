//! Planning and payment. A block of time is held while the customer pays, and given back on every
//! way out (PRIO-31). What the payment service says counts for the payment that is open only.

use super::PAID;
use super::actions::{ORDER, by_agent};
use crate::process::field::{Field, FieldKind};
use crate::process::metering::lines::{BEFORE_VISIT, step, timer, told};
use crate::process::metering::{
    AWAKE, BEHALF, CHANGED, ORDERED, ORDERED_BEFORE, REST_ENDS, fields,
};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, SlotAct, To};

const CHOSEN: [Effect; 3] = [BEHALF, Effect::Keep("slot"), Effect::Keep("slot_start")];

const fn slot(from: &'static [&'static str], to: &'static str) -> Action {
    Action {
        fields: fields::SLOT_CHOSEN,
        ..step("slot_chosen", From::In(from), To::State(to))
    }
}

/// The fee was paid before: no second payment (decision 17). A request that was reopened orders anew,
/// after a visit without result the order is changed.
pub(super) const SLOT_AFTER_PAYMENT: Action = Action {
    rules: &["PRIO-04", "PRIO-30", "PRIO-31"],
    guards: &[
        Guard::Holds(PAID, "not_paid", "PRIO-31"),
        Guard::Future("slot_start"),
    ],
    effects: &[
        CHOSEN[0],
        CHOSEN[1],
        CHOSEN[2],
        Effect::Slot(SlotAct::Book),
        ORDERED[0],
        ORDERED[1],
        ORDERED[2],
        CHANGED,
        Effect::When(
            Cond::None(&[ORDERED_BEFORE]),
            &[
                Effect::Send("order_domain"),
                Effect::Send("order_gsa"),
                Effect::Send("prio_confirmed"),
            ],
        ),
        Effect::Set("gsa_state", "ordered"),
        Effect::Set("ordered", "yes"),
    ],
    ..slot(&["planning"], "confirmed")
};

/// The block is held, the payment asked for; the amount is that of the fee table (PRIO-14).
pub(super) const SLOT_BEFORE_PAYMENT: Action = Action {
    rules: &["PRIO-04", "PRIO-14", "PRIO-30", "PRIO-31"],
    guards: &[
        Guard::Holds(Cond::None(&[PAID]), "paid_already", "PRIO-31"),
        Guard::Future("slot_start"),
    ],
    effects: &[
        CHOSEN[0],
        CHOSEN[1],
        CHOSEN[2],
        AWAKE[0],
        AWAKE[1],
        Effect::Slot(SlotAct::Hold),
        Effect::Start("slot_hold", Since::Now),
        Effect::Set("payment", "asked"),
        Effect::Send("payment_create"),
    ],
    ..slot(&["planning"], "awaiting_payment")
};

/// The payment came when the block was gone; another one is found.
pub(super) const SLOT_FOUND: Action = Action {
    rules: &["PRIO-04", "PRIO-30", "PRIO-34"],
    guards: &[Guard::Future("slot_start")],
    effects: &[
        CHOSEN[0],
        CHOSEN[1],
        CHOSEN[2],
        Effect::Slot(SlotAct::Book),
        ORDER[0],
        ORDER[1],
        ORDER[2],
        ORDER[3],
        ORDER[4],
        ORDER[5],
        ORDER[6],
        ORDER[7],
    ],
    ..slot(&["paid_needs_slot"], "confirmed")
};

static PAYMENT_ID: Field = Field::always("payment_id", FieldKind::Code);
static AMOUNT: Field = Field::always("amount", FieldKind::Money);
static EXPIRES_AT: Field = Field {
    preset: Some(""),
    ..Field::optional("expires_at", FieldKind::Instant)
};
/// Whether the customer is paying by it already, and needs no link.
static UNDER_WAY: Field = Field::derived("under_way", FieldKind::YesNo);
static PAID_AMOUNT: Field = Field::always("paid_amount", FieldKind::Money);

/// The payment service has it: where to pay goes to a customer who is on the telephone by message.
pub(super) const CREATED: Action = Action {
    by: By::Outside,
    rules: &["PRIO-04", "PRIO-14", "PRIO-31"],
    fields: &[&PAYMENT_ID, &AMOUNT, &EXPIRES_AT, &UNDER_WAY],
    effects: &[
        Effect::Keep("payment_id"),
        Effect::Keep("amount"),
        Effect::Keep("expires_at"),
        Effect::Set("payment", "open"),
        Effect::When(
            Cond::All(&[
                Cond::Yes("on_behalf"),
                Cond::None(&[Cond::Yes("under_way")]),
            ]),
            &[Effect::Send("payment_link")],
        ),
    ],
    ..told("payment_created", From::In(&["awaiting_payment"]), To::Same)
};

/// The block was given back before the service answered: the payment is not needed any more.
pub(super) const CREATED_TOO_LATE: Action = Action {
    guards: &[Guard::Holds(Cond::None(&[PAID]), "paid_already", "PRIO-31")],
    effects: &[
        Effect::Keep("payment_id"),
        Effect::Keep("amount"),
        Effect::Keep("expires_at"),
        Effect::Set("payment", "open"),
        Effect::Send("payment_cancel"),
    ],
    from: From::In(&["planning"]),
    ..CREATED
};

const SAME_PAYMENT: Guard =
    Guard::Same("payment_id", "payment_id", "payment_not_current", "PRIO-31");
const OPEN: Guard = Guard::Holds(Cond::Is("payment", "open"), "payment_not_open", "PRIO-31");
/// Who paid while the link was sent again has paid.
const PAYABLE: Guard = Guard::Holds(
    Cond::Any(&[Cond::Is("payment", "open"), Cond::Is("payment", "asked")]),
    "payment_not_open",
    "PRIO-31",
);
/// What ended may still turn out to be paid.
const MAY_BE_PAID: Guard = Guard::Holds(
    Cond::Any(&[
        Cond::Is("payment", "open"),
        Cond::Is("payment", "failed"),
        Cond::Is("payment", "canceled"),
        Cond::Is("payment", "expired"),
    ]),
    "payment_not_open",
    "PRIO-31",
);
const SAME_AMOUNT: Guard = Guard::Same("paid_amount", "amount", "amount_differs", "PRIO-31");

const OF_PAYMENT: &[&Field] = &[&PAYMENT_ID];

const fn of_payment(key: &'static str, from: &'static [&'static str], to: To) -> Action {
    Action {
        by: By::Outside,
        rules: &["PRIO-31"],
        fields: OF_PAYMENT,
        ..told(key, From::In(from), to)
    }
}

/// With the fee paid, what was paid before in another amount goes back.
const PAID_UP: [Effect; 3] = [
    Effect::Set("payment", "paid"),
    Effect::Start("placement_3m", Since::Received),
    Effect::When(
        Cond::Yes("amount_mismatch"),
        &[
            Effect::Set("amount_mismatch", "no"),
            Effect::Send("payment_refund_other"),
        ],
    ),
];

/// The order leaves only now (PRIO-34), and only for a visit that lies ahead.
pub(super) const PAID_IN_TIME: Action = Action {
    rules: &[
        "PRIO-06", "PRIO-07", "PRIO-31", "PRIO-32", "PRIO-33", "PRIO-34",
    ],
    fields: &[&PAYMENT_ID, &PAID_AMOUNT],
    guards: &[SAME_PAYMENT, SAME_AMOUNT, PAYABLE, BEFORE_VISIT],
    effects: &[
        PAID_UP[0],
        PAID_UP[1],
        PAID_UP[2],
        Effect::Stop("slot_hold"),
        Effect::Slot(SlotAct::Confirm),
        ORDER[0],
        ORDER[1],
        ORDER[2],
        ORDER[3],
        ORDER[4],
        ORDER[5],
        ORDER[6],
        ORDER[7],
    ],
    ..of_payment(
        "payment_paid",
        &["awaiting_payment"],
        To::State("confirmed"),
    )
};

/// Paid when the time of the visit had passed: a person finds another one, or gives the money back.
pub(super) const PAID_AFTER_VISIT: Action = Action {
    guards: &[SAME_PAYMENT, SAME_AMOUNT, PAYABLE],
    effects: &[
        PAID_UP[0],
        PAID_UP[1],
        PAID_UP[2],
        Effect::Stop("slot_hold"),
        Effect::Slot(SlotAct::Release),
        REST_ENDS[0],
    ],
    to: To::State("paid_needs_slot"),
    rules: &["PRIO-31"],
    ..PAID_IN_TIME
};

/// Paid when the block was gone: a person finds another one, or gives the money back.
pub(super) const PAID_TOO_LATE: Action = Action {
    guards: &[SAME_PAYMENT, SAME_AMOUNT, MAY_BE_PAID],
    effects: &[PAID_UP[0], PAID_UP[1], PAID_UP[2], REST_ENDS[0]],
    from: From::In(&["planning"]),
    to: To::State("paid_needs_slot"),
    rules: &["PRIO-31"],
    ..PAID_IN_TIME
};

const OVER: &[&str] = &["awaiting_payment", "planning"];

const BACK: [Effect; 4] = [
    Effect::Slot(SlotAct::Release),
    Effect::Cancel("slot_hold"),
    AWAKE[0],
    AWAKE[1],
];

pub(super) const FAILED: Action = Action {
    guards: &[SAME_PAYMENT, OPEN],
    effects: &[
        Effect::Set("payment", "failed"),
        BACK[0],
        BACK[1],
        BACK[2],
        BACK[3],
    ],
    ..of_payment("payment_failed", OVER, To::State("planning"))
};

pub(super) const CANCELED: Action = Action {
    key: "payment_canceled",
    effects: &[
        Effect::Set("payment", "canceled"),
        BACK[0],
        BACK[1],
        BACK[2],
        BACK[3],
    ],
    ..FAILED
};

pub(super) const EXPIRED: Action = Action {
    key: "payment_expired",
    effects: &[
        Effect::Set("payment", "expired"),
        BACK[0],
        BACK[1],
        BACK[2],
        BACK[3],
    ],
    ..FAILED
};

/// Paid, but not that amount or not in that currency: no order, and somebody looks.
pub(super) const MISMATCH: Action = Action {
    guards: &[SAME_PAYMENT],
    effects: &[
        Effect::Set("amount_mismatch", "yes"),
        Effect::Send("supervisor_alert"),
    ],
    ..of_payment("payment_mismatch", OVER, To::Same)
};

/// Paid through a link that counts no more, or after the request had ended: given back.
pub(super) const STRAY: Action = Action {
    from: From::Any,
    effects: &[
        Effect::Count("stray_payments"),
        Effect::Send("payment_refund"),
        Effect::Send("supervisor_alert"),
    ],
    ..of_payment("payment_stray", OVER, To::Same)
};

/// Money that did not go back: somebody looks.
pub(super) const REFUND_FAILED: Action = Action {
    by: By::Outside,
    rules: &["PRIO-31"],
    fields: &[],
    effects: &[
        Effect::Set("refund_failed", "yes"),
        Effect::Send("supervisor_alert"),
    ],
    ..told("refund_failed", From::Any, To::Same)
};

/// What failed is tried once more, and nothing else is given back.
pub(super) const REFUND_AGAIN: Action = Action {
    by: By::Lead,
    rules: &["PRIO-31"],
    guards: &[Guard::Holds(
        Cond::Yes("refund_failed"),
        "no_refund_failed",
        "PRIO-31",
    )],
    effects: &[
        Effect::Set("refund_failed", "no"),
        Effect::Send("payment_refund_again"),
    ],
    ..told("refund_again", From::Any, To::Same)
};

/// The block is given back; a payment that comes all the same is not lost.
pub(super) const RELEASED: Action = Action {
    rules: &["PRIO-31"],
    effects: &[
        Effect::Lapse("slot_hold"),
        Effect::Slot(SlotAct::Release),
        Effect::Set("payment", "expired"),
        Effect::Send("payment_cancel"),
        AWAKE[0],
        AWAKE[1],
    ],
    ..timer(
        "slot_released",
        From::In(&["awaiting_payment"]),
        To::State("planning"),
        "slot_hold",
    )
};

/// An agent never pays, but sends the link once more: a new payment, and the quarter of an hour
/// begins anew (PRIO-04).
pub(super) const RESEND: Action = by_agent(Action {
    rules: &["PRIO-04", "PRIO-31"],
    guards: &[BEFORE_VISIT],
    effects: &[
        BEHALF,
        Effect::Cancel("slot_hold"),
        Effect::Start("slot_hold", Since::Now),
        Effect::Slot(SlotAct::Hold),
        Effect::Set("payment", "asked"),
        Effect::Send("payment_cancel"),
        Effect::Send("payment_create"),
    ],
    ..step(
        "resend_payment_link",
        From::In(&["awaiting_payment"]),
        To::Same,
    )
});

pub(super) const REFUND: Action = by_agent(Action {
    rules: &["PRIO-31"],
    effects: &[
        Effect::Set("payment", "refunding"),
        REST_ENDS[3],
        Effect::Send("payment_refund"),
        Effect::Send("prio_cancelled"),
    ],
    ..told(
        "refund",
        From::In(&["paid_needs_slot"]),
        To::State("cancelled_refunded"),
    )
});
