//! The data wash with nobody at a screen: cases of deviations that a newer file has no more are closed
//! when they are let go, and corrections leave for the suppliers at the pace that is set.

use std::time::Duration;

use super::{Done, Patience, Stop, Worker, pause};
use crate::exchange::outbox::{Envelope, Outcome, market};
use crate::exchange::washing::{follow, opening, updates};
use crate::store::StoreError;
use crate::store::wash::Correction;

/// Nobody waits for these within seconds.
const POLL: Duration = Duration::from_secs(5);
/// So many corrections are taken at once.
const AT_ONCE: i32 = 50;

impl Worker {
    pub(super) async fn washing(&self, mut stop: Stop) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        let mut wait = Duration::ZERO;
        while !pause(&mut stop, wait).await {
            let mut done = Done::default();
            let result = self.wash(&mut done).await.map(|()| POLL);
            wait = patience.wait("wash", result)?;
        }
        Ok(())
    }

    /// What is due of it now.
    pub(super) async fn wash(&self, done: &mut Done) -> Result<(), StoreError> {
        let closed = follow::close_gone(&self.store).await?;
        if closed > 0 {
            tracing::info!(closed, "cases of deviations that are gone");
        }
        let led = follow::lead_on(&self.store).await?;
        if led > 0 {
            tracing::info!(led, "cases that waited for the next wash");
        }
        let opened = opening::open_left(&self.store).await?;
        if opened > 0 {
            tracing::info!(opened, "cases of findings that lost their repair");
        }
        let told = updates::tell_waiting(&self.store).await?;
        if told > 0 {
            tracing::info!(told, "cases were told of updates of suppliers");
        }
        loop {
            let taken = self.store.wash_corrections_take(AT_ONCE).await?;
            if taken.is_empty() {
                return Ok(());
            }
            for one in &taken {
                self.correction(one, done).await?;
            }
        }
    }

    async fn correction(&self, one: &Correction, done: &mut Done) -> Result<(), StoreError> {
        let envelope = Envelope {
            idem_key: one.idem_key,
            number: one.correction_id,
            case: format!("wash-{}", one.correction_id),
            kind: market::UPDATE.to_owned(),
            fence: i64::from(one.attempts),
            attempts: one.attempts,
            created: one.made_at,
            content: market::correction(one),
        };
        let error = match self.options.delivery.deliver(envelope).await {
            Outcome::Sent | Outcome::Overtaken => {
                done.sent += 1;
                None
            }
            Outcome::Retry(why) | Outcome::Wait(why) | Outcome::Dead(why) => {
                done.again += 1;
                tracing::warn!(correction = one.correction_id, why, "correction waits");
                Some(why)
            }
        };
        let told = error.as_deref();
        self.store
            .wash_correction_told(one.correction_id, told)
            .await
    }
}
