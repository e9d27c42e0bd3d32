//! The board, and the share of clocks on time. The board is counted in the database by whoever comes
//! first; everybody else reads the same rows.

use chrono::{DateTime, NaiveDate, Utc};

use super::rows::{Board, CaseId, OnTimeCase, OnTimeKind, OnTimeRow};
use super::{Store, StoreError, ask, read};

/// Cases behind a figure that one answer brings at most.
pub const CASES: u32 = 1_000;

impl Store {
    /// The board of all queues of the caller, counted two seconds ago at most.
    pub async fn board(&self) -> Result<Board, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.board()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Counts the queues anew; `false` when somebody else just did.
    pub async fn board_refresh(&self) -> Result<bool, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.board_refresh() AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// What became of the clocks that were due in the month of that day, per kind.
    pub async fn on_time(
        &self,
        month: NaiveDate,
        process: Option<&str>,
    ) -> Result<Vec<OnTimeRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.on_time($1, $2)::text AS "r!""#,
            month,
            process
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The clocks behind a figure, by due instant, after that place; at most [`CASES`] in one call.
    pub async fn on_time_cases(
        &self,
        kind: &OnTimeKind,
        after: Option<(DateTime<Utc>, CaseId, i32)>,
        limit: u32,
    ) -> Result<Vec<OnTimeCase>, StoreError> {
        let (due, case, run) = match after {
            Some((due, case, run)) => (Some(due), Some(case.0), Some(run)),
            None => (None, None, None),
        };
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.on_time_cases($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
            kind.month,
            kind.process,
            kind.clock,
            due,
            case,
            run,
            limit.min(CASES).cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
