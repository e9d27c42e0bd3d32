//! What the steps of a notification ask. Names and numbers of people are texts that can be erased.

use crate::process::field::{Field, FieldKind, Required};

/// The types of installation (ELS-04, ELS-05).
pub const TYPES: &[&str] = &[
    "service_change",
    "fuse_change",
    "work_in_existing",
    "temporary",
    "extension",
    "new_plant",
];
/// Private or company (ELS-24).
pub const KINDS: &[&str] = &["private", "company"];

const fn derived(key: &'static str, kind: FieldKind) -> Field {
    Field::derived(key, kind)
}

static COMPANY: Field = Field::always("grid_company", FieldKind::Code);
static TYPE: Field = Field::always("installation_type", FieldKind::Choice(TYPES));
static JOB: Field = Field::always("job_type", FieldKind::Code);
static AREA: Field = Field::always("grid_area", FieldKind::Code);
/// The installer's company, a party of the register: told by the session, or by the file.
static INSTALLER: Field = derived("party_gln", FieldKind::Party);
static SUBMITTED: Field = derived("submitted", FieldKind::YesNo);
static EAN_GIVEN: Field = derived("ean", FieldKind::Ean);
static METER_GIVEN: Field = derived("meter_no", FieldKind::MeterNumber);
static TECHNICAL_GIVEN: Field = derived("technical_no", FieldKind::MeterNumber);

macro_rules! person {
    ($module:ident, $rest:tt) => {
        mod $module {
            use super::*;
            person!(@fields derived, given, $rest);
            person!(@fields offered, asked, $rest);
        }
    };
    (@fields $make:ident, $name:ident, [$(($key:literal, $kind:expr)),+ $(,)?]) => {
        pub(super) mod $name {
            use super::*;
            static FIELDS: [Field; [$($key),+].len()] = [$($make($key, $kind)),+];
            pub(in super::super) const ALL: [&Field; [$($key),+].len()] = all();
            const fn all() -> [&'static Field; [$($key),+].len()] {
                let mut all = [&FIELDS[0]; [$($key),+].len()];
                let mut at = 0;
                while at < all.len() {
                    all[at] = &FIELDS[at];
                    at += 1;
                }
                all
            }
        }
    };
}

/// Asked, with what the notification has as the proposal.
const fn offered(key: &'static str, kind: FieldKind) -> Field {
    Field::optional(key, kind).like(key)
}

person!(
    owner,
    [
        ("owner_kind", FieldKind::Choice(KINDS)),
        ("owner_name", FieldKind::Line),
        ("owner_org_no", FieldKind::CompanyNumber),
        ("owner_last_name", FieldKind::Line),
        ("owner_first_name", FieldKind::Line),
        ("owner_personal_no", FieldKind::PersonNumber),
        ("owner_birth_date", FieldKind::Line),
        ("owner_attention", FieldKind::Line),
        ("owner_address", FieldKind::Line),
        ("owner_postcode", FieldKind::Line),
        ("owner_city", FieldKind::Line),
        ("owner_phone", FieldKind::Line),
        ("owner_email", FieldKind::Line),
    ]
);

person!(
    payer,
    [
        ("payer_kind", FieldKind::Choice(KINDS)),
        ("payer_name", FieldKind::Line),
        ("payer_org_no", FieldKind::CompanyNumber),
        ("payer_last_name", FieldKind::Line),
        ("payer_first_name", FieldKind::Line),
        ("payer_personal_no", FieldKind::PersonNumber),
        ("payer_birth_date", FieldKind::Line),
        ("payer_attention", FieldKind::Line),
        ("payer_address", FieldKind::Line),
        ("payer_postcode", FieldKind::Line),
        ("payer_city", FieldKind::Line),
        ("payer_phone", FieldKind::Line),
        ("payer_email", FieldKind::Line),
        ("payer_invoice_ref", FieldKind::Line),
    ]
);

person!(
    place,
    [
        ("plant_address", FieldKind::Line),
        ("plant_postcode", FieldKind::Line),
        ("plant_city", FieldKind::Line),
        ("meter_placement", FieldKind::Code),
        ("fuse_now", FieldKind::Code),
        ("fuse_wanted", FieldKind::Code),
        ("work_description", FieldKind::Note),
    ]
);

/// The owner's fields (ELS-23, ELS-24).
pub(super) const OWNER: [&Field; owner::asked::ALL.len()] = owner::asked::ALL;
/// The payer's fields (ELS-23, ELS-24).
pub(super) const PAYER: [&Field; payer::asked::ALL.len()] = payer::asked::ALL;
/// The plant and the work (ELS-21, ELS-25).
pub(super) const PLANT: [&Field; place::asked::ALL.len()] = place::asked::ALL;

