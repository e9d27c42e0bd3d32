//! The connection at an address and what is checked of its meters (PRIO-18 to PRIO-22), from the
//! imported registers: the source that is always there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, ask, read};
use crate::domain::connection_check::Findings;
use crate::domain::house_number::HouseNumber;
use crate::domain::postcode::Postcode;

/// What was found at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// When it was looked for (legal time).
    pub at: DateTime<Utc>,
    /// Who was asked: `register`.
    pub source: String,
    /// Whether the meters are those of that letter and addition. Else nobody there has them, and these
    /// are all at the number.
    pub exact: bool,
    /// Whether there are more than these.
    pub more: bool,
    /// The electricity meters, at most 60.
    pub meters: Vec<FoundMeter>,
}

/// What is known of one meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// When it was looked up (legal time).
    pub at: DateTime<Utc>,
    /// Who was asked: `register`.
    pub source: String,
    /// The meter; nothing when the connection has others, so that the number is wrong.
    pub meter: Option<FoundMeter>,
}

/// An electricity meter with what the checks need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundMeter {
    /// Connection.
    pub ean: String,
    /// Number on the meter.
    pub meter_number: String,
    /// Street, number, postcode and city in one line.
    pub address: String,
    /// Grid operator.
    pub operator_gln: String,
    /// Its name; empty when no register has it.
    pub operator: String,
    /// Whether that is us.
    pub ours: bool,
    /// Whether it is smart.
    pub smart: Option<bool>,
    /// What is switched on of a smart one: `on`, `off`.
    pub smart_admin: Option<String>,
    /// Whether a smart meter can be placed.
    pub feasible: Option<bool>,
    /// Whether it can register feed-in.
    pub feed_in_suitable: Option<bool>,
    /// The order that the planning of work orders has for it.
    pub gsa_order: Option<String>,
}

impl FoundMeter {
    /// What the checks look at.
    pub fn findings(&self) -> Findings {
        Findings {
            ours: self.ours,
            smart: self.smart,
            feasible: self.feasible,
            feed_in_suitable: self.feed_in_suitable,
            planned: self.gsa_order.is_some(),
        }
    }
}

/// A grid operator that is us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnOperator {
    /// Its number.
    pub gln: String,
    /// Its name; empty when no register has it.
    pub name: String,
}

impl Store {
    /// All electricity meters at an address (PRIO-20), in whatever spelling it was given.
    pub async fn connection_find(
        &self,
        postcode: &Postcode,
        number: &HouseNumber,
    ) -> Result<Found, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.connection_find($1, $2, $3)::text AS "r!""#,
            postcode.as_str(),
            number.number().cast_signed(),
            number.joined_addition()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// What the registers say of a meter at this instant; nothing when they have no meter of that
    /// connection. Refused as long as it is not known whose grid is ours.
    pub async fn connection_check(
        &self,
        ean: &str,
        meter_number: &str,
    ) -> Result<Option<Checked>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            "SELECT loket_api.connection_check($1, $2)::text",
            ean,
            meter_number
        )
        .fetch_one(&self.pool))
        .await?;
        answer.map(read).transpose()
    }

    /// Whose grid is ours (PRIO-27).
    pub async fn own_operators(&self) -> Result<Vec<OwnOperator>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.own_operators()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Sets whose grid is ours: grid operators of the register. For administrators.
    pub async fn own_operators_set(&self, glns: &[String]) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.own_operators_set($1) AS "r!""#, glns)
                .fetch_one(&self.pool),
        )
        .await
    }
}
