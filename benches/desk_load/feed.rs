//! From the commit of one client to the screen of another: writers note the moment at which the
//! database had answered, readers of the feed the moment at which they had read their list again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use loket::runtime::least_pause;
use loket::store::StoreError;
use loket::store::rows::{FeedCursor, FeedEvent, Lease};
use loket::system;
use tokio::sync::watch;

use super::agent::Agent;
use super::measure::{Times, timed};

/// As the console asks.
const BEAT_MS: u64 = 1_000;
const JITTER_MS: u64 = 100;

/// What all clients of a run have seen together.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) claims: Times,
    pub(crate) applies: Times,
    pub(crate) releases: Times,
    pub(crate) details: Times,
    pub(crate) pulses: Times,
    pub(crate) pages: Times,
    pub(crate) visible: Times,
    pub(crate) errors: BTreeMap<String, u64>,
    /// Cases that were granted to two clients at once, or twice with one fence.
    pub(crate) doubles: u64,
    /// Asked for a case and got none.
    pub(crate) empty: u64,
    held: HashSet<i64>,
    fences: HashSet<(i64, i64)>,
    written: HashMap<(i64, &'static str), Instant>,
}

/// Shared by all clients of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(Arc<Mutex<Seen>>);

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to count anew, when all have come in.
    pub(crate) fn reset(&self) {
        let mut seen = self.lock();
        let held = std::mem::take(&mut seen.held);
        let fences = std::mem::take(&mut seen.fences);
        *seen = Seen {
            held,
            fences,
            ..Seen::default()
        };
    }

    pub(crate) fn granted(&self, lease: Lease) {
        let mut seen = self.lock();
        let is_first = seen.held.insert(lease.case_id.0);
        let is_new = seen.fences.insert((lease.case_id.0, lease.fence));
        seen.doubles += u64::from(!is_first || !is_new);
        seen.written
            .insert((lease.case_id.0, "claimed"), system::monotonic());
    }

    /// Before a call that may end the lease: from then on somebody else may get the case.
    pub(crate) fn letting_go(&self, lease: Lease) {
        self.lock().held.remove(&lease.case_id.0);
    }

    pub(crate) fn wrote(&self, lease: Lease, kind: &'static str) {
        let key = (lease.case_id.0, kind);
        self.lock().written.insert(key, system::monotonic());
    }

    pub(crate) fn failed(&self, error: &StoreError) {
        let kind = match error {
            StoreError::Refused(refusal) => format!("refused: {}", refusal.key),
            StoreError::LeaseLost { .. } => "lease lost".into(),
            other => other.to_string(),
        };
        *self.lock().errors.entry(kind).or_default() += 1;
    }

    fn arrived(&self, events: &[FeedEvent]) {
        let now = system::monotonic();
        let mut seen = self.lock();
        for event in events {
            let at = WATCHED
                .iter()
                .find(|kind| **kind == event.kind)
                .and_then(|kind| seen.written.get(&(event.case_id.0, *kind)).copied());
            if let Some(at) = at {
                seen.visible.add(now.duration_since(at));
            }
        }
    }
}

/// Kinds of events whose way is timed.
const WATCHED: [&str; 3] = ["claimed", "contact_party", "released"];

/// Follows the feed as a console does, until told to stop.
pub(crate) async fn follow(agent: Agent, shared: Shared, stop: watch::Receiver<bool>) {
    let mut cursor: Option<FeedCursor> = None;
    // changes that are not on the screen yet
    let mut news: Vec<FeedEvent> = Vec::new();
    let mut is_stale = true;
    tokio::time::sleep(Duration::from_millis(fastrand::u64(..BEAT_MS))).await;
    while !*stop.borrow() {
        let began = system::monotonic();
        let here = agent.here();
        let beat = agent.store.pulse(agent.session, cursor.as_ref(), &here);
        let beat = beat.await;
        let took = began.elapsed();
        match beat {
            Ok(pulse) => {
                shared.lock().pulses.add(took);
                news.extend(pulse.events);
                is_stale |= !news.is_empty();
                cursor = Some(pulse.cursor);
            }
            Err(error) => shared.failed(&error),
        }
        if is_stale {
            let (time, page) = timed(agent.reread()).await;
            match page {
                Ok(()) => {
                    shared.lock().pages.add(time);
                    shared.arrived(&news);
                    news.clear();
                }
                Err(error) => shared.failed(&error),
            }
            is_stale = false;
        }
        let pause = BEAT_MS - JITTER_MS / 2 + fastrand::u64(..JITTER_MS);
        tokio::time::sleep(Duration::from_millis(pause).max(least_pause(took))).await;
    }
}
