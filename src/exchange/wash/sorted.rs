//! Rows put down and found again by a key, in memory that does not grow with them: what is beyond the
//! room is sorted, written to a temporary file without a name, and merged at the end. Of so many bytes
//! of the file ([`BLOCK`]) one key is kept.
//!
//! This module must not know: what the rows are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io;

use super::temporary::{HEAD, Out, PASS, Pass, first, key_of};

/// Rows of so many bytes are sorted in memory at once.
pub const ROOM: usize = 4 << 20;
/// The first key of so many bytes is kept.
pub const BLOCK: usize = 4 << 10;

/// Rows being put down, of one key in the order in which they come.
#[derive(Debug)]
pub struct Sorter {
    room: usize,
    rows: Vec<u8>,
    order: Vec<(u64, u32)>,
    /// Where the runs end in the file.
    runs: Vec<u64>,
    file: Option<Out>,
    count: usize,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Sorter {
    /// With room for so many bytes in memory.
    pub fn with_room(room: usize) -> Self {
        Self {
            room,
            rows: Vec::new(),
            order: Vec::new(),
            runs: Vec::new(),
            file: None,
            count: 0,
        }
    }

    /// Puts a row down; at most 65,535 bytes.
    pub fn put(&mut self, key: u64, row: &[u8]) -> io::Result<()> {
        let length = u16::try_from(row.len()).map_err(io::Error::other)?;
        let at = u32::try_from(self.rows.len()).map_err(io::Error::other)?;
        self.order.push((key, at));
        self.rows.extend_from_slice(&key.to_le_bytes());
        self.rows.extend_from_slice(&length.to_le_bytes());
        self.rows.extend_from_slice(row);
        self.count += 1;
        if self.rows.len() + self.order.len() * size_of::<(u64, u32)>() > self.room {
            self.spill()?;
        }
        Ok(())
    }

    /// The rows in memory, in order.
    fn each_sorted(
        &mut self,
        mut take: impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.order.sort_unstable();
        for (key, at) in &self.order {
            let from = self.rows.get(*at as usize..).unwrap_or_default();
            take(*key, first(from).unwrap_or_default())?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        let mut out = match self.file.take() {
            Some(out) => out,
            None => Out::new()?,
        };
        self.each_sorted(|_, row| out.put(row))?;
        out.flush()?;
        self.runs.push(out.written);
        self.file = Some(out);
        self.rows.clear();
        self.order.clear();
        Ok(())
    }

    /// Nothing more is put down.
    pub fn finish(mut self) -> io::Result<Sorted> {
        if self.file.is_none() {
            return self.in_memory();
        }
        self.spill()?;
        let Some(out) = self.file.take() else {
            return Ok(Sorted::default());
        };
        (self.rows, self.order) = (Vec::new(), Vec::new());
        let runs = out.file;
        let mut marks = Marks::default();
        let mut out = Out::new()?;
        let mut from = 0;
        let passes = self.runs.iter().map(|to| {
            let pass = Pass::new(from, *to, PASS);
            from = *to;
            pass
        });
        let mut passes: Vec<Pass> = passes.collect();
        let mut next = BinaryHeap::with_capacity(passes.len());
        for (run, pass) in passes.iter_mut().enumerate() {
            next.extend(pass.key(&runs)?.map(|key| Reverse((key, run))));
        }
        while let Some(Reverse((key, run))) = next.pop() {
            let Some(pass) = passes.get_mut(run) else {
                continue;
            };
            let row = pass.take(&runs)?;
            marks.pass(key, out.place(), row.len());
            out.put(row)?;
            next.extend(pass.key(&runs)?.map(|key| Reverse((key, run))));
        }
        out.flush()?;
        Ok(Sorted {
            place: Place::File(out.file),
            length: out.written,
            marks: marks.kept,
            count: self.count,
        })
    }

    fn in_memory(mut self) -> io::Result<Sorted> {
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut marks = Marks::default();
        self.each_sorted(|key, row| {
            marks.pass(key, rows.len() as u64, row.len());
            rows.extend_from_slice(row);
            Ok(())
        })?;
        Ok(Sorted {
            length: rows.len() as u64,
            place: Place::Memory(rows),
            marks: marks.kept,
            count: self.count,
        })
    }
}

/// The first key of each block, and where it stands.
#[derive(Debug, Default)]
struct Marks {
    kept: Vec<(u64, u64)>,
    since: usize,
}

impl Marks {
    fn pass(&mut self, key: u64, place: u64, length: usize) {
        if self.kept.is_empty() || self.since >= BLOCK {
            self.kept.push((key, place));
            self.since = 0;
        }
        self.since += length;
    }
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(File),
}

/// Rows in the order of their keys.
#[derive(Debug)]
pub struct Sorted {
    place: Place,
    length: u64,
    marks: Vec<(u64, u64)>,
    count: usize,
}

impl Default for Sorted {
    fn default() -> Self {
        Self {
            place: Place::Memory(Vec::new()),
            length: 0,
            marks: Vec::new(),
            count: 0,
        }
    }
}

impl Sorted {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first keys of the blocks, in order.
    pub fn marks(&self) -> impl ExactSizeIterator<Item = u64> {
        self.marks.iter().map(|(key, _)| *key)
    }

    /// The block in which the first row of that key would stand: its number.
    fn block_of(&self, key: u64) -> usize {
        self.marks
            .partition_point(|(first, _)| *first < key)
            .saturating_sub(1)
    }

    /// The rows from that block on, so many bytes read at once.
    fn begin(&self, block: usize, step: usize) -> Walk<'_> {
        let from = self.marks.get(block).map_or(self.length, |(_, from)| *from);
        match &self.place {
            Place::Memory(rows) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                Walk(Way::Memory(rows.get(from..).unwrap_or_default()))
            }
            Place::File(file) => Walk(Way::File(file, Pass::new(from, self.length, step))),
        }
    }

