//! Exports into the database: rows are read, held against the register of connections, and go in by
//! chunks. No more than one chunk is in memory; the same file twice adds nothing.

use std::collections::HashMap;
use std::io::{self, BufRead};

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::{Export, ExportError, Read, Reading, of_service};
use crate::domain::consumption::{Direction, Energy, Grain, Unit};
use crate::exchange::import::refused::Refused;
use crate::exchange::import::report::{FileReport, Taken};
use crate::exchange::import::{ImportError, Progress, Run, patiently};
use crate::store::consumption::{ConsumptionRow, Merged};
use crate::store::{Store, StoreError};

/// So many values go to the database in one call.
const CHUNK: usize = 10_000;
/// So many connections are remembered with what is delivered there.
const KNOWN_KEPT: usize = 10_000;
/// An answer of the service of the portal is no longer, in bytes.
pub const SERVICE_LIMIT: u64 = 64 * 1024 * 1024;
/// Nothing was measured before.
const OLDEST_YEAR: i32 = 2000;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The way into the database for consumption.
#[derive(Debug)]
pub struct Intake {
    store: Store,
    /// The connection to which the file belongs, whatever number stands in it.
    ean: Option<String>,
    /// The number that stands in the file, when it is another one.
    named: Option<String>,
    known: HashMap<String, Option<Energy>>,
    now: DateTime<Utc>,
    chunk: Vec<ConsumptionRow>,
}

impl Intake {
    /// Into that database; `ean` says whose the values are, for exports that do not say it. Refused
    /// unless the store is that of an administrator or of the worker.
    pub async fn open(store: &Store, ean: Option<&str>) -> Result<Self, StoreError> {
        let mut intake = Self {
            store: store.clone(),
            ean: ean.map(str::to_owned),
            named: None,
            known: HashMap::new(),
            now: store.legal_now().await?,
            chunk: Vec::with_capacity(CHUNK),
        };
        if let Some(ean) = ean {
            intake.energy(ean).await?;
        }
        Ok(intake)
    }

    /// What is delivered at a connection, if it is registered.
    async fn energy(&mut self, ean: &str) -> Result<Option<Energy>, StoreError> {
        if let Some(energy) = self.known.get(ean) {
            return Ok(*energy);
        }
        let asked = [ean.to_owned()];
        let found = patiently(async || self.store.consumption_known(&asked).await).await?;
        let energy = found.get(ean).copied();
        if self.known.len() >= KNOWN_KEPT {
            self.known.clear();
        }
        self.known.insert(ean.to_owned(), energy);
        Ok(energy)
    }

    /// The connection of a reading.
    fn whose(&mut self, reading: &Reading) -> Result<String, Refused> {
        let Some(ean) = &self.ean else {
            return Ok(reading.ean.clone());
        };
        let named = self.named.get_or_insert_with(|| reading.ean.clone());
        if *named == reading.ean {
            Ok(ean.clone())
        } else {
            Err(Refused::new("second_ean").with("value", &reading.ean))
        }
    }

    /// The row of a reading, `None` where it has no value.
    async fn row(
        &mut self,
        reading: Reading,
    ) -> Result<Result<Option<ConsumptionRow>, Refused>, StoreError> {
        let ean = match self.whose(&reading) {
            Ok(ean) => ean,
            Err(refused) => return Ok(Err(refused)),
        };
        let Some(energy) = self.energy(&ean).await? else {
            return Ok(Err(Refused::new("unknown_ean")));
        };
        Ok(fits(&reading, energy, self.now).map(|()| {
            reading.value.map(|value| ConsumptionRow {
                ean,
                meter: reading.meter,
                register: reading.register,
                start: reading.start,
                grain: reading.grain,
                status: reading.status,
                value,
            })
        }))
    }

    async fn send(&mut self, is_dry: bool) -> Result<Merged, StoreError> {
        if self.chunk.is_empty() {
            return Ok(Merged::default());
        }
        let merged = {
            let (store, chunk) = (&self.store, &self.chunk);
            patiently(async || store.consumption_merge(chunk, is_dry).await).await?
        };
        let rows = self.chunk.len() as u64;
        self.chunk.clear();
        // what stands twice in the chunk is one value
        let told = merged.new + merged.changed;
        Ok(Merged {
            known: rows.saturating_sub(told),
            ..merged
        })
    }
}

