//! Sessions with think time: next, read, contact the party; or a note and back to the pool.

use std::time::Duration;

use color_eyre::Result;
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::settings::Settings;
use loket::exchange::worker::{Options as WorkerOptions, Worker};
use loket::store::StoreError;
use loket::store::rows::Lease;
use loket::system;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::agent::Agent;
use super::database::Database;
use super::feed::{self, Seen, Shared};
use super::machine;
use super::report::{Table, say};
use super::server::{Bench, WORKER};

/// Of a hundred cases: how many go back with a note.
const BACK: u8 = 20;

/// One line of the tables.
struct Run {
    cases: u32,
    sessions: usize,
    seconds: f64,
    seen: Seen,
    server: Duration,
    clients: Duration,
    connections: i64,
}

/// All numbers of sessions on all numbers of cases.
pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let mut runs = Vec::new();
    for cases in &bench.options.cases {
        for sessions in &bench.options.sessions {
            let database = bench.database(*cases, "load").await?;
            runs.push(run(bench, &database, *sessions).await?);
            bench.drop(database).await?;
        }
    }
    Ok(vec![latencies(bench, &runs), resources(&runs)])
}

async fn run(bench: &Bench, database: &Database<'_>, sessions: usize) -> Result<Run> {
    say(&format!("{sessions} sessions on {} cases", database.cases));
    let (tell, stop) = watch::channel(false);
    let worker = worker(database).await?;
    let worker = tokio::spawn({
        let stop = stop.clone();
        async move { worker.run(stop).await }
    });
    let shared = Shared::default();
    let crowd = Agent::crowd(database, sessions).await?;
    let mut tasks = JoinSet::new();
    for agent in &crowd {
        tasks.spawn(feed::follow(agent.clone(), shared.clone(), stop.clone()));
        let think = bench.options.think;
        tasks.spawn(work(agent.clone(), shared.clone(), stop.clone(), think));
    }
    // until everybody has come in and thought once
    let warm_up = bench.options.think.min(20.0);
    tokio::time::sleep(Duration::from_secs_f64(warm_up)).await;
    let postmaster = bench.postmaster().await?;
    shared.reset();
    let before = (machine::family_time(postmaster), machine::own_time());
    let began = system::monotonic();
    tokio::time::sleep(Duration::from_secs(bench.options.seconds)).await;
    let seconds = began.elapsed().as_secs_f64();
    let after = (machine::family_time(postmaster), machine::own_time());
    let connections = database
        .ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        .await?;
    let run = Run {
        cases: database.cases,
        sessions,
        seconds,
        // what follows is the going home of all at once
        seen: std::mem::take(&mut *shared.lock()),
        server: after.0.saturating_sub(before.0),
        clients: after.1.saturating_sub(before.1),
        connections,
    };
    tell.send_replace(true);
    while tasks.join_next().await.is_some() {}
    worker.await??;
    for some in crowd.chunks(16) {
        futures_util::future::join_all(some.iter().map(Agent::leave)).await;
    }
    Ok(run)
}

