//! Drafts and places: what was typed and not sent, and where somebody was.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::CaseId;

/// What was typed into a form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DraftBody {
    /// Answers by field, in the order of the form.
    pub answers: Vec<(String, String)>,
    /// At which field.
    #[serde(default)]
    pub at: usize,
    /// Where the cursor stands in it, in bytes.
    #[serde(default)]
    pub cursor: usize,
}

/// A draft as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRow {
    /// Its number, made by the console.
    pub draft_id: Uuid,
    /// The case; `None` for an opening.
    pub case_id: Option<CaseId>,
    /// Its number for people.
    pub case_no: Option<String>,
    /// Process of the case.
    pub process: Option<String>,
    /// Whether the case is closed.
    #[serde(default)]
    pub closed: bool,
    /// Which form: `action:add_note`, `hand_over`, `open:doubt`, …
    pub form: String,
    /// What was typed.
    pub body: DraftBody,
    /// The command id under which it will be written.
    pub command: Option<Uuid>,
    /// Counted up by whoever writes it.
    pub rev: i64,
    /// Whether the holder of the case may read it.
    pub shared: bool,
    /// When it was saved (legal time).
    pub saved_at: DateTime<Utc>,
    /// Whose it is when it is not ours.
    pub owner: Option<String>,
}

/// A draft to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSave {
    /// Its number.
    pub draft_id: Uuid,
    /// The case; `None` for an opening.
    pub case_id: Option<CaseId>,
    /// Which form.
    pub form: String,
    /// What was typed.
    pub body: DraftBody,
    /// The command id under which it will be written; `None` when something else was sent under it.
    pub command: Option<Uuid>,
    /// The console that saves it.
    pub writer: Uuid,
    /// The last number that this console knows to be saved; 0 for none.
    pub base: i64,
    /// The number of this content.
    pub rev: i64,
}

/// What became of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftSaved {
    /// It stands in the database, or a later one does.
    Saved,
    /// Another console of the same agent went on with it: this text needs a number of its own.
    Forked,
    /// Its command was carried out: it is no draft any more.
    Written,
}

/// What goes to the next holder with a case that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Along {
    /// The case alone.
    Nothing,
    /// The drafts for it may be read and copied.
    Drafts,
}

/// Where the last console of an agent was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceKept {
    /// What that console said, if one ever did.
    pub body: Option<Value>,
    /// Whether no other console of this agent is alive.
    pub alone: bool,
}
