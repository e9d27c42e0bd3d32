//! Changes: the referee takes what the process table says and nothing else, whoever asks.

use chrono::Duration;
use loket::process::engine::{self, Actor};
use loket::store::StoreError;
use loket::store::case::{Opening, Target};
use loket::store::rows::{CaseId, NewDocument, Opened, WorkState};
use uuid::Uuid;

use crate::support::world::{PROVIDER, SUPPLIER, World, answers, free, signal_answers, word, yes};

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

async fn contact(world: &World) -> loket::process::engine::Answer {
    let detail = world.admin.look_up("", SUPPLIER).await.unwrap();
    let contact = detail.party.unwrap().contacts[0].contact_id;
    engine::Answer::Value(loket::process::field::Value::Number(contact))
}

/// The whole road: contact, answer, proof, unblocking, closing.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_from_signal_to_closing() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let contacted = answers([
        ("channel", word("email")),
        ("contact", contact(&world).await),
        ("ask_proof", yes(true)),
    ]);
    let done = anna
        .act(case_id, Some(lease), "contact_party", &contacted)
        .await
        .unwrap();
    assert_eq!(
        (done.work, done.lease),
        (WorkState::Waiting, None),
        "waiting ends the lease"
    );
    let lease = anna.take(case_id).await;
    let answered = answers([
        ("findings", free("mandate was found")),
        ("proof_given", yes(true)),
        ("mandate_date", word("2026-01-05")),
        ("mandate_channel", word("website")),
        ("key_kind", word("permission_key")),
        ("text_shown", yes(true)),
    ]);
    anna.act(case_id, Some(lease), "party_responded", &answered)
        .await
        .unwrap();
    let lease = anna.take(case_id).await;
    anna.act(case_id, Some(lease), "proof_accepted", &answers([]))
        .await
        .unwrap();
    let detail = anna.store.case_detail(case_id).await.unwrap();
    assert_eq!(detail.row.state, "unblock_due");
    let kinds: Vec<_> = detail
        .messages
        .iter()
        .map(|message| message.kind.as_str())
        .collect();
    assert!(
        kinds.contains(&"lift_block") && kinds.contains(&"block"),
        "{kinds:?}"
    );
    let verified = world.db.store("auditor_1");
    let verified = verified.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(verified.differences, []);
    assert_eq!(verified.cases, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_lease_a_holders_action_is_refused() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let given = answers([
        ("channel", word("email")),
        ("contact", contact(&world).await),
        ("ask_proof", yes(true)),
    ]);
    let done = anna.act(case_id, None, "contact_party", &given).await;
    assert_eq!(done, Err(StoreError::LeaseLost { holder: None }));
    // what is legal in every state needs none
    anna.act(
        case_id,
        None,
        "add_note",
        &answers([("note", free("called"))]),
    )
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_an_older_version_is_stale_and_a_note_never_is() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lease = anna.take(case_id).await;
    let given = answers([
        ("channel", word("email")),
        ("contact", contact(&world).await),
        ("ask_proof", yes(true)),
    ]);
    let change = anna.change(case_id, "contact_party", &given).await;
    let version = anna.store.case_detail(case_id).await.unwrap().row.version;
    bram.act(
        case_id,
        None,
        "add_note",
        &answers([("note", free("other line"))]),
    )
    .await
    .unwrap();
    let target = Target {
        case_id,
        fence: Some(lease.fence),
        version,
    };
    let stale = anna
        .store
        .case_apply(Uuid::now_v7(), Some(anna.id()), target, &change)
        .await;
    assert_eq!(stale, Err(StoreError::Stale));
    let note = anna
        .change(case_id, "add_note", &answers([("note", free("mine"))]))
        .await;
    let target = Target {
        case_id,
        fence: None,
        version,
    };
    anna.store
        .case_apply(Uuid::now_v7(), Some(anna.id()), target, &note)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_referee_refuses_what_is_not_in_the_table() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let given = answers([
        ("channel", word("email")),
        ("contact", contact(&world).await),
        ("ask_proof", yes(true)),
    ]);
    let good = anna.change(case_id, "contact_party", &given).await;
    let version = anna.store.case_detail(case_id).await.unwrap().row.version;
    let target = Target {
        case_id,
        fence: Some(lease.fence),
        version,
    };
    let send = |change: engine::Change| {
        let (store, id) = (anna.store.clone(), anna.id());
        async move {
            store
                .case_apply(Uuid::now_v7(), Some(id), target, &change)
                .await
        }
    };
    let mut forged = good.clone();
    forged.to = "closed_mandate_ok".into();
    assert_eq!(refusal(send(forged).await), "not_in_table");
    let mut forged = good.clone();
    forged.messages.push("allocation_profile".into());
    assert_eq!(refusal(send(forged).await), "not_in_table");
    let mut forged = good.clone();
    forged.facts.insert(
        "allocation".into(),
        loket::process::field::Value::Code("profile".into()),
    );
    assert_eq!(refusal(send(forged).await), "not_in_table");
    let mut forged = good.clone();
    forged.clocks.clear();
    forged.clocks.push(engine::ClockOp::End {
        key: "retention_7d".into(),
        run: 1,
        outcome: loket::domain::clock::Outcome::Met,
        at: good.at,
    });
    assert_eq!(refusal(send(forged).await), "not_in_table");
    let mut forged = good.clone();
    let name = loket::process::field::Value::Code("Roos Langevoort".repeat(6));
    forged.answers.insert("channel".into(), name);
    assert_eq!(refusal(send(forged).await), "free_text_in_event");
    let mut forged = good.clone();
    forged.at += Duration::hours(1);
    assert_eq!(refusal(send(forged).await), "clock_differs");
    send(good).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_cannot_be_fired_by_an_agent_nor_before_its_time() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let mut context = world.context(Actor::Timer).await;
    context.now = detail.row.sort_at + Duration::days(30);
    let clock = engine::timer_action(&detail.facts, "block_15m", context.now).unwrap();
    let mut change = engine::step(&detail.facts, clock, &answers([]), &context).unwrap();
    change.at = world.now().await;
    let target = Target {
        case_id,
        fence: None,
        version: detail.row.version,
    };
    let by_agent = anna
        .store
        .case_apply(Uuid::now_v7(), Some(anna.id()), target, &change)
        .await;
    assert_eq!(refusal(by_agent), "role_required");
    let worker = world.db.store("worker_1");
    let early = worker
        .case_apply(Uuid::now_v7(), None, target, &change)
        .await;
    assert_eq!(refusal(early), "clock_not_passed");
}

