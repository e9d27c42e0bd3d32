//! What is written, held against what it should be (DW-BAS-21, DW-BAS-22).

use super::given;
use super::identity::squeezed;
use super::name::{self, fold};
use super::record::{EnterpriseRow, Held, Holding, Person, PersonRow};
use super::slip::is_one_slip;

/// Whether two values are written alike but for case.
pub fn is_written_so(one: &str, other: &str) -> bool {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    one == other || lower(one) == lower(other)
}

/// How sure the register's name is where none is held.
const MISSING: f64 = 0.9;

/// Values beside those they should be.
pub struct Lines<'a> {
    /// Parts of the name, birth date: any difference counts, and so does a name that is missing.
    names: Vec<(&'a str, &'a str)>,
    /// Street, city.
    words: Vec<(&'a str, &'a str)>,
    /// House number, postcode.
    numbers: Vec<(&'a str, &'a str)>,
}

impl<'a> Lines<'a> {
    /// A person beside the population register.
    pub fn person(held: &'a Holding, row: &'a PersonRow) -> Self {
        Self {
            names: vec![
                (held.get(Held::FirstName), row.get(Person::FirstName)),
                (held.get(Held::LastName), row.get(Person::LastName)),
                (held_or(held, row), row.get(Person::BirthDate)),
            ],
            words: vec![
                (held.get(Held::Street), row.get(Person::Street)),
                (held.get(Held::City), row.get(Person::City)),
            ],
            numbers: vec![
                (held.get(Held::HouseNumber), row.get(Person::HouseNumber)),
                (held.get(Held::Postcode), row.get(Person::Postcode)),
            ],
        }
    }

    /// A business beside the register of enterprises.
    pub fn enterprise(held: &'a Holding, row: &'a EnterpriseRow) -> Self {
        let (street, house) = given::street(row.street().trim(), "");
        Self {
            names: vec![(held.get(Held::Organisation), row.name())],
            words: vec![(held.get(Held::Street), street)],
            numbers: vec![
                (held.get(Held::HouseNumber), house),
                (held.get(Held::Postcode), row.postcode()),
            ],
        }
    }

    /// Without a register: one side beside the other.
    pub fn sides(held: &'a Holding, other: &'a Holding) -> Self {
        let pair = |field| (held.get(field), other.get(field));
        Self {
            names: vec![
                pair(Held::FirstName),
                pair(Held::LastName),
                pair(Held::Organisation),
                birth(held, other),
            ],
            words: vec![pair(Held::Street), pair(Held::City)],
            numbers: vec![pair(Held::HouseNumber), pair(Held::Postcode)],
        }
    }

    /// How alike what differs is, when anything is misspelt or missing. Another address is not a
    /// misspelt one, and blocks nothing (DW-GEN-12): that is one with another street, or one of which
    /// street and number, or both numbers, differ.
    pub fn unlike(&self, unsure: f64) -> Option<f64> {
        let names = self
            .names
            .iter()
            .filter(|pair| !is_so(pair) && !pair.1.is_empty());
        let names = names.map(|pair| match pair.0 {
            "" => MISSING,
            _ => likeness(pair),
        });
        let differ =
            |pair: &&(&str, &str)| !pair.0.is_empty() && !pair.1.is_empty() && !is_so(pair);
        let mut words = self.words.iter().filter(differ);
        let numbers = self.numbers.iter().filter(differ);
        let numbers = numbers.filter(|pair| squeezed(pair.0) != squeezed(pair.1));
        let numbers: Vec<_> = numbers.collect();
        let place = match (words.next(), numbers.as_slice()) {
            (Some(pair), []) if is_one_slip(pair.0, pair.1) => Some(likeness(pair).max(unsure)),
            (Some(pair), []) => Some(likeness(pair)).filter(|likeness| *likeness >= unsure),
            (None, [pair]) if is_one_slip(pair.0, pair.1) => Some(unsure),
            _ => None,
        };
        names.chain(place).reduce(f64::min)
    }
}

/// The birth date that is held; one that is not is no difference.
fn held_or<'a>(held: &'a Holding, row: &'a PersonRow) -> &'a str {
    let born = held.get(Held::BirthDate);
    if born.is_empty() {
        row.get(Person::BirthDate)
    } else {
        born
    }
}

/// The birth dates of both sides, where both have one.
fn birth<'a>(held: &'a Holding, other: &'a Holding) -> (&'a str, &'a str) {
    let (one, two) = (held.get(Held::BirthDate), other.get(Held::BirthDate));
    if one.is_empty() {
        (two, two)
    } else {
        (one, two)
    }
}

fn is_so(pair: &(&str, &str)) -> bool {
    is_written_so(pair.0, pair.1)
}

/// Of two values that are not written so.
fn likeness(pair: &(&str, &str)) -> f64 {
    name::likeness(&fold(pair.0), &fold(pair.1)).min(0.99)
}
