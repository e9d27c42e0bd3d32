//! What an action on many cases works with.

use serde::{Deserialize, Serialize};

use super::{CaseId, CaseRow, Lease, PartyCard};
use crate::process::engine::CaseFacts;

/// All cases that fitted a filter at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// The cases, in the order of the list.
    pub cases: Vec<CaseId>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// What the engine needs of one case, with its line of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Briefly {
    /// The line of the list.
    pub row: CaseRow,
    /// What the engine works on.
    pub facts: CaseFacts,
    /// Number of the party.
    pub party_gln: Option<String>,
    /// Our right to write it, if we hold it.
    pub lease: Option<Lease>,
}

/// A page of cases for an action on many. Cases that are not visible (any more) are absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FactsPage {
    /// The cases, in the order asked for.
    pub cases: Vec<Briefly>,
    /// Their parties, each once.
    pub parties: Vec<PartyCard>,
}
