//! A payment service over HTTP in the shape of `formats.md` 5.9.

use super::shape::{self, PaymentObject, RefundObject};
use super::{Order, Payment, PaymentId, Refund, RefundOrder};
use crate::exchange::http::{Client, Question, Settings};
use crate::exchange::trouble::Trouble;

/// Tells the service that it has seen this before.
const KEY: &str = "Idempotency-Key";

/// A service at an address, with a key.
#[derive(Debug, Clone)]
pub struct Provider {
    client: Client,
}

impl Provider {
    /// The base is what stands before `/v2/payments`; the key goes as a bearer.
    pub fn new(settings: Settings) -> Self {
        Self {
            client: Client::new(settings),
        }
    }

    /// Makes a payment. What comes back must be what was asked for.
    pub async fn create(&self, order: &Order) -> Result<Payment, Trouble> {
        let question = Question::post("/v2/payments", shape::order(order)).header(KEY, &order.key);
        let payment = self.payment(question).await?;
        if payment.amount == order.amount {
            Ok(payment)
        } else {
            let said = payment.amount.to_string();
            Err(Trouble::lasting("amount").with("value", &said))
        }
    }

    /// How a payment stands.
    pub async fn fetch(&self, id: &PaymentId) -> Result<Payment, Trouble> {
        let payment = self.payment(Question::get(&path(id))).await?;
        Self::same(id, payment)
    }

    /// Cancels; what the service would not cancel is fetched and given back if it is final.
    pub async fn cancel(&self, id: &PaymentId) -> Result<Payment, Trouble> {
        match self.payment(Question::delete(&path(id))).await {
            Ok(payment) => Self::same(id, payment),
            Err(trouble) if trouble.key == "refused" => {
                let payment = self.fetch(id).await?;
                payment.status.is_final().then_some(payment).ok_or(trouble)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// Gives money back.
    pub async fn refund(&self, id: &PaymentId, order: &RefundOrder) -> Result<Refund, Trouble> {
        let path = format!("{}/refunds", path(id));
        let question = Question::post(&path, shape::refund_order(order)).header(KEY, &order.key);
        let refund: RefundObject = self.client.ask(question).await?;
        let refund = refund.refund()?;
        if refund.amount == order.amount {
            Ok(refund)
        } else {
            let said = refund.amount.to_string();
            Err(Trouble::lasting("amount").with("value", &said))
        }
    }

    /// How a refund stands. Its id is one that the service gave us.
    pub async fn fetch_refund(&self, id: &PaymentId, refund: &str) -> Result<Refund, Trouble> {
        let path = format!("{}/refunds/{refund}", path(id));
        let found: RefundObject = self.client.ask(Question::get(&path)).await?;
        let found = found.refund()?;
        if found.id == refund {
            Ok(found)
        } else {
            Err(Trouble::lasting("payment_id").with("id", &found.id))
        }
    }

    async fn payment(&self, question: Question) -> Result<Payment, Trouble> {
        let object: PaymentObject = self.client.ask(question).await?;
        object.payment(self.client.is_private())
    }

    fn same(id: &PaymentId, payment: Payment) -> Result<Payment, Trouble> {
        if payment.id == *id {
            Ok(payment)
        } else {
            Err(Trouble::lasting("payment_id").with("id", payment.id.as_str()))
        }
    }
}

fn path(id: &PaymentId) -> String {
    format!("/v2/payments/{id}")
}
