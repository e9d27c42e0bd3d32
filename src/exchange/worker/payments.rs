//! What becomes of payments: open ones are asked about, final ones are told to their cases, each
//! status by a command of its own, so that a webhook twice is one effect and a lost one costs a
//! minute or two.

use std::collections::HashSet;
use std::time::Duration;

use uuid::Uuid;

use super::outside::Payments;
use super::pay::{Asked, id_of};
use super::shared::{Core, Told, codes, derived};
use super::{Patience, Stop, Worker, pause};
use crate::exchange::payment::{self, PaymentId, Practice, Service, Status};
use crate::exchange::trouble::Trouble;
use crate::process::field::Value;
use crate::store::StoreError;
use crate::store::payments::{Payment, Refund};
use crate::store::rows::PaymentStatus;

/// Nobody tells us of a lost webhook: look again after so long.
const POLL: Duration = Duration::from_secs(2);
/// Payments that are taken at once.
const AT_ONCE: i32 = 50;
/// Refused so, a status means nothing to the case any more; whatever else it is refused for may pass.
const COUNTS_NO_MORE: [&str; 4] = [
    "not_in_state",
    "payment_not_open",
    "payment_not_current",
    "amount_differs",
];

impl Worker {
    pub(super) async fn payments(&self, mut stop: Stop) -> Result<(), StoreError> {
        let Some(payments) = &self.core.outside.payments else {
            let _ = stop.wait_for(|stop| *stop).await;
            return Ok(());
        };
        let (mut patience, mut wait) = (Patience::default(), Duration::ZERO);
        let mut seen = HashSet::new();
        while !pause(&mut stop, wait).await {
            let result = self.core.collect(payments, &mut seen).await;
            wait = patience.wait("payments", result.map(|()| POLL))?;
        }
        Ok(())
    }
}

impl Core {
    /// Everything that can be known of payments now. `practised` are payments of practice that were
    /// looked at when they had ended.
    pub(super) async fn collect(
        &self,
        payments: &Payments,
        practised: &mut HashSet<PaymentId>,
    ) -> Result<(), StoreError> {
        if let Service::Practice(practice) = &payments.service {
            self.watch(payments, practice, practised).await?;
        }
        for one in self.store.payments_take(AT_ONCE).await? {
            let case = one.case_id.0;
            alone(case, self.look(payments, &one).await)?;
        }
        for one in self.store.refunds_take(AT_ONCE).await? {
            alone(one.case_id.0, self.look_refund(payments, &one).await)?;
        }
        Ok(())
    }

    /// Practice has no webhook: what was "paid" is found in its directory.
    async fn watch(
        &self,
        payments: &Payments,
        practice: &Practice,
        practised: &mut HashSet<PaymentId>,
    ) -> Result<(), StoreError> {
        let now = self.store.legal_now().await?;
        let all = practice.all(now).unwrap_or_default();
        for given in all.iter().filter(|given| given.status.is_final()) {
            if !practised.contains(&given.id) {
                alone(0, self.fetch(payments, &given.id).await)?;
                practised.insert(given.id.clone());
            }
        }
        Ok(())
    }

    /// What a webhook asks for. One that nobody here made is nobody's.
    pub(super) async fn fetch(&self, payments: &Payments, id: &PaymentId) -> Asked<()> {
        match self.store.payment_find(id.as_str()).await? {
            Some(known) => self.look(payments, &known).await,
            None => Ok(Ok(())),
        }
    }

