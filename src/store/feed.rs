//! The change feed: consoles ask once a second (decision 24). One question brings the changes, keeps
//! the session alive, and tells which leases are ours.

use sqlx::PgExecutor;
use uuid::Uuid;

use super::rows::{FeedCursor, Here, Pulse};
use super::{Store, StoreError, ask, read, write};

/// [`Store::pulse`] on that line.
pub(super) async fn pulse(
    line: impl PgExecutor<'_>,
    session_id: Uuid,
    cursor: Option<&FeedCursor>,
    here: &Here,
) -> Result<Pulse, StoreError> {
    read(ask(asked(line, session_id, cursor, write(here)?)).await?)
}

/// The question itself.
pub(super) async fn asked(
    line: impl PgExecutor<'_>,
    session_id: Uuid,
    cursor: Option<&FeedCursor>,
    here: serde_json::Value,
) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT loket_api.pulse($1, $2, $3, $4, $5, $6)::text AS "r!""#,
        session_id,
        cursor.map(|place| place.epoch),
        cursor.map(|place| place.timeline),
        cursor.map(|place| place.xid.as_str()),
        cursor.map(|place| place.event_id),
        here
    )
    .fetch_one(line)
    .await
}

impl Store {
    /// Changes since that place. Without a cursor the answer is the present place: read the lists
    /// after it. With a cursor of another epoch or timeline `resync` says that everything must be
    /// read anew. `here` is what the console is doing; colleagues see it.
    pub async fn pulse(
        &self,
        session_id: Uuid,
        cursor: Option<&FeedCursor>,
        here: &Here,
    ) -> Result<Pulse, StoreError> {
        pulse(&self.pool, session_id, cursor, here).await
    }

    /// These notices were seen. Returns how many of them were not before.
    pub async fn notices_seen(&self, ids: &[i64]) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.notices_seen($1) AS "r!""#, ids)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Removes notices that were seen 7 days ago or earlier. Returns how many.
    pub async fn notices_purge(&self) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.notices_purge() AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await
    }
}
