//! Scripted runs of requests for meters: each case of the file is led to an end of its process, by
//! agents and customers, real workers and local servers of the documented shape, on a real PostgreSQL.
//!
//! The scheme: every case is taken in once for each end in its turn (the n-th case begins with the n-th
//! end), under another reference, and on its way comes by one state in between, in turn as well, so that each
//! end is reached from every step and from everywhere where the table allows it. With
//! `LOKET_RUNS=all` every case goes to every end that can be reached from where it came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use fastrand::Rng;
use loket::exchange::import::intake::Door;
use loket::process::field::Value;
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
    /// Ends, and how many came there from which state.
    ends: BTreeMap<&'static str, BTreeMap<String, usize>>,
    /// Cases that no way led to the end of their turn. They lie where they came until they expire.
    unreachable: usize,
}

impl Tally {
    fn add(&mut self, run: &Run) {
        self.runs += 1;
        self.detours += run.detours;
        let from = self.ends.entry(run.goal).or_default();
        *from.entry(run.began.clone()).or_default() += 1;
    }

    /// Every end was reached, from several steps.
    fn is_complete(&self, play: &Play<'_>, least: usize) {
        let ends = play.ends();
        assert_eq!(self.ends.len(), ends.len(), "{self:#?}");
        for (end, from) in &self.ends {
            assert!(from.len() > 1, "{end}: {self:#?}");
            assert!(from.values().sum::<usize>() >= least, "{end}: {self:#?}");
        }
        // a way that is found holds, but for who pays in the last moment
        assert!(self.detours * 20 <= self.runs, "{self:#?}");
    }
}

/// Which cases go to that end: `turns` of its ends for each case, beginning with another one each.
fn in_turn(lines: &[Json], (end, ends): (usize, usize), turns: usize) -> Vec<(usize, &Json)> {
    let cases = lines.iter().enumerate();
    let is_turn = |number: &usize| (end + ends - number % ends) % ends < turns;
    cases.filter(|(number, _)| is_turn(number)).collect()
}

async fn play_all(play: &Play<'_>, turns: usize) -> Tally {
    let stage = play.stage;
    // steps in a row, so that each of them has its turn for every end
    let mut lines = stage.requests(play.process.key);
    lines.sort_by_key(|line| line["step"].as_str().map(str::to_owned));
    let mut ends = play.ends();
    // its clocks move the time by a month
    ends.sort_by_key(|end| *end == "expired");
    let (mut tally, mut carried) = (Tally::default(), Vec::new());
    for (number, end) in ends.iter().enumerate() {
        let mut waiting = in_turn(&lines, (number, ends.len()), turns);
        // who cannot get there has the next turn
        waiting.append(&mut carried);
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
                let turn = (*end, case + number);
                let begun = Box::pin(play.begin(&mut door, line, turn));
                if let Some(run) = begun.await {
                    runs.push(run);
                } else {
                    tally.unreachable += 1;
                    carried.push((case, line));
                }
            }
            waiting = later;
            Box::pin(play.to_the_end(&mut runs)).await;
            for run in &runs {
                tally.add(run);
            }
        }
        if turns > 1 {
            carried.clear();
        }
    }
    assert_eq!(carried, [], "a case without an end");
    tally
}

/// PRIO-13, PRIO-30, PRIO-31, PRIO-35, TLM-03, TLM-11: few requests, and each ends in each possible
/// state.
#[tokio::test(flavor = "multi_thread")]
async fn prio_35_each_request_ends_in_each_possible_state() {
    let stage = Stage::small("script-small").await;
    for (process, runs) in [(&PRIO, 32), (&TLM, 35)] {
        let play = Play::new(&stage, process);
        let tally = play_all(&play, usize::MAX).await;
        assert_eq!(tally.runs, runs, "{tally:#?}");
        tally.is_complete(&play, 2);
    }
    is_sound(&stage).await;
}

