//! The register of signals as a file where the console was started (GT-06): the bytes that the command
//! line prints.

use super::calls::Caller;
use super::files;
use crate::desk::effect::{FileError, Reply};
use crate::desk::screen::signals::{PAGE, Period};
use crate::exchange::spreadsheet;
use crate::store::StoreError;
use crate::store::signals::SignalPlace;

impl Caller {
    /// The parties of a period.
    pub(super) async fn signals(&self, period: Period) -> Reply {
        let read = self.store.signal_parties(period.from, period.to).await;
        Reply::Signals(period, read.map(Box::new))
    }

    /// A page of the signals about a party.
    pub(super) async fn signals_of(
        &self,
        gln: String,
        period: Period,
        after: Option<SignalPlace>,
    ) -> Reply {
        let period = (period.from, period.to);
        let read = self.store.signals_of_party(&gln, period, after, PAGE);
        let read = read.await;
        Reply::SignalsOf(gln, read)
    }

    /// Reads it and writes it. A name that is taken gets a number.
    pub(super) async fn save_signals(
        &self,
        period: Period,
        gln: Option<String>,
    ) -> Result<Result<String, FileError>, StoreError> {
        let days = (period.from, period.to);
        let (table, who) = if let Some(gln) = gln {
            let rows = self.store.signals_of_party_all(&gln, days).await?;
            (spreadsheet::signals_of(&gln, &rows), format!("-{gln}"))
        } else {
            let rows = self.store.signals_register(days.0, days.1).await?;
            (spreadsheet::signals(&rows), String::new())
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
