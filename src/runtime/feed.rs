//! Following the feed: the task that asks and hears.

use tokio::sync::{mpsc, watch};

use super::beat::{self, Ears, Followed};
use crate::desk::Msg;
use crate::store::Store;
pub use crate::store::listener::Hears;
use crate::store::rows::{Here, Session};

/// Follow while somebody takes the messages.
pub(super) fn start(
    store: &Store,
    session: watch::Receiver<Option<Followed>>,
    here: &watch::Sender<Here>,
    hears: Hears,
    messages: mpsc::Sender<Msg>,
) {
    let ears = Ears {
        session,
        here: here.clone(),
        line: store.feed_line(hears),
    };
    tokio::spawn(beat::follow(ears, messages));
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
