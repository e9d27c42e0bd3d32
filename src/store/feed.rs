//! The change feed: consoles ask once a second (decision 24). One question brings the changes, keeps
//! the session alive, and tells which leases are ours.

use uuid::Uuid;

use super::rows::{FeedCursor, Pulse};
use super::{Store, StoreError, ask, read};

impl Store {
    /// Changes since that place. Without a cursor the answer is the present place: read the lists
    /// after it. With a cursor of another epoch or timeline `resync` says that everything must be
    /// read anew.
    pub async fn pulse(
        &self,
        session_id: Uuid,
        cursor: Option<&FeedCursor>,
    ) -> Result<Pulse, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.pulse($1, $2, $3, $4, $5) AS "r!""#,
            session_id,
            cursor.map(|place| place.epoch),
            cursor.map(|place| place.timeline),
            cursor.map(|place| place.xid.as_str()),
            cursor.map(|place| place.event_id)
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
