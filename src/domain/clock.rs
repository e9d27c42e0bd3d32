//! A clock of a case: one deadline that runs, was met, was missed. Its status is a pure function of
//! the stored facts and of "now", used alike by screen, sort, timer and report.
//!
//! This module must not know: which process the clock belongs to, how it is stored.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::deadline::{Comparison, LedgerLine, Pause};

/// Whose duty the clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The grid company must act.
    Ours,
    /// The market party must act.
    Party,
    /// An outside system must answer.
    System,
    /// Nobody must act: the clock only reminds (the seven days of GT-23).
    Notice,
}

impl Whose {
    /// Whether a person has the duty: such clocks decide what is urgent. About the others nobody can
    /// do anything before they have passed.
    pub fn is_of_people(self) -> bool {
        matches!(self, Self::Ours | Self::Party)
    }
}

/// How a clock ended. A fact at an instant; later edits annotate it and never undo it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done in time.
    Met,
    /// Done, but after the due instant.
    MetLate,
    /// The due instant passed and the duty lapsed with it (72 hours without proof).
    Lapsed,
    /// The duty fell away.
    Cancelled,
}

/// One run of one clock of a case, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRun {
    /// Key of the clock in its process, e.g. `contact_1wd`.
    pub key: String,
    /// 1 for the first run; reopening a case starts the next.
    pub run: i32,
    /// From when it counts.
    pub started_at: DateTime<Utc>,
    /// The due instant now, after pauses and calendar edits.
    pub due_at: DateTime<Utc>,
    /// The due instant as first computed.
    pub original_due_at: DateTime<Utc>,
    /// How `due_at` compares.
    pub comparison: Comparison,
    /// When to warn.
    pub warn_at: DateTime<Utc>,
    /// Whose duty it is.
    pub whose: Whose,
    /// When the passing of the due instant was recorded. Never erased.
    pub breached_at: Option<DateTime<Utc>>,
    /// The due instant had passed when the clock was started (late on arrival).
    pub late_on_arrival: bool,
    /// A later edit of the calendar moved the due instant into the past: late, but nobody's breach
    /// (case-anchors c.3, 21 and 24). `original_due_at` says what was promised.
    #[serde(default)]
    pub late_by_retriage: bool,
    /// How it ended, and when; `None` while it runs.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Calendar that was counted with.
    pub calendar: String,
    /// Its version.
    pub calendar_version: i32,
    /// Pauses as facts.
    pub pauses: Vec<Pause>,
    /// The explanation.
    pub ledger: Vec<LedgerLine>,
}

/// What a clock is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStatus {
    /// Running and past its due instant.
    Breached,
    /// Running; it was past its due instant when it was started.
    LateOnArrival,
    /// Running; an edit of the calendar moved its due instant into the past.
    LateByRetriage,
    /// Running and past its warning instant.
    Warning,
    /// Running.
    Running,
    /// Standing still.
    Paused,
    /// Ended in time.
    Met,
    /// Ended late.
    MetLate,
    /// Its due instant passed and the duty lapsed.
    Lapsed,
    /// Fell away.
    Cancelled,
}

impl ClockRun {
    /// Whether it still counts.
    pub fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// Whether a pause lasts that began in time. Its end will move the due instant, so the passing
    /// of the present one means nothing; a pause begun after a breach heals nothing.
    fn stands_still_in_time(&self) -> bool {
        self.breached_at.is_none()
            && self.pauses.iter().any(|pause| {
                pause.until.is_none() && self.comparison.is_met(self.due_at, pause.from)
            })
    }

    /// The status at `now`.
    pub fn status(&self, now: DateTime<Utc>) -> ClockStatus {
        match self.outcome {
            Some(Outcome::Met) => ClockStatus::Met,
            Some(Outcome::MetLate) => ClockStatus::MetLate,
            Some(Outcome::Lapsed) => ClockStatus::Lapsed,
            Some(Outcome::Cancelled) => ClockStatus::Cancelled,
            None if self.late_on_arrival => ClockStatus::LateOnArrival,
            None if self.late_by_retriage => ClockStatus::LateByRetriage,
            None if self.stands_still_in_time() => ClockStatus::Paused,
            None if !self.comparison.is_met(self.due_at, now) => ClockStatus::Breached,
            None if now >= self.warn_at => ClockStatus::Warning,
            None => ClockStatus::Running,
        }
    }
}
