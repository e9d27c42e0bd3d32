//! `loket report signals`: what was signalled about whom, per month and kind (GT-06).

use std::process::ExitCode;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use clap::Args;
use serde::Serialize;

use super::super::{CliError, Ended, Sentence, Shell, csv, words};
use crate::domain::country::Country;
use crate::exchange::spreadsheet;
use crate::process::engine::Refusal;
use crate::store::signals::{FrozenSignal, SignalRow, SignalSeen};
use crate::store::{Store, StoreError};
use crate::text::format;

/// Which months, and how they are shown.
#[derive(Debug, Clone, Args)]
pub struct SignalArgs {
    /// First month (default: eleven months before the last)
    #[arg(long, value_name = "YYYY-MM", value_parser = super::month)]
    pub from: Option<NaiveDate>,
    /// Last month (default: this one)
    #[arg(long, value_name = "YYYY-MM", value_parser = super::month)]
    pub to: Option<NaiveDate>,
    /// The signals about this party, each with its case
    #[arg(long, value_name = "GLN")]
    pub party: Option<String>,
    /// The signals that are frozen behind this proposal
    #[arg(long, value_name = "CASE_NO", conflicts_with_all = ["party", "from", "to"])]
    pub proposal: Option<String>,
    /// For a spreadsheet
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// One JSON object per line
    #[arg(long)]
    pub json: bool,
}

/// Which count proposes a party.
#[derive(Debug, Clone, Args)]
pub struct ThresholdArgs {
    /// So many like signals
    #[arg(long, value_name = "N")]
    pub signals: Option<i32>,
    /// In so many days
    #[arg(long, value_name = "N")]
    pub days: Option<i32>,
}

/// From the first day on until before the other.
fn range(args: &SignalArgs, now: DateTime<Utc>) -> Result<(NaiveDate, NaiveDate), CliError> {
    let today = now.with_timezone(&words::zone_of("")).date_naive();
    let last = args.to.or_else(|| today.with_day(1)).unwrap_or(today);
    let usual = last.checked_sub_months(Months::new(super::USUAL - 1));
    let from = args.from.or(usual).unwrap_or(last);
    let to = last.checked_add_months(Months::new(1)).unwrap_or(last);
    let most = from.checked_add_months(Months::new(super::MOST));
    if from > last || most.is_some_and(|most| to > most) {
        let most = super::MOST.to_string();
        return Err(CliError::Usage(Sentence::new(
            "report.no_months",
            &[("most", &most)],
        )));
    }
    Ok((from, to))
}

/// Shows the register.
pub(super) async fn run(shell: &Shell, store: &Store, args: &SignalArgs) -> Ended {
    if let Some(case_no) = &args.proposal {
        return of_proposal(shell, store, args, case_no).await;
    }
    let (from, to) = range(args, store.legal_now().await?)?;
    if let Some(party) = &args.party {
        return of_party(shell, store, args, (party, from, to)).await;
    }
    let rows = store.signals_register(from, to).await?;
    if !is_said(shell, args, &rows, spreadsheet::signals)? {
        tell(shell, &rows);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says the rows as a table or as objects when that was asked for, and that there are none.
fn is_said<T: Serialize>(
    shell: &Shell,
    args: &SignalArgs,
    rows: &[T],
    table: impl FnOnce(&[T]) -> ::csv::Result<String>,
) -> Result<bool, CliError> {
    if args.csv {
        csv::table(table(rows))?;
    } else if args.json {
        for row in rows {
            shell.json(row)?;
        }
    } else if rows.is_empty() {
        shell.tell("report.no_signals", &[]);
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// The signals about one party, each with its case.
async fn of_party(
    shell: &Shell,
    store: &Store,
    args: &SignalArgs,
    (party, from, to): (&str, NaiveDate, NaiveDate),
) -> Ended {
    let rows = store.signals_of_party_all(party, (from, to)).await?;
    if !is_said(shell, args, &rows, |rows| {
        spreadsheet::signals_of(party, rows)
    })? {
        let texts = &shell.texts;
        let line = |row: &SignalSeen| {
            vec![
                format::instant(texts, row.received_at, Country::Nl.zone()),
                texts.say(&format!("choice.signal_type.{}", row.signal_type)),
                row.case_no.clone(),
                texts.say(&format!("state.{}.{}", row.process, row.state)),
            ]
        };
        for line in words::columns(&rows.iter().map(line).collect::<Vec<_>>()) {
            shell.say(&line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The signals that are frozen behind a proposal (GT-17).
async fn of_proposal(shell: &Shell, store: &Store, args: &SignalArgs, case_no: &str) -> Ended {
    let case = store.case_by_number(case_no).await?;
    let case = case.ok_or_else(|| StoreError::Refused(Refusal::new("case_not_found")))?;
    let rows = store.offender_evidence(case).await?;
    if !is_said(shell, args, &rows, |rows| {
        spreadsheet::frozen(case_no, rows)
    })? {
        let texts = &shell.texts;
        let line = |row: &FrozenSignal| {
            let at = |at| format::instant(texts, at, Country::Nl.zone());
            let noted = at(row.noted_at);
            vec![
                at(row.received_at),
                texts.say(&format!("choice.signal_type.{}", row.signal_type)),
                row.case_no.clone(),
                texts.fill("report.noted", &[("at", &noted)]),
            ]
        };
        for line in words::columns(&rows.iter().map(line).collect::<Vec<_>>()) {
            shell.say(&line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(shell: &Shell, rows: &[SignalRow]) {
    let texts = &shell.texts;
    let named = |row: &SignalRow| {
        let cases = row.cases.to_string();
        vec![
            format::month(texts, row.month),
            row.party_gln.clone(),
            row.party.clone(),
            texts.say(&format!("choice.signal_type.{}", row.signal_type)),
            row.signals.to_string(),
            texts.fill("report.in_cases", &[("n", &cases)]),
        ]
    };
    let lines = rows.iter().map(named).collect();
    for line in words::columns(&words::right_aligned(lines, 4..=4)) {
        shell.say(&line);
    }
}

/// Shows or sets the count that proposes a party (GT-17).
pub(super) async fn threshold(shell: &Shell, store: &Store, args: &ThresholdArgs) -> Ended {
    let rule = store.offender_rule(args.signals, args.days).await?;
    let (signals, days) = (rule.signals.to_string(), rule.days.to_string());
    shell.tell(
        "report.threshold",
        &[("signals", &signals), ("days", &days)],
    );
    Ok(ExitCode::SUCCESS)
}
