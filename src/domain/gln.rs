//! The GLN-13 of a market party: grid operator, supplier, service provider (identifiers.md 3.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::gs1::{self, Gs1Error};
use super::kept_as_text::kept_as_text;

/// A GLN with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gln(String);

impl Gln {
    /// Number of digits.
    pub const LENGTH: usize = 13;

    /// Parses, forgiving spaces.
    pub fn parse(text: &str) -> Result<Self, Gs1Error> {
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        gs1::check(&digits, Self::LENGTH)?;
        Ok(Self(digits))
    }

    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Gln {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kept_as_text!(Gln, Gs1Error);
