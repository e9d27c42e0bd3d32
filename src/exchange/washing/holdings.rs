//! Our own comparison of holdings, with its evidence, as rows for the stage. The files are compared on
//! all cores and never held whole; pieces go to the database as they are made.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;

use super::stage::{PIECE, Piece, Staged};
use super::{Staging, WashError, copy, shared};
use crate::domain::ean::Ean18;
use crate::domain::gs1;
use crate::exchange::wash::holdings::{Holdings, each_point, ranges};
use crate::exchange::wash::registers::RegisterFiles;
use crate::store::wash::WashImport;
use crate::wash::Rules;
use crate::wash::classify::{Point, classify, identities, in_force};
use crate::wash::identity::{Identity, identify};
use crate::wash::record::{EnterpriseRow, Held, Holding, Person, PersonRow};

/// The files of a comparison.
#[derive(Debug, Default)]
pub struct Files {
    /// What the grid company holds.
    pub grid: Holdings,
    /// What the suppliers hold.
    pub supply: Holdings,
    /// Registers.
    pub registers: RegisterFiles,
    /// From when on names are alike, and the day that counts.
    pub rules: Rules,
}

/// Compares and stages.
pub async fn stage(
    files: Arc<Files>,
    run: i64,
    import: &mut WashImport,
) -> Result<Staging, WashError> {
    let nothing = |side: &Holdings| u64::from(side.is_empty());
    let unreadable = [&files.grid, &files.supply].map(|side| side.unreadable + nothing(side));
    let unreadable: u64 = unreadable.iter().sum();
    let (sender, receiver) = mpsc::channel(4);
    let made = tokio::task::spawn_blocking(move || produce(&files, run, &sender));
    let copied = copy(import, receiver).await;
    let made = made.await.map_err(std::io::Error::other)?;
    let rows = copied?;
    made?;
    Ok(Staging {
        rows,
        unreadable: i64::try_from(unreadable).unwrap_or(i64::MAX),
    })
}

