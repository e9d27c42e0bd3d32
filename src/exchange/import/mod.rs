//! Files in: registers as CSV, cases as one JSON object a line. Streaming: no more than one batch
//! of records and one line are in memory, however long the file. A refused line never costs another
//! line, and the same file twice changes nothing.

pub mod cases;
pub mod check;
mod installation;
pub mod intake;
pub mod lines;
pub mod mandates;
mod notification;
pub mod refused;
pub mod registers;
pub mod rehearsal;
pub mod report;
mod request;
mod shape;
mod steps;
pub mod table;
mod told;

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::time::Duration;

use crate::exchange::consumption::{HeaderError, ServiceError};
use crate::store::StoreError;
use crate::store::register::Imported;
use crate::text::Texts;
use mandates::MandatesError;
use refused::Refused;
use registers::Record;
use report::{FileReport, Report, Taken};
use table::{Row, Table, TableError};

/// So many records go to the database in one call.
pub const BATCH: usize = 500;

/// Why a file did not come in to its end. What came before it is in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It is no answer with mandates.
    #[error(transparent)]
    Mandates(#[from] MandatesError),
    /// It is no answer with measurements.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// It is no export of consumption.
    #[error(transparent)]
    Export(#[from] HeaderError),
    /// Reading failed half-way.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Called now and then with the bytes read and the lines dealt with.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// One run over some files.
#[derive(Debug)]
pub struct Run<'a> {
    /// What is told at the end.
    pub report: Report,
    /// Words for reasons.
    pub texts: &'a Texts,
}

/// A text from outside without control characters, on one line, without white space around it.
pub fn clean(text: &str) -> String {
    crate::domain::sanitize::clean(text).trim().to_owned()
}

/// Asks again while the database is away: four times within 15 seconds. The same command has one
/// effect, however often it is sent.
pub(crate) async fn patiently<T>(
    mut call: impl AsyncFnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    for wait in [1, 2, 4, 8] {
        match call().await {
            Err(error) if error.is_passing() => {
                tokio::time::sleep(Duration::from_secs(wait)).await;
            }
            other => return other,
        }
    }
    call().await
}

/// A batch with the line numbers of its records.
struct Batch<T> {
    records: Vec<T>,
    origins: Vec<(u64, String)>,
    keys: HashSet<String>,
}

impl<T> Batch<T> {
    fn new() -> Self {
        Self {
            records: Vec::with_capacity(BATCH),
            origins: Vec::with_capacity(BATCH),
            keys: HashSet::with_capacity(BATCH),
        }
    }

    /// Whether it must go before this key can join: full, or the key is in it already, which the
    /// database would take as an ambiguous order.
    fn must_go(&self, key: &str) -> bool {
        self.records.len() >= BATCH || self.keys.contains(key)
    }

    fn push(&mut self, record: T, line: u64, name: String, key: String) {
        self.records.push(record);
        self.origins.push((line, name));
        self.keys.insert(key);
    }
}

impl<'a> Run<'a> {
    /// Nothing read yet.
    pub fn new(dry_run: bool, texts: &'a Texts) -> Self {
        let report = Report {
            dry_run,
            ..Report::default()
        };
        Self { report, texts }
    }

    /// Reads one register file; batches go to `sink`, which in a dry run only looks.
    pub async fn register<T, R, S>(
        &mut self,
        (name, input): (&str, R),
        mut sink: S,
        progress: Progress<'_>,
    ) -> Result<(), ImportError>
    where
        T: Record,
        R: BufRead,
        S: AsyncFnMut(Vec<T>) -> Result<Vec<Imported>, StoreError>,
    {
        let mut file = FileReport::of(name);
        let done = self.rows(input, &mut file, &mut sink, progress).await;
        self.report.files.push(file);
        done
    }

    async fn rows<T, R, S>(
        &mut self,
        input: R,
        file: &mut FileReport,
        sink: &mut S,
        progress: Progress<'_>,
    ) -> Result<(), ImportError>
    where
        T: Record,
        R: BufRead,
        S: AsyncFnMut(Vec<T>) -> Result<Vec<Imported>, StoreError>,
    {
        let mut table = Table::open(input, T::COLUMNS)?;
        file.unknown_columns = table.unknown().to_vec();
        let mut batch = Batch::new();
        while let Some(read) = table.read()? {
            file.latin1_lines = table.latin1();
            let Some((record, line, name, key)) = self.record::<T>(file, read) else {
                continue;
            };
            if batch.must_go(&key) {
                self.store(file, std::mem::replace(&mut batch, Batch::new()), sink)
                    .await?;
                progress(table.bytes(), file.lines());
            }
            batch.push(record, line, name, key);
        }
        self.store(file, batch, sink).await?;
        progress(table.bytes(), file.lines());
        Ok(())
    }

    /// The record of a row with its line, name and key; a refusal goes into the report.
    fn record<T: Record>(
        &mut self,
        file: &mut FileReport,
        read: Result<Row, (u64, Refused)>,
    ) -> Option<(T, u64, String, String)> {
        let (line, refused, name) = match read {
            Err((line, refused)) => (line, refused, None),
            Ok(row) => {
                let name = T::name(&row);
                match T::of(&row) {
                    Ok(record) => {
                        let key = record.key();
                        if let Some(refused) = T::left_out(&row) {
                            let origin = (row.line, &refused);
                            self.report.leave_out(file, origin, &name, self.texts);
                        }
                        return Some((record, row.line, name, key));
                    }
                    Err(refused) => (row.line, refused, Some(name)),
                }
            }
        };
        self.report
            .refuse(file, (line, &refused), name.as_deref(), self.texts);
        None
    }

    async fn store<T, S>(
        &mut self,
        file: &mut FileReport,
        batch: Batch<T>,
        sink: &mut S,
    ) -> Result<(), ImportError>
    where
        S: AsyncFnMut(Vec<T>) -> Result<Vec<Imported>, StoreError>,
    {
        if batch.records.is_empty() {
            return Ok(());
        }
        let results = sink(batch.records).await?;
        if results.len() != batch.origins.len() {
            let text = format!(
                "{} results for {} records",
                results.len(),
                batch.origins.len()
            );
            return Err(StoreError::Bug(text).into());
        }
        for ((line, name), result) in batch.origins.iter().zip(results) {
            self.settle(file, (*line, name), result);
        }
        Ok(())
    }

    fn settle(&mut self, file: &mut FileReport, origin: (u64, &str), result: Imported) {
        match result {
            Imported::New if self.report.dry_run => file.take(Taken::Checked),
            Imported::New => file.take(Taken::New),
            Imported::Changed => file.take(Taken::Changed),
            Imported::Known => file.take(Taken::Known),
            Imported::Refused { reason } => {
                let refused = Refused::new(&reason);
                let (line, name) = origin;
                self.report
                    .refuse(file, (line, &refused), Some(name), self.texts);
            }
        }
    }
}
