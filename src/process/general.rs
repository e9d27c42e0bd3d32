//! Actions that are legal whatever the state (`processes.md`, reading guide; decision 2): they need
//! no lease, raise the version and leave the holder alone.
//!
//! A further signal is what an opening becomes when an open case has the same subject: the answers
//! of the opening without the fields that make the subject, here as `further_signal`.
//!
//! This module must not know: one particular process.

mod reminders;

use super::field::{Field, FieldKind, Required};
use super::{Action, By, Effect, From, Guard, Process, Queue, To};
pub use reminders::{
    PROMISE, PROMISE_AT, PROMISED, PROMISES, PROMISES_AT, REMINDERS, SNOOZE, is_reminder,
};

/// Who brought a signal: GT-05 and the list of GT-09 in one.
pub static SOURCE: Field = Field::always("source", FieldKind::Choice(SOURCES));
/// What the signal says.
pub static SIGNAL_TYPE: Field = Field::always("signal_type", FieldKind::Choice(SIGNAL_TYPES));

/// Keys of the sources of a signal (GT-05).
pub const SOURCES: &[&str] = &[
    "customer_direct",
    "market_party",
    "consuwijzer",
    "acm",
    "ap",
    "other_consumer_org",
    "other_government",
];
/// Keys of what a signal can say; "similar" in GT-17 means the same key.
pub const SIGNAL_TYPES: &[&str] = &[
    "no_permission",
    "contract_ended",
    "unknown_party",
    "other_purpose",
    "other",
];
/// Roles of a party that reads meters (GT-03, GT-15).
pub const PARTY_ROLES: &[&str] = &["supplier", "service_provider"];

static NOTE: Field = Field::always("note", FieldKind::Note);
static OPTIONAL_NOTE: Field = Field::optional("note", FieldKind::Note);
static REASON: Field = Field::always("reason", FieldKind::Note);
static DETAILS: Field = Field::always("details", FieldKind::Note);
static CONTACT_WITH: Field = Field::always(
    "contact_with",
    FieldKind::Choice(&["customer", "party", "signal_source", "colleague", "other"]),
);
static CHANNEL: Field = Field::always("channel", FieldKind::Choice(CHANNELS));
static CONTACTED_AT: Field = Field::always("contacted_at", FieldKind::Instant);
static WHOSE_DETAILS: Field =
    Field::always("whose_details", FieldKind::Choice(&["customer", "party"]));
static FURTHER_TYPE: Field = Field::optional("signal_type", FieldKind::Choice(SIGNAL_TYPES));
static FURTHER_ROLE: Field = Field::optional("party_role", FieldKind::Choice(PARTY_ROLES));
static FURTHER_ISMA: Field = Field::optional("concerns_isma", FieldKind::YesNo);
static CUSTOMER: Field = Field::optional("customer_ref", FieldKind::Customer);
static SUMMARY: Field = Field::optional("summary", FieldKind::Note);

/// Keys of the ways in which people are reached.
pub const CHANNELS: &[&str] = &["phone", "email", "portal", "letter"];

const fn anywhere(
    key: &'static str,
    rules: &'static [&'static str],
    fields: &'static [&'static Field],
    effects: &'static [Effect],
) -> Action {
    Action {
        key,
        from: From::Any,
        to: To::Same,
        by: By::Agent,
        rules,
        fields,
        form: None,
        guards: &[],
        effects,
    }
}

/// All of them; which a process has, says [`actions`].
pub static ACTIONS: &[Action] = &[
    // promises that stand in the note come along as answers of their own
    Action {
        guards: &[
            Guard::Future("promises_at"),
            Guard::Pairs("promises_at", "promises"),
        ],
        ..anywhere(
            "add_note",
            &[],
            &[&NOTE, &PROMISES_AT, &PROMISES],
            &[Effect::Until(PROMISE, "promises_at")],
        )
    },
    Action {
        guards: &[Guard::NotFuture("contacted_at")],
        ..anywhere(
            "log_contact",
            &[],
            &[&CONTACT_WITH, &CHANNEL, &CONTACTED_AT, &NOTE],
            &[],
        )
    },
    anywhere(
        "inform_acm",
        &["GT-19"],
        &[&OPTIONAL_NOTE],
        &[
            Effect::Set("acm_informed", "yes"),
            Effect::Count("acm_notices"),
            Effect::Send("acm_notice"),
        ],
    ),
    anywhere(
        "flag_data_breach",
        &["META-04"],
        &[&REASON],
        &[
            Effect::Set("data_breach", "yes"),
            Effect::Send("supervisor_alert"),
        ],
    ),
    anywhere(
        "correct_contact_details",
        &["META-03"],
        &[&WHOSE_DETAILS, &DETAILS],
        &[],
    ),
    Action {
        key: "further_signal",
        from: From::Live,
        to: To::Same,
        by: By::System,
        rules: &["GT-05", "GT-06", "GT-09"],
        fields: &[
            &SOURCE,
            &FURTHER_TYPE,
            &FURTHER_ISMA,
            &FURTHER_ROLE,
            &CUSTOMER,
            &SUMMARY,
        ],
        form: None,
        guards: &[],
        effects: &[Effect::Count("signals")],
    },
    Action {
        key: "reopen",
        from: From::Closed,
        to: To::Reopened,
        by: By::Lead,
        rules: &[],
        fields: &[&REASON],
        form: None,
        guards: &[],
        effects: &[Effect::Again],
    },
    Action {
        key: "clock_passed",
        from: From::Live,
        to: To::Same,
        by: By::AnyTimer,
        rules: &["GT-08"],
        fields: &[],
        form: None,
        guards: &[],
        effects: &[Effect::BreachPassed],
    },
    // after an edit of the calendar, ordered by a lead (case-anchors c.3, 21, 23 and 24)
    Action {
        key: "recount",
        from: From::Live,
        to: To::Same,
        by: By::Lead,
        rules: &["GT-08"],
        fields: &[],
        form: None,
        guards: &[],
        effects: &[Effect::Recount],
    },
    reminders::MAKE,
    reminders::KEPT,
    reminders::WITHDRAWN,
    reminders::DUE,
    reminders::SNOOZED,
    reminders::OVER,
    reminders::WAKE,
];

/// The general actions that a process has: the regulator is told of mandates only (GT-19), and a
/// further signal needs a subject on which two signals can meet.
pub fn actions(process: &Process) -> impl Iterator<Item = &'static Action> + use<> {
    let is_mandate = process.queue == Queue::Mandate;
    let has_subject = !process.opening.unique_by.is_empty();
    ACTIONS.iter().filter(move |action| match action.key {
        "inform_acm" => is_mandate,
        "further_signal" => has_subject,
        _ => true,
    })
}

/// A field that must be filled when that yes/no field says yes.
pub(super) const fn if_yes(key: &'static str, kind: FieldKind, other: &'static str) -> Field {
    Field::new(key, kind, Required::If(other, "yes"))
}
