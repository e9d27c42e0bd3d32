//! I04: the end user died (DW-I04-1 to DW-I04-7).

use super::fields;
use super::lines::{
    KEEP_USER, REST, SUPPLIER_KNOWS, TELL, act, supplier_contacted, takeover_done, timer,
};
use crate::process::{Action, Cond, Effect, Guard, Since, To};

const CLASSIFY: Action = Action {
    rules: &["DW-I04-1", "DW-I04-2", "DW-I04-3", "DW-I04-4"],
    fields: fields::CLASSIFY,
    guards: &[Guard::Holds(
        Cond::Is("estate", "not_transferred"),
        "other_estate",
        "DW-I04-3",
    )],
    effects: &[Effect::Keep("estate")],
    ..act("classify", &["i04_new"], "i04_find_end_user")
};

/// Number and name of the dead stay for as long as the estate is not settled (DW-I04-5).
const INDIVIDUALS: Action = Action {
    rules: &["DW-I04-5"],
    guards: &[Guard::Holds(
        Cond::Is("estate", "individuals"),
        "other_estate",
        "DW-I04-3",
    )],
    effects: &[
        Effect::Keep("estate"),
        Effect::Start("estate_6m", Since::Now),
    ],
    to: To::State("parked_estate"),
    ..CLASSIFY
};

const ORGANISATION: Action = Action {
    rules: &["DW-I04-6"],
    guards: &[Guard::Holds(
        Cond::Is("estate", "organisation"),
        "other_estate",
        "DW-I04-3",
    )],
    to: To::State("awaiting_estate_orgnr"),
    ..CLASSIFY
};

const KNOWN: Action = Action {
    rules: &["DW-I04-4", "DW-I02-12", "DW-GEN-05", "DW-GEN-06"],
    fields: fields::END_USER,
    guards: &[SUPPLIER_KNOWS],
    effects: &KEEP_USER,
    ..act(
        "end_user_known",
        &["i04_find_end_user"],
        "i04_takeover_ready",
    )
};

const PARKED: &[&str] = &["parked_estate", "estate_review"];

const STILL_OPEN: Action = Action {
    rules: &["DW-I04-5"],
    effects: &[REST[2], Effect::Start("estate_6m", Since::Now)],
    ..act("review", PARKED, "parked_estate")
};

const REVIEW_DUE: Action = Action {
    rules: &["DW-I04-5"],
    effects: &[Effect::Lapse("estate_6m")],
    to: To::State("estate_review"),
    ..timer("review_due", &["parked_estate"], "estate_6m")
};

const SETTLED: Action = Action {
    rules: &["DW-I04-4", "DW-I04-5"],
    fields: fields::END_USER,
    effects: &[
        REST[2],
        KEEP_USER[0],
        KEEP_USER[1],
        KEEP_USER[2],
        KEEP_USER[3],
        KEEP_USER[4],
        KEEP_USER[5],
    ],
    ..act("estate_settled", PARKED, "i04_takeover_ready")
};

const EXECUTOR: Action = Action {
    rules: &["DW-I04-6"],
    effects: &[REST[2], Effect::Set("estate", "organisation")],
    ..act("executor_appointed", PARKED, "awaiting_estate_orgnr")
};

const GOT_NUMBER: Action = Action {
    rules: &["DW-I04-6"],
    fields: fields::ESTATE_ENTERPRISE,
    effects: &[
        Effect::Set("user_kind", "business"),
        KEEP_USER[4],
        KEEP_USER[5],
    ],
    ..act(
        "got_orgnr",
        &["awaiting_estate_orgnr"],
        "i04_takeover_ready",
    )
};

/// Death or bankruptcy, where an estate enters the contract (DW-I04-7).
const END_CODE: Guard = Guard::Holds(
    Cond::Any(&[
        Cond::Is("estate", "not_transferred"),
        Cond::Is("end_code", "death"),
        Cond::Is("end_code", "bankruptcy"),
    ]),
    "end_code_missing",
    "DW-I04-7",
);

const TAKEN_OVER: Action = Action {
    rules: &["DW-I04-4", "DW-I04-6", "DW-I04-7", "DW-I02-12"],
    fields: fields::ENDED,
    guards: &[SUPPLIER_KNOWS, END_CODE],
    effects: &[
        Effect::Keep("end_code"),
        TELL,
        Effect::Send("wash_takeover"),
    ],
    ..takeover_done(&["i04_takeover_ready"])
};

pub(super) const LINES: [Action; 11] = [
    CLASSIFY,
    INDIVIDUALS,
    ORGANISATION,
    KNOWN,
    STILL_OPEN,
    REVIEW_DUE,
    SETTLED,
    EXECUTOR,
    GOT_NUMBER,
    supplier_contacted(&["i04_find_end_user", "i04_takeover_ready"]),
    TAKEN_OVER,
];
