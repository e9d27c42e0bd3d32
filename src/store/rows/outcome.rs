//! What commands bring about, and what is waiting to be done.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CaseId, Lease, Notice, Presence, QueueCount, WorkState};
use crate::process::engine::{CaseFacts, Facts};
use crate::process::form::{CaseForm, lenient};

/// Result of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Claim {
    /// It is ours.
    Granted {
        /// The right to write.
        lease: Lease,
        /// Case number.
        case_no: String,
        /// Version at the claim.
        version: i32,
        /// Why this one: `nearest_breach`, `overdue`, `oldest`, `by_hand`, `taken_over`, `given`.
        why: String,
    },
    /// Nothing to take in these queues.
    Empty,
    /// Nothing to take but what this agent passed over.
    PassedOver {
        /// How many cases.
        cases: i64,
    },
    /// Somebody else holds it.
    Taken {
        /// Name of the holder.
        holder: String,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The agent holds as many as the queue allows.
    Limit {
        /// How many are held.
        held: i64,
        /// How many are allowed.
        limit: i64,
        /// The case among them to finish first.
        case_no: String,
    },
    /// The agent holds as many cases past their warning as the gate of the queue allows.
    Gate {
        /// How many of those are held.
        held: i64,
        /// From how many on no new case is given.
        gate: i64,
        /// The one to finish first.
        case_no: String,
        /// Its nearest clock.
        clock: String,
    },
    /// Not there, or not in a queue of this agent.
    NotFound,
    /// It is closed.
    Closed,
}

/// Result of a written change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Version after.
    pub version: i32,
    /// Work state after.
    pub work: WorkState,
    /// The lease when it is still ours.
    pub lease: Option<Lease>,
    /// Number of the linked case that was opened or attached to.
    pub opened: Option<String>,
    /// That it can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<UndoOffer>,
}

/// A change of ours that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoOffer {
    /// Its event.
    pub seq: i32,
    /// Until when (legal time).
    pub until: DateTime<Utc>,
}

/// Result of an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Opened {
    /// A new case.
    New {
        /// Its number inside the database.
        case_id: CaseId,
        /// Its case number.
        case_no: String,
    },
    /// A further signal, attached to the open case on the same subject.
    Attached {
        /// Number inside the database.
        case_id: CaseId,
        /// Case number.
        case_no: String,
    },
    /// The same reference came before.
    Known {
        /// Number inside the database.
        case_id: CaseId,
        /// Case number.
        case_no: String,
    },
}

/// Place in the change feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedCursor {
    /// Changes when the database was restored from a backup.
    pub epoch: Uuid,
    /// Timeline of the server; changes at failover.
    pub timeline: i32,
    /// Transaction id (xid8 as text).
    pub xid: String,
    /// Event number inside it.
    pub event_id: i64,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEvent {
    /// Case.
    pub case_id: CaseId,
    /// Queue.
    pub queue_id: i32,
    /// What, as in [`TimelineRow::kind`].
    pub kind: String,
    /// Who; `None` for the system.
    pub agent: Option<String>,
    /// Their number: two agents may share a name.
    #[serde(default)]
    pub agent_id: Option<i32>,
    /// Number in the case's chain.
    pub seq: i32,
}

/// Answer of the once-a-second question: changes, my leases, the server's clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// Next place.
    pub cursor: FeedCursor,
    /// Changes since the last place, at most 500.
    pub events: Vec<FeedEvent>,
    /// Whether more are waiting, or everything must be read anew.
    pub more: bool,
    /// The cursor could not be followed (failover, restore): read everything anew.
    pub resync: bool,
    /// The leases that are ours; `None` when the session is gone.
    pub leases: Option<Vec<Lease>>,
    /// Legal now at the server.
    pub legal_now: DateTime<Utc>,
    /// Technical now at the server: what leases are measured by.
    pub now: DateTime<Utc>,
    /// Colleagues at the cases that we see.
    #[serde(default)]
    pub presence: Vec<Presence>,
    /// What was not seen yet of what happened to our cases, at most 20, the oldest first.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// How many versions of calendars there are; more than before: read them again.
    #[serde(default)]
    pub calendars: i64,
    /// Counts of my queues by queue id, as they were counted last.
    #[serde(default)]
    pub counts: BTreeMap<i32, QueueCount>,
    /// Told at the beginning: a worker leads, and whoever listens will hear its ticks.
    #[serde(default)]
    pub ticking: bool,
    /// How long the answer took, as the console measured it; zero when it did not.
    #[serde(skip)]
    pub took: Duration,
}

/// A document to attach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// File name, cleaned, at most 120 characters.
    pub name: String,
    /// Why it is kept: `authorisation`, `evidence`, `letter`, `other`.
    pub purpose: String,
    /// The bytes, at most 5 MiB (decision 16).
    pub bytes: Vec<u8>,
}

/// A running clock whose due instant has passed: work for the timers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LapsedClock {
    /// Case.
    pub case_id: CaseId,
    /// Version of the case when it was read.
    pub version: i32,
    /// Key of the clock.
    pub clock: String,
    /// What the engine works on.
    pub facts: CaseFacts,
}

/// A message taken from the outbox for delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Number of the row.
    pub outbox_id: i64,
    /// Case.
    pub case_id: CaseId,
    /// Case number.
    pub case_no: String,
    /// Process key.
    pub process: String,
    /// Kind of the message.
    pub kind: String,
    /// The receiver must treat a second message of the same key as known.
    pub idem_key: Uuid,
    /// Raised at every attempt; an older one is refused.
    pub fence: i64,
    /// How many attempts were made, this one included.
    pub attempts: i32,
    /// Legal instant of the transition that wrote it.
    pub legal_at: DateTime<Utc>,
    /// Facts of the case right after that transition.
    pub facts: Facts,
    /// Answers of that transition.
    pub answers: Facts,
    /// The action of that transition.
    #[serde(default)]
    pub action: Option<String>,
    /// The form of the case, in the version of its receipt.
    #[serde(default, deserialize_with = "lenient")]
    pub form: Option<CaseForm>,
}
