//! Fees that the law sets (PRIO-14): an amount holds from an instant on, and a payment keeps the one of
//! its creation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, ask, read};
use crate::domain::money::Money;

/// A fee from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// What it is asked for, e.g. `prio_electricity`.
    pub kind: String,
    /// How much.
    pub amount: Money,
    /// From when on.
    pub valid_from: DateTime<Utc>,
    /// A public figure that came with the program, not what this company asks.
    pub example: bool,
    /// Whether it is the one of this moment.
    pub in_force: bool,
}

impl Store {
    /// All fees there were, are and will be, by kind and time.
    pub async fn fees(&self) -> Result<Vec<Fee>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.fees()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Sets a fee from an instant on, or from now; never for the past, always after the others of its
    /// kind. For administrators.
    pub async fn fee_add(
        &self,
        kind: &str,
        amount: Money,
        valid_from: Option<DateTime<Utc>>,
    ) -> Result<Fee, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.fee_add($1, $2, $3)::text AS "r!""#,
            kind,
            amount.to_string(),
            valid_from
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
