//! What one side holds, by metering point.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, BufReader};
use std::ops::RangeInclusive;
use std::path::Path;

use super::sorted::{Sorted, Sorter, Walk};
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
    rows: Sorted,
    /// Whether a contract has an end, and when the last one begins.
    has_ends: bool,
    last_start: String,
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
        let columns = Held::COLUMNS.first_chunk().unwrap_or(&[""; 15]);
        let mut holdings = Self::default();
        let mut rows = Sorter::default();
        let mut bytes = Vec::new();
        while let Some(row) = table.read()? {
            match row {
                Ok(row) => {
                    let packed = given::holding(row.all(columns));
                    if let Some(why) = too_wide(&packed) {
                        holdings.see(packed.get(Held::Point));
                        let line = row.line;
                        holdings.leave_out(LeftOut { line, why });
                        continue;
                    }
                    holdings.note_validity(&packed);
                    bytes.clear();
                    packed.to_bytes(&mut bytes);
                    let key = key_of(packed.get(Held::Point));
                    rows.put(key, &bytes).map_err(TableError::PutAside)?;
                }
                Err((line, why)) => {
                    holdings.unreadable += 1;
                    holdings.leave_out(LeftOut { line, why });
                }
            }
        }
        holdings.rows = rows.finish().map_err(TableError::PutAside)?;
        Ok(holdings)
    }

    fn note_validity(&mut self, row: &Holding) {
        self.has_ends |= !row.get(Held::ValidTo).is_empty();
        let start = row.get(Held::ValidFrom);
        if start > self.last_start.as_str() {
            start.clone_into(&mut self.last_start);
        }
    }

    /// Whether other rows may count on a later day than this one (`YYYY-MM-DD`).
    pub fn depends_on(&self, day: &str) -> bool {
        self.has_ends || self.last_start.as_str() > day
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
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows of a metering point.
    pub fn of(&self, number: &str) -> io::Result<Vec<Holding>> {
        let mut rows = Vec::new();
        self.rows
            .find(key_of(number), |row| rows.extend(Holding::from_bytes(row)))?;
        rows.retain(|row| row.get(Held::Point) == number);
        Ok(rows)
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

/// A part of the keys.
pub type Part = RangeInclusive<u64>;

/// Of so many blocks of the longer side is a part.
const BLOCKS: usize = 32;

/// The keys of both sides in parts that are about equal and small, in order.
pub(in crate::exchange) fn parts(grid: &Holdings, supply: &Holdings) -> Vec<Part> {
    let longer = if grid.len() >= supply.len() {
        grid
    } else {
        supply
    };
    let mut starts: Vec<u64> = longer.rows.marks().step_by(BLOCKS).skip(1).collect();
    starts.retain(|start| *start > 0);
    starts.dedup();
    let mut parts = Vec::with_capacity(starts.len() + 1);
    let mut from = 0;
    for start in starts {
        parts.push(from..=start - 1);
        from = start;
    }
    parts.push(from..=u64::MAX);
    parts
}

/// Every metering point of a part that either side has, in order.
pub(in crate::exchange) fn each_point(
    grid: &Holdings,
    supply: &Holdings,
    part: &Part,
    mut look: impl FnMut(Point<'_>),
) -> io::Result<()> {
    let (mut g, mut s) = (
        grid.rows.walk(*part.start())?,
        supply.rows.walk(*part.start())?,
    );
    let (mut of_grid, mut of_supply) = (Vec::new(), Vec::new());
    loop {
        let next = [g.key()?, s.key()?].into_iter().flatten().min();
        let Some(key) = next.filter(|key| part.contains(key)) else {
            return Ok(());
        };
        collect(&mut g, key, &mut of_grid)?;
        collect(&mut s, key, &mut of_supply)?;
        one_by_one(&mut of_grid, &mut of_supply, &mut look);
    }
}

/// The rows of that key, and on.
fn collect(walk: &mut Walk<'_>, key: u64, rows: &mut Vec<Holding>) -> io::Result<()> {
    while walk.key()? == Some(key) {
        rows.extend(Holding::from_bytes(walk.take()?));
    }
    Ok(())
}

/// Rows of one key may be of several numbers: `0123` and `123`, or one hash twice.
fn one_by_one(
    grid: &mut Vec<Holding>,
    supply: &mut Vec<Holding>,
    look: &mut impl FnMut(Point<'_>),
) {
    let first = |rows: &[Holding]| Some(rows.first()?.get(Held::Point).to_owned());
    while let Some(number) = first(grid).or_else(|| first(supply)) {
        let is_it = |row: &Holding| row.get(Held::Point) == number;
        if grid.iter().chain(&*supply).all(is_it) {
            look(Point {
                number: &number,
                grid,
                supply,
            });
            grid.clear();
            supply.clear();
            return;
        }
        let take = |rows: &mut Vec<Holding>| -> Vec<Holding> {
            rows.extract_if(.., |row| is_it(row)).collect()
        };
        let (g, s) = (take(grid), take(supply));
        look(Point {
            number: &number,
            grid: &g,
            supply: &s,
        });
    }
}
