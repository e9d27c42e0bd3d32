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

/// Values beside those they should be.
pub struct Lines<'a> {
    /// Parts of the name: any difference counts.
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
            ],
            words: vec![pair(Held::Street), pair(Held::City)],
            numbers: vec![pair(Held::HouseNumber), pair(Held::Postcode)],
        }
    }

    /// How alike what differs is, when anything is misspelt. Another address is not a misspelt one,
    /// and blocks nothing (DW-GEN-12): that is one with another street or city, or one of which
    /// street and number, or both numbers, differ.
    pub fn unlike(&self, unsure: f64) -> Option<f64> {
        let differ = |pair: &&(&str, &str)| {
            let (written, right) = **pair;
            !written.is_empty() && !right.is_empty() && !is_written_so(written, right)
        };
        let likeness = |pair: &(&str, &str)| name::likeness(&fold(pair.0), &fold(pair.1)).min(0.99);
        let names = self.names.iter().filter(differ).map(likeness);
        let words: Vec<f64> = self.words.iter().filter(differ).map(likeness).collect();
        let numbers = self.numbers.iter().filter(differ);
        let numbers = numbers.filter(|pair| squeezed(pair.0) != squeezed(pair.1));
        let numbers: Vec<&(&str, &str)> = numbers.collect();
        let place = match (words.as_slice(), numbers.as_slice()) {
            (words, []) => words.iter().copied().reduce(f64::min),
            ([], [(written, right)]) if is_one_slip(written, right) => Some(unsure),
            _ => None,
        };
        let place = place.filter(|likeness| *likeness >= unsure);
        names.chain(place).reduce(f64::min)
    }
}
