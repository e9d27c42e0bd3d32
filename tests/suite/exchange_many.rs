//! Several workers as real programs, killed at any moment: nothing is lost, nothing comes twice, and
//! another one goes on (issue 4). `LOKET_LONG=1` kills for longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use loket::store::rows::CaseId;
use sqlx::PgPool;

use crate::exchange_world::folder;
use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World, answers, free, word, yes};

/// How often a worker is killed.
fn kills() -> usize {
    match loket::system::env("LOKET_LONG") {
        Some(_) => 60,
        None => 6,
    }
}

/// A worker that ends with the value.
struct Program(Child);

impl Program {
    fn start(world: &World, role: &str, path: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_loket"))
            .args(["--lang", "en", "--database-url", &world.db.url(role)])
            .args(["worker", "--chain-heads", "", "--deliver-to"])
            .arg(path)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Program {
    /// SIGKILL: nothing is said, nothing is put in order.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn number(pool: &PgPool, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(pool).await.unwrap()
}

async fn until(what: &str, pool: &PgPool, question: &'static str, wanted: i64) {
    for _ in 0..600 {
        if number(pool, question).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

const LEADERS: &str = "SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 4242 AND objid = 10 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
const WAITING: &str = "SELECT count(*) FROM loket.outbox";

/// The party is asked for proof: 72 hours begin to run.
async fn ask_for_proof(desk: &Desk<'_>, case: CaseId) {
    let lease = desk.take(case).await;
    let now = desk.world.now().await;
    let given = answers([
        ("channel", word("phone")),
        ("contact_other", free("Receptie")),
        ("ask_proof", yes(true)),
        ("contacted_at", word(&now.to_rfc3339())),
    ]);
    desk.act(case, Some(lease), "contact_party", &given)
        .await
        .unwrap();
}

/// Keys of the messages in the folder, with how many files each has.
fn delivered(path: &Path) -> BTreeMap<String, u32> {
    let mut keys = BTreeMap::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let name = entry.unwrap().path();
        // what a killed one left half-written is hidden and nobody's
        if name
            .file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with('.'))
        {
            continue;
        }
        let text = std::fs::read_to_string(&name).unwrap();
        let message: serde_json::Value = serde_json::from_str(&text).unwrap();
        let key = message["idem_key"].as_str().unwrap().to_owned();
        *keys.entry(key).or_default() += 1;
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_workers_lose_and_double_nothing() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 2).await;
    let path = folder("many-out");
    let start = |turn: usize| {
        let role = ["worker_1", "worker_2"][turn % 2];
        Program::start(&world, role, &path)
    };
    let mut programs: Vec<Program> = (0..3).map(start).collect();
    for turn in 0..kills() {
        let n = u32::try_from(turn % 36).unwrap() + 1;
        if turn < 36 {
            let anna = world.desk("anna").await;
            let case = world.signal(n).await;
            ask_for_proof(&anna, case).await;
            anna.store.session_close(anna.id()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..700))).await;
        let victim = fastrand::usize(..programs.len());
        programs[victim] = start(turn);
    }
    until("somebody leads", &pool, LEADERS, 1).await;
    let later = world.now().await + TimeDelta::hours(73);
    world.admin.clock_set(later).await.unwrap();
    // killed while the clocks are being written, too
    for (turn, program) in programs.iter_mut().enumerate() {
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..400))).await;
        *program = start(turn);
    }
    until("all clocks are written", &pool, LAPSED, 0).await;
    until("all messages have left", &pool, WAITING, 0).await;

    let sent: Vec<String> =
        sqlx::query_scalar("SELECT idem_key::text FROM loket.outbox_sent ORDER BY 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    let files = delivered(&path);
    assert!(files.values().all(|count| *count == 1), "{files:?}");
    assert_eq!(files.into_keys().collect::<Vec<_>>(), sent);
    assert_eq!(number(&pool, TWICE).await, 0, "a clock fired twice");
    assert_eq!(
        number(
            &pool,
            "SELECT count(*) FROM loket.cases WHERE state = 'awaiting_party'"
        )
        .await,
        0
    );

    // the board goes on being counted, and one leads
    sqlx::query("UPDATE loket.queue_board SET computed_at = '2000-01-01Z'")
        .execute(&pool)
        .await
        .unwrap();
    programs.truncate(1);
    until("the board is fresh", &pool, STALE, 0).await;
    until("one leads", &pool, LEADERS, 1).await;
}

const LAPSED: &str =
    "SELECT count(*) FROM loket.deadlines WHERE key = 'response_72h' AND outcome IS NULL";
const STALE: &str = "SELECT count(*) FROM loket.queue_board WHERE computed_at < '2001-01-01Z'";
const TWICE: &str = "SELECT count(*) FROM (SELECT case_id, body -> 'change' ->> 'action'
    FROM loket.case_events WHERE body -> 'change' ->> 'from' = 'awaiting_party'
    GROUP BY 1, 2 HAVING count(*) > 1) twice";
