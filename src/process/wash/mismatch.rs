//! A01, A02 and A03: grid company and supplier hold different end users (DW-A01-1 to DW-A03-8).
//! One machine; couples and sole proprietors need more (DW-A02-2, DW-A03-2). The supplier cleans up
//! (DW-A-4), so these cases wait for it unless we find that we are wrong.

use super::fields;
use super::lines::{
    AWAITED, KEEP_PERSON, KEEP_USER, OF_OUR_END_USER, REST, TELL, UPDATE_APPROVED, UPDATE_ASSESSED,
    UPDATE_REJECTED, act, is, stay, supplier_contacted, timer, told,
};
use crate::process::{Action, By, Cond, Effect, From, Guard, To};

const COUNTERPART: Guard = Guard::Yes("counterpart_known", "no_counterpart_data", "DW-A01-4");

const DETECTED: Action = Action {
    rules: &["DW-A01-4", "DW-BAS-13", "DW-A-4"],
    fields: fields::FOUND_AT_LOOKUP,
    guards: &[COUNTERPART],
    effects: &[Effect::Keep("counterpart_known"), AWAITED[0], AWAITED[1]],
    ..act("detected_at_lookup", &["mismatch_new"], "awaiting_kraft")
};

/// A later file brings the counterpart's data.
const IMPORTED: Action = Action {
    key: "imported_from_dam",
    by: By::Outside,
    rules: &["DW-A01-3", "DW-A01-4", "DW-A-4"],
    ..DETECTED
};

/// The same person by birth date and name, where one side never found the number. A couple has one
/// address and one surname, a firm its owner's: there it is forbidden (DW-A02-5).
const SHORTCUT: Action = Action {
    rules: &["DW-A01-6", "DW-A01-8", "DW-A02-5", "DW-A02-7", "DW-A03-5"],
    fields: fields::SHORTCUT,
    guards: &[
        Guard::Holds(is("a01"), "shortcut_forbidden", "DW-A02-5"),
        Guard::Yes("one_without_fnr", "both_have_numbers", "DW-A01-6"),
        Guard::Yes("same_birth_date", "other_birth_date", "DW-A01-6"),
        Guard::Yes("nearly_equal", "names_unlike", "DW-A01-6"),
    ],
    effects: &[REST[1]],
    ..act("same_person_shortcut", &["awaiting_kraft"], "update_own")
};

const SAVED: Action = Action {
    rules: &["DW-A01-8", "DW-BAS-11"],
    fields: fields::PERSON,
    effects: &[KEEP_PERSON[0], KEEP_PERSON[1], KEEP_PERSON[2], TELL],
    ..act("saved", &["update_own"], "resolved_update")
};

/// What is waited for: the word of the supplier (DW-A01-8).
const UPDATE_RECEIVED: Action = Action {
    key: "grunndata_update_received",
    rules: &["DW-A01-8", "DW-BAS-12", "DW-BAS-26", "DW-BAS-27"],
    from: From::In(&["awaiting_kraft"]),
    ..UPDATE_ASSESSED
};

const APPROVE: Action = Action {
    rules: &["DW-A01-8", "DW-A02-7", "DW-A03-5", "DW-BAS-12"],
    guards: &OF_OUR_END_USER,
    effects: &UPDATE_APPROVED,
    ..act("approve", &["assess_update"], "resolved_counterpart")
};

const REJECT_UPDATE: Action = Action {
    rules: &["DW-BAS-12"],
    fields: fields::REASON_ONLY,
    effects: &[
        UPDATE_REJECTED[0],
        UPDATE_REJECTED[1],
        UPDATE_REJECTED[2],
        AWAITED[0],
        AWAITED[1],
    ],
    ..act("reject", &["assess_update"], "awaiting_kraft")
};

const TAKEOVER_ASKED: Action = Action {
    rules: &["DW-A01-9"],
    effects: &[REST[1]],
    ..told(
        "takeover_request_received",
        &["awaiting_kraft"],
        "assess_takeover",
    )
};

