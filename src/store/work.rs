//! What the worker asks for: lapsed clocks, the outbox, the heads of the chains.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::line::Backend;
use super::payments::Payment;
use super::rows::{
    CaseId, ConnectionCard, CustomerCard, HeldSlot, LapsedClock, OutboxItem, PartyCard,
};
use super::wash::HeldRow;
use super::{Store, StoreError, ask, read};
use crate::domain::clock::ClockRun;
use crate::process::engine::Facts;

/// What a letter or a command to an outside system may need, resolved when it is delivered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MessageContext {
    /// Case number.
    pub case_no: String,
    /// Process key.
    pub process: String,
    /// Receipt.
    pub received_at: DateTime<Utc>,
    /// When the case was opened here.
    pub opened_at: DateTime<Utc>,
    /// Reference of the sender.
    pub reference: Option<String>,
    /// Facts now.
    pub facts: Facts,
    /// All clocks.
    pub clocks: Vec<ClockRun>,
    /// The party with the contacts of the group.
    pub party: Option<PartyCard>,
    /// Its country: the language of letters.
    pub party_country: Option<String>,
    /// The connection.
    pub connection: Option<ConnectionCard>,
    /// The customer with an unmasked e-mail address and telephone; nothing of a protected person.
    pub customer: Option<CustomerCard>,
    /// Who holds the metering point of a case of the data wash now; nothing of a protected person.
    #[serde(default)]
    pub holder: Option<HeldRow>,
    /// Free texts.
    pub texts: BTreeMap<Uuid, String>,
    /// Somebody of the case is protected: nothing of it leaves for the market.
    #[serde(default)]
    pub hidden: bool,
    /// The start time that the case holds.
    #[serde(default)]
    pub slot: Option<HeldSlot>,
    /// The payment that may still be paid, else the last one, with where to pay.
    #[serde(default)]
    pub payment: Option<Payment>,
    /// The signals that are frozen behind a proposal: number of the case, receipt.
    #[serde(default)]
    pub signals: Option<Vec<(String, DateTime<Utc>)>>,
}

/// A message that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Number.
    pub outbox_id: i64,
    /// Case number.
    pub case_no: String,
    /// Kind of the message.
    pub kind: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Why it did not leave.
    pub error: Option<String>,
}

/// The head of one chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// Number inside the database.
    pub case_id: i64,
    /// Case number.
    pub case_no: String,
    /// Number of events.
    pub seq: i32,
    /// Hex digest of the last one.
    pub hash: String,
}

/// Each row for itself: one that cannot be read must not take the others with it.
fn each<T: DeserializeOwned>(answer: Value) -> impl Iterator<Item = Result<T, (Value, String)>> {
    let rows = if let Value::Array(rows) = answer {
        rows
    } else {
        Vec::new()
    };
    rows.into_iter()
        .map(|row| serde_json::from_value(row.clone()).map_err(|error| (row, error.to_string())))
}

fn skipped(error: &str) {
    tracing::error!(%error, "a row of the database cannot be read; `loket db verify` names the case");
}

