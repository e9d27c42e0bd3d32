//! Norwegian personal numbers: fødselsnummer, D-number, H- and FH-number, and the synthetic series
//! of test data (identifiers.md 3.2 to 3.4).
//!
//! From 2032 on numbers are issued whose first check digit may leave a remainder of 0 to 3; both
//! kinds are read in parallel. A reference date decides which are accepted.

use std::fmt;

use chrono::NaiveDate;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FodselsnummerError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// A character other than 0 to 9.
    #[error("not only digits")]
    NotDigits,
    /// Not eleven digits.
    #[error("{0} digits instead of 11")]
    Length(usize),
    /// The day is outside 1–31 and 41–71.
    #[error("day {0} is in no series")]
    Day(u32),
    /// The month is outside 1–12 and the series 41–52, 66–77, 81–92.
    #[error("month {0} is in no series")]
    Month(u32),
    /// A day that no calendar has.
    #[error("no such date")]
    NoSuchDate,
    /// The check digits fit neither rule.
    #[error("check digits do not fit")]
    CheckDigits,
    /// Well-formed, but the individual number belongs to no century and only the rule of 2032,
    /// which asks for none, would take it.
    #[error("individual number belongs to no century")]
    Century,
    /// Fits only the rule of 2032, and the reference date is earlier.
    #[error("fits only the rule for numbers issued from 2032")]
    NotBefore2032,
}

/// What kind of number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Fødselsnummer of a resident.
    Fodselsnummer,
    /// D-number: 40 added to the day.
    DNumber,
    /// Emergency help number: begins with 8 or 9, holds no date.
    FhNumber,
}

/// The series that 40, 65 or 80 added to the month marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// Month 41–52: help number of a hospital, or test data of NAV; they cannot be told apart.
    HelpOrNav,
    /// Month 66–77: test data of Norsk helsenett.
    Helsenett,
    /// Month 81–92: test data of the tax administration (Tenor).
    Skatteetaten,
}

/// A number that fits at least one of the two rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fodselsnummer {
    digits: String,
    kind: Kind,
    series: Option<Series>,
    valid_old: bool,
    valid_2032: bool,
    birth_date: Option<NaiveDate>,
}

const WEIGHTS_1: [u32; 9] = [3, 7, 6, 1, 8, 9, 4, 5, 2];
const WEIGHTS_2: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

impl Fodselsnummer {
    /// Parses and accepts what may exist at the reference date: before 2032 only the old rule,
    /// since the new one lets four times as many typing errors pass.
    pub fn parse(text: &str, reference: NaiveDate) -> Result<Self, FodselsnummerError> {
        let number = Self::read(text)?;
        if number.valid_old || reference >= first_day_2032() {
            return Ok(number);
        }
        if number.fits_old_digits() {
            return Err(FodselsnummerError::Century);
        }
        Err(FodselsnummerError::NotBefore2032)
    }

    /// Parses and accepts either rule, whatever the date.
    pub fn read(text: &str) -> Result<Self, FodselsnummerError> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        let values = values(&digits)?;
        let number = |places: std::ops::Range<usize>| {
            values
                .get(places)
                .unwrap_or_default()
                .iter()
                .fold(0, |sum, digit| sum * 10 + digit)
        };
        let (first, second) = remainders(&values);
        let fits = second == 0 && first <= 3;
        let mut read = Self {
            digits,
            kind: Kind::FhNumber,
            series: None,
            valid_old: fits && first == 0,
            valid_2032: fits,
            birth_date: None,
        };
        if number(0..1) < 8 {
            let (kind, day) = kind_of(number(0..2))?;
            let (series, month) = series_of(number(2..4))?;
            let born = Born {
                day,
                month,
                year: number(4..6),
            };
            born.check()?;
            let century = born.century(kind, number(6..9));
            read.birth_date = century.and_then(|century| born.in_century(century));
            if century.is_some() && read.birth_date.is_none() {
                return Err(FodselsnummerError::NoSuchDate);
            }
            (read.kind, read.series) = (kind, series);
            read.valid_old &= read.birth_date.is_some();
        }
        if !read.valid_2032 {
            return Err(FodselsnummerError::CheckDigits);
        }
        if !read.valid_old {
            read.birth_date = None;
        }
        Ok(read)
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.digits
    }

    /// What kind of number it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The series that its month marks.
    pub fn series(&self) -> Option<Series> {
        self.series
    }

    /// Certainly test data. A month of 41–52 may also be a hospital's help number.
    pub fn is_synthetic(&self) -> bool {
        matches!(self.series, Some(Series::Helsenett | Series::Skatteetaten))
    }

    /// Fits the rule in force since 1964.
    pub fn valid_old(&self) -> bool {
        self.valid_old
    }

    /// Fits the rule for numbers issued from 2032 on.
    pub fn valid_2032(&self) -> bool {
        self.valid_2032
    }

    /// The date of birth that the number tells under the old rule. Never to be trusted against the
    /// register.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        self.birth_date
    }

    fn fits_old_digits(&self) -> bool {
        values(&self.digits).is_ok_and(|values| remainders(&values).0 == 0)
    }
}

