//! An agent with a client of their own: what the engine would never send is refused, and what a
//! superuser changes behind the functions' back is named by verify.

use loket::process::engine::{Answer, Change};
use loket::process::field::{TextRef, Value};
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::rows::{CaseId, Claim, NewDocument, Opened};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{
    Desk, PROVIDER, SUPPLIER, World, answers, ean, free, signal_answers, word, yes,
};

async fn send(desk: &Desk<'_>, case_id: CaseId, change: &Change) -> Result<(), String> {
    send_json(desk, case_id, serde_json::to_value(change).unwrap()).await
}

/// As a client of one's own would: whatever JSON it likes.
async fn send_json(
    desk: &Desk<'_>,
    case_id: CaseId,
    change: serde_json::Value,
) -> Result<(), String> {
    let version = desk.store.case_detail(case_id).await.unwrap().row.version;
    let pool = desk.world.db.pool("anna", 1).await;
    let done = sqlx::query("SELECT loket_api.apply($1, $2, $3, NULL, $4, $5, NULL, NULL)")
        .bind(Uuid::now_v7())
        .bind(desk.id())
        .bind(case_id.0)
        .bind(version)
        .bind(change)
        .execute(&pool)
        .await;
    let message = |error: &sqlx::Error| error.as_database_error().map(|it| it.message().to_owned());
    done.map(|_| ())
        .map_err(|error| message(&error).unwrap_or_else(|| error.to_string()))
}

fn refused(key: &str) -> Result<(), String> {
    Err(key.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn meta_03_nothing_but_declared_shapes_comes_into_an_event() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let note = || async {
        anna.change(case_id, "add_note", &answers([("note", free("x"))]))
            .await
    };
    let json = |change: &Change| serde_json::to_value(change).unwrap();
    let mut extra = json(&note().await);
    extra["remark"] = "free text about somebody".into();
    assert_eq!(
        send_json(&anna, case_id, extra).await,
        refused("not_in_table")
    );
    let mut smuggled = note().await;
    let stranger = TextRef {
        text: Uuid::now_v7(),
        sha256: "a name".into(),
    };
    smuggled
        .answers
        .insert("note".into(), Value::Text(stranger));
    assert_eq!(
        send(&anna, case_id, &smuggled).await,
        refused("free_text_in_event")
    );
    let mut fraction = json(&anna.change(case_id, "inform_acm", &acm()).await);
    let count = fraction["facts"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .cloned();
    if let Some(count) = count {
        fraction["facts"][count] = 1.5.into();
        assert_eq!(
            send_json(&anna, case_id, fraction).await,
            refused("free_text_in_event")
        );
    }
    let mut twice = anna.change(case_id, "inform_acm", &acm()).await;
    twice.messages.extend(twice.messages.clone());
    assert_eq!(send(&anna, case_id, &twice).await, refused("not_in_table"));
    let mut empty = note().await;
    empty.answers.clear();
    empty.texts.clear();
    assert_eq!(send(&anna, case_id, &empty).await, refused("field_missing"));
    send(&anna, case_id, &note().await).await.unwrap();
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| {})
        .await
        .unwrap();
    assert_eq!(verified.differences, []);
}

fn acm() -> loket::process::engine::Answers {
    answers([("note", free("to whom it concerns"))])
}

/// Two who inform ACM at once: both stand in the chain, and what is stored is what is computed.
#[tokio::test(flavor = "multi_thread")]
async fn gt_19_two_notices_at_once_are_counted_twice() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let one = anna.change(case_id, "inform_acm", &acm()).await;
    let version = anna.store.case_detail(case_id).await.unwrap().row.version;
    bram.act(case_id, None, "inform_acm", &acm()).await.unwrap();
    let target = Target {
        case_id,
        fence: None,
        version,
    };
    let late = anna
        .store
        .case_apply(Uuid::now_v7(), Some(anna.id()), target, &one)
        .await;
    assert_eq!(late, Err(StoreError::Stale));
    anna.act(case_id, None, "inform_acm", &acm()).await.unwrap();
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| {})
        .await
        .unwrap();
    assert_eq!(verified.differences, []);
}

