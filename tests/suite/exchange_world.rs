//! The invented world: the same for everybody, and playable on a real database.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{NaiveDate, Timelike as _};
use loket::domain::country::Country;
use loket::domain::ean::Ean18;
use loket::domain::gln::Gln;
use loket::domain::postcode::Postcode;
use loket::exchange::colleague::{self, Manner};
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::settings::Settings;
use loket::exchange::worker::outside::Outside;
use loket::exchange::worker::{Options, Worker};
use loket::exchange::world::{GROUP, What, World, play};
use loket::store::Store;
use loket::store::admin::AgentRow;
use loket::store::rows::{CaseRow, InboxView, WorkState};
use tokio::sync::watch;

use crate::support::db::{SUPERUSER, TestDb};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
}

pub(crate) fn options(directory: &std::path::Path) -> Options {
    Options {
        delivery: Delivery::Directory(directory.to_path_buf()),
        settings: Settings::default(),
        chain_heads: None,
        practice: false,
        outside: Outside::default(),
    }
}

/// The same, with payments of practice.
fn practising(name: &str) -> Options {
    let payments = folder(&format!("{name}-payments"));
    Options {
        outside: Outside::practice(&payments, &payments.join("incoming")),
        ..options(&folder(name))
    }
}

/// An empty folder of this test.
pub(crate) fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("loket-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    assert_eq!(World::new(7, day()), World::new(7, day()));
    assert_ne!(World::new(7, day()), World::new(8, day()));
}

#[test]
fn every_number_of_the_world_is_valid() {
    let world = World::new(1, day()).registers;
    assert!(
        world
            .connections
            .iter()
            .all(|it| it.ean_valid && Ean18::parse(&it.ean).is_ok())
    );
    assert!(
        world
            .connections
            .iter()
            .filter(|it| it.country == "NL")
            .all(|it| Postcode::parse(&it.postcode).is_ok())
    );
    assert!(world.parties.iter().all(|it| Gln::parse(&it.gln).is_ok()));
    let unique: std::collections::BTreeSet<_> = world.parties.iter().map(|it| &it.gln).collect();
    assert_eq!(unique.len(), world.parties.len());
    assert!(world.connections.len() >= 400 && world.parties.len() >= 24);
    assert!(world.customers.iter().filter(|it| it.protected).count() >= 3);
}

/// GT-27: the warning can be seen only where somebody is missing.
#[test]
fn gt_27_two_parties_of_the_world_have_nobody_in_the_group() {
    let world = World::new(1, day()).registers;
    let readers = world.parties.iter().filter(|it| it.role.starts_with('s'));
    let has_contact = |gln: &String| {
        world
            .contacts
            .iter()
            .any(|it| it.gln == *gln && it.contact_group == GROUP)
    };
    assert_eq!(readers.filter(|it| !has_contact(&it.gln)).count(), 2);
}

#[test]
fn the_history_is_in_order_and_in_the_past_on_every_day_of_a_week() {
    for offset in 0..7 {
        let world = World::new(3, day() + chrono::Days::new(offset));
        assert_eq!(world.now.with_timezone(&Country::Nl.zone()).hour(), 9);
        assert!(world.steps.iter().all(|step| step.at < world.now));
        assert!(world.steps.windows(2).all(|two| two[0].at <= two[1].at));
        for step in &world.steps {
            if let What::Open { received_at, .. } = &step.what {
                assert!(*received_at < step.at);
            }
        }
    }
}

/// An agent who works requests for meters as well.
async fn requests_too(db: &TestDb, role: &str) -> Store {
    let agent = AgentRow {
        db_role: role.to_owned(),
        name: role.to_owned(),
        role: "agent".to_owned(),
        queues: ["mandate", "metering", "installation"]
            .map(str::to_owned)
            .into(),
        firm: None,
        disabled_at: None,
    };
    db.store(SUPERUSER).agent_add(&agent).await.unwrap();
    db.store(role)
}

async fn rows(store: &Store) -> Vec<CaseRow> {
    let session = store
        .session_open(
            uuid::Uuid::new_v4(),
            "test",
            loket::store::session::SessionKind::Detached,
        )
        .await
        .unwrap();
    let queue = session.me.queues[0].queue_id;
    store
        .inbox(&InboxView::Queue(queue), None, 200)
        .await
        .unwrap()
        .rows
}

