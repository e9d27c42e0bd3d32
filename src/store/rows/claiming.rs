//! Passing over, idle leases, and the numbers that a lead sets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CaseId, Role};
use crate::domain::country::Country;

/// Why a proposed case is passed over; texts: `choice.skip_reason.<key>`.
pub const SKIP_REASONS: [&str; 6] = [
    "not_my_skill",
    "conflict_of_interest",
    "language",
    "waits_for_colleague",
    "unclear",
    SKIP_OTHER,
];

/// The reason that needs a line.
pub const SKIP_OTHER: &str = "other";

/// A lease without a sign of work for long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IdleLease {
    /// The case.
    pub case_id: CaseId,
    /// The fence of the lease.
    pub fence: i64,
    /// The last sign of work (technical time).
    pub worked_at: DateTime<Utc>,
    /// By whose opening hours it is counted: the country of the process.
    pub country: Country,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IdleLeases {
    /// Now at the server (technical time).
    pub now: DateTime<Utc>,
    /// The longest without work first.
    pub leases: Vec<IdleLease>,
}

/// The numbers of a queue, and of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLimits {
    /// Number.
    pub queue_id: i32,
    /// Key; texts: `queue.<key>`.
    pub key: String,
    /// How many cases an agent may hold.
    pub max_leases: i32,
    /// At how many held cases past their warning no new one is taken; 0: no gate.
    pub gate: i32,
    /// The people of the queue, by name.
    pub agents: Vec<AgentLimits>,
    /// Who set a number last, and when.
    pub set: Option<LimitsSet>,
}

/// The numbers of one agent in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLimits {
    /// Number.
    pub agent_id: i32,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Of their own; `None`: as the queue says.
    pub max_leases: Option<i32>,
    /// Of their own; `None`: as the queue says.
    pub gate: Option<i32>,
    /// How many cases of the queue they hold.
    pub held: i64,
}

/// Who set a number last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsSet {
    /// When (technical time).
    pub at: DateTime<Utc>,
    /// Name of the lead.
    pub by: String,
}

/// No number of the agent's own: as the queue says.
pub const AS_QUEUE: i32 = -1;

/// What a lead sets, of a queue or of one agent in it; `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLimits {
    /// The queue.
    pub queue_id: i32,
    /// The agent; `None` for the queue itself.
    pub agent_id: Option<i32>,
    /// How many cases may be held: 1 to 50; of an agent also [`AS_QUEUE`].
    pub max_leases: Option<i32>,
    /// The gate: 0 to 20; 0 is none; of an agent also [`AS_QUEUE`].
    pub gate: Option<i32>,
}