/// GT-26, GT-15: the contact is one of the party's group, the role is the register's.
#[tokio::test(flavor = "multi_thread")]
async fn gt_26_only_a_contact_of_the_group_and_gt_15_only_the_role_of_the_register() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let contact = Answer::Value(Value::Number(999_999));
    let given = [
        ("channel", word("email")),
        ("contact", contact),
        ("ask_proof", yes(true)),
    ];
    match anna
        .act(case_id, Some(lease), "contact_party", &answers(given))
        .await
    {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "not_a_contact"),
        other => panic!("{other:?}"),
    }
    let mut given = signal_answers(2, PROVIDER, false);
    given.insert("party_role".into(), word("supplier"));
    let context = world.context(loket::process::engine::Actor::System).await;
    let change = world.opening(context.now, &given, &context);
    let opening = loket::store::case::Opening {
        cmd: Uuid::now_v7(),
        session: None,
        change: &change,
        reference: None,
        answers: &given,
        calendars: &world.calendars,
    };
    match world.admin.case_open(&opening).await {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "role_differs"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_protected_is_no_longer_found_by_name() {
    let world = World::new().await;
    world.signal(1).await;
    let find = async || world.admin.search("langevoort1", 10).await.unwrap().len();
    assert_eq!(find().await, 1);
    let mut record = crate::support::world::customer(1);
    record.protected = true;
    world.admin.import_customers(&[record]).await.unwrap();
    assert_eq!(find().await, 0);
}

/// calendars.md 4.5: days are those of the country, whatever the session's time zone.
#[tokio::test(flavor = "multi_thread")]
async fn days_and_years_are_those_of_the_country() {
    let world = World::new().await;
    world
        .admin
        .clock_set("2026-12-31T23:30:00Z".parse().unwrap())
        .await
        .unwrap();
    let Opened::New { case_no, .. } = world
        .open(&world.admin, 1, SUPPLIER, false, None)
        .await
        .unwrap()
    else {
        panic!()
    };
    assert!(
        case_no.starts_with("GT-2027-"),
        "half past midnight in Amsterdam: {case_no}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_id_is_for_one_case_only() {
    let world = World::new().await;
    let (one, other) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    let cmd = Uuid::now_v7();
    anna.store.case_claim(cmd, anna.id(), one).await.unwrap();
    let again = anna.store.case_claim(cmd, anna.id(), other).await;
    assert_eq!(again.unwrap_err(), StoreError::Reused);
}

/// What was said belongs to the id: a second text under it is refused, never lost in silence.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_id_is_for_one_content_only() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let cmd = Uuid::now_v7();
    let mut context = world.context(loket::process::engine::Actor::Agent).await;
    context.command = cmd;
    let note = async |text: &str| {
        let detail = anna.store.case_detail(case_id).await.unwrap();
        let given = answers([("note", free(text))]);
        let change = loket::process::engine::step(&detail.facts, "add_note", &given, &context);
        let target = Target {
            case_id,
            fence: None,
            version: detail.row.version,
        };
        let session = Some(anna.id());
        let (store, change) = (&anna.store, change.unwrap());
        store.case_apply(cmd, session, target, &change).await
    };
    let first = note("called, no answer").await.unwrap();
    assert_eq!(note("called, no answer").await.unwrap(), first, "once");
    assert_eq!(note("called, spoke").await, Err(StoreError::Reused));
    let cmd = Uuid::now_v7();
    let attach = async |bytes: &[u8]| {
        let document = NewDocument {
            name: "letter.txt".into(),
            purpose: "letter".into(),
            bytes: bytes.to_vec(),
        };
        let session = Some(anna.id());
        let store = &anna.store;
        store
            .document_attach(cmd, session, case_id, &document)
            .await
    };
    let first = attach(b"one").await.unwrap();
    assert_eq!(attach(b"one").await.unwrap(), first, "once");
    assert_eq!(attach(b"two").await, Err(StoreError::Reused));
}

/// An opening and a hand-over, too: nothing of the second is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_opening_or_line_under_one_id_is_refused() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let context = world.context(loket::process::engine::Actor::Agent).await;
    let cmd = context.command;
    let open = async |n: u32| {
        let given = signal_answers(n, SUPPLIER, false);
        let opening = loket::store::case::Opening {
            cmd,
            session: Some(anna.id()),
            change: &world.opening(context.now, &given, &context),
            reference: None,
            answers: &given,
            calendars: &world.calendars,
        };
        anna.store.case_open(&opening).await
    };
    let Opened::New { case_id, .. } = open(1).await.unwrap() else {
        panic!("a new case")
    };
    assert!(matches!(open(1).await, Ok(Opened::New { case_id: same, .. }) if same == case_id));
    assert_eq!(open(2).await, Err(StoreError::Reused));
    let lease = anna.take(case_id).await;
    let cmd = Uuid::now_v7();
    let hand_over = async |line: &str| {
        let (store, session) = (&anna.store, anna.id());
        store.case_hand_over(cmd, session, lease, None, line).await
    };
    let first = hand_over("calls back at four").await.unwrap();
    assert_eq!(hand_over("calls back at four").await.unwrap(), first);
    assert_eq!(
        hand_over("calls back at five").await,
        Err(StoreError::Reused)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_converted_onto_an_open_case_brings_its_signal() {
    let world = World::new().await;
    let doubt = world.signal(1).await;
    let report = answers([
        ("ean", word(&ean(1))),
        ("party_gln", word(SUPPLIER)),
        ("findings", free("found")),
        ("actions", free("done")),
        ("complaint_closed_at", word(&instant(&world).await)),
        ("satisfaction", word("unknown")),
        ("escalated_to", word("none")),
    ]);
    let context = world.context(loket::process::engine::Actor::System).await;
    let process = loket::process::find("party_report").unwrap();
    let change = loket::process::engine::open(process, context.now, &report, &context).unwrap();
    let opening = loket::store::case::Opening {
        cmd: Uuid::now_v7(),
        session: None,
        change: &change,
        reference: None,
        answers: &report,
        calendars: &world.calendars,
    };
    let Opened::New { case_id, .. } = world.admin.case_open(&opening).await.unwrap() else {
        panic!()
    };
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let doubts = answers([
        ("concerns_isma", yes(false)),
        ("signal_type", word("no_permission")),
        ("party_role", word("supplier")),
    ]);
    let done = anna
        .act(case_id, Some(lease), "open_doubt", &doubts)
        .await
        .unwrap();
    let twin = anna.store.case_detail(doubt).await.unwrap();
    assert_eq!(done.opened.as_deref(), Some(twin.row.case_no.as_str()));
    assert_eq!(twin.facts.facts["signals"], Value::Number(2));
    assert_eq!(twin.linked.len(), 1);
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| {})
        .await
        .unwrap();
    assert_eq!(verified.differences, []);
}

async fn instant(world: &World) -> String {
    let at = world.now().await - chrono::Duration::hours(2);
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_has_enough_is_given_no_more() {
    let world = World::new().await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    for n in 1..=5 {
        bram.take(world.signal(n).await).await;
    }
    let case_id = world.signal(6).await;
    let lease = anna.take(case_id).await;
    let hand = |line: String| {
        anna.store.case_hand_over(
            Uuid::now_v7(),
            anna.id(),
            lease,
            Some(bram.session.me.agent_id),
            Box::leak(line.into_boxed_str()),
        )
    };
    let key = |result: Result<_, StoreError>| match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    };
    assert_eq!(key(hand("yours".into()).await), "agent_full");
    assert_eq!(key(hand("x".repeat(501)).await), "line_too_long");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_queue_loses_its_cases() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let lotte = world.desk("lotte").await;
    lotte.take(case_id).await;
    let agent = loket::store::admin::AgentRow {
        db_role: "lotte".into(),
        name: "Lotte".into(),
        role: "agent".into(),
        queues: Vec::new(),
        firm: None,
        disabled_at: None,
    };
    world.db.store(SUPERUSER).agent_add(&agent).await.unwrap();
    let anna = world.desk("anna").await;
    assert!(matches!(
        anna.claim(case_id).await.unwrap(),
        Claim::Granted { .. }
    ));
}

/// GT-22: after the unblocking no copy of an authorisation may come in any more.
#[tokio::test(flavor = "multi_thread")]
async fn gt_22_no_authorisation_comes_into_a_closed_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let wrong = answers([("wrong_reason", word("own_error"))]);
    let done = anna
        .act(case_id, Some(lease), "wrongly_blocked", &wrong)
        .await
        .unwrap();
    anna.act(case_id, done.lease, "unblocked", &answers([]))
        .await
        .unwrap();
    let copy = NewDocument {
        name: "copy.pdf".into(),
        purpose: "authorisation".into(),
        bytes: vec![1],
    };
    match anna
        .store
        .document_attach(Uuid::now_v7(), Some(anna.id()), case_id, &copy)
        .await
    {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.rule, "GT-22"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_sees_what_a_superuser_changes_beside_the_events() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    for (n, sql, word) in [
        (
            1,
            "UPDATE loket.texts SET body = 'y', sha256 = encode(sha256('y'), 'hex') WHERE case_id = $1",
            "was changed",
        ),
        (
            2,
            "DELETE FROM loket.texts WHERE case_id = $1",
            "is missing",
        ),
        (
            3,
            "UPDATE loket.cases SET party_gln = '8717180006440' WHERE case_id = $1",
            "column party_gln",
        ),
        (
            4,
            "UPDATE loket.cases SET reference = 'other' WHERE case_id = $1",
            "reference",
        ),
        (
            5,
            "UPDATE loket.cases SET unique_key = 'x' WHERE case_id = $1",
            "key of the subject",
        ),
        (
            6,
            "INSERT INTO loket.texts VALUES (gen_random_uuid(), $1, 'note', 'z', 'z', now())",
            "no event",
        ),
    ] {
        let case_id = world.signal(n).await;
        let before = found(&world).await.len();
        sqlx::query(sql)
            .bind(case_id.0)
            .execute(&pool)
            .await
            .unwrap();
        let after = found(&world).await;
        assert!(after.len() > before, "{sql}");
        assert!(
            after.iter().any(|what| what.contains(word)),
            "{word}: {after:?}"
        );
    }
    let gone = world.signal(7).await;
    for table in [
        "case_search",
        "signals",
        "texts",
        "outbox",
        "deadlines",
        "cases",
    ] {
        let sql = format!("DELETE FROM loket.{table} WHERE case_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(gone.0)
            .execute(&pool)
            .await
            .unwrap();
    }
    assert!(
        found(&world)
            .await
            .iter()
            .any(|what| what.contains("are gone"))
    );
}

async fn found(world: &World) -> Vec<String> {
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    verified.differences.into_iter().map(|it| it.what).collect()
}

/// A block that is sent again after the lifting would block whom we just unblocked.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_command_is_not_sent_again_after_a_newer_one() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let wrong = answers([("wrong_reason", word("own_error"))]);
    anna.act(case_id, Some(lease), "wrongly_blocked", &wrong)
        .await
        .unwrap();
    let worker = world.db.store("worker_1");
    let block = worker.outbox_take(10).await.unwrap().remove(0);
    assert_eq!(block.kind, "block");
    worker
        .outbox_failed(block.outbox_id, block.fence, "refused", None)
        .await
        .unwrap();
    loop {
        let items = worker.outbox_take(10).await.unwrap();
        if items.is_empty() {
            break;
        }
        for item in items {
            worker
                .outbox_sent(item.outbox_id, item.fence, false)
                .await
                .unwrap();
        }
    }
    match worker.outbox_resend(block.outbox_id).await {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "newer_sent"),
        other => panic!("{other:?}"),
    }
}

