//! One import of the data wash, on a line of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::Postgres;
use sqlx::pool::PoolConnection;

use super::{Begun, MayClose, RunKey, ToOpen};
use crate::process::engine::Change;
use crate::store::{Store, StoreError, ask, read, write};

/// Most rows of one chunk of [`WashImport::merge`].
pub const MERGE_MAX: i32 = 2_000;
/// Most cases that are opened in one transaction.
pub const OPEN_MAX: i32 = 500;

#[derive(Deserialize)]
struct Merged {
    rows: i64,
    counts: BTreeMap<String, i64>,
}

/// Which findings are to have a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All that need a person.
    All,
    /// Those of which the repair from the register did not come about.
    Left,
}

/// One import: its line holds the lock for as long as it lives.
#[derive(Debug)]
pub struct WashImport {
    line: PoolConnection<Postgres>,
}

impl Store {
    /// Begins to import; refused while somebody else does. A line that was killed holds nothing.
    pub async fn wash_import(&self) -> Result<WashImport, StoreError> {
        let mut line = ask(self.pool.acquire()).await?;
        let held = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_hold() AS "r!""#).fetch_one(&mut *line),
        )
        .await?;
        if held {
            // a lock of a session would otherwise stay with a line that goes back to the pool
            line.close_on_drop();
            Ok(WashImport { line })
        } else {
            Err(StoreError::refused("wash_running", &[]))
        }
    }
}

impl WashImport {
    /// Begins the run, or goes on with the one of the same files that was stopped.
    pub async fn begin(&mut self, key: &RunKey<'_>) -> Result<Begun, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_begin($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
            key.kind,
            key.scope,
            key.file_ref,
            key.hash,
            key.origin,
            key.day,
            key.points
        )
        .fetch_one(&mut *self.line))
        .await?;
        read(answer)
    }

    /// Empties the stage, a piece at a time.
    pub async fn unstage(&mut self) -> Result<(), StoreError> {
        loop {
            let gone = ask(
                sqlx::query_scalar!(r#"SELECT loket_api.wash_unstage(20000) AS "r!""#)
                    .fetch_one(&mut *self.line),
            )
            .await?;
            if gone == 0 {
                return Ok(());
            }
        }
    }

    /// Copies rows into the stage, as text in the format of COPY.
    pub async fn stage(&mut self, rows: &[u8]) -> Result<u64, StoreError> {
        const COPY: &str = "COPY loket.wash_stage (run_id, n, point, code, rank, side, proposal, \
            confidence, pattern, protected, evidence) FROM STDIN";
        let line = &mut self.line;
        ask(async {
            let mut copy = line.copy_in_raw(COPY).await?;
            copy.send(rows).await?;
            copy.finish().await
        })
        .await
    }

    /// The next part of the run begins; `done` ends it. Refused while a part is not whole.
    pub async fn step(&mut self, run: i64, state: &str) -> Result<(), StoreError> {
        ask(
            sqlx::query!("SELECT loket_api.wash_step($1, $2)", run, state).execute(&mut *self.line),
        )
        .await?;
        Ok(())
    }

    /// Everything is staged: so many rows, and of so many more of the file not even the metering
    /// point could be read.
    pub async fn staged(&mut self, run: i64, rows: i64, unreadable: i64) -> Result<(), StoreError> {
        ask(sqlx::query!(
            "SELECT loket_api.wash_step($1, 'merging', $2, $3)",
            run,
            rows,
            unreadable
        )
        .execute(&mut *self.line))
        .await?;
        Ok(())
    }

    /// Whether the run may close what its file has no more; with `yes` it may.
    pub async fn may_close(&mut self, run: i64, yes: bool) -> Result<MayClose, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_may_close($1, $2)::text AS "r!""#,
            run,
            yes
        )
        .fetch_one(&mut *self.line))
        .await?;
        read(answer)
    }

    /// Leaves out the next row of the stage.
    pub async fn skip(&mut self, run: i64) -> Result<(), StoreError> {
        ask(sqlx::query!("SELECT loket_api.wash_skip($1)", run).execute(&mut *self.line)).await?;
        Ok(())
    }

    /// Merges a chunk of at most `limit` rows; gives its rows and all counts, no rows at the end.
    pub async fn merge(
        &mut self,
        run: i64,
        limit: i32,
    ) -> Result<(i64, BTreeMap<String, i64>), StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_merge($1, $2)::text AS "r!""#,
            run,
            limit
        )
        .fetch_one(&mut *self.line))
        .await?;
        let merged: Merged = read(answer)?;
        Ok((merged.rows, merged.counts))
    }

    /// Deals with a part of what the newer file has no more; 0 at the end.
    pub async fn gone(&mut self, run: i64) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_gone($1, 2000) AS "r!""#, run)
                .fetch_one(&mut *self.line),
        )
        .await
    }

    /// Findings without a case that need one.
    pub async fn to_open(&mut self, after: i64, which: Which) -> Result<Vec<ToOpen>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_to_open($1, $2, $3)::text AS "r!""#,
            after,
            OPEN_MAX,
            which == Which::Left
        )
        .fetch_one(&mut *self.line))
        .await?;
        read(answer)
    }

    /// Opens cases; gives how many. They count for the run, where there is one.
    pub async fn open(
        &mut self,
        run: Option<i64>,
        cases: &[(i64, Change)],
    ) -> Result<i32, StoreError> {
        let cases: Vec<_> = cases
            .iter()
            .map(|(finding, change)| serde_json::json!({"finding_id": finding, "change": change}))
            .collect();
        let cases = write(&cases)?;
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.wash_open($1, $2) AS "r!""#, run, cases)
                .fetch_one(&mut *self.line),
        )
        .await
    }
}
