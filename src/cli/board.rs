//! `loket board`: the lead's figures for a shell, a script, or a screen on the wall.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::{Ended, Shell, words};
use crate::domain::calendar::Calendars;
use crate::domain::forecast::{Forecast, Shift};
use crate::store::rows::{Board, BoardPerson, BoardQueue, CaseRow};
use crate::text::{Texts, format};
use crate::view::spark;

/// Columns of the trend.
const TREND: usize = 24;
/// Most cases of a list for a person; JSON has all that the board knows.
const CASES: usize = 10;

/// What is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct BoardArgs {
    /// One JSON object with the same figures
    #[arg(long)]
    pub json: bool,
}

/// A queue with its forecast.
#[derive(Serialize)]
struct Queue<'a> {
    #[serde(flatten)]
    counts: &'a BoardQueue,
    forecast: Forecast,
    closes_at: Option<DateTime<Utc>>,
}

/// Shows the board once.
pub async fn run(args: BoardArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    let calendars = store.calendars().await?;
    let mut board = store.board().await?;
    let queues = std::mem::take(&mut board.queues);
    let told = queues.iter().map(|queue| {
        let shift = Shift::at(calendars_of(&calendars, queue), board.legal_now);
        let forecast = Forecast::of(board.workload(queue), shift);
        let closes_at = shift.closes_at;
        Queue {
            counts: queue,
            forecast,
            closes_at,
        }
    });
    let told: Vec<Queue<'_>> = told.collect();
    if args.json {
        // the queues stand once, with their forecast
        let mut json = serde_json::to_value(&board).unwrap_or_default();
        json["queues"] = serde_json::to_value(&told).unwrap_or_default();
        shell.json(&json)?;
    } else {
        tell(shell, &board, &told);
    }
    Ok(ExitCode::SUCCESS)
}

fn calendars_of<'a>(
    calendars: &'a Calendars,
    queue: &BoardQueue,
) -> &'a crate::domain::calendar::Calendar {
    calendars.get(queue.country)
}

fn tell(shell: &Shell, board: &Board, queues: &[Queue<'_>]) {
    let texts = &shell.texts;
    let headings = [
        "told.queue",
        "open",
        "held",
        "waiting",
        "overdue",
        "due_15",
        "due_60",
        "raised_short",
        "oldest",
        "flow",
        "trend",
        "closing",
    ];
    let headings = headings.map(|key| texts.get(&format!("board.{key}")).to_owned());
    let mut rows = vec![headings.to_vec()];
    rows.extend(
        queues
            .iter()
            .map(|queue| row(texts, board.legal_now, queue)),
    );
    for line in words::columns(&words::right_aligned(rows, 1..=9)) {
        shell.say(&line);
    }
    if let Some(at) = board.computed_at {
        let at = words::when(texts, at, words::zone_of(""));
        shell.tell("board.told.counted", &[("at", &at)]);
    }
    let near: Vec<&CaseRow> = board.nearest.iter().collect();
    cases(shell, "board.told.nearest", &near, board.legal_now);
    let raised: Vec<&CaseRow> = board.raised.iter().map(|raised| &raised.row).collect();
    cases(shell, "board.told.raised", &raised, board.legal_now);
    if !board.people.is_empty() {
        shell.say("");
        shell.tell("board.told.people", &[]);
    }
    for someone in &board.people {
        shell.say(&format!("  {}", person(texts, someone)));
    }
}

fn row(texts: &Texts, now: DateTime<Utc>, told: &Queue<'_>) -> Vec<String> {
    let queue = told.counts;
    let counts = [
        queue.open,
        queue.held,
        queue.waiting,
        queue.overdue,
        queue.due_15,
        queue.due_60,
        queue.raised,
    ];
    let mut row = vec![texts.get(&format!("queue.{}", queue.key)).to_owned()];
    row.extend(counts.map(|count| count.to_string()));
    // how long ago it was received
    row.push(
        queue
            .oldest_at
            .map_or(String::new(), |at| words::left(now.max(at), at, texts)),
    );
    row.push(format!("{} / {}", queue.came_in, queue.closed));
    row.push(spark::line(&queue.trend, now, TREND));
    row.push(forecast(texts, told));
    row
}

fn forecast(texts: &Texts, told: &Queue<'_>) -> String {
    let zone = told.counts.country.zone();
    let at = told
        .closes_at
        .map_or(String::new(), |at| format::clock(at, zone));
    let (key, n, more) = match told.forecast {
        Forecast::Closed { late: 0 } => ("closed", 0, 0),
        Forecast::Closed { late } => ("closed_late", late, 0),
        Forecast::TooEarly { due } => ("early", due, 0),
        Forecast::Late { late: 0, .. } => ("none", 0, 0),
        Forecast::Late {
            late,
            people_more: Some(more),
        } => ("unless", late, more),
        Forecast::Late {
            late,
            people_more: None,
        } => ("late", late, 0),
    };
    let (n, more) = (n.to_string(), more.to_string());
    let values = [("n", &*n), ("more", &*more), ("at", &*at)];
    texts.fill(&format!("board.told.{key}"), &values)
}

fn cases(shell: &Shell, heading: &str, rows: &[&CaseRow], now: DateTime<Utc>) {
    if rows.is_empty() {
        return;
    }
    let texts = &shell.texts;
    shell.say("");
    shell.tell(heading, &[]);
    let lines = rows.iter().take(CASES).map(|row| {
        let left = row
            .due_at
            .map_or(String::new(), |due| words::left(due, now, texts));
        let state = texts
            .get(&format!("state.{}.{}", row.process, row.state))
            .to_owned();
        vec![
            left,
            row.case_no.clone(),
            state,
            row.holder.clone().unwrap_or_default(),
        ]
    });
    for line in words::columns(&words::right_aligned(lines.collect(), 0..=0)) {
        shell.say(&format!("  {line}"));
    }
}

fn person(texts: &Texts, person: &BoardPerson) -> String {
    let zone = words::zone_of("");
    let clock = |at: DateTime<Utc>| format::clock(at, zone);
    let since = person
        .online_since
        .map_or_else(|| texts.say("board.told.away"), clock);
    let last = person
        .done_at
        .map_or_else(|| texts.say("board.told.never"), clock);
    let (holds, done) = (person.holds.len().to_string(), person.done.to_string());
    let values = [
        ("name", &*person.name),
        ("holds", &*holds),
        ("since", &*since),
        ("done", &*done),
        ("last", &*last),
    ];
    texts.fill("board.told.person", &values)
}
