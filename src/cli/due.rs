//! `loket due`: one deadline, and the sum that led to it.

use std::process::ExitCode;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone as _, Utc};
use chrono_tz::Tz;
use clap::Args;
use color_eyre::eyre::{bail, eyre};
use serde::Serialize;

use super::shell;
use crate::domain::calendar::{Calendar, EquatedDays};
use crate::domain::country::Country;
use crate::domain::deadline::{
    Comparison, Deadline, LedgerKind, LedgerLine, Pause, Term, deadline,
};
use crate::domain::sanitize::clean;
use crate::text::{Texts, format, ledger};

/// What to compute.
#[derive(Debug, Args)]
pub struct DueArgs {
    /// Start: RFC 3339, or local time of the country without an offset
    #[arg(long, value_name = "INSTANT")]
    pub start: String,
    /// Term: working days, elapsed hours, working hours or minutes
    #[arg(long, value_name = "1wd|72h|8wh|15m")]
    pub term: Term,
    /// Whose calendar and time zone: NL, NO, SE or BE
    #[arg(long, value_name = "COUNTRY", default_value = "NL")]
    pub country: String,
    /// A time in which the clock stood still; without UNTIL it still does. May be repeated
    #[arg(long = "pause", value_name = "FROM/UNTIL")]
    pub pauses: Vec<String>,
    /// Count days made equal to a holiday by decree as free
    #[arg(long)]
    pub equated: bool,
    /// Show the ledger
    #[arg(long)]
    pub explain: bool,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Instants carry the local offset.
#[derive(Debug, Serialize)]
struct Answer {
    due: String,
    last_day: NaiveDate,
    comparison: Comparison,
    target: String,
    warn_at: String,
    country: Country,
    calendar: String,
    calendar_version: i32,
    ledger: Vec<AnswerLine>,
}

#[derive(Debug, Serialize)]
struct AnswerLine {
    kind: LedgerKind,
    at: Option<String>,
    day: Option<NaiveDate>,
    until_day: Option<NaiveDate>,
    detail: String,
    /// The line in words.
    text: String,
}

/// Computes and prints.
pub fn run(args: &DueArgs, texts: &Texts) -> color_eyre::Result<ExitCode> {
    let calendar = calendar(args, texts)?;
    let zone = calendar.zone();
    let start = instant(&args.start, zone, texts)?;
    let pauses = args
        .pauses
        .iter()
        .map(|text| pause(text, zone, texts))
        .collect::<color_eyre::Result<Vec<_>>>()?;
    let deadline = deadline(args.term, start, &pauses, &calendar)?;
    if args.json {
        let answer = answer(args.term, &deadline, &calendar, texts);
        shell::json_line(&serde_json::to_string(&answer)?);
    } else {
        for line in plain(args, &deadline, &calendar, texts) {
            shell::line(&line);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn calendar(args: &DueArgs, texts: &Texts) -> color_eyre::Result<Calendar> {
    let country = Country::from_code(args.country.trim()).ok_or_else(|| {
        let known = Country::ALL.map(Country::code).join(", ");
        let values = [("value", &*clean(&args.country)), ("known", &*known)];
        eyre!(texts.fill("due.country", &values))
    })?;
    let equated = if args.equated {
        EquatedDays::Holidays
    } else {
        EquatedDays::WorkingDays
    };
    Ok(Calendar::builtin(country)?.with_equated_days(equated))
}

/// An instant with an offset, or a local time that exists once.
fn instant(text: &str, zone: Tz, texts: &Texts) -> color_eyre::Result<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    let shown = clean(text);
    let values = [("value", &*shown), ("zone", zone.name())];
    let forms = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
    ];
    let Some(local) = forms
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    else {
        bail!(texts.fill("due.start_form", &values));
    };
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => Ok(at.to_utc()),
        LocalResult::Ambiguous(..) => bail!(texts.fill("due.doubled_time", &values)),
        LocalResult::None => bail!(texts.fill("due.no_such_time", &values)),
    }
}

fn pause(text: &str, zone: Tz, texts: &Texts) -> color_eyre::Result<Pause> {
    let Some((from, until)) = text.split_once('/') else {
        bail!(texts.fill("due.pause_form", &[("value", &clean(text))]));
    };
    let until = match until.trim() {
        "" => None,
        until => Some(instant(until, zone, texts)?),
    };
    Ok(Pause {
        from: instant(from, zone, texts)?,
        until,
        reason: String::new(),
    })
}

fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone)
        .to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

fn answer(term: Term, deadline: &Deadline, calendar: &Calendar, texts: &Texts) -> Answer {
    let zone = calendar.zone();
    let told = ledger::told(texts, &deadline.ledger, calendar);
    let line = |(line, told): (&LedgerLine, ledger::Told)| AnswerLine {
        kind: line.kind,
        at: line.at.map(|at| local(at, zone)),
        day: line.day,
        until_day: line.until_day,
        detail: line.detail.clone(),
        text: format!("{}: {}", told.label, told.text),
    };
    Answer {
        due: local(deadline.due, zone),
        last_day: deadline.last_day,
        comparison: term.comparison(),
        target: local(deadline.target, zone),
        warn_at: local(deadline.warn_at, zone),
        country: calendar.country,
        calendar: deadline.calendar.clone(),
        calendar_version: deadline.calendar_version,
        ledger: deadline.ledger.iter().zip(told).map(line).collect(),
    }
}

/// The due instant in words and as RFC 3339; with `--explain` the ledger in two columns.
fn plain(args: &DueArgs, deadline: &Deadline, calendar: &Calendar, texts: &Texts) -> Vec<String> {
    let zone = calendar.zone();
    let said = ledger::due(texts, deadline.due, deadline.last_day, calendar);
    if !args.explain {
        return vec![format!("{said}  {}", local(deadline.due, zone))];
    }
    let mut rows: Vec<(String, String)> = ledger::told(texts, &deadline.ledger, calendar)
        .into_iter()
        .map(|told| (told.label, told.text))
        .collect();
    let word = |key: &str| texts.get(&format!("ledger.{key}")).to_owned();
    let moment = |at: DateTime<Utc>| {
        let day = at.with_timezone(&zone).date_naive();
        format!(
            "{} {}",
            format::weekday(texts, day),
            format::clock(at, zone)
        )
    };
    rows.push((word("target"), moment(deadline.target)));
    rows.push((word("warning"), moment(deadline.warn_at)));
    let counted = format!("{} {}", deadline.calendar, deadline.calendar_version);
    rows.push((
        word("calendar"),
        format!("{counted}, {}", ledger::term(texts, args.term)),
    ));
    let width = rows
        .iter()
        .map(|(label, _)| label.chars().count())
        .max()
        .unwrap_or_default();
    rows.into_iter()
        .map(|(label, text)| format!("{label:<width$}  {text}"))
        .collect()
}
