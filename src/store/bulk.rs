//! Filtered lists, and what an action on many cases reads. Bounded, like all reading.

use chrono::{DateTime, Utc};

use super::filter::Filter;
use super::rows::{
    CaseId, FactsPage, InboxPage, InboxView, PAGE_MOST, PageKey, Snapshot, WorkState,
};
use super::{Store, StoreError, ask, read};

/// How many cases a filter marks at most.
pub const SNAPSHOT_MAX: u32 = 1_000;
/// How many cases are read at once for an action on many.
pub const FACTS_MAX: usize = 100;

fn queue(view: &InboxView) -> Option<i32> {
    match view {
        InboxView::Queue(queue_id) => Some(*queue_id),
        InboxView::Mine => None,
    }
}

/// A question that the server broke off is too wide: to ask it again is of no use.
async fn answered(
    call: impl Future<Output = Result<String, sqlx::Error>>,
) -> Result<String, StoreError> {
    match ask(async { Ok(call.await) }).await? {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("57014") => {
            Err(StoreError::refused("filter_too_slow", &[]))
        }
        other => Ok(other?),
    }
}

impl Store {
    /// One page of what a filter leaves of a list, after that place; at most [`PAGE_MOST`] rows.
    /// `known` are rows that the caller has: those that still fit come along as they are now.
    pub async fn inbox_filtered(
        &self,
        view: &InboxView,
        filter: &Filter,
        after: Option<PageKey>,
        limit: u32,
        known: &[CaseId],
    ) -> Result<InboxPage, StoreError> {
        let after = after.unwrap_or(PageKey {
            work: WorkState::Open,
            sort_at: DateTime::<Utc>::UNIX_EPOCH,
            case_id: CaseId(0),
        });
        let known: Vec<i64> = known.iter().map(|id| id.0).collect();
        let answer = answered(
            sqlx::query_scalar!(
                r#"SELECT loket_api.inbox_filtered($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
                queue(view),
                filter.words_json(),
                after.work.word(),
                after.sort_at,
                after.case_id.0,
                limit.min(PAGE_MOST).cast_signed(),
                &known
            )
            .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// All cases that fit, as they are at this moment; at most [`SNAPSHOT_MAX`].
    pub async fn filter_cases(
        &self,
        view: &InboxView,
        filter: &Filter,
        limit: u32,
    ) -> Result<Snapshot, StoreError> {
        let answer = answered(
            sqlx::query_scalar!(
                r#"SELECT loket_api.filter_cases($1, $2, $3)::text AS "r!""#,
                queue(view),
                filter.words_json(),
                limit.min(SNAPSHOT_MAX).cast_signed()
            )
            .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// What the engine needs of these cases; at most [`FACTS_MAX`] are read.
    pub async fn facts_of(&self, cases: &[CaseId]) -> Result<FactsPage, StoreError> {
        let ids: Vec<i64> = cases.iter().take(FACTS_MAX).map(|id| id.0).collect();
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.facts_of($1)::text AS "r!""#,
            &ids
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
