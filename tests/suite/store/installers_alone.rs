//! What a company's notifications tell nobody else, whoever asks in whatever way (ELS-28…30).

use loket::process::engine::{Actor, Answers};
use loket::store::StoreError;
use loket::store::case::Opening;
use loket::store::rows::{CaseId, Opened};
use uuid::Uuid;

use super::installers::{act, create, fill_out, given, open_for, send, sweden};
use crate::support::world::{SUPPLIER, signal_answers};

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

fn made(opened: Opened) -> CaseId {
    match opened {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}

/// ELS-29, ELS-30: whoever opens a case that is there already is told of it only when it is theirs.
#[tokio::test(flavor = "multi_thread")]
async fn els_29_opening_tells_nothing_of_cases_of_others() {
    let world = sweden().await;
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    world.signal(1).await;
    let answers = signal_answers(1, SUPPLIER, false);
    let context = world.context(Actor::System).await;
    let change = world.opening(context.now, &answers, &context);
    let opening = Opening {
        cmd: Uuid::now_v7(),
        session: Some(ingrid.id()),
        change: &change,
        reference: None,
        answers: &answers,
        calendars: &world.calendars,
    };
    let said = refused(ingrid.store.case_open(&opening).await);
    assert_eq!(said, "queue_not_yours", "a doubt case on the same subject");

    let unsent = made(open_for(&ingrid, 0, Some("2026-001")).await.unwrap());
    let said = refused(open_for(&anna, 0, Some("2026-001")).await);
    assert_eq!(said, "queue_not_yours", "what was not sent");
    let again = open_for(&ingrid, 0, Some("2026-001")).await.unwrap();
    assert!(matches!(again, Opened::Known { case_id, .. } if case_id == unsent));
}

/// ELS-29: references are those of a company; two may use the same.
#[tokio::test(flavor = "multi_thread")]
async fn els_29_two_companies_may_use_the_same_reference() {
    let world = sweden().await;
    let (ingrid, olof) = (world.desk("ingrid").await, world.desk("olof").await);
    let of_one = made(open_for(&ingrid, 0, Some("2026-001")).await.unwrap());
    let of_other = made(open_for(&olof, 1, Some("2026-001")).await.unwrap());
    assert_ne!(of_one, of_other);
    for (desk, case_id) in [(&ingrid, of_one), (&olof, of_other)] {
        let hits = desk.store.search("2026-001", 50).await.unwrap();
        let hits: Vec<_> = hits.iter().map(|hit| hit.row.case_id).collect();
        assert_eq!(hits, [case_id]);
    }
    let worker = world.db.store("worker_1");
    let context = worker.message_context(of_one).await.unwrap();
    assert_eq!(context.reference.as_deref(), Some("2026-001"));
    let auditor = world.db.store("auditor_1");
    let report = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(report.differences, []);
}

/// ELS-28: a return that was taken back is said to be so, and its words are gone.
#[tokio::test(flavor = "multi_thread")]
async fn els_28_a_return_that_was_taken_back_is_none() {
    let world = sweden().await;
    world.admin.grace_set(60).await.unwrap();
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    let case_id = create(&ingrid).await;
    send(&ingrid, case_id).await;
    let note = given(&[("note", "Kunden har skulder.")]);
    anna.take(case_id).await;
    let why = given(&[("reason", "Fel kund.")]);
    act(&anna, case_id, "return_incomplete", &why)
        .await
        .unwrap();
    let seq = super::undo::last_seq(&anna, case_id).await;
    super::undo::take_back(&anna, case_id, seq).await.unwrap();
    act(&anna, case_id, "add_note", &note).await.unwrap();
    let timeline = ingrid.store.timeline(case_id, None, 100).await.unwrap();
    assert_eq!(timeline[0].kind, "taken_back");
    let detail = ingrid.store.case_detail(case_id).await.unwrap();
    let said = detail.texts.values().any(|text| text.contains("Fel kund"));
    assert!(!said, "{:?}", detail.texts);
}

/// ELS-29: administrators see of unsent notifications nothing by the functions of the worker either.
#[tokio::test(flavor = "multi_thread")]
async fn els_29_the_workers_functions_show_administrators_nothing_unsent() {
    let world = sweden().await;
    let ingrid = world.desk("ingrid").await;
    let case_id = create(&ingrid).await;
    fill_out(&ingrid, case_id).await;
    let said = refused(world.admin.message_context(case_id).await);
    assert_eq!(said, "case_not_found");
    let worker = world.db.store("worker_1");
    worker.message_context(case_id).await.unwrap();
    act(&ingrid, case_id, "submit", &Answers::new())
        .await
        .unwrap();
    world.admin.message_context(case_id).await.unwrap();
}

/// A sent notification stays where a lead put it.
#[tokio::test(flavor = "multi_thread")]
async fn els_28_a_transfer_outlives_the_next_change() {
    let world = sweden().await;
    let (ingrid, lead) = (world.desk("ingrid").await, world.desk("lead_1").await);
    let case_id = create(&ingrid).await;
    send(&ingrid, case_id).await;
    let here = lead.store.case_detail(case_id).await.unwrap().row.queue;
    let queues = &lead.session.me.queues;
    let other = queues.iter().find(|queue| queue.key != here).unwrap();
    lead.store
        .case_transfer(Uuid::now_v7(), lead.id(), case_id, other.queue_id, "Deras.")
        .await
        .unwrap();
    let permit = given(&[("work_order", "no")]);
    lead.take(case_id).await;
    act(&lead, case_id, "approve", &permit).await.unwrap();
    let row = lead.store.case_detail(case_id).await.unwrap().row;
    assert_eq!((&row.queue, row.state.as_str()), (&other.key, "approved"));
}

/// ELS-30: what an installer is told of the database is nothing of the house: no queues, no colleagues,
/// no workers, no letters.
#[tokio::test(flavor = "multi_thread")]
async fn els_30_an_installer_hears_nothing_of_the_house() {
    let world = sweden().await;
    let pool = world.db.pool("ingrid", 1).await;
    let said: String = sqlx::query_scalar("SELECT loket_api.health()::text")
        .fetch_one(&pool)
        .await
        .unwrap();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let mut keys: Vec<&str> = said
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    let known = [
        "agent",
        "is_standby",
        "legal_now",
        "login",
        "migrations",
        "now",
        "rehearsal",
        "role",
        "server",
    ];
    assert_eq!(keys, known);
    let health = world.db.store("ingrid").health().await.unwrap();
    assert!(health.house.is_none() && health.pending().is_empty());
    assert!(
        world
            .db
            .store("anna")
            .health()
            .await
            .unwrap()
            .house
            .is_some()
    );
}

/// ELS-08: a list says of a notification where it is, what its company calls it, and whose it is; no
/// address at which a protected person has a contract.
#[tokio::test(flavor = "multi_thread")]
async fn els_08_a_list_says_what_a_notification_is_about() {
    let world = sweden().await;
    let ingrid = world.desk("ingrid").await;
    let case_id = made(open_for(&ingrid, 0, Some("2026-001")).await.unwrap());
    let subject = async || ingrid.store.case_detail(case_id).await.unwrap().row.subject;
    assert_eq!(subject().await, "2026-001, Sundets Elinstallation");
    fill_out(&ingrid, case_id).await;
    let whole = "Registergatan 1, 2026-001, Sundets Elinstallation";
    assert_eq!(subject().await, whole);
    let hits = ingrid.store.search("registergatan", 50).await.unwrap();
    assert_eq!(
        hits.iter().filter(|hit| hit.row.case_id == case_id).count(),
        1
    );

    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let hide =
        "WITH u AS (UPDATE loket.customers SET protected = true WHERE customer_ref = 'NL0000001'
        RETURNING customer_ref)
        INSERT INTO loket.contracts (ean, customer_ref, side, party_gln, valid_from)
        SELECT $1, customer_ref, 'grid', $2, '2026-01-01' FROM u";
    sqlx::query(hide)
        .bind(super::installers::PLANT)
        .bind(crate::support::world::GRID)
        .execute(&pool)
        .await
        .unwrap();
    let other = made(open_for(&ingrid, 0, Some("2026-002")).await.unwrap());
    fill_out(&ingrid, other).await;
    let row = ingrid.store.case_detail(other).await.unwrap().row;
    assert_eq!(row.subject, "2026-002, Sundets Elinstallation");
}
