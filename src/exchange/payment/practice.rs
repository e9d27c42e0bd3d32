//! The payment service of demo and training: no money moves. Payments are files of a directory, so
//! that the worker that makes one and the command that "pays" it need not be the same process. A
//! payment stays open until it is told paid, failed or canceled, or until its quarter of an hour has
//! passed.
//!
//! Everything follows from the order and from what is told: the same key is the same id, link and
//! file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shape::{Amount, Links, PaymentObject};
use super::{Order, Payment, PaymentId, Refund, RefundOrder, RefundStatus, Status};
use crate::exchange::outbox::directory;
use crate::exchange::trouble::Trouble;

/// As long as a payment by bank can usually be made.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// The link leads nowhere: `.example` is nobody's.
const CHECKOUT: &str = "https://practice-payments.example/pay/";

/// Payments in a directory.
#[derive(Debug, Clone)]
pub struct Practice {
    folder: PathBuf,
}

/// What the file of a payment holds: the payment, and its refunds by key.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    payment: PaymentObject,
    refunds: Vec<KeptRefund>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptRefund {
    key: Uuid,
    amount: Amount,
}

/// What can be told of an open payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The customer paid.
    Paid,
    /// The bank said no.
    Failed,
    /// The customer gave up.
    Canceled,
    /// The time is over, before it is.
    Expired,
}

impl Told {
    fn status(self) -> Status {
        match self {
            Self::Paid => Status::Paid,
            Self::Failed => Status::Failed,
            Self::Canceled => Status::Canceled,
            Self::Expired => Status::Expired,
        }
    }
}

impl Practice {
    /// Keeps its payments in this directory, which is made when it is needed.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes a payment, or gives back the one of that key.
    pub fn create(&self, order: &Order, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        let id = PaymentId(format!("tr_{}", order.key.simple()));
        match self.fetch(&id, now) {
            Err(trouble) if trouble.key == "unknown" => {}
            known => return same_amount(known?, order),
        }
        let payment = PaymentObject {
            id: id.to_string(),
            status: Status::Open,
            amount: Amount::of(order.amount),
            amount_refunded: None,
            description: order.description.clone(),
            is_cancelable: true,
            expires_at: Some(now + LIFETIME),
            paid_at: None,
            links: Links::to(format!("{CHECKOUT}{id}")),
        };
        let refunds = Vec::new();
        self.keep(&id, &Kept { payment, refunds })?;
        self.fetch(&id, now)
    }

    /// How a payment stands.
    pub fn fetch(&self, id: &PaymentId, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        self.read(id, now)?.payment.payment(true)
    }

    /// Cancels an open one; gives back a final one as it is.
    pub fn cancel(&self, id: &PaymentId, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        self.tell(id, Told::Canceled, now)
    }

    /// What the customer and the bank did, for want of both. A payment that is final already stays
    /// as it is and is given back.
    pub fn tell(&self, id: &PaymentId, told: Told, now: DateTime<Utc>) -> Result<Payment, Trouble> {
        let mut kept = self.read(id, now)?;
        if !kept.payment.status.is_final() {
            kept.payment.status = told.status();
            kept.payment.is_cancelable = false;
            kept.payment.paid_at = (told == Told::Paid).then_some(now);
            self.keep(id, &kept)?;
        }
        kept.payment.payment(true)
    }

    /// Gives money back, never more than was paid; at once.
    pub fn refund(
        &self,
        id: &PaymentId,
        order: &RefundOrder,
        now: DateTime<Utc>,
    ) -> Result<Refund, Trouble> {
        let mut kept = self.read(id, now)?;
        let refund = Refund {
            id: format!("re_{}", order.key.simple()),
            status: RefundStatus::Refunded,
            amount: order.amount,
        };
        if kept.refunds.iter().any(|known| known.key == order.key) {
            return Ok(refund);
        }
        let paid = kept.payment.amount.money()?;
        let mut back = order.amount;
        for known in &kept.refunds {
            back.cents += known.amount.money()?.cents;
        }
        let is_possible = kept.payment.status == Status::Paid
            && back.currency == paid.currency
            && order.amount.cents > 0
            && back.cents <= paid.cents;
        if !is_possible {
            return Err(Trouble::lasting("refused")
                .with("status", "422")
                .with("said", ""));
        }
        kept.refunds.push(KeptRefund {
            key: order.key,
            amount: Amount::of(order.amount),
        });
        kept.payment.amount_refunded = Some(Amount::of(back));
        self.keep(id, &kept)?;
        Ok(refund)
    }

    /// How a refund stands: here it is always done.
    pub fn fetch_refund(&self, id: &PaymentId, refund: &str) -> Result<Refund, Trouble> {
        let kept = self.read(id, DateTime::<Utc>::MIN_UTC)?;
        let named = |known: &&KeptRefund| format!("re_{}", known.key.simple()) == refund;
        let known = kept.refunds.iter().find(named);
        let known = known.ok_or_else(|| Trouble::lasting("unknown"))?;
        Ok(Refund {
            id: refund.to_owned(),
            status: RefundStatus::Refunded,
            amount: known.amount.money()?,
        })
    }

    /// All payments, by id.
    pub fn all(&self, now: DateTime<Utc>) -> Result<Vec<Payment>, Trouble> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| broken(&error))?,
        };
        let mut ids = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| broken(&error))?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".json"));
            ids.extend(id.and_then(|id| PaymentId::parse(id).ok()));
        }
        ids.sort();
        ids.iter().map(|id| self.fetch(id, now)).collect()
    }

    fn read(&self, id: &PaymentId, now: DateTime<Utc>) -> Result<Kept, Trouble> {
        let text = match fs::read(self.folder.join(name(id))) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Trouble::lasting("unknown"));
            }
            text => text.map_err(|error| broken(&error))?,
        };
        let mut kept: Kept = serde_json::from_slice(&text).map_err(|error| {
            let place = format!("{}:{}", error.line(), error.column());
            Trouble::lasting("garbled").with("place", &place)
        })?;
        let is_over = kept.payment.expires_at.is_some_and(|end| end <= now);
        if is_over && !kept.payment.status.is_final() {
            kept.payment.status = Status::Expired;
            kept.payment.is_cancelable = false;
        }
        Ok(kept)
    }

    fn keep(&self, id: &PaymentId, kept: &Kept) -> Result<(), Trouble> {
        let bytes = serde_json::to_vec_pretty(kept).unwrap_or_default();
        let turn = Uuid::new_v4().simple().to_string();
        directory::write(&self.folder, &name(id), &turn, &bytes).map_err(|error| broken(&error))
    }
}

fn same_amount(known: Payment, order: &Order) -> Result<Payment, Trouble> {
    if known.amount == order.amount {
        Ok(known)
    } else {
        Err(Trouble::lasting("amount").with("value", &known.amount.to_string()))
    }
}

fn name(id: &PaymentId) -> String {
    format!("{id}.json")
}

fn broken(error: &std::io::Error) -> Trouble {
    Trouble::later("away", None).with("why", &error.to_string())
}
