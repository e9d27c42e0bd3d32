//! Where connections and addresses are looked up outside our own tables: one interface, so that a
//! screen does not know who answered, and every answer says who and when (PRIO-18 to 20, 27).
//!
//! This module must not know: cases, which grid is ours, SQL.

pub mod addresses;
pub mod code_book;
pub mod enterprises;
pub mod persons;
pub mod registers;

use std::future::Future;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::trouble::{Trouble, short};
use crate::domain::ean::Ean18;
use crate::domain::gln::Gln;
use crate::domain::house_number::{HouseNumber, HouseNumberError};
use crate::domain::postcode::{Postcode, PostcodeError};

pub use addresses::AddressService;
pub use code_book::CodeBook;
pub use enterprises::EnterpriseService;
pub use persons::PersonService;

/// Who can say which connections are at an address.
pub trait FindConnections {
    /// All electricity connections at the address, and those at the same number with another letter
    /// or addition. None at all is an answer.
    fn connections(
        &self,
        place: &Place,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Sourced<Found>, Trouble>> + Send;
}

/// Who can say which houses there are.
pub trait FindHouses {
    /// All addresses with that postcode and number, whatever letter and addition, in order.
    fn houses(
        &self,
        postcode: &Postcode,
        number: u32,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Sourced<Vec<House>>, Trouble>> + Send;
}

/// An answer with its source and its time (PRIO-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sourced<T> {
    /// Who said it: `code_book`, `address_service`.
    pub source: &'static str,
    /// When: the legal instant of the question.
    pub at: DateTime<Utc>,
    /// What was said.
    pub value: T,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Postcode.
    pub postcode: Postcode,
    /// House number with letter and addition.
    pub house: HouseNumber,
}

/// Why there is no place to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The postcode.
    #[error("postcode: {0}")]
    Postcode(#[from] PostcodeError),
    /// The house number.
    #[error("house number: {0}")]
    House(#[from] HouseNumberError),
}

impl Place {
    /// As people write both: `5223 mb`, `18a-1`.
    pub fn parse(postcode: &str, house: &str) -> Result<Self, PlaceError> {
        Ok(Self {
            postcode: Postcode::parse(postcode)?,
            house: HouseNumber::parse(house)?,
        })
    }
}

/// A number as it was reported. One with a wrong check digit is kept and marked: people see what
/// the source holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reported {
    /// The digits; what else was there, cleaned.
    pub number: String,
    /// Whether it is a number of its kind.
    pub is_valid: bool,
}

impl Reported {
    /// The EAN of a connection.
    pub fn ean(text: &str) -> Self {
        let ean = Ean18::parse(text).map(|ean| ean.as_str().to_owned());
        Self::of(ean.ok(), text)
    }

    /// The GLN of a grid operator.
    pub fn gln(text: &str) -> Self {
        let gln = Gln::parse(text).map(|gln| gln.as_str().to_owned());
        Self::of(gln.ok(), text)
    }

    fn of(valid: Option<String>, text: &str) -> Self {
        Self {
            is_valid: valid.is_some(),
            number: valid.unwrap_or_else(|| short(text)),
        }
    }
}

/// Connections at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Found {
    /// At the address itself, by EAN.
    pub at: Vec<Connection>,
    /// At the same postcode and number, with another letter or addition, or at an address that the
    /// source does not tell.
    pub near: Vec<Connection>,
}

/// A connection as a source tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Its number.
    pub ean: Reported,
    /// Name of the grid operator.
    pub operator: String,
    /// GLN of the grid operator; compared with ours (PRIO-27).
    pub operator_gln: Reported,
    /// Grid area.
    pub area: String,
    /// Where it is; some sources do not tell.
    pub address: Option<Address>,
    /// Whether it is a special metering point; `None` where that can not be told.
    pub is_special: Option<bool>,
    /// Id of the building in the register of addresses.
    pub bag_id: Option<String>,
}

/// An address as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Street.
    pub street: String,
    /// Number, letter, addition: `18A-1`, or as reported where it cannot be read.
    pub house: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
}

/// A house with that postcode and number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct House {
    /// Number, letter, addition.
    pub house: HouseNumber,
    /// As it is shown.
    pub address: Address,
    /// Id at the source, for [`AddressService::look_up`].
    pub id: String,
    /// Id of the building in the register of addresses.
    pub bag_id: Option<String>,
}

/// A text, a number, or nothing: as a cleaned text. What else stands there is nothing.
fn word<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    Ok(match Json::deserialize(input)? {
        Json::String(text) => short(&text),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

/// Something, unless it is empty.
fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_check_digit_is_kept_and_marked() {
        let right = Reported::ean("8716 8790 0400 0000 15");
        assert_eq!(
            (right.number.as_str(), right.is_valid),
            ("871687900400000015", true)
        );
        let wrong = Reported::ean("871687900400000016\u{1b}[2J");
        assert_eq!(
            (wrong.number.as_str(), wrong.is_valid),
            ("871687900400000016", false)
        );
    }

    /// PRIO-18: letter and addition in any usual spelling are one place.
    #[test]
    fn prio_18_a_place_is_one_however_it_is_written() {
        let place = Place::parse("5223mb", "18a-1").unwrap();
        for spelling in ["18 A 1", "18-A1", "18A1", "18a/1"] {
            assert_eq!(
                Place::parse("5223 MB", spelling),
                Ok(place.clone()),
                "{spelling}"
            );
        }
        assert!(Place::parse("5223", "18").is_err());
        assert!(Place::parse("5223MB", "").is_err());
    }
}
