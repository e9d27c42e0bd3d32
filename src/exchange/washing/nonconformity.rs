//! Files of faults of the central tool, in four kinds (`formats.md` 5.1): delimiter and encoding are
//! found out, columns go by name, columns that nobody knows are kept. Which fault is which deviation
//! says a table that people edit.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;

use super::counterpart::counterpart;
use super::stage::{PIECE, Piece, Staged};
use super::{Staging, WashError, copy, holdings, shared};
use crate::domain::ean::Ean18;
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Column, Row, Table, TableError};
use crate::exchange::wash::{KEPT, LeftOut};
use crate::store::wash::WashImport;

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, required }
}

const COLUMNS: &[Column] = &[
    column("sourcefilename", false),
    column("meteringpointused", false),
    column("customerreferenceenduser", false),
    column("customerreference", false),
    column("validfrom", false),
    column("validto", false),
    column("addresstype", false),
    column("timeseriestype", false),
    column("producttype", false),
    column("processingdatetime", false),
    column("startdate", false),
    column("enddate", false),
    column("faultlevel", false),
    column("faultseverity", false),
    column("faultcode", true),
    column("faultduetovalue", false),
    column("faultdescription", false),
];

/// Of which kind a file is, by its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Contracts.
    Contract,
    /// Metering points.
    MeteringPoint,
    /// Customers.
    Customer,
    /// Metering values.
    MeteringValue,
}

impl Kind {
    /// Its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::MeteringPoint => "metering_point",
            Self::Customer => "customer",
            Self::MeteringValue => "metering_value",
        }
    }

    fn of<R: std::io::BufRead>(table: &Table<R>) -> Result<Self, TableError> {
        if table.has("timeseriestype") {
            Ok(Self::MeteringValue)
        } else if table.has("customerreferenceenduser") {
            Ok(Self::Contract)
        } else if table.has("meteringpointused") {
            Ok(Self::MeteringPoint)
        } else if table.has("customerreference") {
            Ok(Self::Customer)
        } else {
            Err(TableError::Missing(vec!["MeteringPointUsed"]))
        }
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Rows that are findings.
    pub rows: i64,
    /// Faults that are no deviation of ours.
    pub not_ours: i64,
    /// Rows that were refused, the first [`KEPT`].
    pub left_out: Vec<LeftOut>,
    /// How many were refused.
    pub left_out_count: i64,
    /// Of how many refused rows not even the metering point is known.
    pub unreadable: i64,
    /// Rows that were copied.
    pub staged: i64,
}

impl Taken {
    fn leave_out(&mut self, line: u64, why: Refused) {
        self.left_out_count += 1;
        if self.left_out.len() < KEPT {
            self.left_out.push(LeftOut { line, why });
        }
    }

    /// What a run must know of it.
    pub fn staging(&self) -> Staging {
        Staging {
            rows: self.staged,
            unreadable: self.unreadable,
        }
    }
}

/// The kind of a file; reads its header.
pub fn kind(path: &Path) -> Result<Kind, WashError> {
    let failed = |error| WashError::Table(path.to_owned(), error);
    let table = open(path).map_err(failed)?;
    Kind::of(&table).map_err(failed)
}

/// Refuses a file that has a header alone: it says nothing, and closes nothing (DW-BAS-06).
pub fn has_rows(path: &Path) -> Result<(), WashError> {
    let mut table = open(path).map_err(|error| WashError::Table(path.to_owned(), error))?;
    let first = table.read()?.map(|_| ());
    first.ok_or_else(|| WashError::NoRows(path.to_owned()))
}

fn open(path: &Path) -> Result<Table<BufReader<File>>, TableError> {
    let input = BufReader::with_capacity(1 << 20, File::open(path)?);
    Ok(Table::open(input, COLUMNS)?.keeping())
}

/// What fault codes mean.
pub type Faults = HashMap<String, Option<String>>;

/// Reads a file into the stage; without an import only looks.
pub async fn stage(
    path: PathBuf,
    faults: Faults,
    to: Option<(i64, &mut WashImport)>,
) -> Result<Taken, WashError> {
    let (sender, receiver) = mpsc::channel(4);
    let run = to.as_ref().map_or(0, |(run, _)| *run);
    let read = tokio::task::spawn_blocking(move || produce(&path, &faults, run, &sender));
    let copied = if let Some((_, import)) = to {
        copy(import, receiver).await
    } else {
        let mut receiver = receiver;
        while receiver.recv().await.is_some() {}
        Ok(0)
    };
    let read = read.await.map_err(std::io::Error::other)?;
    let staged = copied?;
    let mut taken = read?;
    taken.staged = staged;
    Ok(taken)
}

