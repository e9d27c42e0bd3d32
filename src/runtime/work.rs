//! What the desk wants of the database and of files, done in tasks that answer with messages. The
//! same for the full screen and for the lines.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::address::Sources;
use super::{LEAVE, QUEUE, beat, calls, feed};
use crate::desk::{Effect, Model, Msg, safe};
use crate::store::Store;
use crate::store::rows::Here;
use crate::system;

/// Tasks under way, and the ways in and out of them.
pub(super) struct Work {
    store: Store,
    sources: Sources,
    /// The session that was asked for last. Made here, kept in memory only.
    session: Arc<Mutex<Uuid>>,
    pub(super) messages: mpsc::Sender<Msg>,
    writes: JoinSet<()>,
    /// Whether the session is open, for the task that asks once a second.
    following: watch::Sender<Option<beat::Followed>>,
    /// What we are doing, for the same task.
    pub(super) here: watch::Sender<Here>,
}

impl Work {
    /// Nothing under way yet; what comes in is read from the receiver.
    pub(super) fn new(store: Store, sources: Sources) -> (Self, mpsc::Receiver<Msg>) {
        let (messages, inbox) = mpsc::channel(QUEUE);
        let (following, follow) = watch::channel(None);
        let here = watch::Sender::new(Here::default());
        feed::start(&store, follow, &here, feed::Hears::Yes, messages.clone());
        let work = Self {
            store,
            sources,
            session: Arc::new(Mutex::new(Uuid::new_v4())),
            messages,
            writes: JoinSet::new(),
            following,
            here,
        };
        (work, inbox)
    }

    /// Do it, unless it is about the terminal: then it comes back.
    pub(super) fn run(&mut self, effect: Effect, model: &Model) -> Option<Effect> {
        let desk = self.caller(model);
        match effect {
            Effect::Ask(ticket, question) => {
                tokio::spawn(async move { desk.ask(ticket, question).await });
            }
            Effect::Write(ticket, call) => {
                self.writes
                    .spawn(async move { desk.write(ticket, *call).await });
            }
            Effect::Save(ticket, save) => {
                self.writes
                    .spawn(async move { desk.save(ticket, *save).await });
            }
            Effect::Names(ticket, path) => {
                tokio::spawn(async move { desk.names(ticket, path).await });
            }
            Effect::Probe(ticket, path) => {
                tokio::spawn(async move { desk.probe(ticket, path).await });
            }
            other => return Some(other),
        }
        None
    }

    fn caller(&self, model: &Model) -> calls::Caller {
        calls::Caller {
            store: self.store.clone(),
            sources: self.sources.clone(),
            session: Arc::clone(&self.session),
            calendars: model.world.calendars.clone(),
            texts: Arc::clone(&model.world.texts),
            messages: self.messages.clone(),
            following: self.following.clone(),
        }
    }

    /// Whatever ended us: what was typed and not saved is saved now.
    pub(super) fn save_all(&mut self, model: &mut Model) {
        for effect in safe::save_all(model, system::now()) {
            // saves only: they change nothing here
            let _ = self.run(effect, model);
        }
    }

    /// Let writes that are under way come to their end.
    pub(super) async fn finish_writes(&mut self) {
        let all = async { while self.writes.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LEAVE, all).await;
        self.writes.detach_all();
    }

    /// The leases go back, the line is closed.
    pub(super) async fn close(self) {
        let session = self
            .session
            .lock()
            .map_or_else(|broken| *broken.into_inner(), |id| *id);
        let store = self.store.clone();
        drop(self);
        let _ = tokio::time::timeout(LEAVE, store.session_close(session)).await;
        let _ = tokio::time::timeout(LEAVE, store.close()).await;
    }
}

/// Signals that end the console, and the one that says that it goes on.
pub(super) struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    leave: Signal,
    go_on: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            leave: signal(SignalKind::quit())?,
            go_on: signal(SignalKind::from_raw(nix::libc::SIGCONT))?,
        })
    }

    pub(super) async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.leave.recv() => {}
        }
    }

    /// To end, or to draw everything again.
    pub(super) async fn next(&mut self) -> Msg {
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Msg::Stop,
            _ = self.hang_up.recv() => Msg::Stop,
            _ = self.interrupt.recv() => Msg::Stop,
            _ = self.leave.recv() => Msg::Stop,
            _ = self.go_on.recv() => Msg::Resumed,
        }
    }

    /// Somebody stopped us from outside and lets us go on now.
    pub(super) async fn resumed(&mut self) {
        self.go_on.recv().await;
    }
}
