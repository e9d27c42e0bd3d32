//! The EAN code book of the Dutch grid operators (`formats.md` 5.7): which electricity connections
//! are at an address, and whose grid they are on (PRIO-20, PRIO-27).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Address, Connection, FindConnections, Found, Place, Reported, Sourced, filled, word};
use crate::domain::house_number::HouseNumber;
use crate::domain::postcode::Postcode;
use crate::exchange::http::{Client, Question, Settings};
use crate::exchange::trouble::Trouble;

/// Name of the source in answers.
pub const SOURCE: &str = "code_book";
/// Header of the key.
pub const KEY_HEADER: &str = "X-API-Key";
/// Rows of a page, and pages that are read.
const PAGE: usize = 100;
const PAGES: usize = 5;
/// Electricity.
const PRODUCT: &str = "ELK";

/// The code book at an address.
#[derive(Debug, Clone)]
pub struct CodeBook {
    client: Client,
}

/// The answer, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    metering_points: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(deserialize_with = "word")]
    ean: String,
    #[serde(default, deserialize_with = "word")]
    product: String,
    #[serde(default)]
    address: Option<RowAddress>,
    #[serde(default, deserialize_with = "word")]
    organisation: String,
    #[serde(default, deserialize_with = "word")]
    grid_operator_ean: String,
    #[serde(default, deserialize_with = "word")]
    grid_area: String,
    #[serde(default)]
    special_metering_point: Option<bool>,
    #[serde(default, deserialize_with = "word")]
    bag_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowAddress {
    #[serde(default, deserialize_with = "word")]
    postal_code: String,
    #[serde(default, deserialize_with = "word")]
    street_number: String,
    #[serde(default, deserialize_with = "word")]
    street_number_addition: String,
    #[serde(default, deserialize_with = "word")]
    street: String,
    #[serde(default, deserialize_with = "word")]
    city: String,
}

impl CodeBook {
    /// The base is what stands before `/ecbinfoset`; the key goes in [`KEY_HEADER`].
    pub fn new(settings: Settings) -> Self {
        Self {
            client: Client::new(settings),
        }
    }

    /// All pages of one question, each connection once.
    async fn rows(&self, place: &Place, addition: &str) -> Result<Vec<Row>, Trouble> {
        let mut rows = BTreeMap::new();
        for page in 0..PAGES {
            let mut question = Question::get("/ecbinfoset")
                .with("product", PRODUCT)
                .with("postalCode", place.postcode.as_str())
                .with("streetNumber", &place.house.number());
            if !addition.is_empty() {
                question = question.with("streetNumberAddition", addition);
            }
            let question = question.with("limit", &PAGE).with("offset", &(page * PAGE));
            let answer: Rows = self.client.ask(question).await?;
            let (given, known) = (answer.metering_points.len(), rows.len());
            let points = answer.metering_points.into_iter();
            rows.extend(points.map(|row| (row.ean.clone(), row)));
            // a page that brings nothing new would be followed by itself
            if given < PAGE || rows.len() == known {
                return Ok(rows.into_values().collect());
            }
        }
        let most = (PAGES * PAGE).to_string();
        Err(Trouble::lasting("too_many").with("count", &most))
    }
}

impl FindConnections for CodeBook {
    /// With an addition the code book is asked for that address first, and, since it may spell the
    /// addition in another way than the register of addresses, then for the number alone.
    async fn connections(
        &self,
        place: &Place,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Found>, Trouble> {
        let addition = place.house.joined_addition();
        let mut found = sorted(self.rows(place, &addition).await?, place, true);
        if !addition.is_empty() && found.at.is_empty() {
            found = sorted(self.rows(place, "").await?, place, false);
        }
        Ok(Sourced {
            source: SOURCE,
            at: now,
            value: found,
        })
    }
}

/// At the place, near it, or elsewhere and left out. `is_exact`: the code book was asked for exactly
/// this place, so that a row without an address is there.
fn sorted(rows: Vec<Row>, place: &Place, is_exact: bool) -> Found {
    let mut found = Found::default();
    for row in rows {
        if !row.product.is_empty() && !row.product.eq_ignore_ascii_case(PRODUCT) {
            continue;
        }
        let house = row.address.as_ref().map(RowAddress::house);
        let is_elsewhere = row.address.as_ref().is_some_and(|at| !at.is_near(place));
        if is_elsewhere {
            continue;
        }
        let is_there = match house {
            None => is_exact,
            Some(house) => house.is_some_and(|house| is_same(&house, &place.house)),
        };
        let list = if is_there {
            &mut found.at
        } else {
            &mut found.near
        };
        list.push(row.connection());
    }
    found
}

/// Two spellings of one house: the code book knows number and addition only.
fn is_same(one: &HouseNumber, other: &HouseNumber) -> bool {
    one.number() == other.number() && one.joined_addition() == other.joined_addition()
}

impl Row {
    fn connection(self) -> Connection {
        let bag_id = filled(self.bag_id);
        // a building in the register of addresses is nothing special (formats 5.7)
        let is_special = self
            .special_metering_point
            .or(bag_id.is_some().then_some(false));
        Connection {
            ean: Reported::ean(&self.ean),
            operator: self.organisation,
            operator_gln: Reported::gln(&self.grid_operator_ean),
            area: self.grid_area,
            address: self.address.map(RowAddress::shown),
            is_special,
            bag_id,
        }
    }
}

impl RowAddress {
    fn house(&self) -> Option<HouseNumber> {
        let text = format!("{} {}", self.street_number, self.street_number_addition);
        HouseNumber::parse(&text).ok()
    }

    /// Whether postcode and number are those of the place.
    fn is_near(&self, place: &Place) -> bool {
        let postcode = Postcode::parse(&self.postal_code);
        let is_postcode = postcode.is_ok_and(|postcode| postcode == place.postcode);
        is_postcode && self.street_number == place.house.number().to_string()
    }

    fn shown(self) -> Address {
        let reported = format!("{} {}", self.street_number, self.street_number_addition);
        let house = self.house().map(|house| house.to_string());
        Address {
            house: house.unwrap_or_else(|| reported.trim().to_owned()),
            street: self.street,
            postcode: self.postal_code,
            city: self.city,
        }
    }
}
