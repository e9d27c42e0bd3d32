//! Messages to the payment service (PRIO-31). A row is there before the service is asked, and what
//! the service gave is written down at once, under a key of the row: a worker that is killed anywhere
//! between makes no second payment.

use chrono::TimeDelta;

use super::outside::Payments;
use super::shared::{Core, Told, derived};
use crate::exchange::outbox::Outcome;
use crate::exchange::payment::{Order, PaymentId};
use crate::exchange::trouble::{Remedy, Trouble};
use crate::process::field::Value;
use crate::store::StoreError;
use crate::store::payments::Payment;
use crate::store::rows::{OutboxItem, PaymentStatus};
use crate::store::work::MessageContext;

/// So long a message waits for a setting; then it is raised.
const WAITS: TimeDelta = TimeDelta::hours(1);

/// The outer error is the database's, the inner one the service's.
pub(super) type Asked<T> = Result<Result<T, Trouble>, StoreError>;

impl Core {
    /// Delivers a message to the payment service. What waits for a setting holds back the letters of
    /// its case: only what is still wanted does, and not for long; then somebody is told.
    pub(super) async fn pay(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Outcome, StoreError> {
        if !has_purpose(item, context) {
            return Ok(Outcome::Sent);
        }
        let outcome = self.pay_now(item, context).await?;
        let Outcome::Wait(why) = outcome else {
            return Ok(outcome);
        };
        let waited = self.store.legal_now().await? - item.legal_at;
        Ok(if waited > WAITS {
            Outcome::Dead(why)
        } else {
            Outcome::Wait(why)
        })
    }

    async fn pay_now(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Outcome, StoreError> {
        let Some(payments) = &self.outside.payments else {
            if item.kind.starts_with("payment_refund") {
                self.note_owed(item).await?;
            }
            let why = self.texts.get("outbox.no_payments");
            return Ok(Outcome::Wait(why.to_owned()));
        };
        match item.kind.as_str() {
            "payment_create" => self.pay_create(payments, item, context).await,
            "payment_cancel" => self.pay_cancel(payments, item, context).await,
            _ => self.pay_back(payments, item).await,
        }
    }

    /// A payment that was begun is brought to its end even when nobody waits for it any more:
    /// otherwise it would stay open for ever.
    async fn pay_create(
        &self,
        payments: &Payments,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Outcome, StoreError> {
        let wanted = is_wanted(item, context);
        let live = live(context);
        let command = derived(item.idem_key, "payment");
        let made = self.store.payment_create(command, item.case_id, None).await;
        let made = match made {
            Err(StoreError::Refused(refusal)) if refusal.key == "payment_open" => {
                return self
                    .make_room(payments, item, live, self.words(&refusal))
                    .await;
            }
            // an administrator adds it, and the customer is still there
            Err(StoreError::Refused(refusal)) if refusal.key == "no_fee" => {
                return Ok(Outcome::Wait(self.words(&refusal)));
            }
            Err(StoreError::Refused(refusal)) => return Ok(Outcome::Dead(self.words(&refusal))),
            made => made?,
        };
        if made.provider_id.is_none() && !made.status.is_live() {
            // given up before
            return Ok(Outcome::Sent);
        }
        let made = match self.with_service(payments, &made, &item.case_no).await? {
            Ok(made) => made,
            Err(trouble) => return Ok(self.outcome(&trouble)),
        };
        if wanted && !matches!(self.announce(&made).await?, Told::Refused(_)) {
            return Ok(Outcome::Sent);
        }
        self.ended(payments, &made, &item.case_no).await
    }

    /// Another payment can still be paid: it ends first, and the message comes again. One that is
    /// under way at the bank cannot be ended: the case waits for that one, for nobody is to pay twice.
    async fn make_room(
        &self,
        payments: &Payments,
        item: &OutboxItem,
        live: Option<&Payment>,
        why: String,
    ) -> Result<Outcome, StoreError> {
        let Some(live) = live else {
            return Ok(Outcome::Retry(why));
        };
        if let Err(trouble) = self.end(payments, live, &item.case_no).await? {
            return Ok(self.outcome(&trouble));
        }
        let last = self.store.payment_last(item.case_id).await?;
        let Some(kept) = last.filter(|last| last.status.is_live()) else {
            return Ok(Outcome::Retry(why));
        };
        let command = derived(item.idem_key, "kept");
        self.announce_by(&kept, command).await?;
        Ok(Outcome::Sent)
    }

    /// The payment as the service has it; made there if it is not there yet.
    async fn with_service(
        &self,
        payments: &Payments,
        made: &Payment,
        case_no: &str,
    ) -> Asked<Payment> {
        if made.provider_id.is_some() {
            return Ok(Ok(made.clone()));
        }
        let order = Order {
            key: made.payment_id,
            amount: made.amount,
            description: self.texts.fill("letter.payment", &[("case", case_no)]),
            case_no: case_no.to_owned(),
            redirect_url: payments.redirect_url.clone(),
            webhook_url: payments.webhook_url.clone(),
            locale: Some(locale(self.texts.lang())),
        };
        let now = self.store.legal_now().await?;
        let given = match payments.service.create(&order, now).await {
            Ok(given) => given,
            Err(trouble) => return self.not_made(made, trouble).await.map(Err),
        };
        let attached = self.store.payment_attach(
            made.payment_id,
            given.id.as_str(),
            given.checkout.as_deref(),
            given.expires_at,
        );
        Ok(Ok(attached.await?))
    }

    /// What the service will never make must not stand in the way of the next payment.
    async fn not_made(&self, made: &Payment, trouble: Trouble) -> Result<Trouble, StoreError> {
        if trouble.remedy == Remedy::Nothing && made.status == PaymentStatus::New {
            self.store
                .payment_seen(made.payment_id, PaymentStatus::Failed, made.amount, None)
                .await?;
        }
        Ok(trouble)
    }

    async fn pay_cancel(
        &self,
        payments: &Payments,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Outcome, StoreError> {
        match live(context) {
            Some(live) => self.ended(payments, live, &item.case_no).await,
            None => Ok(Outcome::Sent),
        }
    }

    /// Ends a payment, or finds that it cannot be ended any more.
    async fn ended(
        &self,
        payments: &Payments,
        live: &Payment,
        case_no: &str,
    ) -> Result<Outcome, StoreError> {
        Ok(match self.end(payments, live, case_no).await? {
            Ok(()) => Outcome::Sent,
            Err(trouble) => self.outcome(&trouble),
        })
    }

    /// Cancels what can still be paid, and writes down what became of it: who canceled too late learns
    /// that it was paid. One that is under way at the bank cannot be canceled and is asked about until
    /// it ends.
    async fn end(&self, payments: &Payments, live: &Payment, case_no: &str) -> Asked<()> {
        let live = match self.with_service(payments, live, case_no).await? {
            Ok(live) => live,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let id = match id_of(&live) {
            Ok(id) => id,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let now = self.store.legal_now().await?;
        match payments.service.cancel(&id, now).await {
            Ok(given) => self.seen(&live, &given).await.map(Ok),
            Err(trouble) if trouble.key == "refused" => Ok(Ok(())),
            Err(trouble) => Ok(Err(trouble)),
        }
    }
}

/// The payment of the case that can still be paid.
fn live(context: &MessageContext) -> Option<&Payment> {
    let payment = context.payment.as_ref();
    payment.filter(|payment| payment.status.is_live())
}

/// Whether there is anything to do: a payment that somebody waits for, or one that has begun and is to
/// end. Money always goes back.
fn has_purpose(item: &OutboxItem, context: &MessageContext) -> bool {
    match item.kind.as_str() {
        "payment_create" => {
            let has_begun = live(context).is_some_and(|one| one.status == PaymentStatus::New);
            has_begun || is_wanted(item, context)
        }
        "payment_cancel" => live(context).is_some(),
        _ => true,
    }
}

/// Whether the case still waits for the payment of this message: the block of time is held since
/// then, and nobody asked for another one later.
fn is_wanted(item: &OutboxItem, context: &MessageContext) -> bool {
    let asked = context.facts.get("payment");
    let asked = asked.is_some_and(|value: &Value| value.is("asked"));
    let mut runs = context.clocks.iter();
    asked
        && runs.any(|run| {
            run.key == "slot_hold" && run.is_running() && run.started_at <= item.legal_at
        })
}

/// What the service calls it.
pub(super) fn id_of(payment: &Payment) -> Result<PaymentId, Trouble> {
    let named = payment.provider_id.as_deref().unwrap_or_default();
    PaymentId::parse(named).map_err(|_| Trouble::lasting("payment_id").with("id", named))
}

fn locale(language: &str) -> &'static str {
    match language {
        "nl" => "nl_NL",
        "nb" => "nb_NO",
        "sv" => "sv_SE",
        _ => "en_GB",
    }
}
