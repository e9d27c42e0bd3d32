//! A console that only looks: it follows the feed by its cursor, with pauses and lost lines, and
//! must have been told of everything exactly once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use loket::store::rows::{FeedCursor, QueueRow};
use loket::store::session::SessionKind;
use loket::store::{Store, StoreError};
use uuid::Uuid;

use super::record::{Event, Finding, Kind};
use super::shared::{Shared, pulse};

/// What one console saw.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    role: String,
    line: Option<usize>,
    rng: Rng,
    store: Store,
    session: Uuid,
    queues: Vec<QueueRow>,
    cursor: FeedCursor,
    seen: Vec<(i64, i32)>,
    /// What was read otherwise, when the place was not known any more.
    read: BTreeSet<(i64, i32)>,
    /// Places that could not be followed: everything was read anew.
    resyncs: u32,
}

impl Follower {
    /// Begins to follow; the database is at rest.
    pub(crate) async fn new(
        shared: &Arc<Shared>,
        role: &str,
        line: Option<usize>,
        seed: u64,
    ) -> Self {
        let store = shared.store(role, line);
        let session = Uuid::new_v4();
        let opened = store.session_open(session, "follower", SessionKind::Console);
        let queues = opened.await.unwrap().me.queues;
        let cursor = pulse(&store, session, None).await.unwrap().cursor;
        Self {
            shared: Arc::clone(shared),
            role: role.to_owned(),
            line,
            rng: Rng::with_seed(seed),
            store,
            session,
            queues,
            cursor,
            seen: Vec::new(),
            read: BTreeSet::new(),
            resyncs: 0,
        }
    }

    /// Follows until the run is over.
    pub(crate) async fn follow(mut self) -> Self {
        while !self.shared.is_over() {
            let pause = match self.rng.u32(..40) {
                0 => 300,
                1..8 => 40,
                _ => 5,
            };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if self.rng.u32(..50) == 0 {
                self.store = self.shared.store(&self.role, self.line);
            }
            self.beat().await;
        }
        self
    }

    /// One question; whether there is more.
    async fn beat(&mut self) -> bool {
        let told = pulse(&self.store, self.session, Some(&self.cursor)).await;
        match told {
            Ok(told) => {
                let events = told.events.iter().map(|event| (event.case_id.0, event.seq));
                self.seen.extend(events);
                let is_known = !told.resync || self.read_anew().await;
                if is_known {
                    self.cursor = told.cursor;
                }
                told.more || !is_known
            }
            Err(StoreError::Offline(_)) => true,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Reads the cases instead, as a console reads its lists anew. Whether there was an answer.
    async fn read_anew(&mut self) -> bool {
        let Ok(rows) = self.store.rows(&self.shared.cases).await else {
            return false;
        };
        self.resyncs += 1;
        for row in rows {
            let case = row.case_id.0;
            self.read.extend((1..=row.version).map(|seq| (case, seq)));
        }
        true
    }

    /// Reads what is still there; nobody writes any more, and nothing holds the feed back.
    pub(crate) async fn finish(&mut self) {
        for _ in 0..600 {
            if !self.beat().await {
                return;
            }
        }
        panic!("the feed of {} never ends", self.role);
    }

    /// Compares what was seen with what happened after `start`.
    pub(crate) fn check(&self, events: &[Event], start: i64) -> Vec<Finding> {
        let mine = |event: &&Event| {
            event.event_id > start && self.queues.iter().any(|it| it.queue_id == event.queue_id)
        };
        let happened: BTreeSet<_> = events.iter().filter(mine).map(key).collect();
        let seen: BTreeSet<_> = self.seen.iter().copied().collect();
        let finding =
            |kind, what: &(i64, i32)| Finding::new(kind, format!("{}: {what:?}", self.role));
        let missed = happened.difference(&seen);
        let missed = missed.filter(|it| !self.read.contains(it));
        let missed = missed.map(|it| finding(Kind::FeedMissed, it));
        let strange = seen.difference(&happened);
        let strange = strange.map(|it| finding(Kind::FeedStranger, it));
        let mut findings: Vec<Finding> = missed.chain(strange).collect();
        if seen.len() < self.seen.len() {
            let times = (0, i32::try_from(self.seen.len() - seen.len()).unwrap());
            findings.push(finding(Kind::FeedTwice, &times));
        }
        findings
    }

    /// How often the place was not known any more.
    pub(crate) fn resyncs(&self) -> u32 {
        self.resyncs
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.len()
    }
}

fn key(event: &Event) -> (i64, i32) {
    (event.case_id, event.seq)
}
