//! Registers from extracts: persons as a table, enterprises as one JSON object a line, in the shape
//! of the public register.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Mutex;

use super::sorted::{Sorted, Sorter};
use super::unit::Unit;
use super::{KEPT, LeftOut};
use crate::exchange::import::lines::Lines;
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Column, Table, TableError};
use crate::wash::given;
use crate::wash::identity::{Registers, address_key, enterprise_key};
use crate::wash::record::{EnterpriseRow, Packed, Person, PersonRow};

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, required }
}

/// Columns of an extract of the population register, by name.
pub(in crate::exchange) const PERSON_COLUMNS: &[Column] = &[
    column("identifier", true),
    column("first_name", true),
    column("last_name", true),
    column("birth_date", true),
    column("street", false),
    column("house_number", false),
    column("postcode", false),
    column("city", false),
    column("deceased_on", false),
    column("protected", false),
];

/// Rows by number, by name (persons: by birth date) and, of persons, by address: each order has the
/// rows themselves, so that all that may be meant stand beside each other.
#[derive(Debug, Default)]
struct Register {
    rows: usize,
    by_number: Sorted,
    by_name: Sorted,
    by_address: Sorted,
}

/// A register being read.
#[derive(Debug, Default)]
struct Unsorted {
    rows: usize,
    by_number: Sorter,
    by_name: Sorter,
    by_address: Sorter,
}

/// Under what a row is found.
struct Keys {
    number: Option<u64>,
    name: Option<u64>,
    address: Option<u64>,
}

/// A day as a number, when it is one.
fn day_key(day: &str) -> Option<u64> {
    let digits: String = day.chars().filter(|c| *c != '-').collect();
    digits.parse().ok().filter(|_| digits.len() == 8)
}

impl Unsorted {
    fn put_person(&mut self, row: &PersonRow, bytes: &mut Vec<u8>) -> io::Result<()> {
        let keys = Keys {
            number: row.get(Person::Identifier).parse().ok(),
            name: day_key(row.get(Person::BirthDate)),
            address: Some(address_key(
                row.get(Person::Postcode),
                row.get(Person::HouseNumber),
            )),
        };
        bytes.clear();
        row.to_bytes(bytes);
        self.put(bytes, &keys)
    }

    fn put_enterprise(&mut self, row: &EnterpriseRow, bytes: &mut Vec<u8>) -> io::Result<()> {
        let keys = Keys {
            number: row.number().parse().ok(),
            name: Some(enterprise_key(row.name())),
            address: None,
        };
        bytes.clear();
        row.to_bytes(bytes);
        self.put(bytes, &keys)
    }

    fn put(&mut self, row: &[u8], keys: &Keys) -> io::Result<()> {
        self.rows += 1;
        for (order, key) in [
            (&mut self.by_number, keys.number),
            (&mut self.by_name, keys.name),
            (&mut self.by_address, keys.address),
        ] {
            if let Some(key) = key {
                order.put(key, row)?;
            }
        }
        Ok(())
    }

    fn finish(self) -> io::Result<Register> {
        Ok(Register {
            rows: self.rows,
            by_number: self.by_number.finish()?,
            by_name: self.by_name.finish()?,
            by_address: self.by_address.finish()?,
        })
    }
}

fn find<const N: usize>(order: &Sorted, key: u64) -> io::Result<Vec<Packed<N>>> {
    let mut rows = Vec::new();
    order.find(key, |row| rows.extend(Packed::from_bytes(row)))?;
    Ok(rows)
}

/// The registers that were given.
#[derive(Debug, Default)]
pub struct RegisterFiles {
    persons: Option<Register>,
    enterprises: Option<Register>,
    /// Persons and enterprises of which more may come.
    taken: (Option<Unsorted>, Option<Unsorted>),
    /// Rows that were left out, the first [`KEPT`].
    pub left_out: Vec<LeftOut>,
    /// How many were left out in all.
    pub left_out_count: u64,
    broken: Mutex<Option<io::Error>>,
}

impl RegisterFiles {
    /// Reads the extract of the population register.
    pub fn read_persons(&mut self, path: &Path) -> Result<(), TableError> {
        let input = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut table = Table::open(input, PERSON_COLUMNS)?;
        let columns = Person::COLUMNS.first_chunk().unwrap_or(&[""; 10]);
        let mut register = Unsorted::default();
        let mut bytes = Vec::new();
        while let Some(row) = table.read()? {
            match row {
                Ok(row) => {
                    let put = register.put_person(&given::person(row.all(columns)), &mut bytes);
                    put.map_err(TableError::PutAside)?;
                }
                Err((line, why)) => self.leave_out(line, why),
            }
        }
        self.persons = Some(register.finish().map_err(TableError::PutAside)?);
        Ok(())
    }