/// Decision 20: what should not have been written down can be erased, and the chain stays valid.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_erased_by_a_lead_and_its_hash_stays() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    let note = answers([("note", free("a stranger's telephone number"))]);
    anna.act(case_id, None, "add_note", &note).await.unwrap();
    let texts = anna.store.case_detail(case_id).await.unwrap().texts;
    let (number, _) = texts
        .iter()
        .find(|(_, body)| body.contains("stranger"))
        .unwrap();
    let erase = |desk: &Desk<'_>| {
        let (store, id, number) = (desk.store.clone(), desk.id(), *number);
        async move { store.text_erase(Uuid::now_v7(), Some(id), number).await }
    };
    assert!(
        matches!(erase(&anna).await, Err(StoreError::Refused(it)) if it.key == "role_required")
    );
    erase(&lead).await.unwrap();
    assert!(matches!(erase(&lead).await, Err(StoreError::Refused(it)) if it.key == "text_gone"));
    let after = anna.store.case_detail(case_id).await.unwrap().texts;
    assert!(!after.contains_key(number));
    assert_eq!(found(&world).await, Vec::<String>::new());
}

/// A lead has no more to do with the queues of others than anybody: what was not delivered there is
/// neither shown nor sent again, and their figures are not read by a client of one's own either.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_of_other_queues_sees_no_dead_letters_and_no_figures() {
    let world = World::new().await;
    world.signal(1).await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let dead = "UPDATE loket.outbox SET dead_at = clock_timestamp() RETURNING outbox_id";
    let dead: i64 = sqlx::query_scalar(dead).fetch_one(&owner).await.unwrap();
    let lead = world.db.store("lead_1");
    let figures = async || {
        let pool = world.db.pool("lead_1", 1).await;
        let count = "SELECT count(*) FROM loket.queue_board";
        sqlx::query_scalar::<_, i64>(count)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    lead.board().await.unwrap();
    assert_eq!(lead.outbox_dead(10).await.unwrap().len(), 1);
    assert!(figures().await > 0);
    let away = "DELETE FROM loket.agent_queues USING loket.agents a
        WHERE a.agent_id = agent_queues.agent_id AND a.db_role = 'lead_1'";
    sqlx::query(away).execute(&owner).await.unwrap();
    assert_eq!(lead.outbox_dead(10).await.unwrap(), []);
    assert!(!lead.outbox_resend(dead).await.unwrap());
    assert_eq!(figures().await, 0);
}

/// A database that another version made says so and what to do, instead of asking for a report.
#[tokio::test(flavor = "multi_thread")]
async fn tables_of_another_version_are_named_as_such() {
    let world = World::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let other = "UPDATE loket._sqlx_migrations SET checksum = '\\x00' WHERE version = 5";
    sqlx::query(other).execute(&owner).await.unwrap();
    match loket::store::admin::migrate(&world.db.options(SUPERUSER)).await {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "other_schema"),
        told => panic!("{told:?}"),
    }
}
