//! What a case has of meters' processes: its start time, its payments.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::money::Money;

/// The start time that a case holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldSlot {
    /// Number of the row.
    pub slot_id: i64,
    /// Area.
    pub area: String,
    /// When it starts; people are shown no more (PRIO-30).
    pub starts_at: DateTime<Utc>,
    /// How long it is, for the technician.
    pub minutes: i16,
    /// Whether it is kept without end.
    pub kept: bool,
    /// Else until when it is held (legal time).
    pub until: Option<DateTime<Utc>>,
}

/// Where a payment stands, as its service said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Written, not known to the service yet.
    New,
    /// Waits for the customer.
    Open,
    /// The bank is at it.
    Pending,
    /// Promised by the bank.
    Authorized,
    /// Paid, in full and in the right currency.
    Paid,
    /// The bank refused it.
    Failed,
    /// Broken off.
    Canceled,
    /// Not paid in its time.
    Expired,
    /// Paid with another amount or currency: for a person.
    Mismatch,
}

impl PaymentStatus {
    /// Its stored name.
    pub fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Mismatch => "mismatch",
        }
    }

    /// Whether it may still be paid.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Self::New | Self::Open | Self::Pending | Self::Authorized
        )
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    /// Written, not known to the service yet.
    New,
    /// The service is at it.
    Pending,
    /// Given back.
    Refunded,
    /// Not possible.
    Failed,
    /// Broken off.
    Canceled,
}

impl RefundStatus {
    /// Its stored name.
    pub fn key(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Pending => "pending",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// A payment as people see it: never where to pay, which is the customer's alone (PRIO-04).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// Number of the row.
    pub payment_id: Uuid,
    /// Which fee.
    pub kind: String,
    /// What is to be paid.
    pub amount: Money,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its status changed last.
    pub changed_at: DateTime<Utc>,
    /// Where the customer pays, as long as that is possible; written down nowhere.
    #[serde(default, skip_serializing)]
    pub checkout: Option<Checkout>,
    /// What was paid.
    pub seen: Option<Money>,
    /// What was given back of it last.
    pub refund: Option<RefundRow>,
}

impl PaymentRow {
    /// Where the customer pays at this instant (legal time).
    pub fn checkout_at(&self, now: DateTime<Utc>) -> Option<&str> {
        let is_payable = self.expires_at.is_none_or(|until| until > now);
        let link = self.checkout.as_ref().filter(|_| is_payable);
        link.map(|link| link.0.as_str())
    }
}

/// An address where somebody can pay. Neither logs nor errors tell it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Checkout(pub String);

impl std::fmt::Debug for Checkout {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Checkout(…)")
    }
}

/// A refund as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRow {
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: RefundStatus,
    /// When that changed last.
    pub changed_at: DateTime<Utc>,
}
