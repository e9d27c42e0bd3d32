//! Reasonable doubt about the customer's mandate (`processes.md` 2.3; GT-01…GT-33): a signal that a
//! party reads a smart meter without the customer's permission. Reading is blocked at once, the
//! party has 72 hours to make its mandate plausible, and either the block is lifted or it stays.

mod actions;
mod fields;

use super::{Clock, Cond, Effect, Opening, Process, Queue, Since, State, Work};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;

/// The allocation is set back for suppliers only: iSMA is a process of theirs (GT-15).
pub(super) const ISMA_SUPPLIER: Cond = Cond::All(&[
    Cond::Yes("concerns_isma"),
    Cond::Is("party_role", "supplier"),
]);

/// The process.
pub static DOUBT: Process = Process {
    key: "doubt",
    prefix: "GT",
    queue: Queue::Mandate,
    country: Country::Nl,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: actions::ACTIONS,
    rules: &[
        "GT-01", "GT-02", "GT-03", "GT-04", "GT-06", "GT-07", "GT-08", "GT-26", "GT-28", "GT-29",
        "GT-30", "GT-31", "GT-33", "META-01", "META-02", "META-03", "META-05",
    ],
};

const OPENING: Opening = Opening {
    fields: fields::OPENING,
    unique_by: &["ean", "party_gln"],
    states: &[(Cond::Always, "blocked_contact_due")],
    guards: &[],
    effects: &[
        Effect::Keep("ean"),
        Effect::Keep("party_gln"),
        Effect::Keep("party_role"),
        Effect::Keep("source"),
        Effect::Keep("signal_type"),
        Effect::Keep("concerns_isma"),
        Effect::Keep("customer_ref"),
        Effect::Count("signals"),
        BLOCK[0],
        BLOCK[1],
        BLOCK[2],
        BLOCK[3],
        BLOCK[4],
        BLOCK[5],
        BLOCK[6],
    ],
    rules: &["GT-05", "GT-09", "GT-10", "GT-11", "GT-12", "GT-16"],
    reopened: "blocked_contact_due",
    again: &[
        Effect::Set("unblock_reason", "none"),
        Effect::Set("own_delay", "no"),
        Effect::Set("retention", "counting"),
        BLOCK[0],
        BLOCK[1],
        BLOCK[2],
        BLOCK[3],
        BLOCK[4],
        BLOCK[5],
        BLOCK[6],
    ],
};

/// The block is a command to an outside system, written with the intake (decision 14). A signal
/// that reaches us after its day has passed still gets a promise (case-anchors c.3, 19).
const BLOCK: [Effect; 7] = [
    Effect::Set("block", "requested"),
    Effect::Send("block"),
    Effect::Start("block_15m", Since::Now),
    Effect::Start("contact_1wd", Since::Received),
    Effect::When(
        Cond::Late("contact_1wd"),
        &[Effect::Start("contact_late_1wd", Since::Now)],
    ),
    Effect::Start("retention_7d", Since::Now),
    Effect::When(
        Cond::Yes("concerns_isma"),
        &[
            Effect::Set("allocation", "isma_zero"),
            Effect::Send("allocation_zero"),
        ],
    ),
];

const fn state(key: &'static str, work: Work) -> State {
    State { key, work }
}

const STATES: &[State] = &[
    state("blocked_contact_due", Work::Open),
    state("awaiting_party", Work::Waiting),
    state("assessing", Work::Open),
    state("unblock_due", Work::Open),
    state("block_maintained", Work::Open),
    state("closed_mandate_ok", Work::Closed),
    state("closed_wrongly_blocked", Work::Closed),
    state("closed_unlawful", Work::Closed),
    state("closed_restart_required", Work::Closed),
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
    clock("contact_1wd", "GT-10", Term::WorkingDays(1), Whose::Ours),
    clock(
        "contact_late_1wd",
        "GT-08",
        Term::WorkingDays(1),
        Whose::Ours,
    ),
    clock("response_72h", "GT-13", Term::Hours(72), Whose::Party),
    clock("assess_72h", "GT-15", Term::Hours(72), Whose::Ours),
    clock("unblock_1wd", "GT-21", Term::WorkingDays(1), Whose::Ours),
    clock("block_15m", "GT-11", Term::Minutes(15), Whose::System),
    clock("lift_15m", "GT-21", Term::Minutes(15), Whose::System),
    clock("retention_7d", "GT-23", Term::Hours(168), Whose::Notice),
    clock("close_5wd", "GT-08", Term::WorkingDays(5), Whose::Ours),
];
