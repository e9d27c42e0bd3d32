//! The lines that all deviations share (`processes.md` 2.9): taking another code, being gone from a
//! newer file, word of the supplier, going live; and what the lines of the parts begin with.

use super::{fields, states};
use crate::process::{Action, By, Cond, Effect, From, Guard, Key, Since, To};

/// An agent does it.
pub(super) const fn act(key: Key, from: &'static [Key], to: Key) -> Action {
    Action {
        key,
        from: From::In(from),
        to: To::State(to),
        fields: fields::NOTE_ONLY,
        ..Action::BLANK
    }
}

/// … and the state stays.
pub(super) const fn stay(key: Key, from: &'static [Key]) -> Action {
    Action {
        to: To::Same,
        ..act(key, from, "")
    }
}

/// An outside system, an import, or an agent for it.
pub(super) const fn told(key: Key, from: &'static [Key], to: Key) -> Action {
    Action {
        by: By::System,
        ..act(key, from, to)
    }
}

/// The passing of a clock.
pub(super) const fn timer(key: Key, from: &'static [Key], clock: Key) -> Action {
    Action {
        by: By::Timer(clock),
        fields: &[],
        ..stay(key, from)
    }
}

pub(super) const fn is(code: &'static str) -> Cond {
    Cond::Is("wash_code", code)
}

/// The update of master data for the supplier, on every correction that is saved (DW-BAS-11).
pub(super) const TELL: Effect = Effect::Send("master_data_update");

/// What was found out about the end user: a person, a business, or either (DW-GEN-05).
pub(super) const KEEP_PERSON: [Effect; 3] = [
    Effect::Keep("found_fnr"),
    Effect::Keep("found_first_name"),
    Effect::Keep("found_last_name"),
];
pub(super) const KEEP_FIRM: [Effect; 2] = [Effect::Keep("found_org"), Effect::Keep("found_name")];
pub(super) const KEEP_USER: [Effect; 6] = [
    Effect::Keep("user_kind"),
    KEEP_PERSON[0],
    KEEP_PERSON[1],
    KEEP_PERSON[2],
    KEEP_FIRM[0],
    KEEP_FIRM[1],
];

/// An update of the supplier ends in its case, approved or rejected with a reason (DW-BAS-12).
pub(super) const UPDATE_APPROVED: [Effect; 2] = [
    Effect::Set("update_waiting", "no"),
    Effect::Set("update_result", "approved"),
];
pub(super) const UPDATE_REJECTED: [Effect; 3] = [
    Effect::Set("update_waiting", "no"),
    Effect::Set("update_result", "rejected"),
    Effect::Send("update_rejected"),
];
/// … and before that it is looked at.
pub(super) const UPDATE_LOOKED_AT: [Effect; 3] = [
    Effect::Keep("inbound_update"),
    Effect::Keep("update_names"),
    Effect::Set("update_waiting", "yes"),
];
/// Another number, name or kind than our row has is another end user: a takeover, which needs consent and is
/// never an update (DW-A02-7, DW-A03-5). The referee looks again when it is written.
pub(super) const OF_OUR_END_USER: [Guard; 4] = [
    Guard::Holds(
        Cond::None(&[Cond::Is("update_names", "nobody")]),
        "update_of_nobody",
        "DW-BAS-12",
    ),
    Guard::Holds(
        Cond::None(&[Cond::Is("update_names", "kind")]),
        "update_other_kind",
        "DW-A03-5",
    ),
    Guard::Holds(
        Cond::None(&[Cond::Is("update_names", "number")]),
        "update_other_number",
        "DW-A02-7",
    ),
    Guard::Holds(
        Cond::None(&[Cond::Is("update_names", "name")]),
        "update_other_name",
        "DW-A02-7",
    ),
];

/// No follow-up runs any more.
pub(super) const REST: [Effect; 3] = [
    Effect::Cancel("customer_10wd"),
    Effect::Cancel("counterpart_5wd"),
    Effect::Cancel("estate_6m"),
];

/// The customer is asked, or asked for something else: the ten working days begin anew.
pub(super) const ASKED: [Effect; 3] = [
    Effect::Cancel("customer_10wd"),
    Effect::Start("customer_10wd", Since::Now),
    Effect::Set("reminders", "none"),
];

/// The supplier is waited for.
pub(super) const AWAITED: [Effect; 2] = [
    Effect::Cancel("counterpart_5wd"),
    Effect::Start("counterpart_5wd", Since::Now),
];

