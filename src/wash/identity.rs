//! Who an end user is: by the number that is held, or by one unique hit of the register.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Rules;
use super::name::{self, fold, fold_business, is_one_street, may_be, may_be_of};
use super::record::{EnterpriseRow, Held, Holding, Person, PersonRow};
use super::slip::is_one_slip;
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;

/// What is known of persons and enterprises. A register that was not given answers nothing.
pub trait Registers {
    /// Whether there is a population register.
    fn has_persons(&self) -> bool;
    /// Whether there is a register of enterprises.
    fn has_enterprises(&self) -> bool;
    /// The person of that number.
    fn person(&self, number: &str) -> Option<PersonRow>;
    /// Persons born on that day (`YYYY-MM-DD`).
    fn persons_born(&self, day: &str) -> Vec<PersonRow>;
    /// Persons at an address with that [`address_key`]; some may have another address.
    fn persons_at(&self, key: u64) -> Vec<PersonRow>;
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
    Number(String, How),
    /// Nobody knows.
    Unknown,
}

impl Identity {
    /// The number, if there is one.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Person(row, _) => Some(row.get(Person::Identifier)),
            Self::Enterprise(row, _) => Some(row.number()),
            Self::Number(number, _) => Some(number),
            Self::Unknown => None,
        }
    }

    /// Whether the number was held.
    pub fn is_held(&self) -> bool {
        matches!(
            self,
            Self::Person(_, How::ByNumber)
                | Self::Enterprise(_, How::ByNumber)
                | Self::Number(_, How::ByNumber)
        )
    }

    /// Whether the register has a day of death.
    pub fn is_dead(&self) -> bool {
        matches!(self, Self::Person(row, _) if row.is_dead())
    }

    /// The same end user, found instead of held.
    #[must_use]
    pub fn found(&self) -> Self {
        match self {
            Self::Person(row, _) => Self::Person(row.clone(), How::Found),
            Self::Enterprise(row, _) => Self::Enterprise(row.clone(), How::Found),
            Self::Number(number, _) => Self::Number(number.clone(), How::Found),
            Self::Unknown => Self::Unknown,
        }
    }
}

