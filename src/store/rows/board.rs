//! The board of a lead, and the share of clocks on time.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{CaseId, CaseRow, Role};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Comparison;
use crate::store::wash::Progress;

/// The board, as of the last count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// Legal now at the server when it answered.
    pub legal_now: DateTime<Utc>,
    /// When the queues were counted (legal time); `None` without a queue.
    pub computed_at: Option<DateTime<Utc>>,
    /// The queues of the viewer.
    pub queues: Vec<BoardQueue>,
    /// Cases that are not closed, nearest due instant first, at most 30.
    pub nearest: Vec<CaseRow>,
    /// Who is on, and who holds something although nobody sits there.
    pub people: Vec<BoardPerson>,
    /// Cases put before the lead, at most 30, longest first.
    pub raised: Vec<RaisedCase>,
    /// How far the data wash has come, for those who work in its queue.
    #[serde(default)]
    pub wash: Option<Progress>,
}

/// One queue on the board. Counts are of cases that are not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardQueue {
    /// Number.
    pub queue_id: i32,
    /// Key; texts: `queue.<key>`.
    pub key: String,
    /// Whose days and hours count.
    pub country: Country,
    /// In the pool.
    pub open: u32,
    /// Held by an agent.
    pub held: u32,
    /// Somebody outside must act.
    pub waiting: u32,
    /// Past the due instant of their nearest clock.
    pub overdue: u32,
    /// Due from now up to and including 15 minutes from now.
    pub due_15: u32,
    /// Due from now up to and including 60 minutes from now; includes those of 15.
    pub due_60: u32,
    /// On the desk (open or held) and due, or overdue, before the desk opens on a later day.
    pub due_day: u32,
    /// Put before the lead.
    pub raised: u32,
    /// Receipt of the oldest on the desk.
    pub oldest_at: Option<DateTime<Utc>>,
    /// The local day of the three figures that follow.
    pub day: NaiveDate,
    /// Cases opened or reopened on that day.
    pub came_in: u32,
    /// Cases closed on that day.
    pub closed: u32,
    /// Pieces of work that left the desk on that day: closed, or waiting for somebody outside.
    pub done: u32,
    /// The last eight hours, oldest first, one sample in ten minutes.
    pub trend: Vec<BoardSample>,
}

/// What was on the desk at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardSample {
    /// When (legal time).
    pub at: DateTime<Utc>,
    /// Open and held.
    pub desk: u32,
    /// Overdue; `None` where nobody counted then and the history was asked afterwards.
    pub overdue: Option<u32>,
}

/// Somebody on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPerson {
    /// Number.
    pub agent_id: i32,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The queues they work on.
    pub queues: Vec<i32>,
    /// Since when a console of theirs is open (legal time); `None` when none is.
    pub online_since: Option<DateTime<Utc>>,
    /// Their last action today.
    pub done_at: Option<DateTime<Utc>>,
    /// How many actions they did today.
    pub done: u32,
    /// What they hold, longest first, at most 50.
    pub holds: Vec<HeldCase>,
}

/// A case in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCase {
    /// The case.
    pub row: CaseRow,
    /// Since when (legal time).
    pub since: DateTime<Utc>,
}

/// A case put before the lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedCase {
    /// The case.
    #[serde(flatten)]
    pub row: CaseRow,
    /// Since when.
    pub raised_at: DateTime<Utc>,
}

/// What became of a clock: each has exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockResult {
    /// Done in time.
    Met,
    /// Done, but late.
    MetLate,
    /// Not done and past its due instant, or fell away after that.
    Breached,
    /// The duty ended with the due instant.
    Lapsed,
    /// Not due yet.
    Running,
    /// Fell away in time.
    Cancelled,
    /// Late when it came to us: nobody's breach.
    LateOnArrival,
    /// Made late by an edit of the calendar: nobody's breach.
    LateByRetriage,
}

impl ClockResult {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 8] = [
        Self::Met,
        Self::MetLate,
        Self::Breached,
        Self::Lapsed,
        Self::Running,
        Self::Cancelled,
        Self::LateOnArrival,
        Self::LateByRetriage,
    ];

    /// Its key: `report.result.<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::MetLate => "met_late",
            Self::Breached => "breached",
            Self::Lapsed => "lapsed",
            Self::Running => "running",
            Self::Cancelled => "cancelled",
            Self::LateOnArrival => "late_on_arrival",
            Self::LateByRetriage => "late_by_retriage",
        }
    }
}

/// Clocks of one kind that were due in one month, in the days of the country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTimeRow {
    /// First day of the month.
    pub month: NaiveDate,
    /// Process key.
    pub process: String,
    /// Clock key.
    pub clock: String,
    /// Whose duty.
    pub whose: Whose,
    /// Done in time.
    pub met: u64,
    /// Done late.
    pub met_late: u64,
    /// Not done, and past.
    pub breached: u64,
    /// Ended with the due instant.
    pub lapsed: u64,
    /// Not due yet.
    pub running: u64,
    /// Fell away in time.
    pub cancelled: u64,
    /// Late when it came.
    pub late_on_arrival: u64,
    /// Made late by an edit of the calendar.
    pub late_by_retriage: u64,
}

impl OnTimeRow {
    /// The figure of a result.
    pub fn count(&self, result: ClockResult) -> u64 {
        match result {
            ClockResult::Met => self.met,
            ClockResult::MetLate => self.met_late,
            ClockResult::Breached => self.breached,
            ClockResult::Lapsed => self.lapsed,
            ClockResult::Running => self.running,
            ClockResult::Cancelled => self.cancelled,
            ClockResult::LateOnArrival => self.late_on_arrival,
            ClockResult::LateByRetriage => self.late_by_retriage,
        }
    }

    /// How many were judged: met, met late, breached, lapsed.
    pub fn judged(&self) -> u64 {
        self.met + self.met_late + self.breached + self.lapsed
    }

    /// The share on time in tenths of a percent, rounded down so that 100.0 means all; `None` when
    /// none was judged, and for reminders, which are nobody's duty.
    pub fn share(&self) -> Option<u64> {
        if self.whose == Whose::Notice {
            return None;
        }
        (self.met * 1_000).checked_div(self.judged())
    }

    /// All clocks of the row.
    pub fn total(&self) -> u64 {
        ClockResult::ALL
            .into_iter()
            .map(|result| self.count(result))
            .sum()
    }
}

/// One clock behind a figure. Nothing in it is about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTimeCase {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub case_no: String,
    /// Which run of the clock.
    pub run: i32,
    /// Start.
    pub started_at: DateTime<Utc>,
    /// Due instant.
    pub due_at: DateTime<Utc>,
    /// How it compares.
    pub comparison: Comparison,
    /// When its passing was recorded.
    pub breached_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub result: ClockResult,
}

/// Which clocks a figure is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTimeKind {
    /// A day of the month.
    pub month: NaiveDate,
    /// Process key.
    pub process: String,
    /// Clock key.
    pub clock: String,
}

impl OnTimeCase {
    /// Its place in the list, to ask for what follows.
    pub fn place(&self) -> (DateTime<Utc>, CaseId, i32) {
        (self.due_at, self.case_id, self.run)
    }
}
