//! `loket db recount`: open deadlines anew after an edit of a calendar. First `--dry-run`, which
//! lists what would move (case-anchors c.3, 23 and 24).

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::cli::clerk::Clerk;
use crate::cli::{Ended, Exit, Shell, words};
use crate::store::recount::{Mode, Moved, Order, Recount, Recounted};
use crate::system;
use crate::text::format;

#[derive(Serialize)]
struct Told<'a> {
    dry_run: bool,
    moved: usize,
    late_by_retriage: usize,
    rescued: usize,
    refused: usize,
    #[serde(flatten)]
    recount: &'a Recount,
}

pub(super) async fn run(shell: &Shell, json: bool, is_dry: bool) -> Ended {
    let clerk = Clerk::enter(shell).await?;
    let order = Order {
        calendars: &clerk.calendars,
        session: Some(clerk.session.session_id),
        mode: if is_dry { Mode::DryRun } else { Mode::Apply },
    };
    let mut line = Line::new(shell);
    let result = clerk.store.recount(&order, |done| line.show(done)).await;
    line.clear();
    let recount = result?;
    let [moved, late_by_retriage, rescued, refused] = recount.figures();
    if json {
        shell.json(&Told {
            dry_run: is_dry,
            moved,
            late_by_retriage,
            rescued,
            refused,
            recount: &recount,
        })?;
    } else {
        tell(shell, &recount, is_dry);
    }
    Ok(match refused {
        0 => ExitCode::SUCCESS,
        _ => Exit::Partly.into(),
    })
}

fn tell(shell: &Shell, recount: &Recount, is_dry: bool) {
    for case in &recount.cases {
        for line in lines(shell, case) {
            shell.say(&line);
        }
    }
    let said = |n| format::count(&shell.texts, n);
    let [moved, late, rescued, refused] = recount.figures().map(said);
    let looked_at = format::count(&shell.texts, recount.looked_at);
    let values = [
        ("cases", &*looked_at),
        ("moved", &*moved),
        ("late", &*late),
        ("rescued", &*rescued),
        ("refused", &*refused),
    ];
    let key = if is_dry {
        "recount.would"
    } else {
        "recount.done"
    };
    shell.tell(key, &values);
}

fn lines(shell: &Shell, case: &Recounted) -> Vec<String> {
    let texts = &shell.texts;
    if let Some(refusal) = &case.refusal {
        let why = words::refusal(refusal, texts);
        return vec![format!("{}: {why}", case.case_no)];
    }
    let mark = |moved: &Moved| match moved {
        _ if moved.late_by_retriage => texts.get("recount.late"),
        _ if moved.rescued => texts.get("recount.rescued"),
        _ => "",
    };
    let line = |moved: &Moved| {
        let between = (moved.was_due_at, moved.due_at);
        let shift = words::shift(&case.process, &moved.clock, between, texts);
        let line = format!("{}: {shift} {}", case.case_no, mark(moved));
        line.trim_end().to_owned()
    };
    case.moves.iter().map(line).collect()
}

/// How far it is, on the error stream, only where somebody sees it.
struct Line<'a> {
    shell: &'a Shell,
    shown: Option<Instant>,
    is_seen: bool,
}

impl<'a> Line<'a> {
    const EVERY: Duration = Duration::from_millis(100);

    fn new(shell: &'a Shell) -> Self {
        Self {
            shell,
            shown: None,
            is_seen: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, done: u64) {
        let is_fresh = self.shown.is_some_and(|at| at.elapsed() < Self::EVERY);
        if !self.is_seen || is_fresh {
            return;
        }
        self.shown = Some(system::monotonic());
        let texts = &self.shell.texts;
        let cases = format::count(texts, done);
        system::print_status(&texts.fill("recount.progress", &[("cases", &cases)]));
    }

    fn clear(&self) {
        if self.shown.is_some() {
            system::print_status("");
        }
    }
}
