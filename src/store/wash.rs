//! The data wash in the database: runs over files, findings, corrections, updates of suppliers,
//! progress. Evidence stands in the findings and leaves them only by the corrections; nothing here
//! lists it.

mod desk;
mod import;
mod progress;
mod registers;
mod screens;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use import::{MERGE_MAX, OPEN_MAX, WashImport, Which};
pub use progress::Week;
pub use registers::{AskedSide, ExtractEnterprise, HeldRow, RegisterAsked, RegisterRow};

use crate::process::engine::CaseFacts;

/// What files came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunKey<'a> {
    /// `holdings` or `nonconformity`.
    pub kind: &'a str,
    /// Which kind of file: `pair`, `contract`, `metering_point`, …
    pub scope: &'a str,
    /// Reference of the file, a short code.
    pub file_ref: &'a str,
    /// Hex digest of all files.
    pub hash: &'a str,
    /// Who washed (DW-BAS-20).
    pub origin: Option<&'a str>,
    /// … and on which day.
    pub day: Option<NaiveDate>,
    /// How many metering points the grid company has in it.
    pub points: i64,
}

/// A run that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Begun {
    /// Its number.
    pub run_id: i64,
    /// `staging`, `merging`, `closing`, `opening` or `done`.
    pub state: String,
    /// The newest run had the very same files: nothing is to be done.
    pub known: bool,
    /// What it did so far.
    pub counts: BTreeMap<String, i64>,
}

/// Whether a run may close what its file has no more, and what that is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MayClose {
    /// Why it waits for somebody's word: `share` or `unreadable`; none when it may.
    pub why: Option<String>,
    /// So many findings would be closed …
    pub gone: i64,
    /// … of so many that are open.
    pub live: i64,
    /// The share that one file may close unasked, in per cent.
    pub most: i64,
    /// Rows of the file of which not even the metering point could be read.
    pub unreadable: i64,
}

/// A finding that needs a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToOpen {
    /// Its number.
    pub finding_id: i64,
    /// The metering point, as given.
    pub point: String,
    /// Code, as in files.
    pub code: String,
    /// `holdings` or `nonconformity`.
    pub origin: String,
    /// `grid`, `supply`, `both`.
    pub side: String,
    /// Key of the proposal.
    pub proposal: String,
    /// In per cent.
    pub confidence: i16,
    /// Whether the number of the point is one.
    pub valid: bool,
    /// The number with its right check digit.
    pub computed: Option<String>,
    /// Our customer.
    pub customer_ref: Option<String>,
    /// Whether the supplier's data are there.
    pub counterpart: bool,
    /// GLN of the supplier.
    pub supplier: Option<String>,
    /// Reference of the file.
    pub file_ref: String,
    /// Why the repair from the register did not come about, of one that needs no person otherwise:
    /// `number_differs`, `unknown`, `taken_back`.
    pub trouble: Option<String>,
}

/// A case that waits for the next wash, and what came of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Awaited {
    /// The case.
    pub case_id: i64,
    /// Its version.
    pub version: i32,
    /// The file of a later run that has its deviation still; nothing where none came for long.
    pub file_ref: Option<String>,
    /// Its facts.
    pub case: CaseFacts,
}

/// A case whose finding a newer file has no more.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Closing {
    /// The finding.
    pub finding_id: i64,
    /// The file that does not have it.
    pub file_ref: String,
    /// The case.
    pub case_id: i64,
    /// Its version.
    pub version: i32,
    /// Its facts.
    pub case: CaseFacts,
}

/// A correction on its way to the supplier.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Correction {
    /// Its number.
    pub correction_id: i64,
    /// The metering point.
    pub point: String,
    /// GLN of its supplier, where it is known.
    pub supplier: Option<String>,
    /// Our customer.
    pub customer_ref: String,
    /// What the row says now, by column.
    pub after: BTreeMap<String, String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The same message has the same key.
    pub idem_key: Uuid,
    /// How often it was tried, this time included.
    pub attempts: i32,
}

/// An update that came in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UpdateTaken {
    /// Its number.
    pub update_id: i64,
    /// Whether it was not known.
    pub new: bool,
    /// `waiting`, `approved`, `rejected`.
    pub state: String,
    /// Which end user it names, beside our own row: `same`, another `number` or `kind`, `nobody` of ours;
    /// known where a case is to be told.
    #[serde(default)]
    pub names: Option<String>,
    /// The case of its metering point.
    pub case_id: Option<i64>,
    /// Version of the case.
    pub version: Option<i32>,
    /// The case, while it lives.
    pub case: Option<CaseFacts>,
}

/// A line of the list of updates: never what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateRow {
    /// Its number.
    pub update_id: i64,
    /// Reference of the sender.
    pub reference: String,
    /// The metering point; empty for a protected person.
    pub point: String,
    /// `waiting`, `approved`, `rejected`.
    pub state: String,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// The case in which it is looked at.
    pub case_no: Option<String>,
    /// Which columns it brings.
    pub what: Vec<String>,
    /// Of one that waits: which end user it names (`same`, `number`, `kind`, `nobody`).
    pub names: Option<String>,
    /// Why it ended so.
    pub reason: Option<String>,
}

/// A run, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its number.
    pub run_id: i64,
    /// `holdings` or `nonconformity`.
    pub kind: String,
    /// Which kind of file.
    pub scope: String,
    /// Reference of the file.
    pub file_ref: String,
    /// Who washed.
    pub origin: String,
    /// … and on which day.
    pub origin_day: Option<NaiveDate>,
    /// How far it came.
    pub state: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Metering points of the grid company.
    pub points: i64,
    /// What it did.
    pub counts: BTreeMap<String, i64>,
}

/// What a fault code of the central tool means here; nothing when it is no deviation of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRow {
    /// The fault code.
    pub fault: String,
    /// The code of the deviation.
    pub code: Option<String>,
}

/// A live case of a difference between the sides, for the closing at go-live (DW-A-5).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AtGoLive {
    /// The case.
    pub case_id: i64,
    /// Its number.
    pub case_no: String,
    /// Its version.
    pub version: i32,
    /// Who works on it.
    pub holder: Option<String>,
    /// Its facts.
    pub case: CaseFacts,
}

/// A date by which a share must be right (DW-GEN-13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its name.
    pub name: String,
    /// The day.
    pub day: NaiveDate,
    /// The codes that it is about.
    pub codes: Vec<String>,
    /// Per cent of the metering points without such a deviation.
    pub share: f64,
}

/// Findings of one code since the beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTotal {
    /// The code.
    pub code: String,
    /// Found.
    pub found: i64,
    /// Solved.
    pub solved: i64,
    /// Gone from a newer file.
    pub gone: i64,
}

/// Findings of one code in one week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekTotal {
    /// Its Monday.
    pub week: NaiveDate,
    /// The code.
    pub code: String,
    /// Found.
    pub found: i64,
    /// Solved or gone.
    pub ended: i64,
}

/// How far the wash has come (DW-GEN-14).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Metering points of the newest comparison of holdings.
    pub points: i64,
    /// By code.
    pub codes: Vec<CodeTotal>,
    /// By week and code.
    pub weeks: Vec<WeekTotal>,
    /// Milestones by day.
    pub milestones: Vec<Milestone>,
    /// The local day in Norway.
    pub today: NaiveDate,
}
