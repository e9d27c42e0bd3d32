//! What was behind a mask.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use uuid::Uuid;

use super::CaseId;

/// For which purpose something is unmasked; texts: `choice.unmask_purpose.<key>`.
pub const UNMASK_PURPOSES: [&str; 4] = ["reach", "identify", "correct", "own_data"];

/// Whether a text of a case came masked: then it is shown, and neither proposed nor counted as known.
pub fn is_masked(text: &str) -> bool {
    text.starts_with("***") || text.get(1..).is_some_and(|rest| rest.starts_with("***@"))
}

/// What was masked of the customer of a case. Not to be kept longer than it says.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Unmasked {
    /// The case.
    pub case_id: CaseId,
    /// Telephone number; may be empty.
    pub phone: String,
    /// Mail address; may be empty.
    pub email: String,
    /// What customers gave in steps of the case and its texts mask.
    #[serde(default)]
    pub texts: BTreeMap<Uuid, String>,
    /// How long it may be shown, in milliseconds from the answer on.
    pub left_ms: i64,
}

impl fmt::Debug for Unmasked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Unmasked({:?} for {} ms)", self.case_id, self.left_ms)
    }
}
