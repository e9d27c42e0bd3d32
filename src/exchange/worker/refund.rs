//! Money goes back (PRIO-31): a row before the service is asked, and the same row for the same
//! message. A refund that fails is told to the case, and a lead has it tried again.

use uuid::Uuid;

use super::outside::Payments;
use super::pay::Asked;
use super::shared::{Core, Told, derived};
use crate::exchange::outbox::Outcome;
use crate::exchange::payment::{self, PaymentId, RefundOrder};
use crate::exchange::trouble::Trouble;
use crate::process::engine::Answers;
use crate::process::field::Value;
use crate::store::StoreError;
use crate::store::payments::{Owed, Refund};
use crate::store::rows::{OutboxItem, RefundStatus};

impl Core {
    /// What is owed is written down although no service is set: who has it tried again later finds it.
    pub(super) async fn note_owed(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let owed = owed(item);
        if owed == Owed::Failed {
            return Ok(()); // it stands there, or there is none
        }
        let mut nth = 0;
        while let Some(Owing::Refund(_)) = self.refund_of(item, owed, nth).await? {
            nth += 1;
        }
        Ok(())
    }

    /// Gives back what was paid, payment by payment, until nothing is left. One that the service does
    /// not give back holds up no other. To try again what was never begun is no success.
    pub(super) async fn pay_back(
        &self,
        payments: &Payments,
        item: &OutboxItem,
    ) -> Result<Outcome, StoreError> {
        let owed = owed(item);
        let (mut nth, mut failed) = (0, None);
        while let Some(owing) = self.refund_of(item, owed, nth).await? {
            let refund = match owing {
                Owing::Refund(refund) => refund,
                Owing::Never(why) => return Ok(Outcome::Dead(why)),
            };
            nth += 1;
            let is_done = match self.give_back(payments, &refund, &item.case_no).await? {
                Ok(is_done) => is_done,
                Err(trouble) => {
                    failed = failed.or(Some(trouble));
                    false
                }
            };
            if !is_done && owed == Owed::Failed {
                break; // the same one would be next
            }
        }
        Ok(failed.map_or(Outcome::Sent, |trouble| self.outcome(&trouble)))
    }

    async fn refund_of(
        &self,
        item: &OutboxItem,
        owed: Owed,
        nth: u32,
    ) -> Result<Option<Owing>, StoreError> {
        let command = derived(item.idem_key, &format!("refund {nth}"));
        match self.store.refund_create(command, item.case_id, owed).await {
            Err(StoreError::Refused(refusal)) if refusal.key == "nothing_to_refund" => Ok(None),
            Err(StoreError::Refused(refusal)) if refusal.key == "no_refund_begun" => {
                Ok(Some(Owing::Never(self.words(&refusal))))
            }
            refund => refund.map(|refund| Some(Owing::Refund(refund))),
        }
    }

    /// Whether the service gives it back, or has done so.
    async fn give_back(&self, payments: &Payments, refund: &Refund, case_no: &str) -> Asked<bool> {
        if refund.provider_id.is_some() {
            return Ok(Ok(is_good(refund.status)));
        }
        let named = refund.payment_provider_id.as_deref().unwrap_or_default();
        let Ok(id) = PaymentId::parse(named) else {
            return Ok(Err(Trouble::lasting("payment_id").with("id", named)));
        };
        let order = RefundOrder {
            key: refund.refund_id,
            amount: refund.amount,
            description: self.texts.fill("letter.refund", &[("case", case_no)]),
        };
        let now = self.store.legal_now().await?;
        match payments.service.refund(&id, &order, now).await {
            Ok(given) => self.refund_told(refund, &given).await.map(Ok),
            Err(trouble) => Ok(Err(trouble)),
        }
    }

    /// What the service says of a refund; `false` when it has failed. The case hears of that first: a
    /// worker that is killed in between says it once more, by the same command.
    pub(super) async fn refund_told(
        &self,
        refund: &Refund,
        given: &payment::Refund,
    ) -> Result<bool, StoreError> {
        let status = refund_status(given.status);
        if !is_good(status) {
            let command = derived(refund.refund_id, "failed");
            self.refund_failed(refund, command).await?;
        }
        self.store
            .refund_seen(refund.refund_id, status, Some(&given.id))
            .await?;
        Ok(is_good(status))
    }

    async fn refund_failed(&self, refund: &Refund, command: Uuid) -> Result<(), StoreError> {
        let (case, id) = (refund.case_id, refund.refund_id);
        tracing::error!(case = case.0, refund = %id, "a refund did not succeed");
        let none = Answers::new();
        let told = self.tell(case, "refund_failed", &none, command).await?;
        if let Told::Refused(refusal) = told {
            tracing::error!(
                case = case.0,
                refusal = refusal.key,
                "nobody was told of it"
            );
        }
        Ok(())
    }
}

/// What is still owed.
enum Owing {
    Refund(Refund),
    /// A refund is to be tried again, and none was ever begun.
    Never(String),
}

/// What the message gives back: one payment that counts no more, what failed before, what was
/// paid in another amount, or everything.
fn owed(item: &OutboxItem) -> Owed {
    match item.kind.as_str() {
        "payment_refund_again" => return Owed::Failed,
        "payment_refund_other" => return Owed::Mispaid,
        _ => {}
    }
    let named = item.answers.get("payment_id").and_then(Value::as_code);
    let payment = named.and_then(|named| Uuid::parse_str(named).ok());
    payment.map_or(Owed::All, Owed::Of)
}

fn is_good(status: RefundStatus) -> bool {
    !matches!(status, RefundStatus::Failed | RefundStatus::Canceled)
}

fn refund_status(status: payment::RefundStatus) -> RefundStatus {
    use payment::RefundStatus as There;
    match status {
        There::Queued | There::Pending | There::Processing => RefundStatus::Pending,
        There::Refunded => RefundStatus::Refunded,
        There::Failed => RefundStatus::Failed,
        There::Canceled => RefundStatus::Canceled,
    }
}
