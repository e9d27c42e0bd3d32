//! What happens with nobody at a screen: clocks pass, messages leave, payments are asked about, what
//! comes in is heard, dead sessions give their cases back, the board is counted, the heads of the
//! chains are kept outside, consoles are told of news. Loops side by side, so that a slow receiver
//! never delays a clock; several workers may run on one database, and each does what another left.
//!
//! This module must not know: SQL, a screen, signals.

mod acknowledged;
mod building;
mod check;
mod delivery;
mod heard;
mod house;
mod idle;
mod offenders;
pub mod outside;
mod pay;
mod payments;
mod practice;
mod refund;
mod shared;
mod ticker;
mod timers;
mod wash;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

use super::outbox::compose::Languages;
use super::outbox::settings::Settings;
use super::outbox::{Delivery, backoff};
use crate::domain::calendar::Calendars;
use crate::store::line::Backend;
use crate::store::{Store, StoreError};
use crate::text::Texts;
use outside::Outside;
use shared::Core;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct Options {
    /// How messages leave.
    pub delivery: Delivery,
    /// Addresses, language, limits.
    pub settings: Settings,
    /// Where the heads of the chains are exported, once a day.
    pub chain_heads: Option<PathBuf>,
    /// Whether blocks and orders are confirmed here, for want of outside systems: demo and training.
    pub practice: bool,
    /// The systems outside that are spoken with directly.
    pub outside: Outside,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Clocks whose passing was written.
    pub timers: u64,
    /// Messages that left.
    pub sent: u64,
    /// Messages to be tried again.
    pub again: u64,
    /// Messages that wait for a person now.
    pub dead: u64,
    /// Leases that went back to the pool.
    pub swept: u64,
}

/// A worker on one database.
#[derive(Debug)]
pub struct Worker {
    store: Store,
    core: Arc<Core>,
    languages: Languages,
    options: Options,
    /// Our line, while we hold one: what we take belongs to it.
    line: watch::Sender<Option<Backend>>,
}

/// Told to stop?
pub type Stop = watch::Receiver<bool>;

impl Worker {
    /// A worker. Refused unless the store is that of the role `worker` or of an administrator.
    pub async fn open(store: Store, options: Options) -> Result<Self, StoreError> {
        store.require_worker().await?;
        let texts = Texts::load(&options.settings.language);
        let core = Core::new(store.clone(), options.outside.clone(), texts);
        let worker = Self {
            store,
            core: Arc::new(core),
            languages: Languages::load(),
            options,
            line: watch::Sender::new(None),
        };
        worker.calendars().await?;
        Ok(worker)
    }

    async fn calendars(&self) -> Result<Arc<Calendars>, StoreError> {
        self.core.calendars().await
    }

    /// Everything that is due now, once.
    pub async fn once(&self) -> Result<Done, StoreError> {
        let mut done = Done::default();
        self.look_in().await;
        self.fire_all(&mut done).await?;
        if let Some(payments) = &self.core.outside.payments {
            self.core.collect(payments, &mut HashSet::new()).await?;
        }
        self.deliver_all(&mut done).await?;
        self.wash(&mut done).await?;
        done.swept = u64::try_from(self.store.sweep().await?).unwrap_or(0);
        self.propose_offenders().await?;
        self.store.undo_clear().await?;
        done.swept += self.expire_idle().await?;
        self.store.board_refresh().await?;
        self.export_heads().await;
        Ok(done)
    }

    /// The clocks that have passed now, and nothing else. Gives how many.
    pub async fn fire_due(&self) -> Result<u64, StoreError> {
        let mut done = Done::default();
        self.fire_all(&mut done).await?;
        Ok(done.timers)
    }

    /// Until told to stop; what is under way is finished first. Fails only when the database does
    /// not know us or is not one of loket.
    pub async fn run(&self, stop: Stop) -> Result<(), StoreError> {
        tokio::try_join!(
            Box::pin(self.timers(stop.clone())),
            Box::pin(self.deliveries(stop.clone())),
            Box::pin(self.ticks(stop.clone())),
            Box::pin(self.payments(stop.clone())),
            Box::pin(self.listen(stop.clone())),
            Box::pin(self.washing(stop.clone())),
            Box::pin(self.house(stop))
        )?;
        Ok(())
    }
}

/// Waits; `true` when told to stop.
async fn pause(stop: &mut Stop, wait: Duration) -> bool {
    if *stop.borrow() {
        return true;
    }
    tokio::select! {
        () = tokio::time::sleep(wait) => *stop.borrow(),
        changed = stop.changed() => changed.is_err() || *stop.borrow(),
    }
}

/// Whether only a person can mend it: who we are, and which database that is.
fn is_for_good(error: &StoreError) -> bool {
    const KEYS: &[&str] = &["role_required", "database_not_migrated", "no_such_database"];
    match error {
        StoreError::NotAnAgent(_) => true,
        StoreError::Refused(refusal) => KEYS.contains(&refusal.key.as_str()),
        _ => false,
    }
}

/// Patience with a database that is away: longer after each failure, at most half a minute.
#[derive(Debug, Default)]
struct Patience {
    failures: i32,
}

impl Patience {
    /// How long to wait after that result; an error that no waiting mends is given back.
    fn wait(
        &mut self,
        what: &'static str,
        result: Result<Duration, StoreError>,
    ) -> Result<Duration, StoreError> {
        match result {
            Ok(wait) => {
                self.failures = 0;
                Ok(wait)
            }
            Err(error) if is_for_good(&error) => Err(error),
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let wait = backoff::delay(self.failures, fastrand::f64());
                let wait = wait.min(Duration::from_secs(30));
                tracing::warn!(what, failures = self.failures, %error, "trying again");
                Ok(wait)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::engine::Refusal;

    /// No waiting gives a role or migrates a database; waiting does bring a database back.
    #[test]
    fn what_only_a_person_mends_ends_the_worker() {
        let wait = |error| Patience::default().wait("test", Err(error));
        for key in ["role_required", "database_not_migrated", "no_such_database"] {
            let error = StoreError::Refused(Refusal::new(key));
            assert_eq!(wait(error.clone()), Err(error));
        }
        let unknown = StoreError::NotAnAgent(String::from("nobody"));
        assert_eq!(wait(unknown.clone()), Err(unknown));
        assert!(wait(StoreError::Offline(String::from("away"))).is_ok());
        assert!(wait(StoreError::Refused(Refusal::new("search_too_short"))).is_ok());
    }
}
