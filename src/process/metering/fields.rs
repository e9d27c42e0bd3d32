//! What the steps of a request ask. What only an import, the portal or a chooser of the screen fills
//! in is derived: no form shows it.

use crate::process::field::{Asked, Field, FieldKind, Required};

/// How the meter is to be read (PRIO-28).
pub(crate) const FLAVOURS: &[&str] = &["conventional", "smart_off", "smart_on"];
const STEPS: &[&str] = &["contact", "location", "meter", "product"];
const SOURCES: &[&str] = &["register", "code_book", "domain", "work_orders", "agent"];

/// Told by the engine: who opened the request.
pub(in crate::process) static OPENED_BY: Field = Field::derived(
    "opened_by",
    FieldKind::Choice(&["customer", "agent", "installer"]),
);
/// Told by the engine: whether an agent does it on behalf of the customer.
pub(in crate::process) static ON_BEHALF: Field = Field::derived("on_behalf", FieldKind::YesNo);

/// The account of the customer (PRIO-16).
pub(in crate::process) static CUSTOMER: Field = Field::always("customer_ref", FieldKind::Customer);
static STEP: Field = Field::derived("step", FieldKind::Choice(STEPS));
static GIVEN_PHONE: Field = Field::derived("phone", FieldKind::Line);
static GIVEN_EMAIL: Field = Field::derived("email", FieldKind::Line);
static GIVEN_CONTACT_POSTCODE: Field = Field::derived("contact_postcode", FieldKind::Postcode);
static GIVEN_CONTACT_NUMBER: Field = Field::derived("contact_house_number", FieldKind::HouseNumber);
static GIVEN_POSTCODE: Field = Field::derived("postcode", FieldKind::Postcode);
static GIVEN_NUMBER: Field = Field::derived("house_number", FieldKind::HouseNumber);
static GIVEN_EAN: Field = Field::derived("ean", FieldKind::Ean);
static GIVEN_METER: Field = Field::derived("meter_no", FieldKind::MeterNumber);
static GIVEN_AUTHORISED: Field = Field::derived("declares_authorised", FieldKind::YesNo);
static GIVEN_FLAVOUR: Field = Field::derived("flavour", FieldKind::Choice(FLAVOURS));

/// What a request can bring along; an agent is asked for the customer only.
pub(in crate::process) const REQUEST: [&Field; 13] = [
    &CUSTOMER,
    &OPENED_BY,
    &STEP,
    &GIVEN_PHONE,
    &GIVEN_EMAIL,
    &GIVEN_CONTACT_POSTCODE,
    &GIVEN_CONTACT_NUMBER,
    &GIVEN_POSTCODE,
    &GIVEN_NUMBER,
    &GIVEN_EAN,
    &GIVEN_METER,
    &GIVEN_AUTHORISED,
    &GIVEN_FLAVOUR,
];

static DETAILS_RIGHT: Field = Field::always("details_right", FieldKind::YesNo);
static PHONE: Field = Field::optional("phone", FieldKind::Line).like("phone");
static EMAIL: Field = Field::optional("email", FieldKind::Line).like("email");
static CONTACT_POSTCODE: Field =
    Field::optional("contact_postcode", FieldKind::Postcode).like("contact_postcode");
static CONTACT_NUMBER: Field =
    Field::optional("contact_house_number", FieldKind::HouseNumber).like("contact_house_number");
static VALIDATED_AT: Field = Field {
    asked: Asked::Derived,
    ..Field::always("validated_at", FieldKind::Instant)
};

/// Step 2 (PRIO-17): what the account says is shown, confirmed, and completed where needed.
pub(in crate::process) const CONTACT: &[&Field] = &[
    &ON_BEHALF,
    &DETAILS_RIGHT,
    &PHONE,
    &EMAIL,
    &CONTACT_POSTCODE,
    &CONTACT_NUMBER,
    &VALIDATED_AT,
];

/// Step 3 begins with the address of step 2 (PRIO-19).
static POSTCODE: Field = Field::always("postcode", FieldKind::Postcode).like("contact_postcode");
static NUMBER: Field =
    Field::always("house_number", FieldKind::HouseNumber).like("contact_house_number");
static METERS_FOUND: Field = Field {
    preset: Some("yes"),
    ..Field::always("meters_found", FieldKind::YesNo)
};

/// Step 3 (PRIO-18, PRIO-19).
pub(in crate::process) const LOCATION: &[&Field] = &[&ON_BEHALF, &POSTCODE, &NUMBER, &METERS_FOUND];

static EAN: Field = Field::always("ean", FieldKind::Ean);
static METER: Field = Field::always("meter_no", FieldKind::MeterNumber).like("meter_no");
static LIVES_THERE: Field = Field {
    preset: Some("yes"),
    ..Field::always("lives_there", FieldKind::YesNo)
};
static AUTHORISED: Field = Field::new(
    "declares_authorised",
    FieldKind::YesNo,
    Required::If("lives_there", "no"),
);

/// Step 4 (PRIO-21): exactly one meter, and whether whoever asks may ask.
pub(in crate::process) const METER_CHOSEN: &[&Field] =
    &[&ON_BEHALF, &EAN, &METER, &LIVES_THERE, &AUTHORISED];

