//! The data-access contract of an energy service provider in Belgium (`processes.md` 2.7; FLU-06…21): one
//! per organisation. It is closed once, for the website, the programming interface or both, and customers
//! share with its holder only while it is in force.

use super::field::{Field, FieldKind};
use super::general::if_yes;
use super::metering::state;
use super::{
    Action, By, Clock, Cond, Effect, From, Guard, Opening, Process, Queue, State, To, Work,
};
use crate::domain::country::Country;
use crate::domain::kbo::Kbo;

const CHANNELS: &[&str] = &["website", "api"];

static PARTY: Field = Field::always("party_gln", FieldKind::Party);
static COMPANY: Field = Field::always("company_number", FieldKind::Enterprise);
static CHANNEL: Field = Field::always("data_channel", FieldKind::Choice(CHANNELS));
static ADMITTED: Field = Field::always(
    "admitted_by",
    FieldKind::Choice(&["company_register", "administrator"]),
);
static SIGNED_ON: Field = Field::always("signed_on", FieldKind::Date);
static CHECKED: Field = Field::always("signature_checked", FieldKind::YesNo);
static NUMBER: Field = Field::always("contract_number", FieldKind::Code);
static START: Field = Field::always("start_date", FieldKind::Date);
static CHANGED: Field = Field::optional("changed_on", FieldKind::Date);
static REASON: Field = Field::always("reason", FieldKind::Note);
static NOTE: Field = Field::optional("note", FieldKind::Note);
static KNOWN_COMPANY: Field = Field::optional("company_number", FieldKind::Enterprise);
static KNOWN_CHANNEL: Field = Field::optional("data_channel", FieldKind::Choice(CHANNELS));
static KNOWN_SIGNED: Field = Field::optional("signed_on", FieldKind::Date);
static KNOWN_APPROVED: Field = Field::optional("approved_on", FieldKind::Date);
static KNOWN_NUMBER: Field = Field::optional("contract_number", FieldKind::Code);
static NEW_SIGNED: Field = if_yes("signed_on", FieldKind::Date, "signature_checked");

/// Asked for: organisation and channel are known.
const IS_ASKED: Cond = Cond::All(&[Cond::Known("company_number"), Cond::Known("data_channel")]);
const IS_SIGNED: Cond = Cond::All(&[IS_ASKED, Cond::Known("signed_on")]);
const IS_APPROVED: Cond = Cond::All(&[
    IS_SIGNED,
    Cond::Known("approved_on"),
    Cond::Known("contract_number"),
]);

/// The flags of the channels are independent of each other (FLU-19).
const FLAGS: [Effect; 2] = [
    Effect::When(
        Cond::Is("data_channel", "website"),
        &[Effect::Set("website_active", "yes")],
    ),
    Effect::When(
        Cond::Is("data_channel", "api"),
        &[Effect::Set("api_active", "yes")],
    ),
];

/// The process.
pub static CONTRACT: Process = Process {
    key: "contract",
    prefix: "DC",
    queue: Queue::Sharing,
    country: Country::Be,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: ACTIONS,
    rules: &[
        "FLU-04", "FLU-05", "FLU-06", "FLU-07", "FLU-10", "FLU-12", "FLU-20", "FLU-21", "FLU-22",
        "FLU-23", "META-01", "META-02", "META-03",
    ],
};

/// What comes in as approved is in force at once.
const OPENING: Opening = Opening {
    fields: &[
        &PARTY,
        &KNOWN_COMPANY,
        &KNOWN_CHANNEL,
        &KNOWN_SIGNED,
        &KNOWN_APPROVED,
        &KNOWN_NUMBER,
    ],
    unique_by: &[],
    states: &[
        (IS_APPROVED, "active"),
        (IS_SIGNED, "to_approve"),
        (IS_ASKED, "requested"),
        (Cond::Always, "organisation"),
    ],
    guards: &[],
    effects: &[
        Effect::Keep("party_gln"),
        Effect::Keep("company_number"),
        Effect::Keep("data_channel"),
        Effect::Keep("signed_on"),
        Effect::Set("website_active", "no"),
        Effect::Set("api_active", "no"),
        Effect::When(
            IS_APPROVED,
            &[
                Effect::Keep("contract_number"),
                Effect::Copy("start_date", "approved_on"),
                Effect::Copy("changed_on", "approved_on"),
                FLAGS[0],
                FLAGS[1],
            ],
        ),
    ],
    rules: &["FLU-06", "FLU-07"],
    // what was signed and approved is over with the contract (FLU-16)
    reopened: "to_sign",
    again: &[
        Effect::Clear("signed_on"),
        Effect::Clear("contract_number"),
        Effect::Clear("start_date"),
        Effect::Clear("changed_on"),
        Effect::Set("website_active", "no"),
        Effect::Set("api_active", "no"),
    ],
};

const STATES: &[State] = &[
    state("organisation", Work::Waiting),
    state("provider_chosen", Work::Waiting),
    state("requested", Work::Open),
    state("to_sign", Work::Waiting),
    state("to_approve", Work::Open),
    state("active", Work::Waiting),
    state("refused", Work::Closed),
    state("ended", Work::Closed),
];

