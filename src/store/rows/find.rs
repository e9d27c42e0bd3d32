//! Finding again: last looks at cases, and filters with a name.

use serde::{Deserialize, Serialize};

use super::CaseId;

/// The last look at a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The case.
    pub case_id: CaseId,
    /// Its version then; 0: to be read again.
    pub version: i32,
}

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFilter {
    /// Number.
    pub filter_id: i32,
    /// Name: letters, digits, `_` and `-`, at most 30.
    pub name: String,
    /// The line.
    pub line: String,
    /// Key of the queue whose people have it; `None`: our own.
    pub queue: Option<String>,
    /// Who saved it.
    pub by: String,
}

/// The columns of one list of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListColumns {
    /// The list of that queue; `None`: of the cases that the agent holds.
    pub queue_id: Option<i32>,
    /// Names of the columns from left to right; none: as it comes.
    pub shown: Vec<String>,
}
