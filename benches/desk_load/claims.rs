//! The audited claim (session, limits, lease with fence, event in a hash chain, command id) against
//! the bare SQL claim, in turns on one database.

use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::store::rows::Lease;

use super::agent::Agent;
use super::bare;
use super::database::Database;
use super::measure::{Times, median, range, timed};
use super::report::{Table, say};
use super::server::Bench;

/// Cases that each client takes in one burst; a queue allows 50 at most.
const EACH: usize = 40;
/// Bursts of a half round.
const BURSTS: usize = 3;
/// What the audited claim is to reach of the bare one.
const AIM: f64 = 0.5;

/// Claims a second and the median time of one, of one side in one round.
#[derive(Debug, Clone, Default)]
struct Side {
    pace: Vec<f64>,
    times: Times,
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let database = bench.database(bench.options.many(), "claims").await?;
    lift_limits(&database).await?;
    let mut table = Table::new(
        format!(
            "Audited claim against bare SQL claim, {} cases (aim: at least {AIM})",
            database.cases
        ),
        &[
            "clients",
            "bare a second",
            "audited a second",
            "ratio",
            "rounds",
            "bare ms (p50 / p95 / p99)",
            "audited ms (p50 / p95 / p99)",
            "aim",
        ],
    );
    for clients in &bench.options.clients {
        table.row(compare(bench, &database, *clients).await?);
    }
    table.note(format!(
        "Medians of {} rounds in turns, each of {BURSTS} bursts of {EACH} claims per client; what was \
         taken is given back and vacuumed between, untimed. \"Rounds\" is the range of the ratio.",
        bench.options.rounds
    ));
    bench.drop(database).await?;
    Ok(vec![table])
}

/// The comparison is about the cost of a claim, not about how many a person may hold.
pub(crate) async fn lift_limits(database: &Database<'_>) -> Result<()> {
    database
        .execute(&["UPDATE loket.queues SET max_leases = 50, gate = 0"])
        .await
}

async fn compare(bench: &Bench, database: &Database<'_>, clients: usize) -> Result<Vec<String>> {
    let crowd = Agent::crowd(database, clients).await?;
    let pool = database.pool(u32::try_from(clients)?).await?;
    let queue = database.queue().await?;
    let (mut plain, mut audited) = (Side::default(), Side::default());
    // the first round of each warms plans and caches
    for round in 0..=bench.options.rounds {
        say(&format!("{clients} clients, round {round}"));
        let mut sides = [Side::default(), Side::default()];
        let mut spent = [Duration::ZERO; 2];
        for _ in 0..BURSTS {
            let (time, times) = bare::burst(&pool, queue, clients, EACH).await?;
            bare::give_back(&pool).await?;
            spent[0] += time;
            sides[0].times.extend(&times);
        }
        database.tidy().await?;
        for _ in 0..BURSTS {
            let (time, times) = burst(database, &crowd, EACH).await?;
            spent[1] += time;
            sides[1].times.extend(&times);
        }
        database.tidy().await?;
        if round == 0 {
            continue;
        }
        for (side, (one, time)) in [&mut plain, &mut audited]
            .into_iter()
            .zip(sides.iter().zip(spent))
        {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
            let count = one.times.len() as f64;
            side.pace.push(count / time.as_secs_f64());
            side.times.extend(&one.times);
        }
    }
    pool.close().await;
    for agent in &crowd {
        agent.leave().await;
    }
    let ratios: Vec<f64> = audited
        .pace
        .iter()
        .zip(&plain.pace)
        .map(|(ours, bare)| ours / bare)
        .collect();
    Ok(vec![
        clients.to_string(),
        format!("{:.0}", median(&plain.pace)),
        format!("{:.0}", median(&audited.pace)),
        format!("{:.2}", median(&ratios)),
        range(&ratios),
        plain.times.cells().join(" / "),
        audited.times.cells().join(" / "),
        met(median(&ratios) >= AIM),
    ])
}

/// All clients take so many cases each, then give them back untimed.
pub(crate) async fn burst(
    database: &Database<'_>,
    crowd: &[Agent],
    each: usize,
) -> Result<(Duration, Times)> {
    let client = |agent: Agent| async move {
        let mut times = Times::default();
        let mut leases: Vec<Lease> = Vec::with_capacity(each);
        for _ in 0..each {
            let (time, claim) = agent.next().await;
            leases.push(claim?.ok_or_else(|| eyre!("no case to be had"))?);
            times.add(time);
        }
        Ok::<_, color_eyre::Report>((times, leases))
    };
    let all = futures_util::future::join_all(crowd.iter().cloned().map(client));
    let (time, done) = timed(all).await;
    // what was worked on may go back without a reason
    database
        .execute(&["UPDATE loket.case_leases SET worked = true"])
        .await?;
    let mut times = Times::default();
    let mut giving = Vec::new();
    for (agent, one) in crowd.iter().zip(done) {
        let (taken, leases) = one?;
        times.extend(&taken);
        giving.push(async move {
            for lease in leases {
                agent.release(lease).await?;
            }
            Ok::<_, color_eyre::Report>(())
        });
    }
    for given in futures_util::future::join_all(giving).await {
        given?;
    }
    Ok((time, times))
}

/// The word for an aim.
pub(crate) fn met(is_met: bool) -> String {
    if is_met { "met" } else { "missed" }.into()
}
