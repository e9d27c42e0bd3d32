//! Asks once a second what others changed; that also keeps the session alive. Backs off while the
//! database does not answer. Jitter keeps many consoles apart.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::desk::Msg;
use crate::store::rows::{CaseId, FeedCursor, HERE_MOST, Here};
use crate::store::{Store, StoreError};

const BEAT_MS: u64 = 1_000;
const JITTER_MS: u64 = 100;
/// The longest pause while the database does not answer.
const LONGEST_MS: u64 = 8_000;

/// Ask as long as somebody listens, while a session is open.
pub(super) async fn follow(
    store: Store,
    mut session: watch::Receiver<Option<Uuid>>,
    here: watch::Sender<Here>,
    messages: mpsc::Sender<Msg>,
) {
    let mut cursor: Option<FeedCursor> = None;
    let mut failures = 0;
    loop {
        tokio::time::sleep(pause(failures)).await;
        let Ok(open) = session.wait_for(Option::is_some).await.map(|open| *open) else {
            return;
        };
        let Some(open) = open else { continue };
        let told = taken(&here);
        let mut beat = store.pulse(open, cursor.as_ref(), &told).await;
        if beat.is_err() {
            remember(&here, &told.worked);
        }
        match &mut beat {
            Ok(pulse) => {
                failures = 0;
                // what happened between the first reading and the first place in the feed
                pulse.resync |= cursor.is_none();
                cursor = Some(pulse.cursor.clone());
            }
            Err(StoreError::Offline(_)) => failures = (failures + 1).min(4),
            Err(_) => failures = 1,
        }
        if messages.send(Msg::Beat(Box::new(beat))).await.is_err() {
            return;
        }
    }
}

/// What the console is doing now. What was worked in adds up until it was told.
pub(super) fn tell(here: &watch::Sender<Here>, now: Here) {
    let worked = now.worked.clone();
    here.send_if_modified(|known| {
        let earlier = std::mem::take(&mut known.worked);
        let changed = (known.at, known.writing) != (now.at, now.writing);
        *known = Here {
            worked: earlier,
            ..now
        };
        changed
    });
    remember(here, &worked);
}

/// To be told with the next pulse.
fn remember(here: &watch::Sender<Here>, worked: &[CaseId]) {
    here.send_if_modified(|known| {
        for case in worked {
            if !known.worked.contains(case) && known.worked.len() < HERE_MOST {
                known.worked.push(*case);
            }
        }
        false
    });
}

/// What is told now.
fn taken(here: &watch::Sender<Here>) -> Here {
    let mut told = Here::default();
    here.send_if_modified(|known| {
        told = known.clone();
        known.worked.clear();
        false
    });
    told
}

fn pause(failures: u32) -> Duration {
    let base = (BEAT_MS << failures).min(LONGEST_MS);
    Duration::from_millis(base - JITTER_MS / 2 + fastrand::u64(..JITTER_MS))
}
