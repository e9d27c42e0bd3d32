//! A04: the contract is missing on one side (DW-A04-1 to DW-A04-5).

use super::fields;
use super::lines::{AWAITED, KEEP_USER, REST, TELL, act, timer, told};
use crate::process::{Action, Cond, Effect, Guard, To};

macro_rules! checked {
    ($to:literal, $found:literal) => {
        Action {
            rules: &["DW-A04-2", "DW-A04-3", "DW-A04-4", "DW-A04-5"],
            fields: fields::CHECK_OWN,
            guards: &[Guard::Holds(
                Cond::Is("own_system", $found),
                "other_system",
                "DW-A04-2",
            )],
            effects: &[
                Effect::Keep("own_system"),
                Effect::Keep("missing_cause"),
                Effect::Keep("process_ref"),
            ],
            ..act("check_own_system", &["missing_new"], $to)
        }
    };
}

const DONE: Action = Action {
    rules: &["DW-A04-1", "DW-A04-2"],
    fields: fields::PROCESS_DONE,
    guards: &[Guard::Yes("on_both_sides", "not_on_both_sides", "DW-A04-2")],
    ..told("process_done", &["waiting_process"], "not_a_deviation")
};
const CANCELLED: Action = Action {
    rules: &["DW-A04-2"],
    ..told("process_cancelled", &["waiting_process"], "missing_new")
};
const ACTIVATED: Action = Action {
    rules: &["DW-A04-3", "DW-BAS-11"],
    effects: &[TELL],
    ..act("activated", &["activate"], "resolved_update")
};
const OWN_WRONG: Action = Action {
    rules: &["DW-A04-4"],
    ..act("own_extract_wrong", &["extract_check"], "fix_extract")
};
const RESUBMITTED: Action = Action {
    rules: &["DW-A04-4", "DW-BAS-05"],
    effects: &[Effect::Send("point_resubmitted")],
    ..act("resubmitted", &["fix_extract"], "resolved_update")
};
const MISSING_THERE: Action = Action {
    rules: &["DW-A04-4", "DW-BAS-17"],
    effects: &[Effect::Send("counterpart_missing"), AWAITED[0], AWAITED[1]],
    ..act(
        "counterpart_missing",
        &["extract_check"],
        "counterpart_notified",
    )
};
const FIXED: Action = Action {
    rules: &["DW-A04-4"],
    fields: fields::GONE,
    effects: &[REST[1], Effect::Keep("clean_file")],
    ..told(
        "counterpart_fixed",
        &["counterpart_notified"],
        "resolved_counterpart",
    )
};
/// Not answered in five working days: we look at our own extract once more, and may tell again.
const SILENT: Action = Action {
    rules: &["DW-A04-4"],
    effects: &[
        Effect::Lapse("counterpart_5wd"),
        Effect::Count("counterpart_silent"),
    ],
    to: To::State("extract_check"),
    ..timer("kraft_silent", &["counterpart_notified"], "counterpart_5wd")
};
const END_USER: Action = Action {
    rules: &["DW-GEN-05", "DW-GEN-06", "DW-BAS-03"],
    fields: fields::END_USER,
    effects: &[
        KEEP_USER[0],
        KEEP_USER[1],
        KEEP_USER[2],
        KEEP_USER[3],
        KEEP_USER[4],
        KEEP_USER[5],
        TELL,
    ],
    ..act(
        "end_user_known",
        &["a04_find_end_user"],
        "resolved_takeover",
    )
};

pub(super) const LINES: [Action; 13] = [
    checked!("waiting_process", "open_process"),
    checked!("activate", "not_activated"),
    checked!("extract_check", "active"),
    checked!("a04_find_end_user", "nothing"),
    DONE,
    CANCELLED,
    ACTIVATED,
    OWN_WRONG,
    RESUBMITTED,
    MISSING_THERE,
    FIXED,
    SILENT,
    END_USER,
];
