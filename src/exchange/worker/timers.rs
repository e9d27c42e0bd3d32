//! Clocks that pass. What a passing does is decided by the engine at the instant (decision 9), and
//! written only if the case is still as it was read.

use std::time::Duration;

use uuid::Uuid;

use super::{Done, Patience, Stop, Worker, pause};
use crate::process::engine::{self, Actor, Answers, Context};
use crate::store::StoreError;
use crate::store::case::Target;
use crate::store::rows::LapsedClock;

/// So many clocks are read at once.
const BATCH: u32 = 500;
/// Nobody tells us of a new clock: look again after at most so long.
const POLL: Duration = Duration::from_secs(1);
/// A clock in hours passes after its instant, not at it.
const JUST_AFTER: Duration = Duration::from_millis(5);

impl Worker {
    pub(super) async fn timers(&self, mut stop: Stop) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        let mut wait = Duration::ZERO;
        while !pause(&mut stop, wait).await {
            let mut done = Done::default();
            let result = match self.fire_all(&mut done).await {
                Ok(()) => self.until_next().await,
                Err(error) => Err(error),
            };
            wait = patience.wait("timers", result)?;
        }
        Ok(())
    }

    /// Time until the next clock passes, at most [`POLL`].
    async fn until_next(&self) -> Result<Duration, StoreError> {
        let Some(due) = self.store.next_due().await? else {
            return Ok(POLL);
        };
        let left = due - self.store.legal_now().await?;
        Ok(left
            .to_std()
            .map_or(JUST_AFTER, |left| left + JUST_AFTER)
            .min(POLL))
    }

    /// Fires what has passed, until a whole reading brings nothing new.
    pub(super) async fn fire_all(&self, done: &mut Done) -> Result<(), StoreError> {
        loop {
            let lapsed = self.store.lapsed(BATCH).await?;
            let before = done.timers;
            for clock in &lapsed {
                match self.fire(clock).await {
                    Ok(fired) => done.timers += u64::from(fired),
                    // one case that we cannot handle must not stop the clocks of the others
                    Err(StoreError::Bug(error)) => {
                        tracing::error!(case = clock.case_id.0, %error, "clock left alone");
                    }
                    Err(error) => return Err(error),
                }
            }
            if done.timers == before {
                return Ok(());
            }
        }
    }

    /// `false` when there was nothing to do after all: somebody was first, or the case moved on.
    async fn fire(&self, lapsed: &LapsedClock) -> Result<bool, StoreError> {
        let now = self.store.legal_now().await?;
        let Some(action) = engine::timer_action(&lapsed.facts, &lapsed.clock, now) else {
            return Ok(false);
        };
        let calendars = self.calendars().await?;
        let context = Context {
            now,
            actor: Actor::Timer,
            calendars: &calendars,
            command: Uuid::now_v7(),
        };
        let change = match engine::step(&lapsed.facts, action, &Answers::new(), &context) {
            Ok(change) => change,
            Err(refusal) => return Ok(skipped(lapsed, &refusal.key)),
        };
        let target = Target {
            case_id: lapsed.case_id,
            fence: None,
            version: lapsed.version,
        };
        match self
            .store
            .case_apply(context.command, None, target, &change)
            .await
        {
            Ok(_) => {
                let (case, clock) = (lapsed.case_id.0, lapsed.clock.as_str());
                tracing::info!(case, clock, action, "clock passed");
                Ok(true)
            }
            Err(StoreError::Stale) => Ok(false),
            Err(StoreError::Refused(refusal)) => Ok(skipped(lapsed, &refusal.key)),
            Err(error) => Err(error),
        }
    }
}

fn skipped(lapsed: &LapsedClock, refusal: &str) -> bool {
    let (case, clock) = (lapsed.case_id.0, lapsed.clock.as_str());
    tracing::warn!(case, clock, refusal, "clock passed, but nothing came of it");
    false
}
