//! Finding again: last looks at cases, recently seen ones, filters with a name.

use serde_json::Value as Json;
use uuid::Uuid;

use super::rows::{CaseRow, Look, SavedFilter};
use super::{Store, StoreError, ask, read};

/// Most looks that one call keeps.
pub const LOOKS_MAX: usize = 200;

impl Store {
    /// Keeps that we looked at these cases, the latest last; at most [`LOOKS_MAX`].
    pub async fn looked(&self, looks: &[Look]) -> Result<(), StoreError> {
        let cases: Vec<i64> = looks.iter().map(|look| look.case_id.0).collect();
        let versions: Vec<i32> = looks.iter().map(|look| look.version).collect();
        ask(
            sqlx::query!("SELECT loket_api.looked($1, $2)", &cases, &versions)
                .fetch_one(&self.pool),
        )
        .await
        .map(|_| ())
    }

    /// Our last looks, the latest first.
    pub async fn looks_mine(&self) -> Result<Vec<Look>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.looks_mine()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// The cases that we looked at last, the latest first; at most 100.
    pub async fn recent(&self, limit: u32) -> Result<Vec<CaseRow>, StoreError> {
        let limit = limit.min(100).cast_signed();
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.recent($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Filters with a name: our own, then those of our queues.
    pub async fn filters_mine(&self) -> Result<Vec<SavedFilter>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.filters_mine()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Saves a line under a name, for us or (as a lead) for all of a queue.
    pub async fn filter_save(
        &self,
        cmd: Uuid,
        name: &str,
        line: &str,
        queue_id: Option<i32>,
    ) -> Result<(), StoreError> {
        let _: Json = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.filter_save($1, $2, $3, $4) AS "r!""#,
            cmd,
            name,
            line,
            queue_id
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(())
    }

    /// Throws a filter away: ours, or (as a lead) one of our queues.
    pub async fn filter_drop(&self, cmd: Uuid, filter: i32) -> Result<(), StoreError> {
        let _: Json = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.filter_drop($1, $2) AS "r!""#,
            cmd,
            filter
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(())
    }

    /// Keeps which columns our list of a queue shows (`None`: of the cases that we hold), by their
    /// names; none at all: as it comes.
    pub async fn columns_save(
        &self,
        queue_id: Option<i32>,
        shown: &[String],
    ) -> Result<(), StoreError> {
        ask(
            sqlx::query!("SELECT loket_api.columns_save($1, $2)", queue_id, shown)
                .fetch_one(&self.pool),
        )
        .await
        .map(|_| ())
    }
}
