//! What the screens of the data wash show: clusters of findings, and updates of suppliers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CaseId, CaseRow, EvidenceRow, FindingCard};

/// Findings that share a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Key of the pattern (`wash::pattern`).
    pub pattern: String,
    /// Their codes, as in files.
    pub codes: Vec<String>,
    /// How many there are, when they were counted.
    pub n: i64,
}

/// A page of clusters, the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterPage {
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// Whether more follow.
    pub more: bool,
    /// How many there are in all.
    pub total: i64,
    /// How many updates may leave in a minute: the pace of a release.
    pub per_minute: i32,
}

/// One finding of a cluster: its case and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFinding {
    /// Number of the finding.
    pub finding_id: i64,
    /// Its case.
    pub row: CaseRow,
    /// The evidence, masked.
    pub finding: Box<FindingCard>,
}

/// A page of the findings of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFindings {
    /// The findings, in the order in which they were found.
    pub findings: Vec<ClusterFinding>,
    /// The finding behind which the next page begins.
    pub last: i64,
    /// Whether more follow.
    pub more: bool,
    /// With the first page the cases of all of them, at most 500.
    pub cases: Vec<CaseId>,
}

/// An update of a supplier that waits (DW-BAS-12), beside our own row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingUpdate {
    /// Its number.
    pub update_id: i64,
    /// Reference of the sender.
    pub reference: String,
    /// The metering point; empty for a protected person.
    pub point: String,
    /// Name of the supplier, or its number.
    pub supplier: String,
    /// When it came in.
    pub received_at: DateTime<Utc>,
    /// Somebody of it is protected: nothing of the rows is there.
    pub protected: bool,
    /// Which end user it names, beside our own row: `same`, another `number` or `kind`, `nobody` of ours.
    #[serde(default)]
    pub names: Option<String>,
    /// The live case in which it is looked at.
    pub case_id: Option<CaseId>,
    /// … and its number.
    pub case_no: Option<String>,
    /// Our row as it is.
    pub ours: Option<EvidenceRow>,
    /// Our row as it would be.
    pub theirs: Option<EvidenceRow>,
}

/// A page of the updates that wait, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingUpdates {
    /// The updates.
    pub updates: Vec<WaitingUpdate>,
    /// Whether more follow.
    pub more: bool,
    /// How many wait, counted up to 10,000.
    pub total: i64,
}
