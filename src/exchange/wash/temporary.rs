//! Rows in a temporary file without a name: each after its key and its length, written and read again in
//! pieces.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;

/// So many bytes are read at once in passing through.
pub(super) const PASS: usize = 64 << 10;
/// Key and length before each row.
pub(super) const HEAD: usize = 10;

/// The row, with its head, that the bytes begin with.
pub(super) fn first(bytes: &[u8]) -> Option<&[u8]> {
    let length = bytes.get(8..HEAD)?.first_chunk::<2>()?;
    bytes.get(..HEAD + usize::from(u16::from_le_bytes(*length)))
}

pub(super) fn key_of(row: &[u8]) -> Option<u64> {
    row.first_chunk::<8>().map(|key| u64::from_le_bytes(*key))
}

/// What goes wrong with the temporary file is no fault of the file that is read.
fn temporary(error: &io::Error) -> io::Error {
    let folder = std::env::temp_dir();
    let told = format!(
        "rows cannot be put aside in the temporary folder {}: {error} (TMPDIR names another folder)",
        folder.display()
    );
    io::Error::new(error.kind(), told)
}

/// A temporary file being written.
#[derive(Debug)]
pub(super) struct Out {
    pub(super) file: File,
    waiting: Vec<u8>,
    pub(super) written: u64,
}

impl Out {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile().map_err(|error| temporary(&error))?,
            waiting: Vec::with_capacity(2 * PASS),
            written: 0,
        })
    }

    pub(super) fn place(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    pub(super) fn put(&mut self, row: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(row);
        if self.waiting.len() >= PASS {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let wrote = self.file.write_all(&self.waiting);
        wrote.map_err(|error| temporary(&error))?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

/// One way through a part of a file.
#[derive(Debug)]
pub(super) struct Pass {
    bytes: Vec<u8>,
    at: usize,
    next: u64,
    end: u64,
    step: usize,
}

impl Pass {
    pub(super) fn new(next: u64, end: u64, step: usize) -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            next,
            end,
            step,
        }
    }

    /// The row that comes next, with its head.
    fn row(&mut self, file: &File) -> io::Result<Option<&[u8]>> {
        // a long row takes several steps
        while self.bytes.get(self.at..).and_then(first).is_none() && self.next < self.end {
            self.fill(file)?;
        }
        Ok(self.bytes.get(self.at..).and_then(first))
    }

    fn fill(&mut self, file: &File) -> io::Result<()> {
        self.bytes.drain(..self.at);
        self.at = 0;
        let rest = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        let more = rest.min(self.step);
        let had = self.bytes.len();
        self.bytes.resize(had + more, 0);
        let into = self.bytes.get_mut(had..).unwrap_or_default();
        file.read_exact_at(into, self.next)
            .map_err(|error| temporary(&error))?;
        self.next += more as u64;
        Ok(())
    }

    pub(super) fn key(&mut self, file: &File) -> io::Result<Option<u64>> {
        Ok(self.row(file)?.and_then(key_of))
    }

    /// The row, and on.
    pub(super) fn take(&mut self, file: &File) -> io::Result<&[u8]> {
        let length = self.row(file)?.map_or(0, <[u8]>::len);
        self.at += length;
        Ok(self
            .bytes
            .get(self.at - length..self.at)
            .unwrap_or_default())
    }
}
