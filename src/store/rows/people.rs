//! Who is at work.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Lease, ListColumns, PlaceKept};

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
    /// Works on the notifications of its own company and sees nothing else.
    Installer,
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
    /// Of an installer: the company.
    #[serde(default)]
    pub firm: Option<String>,
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
    /// Where the last console of this agent was; `None` for command lines.
    #[serde(default)]
    pub place: Option<PlaceKept>,
    /// The columns that this agent chose for lists; `None` for command lines.
    #[serde(default)]
    pub columns: Option<Vec<ListColumns>>,
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
