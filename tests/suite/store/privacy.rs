//! Looking behind a mask: with a purpose, as an event, and with nothing of what was seen in it.

use loket::store::StoreError;
use loket::store::rows::{CaseId, UNMASK_PURPOSES, Unmasked, is_masked};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World};

const PHONE: &str = "+31201234567";
const EMAIL: &str = "roos@voorbeeld.example";

async fn unmask(desk: &Desk<'_>, case: CaseId, purpose: &str) -> Result<Unmasked, StoreError> {
    let cmd = Uuid::now_v7();
    desk.store.case_unmask(cmd, desk.id(), case, purpose).await
}

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// Decision 21: a purpose, 30 seconds, an event; holding a case unmasks nothing by itself.
#[tokio::test(flavor = "multi_thread")]
async fn unmasking_is_an_event_with_a_purpose_and_without_what_was_seen() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    anna.take(case).await;
    let before = anna.store.case_detail(case).await.unwrap();
    let masked = before.customer.clone().unwrap();
    assert_eq!(
        (masked.phone.as_str(), &masked.email[..4]),
        ("***67", "r***")
    );

    let seen = unmask(&anna, case, "reach").await.unwrap();
    assert_eq!((seen.phone.as_str(), seen.email.as_str()), (PHONE, EMAIL));
    assert!((1..=30_000).contains(&seen.left_ms), "{seen:?}");

    let after = anna.store.case_detail(case).await.unwrap();
    assert_eq!(
        after.customer, before.customer,
        "the case itself stays masked"
    );
    assert_eq!(
        after.row.version, before.row.version,
        "looking changes nothing"
    );
    let event = &anna.store.timeline(case, None, 1).await.unwrap()[0];
    assert_eq!(event.kind, "unmasked");
    assert_eq!(event.agent, before.row.holder);
    let superuser = world.db.pool(SUPERUSER, 1).await;
    let body: serde_json::Value =
        sqlx::query_scalar("SELECT body FROM loket.case_events WHERE kind = 'unmasked'")
            .fetch_one(&superuser)
            .await
            .unwrap();
    let expected = serde_json::json!({"purpose": "reach", "fields": ["phone", "email"]});
    assert_eq!(body, expected);
}

/// Nothing that stays holds what was seen: neither events nor results of commands.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_kept_nowhere_and_a_repeated_look_is_one_event() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let superuser = world.db.pool(SUPERUSER, 1).await;
    let aside =
        "UPDATE loket.cases SET snoozed_until = now() + interval '1 day' WHERE case_id = $1";
    sqlx::query(aside)
        .bind(case.0)
        .execute(&superuser)
        .await
        .unwrap();
    let cmd = Uuid::now_v7();
    let look = || anna.store.case_unmask(cmd, anna.id(), case, "identify");
    let first = look().await.unwrap();
    let again = look().await.unwrap();
    assert_eq!(first.phone, again.phone);
    assert!(again.left_ms <= first.left_ms, "the time runs on");
    let aside = "SELECT snoozed_until IS NOT NULL FROM loket.cases WHERE case_id = $1";
    let is_aside: bool = sqlx::query_scalar(aside)
        .bind(case.0)
        .fetch_one(&superuser)
        .await
        .unwrap();
    assert!(is_aside, "looking brings no case back into the inbox");
    let (events, traces): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM loket.case_events WHERE kind = 'unmasked'),
           (SELECT count(*) FROM loket.case_events WHERE body::text LIKE ANY (x))
           + (SELECT count(*) FROM loket.commands WHERE concat(about, result::text) LIKE ANY (x))
           + (SELECT count(*) FROM loket.texts WHERE body LIKE ANY (x))
         FROM (SELECT ARRAY['%' || $1 || '%', '%' || $2 || '%'] x) x",
    )
    .bind(&PHONE[3..])
    .bind(EMAIL)
    .fetch_one(&superuser)
    .await
    .unwrap();
    assert_eq!((events, traces), (1, 0));
    // after its time the same command shows nothing any more
    sqlx::query(
        "UPDATE loket.commands SET result = '{\"until\":\"2020-01-01Z\"}' WHERE cmd_id = $1",
    )
    .bind(cmd)
    .execute(&superuser)
    .await
    .unwrap();
    assert_eq!(refused(look().await), "unmask_over");
}

/// A protected person is a reference and nothing else, whatever the purpose, and for everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_protected_person_is_never_unmasked() {
    let world = World::new().await;
    let case = world.signal(13).await;
    for role in ["anna", "lead_1", "admin_1"] {
        let desk = world.desk(role).await;
        for purpose in UNMASK_PURPOSES {
            let said = refused(unmask(&desk, case, purpose).await);
            assert_eq!(said, "person_protected", "{role}");
        }
    }
    let kinds = world.admin.timeline(case, None, 50).await.unwrap();
    assert!(kinds.iter().all(|event| event.kind != "unmasked"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_needs_a_purpose_of_the_list_a_role_and_the_queue() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    for purpose in ["", "curious", "reach; drop"] {
        assert_eq!(refused(unmask(&anna, case, purpose).await), "not_a_choice");
    }
    for purpose in UNMASK_PURPOSES {
        unmask(&anna, case, purpose).await.unwrap();
    }
    let auditor = world.desk("auditor_1").await;
    assert_eq!(
        refused(unmask(&auditor, case, "reach").await),
        "role_required"
    );
    let superuser = world.db.pool(SUPERUSER, 1).await;
    let none = "DELETE FROM loket.agent_queues
        WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'carla')";
    sqlx::query(none).execute(&superuser).await.unwrap();
    let carla = world.desk("carla").await;
    assert_eq!(
        refused(unmask(&carla, case, "reach").await),
        "case_not_found"
    );
}

