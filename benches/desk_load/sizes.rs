//! Claim and inbox page on many cases against few, in turns.

use color_eyre::Result;
use loket::store::rows::InboxView;

use super::agent::Agent;
use super::claims::{burst, lift_limits, met};
use super::database::Database;
use super::measure::{Times, median, range, timed};
use super::report::{Table, say};
use super::server::Bench;

/// Clients that claim at once.
const CLIENTS: usize = 4;
/// Cases that each takes in a round.
const EACH: usize = 40;
/// Pages that are read in a round.
const PAGES: usize = 100;
/// Rows of a page, as the console asks.
const ROWS: u32 = 200;
/// So many times as long it may take.
const AIM: f64 = 1.3;

struct Place<'a> {
    database: Database<'a>,
    crowd: Vec<Agent>,
    view: InboxView,
}

impl<'a> Place<'a> {
    async fn open(bench: &'a Bench, cases: u32, part: &str) -> Result<Self> {
        let database = bench.database(cases, part).await?;
        lift_limits(&database).await?;
        Ok(Self {
            crowd: Agent::crowd(&database, CLIENTS).await?,
            view: InboxView::Queue(database.queue().await?),
            database,
        })
    }

    /// Times of claims, of first pages, of pages in the middle of the list.
    async fn round(&self) -> Result<[Times; 3]> {
        let (_, claims) = burst(&self.database, &self.crowd, EACH).await?;
        self.database.tidy().await?;
        let store = &self.crowd[0].store;
        let (mut first, mut later) = (Times::default(), Times::default());
        for _ in 0..PAGES {
            let (time, page) = timed(store.inbox(&self.view, None, ROWS)).await;
            first.add(time);
            let last = page?.rows.last().map(loket::store::rows::CaseRow::page_key);
            let (time, page) = timed(store.inbox(&self.view, last, ROWS)).await;
            page?;
            later.add(time);
        }
        Ok([claims, first, later])
    }
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let few = Place::open(bench, bench.options.few(), "few").await?;
    let many = Place::open(bench, bench.options.many(), "many").await?;
    let mut p50: [[Vec<f64>; 3]; 2] = Default::default();
    // the first round warms plans and caches
    for round in 0..=bench.options.rounds {
        say(&format!("few and many cases, round {round}"));
        for (side, place) in [&few, &many].into_iter().enumerate() {
            let times = place.round().await?;
            if round > 0 {
                for (what, times) in times.iter().enumerate() {
                    p50[side][what].push(times.percentile(50));
                }
            }
        }
    }
    let head = ["what", "few ms", "many ms", "ratio", "rounds", "aim"];
    let mut table = Table::new(
        format!(
            "{} cases against {} (aim: at most {AIM} times as long)",
            many.database.cases, few.database.cases
        ),
        &head,
    );
    for (what, name) in ["claim", "first inbox page", "second inbox page"]
        .into_iter()
        .enumerate()
    {
        let pairs = p50[1][what].iter().zip(&p50[0][what]);
        let ratios: Vec<f64> = pairs.map(|(many, few)| many / few).collect();
        table.row([
            name.to_owned(),
            format!("{:.2}", median(&p50[0][what])),
            format!("{:.2}", median(&p50[1][what])),
            format!("{:.2}", median(&ratios)),
            range(&ratios),
            met(median(&ratios) <= AIM),
        ]);
    }
    table.note(format!(
        "Medians of {} rounds in turns of the p50 of a round: {CLIENTS} clients with {EACH} claims each, \
         {PAGES} pages of {ROWS} rows.",
        bench.options.rounds
    ));
    for place in [few, many] {
        for agent in &place.crowd {
            agent.leave().await;
        }
        bench.drop(place.database).await?;
    }
    Ok(vec![table])
}
