//! How soon a change is seen by other consoles, and what hearing costs: asking once a second against
//! one ticker with LISTEN on top. Runs the console's own code, without a screen, on a private server.
//!
//! `cargo bench --bench feed -- 50 200` measures with so many consoles; `-- writers 400` the writers
//! with so many listeners and without; `rate=1` makes one change a second instead of ten. Everything
//! is measured in turns within one run: only ratios mean something elsewhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use color_eyre::Result;
use loket::desk::Msg;
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::settings::Settings;
use loket::exchange::worker::{self, Worker};
use loket::local_postgres::{Existing, LocalPostgres, Options, Profile, SUPERUSER};
use loket::runtime::{Hears, follow_feed};
use loket::store::Store;
use loket::store::admin::{self, AgentRow, Purpose};
use loket::store::session::SessionKind;
use loket::system::{monotonic, print_line};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

const CASES: i64 = 2_000;
/// Changes a second, of all agents together, unless told otherwise.
const RATE: u64 = 10;
const LASTS: Duration = Duration::from_secs(20);
const SETTLE: Duration = Duration::from_secs(6);
const DATABASE: &str = "feed";

/// When a change of a case was committed, by case and number in its chain.
type Commits = Arc<Mutex<HashMap<(i64, i32), Instant>>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(measure())
}

async fn measure() -> Result<()> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let numbers: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let rate = words.iter().find_map(|word| word.strip_prefix("rate="));
    let rate = rate
        .and_then(|rate| rate.parse().ok())
        .unwrap_or(RATE)
        .max(1);
    let place = std::env::temp_dir().join(format!("loket-feed-{}", std::process::id()));
    let server = LocalPostgres::start(&Options {
        home: place.clone(),
        profile: Profile::Test,
        existing: Existing::Wipe,
        max_connections: 1_000,
        ..Options::from_env(env!("CARGO_BIN_EXE_loket").into())
    })?;
    let pool = prepare(&server).await?;
    if words.first().is_some_and(|word| word == "writers") {
        for count in numbers {
            writers(&server, &pool, count).await?;
        }
    } else {
        print_line(
            "consoles  way         p50 ms  p95 ms  p99 ms  max ms   seen  asked/s  server CPU %",
        );
        for count in if numbers.is_empty() {
            vec![50, 200]
        } else {
            numbers
        } {
            for hears in [Hears::No, Hears::Yes] {
                latency(&server, &pool, count, hears, rate).await?;
            }
        }
    }
    pool.close().await;
    drop(server);
    let _ = std::fs::remove_dir_all(place);
    Ok(())
}

/// A database with cases that are only rows: nothing but the feed is measured.
async fn prepare(server: &LocalPostgres) -> Result<PgPool> {
    let root = PgPool::connect_with(server.options(SUPERUSER, "postgres")).await?;
    for sql in [
        "CREATE ROLE desk LOGIN",
        "CREATE ROLE work LOGIN",
        "CREATE DATABASE feed",
    ] {
        sqlx::query(sql).execute(&root).await?;
    }
    server.allow_roles(&["desk", "work"]).await?;
    let options = server.options(SUPERUSER, DATABASE);
    admin::prepare(&options, Purpose::Rehearsal).await?;
    let store = Store::connect(options.clone(), 1);
    for (db_role, role) in [("desk", "agent"), ("work", "worker")] {
        let agent = AgentRow {
            db_role: db_role.into(),
            name: db_role.into(),
            role: role.into(),
            queues: vec!["mandate".into()],
            firm: None,
            disabled_at: None,
        };
        store.agent_add(&agent).await?;
    }
    store.close().await;
    let pool = PgPoolOptions::new()
        .max_connections(16)
        // the functions between have no search path of their own
        .connect_with(
            options
                .options([("search_path", "loket,pg_catalog,pg_temp")])
                .options([("search_path", "loket")]),
        )
        .await?;
    let fill = "INSERT INTO loket.cases (case_no, queue_id, process, state, work, facts, received_at, opened_at, subject)
        SELECT 'GT-2026-' || lpad(n::text, 6, '0'), q.queue_id, 'doubt', 'blocked_contact_due', 'open', '{}', now(), now(), 'x'
        FROM generate_series(1, $1) n, loket.queues q WHERE q.key = 'mandate'";
    sqlx::query(fill).bind(CASES).execute(&pool).await?;
    let write =
        "CREATE FUNCTION loket.bench_change(p_case bigint) RETURNS int LANGUAGE plpgsql AS $$
        DECLARE c loket.cases%ROWTYPE;
        BEGIN
          SELECT * INTO c FROM loket.cases WHERE case_id = p_case FOR UPDATE;
          c := loket.case_write(c, 'add_note', NULL, NULL, NULL, '{}', clock_timestamp());
          RETURN c.last_seq;
        END $$";
    sqlx::query(write).execute(&pool).await?;
    Ok(pool)
}

