//! Following the feed: the task that asks and the task that listens, together.

use tokio::sync::{mpsc, watch};

use super::beat::{self, Ears, Followed};
use super::ears;
use crate::desk::Msg;
use crate::store::Store;
use crate::store::rows::{Here, Session};

/// How many ticks may wait; one that finds no room is as good as the one before it.
const TICKS: usize = 64;

/// Whether a console listens as well as asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// It does.
    Yes,
    /// It asks once a second.
    No,
}

/// Follow while somebody takes the messages.
pub(super) fn start(
    store: &Store,
    session: watch::Receiver<Option<Followed>>,
    here: &watch::Sender<Here>,
    hears: Hears,
    messages: mpsc::Sender<Msg>,
) {
    let (hear, ticks) = mpsc::channel(TICKS);
    if hears == Hears::Yes {
        tokio::spawn(ears::listen(store.clone(), session.clone(), hear));
    }
    let ears = Ears {
        session,
        here: here.clone(),
        ticks,
    };
    tokio::spawn(beat::follow(store.clone(), ears, messages));
}

/// Follows the feed of an open session as a console does, without a screen: to be measured. Ends
/// when nobody takes the messages any more.
pub fn follow_feed(store: &Store, session: &Session, hears: Hears, messages: mpsc::Sender<Msg>) {
    let queues = session.me.queues.iter().map(|queue| queue.queue_id);
    let followed = Followed {
        session: session.session_id,
        queues: queues.collect(),
    };
    let (_, session) = watch::channel(Some(followed));
    let here = watch::Sender::new(Here::default());
    start(store, session, &here, hears, messages);
}
