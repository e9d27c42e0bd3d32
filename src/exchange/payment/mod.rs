//! The payment service (PRIO-31): a payment is made, asked for, canceled, refunded. Agents send
//! links and never pay (PRIO-04). What a webhook says is only an id; what became of a payment is
//! always asked for (`formats.md` 5.9).
//!
//! This module must not know: cases, fees, SQL.

pub mod http;
pub mod practice;
mod shape;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::trouble::Trouble;
use crate::domain::money::Money;

pub use http::Provider;
pub use practice::Practice;

/// Longest id of a service, in characters.
const ID_LIMIT: usize = 64;

/// What the service calls a payment: `tr_` and letters and digits. Goes into addresses and names of
/// files, so that nothing else is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PaymentId(String);

/// Not an id of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a payment")]
pub struct NoPaymentId;

impl PaymentId {
    /// Reads `tr_…`.
    pub fn parse(text: &str) -> Result<Self, NoPaymentId> {
        let rest = text.strip_prefix("tr_").ok_or(NoPaymentId)?;
        let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if rest.is_empty() || !is_plain || text.len() > ID_LIMIT {
            return Err(NoPaymentId);
        }
        Ok(Self(text.to_owned()))
    }

    /// As the service writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for PaymentId {
    type Error = NoPaymentId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PaymentId> for String {
    fn from(id: PaymentId) -> Self {
        id.0
    }
}

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has paid yet.
    Open,
    /// Begun; the bank has not said yes.
    Pending,
    /// Promised by the bank and not collected.
    Authorized,
    /// Given up by the customer or by us.
    Canceled,
    /// Its time has passed.
    Expired,
    /// The money is there.
    Paid,
    /// The bank said no.
    Failed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Pending,
        Self::Authorized,
        Self::Canceled,
        Self::Expired,
        Self::Paid,
        Self::Failed,
    ];

    /// As the service writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing can come of it any more. Paid is final for the payment; a refund is apart.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Open | Self::Pending | Self::Authorized)
    }
}

/// What a payment is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The same key twice is the same payment.
    pub key: Uuid,
    /// How much.
    pub amount: Money,
    /// What the customer reads at the bank; no personal data.
    pub description: String,
    /// Case number, given back by the service with the payment.
    pub case_no: String,
    /// Where the customer comes back to.
    pub redirect_url: Option<String>,
    /// Where the service says that something has changed.
    pub webhook_url: Option<String>,
    /// Language of the pages of the service: `nl_NL`.
    pub locale: Option<&'static str>,
}

/// A payment as the service tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id there.
    pub id: PaymentId,
    /// How it stands.
    pub status: Status,
    /// How much was asked for. Whoever acts on "paid" compares it with the stored amount.
    pub amount: Money,
    /// How much went back.
    pub refunded: Option<Money>,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// The link for the customer; only while it can be paid.
    pub checkout: Option<String>,
    /// Whether the service would still cancel it.
    pub is_cancelable: bool,
}

/// What a refund is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// The same key twice is the same refund.
    pub key: Uuid,
    /// How much.
    pub amount: Money,
    /// What the customer reads at the bank.
    pub description: String,
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Waits for money on our account.
    Queued,
    /// Goes with the next run; can still be stopped.
    Pending,
    /// With the bank.
    Processing,
    /// The customer has it.
    Refunded,
    /// The bank said no.
    Failed,
    /// Stopped.
    Canceled,
}

/// A refund as the service tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id there: `re_…`.
    pub id: String,
    /// How it stands.
    pub status: RefundStatus,
    /// How much.
    pub amount: Money,
}

/// Who collects the money.
#[derive(Debug, Clone)]
pub enum Service {
    /// A service over HTTP.
    Http(Provider),
    /// The one that is built in: no money moves.
    Practice(Practice),
}

impl Service {
    /// Makes a payment. With a key that was used before, the payment of that key. `now` is the
    /// instant from which practice counts; a real service has a clock of its own.
    pub async fn create(&self, order: &Order, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        match self {
            Self::Http(provider) => provider.create(order).await,
            Self::Practice(practice) => practice.create(order, now),
        }
    }

    /// How a payment stands.
    pub async fn fetch(&self, id: &PaymentId, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        match self {
            Self::Http(provider) => provider.fetch(id).await,
            Self::Practice(practice) => practice.fetch(id, now),
        }
    }

    /// Cancels a payment that nobody has paid. One that is final already is given back as it is:
    /// whoever canceled too late learns that it was paid.
    pub async fn cancel(&self, id: &PaymentId, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        match self {
            Self::Http(provider) => provider.cancel(id).await,
            Self::Practice(practice) => practice.cancel(id, now),
        }
    }

    /// Gives money back.
    pub async fn refund(
        &self,
        id: &PaymentId,
        order: &RefundOrder,
        now: DateTime<Utc>,
    ) -> Result<Refund, Trouble> {
        match self {
            Self::Http(provider) => provider.refund(id, order).await,
            Self::Practice(practice) => practice.refund(id, order, now),
        }
    }

    /// How a refund stands.
    pub async fn fetch_refund(&self, id: &PaymentId, refund: &str) -> Result<Refund, Trouble> {
        match self {
            Self::Http(provider) => provider.fetch_refund(id, refund).await,
            Self::Practice(practice) => practice.fetch_refund(id, refund),
        }
    }
}
