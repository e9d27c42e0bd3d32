//! The rules of claiming: passing over, taking over, idle leases, limits and gate.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::rows::{Applied, CaseId, Claim, IdleLease, IdleLeases, Lease, NewLimits, QueueLimits};
use super::{Store, StoreError, ask, read};

/// Idle leases that are read in one call.
const PAGE: i32 = 200;

impl Store {
    /// Gives back a case that "next" proposed and nothing was done with. The reason is one of
    /// [`SKIP_REASONS`](super::rows::SKIP_REASONS); "other" needs a line.
    pub async fn case_skip(
        &self,
        cmd: Uuid,
        session: Uuid,
        lease: Lease,
        reason: &str,
        line: Option<&str>,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.skip($1, $2, $3, $4, $5, $6)::text AS "r!""#,
            cmd,
            session,
            lease.case_id.0,
            lease.fence,
            reason,
            line
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Takes the case from whoever holds it, with a line that they are told. Always
    /// [`Claim::Granted`]; what stands against it is a refusal.
    pub async fn case_take_over(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
        reason: &str,
    ) -> Result<Claim, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.take_over($1, $2, $3, $4)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            reason
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Leases without a sign of work for that many minutes by the wall clock, behind that one.
    pub async fn leases_idle(
        &self,
        minutes: i32,
        after: Option<&IdleLease>,
    ) -> Result<IdleLeases, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.leases_idle($1, $2, $3, $4)::text AS "r!""#,
            minutes,
            after.map(|lease| lease.worked_at),
            after.map(|lease| lease.case_id.0),
            PAGE
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Ends a lease that was not worked on since; `false` when it was, or is another one.
    pub async fn lease_expire(
        &self,
        lease: Lease,
        worked_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.lease_expire($1, $2, $3) AS "r!""#,
            lease.case_id.0,
            lease.fence,
            worked_at
        )
        .fetch_one(&self.pool))
        .await
    }

    /// The numbers of my queues and of their people.
    pub async fn limits(&self) -> Result<Vec<QueueLimits>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.limits()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Sets them. For leads of the queue and administrators; each change is a line of the log.
    pub async fn limits_set(&self, cmd: Uuid, new: NewLimits) -> Result<(), StoreError> {
        let _: Json = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.limits_set($1, $2, $3, $4, $5) AS "r!""#,
            cmd,
            new.queue_id,
            new.agent_id,
            new.max_leases,
            new.gate
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(())
    }
}
