//! Taking back the last change of a case, and for how long that is possible. The database decides:
//! nothing of it may have left the house, and nobody may have built on it.

use uuid::Uuid;

use super::rows::{Applied, CaseId};
use super::{Store, StoreError, ask, read};

impl Store {
    /// Takes back what event `seq` of the case did: its messages, clocks and facts, all or nothing.
    /// The event stays in the chain; another one says that it was taken back.
    pub async fn case_take_back(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
        seq: i32,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.take_back($1, $2, $3, $4)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            seq
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// How long a person's change can be taken back and its messages wait, in seconds; 0 is never.
    pub async fn grace(&self) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(r#"SELECT loket_api.grace() AS "r!""#).fetch_one(&self.pool)).await
    }

    /// Sets it, 0 to 600 seconds; what was done before keeps its time. For administrators.
    pub async fn grace_set(&self, seconds: i32) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.grace_set($1) AS "r!""#, seconds)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Forgets what cases were before changes that cannot be taken back any more; gives how many.
    /// For the worker.
    pub async fn undo_clear(&self) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(r#"SELECT loket_api.undo_clear() AS "r!""#).fetch_one(&self.pool))
            .await
    }
}
