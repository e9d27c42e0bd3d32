//! Messages leave: the oldest of each case first, several cases at once.

use std::time::Duration;

use futures_util::future::join_all;

use super::shared::{codes, derived};
use super::{Done, Patience, Stop, Worker, pause};
use crate::domain::country::Country;
use crate::exchange::outbox::values::Story;
use crate::exchange::outbox::{Outcome, backoff, compose};
use crate::process;
use crate::process::message::{self, Addressee};
use crate::store::StoreError;
use crate::store::rows::OutboxItem;
use crate::store::work::MessageContext;

/// So many messages are under way at once, each of another case.
const AT_ONCE: u32 = 8;
/// What waits for a person to mend a setting is looked at again after so long.
const WAITS: Duration = Duration::from_mins(1);
/// Nobody tells us of a new message: look again after so long.
const POLL: Duration = Duration::from_millis(500);

impl Worker {
    pub(super) async fn deliveries(&self, mut stop: Stop) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        let mut wait = Duration::ZERO;
        while !pause(&mut stop, wait).await {
            let mut done = Done::default();
            let result = self.deliver(&mut done).await;
            let result = result.map(|taken| if taken { Duration::ZERO } else { POLL });
            wait = patience.wait("outbox", result)?;
        }
        Ok(())
    }

    /// Delivers until nothing is left that may leave now.
    pub(super) async fn deliver_all(&self, done: &mut Done) -> Result<(), StoreError> {
        while self.deliver(done).await? {}
        Ok(())
    }

    /// Some messages; `false` when there were none.
    async fn deliver(&self, done: &mut Done) -> Result<bool, StoreError> {
        let line = *self.line.borrow();
        let items = self.store.outbox_take_as(AT_ONCE, line).await?;
        let outcomes = join_all(items.iter().map(|item| self.one(item))).await;
        for outcome in outcomes {
            match outcome {
                // one message that not even its failure can be kept of waits its minute
                Err(StoreError::Bug(error)) => tracing::error!(%error, "message left for later"),
                Err(error) => return Err(error),
                Ok(outcome) => match outcome {
                    Outcome::Sent => done.sent += 1,
                    Outcome::Overtaken => {}
                    Outcome::Retry(_) | Outcome::Wait(_) => done.again += 1,
                    Outcome::Dead(_) => done.dead += 1,
                },
            }
        }
        Ok(!items.is_empty())
    }

    async fn one(&self, item: &OutboxItem) -> Result<Outcome, StoreError> {
        let mut outcome = match self.attempt(item).await {
            // what we cannot handle is dead some day, and raised
            Err(StoreError::Bug(error)) => {
                tracing::error!(%error, kind = item.kind, "a message cannot be handled");
                Outcome::Retry(self.core.texts.get("outbox.not_handled").to_owned())
            }
            outcome => outcome?,
        };
        if outcome == Outcome::Sent && self.options.practice {
            self.confirm(item).await?;
        }
        if let Outcome::Retry(reason) = &outcome
            && item.attempts >= self.options.settings.attempts
        {
            outcome = Outcome::Dead(reason.clone());
        }
        if matches!(outcome, Outcome::Dead(_)) {
            self.undelivered(item).await?;
        }
        self.settle(item, &outcome).await?;
        Ok(outcome)
    }

    /// Questions to the registers and to the payment service are answered here; what is for others
    /// leaves.
    async fn attempt(&self, item: &OutboxItem) -> Result<Outcome, StoreError> {
        let context = &self.store.message_context(item.case_id).await?;
        match message::find(&item.kind).map(|message| message.to) {
            Some(Addressee::Connections) => {
                let most = self.options.settings.attempts;
                self.core.check(item, context, most).await
            }
            Some(Addressee::Payments) => self.core.pay(item, context).await,
            _ => self.send(item, context).await,
        }
    }

    /// An order that nobody takes, money that does not go back: the case hears of it, and with it a
    /// lead (PRIO-07, PRIO-31).
    async fn undelivered(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let undelivered = [("undelivered", item.kind.as_str())];
        let (action, given) = match message::find(&item.kind).map(|message| message.to) {
            Some(Addressee::Domain | Addressee::WorkOrders) => {
                ("delivery_failed", &undelivered[..])
            }
            Some(Addressee::Payments) if item.kind.starts_with("payment_refund") => {
                ("refund_failed", &[][..])
            }
            Some(Addressee::Payments) => ("delivery_failed", &undelivered[..]),
            _ => return Ok(()),
        };
        let command = derived(item.idem_key, &format!("undelivered {}", item.attempts));
        self.core
            .tell(item.case_id, action, &codes(given), command)
            .await?;
        Ok(())
    }

    async fn send(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Outcome, StoreError> {
        if is_overtaken(item, context) {
            return Ok(Outcome::Overtaken);
        }
        let building = match self.core.building(item, context).await? {
            Ok(building) => building,
            Err(outcome) => return Ok(outcome),
        };
        let mut story = story(item, context);
        story.bag_id = building.as_deref();
        let (settings, languages) = (&self.options.settings, &self.languages);
        Ok(match compose::envelope(item, &story, settings, languages) {
            Ok(envelope) => self.options.delivery.deliver(envelope).await,
            Err(stuck) => Outcome::Dead(stuck.words(languages.of(&settings.language))),
        })
    }

    /// Tells the database. A fence that is too old means that another worker has the message since.
    async fn settle(&self, item: &OutboxItem, outcome: &Outcome) -> Result<(), StoreError> {
        let (id, fence) = (item.outbox_id, item.fence);
        let wait = backoff::delay(item.attempts, fastrand::f64());
        let mended = WAITS.mul_f64(0.5 + fastrand::f64() / 2.0);
        let is_ours = match outcome {
            Outcome::Sent => self.store.outbox_sent(id, fence, false).await?,
            Outcome::Overtaken => self.store.outbox_sent(id, fence, true).await?,
            Outcome::Retry(reason) => {
                self.store
                    .outbox_failed(id, fence, reason, Some(wait))
                    .await?
            }
            // no try: nobody was asked
            Outcome::Wait(reason) => self.store.outbox_waits(id, fence, reason, mended).await?,
            Outcome::Dead(reason) => self.store.outbox_failed(id, fence, reason, None).await?,
        };
        let (case, kind) = (item.case_no.as_str(), item.kind.as_str());
        match outcome {
            _ if !is_ours => tracing::debug!(case, kind, id, "taken by another worker"),
            Outcome::Sent => tracing::info!(case, kind, id, "message sent"),
            Outcome::Overtaken => tracing::info!(case, kind, id, "message overtaken"),
            Outcome::Retry(reason) | Outcome::Wait(reason) => {
                tracing::warn!(case, kind, id, reason, "message waits");
            }
            Outcome::Dead(_) => tracing::error!(case, kind, id, "dead letter"),
        }
        Ok(())
    }
}

