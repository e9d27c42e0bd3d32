//! Promises and snoozes in the database: who is told, what lists show, what the referee refuses.

use loket::exchange::worker::Worker;
use loket::process::engine::{Answer, Answers};
use loket::process::field::Value;
use loket::store::StoreError;
use loket::store::filter::Filter;
use loket::store::rows::{CaseId, Claim, Here, InboxView, Notice};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World, answers, free};

async fn ahead(world: &World, minutes: i64) -> Answer {
    let at = world.now().await + chrono::TimeDelta::minutes(minutes);
    Answer::Value(Value::instant(at))
}

async fn promise(desk: &Desk<'_>, case_id: CaseId, minutes: i64, what: &str) {
    let at = ahead(desk.world, minutes).await;
    let given = answers([("promise_at", at), ("promised", free(what))]);
    desk.act(case_id, None, "promise", &given).await.unwrap();
}

async fn snooze(desk: &Desk<'_>, case_id: CaseId, minutes: i64) -> Result<(), StoreError> {
    let at = ahead(desk.world, minutes).await;
    let given = answers([("snooze_until", at), ("snooze_reason", free("the lab"))]);
    desk.act(case_id, None, "snooze", &given).await.map(|_| ())
}

async fn notices(desk: &Desk<'_>) -> Vec<Notice> {
    let pulse = desk.store.pulse(desk.id(), None, &Here::default()).await;
    pulse.unwrap().notices
}

async fn worker(world: &World) -> Worker {
    let path = crate::exchange_world::folder("promises");
    let options = crate::exchange_world::options(&path);
    Worker::open(world.db.store("worker_1"), options)
        .await
        .unwrap()
}

async fn verified(world: &World) {
    let auditor = world.db.store("auditor_1");
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, []);
}

/// The cases of the list of the queue, and of mine.
async fn lists(desk: &Desk<'_>, filter: &str) -> (Vec<CaseId>, Vec<CaseId>) {
    let queue = InboxView::Queue(desk.session.me.queues[0].queue_id);
    let filter = Filter::parse(filter).unwrap();
    let mut found = Vec::new();
    for view in [queue, InboxView::Mine] {
        let page = if filter.is_empty() {
            desk.store.inbox(&view, None, 50).await
        } else {
            desk.store
                .inbox_filtered(&view, &filter, None, 50, &[])
                .await
        };
        let rows = page.unwrap().rows;
        found.push(rows.into_iter().map(|row| row.case_id).collect());
    }
    (found.remove(0), found.remove(0))
}

/// It stays with the case when that changes hands; who promised and who has the case are told when
/// it comes due, once; it never decides what the row sorts by.
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_told_to_who_made_it_and_who_has_the_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let before = world.admin.case_detail(case_id).await.unwrap().row;
    promise(&anna, case_id, 90, "call Roos back").await;
    promise(&anna, case_id, 3_000, "send the letter").await;
    bram.take(case_id).await;
    let detail = bram.store.case_detail(case_id).await.unwrap();
    let row = &detail.row;
    assert_eq!((row.sort_at, &row.clock), (before.sort_at, &before.clock));
    assert!(row.promise_at.is_some_and(|at| at < row.sort_at));
    let said: Vec<_> = detail
        .promises
        .iter()
        .map(|one| (one.run, one.what(&detail.texts), one.who()))
        .collect();
    let anna_said = anna.session.me.name.as_str();
    assert_eq!(
        said,
        [
            (1, "call Roos back", anna_said),
            (2, "send the letter", anna_said)
        ]
    );
    world.admin.clock_shift(91 * 60).await.unwrap();
    let worker = worker(&world).await;
    worker.once().await.unwrap();
    worker.once().await.unwrap();
    for desk in [&anna, &bram] {
        let told = notices(desk).await;
        let told: Vec<_> = told
            .iter()
            .filter(|one| one.kind == "promise_due")
            .collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].line.as_deref(), Some("call Roos back"));
        assert_eq!(told[0].who, None);
    }
    let number = Answer::Value(Value::Number(1));
    let given = answers([("promise_no", number)]);
    bram.act(case_id, None, "promise_kept", &given)
        .await
        .unwrap();
    let row = bram.store.case_detail(case_id).await.unwrap().row;
    assert!(row.promise_at.is_some_and(|at| at > row.received_at));
    verified(&world).await;
}