/// Two legal contracts: the customer must have consented (DW-A02-7, DW-A03-5).
const CONSENT: Guard = Guard::Holds(
    Cond::Any(&[is("a01"), Cond::Yes("consent")]),
    "consent_missing",
    "DW-A02-7",
);
/// Private and business at once is impossible (DW-A03-8).
const ONE_IDENTITY: Guard = Guard::Holds(
    Cond::Any(&[is("a01"), is("a02"), Cond::Known("kept_identity")]),
    "identity_not_chosen",
    "DW-A03-8",
);
const KEEP_CONSENT: [Effect; 3] = [
    Effect::Keep("consent"),
    Effect::Keep("kept_identity"),
    Effect::Keep("mismatch_cause"),
];

const ACCEPT: Action = Action {
    rules: &[
        "DW-A01-2",
        "DW-A01-9",
        "DW-A02-6",
        "DW-A02-7",
        "DW-A03-4",
        "DW-A03-5",
        "DW-A03-8",
        "DW-GEN-04",
    ],
    fields: fields::ACCEPT,
    guards: &[CONSENT, ONE_IDENTITY],
    effects: &[
        KEEP_CONSENT[0],
        KEEP_CONSENT[1],
        KEEP_CONSENT[2],
        // the supplier runs it, whatever we had in mind before: nobody has to tell it
        Effect::Set("own_takeover", "no"),
        Effect::Send("takeover_confirmed"),
    ],
    ..act("accept", &["assess_takeover"], "wind_down")
};

const REJECT: Action = Action {
    rules: &["DW-A01-13"],
    fields: fields::REASON_ONLY,
    effects: &[Effect::Send("takeover_rejected"), AWAITED[0], AWAITED[1]],
    ..act("reject", &["assess_takeover"], "rejected")
};

const KRAFT_CONTACTS: Action = Action {
    rules: &["DW-A01-14", "DW-BAS-17"],
    fields: fields::CONTACT,
    guards: &[Guard::NotFuture("contacted_at")],
    effects: &[REST[1], Effect::Keep("channel")],
    ..act("kraft_contacts", &["rejected"], "disputed")
};

const KRAFT_CORRECTS: Action = Action {
    rules: &["DW-A01-9", "DW-A01-14"],
    effects: &[REST[1]],
    ..told("kraft_corrects_own", &["rejected"], "resolved_counterpart")
};

const KRAFT_RIGHT: Action = Action {
    rules: &["DW-A01-14"],
    ..act("agree_kraft_right", &["disputed"], "assess_takeover")
};
const NETT_RIGHT: Action = Action {
    rules: &["DW-A01-14"],
    ..act("agree_nett_right", &["disputed"], "resolved_counterpart")
};

/// The supplier's customer could not explain it, so it asks ours (DW-A01-15).
const ASKS_OURS: Action = Action {
    rules: &["DW-A01-5", "DW-A01-7", "DW-A01-15"],
    fields: fields::CONTACT,
    guards: &[Guard::NotFuture("contacted_at")],
    effects: &[Effect::Count("customer_asked"), Effect::Keep("channel")],
    ..stay("kraft_contacts_our_customer", &["awaiting_kraft"])
};

/// Our own finding: the customer knows and agrees (DW-A01-10).
const OWN_ERROR: Action = Action {
    rules: &[
        "DW-A01-2",
        "DW-A01-10",
        "DW-A02-7",
        "DW-A02-9",
        "DW-A03-5",
        "DW-A03-8",
    ],
    fields: fields::OWN_ERROR,
    guards: &[
        Guard::Yes("customer_contacted", "customer_not_contacted", "DW-A01-10"),
        Guard::Yes("customer_agrees", "customer_disagrees", "DW-A01-10"),
        CONSENT,
        ONE_IDENTITY,
    ],
    effects: &[
        REST[1],
        KEEP_CONSENT[0],
        KEEP_CONSENT[1],
        KEEP_CONSENT[2],
        Effect::Set("own_takeover", "yes"),
    ],
    ..act("nett_is_wrong", &["awaiting_kraft"], "supplier_contact_due")
};

