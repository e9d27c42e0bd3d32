//! A standby takes over: with synchronous commit nothing that was acknowledged is lost; without it,
//! what was acknowledged and lost gives nobody a right.

use loket::local_postgres::{Options, Profile};
use loket::store::StoreError;
use loket::store::rows::Lease;
use loket::store::session::SessionKind;
use nix::sys::signal::{Signal, kill};
use sqlx::PgPool;
use uuid::Uuid;

use super::crash::started;
use crate::history::{Plan, Running, pulse, seed};
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::line::{Line, Mode};
use crate::support::server::{Place, alive, eventually};
use crate::support::standby::{Standby, in_step, let_it_be_followed};
use crate::support::world::World;

fn options(place: &Place) -> Options {
    Options {
        profile: Profile::Demo,
        max_connections: 120,
        ..place.options()
    }
}

/// A world whose server is followed by a standby; everybody connects through a line.
struct Pair {
    place: Place,
    standby: Standby,
    /// What the standby hears comes through here.
    wire: Line,
}

impl Pair {
    async fn new() -> (Self, World) {
        let place = Place::new();
        let mut db = TestDb::on(started(options(&place)).await).await;
        let owner = db.pool(SUPERUSER, 1).await;
        let_it_be_followed(&owner, &place).await;
        owner.close().await;
        let old = place.server().unwrap();
        kill(old, Signal::SIGINT).unwrap();
        let gone = move || eventually("the server to stop", || (!alive(old)).then_some(()));
        tokio::task::spawn_blocking(gone).await.unwrap();
        let again = started(options(&place)).await;
        let wire = Line::to(&db).await;
        let standby = Standby::of(&db, &options(&place), &wire).await;
        db.lead_through_a_line().await;
        let world = World::on(db).await;
        drop(again);
        let pair = Self {
            place,
            standby,
            wire,
        };
        (pair, world)
    }

    /// The first server dies for good and the standby takes over. Everybody's line leads there.
    async fn fail_over(&self, line: &Line) {
        for pid in [self.place.supervisor(), self.place.server()] {
            kill(pid.unwrap(), Signal::SIGKILL).unwrap();
        }
        line.set(Mode::Cut);
        self.standby.take_over().await;
        line.lead_to(self.standby.socket());
        line.set(Mode::Pass);
    }
}

async fn set_sync(owner: &PgPool) {
    let wait = "ALTER SYSTEM SET synchronous_standby_names = '*'";
    sqlx::raw_sql(wait).execute(owner).await.unwrap();
    let reload = "SELECT pg_reload_conf()";
    sqlx::raw_sql(reload).execute(owner).await.unwrap();
    in_step(owner, true).await;
}

/// Decision 23: agents at work through a failover. Whatever was told as written is there, no case
/// has two holders, and every console reads everything anew.
#[tokio::test(flavor = "multi_thread")]
async fn with_synchronous_commit_a_failover_loses_nothing_that_was_told() {
    let (pair, world) = Pair::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    set_sync(&owner).await;
    let plan = Plan {
        agents: 5,
        followers: 2,
        steps: u32::MAX,
        ..Plan::new(seed(47))
    };
    let running = Running::start(world, &plan).await;
    running.goes_on(80).await;
    running.shared.recorder.server_changes();
    pair.fail_over(running.shared.world.db.line()).await;
    running.goes_on(80).await;
    let run = running.end().await;
    run.told("failover with synchronous commit");
    run.must_be_clean();
    assert!(run.resyncs >= 2, "each console has read everything anew");
}

/// Decisions 22 to 25: a claim that was acknowledged and is lost, and whose fence somebody else gets
/// on the new server: the old token writes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_it_a_lost_claim_gives_no_right_even_with_the_same_fence() {
    let (pair, world) = Pair::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let kept = anna.take(case).await;
    let bram = world.desk("bram").await;
    let place_in_feed = pulse(&bram.store, bram.id(), None).await.unwrap().cursor;
    in_step(&owner, false).await;
    // from here on the standby hears nothing
    pair.wire.set(Mode::BlackHole);
    release(&anna, kept).await.unwrap();
    let lost = bram.take(case).await;
    pair.fail_over(world.db.line()).await;

    let row = world.admin.rows(&[case]).await;
    let row = row.unwrap_or_default();
    let holder = row.first().and_then(|row| row.holder.clone());
    assert_eq!(holder.as_deref(), Some("Anna"), "the release was lost");
    let told = release(&bram, lost).await;
    assert!(is_refused(&told), "bram: {told:?}");
    let told = release(&anna, kept).await;
    assert!(
        is_refused(&told),
        "anna, with a session of before: {told:?}"
    );
    let again = anna
        .store
        .session_open(anna.id(), "test", SessionKind::Console);
    let again = again.await.unwrap().leases;
    assert_eq!(again[0].fence, kept.fence, "resumed, it is hers again");
    release(&anna, kept).await.unwrap();
    let carla = world.desk("carla").await;
    let new = carla.take(case).await;
    assert_eq!(
        new.fence, lost.fence,
        "the fence is handed out a second time"
    );
    let told = release(&bram, lost).await;
    assert!(
        is_refused(&told),
        "the same fence is not the same lease: {told:?}"
    );
    let told = pulse(&bram.store, bram.id(), Some(&place_in_feed)).await;
    let told = told.unwrap();
    assert!(told.resync, "everything must be read anew");
    assert_eq!(told.leases, None, "and the session is to be opened again");
}

async fn release(
    desk: &crate::support::world::Desk<'_>,
    lease: Lease,
) -> Result<loket::store::rows::Applied, StoreError> {
    let cmd = Uuid::now_v7();
    for _ in 0..100 {
        match desk.store.case_release(cmd, desk.id(), lease).await {
            Err(StoreError::Offline(_)) => {}
            told => return told,
        }
    }
    panic!("no answer");
}

fn is_refused<T>(told: &Result<T, StoreError>) -> bool {
    matches!(
        told,
        Err(StoreError::LeaseLost { .. } | StoreError::SessionLost)
    )
}
