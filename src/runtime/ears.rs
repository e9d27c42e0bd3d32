//! Listens for news on a connection of its own. The once-a-second question goes on where nothing is
//! heard, so that whatever happens to this connection costs time and never an event.

use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::beat::Followed;
use crate::store::Store;
use crate::store::listener::{Listener, Sound, Tick, Which};

/// A line on which nothing is heard for so long is thought dead.
const WATCHDOG: Duration = Duration::from_secs(15);
/// The same where nobody may be ticking at all.
const LONGEST_WATCHDOG: Duration = Duration::from_mins(2);
const PAUSE_MS: u64 = 1_000;
const LONGEST_MS: u64 = 30_000;

/// Listen as long as somebody wants to hear, once a session is open.
pub(super) async fn listen(
    store: Store,
    mut session: watch::Receiver<Option<Followed>>,
    ticks: mpsc::Sender<Tick>,
) {
    let mut failures = 0;
    let mut patience = WATCHDOG;
    loop {
        if session.wait_for(Option::is_some).await.is_err() {
            return;
        }
        match store.listener().await {
            Ok(listener) => {
                failures = 0;
                match hear(listener, patience, &ticks).await {
                    Ended::Left => return,
                    Ended::Deaf => patience = (2 * patience).min(LONGEST_WATCHDOG),
                    Ended::Cut => patience = WATCHDOG,
                }
            }
            Err(_) => failures = (failures + 1).min(5),
        }
        tokio::time::sleep(pause(failures)).await;
    }
}

/// Why a listener is of no use any more.
enum Ended {
    /// Nobody wants to hear.
    Left,
    /// Nothing was heard, not once.
    Deaf,
    /// It was heard, and then no more.
    Cut,
}

async fn hear(mut listener: Listener, patience: Duration, ticks: &mpsc::Sender<Tick>) -> Ended {
    // what was said before we listened
    let missed = Tick {
        queues: Which::All,
        cases: Which::All,
    };
    let _ = ticks.try_send(missed);
    let mut patience = patience;
    let mut heard = false;
    loop {
        let sound = tokio::select! {
            sound = listener.hear(patience) => sound,
            () = ticks.closed() => {
                listener.close().await;
                return Ended::Left;
            }
        };
        match sound {
            // one too many is as good as the one before it
            Ok(Sound::Tick(tick)) => drop(ticks.try_send(tick)),
            Ok(Sound::Silence) if !heard => return Ended::Deaf,
            Ok(Sound::Silence) | Err(_) => return Ended::Cut,
        }
        heard = true;
        patience = WATCHDOG;
    }
}

fn pause(failures: u32) -> Duration {
    let longest = (PAUSE_MS << failures).min(LONGEST_MS);
    Duration::from_millis(longest / 2 + fastrand::u64(..=longest / 2))
}
