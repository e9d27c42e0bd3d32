//! Results of the data wash into the database: our own comparison of holdings, or files of the central
//! tool. A run stages rows, merges them in chunks, deals with what a newer file has no more, and opens
//! cases where a person must decide. It can be stopped anywhere and begun again with the same files.
//!
//! This module must not know: SQL, a screen, how names are compared.

pub mod bring;
mod counterpart;
mod extracts;
pub mod follow;
pub mod holdings;
pub mod nonconformity;
pub mod opening;
pub mod registers;
mod shared;
pub mod stage;
pub mod updates;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};

use super::import::table::TableError;
use crate::store::wash::{MERGE_MAX, MayClose, RunKey, WashImport};
use crate::store::{Store, StoreError};
use stage::Piece;

/// Why a run did not come to its end. What came before it is in.
#[derive(Debug, thiserror::Error)]
pub enum WashError {
    /// A file cannot be read as a table.
    #[error("{0}: {1}")]
    Table(PathBuf, TableError),
    /// A file without a row says nothing of anything.
    #[error("{0} has no rows: nothing was brought in and nothing closed")]
    NoRows(PathBuf),
    /// Reading failed half-way.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The database refused or is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Number of the run; none for a look at the files.
    pub run: Option<i64>,
    /// The very same files were the newest already.
    pub known: bool,
    /// Counts by word: `new`, `again`, `changed`, `back`, `gone`, `corrected`, `opened`, …
    pub counts: BTreeMap<String, i64>,
    /// What the file has no more was not closed: that waits for somebody's word.
    pub unclosed: Option<MayClose>,
}

/// What was staged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Staging {
    /// Rows.
    pub rows: i64,
    /// Rows of the file of which not even the metering point could be read.
    pub unreadable: i64,
}

/// Hex digest of several files, in order, and of what else decides what they say.
pub fn hash(paths: &[&Path], also: &str) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for path in paths {
        let mut file = File::open(path)?;
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            digest.update(&buffer[..read]);
        }
        digest.update([0]);
    }
    digest.update(also);
    Ok(format!("{:x}", digest.finalize()))
}

/// Which file it was: its name in letters, digits and a few marks, the day, and the beginning of the
/// digest of its content. Two files of one name are two.
pub fn reference(path: &Path, day: NaiveDate, hash: &str) -> String {
    format!(
        "{}.{day}.{}",
        plain_name(path),
        hash.get(..8).unwrap_or(hash)
    )
}

fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).take(44).collect();
    let name = name.trim_start_matches(['_', '.', '-']);
    if name.is_empty() {
        "file".to_owned()
    } else {
        name.to_owned()
    }
}

/// The whole run: `pieces` gives the rows, and is asked only when they are not staged yet. What the
/// file has no more is closed when that is no surprise, or when somebody said `yes`; until then the
/// run waits for the same files.
pub async fn run(
    store: &Store,
    key: &RunKey<'_>,
    yes: bool,
    pieces: impl AsyncFnOnce(i64, &mut WashImport) -> Result<Staging, WashError>,
) -> Result<Told, WashError> {
    let mut import = store.wash_import().await?;
    let begun = import.begin(key).await?;
    let mut told = Told {
        run: Some(begun.run_id),
        known: begun.known,
        counts: begun.counts,
        unclosed: None,
    };
    if begun.known {
        return Ok(told);
    }
    let run = begun.run_id;
    let mut state = begun.state.as_str();
    if state == "staging" {
        import.unstage().await?;
        let staged = pieces(run, &mut import).await?;
        import.staged(run, staged.rows, staged.unreadable).await?;
        state = "merging";
    }
    if state == "merging" {
        merge(&mut import, run).await?;
        import.step(run, "opening").await?;
        state = "opening";
    }
    if state == "opening" {
        opening::open_all(store, &mut import, run).await?;
        import.step(run, "closing").await?;
    }
    let may = import.may_close(run, yes).await?;
    if may.why.is_none() {
        while import.gone(run).await? > 0 {}
        import.unstage().await?;
        import.step(run, "done").await?;
    } else {
        told.unclosed = Some(may);
    }
    drop(import);
    follow::close_gone(store).await?;
    follow::lead_on(store).await?;
    updates::tell_waiting(store).await?;
    let rows = store.wash_runs(20).await?.into_iter();
    for row in rows.filter(|row| row.run_id == run) {
        told.counts = row.counts;
    }
    Ok(told)
}

/// Merges what is staged. Of a chunk that the database will not take the rows are tried in fewer and
/// fewer; one that it will not take alone is left out.
async fn merge(import: &mut WashImport, run: i64) -> Result<(), StoreError> {
    let (mut limit, mut left) = (MERGE_MAX, 0);
    loop {
        match import.merge(run, limit).await {
            Ok((0, _)) => return Ok(()),
            Ok(_) => limit = (limit * 2).min(MERGE_MAX),
            Err(StoreError::Bug(why)) if limit > 1 => {
                tracing::warn!(limit, why, "a row of the chunk cannot be taken");
                limit /= 8;
                limit = limit.max(1);
            }
            // so many are no bad rows any more, but a fault of ours
            Err(StoreError::Bug(why)) if left < 1_000 => {
                tracing::error!(run, why, "a row was left out");
                import.skip(run).await?;
                left += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Copies pieces as they come; gives how many rows.
pub(crate) async fn copy(
    import: &mut WashImport,
    mut pieces: tokio::sync::mpsc::Receiver<Piece>,
) -> Result<i64, StoreError> {
    let mut rows = 0;
    while let Some(piece) = pieces.recv().await {
        rows += i64::try_from(import.stage(&piece).await?).unwrap_or(i64::MAX);
    }
    Ok(rows)
}
