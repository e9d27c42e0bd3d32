//! The Dutch address service (`formats.md` 5.6): the houses of a postcode and number, proposals while
//! somebody types, one address by its id (PRIO-18).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Address, FindHouses, House, Sourced, filled, word};
use crate::domain::house_number::HouseNumber;
use crate::domain::postcode::Postcode;
use crate::exchange::http::{Client, Question, Settings};
use crate::exchange::trouble::Trouble;

/// Name of the source in answers.
pub const SOURCE: &str = "address_service";
/// Only addresses, no streets or towns.
const ONLY_ADDRESSES: &str = "type:adres";
/// Rows of a page, and pages that are read.
const PAGE: usize = 100;
const PAGES: usize = 5;
/// Proposals while somebody types.
const PROPOSALS: usize = 10;
/// Nobody types more than this.
const TYPED_LIMIT: usize = 200;

/// The address service at an address.
#[derive(Debug, Clone)]
pub struct AddressService {
    client: Client,
}

/// A proposal: what to show and by which id to look it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Id at the source.
    pub id: String,
    /// Street, number, postcode and city in one line.
    pub shown: String,
}

#[derive(Debug, Deserialize)]
struct Answer {
    response: Docs,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Docs {
    num_found: usize,
    docs: Vec<Doc>,
}

#[derive(Debug, Deserialize)]
struct Doc {
    #[serde(deserialize_with = "word")]
    id: String,
    #[serde(default, rename = "type", deserialize_with = "word")]
    kind: String,
    #[serde(default, deserialize_with = "word")]
    weergavenaam: String,
    #[serde(default, deserialize_with = "word")]
    straatnaam: String,
    #[serde(default, deserialize_with = "word")]
    huisnummer: String,
    #[serde(default, deserialize_with = "word")]
    huisletter: String,
    #[serde(default, deserialize_with = "word")]
    huisnummertoevoeging: String,
    #[serde(default, deserialize_with = "word")]
    postcode: String,
    #[serde(default, deserialize_with = "word")]
    woonplaatsnaam: String,
    #[serde(default, deserialize_with = "word")]
    adresseerbaarobject_id: String,
}

impl AddressService {
    /// The base is what stands before `/free`; no key.
    pub fn new(settings: Settings) -> Self {
        Self {
            client: Client::new(settings),
        }
    }

    /// Addresses that begin with what was typed.
    pub async fn suggest(
        &self,
        typed: &str,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Vec<Proposal>>, Trouble> {
        let typed: String = typed.chars().take(TYPED_LIMIT).collect();
        let question = Question::get("/suggest")
            .with("q", &typed)
            .with("fq", ONLY_ADDRESSES)
            .with("rows", &PROPOSALS);
        let answer: Answer = self.client.ask(question).await?;
        let docs = answer.response.docs.into_iter();
        let value = docs
            .filter(Doc::is_address)
            .take(PROPOSALS)
            .map(|doc| Proposal {
                id: doc.id,
                shown: doc.weergavenaam,
            });
        Ok(sourced(value.collect(), now))
    }

    /// One address.
    pub async fn look_up(&self, id: &str, now: DateTime<Utc>) -> Result<Sourced<House>, Trouble> {
        let question = Question::get("/lookup").with("id", id);
        let answer: Answer = self.client.ask(question).await?;
        let mut docs = answer.response.docs.into_iter();
        let doc = docs.find(|doc| doc.is_address() && doc.id == id);
        let house = doc.and_then(Doc::house);
        let house = house.ok_or_else(|| Trouble::lasting("unknown"))?;
        Ok(sourced(house, now))
    }
}

impl FindHouses for AddressService {
    /// Addresses whose number cannot be read are left out: no connection could be asked for there.
    async fn houses(
        &self,
        postcode: &Postcode,
        number: u32,
        now: DateTime<Utc>,
    ) -> Result<Sourced<Vec<House>>, Trouble> {
        let mut houses = BTreeMap::new();
        for page in 0..PAGES {
            let question = Question::get("/free")
                .with("fq", ONLY_ADDRESSES)
                .with("fq", &format!("postcode:{}", postcode.as_str()))
                .with("fq", &format!("huisnummer:{number}"))
                .with("rows", &PAGE)
                .with("start", &(page * PAGE));
            let answer: Answer = self.client.ask(question).await?;
            let (given, all) = (answer.response.docs.len(), answer.response.num_found);
            let found = answer.response.docs.into_iter().filter(Doc::is_address);
            let is_asked = |house: &House| {
                let there = Postcode::parse(&house.address.postcode);
                house.house.number() == number && there.is_ok_and(|there| there == *postcode)
            };
            let found = found.filter_map(Doc::house).filter(is_asked);
            houses.extend(found.map(|house| (house.house.clone(), house)));
            if given == 0 || page * PAGE + given >= all {
                return Ok(sourced(houses.into_values().collect(), now));
            }
        }
        let most = (PAGES * PAGE).to_string();
        Err(Trouble::lasting("too_many").with("count", &most))
    }
}

fn sourced<T>(value: T, at: DateTime<Utc>) -> Sourced<T> {
    Sourced {
        source: SOURCE,
        at,
        value,
    }
}

impl Doc {
    fn is_address(&self) -> bool {
        self.kind == "adres"
    }

    fn house(self) -> Option<House> {
        let written = format!(
            "{}{} {}",
            self.huisnummer, self.huisletter, self.huisnummertoevoeging
        );
        let house = HouseNumber::parse(&written).ok()?;
        Some(House {
            address: Address {
                street: self.straatnaam,
                house: house.to_string(),
                postcode: self.postcode,
                city: self.woonplaatsnaam,
            },
            house,
            id: self.id,
            bag_id: filled(self.adresseerbaarobject_id),
        })
    }
}
