//! The engine: from a case, an action, the answers and an instant to a [`Change`] or a [`Refusal`].
//! Pure; the same function serves screen (preview), command line, importer, worker and replay.
//!
//! Instants are cut to microseconds, which is what the database keeps.
//!
//! This module must not know: the present time, SQL, a screen.

mod answers;
mod behalf;
mod draft;
mod effects;
mod fold;
mod guards;
mod list;
mod pauses;
mod recount;
mod refuse;
mod reminders;
mod step;
mod timers;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::field::Value;
use super::form::{CaseForm, lenient};
use crate::domain::calendar::Calendars;
use crate::domain::clock::{ClockRun, Outcome, Whose};
use crate::domain::deadline::{Comparison, LedgerLine};
pub(super) use answers::{check as check_value, spelled};
pub use fold::{after, born};
pub use list::{Listed, listed, prefill};
pub use pauses::PAUSES;
pub use reminders::{is_overdue, overdue};
pub(super) use step::{Decision, decide, decide_opening};
pub use step::{open, step};
pub use timers::timer_action;

/// What a transition is computed with, apart from the case.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Legal now (decision 8).
    pub now: DateTime<Utc>,
    /// Who wants it.
    pub actor: Actor,
    /// The calendars, by country.
    pub calendars: &'a Calendars,
    /// Number of the command; the same number makes the same change.
    pub command: Uuid,
}

/// Who wants an action. Which lease is needed, the database decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// An agent: may also stand in for an outside system.
    Agent,
    /// A lead: may do what an agent may, and reopen.
    Lead,
    /// The worker's timers.
    Timer,
    /// An outside system or an import.
    System,
    /// An installer, at work on notifications of its own (decision 18).
    Installer,
}

/// Answers to fields, by field key. Free text is still plain here; the engine parks it.
pub type Answers = BTreeMap<String, Answer>;
/// Facts of a case: ids, choices, instants, yes/no, counts.
pub type Facts = BTreeMap<String, Value>;

/// One answer as given by a person, a file or a script, already parsed by its field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Something an event may hold.
    Value(Value),
    /// Free text, to be stored as an erasable row.
    Free(String),
}

/// What the engine must know of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// Key of the process.
    pub process: String,
    /// Key of the state.
    pub state: String,
    /// When the case was received, or reopened (legal time).
    pub received_at: DateTime<Utc>,
    /// The facts.
    pub facts: Facts,
    /// All runs of all clocks.
    pub clocks: Vec<ClockRun>,
    /// The form that is data, in the version in force at the first receipt; none when the process has
    /// none. No event holds it: the version is a column of the case.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient"
    )]
    pub form: Option<CaseForm>,
}

/// What is to be written. Its JSON is the argument of `loket_api.apply` and `loket_api.case_open`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Key of the process.
    pub process: String,
    /// Key of the action; `open` for an opening.
    pub action: String,
    /// State before; empty for an opening.
    pub from: String,
    /// State after.
    pub to: String,
    /// The legal instant it was computed for.
    pub at: DateTime<Utc>,
    /// Receipt of the case, for an opening; the instant of a reopening, from which the new episode
    /// counts (decision 7).
    pub received_at: Option<DateTime<Utc>>,
    /// The answers as an event may hold them.
    pub answers: BTreeMap<String, Value>,
    /// Fields that were answered with nothing although the case has a fact of that name: what stood
    /// there is taken out. Absent when there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub emptied: BTreeSet<String>,
    /// Facts that get a new value.
    pub facts: Facts,
    /// Facts that are unset. Absent when there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub clears: BTreeSet<String>,
    /// What happens to clocks, in order.
    pub clocks: Vec<ClockOp>,
    /// Kinds of the messages that leave, in order.
    pub messages: Vec<String>,
    /// Texts to store.
    pub texts: Vec<NewText>,
    /// Purposes of the documents to erase.
    pub destroy: Vec<String>,
    /// A linked case to open in the same transaction.
    pub opens: Option<Box<Change>>,
    /// What happens to the block of time of the case; absent when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotChange>,
}

/// What happens to the block of time of a case, decided by the referee under the lock of its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotChange {
    /// `hold`, `confirm` or `release`.
    pub act: String,
    /// The number of the block to take; another one that the case has is given back. `confirm`
    /// without a number keeps the one that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<i64>,
}

/// What happens to one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum ClockOp {
    /// A run begins.
    Start {
        /// Key of the clock.
        key: String,
        /// Number of the run.
        run: i32,
        /// From when it counts.
        started_at: DateTime<Utc>,
        /// The due instant.
        due_at: DateTime<Utc>,
        /// How it compares.
        comparison: Comparison,
        /// When to warn.
        warn_at: DateTime<Utc>,
        /// Whose duty.
        whose: Whose,
        /// `due_at` has passed already at the instant of the change.
        late_on_arrival: bool,
        /// Calendar counted with.
        calendar: String,
        /// Its version.
        calendar_version: i32,
        /// The explanation.
        ledger: Vec<LedgerLine>,
    },
    /// The running run ends.
    End {
        /// Key of the clock.
        key: String,
        /// Number of the run.
        run: i32,
        /// How.
        outcome: Outcome,
        /// When.
        at: DateTime<Utc>,
    },
    /// The due instant of the running run passed; it runs on.
    Breach {
        /// Key of the clock.
        key: String,
        /// Number of the run.
        run: i32,
        /// When it passed.
        at: DateTime<Utc>,
    },
    /// The due instant of the running run is another one by a later version of the calendar.
    Move {
        /// Key of the clock.
        key: String,
        /// Number of the run.
        run: i32,
        /// The due instant until now.
        was_due_at: DateTime<Utc>,
        /// The due instant from now on.
        due_at: DateTime<Utc>,
        /// When to warn.
        warn_at: DateTime<Utc>,
        /// Calendar counted with.
        calendar: String,
        /// Its version.
        calendar_version: i32,
        /// The explanation.
        ledger: Vec<LedgerLine>,
        /// The edit alone makes it late: `due_at` has passed, `was_due_at` has not.
        late_by_retriage: bool,
    },
}

/// A text to store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewText {
    /// Number of the row, made by the caller.
    pub id: Uuid,
    /// The field it answers.
    pub field: String,
    /// Hex digest of the UTF-8 body.
    pub sha256: String,
    /// The text itself.
    pub body: String,
}

/// Why an action is not possible. `key` names the text (`refusal.<key>`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{key}")]
pub struct Refusal {
    /// Which refusal.
    pub key: String,
    /// The rule that says so, or empty.
    pub rule: String,
    /// The field it is about, where it is about one.
    pub field: Option<String>,
    /// Values for the text: name → value. A value that is itself a text key (`state.…`, `field.…`,
    /// `clock.…`, `action.…`) is shown as that text; an RFC 3339 instant as local time.
    pub args: BTreeMap<String, String>,
}
