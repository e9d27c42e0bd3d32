//! Forms that are data: versions that stand for ever, asked from an instant on.

use chrono::Duration;
use loket::store::StoreError;
use serde_json::{Value as Json, json};
use sqlx::PgPool;

use crate::support::db::SUPERUSER;
use crate::support::world::World;

const FORM: &str = "solar";

fn body(keys: &[&str]) -> Json {
    let fields: Vec<Json> = keys.iter().map(|key| json!({"key": key})).collect();
    json!({"fields": fields})
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// TLM-10: a case keeps the version of its receipt, whatever is asked later.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_10_each_instant_has_its_version() {
    let world = World::new().await;
    let (admin, anna) = (&world.admin, world.db.store("anna"));
    let before = world.now().await - Duration::hours(1);
    assert_eq!(anna.form_at(FORM, None).await, Ok(None));
    let first = admin.form_add(FORM, None, &body(&["power"])).await.unwrap();
    assert_eq!((first.version, first.builtin), (1, false));
    let later = world.now().await + Duration::days(30);
    let second = admin
        .form_add(FORM, Some(later), &body(&["power", "panels"]))
        .await;
    assert_eq!(second.unwrap().version, 2);

    let version = async |at| {
        let found = anna.form_at(FORM, at).await.unwrap();
        found.map(|form| (form.version, form.body))
    };
    assert_eq!(version(Some(before)).await, None);
    assert_eq!(version(None).await, Some((1, body(&["power"]))));
    assert_eq!(
        version(Some(later)).await,
        Some((2, body(&["power", "panels"])))
    );
    let kept = anna.form_version(FORM, 1).await.unwrap().unwrap();
    assert_eq!((kept.body, kept.valid_from), (first.body, first.valid_from));
    assert_eq!(anna.form_version(FORM, 3).await, Ok(None));
    let rows = anna.forms().await.unwrap();
    let rows = rows.iter().filter(|row| row.form == FORM);
    let rows: Vec<_> = rows
        .map(|row| (row.version, row.fields, row.in_force))
        .collect();
    assert_eq!(rows, [(1, 1, true), (2, 2, false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tlm_10_a_form_never_changes_backwards() {
    let world = World::new().await;
    let admin = &world.admin;
    let now = world.now().await;
    let ahead = Some(now + Duration::days(2));
    admin
        .form_add(FORM, ahead, &body(&["power"]))
        .await
        .unwrap();
    // the same again is the same version
    let again = admin.form_add(FORM, None, &body(&["power"])).await.unwrap();
    assert_eq!(again.version, 1);
    let other = body(&["panels"]);
    let past = Some(now - Duration::days(1));
    let refused = admin.form_add(FORM, past, &other).await;
    assert_eq!(refusal(refused), "form_in_the_past");
    for not_later in [None, ahead] {
        let refused = admin.form_add(FORM, not_later, &other).await;
        assert_eq!(refusal(refused), "form_not_later");
    }
    let pool = world.db.pool(SUPERUSER, 1).await;
    for sql in [
        "UPDATE loket.forms SET version = 9",
        "DELETE FROM loket.forms",
        "TRUNCATE loket.forms",
    ] {
        let done = sqlx::raw_sql(sql)
            .execute(&pool)
            .await
            .map_err(StoreError::from);
        assert!(
            matches!(done, Err(StoreError::Bug(text)) if text.starts_with("LK001")),
            "{sql}"
        );
    }
}

/// What no form could be is refused; what a field may be is the client's matter.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_fields_is_no_form() {
    let world = World::new().await;
    let many: Vec<String> = (0..61).map(|n| format!("field_{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (form, wrong) in [
        (FORM, json!([])),
        (FORM, json!({"fields": []})),
        (FORM, json!({"fields": {"key": "power"}})),
        (FORM, json!({"fields": ["power"]})),
        (FORM, json!({"fields": [{"label": "Power"}]})),
        (FORM, body(&["Power"])),
        (FORM, body(&["power", "power"])),
        (FORM, body(&many)),
        ("Solar panels", body(&["power"])),
        (
            FORM,
            json!({"fields": [{"key": "power", "help": "x".repeat(200_000)}]}),
        ),
    ] {
        let refused = world.admin.form_add(form, None, &wrong).await;
        assert_eq!(refusal(refused), "bad_form", "{form}");
    }
}

async fn load(pool: &PgPool, body: &Json) -> i32 {
    let mut owner = pool.acquire().await.unwrap();
    loket::store::forms::load(&mut owner, FORM, body)
        .await
        .unwrap()
}

/// What the program brings becomes the next version, until somebody here changed the form.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_does_not_overwrite_what_was_changed_here() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    assert_eq!(load(&pool, &body(&["power"])).await, 1);
    assert_eq!(load(&pool, &body(&["power"])).await, 1);
    assert_eq!(load(&pool, &body(&["power", "date"])).await, 2);
    let form = world.admin.form_at(FORM, None).await.unwrap().unwrap();
    assert_eq!((form.version, form.builtin), (2, true));
    // the first is asked of cases that were received long ago
    let long_ago = Some("2018-01-01T00:00:00Z".parse().unwrap());
    let form = world.admin.form_at(FORM, long_ago).await.unwrap().unwrap();
    assert_eq!(form.version, 1);
    world
        .admin
        .form_add(FORM, None, &body(&["ours"]))
        .await
        .unwrap();
    assert_eq!(load(&pool, &body(&["power", "date", "more"])).await, 3);
    let form = world.admin.form_at(FORM, None).await.unwrap().unwrap();
    assert_eq!((form.version, form.body), (3, body(&["ours"])));
}
