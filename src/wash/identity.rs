//! Who an end user is: by the number that is held, or by one unique hit of the register.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Thresholds;
use super::name::{self, alike, fold, fold_business};
use super::record::{EnterpriseRow, Held, Holding, Person, PersonRow};
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;

/// Numbers that pass the check digit and belong to nobody (DW-I02-11); one digit nine times is
/// refused by the parser already.
const FICTITIOUS: &[&str] = &["123456785"];

/// What is known of persons and enterprises. A register that was not given answers nothing.
pub trait Registers {
    /// Whether there is a population register.
    fn has_persons(&self) -> bool;
    /// Whether there is a register of enterprises.
    fn has_enterprises(&self) -> bool;
    /// The person of that number.
    fn person(&self, number: &str) -> Option<PersonRow>;
    /// Persons whose name has that [`person_key`]; some may have another name.
    fn persons_named(&self, key: u64) -> Vec<PersonRow>;
    /// The enterprise of that number.
    fn enterprise(&self, number: &str) -> Option<EnterpriseRow>;
    /// Enterprises whose name has that [`enterprise_key`]; some may have another name.
    fn enterprises_named(&self, key: u64) -> Vec<EnterpriseRow>;
}

/// Whether the number was held or was found by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The number that is held leads to it.
    ByNumber,
    /// The only hit of a search by name.
    Found,
}

/// Who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A person of the register.
    Person(PersonRow, How),
    /// An enterprise of the register.
    Enterprise(EnterpriseRow, How),
    /// A right number that no register was there to confirm.
    Number(String),
    /// Nobody knows.
    Unknown,
}

impl Identity {
    /// The number, if there is one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Person(row, _) => Some(row.get(Person::Identifier)),
            Self::Enterprise(row, _) => Some(row.number()),
            Self::Number(number) => Some(number),
            Self::Unknown => None,
        }
    }

    /// Whether the number was held.
    pub fn is_held(&self) -> bool {
        matches!(
            self,
            Self::Person(_, How::ByNumber) | Self::Enterprise(_, How::ByNumber) | Self::Number(_)
        )
    }
}

fn key_of(sounding: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    sounding.hash(&mut hasher);
    hasher.finish()
}

/// Under which key a person's name stands in the index.
pub fn person_key(full_name: &str) -> u64 {
    let mut tokens: Vec<String> = name::sound(&fold(full_name))
        .split(' ')
        .map(str::to_owned)
        .collect();
    tokens.sort_unstable();
    key_of(&tokens.join(" "))
}

/// Under which key a business name stands in the index.
pub fn enterprise_key(business_name: &str) -> u64 {
    key_of(&name::sound(&fold_business(business_name)))
}

/// The end user of a holding.
pub fn identify(held: &Holding, registers: &impl Registers, thresholds: &Thresholds) -> Identity {
    if held.is_business() {
        business(held, registers, thresholds)
    } else {
        private(held, registers, thresholds)
    }
}

fn private(held: &Holding, registers: &impl Registers, thresholds: &Thresholds) -> Identity {
    if let Ok(number) = Fodselsnummer::read(held.get(Held::Identifier)) {
        if !registers.has_persons() {
            return Identity::Number(number.as_str().to_owned());
        }
        if let Some(row) = registers.person(number.as_str()) {
            return Identity::Person(row, How::ByNumber);
        }
    }
    let name = held.person_name();
    let mut hits = registers.persons_named(person_key(&name));
    hits.retain(|row| {
        alike(&name, &row.name(), thresholds) && is_same_person(held, row, thresholds)
    });
    match hits.as_slice() {
        [only] => Identity::Person(only.clone(), How::Found),
        _ => Identity::Unknown,
    }
}

/// Whether birth date, or else the address, is that of the person (DW-BAS-15: one to one).
fn is_same_person(held: &Holding, row: &PersonRow, thresholds: &Thresholds) -> bool {
    let born = held.get(Held::BirthDate);
    if !born.is_empty() {
        return born == row.get(Person::BirthDate);
    }
    let street = held.get(Held::Street);
    !street.is_empty()
        && alike(street, row.get(Person::Street), thresholds)
        && squeezed(held.get(Held::HouseNumber)) == squeezed(row.get(Person::HouseNumber))
        && held.get(Held::Postcode) == row.get(Person::Postcode)
}

/// Whether the data of a holding without a number fit that person: name nearly equal, birth date
/// equal where it is known (DW-A01-6).
pub fn fits(held: &Holding, identity: &Identity, thresholds: &Thresholds) -> bool {
    match identity {
        Identity::Person(row, _) => {
            let born = held.get(Held::BirthDate);
            !held.is_business()
                && alike(&held.person_name(), &row.name(), thresholds)
                && (if born.is_empty() {
                    is_same_person(held, row, thresholds)
                } else {
                    born == row.get(Person::BirthDate)
                })
        }
        Identity::Enterprise(row, _) => {
            held.is_business() && is_named(held.get(Held::Organisation), row.name(), thresholds)
        }
        Identity::Number(_) | Identity::Unknown => false,
    }
}

fn is_named(written: &str, registered: &str, thresholds: &Thresholds) -> bool {
    name::likeness(&fold_business(written), &fold_business(registered)) >= thresholds.same
}

/// An organisation number that may be real (DW-I02-11).
pub fn real_number(text: &str) -> Option<Organisasjonsnummer> {
    let number = Organisasjonsnummer::parse(text).ok()?;
    (!FICTITIOUS.contains(&number.as_str())).then_some(number)
}

fn business(held: &Holding, registers: &impl Registers, thresholds: &Thresholds) -> Identity {
    if let Some(number) = real_number(held.get(Held::Identifier)) {
        if !registers.has_enterprises() {
            return Identity::Number(number.as_str().to_owned());
        }
        if let Some(row) = registers.enterprise(number.as_str()) {
            return Identity::Enterprise(row, How::ByNumber);
        }
    }
    let name = held.get(Held::Organisation);
    let mut hits = registers.enterprises_named(enterprise_key(name));
    hits.retain(|row| row.condition() != "deleted" && is_named(name, row.name(), thresholds));
    match hits.as_slice() {
        [only] => Identity::Enterprise(only.clone(), How::Found),
        _ => Identity::Unknown,
    }
}

/// Without spaces, in upper case: `18 a` is `18A`.
pub fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .collect()
}