const HEAD: [&Field; 10] = [
    &COMPANY,
    &TYPE,
    &JOB,
    &AREA,
    &crate::process::metering::fields::OPENED_BY,
    &INSTALLER,
    &SUBMITTED,
    &EAN_GIVEN,
    &METER_GIVEN,
    &TECHNICAL_GIVEN,
];
const LENGTH: usize =
    HEAD.len() + place::given::ALL.len() + owner::given::ALL.len() + payer::given::ALL.len();

/// What a notification can bring along; an installer at the console is asked for the first four
/// (ELS-03…07).
pub(super) const OPENING: [&Field; LENGTH] = {
    let mut all = [&COMPANY; LENGTH];
    let parts: [&[&Field]; 4] = [
        &HEAD,
        &place::given::ALL,
        &owner::given::ALL,
        &payer::given::ALL,
    ];
    let (mut part, mut to) = (0, 0);
    while part < parts.len() {
        let mut from = 0;
        while from < parts[part].len() {
            all[to] = parts[part][from];
            from += 1;
            to += 1;
        }
        part += 1;
    }
    all
};

static FETCH_METER: Field = Field::new(
    "fetch_meter_no",
    FieldKind::MeterNumber,
    Required::IfEmpty("fetch_ean", "ELS-11"),
);
static FETCH_EAN: Field = Field::optional("fetch_ean", FieldKind::Ean);
static OVERWRITE: Field = Field {
    preset: Some("yes"),
    ..Field::always("overwrite", FieldKind::YesNo)
};
static PREVIEW: Field = derived("preview", FieldKind::Choice(&["found", "not_found"]));
static FOUND_EAN: Field = derived("found_ean", FieldKind::Ean);
static FOUND_METER: Field = derived("found_meter_no", FieldKind::MeterNumber);
static FOUND_TECHNICAL: Field = derived("found_technical_no", FieldKind::MeterNumber);
static FOUND_ADDRESS: Field = derived("found_address", FieldKind::Line);
static FOUND_POSTCODE: Field = derived("found_postcode", FieldKind::Line);
static FOUND_CITY: Field = derived("found_city", FieldKind::Line);

/// Which plant, and what the register says of it (ELS-11, ELS-12). No field takes a number of a
/// person or a firm (ELS-22).
pub(super) const FETCH: &[&Field] = &[
    &FETCH_METER,
    &FETCH_EAN,
    &OVERWRITE,
    &PREVIEW,
    &FOUND_EAN,
    &FOUND_METER,
    &FOUND_TECHNICAL,
    &FOUND_ADDRESS,
    &FOUND_POSTCODE,
    &FOUND_CITY,
];

static RIGHT_CUSTOMER: Field = Field::always("right_customer", FieldKind::YesNo);
static SEND_NOW: Field = Field {
    preset: Some("yes"),
    ..Field::always("send_now", FieldKind::YesNo)
};
static REASON: Field = Field::always("reason", FieldKind::Note);
static NOTE: Field = Field::always("note", FieldKind::Note);
static OPTIONAL_NOTE: Field = Field::optional("note", FieldKind::Note);
static WORK_ORDER: Field = Field {
    preset: Some("no"),
    ..Field::always("work_order", FieldKind::YesNo)
};
static COMPLETED_ON: Field = Field::always("completed_on", FieldKind::Date);
static ENERGISED_ON: Field = Field::always("energised_on", FieldKind::Date);

/// ELS-20.
pub(super) const VERIFIED: &[&Field] = &[&RIGHT_CUSTOMER];
/// The question of ELS-27.
pub(super) const SAVE: &[&Field] = &[&SEND_NOW];
/// Why it goes back, or not on.
pub(super) const REASONED: &[&Field] = &[&REASON];
/// A line of the installer.
pub(super) const NOTED: &[&Field] = &[&NOTE];
/// The permit, and whether a technician must come.
pub(super) const APPROVED: &[&Field] = &[&WORK_ORDER, &OPTIONAL_NOTE];
/// When the work was done.
pub(super) const COMPLETED: &[&Field] = &[&COMPLETED_ON, &OPTIONAL_NOTE];
/// When the plant was energised.
pub(super) const ENERGISED: &[&Field] = &[&ENERGISED_ON, &OPTIONAL_NOTE];
