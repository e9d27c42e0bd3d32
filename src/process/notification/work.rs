//! The work of a technician at the plant, where the permit needs one (ELS-31): how far it is, as those
//! who carry it out say it, and what becomes of it when it was not done.
//!
//! The rows are ours: what the grid company does between permit and energising stands in no manual.

use crate::process::metering::fields::{NOT_DONE_FIELDS, NOTE_ONLY, TAKEN_OVER};
use crate::process::metering::lines::{self, told};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, To};

const RULES: &[&str] = &["ELS-31"];

/// Said of an order that was never given, it is somebody else's.
const ORDERED: Guard = Guard::Holds(Cond::Known("gsa_state"), "no_work_ordered", "ELS-31");

/// Where the permit stands, and the work is still wanted.
const WANTED: From = From::In(&["approved", "completed_notice"]);

/// The order leaves with the permit, and each further one under a key of its own.
pub(super) const ORDER: [Effect; 2] = [
    Effect::Set("gsa_state", "ordered"),
    Effect::Send("order_installation"),
];

/// After the sending: before it there is no order, and the notification is its installer's alone.
const SENT: From = From::In(&[
    "for_approval",
    "returned",
    "unanswered",
    "approved",
    "completed_notice",
]);

/// How far the technicians are.
pub(super) const STATUS: Action = Action {
    rules: RULES,
    fields: TAKEN_OVER,
    guards: &[ORDERED],
    effects: &[
        Effect::Keep("gsa_state"),
        Effect::Keep("gsa_acked_at"),
        Effect::Cancel("reorder_2wd"),
    ],
    ..told("work_status", SENT, To::Same)
};

/// The same of a notification that has ended.
pub(super) const STATUS_LATE: Action = Action {
    from: From::Closed,
    effects: &[Effect::Keep("gsa_state"), Effect::Keep("gsa_acked_at")],
    ..STATUS
};

/// The work is done.
pub(super) const DONE: Action = Action {
    rules: RULES,
    guards: &[ORDERED],
    effects: &[
        Effect::Set("gsa_state", "done"),
        Effect::Cancel("reorder_2wd"),
    ],
    ..told("work_done", SENT, To::Same)
};

/// The same of a notification that has ended.
pub(super) const DONE_LATE: Action = Action {
    from: From::Closed,
    effects: &[Effect::Set("gsa_state", "done")],
    ..DONE
};

/// Somebody here has to decide how the work is done after all: the lead is told at once, and a
/// clock stands at the case until it is ordered again or needed no more.
pub(super) const NOT_DONE: Action = Action {
    rules: RULES,
    fields: NOT_DONE_FIELDS,
    guards: &[ORDERED],
    effects: &[
        NOT_DONE_KEPT[0],
        NOT_DONE_KEPT[1],
        NOT_DONE_KEPT[2],
        Effect::Cancel("reorder_2wd"),
        Effect::Start("reorder_2wd", Since::Now),
    ],
    ..told("work_not_done", WANTED, To::Same)
};

const NOT_DONE_KEPT: [Effect; 3] = [
    Effect::Keep("not_done_reason"),
    Effect::Set("gsa_state", "not_done"),
    Effect::Send("supervisor_alert"),
];

/// The permit is not there any more, or not again: it is on record, and the lead is told.
pub(super) const NOT_DONE_EARLY: Action = Action {
    effects: &NOT_DONE_KEPT,
    from: From::In(&["for_approval", "returned", "unanswered"]),
    ..NOT_DONE
};

/// The same of a notification that has ended.
pub(super) const NOT_DONE_LATE: Action = Action {
    from: From::Closed,
    ..NOT_DONE_EARLY
};

/// Another visit, after it was settled what stood in the way.
pub(super) const ORDER_AGAIN: Action = Action {
    by: By::Holder,
    rules: RULES,
    fields: NOTE_ONLY,
    guards: &[Guard::Holds(
        Cond::Is("gsa_state", "not_done"),
        "work_not_undone",
        "ELS-31",
    )],
    effects: &[ORDER[0], ORDER[1], Effect::Cancel("reorder_2wd")],
    ..told("order_work_again", WANTED, To::Same)
};

/// All tries are used up: somebody here must look.
pub(super) const UNDELIVERED: Action = Action {
    rules: RULES,
    from: SENT,
    ..lines::DELIVERY_FAILED
};

/// The same of a notification that has ended.
pub(super) const UNDELIVERED_LATE: Action = Action {
    from: From::Closed,
    ..UNDELIVERED
};
