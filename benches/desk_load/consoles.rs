//! Real consoles on real terminals: what one costs in memory and processor time, and how soon the
//! cases are back in the pool when all of them are killed.

use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::system;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::PgPool;
use tokio::sync::watch;

use super::claims::met;
use super::load;
use super::machine;
use super::measure::{Times, median};
use super::pty::Program;
use super::report::{Table, say};
use super::server::{self, Bench};

/// How long a case may be away after a crash.
const AIM: Duration = Duration::from_secs(30);
/// How long everything may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long the consoles are watched at rest.
const REST: Duration = Duration::from_secs(20);

/// A console with nothing of a user's settings.
fn console(bench: &Bench, url: &str) -> Result<Program> {
    let program = bench.options.program();
    Program::start(&[&program, "console"], &[("DATABASE_URL", url)], (160, 48))
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let database = bench.database(bench.options.many(), "consoles").await?;
    let count = bench.options.consoles;
    let pool = database.pool(1).await?;
    let (tell, stop) = watch::channel(false);
    let worker = load::worker(&database).await?;
    let worker = tokio::spawn(async move { worker.run(stop).await });
    let mut consoles = Vec::new();
    for number in 0..count {
        let mut console = console(bench, &database.url(&server::agent(number)))?;
        arrived(&pool, i64::try_from(number)? + 1).await?;
        // the next case; once more if the first key came before the list
        tokio::time::sleep(Duration::from_secs(1)).await;
        console.press("n")?;
        held(&pool, i64::try_from(number)? + 1).await?;
        consoles.push(console);
    }
    say("consoles at rest");
    let memory = at_rest(&consoles).await?;
    say("consoles are killed");
    let back = crash(&pool, &consoles).await?;
    tell.send_replace(true);
    worker.await??;
    drop(consoles);
    pool.close().await;
    bench.drop(database).await?;
    Ok(vec![memory, crash_table(&back, count)])
}

/// A number that the superuser asks for.
async fn number(pool: &PgPool, query: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(query).fetch_one(pool).await?)
}

async fn until(pool: &PgPool, query: &'static str, wanted: i64) -> Result<()> {
    let began = system::monotonic();
    while number(pool, query).await? != wanted {
        if began.elapsed() > PATIENCE {
            return Err(eyre!("gave up waiting for {wanted}: {query}"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn arrived(pool: &PgPool, count: i64) -> Result<()> {
    until(pool, "SELECT count(*) FROM loket.agent_sessions", count).await
}

async fn held(pool: &PgPool, count: i64) -> Result<()> {
    until(pool, "SELECT count(*) FROM loket.case_leases", count).await
}

async fn at_rest(consoles: &[Program]) -> Result<Table> {
    tokio::time::sleep(Duration::from_secs(3)).await;
    let pids: Vec<u32> = consoles.iter().map(Program::pid).collect::<Result<_>>()?;
    let before: Vec<Duration> = pids.iter().map(|pid| machine::family_time(*pid)).collect();
    tokio::time::sleep(REST).await;
    let (mut pss, mut private, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for (pid, before) in pids.iter().zip(before) {
        let (of_all, own) = machine::memory(*pid).ok_or_else(|| eyre!("a console is gone"))?;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        {
            pss.push(of_all as f64 / 1024.0);
            private.push(own as f64 / 1024.0);
        }
        let spent = machine::family_time(*pid).saturating_sub(before);
        shares.push(100.0 * spent.as_secs_f64() / REST.as_secs_f64());
    }
    let mut table = Table::new(
        format!(
            "{} real consoles at rest, each with a case open, 160x48",
            pids.len()
        ),
        &[
            "memory (PSS) MiB",
            "of it private MiB",
            "processor, hundredths of one core",
        ],
    );
    table.row([
        format!("{:.1}", median(&pss)),
        format!("{:.1}", median(&private)),
        format!("{:.2}", median(&shares)),
    ]);
    table.note(format!(
        "Medians over the consoles; processor over {} s in which nobody else worked.",
        REST.as_secs()
    ));
    Ok(table)
}

/// Kills all consoles at once; gives after what time each case was back.
async fn crash(pool: &PgPool, consoles: &[Program]) -> Result<Times> {
    let began = system::monotonic();
    for console in consoles {
        kill(Pid::from_raw(console.pid()?.cast_signed()), Signal::SIGKILL)?;
    }
    let mut back = Times::default();
    let mut left = i64::try_from(consoles.len())?;
    while left > 0 && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = number(pool, "SELECT count(*) FROM loket.case_leases").await?;
        for _ in now..left {
            back.add(began.elapsed());
        }
        left = left.min(now);
    }
    Ok(back)
}

fn crash_table(back: &Times, consoles: usize) -> Table {
    let aim = AIM.as_secs();
    let mut table = Table::new(
        format!("Cases of {consoles} killed consoles back in the pool (aim: within {aim} s)"),
        &["back", "first s", "last s", "aim"],
    );
    let seconds = |share| back.percentile(share) / 1_000.0;
    let is_met = back.len() == consoles && seconds(100) <= AIM.as_secs_f64();
    table.row([
        format!("{} of {consoles}", back.len()),
        format!("{:.1}", seconds(1)),
        format!("{:.1}", seconds(100)),
        met(is_met),
    ]);
    table
}
