//! The register of signals as a file where the console was started (GT-06): the bytes that the command
//! line prints.

use super::calls::Caller;
use crate::desk::clean;
use crate::desk::effect::FileError;
use crate::desk::screen::signals::Period;
use crate::exchange::keep::{KeepError, Place};
use crate::exchange::spreadsheet;
use crate::store::StoreError;

/// So many files of one name are told apart by a number.
const NAMES: u32 = 100;

impl Caller {
    /// Reads it and writes it. A name that is taken gets a number.
    pub(super) async fn save_signals(
        &self,
        period: Period,
        gln: Option<String>,
    ) -> Result<Result<String, FileError>, StoreError> {
        let days = (period.from, period.to);
        let (table, who) = match gln {
            Some(gln) => {
                let rows = self.store.signals_of_party_all(&gln, days).await?;
                (spreadsheet::signals_of(&gln, &rows), format!("-{gln}"))
            }
            None => {
                let rows = self.store.signals_register(days.0, days.1).await?;
                (spreadsheet::signals(&rows), String::new())
            }
        };
        let (from, last) = (period.from.format("%Y-%m"), period.last().format("%Y-%m"));
        let stem = format!("signals{who}-{from}-{last}");
        let told = |error: &dyn std::fmt::Display| FileError::Other(error.to_string());
        let written = match table {
            Err(error) => Err(told(&error)),
            Ok(table) => {
                let write = move || written(&stem, table.as_bytes());
                let written = tokio::task::spawn_blocking(write).await;
                written.unwrap_or_else(|error| Err(told(&error)))
            }
        };
        Ok(written)
    }
}

/// Writes a new file; gives where it is.
fn written(stem: &str, bytes: &[u8]) -> Result<String, FileError> {
    let stem: String = stem.chars().filter(|c| *c != '/').collect();
    let other = |error: &dyn std::fmt::Display| FileError::Other(error.to_string());
    let names = (2..NAMES).map(|number| format!("{stem}-{number}.csv"));
    for name in std::iter::once(format!("{stem}.csv")).chain(names) {
        let path = std::path::absolute(&name).map_err(|error| other(&error))?;
        match Place::at(&path).and_then(|place| place.keep(bytes)) {
            Ok(()) => return Ok(clean::line(&path.to_string_lossy())),
            Err(KeepError::Exists(_)) => {}
            Err(KeepError::Io(_, error)) => return Err(other(&error)),
        }
    }
    Err(FileError::Other(stem))
}