/// The same with all requests of the large world.
#[tokio::test(flavor = "multi_thread")]
async fn prio_35_every_request_of_the_large_world_ends() {
    let Some(folder) = shared() else {
        eprintln!("skipped: the folder with the large world is not here");
        return;
    };
    let stage = Stage::large("script-large", &folder).await;
    let is_all = system::env("LOKET_RUNS").is_some_and(|runs| runs == "all");
    for process in [&PRIO, &TLM] {
        let play = Play::new(&stage, process);
        let began = system::monotonic();
        let tally = play_all(&play, if is_all { usize::MAX } else { 1 }).await;
        eprintln!("{} {:?} {tally:#?}", process.key, began.elapsed());
        tally.is_complete(&play, 8);
    }
    is_sound(&stage).await;
}

/// PRIO-07, PRIO-30, PRIO-31: workers that are killed anywhere, also between what a system outside did and
/// its answer, and a payment service whose answers get lost: nobody is charged twice, no start time is
/// overbooked, no order is another one.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_workers_that_crash_anywhere_charge_nobody_twice() {
    for seed in 0..2 {
        let mut stage = Stage::small(&format!("script-crash-{seed}")).await;
        stage.crashes = Some(Mutex::new(Rng::with_seed(seed)));
        stage.systems.books().loses = 3;
        stage.plan_days(1).await;
        for process in [&PRIO, &TLM] {
            let play = Play::new(&stage, process);
            let goals = ["completed", "cancelled_refunded", "cancelled"];
            let goals = goals.iter().filter(|goal| play.ends().contains(goal));
            for (number, goal) in goals.enumerate() {
                let mut door = Door::open(&stage.world.admin).await.unwrap();
                let mut runs = Vec::new();
                for (case, line) in stage.requests(process.key).iter().enumerate() {
                    let turn = case + number * 5 + usize::try_from(seed).unwrap() * 7;
                    let begun = Box::pin(play.begin(&mut door, line, (*goal, turn))).await;
                    runs.extend(begun);
                }
                Box::pin(play.to_the_end(&mut runs)).await;
            }
        }
        let payments = stage.systems.books().payments.len();
        assert!(
            payments >= 4,
            "{payments} payments say nothing of double charges"
        );
        is_sound(&stage).await;
    }
}

/// PRIO-05, PRIO-15, PRIO-27: while the code book answers 503 every request stands at its check, is
/// asked again and says so; when it is back each goes on to its end, and nothing happened twice.
#[tokio::test(flavor = "multi_thread")]
async fn prio_15_while_the_code_book_is_away_requests_wait_and_then_go_on() {
    let stage = Stage::small("script-away").await;
    for (process, state) in [(&PRIO, "checking"), (&TLM, "checking_suitability")] {
        stage.plan_days(2).await;
        stage.systems.books().is_away = true;
        let play = Play::new(&stage, process);
        let mut door = Door::open(&stage.world.admin).await.unwrap();
        let mut runs = Vec::new();
        for (case, line) in stage.requests(process.key).iter().enumerate() {
            // every other turn comes by where it is asked: the rest is of no use here
            let begun = Box::pin(play.begin(&mut door, line, ("completed", case * 4))).await;
            runs.push(begun.unwrap());
        }
        for _ in 0..6 {
            Box::pin(play.goes_on(&mut runs)).await;
        }
        for run in &runs {
            let detail = stage.world.admin.case_detail(run.case_id).await.unwrap();
            assert_eq!(detail.row.state, state, "{}", run.told());
            let failures = &detail.facts.facts["check_failures"];
            assert!(matches!(failures, Value::Number(1..=2)), "{failures:?}");
        }
        assert!(stage.systems.books().turned_away >= runs.len() * 3);
        stage.systems.books().is_away = false;
        Box::pin(play.to_the_end(&mut runs)).await;
    }
    is_sound(&stage).await;
}
