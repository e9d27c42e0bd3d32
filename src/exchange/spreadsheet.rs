//! Rows for a spreadsheet. A cell that a spreadsheet would take for a formula gets an apostrophe in
//! front: what others wrote is shown, never calculated.

use crate::domain::sanitize::clean;
use crate::store::signals::{FrozenSignal, SignalRow, SignalSeen};

/// What a formula begins with; a tab or a carriage return may hide one.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell that is text and nothing else.
fn cell(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// One row as a line of CSV, without its end.
pub fn line<I: IntoIterator<Item = T>, T: AsRef<str>>(row: I) -> csv::Result<String> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    writer.write_record(row.into_iter().map(|text| cell(text.as_ref())))?;
    let bytes = writer.into_inner().map_err(|error| {
        let error = error.into_error();
        csv::Error::from(error)
    })?;
    let line = String::from_utf8_lossy(&bytes);
    Ok(line.trim_end_matches('\n').to_owned())
}

/// Lines below each other.
fn file(rows: impl Iterator<Item = Vec<String>>) -> csv::Result<String> {
    let mut text = String::new();
    for row in rows {
        text += &clean(&line(row)?);
        text.push('\n');
    }
    Ok(text)
}

/// The register of signals: per month, party and kind (GT-06).
pub fn signals(rows: &[SignalRow]) -> csv::Result<String> {
    const HEAD: [&str; 6] = [
        "month",
        "party_gln",
        "party",
        "signal_type",
        "signals",
        "cases",
    ];
    let cells = |row: &SignalRow| {
        vec![
            row.month.format("%Y-%m").to_string(),
            row.party_gln.clone(),
            row.party.clone(),
            row.signal_type.clone(),
            row.signals.to_string(),
            row.cases.to_string(),
        ]
    };
    let head = HEAD.map(str::to_owned).to_vec();
    file(std::iter::once(head).chain(rows.iter().map(cells)))
}

/// The signals about one party, each with its case (GT-06).
pub fn signals_of(gln: &str, rows: &[SignalSeen]) -> csv::Result<String> {
    const HEAD: [&str; 6] = [
        "received_at",
        "party_gln",
        "signal_type",
        "case_no",
        "process",
        "state",
    ];
    let cells = |row: &SignalSeen| {
        vec![
            row.received_at.to_rfc3339(),
            gln.to_owned(),
            row.signal_type.clone(),
            row.case_no.clone(),
            row.process.clone(),
            row.state.clone(),
        ]
    };
    let head = HEAD.map(str::to_owned).to_vec();
    file(std::iter::once(head).chain(rows.iter().map(cells)))
}

/// The signals that are frozen behind a proposal (GT-17).
pub fn frozen(case_no: &str, rows: &[FrozenSignal]) -> csv::Result<String> {
    let head = "proposal,n,received_at,noted_at,signal_type,case_no,event,event_hash";
    let head = head.split(',').map(str::to_owned).collect();
    let cells = |row: &FrozenSignal| {
        vec![
            case_no.to_owned(),
            row.n.to_string(),
            row.received_at.to_rfc3339(),
            row.noted_at.to_rfc3339(),
            row.signal_type.clone(),
            row.case_no.clone(),
            row.seq.to_string(),
            row.event_hash.clone(),
        ]
    };
    file(std::iter::once(head).chain(rows.iter().map(cells)))
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
