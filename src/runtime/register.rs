//! The register of signals as a file where the console was started (GT-06): the bytes that the command
//! line prints.

use super::calls::Caller;
use super::files;
use crate::desk::effect::FileError;
use crate::desk::screen::signals::Period;
use crate::exchange::spreadsheet;
use crate::store::StoreError;

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
        // a party is named by its digits, whatever somebody put there
        let stem = format!("signals{who}-{from}-{last}").replace('/', "");
        let write = move || {
            let table = table.map_err(|error| FileError::Other(error.to_string()))?;
            let (path, place) = files::place(&format!("{stem}.csv"))?;
            files::keep(&path, place, table.as_bytes())
        };
        let written = tokio::task::spawn_blocking(write).await;
        Ok(written.unwrap_or_else(|error| Err(FileError::Other(error.to_string()))))
    }
}