/// The worker beside the agents: clocks, letters into a folder, sweeps, the board.
pub(crate) async fn worker(database: &Database<'_>) -> Result<Worker> {
    let folder = std::env::temp_dir().join(format!("loket-load-letters-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let options = WorkerOptions {
        delivery: Delivery::Directory(folder),
        settings: Settings::default(),
        chain_heads: None,
        practice: true,
        outside: loket::exchange::worker::outside::Outside::default(),
    };
    Ok(Worker::open(database.store(WORKER), options).await?)
}

/// An agent's day.
async fn work(agent: Agent, shared: Shared, mut stop: watch::Receiver<bool>, mean: f64) {
    // everybody is somewhere in their work already
    while !think(&mut stop, mean).await {
        let (time, claim) = agent.next().await;
        match claim {
            Ok(Some(lease)) => {
                shared.granted(lease);
                shared.lock().claims.add(time);
                if let Err(error) = one_case(&agent, &shared, &mut stop, mean, lease).await {
                    shared.failed(&error);
                    shared.letting_go(lease);
                    let _ = agent.release(lease).await;
                }
            }
            Ok(None) => shared.lock().empty += 1,
            Err(error) => shared.failed(&error),
        }
    }
}

async fn one_case(
    agent: &Agent,
    shared: &Shared,
    stop: &mut watch::Receiver<bool>,
    mean: f64,
    lease: Lease,
) -> Result<(), StoreError> {
    let began = system::monotonic();
    let detail = agent.store.case_detail(lease.case_id).await?;
    shared.lock().details.add(began.elapsed());
    agent.at(Some(lease.case_id), true);
    think(stop, mean).await;
    agent.at(Some(lease.case_id), false);
    if fastrand::u8(..100) < BACK {
        let (time, noted) = agent.note(lease, &detail).await;
        noted?;
        shared.lock().applies.add(time);
        shared.letting_go(lease);
        let began = system::monotonic();
        agent.release(lease).await?;
        shared.lock().releases.add(began.elapsed());
        shared.wrote(lease, "released");
    } else {
        shared.letting_go(lease);
        let (time, applied) = agent.contact(lease, &detail).await;
        applied?;
        shared.lock().applies.add(time);
        shared.wrote(lease, "contact_party");
    }
    Ok(())
}

/// `true` when told to stop.
async fn think(stop: &mut watch::Receiver<bool>, mean: f64) -> bool {
    let time = -mean * (1.0 - fastrand::f64()).ln();
    let _ = tokio::time::timeout(
        Duration::from_secs_f64(time.min(mean * 6.0)),
        stop.changed(),
    )
    .await;
    *stop.borrow()
}

fn latencies(bench: &Bench, runs: &[Run]) -> Table {
    let mut table = Table::new(
        "Desk load: milliseconds (p50 / p95 / p99)",
        &[
            "cases",
            "sessions",
            "claims",
            "claim",
            "case read",
            "applies",
            "apply",
            "commit to visible",
            "pulse",
            "list read again",
            "double claims",
            "errors",
        ],
    );
    for run in runs {
        let seen = &run.seen;
        let errors: Vec<String> = seen
            .errors
            .iter()
            .map(|(kind, count)| format!("{count} × {kind}"))
            .collect();
        let cell = |times: &super::measure::Times| times.cells().join(" / ");
        table.row([
            run.cases.to_string(),
            run.sessions.to_string(),
            seen.claims.len().to_string(),
            cell(&seen.claims),
            cell(&seen.details),
            seen.applies.len().to_string(),
            cell(&seen.applies),
            cell(&seen.visible),
            cell(&seen.pulses),
            cell(&seen.pages),
            seen.doubles.to_string(),
            if errors.is_empty() {
                "none".into()
            } else {
                errors.join(", ")
            },
        ]);
    }
    table.note(format!(
        "Think time {} s in the mean before each step, {} s measured after a warm-up; a worker runs beside.",
        bench.options.think, bench.options.seconds
    ));
    table
}

fn resources(runs: &[Run]) -> Table {
    let mut table = Table::new(
        "Desk load: processor time in hundredths of one core, connections",
        &[
            "cases",
            "sessions",
            "steps a second",
            "server",
            "all clients",
            "connections",
        ],
    );
    for run in runs {
        let seen = &run.seen;
        let share = |time: Duration| format!("{:.1} %", 100.0 * time.as_secs_f64() / run.seconds);
        let steps = seen.claims.len() + seen.applies.len() + seen.releases.len();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let pace = steps as f64 / run.seconds;
        table.row([
            run.cases.to_string(),
            run.sessions.to_string(),
            format!("{pace:.1}"),
            share(run.server),
            share(run.clients),
            run.connections.to_string(),
        ]);
    }
    table
}