const CLOCKS: &[Clock] = &[];

const ACTIONS: &[Action] = &[
    CHANGE_CAPACITY,
    REQUEST_CONTRACT,
    CONTRACT_SENT,
    SIGNED_RECEIVED,
    APPROVE,
    REJECT,
    ADD_CHANNEL,
    TERMINATE,
];

/// Who acts for the organisation is known to the company register, or was admitted by an administrator.
const CHANGE_CAPACITY: Action = Action {
    key: "change_capacity",
    from: From::In(&["organisation"]),
    to: To::State("provider_chosen"),
    by: By::System,
    rules: &["FLU-08", "FLU-09", "FLU-12", "FLU-13"],
    fields: &[&ADMITTED, &NOTE],
    effects: &[Effect::Keep("admitted_by")],
    ..Action::BLANK
};

const REQUEST_CONTRACT: Action = Action {
    key: "request_contract",
    from: From::In(&["provider_chosen"]),
    to: To::State("requested"),
    by: By::System,
    rules: &["FLU-14", "FLU-15"],
    fields: &[&COMPANY, &CHANNEL, &NOTE],
    effects: &[Effect::Keep("company_number"), Effect::Keep("data_channel")],
    ..Action::BLANK
};

const CONTRACT_SENT: Action = Action {
    key: "contract_sent",
    from: From::In(&["requested"]),
    to: To::State("to_sign"),
    rules: &["FLU-16"],
    fields: &[&NOTE],
    effects: &[Effect::Send("contract_to_sign")],
    ..Action::BLANK
};

const SIGNED_RECEIVED: Action = Action {
    key: "signed_received",
    from: From::In(&["to_sign"]),
    to: To::State("to_approve"),
    by: By::System,
    rules: &["FLU-16"],
    fields: &[&SIGNED_ON, &CHECKED, &NOTE],
    guards: &[
        Guard::Yes("signature_checked", "signature_unchecked", "FLU-16"),
        Guard::NotFuture("signed_on"),
    ],
    effects: &[Effect::Keep("signed_on")],
    ..Action::BLANK
};

/// The number is not checked: real ones have no right check digit, and were changed before they began.
const APPROVE: Action = Action {
    key: "approve",
    from: From::In(&["to_approve"]),
    to: To::State("active"),
    rules: &["FLU-17", "FLU-18", "FLU-19", "FLU-20"],
    fields: &[&NUMBER, &START, &CHANGED, &NOTE],
    effects: &[
        Effect::Keep("contract_number"),
        Effect::Keep("start_date"),
        Effect::Copy("changed_on", "start_date"),
        Effect::Keep("changed_on"),
        FLAGS[0],
        FLAGS[1],
        Effect::Send("contract_active"),
    ],
    ..Action::BLANK
};

const REJECT: Action = Action {
    key: "reject",
    from: From::In(&["to_approve"]),
    to: To::State("refused"),
    rules: &["FLU-17"],
    fields: &[&REASON],
    effects: &[Effect::Send("contract_refused")],
    ..Action::BLANK
};

/// Another channel needs a signature of its own (FLU-07); a channel that is active stays as it is.
const ADD_CHANNEL: Action = Action {
    key: "add_channel",
    from: From::In(&["active"]),
    to: To::Same,
    rules: &["FLU-07", "FLU-15", "FLU-19"],
    fields: &[&CHANNEL, &CHECKED, &NEW_SIGNED, &CHANGED, &NOTE],
    guards: &[
        Guard::Yes("signature_checked", "signature_unchecked", "FLU-07"),
        Guard::NotFuture("signed_on"),
        Guard::Holds(
            Cond::None(&[
                Cond::All(&[
                    Cond::Is("data_channel", "website"),
                    Cond::Yes("website_active"),
                ]),
                Cond::All(&[Cond::Is("data_channel", "api"), Cond::Yes("api_active")]),
            ]),
            "channel_active",
            "FLU-19",
        ),
    ],
    effects: &[
        FLAGS[0],
        FLAGS[1],
        Effect::Copy("changed_on", "signed_on"),
        Effect::Keep("changed_on"),
    ],
    ..Action::BLANK
};

/// All mandates under it can no longer be used; none is deleted.
const TERMINATE: Action = Action {
    key: "terminate",
    from: From::In(&["active"]),
    to: To::State("ended"),
    rules: &["FLU-06", "FLU-17"],
    fields: &[&REASON],
    effects: &[
        Effect::Set("website_active", "no"),
        Effect::Set("api_active", "no"),
    ],
    ..Action::BLANK
};

/// The address of the steps that customers of an organisation follow to share their consumption: one for
/// all of them (FLU-20, FLU-21). It is shown as a picture to scan, and written out to be typed (FLU-22,
/// FLU-23).
pub fn step_plan(company: &Kbo) -> String {
    format!(
        "https://mijn.fluvius.be/verbruik/dienstverlener/{}/stappenplan",
        company.as_str()
    )
}
