//! Physical lines of a file with their numbers, decoded. A byte order mark is taken away, UTF-8 is
//! tried first, then Latin-1; a line longer than the limit is skipped, not stored.

use std::io::{self, BufRead, Read as _};

/// A longer line is nothing that a person or a system meant to send.
pub const LINE_LIMIT: usize = 256 * 1024;

/// One physical line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: u64,
    /// Its text; `None` when it was longer than [`LINE_LIMIT`].
    pub text: Option<String>,
}

/// Reads lines and remembers what it met.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    bytes: u64,
    latin1: u64,
}

impl<R: BufRead> Lines<R> {
    /// Begins at the first byte.
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
            bytes: 0,
            latin1: 0,
        }
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many lines were not UTF-8 and were read as Latin-1.
    pub fn latin1(&self) -> u64 {
        self.latin1
    }

    /// The next line; `None` at the end. Fails only when the file cannot be read, or is UTF-16.
    pub fn read(&mut self) -> io::Result<Option<Line>> {
        self.buffer.clear();
        let limit = LINE_LIMIT as u64 + 2;
        let read = (&mut self.input)
            .take(limit)
            .read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.bytes += read as u64;
        if self.number == 1 {
            self.start()?;
        }
        let text = if self.buffer.len() > LINE_LIMIT && self.buffer.last() != Some(&b'\n') {
            self.skip()?;
            None
        } else {
            Some(self.decode())
        };
        Ok(Some(Line {
            number: self.number,
            text,
        }))
    }

    /// Byte order marks at the start of the file.
    fn start(&mut self) -> io::Result<()> {
        if self.buffer.starts_with(b"\xFF\xFE") || self.buffer.starts_with(b"\xFE\xFF") {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "UTF-16"));
        }
        if self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.buffer.drain(..3);
        }
        Ok(())
    }

    /// To the end of a line that is too long, without keeping it.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let (used, ended) = {
                let chunk = self.input.fill_buf()?;
                match chunk.iter().position(|byte| *byte == b'\n') {
                    Some(at) => (at + 1, true),
                    None => (chunk.len(), chunk.is_empty()),
                }
            };
            self.input.consume(used);
            self.bytes += used as u64;
            if ended {
                return Ok(());
            }
        }
    }

    fn decode(&mut self) -> String {
        let mut bytes = self.buffer.as_slice();
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.to_owned();
        }
        self.latin1 += 1;
        bytes.iter().map(|byte| char::from(*byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Vec<Line>, u64) {
        let mut lines = Lines::new(bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.read().expect("bytes can be read") {
            found.push(line);
        }
        (found, lines.latin1())
    }

    fn texts(bytes: &[u8]) -> Vec<String> {
        let (lines, _) = all(bytes);
        lines.into_iter().filter_map(|line| line.text).collect()
    }

    #[test]
    fn mark_and_both_line_ends_are_taken_away() {
        assert_eq!(texts(b"\xEF\xBB\xBFa\r\nb\nc"), ["a", "b", "c"]);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_read_as_latin1_and_counted() {
        let (lines, latin1) = all(b"G\xC3\xB6teborg\nG\xF6teborg\n");
        assert_eq!(lines[0].text.as_deref(), Some("Göteborg"));
        assert_eq!(lines[1].text.as_deref(), Some("Göteborg"));
        assert_eq!(latin1, 1);
    }

    #[test]
    fn a_line_too_long_is_skipped_and_the_next_keeps_its_number() {
        let mut bytes = vec![b'x'; 3 * LINE_LIMIT];
        bytes.extend_from_slice(b"\nnext\n");
        let (lines, _) = all(&bytes);
        assert_eq!(lines[0].text, None);
        assert_eq!(
            (lines[1].number, lines[1].text.as_deref()),
            (2, Some("next"))
        );
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn utf16_is_a_failure_with_a_name() {
        let error = Lines::new(&b"\xFF\xFEa\0"[..]).read().expect_err("refused");
        assert_eq!(error.to_string(), "UTF-16");
    }
}
