//! `loket report`: the share of clocks on time, and the cases behind each figure; the register of
//! signals.

mod signals;

use std::process::ExitCode;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Ended, Sentence, Shell, csv, words};
use crate::process;
use crate::store::Store;
use crate::store::board::CASES;
use crate::store::rows::{ClockResult, OnTimeCase, OnTimeKind, OnTimeRow};
use crate::text::format;

/// More months are not one report.
const MOST: u32 = 120;
/// Months without a wish.
const USUAL: u32 = 12;

/// What is reported.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Which report
    #[command(subcommand)]
    pub report: Report,
}

/// The reports.
#[derive(Debug, Clone, Subcommand)]
pub enum Report {
    /// Which share of the clocks was met in time, per kind and the month in which they were due
    OnTime(OnTimeArgs),
    /// What was signalled about which party, per month and kind
    Signals(signals::SignalArgs),
    /// How many like signals propose a party to the joint operators; with a number it is set
    Threshold(signals::ThresholdArgs),
}

/// Which clocks, and how they are shown.
#[derive(Debug, Clone, Args)]
pub struct OnTimeArgs {
    /// First month (default: eleven months before the last)
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub from: Option<NaiveDate>,
    /// Last month (default: this one)
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub to: Option<NaiveDate>,
    /// Only this process
    #[arg(long, value_name = "PROCESS")]
    pub process: Option<String>,
    /// All clocks behind the figures of one kind and month
    #[arg(long, num_args = 3, value_names = ["PROCESS", "CLOCK", "YYYY-MM"],
        conflicts_with_all = ["from", "to", "process"])]
    pub cases: Option<Vec<String>>,
    /// For a spreadsheet
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// One JSON object per line
    #[arg(long)]
    pub json: bool,
}

/// The first day of a month.
pub(super) fn month(text: &str) -> Result<NaiveDate, String> {
    let is_month = text.len() == 7;
    let first = format!("{text}-01").parse().ok().filter(|_| is_month);
    first.ok_or_else(|| format!("{text} is not a month such as 2026-11"))
}

/// Runs the report.
pub async fn run(args: ReportArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    let args = match args.report {
        Report::OnTime(args) => args,
        Report::Signals(args) => return signals::run(shell, &store, &args).await,
        Report::Threshold(args) => return signals::threshold(shell, &store, &args).await,
    };
    match args.cases.as_deref() {
        Some([process, clock, of]) => {
            let kind = kind(process, clock, of)?;
            behind(shell, &store, &kind, &args).await
        }
        _ => figures(shell, &store, &args).await,
    }
}

fn kind(process: &str, clock: &str, of: &str) -> Result<OnTimeKind, CliError> {
    let known = process::ALL
        .iter()
        .find(|known| words::is_named("process", known.key, process));
    let mut clocks = known.iter().flat_map(|known| known.clocks);
    let named = clocks.find(|known| words::is_named("clock", known.key, clock));
    let (Some(known), Some(named)) = (known, named) else {
        let keys: Vec<&str> = match known {
            Some(known) => known.clocks.iter().map(|clock| clock.key).collect(),
            None => process::ALL.iter().map(|known| known.key).collect(),
        };
        let keys = keys.join(", ");
        let values = [("process", process), ("clock", clock), ("keys", &keys)];
        return Err(CliError::Usage(Sentence::new("report.no_kind", &values)));
    };
    let bad = |why: String| CliError::Usage(Sentence::new("fault.input", &[("why", &why)]));
    Ok(OnTimeKind {
        month: month(of).map_err(bad)?,
        process: known.key.to_owned(),
        clock: named.key.to_owned(),
    })
}

/// The months that are wanted, the earliest first.
fn months(args: &OnTimeArgs, now: DateTime<Utc>) -> Result<Vec<NaiveDate>, CliError> {
    let today = now.with_timezone(&words::zone_of("")).date_naive();
    let to = args.to.or_else(|| today.with_day(1)).unwrap_or(today);
    let from = args
        .from
        .or_else(|| to.checked_sub_months(Months::new(USUAL - 1)));
    let from = from.unwrap_or(to);
    let all = (0..=MOST).filter_map(|n| from.checked_add_months(Months::new(n)));
    let months: Vec<NaiveDate> = all.take_while(|month| *month <= to).collect();
    if months.is_empty() || months.len() > MOST as usize {
        let most = MOST.to_string();
        return Err(CliError::Usage(Sentence::new(
            "report.no_months",
            &[("most", &most)],
        )));
    }
    Ok(months)
}

/// A row with its share in percent.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    row: &'a OnTimeRow,
    total: u64,
    share: Option<f64>,
}

