//! Scripted runs of installers' notifications: each one of the file ends, by installers and agents of the
//! grid company with sessions of their own, real workers and a receiver of letters, on a real
//! PostgreSQL.
//!
//! The scheme is that of the requests for meters: the n-th notification begins with the n-th end, and
//! goes to the first from there on that it can reach (one that was sent is never deleted); on its way
//! it comes by one state in between, in turn as well. The few of the repository and, with `LOKET_RUNS=all`,
//! those of the large world go to every end that they can reach.

use std::collections::{BTreeMap, BTreeSet};

use loket::exchange::import::intake::Door;
use loket::process::notification::NOTIFICATION;
use loket::system;

use crate::support::script::account::is_sound;
use crate::support::script::play::Play;
use crate::support::script::stage::{Stage, shared};

/// So many runs came to that end from that state.
type Ends = BTreeMap<&'static str, BTreeMap<String, usize>>;

/// All of them, `turns` times, each beginning with another end.
async fn play_all(stage: &Stage, turns: usize) -> Ends {
    let play = Play::new(stage, &NOTIFICATION);
    let lines = stage.requests("notification");
    let mut ends = play.ends();
    // its clock moves the time by a year
    ends.sort_by_key(|end| *end == "closed_expired");
    let mut tally = Ends::new();
    for turn in 0..turns {
        let mut door = Door::open(&stage.world.admin).await.unwrap();
        let mut runs = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let mut goals = ends.clone();
            goals.rotate_left((number + turn) % ends.len());
            let seed = number + turn * 3;
            let begun = Box::pin(play.begin_one_of(&mut door, line, (&goals, seed)));
            let run = begun.await;
            runs.push(run.unwrap_or_else(|| panic!("no end: {line}")));
        }
        Box::pin(play.to_the_end(&mut runs)).await;
        let mut detours = 0;
        for run in &runs {
            detours += run.detours;
            let from = tally.entry(run.goal).or_default();
            *from.entry(run.began.clone()).or_default() += 1;
        }
        assert!(detours * 10 <= runs.len(), "{detours} of {}", runs.len());
    }
    tally
}

/// ELS-31: a permit is said once for each approval, an end once; of what was never sent nobody hears.
async fn letters(stage: &Stage) {
    let mut came: BTreeMap<(String, String), i64> = BTreeMap::new();
    for envelope in &stage.systems.books().delivered {
        let word = |key: &str| envelope[key].as_str().unwrap().to_owned();
        *came.entry((word("case"), word("kind"))).or_default() += 1;
    }
    let sql = "SELECT jsonb_build_array(c.case_no, c.state,
            (SELECT coalesce(jsonb_object_agg(x.kind, x.n), '{}') FROM (SELECT e.kind, count(*) AS n
                FROM loket.case_events e WHERE e.case_id = c.case_id GROUP BY 1) x))::text
        FROM loket.cases c WHERE c.process = 'notification'";
    for row in stage.list(sql).await {
        let row: serde_json::Value = serde_json::from_str(&row).unwrap();
        let case_no = row[0].as_str().unwrap();
        let did = |action: &str| row[2][action].as_i64().unwrap_or(0);
        let letters = |kind: &str| {
            let came = came.get(&(case_no.to_owned(), kind.to_owned()));
            came.copied().unwrap_or(0)
        };
        assert_eq!(letters("els_permit"), did("approve"), "{row}");
        assert_eq!(letters("els_returned"), did("return_incomplete"), "{row}");
        assert_eq!(letters("els_rejected"), did("reject"), "{row}");
        assert_eq!(letters("els_expired"), did("permit_expired"), "{row}");
        let reminders = did("answer_overdue") + did("remind_installer");
        assert_eq!(letters("els_reminder"), reminders, "{row}");
        let of_case: BTreeSet<_> = came.keys().filter(|(no, _)| no == case_no).collect();
        assert!(row[1] != "closed_deleted" || of_case.is_empty(), "{row}");
    }
}

/// ELS-28, ELS-29, ELS-31: few notifications, and each ends in each possible state.
#[tokio::test(flavor = "multi_thread")]
async fn els_31_each_notification_ends_in_each_possible_state() {
    let stage = Stage::small("script-notifications").await;
    let ends = play_all(&stage, 4).await;
    assert_eq!(ends.len(), 4, "{ends:#?}");
    for (end, from) in &ends {
        let wanted = if *end == "closed_deleted" { 1 } else { 2 };
        assert_eq!(from.len(), wanted, "{end}: {ends:#?}");
    }
    letters(&stage).await;
    is_sound(&stage).await;
}

/// The same with all notifications of the large world.
#[tokio::test(flavor = "multi_thread")]
async fn els_31_every_notification_of_the_large_world_ends() {
    let Some(folder) = shared() else {
        eprintln!("skipped: the folder with the large world is not here");
        return;
    };
    let stage = Stage::large("script-anmalan", &folder).await;
    let is_all = system::env("LOKET_RUNS").is_some_and(|runs| runs == "all");
    let began = system::monotonic();
    let ends = play_all(&stage, if is_all { 4 } else { 1 }).await;
    eprintln!("notifications {:?} {ends:#?}", began.elapsed());
    assert_eq!(ends.len(), 4);
    letters(&stage).await;
    is_sound(&stage).await;
}
