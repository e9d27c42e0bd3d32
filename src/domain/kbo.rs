//! The Belgian enterprise number, KBO/BCE (identifiers.md 3.7).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kept_as_text::kept_as_text;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KboError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// A character other than 0 to 9 (after `BE`, dots and spaces).
    #[error("not only digits")]
    NotDigits,
    /// Not ten digits, nor the nine of an old number.
    #[error("{0} digits instead of 10")]
    Length(usize),
    /// The first digit is neither 0 nor 1.
    #[error("begins with {0}, not with 0 or 1")]
    FirstDigit(u64),
    /// The last two digits do not follow from the first eight.
    #[error("check digits are {found:02}, must be {wanted:02}")]
    CheckDigits {
        /// The digits that follow from the others.
        wanted: u64,
        /// The digits given.
        found: u64,
    },
}

/// An enterprise number with right check digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kbo(String);

impl Kbo {
    /// Parses, with or without `BE`, dots, spaces and the leading zero of old numbers.
    pub fn parse(text: &str) -> Result<Self, KboError> {
        let text = text.trim();
        let text = text
            .strip_prefix("BE")
            .or(text.strip_prefix("be"))
            .unwrap_or(text);
        let mut digits: String = text.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
        if digits.is_empty() {
            return Err(KboError::Empty);
        }
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(KboError::NotDigits);
        }
        if digits.len() == 9 {
            digits.insert(0, '0');
        }
        if digits.len() != 10 {
            return Err(KboError::Length(digits.len()));
        }
        let number: u64 = digits.parse().map_err(|_| KboError::NotDigits)?;
        let first = number / 1_000_000_000;
        if first > 1 {
            return Err(KboError::FirstDigit(first));
        }
        let (wanted, found) = (97 - number / 100 % 97, number % 100);
        if wanted != found {
            return Err(KboError::CheckDigits { wanted, found });
        }
        Ok(Self(digits))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kbo {
    /// `0566.988.259`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.get(..4), self.0.get(4..7), self.0.get(7..)) {
            (Some(a), Some(b), Some(c)) => write!(f, "{a}.{b}.{c}"),
            _ => f.write_str(&self.0),
        }
    }
}

kept_as_text!(Kbo, KboError);
