//! Consumption: values go in by chunks, and come out under a mandate with a purpose.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::CaseId;
use super::{Store, StoreError, ask, read};
use crate::domain::consumption::shown::Naming;
pub use crate::domain::consumption::{Consumption, Found, Step};
use crate::domain::consumption::{Energy, Grain, Register, Status};

/// Most values of one chunk.
pub const CHUNK_MOST: usize = 50_000;

/// For which purpose somebody looks; texts: `choice.look_purpose.<key>`.
pub const LOOK_PURPOSES: [&str; 4] = ["question", "check", "complaint", "hand_over"];

/// A value of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumptionRow {
    /// The connection, as registered.
    pub ean: String,
    /// The number of the meter; empty for the connection as a whole, which counts where no meter has a
    /// value.
    pub meter: String,
    /// What was counted.
    pub register: Register,
    /// From when on.
    pub start: DateTime<Utc>,
    /// How long.
    pub grain: Grain,
    /// How sure.
    pub status: Status,
    /// Wh, dm³ or W.
    pub value: i64,
}

/// What became of a chunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// Values that were not there.
    pub new: u64,
    /// Values that took the place of others, which are kept beside.
    pub changed: u64,
    /// Values that were there, or stand back behind surer ones.
    pub known: u64,
}

/// What somebody looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look<'a> {
    /// The case of the mandate.
    pub case_id: CaseId,
    /// The first local day.
    pub from: NaiveDate,
    /// The first day that is not looked at.
    pub to: NaiveDate,
    /// Per what.
    pub step: Step,
    /// One of [`LOOK_PURPOSES`].
    pub purpose: &'a str,
    /// Whether it leaves the screen as a file.
    pub is_export: bool,
    /// How the connection is to be named: by all of its number only where nobody is protected, as a part
    /// of the event.
    pub naming: Naming,
}

/// The number of a grain in the database: minutes, and none for what is no stretch of them.
fn minutes(grain: Grain) -> i16 {
    match grain {
        Grain::Quarter => 15,
        Grain::Hour => 60,
        Grain::Day => 1440,
        Grain::Month => 0,
    }
}

impl Store {
    /// Which of these connections are registered, with what is delivered there. For administrators and
    /// the worker; at most 1,000.
    pub async fn consumption_known(
        &self,
        eans: &[String],
    ) -> Result<BTreeMap<String, Energy>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.consumption_known($1)::text AS "r!""#,
            eans
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A chunk of at most [`CHUNK_MOST`] values, in one transaction; the same chunk again changes
    /// nothing. `is_dry` only counts.
    pub async fn consumption_merge(
        &self,
        rows: &[ConsumptionRow],
        is_dry: bool,
    ) -> Result<Merged, StoreError> {
        let eans: Vec<String> = rows.iter().map(|row| row.ean.clone()).collect();
        let meters: Vec<String> = rows.iter().map(|row| row.meter.clone()).collect();
        let registers: Vec<i16> = rows.iter().map(|row| row.register.code()).collect();
        let starts: Vec<DateTime<Utc>> = rows.iter().map(|row| row.start).collect();
        let lengths: Vec<i16> = rows.iter().map(|row| minutes(row.grain)).collect();
        let statuses: Vec<i16> = rows.iter().map(|row| row.status.code()).collect();
        let values: Vec<i64> = rows.iter().map(|row| row.value).collect();
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.consumption_merge($1, $2, $3, $4, $5, $6, $7, $8)::text AS "r!""#,
            &eans,
            &meters,
            &registers,
            &starts,
            &lengths,
            &statuses,
            &values,
            is_dry
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Consumption under the mandate of a case: an event with its purpose. What the mandate does not
    /// allow is refused with the rule.
    pub async fn consumption_read(
        &self,
        cmd: Uuid,
        session: Uuid,
        look: &Look<'_>,
    ) -> Result<Consumption, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.consumption_read($1, $2, $3, $4, $5, $6, $7, $8, $9)::text AS "r!""#,
            cmd,
            session,
            look.case_id.0,
            look.from,
            look.to,
            look.step.code(),
            look.purpose,
            look.is_export,
            look.naming == Naming::Whole
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