const SUPPLIER: Action = Action {
    to: To::State("wind_down"),
    ..supplier_contacted(&["supplier_contact_due"])
};

/// The supplier was silent for five working days; a note for whoever looks, and no more: it is the
/// supplier that has to clean up, until go-live (DW-A-4, DW-A-5).
const SILENT: Action = Action {
    rules: &["DW-A-4", "DW-A-7", "DW-A-8"],
    effects: &[
        Effect::Lapse("counterpart_5wd"),
        Effect::Count("counterpart_silent"),
    ],
    ..timer(
        "kraft_silent",
        &["awaiting_kraft", "rejected"],
        "counterpart_5wd",
    )
};

const AGREED: Action = Action {
    rules: &["DW-A01-10"],
    fields: fields::AGREED,
    guards: &[Guard::NotFuture("agreed_on")],
    effects: &[Effect::Keep("agreed_on"), Effect::Set("agreement", "yes")],
    ..stay("agreement_reached", &["wind_down"])
};

const TERMINATION: Action = Action {
    rules: &["DW-A01-11", "DW-A02-8", "DW-A03-6"],
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Yes("termination_sent")]),
        "termination_sent",
        "DW-A01-11",
    )],
    effects: &[
        Effect::Set("termination_sent", "yes"),
        Effect::Send("wash_termination"),
    ],
    ..stay("send_termination", &["wind_down"])
};

/// Of different customers money is settled; a couple may do without, and of a firm the rules say so
/// (DW-A01-12, DW-A03-7).
const SETTLES: Cond = Cond::Any(&[is("a02"), is("a03"), Cond::Is("settlement", "made")]);

const SETTLEMENT: Action = Action {
    rules: &["DW-A01-12", "DW-A03-7"],
    fields: fields::SETTLED,
    guards: &[Guard::Holds(SETTLES, "settlement_needed", "DW-A01-12")],
    effects: &[Effect::Keep("settlement")],
    ..stay("settlement_decided", &["wind_down"])
};

const WOUND_UP: Action = Action {
    rules: &[
        "DW-A01-10",
        "DW-A01-11",
        "DW-A01-12",
        "DW-A01-16",
        "DW-A02-2",
        "DW-A03-2",
    ],
    guards: &[
        CONSENT,
        ONE_IDENTITY,
        Guard::Holds(
            Cond::Any(&[
                Cond::None(&[Cond::Yes("own_takeover")]),
                Cond::Yes("supplier_contacted"),
            ]),
            "supplier_not_contacted",
            "DW-A02-9",
        ),
        Guard::Holds(Cond::Yes("agreement"), "no_agreement", "DW-A01-10"),
        Guard::Holds(Cond::Yes("termination_sent"), "no_termination", "DW-A01-11"),
        Guard::Holds(
            Cond::Any(&[
                Cond::Is("settlement", "made"),
                Cond::Is("settlement", "none"),
                Cond::Is("settlement", "not_needed"),
            ]),
            "no_settlement",
            "DW-A01-12",
        ),
        Guard::Holds(SETTLES, "settlement_needed", "DW-A01-12"),
    ],
    fields: fields::WOUND_UP,
    effects: &[
        KEEP_USER[0],
        KEEP_USER[1],
        KEEP_USER[2],
        KEEP_USER[3],
        KEEP_USER[4],
        KEEP_USER[5],
        TELL,
    ],
    ..act("relation_ended", &["wind_down"], "resolved_takeover")
};

pub(super) const LINES: [Action; 22] = [
    IMPORTED,
    DETECTED,
    SHORTCUT,
    SAVED,
    UPDATE_RECEIVED,
    APPROVE,
    REJECT_UPDATE,
    TAKEOVER_ASKED,
    ACCEPT,
    REJECT,
    KRAFT_CONTACTS,
    KRAFT_CORRECTS,
    KRAFT_RIGHT,
    NETT_RIGHT,
    ASKS_OURS,
    OWN_ERROR,
    SUPPLIER,
    SILENT,
    AGREED,
    TERMINATION,
    SETTLEMENT,
    WOUND_UP,
];
