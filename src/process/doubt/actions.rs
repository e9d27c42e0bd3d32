//! The lines of the table. Anything that is not listed here is refused.

use super::{ISMA_SUPPLIER, fields};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, To};

/// From the signal until the block is decided upon, a block may turn out wrong (decision 13).
const WORKED: &[&str] = &[
    "blocked_contact_due",
    "awaiting_party",
    "assessing",
    "unblock_due",
    "block_maintained",
];

const IS_LIFTING: Cond = Cond::Any(&[
    Cond::Is("block", "lift_requested"),
    Cond::Is("block", "lift_alarm"),
]);

/// Lift the block with retroactive effect (GT-21, GT-23); once is enough.
const LIFT: Effect = Effect::When(
    Cond::None(&[IS_LIFTING]),
    &[
        Effect::Cancel("block_15m"),
        Effect::Set("block", "lift_requested"),
        Effect::Send("lift_block"),
        Effect::Start("lift_15m", Since::Now),
    ],
);

/// The connection is allocated on its own values again: the zeros of GT-16 or the reset of GT-15
/// come to an end.
const RESTORE_ISMA: Effect = Effect::When(
    Cond::Any(&[
        Cond::Is("allocation", "isma_zero"),
        Cond::Is("allocation", "profile"),
    ]),
    &[
        Effect::Set("allocation", "isma"),
        Effect::Send("allocation_isma"),
    ],
);

/// No right was made plausible in time: the supplier loses iSMA for this connection (GT-15).
const RESET_ISMA: Effect = Effect::When(
    ISMA_SUPPLIER,
    &[
        Effect::Set("allocation", "profile"),
        Effect::Send("allocation_profile"),
    ],
);

/// Whatever may still run when a case of this process ends without its block being lifted.
const REST_ENDS: [Effect; 3] = [
    Effect::Stop("close_5wd"),
    Effect::Cancel("block_15m"),
    Effect::Cancel("retention_7d"),
];

const TELL_CUSTOMER_UNBLOCKED: Effect = Effect::When(
    Cond::Known("customer_ref"),
    &[Effect::Send("unblocked_customer")],
);

/// The customer who brought the signal gets one message, not two.
const TELL_SOURCE_UNBLOCKED: Effect = Effect::When(
    Cond::None(&[Cond::Is("source", "customer_direct")]),
    &[Effect::Send("unblocked_source")],
);

const UNBLOCKED: &[Effect] = &[
    Effect::Stop("lift_15m"),
    Effect::Stop("unblock_1wd"),
    Effect::Cancel("retention_7d"),
    Effect::Set("block", "lifted"),
    Effect::Destroy("authorisation"),
    Effect::Send("unblocked_party"),
    TELL_SOURCE_UNBLOCKED,
    TELL_CUSTOMER_UNBLOCKED,
];

/// A timer line that leaves the state as it is.
const fn timer(key: &'static str, from: From, clock: &'static str) -> Action {
    Action {
        key,
        from,
        by: By::Timer(clock),
        ..Action::BLANK
    }
}

pub(super) const ACTIONS: &[Action] = &[
    CONTACT_PARTY,
    PARTY_RESPONDED,
    PROOF_ACCEPTED,
    ASK_MORE,
    PROOF_REJECTED,
    NO_PROOF_IN_TIME,
    OWN_DELAY,
    LATE_PROOF,
    CLOSE,
    UNBLOCKED_AFTER_PROOF,
    UNBLOCKED_AS_WRONG,
    WRONGLY_BLOCKED,
    BLOCK_CONFIRMED,
    BLOCK_UNCONFIRMED,
    LIFT_UNCONFIRMED,
    RETENTION_WARNING,
];

const CONTACT_PARTY: Action = Action {
    key: "contact_party",
    from: From::In(&["blocked_contact_due"]),
    to: To::State("awaiting_party"),
    rules: &["GT-10", "GT-13", "GT-14", "GT-26", "GT-27"],
    fields: fields::CONTACT_PARTY,
    guards: &[Guard::Past("contacted_at")],
    effects: &[
        Effect::Keep("contacted_at"),
        Effect::Keep("ask_proof"),
        Effect::Keep("contact"),
        Effect::When(
            Cond::Known("contact_other"),
            &[Effect::Set("contact_group_empty", "yes")],
        ),
        Effect::StopAt("contact_1wd", "contacted_at"),
        Effect::StopAt("contact_late_1wd", "contacted_at"),
        Effect::Start("response_72h", Since::Field("contacted_at")),
        Effect::When(Cond::Yes("ask_proof"), &[Effect::Send("request_proof")]),
        Effect::When(
            Cond::None(&[Cond::Yes("ask_proof")]),
            &[Effect::Send("signal_notice")],
        ),
    ],
    ..Action::BLANK
};

