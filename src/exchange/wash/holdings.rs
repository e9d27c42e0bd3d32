//! What one side holds, by metering point.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufReader};
use std::ops::Range;
use std::path::Path;

use super::heap::{Heap, Place};
use super::{KEPT, LeftOut};
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Column, Table, TableError};
use crate::wash::classify::Point;
use crate::wash::given;
use crate::wash::record::{Held, Holding};

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, required }
}

const COLUMNS: &[Column] = &[
    column("metering_point_id", true),
    column("customer_ref", false),
    column("kind", true),
    column("first_name", true),
    column("last_name", true),
    column("organisation_name", true),
    column("identifier", true),
    column("birth_date", false),
    column("street", false),
    column("house_number", false),
    column("postcode", false),
    column("city", false),
    column("valid_from", false),
    column("valid_to", false),
    column("supplier_gln", false),
];

/// The longest values that a register of ours takes, in bytes: the number of the metering point, and
/// any other.
const WIDEST: (usize, usize) = (64, 200);

/// The rows of one side.
#[derive(Debug, Default)]
pub struct Holdings {
    heap: Heap,
    index: Vec<(u64, Place)>,
    /// Rows that were left out, the first [`KEPT`].
    pub left_out: Vec<LeftOut>,
    /// How many were left out in all.
    pub left_out_count: u64,
    /// Metering points of rows that were left out: they are in the file all the same.
    pub seen: BTreeSet<String>,
    /// How many rows were left out of which not even the metering point is known.
    pub unreadable: u64,
}

/// Of how many left-out rows the metering point is kept.
const SEEN: usize = 100_000;

impl Holdings {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let input = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut table = Table::open(input, COLUMNS)?;
        let mut holdings = Self::default();
        let mut bytes = Vec::new();
        while let Some(row) = table.read()? {
            match row {
                Ok(row) => {
                    let mut values = Held::COLUMNS.iter().map(|name| row.get(name));
                    let packed =
                        given::holding(std::array::from_fn(|_| values.next().unwrap_or_default()));
                    if let Some(why) = too_wide(&packed) {
                        holdings.see(packed.get(Held::Point));
                        let line = row.line;
                        holdings.leave_out(LeftOut { line, why });
                        continue;
                    }
                    bytes.clear();
                    packed.to_bytes(&mut bytes);
                    let place = holdings.heap.put(&bytes)?;
                    let key = key_of(packed.get(Held::Point));
                    holdings.index.push((key, place));
                }
                Err((line, why)) => {
                    holdings.unreadable += 1;
                    holdings.leave_out(LeftOut { line, why });
                }
            }
        }
        holdings.heap.finish()?;
        holdings.index.sort_unstable();
        holdings.index.shrink_to_fit();
        Ok(holdings)
    }

    fn see(&mut self, point: &str) {
        if self.seen.len() < SEEN && !point.is_empty() && point.len() <= WIDEST.0 {
            self.seen.insert(point.to_owned());
        } else {
            self.unreadable += 1;
        }
    }

    fn leave_out(&mut self, row: LeftOut) {
        self.left_out_count += 1;
        if self.left_out.len() < KEPT {
            self.left_out.push(row);
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The rows of a metering point.
    pub fn of(&self, number: &str) -> io::Result<Vec<Holding>> {
        let key = key_of(number);
        let start = self.index.partition_point(|(other, _)| *other < key);
        let mut rows = Vec::new();
        self.collect(start, key, &mut rows)?;
        rows.retain(|row| row.get(Held::Point) == number);
        Ok(rows)
    }

    /// The rows of that key from `at` on; gives the place behind them.
    fn collect(&self, mut at: usize, key: u64, rows: &mut Vec<Holding>) -> io::Result<usize> {
        let mut bytes = Vec::new();
        while let Some((_, place)) = self.index.get(at).filter(|(other, _)| *other == key) {
            self.heap.get(*place, &mut bytes)?;
            rows.extend(Holding::from_bytes(&bytes));
            at += 1;
        }
        Ok(at)
    }
}

/// Why a row cannot be taken: something in it is longer than anything that was meant.
fn too_wide(row: &Holding) -> Option<Refused> {
    let widest = |at: usize| if at == 0 { WIDEST.0 } else { WIDEST.1 };
    let mut columns = Held::COLUMNS.iter().enumerate();
    let (at, column) = columns.find(|(at, _)| row.at(*at).len() > widest(*at))?;
    let why = Refused::new("too_wide").with_ours("column", column);
    Some(why.with("value", row.at(at)))
}

/// The number as a number, so that the index is in its order; a hash for what is none.
fn key_of(number: &str) -> u64 {
    const NONE: u64 = 1 << 63;
    if number.len() <= 18
        && let Ok(key) = number.parse()
    {
        return key;
    }
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish() | NONE
}

/// About equal shares of the keys of both sides.
pub(in crate::exchange) fn ranges(
    grid: &Holdings,
    supply: &Holdings,
    shares: usize,
) -> Vec<Range<u64>> {
    let longer = if grid.len() >= supply.len() {
        grid
    } else {
        supply
    };
    let shares = shares.max(1);
    let mut starts: Vec<u64> = (1..shares)
        .filter_map(|share| longer.index.get(longer.len() * share / shares))
        .map(|(key, _)| *key)
        .collect();
    starts.dedup();
    let mut ranges = Vec::with_capacity(shares);
    let mut from = 0;
    for start in starts {
        ranges.push(from..start);
        from = start;
    }
    ranges.push(from..u64::MAX);
    ranges
}

/// Every metering point of the range that either side has.
pub(in crate::exchange) fn each_point(
    grid: &Holdings,
    supply: &Holdings,
    range: Range<u64>,
    mut look: impl FnMut(Point<'_>),
) -> io::Result<()> {
    let first = |side: &Holdings| side.index.partition_point(|(key, _)| *key < range.start);
    let (mut g, mut s) = (first(grid), first(supply));
    let (mut of_grid, mut of_supply) = (Vec::new(), Vec::new());
    loop {
        let next = |side: &Holdings, at: usize| side.index.get(at).map(|(key, _)| *key);
        let (a, b) = (next(grid, g), next(supply, s));
        let Some(key) = a.into_iter().chain(b).min() else {
            return Ok(());
        };
        if key >= range.end && range.end != u64::MAX {
            return Ok(());
        }
        of_grid.clear();
        of_supply.clear();
        g = grid.collect(g, key, &mut of_grid)?;
        s = supply.collect(s, key, &mut of_supply)?;
        one_by_one(&mut of_grid, &mut of_supply, &mut look);
    }
}

/// Rows of one key may be of several numbers: `0123` and `123`, or one hash twice.
fn one_by_one(
    grid: &mut Vec<Holding>,
    supply: &mut Vec<Holding>,
    look: &mut impl FnMut(Point<'_>),
) {
    while let Some(number) = grid
        .first()
        .or(supply.first())
        .map(|row| row.get(Held::Point).to_owned())
    {
        let take = |rows: &mut Vec<Holding>| -> Vec<Holding> {
            rows.extract_if(.., |row| row.get(Held::Point) == number)
                .collect()
        };
        let (g, s) = (take(grid), take(supply));
        look(Point {
            number: &number,
            grid: &g,
            supply: &s,
        });
    }
}