/// One change, as the functions of the database write it. Gives its number in the chain.
async fn change(pool: &PgPool, case: i64) -> Result<i32> {
    let write = "SELECT loket.bench_change($1)";
    Ok(sqlx::query_scalar(write).bind(case).fetch_one(pool).await?)
}

fn worker_options(place: &std::path::Path) -> worker::Options {
    worker::Options {
        delivery: Delivery::Directory(place.join("out")),
        settings: Settings::default(),
        chain_heads: None,
        practice: false,
        outside: loket::exchange::worker::outside::Outside::default(),
    }
}

#[derive(Default)]
struct Seen {
    delays: Vec<Duration>,
    beats: u64,
}

/// A console without a screen: how long after its commit each change was there.
async fn console(
    store: Store,
    hears: Hears,
    commits: Commits,
    mut stop: watch::Receiver<bool>,
) -> Result<Seen> {
    let session = store
        .session_open(Uuid::new_v4(), "feed", SessionKind::Console)
        .await?;
    let (messages, mut inbox) = mpsc::channel(64);
    follow_feed(&store, &session, hears, messages);
    let mut seen = Seen::default();
    loop {
        let msg = tokio::select! {
            msg = inbox.recv() => msg,
            _ = stop.changed() => break,
        };
        let Some(Msg::Beat(beat)) = msg else { continue };
        let now = monotonic();
        seen.beats += 1;
        let Ok(pulse) = *beat else { continue };
        if let Ok(commits) = commits.lock() {
            let delay = |event: &loket::store::rows::FeedEvent| {
                let at = commits.get(&(event.case_id.0, event.seq))?;
                Some(now.saturating_duration_since(*at))
            };
            seen.delays.extend(pulse.events.iter().filter_map(delay));
        }
    }
    drop(inbox);
    let _ = store.session_close(session.session_id).await;
    store.close().await;
    Ok(seen)
}

async fn latency(
    server: &LocalPostgres,
    pool: &PgPool,
    count: usize,
    hears: Hears,
    rate: u64,
) -> Result<()> {
    let commits = Commits::default();
    let (tell, stop) = watch::channel(false);
    let work = Store::connect(server.options("work", DATABASE), 3);
    let place = std::env::temp_dir();
    let worker = Worker::open(work.clone(), worker_options(&place)).await?;
    let ticking = (hears == Hears::Yes).then(|| {
        let stop = stop.clone();
        tokio::spawn(async move { worker.run(stop).await })
    });
    let mut consoles = JoinSet::new();
    for _ in 0..count {
        let store = Store::connect(server.options("desk", DATABASE), 1);
        consoles.spawn(console(store, hears, Arc::clone(&commits), stop.clone()));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(SETTLE).await;
    let (cpu, began) = (server_cpu(), monotonic());
    let written = changes(pool, rate, &commits).await?;
    let cpu = (server_cpu() - cpu) / began.elapsed().as_secs_f64() * 100.0;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let lasted = began.elapsed() + SETTLE;
    tell.send(true)?;
    let (mut delays, mut beats) = (Vec::new(), 0);
    while let Some(done) = consoles.join_next().await {
        let seen = done??;
        delays.extend(seen.delays);
        beats += seen.beats;
    }
    if let Some(ticking) = ticking {
        let _ = ticking.await;
    }
    work.close().await;
    delays.sort_unstable();
    let at = |share| place_at(&delays, share);
    let due = written * count as u64;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let asked = beats as f64 / lasted.as_secs_f64();
    let way = if hears == Hears::Yes {
        "ticker"
    } else {
        "asking 1/s"
    };
    print_line(&format!(
        "{count:8}  {way:10}  {:6}  {:6}  {:6}  {:6}  {:3}%  {asked:7.0}  {cpu:12.0}",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0),
        delays.len() as u64 * 100 / due.max(1),
    ));
    Ok(())
}