/// Step 4 of a feed-in meter, with whose grid it is (TLM-17).
pub(in crate::process) const METER_AND_GRID: &[&Field] = &[
    &ON_BEHALF,
    &EAN,
    &METER,
    &LIVES_THERE,
    &AUTHORISED,
    &GRID_OURS,
];
static GRID_OURS: Field = Field {
    preset: Some("yes"),
    ..Field::always("grid_ours", FieldKind::YesNo)
};
/// … as the portal says it.
pub(in crate::process) static GIVEN_GRID: Field = Field::derived("grid_ours", FieldKind::YesNo);

static OUTCOME: Field = Field::always(
    "check_outcome",
    FieldKind::Choice(&[
        "ok",
        "not_our_grid",
        "already_smart",
        "not_feasible",
        "in_gsa_planning",
    ]),
);
static SUITABILITY: Field = Field::always(
    "suitability",
    FieldKind::Choice(&["suitable", "not_suitable", "not_feasible", "not_our_grid"]),
);
static CHECK_SOURCE: Field = Field {
    preset: Some("agent"),
    ..Field::always("check_source", FieldKind::Choice(SOURCES))
};
static CHECKED_AT: Field = Field::always("checked_at", FieldKind::Instant);
static GSA_ORDER: Field = Field::new(
    "gsa_order",
    FieldKind::Code,
    Required::If("check_outcome", "in_gsa_planning"),
);
static PLANNED_ORDER: Field = Field::optional("gsa_order", FieldKind::Code);

/// One outcome, with time and source (PRIO-23).
pub(in crate::process) const CHECKED: &[&Field] =
    &[&OUTCOME, &CHECK_SOURCE, &CHECKED_AT, &GSA_ORDER];
/// Whether the meter can count what is fed in (TLM-11, TLM-12).
pub(in crate::process) const SUITABLE: &[&Field] =
    &[&SUITABILITY, &CHECK_SOURCE, &CHECKED_AT, &PLANNED_ORDER];

static FLAVOUR: Field = Field::always("flavour", FieldKind::Choice(FLAVOURS)).like("flavour");

/// Step 5 (PRIO-28, PRIO-29, TLM-13).
pub(in crate::process) const FLAVOUR_CHOSEN: &[&Field] = &[&ON_BEHALF, &FLAVOUR];

static SLOT: Field = Field::always("slot", FieldKind::Slot);
static SLOT_START: Field = Field {
    preset: Some(""),
    ..Field::derived("slot_start", FieldKind::Instant)
};
/// An agent plans only after speaking with the customer (PRIO-04).
static CONTACT_NOTE: Field = Field::new(
    "contact_note",
    FieldKind::Note,
    Required::If("on_behalf", "yes"),
);
static REPLAN_NOTE: Field = Field::always("contact_note", FieldKind::Note);

/// Step 6 (PRIO-30).
pub(in crate::process) const SLOT_CHOSEN: &[&Field] =
    &[&ON_BEHALF, &SLOT, &SLOT_START, &CONTACT_NOTE];
/// The same once more, after a contact (PRIO-04).
pub(in crate::process) const REPLAN: &[&Field] = &[&ON_BEHALF, &SLOT, &SLOT_START, &REPLAN_NOTE];

static NOTE: Field = Field::always("note", FieldKind::Note);
static OPTIONAL_NOTE: Field = Field::optional("note", FieldKind::Note);
static NOT_DONE: Field = Field::always(
    "not_done_reason",
    FieldKind::Choice(&["not_home", "unsafe", "infeasible", "other"]),
);
static GSA_STATE: Field = Field::always(
    "gsa_state",
    FieldKind::Choice(&["created", "planned", "on_site"]),
);
static ACKED_AT: Field = Field::derived("gsa_acked_at", FieldKind::Instant);
static UNDELIVERED: Field = Field::always("undelivered", FieldKind::Code);

/// A step that asks nothing more than who takes it.
pub(in crate::process) const STEP_ONLY: &[&Field] = &[&ON_BEHALF, &OPTIONAL_NOTE];
/// Who takes the step, and nothing of the step's own.
pub(in crate::process) const BEHALF_ONLY: &[&Field] = &[&ON_BEHALF];
/// A remark at the most.
pub(in crate::process) const NOTE_ONLY: &[&Field] = &[&OPTIONAL_NOTE];
/// A remark.
pub(in crate::process) const NOTED: &[&Field] = &[&NOTE];
/// Why the technician could not do it.
pub(in crate::process) const NOT_DONE_FIELDS: &[&Field] = &[&NOT_DONE, &OPTIONAL_NOTE];
/// How far the work order is (PRIO-09).
pub(in crate::process) const STATUS: &[&Field] = &[&GSA_STATE];
/// When the work-order management had the order, by its own clock: what it says of visits is by that
/// clock as well (PRIO-09).
pub(in crate::process) const ACKED: &[&Field] = &[&ACKED_AT];
/// How far it is, and when they had it.
pub(in crate::process) const TAKEN_OVER: &[&Field] = &[&GSA_STATE, &ACKED_AT];
/// Which message could not be delivered.
pub(in crate::process) const FAILED: &[&Field] = &[&UNDELIVERED];