/// The supplier must know before it could lose its customer (DW-I02-12, DW-A02-9).
pub(super) const SUPPLIER_KNOWS: Guard = Guard::Holds(
    Cond::Yes("supplier_contacted"),
    "supplier_not_contacted",
    "DW-I02-12",
);

/// The log of the contact with the supplier.
pub(super) const fn supplier_contacted(from: &'static [Key]) -> Action {
    Action {
        rules: &["DW-I02-12", "DW-A02-9", "DW-BAS-17"],
        fields: fields::CONTACT,
        guards: &[Guard::NotFuture("contacted_at")],
        effects: &[
            Effect::Set("supplier_contacted", "yes"),
            Effect::Keep("channel"),
            Effect::Keep("contacted_at"),
        ],
        ..stay("supplier_contacted", from)
    }
}

/// The takeover of the installation was carried out.
pub(super) const fn takeover_done(from: &'static [Key]) -> Action {
    Action {
        rules: &["DW-I02-12"],
        guards: &[SUPPLIER_KNOWS],
        effects: &[REST[0], REST[1], TELL, Effect::Send("wash_takeover")],
        ..act("takeover_done", from, "resolved_takeover")
    }
}

/// After two reminders somebody here looks (`processes.md` 2.9, I01).
const REMINDED_ENOUGH: Cond = Cond::AtLeast("reminders", 2);

pub(super) const fn no_answer(from: &'static [Key]) -> Action {
    Action {
        rules: &["DW-I01-17"],
        guards: &[Guard::Holds(
            Cond::None(&[REMINDED_ENOUGH]),
            "reminded_enough",
            "DW-I01-17",
        )],
        effects: &[
            Effect::Lapse("customer_10wd"),
            Effect::Count("reminders"),
            Effect::Start("customer_10wd", Since::Now),
            Effect::Send("wash_reminder"),
        ],
        ..timer("no_answer", from, "customer_10wd")
    }
}

pub(super) const fn no_answer_at_all(from: &'static [Key], to: Key) -> Action {
    Action {
        to: To::State(to),
        guards: &[Guard::Holds(
            REMINDED_ENOUGH,
            "still_reminding",
            "DW-I01-17",
        )],
        effects: &[
            Effect::Lapse("customer_10wd"),
            Effect::Set("escalated", "yes"),
            Effect::Send("supervisor_alert"),
        ],
        ..no_answer(from)
    }
}

/// What was found and decided under one code says nothing under another: a number that stayed would be
/// written into the row of the customer by the next step that saves one.
const FORGET: [Effect; 11] = [
    Effect::Clear("found_fnr"),
    Effect::Clear("found_d_number"),
    Effect::Clear("found_first_name"),
    Effect::Clear("found_last_name"),
    Effect::Clear("found_org"),
    Effect::Clear("found_name"),
    Effect::Clear("user_kind"),
    Effect::Clear("kept_identity"),
    Effect::Clear("own_takeover"),
    Effect::Clear("estate"),
    Effect::Clear("end_code"),
];

const fn another(to: Key, guards: &'static [Guard]) -> Action {
    Action {
        key: "reclassify",
        from: From::Live,
        to: To::State(to),
        rules: &["DW-A02-4", "DW-A01-1"],
        fields: fields::RECLASSIFY,
        guards,
        effects: &[
            REST[0],
            REST[1],
            REST[2],
            Effect::Copy("wash_code", "new_code"),
            Effect::Set("supplier_contacted", "no"),
            Effect::Set("consent", "no"),
            Effect::Set("agreement", "no"),
            Effect::Set("termination_sent", "no"),
            Effect::Set("settlement", "open"),
            FORGET[0],
            FORGET[1],
            FORGET[2],
            FORGET[3],
            FORGET[4],
            FORGET[5],
            FORGET[6],
            FORGET[7],
            FORGET[8],
            FORGET[9],
            FORGET[10],
            Effect::Count("reclassified"),
        ],
        ..Action::BLANK
    }
}

macro_rules! as_code {
    ($to:literal, $code:literal) => {
        another(
            $to,
            &[Guard::Holds(
                Cond::Is("new_code", $code),
                "other_code",
                "DW-A01-1",
            )],
        )
    };
}

const MISMATCH: Cond = Cond::Any(&[
    Cond::Is("new_code", "a01"),
    Cond::Is("new_code", "a02"),
    Cond::Is("new_code", "a03"),
]);
const COUNTERPART: Cond = Cond::Yes("counterpart_known");

