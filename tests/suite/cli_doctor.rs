//! The check-up: what it says of a database that is well, of one without a worker, of none.

use std::collections::BTreeMap;

use loket::exchange::worker::Worker;
use serde_json::Value;

use crate::support::db::{SUPERUSER, TestDb};
use crate::support::shell::Shell;

/// Level by area and key; of several the last.
fn levels(out: &str) -> BTreeMap<String, String> {
    let found = out.lines().map(|line| {
        let finding: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        if text("level") == "wrong" {
            let has_words = finding["todo"].is_string() || text("said").len() > 10;
            assert!(has_words, "{line} says nothing");
        }
        (format!("{}.{}", text("area"), text("key")), text("level"))
    });
    found.collect()
}

fn level(found: &BTreeMap<String, String>, key: &str) -> String {
    found
        .get(key)
        .cloned()
        .unwrap_or_else(|| panic!("{key} is not in {found:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_it_says_so_and_the_code_is_1() {
    let db = TestDb::new().await;
    let shell = Shell::of(&db.url("anna")).with("TERM", "xterm-256color");
    let said = shell.run("doctor --json");
    assert_eq!((said.code, said.err.as_str()), (1, ""), "{said:?}");
    let found = levels(&said.out);
    for well in [
        "terminal.term",
        "terminal.colours_many",
        "terminal.utf8",
        "locale.lang",
        "settings.setting",
        "database.address",
        "database.version",
        "database.extension",
        "database.migrations",
        "role.known",
        "clock.same",
    ] {
        assert_eq!(level(&found, well), "ok", "{well}");
    }
    assert_eq!(level(&found, "worker.none"), "wrong");
    assert!(said.out.contains("systemctl start loket-worker"));
    // a person reads the same
    let words = shell.run("doctor").out;
    let todo = words.lines().find(|line| line.contains("->")).unwrap();
    assert!(todo.starts_with("      "), "{words}");
    assert!(words.contains("BAD   worker"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_worker_all_is_well_and_the_code_is_0() {
    let db = TestDb::new().await;
    let folder = crate::exchange_world::folder("doctor");
    let options = crate::exchange_world::options(&folder);
    let worker = Worker::open(db.store("worker_1"), options).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let work = tokio::spawn(async move { worker.run(stopped).await });
    let shell = Shell::of(&db.url("lead_1")).with("TERM", "xterm-256color");
    let mut said = shell.run("doctor --json");
    // the worker needs a moment until it leads
    for _ in 0..600 {
        if said.out.contains("at_work") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        said = shell.run("doctor --json");
    }
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(level(&levels(&said.out), "worker.at_work"), "ok");
    stop.send(true).unwrap();
    work.await.unwrap().unwrap();
}

#[test]
fn an_address_where_nobody_answers_is_code_4() {
    let shell = Shell::of("postgres://anna:hunter2@127.0.0.1:1/nowhere");
    let said = shell.run("doctor --json");
    assert_eq!(said.code, 4, "{said:?}");
    assert_eq!(level(&levels(&said.out), "database.away"), "wrong");
    assert!(!said.out.contains("hunter2"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hinders_is_named_with_what_to_do() {
    let db = TestDb::new().await;
    let superuser = db.pool(SUPERUSER, 1).await;
    let of = |role: &str| {
        let said = Shell::of(&db.url(role)).run("doctor --json");
        (said.code, levels(&said.out))
    };
    let (code, found) = of(SUPERUSER);
    assert_eq!(
        (code, level(&found, "database.not_an_agent")),
        (1, "wrong".into())
    );
    let none = "DELETE FROM loket.agent_queues
        WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'carla')";
    sqlx::query(none).execute(&superuser).await.unwrap();
    assert_eq!(level(&of("carla").1, "role.no_queue"), "wrong");
    let newer = "INSERT INTO loket._sqlx_migrations
        (version, description, success, checksum, execution_time) VALUES (9999, 'x', true, '', 0)";
    sqlx::query(newer).execute(&superuser).await.unwrap();
    assert_eq!(level(&of("anna").1, "database.newer"), "wrong");
    let older = "DELETE FROM loket._sqlx_migrations WHERE version IN (15, 9999)";
    sqlx::query(older).execute(&superuser).await.unwrap();
    assert_eq!(level(&of("anna").1, "database.older"), "wrong");
    let gone = "DROP SCHEMA loket_api CASCADE";
    sqlx::query(gone).execute(&superuser).await.unwrap();
    assert_eq!(level(&of("anna").1, "database.not_ours"), "wrong");
}

#[test]
fn a_terminal_that_cannot_draw_and_no_address_are_wrong() {
    let said = Shell::bare()
        .with("TERM", "dumb")
        .with("LANG", "C")
        .run("doctor --json");
    let found = levels(&said.out);
    assert_eq!(said.code, 1);
    assert_eq!(level(&found, "terminal.dumb"), "wrong");
    assert_eq!(level(&found, "terminal.no_utf8"), "note");
    assert_eq!(level(&found, "database.no_address"), "wrong");
}
