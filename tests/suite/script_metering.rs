//! Scripted runs of requests for meters: each case of the file is led to an end of its process, by
//! agents and customers, real workers and local servers of the documented shape, on a real PostgreSQL.
//!
//! The scheme: every case is taken in once for each end in its turn (the n-th case begins with the n-th
//! end), under another reference, and on its way comes by one state in between, in turn as well, so that each
//! end is reached from every step and from everywhere where the table allows it. With
//! `LOKET_RUNS=all` every case goes to every end that can be reached from where it came.

use std::collections::{BTreeMap, BTreeSet};

use loket::exchange::import::intake::Door;
use loket::process::Process;
use loket::process::prio::PRIO;
use loket::process::tlm::TLM;
use loket::system;
use serde_json::Value as Json;

use crate::support::script::account::is_sound;
use crate::support::script::play::{Play, Run};
use crate::support::script::stage::{Stage, shared};

/// So many cases are on their way at once.
const BATCH: usize = 60;

/// What came of the runs of one process.
#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    detours: usize,
    /// Ends with the states from which they were reached.
    ends: BTreeMap<&'static str, BTreeSet<String>>,
    /// Cases without an end that they could reach in their turn.
    unreachable: usize,
}

impl Tally {
    fn add(&mut self, run: &Run) {
        self.runs += 1;
        self.detours += run.detours;
        let from = self.ends.entry(run.goal).or_default();
        from.insert(run.began.clone());
    }
}

/// Which cases go to that end: `turns` of its ends for each case, beginning with another one each.
fn in_turn(lines: &[Json], (end, ends): (usize, usize), turns: usize) -> Vec<(usize, &Json)> {
    let cases = lines.iter().enumerate();
    let is_turn = |number: &usize| (end + ends - number % ends) % ends < turns;
    cases.filter(|(number, _)| is_turn(number)).collect()
}

async fn play(stage: &Stage, process: &'static Process, turns: usize) -> Tally {
    let play = Play::new(stage, process);
    let lines = stage.requests(process.key);
    // steps in a row, so that each of them has its turn for every end
    let mut lines: Vec<Json> = lines.into_iter().collect();
    lines.sort_by_key(|line| line["step"].as_str().map(str::to_owned));
    let mut ends = play.ends();
    // its clocks move the time by a month
    ends.sort_by_key(|end| *end == "expired");
    let mut tally = Tally::default();
    for (number, end) in ends.iter().enumerate() {
        let mut waiting = in_turn(&lines, (number, ends.len()), turns);
        while !waiting.is_empty() {
            stage.plan_days(2).await;
            let mut door = Door::open(&stage.world.admin).await.unwrap();
            let mut runs = Vec::new();
            // the registers say one thing of a meter at a time
            let (mut meters, mut later) = (BTreeSet::new(), Vec::new());
            for (case, line) in waiting {
                let meter = stage.meter(line).map(|meter| meter.ean);
                if runs.len() == BATCH || !meters.insert(meter) {
                    later.push((case, line));
                    continue;
                }
                match play.begin(&mut door, line, (*end, case + number)).await {
                    Some(run) => runs.push(run),
                    None => tally.unreachable += 1,
                }
            }
            waiting = later;
            play.to_the_end(&mut runs).await;
            runs.iter().for_each(|run| tally.add(run));
        }
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn prio_35_small_requests_end_in_each_possible_state() {
    let stage = Stage::small("script-small").await;
    for process in [&PRIO, &TLM] {
        let began = system::monotonic();
        let tally = play(&stage, process, usize::MAX).await;
        eprintln!("{} {:?} {tally:#?}", process.key, began.elapsed());
    }
    is_sound(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prio_35_every_request_of_the_file_ends() {
    let Some(folder) = shared() else {
        eprintln!("skipped: the folder with the large world is not here");
        return;
    };
    let stage = Stage::large("script-large", &folder).await;
    let is_all = system::env("LOKET_RUNS").is_some_and(|runs| runs == "all");
    for process in [&PRIO, &TLM] {
        let began = system::monotonic();
        let turns = if is_all { usize::MAX } else { 1 };
        let tally = play(&stage, process, turns).await;
        eprintln!("{} {:?} {tally:#?}", process.key, began.elapsed());
    }
    is_sound(&stage).await;
}