/// The whole of 2.3 by script: every step of the history is taken by engine and database, and the
/// inbox of the morning has something of everything.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_plays_on_a_real_database_and_leaves_an_inbox_with_something_of_everything() {
    let db = TestDb::new().await;
    let admin = db.store("admin_1");
    let worker = Worker::open(db.store("worker_1"), practising("world"))
        .await
        .unwrap();
    let world = World::new(1, day());
    let agents = [
        requests_too(&db, "anna").await,
        requests_too(&db, "bram").await,
    ];
    let played = play::play(&admin, &agents, &worker, &world).await.unwrap();
    assert_eq!(played.steps, world.steps.len());
    assert!(played.cases >= 60, "{played:?}");
    assert_eq!(played.attached, 3);

    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let rows = rows(&agents[0]).await;
    for row in &rows {
        *states.entry(row.state.clone()).or_default() += 1;
    }
    for state in [
        "blocked_contact_due",
        "awaiting_party",
        "assessing",
        "unblock_due",
        "block_maintained",
    ] {
        assert!(
            states.get(state).is_some_and(|count| *count >= 2),
            "{state}: {states:?}"
        );
    }
    assert!(states.contains_key("reported"));
    assert!(rows.iter().any(|row| row.breached), "something is overdue");
    assert!(rows.iter().any(|row| row.work == WorkState::Waiting));
    assert!(
        rows.iter().all(|row| row.work != WorkState::Held),
        "nothing stays with a script"
    );
    let sql = "SELECT state, count(*) FROM loket.cases WHERE process = 'notification' GROUP BY 1";
    let pool = db.pool(SUPERUSER, 1).await;
    let found: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&pool).await.unwrap();
    let found: BTreeMap<&str, i64> = found.iter().map(|(it, n)| (it.as_str(), *n)).collect();
    let expected = [
        ("unsent", 2),
        ("for_approval", 3),
        ("returned", 1),
        ("approved", 1),
        ("completed_notice", 1),
        ("closed_energised", 1),
        ("closed_rejected", 1),
    ];
    assert_eq!(found, BTreeMap::from(expected), "ELS-31");
    let silent = rows
        .iter()
        .filter(|row| row.state == "block_maintained")
        .count();
    assert!(
        silent >= 5,
        "three rejected and four that 72 hours ended: {states:?}"
    );
}

/// Simulated colleagues beside each other: they get work done, whatever the tables say, leave when
/// told, and hold nothing afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn simulated_colleagues_work_the_inbox_and_hold_nothing_when_they_leave() {
    let db = TestDb::new().await;
    let admin = db.store("admin_1");
    let worker = Worker::open(db.store("worker_1"), practising("people"))
        .await
        .unwrap();
    let world = World::new(5, day());
    let anna = requests_too(&db, "anna").await;
    play::play(&admin, &[anna], &worker, &world).await.unwrap();
    let (tell, stop) = watch::channel(false);
    let people: Vec<_> = ["bram", "carla", "daan", "eva"]
        .into_iter()
        .zip(1_u64..)
        .map(|(role, seed)| {
            let manner = Manner {
                think_min: Duration::ZERO,
                think_max: Duration::from_millis(20),
                ..Manner::person(seed)
            };
            tokio::spawn(colleague::work(db.store(role), manner, stop.clone()))
        })
        .collect();
    let inbox = db.store("anna");
    let untouched = |rows: &[CaseRow]| {
        rows.iter()
            .filter(|row| row.state == "blocked_contact_due")
            .count()
    };
    let before = untouched(&rows(&inbox).await);
    for _ in 0..600 {
        if untouched(&rows(&inbox).await) + 5 <= before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tell.send(true).unwrap();
    let mut actions = 0;
    for person in people {
        let tally = person.await.unwrap().unwrap();
        actions += tally.actions;
    }
    assert!(actions >= 5);
    assert!(
        rows(&inbox)
            .await
            .iter()
            .all(|row| row.work != WorkState::Held)
    );
}
