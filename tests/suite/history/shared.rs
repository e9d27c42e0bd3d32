//! What all clients of a run have in common.

use std::sync::atomic::{AtomicBool, Ordering};

use loket::store::rows::{CaseId, FeedCursor, Here, Pulse};
use loket::store::{Store, StoreError};
use loket::system;
use uuid::Uuid;

use super::record::Recorder;
use crate::support::line::Line;
use crate::support::world::{SUPPLIER, World};

/// How many times as long as in CI (`LOKET_LONG`).
pub(crate) fn long() -> u32 {
    let factor = system::env("LOKET_LONG").and_then(|text| text.parse().ok());
    factor.unwrap_or(1)
}

/// The seed of a run: the one that is wanted, or that of the test.
pub(crate) fn seed(of_test: u64) -> u64 {
    let wanted = system::env("LOKET_SEED").and_then(|text| text.parse().ok());
    wanted.unwrap_or(of_test)
}

/// The world of a run.
pub(crate) struct Shared {
    pub(crate) world: World,
    pub(crate) recorder: Recorder,
    pub(crate) cases: Vec<CaseId>,
    /// The numbers of the agents at work, for handing over.
    pub(crate) people: Vec<i32>,
    /// A contact of the party in all cases.
    pub(crate) contact: i64,
    pub(crate) lines: Vec<Line>,
    stop: AtomicBool,
}

impl Shared {
    /// Opens the cases; nothing happens yet.
    pub(crate) async fn new(world: World, cases: u32, roles: &[String], lines: usize) -> Self {
        let mut opened = Vec::new();
        for n in 1..=cases {
            opened.push(world.signal(n).await);
        }
        let card = world.admin.look_up("", SUPPLIER).await.unwrap();
        let contact = card.party.unwrap().contacts[0].contact_id;
        let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
        let people = "SELECT agent_id FROM loket.agents WHERE db_role = ANY ($1)";
        let people = sqlx::query_scalar(people).bind(roles).fetch_all(&pool);
        let people = people.await.unwrap();
        // what a person does can be taken back for so long
        let grace = "UPDATE loket.settings SET grace = '20 s'";
        sqlx::query(grace).execute(&pool).await.unwrap();
        pool.close().await;
        let mut ways = Vec::new();
        for _ in 0..lines {
            ways.push(Line::to(&world.db).await);
        }
        Self {
            world,
            recorder: Recorder::new(),
            cases: opened,
            people,
            contact,
            lines: ways,
            stop: AtomicBool::new(false),
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// A store of that role, through a line or directly.
    pub(crate) fn store(&self, role: &str, line: Option<usize>) -> Store {
        match line.and_then(|line| self.lines.get(line)) {
            Some(line) => line.store(role, self.world.db.name()),
            None => self.world.db.store(role),
        }
    }
}

/// The question of once a second.
pub(crate) async fn pulse(
    store: &Store,
    session: Uuid,
    cursor: Option<&FeedCursor>,
) -> Result<Pulse, StoreError> {
    let here = Here::default();
    store.pulse(session, cursor, &here).await
}
