//! Rows for a spreadsheet on standard output.

use super::{CliError, shell};
use crate::exchange::spreadsheet;

/// One row as a line of CSV, without its end.
pub(super) fn line<I: IntoIterator<Item = T>, T: AsRef<str>>(row: I) -> Result<String, CliError> {
    let fault = |error: csv::Error| CliError::Fault(color_eyre::Report::new(error));
    spreadsheet::line(row).map_err(fault)
}

/// A whole table.
pub(super) fn table(table: csv::Result<String>) -> Result<(), CliError> {
    let fault = |error: csv::Error| CliError::Fault(color_eyre::Report::new(error));
    table.map_err(fault)?.lines().all(shell::line);
    Ok(())
}

/// Print a row.
pub(super) fn print<I: IntoIterator<Item = T>, T: AsRef<str>>(row: I) -> Result<(), CliError> {
    shell::line(&line(row)?);
    Ok(())
}
