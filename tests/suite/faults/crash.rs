//! The server dies under agents at work, in every way, and comes back.

use loket::local_postgres::{LocalPostgres, Options, Profile};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::history::{Plan, Running, long, seed};
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::server::{Place, eventually};
use crate::support::world::World;

/// A private server that survives a power cut.
fn options(place: &Place) -> Options {
    Options {
        profile: Profile::Demo,
        max_connections: 120,
        ..place.options()
    }
}

/// A server of that place, started or joined, off the threads that must not wait.
pub(super) async fn started(options: Options) -> LocalPostgres {
    let start = move || LocalPostgres::start(&options).unwrap_or_else(|error| panic!("{error}"));
    tokio::task::spawn_blocking(start).await.unwrap()
}

/// The small world on a server that can be killed.
pub(super) async fn world(place: &Place) -> World {
    let server = started(options(place)).await;
    World::on(TestDb::on(server).await).await
}

/// A process of the server that works for an agent.
async fn backend(world: &World) -> Pid {
    let owner = world.db.pool(SUPERUSER, 1).await;
    let query = "SELECT pid FROM pg_stat_activity WHERE usename LIKE 'agent%'
        ORDER BY query_start DESC NULLS LAST LIMIT 1";
    let pid: i32 = sqlx::query_scalar(query).fetch_one(&owner).await.unwrap();
    owner.close().await;
    Pid::from_raw(pid)
}

/// What was told as written is there after kill -9 of a backend, after an immediate shutdown and
/// after kill -9 of the server; nobody holds a case twice; everybody comes back by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_as_written_outlives_every_death_of_the_server() {
    let place = Place::new();
    let plan = Plan {
        agents: 5,
        followers: 2,
        steps: u32::MAX,
        ..Plan::new(seed(41))
    };
    let running = Running::start(world(&place).await, &plan).await;
    let mut servers = Vec::new();
    for _ in 0..long() {
        running.goes_on(50).await;
        kill(backend(&running.shared.world).await, Signal::SIGKILL).unwrap();
        running.goes_on(50).await;
        for death in [Signal::SIGQUIT, Signal::SIGKILL] {
            let old = place.server().unwrap();
            kill(old, death).unwrap();
            let gone = move || eventually("the server to be gone", || (!alive(old)).then_some(()));
            tokio::task::spawn_blocking(gone).await.unwrap();
            servers.push(started(options(&place)).await);
            running.goes_on(50).await;
        }
    }
    let run = running.end().await;
    run.told("deaths of the server");
    run.must_be_clean();
}

fn alive(pid: Pid) -> bool {
    crate::support::server::alive(pid)
}
