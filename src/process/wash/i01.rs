//! I01: a private customer without a national identity number (DW-I01-1 to DW-I01-17).

use super::fields;
use super::lines::{
    ASKED, AWAITED, KEEP_PERSON, OF_OUR_END_USER, REST, TELL, UPDATE_APPROVED, UPDATE_LOOKED_AT,
    UPDATE_REJECTED, act, no_answer, no_answer_at_all, told,
};
use crate::process::{Action, By, Cond, Effect, Guard, To};

const NO_UPDATE: Cond = Cond::Is("update_state", "none");

/// Also one that was rejected counts (DW-I01-9).
const LOOK: Action = Action {
    rules: &["DW-I01-9", "DW-BAS-26"],
    fields: fields::LOOK_UPDATE,
    guards: &[Guard::Holds(
        Cond::None(&[NO_UPDATE]),
        "no_inbound_update",
        "DW-I01-9",
    )],
    effects: &UPDATE_LOOKED_AT,
    ..act("look_for_inbound_update", &["i01_new"], "update_found")
};

const LOOK_NONE: Action = Action {
    rules: &["DW-I01-11"],
    guards: &[Guard::Holds(NO_UPDATE, "has_inbound_update", "DW-I01-9")],
    effects: &[],
    to: To::State("manual_search"),
    ..LOOK
};

const APPROVE: Action = Action {
    rules: &["DW-I01-10", "DW-BAS-12", "DW-I01-5", "DW-A02-7", "DW-A03-5"],
    fields: fields::APPROVE_UPDATE,
    guards: &[
        OF_OUR_END_USER[0],
        OF_OUR_END_USER[1],
        OF_OUR_END_USER[2],
        Guard::Yes("update_differs", "update_same", "DW-I01-10"),
    ],
    effects: &UPDATE_APPROVED,
    ..act("approve_update", &["update_found"], "awaiting_next_wash")
};

const REJECT: Action = Action {
    rules: &["DW-BAS-12"],
    fields: fields::REASON_ONLY,
    effects: &UPDATE_REJECTED,
    ..act("reject_update", &["update_found"], "manual_search")
};

const ONE: Cond = Cond::Is("hits", "one");
const FOUND: Guard = Guard::Holds(ONE, "no_unique_hit", "DW-BAS-15");
const NOT_FOUND: Guard = Guard::Holds(Cond::None(&[ONE]), "unique_hit", "DW-BAS-15");
const KEEP: [Effect; 4] = [KEEP_PERSON[0], KEEP_PERSON[1], KEEP_PERSON[2], TELL];

const WASHED: Action = Action {
    rules: &["DW-I01-10", "DW-I01-13", "DW-BAS-14"],
    fields: fields::DSF,
    guards: &[FOUND],
    effects: &KEEP,
    ..told("wash_result", &["awaiting_next_wash"], "resolved_register")
};

const WASHED_NONE: Action = Action {
    rules: &["DW-I01-11"],
    guards: &[NOT_FOUND],
    effects: &[],
    to: To::State("manual_search"),
    ..WASHED
};

const INTEGRATED: Guard = Guard::Yes("register_on", "register_off", "DW-I01-11");

const SEARCH: Action = Action {
    rules: &["DW-I01-11", "DW-I01-13", "DW-I01-17", "DW-BAS-19"],
    fields: fields::SEARCH,
    guards: &[INTEGRATED, FOUND],
    effects: &KEEP,
    ..act("search", &["manual_search"], "resolved_register")
};

/// The search is enriched and tried again (DW-I01-17).
const SEARCH_NONE: Action = Action {
    guards: &[INTEGRATED, NOT_FOUND],
    effects: &[Effect::Count("searches")],
    to: To::Same,
    ..SEARCH
};

const GIVE_UP: Action = Action {
    rules: &["DW-I01-12", "DW-BAS-18", "DW-GEN-03"],
    effects: &[
        ASKED[0],
        ASKED[1],
        ASKED[2],
        Effect::Send("wash_ask_identity"),
    ],
    ..act("give_up", &["manual_search"], "i01_contact_customer")
};

/// A run that began since has it still: the update did not lead to a hit, and a person goes on.
const STILL_FOUND: Action = Action {
    by: By::Outside,
    rules: &["DW-I01-5", "DW-I01-11"],
    fields: fields::STILL_FOUND,
    effects: &[Effect::Keep("still_in_file")],
    ..act("still_found", &["awaiting_next_wash"], "manual_search")
};

/// No run came for as long as is set (`loket wash wait`): somebody is reminded by the case itself.
const NOT_WASHED: Action = Action {
    by: By::Outside,
    rules: &["DW-I01-5"],
    effects: &[Effect::Set("wash_overdue", "yes")],
    ..act("no_wash_came", &["awaiting_next_wash"], "manual_search")
};

/// Somebody waits no longer.
const STOP_WAITING: Action = Action {
    rules: &["DW-I01-5", "DW-I01-11"],
    fields: fields::REASON_ONLY,
    ..act("stop_waiting", &["awaiting_next_wash"], "manual_search")
};

const ASKING: &[&str] = &["i01_contact_customer", "i01_escalated"];

const GOT_FNR: Action = Action {
    rules: &["DW-I01-12", "DW-I01-13", "DW-GEN-06", "DW-GEN-08"],
    fields: fields::PERSON,
    effects: &[REST[0], KEEP[0], KEEP[1], KEEP[2], TELL],
    ..act("got_fnr", ASKING, "resolved_update")
};

const NEEDS_D_NUMBER: Action = Action {
    rules: &["DW-I01-14", "DW-I01-15"],
    effects: &[ASKED[0], ASKED[1], ASKED[2], Effect::Send("wash_d_number")],
    ..act("needs_dnumber", ASKING, "awaiting_dnumber")
};

const GOT_D_NUMBER: Action = Action {
    rules: &["DW-I01-14", "DW-I01-13"],
    fields: fields::D_PERSON,
    effects: &[
        REST[0],
        Effect::Keep("found_d_number"),
        KEEP[1],
        KEEP[2],
        TELL,
    ],
    ..act("got_dnumber", &["awaiting_dnumber"], "resolved_update")
};

/// Somebody else is the customer: that is a difference of identity, and a takeover.
const OTHER_PERSON: Action = Action {
    rules: &["DW-A01-1"],
    effects: &[
        REST[0],
        Effect::Set("wash_code", "a01"),
        AWAITED[0],
        AWAITED[1],
    ],
    ..act(
        "customer_is_other_person",
        &["i01_contact_customer", "i01_escalated", "awaiting_dnumber"],
        "awaiting_kraft",
    )
};

pub(super) const LINES: [Action; 19] = [
    LOOK,
    LOOK_NONE,
    APPROVE,
    REJECT,
    WASHED,
    WASHED_NONE,
    STILL_FOUND,
    NOT_WASHED,
    STOP_WAITING,
    SEARCH,
    SEARCH_NONE,
    GIVE_UP,
    GOT_FNR,
    NEEDS_D_NUMBER,
    GOT_D_NUMBER,
    OTHER_PERSON,
    no_answer(&["i01_contact_customer", "awaiting_dnumber"]),
    no_answer_at_all(&["i01_contact_customer"], "i01_escalated"),
    no_answer_at_all(&["awaiting_dnumber"], "i01_escalated"),
];
