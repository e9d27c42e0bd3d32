//! Mandates to share consumption in Belgium (`processes.md` 2.8; FLU-01…39): a customer lets a service
//! provider see the consumption of a connection, for three years. What may be seen of it is said by
//! `domain::consumption::guard`.

mod actions;
mod read;

pub use read::mandate;

use super::field::{Field, FieldKind};
use super::metering::state;
use super::{Clock, Cond, Effect, Guard, Opening, Process, Queue, Since, State, Work};
use crate::domain::clock::Whose;
use crate::domain::consumption::guard::Granularity;
use crate::domain::country::Country;
use crate::domain::deadline::Term;

pub(super) static EAN: Field = Field::always("ean", FieldKind::Ean);
static PARTY: Field = Field::always("party_gln", FieldKind::Party);
static CUSTOMER: Field = Field::optional("customer_ref", FieldKind::Customer);
static REQUESTED_BY: Field =
    Field::always("requested_by", FieldKind::Choice(&["grid_user", "other"]));
static GRANULARITY: Field = Field::always("granularity", FieldKind::Choice(Granularity::KEYS));
static PERIOD_FROM: Field = Field::always("period_from", FieldKind::Date);
static PERIOD_TO: Field = Field::optional("period_to", FieldKind::Date);
static LOGGED_IN: Field = Field::optional(
    "logged_in_by",
    FieldKind::Choice(&["eid", "itsme", "token", "account"]),
);
pub(super) static APPROVED_AT: Field = Field::optional("approved_at", FieldKind::Instant);

/// The process.
pub static SHARING: Process = Process {
    key: "sharing",
    prefix: "SM",
    queue: Queue::Sharing,
    country: Country::Be,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: actions::ACTIONS,
    rules: &[
        "FLU-01", "FLU-02", "FLU-03", "FLU-04", "FLU-26", "FLU-29", "FLU-31", "FLU-33", "FLU-34",
        "FLU-35", "FLU-36", "FLU-37", "FLU-38", "FLU-39", "META-01", "META-02", "META-03",
        "META-05",
    ],
};

/// A mandate that a service tells of as approved is in force since then.
const IS_APPROVED: Cond = Cond::Known("approved_at");

/// The three years count from an approval that was given elsewhere (FLU-28).
const VALID_SINCE: &[Effect] = &[
    Effect::Keep("approved_at"),
    Effect::Start("validity_3y", Since::Field("approved_at")),
    Effect::Start("renewal_33mo", Since::Field("approved_at")),
];

const OPENING: Opening = Opening {
    fields: &[
        &EAN,
        &PARTY,
        &CUSTOMER,
        &REQUESTED_BY,
        &GRANULARITY,
        &PERIOD_FROM,
        &PERIOD_TO,
        &LOGGED_IN,
        &APPROVED_AT,
    ],
    unique_by: &[],
    states: &[(IS_APPROVED, "active"), (Cond::Always, "requested")],
    guards: &[
        Guard::NotFuture("approved_at"),
        Guard::Ordered("period_from", "period_to", "period_backwards", "FLU-27"),
    ],
    effects: &[
        Effect::Keep("ean"),
        Effect::Keep("party_gln"),
        Effect::Keep("customer_ref"),
        Effect::Keep("requested_by"),
        Effect::Keep("granularity"),
        Effect::Keep("period_from"),
        Effect::Keep("period_to"),
        Effect::Keep("logged_in_by"),
        Effect::When(IS_APPROVED, VALID_SINCE),
    ],
    rules: &["FLU-11", "FLU-24", "FLU-25", "FLU-27"],
    reopened: "requested",
    // nothing of the mandate that ended counts for the next: it must be asked for and approved anew
    again: &[
        Effect::Clear("holder_approval"),
        Effect::Clear("approved_at"),
        Effect::Clear("asked_again_on"),
        Effect::Clear("renewal"),
        Effect::Clear("audit"),
        Effect::Clear("told_status"),
    ],
};

const STATES: &[State] = &[
    state("requested", Work::Open),
    state("active", Work::Waiting),
    state("rejected", Work::Closed),
    state("ended", Work::Closed),
    state("expired", Work::Closed),
];

const fn clock(key: &'static str, rule: &'static str, term: Term, whose: Whose) -> Clock {
    Clock {
        key,
        rule,
        term,
        whose,
    }
}

const CLOCKS: &[Clock] = &[
    clock("validity_3y", "FLU-28", Term::Months(36), Whose::Notice),
    clock("renewal_33mo", "FLU-28", Term::Months(33), Whose::Notice),
    clock("evidence_14d", "FLU-24", Term::Days(14), Whose::Party),
];
