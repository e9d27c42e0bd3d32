//! A supplier or service provider reports a customer's doubt that it handled itself
//! (`processes.md` 2.4; GT-25). Its working day for reporting is measured, not enforced: the
//! deadline is the party's. No block by itself; one key makes it a case of `doubt`.

use super::field::{Field, FieldKind};
use super::general::{PARTY_ROLES, SIGNAL_TYPE};
use super::{
    Action, Clock, Cond, Effect, From, Guard, Opening, Process, Queue, Since, State, To, Work,
};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;

static EAN: Field = Field::always("ean", FieldKind::Ean);
static PARTY: Field = Field::always("party_gln", FieldKind::Party);
static CUSTOMER: Field = Field::optional("customer_ref", FieldKind::Customer);
static FINDINGS: Field = Field::always("findings", FieldKind::Note);
static PARTY_ACTIONS: Field = Field::always("actions", FieldKind::Note);
static COMPLAINT_CLOSED_AT: Field = Field::always("complaint_closed_at", FieldKind::Instant);
static SATISFACTION: Field = Field::always(
    "satisfaction",
    FieldKind::Choice(&["unknown", "dissatisfied", "satisfied"]),
);
static ESCALATED_TO: Field = Field::optional(
    "escalated_to",
    FieldKind::Choice(&["none", "disputes_committee", "acm"]),
);
static NOTE: Field = Field::optional("note", FieldKind::Note);
static ESCALATION_REF: Field = Field::optional("escalation_ref", FieldKind::Code);
static PARTY_ROLE: Field = Field::always("party_role", FieldKind::Choice(PARTY_ROLES));
static CONCERNS_ISMA: Field = Field::always("concerns_isma", FieldKind::YesNo);

/// The process.
pub static PARTY_REPORT: Process = Process {
    key: "party_report",
    prefix: "PS",
    queue: Queue::Mandate,
    country: Country::Nl,
    opening: Opening {
        fields: &[
            &EAN,
            &PARTY,
            &CUSTOMER,
            &FINDINGS,
            &PARTY_ACTIONS,
            &COMPLAINT_CLOSED_AT,
            &SATISFACTION,
            &ESCALATED_TO,
        ],
        unique_by: &[],
        states: &[
            (Cond::Is("satisfaction", "satisfied"), "closed_no_action"),
            (Cond::Always, "reported"),
        ],
        guards: &[Guard::BeforeReceipt("complaint_closed_at")],
        effects: &[
            Effect::Keep("ean"),
            Effect::Keep("party_gln"),
            Effect::Keep("customer_ref"),
            Effect::Keep("complaint_closed_at"),
            Effect::Keep("satisfaction"),
            Effect::Keep("escalated_to"),
            Effect::Start("party_report_1wd", Since::Field("complaint_closed_at")),
            Effect::StopAtReceipt("party_report_1wd"),
            Effect::When(
                Cond::None(&[Cond::Is("satisfaction", "satisfied")]),
                &[Effect::Start("handle_5wd", Since::Now)],
            ),
        ],
        rules: &["GT-25"],
        reopened: "reported",
        again: &[Effect::Start("handle_5wd", Since::Now)],
    },
    states: &[
        State {
            key: "reported",
            work: Work::Open,
        },
        State {
            key: "closed_no_action",
            work: Work::Closed,
        },
        State {
            key: "closed_noted",
            work: Work::Closed,
        },
        State {
            key: "converted",
            work: Work::Closed,
        },
    ],
    clocks: &[
        Clock {
            key: "party_report_1wd",
            rule: "GT-25",
            term: Term::WorkingDays(1),
            whose: Whose::Party,
        },
        Clock {
            key: "handle_5wd",
            rule: "GT-08",
            term: Term::WorkingDays(5),
            whose: Whose::Ours,
        },
    ],
    actions: &[
        ACCEPT_FINDINGS,
        OPEN_DOUBT,
        ESCALATED_DISPUTES,
        ESCALATED_ACM,
    ],
    rules: &["GT-03", "GT-25", "GT-30", "META-01", "META-02", "META-03"],
};

const ACCEPT_FINDINGS: Action = Action {
    key: "accept_findings",
    from: From::In(&["reported"]),
    to: To::State("closed_noted"),
    rules: &["GT-25"],
    fields: &[&NOTE],
    effects: &[
        Effect::Stop("handle_5wd"),
        Effect::Set("counts_as_signal", "yes"),
    ],
    ..Action::BLANK
};

/// The block starts in the new case, which is received now.
const OPEN_DOUBT: Action = Action {
    key: "open_doubt",
    from: From::In(&["reported"]),
    to: To::State("converted"),
    rules: &["GT-11", "GT-25", "GT-30"],
    fields: &[&SIGNAL_TYPE, &CONCERNS_ISMA, &PARTY_ROLE, &NOTE],
    effects: &[
        Effect::Stop("handle_5wd"),
        Effect::Open("doubt", &[("source", "market_party")]),
    ],
    ..Action::BLANK
};

const ESCALATED_DISPUTES: Action = Action {
    key: "escalated_disputes",
    from: From::In(&["reported"]),
    to: To::Same,
    rules: &["GT-25"],
    fields: &[&ESCALATION_REF, &NOTE],
    effects: &[
        Effect::Set("escalated_disputes", "yes"),
        Effect::Keep("escalation_ref"),
    ],
    ..Action::BLANK
};

const ESCALATED_ACM: Action = Action {
    key: "escalated_acm",
    effects: &[
        Effect::Set("escalated_acm", "yes"),
        Effect::Keep("escalation_ref"),
    ],
    ..ESCALATED_DISPUTES
};
