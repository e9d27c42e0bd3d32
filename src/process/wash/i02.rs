//! I02: a business customer without a real organisation number (DW-I02-1 to DW-I02-12).

use super::fields;
use super::lines::{
    ASKED, KEEP_FIRM as KEEP, KEEP_PERSON, REST, TELL, act, no_answer, no_answer_at_all,
    supplier_contacted, takeover_done,
};
use crate::process::{Action, Cond, Effect, From, Guard, To};

const ONE_ACTIVE: Cond = Cond::All(&[Cond::Is("hits", "one"), Cond::Yes("is_active")]);

/// An enterprise that was struck off is none (DW-I02-1).
const SEARCH: Action = Action {
    rules: &["DW-I02-6", "DW-BAS-16", "DW-GEN-09"],
    fields: fields::SEARCH_BRREG,
    guards: &[Guard::Holds(ONE_ACTIVE, "no_active_hit", "DW-I02-6")],
    effects: &KEEP,
    ..act("search_brreg", &["i02_new"], "confirm_name")
};

const SEARCH_NONE: Action = Action {
    guards: &[Guard::Holds(
        Cond::None(&[ONE_ACTIVE]),
        "active_hit",
        "DW-I02-6",
    )],
    effects: &[
        ASKED[0],
        ASKED[1],
        ASKED[2],
        Effect::Send("wash_ask_identity"),
    ],
    to: To::State("i02_contact_customer"),
    ..SEARCH
};

/// Number and name in one change (DW-I02-7).
const ACCEPT: Action = Action {
    rules: &["DW-I02-7", "DW-BAS-11"],
    guards: &[Guard::Filled(
        &[(Cond::Always, "found_org"), (Cond::Always, "found_name")],
        "DW-I02-7",
    )],
    effects: &[TELL],
    ..act("accept_name", &["confirm_name"], "resolved_register")
};

const WRONG_FIRM: Action = Action {
    rules: &["DW-I02-6"],
    effects: &[
        ASKED[0],
        ASKED[1],
        ASKED[2],
        Effect::Send("wash_ask_identity"),
    ],
    ..act(
        "wrong_enterprise",
        &["confirm_name"],
        "i02_contact_customer",
    )
};

const ASKING: &[&str] = &["i02_contact_customer", "i02_escalated"];

const GOT_NUMBER: Action = Action {
    rules: &["DW-I02-11", "DW-GEN-09"],
    fields: fields::ENTERPRISE,
    guards: &[Guard::Yes("register_has", "not_in_register", "DW-I02-11")],
    effects: &[REST[0], KEEP[0], KEEP[1]],
    ..act("got_orgnr", ASKING, "confirm_name")
};

/// With the reason: every contract needs a person or a legal person (DW-I02-9).
const NOT_REGISTERED: Action = Action {
    rules: &["DW-I02-8", "DW-I02-9", "DW-GEN-10"],
    fields: fields::NOT_REGISTERED,
    effects: &[
        ASKED[0],
        ASKED[1],
        ASKED[2],
        Effect::Keep("unregistered_form"),
        Effect::Send("wash_register"),
    ],
    ..act("not_registered", ASKING, "asked_to_register")
};

const REGISTERED: Action = Action {
    key: "registered",
    rules: &["DW-I02-8"],
    from: From::In(&["asked_to_register"]),
    ..GOT_NUMBER
};

const REFUSES: Action = Action {
    rules: &["DW-I02-10", "DW-GEN-10"],
    effects: &[REST[0]],
    ..act("refuses", &["asked_to_register"], "transfer_to_person")
};

const PERSON: Action = Action {
    rules: &["DW-I02-10", "DW-GEN-05", "DW-GEN-06"],
    fields: fields::CONSENTING,
    guards: &[Guard::Yes(
        "person_consents",
        "no_consent_of_person",
        "DW-I02-10",
    )],
    effects: &KEEP_PERSON,
    ..act(
        "person_identified",
        &["transfer_to_person"],
        "i02_supplier_contact_due",
    )
};

const SUPPLIER: Action = Action {
    to: To::State("i02_takeover_ready"),
    ..supplier_contacted(&["i02_supplier_contact_due"])
};

pub(super) const LINES: [Action; 14] = [
    SEARCH,
    SEARCH_NONE,
    ACCEPT,
    WRONG_FIRM,
    GOT_NUMBER,
    NOT_REGISTERED,
    REGISTERED,
    REFUSES,
    PERSON,
    SUPPLIER,
    takeover_done(&["i02_takeover_ready"]),
    no_answer(&["i02_contact_customer", "asked_to_register"]),
    no_answer_at_all(&["i02_contact_customer"], "i02_escalated"),
    no_answer_at_all(&["asked_to_register"], "i02_escalated"),
];
