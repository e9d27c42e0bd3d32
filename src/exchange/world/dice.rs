//! Chance with a seed, and the things that are made of it: numbers with right check digits, names,
//! addresses. The same seed gives the same world on every machine.

use chrono::{Days, NaiveDate};

use super::words;

/// The dice of one world.
#[derive(Debug)]
pub(super) struct Dice(fastrand::Rng);

/// Where somebody lives.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) street: String,
    pub(super) house_number: i32,
    pub(super) house_letter: String,
    pub(super) house_suffix: String,
    pub(super) postcode: String,
    pub(super) city: String,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// One of a list.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.0.usize(..list.len())]
    }

    /// A place in a list of that length.
    pub(super) fn place(&mut self, length: usize) -> usize {
        self.0.usize(..length.max(1))
    }

    /// From the first up to and including the last.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        self.0.i64(first..=last)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, share: u8) -> bool {
        self.0.u8(..100) < share
    }

    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + self.0.u8(..10)))
            .collect()
    }

    pub(super) fn last_name(&mut self) -> String {
        let particle = self.pick(words::PARTICLES);
        let (start, end) = (
            self.pick(words::LAST_NAME_STARTS),
            self.pick(words::LAST_NAME_ENDS),
        );
        format!("{particle}{start}{end}")
    }

    pub(super) fn person(&mut self) -> String {
        format!("{} {}", self.pick(words::FIRST_NAMES), self.last_name())
    }

    pub(super) fn phone(&mut self) -> String {
        format!("+3120{}", self.digits(7))
    }

    pub(super) fn day_after(&mut self, first: NaiveDate, span_days: i64) -> NaiveDate {
        let days = u64::try_from(self.between(0, span_days)).unwrap_or(0);
        first.checked_add_days(Days::new(days)).unwrap_or(first)
    }

    pub(super) fn address(&mut self) -> Address {
        let (city, first) = words::TOWNS[self.place(words::TOWNS.len())];
        let (start, end) = (
            self.pick(words::STREET_STARTS),
            self.pick(words::STREET_ENDS),
        );
        let number = self.between(1, 240);
        let letter = if self.percent(12) {
            self.pick(&["A", "B", "C"])
        } else {
            ""
        };
        let suffix = if self.percent(8) {
            self.between(1, 40).to_string()
        } else {
            String::new()
        };
        Address {
            street: format!("{start}{end}"),
            house_number: i32::try_from(number).unwrap_or(1),
            house_letter: letter.to_owned(),
            house_suffix: suffix,
            postcode: format!(
                "{}{}",
                i64::from(first) + self.between(0, 9),
                self.letters()
            ),
            city: city.to_owned(),
        }
    }

    /// Two letters as Dutch postcodes have them (identifiers 3.8).
    fn letters(&mut self) -> String {
        const LETTERS: &[&str] = &[
            "A", "B", "C", "E", "G", "H", "J", "K", "L", "N", "P", "R", "T",
        ];
        format!("{}{}", self.pick(LETTERS), self.pick(LETTERS))
    }
}

/// The digits with their GS1 check digit behind them (identifiers 3.1).
pub(super) fn with_check_digit(body: &str) -> String {
    let weighted = |(place, digit): (usize, u8)| {
        let weight = if place % 2 == 0 { 3 } else { 1 };
        u32::from(digit - b'0') * weight
    };
    let sum: u32 = body.bytes().rev().enumerate().map(weighted).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A metering point of our own grid.
pub(super) fn ean(number: usize) -> String {
    with_check_digit(&format!("8716879004{number:07}"))
}

/// A market party.
pub(super) fn gln(number: usize) -> String {
    with_check_digit(&format!("87199990{number:04}"))
}