fn produce(
    path: &Path,
    faults: &Faults,
    run: i64,
    sender: &mpsc::Sender<Piece>,
) -> Result<Taken, WashError> {
    let failed = |error| WashError::Table(path.to_owned(), error);
    let mut table = open(path).map_err(failed)?;
    let kind = Kind::of(&table).map_err(failed)?;
    let mut taken = Taken::default();
    let (mut out, mut n) = (String::new(), 0);
    while let Some(row) = table.read()? {
        match row {
            Ok(row) => match meant(&row, faults, kind) {
                Ok(None) => taken.not_ours += 1,
                Ok(Some(code)) => {
                    (taken.rows, n) = (taken.rows + 1, n + 1);
                    put(&row, code, (run, n), &mut out);
                }
                Err(why) => {
                    let about = about(&row, kind);
                    taken.leave_out(row.line, why);
                    if is_about(&about) {
                        n += 1;
                        Staged::seen(&about).put(run, n, &mut out);
                    } else {
                        taken.unreadable += 1;
                    }
                }
            },
            Err((line, why)) => {
                taken.unreadable += 1;
                taken.leave_out(line, why);
            }
        }
        if out.len() >= PIECE {
            _ = sender.blocking_send(std::mem::take(&mut out).into_bytes());
        }
    }
    if !out.is_empty() {
        _ = sender.blocking_send(out.into_bytes());
    }
    Ok(taken)
}

/// The deviation of a row, none when it is not one of ours; or why the row cannot be taken.
fn meant<'a>(row: &Row, faults: &'a Faults, kind: Kind) -> Result<Option<&'a str>, Refused> {
    let fault = row.get("faultcode").to_uppercase();
    let Some(code) = faults.get(&fault) else {
        return Err(Refused::new("unknown_fault").with("fault", &fault));
    };
    let about = about(row, kind);
    if !is_about(&about) {
        let column = if kind == Kind::Customer {
            "CustomerReference"
        } else {
            "MeteringPointUsed"
        };
        return Err(Refused::new("empty").with_ours("column", column));
    }
    Ok(code.as_deref())
}

fn is_about(about: &str) -> bool {
    !about.is_empty() && about != "customer/" && about.len() <= 64
}

/// A fault of a customer names no metering point.
fn about(row: &Row, kind: Kind) -> String {
    match kind {
        Kind::Customer => format!("customer/{}", row.get("customerreference")),
        _ => row.get("meteringpointused").to_owned(),
    }
}

fn put(row: &Row, code: &str, (run, n): (i64, i64), out: &mut String) {
    let kind = if row.get("meteringpointused").is_empty() {
        Kind::Customer
    } else {
        Kind::Contract
    };
    let point = about(row, kind);
    let mut fault = Map::new();
    for column in COLUMNS {
        let value = row.get(column.name);
        if !value.is_empty() {
            fault.insert(column.name.to_owned(), value.into());
        }
    }
    let rest: Map<String, Json> = row
        .rest
        .iter()
        .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
        .collect();
    if !rest.is_empty() {
        fault.insert("rest".to_owned(), rest.into());
    }
    let customer = [
        row.get("customerreferenceenduser"),
        row.get("customerreference"),
    ];
    let customer = customer.into_iter().find(|found| !found.is_empty());
    let other = counterpart(row.get("faultduetovalue"), code);
    if other.is_some() {
        fault.remove("faultduetovalue");
    }
    let number = other
        .as_ref()
        .and_then(|other| other["identifier"].as_str());
    let (file, day) = (row.get("sourcefilename"), row.get("validfrom"));
    let pattern = shared::of_fault(code, number.unwrap_or_default(), file, day);
    let mut evidence = json!({ "valid": Ean18::parse(&point).is_ok(), "fault": fault });
    if let Some(other) = other {
        evidence["supply"] = json!([other]);
    }
    if let Some(customer) = customer {
        evidence["grid"] = json!([{ "customer_ref": customer }]);
    }
    if let Some(right) = holdings::computed(&point) {
        evidence["computed"] = right.into();
    }
    let staged = Staged {
        point: &point,
        code,
        side: "both",
        proposal: proposal(code),
        confidence: 100,
        pattern,
        // the database asks the registers: no file of the central tool says so
        protected: false,
        evidence,
    };
    staged.put(run, n, out);
}

/// What the guide proposes first for a code.
fn proposal(code: &str) -> &'static str {
    match code {
        "GSRN" => "correct_number",
        "DUPLICATE" => "remove_duplicate",
        "I04" => "follow_up_estate",
        "I02" | "ORGNR" => "find_enterprise",
        "I01" | "FNR" => "find_person",
        "A04" => "check_open_process",
        "A03" => "ask_private_or_business",
        "A02" => "ask_household",
        _ => "await_supplier",
    }
}