/// Out of every list but the one that asks for it, and not given by `next`; back when its time is
/// over, whether a worker runs or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_put_aside_is_out_of_the_inbox() {
    let world = World::new().await;
    let cases = [world.signal(1).await, world.signal(2).await];
    let anna = world.desk("anna").await;
    // the alarm of the block would bring it back earlier
    world.admin.clock_shift(16 * 60).await.unwrap();
    worker(&world).await.once().await.unwrap();
    snooze(&anna, cases[0], 60).await.unwrap();
    assert_eq!(lists(&anna, "").await.0, [cases[1]]);
    assert_eq!(lists(&anna, "zonnebloem").await.0, [cases[1]]);
    assert_eq!(lists(&anna, "is:snoozed").await.0, [cases[0]]);
    assert_eq!(lists(&anna, "-is:snoozed").await.0, [cases[1]]);
    let next = anna.store.claim_next(Uuid::now_v7(), anna.id(), None).await;
    assert!(matches!(next, Ok(Claim::Granted { lease, .. }) if lease.case_id == cases[1]));
    let none = anna.store.claim_next(Uuid::now_v7(), anna.id(), None).await;
    assert!(!matches!(none, Ok(Claim::Granted { .. })), "{none:?}");
    world.admin.clock_shift(61 * 60).await.unwrap();
    assert_eq!(lists(&anna, "").await.0.len(), 2, "by itself");
    worker(&world).await.once().await.unwrap();
    let timeline = anna.store.timeline(cases[0], None, 50).await.unwrap();
    assert!(timeline.iter().any(|event| event.kind == "snooze_over"));
    verified(&world).await;
}

/// What its holder put aside stays aside when he leaves; whoever takes it up, and whatever happens
/// to it, brings it back.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_brings_a_case_back() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let is_aside = async || lists(&anna, "is:snoozed").await.0 == [case_id];
    let lease = anna.take(case_id).await;
    snooze(&anna, case_id, 120).await.unwrap();
    assert_eq!(lists(&anna, "").await.1, []);
    let left = anna.store.case_release(Uuid::now_v7(), anna.id(), lease);
    left.await.unwrap();
    assert!(is_aside().await, "its holder left");
    let note = answers([("note", free("she called"))]);
    bram.act(case_id, None, "add_note", &note).await.unwrap();
    assert!(!is_aside().await, "a note");
    snooze(&anna, case_id, 120).await.unwrap();
    bram.take(case_id).await;
    assert!(!is_aside().await, "taken up");
    let lead = world.desk("lead_1").await;
    snooze(&anna, case_id, 110).await.unwrap();
    lead.act(case_id, None, "wake", &Answers::new())
        .await
        .unwrap();
    assert!(!is_aside().await, "by hand");
    verified(&world).await;
}

/// A note that was written while somebody put the case aside meets that: it would not have ended
/// the snooze, and replay would not agree.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_of_before_meets_the_snooze() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let note = answers([("note", free("she called"))]);
    let change = bram.change(case_id, "add_note", &note).await;
    let version = bram.store.case_detail(case_id).await.unwrap().row.version;
    snooze(&anna, case_id, 60).await.unwrap();
    let target = loket::store::case::Target {
        case_id,
        fence: None,
        version,
    };
    let written = bram
        .store
        .case_apply(Uuid::now_v7(), Some(bram.id()), target, &change)
        .await;
    assert!(matches!(written, Err(StoreError::Stale)), "{written:?}");
    bram.act(case_id, None, "add_note", &note).await.unwrap();
    verified(&world).await;
}

