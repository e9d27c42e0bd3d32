//! Plant data: looked up, looked at, then taken over (ELS-10…20, ELS-22). Nothing is written before
//! the installer has seen it.

use super::WRITING;
use super::actions::installer;
use super::fields;
use crate::process::{Action, Cond, Effect, From, Guard, To};

/// The answer of the register, kept as a proposal.
pub(super) const FETCH: Action = Action {
    rules: &[
        "ELS-05", "ELS-10", "ELS-11", "ELS-12", "ELS-13", "ELS-16", "ELS-17", "ELS-18",
    ],
    fields: fields::FETCH,
    guards: &[
        Guard::Holds(
            Cond::None(&[Cond::Is("installation_type", "new_plant")]),
            "no_plant_yet",
            "ELS-05",
        ),
        Guard::Holds(
            Cond::None(&[Cond::All(&[
                Cond::Is("fetch_failed", "yes"),
                Cond::None(&[Cond::Is("preview", "found")]),
            ])]),
            "clear_first",
            "ELS-19",
        ),
    ],
    effects: &[
        Effect::Keep("overwrite"),
        // nothing of an earlier answer stays
        Effect::Clear("found_ean"),
        Effect::Clear("found_meter_no"),
        Effect::Clear("found_technical_no"),
        Effect::Clear("found_address"),
        Effect::Clear("found_postcode"),
        Effect::Clear("found_city"),
        Effect::Keep("found_ean"),
        Effect::Keep("found_meter_no"),
        Effect::Keep("found_technical_no"),
        Effect::Keep("found_address"),
        Effect::Keep("found_postcode"),
        Effect::Keep("found_city"),
        Effect::Keep("preview"),
        Effect::Set("fetch_failed", "no"),
        Effect::When(
            Cond::Is("preview", "not_found"),
            &[Effect::Set("fetch_failed", "yes")],
        ),
    ],
    ..installer("fetch", From::In(WRITING), To::Same)
};

/// A number that the register did not give takes none away.
const FOUND: [Cond; 2] = [Cond::Known("found_ean"), Cond::Known("found_meter_no")];

const EMPTY_OR_OVERWRITTEN: [Cond; 3] = [
    Cond::Any(&[
        Cond::Yes("overwrite"),
        Cond::None(&[Cond::Known("plant_address")]),
    ]),
    Cond::Any(&[
        Cond::Yes("overwrite"),
        Cond::None(&[Cond::Known("plant_postcode")]),
    ]),
    Cond::Any(&[
        Cond::Yes("overwrite"),
        Cond::None(&[Cond::Known("plant_city")]),
    ]),
];

/// The three numbers always, all else as the question was answered (ELS-14, ELS-15).
pub(super) const UPDATE_AND_CLOSE: Action = Action {
    rules: &[
        "ELS-12", "ELS-13", "ELS-14", "ELS-15", "ELS-17", "ELS-20", "ELS-22",
    ],
    guards: &[Guard::Holds(
        Cond::Is("preview", "found"),
        "nothing_fetched",
        "ELS-17",
    )],
    effects: &[
        Effect::When(FOUND[0], &[Effect::Copy("ean", "found_ean")]),
        Effect::When(FOUND[1], &[Effect::Copy("meter_no", "found_meter_no")]),
        Effect::Copy("technical_no", "found_technical_no"),
        Effect::When(
            EMPTY_OR_OVERWRITTEN[0],
            &[Effect::Copy("plant_address", "found_address")],
        ),
        Effect::When(
            EMPTY_OR_OVERWRITTEN[1],
            &[Effect::Copy("plant_postcode", "found_postcode")],
        ),
        Effect::When(
            EMPTY_OR_OVERWRITTEN[2],
            &[Effect::Copy("plant_city", "found_city")],
        ),
        Effect::Set("preview", "applied"),
        Effect::Set("customer_verified", "no"),
    ],
    ..installer("update_and_close", From::In(WRITING), To::Same)
};

/// The numbers that led nowhere are not offered again (ELS-19).
pub(super) const CLEAR: Action = Action {
    rules: &["ELS-18", "ELS-19"],
    guards: &[Guard::Holds(
        Cond::Is("preview", "not_found"),
        "nothing_to_clear",
        "ELS-19",
    )],
    effects: &[
        Effect::Set("preview", "cleared"),
        Effect::Set("fetch_failed", "no"),
    ],
    ..installer("clear_and_refetch", From::In(WRITING), To::Same)
};

/// Nothing is sent before somebody said that it is the right customer (ELS-20).
pub(super) const VERIFIED: Action = Action {
    rules: &["ELS-20"],
    fields: fields::VERIFIED,
    guards: &[Guard::Yes("right_customer", "not_right_customer", "ELS-20")],
    effects: &[Effect::Set("customer_verified", "yes")],
    ..installer("customer_verified", From::In(WRITING), To::Same)
};