    /// Reads the extract of the register of enterprises.
    pub fn read_enterprises(&mut self, path: &Path) -> Result<(), TableError> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 20, File::open(path)?));
        let mut register = Unsorted::default();
        let mut bytes = Vec::new();
        while let Some(line) = lines.read()? {
            let text = line.text.unwrap_or_default();
            // a whole download is one array, with one object a line
            let text = text.trim_matches(['[', ']', ',', ' ', '\t']);
            if text.is_empty() {
                continue;
            }
            let Ok(unit) = Unit::read(text) else {
                self.leave_out(line.number, Refused::new("json"));
                continue;
            };
            let put = register.put_enterprise(&unit.pack(), &mut bytes);
            put.map_err(TableError::PutAside)?;
        }
        self.enterprises = Some(register.finish().map_err(TableError::PutAside)?);
        Ok(())
    }

    /// Takes rows of persons that were read elsewhere; none is no register.
    pub fn take_persons(&mut self, rows: &[PersonRow]) -> io::Result<()> {
        let register = self.taken.0.get_or_insert_default();
        let mut bytes = Vec::new();
        rows.iter()
            .try_for_each(|row| register.put_person(row, &mut bytes))
    }

    /// … and of enterprises.
    pub fn take_enterprises(&mut self, rows: &[EnterpriseRow]) -> io::Result<()> {
        let register = self.taken.1.get_or_insert_default();
        let mut bytes = Vec::new();
        rows.iter()
            .try_for_each(|row| register.put_enterprise(row, &mut bytes))
    }

    /// Nothing more is taken.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(persons) = self.taken.0.take() {
            self.persons = Some(persons.finish()?);
        }
        if let Some(enterprises) = self.taken.1.take() {
            self.enterprises = Some(enterprises.finish()?);
        }
        Ok(())
    }

    fn leave_out(&mut self, line: u64, why: Refused) {
        self.left_out_count += 1;
        if self.left_out.len() < KEPT {
            self.left_out.push(LeftOut { line, why });
        }
    }

    /// How many persons and enterprises there are.
    pub fn counts(&self) -> (usize, usize) {
        let rows =
            |register: &Option<Register>| register.as_ref().map_or(0, |register| register.rows);
        (rows(&self.persons), rows(&self.enterprises))
    }

    /// What went wrong in reading rows again, if anything did: the findings are worth nothing then.
    pub(in crate::exchange) fn failed(&self) -> Option<io::Error> {
        self.broken.lock().ok().and_then(|mut broken| broken.take())
    }

    fn found<T>(&self, rows: io::Result<Vec<T>>) -> Vec<T> {
        rows.unwrap_or_else(|error| {
            if let Ok(mut broken) = self.broken.lock() {
                broken.get_or_insert(error);
            }
            Vec::new()
        })
    }
}

impl Registers for RegisterFiles {
    fn has_persons(&self) -> bool {
        self.persons.is_some()
    }

    fn has_enterprises(&self) -> bool {
        self.enterprises.is_some()
    }

    fn person(&self, number: &str) -> Option<PersonRow> {
        let register = self.persons.as_ref()?;
        let rows = find(&register.by_number, number.parse().ok()?);
        self.found(rows).into_iter().next()
    }

    fn persons_born(&self, day: &str) -> Vec<PersonRow> {
        let (Some(register), Some(key)) = (&self.persons, day_key(day)) else {
            return Vec::new();
        };
        self.found(find(&register.by_name, key))
    }

    fn persons_at(&self, key: u64) -> Vec<PersonRow> {
        let Some(register) = &self.persons else {
            return Vec::new();
        };
        self.found(find(&register.by_address, key))
    }

    fn enterprise(&self, number: &str) -> Option<EnterpriseRow> {
        let register = self.enterprises.as_ref()?;
        let rows = find(&register.by_number, number.parse().ok()?);
        self.found(rows).into_iter().next()
    }

    fn enterprises_named(&self, key: u64) -> Vec<EnterpriseRow> {
        let Some(register) = &self.enterprises else {
            return Vec::new();
        };
        self.found(find(&register.by_name, key))
    }
}
