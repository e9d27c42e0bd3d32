//! `loket db`, `loket agent`, settings: by the real program on a real server.

use loket::store::admin;
use uuid::Uuid;

use crate::support::db::{SUPERUSER, TestDb};
use crate::support::shell::Shell;
use crate::support::world::World;

/// Drops a database that a test made by the program, whatever happens.
struct Made(Shell, String);

impl Made {
    fn new(shell: Shell) -> Self {
        Self(shell, format!("t_made_{}", Uuid::now_v7().simple()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_made_filled_with_agents_and_verified() {
    let db = TestDb::new().await;
    let url = db.url(SUPERUSER);
    let made = Made::new(Shell::of(&url));
    let (shell, name) = (&made.0, &made.1);
    let created = shell.one(&format!("db create {name} --rehearsal"));
    assert_eq!(
        (created["database"].as_str(), created["rehearsal"].as_bool()),
        (Some(name.as_str()), Some(true))
    );
    assert!(
        shell
            .refused(&format!("db create {name}"))
            .contains(name.as_str())
    );
    assert!(
        shell
            .refused("db create Robert'; --")
            .contains("small letters")
    );

    let there = Shell::of(&url.replace(db.name(), name));
    let status = there.one("db status");
    assert_eq!(status["pending"].as_array().unwrap().len(), 0);
    assert_eq!(status["rehearsal"], true);
    assert_eq!(
        there.one("db migrate")["applied"].as_array().unwrap().len(),
        0
    );

    assert_eq!(
        there.run("db clock +1h").code,
        1,
        "nobody is an administrator yet"
    );
    there.ok(&format!("agent add {SUPERUSER} --name Beheer --role admin"));
    there.ok("agent add anna --name 'Anna de Wit' --queue mandate");
    let unknown = there.refused("agent add anna --name Anna --queue kitchen");
    assert!(unknown.contains("kitchen"), "{unknown}");
    // a group of ours is nobody
    let group = there.refused("agent add loket_worker --name worker --role worker");
    assert!(group.contains("loket_worker is a group"), "{group}");
    let agents = there.json("agent list");
    assert_eq!(agents.len(), 2);
    assert_eq!(
        (agents[0]["db_role"].as_str(), agents[0]["role"].as_str()),
        (Some("anna"), Some("agent"))
    );
    assert_eq!(there.one("db verify")["cases"], 0);
    drop_database(&db, name).await;
}

async fn drop_database(db: &TestDb, name: &str) {
    let pool = db.pool(SUPERUSER, 1).await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
}

/// Decision 8: only a rehearsal's legal clock moves, and only by an administrator.
#[tokio::test(flavor = "multi_thread")]
async fn the_legal_clock_moves_in_a_rehearsal_only() {
    let db = TestDb::new().await;
    let admin = Shell::of(&db.url("admin_1"));
    let start = admin.one("db clock")["offset_seconds"].as_i64().unwrap();
    let ahead = admin.one("db clock +72h")["offset_seconds"]
        .as_i64()
        .unwrap();
    assert!((ahead - start - 72 * 3600).abs() <= 2, "{start} {ahead}");
    let back = admin.one("db clock -30m")["offset_seconds"]
        .as_i64()
        .unwrap();
    assert!((ahead - back - 1800).abs() <= 2, "{ahead} {back}");
    let set = admin.one("db clock --at 2030-01-02T03:04:05Z");
    assert!(
        set["legal_now"]
            .as_str()
            .unwrap()
            .starts_with("2030-01-02T03:04:0"),
        "{set}"
    );
    for wrong in ["db clock 3w", "db clock --at yesterday"] {
        assert_eq!(admin.run(wrong).code, 2, "{wrong}");
    }
    let anna = Shell::of(&db.url("anna"));
    assert_eq!(anna.run("db clock +1h").code, 1);
    // what is not hers is said as such; the database is there
    for not_hers in ["db status", "db migrate"] {
        let said = anna.refused(not_hers);
        assert!(said.contains("the role"), "{said}");
    }
    assert!(
        anna.one("db clock")["legal_now"]
            .as_str()
            .unwrap()
            .starts_with("2030")
    );

    let pool = db.pool(SUPERUSER, 1).await;
    let work = "UPDATE loket.settings SET rehearsal = false, legal_offset = interval '0'";
    sqlx::raw_sql(work).execute(&pool).await.unwrap();
    pool.close().await;
    assert!(admin.refused("db clock +1h").contains("rehearsal"));
}

/// `verify` names each difference, and its exit code tells.
#[tokio::test(flavor = "multi_thread")]
async fn verify_names_what_somebody_changed_behind_our_back() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let auditor = Shell::of(&world.db.url("auditor_1"));
    assert!(auditor.ok("db verify").contains("no differences"));
    let pool = world.db.pool(SUPERUSER, 1).await;
    let forge = format!(
        "UPDATE loket.cases SET state = 'assessing' WHERE case_id = {}",
        case_id.0
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(forge))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let said = auditor.run("db verify");
    assert_eq!(said.code, 1, "{said:?}");
    let case_no = world.admin.case_detail(case_id).await.unwrap().row.case_no;
    assert!(
        said.out
            .lines()
            .any(|line| line.starts_with(&format!("{case_no}: "))),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_by_its_exit_code_that_migrations_are_pending() {
    let db = TestDb::new().await;
    let shell = Shell::of(&db.url(SUPERUSER));
    shell.ok("db status");
    let pool = db.pool(SUPERUSER, 1).await;
    let forget = "DELETE FROM loket._sqlx_migrations WHERE version = \
                  (SELECT max(version) FROM loket._sqlx_migrations)";
    sqlx::raw_sql(forget).execute(&pool).await.unwrap();
    pool.close().await;
    let said = shell.run("db status --json");
    assert_eq!(said.code, 1, "{said:?}");
    let status: admin::Status = serde_json::from_str(&said.out).unwrap();
    assert_eq!(status.pending.len(), 1);
}

/// Decision 4: whoever is disabled loses their cases at once and is refused from then on.
#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_agent_loses_the_lease() {
    let world = World::new().await;
    world.signal(1).await;
    let (anna, bram) = (
        Shell::of(&world.db.url("anna")),
        Shell::of(&world.db.url("bram")),
    );
    let no = anna.one("case next")["case_no"]
        .as_str()
        .unwrap()
        .to_owned();
    let office = Shell::of(&world.db.url(SUPERUSER));
    let disabled = office.one("agent disable anna");
    assert_eq!(disabled["cases_returned"], 1);
    let refused = anna.refused(&format!("case release {no}"));
    assert!(refused.contains("may not work here"), "{refused}");
    assert_eq!(bram.one("case next")["case_no"], no.as_str());
    assert!(
        office
            .refused("agent disable nobody_here")
            .contains("nobody_here")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_no_agent_is_told_so() {
    let db = TestDb::new().await;
    let superuser = Shell::of(&db.url(SUPERUSER));
    assert!(superuser.refused("case list").contains("may not work here"));
}