async fn figures(shell: &Shell, store: &Store, args: &OnTimeArgs) -> Ended {
    let mut rows: Vec<OnTimeRow> = Vec::new();
    for month in months(args, store.legal_now().await?)? {
        rows.extend(store.on_time(month, args.process.as_deref()).await?);
    }
    if args.csv {
        let results = ClockResult::ALL.map(ClockResult::key);
        let fixed = ["month", "process", "clock", "whose"];
        csv::print(fixed.into_iter().chain(results).chain(["total", "share"]))?;
    }
    for row in &rows {
        if args.csv {
            csv::print(spreadsheet(row))?;
        } else if args.json {
            // a share has one decimal; a float holds it exactly enough
            let share = row
                .share()
                .map(|share| f64::from(u32::try_from(share).unwrap_or(0)) / 10.0);
            let total = row.total();
            shell.json(&Line { row, total, share })?;
        }
    }
    if !args.csv && !args.json {
        tell(shell, &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn whose(row: &OnTimeRow) -> String {
    let whose = serde_json::to_value(row.whose).unwrap_or_default();
    whose.as_str().unwrap_or_default().to_owned()
}

fn spreadsheet(row: &OnTimeRow) -> Vec<String> {
    let mut cells = vec![
        row.month.format("%Y-%m").to_string(),
        row.process.clone(),
        row.clock.clone(),
        whose(row),
    ];
    cells.extend(ClockResult::ALL.map(|result| row.count(result).to_string()));
    cells.push(row.total().to_string());
    cells.push(row.share().map_or(String::new(), percent));
    cells
}

/// Tenths of a percent as a number of percent.
fn percent(share: u64) -> String {
    format!("{}.{}", share / 10, share % 10)
}

fn tell(shell: &Shell, rows: &[OnTimeRow]) {
    if rows.is_empty() {
        return shell.tell("report.nothing", &[]);
    }
    let texts = &shell.texts;
    let named = |row: &OnTimeRow| {
        let judged = [
            ("met", row.met.to_string()),
            ("judged", row.judged().to_string()),
        ];
        let judged: Vec<(&str, &str)> = judged.iter().map(|(key, n)| (*key, &**n)).collect();
        let others = ClockResult::ALL
            .into_iter()
            .skip(1)
            .filter(|result| row.count(*result) > 0);
        let others = others.map(|result| {
            let n = row.count(result).to_string();
            texts.fill(&format!("report.result.{}", result.key()), &[("n", &n)])
        });
        vec![
            format::month(texts, row.month),
            texts.say(&format!("clock.{}", row.clock)),
            texts.say(&format!("report.whose.{}", whose(row))),
            row.share()
                .map_or_else(|| "-".to_owned(), |share| format::percent(texts, share)),
            texts.fill("report.of", &judged),
            others.collect::<Vec<_>>().join(", "),
        ]
    };
    let lines = rows.iter().map(named).collect();
    for line in words::columns(&words::right_aligned(lines, 3..=3)) {
        shell.say(&line);
    }
}

/// All clocks of one kind and month, page by page to the end.
async fn behind(shell: &Shell, store: &Store, kind: &OnTimeKind, args: &OnTimeArgs) -> Ended {
    if args.csv {
        csv::print([
            "case_no",
            "run",
            "started_at",
            "due_at",
            "ended_at",
            "breached_at",
            "result",
        ])?;
    }
    let mut last: Option<OnTimeCase> = None;
    let mut count = 0;
    loop {
        let after = last.as_ref().map(OnTimeCase::place);
        let page = store.on_time_cases(kind, after, CASES).await?;
        for case in &page {
            show(shell, kind, case, args)?;
        }
        count += page.len();
        if page.len() < CASES as usize {
            break;
        }
        last = page.into_iter().next_back();
    }
    if count == 0 && !args.csv && !args.json {
        shell.tell("report.no_cases", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn show(
    shell: &Shell,
    kind: &OnTimeKind,
    case: &OnTimeCase,
    args: &OnTimeArgs,
) -> Result<(), CliError> {
    if args.json {
        return shell.json(case);
    }
    let zone = words::zone_of(&kind.process);
    if args.csv {
        let at = |at: Option<DateTime<Utc>>| {
            at.map_or(String::new(), |at| at.with_timezone(&zone).to_rfc3339())
        };
        let cells = [
            case.case_no.clone(),
            case.run.to_string(),
            at(Some(case.started_at)),
            at(Some(case.due_at)),
            at(case.ended_at),
            at(case.breached_at),
            case.result.key().to_owned(),
        ];
        return csv::print(cells);
    }
    let texts = &shell.texts;
    let due = words::due(texts, case.due_at, case.comparison, zone);
    let due = texts.fill("report.due", &[("at", &due)]);
    let ended = case.ended_at.map_or(String::new(), |at| {
        texts.fill("report.ended", &[("at", &words::when(texts, at, zone))])
    });
    let word = texts.say(&format!("report.word.{}", case.result.key()));
    shell.say(format!("{}  {word:<16}  {due}  {ended}", case.case_no).trim_end());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(from: Option<&str>, to: Option<&str>) -> OnTimeArgs {
        let of = |text: &str| month(text).unwrap();
        OnTimeArgs {
            from: from.map(of),
            to: to.map(of),
            process: None,
            cases: None,
            csv: false,
            json: false,
        }
    }

    fn span(from: Option<&str>, to: Option<&str>) -> Option<(String, String, usize)> {
        // half past midnight on 1 December in Amsterdam
        let now = "2026-11-30T23:30:00Z".parse().unwrap();
        let months = months(&args(from, to), now).ok()?;
        let said = |month: &NaiveDate| month.format("%Y-%m").to_string();
        Some((said(months.first()?), said(months.last()?), months.len()))
    }

    #[test]
    fn without_a_wish_it_is_the_last_twelve_months_of_the_country() {
        assert_eq!(
            span(None, None),
            Some(("2026-01".into(), "2026-12".into(), 12))
        );
        assert_eq!(
            span(Some("2026-11"), None),
            Some(("2026-11".into(), "2026-12".into(), 2))
        );
        assert_eq!(
            span(None, Some("2026-02")),
            Some(("2025-03".into(), "2026-02".into(), 12))
        );
        assert_eq!(span(Some("2026-05"), Some("2026-04")), None, "backwards");
        assert_eq!(span(Some("2000-01"), None), None, "too many");
    }

    #[test]
    fn a_month_is_a_year_and_two_digits() {
        assert!(month("2026-11").is_ok());
        for bad in [
            "2026-13",
            "2026",
            "2026-1",
            "26-11",
            "2026-11-01",
            "november",
        ] {
            assert!(month(bad).is_err(), "{bad}");
        }
    }
}
