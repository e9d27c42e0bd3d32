//! Invented persons and enterprises, and how a side holds them.

use fastrand::Rng;

use super::{Row, names};

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) number: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) born: String,
    pub(crate) home: Home,
    pub(crate) died: String,
    pub(crate) is_protected: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) street: String,
    pub(crate) house: String,
    pub(crate) postcode: String,
    pub(crate) city: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Business {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) home: Home,
    pub(crate) deleted: bool,
    pub(crate) bankrupt: bool,
}

pub(crate) fn home(rng: &mut Rng) -> Home {
    let letter = ["", "", "", "", "A", "B"][rng.usize(..6)];
    Home {
        street: names::street(rng),
        house: format!("{}{letter}", rng.u16(1..190)),
        postcode: format!("{:04}", rng.u16(1..9_999)),
        city: names::city(rng),
    }
}

pub(crate) fn person(rng: &mut Rng) -> Person {
    let birth = (rng.u32(1940..2000), rng.u32(1..13), rng.u32(1..29));
    Person {
        number: names::person_number(rng, birth),
        first: names::first(rng),
        last: names::last(rng),
        born: format!("{:04}-{:02}-{:02}", birth.0, birth.1, birth.2),
        home: home(rng),
        died: String::new(),
        is_protected: rng.u8(..100) == 0,
    }
}

pub(crate) fn business(rng: &mut Rng) -> Business {
    Business {
        number: names::organisation_number(rng),
        name: names::business(rng),
        home: home(rng),
        deleted: false,
        bankrupt: false,
    }
}

impl Home {
    fn into_row(self, row: &mut Row) {
        row[super::STREET] = self.street;
        row[super::HOUSE] = self.house;
        row[super::POSTCODE] = self.postcode;
        row[super::CITY] = self.city;
    }
}

impl Person {
    /// As a side holds the person; contracts began some time.
    pub(crate) fn held(&self, rng: &mut Rng) -> Row {
        let mut row = Row::default();
        row[super::KIND] = "private".to_owned();
        row[super::FIRST].clone_from(&self.first);
        row[super::LAST].clone_from(&self.last);
        row[super::NUMBER].clone_from(&self.number);
        row[super::BORN].clone_from(&self.born);
        row[super::FROM] = begun(rng);
        self.home.clone().into_row(&mut row);
        row
    }
}

impl Business {
    pub(crate) fn held(&self, rng: &mut Rng) -> Row {
        let mut row = Row::default();
        row[super::KIND] = "business".to_owned();
        row[super::FIRM].clone_from(&self.name);
        row[super::NUMBER].clone_from(&self.number);
        row[super::FROM] = begun(rng);
        self.home.clone().into_row(&mut row);
        row
    }

    /// Without the form, letters only.
    fn bare(&self) -> String {
        let words = self
            .name
            .split(' ')
            .filter(|word| word.to_uppercase() != **word);
        words.collect::<String>().to_lowercase()
    }

    pub(crate) fn is_named_like(&self, other: &Self) -> bool {
        self.bare() == other.bare()
    }
}

fn begun(rng: &mut Rng) -> String {
    format!(
        "{}-{:02}-{:02}",
        rng.u16(2008..2025),
        rng.u8(1..13),
        rng.u8(1..29)
    )
}
