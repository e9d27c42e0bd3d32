//! Calendars as they stand in the database, and what a recount looks at.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::CaseId;
use crate::domain::calendar::FreeKind;
use crate::process::engine::CaseFacts;

/// The free days of a year in the newest version of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDays {
    /// That version.
    pub version: i32,
    /// By day; those that an edit took away stand there too.
    pub days: Vec<CalendarDay>,
}

/// One day of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// Which.
    pub day: NaiveDate,
    /// Its name in the language of the country.
    pub name: String,
    /// What makes it free.
    pub law: String,
    /// Why it is free.
    pub kind: FreeKind,
    /// An edit took it away: it is no free day any more.
    pub removed: bool,
    /// When the last edit was made; `None` for what the program brings.
    pub edited_at: Option<DateTime<Utc>>,
    /// Who made it.
    pub edited_by: Option<String>,
}

/// A case with an open clock that was counted with an older calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecountCase {
    /// Number inside the database.
    pub case_id: CaseId,
    /// Case number.
    pub case_no: String,
    /// Version of the case.
    pub version: i32,
    /// What the engine must know of it.
    pub facts: CaseFacts,
}
