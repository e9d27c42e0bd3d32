//! `loket replay FILE`: what a console did before it crashed, step by step. The report holds nothing
//! of a case and nothing that was typed, so that no screen can be drawn from it: what is shown is
//! where one was, what happened and what it led to.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;

use super::{CliError, Ended, Sentence, Shell};
use crate::desk::trace::Step;
use crate::runtime::crash::Report;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;
/// Columns of the place.
const PLACE: usize = 11;

/// Which report.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The file that the crash named
    pub file: PathBuf,
    /// Only the last steps
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
    /// Also the frames of the stack
    #[arg(long)]
    pub backtrace: bool,
}

/// Shows a report.
pub fn run(args: &ReplayArgs, shell: &Shell) -> Ended {
    let report = read(args)?;
    head(&report, shell);
    let shown = args.last.unwrap_or(usize::MAX);
    let skipped = report.steps.len().saturating_sub(shown);
    for (number, step) in (1..).zip(&report.steps).skip(skipped) {
        shell.say(&line(number, step, report.at));
        for then in &step.then {
            shell.say(&format!("{:width$}-> {then}", "", width = 18 + PLACE));
        }
    }
    match report.steps.last() {
        Some(last) if !last.ended => shell.tell("replay.in_it", &[]),
        _ => shell.tell("replay.beside", &[]),
    }
    if args.backtrace {
        report.backtrace.iter().for_each(|frame| shell.say(frame));
    }
    Ok(ExitCode::SUCCESS)
}

fn read(args: &ReplayArgs) -> Result<Report, CliError> {
    let name = args.file.display().to_string();
    let io = |error| CliError::Io(name.clone(), error);
    if std::fs::metadata(&args.file).map_err(io)?.len() > LARGEST {
        return Err(no_report(&name));
    }
    let bytes = std::fs::read(&args.file).map_err(io)?;
    serde_json::from_slice(&bytes).map_err(|_| no_report(&name))
}

fn no_report(name: &str) -> CliError {
    CliError::Usage(Sentence::new("replay.no_report", &[("file", name)]))
}

fn head(report: &Report, shell: &Shell) {
    let (columns, rows) = (report.size.0.to_string(), report.size.1.to_string());
    let at = report.at.to_rfc3339();
    let values = [
        ("version", report.loket.as_str()),
        ("at", &at),
        ("columns", &columns),
        ("rows", &rows),
        ("term", &report.term),
        ("lang", &report.lang),
        ("place", &report.place),
        ("thread", &report.thread),
        ("said", report.said.as_deref().unwrap_or("")),
    ];
    shell.tell("replay.head", &values);
    let key = match report.said {
        Some(_) => "replay.said",
        None => "replay.withheld",
    };
    shell.tell(key, &values);
}

/// Seconds before the end, place, what happened.
fn line(number: usize, step: &Step, end: DateTime<Utc>) -> String {
    let before = (end - step.at).num_milliseconds();
    let seconds = format!("-{}.{:03}", before.abs() / 1_000, before.abs() % 1_000);
    format!(
        "{number:>4}  {seconds:>9} s {:PLACE$} {}",
        step.place, step.what
    )
}
