//! The Dutch house number: number, letter, addition (BAG; identifiers.md 3.8).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a house number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HouseNumberError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// Does not begin with a number from 1 to 99999.
    #[error("does not begin with a number from 1 to 99999")]
    Number,
    /// More than four characters of addition.
    #[error("addition is longer than 4 characters")]
    AdditionLength,
    /// A character other than letters, digits, space, hyphen or slash.
    #[error("character {0:?} does not belong into a house number")]
    Character(char),
}

/// A house number in its three parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HouseNumber {
    number: u32,
    letter: Option<char>,
    addition: Option<String>,
}

impl HouseNumber {
    /// Parses what people write: `18a-1`, `18 A 1` and `18-A1` are the same. One letter alone is
    /// the house letter; several together are an addition (`18 bis`).
    pub fn parse(text: &str) -> Result<Self, HouseNumberError> {
        let text = text.trim().to_ascii_uppercase();
        if text.is_empty() {
            return Err(HouseNumberError::Empty);
        }
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text
            .split_at_checked(digits)
            .ok_or(HouseNumberError::Number)?;
        let number = number
            .parse()
            .ok()
            .filter(|number| (1..=99_999).contains(number))
            .ok_or(HouseNumberError::Number)?;
        let is_gap = |c: char| matches!(c, ' ' | '-' | '/');
        if let Some(bad) = rest
            .chars()
            .find(|c| !is_gap(*c) && !c.is_ascii_alphanumeric())
        {
            return Err(HouseNumberError::Character(bad));
        }
        let rest = rest.trim_start_matches(is_gap);
        let (letter, rest) = split_letter(rest);
        let addition: String = rest.chars().filter(|c| !is_gap(*c)).collect();
        if addition.len() > 4 {
            return Err(HouseNumberError::AdditionLength);
        }
        Ok(Self {
            number,
            letter,
            addition: Some(addition).filter(|addition| !addition.is_empty()),
        })
    }

    /// 1 to 99999.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// One capital letter.
    pub fn letter(&self) -> Option<char> {
        self.letter
    }

    /// Up to four capital letters and digits.
    pub fn addition(&self) -> Option<&str> {
        self.addition.as_deref()
    }

    /// Letter and addition in one, for registers that know only two parts; empty when neither is.
    pub fn joined_addition(&self) -> String {
        self.letter
            .into_iter()
            .chain(self.addition.iter().flat_map(|text| text.chars()))
            .collect()
    }
}

/// The house letter at the beginning: a letter that no second letter follows.
fn split_letter(rest: &str) -> (Option<char>, &str) {
    let mut chars = rest.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(letter), next)
            if letter.is_ascii_alphabetic()
                && !next.is_some_and(|next| next.is_ascii_alphabetic()) =>
        {
            (Some(letter), chars.as_str())
        }
        _ => (None, rest),
    }
}

impl fmt::Display for HouseNumber {
    /// `18A-1`, as the address register writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        if let Some(letter) = self.letter {
            write!(f, "{letter}")?;
        }
        match &self.addition {
            Some(addition) => write!(f, "-{addition}"),
            None => Ok(()),
        }
    }
}
