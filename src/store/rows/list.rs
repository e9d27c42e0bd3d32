//! Lists: a line of the inbox, its place, its page.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::clock::ClockStatus;
use crate::domain::deadline::Comparison;

/// Number of a case inside one database. People use the case number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub i64);

/// The right to write a case: valid while the lease row has the same fence.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Lease {
    /// The case.
    pub case_id: CaseId,
    /// Raised at every change of ownership; an older fence is refused.
    pub fence: i64,
    /// The last sign of work in it (technical time of the server), as of the last pulse.
    #[serde(default)]
    pub worked_at: Option<DateTime<Utc>>,
    /// Whether "next" gave it and nothing was done with it: giving it back needs a reason.
    #[serde(default)]
    pub proposed: bool,
}

impl Lease {
    /// A lease of which nothing but the right itself is known yet.
    pub const fn new(case_id: CaseId, fence: i64) -> Self {
        Self {
            case_id,
            fence,
            worked_at: None,
            proposed: false,
        }
    }
}

/// The same right is equal, whenever it was last used.
impl PartialEq for Lease {
    fn eq(&self, other: &Self) -> bool {
        (self.case_id, self.fence) == (other.case_id, other.fence)
    }
}

impl Eq for Lease {}

/// Work state as the inbox shows it (decision 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// In the pool.
    Open,
    /// An agent holds it.
    Held,
    /// Somebody outside must act.
    Waiting,
    /// Ended.
    Closed,
}

/// One line of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRow {
    /// Number inside the database.
    pub case_id: CaseId,
    /// E.g. `GT-2026-000123`.
    pub case_no: String,
    /// Queue key.
    pub queue: String,
    /// Process key.
    pub process: String,
    /// State key.
    pub state: String,
    /// Work state.
    pub work: WorkState,
    /// Where the row sorts: the due instant of the nearest running clock, or far away.
    pub sort_at: DateTime<Utc>,
    /// Nearest running clock: its key, e.g. `contact_1wd`.
    pub clock: Option<String>,
    /// Its due instant.
    pub due_at: Option<DateTime<Utc>>,
    /// How it compares.
    pub comparison: Option<Comparison>,
    /// Its warning instant.
    pub warn_at: Option<DateTime<Utc>>,
    /// Whether that clock's passing was recorded.
    pub breached: bool,
    /// Whether an edit of the calendar moved its due instant into the past: nobody's breach.
    #[serde(default)]
    pub late_by_retriage: bool,
    /// Whose duty that clock is: `ours`, `party`, …
    pub whose: Option<String>,
    /// What it is about, without personal data (party name).
    pub subject: String,
    /// Name of the holder.
    pub holder: Option<String>,
    /// Number of the holder.
    pub holder_id: Option<i32>,
    /// Version, raised by every change.
    pub version: i32,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Whether it was passed over so often that a lead must look at it.
    #[serde(default)]
    pub raised: bool,
    /// When the nearest promise on it is to be kept.
    #[serde(default)]
    pub promise_at: Option<DateTime<Utc>>,
    /// Until when it is out of the inbox, unless something happens to it.
    #[serde(default)]
    pub snoozed_until: Option<DateTime<Utc>>,
}

/// Place in a list: the sort key of the last row seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageKey {
    /// Work state: pool first, then held, then waiting.
    pub work: WorkState,
    /// Sort instant (`due_at`, or far future without a clock).
    pub sort_at: DateTime<Utc>,
    /// Tie breaker.
    pub case_id: CaseId,
}

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxView {
    /// Live cases of one queue: pool first, then held, then waiting, each by nearest clock.
    Queue(i32),
    /// The cases that I hold, by nearest clock.
    Mine,
}

/// So many rows of a list are read at once at most; the database gives no more either.
pub const PAGE_MOST: u32 = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InboxPage {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// Whether more follow.
    pub more: bool,
    /// Counts per queue id: live cases, capped at 10,000.
    pub counts: BTreeMap<i32, QueueCount>,
    /// With a filter: where looking goes on; not always behind the last row.
    #[serde(default)]
    pub place: Option<PageKey>,
    /// With a filter: how many fit.
    #[serde(default)]
    pub found: Option<Found>,
    /// With a filter: rows that the caller has, that still fit and stand on no page.
    #[serde(default)]
    pub known: Vec<CaseRow>,
}

/// How many cases fit a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// So many, at most 500.
    pub count: i64,
    /// Whether that is all of them.
    pub all: bool,
}

/// Counts of one queue, from the board that one process refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueueCount {
    /// In the pool.
    pub open: i64,
    /// Held.
    pub held: i64,
    /// Waiting.
    pub waiting: i64,
    /// Past the due instant of the nearest clock.
    pub overdue: i64,
}

/// The digits at the end of a case number as a search takes them, filled up with zeros; `None` when it
/// is no such thing.
pub fn end_of_number(typed: &str) -> Option<String> {
    let is_end = (1..=6).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
    is_end.then(|| format!("{typed:0>6}"))
}

/// A hit of the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The line as in the inbox.
    pub row: CaseRow,
    /// Why it was found: `ean`, `case_no`, `address`, `meter`, `reference`, `text`.
    pub how: String,
}

impl CaseRow {
    /// Place of this row in its list, to ask for the page after it.
    pub fn page_key(&self) -> PageKey {
        PageKey {
            work: self.work,
            sort_at: self.sort_at,
            case_id: self.case_id,
        }
    }

    /// Until when it is out of the inbox, if it is at `now`.
    pub fn snoozed(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.snoozed_until.filter(|until| *until > now)
    }

    /// The nearest clock when it is a duty of people that has come: its due instant and key.
    pub fn overdue_duty(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, &str)> {
        let is_of_people = matches!(self.whose.as_deref(), Some("ours" | "party"));
        let due = self.due_at.filter(|due| is_of_people && *due <= now)?;
        Some((due, self.clock.as_deref()?))
    }

    /// Status of the nearest clock at `now`; `None` when no clock runs.
    pub fn status(&self, now: DateTime<Utc>) -> Option<ClockStatus> {
        let (due, comparison) = (self.due_at?, self.comparison?);
        Some(match self.warn_at {
            _ if self.late_by_retriage => ClockStatus::LateByRetriage,
            _ if self.breached || !comparison.is_met(due, now) => ClockStatus::Breached,
            Some(warn) if now >= warn => ClockStatus::Warning,
            _ => ClockStatus::Running,
        })
    }
}