/// Our judgement belongs into the same 72 hours; its clock is ours, the party's runs on (GT-15,
/// decision 12).
const PARTY_RESPONDED: Action = Action {
    key: "party_responded",
    from: From::In(&["awaiting_party"]),
    to: To::State("assessing"),
    rules: &["GT-13", "GT-14", "GT-24"],
    fields: fields::PARTY_RESPONDED,
    guards: &[
        Guard::Past("responded_at"),
        Guard::InTime("responded_at", "response_72h", "answer_late", "GT-24"),
        Guard::NotFuture("mandate_date"),
    ],
    effects: &[
        Effect::Keep("responded_at"),
        Effect::Keep("proof_given"),
        Effect::Keep("mandate_date"),
        Effect::Keep("mandate_channel"),
        Effect::Keep("key_kind"),
        Effect::Keep("text_shown"),
        Effect::Start("assess_72h", Since::Field("contacted_at")),
    ],
    ..Action::BLANK
};

const PROOF_ACCEPTED: Action = Action {
    key: "proof_accepted",
    from: From::In(&["assessing"]),
    to: To::State("unblock_due"),
    rules: &["GT-21", "GT-23", "META-05"],
    fields: fields::NOTE_ONLY,
    guards: &[Guard::Holds(
        Cond::Yes("proof_given"),
        "no_proof_given",
        "META-05",
    )],
    effects: &[
        Effect::StopAt("response_72h", "responded_at"),
        Effect::Stop("assess_72h"),
        Effect::Set("unblock_reason", "proof"),
        Effect::Start("unblock_1wd", Since::Now),
        LIFT,
        RESTORE_ISMA,
    ],
    ..Action::BLANK
};

const ASK_MORE: Action = Action {
    key: "ask_more",
    from: From::In(&["assessing"]),
    to: To::State("awaiting_party"),
    rules: &["GT-14", "GT-15"],
    fields: fields::ASK_MORE,
    guards: &[Guard::TimeLeft("response_72h", "no_time_left", "GT-15")],
    effects: &[Effect::Cancel("assess_72h"), Effect::Send("ask_more")],
    ..Action::BLANK
};

const PROOF_REJECTED: Action = Action {
    key: "proof_rejected",
    from: From::In(&["assessing"]),
    to: To::State("block_maintained"),
    rules: &["GT-15", "GT-32"],
    fields: fields::PROOF_REJECTED,
    effects: &[
        Effect::StopAt("response_72h", "responded_at"),
        Effect::Stop("assess_72h"),
        RESET_ISMA,
        Effect::Send("proof_rejected"),
        Effect::Start("close_5wd", Since::Now),
    ],
    ..Action::BLANK
};

const NO_PROOF_IN_TIME: Action = Action {
    to: To::State("block_maintained"),
    rules: &["GT-13", "GT-15", "GT-32"],
    effects: &[
        Effect::Lapse("response_72h"),
        RESET_ISMA,
        Effect::Send("no_proof"),
        Effect::Start("close_5wd", Since::Now),
    ],
    ..timer(
        "no_proof_in_time",
        From::In(&["awaiting_party"]),
        "response_72h",
    )
};

/// The party answered in time; that the 72 hours pass before our judgement is our own delay and
/// resets nothing (decision 12).
const OWN_DELAY: Action = Action {
    rules: &["GT-15"],
    effects: &[
        Effect::Set("own_delay", "yes"),
        Effect::StopAt("response_72h", "responded_at"),
        Effect::Breach("assess_72h"),
        Effect::Send("supervisor_alert"),
    ],
    ..timer("own_delay", From::In(&["assessing"]), "response_72h")
};

const LATE_PROOF: Action = Action {
    key: "late_proof",
    from: From::In(&["block_maintained"]),
    to: To::State("closed_restart_required"),
    rules: &["GT-24"],
    fields: fields::LATE_PROOF,
    guards: &[
        Guard::Past("proof_at"),
        Guard::TooLate("proof_at", "response_72h", "proof_not_late", "GT-24"),
    ],
    effects: &[
        REST_ENDS[0],
        REST_ENDS[1],
        REST_ENDS[2],
        Effect::Send("restart_required"),
    ],
    ..Action::BLANK
};

