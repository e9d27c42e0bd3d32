//! The lines of the table. Anything that is not listed here is refused.

use super::{APPROVED_AT, VALID_SINCE};
use crate::process::field::{Field, FieldKind};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, To};

static HOLDER_APPROVAL: Field = Field::optional(
    "holder_approval",
    FieldKind::Choice(&["email", "letter", "portal"]),
);
static ASKED_AGAIN: Field = Field::optional("asked_again_on", FieldKind::Date);
static NOTE: Field = Field::optional("note", FieldKind::Note);
static SCENARIO: Field = Field::always(
    "market_scenario",
    FieldKind::Choice(&["cs", "ccss", "moza", "mo", "told"]),
);
static EFFECTIVE: Field = Field::always("effective_date", FieldKind::Date);
static WRONG_DATE: Field = Field::always("wrong_date", FieldKind::Date);
static RIGHT_DATE: Field = Field::optional("effective_date", FieldKind::Date);
static REASON: Field = Field::always("reason", FieldKind::Note);
static TOLD: Field = Field::always("told_status", FieldKind::Choice(TOLD_STATUSES));
static SWITCHED: Field = Field::always("switched_on", FieldKind::Date);
static CONFIRMED: Field = Field::always("identity_confirmed", FieldKind::YesNo);
static EVIDENCE_AT: Field = Field::always("evidence_at", FieldKind::Instant);

/// What the service of the portal says of a mandate (`formats.md` 5.10).
pub(super) const TOLD_STATUSES: &[&str] = &["requested", "approved", "rejected", "finished"];

pub(super) const ACTIONS: &[Action] = &[
    APPROVE,
    REJECT,
    MARKET_SCENARIO,
    CORRECT_SCENARIO,
    SUPPLIER_SWITCH,
    ended("ended_by_customer"),
    ended("ended_by_grid_user"),
    ENDED_IN_PORTAL,
    SERVICE_DIFFERS,
    PROVIDER_WISH,
    RENEWAL_OPENS,
    RENEWAL_REQUESTED,
    VALIDITY_OVER,
    SAMPLED,
    EVIDENCE_RECEIVED,
    EVIDENCE_MISSED,
];

const IN_FORCE: From = From::In(&["active"]);

/// A request that waits, and a mandate in force: what happens to the grid user concerns both.
const LIVE: From = From::In(&["requested", "active"]);

/// Whoever is not the grid user needs the word of the holder of the energy contract. What ended before was
/// permitted by a request that is over: the customer asks again first. Approved elsewhere, it counts from
/// then.
const APPROVE: Action = Action {
    key: "approve",
    from: From::In(&["requested"]),
    to: To::State("active"),
    by: By::System,
    rules: &["FLU-24", "FLU-28"],
    fields: &[&HOLDER_APPROVAL, &APPROVED_AT, &ASKED_AGAIN, &NOTE],
    guards: &[
        Guard::Holds(
            Cond::Any(&[
                Cond::Is("requested_by", "grid_user"),
                Cond::Known("holder_approval"),
            ]),
            "holder_must_approve",
            "FLU-24",
        ),
        Guard::Holds(
            Cond::Any(&[
                Cond::None(&[Cond::Known("reopened")]),
                Cond::Known("asked_again_on"),
            ]),
            "must_be_asked_again",
            "FLU-24",
        ),
        Guard::NotFuture("asked_again_on"),
        Guard::NotFuture("approved_at"),
    ],
    effects: &[
        Effect::Keep("holder_approval"),
        Effect::Keep("asked_again_on"),
        Effect::When(Cond::Known("approved_at"), VALID_SINCE),
        Effect::When(
            Cond::None(&[Cond::Known("approved_at")]),
            &[
                Effect::Start("validity_3y", Since::Now),
                Effect::Start("renewal_33mo", Since::Now),
            ],
        ),
        Effect::When(
            Cond::Known("customer_ref"),
            &[Effect::Send("sharing_approved")],
        ),
    ],
    ..Action::BLANK
};

const REJECT: Action = Action {
    key: "reject",
    from: From::In(&["requested"]),
    to: To::State("rejected"),
    by: By::System,
    rules: &["FLU-24"],
    fields: &[&NOTE],
    effects: &[
        Effect::Cancel("validity_3y"),
        RUNS_OUT[0],
        RUNS_OUT[1],
        Effect::When(
            Cond::Known("customer_ref"),
            &[Effect::Send("sharing_rejected")],
        ),
    ],
    ..Action::BLANK
};

/// The grid user changes: the period ends with that day, the mandate does not. An end that came before
/// stays.
const MARKET_SCENARIO: Action = Action {
    key: "market_scenario",
    from: LIVE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-30", "FLU-31"],
    fields: &[&SCENARIO, &EFFECTIVE, &NOTE],
    effects: &[
        Effect::Keep("market_scenario"),
        Effect::Add("scenario_dates", "effective_date"),
        CAP,
    ],
    ..Action::BLANK
};

/// A day that was mistyped, or a change that was none: the right day takes its place, or nothing does. What
/// the customer chose and the days of other changes are still there, and cap the period as before.
const CORRECT_SCENARIO: Action = Action {
    key: "correct_scenario",
    from: LIVE,
    to: To::Same,
    rules: &["FLU-30", "FLU-31"],
    fields: &[&WRONG_DATE, &RIGHT_DATE, &REASON],
    guards: &[Guard::Among(
        "wrong_date",
        "scenario_dates",
        "no_such_scenario",
        "FLU-30",
    )],
    effects: &[
        Effect::Add("scenario_dates", "effective_date"),
        Effect::Drop("scenario_dates", "wrong_date"),
        CAP,
        Effect::When(
            Cond::None(&[Cond::Known("effective_date")]),
            &[Effect::Clear("market_scenario")],
        ),
    ],
    ..Action::BLANK
};

