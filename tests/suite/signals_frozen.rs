//! What the count of signals counts, and what of it is frozen (GT-06, GT-17; `processes.md` 2.5): the
//! signals themselves, all of them; each proposes once, however late it is told.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loket::exchange::worker::Worker;
use loket::store::rows::{CaseId, Opened};

use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::{Desk, SUPPLIER, World, answers, ean, signal_answers, word};

async fn world() -> (World, Worker) {
    let world = World::new().await;
    let morning = "2026-11-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    let worker = Worker::open(world.db.store("worker_1"), options(&folder("frozen"))).await;
    (world, worker.unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A signal about the supplier on the n-th connection that came at that instant and is entered now.
async fn signal(world: &World, n: u32, received: DateTime<Utc>) -> CaseId {
    let mut given = signal_answers(n, SUPPLIER, false);
    given.remove("customer_ref");
    let opened = world.open_with(&world.admin, received, &given, None);
    match opened.await.unwrap() {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}

/// Proposals about the supplier, the oldest first: case and state.
async fn proposals(world: &World) -> Vec<(CaseId, String)> {
    let pool = world.db.pool(SUPERUSER, 1).await;
    let found: Vec<(i64, String)> = sqlx::query_as(
        "SELECT case_id, state FROM loket.cases WHERE process = 'repeat_offender' ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let found = found.into_iter();
    found.map(|(case, state)| (CaseId(case), state)).collect()
}

/// The worker counts; so many proposals there are then.
async fn counted(world: &World, worker: &Worker) -> usize {
    worker.once().await.unwrap();
    proposals(world).await.len()
}

async fn dismiss(desk: &Desk<'_>, case: CaseId) {
    let lease = desk.take(case).await;
    let no = answers([("judgement", word("no")), ("judged_on", word("2026-11-16"))]);
    desk.act(case, Some(lease), "joint_judgement", &no)
        .await
        .unwrap();
}

/// GT-17: what was judged proposes nobody again; three that were told since do, also when they happened
/// before the judgement or came while the case was open. (Counted was from the opening of the case on.)
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_after_a_dismissal_only_new_signals_count_however_late_they_come() {
    let (world, worker) = world().await;
    let anna = world.desk("anna").await;
    for n in 1..=3 {
        signal(&world, n, at("2026-11-10T09:00:00Z")).await;
    }
    assert_eq!(counted(&world, &worker).await, 1);
    let first = proposals(&world).await[0].0;
    // one that came before the case was opened is entered while it is open
    signal(&world, 4, at("2026-11-12T09:00:00Z")).await;
    assert_eq!(counted(&world, &worker).await, 1, "one case at a time");
    dismiss(&anna, first).await;
    assert_eq!(
        counted(&world, &worker).await,
        1,
        "the same propose nothing"
    );
    // two that happened before the judgement are entered after it
    signal(&world, 5, at("2026-11-11T09:00:00Z")).await;
    assert_eq!(counted(&world, &worker).await, 1, "two new ones");
    signal(&world, 6, at("2026-11-09T09:00:00Z")).await;
    assert_eq!(counted(&world, &worker).await, 2, "three new ones");
    dismiss(&anna, proposals(&world).await[1].0).await;
    assert_eq!(counted(&world, &worker).await, 2);
}

/// GT-17: the window is so many days of the country, today included, whatever the zone of the server; the
/// third signal proposes, the second does not.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_the_window_is_of_local_days() {
    // 90 days with 16 November as the last: 19 August on, from its first instant in the Netherlands
    let edge = at("2026-08-18T22:00:00Z");
    for (first, expected) in [(edge, 1), (edge - TimeDelta::seconds(1), 0)] {
        let (world, worker) = world().await;
        signal(&world, 1, first).await;
        signal(&world, 2, at("2026-11-16T07:00:00Z")).await;
        assert_eq!(counted(&world, &worker).await, 0, "two are not three");
        signal(&world, 3, at("2026-11-16T08:00:00Z")).await;
        assert_eq!(counted(&world, &worker).await, expected, "{first}");
        let register = world.db.store("anna");
        let (from, to) = ("2026-11-01".parse().unwrap(), "2026-12-01".parse().unwrap());
        let alike = register.signal_parties(from, to).await.unwrap().parties[0].alike;
        assert_eq!(alike, if expected == 1 { 0 } else { 2 }, "{first}");
    }
}

/// Connections beyond those of the small world.
async fn more_connections(world: &World, count: u32) {
    let pool = world.db.pool(SUPERUSER, 1).await;
    for n in 41..=count {
        let sql = "INSERT INTO loket.connections
              (ean, ean_valid, country, product, street, postcode, city, grid_operator_gln)
            SELECT $1, ean_valid, country, product, street, postcode, city, grid_operator_gln
              FROM loket.connections LIMIT 1";
        sqlx::query(sql).bind(ean(n)).execute(&pool).await.unwrap();
    }
}

/// GT-17: what was counted is frozen as rows, all of it (and not the numbers of fifty cases), with a digest
/// in the event; nothing changes it, neither a signal that is taken back nor a hand in the table, which
/// `verify` finds. The report to the authority names every one (GT-18).
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_the_signals_themselves_are_frozen() {
    let (world, worker) = world().await;
    more_connections(&world, 60).await;
    for n in 1..=60 {
        signal(&world, n, at("2026-11-10T09:00:00Z")).await;
    }
    assert_eq!(counted(&world, &worker).await, 1);
    let case = proposals(&world).await[0].0;
    let anna = world.db.store("anna");
    let detail = anna.case_detail(case).await.unwrap();
    let fact = |name: &str| detail.facts.facts.get(name).cloned().unwrap();
    assert_eq!(fact("signals_counted").as_code(), Some("60"));
    assert_eq!(fact("evidence").all().len(), 50);
    let frozen = anna.offender_evidence(case).await.unwrap();
    assert_eq!(frozen.len(), 60);
    let numbers: BTreeSet<_> = frozen.iter().map(|one| &one.case_no).collect();
    assert_eq!(numbers.len(), 60);
    let received = at("2026-11-10T09:00:00Z");
    assert!(frozen.iter().all(|one| one.received_at == received));
    assert!(
        frozen
            .iter()
            .all(|one| one.noted_at > received && one.event_hash.len() == 64)
    );

    let shell = Shell::of(&world.db.url("anna"));
    let said = shell.run("report signals --proposal RO-2026-000001 --csv");
    assert_eq!(said.out.lines().count(), 61, "{said:?}");
    let letter = world.db.store("worker_1").message_context(case).await;
    assert_eq!(letter.unwrap().signals.unwrap().len(), 60);

    let pool = world.db.pool(SUPERUSER, 1).await;
    let taken_back = "DELETE FROM loket.signals WHERE case_id = 1";
    sqlx::query(taken_back).execute(&pool).await.unwrap();
    assert_eq!(anna.offender_evidence(case).await.unwrap().len(), 60);
    let auditor = Shell::of(&world.db.url("auditor_1"));
    let differences = || auditor.run("db verify --json").out;
    let said = differences();
    assert!(said.contains("\"differences\":[]"), "{said}");
    let changed = "UPDATE loket.offender_evidence SET signal_type = 'other' WHERE n = 60";
    assert!(
        sqlx::query(changed).execute(&pool).await.is_err(),
        "append-only"
    );
    let by_force = format!(
        "ALTER TABLE loket.offender_evidence DISABLE TRIGGER no_change; {changed};
         ALTER TABLE loket.offender_evidence ENABLE TRIGGER no_change"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(by_force))
        .execute(&pool)
        .await
        .unwrap();
    let found = differences();
    assert!(
        found.contains("RO-2026-000001") && found.contains("frozen"),
        "{found}"
    );
}

/// GT-17: a lead's proposal freezes what there is, so that the same signals propose nobody after it was
/// dismissed; a proposal that says that it counted what does not count is refused.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_what_a_lead_proposed_counts_no_more() {
    let (world, worker) = world().await;
    for n in 1..=3 {
        signal(&world, n, at("2026-11-10T09:00:00Z")).await;
    }
    let lead = Shell::of(&world.db.url("lead_1"));
    let fields = format!("--field party_gln={SUPPLIER} --field proposed_by");
    let made_up = lead.run(&format!(
        "case open repeat_offender {fields}=threshold --field signal_type=no_permission \
         --field evidence=GT-2026-000001 --field evidence_digest={}",
        "0".repeat(64)
    ));
    assert!(
        made_up.code == 1 && made_up.err.contains("GT-17"),
        "{made_up:?}"
    );
    lead.ok(&format!("case open repeat_offender {fields}=lead"));
    let case = proposals(&world).await[0].0;
    let frozen = world
        .db
        .store("anna")
        .offender_evidence(case)
        .await
        .unwrap();
    assert_eq!(frozen.len(), 3);
    dismiss(&world.desk("anna").await, case).await;
    signal(&world, 4, at("2026-11-11T09:00:00Z")).await;
    assert_eq!(counted(&world, &worker).await, 1, "one new one");
    for n in 5..=6 {
        signal(&world, n, at("2026-11-11T09:00:00Z")).await;
    }
    assert_eq!(counted(&world, &worker).await, 2, "three new ones");
    let second = proposals(&world).await[1].0;
    let frozen = world
        .db
        .store("anna")
        .offender_evidence(second)
        .await
        .unwrap();
    assert_eq!(frozen.len(), 3, "none of those that a lead put forward");
}

/// GT-17: nothing counts before its instant has come, should a clock have gone ahead.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_nothing_counts_before_it_happened() {
    let (world, worker) = world().await;
    for n in 1..=3 {
        signal(&world, n, at("2026-11-16T08:00:00Z")).await;
    }
    for (clock, expected) in [("2026-11-16T07:00:00Z", 0), ("2026-11-16T08:01:00Z", 1)] {
        world.admin.clock_set(at(clock)).await.unwrap();
        assert_eq!(counted(&world, &worker).await, expected, "{clock}");
    }
}
