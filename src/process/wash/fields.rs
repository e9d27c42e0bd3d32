//! What the actions of the data wash ask. Names and numbers of people are texts that can be erased.

use crate::process::field::{Field, FieldKind, Required};
use crate::process::general::CHANNELS;

/// The deviations that reach a person (`processes.md` 2.9); those that the register repairs open no
/// case (decision 19).
pub const CODES: &[&str] = &[
    "gsrn",
    "duplicate",
    "orgnr",
    "fnr",
    "i01",
    "i02",
    "i03",
    "i04",
    "a01",
    "a02",
    "a03",
    "a04",
];
/// Who found it: our own comparison, a file of the central tool, a person.
pub(super) const ORIGINS: &[&str] = &["holdings", "nonconformity", "manual"];

const fn choice(key: &'static str, keys: &'static [&'static str]) -> Field {
    Field::always(key, FieldKind::Choice(keys))
}
const fn yes_no(key: &'static str) -> Field {
    Field::always(key, FieldKind::YesNo)
}
const fn if_one(key: &'static str, kind: FieldKind) -> Field {
    Field::new(key, kind, Required::If("hits", "one"))
}
const fn proposed(key: &'static str, kind: FieldKind) -> Field {
    Field::always(key, kind).like(key)
}

/// … beside those of which the register's repair did not come about: a person looks, and says which it is.
const OPENED: &[&str] = &[
    "gsrn",
    "duplicate",
    "orgnr",
    "fnr",
    "i01",
    "i02",
    "i03",
    "i04",
    "a01",
    "a02",
    "a03",
    "a04",
    "spelling",
    "fill_fnr",
    "fill_orgnr",
];
static CODE: Field = choice("wash_code", OPENED);
static TROUBLE: Field = Field::derived(
    "wash_trouble",
    FieldKind::Choice(&["number_differs", "unknown", "taken_back"]),
);
static ORIGIN: Field = Field {
    preset: Some("manual"),
    ..choice("wash_origin", ORIGINS)
};
static POINT: Field = Field::optional("point", FieldKind::Code);
static EAN: Field = Field::optional("ean", FieldKind::Ean);
static COMPUTED: Field = Field::derived("computed_point", FieldKind::Code);
static FINDING: Field = Field::derived("finding", FieldKind::Code);
static SIDE: Field = Field::optional("wash_side", FieldKind::Choice(&["grid", "supply", "both"]));
static PROPOSAL: Field = Field::derived("wash_proposal", FieldKind::Code);
static CONFIDENCE: Field = Field::derived("confidence", FieldKind::Code);
static CUSTOMER: Field = Field::optional("customer_ref", FieldKind::Customer);
static SUPPLIER: Field = Field::optional("party_gln", FieldKind::Party);
static COUNTERPART: Field = Field::optional("counterpart_known", FieldKind::YesNo);
static FILE: Field = Field::optional("file_ref", FieldKind::Code);
static SUMMARY: Field = Field::optional("summary", FieldKind::Note);

/// The opening: by a run, or by hand.
pub(super) const OPENING: &[&Field] = &[
    &CODE,
    &ORIGIN,
    &POINT,
    &EAN,
    &COMPUTED,
    &FINDING,
    &SIDE,
    &PROPOSAL,
    &CONFIDENCE,
    &CUSTOMER,
    &SUPPLIER,
    &COUNTERPART,
    &FILE,
    &TROUBLE,
    &SUMMARY,
];

static NOTE: Field = Field::optional("note", FieldKind::Note);
static REASON: Field = Field::always("reason", FieldKind::Note);
static NEW_CODE: Field = choice("new_code", CODES);
static CLEAN_FILE: Field = Field::always("clean_file", FieldKind::Code);
static GO_LIVE_ON: Field = Field::always("go_live_on", FieldKind::Date);
static UPDATE: Field = Field::optional("inbound_update", FieldKind::Code);
/// Said by whoever brings the update in, who has both rows.
static NAMES: Field = Field::derived(
    "update_names",
    FieldKind::Choice(&["same", "number", "name", "kind", "nobody"]),
);
static STILL_IN_FILE: Field = Field::always("still_in_file", FieldKind::Code);

pub(super) const NOTE_ONLY: &[&Field] = &[&NOTE];
pub(super) const REASON_ONLY: &[&Field] = &[&REASON];
pub(super) const RECLASSIFY: &[&Field] = &[&NEW_CODE, &REASON];
pub(super) const GONE: &[&Field] = &[&CLEAN_FILE];
pub(super) const GO_LIVE: &[&Field] = &[&GO_LIVE_ON];
pub(super) const UPDATED: &[&Field] = &[&UPDATE, &NAMES, &NOTE];
pub(super) const STILL_FOUND: &[&Field] = &[&STILL_IN_FILE];

static CHANNEL: Field = choice("channel", CHANNELS);
static CONTACTED_AT: Field = Field::always("contacted_at", FieldKind::Instant);
/// A contact, with the way in which it was made (DW-BAS-17).
pub(super) const CONTACT: &[&Field] = &[&CHANNEL, &CONTACTED_AT, &NOTE];

static HITS: Field = choice("hits", &["one", "none", "many"]);
static DEAD: Field = Field::optional("is_dead", FieldKind::YesNo);
static NAME_ALIKE: Field = yes_no("name_alike");
static ACTIVE: Field = Field::optional("is_active", FieldKind::YesNo);
static REGISTER_ON: Field = Field {
    preset: Some("yes"),
    ..yes_no("register_on")
};
static ENRICHED: Field = Field::optional(
    "enriched_with",
    FieldKind::Choice(&["cadastre", "post", "directory", "supplier", "other"]),
);
static HIT_FNR: Field = if_one("found_fnr", FieldKind::NationalNumber);
static HIT_FIRST: Field = if_one("found_first_name", FieldKind::Line);
static HIT_LAST: Field = if_one("found_last_name", FieldKind::Line);
static HIT_ORG: Field = if_one("found_org", FieldKind::EnterpriseNumber);
static HIT_NAME: Field = if_one("found_name", FieldKind::Line);
static FNR: Field = proposed("found_fnr", FieldKind::NationalNumber);
static D_NUMBER: Field = proposed("found_d_number", FieldKind::DNumber);
static FIRST: Field = proposed("found_first_name", FieldKind::Line);
static LAST: Field = proposed("found_last_name", FieldKind::Line);
static ORG: Field = proposed("found_org", FieldKind::EnterpriseNumber);
static NAME: Field = proposed("found_name", FieldKind::Line);
static REGISTER_HAS: Field = yes_no("register_has");

/// What a search of the population register gave (DW-BAS-15).
pub(super) const DSF: &[&Field] = &[&HITS, &DEAD, &HIT_FNR, &HIT_FIRST, &HIT_LAST, &NOTE];
pub(super) const SEARCH: &[&Field] = &[
    &REGISTER_ON,
    &HITS,
    &ENRICHED,
    &HIT_FNR,
    &HIT_FIRST,
    &HIT_LAST,
    &NOTE,
];
pub(super) const BRREG: &[&Field] = &[&HITS, &NAME_ALIKE, &HIT_ORG, &HIT_NAME, &NOTE];
pub(super) const SEARCH_BRREG: &[&Field] = &[&HITS, &ACTIVE, &HIT_ORG, &HIT_NAME, &NOTE];
pub(super) const ENTERPRISE: &[&Field] = &[&ORG, &NAME, &REGISTER_HAS, &NOTE];
pub(super) const ESTATE_ENTERPRISE: &[&Field] = &[&ORG, &NAME, &NOTE];
pub(super) const PERSON: &[&Field] = &[&FNR, &FIRST, &LAST, &NOTE];
pub(super) const D_PERSON: &[&Field] = &[&D_NUMBER, &FIRST, &LAST, &NOTE];

static NEW_EAN: Field = Field::always("new_ean", FieldKind::Ean);
static IN_USE: Field = yes_no("point_in_use");
static SAME_PARTY: Field = yes_no("same_party_rows");
static SAME_POINT: Field = yes_no("same_point");
static PERIODS_APART: Field = yes_no("periods_apart");
static SURVIVOR: Field = Field::always("survivor", FieldKind::Code);
static LOSER: Field = Field::always("loser", FieldKind::Code);

pub(super) const NEW_NUMBER: &[&Field] = &[&NEW_EAN, &IN_USE, &NOTE];
pub(super) const DETECT: &[&Field] = &[&SAME_PARTY, &NOTE];
pub(super) const MERGE: &[&Field] = &[&SAME_POINT, &SURVIVOR, &LOSER, &NOTE];
pub(super) const RENUMBER: &[&Field] = &[&SAME_POINT, &NOTE];
pub(super) const APART: &[&Field] = &[&PERIODS_APART, &NOTE];

static UPDATE_STATE: Field = choice("update_state", &["unprocessed", "rejected", "none"]);
static DIFFERS: Field = yes_no("update_differs");
pub(super) const LOOK_UPDATE: &[&Field] = &[&UPDATE_STATE, &UPDATE, &NAMES, &NOTE];
pub(super) const APPROVE_UPDATE: &[&Field] = &[&DIFFERS, &NOTE];

static CONSENTS: Field = yes_no("person_consents");
static ORG_FORM: Field = choice("unregistered_form", &["co_ownership", "garage", "other"]);
pub(super) const NOT_REGISTERED: &[&Field] = &[&ORG_FORM, &NOTE];
pub(super) const CONSENTING: &[&Field] = &[&FNR, &FIRST, &LAST, &CONSENTS, &NOTE];

pub(super) const ASSESS: &[&Field] = &[&NAME_ALIKE, &NOTE];
static CONFIRMS: Field = yes_no("customer_confirms");
pub(super) const NAME_ONLY: &[&Field] = &[&NAME, &NOTE];
pub(super) const CONFIRMED_NAME: &[&Field] = &[&CONFIRMS, &NAME, &NOTE];

/// Why a dead person stands on a contract (DW-I04-3).
pub(super) const ESTATES: &[&str] = &["not_transferred", "individuals", "organisation"];
static ESTATE: Field = choice("estate", ESTATES);
static USER_KIND: Field = choice("user_kind", &["person", "business"]);
static USER_FNR: Field = Field::new(
    "found_fnr",
    FieldKind::NationalNumber,
    Required::If("user_kind", "person"),
);
static USER_FIRST: Field = Field::new(
    "found_first_name",
    FieldKind::Line,
    Required::If("user_kind", "person"),
);
static USER_LAST: Field = Field::new(
    "found_last_name",
    FieldKind::Line,
    Required::If("user_kind", "person"),
);
static USER_ORG: Field = Field::new(
    "found_org",
    FieldKind::EnterpriseNumber,
    Required::If("user_kind", "business"),
);
static USER_NAME: Field = Field::new(
    "found_name",
    FieldKind::Line,
    Required::If("user_kind", "business"),
);
static END_CODE: Field = choice("end_code", &["death", "bankruptcy", "moved_out"]);
pub(super) const CLASSIFY: &[&Field] = &[&ESTATE, &NOTE];
/// The right end user, a person or a business (DW-GEN-05, DW-GEN-06).
pub(super) const END_USER: &[&Field] = &[
    &USER_KIND,
    &USER_FNR,
    &USER_FIRST,
    &USER_LAST,
    &USER_ORG,
    &USER_NAME,
    &NOTE,
];
static NEW_KIND: Field = Field::optional("user_kind", FieldKind::Choice(&["person", "business"]));
/// Who comes, where neither the finding nor the case says so.
pub(super) const WOUND_UP: &[&Field] = &[
    &NEW_KIND,
    &USER_FNR,
    &USER_FIRST,
    &USER_LAST,
    &USER_ORG,
    &USER_NAME,
    &NOTE,
];
pub(super) const ENDED: &[&Field] = &[&END_CODE, &NOTE];

static WITHOUT_FNR: Field = yes_no("one_without_fnr");
static SAME_BIRTH: Field = yes_no("same_birth_date");
static NEARLY: Field = yes_no("nearly_equal");
pub(super) const SHORTCUT: &[&Field] = &[&WITHOUT_FNR, &SAME_BIRTH, &NEARLY, &NOTE];
pub(super) const FOUND_AT_LOOKUP: &[&Field] = &[&COUNTERPART_ASKED, &NOTE];
static COUNTERPART_ASKED: Field = yes_no("counterpart_known");
static CONSENT: Field = yes_no("consent");
static KEPT: Field = Field::optional("kept_identity", FieldKind::Choice(&["person", "business"]));
static CAUSE: Field = Field::optional(
    "mismatch_cause",
    FieldKind::Choice(&["merger", "typing", "messages_off", "wrong_stored", "other"]),
);
static CUSTOMER_CONTACTED: Field = yes_no("customer_contacted");
static CUSTOMER_AGREES: Field = yes_no("customer_agrees");
pub(super) const ACCEPT: &[&Field] = &[&CONSENT, &KEPT, &CAUSE, &NOTE];
pub(super) const OWN_ERROR: &[&Field] = &[
    &CUSTOMER_CONTACTED,
    &CUSTOMER_AGREES,
    &CONSENT,
    &KEPT,
    &CAUSE,
    &NOTE,
];
static AGREED_ON: Field = Field::always("agreed_on", FieldKind::Date);
pub(super) const AGREED: &[&Field] = &[&AGREED_ON, &CHANNEL, &NOTE];
/// Whether money is settled with the one who is no longer customer.
static SETTLEMENT: Field = choice("settlement", &["made", "none", "not_needed"]);
pub(super) const SETTLED: &[&Field] = &[&SETTLEMENT, &NOTE];

static OWN_SYSTEM: Field = choice(
    "own_system",
    &["open_process", "not_activated", "active", "nothing"],
);
static MISSING_CAUSE: Field = choice(
    "missing_cause",
    &[
        "open_process",
        "not_activated_own",
        "extract_error_own",
        "extract_error_counterpart",
        "other",
    ],
);
static PROCESS_REF: Field = Field::new(
    "process_ref",
    FieldKind::Code,
    Required::If("own_system", "open_process"),
);
static BOTH_SIDES: Field = yes_no("on_both_sides");
pub(super) const CHECK_OWN: &[&Field] = &[&OWN_SYSTEM, &MISSING_CAUSE, &PROCESS_REF, &NOTE];
pub(super) const PROCESS_DONE: &[&Field] = &[&BOTH_SIDES, &NOTE];