/// GT-11: the case key is (EAN, party); a further signal goes to the open case.
#[tokio::test(flavor = "multi_thread")]
async fn gt_11_a_further_signal_is_attached_to_the_open_case() {
    let world = World::new().await;
    let open = |reference: &'static str, party: &'static str| {
        world.open(&world.admin, 1, party, false, Some(reference))
    };
    let Opened::New { case_id, case_no } = open("SIG-1", SUPPLIER).await.unwrap() else {
        panic!()
    };
    assert!(case_no.starts_with("GT-"), "{case_no}");
    let second = open("SIG-2", SUPPLIER).await.unwrap();
    assert_eq!(
        second,
        Opened::Attached {
            case_id,
            case_no: case_no.clone()
        }
    );
    for known in ["SIG-1", "SIG-2"] {
        let again = open(known, SUPPLIER).await.unwrap();
        assert_eq!(
            again,
            Opened::Known {
                case_id,
                case_no: case_no.clone()
            }
        );
    }
    assert!(
        matches!(open("SIG-3", PROVIDER).await.unwrap(), Opened::New { .. }),
        "another party"
    );
    let timeline = world.admin.timeline(case_id, None, 50).await.unwrap();
    let signals = timeline
        .iter()
        .filter(|row| row.kind == "further_signal")
        .count();
    assert_eq!(signals, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_one_signal_at_once_make_one_case() {
    let world = World::new().await;
    for n in 1..=6 {
        let open = || world.open(&world.admin, n, SUPPLIER, false, Some("SAME"));
        let (one, two) = tokio::join!(open(), open());
        let id = |opened: &Opened| match opened {
            Opened::New { case_id, .. }
            | Opened::Attached { case_id, .. }
            | Opened::Known { case_id, .. } => *case_id,
        };
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(id(&one), id(&two), "{one:?} {two:?}");
        sqlx::query("DELETE FROM loket.case_references")
            .execute(&superuser(&world).await)
            .await
            .unwrap();
        sqlx::query("UPDATE loket.cases SET reference = NULL")
            .execute(&superuser(&world).await)
            .await
            .unwrap();
    }
}

async fn superuser(world: &World) -> sqlx::PgPool {
    world.db.pool(crate::support::db::SUPERUSER, 1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_connection_party_or_customer_is_refused() {
    let world = World::new().await;
    let attempt = |key: &'static str, value: &'static str| {
        let world = &world;
        async move {
            let mut given = signal_answers(1, SUPPLIER, false);
            given.insert(key.into(), word(value));
            let context = world.context(Actor::System).await;
            let change = world.opening(context.now, &given, &context);
            let opening = Opening {
                cmd: Uuid::now_v7(),
                session: None,
                change: &change,
                reference: None,
                answers: &given,
                calendars: &world.calendars,
            };
            refusal(world.admin.case_open(&opening).await)
        }
    };
    assert_eq!(attempt("ean", "871690930000909597").await, "unknown_ean");
    assert_eq!(attempt("party_gln", "8716885000005").await, "unknown_party");
    assert_eq!(
        attempt("customer_ref", "NL9999999").await,
        "unknown_customer"
    );
}

/// GT-22: the copy of the authorisation is destroyed at the unblocking, its hash stays.
#[tokio::test(flavor = "multi_thread")]
async fn gt_22_the_authorisation_is_erased_and_its_hash_stays() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let document = |name: &str, purpose: &str| NewDocument {
        name: name.into(),
        purpose: purpose.into(),
        bytes: b"%PDF-1.7 signed".to_vec(),
    };
    let attach = async |name: &str, purpose: &str| {
        let document = document(name, purpose);
        anna.store
            .document_attach(Uuid::now_v7(), Some(anna.id()), case_id, &document)
            .await
    };
    attach("mandate.pdf", "authorisation").await.unwrap();
    attach("letter.pdf", "letter").await.unwrap();
    let lease = anna.take(case_id).await;
    let reason = answers([("wrong_reason", word("wrong_connection"))]);
    let wrongly = anna
        .act(case_id, Some(lease), "wrongly_blocked", &reason)
        .await
        .unwrap();
    anna.act(case_id, wrongly.lease, "unblocked", &answers([]))
        .await
        .unwrap();
    let documents = anna.store.case_detail(case_id).await.unwrap().documents;
    let of = |name: &str| documents.iter().find(|row| row.name == name).unwrap();
    let gone = of("mandate.pdf");
    assert!(gone.erased_at.is_some());
    assert_eq!(gone.sha256.len(), 64);
    assert_eq!(gone.kind, "application/pdf");
    assert_eq!(anna.store.document_fetch(gone.document_id).await, Ok(None));
    let kept = anna
        .store
        .document_fetch(of("letter.pdf").document_id)
        .await
        .unwrap();
    assert_eq!(kept.as_deref(), Some(&b"%PDF-1.7 signed"[..]));
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| {})
        .await
        .unwrap();
    assert_eq!(
        verified.differences,
        [],
        "the chain is valid without the bytes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_larger_than_the_limit_is_refused() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let document = NewDocument {
        name: "big".into(),
        purpose: "other".into(),
        bytes: vec![0; loket::store::case::DOCUMENT_BYTES_MAX + 1],
    };
    let done = anna
        .store
        .document_attach(Uuid::now_v7(), Some(anna.id()), case_id, &document);
    assert_eq!(refusal(done.await), "document_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legal_clock_moves_in_a_rehearsal_only() {
    let world = World::new().await;
    let before = world.now().await;
    let after = world.admin.clock_shift(72 * 3600).await.unwrap();
    assert!(after - before >= Duration::hours(72));
    let at = "2026-11-16T08:00:00Z".parse().unwrap();
    assert!(world.admin.clock_set(at).await.unwrap() - at < Duration::seconds(5));
    let pool = superuser(&world).await;
    let work = "UPDATE loket.settings SET legal_offset = '0', rehearsal = false";
    sqlx::query(work).execute(&pool).await.unwrap();
    assert_eq!(refusal(world.admin.clock_set(at).await), "not_a_rehearsal");
    let forced = sqlx::query("UPDATE loket.settings SET legal_offset = '1 h'")
        .execute(&pool)
        .await;
    assert!(forced.is_err(), "the table itself refuses");
}

/// verify finds what got past the functions: rows changed by somebody with all rights.
#[tokio::test(flavor = "multi_thread")]
async fn verify_names_each_tampering() {
    let world = World::new().await;
    let cases = [
        world.signal(1).await,
        world.signal(2).await,
        world.signal(3).await,
    ];
    let auditor = world.db.store("auditor_1");
    let pool = superuser(&world).await;
    let run = async |sql: &'static str, case_id: CaseId| {
        let sql = sqlx::query(sql).bind(case_id.0);
        sql.execute(&pool).await.unwrap();
    };
    assert_eq!(
        auditor
            .verify(&world.calendars, |_| {})
            .await
            .unwrap()
            .differences,
        []
    );
    run(
        "UPDATE loket.deadlines SET due_at = due_at + interval '1 day'
         WHERE key = 'contact_1wd' AND case_id = $1",
        cases[0],
    )
    .await;
    run(
        "UPDATE loket.cases SET facts = facts || '{\"block\":\"confirmed\"}' WHERE case_id = $1",
        cases[1],
    )
    .await;
    sqlx::query("SET session_replication_role = replica")
        .execute(&pool)
        .await
        .unwrap();
    run(
        "UPDATE loket.case_events SET body = body || '{\"why\":1}' WHERE case_id = $1",
        cases[2],
    )
    .await;
    let found = auditor
        .verify(&world.calendars, |_| {})
        .await
        .unwrap()
        .differences;
    let found: Vec<_> = found.iter().map(|it| it.what.as_str()).collect();
    assert!(
        found.iter().any(|what| what.contains("contact_1wd")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|what| what.contains("fact block")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|what| what.contains("was changed")),
        "{found:?}"
    );
}
