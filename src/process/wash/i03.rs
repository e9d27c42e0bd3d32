//! I03: a business customer with a wrong name (DW-I03-1 to DW-I03-7).

use super::fields;
use super::lines::{
    ASKED, KEEP_FIRM, REST, TELL, act, no_answer, no_answer_at_all, supplier_contacted,
    takeover_done,
};
use crate::process::{Action, Cond, Effect, Guard, To};

const ALIKE: Cond = Cond::Yes("name_alike");

/// How alike the names are only proposes; a person says (DW-I03-5).
const ASSESS: Action = Action {
    rules: &["DW-I03-1", "DW-I03-5"],
    fields: fields::ASSESS,
    guards: &[Guard::Holds(ALIKE, "names_unlike", "DW-I03-5")],
    ..act("assess", &["i03_new"], "typo")
};

const ASSESS_UNLIKE: Action = Action {
    rules: &["DW-I03-6"],
    guards: &[Guard::Holds(
        Cond::None(&[ALIKE]),
        "names_alike",
        "DW-I03-6",
    )],
    effects: &[
        ASKED[0],
        ASKED[1],
        ASKED[2],
        Effect::Send("wash_ask_identity"),
    ],
    to: To::State("i03_contact_customer"),
    ..ASSESS
};

/// The number is the truth and stays (DW-I03-5).
const CORRECT: Action = Action {
    rules: &["DW-I03-5", "DW-BAS-11"],
    fields: fields::NAME_ONLY,
    effects: &[Effect::Keep("found_name"), TELL],
    ..act("correct_name", &["typo"], "resolved_register")
};

const ASKING: &[&str] = &["i03_contact_customer", "i03_escalated"];

const RIGHT: Action = Action {
    rules: &["DW-I03-6", "DW-I03-7", "DW-BAS-11"],
    fields: fields::CONFIRMED_NAME,
    guards: &[Guard::Yes(
        "customer_confirms",
        "customer_not_asked",
        "DW-I03-6",
    )],
    effects: &[REST[0], Effect::Keep("found_name"), TELL],
    ..act("orgnr_right", ASKING, "resolved_register")
};

const OTHER: Action = Action {
    rules: &["DW-I03-7"],
    fields: fields::ENTERPRISE,
    guards: &[Guard::Yes("register_has", "not_in_register", "DW-I03-7")],
    effects: &[REST[0], KEEP_FIRM[0], KEEP_FIRM[1]],
    ..act("other_company", ASKING, "i03_takeover_ready")
};

pub(super) const LINES: [Action; 9] = [
    ASSESS,
    ASSESS_UNLIKE,
    CORRECT,
    RIGHT,
    OTHER,
    supplier_contacted(&["i03_takeover_ready"]),
    takeover_done(&["i03_takeover_ready"]),
    no_answer(&["i03_contact_customer"]),
    no_answer_at_all(&["i03_contact_customer"], "i03_escalated"),
];
