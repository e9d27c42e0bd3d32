//! From files to a run: what `loket import wash` does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::holdings::{self, Files};
use super::nonconformity::{self, Faults};
use super::{Told, WashError, extracts, hash, reference, run};
use crate::domain::country::Country;
use crate::exchange::wash::LeftOut;
use crate::exchange::wash::holdings::Holdings;
use crate::exchange::wash::registers::RegisterFiles;
use crate::store::Store;
use crate::store::wash::RunKey;
use crate::wash::Rules;

/// The files of a comparison, by path.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// What the grid company holds.
    pub grid: PathBuf,
    /// What the suppliers hold.
    pub supply: PathBuf,
    /// Extract of the population register.
    pub persons: Option<PathBuf>,
    /// Extract of the register of enterprises.
    pub enterprises: Option<PathBuf>,
}

/// Who washed, and on which day (DW-BAS-20).
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The vendor.
    pub name: Option<String>,
    /// The day.
    pub day: Option<NaiveDate>,
}

/// What a person says of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Word {
    /// Only read the files.
    pub dry_run: bool,
    /// Close what the file has no more, however much it is.
    pub yes: bool,
}

/// What came of a file or a pair of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// The run.
    pub told: Told,
    /// Rows that were refused, with the file; of each file the first ten thousand.
    pub left_out: Vec<(PathBuf, LeftOut)>,
    /// How many were refused.
    pub left_out_count: u64,
}

impl Paths {
    fn all(&self) -> Vec<&Path> {
        let pair = [&self.grid, &self.supply].into_iter();
        let registers = self.persons.iter().chain(&self.enterprises);
        pair.chain(registers).map(PathBuf::as_path).collect()
    }

    /// The files, beside extracts that were brought in earlier; and the rows that were refused of each.
    fn read(
        &self,
        rules: Rules,
        mut registers: RegisterFiles,
    ) -> Result<(Files, Vec<(PathBuf, LeftOut)>), WashError> {
        let side = |path: &PathBuf| {
            Holdings::read(path).map_err(|error| WashError::Table(path.clone(), error))
        };
        let (grid, supply) = (side(&self.grid)?, side(&self.supply)?);
        let mut left_out = Vec::new();
        let mut refused = |path: &PathBuf, rows: &[LeftOut]| {
            left_out.extend(rows.iter().map(|row| (path.clone(), row.clone())));
        };
        refused(&self.grid, &grid.left_out);
        refused(&self.supply, &supply.left_out);
        if let Some(path) = &self.persons {
            let read = registers.read_persons(path);
            read.map_err(|error| WashError::Table(path.clone(), error))?;
            refused(path, &std::mem::take(&mut registers.left_out));
        }
        if let Some(path) = &self.enterprises {
            let read = registers.read_enterprises(path);
            read.map_err(|error| WashError::Table(path.clone(), error))?;
            refused(path, &std::mem::take(&mut registers.left_out));
        }
        let files = Files {
            grid,
            supply,
            registers,
            rules,
        };
        Ok((files, left_out))
    }
}

/// The rules of an import at that instant: what counts is the day in the country.
pub fn rules(now: DateTime<Utc>) -> Rules {
    Rules {
        day: today(now).to_string(),
        ..Rules::default()
    }
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Country::No.zone()).date_naive()
}

/// Compares holdings and brings the findings in; a dry run only reads.
pub async fn holdings(
    store: &Store,
    paths: &Paths,
    origin: &Origin,
    word: Word,
) -> Result<Brought, WashError> {
    let mine = paths.clone();
    let now = store.legal_now().await?;
    let rules = rules(now);
    let (extracts, digest) = extracts::brought(store, paths).await?;
    let read = tokio::task::spawn_blocking(move || {
        // by other rules, on another day, or beside other extracts the same files say something else
        let hash = hash(&mine.all(), &format!("{rules:?}{digest}"))?;
        Ok::<_, WashError>((hash, mine.read(rules, extracts)?))
    });
    let (hash, (files, left_out)) = read.await.map_err(std::io::Error::other)??;
    let (grid, supply) = (files.grid.len(), files.supply.len());
    // a few points may really have one side only
    for (rows, path) in [(grid, &paths.grid), (supply, &paths.supply)] {
        if rows == 0 && (grid.max(supply) > 20 || grid == supply) {
            return Err(WashError::NoRows(path.clone()));
        }
    }
    let counts = [files.grid.left_out_count, files.supply.left_out_count];
    let mut brought = Brought {
        told: Told::default(),
        left_out,
        left_out_count: counts.iter().sum::<u64>() + files.registers.left_out_count,
    };
    let file_ref = reference(&paths.grid, origin.day.unwrap_or(today(now)), &hash);
    let key = RunKey {
        kind: "holdings",
        scope: "pair",
        file_ref: &file_ref,
        hash: &hash,
        origin: origin.name.as_deref(),
        day: origin.day,
        points: i64::try_from(files.grid.len()).unwrap_or(i64::MAX),
    };
    let files = Arc::new(files);
    if word.dry_run {
        let found = tokio::task::spawn_blocking(move || holdings::count(&files));
        brought.told.counts = found.await.map_err(std::io::Error::other)??;
        return Ok(brought);
    }
    let pieces = async |run, import: &mut _| holdings::stage(files, run, import).await;
    brought.told = run(store, &key, word.yes, pieces).await?;
    Ok(brought)
}

/// Brings in a file of faults of the central tool.
pub async fn nonconformity(
    store: &Store,
    path: &Path,
    origin: &Origin,
    word: Word,
) -> Result<Brought, WashError> {
    let kind = nonconformity::kind(path)?;
    let mine = path.to_owned();
    let rows = store.wash_faults().await?;
    // with another table of faults the same file says something else
    let also = format!("{rows:?}");
    let hash = tokio::task::spawn_blocking(move || hash(&[&mine], &also));
    let hash = hash.await.map_err(std::io::Error::other)??;
    let day = match origin.day {
        Some(day) => day,
        None => today(store.legal_now().await?),
    };
    let file_ref = reference(path, day, &hash);
    let rows = rows.into_iter();
    let faults: Faults = rows.map(|row| (row.fault, row.code)).collect();
    let key = RunKey {
        kind: "nonconformity",
        scope: kind.key(),
        file_ref: &file_ref,
        hash: &hash,
        origin: origin.name.as_deref(),
        day: origin.day,
        points: 0,
    };
    let mut taken = nonconformity::Taken::default();
    let mut told = Told::default();
    nonconformity::has_rows(path)?;
    if word.dry_run {
        taken = nonconformity::stage(path.to_owned(), faults, None).await?;
        told.counts.insert("rows".to_owned(), taken.rows);
    } else {
        let pieces = async |run, import: &mut _| {
            taken = nonconformity::stage(path.to_owned(), faults, Some((run, import))).await?;
            Ok(taken.staging())
        };
        told = run(store, &key, word.yes, pieces).await?;
    }
    told.counts.insert("not_ours".to_owned(), taken.not_ours);
    let left_out = taken.left_out.into_iter();
    Ok(Brought {
        told,
        left_out: left_out.map(|row| (path.to_owned(), row)).collect(),
        left_out_count: taken.left_out_count.unsigned_abs(),
    })
}
