//! Parties that are the subject of like signals again and again (`processes.md` 2.5; GT-17…19). A count
//! proposes, the joint operators decide, the party is asked for improvements, and what does not improve
//! goes to the regulator. The signals behind a proposal are kept as they were, as rows whose digest stands in
//! the event of the opening: nothing changes them, and none of them proposes again.

use super::field::{Field, FieldKind};
use super::general::{CHANNELS, SIGNAL_TYPES};
use super::metering::state;
use super::{Action, Clock, Cond, Effect, From, Guard, Opening, Process, Queue, State, To, Work};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;

static PARTY: Field = Field::always("party_gln", FieldKind::Party);
static PROPOSED_BY: Field = Field::always("proposed_by", FieldKind::Choice(&["threshold", "lead"]));
static SIGNAL_TYPE: Field = Field::optional("signal_type", FieldKind::Choice(SIGNAL_TYPES));
static EVIDENCE: Field = Field::optional("evidence", FieldKind::List(&FieldKind::Code));
static SIGNALS: Field = Field::derived("signals_counted", FieldKind::Number);
static DIGEST: Field = Field::derived("evidence_digest", FieldKind::Code);
static WINDOW_DAYS: Field = Field::optional("window_days", FieldKind::Number);
static JUDGEMENT: Field = Field::always("judgement", FieldKind::YesNo);
static JUDGED_ON: Field = Field::always("judged_on", FieldKind::Date);
static CHANNEL: Field = Field::always("channel", FieldKind::Choice(CHANNELS));
static REVIEW_AT: Field = Field::ahead("review_at");
static IMPROVED: Field = Field::always("improved", FieldKind::YesNo);
static REASON: Field = Field::always("reason", FieldKind::Note);
static NOTE: Field = Field::optional("note", FieldKind::Note);

/// The process.
pub static REPEAT_OFFENDER: Process = Process {
    key: "repeat_offender",
    prefix: "RO",
    queue: Queue::Mandate,
    country: Country::Nl,
    opening: OPENING,
    states: STATES,
    clocks: CLOCKS,
    actions: ACTIONS,
    rules: &[
        "GT-06", "GT-17", "GT-18", "GT-19", "META-01", "META-02", "META-03",
    ],
};

const OPENING: Opening = Opening {
    fields: &[
        &PARTY,
        &PROPOSED_BY,
        &SIGNAL_TYPE,
        &EVIDENCE,
        &WINDOW_DAYS,
        &SIGNALS,
        &DIGEST,
        &NOTE,
    ],
    unique_by: &[],
    states: &[(Cond::Always, "proposed")],
    guards: &[Guard::Holds(
        Cond::Any(&[
            Cond::Is("proposed_by", "lead"),
            Cond::All(&[
                Cond::Known("evidence"),
                Cond::Known("signal_type"),
                Cond::Known("evidence_digest"),
            ]),
        ]),
        "no_evidence_named",
        "GT-17",
    )],
    effects: &[
        Effect::Keep("party_gln"),
        Effect::Keep("proposed_by"),
        Effect::Keep("signal_type"),
        Effect::Keep("evidence"),
        Effect::Keep("window_days"),
        Effect::Keep("signals_counted"),
        Effect::Keep("evidence_digest"),
    ],
    rules: &["GT-06", "GT-17"],
    reopened: "proposed",
    again: &[],
};

const STATES: &[State] = &[
    state("proposed", Work::Open),
    state("contact_due", Work::Open),
    state("improvement_watch", Work::Waiting),
    state("acm_due", Work::Open),
    state("dismissed", Work::Closed),
    state("closed_improved", Work::Closed),
    state("closed_reported_acm", Work::Closed),
];

/// Its day is set by a person at each start; the term is what is proposed.
const CLOCKS: &[Clock] = &[Clock {
    key: "review",
    rule: "GT-18",
    term: Term::Months(3),
    whose: Whose::Ours,
}];

const ACTIONS: &[Action] = &[
    judged("dismissed", "no"),
    judged("contact_due", "yes"),
    PARTY_CONTACTED,
    reviewed("closed_improved", "yes"),
    reviewed("acm_due", "no"),
    PROLONG,
    REPORTED,
];

const JUDGED_FIELDS: &[&Field] = &[&JUDGEMENT, &JUDGED_ON, &NOTE];
const REVIEWED_FIELDS: &[&Field] = &[&IMPROVED, &NOTE];

const JUDGED_NO: &[Guard] = &[
    Guard::NotFuture("judged_on"),
    Guard::Holds(Cond::Is("judgement", "no"), "judged_otherwise", "GT-17"),
];
const JUDGED_YES: &[Guard] = &[
    Guard::NotFuture("judged_on"),
    Guard::Holds(Cond::Is("judgement", "yes"), "judged_otherwise", "GT-17"),
];

/// What the joint operators decided, whatever was proposed.
const fn judged(to: &'static str, judgement: &'static str) -> Action {
    Action {
        key: "joint_judgement",
        from: From::In(&["proposed"]),
        to: To::State(to),
        rules: &["GT-17"],
        fields: JUDGED_FIELDS,
        guards: if is_yes(judgement) {
            JUDGED_YES
        } else {
            JUDGED_NO
        },
        effects: &[Effect::Keep("judgement"), Effect::Keep("judged_on")],
        ..Action::BLANK
    }
}

const fn is_yes(word: &str) -> bool {
    matches!(word.as_bytes(), b"yes")
}

const PARTY_CONTACTED: Action = Action {
    key: "party_contacted",
    from: From::In(&["contact_due"]),
    to: To::State("improvement_watch"),
    rules: &["GT-17", "GT-18"],
    fields: &[&CHANNEL, &REVIEW_AT, &NOTE],
    guards: &[Guard::Future("review_at")],
    effects: &[
        Effect::Until("review", "review_at"),
        Effect::Send("offender_contact"),
    ],
    ..Action::BLANK
};

const IMPROVED_YES: &[Guard] = &[Guard::Holds(
    Cond::Is("improved", "yes"),
    "reviewed_otherwise",
    "GT-18",
)];
const IMPROVED_NO: &[Guard] = &[Guard::Holds(
    Cond::Is("improved", "no"),
    "reviewed_otherwise",
    "GT-18",
)];

/// Whether the structural signals became fewer.
const fn reviewed(to: &'static str, improved: &'static str) -> Action {
    Action {
        key: "review_done",
        from: From::In(&["improvement_watch"]),
        to: To::State(to),
        rules: &["GT-18"],
        fields: REVIEWED_FIELDS,
        guards: if is_yes(improved) {
            IMPROVED_YES
        } else {
            IMPROVED_NO
        },
        effects: &[Effect::Keep("improved"), Effect::Stop("review")],
        ..Action::BLANK
    }
}

const PROLONG: Action = Action {
    key: "prolong",
    from: From::In(&["improvement_watch"]),
    to: To::Same,
    rules: &["GT-18"],
    fields: &[&REASON, &REVIEW_AT],
    guards: &[Guard::Future("review_at")],
    effects: &[
        Effect::Cancel("review"),
        Effect::Until("review", "review_at"),
    ],
    ..Action::BLANK
};

const REPORTED: Action = Action {
    key: "reported_to_acm",
    from: From::In(&["acm_due"]),
    to: To::State("closed_reported_acm"),
    rules: &["GT-18"],
    fields: &[&NOTE],
    effects: &[Effect::Send("offender_report")],
    ..Action::BLANK
};