    /// The rows of a key, in the order in which they were put.
    pub fn find(&self, key: u64, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let mut walk = self.begin(self.block_of(key), BLOCK);
        while let Some(found) = walk.key()?.filter(|found| *found <= key) {
            let row = walk.take()?;
            if found == key {
                take(row);
            }
        }
        Ok(())
    }

    /// All rows from that key on.
    pub fn walk(&self, key: u64) -> io::Result<Walk<'_>> {
        let mut walk = self.begin(self.block_of(key), PASS);
        while walk.key()?.is_some_and(|found| found < key) {
            walk.take()?;
        }
        Ok(walk)
    }
}

/// Rows one after the other.
#[derive(Debug)]
pub struct Walk<'a>(Way<'a>);

#[derive(Debug)]
enum Way<'a> {
    Memory(&'a [u8]),
    File(&'a File, Pass),
}

impl Walk<'_> {
    /// The key of the row that comes next; `None` at the end.
    pub fn key(&mut self) -> io::Result<Option<u64>> {
        match &mut self.0 {
            Way::Memory(rows) => Ok(key_of(rows)),
            Way::File(file, pass) => pass.key(file),
        }
    }

    /// The row that comes next, and on; nothing at the end.
    pub fn take(&mut self) -> io::Result<&[u8]> {
        let row = match &mut self.0 {
            Way::Memory(rows) => {
                let all = *rows;
                let row = first(all).unwrap_or_default();
                *rows = all.get(row.len()..).unwrap_or_default();
                row
            }
            Way::File(file, pass) => pass.take(file)?,
        };
        Ok(row.get(HEAD..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with keys that come again, in no order.
    fn rows(count: u32) -> Vec<(u64, Vec<u8>)> {
        let row = |n: u32| {
            let key = u64::from(n.wrapping_mul(2_654_435_761) % 997);
            (
                key,
                format!("{n}-{}", "x".repeat(n as usize % 90)).into_bytes(),
            )
        };
        (0..count).map(row).collect()
    }

    fn sorted(rows: &[(u64, Vec<u8>)], room: usize) -> Sorted {
        let mut sorter = Sorter::with_room(room);
        for (key, row) in rows {
            sorter.put(*key, row).unwrap();
        }
        sorter.finish().unwrap()
    }

    /// In memory, in one run and in many: the same rows in the same order, of one key as they came.
    #[test]
    fn rows_come_back_in_order_however_many_there_are() {
        for (count, room) in [(0, 1), (1, 1), (5_000, ROOM), (5_000, 1 << 14), (5_000, 1)] {
            let mut rows = rows(count);
            let sorted = sorted(&rows, room);
            rows.sort_by_key(|(key, _)| *key);
            assert_eq!(sorted.len(), rows.len());
            let mut walk = sorted.walk(0).unwrap();
            for (key, row) in &rows {
                assert_eq!(walk.key().unwrap(), Some(*key));
                assert_eq!(walk.take().unwrap(), row);
            }
            assert_eq!(walk.key().unwrap(), None);
            for key in [0, 1, 500, 996, 997, u64::MAX] {
                let of = |(other, row): &(u64, Vec<u8>)| (*other == key).then(|| row.clone());
                let expected: Vec<Vec<u8>> = rows.iter().filter_map(of).collect();
                let mut found = Vec::new();
                sorted.find(key, |row| found.push(row.to_vec())).unwrap();
                assert_eq!(found, expected, "{key} of {count} in {room}");
                let from = rows.iter().find(|(other, _)| *other >= key);
                let mut walk = sorted.walk(key).unwrap();
                assert_eq!(walk.key().unwrap(), from.map(|(key, _)| *key));
            }
        }
    }

    /// What is kept in memory of rows in a file is one key of each block.
    #[test]
    fn of_many_rows_little_is_kept() {
        let row = [7; 100];
        let mut many = Sorter::with_room(1 << 16);
        for key in 0..20_000 {
            many.put(key, &row).unwrap();
            assert!(many.rows.capacity() <= 1 << 17);
        }
        let sorted = many.finish().unwrap();
        assert!(matches!(sorted.place, Place::File(_)));
        assert!(sorted.marks.len() <= 20_000 * (100 + HEAD) / BLOCK + 1);
    }
}
