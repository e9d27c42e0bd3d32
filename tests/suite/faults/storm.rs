//! The server restarts under many consoles, with fewer places than they could ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use loket::local_postgres::Options;
use loket::store::Store;
use loket::store::listener::Hears;
use loket::store::rows::{Here, Session};
use loket::store::session::SessionKind;
use nix::sys::signal::{Signal, kill};
use uuid::Uuid;

use super::crash::started;
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::screen::Screen;
use crate::support::server::{Place, alive, eventually};
use crate::support::world::{Desk, World};

/// Consoles that only follow, each with up to four connections: a store of tests has three, and one
/// more hears.
const FOLLOWERS: u32 = 16;
/// How long being back may take, for each of them: there are fewer places than they ask for.
const BACK: Duration = Duration::from_mins(3);
/// Fewer than they could ask for.
const PLACES: u16 = 50;

fn options(place: &Place) -> Options {
    Options {
        max_connections: PLACES,
        ..place.options()
    }
}

/// Asks until it is there; in a storm there may be no place for a while.
async fn sits_down(store: &Store) -> Session {
    let sits = async {
        loop {
            let open = store.session_open(Uuid::new_v4(), "storm", SessionKind::Console);
            match open.await {
                Ok(session) => return session,
                Err(error) => assert!(error.is_passing(), "{error:?}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let sat = tokio::time::timeout(BACK, sits).await;
    sat.unwrap_or_else(|_| panic!("no place"))
}

/// Follows until the database was away and has answered again; how often it did not answer. The
/// test says when, so it has no end of its own: how long the server is up before depends on how fast
/// the machine is.
async fn comes_back(store: Store, session: Session, missed: Arc<AtomicU32>) -> u32 {
    let id = session.session_id;
    let mut line = store.feed_line(Hears::Yes);
    let mut cursor = None;
    let mut away = 0;
    loop {
        match line.pulse(id, cursor.as_ref(), &Here::default()).await {
            Ok(told) => {
                assert!(told.leases.is_some(), "the session is kept");
                cursor = Some(told.cursor);
                if away > 0 {
                    return away;
                }
            }
            Err(error) => {
                assert!(error.is_passing(), "{error:?}");
                away += 1;
                if away == 1 {
                    missed.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(150 + fastrand::u64(..200))).await;
    }
}

/// All consoles are back after a restart, the real ones without a key, and their sessions with
/// them; the server's limit of sessions was enough for all.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_everybody_is_back() {
    let place = Place::new();
    let world = World::on(TestDb::on(started(options(&place)).await).await).await;
    let case = world.signal(1).await;
    let screens: Vec<Screen> = (0..3)
        .map(|n| Screen::desk(&world.db.url(&format!("agent_{:02}", 50 + n)), (80, 24)))
        .collect();
    for screen in &screens {
        screen.wait("contact the party");
    }
    let missed = Arc::new(AtomicU32::new(0));
    let mut followers = Vec::new();
    for n in 0..FOLLOWERS {
        let store = world.db.store(&format!("agent_{n:02}"));
        let session = sits_down(&store).await;
        followers.push(tokio::spawn(comes_back(
            store,
            session,
            Arc::clone(&missed),
        )));
    }
    let old = place.server().unwrap();
    kill(old, Signal::SIGINT).unwrap();
    let gone = move || eventually("the server to stop", || (!alive(old)).then_some(()));
    tokio::task::spawn_blocking(gone).await.unwrap();
    // a restart between two questions is one that nobody notices
    let all = move || (missed.load(Ordering::SeqCst) == FOLLOWERS).then_some(());
    let noticed = move || eventually("everybody to notice", all);
    tokio::task::spawn_blocking(noticed).await.unwrap();
    let _again = started(options(&place)).await;
    for follower in followers {
        let back = tokio::time::timeout(BACK, follower).await;
        assert!(back.expect("never back").unwrap() > 0);
    }
    let owner = world.db.pool(SUPERUSER, 1).await;
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    let sessions: i64 = sqlx::query_scalar(sessions)
        .fetch_one(&owner)
        .await
        .unwrap();
    assert!(sessions <= i64::from(PLACES), "{sessions}");
    owner.close().await;
    // the real consoles see what happens next
    let store = world.db.store("anna");
    let session = sits_down(&store).await;
    let anna = Desk {
        world: &world,
        store,
        session,
    };
    anna.take(case).await;
    for screen in &screens {
        screen.wait("Anna");
    }
}