impl fmt::Display for Fodselsnummer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits)
    }
}

/// 1 January 2032.
fn first_day_2032() -> NaiveDate {
    NaiveDate::from_ymd_opt(2032, 1, 1).unwrap_or(NaiveDate::MAX)
}

fn values(digits: &str) -> Result<Vec<u32>, FodselsnummerError> {
    if digits.is_empty() {
        return Err(FodselsnummerError::Empty);
    }
    let values: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(10)).collect();
    let values = values.ok_or(FodselsnummerError::NotDigits)?;
    match values.len() {
        11 => Ok(values),
        found => Err(FodselsnummerError::Length(found)),
    }
}

/// The remainders mod 11 of both weighted sums, each with its check digit added.
fn remainders(values: &[u32]) -> (u32, u32) {
    let sum = |weights: &[u32]| {
        let body: u32 = values
            .iter()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum();
        (body + values.get(weights.len()).copied().unwrap_or_default()) % 11
    };
    (sum(&WEIGHTS_1), sum(&WEIGHTS_2))
}

fn kind_of(day: u32) -> Result<(Kind, u32), FodselsnummerError> {
    match day {
        1..=31 => Ok((Kind::Fodselsnummer, day)),
        41..=71 => Ok((Kind::DNumber, day - 40)),
        _ => Err(FodselsnummerError::Day(day)),
    }
}

fn series_of(month: u32) -> Result<(Option<Series>, u32), FodselsnummerError> {
    match month {
        1..=12 => Ok((None, month)),
        41..=52 => Ok((Some(Series::HelpOrNav), month - 40)),
        66..=77 => Ok((Some(Series::Helsenett), month - 65)),
        81..=92 => Ok((Some(Series::Skatteetaten), month - 80)),
        _ => Err(FodselsnummerError::Month(month)),
    }
}

/// Day, month and two digits of the year.
#[derive(Clone, Copy)]
struct Born {
    day: u32,
    month: u32,
    year: u32,
}

impl Born {
    /// Whether the date exists in any of the three centuries; year 00 may be a leap year.
    fn check(self) -> Result<(), FodselsnummerError> {
        if [1800, 1900, 2000]
            .into_iter()
            .any(|century| self.in_century(century).is_some())
        {
            Ok(())
        } else {
            Err(FodselsnummerError::NoSuchDate)
        }
    }

    fn in_century(self, century: i32) -> Option<NaiveDate> {
        let year = century + i32::try_from(self.year).ok()?;
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    /// The century that the individual number tells, for numbers issued before 2032. The series of
    /// D-numbers were extended on 16 November 2021.
    fn century(self, kind: Kind, individual: u32) -> Option<i32> {
        match (kind, individual, self.year) {
            (Kind::Fodselsnummer, 0..=499, _)
            | (Kind::Fodselsnummer, 900..=999, 40..)
            | (Kind::DNumber, 0..=199, 0..=39)
            | (Kind::DNumber, 0..=499 | 600..=999, 40..) => Some(1900),
            (Kind::Fodselsnummer, 500..=749, 54..) | (Kind::DNumber, 500..=599, 58..) => Some(1800),
            (Kind::Fodselsnummer, 500..=999, 0..=39) | (Kind::DNumber, 200..=999, 0..=39) => {
                Some(2000)
            }
            _ => None,
        }
    }
}
