//! Exports of consumption, as customers fetch them from the portal (formats.md 5.11): three generations
//! of headers, two languages, electricity and gas. Streaming: a line and what was seen of doubled hours
//! are in memory, however long the file.
//!
//! This module must not know: SQL, where the values go.

mod header;
pub mod intake;
pub mod page;
mod row;
mod service;
pub mod write;

use std::io::{self, BufRead};

use crate::domain::consumption::local::Doubled;
use crate::domain::consumption::{Grain, Register, Status};
use crate::exchange::import::lines::Lines;
use crate::exchange::import::refused::Refused;
use chrono::{DateTime, Utc};

pub use header::{Columns, HeaderError};
pub use service::{ServiceError, of_service};

/// A value that was measured, reckoned or checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The connection, as reported: exports that were made anonymous have wrong check digits.
    pub ean: String,
    /// The number of the meter; empty where the source does not say it.
    pub meter: String,
    /// What was counted.
    pub register: Register,
    /// From when on.
    pub start: DateTime<Utc>,
    /// How long.
    pub grain: Grain,
    /// How sure.
    pub status: Status,
    /// Wh, dm³ or W; `None` when the source has no value. That is missing, not zero.
    pub value: Option<i64>,
}

/// A row: what it says, or why it says nothing.
pub type Read = Result<Reading, Refused>;

/// Which register of which meter of which connection: what is told apart in a doubled hour.
type MeterKey = (String, String, Register);

/// An export being read.
#[derive(Debug)]
pub struct Export<R> {
    lines: Lines<R>,
    columns: Columns,
    doubled: Doubled<MeterKey>,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Its first line is none of the headers that are known.
    #[error(transparent)]
    Header(#[from] HeaderError),
}

impl<R: BufRead> Export<R> {
    /// Reads the header.
    pub fn open(input: R) -> Result<Self, ExportError> {
        let mut lines = Lines::new(input);
        let header = lines.read()?.and_then(|line| line.text);
        let columns = Columns::of(&header.unwrap_or_default())?;
        Ok(Self {
            lines,
            columns,
            doubled: Doubled::default(),
        })
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// Lines that were read as Latin-1.
    pub fn latin1(&self) -> u64 {
        self.lines.latin1()
    }

    /// The next row with its line number; `None` at the end. Empty lines are passed over.
    pub fn read(&mut self) -> io::Result<Option<(u64, Read)>> {
        while let Some(line) = self.lines.read()? {
            let Some(text) = line.text else {
                return Ok(Some((line.number, Err(Refused::new("too_long")))));
            };
            if text.trim().is_empty() {
                continue;
            }
            let read = row::read(&text, &self.columns, &mut self.doubled);
            return Ok(Some((line.number, read)));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
