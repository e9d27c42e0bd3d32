//! Sessions and claims: who is at work, and who may write which case.

use uuid::Uuid;

use super::rows::{Along, Applied, CaseId, Claim, Lease, Session};
use super::{Store, StoreError, ask, read};

/// How long a session may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A console: dies with its connection.
    Console,
    /// A command line: lives on between calls for 30 minutes.
    Detached,
}

impl Store {
    /// Opens the session, or takes it up again after a lost line; `session_id` stays in memory.
    pub async fn session_open(
        &self,
        session_id: Uuid,
        client: &str,
        kind: SessionKind,
    ) -> Result<Session, StoreError> {
        let detached = kind == SessionKind::Detached;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.session_open($1, $2, $3)::text AS "r!""#,
            session_id,
            client,
            detached
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Ends the session and gives its cases back. Returns how many.
    pub async fn session_close(&self, session_id: Uuid) -> Result<i32, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.session_close($1) AS "r!""#, session_id)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Takes the most urgent case of these queues, or of all of the agent's.
    pub async fn claim_next(
        &self,
        cmd: Uuid,
        session: Uuid,
        queues: Option<&[i32]>,
    ) -> Result<Claim, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.claim_next($1, $2, $3)::text AS "r!""#,
            cmd,
            session,
            queues
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Takes this case. Taking a case that is held by the same session already is granted.
    pub async fn case_claim(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
    ) -> Result<Claim, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.claim($1, $2, $3)::text AS "r!""#,
            cmd,
            session,
            case_id.0
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Gives the case back to the pool.
    pub async fn case_release(
        &self,
        cmd: Uuid,
        session: Uuid,
        lease: Lease,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.release($1, $2, $3, $4)::text AS "r!""#,
            cmd,
            session,
            lease.case_id.0,
            lease.fence
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Hands the case to a colleague who is there, or to the pool, with one line for the next.
    /// Drafts stay with their writer.
    pub async fn case_hand_over(
        &self,
        cmd: Uuid,
        session: Uuid,
        lease: Lease,
        to: Option<i32>,
        line: &str,
    ) -> Result<Applied, StoreError> {
        self.case_hand_over_with(cmd, session, lease, (to, line), Along::Nothing)
            .await
    }

    /// The same, with the choice whether the next holder may read the drafts for the case.
    pub async fn case_hand_over_with(
        &self,
        cmd: Uuid,
        session: Uuid,
        lease: Lease,
        (to, line): (Option<i32>, &str),
        along: Along,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.hand_over($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
            cmd,
            session,
            lease.case_id.0,
            lease.fence,
            to,
            line,
            along == Along::Drafts
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A lead gives the case to somebody else, or back to the pool.
    pub async fn case_reassign(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
        to: Option<i32>,
        reason: &str,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.reassign($1, $2, $3, $4, $5)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            to,
            reason
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A lead moves the case to another queue.
    pub async fn case_transfer(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
        queue_id: i32,
        reason: &str,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.transfer($1, $2, $3, $4, $5)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            queue_id,
            reason
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Gives back the cases of sessions that are gone; −1 when somebody else is sweeping.
    pub async fn sweep(&self) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(r#"SELECT loket_api.sweep() AS "r!""#).fetch_one(&self.pool)).await
    }
}
