//! Results of the data wash into the database: our own comparison of holdings, or files of the central
//! tool. A run stages rows, merges them in chunks, deals with what a newer file has no more, and opens
//! cases where a person must decide. It can be stopped anywhere and begun again with the same files.
//!
//! This module must not know: SQL, a screen, how names are compared.

pub mod bring;
mod counterpart;
pub mod follow;
pub mod holdings;
pub mod nonconformity;
pub mod opening;
pub mod registers;
pub mod stage;
pub mod updates;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::import::table::TableError;
use crate::store::wash::{RunKey, WashImport};
use crate::store::{Store, StoreError};
use stage::Piece;

/// Why a run did not come to its end. What came before it is in.
#[derive(Debug, thiserror::Error)]
pub enum WashError {
    /// A file cannot be read as a table.
    #[error("{0}: {1}")]
    Table(PathBuf, TableError),
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
}

/// Hex digest of several files, in order.
pub fn hash(paths: &[&Path]) -> io::Result<String> {
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
    Ok(format!("{:x}", digest.finalize()))
}

/// The name of a file as a reference: letters, digits and a few marks.
pub fn reference(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).take(64).collect();
    if name.is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

/// The whole run: `pieces` gives the rows, and is asked only when they are not staged yet.
pub async fn run(
    store: &Store,
    key: &RunKey<'_>,
    pieces: impl AsyncFnOnce(i64, &mut WashImport) -> Result<(), WashError>,
) -> Result<Told, WashError> {
    let mut import = store.wash_import().await?;
    let begun = import.begin(key).await?;
    let mut told = Told {
        run: Some(begun.run_id),
        known: begun.known,
        counts: begun.counts,
    };
    if begun.known {
        return Ok(told);
    }
    let run = begun.run_id;
    let mut state = begun.state.as_str();
    if state == "staging" {
        import.unstage().await?;
        pieces(run, &mut import).await?;
        import.step(run, "merging").await?;
        state = "merging";
    }
    if state == "merging" {
        loop {
            let (rows, counts) = import.merge(run).await?;
            told.counts = counts;
            if rows == 0 {
                break;
            }
        }
        import.step(run, "closing").await?;
        state = "closing";
    }
    if state == "closing" {
        while import.gone(run).await? > 0 {}
        import.step(run, "opening").await?;
    }
    opening::open_all(store, &mut import, run).await?;
    import.unstage().await?;
    import.step(run, "done").await?;
    drop(import);
    follow::close_gone(store).await?;
    if let Some(row) = store.wash_runs(1).await?.into_iter().next() {
        told.counts = row.counts;
    }
    Ok(told)
}

/// Copies pieces as they come.
pub(crate) async fn copy(
    import: &mut WashImport,
    mut pieces: tokio::sync::mpsc::Receiver<Piece>,
) -> Result<(), StoreError> {
    while let Some(piece) = pieces.recv().await {
        import.stage(&piece).await?;
    }
    Ok(())
}
