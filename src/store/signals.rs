//! The register of signals, and the count that proposes a party (GT-06, GT-17).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, ask, read};

/// Signals of one kind about one party in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalRow {
    /// First day of the month.
    pub month: NaiveDate,
    /// The party.
    pub party_gln: String,
    /// Its name.
    pub party: String,
    /// What was signalled; `unknown` where nobody said.
    pub signal_type: String,
    /// How many signals.
    pub signals: u64,
    /// In how many cases.
    pub cases: u64,
}

/// A party with so many like signals that it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OffenderDue {
    /// The party.
    pub party_gln: String,
    /// The kind of the signals.
    pub signal_type: String,
    /// When the last of them came.
    pub last_at: DateTime<Utc>,
    /// How far back was counted.
    pub days: u32,
    /// Numbers of the cases, at most 50.
    pub cases: Vec<String>,
}

/// So many like signals in so many days propose a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenderRule {
    /// Signals.
    pub signals: i32,
    /// Days.
    pub days: i32,
}

impl Store {
    /// Signals per month, party and kind, from a day on until before another.
    pub async fn signals_register(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<SignalRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.signals_register($1, $2)::text AS "r!""#,
            from,
            to
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Parties to be proposed, those with most signals first. For the worker.
    pub async fn offenders_due(&self, limit: i32) -> Result<Vec<OffenderDue>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.offenders_due($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Reads the count that proposes, or sets what is given of it; for leads.
    pub async fn offender_rule(
        &self,
        signals: Option<i32>,
        days: Option<i32>,
    ) -> Result<OffenderRule, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.offender_rule($1, $2)::text AS "r!""#,
            signals,
            days
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