fn produce(files: &Files, run: i64, sender: &mpsc::Sender<Piece>) -> std::io::Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let number = AtomicI64::new(1);
    let parts = ranges(&files.grid, &files.supply, threads);
    let mut out = String::new();
    for point in files.grid.seen.union(&files.supply.seen) {
        Staged::seen(point).put(run, number.fetch_add(1, Ordering::Relaxed), &mut out);
    }
    send(sender, &mut out);
    std::thread::scope(|scope| {
        let workers: Vec<_> = parts
            .into_iter()
            .map(|part| {
                let (number, sender) = (&number, sender.clone());
                scope.spawn(move || {
                    let mut out = String::with_capacity(PIECE + 4096);
                    each_point(&files.grid, &files.supply, part, |point| {
                        look(files, point, (run, number), &mut out);
                        if out.len() >= PIECE {
                            send(&sender, &mut out);
                        }
                    })?;
                    send(&sender, &mut out);
                    files.registers.failed().map_or(Ok(()), Err)
                })
            })
            .collect();
        for worker in workers {
            match worker.join() {
                Ok(done) => done?,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(())
    })
}

/// How many findings of each code there are.
pub fn count(files: &Files) -> std::io::Result<BTreeMap<String, i64>> {
    let mut counts = BTreeMap::new();
    for part in ranges(&files.grid, &files.supply, 1) {
        each_point(&files.grid, &files.supply, part, |point| {
            if let Some(found) = classify(point, &files.registers, &files.rules) {
                *counts.entry(found.code.as_str().to_owned()).or_default() += 1;
            }
        })?;
    }
    files.registers.failed().map_or(Ok(counts), Err)
}

/// Nobody listens any more when the copying failed: that is told there.
fn send(sender: &mpsc::Sender<Piece>, out: &mut String) {
    if !out.is_empty() {
        _ = sender.blocking_send(std::mem::take(out).into_bytes());
    }
}

fn look(files: &Files, point: Point<'_>, (run, number): (i64, &AtomicI64), out: &mut String) {
    // a row of it was left out: what is missing is no deviation
    let is_partly = |side: &Holdings| side.seen.contains(point.number);
    if is_partly(&files.grid) || is_partly(&files.supply) {
        return;
    }
    let Some(finding) = classify(point, &files.registers, &files.rules) else {
        return;
    };
    let (protected, evidence) = evidence(point, files);
    let staged = Staged {
        point: point.number,
        code: finding.code.as_str(),
        side: finding.side.as_str(),
        proposal: finding.proposal.key(),
        confidence: finding.confidence,
        pattern: shared::pattern(finding, point, &evidence, &files.rules),
        protected,
        evidence,
    };
    staged.put(run, number.fetch_add(1, Ordering::Relaxed), out);
}

/// What both sides hold and what the registers say; of a protected person the reference alone.
fn evidence(point: Point<'_>, files: &Files) -> (bool, Json) {
    let decided = identities(point, &files.registers, &files.rules);
    // contracts of another time say nothing of the end user of today; what counted stands first
    let live = |rows: &[Holding]| -> Vec<Holding> {
        let counts = in_force(rows, &files.rules);
        let is_first = |row: &&Holding| counts.is_some_and(|first| std::ptr::eq(first, *row));
        let now = rows.iter().filter(|row| row.is_live(&files.rules.day));
        let rest = now.filter(|row| !is_first(row));
        counts.into_iter().chain(rest).cloned().collect()
    };
    let point = (live(point.grid), live(point.supply), point.number);
    let known = |rows: &[Holding]| -> Vec<Identity> {
        let rows = rows.iter();
        rows.map(|row| identify(row, &files.registers, &files.rules))
            .collect()
    };
    let (grid, supply) = (known(&point.0), known(&point.1));
    let is_protected =
        |one: &Identity| matches!(one, Identity::Person(row, _) if row.is_protected());
    let protected = grid.iter().chain(&supply).any(is_protected);
    let mut all = Map::new();
    all.insert("valid".into(), Ean18::parse(point.2).is_ok().into());
    if let Some(computed) = computed(point.2) {
        all.insert("computed".into(), computed.into());
    }
    let rows = |rows: &[Holding], known: &[Identity]| -> Json {
        let rows = rows.iter().zip(known);
        let said = |(row, one)| {
            if protected {
                reference(row, is_protected(one))
            } else {
                held(row)
            }
        };
        rows.map(said).collect()
    };
    all.insert("grid".into(), rows(&point.0, &grid));
    all.insert("supply".into(), rows(&point.1, &supply));
    if let Some(supplier) = point
        .1
        .iter()
        .map(|row| row.get(Held::Supplier))
        .find(is_gln)
    {
        all.insert("supplier".into(), supplier.into());
    }
    // the other side's end user where ours is not known: that is what a missing number is found by
    let mut registered = decided.iter().flatten().filter_map(register);
    if let Some(row) = registered.next().filter(|_| !protected) {
        all.insert("register".into(), row);
    }
    (protected, Json::Object(all))
}

/// Which of the rows is that of a protected person: another's customer is nobody's secret.
fn reference(row: &Holding, is_protected: bool) -> Json {
    let mut said = json!({
        "customer_ref": row.get(Held::Customer), "kind": row.get(Held::Kind),
    });
    if is_protected {
        said["protected"] = true.into();
    }
    said
}

fn held(row: &Holding) -> Json {
    let fields = Held::COLUMNS.iter().enumerate().skip(1);
    let filled = fields.filter(|(at, _)| !row.at(*at).is_empty());
    filled
        .map(|(at, name)| ((*name).to_owned(), Json::from(row.at(at))))
        .collect::<Map<_, _>>()
        .into()
}

fn register(identity: &Identity) -> Option<Json> {
    match identity {
        Identity::Person(row, _) => Some(person(row)),
        Identity::Enterprise(row, _) => Some(enterprise(row)),
        Identity::Number(..) | Identity::Unknown => None,
    }
}

fn person(row: &PersonRow) -> Json {
    json!({
        "identifier": row.get(Person::Identifier),
        "first_name": row.get(Person::FirstName),
        "last_name": row.get(Person::LastName),
        "birth_date": row.get(Person::BirthDate),
        "street": row.get(Person::Street),
        "house_number": row.get(Person::HouseNumber),
        "postcode": row.get(Person::Postcode),
        "city": row.get(Person::City),
        "deceased_on": row.get(Person::DeceasedOn),
    })
}

fn enterprise(row: &EnterpriseRow) -> Json {
    json!({
        "identifier": row.number(),
        "organisation_name": row.name(),
        "street": row.street(),
        "postcode": row.postcode(),
        "condition": row.condition(),
    })
}

fn is_gln(text: &&str) -> bool {
    text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number with the check digit that belongs to its first 17 digits (DW-BAS-07).
pub(super) fn computed(number: &str) -> Option<String> {
    let is_long = number.len() == Ean18::LENGTH && number.bytes().all(|b| b.is_ascii_digit());
    let body = number.get(..Ean18::LENGTH - 1).filter(|_| is_long)?;
    let digit = gs1::check_digit(body)?;
    let right = format!("{body}{digit}");
    (right != number).then_some(right)
}
