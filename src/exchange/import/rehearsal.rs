//! A dry run: the registers are read, nothing is written, and what the real run would refuse is
//! refused. What only the real run can tell is said in the report.

use std::collections::{HashMap, HashSet};

use super::patiently;
use super::refused::Refused;
use super::registers::Record;
use super::report::Taken;
use super::shape;
use crate::process::engine::Change;
use crate::process::field::Value;
use crate::process::notification::NOTIFICATION;
use crate::process::{self, Key};
use crate::store::register::Imported;
use crate::store::rows::{CaseDetail, WorkState};
use crate::store::{Store, StoreError};

/// So many connections, parties and signals are remembered.
const KEPT: usize = 10_000;
/// So many cases of one connection or reference are looked at.
const HITS: u32 = 200;

/// What a dry run has seen so far.
#[derive(Debug)]
pub struct Rehearsal {
    store: Store,
    connections: HashMap<String, bool>,
    parties: HashMap<String, bool>,
    references: HashSet<(String, String)>,
    subjects: HashSet<(String, Vec<String>)>,
}

impl Rehearsal {
    /// Nothing seen yet.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            connections: HashMap::new(),
            parties: HashMap::new(),
            references: HashSet::new(),
            subjects: HashSet::new(),
        }
    }

    /// What would become of records, as far as reading tells: refused, or something else.
    pub async fn records<T: Record>(&mut self, records: &[T]) -> Result<Vec<Imported>, StoreError> {
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            let missing = self.missing(record.connection(), record.party()).await?;
            results.push(match missing {
                Some(reason) => Imported::Refused {
                    reason: reason.to_owned(),
                },
                None => Imported::New,
            });
        }
        Ok(results)
    }

    async fn missing(
        &mut self,
        ean: Option<&str>,
        gln: Option<&str>,
    ) -> Result<Option<&'static str>, StoreError> {
        if let Some(ean) = ean
            && !self.has_connection(ean).await?
        {
            return Ok(Some("unknown_ean"));
        }
        if let Some(gln) = gln
            && !self.has_party(gln).await?
        {
            return Ok(Some("unknown_party"));
        }
        Ok(None)
    }

    async fn has_connection(&mut self, ean: &str) -> Result<bool, StoreError> {
        if let Some(known) = self.connections.get(ean) {
            return Ok(*known);
        }
        let found = patiently(async || self.store.look_up(ean, "").await).await?;
        Ok(remember(
            &mut self.connections,
            ean,
            found.connection.is_some(),
        ))
    }

    async fn has_party(&mut self, gln: &str) -> Result<bool, StoreError> {
        if let Some(known) = self.parties.get(gln) {
            return Ok(*known);
        }
        let found = patiently(async || self.store.look_up("", gln).await).await?;
        Ok(remember(&mut self.parties, gln, found.party.is_some()))
    }

    /// What would become of the case of a line, in the order in which the database decides.
    pub async fn case(
        &mut self,
        change: &Change,
        reference: &str,
    ) -> Result<Result<Taken, Refused>, StoreError> {
        let process = change.process.as_str();
        let reference = own(change, reference);
        let name = (process.to_owned(), reference.clone());
        if self.references.contains(&name) || self.knows(process, &reference).await? {
            return Ok(Ok(Taken::Known));
        }
        let subject = subject(change).map(|subject| (process.to_owned(), subject));
        let is_further = match &subject {
            Some(subject) => self.subjects.contains(subject) || self.has_twin(subject).await?,
            None => false,
        };
        if !is_further {
            // whose grid the connection of a request is, is found out by its checks
            let ean = given(change, "ean").filter(|_| !shape::is_request(process));
            let gln = given(change, "party_gln");
            if let Some(reason) = self.missing(ean, gln).await? {
                let refused = Refused::new(reason);
                return Ok(Err(refused));
            }
        }
        self.see(name, subject);
        Ok(Ok(if is_further {
            Taken::Attached
        } else {
            Taken::Checked
        }))
    }

    fn see(&mut self, name: (String, String), subject: Option<(String, Vec<String>)>) {
        if self.references.len() < KEPT {
            self.references.insert(name);
            self.subjects.extend(subject);
        }
    }

    async fn knows(&self, process: &str, reference: &str) -> Result<bool, StoreError> {
        let hits = match patiently(async || self.store.search(reference, HITS).await).await {
            // too short to be searched for as a text, and no case has it as its reference
            Err(StoreError::Refused(refusal)) if refusal.key == "search_too_short" => Vec::new(),
            other => other?,
        };
        let mut hits = hits.iter().filter(|hit| hit.how == "reference");
        Ok(hits.any(|hit| hit.row.process == process))
    }

    async fn has_twin(&self, subject: &(String, Vec<String>)) -> Result<bool, StoreError> {
        let (process, values) = subject;
        let keys = unique_by(process);
        let ean = keys.iter().position(|key| *key == "ean");
        let Some(ean) = ean.and_then(|place| values.get(place)) else {
            return Ok(false);
        };
        let hits = patiently(async || self.store.search(ean, HITS).await).await?;
        let open = hits
            .iter()
            .map(|hit| &hit.row)
            .filter(|row| row.process == *process && row.work != WorkState::Closed);
        for row in open {
            let detail = patiently(async || self.store.case_detail(row.case_id).await).await?;
            let mut pairs = keys.iter().zip(values);
            if pairs.all(|(key, value)| of_case(&detail, key) == Some(value)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn remember(seen: &mut HashMap<String, bool>, key: &str, is_known: bool) -> bool {
    if seen.len() >= KEPT {
        seen.clear();
    }
    seen.insert(key.to_owned(), is_known);
    is_known
}

/// References of notifications are those of an installer's company: two may use the same.
fn own(change: &Change, reference: &str) -> String {
    match given(change, "party_gln") {
        Some(party) if change.process == NOTIFICATION.key => format!("{party}/{reference}"),
        _ => reference.to_owned(),
    }
}

fn unique_by(process: &str) -> &'static [Key] {
    process::find(process).map_or(&[], |process| process.opening.unique_by)
}

fn given<'a>(change: &'a Change, key: &str) -> Option<&'a str> {
    let value = change.answers.get(key).or_else(|| change.facts.get(key));
    value.and_then(Value::as_code)
}

/// What tells the subject of an opening from others; `None` where every opening is a case.
fn subject(change: &Change) -> Option<Vec<String>> {
    let keys = unique_by(&change.process);
    let value = |key: &Key| given(change, key).unwrap_or_default().to_owned();
    (!keys.is_empty()).then(|| keys.iter().map(value).collect())
}

fn of_case<'a>(detail: &'a CaseDetail, key: &str) -> Option<&'a str> {
    match key {
        "ean" => detail.connection.as_ref().map(|it| it.ean.as_str()),
        "party_gln" => detail.party.as_ref().map(|it| it.gln.as_str()),
        key => detail.facts.facts.get(key).and_then(Value::as_code),
    }
}