const CLOSE: Action = Action {
    key: "close",
    from: From::In(&["block_maintained"]),
    to: To::State("closed_unlawful"),
    rules: &["GT-30", "GT-32", "META-04"],
    fields: fields::CLOSE,
    guards: &[
        Guard::Yes("customer_informed", "customer_not_informed", "GT-30"),
        Guard::Yes("party_informed", "party_not_informed", "GT-30"),
    ],
    effects: &[
        REST_ENDS[0],
        REST_ENDS[1],
        REST_ENDS[2],
        Effect::Set("counts_as_signal", "yes"),
        Effect::When(
            Cond::Yes("data_breach_seen"),
            &[
                Effect::Set("data_breach", "yes"),
                Effect::Send("supervisor_alert"),
            ],
        ),
        Effect::Send("closed_party"),
        Effect::When(
            Cond::Known("customer_ref"),
            &[Effect::Send("closed_customer")],
        ),
    ],
    ..Action::BLANK
};

const UNBLOCKED_AFTER_PROOF: Action = Action {
    key: "unblocked",
    from: From::In(&["unblock_due"]),
    to: To::State("closed_mandate_ok"),
    by: By::System,
    rules: &["GT-21", "GT-22", "GT-23"],
    fields: fields::NOTE_ONLY,
    guards: &[Guard::Holds(
        Cond::Is("unblock_reason", "proof"),
        "no_unblock_reason",
        "GT-21",
    )],
    effects: UNBLOCKED,
    ..Action::BLANK
};

const UNBLOCKED_AS_WRONG: Action = Action {
    key: "unblocked",
    from: From::In(&["unblock_due"]),
    to: To::State("closed_wrongly_blocked"),
    by: By::System,
    rules: &["GT-20", "GT-22", "GT-23"],
    fields: fields::NOTE_ONLY,
    guards: &[Guard::Holds(
        Cond::Is("unblock_reason", "wrongly_blocked"),
        "no_unblock_reason",
        "GT-20",
    )],
    effects: UNBLOCKED,
    ..Action::BLANK
};

const WRONGLY_BLOCKED: Action = Action {
    key: "wrongly_blocked",
    from: From::In(WORKED),
    to: To::State("unblock_due"),
    rules: &["GT-20", "GT-23"],
    fields: fields::WRONGLY_BLOCKED,
    effects: &[
        Effect::Cancel("contact_1wd"),
        Effect::Cancel("contact_late_1wd"),
        Effect::Cancel("response_72h"),
        Effect::Cancel("assess_72h"),
        Effect::Cancel("close_5wd"),
        Effect::Set("unblock_reason", "wrongly_blocked"),
        Effect::Start("unblock_1wd", Since::Now),
        LIFT,
        RESTORE_ISMA,
    ],
    ..Action::BLANK
};

const BLOCK_CONFIRMED: Action = Action {
    key: "block_confirmed",
    from: From::Live,
    to: To::Same,
    by: By::System,
    rules: &["GT-11"],
    guards: &[Guard::Holds(
        Cond::Any(&[Cond::Is("block", "requested"), Cond::Is("block", "alarm")]),
        "block_not_asked",
        "GT-11",
    )],
    effects: &[Effect::Stop("block_15m"), Effect::Set("block", "confirmed")],
    ..Action::BLANK
};

const BLOCK_UNCONFIRMED: Action = Action {
    rules: &["GT-11"],
    effects: &[
        Effect::Set("block", "alarm"),
        Effect::Breach("block_15m"),
        Effect::Send("supervisor_alert"),
    ],
    ..timer("block_unconfirmed", From::Live, "block_15m")
};

const LIFT_UNCONFIRMED: Action = Action {
    rules: &["GT-21"],
    effects: &[
        Effect::Set("block", "lift_alarm"),
        Effect::Breach("lift_15m"),
        Effect::Send("supervisor_alert"),
    ],
    ..timer("lift_unconfirmed", From::In(&["unblock_due"]), "lift_15m")
};

/// The port keeps quarter-hour values for ten days: after seven a retroactive request is about to
/// lose data (GT-23, `formats.md` 5.8). The lead is told: after the 72 hours only we can still lift it.
const RETENTION_WARNING: Action = Action {
    rules: &["GT-23"],
    effects: &[
        Effect::Lapse("retention_7d"),
        Effect::Set("retention", "warned"),
        Effect::Send("supervisor_alert"),
    ],
    ..timer("retention_warning", From::Live, "retention_7d")
};
