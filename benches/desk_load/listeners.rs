//! Writers without think time, with hundreds of idle listeners and without, in turns.

use std::time::Duration;

use color_eyre::Result;
use loket::store::rows::{CaseDetail, InboxView, Lease};
use loket::system;
use sqlx::postgres::{PgListener, PgPool};
use tokio::task::JoinSet;

use super::agent::Agent;
use super::claims::met;
use super::database::Database;
use super::measure::{Times, median, range};
use super::report::{Table, say};
use super::server::Bench;

/// Clients that write without a pause.
const WRITERS: usize = 16;
/// Length of a half round.
const SPAN: Duration = Duration::from_secs(6);
/// What the writers are to keep of their pace.
const AIM: f64 = 0.8;
/// What consoles listen to.
const CHANNEL: &str = "loket_feed";

struct Writer {
    agent: Agent,
    detail: CaseDetail,
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let database = bench.database(bench.options.few(), "listeners").await?;
    let writers = writers(&database).await?;
    let listeners = bench.options.listeners;
    let (mut alone, mut heard) = (Vec::new(), Vec::new());
    let (mut alone_times, mut heard_times) = (Times::default(), Times::default());
    for round in 0..=bench.options.rounds {
        say(&format!("writers and listeners, round {round}"));
        let (pace, times) = write(&writers).await?;
        if round > 0 {
            alone.push(pace);
            alone_times.extend(&times);
        }
        let (pool, tasks) = listen(&database, listeners).await?;
        let (pace, times) = write(&writers).await?;
        if round > 0 {
            heard.push(pace);
            heard_times.extend(&times);
        }
        drop(tasks);
        pool.close().await;
        database.tidy().await?;
    }
    for writer in &writers {
        writer.agent.leave().await;
    }
    let ratios: Vec<f64> = heard.iter().zip(&alone).map(|(h, a)| h / a).collect();
    let mut table = Table::new(
        format!("{WRITERS} writers with {listeners} listeners against none (aim: at least {AIM})"),
        &[
            "writes a second, none",
            "with listeners",
            "ratio",
            "rounds",
            "none ms (p50 / p95 / p99)",
            "with listeners ms",
            "aim",
        ],
    );
    table.row([
        format!("{:.0}", median(&alone)),
        format!("{:.0}", median(&heard)),
        format!("{:.2}", median(&ratios)),
        range(&ratios),
        alone_times.cells().join(" / "),
        heard_times.cells().join(" / "),
        met(median(&ratios) >= AIM),
    ]);
    table.note(format!(
        "Medians of {} rounds in turns of {} s; a write is a note on a case.",
        bench.options.rounds,
        SPAN.as_secs()
    ));
    bench.drop(database).await?;
    Ok(vec![table])
}

/// Agents, each with a case of their own to write on.
async fn writers(database: &Database<'_>) -> Result<Vec<Writer>> {
    let view = InboxView::Queue(database.queue().await?);
    let crowd = Agent::crowd(database, WRITERS).await?;
    let page = crowd[0].store.inbox(&view, None, 200).await?;
    let mut writers = Vec::new();
    for (agent, row) in crowd.into_iter().zip(&page.rows) {
        let detail = agent.store.case_detail(row.case_id).await?;
        writers.push(Writer { agent, detail });
    }
    Ok(writers)
}

/// Notes a second, and how long each took.
async fn write(writers: &[Writer]) -> Result<(f64, Times)> {
    let began = system::monotonic();
    let writer = |writer: &Writer| {
        let (agent, detail) = (writer.agent.clone(), writer.detail.clone());
        async move {
            // a note needs no lease
            let lease = Lease::new(detail.row.case_id, 0);
            let mut times = Times::default();
            while began.elapsed() < SPAN {
                let (time, noted) = agent.note(lease, &detail).await;
                noted?;
                times.add(time);
            }
            Ok::<_, color_eyre::Report>(times)
        }
    };
    let done = futures_util::future::join_all(writers.iter().map(writer)).await;
    let seconds = began.elapsed().as_secs_f64();
    let mut times = Times::default();
    for one in done {
        times.extend(&one?);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let pace = times.len() as f64 / seconds;
    Ok((pace, times))
}

/// Connections that listen and take what comes; the tasks end when they are dropped.
async fn listen(database: &Database<'_>, count: usize) -> Result<(PgPool, JoinSet<()>)> {
    let pool = database.pool(u32::try_from(count)?).await?;
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        tasks.spawn(async move { while listener.recv().await.is_ok() {} });
    }
    Ok((pool, tasks))
}
