//! Invented worlds for the data wash: two holdings and two registers with accidents put in, and the
//! truth by construction. The same seed makes the same world.

pub(crate) mod accidents;
pub(crate) mod desk;
pub(crate) mod differences;
pub(crate) mod files;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod slips;

use std::collections::{BTreeMap, HashSet};

use fastrand::Rng;

pub(crate) use people::{Business, Person};

/// The day on which the worlds are looked at.
pub(crate) const DAY: &str = "2026-11-16";

/// The columns of a holding, in the order of [`Row`].
pub(crate) const COLUMNS: [&str; 14] = [
    "metering_point_id",
    "customer_ref",
    "kind",
    "first_name",
    "last_name",
    "organisation_name",
    "identifier",
    "birth_date",
    "street",
    "house_number",
    "postcode",
    "city",
    "valid_from",
    "valid_to",
];
pub(crate) const KIND: usize = 2;
pub(crate) const FIRST: usize = 3;
pub(crate) const LAST: usize = 4;
pub(crate) const FIRM: usize = 5;
pub(crate) const NUMBER: usize = 6;
pub(crate) const BORN: usize = 7;
pub(crate) const STREET: usize = 8;
pub(crate) const HOUSE: usize = 9;
pub(crate) const POSTCODE: usize = 10;
pub(crate) const CITY: usize = 11;
pub(crate) const FROM: usize = 12;
pub(crate) const TO: usize = 13;

/// A row of a holding.
pub(crate) type Row = [String; 14];

/// What both sides hold of a point, and what is wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) grid: Vec<Row>,
    pub(crate) supply: Vec<Row>,
    pub(crate) code: &'static str,
    pub(crate) number: Option<String>,
}

impl Case {
    pub(crate) fn new(grid: Row, supply: Row, code: &'static str) -> Self {
        Self {
            grid: vec![grid],
            supply: vec![supply],
            code,
            number: None,
        }
    }

    /// The sides changed, as often as not.
    pub(crate) fn turned(mut self, rng: &mut Rng) -> Self {
        if rng.bool() {
            std::mem::swap(&mut self.grid, &mut self.supply);
        }
        self
    }
}

/// A world being made.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) grid: Vec<Row>,
    pub(crate) supply: Vec<Row>,
    pub(crate) persons: Vec<Person>,
    pub(crate) enterprises: Vec<Business>,
    /// Code and accident by metering point; nothing where nothing is wrong.
    pub(crate) truth: BTreeMap<String, (&'static str, &'static str)>,
    /// The accident of every point.
    pub(crate) made: BTreeMap<String, &'static str>,
    numbers: HashSet<String>,
}

impl World {
    /// So many points, with the accidents that the rules name.
    pub(crate) fn new(seed: u64, points: usize) -> Self {
        let mut world = Self {
            rng: Rng::with_seed(seed),
            grid: Vec::new(),
            supply: Vec::new(),
            persons: Vec::new(),
            enterprises: Vec::new(),
            truth: BTreeMap::new(),
            made: BTreeMap::new(),
            numbers: HashSet::new(),
        };
        for number in 0..points {
            let (name, case) = accidents::any(&mut world);
            world.put(number, name, case);
        }
        world.crowd(points / 10);
        world.rng.shuffle(&mut world.grid);
        world.rng.shuffle(&mut world.supply);
        world.rng.shuffle(&mut world.persons);
        world.rng.shuffle(&mut world.enterprises);
        world
    }

    fn put(&mut self, number: usize, name: &'static str, mut case: Case) {
        let body = format!("7070575001{number:07}");
        let check = loket::domain::gs1::check_digit(&body).unwrap();
        let mut point = format!("{body}{check}");
        if case.code == "GSRN" {
            point = match self.rng.u8(..4) {
                0 => format!("{body}{}", (check + 1 + self.rng.u8(..9)) % 10),
                1 => body[..16].to_owned(),
                2 => format!("MP-{number}"),
                _ => format!("{body}{check}0"),
            };
        }
        if let Some(number) = case.number.take() {
            point = number;
        }
        for (side, rows) in [("G", &mut case.grid), ("S", &mut case.supply)] {
            for row in rows {
                row[0].clone_from(&point);
                row[1] = format!("{side}{number:07}");
            }
        }
        self.grid.append(&mut case.grid);
        self.supply.append(&mut case.supply);
        if !case.code.is_empty() {
            self.truth.insert(point.clone(), (case.code, name));
        }
        self.made.insert(point, name);
    }

    /// Persons and enterprises whom no point has: also a register is larger than a holding.
    fn crowd(&mut self, count: usize) {
        for number in 0..count {
            self.person();
            let mut business = people::business(&mut self.rng);
            match number % 20 {
                0 => business.deleted = true,
                1 => business.bankrupt = true,
                _ => {}
            }
            // not the name of one that a point has: that would be another accident
            if self
                .enterprises
                .iter()
                .all(|known| !known.is_named_like(&business))
            {
                self.enterprises.push(business);
            }
        }
    }

    /// A new person of the register.
    pub(crate) fn person(&mut self) -> Person {
        let person = self.stranger();
        self.persons.push(person.clone());
        person
    }

    /// A person whom no register has, with a number that nobody else has.
    pub(crate) fn stranger(&mut self) -> Person {
        loop {
            let person = people::person(&mut self.rng);
            if self.numbers.insert(person.number.clone()) {
                return person;
            }
        }
    }

    /// A new enterprise of the register, with a name that no other has.
    pub(crate) fn business(&mut self) -> Business {
        loop {
            let business = people::business(&mut self.rng);
            if self
                .enterprises
                .iter()
                .all(|known| !known.is_named_like(&business))
            {
                self.enterprises.push(business.clone());
                return business;
            }
        }
    }

    /// As [`Self::business`], but nobody registered it.
    pub(crate) fn unregistered(&mut self) -> Business {
        let business = self.business();
        self.enterprises.pop();
        business
    }
}