/// Where to pay, when that payment has ended meanwhile: nobody is sent to a page that takes no money
/// (PRIO-04).
fn is_overtaken(item: &OutboxItem, context: &MessageContext) -> bool {
    let payment = context.payment.as_ref();
    item.kind == "payment_link" && payment.is_some_and(|payment| !payment.status.is_live())
}

/// The story of a case as one of its messages tells it.
fn story<'a>(item: &'a OutboxItem, context: &'a MessageContext) -> Story<'a> {
    let process = process::find(&item.process);
    let country = context
        .party_country
        .as_deref()
        .and_then(Country::from_code);
    Story {
        case_no: &item.case_no,
        process: &item.process,
        number: item.outbox_id,
        country: process.map_or(Country::Nl, |process| process.country),
        received_at: context.received_at,
        opened_at: context.opened_at,
        legal_at: item.legal_at,
        facts: &item.facts,
        answers: &item.answers,
        action: item.action.as_deref().unwrap_or_default(),
        clocks: &context.clocks,
        party: context.party.as_ref(),
        party_country: country,
        customer: context.customer.as_ref(),
        holder: context.holder.as_ref(),
        connection: context.connection.as_ref(),
        texts: &context.texts,
        hidden: context.hidden,
        slot: context.slot.as_ref(),
        payment: context.payment.as_ref(),
        signals: context.signals.as_deref().unwrap_or_default(),
        bag_id: None,
    }
}
