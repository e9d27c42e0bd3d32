//! `loket board` and `loket report`, by the real program on a real database.

use loket::store::rows::CaseId;
use serde_json::Value;

use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::World;

async fn world() -> (World, Vec<CaseId>) {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=3 {
        cases.push(world.signal(n).await);
    }
    (world, cases)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_for_a_script_has_the_figures_of_the_database() {
    let (world, cases) = world().await;
    let anna = world.desk("anna").await;
    anna.take(cases[0]).await;
    let lead = Shell::of(&world.db.url("lead_1"));
    let json = lead.one("board");
    let queue = &json["queues"][0];
    let figures = ["open", "held", "waiting", "overdue", "came_in", "closed"];
    let figures = figures.map(|key| queue[key].as_u64().unwrap());
    assert_eq!(figures, [2, 1, 0, 0, 3, 0]);
    assert_eq!(queue["key"], "mandate");
    assert!(queue["forecast"]["is"].is_string(), "{queue}");
    assert_eq!(json["nearest"].as_array().unwrap().len(), 3);
    assert_eq!(json["people"][0]["name"], "Anna");
    assert_eq!(json["people"][0]["holds"].as_array().unwrap().len(), 1);
    assert_eq!(
        queue["trend"].as_array().unwrap().last().unwrap()["desk"],
        3
    );
    // the same board for a person
    let table = lead.ok("board");
    assert!(
        table.contains("Mandate") && table.contains("3 / 0") && table.contains("Anna: holds 1"),
        "{table}"
    );
    let auditor = Shell::of(&world.db.url("auditor_1")).one("board");
    assert_eq!(auditor["queues"][0]["open"], queue["open"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_adds_up_as_table_json_and_csv() {
    let (world, _) = world().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM loket.deadlines")
        .fetch_one(&pool)
        .await
        .unwrap();
    let lead = Shell::of(&world.db.url("lead_1"));
    // deadlines of today may end in the next month or year
    let now = world.now().await;
    let to = (now + chrono::TimeDelta::days(40))
        .format("%Y-%m")
        .to_string();
    let report = format!("report on-time --to {to}");
    let rows = lead.json(&report);
    let total: u64 = rows.iter().map(|row| row["total"].as_u64().unwrap()).sum();
    assert_eq!(total, u64::try_from(count).unwrap());
    let csv = lead.ok(&format!("{report} --csv"));
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), rows.len() + 1);
    assert!(
        lines[0].starts_with("month,process,clock,whose,met,met_late,"),
        "{csv}"
    );
    let place = lines[0]
        .split(',')
        .position(|name| name == "total")
        .unwrap();
    let of = |line: &&str| line.split(',').nth(place).unwrap().parse::<u64>().unwrap();
    assert_eq!(lines[1..].iter().map(of).sum::<u64>(), total);
    assert!(lead.ok(&report).contains("our duty"));

    // behind each figure stand its cases, each once
    for row in &rows {
        let [process, clock, month] =
            ["process", "clock", "month"].map(|key| row[key].as_str().unwrap().to_owned());
        let behind = format!("report on-time --cases {process} {clock} {}", &month[..7]);
        let cases = lead.json(&behind);
        assert_eq!(
            cases.len() as u64,
            row["total"].as_u64().unwrap(),
            "{behind}"
        );
        let mut numbers: Vec<&Value> = cases.iter().map(|case| &case["case_no"]).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), cases.len());
        let lines = lead.ok(&format!("{behind} --csv"));
        assert_eq!(lines.lines().count(), cases.len() + 1);
        assert!(
            lines.starts_with("case_no,run,started_at,due_at,"),
            "{lines}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_report_cannot_show_is_said_in_one_line() {
    let world = World::new().await;
    let lead = Shell::of(&world.db.url("lead_1"));
    assert_eq!(
        lead.ok("report on-time"),
        "No clock was due in these months.\n"
    );
    assert_eq!(
        lead.ok("report on-time --cases doubt contact_1wd 2020-01"),
        "No clock of this kind was due in that month.\n"
    );
    for (line, says) in [
        (
            "report on-time --cases doubt nothing 2026-01",
            "no clock nothing",
        ),
        (
            "report on-time --from 2026-05 --to 2026-01",
            "after the last",
        ),
        ("report on-time --cases doubt contact_1wd 2026-1", "2026-1"),
        ("report on-time --from january", "not a month"),
        ("report on-time --csv --json", "cannot be used"),
    ] {
        let said = lead.run(line);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{line}: {said:?}");
        assert!(said.err.contains(says), "{line}: {said:?}");
    }
    let worker = Shell::of(&world.db.url("worker_1")).run("report on-time");
    assert_ne!(worker.code, 0, "the worker has no report: {worker:?}");
}