/// By hand, with a reason, to the first state of the other code; also to begin once more. A file may
/// be wrong about the code, and the recognition of a couple is only a proposal (DW-A02-4).
pub(super) const RECLASSIFY: [Action; 11] = [
    as_code!("gsrn_new", "gsrn"),
    as_code!("duplicate_new", "duplicate"),
    as_code!("orgnr_new", "orgnr"),
    as_code!("fnr_new", "fnr"),
    as_code!("i01_new", "i01"),
    as_code!("i02_new", "i02"),
    as_code!("i03_new", "i03"),
    as_code!("i04_new", "i04"),
    as_code!("missing_new", "a04"),
    another(
        "awaiting_kraft",
        &[Guard::Holds(
            Cond::All(&[MISMATCH, COUNTERPART]),
            "other_code",
            "DW-A01-1",
        )],
    ),
    another(
        "mismatch_new",
        &[Guard::Holds(
            Cond::All(&[MISMATCH, Cond::None(&[COUNTERPART])]),
            "other_code",
            "DW-A01-1",
        )],
    ),
];

/// A newer file of the same kind has the deviation no more: the case ends with the reference of
/// that file. Nobody says so for the importer.
const GONE: Action = Action {
    by: By::Outside,
    rules: &["DW-BAS-06"],
    fields: fields::GONE,
    effects: &[REST[0], REST[1], REST[2], Effect::Keep("clean_file")],
    ..act("gone", &states::UNDECIDED, "not_a_deviation")
};

/// Something was agreed with people or the supplier already: the case goes on, and says what the
/// newer file says.
const GONE_LATE: Action = Action {
    from: From::In(states::DECIDED),
    to: To::Same,
    effects: &[Effect::Keep("clean_file"), Effect::Set("gone", "yes")],
    ..GONE
};

/// An agent looked, and a newer file is the proof.
const NO_DEVIATION: Action = Action {
    rules: &["DW-BAS-06"],
    fields: fields::GONE,
    effects: &[REST[0], REST[1], REST[2], Effect::Keep("clean_file")],
    ..act("no_deviation", &["triage"], "not_a_deviation")
};

/// The repair from the register did not come about: somebody put it right by hand, or it stays with a reason.
const SETTLED: Action = Action {
    rules: &["DW-BAS-22"],
    fields: fields::REASON_ONLY,
    guards: &[Guard::Holds(
        Cond::Known("wash_trouble"),
        "no_repair_failed",
        "DW-BAS-22",
    )],
    effects: &[REST[0], REST[1], REST[2], TELL],
    ..act("settled_by_hand", &["triage"], "resolved_update")
};

/// What the supplier sends may be better than what we hold, and whoever holds the case must see it
/// (DW-BAS-26, DW-BAS-27). Where the person is sought it is the answer (DW-I01-9).
const UPDATE_FOUND: Action = Action {
    rules: &[
        "DW-BAS-12",
        "DW-BAS-26",
        "DW-BAS-27",
        "DW-I01-8",
        "DW-I01-9",
    ],
    fields: fields::UPDATED,
    effects: &[
        REST[0],
        UPDATE_LOOKED_AT[0],
        UPDATE_LOOKED_AT[1],
        UPDATE_LOOKED_AT[2],
    ],
    ..told(
        "inbound_update_from_kraft",
        states::SEEKING_PERSON,
        "update_found",
    )
};

pub(super) const UPDATE_ASSESSED: Action = Action {
    effects: &[
        REST[1],
        UPDATE_LOOKED_AT[0],
        UPDATE_LOOKED_AT[1],
        UPDATE_LOOKED_AT[2],
    ],
    to: To::State("assess_update"),
    from: From::In(states::AT_KRAFT),
    ..UPDATE_FOUND
};

const UPDATE_NOTED: Action = Action {
    effects: &UPDATE_LOOKED_AT,
    to: To::Same,
    from: From::In(&states::ELSEWHERE),
    ..UPDATE_FOUND
};

/// From go-live on the data of the grid company count (DW-A-5).
const GO_LIVE: Action = Action {
    by: By::Lead,
    rules: &["DW-A-5", "DW-A-6"],
    fields: fields::GO_LIVE,
    guards: &[Guard::NotFuture("go_live_on")],
    effects: &[REST[0], REST[1], REST[2], Effect::Keep("go_live_on")],
    ..act("go_live", states::CONSISTENCY, "closed_nett_prevails")
};

pub(super) const SHARED: [Action; 8] = [
    GONE,
    GONE_LATE,
    NO_DEVIATION,
    SETTLED,
    UPDATE_FOUND,
    UPDATE_ASSESSED,
    UPDATE_NOTED,
    GO_LIVE,
];
