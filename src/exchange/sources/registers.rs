//! The registers of the data wash behind one interface: extracts that were imported (the default),
//! or a service that is asked (formats.md 5.4, 5.5). An answer is one hit, none, or several; several
//! are never listed to a person who only may see the one (DW-BAS-15).
//!
//! This module must not know: cases, which metering point is washed, SQL.

use std::future::Future;

use chrono::{DateTime, NaiveDate, Utc};

use super::Sourced;
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::exchange::trouble::Trouble;
use crate::exchange::wash::registers::RegisterFiles;
use crate::wash::Rules;
use crate::wash::given;
use crate::wash::identity::{Registers, businesses_like, persons_like};
use crate::wash::record::{EnterpriseRow, Held, Holding, Person, PersonRow};

/// Who can say who a person is.
pub trait FindPersons {
    /// The only person that the search may mean, none, or several.
    fn person(
        &self,
        search: &PersonSearch,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Sourced<Hit<PersonRow>>, Trouble>> + Send;
}

/// Who can say which enterprise has a number or a name.
pub trait FindEnterprises {
    /// The enterprise of that number.
    fn enterprise(
        &self,
        number: &Organisasjonsnummer,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Sourced<Standing>, Trouble>> + Send;

    /// Enterprises whose name may be meant; deleted ones are left out.
    fn enterprises_named(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> impl Future<Output = Result<Sourced<Vec<EnterpriseRow>>, Trouble>> + Send;
}

/// One to one, or nothing that identifies (DW-BAS-15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit<T> {
    /// The only one.
    One(T),
    /// Nobody.
    None,
    /// More than one: the search says too little.
    Several,
}

impl<T> Hit<T> {
    /// Of those that were found.
    pub fn of(rows: Vec<T>) -> Self {
        let mut rows = rows.into_iter();
        match (rows.next(), rows.next()) {
            (Some(only), None) => Self::One(only),
            (None, _) => Self::None,
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

/// What the register says of an organisation number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is registered; it may be bankrupt or being wound up ([`EnterpriseRow::condition`]).
    Registered(EnterpriseRow),
    /// It was deleted, or removed for reasons of law: no real number any more (DW-I02-1).
    Removed,
    /// Never issued.
    Unknown,
}

/// What is known of a person who is looked for. Made by [`PersonSearch::new`] only, so that no search
/// leaves that the register refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSearch {
    /// Given and family name.
    pub name: [String; 2],
    /// The number, where one is held.
    pub number: Option<Fodselsnummer>,
    /// Day of birth.
    pub born: Option<NaiveDate>,
    /// Street without its number.
    pub street: String,
    /// House number with its letter.
    pub house: String,
    /// Postcode.
    pub postcode: String,
    /// Whether names that only sound alike are hits; these must be looked at by a person.
    pub is_phonetic: bool,
}

/// Why a search is not asked: the register takes a name with a number, a birth date, an address or a
/// postcode (formats.md 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// A given name and a family name are needed.
    #[error("a given name and a family name are needed")]
    Name,
    /// One of the other three is needed.
    #[error("beside the name: a number, a birth date, an address or a postcode is needed")]
    TooLittle,
}

impl SearchError {
    /// The text for people.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "wash.search.name",
            Self::TooLittle => "wash.search.too_little",
        }
    }
}

/// Letters of a street that make it a part of an address.
const STREET_LETTERS: usize = 3;

impl PersonSearch {
    /// From what a side holds. What cannot be read, as an impossible birth date, is left out.
    pub fn new(held: &Holding, is_phonetic: bool) -> Result<Self, SearchError> {
        let get = |field| held.get(field).trim().to_owned();
        let search = Self {
            name: [get(Held::FirstName), get(Held::LastName)],
            number: Fodselsnummer::read(held.get(Held::Identifier)).ok(),
            born: given::day(held.get(Held::BirthDate)).parse().ok(),
            street: get(Held::Street),
            house: get(Held::HouseNumber),
            postcode: get(Held::Postcode),
            is_phonetic,
        };
        if search.name.iter().any(String::is_empty) {
            return Err(SearchError::Name);
        }
        let is_enough = search.number.is_some()
            || search.born.is_some()
            || search.has_address()
            || !search.postcode.is_empty();
        if is_enough {
            Ok(search)
        } else {
            Err(SearchError::TooLittle)
        }
    }

    /// Three letters of the street and the house number.
    pub fn has_address(&self) -> bool {
        self.street.chars().count() >= STREET_LETTERS && !self.house.is_empty()
    }

    fn as_holding(&self) -> Holding {
        let [first, last] = &self.name;
        let born = self.born.map(|day| day.to_string()).unwrap_or_default();
        let (street, house, postcode) = (&self.street, &self.house, &self.postcode);
        given::holding([
            "", "", "private", first, last, "", "", &born, street, house, postcode, "", "", "", "",
        ])
    }
}

/// Name of the source of extracts in answers.
pub const EXTRACTS: &str = "extracts";

fn from_extracts<T>(at: DateTime<Utc>, value: T) -> Sourced<T> {
    Sourced {
        source: EXTRACTS,
        at,
        value,
    }
}

impl FindPersons for RegisterFiles {
    /// A number decides alone; the name is then for people to compare.
    async fn person(
        &self,
        search: &PersonSearch,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Hit<PersonRow>>, Trouble> {
        let by_number = search.number.as_ref();
        if let Some(row) = by_number.and_then(|number| Registers::person(self, number.as_str())) {
            return Ok(from_extracts(now, Hit::One(row)));
        }
        let rules = Rules::default();
        let mut rows = persons_like(&search.as_holding(), self, &rules);
        if !search.is_phonetic {
            let wanted = search.name.join(" ").to_lowercase();
            rows.retain(|row| row.name().to_lowercase() == wanted);
        }
        if let Some(born) = search.born {
            let born = born.to_string();
            rows.retain(|row| row.get(Person::BirthDate) == born);
        }
        Ok(from_extracts(now, Hit::of(rows)))
    }
}

impl FindEnterprises for RegisterFiles {
    async fn enterprise(
        &self,
        number: &Organisasjonsnummer,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Standing>, Trouble> {
        let row = Registers::enterprise(self, number.as_str());
        Ok(from_extracts(now, standing(row)))
    }

    async fn enterprises_named(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Vec<EnterpriseRow>>, Trouble> {
        let held = given::holding([
            "", "", "business", "", "", name, "", "", "", "", "", "", "", "", "",
        ]);
        let rows = businesses_like(&held, self, &Rules::default());
        Ok(from_extracts(now, rows))
    }
}

/// What a row, or none, means for the number.
pub(super) fn standing(row: Option<EnterpriseRow>) -> Standing {
    match row {
        Some(row) if row.condition() == "deleted" => Standing::Removed,
        Some(row) => Standing::Registered(row),
        None => Standing::Unknown,
    }
}