/// That many changes a second, with the instant of each commit. Gives how many.
async fn changes(pool: &PgPool, rate: u64, commits: &Commits) -> Result<u64> {
    let began = monotonic();
    let mut written = 0;
    while began.elapsed() < LASTS {
        let pause = 1_000 / rate / 2 + fastrand::u64(..1_000 / rate);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let case = fastrand::i64(1..=CASES);
        let seq = change(pool, case).await?;
        if let Ok(mut commits) = commits.lock() {
            commits.insert((case, seq), monotonic());
        }
        written += 1;
    }
    Ok(written)
}

/// The delay below which that share of all lies, in milliseconds.
fn place_at(delays: &[Duration], share: f64) -> u128 {
    let last = delays.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a few thousand"
    )]
    let place = (last as f64 * share) as usize;
    delays.get(place).map_or(0, Duration::as_millis)
}

/// Seconds of processor time of all processes of the server so far.
fn server_cpu() -> f64 {
    let mut ticks = 0u64;
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return 0.0;
    };
    for entry in entries.flatten() {
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((head, rest)) = stat.rsplit_once(") ") else {
            continue;
        };
        if !head.contains("(postgres") {
            continue;
        }
        let Ok(line) = std::fs::read_to_string(entry.path().join("cmdline")) else {
            continue;
        };
        if !line.contains("feed") && !line.contains("loket-feed") {
            continue;
        }
        let fields: Vec<&str> = rest.split(' ').collect();
        for field in [11, 12] {
            ticks += fields
                .get(field)
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0);
        }
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "hundredths of seconds of one run"
    )]
    let seconds = ticks as f64 / 100.0;
    seconds
}

/// Writers that do nothing else, in turns with listeners and without.
async fn writers(server: &LocalPostgres, pool: &PgPool, listeners: usize) -> Result<()> {
    let (tell, stop) = watch::channel(false);
    let place = std::env::temp_dir();
    let work = Store::connect(server.options("work", DATABASE), 3);
    let worker = Worker::open(work.clone(), worker_options(&place)).await?;
    let ticking = tokio::spawn(async move { worker.run(stop).await });
    let mut ratios = Vec::new();
    for round in 1..=4 {
        let alone = write_for(pool, Duration::from_secs(8)).await?;
        let mut ears = JoinSet::new();
        let (hush, hushed) = watch::channel(false);
        for _ in 0..listeners {
            let store = Store::connect(server.options("desk", DATABASE), 1);
            let mut hushed = hushed.clone();
            let mut ear = store.feed_line(Hears::Yes);
            ear.connect().await?;
            ears.spawn(async move {
                loop {
                    tokio::select! {
                        _ = ear.hear() => {}
                        _ = hushed.changed() => return,
                    }
                }
            });
        }
        let heard = write_for(pool, Duration::from_secs(8)).await?;
        hush.send(true)?;
        while ears.join_next().await.is_some() {}
        ratios.push(heard / alone);
        print_line(&format!(
            "round {round}: {alone:.0} changes/s alone, {heard:.0} with {listeners} listeners, ratio {:.2}",
            heard / alone
        ));
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    ratios.sort_by(f64::total_cmp);
    print_line(&format!(
        "median ratio {:.2}",
        f64::midpoint(ratios[1], ratios[2])
    ));
    tell.send(true)?;
    let _ = ticking.await;
    work.close().await;
    Ok(())
}

/// Changes a second of 8 writers.
async fn write_for(pool: &PgPool, time: Duration) -> Result<f64> {
    let began = monotonic();
    let mut writers = JoinSet::new();
    for writer in 0..8i64 {
        let pool = pool.clone();
        writers.spawn(async move {
            let mut count = 0u32;
            while began.elapsed() < time {
                change(&pool, 1 + writer * 200 + fastrand::i64(0..200)).await?;
                count += 1;
            }
            Ok::<u32, color_eyre::Report>(count)
        });
    }
    let mut all = 0u32;
    while let Some(done) = writers.join_next().await {
        all += done??;
    }
    Ok(f64::from(all) / began.elapsed().as_secs_f64())
}