impl Store {
    /// Clocks that have passed and still mean something, the longest passed first.
    pub async fn lapsed(&self, limit: u32) -> Result<Vec<LapsedClock>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.lapsed($1) AS "r!""#,
            limit.cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(each(answer)
            .filter_map(|row| row.map_err(|(_, error)| skipped(&error)).ok())
            .collect())
    }

    /// Fails unless the role may do the worker's part: `worker` or an administrator.
    pub async fn require_worker(&self) -> Result<(), StoreError> {
        match self.next_due().await {
            Err(StoreError::Refused(refusal)) if refusal.key == "role_required" => {
                let roles = [("role", "worker, admin")];
                Err(StoreError::refused("role_required", &roles))
            }
            other => other.map(|_| ()),
        }
    }

    /// The next due instant of any running clock.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        ask(sqlx::query_scalar!("SELECT loket_api.next_due()").fetch_one(&self.pool)).await
    }

    /// Takes messages for delivery; they come again after 60 s unless told sent or failed.
    pub async fn outbox_take(&self, limit: u32) -> Result<Vec<OutboxItem>, StoreError> {
        self.outbox_take_as(limit, None).await
    }

    /// The same; they come again as soon as that line is gone, to whoever asks then.
    pub async fn outbox_take_as(
        &self,
        limit: u32,
        owner: Option<Backend>,
    ) -> Result<Vec<OutboxItem>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.outbox_take($1, $2, $3) AS "r!""#,
            limit.cast_signed(),
            owner.map(|line| line.pid),
            owner.map(|line| line.start)
        )
        .fetch_one(&self.pool))
        .await?;
        let mut items = Vec::new();
        for row in each::<OutboxItem>(answer) {
            match row {
                Ok(item) => items.push(item),
                Err((row, error)) => self.outbox_unreadable(&row, &error).await?,
            }
        }
        Ok(items)
    }

    /// A message that cannot be read waits for a person and holds nobody else up.
    async fn outbox_unreadable(&self, row: &Value, error: &str) -> Result<(), StoreError> {
        skipped(error);
        if let (Some(id), Some(fence)) = (row["outbox_id"].as_i64(), row["fence"].as_i64()) {
            self.outbox_failed(id, fence, error, None).await?;
        }
        Ok(())
    }

    /// The message has left, or was left out because it was overtaken. `false` when another worker has
    /// taken it since.
    pub async fn outbox_sent(
        &self,
        outbox_id: i64,
        fence: i64,
        is_overtaken: bool,
    ) -> Result<bool, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.outbox_sent($1, $2, $3) AS "r!""#,
            outbox_id,
            fence,
            is_overtaken
        )
        .fetch_one(&self.pool))
        .await
    }

    /// The message did not leave: again after that time, or never (a dead letter).
    pub async fn outbox_failed(
        &self,
        outbox_id: i64,
        fence: i64,
        error: &str,
        retry_after: Option<Duration>,
    ) -> Result<bool, StoreError> {
        let retry_ms = retry_after.map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.outbox_failed($1, $2, $3, $4) AS "r!""#,
            outbox_id,
            fence,
            error,
            retry_ms
        )
        .fetch_one(&self.pool))
        .await
    }

    /// The message cannot be tried yet: again after that time, and this was no try.
    pub async fn outbox_waits(
        &self,
        outbox_id: i64,
        fence: i64,
        why: &str,
        after: Duration,
    ) -> Result<bool, StoreError> {
        let wait_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.outbox_waits($1, $2, $3, $4) AS "r!""#,
            outbox_id,
            fence,
            why,
            wait_ms
        )
        .fetch_one(&self.pool))
        .await
    }

    /// Messages that wait for a person.
    pub async fn outbox_dead(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.outbox_dead($1)::text AS "r!""#,
            limit.cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Lets a dead letter leave again. `false` when it is not one.
    pub async fn outbox_resend(&self, outbox_id: i64) -> Result<bool, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.outbox_resend($1) AS "r!""#, outbox_id)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// What a message of this case may need.
    pub async fn message_context(
        &self,
        case_id: super::rows::CaseId,
    ) -> Result<MessageContext, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.message_context($1)::text AS "r!""#,
            case_id.0
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Whether a command had its effect on that case already.
    pub async fn case_heard(
        &self,
        case_id: super::rows::CaseId,
        cmd: Uuid,
    ) -> Result<bool, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.case_heard($1, $2) AS "r!""#,
            case_id.0,
            cmd
        )
        .fetch_one(&self.pool))
        .await
    }

    /// The case of a process that has this reference, for what a system outside tells of it later. For
    /// administrators and the worker.
    pub async fn case_named(
        &self,
        process: &str,
        reference: &str,
    ) -> Result<Option<CaseId>, StoreError> {
        let found =
            ask(
                sqlx::query_scalar!("SELECT loket_api.case_named($1, $2)", process, reference)
                    .fetch_one(&self.pool),
            )
            .await?;
        Ok(found.map(CaseId))
    }

    /// Heads of the chains that grew since then, by case, at most 5,000 after that case.
    pub async fn chain_heads(
        &self,
        since: Option<DateTime<Utc>>,
        after_case: i64,
    ) -> Result<Vec<ChainHead>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.chain_heads($1, $2, 5000)::text AS "r!""#,
            since,
            after_case
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