/// Whether a file begins as an answer of the service: an object.
fn is_answer<R: BufRead>(input: &mut R) -> io::Result<bool> {
    let begin = input.fill_buf()?;
    let begin = begin
        .strip_prefix(BYTE_ORDER_MARK.as_bytes())
        .unwrap_or(begin);
    let first = begin.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(first == Some(&b'{'))
}

/// Whether such a value can be at such a connection, and at that time (FLU-02).
fn fits(reading: &Reading, energy: Energy, now: DateTime<Utc>) -> Result<(), Refused> {
    let is_volume = reading.register.unit() == Unit::CubicMetre;
    let is_injected = reading.register.direction() == Direction::Injection;
    let is_odd = match energy {
        Energy::Electricity => is_volume || reading.grain == Grain::Hour,
        Energy::Gas => is_injected || reading.grain == Grain::Quarter,
    };
    if is_odd {
        let name = reading.register.dutch();
        return Err(Refused::new("wrong_energy")
            .with("value", name)
            .by("FLU-02"));
    }
    if reading.start > now + TimeDelta::hours(12) || reading.start.year() < OLDEST_YEAR {
        let at = reading.start.to_rfc3339();
        return Err(Refused::new("not_measured_yet").with("value", &at));
    }
    Ok(())
}

impl Run<'_> {
    /// Reads one export of a customer, or one answer of the service of the portal.
    pub async fn consumption<R: BufRead>(
        &mut self,
        (name, mut input): (&str, R),
        intake: &mut Intake,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let mut file = FileReport::of(name);
        let done = if is_answer(&mut input)? {
            self.answer(input, &mut file, intake).await
        } else {
            self.readings(input, &mut file, intake, progress).await
        };
        self.report.files.push(file);
        done
    }

    async fn readings<R: BufRead>(
        &mut self,
        input: R,
        file: &mut FileReport,
        intake: &mut Intake,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let mut export = Export::open(input).map_err(|error| match error {
            ExportError::Io(error) => ImportError::Io(error),
            ExportError::Header(error) => ImportError::Export(error),
        })?;
        while let Some((line, read)) = export.read()? {
            file.latin1_lines = export.latin1();
            if self.reading((line, read), file, intake).await? {
                progress(export.bytes(), file.lines());
            }
        }
        self.chunk(file, intake).await?;
        progress(export.bytes(), file.lines());
        Ok(())
    }

    /// What the service of the portal answered, in one piece: its readings are numbered from 1.
    async fn answer<R: BufRead>(
        &mut self,
        input: R,
        file: &mut FileReport,
        intake: &mut Intake,
    ) -> Result<(), ImportError> {
        let text = io::read_to_string(input.take(SERVICE_LIMIT))?;
        let readings = of_service(text.trim_start_matches(BYTE_ORDER_MARK))?;
        if readings.is_empty() {
            let refused = Refused::new("no_meters");
            self.report.refuse(file, (1, &refused), None, self.texts);
        }
        for (number, reading) in (1..).zip(readings) {
            self.reading((number, Ok(reading)), file, intake).await?;
        }
        self.chunk(file, intake).await
    }

    /// Takes or refuses one; whether a chunk went to the database.
    async fn reading(
        &mut self,
        (number, read): (u64, Read),
        file: &mut FileReport,
        intake: &mut Intake,
    ) -> Result<bool, ImportError> {
        let row = match read {
            Ok(reading) => intake.row(reading).await?,
            Err(refused) => Err(refused),
        };
        match row {
            Ok(Some(row)) => intake.chunk.push(row),
            Ok(None) => file.missing += 1,
            Err(refused) => self
                .report
                .refuse(file, (number, &refused), None, self.texts),
        }
        let is_full = intake.chunk.len() >= CHUNK;
        if is_full {
            self.chunk(file, intake).await?;
        }
        Ok(is_full)
    }

    async fn chunk(
        &mut self,
        file: &mut FileReport,
        intake: &mut Intake,
    ) -> Result<(), ImportError> {
        let is_dry = self.report.dry_run;
        let merged = intake.send(is_dry).await?;
        let fresh = if is_dry { Taken::Checked } else { Taken::New };
        file.take_many(fresh, merged.new);
        file.take_many(Taken::Changed, merged.changed);
        file.take_many(Taken::Known, merged.known);
        Ok(())
    }
}
