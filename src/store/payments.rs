//! Payments and refunds, for the worker: a row before the service is asked, what the service gave it,
//! and each status as it was fetched. A status is told to the case by a command that follows from
//! payment and status ([`Payment::cmd`]), so that a webhook that comes twice has one effect, and one
//! that is lost costs a minute or two ([`Store::payments_take`]). Nothing of a card or an account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{CaseId, PaymentRow, PaymentStatus, RefundStatus};
use super::{Store, StoreError, ask, read};
use crate::domain::money::Money;

/// A payment, with what only the worker may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Number of the row; the service is given it as its idempotency key.
    pub payment_id: Uuid,
    /// Whose.
    pub case_id: CaseId,
    /// Which fee.
    pub kind: String,
    /// What is to be paid.
    pub amount: Money,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What the service calls it.
    pub provider_id: Option<String>,
    /// Where the customer pays.
    pub checkout_url: Option<String>,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its status changed last.
    pub changed_at: DateTime<Utc>,
    /// What was paid.
    pub seen: Option<Money>,
    /// Whether the case knows its status, or need not.
    pub told: bool,
    /// The command by which the case learns of it; none as long as it may still be paid.
    pub cmd: Option<Uuid>,
    /// Whether the call was the first to say so.
    #[serde(default)]
    pub changed: bool,
}

/// A refund, with what only the worker may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Number of the row; the service is given it as its idempotency key.
    pub refund_id: Uuid,
    /// Of which payment.
    pub payment_id: Uuid,
    /// Whose.
    pub case_id: CaseId,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: RefundStatus,
    /// What the service calls it.
    pub provider_id: Option<String>,
    /// What the service calls the payment.
    pub payment_provider_id: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its status changed last.
    pub changed_at: DateTime<Utc>,
    /// Whether the call was the first to say so.
    #[serde(default)]
    pub changed: bool,
}

/// What is to be given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// All that was paid on the case and whose refund was not tried yet.
    All,
    /// What was paid with this payment.
    Of(Uuid),
    /// What a refund was tried for, without success.
    Failed,
    /// What was paid in another amount than was asked for (PRIO-31).
    Mispaid,
}

impl Store {
    /// A new payment of the case for that fee, or for what the case pays, as it is at this instant. The
    /// same command is the same payment; refused as long as another one of the case may still be paid.
    pub async fn payment_create(
        &self,
        cmd: Uuid,
        case_id: CaseId,
        kind: Option<&str>,
    ) -> Result<Payment, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payment_create($1, $2, $3)::text AS "r!""#,
            cmd,
            case_id.0,
            kind
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// What the service gave the payment: its name, where the customer pays, until when.
    pub async fn payment_attach(
        &self,
        payment_id: Uuid,
        provider_id: &str,
        checkout_url: Option<&str>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Payment, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payment_attach($1, $2, $3, $4)::text AS "r!""#,
            payment_id,
            provider_id,
            checkout_url,
            expires_at
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The status as it was fetched from the service, with the amount that the service has. Paid with
    /// another amount or currency becomes [`PaymentStatus::Mismatch`].
    pub async fn payment_seen(
        &self,
        payment_id: Uuid,
        status: PaymentStatus,
        amount: Money,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<Payment, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payment_seen($1, $2, $3, $4)::text AS "r!""#,
            payment_id,
            status.key(),
            amount.to_string(),
            expires_at
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The case was told of that status, or it can mean nothing to it any more: it is not asked about
    /// again. Without this call it is found out when the payment is next taken.
    pub async fn payment_told(
        &self,
        payment_id: Uuid,
        status: PaymentStatus,
    ) -> Result<bool, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payment_told($1, $2) AS "r!""#,
            payment_id,
            status.key()
        )
        .fetch_one(&self.pool))
        .await
    }

    /// The payment that the service calls so.
    pub async fn payment_find(&self, provider_id: &str) -> Result<Option<Payment>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            "SELECT loket_api.payment_find($1)::text",
            provider_id
        )
        .fetch_one(&self.pool))
        .await?;
        answer.map(read).transpose()
    }

    /// The payment of a case that may still be paid, else its last one.
    pub async fn payment_last(&self, case_id: CaseId) -> Result<Option<Payment>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.payment_last($1)::text", case_id.0)
                .fetch_one(&self.pool),
        )
        .await?;
        answer.map(read).transpose()
    }

    /// Payments to ask the service about, and those whose case does not know their status yet; each is
    /// given to one worker at a time. At most 100.
    pub async fn payments_take(&self, limit: i32) -> Result<Vec<Payment>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payments_take($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The payments of a case as people see them, newest first.
    pub async fn payments_of(&self, case_id: CaseId) -> Result<Vec<PaymentRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.payments_of($1)::text AS "r!""#,
            case_id.0
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Gives back what was paid on the case and was not given back yet, one payment at a time. The
    /// same command is the same refund.
    pub async fn refund_create(
        &self,
        cmd: Uuid,
        case_id: CaseId,
        owed: Owed,
    ) -> Result<Refund, StoreError> {
        let payment = match owed {
            Owed::Of(payment) => Some(payment),
            Owed::All | Owed::Failed | Owed::Mispaid => None,
        };
        let failed = (owed != Owed::Mispaid).then_some(owed == Owed::Failed);
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.refund_create($1, $2, $3, $4)::text AS "r!""#,
            cmd,
            case_id.0,
            payment,
            failed
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The status of a refund as it was fetched, and what the service calls it.
    pub async fn refund_seen(
        &self,
        refund_id: Uuid,
        status: RefundStatus,
        provider_id: Option<&str>,
    ) -> Result<Refund, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.refund_seen($1, $2, $3)::text AS "r!""#,
            refund_id,
            status.key(),
            provider_id
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Refunds that the service is still at, each given to one worker at a time. At most 100.
    pub async fn refunds_take(&self, limit: i32) -> Result<Vec<Refund>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.refunds_take($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
