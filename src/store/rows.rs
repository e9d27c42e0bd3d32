//! What the database gives to everybody else: plain rows, no SQL types. The desk keeps them in its
//! model, the command line prints them as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::clock::ClockStatus;
use crate::domain::deadline::Comparison;
use crate::process::engine::{CaseFacts, Facts};

/// Number of a case inside one database. People use the case number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub i64);

/// The right to write a case: valid while the lease row has the same fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The case.
    pub case_id: CaseId,
    /// Raised at every change of ownership; an older fence is refused.
    pub fence: i64,
}

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

/// Role of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works cases of the queues given.
    Agent,
    /// Also reassigns, takes back, reopens.
    Lead,
    /// Reads everything, writes nothing.
    Auditor,
    /// Also imports and administers.
    Admin,
    /// The worker: timers, outbox, sweeps.
    Worker,
}

/// Who we are to the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Number of the agent.
    pub agent_id: i32,
    /// Name shown to colleagues.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Queues, in the order of the tabs.
    pub queues: Vec<QueueRow>,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// Number.
    pub queue_id: i32,
    /// Key; texts: `queue.<key>`.
    pub key: String,
}

/// An opened session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Made by the client, kept in memory only.
    pub session_id: Uuid,
    /// Who.
    pub me: Me,
    /// Leases that survived (after a lost line).
    pub leases: Vec<Lease>,
    /// Legal now at the server when it answered.
    pub legal_now: DateTime<Utc>,
    /// Whether the legal clock may be shifted.
    pub rehearsal: bool,
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

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InboxPage {
    /// The rows.
    pub rows: Vec<CaseRow>,
    /// Whether more follow.
    pub more: bool,
    /// Counts per queue id: live cases, capped at 10,000.
    pub counts: BTreeMap<i32, QueueCount>,
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

/// All that the detail panes show of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// The line of the inbox.
    pub row: CaseRow,
    /// What the engine works on; includes all clocks.
    pub facts: CaseFacts,
    /// The fence if we hold it.
    pub lease: Option<Lease>,
    /// The customer, as far as this agent may see.
    pub customer: Option<CustomerCard>,
    /// The connection.
    pub connection: Option<ConnectionCard>,
    /// The market party.
    pub party: Option<PartyCard>,
    /// Earlier and other cases on the same connection, newest first, at most 10.
    pub related: Vec<RelatedCase>,
    /// Free texts by number, for the timeline; erased ones are absent.
    pub texts: BTreeMap<Uuid, String>,
    /// Documents.
    pub documents: Vec<DocumentRow>,
    /// The line that the last holder left when handing over, if any.
    pub handover: Option<String>,
    /// Messages of the case, newest first, at most 50.
    pub messages: Vec<MessageRow>,
    /// Linked case (conversion), if any.
    pub linked: Vec<RelatedCase>,
}

/// The customer, masked where the agent's role and purpose demand it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCard {
    /// Reference.
    pub customer_ref: String,
    /// Name, or the word for a protected person is to be shown when `protected`.
    pub name: String,
    /// Kind: private or business.
    pub kind: String,
    /// Masked telephone.
    pub phone: String,
    /// Masked e-mail.
    pub email: String,
    /// Language for letters.
    pub language: String,
    /// Protected person: nothing but the reference is given.
    pub protected: bool,
}

/// The connection with its meters and contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionCard {
    /// Metering point as reported.
    pub ean: String,
    /// `E` or `G`.
    pub product: String,
    /// Street, number with letter and suffix.
    pub street: String,
    /// House number as shown (`18A-1`).
    pub house_number: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// Name of the grid operator.
    pub grid_operator: String,
    /// Grid area.
    pub grid_area: String,
    /// `isma` or `profile`.
    pub allocation_method: String,
    /// Meters.
    pub meters: Vec<MeterRow>,
    /// Contracts, newest first, at most 8.
    pub contracts: Vec<ContractRow>,
}

/// A meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterRow {
    /// Number on the meter.
    pub meter_number: String,
    /// `conventional` or `smart`.
    pub meter_type: String,
    /// Administrative status of a smart meter: `on`, `off` or empty.
    pub smart_admin: String,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRow {
    /// `grid` or `supply`.
    pub side: String,
    /// Party.
    pub party: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

/// A market party with its contacts for the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyCard {
    /// GLN.
    pub gln: String,
    /// Name.
    pub name: String,
    /// `supplier`, `service_provider`, `grid_operator`, `installer`.
    pub role: String,
    /// Contacts of the right group, valid today; empty raises the warning of GT-27.
    pub contacts: Vec<ContactRow>,
}

/// A business contact of the contact register (GT-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// Number of the row.
    pub contact_id: i64,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Telephone.
    pub phone: String,
}

/// Another case on the same connection or linked to this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedCase {
    /// Number inside the database.
    pub case_id: CaseId,
    /// Case number.
    pub case_no: String,
    /// Process key.
    pub process: String,
    /// State key.
    pub state: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}

/// A document of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Number of the row.
    pub document_id: Uuid,
    /// File name, cleaned.
    pub name: String,
    /// Media type by its first bytes or extension.
    pub kind: String,
    /// Why it is kept: `authorisation`, `evidence`, `letter`, `other`.
    pub purpose: String,
    /// Size in bytes.
    pub size: i64,
    /// Hex digest.
    pub sha256: String,
    /// When it came in.
    pub added_at: DateTime<Utc>,
    /// When its bytes were erased.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A message of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Number of the row.
    pub outbox_id: i64,
    /// Kind; texts: `message.<kind>`.
    pub kind: String,
    /// `queued`, `sent`, `dead`.
    pub status: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it left.
    pub sent_at: Option<DateTime<Utc>>,
    /// Last error, cleaned.
    pub error: Option<String>,
}

/// One line of the timeline: an event of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Number in the case's chain, from 1.
    pub seq: i32,
    /// Legal instant.
    pub at: DateTime<Utc>,
    /// What: an action key, or `opened`, `claimed`, `released`, `lease_returned`, `handed_over`,
    /// `reassigned`, `attached`, `transferred`.
    pub kind: String,
    /// Who; `None` for the system.
    pub agent: Option<String>,
    /// State before and after, when it changed.
    pub from: Option<String>,
    /// State after.
    pub to: Option<String>,
    /// Answers and facts that the event holds.
    pub answers: Facts,
}

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
        /// Why this one: `nearest_breach`, `overdue`, `oldest`, `by_hand`.
        why: String,
    },
    /// Nothing to take in these queues.
    Empty,
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

    /// Status of the nearest clock at `now`; `None` when no clock runs.
    pub fn status(&self, now: DateTime<Utc>) -> Option<ClockStatus> {
        let (due, comparison) = (self.due_at?, self.comparison?);
        Some(match self.warn_at {
            _ if self.breached || !comparison.is_met(due, now) => ClockStatus::Breached,
            Some(warn) if now >= warn => ClockStatus::Warning,
            _ => ClockStatus::Running,
        })
    }
}

/// A colleague of the same queues, for handing over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Number.
    pub agent_id: i32,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Whether a session of theirs is alive.
    pub online: bool,
    /// How many cases they hold.
    pub held: i64,
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
}