/// A promise that was taken back is none; the next one may have its number.
#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_taken_back_like_any_change() {
    let world = super::undo::with_grace().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    promise(&anna, case_id, 60, "call").await;
    let seq = anna.store.timeline(case_id, None, 1).await.unwrap()[0].seq;
    let back = anna
        .store
        .case_take_back(Uuid::now_v7(), anna.id(), case_id, seq);
    back.await.unwrap();
    let detail = anna.store.case_detail(case_id).await.unwrap();
    assert_eq!((detail.row.promise_at, detail.promises), (None, vec![]));
    promise(&anna, case_id, 70, "mail").await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    assert_eq!(detail.promises[0].what(&detail.texts), "mail");
    verified(&world).await;
}

/// Every kind of field takes what the engine makes of it, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_referee_knows_every_kind_of_field() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let takes = async |kind: &str, of: Option<&str>, value: Json| {
        let field = json!({"key": "x", "kind": kind, "of": of, "choices": ["a", "b"]});
        let sql = "SELECT coalesce(loket.field_takes($1, $2), false)";
        let asked = sqlx::query_scalar::<_, bool>(sql).bind(field).bind(value);
        asked.fetch_one(&pool).await.unwrap()
    };
    for (kind, right, wrong) in [
        ("time", json!("09:30"), json!("9:30")),
        ("time", json!("23:59"), json!("24:00")),
        ("money", json!("EUR 1250.50"), json!("1250.50")),
        ("money", json!("NOK -0.05"), json!("EUR 1.250,50")),
        ("run", json!(2), json!("2")),
        ("date", json!("2026-11-23"), json!("tomorrow")),
        ("choice", json!("a"), json!("c")),
        ("yes_no", json!(true), json!("yes")),
    ] {
        assert!(takes(kind, None, right.clone()).await, "{kind} {right}");
        assert!(!takes(kind, None, wrong.clone()).await, "{kind} {wrong}");
        let (list, mixed) = (json!([right, right]), json!([right, wrong]));
        assert!(takes("list", Some(kind), list.clone()).await, "{kind}");
        assert!(!takes("list", Some(kind), mixed).await, "{kind}");
        assert!(!takes("list", Some(kind), right).await, "no list");
        assert!(!takes("list", Some(kind), json!([list])).await, "nested");
    }
    pool.close().await;
}

/// By the first digits or by address; never by a name, and not without a word.
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_found_by_number_or_address() {
    let world = World::new().await;
    let anna = world.db.store("anna");
    let found = async |text: &str| {
        let found = anna.connections_like(text).await.unwrap();
        found.into_iter().map(|one| one.address).collect::<Vec<_>>()
    };
    assert_eq!(found("5226 hp 7").await, ["Larixweg 7, 5226HP Nieuwdorp"]);
    assert_eq!(found("5226HP, 8a").await, ["Larixweg 8A, 5226HP Nieuwdorp"]);
    assert_eq!(found("8716879004000000").await.len(), 9);
    for none in [
        "",
        "8716",
        "Larixweg",
        "Langevoort1",
        "5226HP 4000",
        "%",
        "99999 1",
    ] {
        assert_eq!(found(none).await, Vec::<String>::new(), "{none}");
    }
}

/// PRIO-16: a customer on the telephone says an address; a protected one is in no list (decision 21), and
/// nobody is found by a name or by trying references.
#[tokio::test(flavor = "multi_thread")]
async fn prio_16_customers_are_found_by_their_address() {
    let world = World::new().await;
    let anna = world.db.store("anna");
    let found = async |text: &str| {
        let found = anna.customers_like(text).await.unwrap();
        let said = found
            .into_iter()
            .map(|one| format!("{} {}", one.customer_ref, one.name));
        said.collect::<Vec<_>>()
    };
    assert_eq!(found("5226 hp 7").await, ["NL0000007 Roos Langevoort7"]);
    assert_eq!(found("5226HP, 7").await.len(), 1);
    assert_eq!(found("5226hp7").await.len(), 1);
    assert_eq!(found("5226 HP7").await.len(), 1);
    for none in [
        "",
        "5226HP",
        "NL0",
        "NL0000007",
        "Langevoort7",
        "Larixweg 7",
        "5226HP 13",
        "NL000000",
        "nl 0000007",
        "NL0000013",
        "____",
    ] {
        assert_eq!(found(none).await, Vec::<String>::new(), "{none}");
    }
}
