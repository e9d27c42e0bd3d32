//! The GLN-13 of a market party: grid operator, supplier, service provider (identifiers.md 3.1).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::gs1::{self, Gs1Error};

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

impl FromStr for Gln {
    type Err = Gs1Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Gln {
    type Error = Gs1Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Gln> for String {
    fn from(gln: Gln) -> Self {
        gln.0
    }
}
