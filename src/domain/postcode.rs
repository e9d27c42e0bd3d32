//! The Dutch postcode (identifiers.md 3.8).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kept_as_text::kept_as_text;

/// Why a postcode is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostcodeError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// Not four digits, of which the first is not 0, and two letters.
    #[error("not of the form 1234 AB")]
    Form,
    /// SA, SD and SS are not given out.
    #[error("letters that are not given out")]
    Letters,
}

/// A Dutch postcode: `1234AB`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Postcode(String);

impl Postcode {
    /// Parses in either case, with or without one space between digits and letters.
    pub fn parse(text: &str) -> Result<Self, PostcodeError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PostcodeError::Empty);
        }
        let (digits, letters) = text.split_at_checked(4).ok_or(PostcodeError::Form)?;
        let letters = letters
            .strip_prefix(' ')
            .unwrap_or(letters)
            .to_ascii_uppercase();
        let four = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let two = letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        if !four || !two {
            return Err(PostcodeError::Form);
        }
        if matches!(letters.as_str(), "SA" | "SD" | "SS") {
            return Err(PostcodeError::Letters);
        }
        Ok(Self(format!("{digits}{letters}")))
    }

    /// Without the space, as it is stored and searched.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Postcode {
    /// `1234 AB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (digits, letters) = self.0.split_at_checked(4).unwrap_or((&self.0, ""));
        write!(f, "{digits} {letters}")
    }
}

kept_as_text!(Postcode, PostcodeError);
