//! The Swedish organisationsnummer (identifiers.md 3.6), and the number of a sole proprietor, who
//! uses a personnummer in its place (ELS-24).

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::kept_as_text::kept_as_text;
use super::luhn;
use super::personnummer::{Personnummer, PersonnummerError};

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationsnummerError {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// Not `NNNNNN-NNNC`, with or without the hyphen and the prefix 16.
    #[error("not of the form NNNNNN-NNNC")]
    Form,
    /// The first digit names no group of organisations.
    #[error("first digit {0} names no group")]
    Group(u32),
    /// The third digit is below 2, as in a date.
    #[error("third digit {0} is below 2")]
    ThirdDigit(u32),
    /// The last digit does not follow from the others.
    #[error("check digit does not fit")]
    CheckDigit,
}

/// An organisationsnummer with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Organisationsnummer(String);

/// What the first digit tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// 1: estate of a dead person.
    Estate,
    /// 2: state, region, municipality, parish.
    Public,
    /// 3: foreign company.
    Foreign,
    /// 5: limited company.
    Limited,
    /// 6: simple partnership.
    SimplePartnership,
    /// 7: economic association.
    Economic,
    /// 8: non-profit association, foundation.
    NonProfit,
    /// 9: trading or limited partnership.
    Trading,
}

impl Organisationsnummer {
    /// Parses, with or without hyphen and prefix 16.
    pub fn parse(text: &str) -> Result<Self, OrganisationsnummerError> {
        use OrganisationsnummerError as E;
        let text = text.trim();
        if text.is_empty() {
            return Err(E::Empty);
        }
        let digits = match text.split_once('-') {
            Some((front, back)) if back.len() == 4 => format!("{front}{back}"),
            Some(_) => return Err(E::Form),
            None => text.to_owned(),
        };
        let digits = match digits.len() {
            12 => digits.strip_prefix("16").ok_or(E::Form)?,
            _ => &digits,
        };
        let values = luhn::values(digits).ok_or(E::Form)?;
        let [first, _, third, ..] = *values.as_slice() else {
            return Err(E::Form);
        };
        if values.len() != 10 {
            return Err(E::Form);
        }
        group(first).ok_or(E::Group(first))?;
        if third < 2 {
            return Err(E::ThirdDigit(third));
        }
        if !luhn::passes(&values) {
            return Err(E::CheckDigit);
        }
        Ok(Self(digits.to_owned()))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the first digit tells.
    pub fn group(&self) -> Option<Group> {
        self.0
            .chars()
            .next()
            .and_then(|c| c.to_digit(10))
            .and_then(group)
    }
}

fn group(first: u32) -> Option<Group> {
    Some(match first {
        1 => Group::Estate,
        2 => Group::Public,
        3 => Group::Foreign,
        5 => Group::Limited,
        6 => Group::SimplePartnership,
        7 => Group::Economic,
        8 => Group::NonProfit,
        9 => Group::Trading,
        _ => return None,
    })
}

impl fmt::Display for Organisationsnummer {
    /// `NNNNNN-NNNC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (front, back) = self.0.split_at_checked(6).unwrap_or((&self.0, ""));
        write!(f, "{front}-{back}")
    }
}

kept_as_text!(Organisationsnummer, OrganisationsnummerError);

/// The number of a Swedish company: its own, or its only owner's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CompanyNumber {
    /// Of an organisation.
    Organisation(Organisationsnummer),
    /// Of a sole proprietor.
    Proprietor(Personnummer),
}

impl CompanyNumber {
    /// Takes either. The third digit tells them apart; the reason is that of the kind it looks
    /// like.
    pub fn parse(text: &str, reference: NaiveDate) -> Result<Self, CompanyNumberError> {
        match Organisationsnummer::parse(text) {
            Ok(number) => Ok(Self::Organisation(number)),
            Err(OrganisationsnummerError::CheckDigit) => {
                Err(OrganisationsnummerError::CheckDigit.into())
            }
            Err(_) => Ok(Self::Proprietor(Personnummer::parse(text, reference)?)),
        }
    }
}

/// Why the number of a company is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompanyNumberError {
    /// It looks like an organisationsnummer.
    #[error(transparent)]
    Organisation(#[from] OrganisationsnummerError),
    /// It does not, and is no personnummer either.
    #[error(transparent)]
    Person(#[from] PersonnummerError),
}
