//! What the worker and people ask of the data wash.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::registers::RegisterRow;
use super::{Awaited, Closing, Correction, FaultRow, Progress, RunRow, UpdateRow, UpdateTaken};
use crate::store::{Store, StoreError, ask, read, write};

impl Store {
    /// Cases whose deviation is gone and that nobody holds; at most 200.
    pub async fn wash_closing(&self, after: i64) -> Result<Vec<Closing>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_closing($1, 200)::text AS "r!""#,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Cases that wait for the next wash and can be led on; at most 200.
    pub async fn wash_awaited(&self, after: i64) -> Result<Vec<Awaited>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_awaited($1, 200)::text AS "r!""#,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Whether findings of which the repair did not come about have no case.
    pub async fn wash_has_left(&self) -> Result<bool, StoreError> {
        let found = ask(sqlx::query_scalar!(
            r#"SELECT jsonb_array_length(loket_api.wash_to_open(0, 1, true)) AS "r!""#
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(found > 0)
    }

    /// So many days a case waits for the next wash; sets it when a number is given.
    pub async fn wash_next_days(&self, days: Option<i32>) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_next_days($1) AS "r!""#, days)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Corrections to be told now, at the pace that is set.
    pub async fn wash_corrections_take(&self, limit: i32) -> Result<Vec<Correction>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_corrections_take($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A correction has left, or why it has not.
    pub async fn wash_correction_told(
        &self,
        id: i64,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        ask(
            sqlx::query!("SELECT loket_api.wash_correction_told($1, $2)", id, error)
                .execute(&self.pool),
        )
        .await?;
        Ok(())
    }

    /// Takes back what has not left, of a run or one of them; gives how many, at most 1000.
    pub async fn wash_corrections_back(
        &self,
        run: Option<i64>,
        id: Option<i64>,
    ) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_corrections_back($1, $2, 1000) AS "r!""#,
            run,
            id
        )
        .fetch_one(&self.pool))
        .await
    }

    /// How many corrections leave in a minute; sets it when a number is given.
    pub async fn wash_pace(&self, per_minute: Option<i32>) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_pace($1) AS "r!""#, per_minute)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// The share of the open findings, in per cent, that one file may close unasked; sets it when one
    /// is given.
    pub async fn wash_most_gone(&self, share: Option<i32>) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_most_gone($1) AS "r!""#, share)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// The newest runs.
    pub async fn wash_runs(&self, limit: i32) -> Result<Vec<RunRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_runs($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// What fault codes mean.
    pub async fn wash_faults(&self) -> Result<Vec<FaultRow>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_faults()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// What a fault code means from now on.
    pub async fn wash_fault_set(&self, fault: &str, code: Option<&str>) -> Result<(), StoreError> {
        ask(
            sqlx::query!("SELECT loket_api.wash_fault_set($1, $2)", fault, code)
                .execute(&self.pool),
        )
        .await?;
        Ok(())
    }

    /// Takes an update of a supplier in; `data` by column of the customer.
    pub async fn wash_update_put(
        &self,
        reference: &str,
        point: &str,
        supplier: &str,
        data: &BTreeMap<String, String>,
    ) -> Result<UpdateTaken, StoreError> {
        let data = write(data)?;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_update_put($1, $2, $3, $4)::text AS "r!""#,
            reference,
            point,
            supplier,
            data
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Updates whose turn it is in a live case that knows nothing of them; at most 200.
    pub async fn wash_updates_untold(&self, after: i64) -> Result<Vec<UpdateTaken>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_updates_untold($1, 200)::text AS "r!""#,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Updates, the oldest first; at most 500 from a number on.
    pub async fn wash_updates(
        &self,
        state: Option<&str>,
        after: i64,
    ) -> Result<Vec<UpdateRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_updates($1, $2, 500)::text AS "r!""#,
            state,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Approves an update, or rejects it with a reason (DW-BAS-12).
    pub async fn wash_update_end(
        &self,
        id: i64,
        approve: bool,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        ask(sqlx::query!(
            "SELECT loket_api.wash_update_end($1, $2, $3)",
            id,
            approve,
            reason
        )
        .execute(&self.pool))
        .await?;
        Ok(())
    }

    /// Sets a milestone; without a day it is taken away.
    pub async fn wash_milestone_set(
        &self,
        name: &str,
        day: Option<NaiveDate>,
        codes: &[String],
        share: Option<f64>,
    ) -> Result<(), StoreError> {
        ask(sqlx::query!(
            "SELECT loket_api.wash_milestone_set($1, $2, $3, ($4::float8)::numeric)",
            name,
            day,
            codes,
            share
        )
        .execute(&self.pool))
        .await?;
        Ok(())
    }

    /// How far the wash has come, with the last weeks.
    pub async fn wash_progress(&self, weeks: i32) -> Result<Progress, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_progress($1)::text AS "r!""#,
            weeks
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Rows of an extract of a register, `persons` or `enterprises`; gives how many were new and
    /// how many changed.
    pub async fn register_put(
        &self,
        kind: &str,
        rows: &[serde_json::Value],
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = write(rows)?;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.register_put($1, $2)::text AS "r!""#,
            kind,
            rows
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Rows of an extract that was brought in, behind that number; at most 5000.
    pub async fn register_rows(
        &self,
        kind: &str,
        after: &str,
    ) -> Result<Vec<RegisterRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.register_rows($1, $2, 5000)::text AS "r!""#,
            kind,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
