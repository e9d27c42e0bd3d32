//! The change feed: nothing is lost, nothing comes twice, and a late transaction is waited for.

use std::collections::BTreeSet;

use loket::store::rows::{FeedCursor, Here};
use sqlx::Connection as _;
use uuid::Uuid;

use crate::support::world::{Desk, World, answers, free};

/// Reads until that many events came. A long transaction of another test in the same server may
/// hold the feed back for a while: it waits, it does not lose.
async fn read(desk: &Desk<'_>, cursor: &mut Option<FeedCursor>, count: usize) -> Vec<(i64, i32)> {
    let mut seen = Vec::new();
    for _ in 0..400 {
        seen.extend(drain(desk, cursor).await);
        if seen.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    seen
}

async fn drain(desk: &Desk<'_>, cursor: &mut Option<FeedCursor>) -> Vec<(i64, i32)> {
    let mut seen = Vec::new();
    loop {
        let pulse = desk
            .store
            .pulse(desk.id(), cursor.as_ref(), &Here::default())
            .await
            .unwrap();
        *cursor = Some(pulse.cursor);
        seen.extend(
            pulse
                .events
                .iter()
                .map(|event| (event.case_id.0, event.seq)),
        );
        if !pulse.more {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_comes_once() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let mut cursor = None;
    drain(&anna, &mut cursor).await;
    let mut all = BTreeSet::new();
    for n in 1..=5 {
        let case_id = world.signal(n).await;
        anna.act(case_id, None, "add_note", &answers([("note", free("x"))]))
            .await
            .unwrap();
        all.extend([(case_id.0, 1), (case_id.0, 2)]);
    }
    let seen = read(&anna, &mut cursor, all.len()).await;
    assert_eq!(seen.iter().copied().collect::<BTreeSet<_>>(), all);
    assert_eq!(seen.len(), all.len(), "no event twice");
    assert_eq!(drain(&anna, &mut cursor).await, []);
}

/// A cursor by `id > last` loses this event: it got its number before others, and committed after.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_commits_late_is_not_lost() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let (slow, fast) = (world.signal(1).await, world.signal(2).await);
    let mut cursor = None;
    drain(&anna, &mut cursor).await;
    let change = anna
        .change(slow, "add_note", &answers([("note", free("slow"))]))
        .await;
    let version = anna.store.case_detail(slow).await.unwrap().row.version;
    let mut late = sqlx::PgConnection::connect(&world.db.url("anna"))
        .await
        .unwrap();
    sqlx::query("BEGIN").execute(&mut late).await.unwrap();
    sqlx::query("SELECT loket_api.apply($1, $2, $3, NULL, $4, $5, NULL, NULL)")
        .bind(Uuid::now_v7())
        .bind(anna.id())
        .bind(slow.0)
        .bind(version)
        .bind(serde_json::to_value(&change).unwrap())
        .execute(&mut late)
        .await
        .unwrap();
    anna.act(fast, None, "add_note", &answers([("note", free("fast"))]))
        .await
        .unwrap();
    let mut seen = drain(&anna, &mut cursor).await;
    assert!(
        !seen.contains(&(fast.0, 2)),
        "what came later waits for what is not yet committed"
    );
    sqlx::query("COMMIT").execute(&mut late).await.unwrap();
    let expected = [(slow.0, 2), (fast.0, 2)];
    for _ in 0..10 {
        seen.extend(read(&anna, &mut cursor, 1).await);
        if expected.iter().all(|event| seen.contains(event)) {
            return;
        }
    }
    panic!("lost: {seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_or_a_failover_everything_is_read_anew() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let first = anna
        .store
        .pulse(anna.id(), None, &Here::default())
        .await
        .unwrap();
    assert!(!first.resync, "the first place is no loss");
    let mut elsewhere = first.cursor.clone();
    elsewhere.timeline += 1;
    assert!(
        anna.store
            .pulse(anna.id(), Some(&elsewhere), &Here::default())
            .await
            .unwrap()
            .resync
    );
    let mut restored = first.cursor;
    restored.epoch = Uuid::new_v4();
    assert!(
        anna.store
            .pulse(anna.id(), Some(&restored), &Here::default())
            .await
            .unwrap()
            .resync
    );
}
