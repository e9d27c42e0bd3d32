//! Registers from extracts: persons as a table, enterprises as one JSON object a line, in the shape
//! of the public register.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Mutex;

use super::heap::{Heap, Place};
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

/// Rows by number, by name (persons: by birth date) and, of persons, by address.
#[derive(Debug, Default)]
struct Register {
    heap: Heap,
    rows: usize,
    by_number: Vec<(u64, Place)>,
    by_name: Vec<(u64, Place)>,
    by_address: Vec<(u64, Place)>,
}

/// A day as a number, when it is one.
fn day_key(day: &str) -> Option<u64> {
    let digits: String = day.chars().filter(|c| *c != '-').collect();
    digits.parse().ok().filter(|_| digits.len() == 8)
}

impl Register {
    fn put_person(&mut self, row: &PersonRow, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        row.to_bytes(bytes);
        let place = self.put(bytes, row.get(Person::Identifier))?;
        let born = day_key(row.get(Person::BirthDate));
        self.by_name.extend(born.map(|day| (day, place)));
        let address = [Person::Postcode, Person::HouseNumber].map(|at| row.get(at));
        let key = address_key(address[0], address[1]);
        self.by_address.push((key, place));
        Ok(())
    }

    fn put_enterprise(&mut self, row: &EnterpriseRow, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        row.to_bytes(bytes);
        let place = self.put(bytes, row.number())?;
        self.by_name.push((enterprise_key(row.name()), place));
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], number: &str) -> io::Result<Place> {
        let place = self.heap.put(bytes)?;
        self.rows += 1;
        if let Ok(number) = number.parse() {
            self.by_number.push((number, place));
        }
        Ok(place)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.heap.finish()?;
        for index in [&mut self.by_number, &mut self.by_name, &mut self.by_address] {
            index.sort_unstable();
            index.shrink_to_fit();
        }
        Ok(())
    }

    fn find<const N: usize>(&self, index: &[(u64, Place)], key: u64) -> io::Result<Vec<Packed<N>>> {
        let start = index.partition_point(|(other, _)| *other < key);
        let mut bytes = Vec::new();
        let mut rows = Vec::new();
        for (_, place) in index[start..].iter().take_while(|(other, _)| *other == key) {
            self.heap.get(*place, &mut bytes)?;
            rows.extend(Packed::from_bytes(&bytes));
        }
        Ok(rows)
    }
}

/// The registers that were given.
#[derive(Debug, Default)]
pub struct RegisterFiles {
    persons: Option<Register>,
    enterprises: Option<Register>,
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
        let mut register = Register::default();
        let mut bytes = Vec::new();
        while let Some(row) = table.read()? {
            match row {
                Ok(row) => {
                    let mut values = Person::COLUMNS.iter().map(|name| row.get(name));
                    let packed =
                        given::person(std::array::from_fn(|_| values.next().unwrap_or_default()));
                    register.put_person(&packed, &mut bytes)?;
                }
                Err((line, why)) => self.leave_out(line, why),
            }
        }
        register.finish()?;
        self.persons = Some(register);
        Ok(())
    }

    /// Reads the extract of the register of enterprises.
    pub fn read_enterprises(&mut self, path: &Path) -> Result<(), TableError> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 20, File::open(path)?));
        let mut register = Register::default();
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
            register.put_enterprise(&unit.pack(), &mut bytes)?;
        }
        register.finish()?;
        self.enterprises = Some(register);
        Ok(())
    }

    /// Takes rows of persons that were read elsewhere; none is no register.
    pub fn take_persons(&mut self, rows: &[PersonRow]) -> io::Result<()> {
        let register = self.persons.get_or_insert_default();
        let mut bytes = Vec::new();
        rows.iter()
            .try_for_each(|row| register.put_person(row, &mut bytes))
    }

    /// … and of enterprises.
    pub fn take_enterprises(&mut self, rows: &[EnterpriseRow]) -> io::Result<()> {
        let register = self.enterprises.get_or_insert_default();
        let mut bytes = Vec::new();
        rows.iter()
            .try_for_each(|row| register.put_enterprise(row, &mut bytes))
    }

    /// Nothing more is taken.
    pub fn finish(&mut self) -> io::Result<()> {
        let registers = self.persons.iter_mut().chain(&mut self.enterprises);
        registers.into_iter().try_for_each(Register::finish)
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
        let rows = register.find(&register.by_number, number.parse().ok()?);
        self.found(rows).into_iter().next()
    }

    fn persons_born(&self, day: &str) -> Vec<PersonRow> {
        let (Some(register), Some(key)) = (&self.persons, day_key(day)) else {
            return Vec::new();
        };
        self.found(register.find(&register.by_name, key))
    }

    fn persons_at(&self, key: u64) -> Vec<PersonRow> {
        let Some(register) = &self.persons else {
            return Vec::new();
        };
        self.found(register.find(&register.by_address, key))
    }

    fn enterprise(&self, number: &str) -> Option<EnterpriseRow> {
        let register = self.enterprises.as_ref()?;
        let rows = register.find(&register.by_number, number.parse().ok()?);
        self.found(rows).into_iter().next()
    }

    fn enterprises_named(&self, key: u64) -> Vec<EnterpriseRow> {
        let Some(register) = &self.enterprises else {
            return Vec::new();
        };
        self.found(register.find(&register.by_name, key))
    }
}
