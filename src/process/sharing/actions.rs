//! The lines of the table. Anything that is not listed here is refused.

use crate::process::field::{Field, FieldKind};
use crate::process::{Action, By, Cond, Effect, From, Guard, Since, To};

static HOLDER_APPROVAL: Field =
    Field::optional("holder_approval", FieldKind::Choice(&["email", "letter"]));
static NOTE: Field = Field::optional("note", FieldKind::Note);
static SCENARIO: Field = Field::always(
    "market_scenario",
    FieldKind::Choice(&["cs", "ccss", "moza", "mo"]),
);
static EFFECTIVE: Field = Field::always("effective_date", FieldKind::Date);
static SWITCHED: Field = Field::always("switched_on", FieldKind::Date);
static CONFIRMED: Field = Field::always("identity_confirmed", FieldKind::YesNo);
static EVIDENCE_AT: Field = Field::always("evidence_at", FieldKind::Instant);

pub(super) const ACTIONS: &[Action] = &[
    APPROVE,
    REJECT,
    MARKET_SCENARIO,
    SUPPLIER_SWITCH,
    ended("ended_by_customer"),
    ended("ended_by_grid_user"),
    PROVIDER_WISH,
    RENEWAL_OPENS,
    RENEWAL_REQUESTED,
    VALIDITY_OVER,
    SAMPLED,
    EVIDENCE_RECEIVED,
    EVIDENCE_MISSED,
];

const IN_FORCE: From = From::In(&["active"]);

/// Whoever is not the grid user needs the word of the holder of the energy contract.
const APPROVE: Action = Action {
    key: "approve",
    from: From::In(&["requested"]),
    to: To::State("active"),
    by: By::System,
    rules: &["FLU-24", "FLU-28"],
    fields: &[&HOLDER_APPROVAL, &NOTE],
    guards: &[Guard::Holds(
        Cond::Any(&[
            Cond::Is("requested_by", "grid_user"),
            Cond::Known("holder_approval"),
        ]),
        "holder_must_approve",
        "FLU-24",
    )],
    effects: &[
        Effect::Keep("holder_approval"),
        Effect::Start("validity_3y", Since::Now),
        Effect::Start("renewal_33mo", Since::Now),
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
    from: IN_FORCE,
    to: To::Same,
    by: By::System,
    rules: &["FLU-30", "FLU-31"],
    fields: &[&SCENARIO, &EFFECTIVE, &NOTE],
    effects: &[
        Effect::Keep("market_scenario"),
        Effect::Earliest("effective_date", "effective_date"),
        Effect::Earliest("period_to", "effective_date"),
    ],
    ..Action::BLANK
};

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
        effects: &[
            Effect::Cancel("validity_3y"),
            RUNS_OUT[0],
            RUNS_OUT[1],
            Effect::Send("sharing_ended"),
        ],
        ..Action::BLANK
    }
}

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

/// The provider hands over the mandate within fourteen days; what it does not show counts against it.
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
        Guard::Runs("evidence_14d", "no_evidence_asked"),
        Guard::Past("evidence_at"),
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
