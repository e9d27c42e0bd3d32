//! Drafts and places (issue: nothing typed is ever lost): rows of one agent, saved while they type.

use uuid::Uuid;

use super::rows::{DraftRow, DraftSave, DraftSaved};
use super::{Store, StoreError, ask, read, write};

impl Store {
    /// Saves a draft of ours. A late save changes nothing; a text that its writer has not seen is
    /// never replaced.
    pub async fn draft_save(&self, draft: &DraftSave) -> Result<DraftSaved, StoreError> {
        let body = write(&draft.body)?;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT to_jsonb(loket_api.draft_save($1, $2, $3, $4, $5, $6, $7, $8))::text AS "r!""#,
            draft.draft_id,
            draft.case_id.map(|case| case.0),
            draft.form,
            body,
            draft.command,
            draft.writer,
            draft.base,
            draft.rev
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Throws a draft of ours away, as that console wrote it or saw it last (`base`); `false` when
    /// another console of ours went on with it.
    pub async fn draft_drop(
        &self,
        draft: Uuid,
        writer: Uuid,
        base: i64,
    ) -> Result<bool, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.draft_drop($1, $2, $3) AS "r!""#,
            draft,
            writer,
            base
        )
        .fetch_one(&self.pool))
        .await
    }

    /// Lets the holder of the case read a draft of ours; `false` when there is none of that number.
    pub async fn draft_share(&self, draft: Uuid) -> Result<bool, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.draft_share($1) AS "r!""#, draft)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Our drafts, the latest first; at most 200.
    pub async fn drafts_mine(&self) -> Result<Vec<DraftRow>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.drafts_mine()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// The worker: deletes drafts that were left for too long; says how many.
    pub async fn drafts_purge(&self, limit: i32) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.drafts_purge($1) AS "r!""#, limit)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Where we are, for the next console; at most 8 KiB.
    pub async fn place_save(&self, place: &serde_json::Value) -> Result<(), StoreError> {
        ask(sqlx::query!("SELECT loket_api.place_save($1)", place).fetch_one(&self.pool))
            .await
            .map(|_| ())
    }
}
