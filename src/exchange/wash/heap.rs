//! Rows put down and found again: in memory while they are few, in a temporary file without a name
//! when they are many.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;

/// Beyond so many bytes rows lie in a file.
const MEMORY: usize = 64 << 20;

/// Where a row lies: offset and length in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(u64);

impl Place {
    fn new(offset: u64, length: usize) -> Self {
        Self((offset << 16) | (length as u64 & 0xffff))
    }

    fn offset(self) -> u64 {
        self.0 >> 16
    }

    fn length(self) -> usize {
        usize::try_from(self.0 & 0xffff).unwrap_or(0)
    }
}

/// Rows put down one after the other.
#[derive(Debug, Default)]
pub struct Heap {
    memory: Vec<u8>,
    file: Option<File>,
    written: u64,
}

impl Heap {
    /// Puts a row down; at most 65,535 bytes.
    pub fn put(&mut self, row: &[u8]) -> io::Result<Place> {
        debug_assert!(row.len() <= 0xffff, "rows are cut when they are packed");
        let place = Place::new(self.written + self.memory.len() as u64, row.len());
        self.memory.extend_from_slice(row);
        if self.memory.len() > MEMORY {
            self.spill()?;
        }
        Ok(place)
    }

    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.memory)?;
        self.written += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }

    /// Nothing more is put down: what was spilled is given back as memory.
    pub fn finish(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            self.spill()?;
            self.memory = Vec::new();
        }
        self.memory.shrink_to_fit();
        Ok(())
    }

    /// The bytes of a row, put into `out`.
    pub fn get(&self, place: Place, out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        let (offset, length) = (place.offset(), place.length());
        if offset >= self.written {
            let start = usize::try_from(offset - self.written).unwrap_or(usize::MAX);
            let row = self.memory.get(start..start.saturating_add(length));
            out.extend_from_slice(row.unwrap_or_default());
            return Ok(());
        }
        out.resize(length, 0);
        match &self.file {
            Some(file) => file.read_exact_at(out, offset),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows come back from memory and from the file alike.
    #[test]
    fn rows_come_back() {
        let row = vec![7; 60_000];
        let mut heap = Heap::default();
        let mut places = Vec::new();
        for number in 0..1_500_u32 {
            let mut row = row.clone();
            row[..4].copy_from_slice(&number.to_le_bytes());
            places.push(heap.put(&row).unwrap());
        }
        assert!(heap.file.is_some());
        let check = |heap: &Heap| {
            let mut row = Vec::new();
            for (number, place) in places.iter().enumerate() {
                heap.get(*place, &mut row).unwrap();
                assert_eq!(row[..4], u32::try_from(number).unwrap().to_le_bytes());
                assert_eq!(row.len(), 60_000);
            }
        };
        check(&heap);
        heap.finish().unwrap();
        check(&heap);
    }
}