/// The earliest change counts; the end that the customer chose stays what it is (FLU-30).
const CAP: Effect = Effect::Earliest("effective_date", "scenario_dates");

/// Known, and without any effect.
const SUPPLIER_SWITCH: Action = Action {
    key: "supplier_switch",
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-29"],
    fields: &[&SWITCHED, &NOTE],
    ..Action::BLANK
};

/// Whatever still runs of a mandate that is over.
const RUNS_OUT: [Effect; 2] = [
    Effect::Cancel("renewal_33mo"),
    Effect::Cancel("evidence_14d"),
];

/// It is over before its time.
const ENDS: &[Effect] = &[
    Effect::Cancel("validity_3y"),
    RUNS_OUT[0],
    RUNS_OUT[1],
    Effect::Send("sharing_ended"),
];

const ENDED_FIELDS: &[&Field] = &[&CONFIRMED, &NOTE];

/// The customer and the grid user may be two people; each of them may end it (FLU-32).
const fn ended(key: &'static str) -> Action {
    Action {
        key,
        from: IN_FORCE,
        to: To::State("ended"),
        by: By::System,
        rules: &["FLU-32"],
        fields: ENDED_FIELDS,
        guards: &[Guard::Yes(
            "identity_confirmed",
            "identity_unconfirmed",
            "FLU-32",
        )],
        effects: ENDS,
        ..Action::BLANK
    }
}

/// The service of the portal says that it is over: there only the customer and the grid user can end it, each
/// logged in (FLU-11, FLU-32).
const ENDED_IN_PORTAL: Action = Action {
    key: "ended_in_portal",
    from: IN_FORCE,
    to: To::State("ended"),
    by: By::Outside,
    rules: &["FLU-01", "FLU-32"],
    effects: ENDS,
    ..Action::BLANK
};

/// What the service says and no line can do: the lead is told, and the case says why.
const SERVICE_DIFFERS: Action = Action {
    key: "service_differs",
    from: From::Any,
    to: To::Same,
    by: By::Outside,
    rules: &["FLU-01"],
    fields: &[&TOLD, &REASON],
    effects: &[
        Effect::Keep("told_status"),
        Effect::Send("supervisor_alert"),
    ],
    ..Action::BLANK
};

/// A provider cannot end a mandate: its wish is on record, and it is told so with the reason.
const PROVIDER_WISH: Action = Action {
    key: "provider_wishes_end",
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-32"],
    fields: &[&NOTE],
    effects: &[
        Effect::Count("provider_wishes"),
        Effect::Send("sharing_end_refused"),
    ],
    ..Action::BLANK
};

const RENEWAL_OPENS: Action = Action {
    key: "renewal_opens",
    from: IN_FORCE,
    to: To::Same,
    by: By::Timer("renewal_33mo"),
    rules: &["FLU-28"],
    effects: &[
        Effect::Stop("renewal_33mo"),
        Effect::Set("renewal", "to_be_renewed"),
        Effect::When(
            Cond::Known("customer_ref"),
            &[Effect::Send("sharing_renewal")],
        ),
    ],
    ..Action::BLANK
};

const RENEWAL_REQUESTED: Action = Action {
    key: "renewal_requested",
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-28"],
    fields: &[&NOTE],
    guards: &[Guard::Holds(
        Cond::Is("renewal", "to_be_renewed"),
        "renewal_not_open",
        "FLU-28",
    )],
    effects: &[Effect::Set("renewal", "requested")],
    ..Action::BLANK
};

const VALIDITY_OVER: Action = Action {
    key: "validity_over",
    from: IN_FORCE,
    to: To::State("expired"),
    by: By::Timer("validity_3y"),
    rules: &["FLU-28"],
    effects: &[
        Effect::Lapse("validity_3y"),
        RUNS_OUT[0],
        RUNS_OUT[1],
        Effect::Set("renewal", "expired"),
    ],
    ..Action::BLANK
};

/// The provider hands over the mandate within fourteen days; what it does not show counts against it. The
/// day on which it came counts, not that on which it is typed.
const SAMPLED: Action = Action {
    key: "sampled_for_audit",
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-24"],
    fields: &[&NOTE],
    effects: &[
        Effect::Set("audit", "due"),
        Effect::Start("evidence_14d", Since::Now),
        Effect::Send("sharing_evidence"),
    ],
    ..Action::BLANK
};

const EVIDENCE_RECEIVED: Action = Action {
    key: "evidence_received",
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-24"],
    fields: &[&EVIDENCE_AT, &NOTE],
    guards: &[
        Guard::Holds(
            Cond::Any(&[Cond::Is("audit", "due"), Cond::Is("audit", "missed")]),
            "no_evidence_asked",
            "FLU-24",
        ),
        Guard::NotFuture("evidence_at"),
        Guard::InTime("evidence_at", "evidence_14d", "evidence_late", "FLU-24"),
    ],
    effects: &[
        Effect::Set("audit", "shown"),
        Effect::StopAt("evidence_14d", "evidence_at"),
    ],
    ..Action::BLANK
};

const EVIDENCE_MISSED: Action = Action {
    key: "evidence_missed",
    from: IN_FORCE,
    to: To::Same,
    by: By::Timer("evidence_14d"),
    rules: &["FLU-24"],
    effects: &[
        Effect::Set("audit", "missed"),
        Effect::Lapse("evidence_14d"),
        Effect::Send("supervisor_alert"),
    ],
    ..Action::BLANK
};
