//! Many desks at once: what a console says about itself, who else is there, notices.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::CaseId;

/// At most so many cases go along in one list of [`Here`]; the database refuses more.
pub const HERE_MOST: usize = 60;

/// What a console is doing, told with every pulse.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Here {
    /// The case that is being read.
    pub at: Option<CaseId>,
    /// Whether a form with something in it is open on that case.
    pub writing: bool,
    /// The cases on the screen, at most [`HERE_MOST`]: whose readers we are told of.
    pub see: Vec<CaseId>,
    /// The held cases in which a key was pressed since the last pulse, at most [`HERE_MOST`].
    pub worked: Vec<CaseId>,
}

/// A colleague at a case that we see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Which case.
    pub case_id: CaseId,
    /// Who.
    pub name: String,
    /// Writing, or only reading.
    pub writing: bool,
}

/// What happened to one of our cases without us; told until it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Number of the notice.
    pub notice_id: i64,
    /// Which case.
    pub case_id: CaseId,
    /// Its case number.
    pub case_no: String,
    /// `taken_over`, `reassigned`, `handed_to_you`, `lease_idle`, `raised`, `given_back`,
    /// `called_back`, `transferred`, `promise_due`, `text_left`: the text `notice.<kind>`.
    pub kind: String,
    /// Who did it; `None` for the system.
    pub who: Option<String>,
    /// The line that goes with it, if it may be read.
    pub line: Option<String>,
    /// When (legal time).
    pub at: DateTime<Utc>,
}
