//! Swedish personnummer and samordningsnummer (identifiers.md 3.6).

use std::fmt;

use chrono::{Datelike as _, NaiveDate};

use super::luhn;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonnummerError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// Not `YYMMDD-NNNC`, `YYMMDD+NNNC`, `YYYYMMDD-NNNC` or one of them without separator.
    #[error("not of the form YYMMDD-NNNC or YYYYMMDD-NNNC")]
    Form,
    /// No such date, also after taking 60 from the day.
    #[error("no such date")]
    NoSuchDate,
    /// The date lies after the reference date.
    #[error("born in the future")]
    Future,
    /// The serial number 000 is not given out.
    #[error("serial number 000")]
    Serial,
    /// The last digit does not follow from the others.
    #[error("check digit does not fit")]
    CheckDigit,
}

/// Which of the two numbers it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Of a person in the population register.
    Personnummer,
    /// Coordination number: 60 added to the day.
    Samordningsnummer,
}

/// A Swedish personal number with its century.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Personnummer {
    digits: String,
    kind: Kind,
    birth_date: NaiveDate,
}

impl Personnummer {
    /// Parses. Ten digits get the latest century in which the person is born by the reference
    /// date; a `+` says that a hundred years have to be added to that age.
    pub fn parse(text: &str, reference: NaiveDate) -> Result<Self, PersonnummerError> {
        let written = Written::read(text)?;
        let (kind, born) = written.born(reference)?;
        if born > reference {
            return Err(PersonnummerError::Future);
        }
        if written.ten.get(6..9) == Some(&[0, 0, 0]) {
            return Err(PersonnummerError::Serial);
        }
        if !luhn::passes(&written.ten) {
            return Err(PersonnummerError::CheckDigit);
        }
        let rest: String = written.ten.iter().map(u32::to_string).collect();
        Ok(Self {
            digits: format!("{:02}{rest}", born.year() / 100),
            kind,
            birth_date: born,
        })
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// Which of the two numbers it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The date of birth.
    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }
}

impl fmt::Display for Personnummer {
    /// `YYYYMMDD-NNNC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, serial) = self
            .digits
            .split_at_checked(8)
            .unwrap_or((&self.digits, ""));
        write!(f, "{date}-{serial}")
    }
}

/// A number as it was written.
struct Written {
    century: Option<u32>,
    ten: Vec<u32>,
    plus: bool,
}

impl Written {
    fn read(text: &str) -> Result<Self, PersonnummerError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PersonnummerError::Empty);
        }
        let (date, serial) = match text.split_once(['-', '+']) {
            Some(parts) => parts,
            None => text
                .split_at_checked(text.len().saturating_sub(4))
                .ok_or(PersonnummerError::Form)?,
        };
        let digits = luhn::values(&format!("{date}{serial}")).ok_or(PersonnummerError::Form)?;
        let (century, ten) = match (date.len(), serial.len(), digits.as_slice()) {
            (6, 4, ten) => (None, ten),
            (8, 4, [tens, ones, ten @ ..]) => (Some(tens * 10 + ones), ten),
            _ => return Err(PersonnummerError::Form),
        };
        Ok(Self {
            century,
            ten: ten.to_vec(),
            plus: text.contains('+'),
        })
    }

    fn pair(&self, place: usize) -> u32 {
        match self.ten.get(place..place + 2) {
            Some([tens, ones]) => tens * 10 + ones,
            _ => 0,
        }
    }

    fn born(&self, reference: NaiveDate) -> Result<(Kind, NaiveDate), PersonnummerError> {
        let (kind, day) = match self.pair(4) {
            day @ 61..=91 => (Kind::Samordningsnummer, day - 60),
            day => (Kind::Personnummer, day),
        };
        let in_century = |century: i32| {
            let year = century * 100 + i32::try_from(self.pair(0)).ok()?;
            NaiveDate::from_ymd_opt(year, self.pair(2), day)
        };
        let born = match self.century {
            Some(century) => i32::try_from(century).ok().and_then(in_century),
            None => self.latest_century(reference, in_century),
        };
        born.map(|born| (kind, born))
            .ok_or(PersonnummerError::NoSuchDate)
    }

    /// The date in the latest century in which the person is born by the reference date, and a
    /// hundred years old when a `+` says so. A date may exist in one century and not in the next.
    fn latest_century(
        &self,
        reference: NaiveDate,
        in_century: impl Fn(i32) -> Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let back = i32::from(self.plus);
        let this = reference.year() / 100 - back;
        let not_later = |date: &NaiveDate| {
            date.with_year(date.year() + 100 * back).unwrap_or(*date) <= reference
        };
        in_century(this)
            .filter(not_later)
            .or_else(|| in_century(this - 1))
    }
}