fn key_of(words: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// Under which key an address stands in the index.
pub fn address_key(postcode: &str, house: &str) -> u64 {
    key_of(&[postcode, &squeezed(house)])
}

/// Under which key a business name stands in the index.
pub fn enterprise_key(business_name: &str) -> u64 {
    key_of(&[&name::sound(&fold_business(business_name))])
}

/// The end user of a holding by the number that is held. A number that no register knows, and that
/// of a deleted enterprise, is none.
pub fn by_number(held: &Holding, registers: &impl Registers, rules: &Rules) -> Identity {
    let text = held.get(Held::Identifier);
    if held.is_business() {
        let Some(number) = real_number(text, rules) else {
            return Identity::Unknown;
        };
        if !registers.has_enterprises() {
            return Identity::Number(number.as_str().to_owned(), How::ByNumber);
        }
        let row = registers.enterprise(number.as_str());
        return match row.filter(|row| row.condition() != "deleted") {
            Some(row) => Identity::Enterprise(row, How::ByNumber),
            None => Identity::Unknown,
        };
    }
    let Ok(number) = Fodselsnummer::read(text) else {
        return Identity::Unknown;
    };
    if !registers.has_persons() {
        return Identity::Number(number.as_str().to_owned(), How::ByNumber);
    }
    match registers.person(number.as_str()) {
        Some(row) => Identity::Person(row, How::ByNumber),
        None => Identity::Unknown,
    }
}

/// The end user of a holding by its other data: one unique hit of the register or none (DW-BAS-15).
pub fn by_search(held: &Holding, registers: &impl Registers, rules: &Rules) -> Identity {
    if held.is_business() {
        let row = only(businesses_like(held, registers, rules));
        return row.map_or(Identity::Unknown, |row| {
            Identity::Enterprise(row, How::Found)
        });
    }
    let row = only(persons_like(held, registers, rules));
    row.map_or(Identity::Unknown, |row| Identity::Person(row, How::Found))
}

/// The end user of a holding.
pub fn identify(held: &Holding, registers: &impl Registers, rules: &Rules) -> Identity {
    match by_number(held, registers, rules) {
        Identity::Unknown => by_search(held, registers, rules),
        known => known,
    }
}

fn only<T>(rows: Vec<T>) -> Option<T> {
    let mut rows = rows.into_iter();
    rows.next().filter(|_| rows.next().is_none())
}

/// The rows that the test leaves, when it leaves any; all of them otherwise.
fn narrowed<T>(rows: Vec<T>, test: impl Fn(&T) -> bool) -> Vec<T> {
    if rows.len() < 2 || !rows.iter().any(&test) {
        return rows;
    }
    rows.into_iter().filter(test).collect()
}

/// Name and birth date first, then name and address, then all (formats.md 5.4). Who is written
/// exactly so comes before who only may be meant.
pub fn persons_like(held: &Holding, registers: &impl Registers, rules: &Rules) -> Vec<PersonRow> {
    let name = held.person_name();
    let born = held.get(Held::BirthDate);
    let is_there = |row: &PersonRow| is_at_home(held, row, rules);
    let mut hits = if born.is_empty() {
        let key = address_key(held.get(Held::Postcode), held.get(Held::HouseNumber));
        let mut hits = registers.persons_at(key);
        hits.retain(is_there);
        hits
    } else {
        registers.persons_born(born)
    };
    let may_be = may_be_of(&name, rules);
    hits.retain(|row| may_be(&row.name()));
    let exact = fold(&name);
    let hits = narrowed(hits, |row| fold(&row.name()) == exact);
    narrowed(hits, is_there)
}

/// Whether the address is that of the person.
fn is_at_home(held: &Holding, row: &PersonRow, rules: &Rules) -> bool {
    let street = held.get(Held::Street);
    !street.is_empty()
        && is_one_street(street, row.get(Person::Street), rules)
        && squeezed(held.get(Held::HouseNumber)) == squeezed(row.get(Person::HouseNumber))
        && held.get(Held::Postcode) == row.get(Person::Postcode)
}

/// Enterprises of that name; of several those written exactly so, then those at the address.
pub fn businesses_like(
    held: &Holding,
    registers: &impl Registers,
    rules: &Rules,
) -> Vec<EnterpriseRow> {
    let name = held.get(Held::Organisation);
    let mut hits = registers.enterprises_named(enterprise_key(name));
    hits.retain(|row| row.condition() != "deleted" && is_named(name, row.name(), rules));
    let exact = fold(name);
    let hits = narrowed(hits, |row| fold(row.name()) == exact);
    narrowed(hits, |row| {
        let address = [held.get(Held::Street), held.get(Held::HouseNumber)].join(" ");
        held.get(Held::Postcode) == row.postcode() && fold(&address) == fold(row.street())
    })
}

/// Whether the data of a holding without a number fit the end user that the other side holds: name
/// nearly equal, birth date equal where it is known (DW-A01-6).
pub fn fits(held: &Holding, other: &Holding, identity: &Identity, rules: &Rules) -> bool {
    if held.is_business() != other.is_business() {
        return false;
    }
    match identity {
        Identity::Person(row, _) => {
            let born = held.get(Held::BirthDate);
            may_be(&held.person_name(), &row.name(), rules)
                && (if born.is_empty() {
                    is_at_home(held, row, rules) || is_one_home(held, other, rules)
                } else {
                    born == row.get(Person::BirthDate)
                })
        }
        Identity::Enterprise(row, _) => is_named(held.get(Held::Organisation), row.name(), rules),
        Identity::Number(number, _) if held.is_business() => {
            !number.is_empty()
                && is_named(
                    held.get(Held::Organisation),
                    other.get(Held::Organisation),
                    rules,
                )
        }
        Identity::Number(number, _) => {
            may_be(&held.person_name(), &other.person_name(), rules)
                && is_one_birth(held, other, number, rules)
        }
        Identity::Unknown => false,
    }
}

/// Without a register: the birth date of the other side, or the one in its number, or one address.
fn is_one_birth(held: &Holding, other: &Holding, number: &str, rules: &Rules) -> bool {
    let born = held.get(Held::BirthDate);
    if born.is_empty() {
        return is_one_home(held, other, rules);
    }
    let told = Fodselsnummer::read(number).ok();
    let told = told.and_then(|number| number.birth_date());
    born == other.get(Held::BirthDate) || told.is_some_and(|told| told.to_string() == born)
}

/// Whether both sides hold one address.
pub fn is_one_home(one: &Holding, other: &Holding, rules: &Rules) -> bool {
    let (street, postcode) = (one.get(Held::Street), one.get(Held::Postcode));
    !street.is_empty()
        && is_one_street(street, other.get(Held::Street), rules)
        && squeezed(one.get(Held::HouseNumber)) == squeezed(other.get(Held::HouseNumber))
        && postcode == other.get(Held::Postcode)
}

fn is_named(written: &str, registered: &str, rules: &Rules) -> bool {
    name::likeness(&fold_business(written), &fold_business(registered)) >= rules.same
        || (!written.is_empty() && is_one_slip(written, registered))
}

/// An organisation number that may be real (DW-I02-11).
pub fn real_number(text: &str, rules: &Rules) -> Option<Organisasjonsnummer> {
    let number = Organisasjonsnummer::parse(text).ok()?;
    let is_made_up = rules.fictitious.iter().any(|made| made == number.as_str());
    (!is_made_up).then_some(number)
}

/// Without spaces, in upper case: `18 a` is `18A`.
pub fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        .collect()
}