    /// Asks the service, writes down what it says, and tells the case.
    async fn look(&self, payments: &Payments, known: &Payment) -> Asked<()> {
        if !known.status.is_live() && !known.told {
            return self.tell_status(known).await.map(Ok);
        }
        let id = match id_of(known) {
            Ok(id) => id,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let now = self.store.legal_now().await?;
        match payments.service.fetch(&id, now).await {
            Ok(given) => self.seen(known, &given).await.map(Ok),
            Err(trouble) => Ok(Err(trouble)),
        }
    }

    async fn look_refund(&self, payments: &Payments, known: &Refund) -> Asked<()> {
        let payment = known.payment_provider_id.as_deref().unwrap_or_default();
        let (Ok(payment), Some(refund)) = (PaymentId::parse(payment), &known.provider_id) else {
            return Ok(Ok(()));
        };
        match payments.service.fetch_refund(&payment, refund).await {
            Ok(given) => self.refund_told(known, &given).await.map(|_| Ok(())),
            Err(trouble) => Ok(Err(trouble)),
        }
    }

    /// What the service said just now.
    pub(super) async fn seen(
        &self,
        known: &Payment,
        given: &payment::Payment,
    ) -> Result<(), StoreError> {
        let status = status_of(given.status);
        let seen = self
            .store
            .payment_seen(known.payment_id, status, given.amount, given.expires_at)
            .await?;
        if seen.told {
            return Ok(());
        }
        self.tell_status(&seen).await
    }

    /// Tells the case by the command of payment and status. What was paid and counts no more for the
    /// case is given back. What could not be told comes again.
    async fn tell_status(&self, payment: &Payment) -> Result<(), StoreError> {
        let Some(command) = payment.cmd else {
            return Ok(());
        };
        if is_money(payment) {
            // a worker was killed between service and case: the case must know the payment first
            self.announce(payment).await?;
        }
        if self.is_told(payment, command).await? {
            self.store
                .payment_told(payment.payment_id, payment.status)
                .await?;
        }
        Ok(())
    }

    async fn is_told(&self, payment: &Payment, command: Uuid) -> Result<bool, StoreError> {
        let id = payment.payment_id.to_string();
        let mut given = vec![("payment_id", id.as_str())];
        let paid = payment.seen.unwrap_or(payment.amount).to_string();
        if payment.status == PaymentStatus::Paid {
            given.push(("paid_amount", &paid));
        }
        let action = format!("payment_{}", payment.status.key());
        let case_id = payment.case_id;
        let told = self.tell(case_id, &action, &codes(&given), command).await?;
        let Told::Refused(refusal) = told else {
            return Ok(true);
        };
        let (case, refusal) = (case_id.0, refusal.key);
        if !COUNTS_NO_MORE.contains(&refusal.as_str()) {
            tracing::warn!(case, action, refusal, "not told yet");
            return Ok(false);
        }
        if !is_money(payment) {
            return Ok(true);
        }
        tracing::warn!(case, refusal, "paid, and counts no more");
        let stray = codes(&given[..1]);
        let told = self.tell(case_id, "payment_stray", &stray, command).await?;
        Ok(!matches!(told, Told::Refused(_)))
    }

    /// Tells the case that the service has the payment; once, whoever comes first.
    pub(super) async fn announce(&self, payment: &Payment) -> Result<Told, StoreError> {
        self.announce_by(payment, derived(payment.payment_id, "created"))
            .await
    }

    /// … by that command.
    pub(super) async fn announce_by(
        &self,
        payment: &Payment,
        command: Uuid,
    ) -> Result<Told, StoreError> {
        let id = payment.payment_id.to_string();
        let amount = payment.amount.to_string();
        let until = payment.expires_at.map(Value::instant);
        let mut given = vec![("payment_id", id.as_str()), ("amount", amount.as_str())];
        if let Some(until) = until.as_ref().and_then(Value::as_code) {
            given.push(("expires_at", until));
        }
        if is_under_way(payment) {
            given.push(("under_way", "yes"));
        }
        self.tell(payment.case_id, "payment_created", &codes(&given), command)
            .await
    }
}

/// The customer is paying at the bank: there is nothing to follow a link for.
fn is_under_way(payment: &Payment) -> bool {
    matches!(
        payment.status,
        PaymentStatus::Pending | PaymentStatus::Authorized
    )
}

fn is_money(payment: &Payment) -> bool {
    matches!(
        payment.status,
        PaymentStatus::Paid | PaymentStatus::Mismatch
    )
}

/// One that cannot be handled must not hold up the others: only the database that is away, or that
/// knows us no more, ends a round.
fn alone(case: i64, asked: Result<Result<(), Trouble>, StoreError>) -> Result<(), StoreError> {
    match asked {
        Ok(Ok(())) => {}
        Ok(Err(trouble)) => tracing::warn!(case, %trouble, "the payment service"),
        Err(error @ (StoreError::Offline(_) | StoreError::NotAnAgent(_))) => return Err(error),
        Err(error) => tracing::error!(case, %error, "a payment waits"),
    }
    Ok(())
}

fn status_of(status: Status) -> PaymentStatus {
    match status {
        Status::Open => PaymentStatus::Open,
        Status::Pending => PaymentStatus::Pending,
        Status::Authorized => PaymentStatus::Authorized,
        Status::Canceled => PaymentStatus::Canceled,
        Status::Expired => PaymentStatus::Expired,
        Status::Paid => PaymentStatus::Paid,
        Status::Failed => PaymentStatus::Failed,
    }
}