/// Whoever works the case is not disturbed: a change computed before the look is taken, and what
/// was done before it can still be taken back.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_of_a_colleague_disturbs_nobody() {
    let world = World::new().await;
    world.admin.grace_set(60).await.unwrap();
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lease = anna.take(case).await;
    let given = super::undo::contacting(&world).await;
    let change = anna.change(case, "contact_party", &given).await;
    let version = anna.store.case_detail(case).await.unwrap().row.version;
    unmask(&bram, case, "own_data").await.unwrap();
    let target = loket::store::case::Target {
        case_id: case,
        fence: Some(lease.fence),
        version,
    };
    let cmd = Uuid::now_v7();
    anna.store
        .case_apply(cmd, Some(anna.id()), target, &change)
        .await
        .unwrap();
    let seq = super::undo::last_seq(&anna, case).await;
    unmask(&bram, case, "own_data").await.unwrap();
    super::undo::take_back(&anna, case, seq).await.unwrap();
    let report = world.admin.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(report.differences, []);
}

/// A text of that field, as a step of the case would have written it.
async fn write(world: &World, case: CaseId, field: &str, body: &str) -> Uuid {
    let superuser = world.db.pool(SUPERUSER, 1).await;
    let id = Uuid::now_v7();
    let insert = "INSERT INTO loket.texts (text_id, case_id, field, body, sha256, created_at)
        VALUES ($1, $2, $3, $4, encode(sha256(convert_to($4, 'UTF8')), 'hex'), now())";
    let insert = sqlx::query(insert).bind(id).bind(case.0);
    let insert = insert.bind(field).bind(body);
    insert.execute(&superuser).await.unwrap();
    id
}

/// What a customer gave in a step is masked by its field, as in the card; looking behind shows it.
#[tokio::test(flavor = "multi_thread")]
async fn what_customers_gave_in_steps_is_masked_too() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let protected = world.signal(13).await;
    let anna = world.desk("anna").await;
    let given = [
        ("phone", "0612345678", "***78", "***"),
        ("owner_email", EMAIL, "r***@voorbeeld.example", "***"),
        ("owner_personal_no", "811228-9874", "***", "***"),
        ("found_fnr", "29884013001", "***", "***"),
        ("found_d_number", "69884013001", "***", "***"),
        ("contact_postcode", "1234AB", "1234AB", "***"),
        ("contact_house_number", "7", "7", "***"),
        ("note", "Belt terug.", "Belt terug.", "Belt terug."),
    ];
    for (field, body, open, hidden) in given {
        for (case, shown) in [(case, open), (protected, hidden)] {
            let id = write(&world, case, field, body).await;
            let detail = anna.store.case_detail(case).await.unwrap();
            assert_eq!(detail.texts[&id], shown, "{field}");
            assert_eq!(is_masked(shown), shown.contains("***"), "{shown}");
        }
    }
    let seen = unmask(&anna, case, "reach").await.unwrap();
    let mut seen: Vec<&str> = seen.texts.values().map(String::as_str).collect();
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            "0612345678",
            "29884013001",
            "69884013001",
            "811228-9874",
            EMAIL
        ]
    );
    let said = refused(unmask(&anna, protected, "reach").await);
    assert_eq!(said, "person_protected");
    let context = world.db.store("worker_1").message_context(case).await;
    let texts = context.unwrap().texts;
    assert!(texts.values().any(|text| text == "0612345678"), "letters");
}

/// Decision 21: what is masked on the screen is masked for a query of one's own as well, for every role
/// that reads texts at all; and an administrator has no way around it.
#[tokio::test(flavor = "multi_thread")]
async fn no_role_reads_what_is_masked_by_a_query_of_its_own() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let masked = [
        ("phone", "0612345678"),
        ("owner_email", EMAIL),
        ("owner_personal_no", "811228-9874"),
        ("found_fnr", "29884013001"),
        ("contact_postcode", "1234AB"),
        ("contact_house_number", "7"),
    ];
    for (field, body) in masked {
        write(&world, case, field, body).await;
    }
    write(&world, case, "note", "Belt terug.").await;
    for role in [
        "anna",
        "lead_1",
        "auditor_1",
        "admin_1",
        "worker_1",
        "ingrid",
    ] {
        let pool = world.db.pool(role, 1).await;
        let read = sqlx::query_scalar::<_, String>("SELECT field FROM loket.texts");
        match read.fetch_all(&pool).await {
            Ok(fields) => {
                assert!(fields.iter().any(|it| it == "note"), "{role}");
                for (field, _) in masked {
                    assert!(!fields.iter().any(|it| it == field), "{role} reads {field}");
                }
            }
            Err(error) => {
                let code = error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code);
                assert_eq!(code.as_deref(), Some("42501"), "{role}");
            }
        }
    }
    let context = world.admin.message_context(case).await.unwrap();
    for body in ["0612345678", EMAIL, "811228-9874"] {
        assert!(context.texts.values().all(|text| text != body), "{body}");
    }
    let card = context.customer.unwrap();
    assert!(is_masked(&card.phone) && is_masked(&card.email), "{card:?}");
}
