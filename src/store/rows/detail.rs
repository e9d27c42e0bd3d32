//! All that the panes show of one case.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CaseId, CaseRow, DraftRow, FindingCard, HeldSlot, Lease, PaymentRow};
use crate::process::engine::{CaseFacts, Facts, Refusal};

/// All that the detail panes show of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseDetail {
    /// The line of the inbox.
    pub row: CaseRow,
    /// What the engine works on; includes all clocks.
    pub facts: CaseFacts,
    /// The fence if we hold it.
    pub lease: Option<Lease>,
    /// Whether we took it on the command line: the session that has it is none of a desk.
    #[serde(default)]
    pub held_by_shell: bool,
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
    /// Unfinished forms of this case: our own, and what others left to us as its holder.
    #[serde(default)]
    pub drafts: Vec<DraftRow>,
    /// The last change of a person, while its time to be taken back runs.
    #[serde(default)]
    pub undo: Option<Undo>,
    /// Other requests of the same customer, newest first, at most 10 (PRIO-21).
    #[serde(default)]
    pub siblings: Vec<RelatedCase>,
    /// What was promised on it, and by whom.
    #[serde(default)]
    pub promises: Vec<PromiseRow>,
    /// The start time that it holds.
    #[serde(default)]
    pub slot: Option<HeldSlot>,
    /// Its payments, newest first, at most 20.
    #[serde(default)]
    pub payments: Vec<PaymentRow>,
    /// What the data wash found, with its evidence.
    #[serde(default)]
    pub finding: Option<Box<FindingCard>>,
}

impl CaseDetail {
    /// What stands behind a run of the clock of promises.
    pub fn promise(&self, run: i32) -> Option<&PromiseRow> {
        self.promises.iter().find(|promise| promise.run == run)
    }
}

/// What was promised, and by whom; when it is due says the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseRow {
    /// The run of the clock.
    pub run: i32,
    /// Who promised it; `None` for a shared account.
    pub agent: Option<String>,
    /// Number of the text that says what.
    pub text: Option<Uuid>,
    /// When it was promised (legal time).
    pub at: DateTime<Utc>,
}

impl PromiseRow {
    /// What was promised; empty when it was erased.
    pub fn what<'a>(&self, texts: &'a BTreeMap<Uuid, String>) -> &'a str {
        let body = self.text.and_then(|text| texts.get(&text));
        body.map_or("", String::as_str)
    }

    /// Who promised it.
    pub fn who(&self) -> &str {
        self.agent.as_deref().unwrap_or_default()
    }
}

/// A change that may perhaps be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Its event.
    pub seq: i32,
    /// Its action.
    pub action: String,
    /// Who did it.
    pub agent: String,
    /// Until when (legal time).
    pub until: DateTime<Utc>,
    /// Kinds of its messages, which have not left.
    pub messages: Vec<String>,
    /// The state to which the case goes back.
    pub state: String,
    /// Whether we held the case before it, and get it back.
    pub gets_back: bool,
    /// What stands against it.
    pub stands: Option<Refusal>,
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
    /// Postcode of the account: proposed where the address of a connection is asked (PRIO-19).
    #[serde(default)]
    pub postcode: String,
    /// House number of the account with letter and addition.
    #[serde(default)]
    pub house_number: String,
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
    /// What: an action key, or `opened`, `claimed`, `released`, `skipped`, `lease_returned`,
    /// `handed_over`, `taken_over`, `reassigned`, `attached`, `transferred`.
    pub kind: String,
    /// Who; `None` for the system.
    pub agent: Option<String>,
    /// Their number: two agents may share a name.
    #[serde(default)]
    pub agent_id: Option<i32>,
    /// State before and after, when it changed.
    pub from: Option<String>,
    /// State after.
    pub to: Option<String>,
    /// Answers and facts that the event holds.
    pub answers: Facts,
    /// Facts that it unset.
    #[serde(default)]
    pub cleared: Vec<String>,
    /// Deadlines that it moved, after an edit of the calendar.
    #[serde(default)]
    pub moves: Vec<MovedClock>,
    /// What it takes back.
    #[serde(default)]
    pub takes_back: Option<TakenBack>,
}

/// A change that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// Its event.
    pub seq: i32,
    /// Its action.
    pub action: String,
}

/// A deadline that a recount moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedClock {
    /// Key of the clock.
    pub clock: String,
    /// The due instant before.
    pub was_due_at: DateTime<Utc>,
    /// The due instant after.
    pub due_at: DateTime<Utc>,
    /// Whether the edit alone made it late.
    pub late_by_retriage: bool,
}
