//! Rows for a spreadsheet. A cell that a spreadsheet would take for a formula gets an apostrophe in
//! front: what others wrote is shown, never calculated.

use super::{CliError, shell};

/// What a formula begins with; a tab or a carriage return may hide one.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that is text and nothing else.
pub(super) fn cell(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// One row as a line of CSV, without its end.
pub(super) fn line<I: IntoIterator<Item = T>, T: AsRef<str>>(row: I) -> Result<String, CliError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    let cells = row.into_iter().map(|text| cell(text.as_ref()));
    let fault = |error: csv::Error| CliError::Fault(color_eyre::Report::new(error));
    writer.write_record(cells).map_err(fault)?;
    let bytes = writer
        .into_inner()
        .map_err(|error| CliError::Fault(color_eyre::Report::msg(error.to_string())))?;
    Ok(String::from_utf8_lossy(&bytes)
        .trim_end_matches('\n')
        .to_owned())
}

/// Print a row.
pub(super) fn print<I: IntoIterator<Item = T>, T: AsRef<str>>(row: I) -> Result<(), CliError> {
    shell::line(&line(row)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_becomes_text() {
        let row = [
            "=1+2",
            "+31",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "GT-2026-000001",
            "",
        ];
        let line = line(row).unwrap();
        assert_eq!(line, "'=1+2,'+31,'-1,'@SUM(A1),'\t=1,GT-2026-000001,");
    }

    #[test]
    fn commas_and_quotes_stay_in_their_cell() {
        assert_eq!(line(["a,b", "c\"d"]).unwrap(), "\"a,b\",\"c\"\"d\"");
    }

    proptest! {
        /// What is read back is what was written, and never begins a formula.
        #[test]
        fn any_row_is_read_back(row in proptest::collection::vec("[^\0\u{feff}]{0,12}", 1..5)) {
            let written = line(&row).unwrap();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(written.as_bytes());
            let read = reader.records().next();
            prop_assume!(row.len() > 1 || !row[0].is_empty());
            let read = read.unwrap().unwrap();
            for (cell, text) in read.iter().zip(&row) {
                prop_assert!(!cell.starts_with(FORMULA));
                let quoted = cell.strip_prefix('\'').unwrap_or(cell);
                prop_assert!(cell == text || quoted == text);
            }
        }
    }
}
