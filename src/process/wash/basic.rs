//! The basic findings: numbers of metering points, and numbers of customers that a register may
//! still find (DW-BAS-07 to DW-BAS-10).

use super::fields;
use super::lines::{AWAITED, KEEP_FIRM, KEEP_PERSON, REST, TELL, act, told};
use crate::process::{Action, By, Cond, Effect, From, Guard};

const NOT_IN_USE: Guard = Guard::Holds(
    Cond::None(&[Cond::Yes("point_in_use")]),
    "point_in_use",
    "DW-BAS-08",
);

const VALIDATE: Action = Action {
    rules: &["DW-BAS-07"],
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Known("ean")]),
        "point_valid",
        "DW-BAS-07",
    )],
    ..act("validate", &["gsrn_new"], "fix_id")
};

/// The old number stays as an alias.
const CORRECTED: Action = Action {
    rules: &["DW-BAS-07", "DW-BAS-08", "DW-BAS-11"],
    fields: fields::NEW_NUMBER,
    guards: &[NOT_IN_USE],
    effects: &[
        Effect::Copy("alias_point", "point"),
        Effect::Keep("new_ean"),
        REST[1],
        TELL,
    ],
    ..act("corrected", &["fix_id"], "resolved_update")
};

const REQUEST: Action = Action {
    rules: &["DW-BAS-07"],
    effects: &[AWAITED[0], AWAITED[1]],
    ..act("request_new_gsrn", &["fix_id"], "awaiting_gs1")
};

const ISSUED: Action = Action {
    key: "gsrn_issued",
    from: From::In(&["awaiting_gs1"]),
    by: By::System,
    ..CORRECTED
};

const DETECT: Action = Action {
    rules: &["DW-BAS-08"],
    fields: fields::DETECT,
    guards: &[Guard::Yes(
        "same_party_rows",
        "other_party_row",
        "DW-BAS-08",
    )],
    ..act("detect", &["duplicate_new"], "compare")
};

/// The row that is not the survivor stays as history.
const MERGE: Action = Action {
    rules: &["DW-BAS-08", "DW-BAS-11"],
    fields: fields::MERGE,
    guards: &[Guard::Yes("same_point", "not_same_point", "DW-BAS-08")],
    effects: &[Effect::Keep("survivor"), Effect::Keep("loser"), TELL],
    ..act("merge", &["compare"], "resolved_update")
};

const RENUMBER: Action = Action {
    rules: &["DW-BAS-08"],
    fields: fields::RENUMBER,
    guards: &[Guard::Holds(
        Cond::None(&[Cond::Yes("same_point")]),
        "is_same_point",
        "DW-BAS-08",
    )],
    ..act("renumber", &["compare"], "fix_id")
};

const NOT_DUPLICATE: Action = Action {
    rules: &["DW-BAS-08"],
    fields: fields::APART,
    guards: &[Guard::Yes("periods_apart", "periods_overlap", "DW-BAS-08")],
    ..act("not_duplicate", &["compare"], "not_a_deviation")
};

const ONE_ALIKE: Cond = Cond::All(&[Cond::Is("hits", "one"), Cond::Yes("name_alike")]);

/// Number and name in one change (DW-I02-7).
const BRREG_HIT: Action = Action {
    rules: &["DW-BAS-09", "DW-BAS-16", "DW-GEN-09", "DW-I02-7"],
    fields: fields::BRREG,
    guards: &[Guard::Holds(ONE_ALIKE, "no_unique_hit", "DW-BAS-15")],
    effects: &[KEEP_FIRM[0], KEEP_FIRM[1], TELL],
    ..told("wash_brreg", &["orgnr_new"], "resolved_register")
};

const BRREG_NONE: Action = Action {
    rules: &["DW-BAS-09", "DW-I02-1"],
    fields: fields::BRREG,
    guards: &[Guard::Holds(
        Cond::None(&[ONE_ALIKE]),
        "unique_hit",
        "DW-BAS-15",
    )],
    effects: &[Effect::Set("wash_code", "i02")],
    ..told("wash_brreg", &["orgnr_new"], "i02_new")
};

const PARK: Action = Action {
    rules: &["DW-BAS-02", "DW-BAS-10"],
    effects: &[Effect::Set("parked", "awaiting_register_support")],
    ..act("register_not_supported", &["fnr_new"], "parked_register")
};

const PARKED: &[&str] = &["fnr_new", "parked_register"];
const ONE: Cond = Cond::Is("hits", "one");
const ALIVE: Cond = Cond::None(&[Cond::Yes("is_dead")]);

const DSF_HIT: Action = Action {
    rules: &[
        "DW-BAS-10",
        "DW-BAS-14",
        "DW-BAS-15",
        "DW-GEN-08",
        "DW-GEN-11",
    ],
    fields: fields::DSF,
    guards: &[Guard::Holds(
        Cond::All(&[ONE, ALIVE]),
        "no_unique_hit",
        "DW-BAS-15",
    )],
    effects: &[KEEP_PERSON[0], KEEP_PERSON[1], KEEP_PERSON[2], TELL],
    ..told("wash_dsf", PARKED, "resolved_register")
};

const DSF_NONE: Action = Action {
    rules: &["DW-BAS-10", "DW-BAS-15", "DW-I01-1"],
    fields: fields::DSF,
    guards: &[Guard::Holds(Cond::None(&[ONE]), "unique_hit", "DW-BAS-15")],
    effects: &[Effect::Set("wash_code", "i01")],
    ..told("wash_dsf", PARKED, "i01_new")
};

const DSF_DEAD: Action = Action {
    rules: &["DW-I04-1", "DW-I04-2"],
    fields: fields::DSF,
    guards: &[Guard::Holds(
        Cond::All(&[ONE, Cond::Yes("is_dead")]),
        "not_dead",
        "DW-I04-1",
    )],
    effects: &[Effect::Set("wash_code", "i04")],
    ..told("wash_dsf", PARKED, "i04_new")
};

pub(super) const LINES: [Action; 14] = [
    VALIDATE,
    CORRECTED,
    REQUEST,
    ISSUED,
    DETECT,
    MERGE,
    RENUMBER,
    NOT_DUPLICATE,
    BRREG_HIT,
    BRREG_NONE,
    PARK,
    DSF_HIT,
    DSF_NONE,
    DSF_DEAD,
];
