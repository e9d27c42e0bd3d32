//! Registers from extracts: persons as a table, enterprises as one JSON object a line, in the shape
//! of the public register.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Mutex;

use serde::Deserialize;

use super::LeftOut;
use super::heap::{Heap, Place};
use crate::exchange::import::lines::Lines;
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Column, Table, TableError};
use crate::wash::identity::{Registers, enterprise_key, person_key};
use crate::wash::record::{EnterpriseRow, Packed, Person, PersonRow};

const fn column(name: &'static str, required: bool) -> Column {
    Column { name, required }
}

const PERSON_COLUMNS: &[Column] = &[
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

/// Rows by number and by name.
#[derive(Debug, Default)]
struct Register {
    heap: Heap,
    by_number: Vec<(u64, Place)>,
    by_name: Vec<(u64, Place)>,
}

impl Register {
    fn put(&mut self, bytes: &[u8], number: &str, name: u64) -> io::Result<()> {
        let place = self.heap.put(bytes)?;
        if let Ok(number) = number.parse() {
            self.by_number.push((number, place));
        }
        self.by_name.push((name, place));
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.heap.finish()?;
        self.by_number.sort_unstable();
        self.by_name.sort_unstable();
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
    /// Rows that were left out.
    pub left_out: Vec<LeftOut>,
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
                        PersonRow::new(std::array::from_fn(|_| values.next().unwrap_or_default()));
                    bytes.clear();
                    packed.to_bytes(&mut bytes);
                    let number = packed.get(Person::Identifier);
                    register.put(&bytes, number, person_key(&packed.name()))?;
                }
                Err((line, why)) => self.left_out.push(LeftOut { line, why }),
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
            if text.trim().is_empty() {
                continue;
            }
            let Ok(unit) = serde_json::from_str::<Unit>(&text) else {
                let why = Refused::new("json");
                self.left_out.push(LeftOut {
                    line: line.number,
                    why,
                });
                continue;
            };
            let packed = unit.pack();
            bytes.clear();
            packed.to_bytes(&mut bytes);
            register.put(&bytes, packed.number(), enterprise_key(packed.name()))?;
        }
        register.finish()?;
        self.enterprises = Some(register);
        Ok(())
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

    fn persons_named(&self, key: u64) -> Vec<PersonRow> {
        let Some(register) = &self.persons else {
            return Vec::new();
        };
        self.found(register.find(&register.by_name, key))
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

/// An enterprise as the public register gives it; what is not needed is not read.
#[derive(Debug, Deserialize)]
struct Unit {
    organisasjonsnummer: String,
    navn: String,
    #[serde(default)]
    organisasjonsform: Form,
    #[serde(default)]
    forretningsadresse: Address,
    #[serde(default)]
    konkurs: bool,
    #[serde(default, rename = "underAvvikling")]
    under_avvikling: bool,
    slettedato: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Form {
    #[serde(default)]
    kode: String,
}

#[derive(Debug, Default, Deserialize)]
struct Address {
    #[serde(default)]
    adresse: Vec<String>,
    #[serde(default)]
    postnummer: String,
    #[serde(default)]
    poststed: String,
}

impl Unit {
    fn pack(&self) -> EnterpriseRow {
        let condition = match self {
            Self {
                slettedato: Some(_),
                ..
            } => "deleted",
            Self { konkurs: true, .. } => "bankrupt",
            Self {
                under_avvikling: true,
                ..
            } => "winding_up",
            _ => "",
        };
        let address = &self.forretningsadresse;
        let clean = |text: &str| crate::domain::sanitize::clean(text).into_owned();
        let street = address
            .adresse
            .last()
            .map(|line| clean(line))
            .unwrap_or_default();
        EnterpriseRow::new([
            &clean(&self.organisasjonsnummer),
            &clean(&self.navn),
            &clean(&self.organisasjonsform.kode),
            &street,
            &clean(&address.postnummer),
            &clean(&address.poststed),
            condition,
        ])
    }
}
