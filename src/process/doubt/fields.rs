//! What the actions of the process ask.

use crate::process::field::{Field, FieldKind, Required};
use crate::process::general::{CHANNELS, PARTY_ROLES, SIGNAL_TYPE, SOURCE, if_yes};

static EAN: Field = Field::always("ean", FieldKind::Ean);
static PARTY: Field = Field::always("party_gln", FieldKind::Party);
static PARTY_ROLE: Field = Field::always("party_role", FieldKind::Choice(PARTY_ROLES));
static CONCERNS_ISMA: Field = Field::always("concerns_isma", FieldKind::YesNo);
static CUSTOMER: Field = Field::optional("customer_ref", FieldKind::Customer);
static SUMMARY: Field = Field::optional("summary", FieldKind::Note);

/// The opening. Whether the party is a supplier is looked up by the caller in the register.
pub(super) const OPENING: &[&Field] = &[
    &EAN,
    &PARTY,
    &PARTY_ROLE,
    &SOURCE,
    &SIGNAL_TYPE,
    &CONCERNS_ISMA,
    &CUSTOMER,
    &SUMMARY,
];

static CHANNEL: Field = Field::always("channel", FieldKind::Choice(CHANNELS));
static CONTACT: Field = Field::optional("contact", FieldKind::Contact);
/// With nobody in the contact group the reached person must be named (GT-27).
static CONTACT_OTHER: Field = Field::new(
    "contact_other",
    FieldKind::Line,
    Required::IfEmpty("contact", "GT-27"),
);
static ASK_PROOF: Field = Field {
    preset: Some("yes"),
    ..Field::always("ask_proof", FieldKind::YesNo)
};
static CONTACTED_AT: Field = Field::always("contacted_at", FieldKind::Instant);

pub(super) const CONTACT_PARTY: &[&Field] = &[
    &CHANNEL,
    &CONTACT,
    &CONTACT_OTHER,
    &ASK_PROOF,
    &CONTACTED_AT,
    &OPTIONAL_NOTE,
];

static RESPONDED_AT: Field = Field::always("responded_at", FieldKind::Instant);
static FINDINGS: Field = Field::always("findings", FieldKind::Note);
static PROOF_GIVEN: Field = Field::always("proof_given", FieldKind::YesNo);
static MANDATE_DATE: Field = if_yes("mandate_date", FieldKind::Date, "proof_given");
static MANDATE_CHANNEL: Field = if_yes(
    "mandate_channel",
    FieldKind::Choice(&["website", "app", "phone", "door", "paper", "other"]),
    "proof_given",
);
static KEY_KIND: Field = if_yes(
    "key_kind",
    FieldKind::Choice(&["customer_key", "permission_key"]),
    "proof_given",
);
static TEXT_SHOWN: Field = if_yes("text_shown", FieldKind::YesNo, "proof_given");

/// The answer of the party with the evidence of GT-14: when and by which channel the customer gave
/// the mandate, by which key it is tied to the customer, whether the text shown is there.
pub(super) const PARTY_RESPONDED: &[&Field] = &[
    &RESPONDED_AT,
    &FINDINGS,
    &PROOF_GIVEN,
    &MANDATE_DATE,
    &MANDATE_CHANNEL,
    &KEY_KIND,
    &TEXT_SHOWN,
];

static OPTIONAL_NOTE: Field = Field::optional("note", FieldKind::Note);
static QUESTION: Field = Field::always("question", FieldKind::Note);
static REASON: Field = Field::always("reason", FieldKind::Note);
static PROOF_AT: Field = Field::always("proof_at", FieldKind::Instant);
static WRONG_REASON: Field = Field::always(
    "wrong_reason",
    FieldKind::Choice(&[
        "wrong_connection",
        "wrong_party",
        "customer_withdrew",
        "own_error",
        "other",
    ]),
);

pub(super) const NOTE_ONLY: &[&Field] = &[&OPTIONAL_NOTE];
pub(super) const ASK_MORE: &[&Field] = &[&QUESTION];
pub(super) const PROOF_REJECTED: &[&Field] = &[&REASON];
pub(super) const LATE_PROOF: &[&Field] = &[&PROOF_AT, &OPTIONAL_NOTE];
pub(super) const WRONGLY_BLOCKED: &[&Field] = &[&WRONG_REASON, &OPTIONAL_NOTE];

static CUSTOMER_INFORMED: Field = Field::always("customer_informed", FieldKind::YesNo);
static PARTY_INFORMED: Field = Field::always("party_informed", FieldKind::YesNo);
static BREACH_SEEN: Field = Field::always("data_breach_seen", FieldKind::YesNo);

pub(super) const CLOSE: &[&Field] = &[
    &CUSTOMER_INFORMED,
    &PARTY_INFORMED,
    &BREACH_SEEN,
    &OPTIONAL_NOTE,
];
