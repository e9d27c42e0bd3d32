//! The EAN-18 (GSRN) of a metering point (identifiers.md 3.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::country::Country;
use super::gs1::{self, Gs1Error};
use super::kept_as_text::kept_as_text;

/// An EAN-18 with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ean18(String);

impl Ean18 {
    /// Number of digits.
    pub const LENGTH: usize = 18;

    /// Parses, forgiving the spaces of the usual grouping.
    pub fn parse(text: &str) -> Result<Self, Gs1Error> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        gs1::check(&digits, Self::LENGTH)?;
        Ok(Self(digits))
    }

    /// The eighteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four from the left, as people read it aloud: `8716 9093 …`.
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(Self::LENGTH + 4);
        for (place, digit) in self.0.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Whether it begins as the metering points of a country do. Only ever a reason to warn: no
    /// prefix names today's operator, and grid companies have inherited numbers.
    pub fn has_usual_prefix(&self, country: Country) -> bool {
        let prefix = match country {
            Country::Nl => "871",
            Country::No => "7070575",
            Country::Se => "735999",
            Country::Be => "5414",
        };
        self.0.starts_with(prefix)
    }
}

impl fmt::Display for Ean18 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kept_as_text!(Ean18, Gs1Error);
