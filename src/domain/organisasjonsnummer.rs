//! The Norwegian organisasjonsnummer (identifiers.md 3.5).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kept_as_text::kept_as_text;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrganisasjonsnummerError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// A character other than 0 to 9.
    #[error("not only digits")]
    NotDigits,
    /// Not nine digits.
    #[error("{0} digits instead of 9")]
    Length(usize),
    /// The register issues numbers that begin with 8 or 9.
    #[error("begins with {0}, not with 8 or 9")]
    FirstDigit(u32),
    /// The check digit would be 10: the register never issues these.
    #[error("no check digit exists for this number")]
    NeverIssued,
    /// The last digit is not the one that follows from the others.
    #[error("check digit is {found}, must be {wanted}")]
    CheckDigit {
        /// The digit that follows from the others.
        wanted: u32,
        /// The digit given.
        found: u32,
    },
    /// One digit nine times: passes the check digit, since the weights sum to 32, and is filler.
    #[error("one digit nine times is filler")]
    Filler,
}

/// An organisasjonsnummer with a right check digit. Whether it exists only the register knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Organisasjonsnummer(String);

const WEIGHTS: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];

impl Organisasjonsnummer {
    /// Parses, forgiving the spaces of the usual grouping.
    pub fn parse(text: &str) -> Result<Self, OrganisasjonsnummerError> {
        use OrganisasjonsnummerError as E;
        let digits: String = text.chars().filter(|c| *c != ' ').collect();
        let values: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(10)).collect();
        let values = values.ok_or(E::NotDigits)?;
        let [first, .., found] = *values.as_slice() else {
            return Err(if values.is_empty() {
                E::Empty
            } else {
                E::Length(values.len())
            });
        };
        if values.len() != 9 {
            return Err(E::Length(values.len()));
        }
        if first < 8 {
            return Err(E::FirstDigit(first));
        }
        let sum: u32 = values
            .iter()
            .zip(WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        match (11 - sum % 11) % 11 {
            10 => Err(E::NeverIssued),
            wanted if wanted != found => Err(E::CheckDigit { wanted, found }),
            _ if values.iter().all(|value| *value == first) => Err(E::Filler),
            _ => Ok(Self(digits)),
        }
    }

    /// The nine digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Organisasjonsnummer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kept_as_text!(Organisasjonsnummer, OrganisasjonsnummerError);
