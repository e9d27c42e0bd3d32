//! `loket consumption …`: what was used at a connection, as far as its sharing mandate allows (FLU-26,
//! FLU-31, FLU-36). Each look and each export is an event of the case with its purpose.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use uuid::Uuid;

use super::clerk::Clerk;
use super::{CliError, Ended, Shell, shell, words};
use crate::domain::consumption::guard::{Mandate, Span};
use crate::domain::consumption::shown::{Amount, Mark, Naming, Shown, Sight, Slot};
use crate::domain::consumption::view::View;
use crate::domain::consumption::{Consumption, Energy, Peak, Register, Step, Unit, ZONE};
use crate::exchange::consumption::{page, write};
use crate::exchange::keep::Place;
use crate::process::engine::Refusal;
use crate::process::sharing;
use crate::store::consumption::{LOOK_PURPOSES, Look};
use crate::store::rows::CaseDetail;
use crate::text::{Texts, format};

/// Look, or take along.
#[derive(Debug, Args)]
pub struct ConsumptionArgs {
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show consumption as a table
    Show(WhatArgs),
    /// Take along exactly what would be shown: CSV with the columns of the portal's exports, or pages
    /// to hand on
    Export(ExportArgs),
}

/// Which consumption, and as what.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// Which consumption.
    #[command(flatten)]
    pub what: WhatArgs,
    /// As values for a program, or as pages with a chart and a table
    #[arg(long, value_enum, default_value_t = As::Csv)]
    pub format: As,
    /// The file, which must not be there yet; without it CSV is printed
    #[arg(long, value_name = "FILE", required_if_eq("format", "pdf"))]
    pub out: Option<PathBuf>,
}

/// As what consumption is taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum As {
    /// Values with the columns of the portal's exports.
    Csv,
    /// Pages of A4.
    Pdf,
}

/// Which consumption, and why.
#[derive(Debug, Clone, Args)]
pub struct WhatArgs {
    /// The case of the mandate
    pub case_no: String,
    /// The week of that day
    #[arg(long, value_name = "DAY", required_unless_present_any = ["month", "year"])]
    pub week: Option<NaiveDate>,
    /// That month
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "week", value_parser = super::report::month)]
    pub month: Option<NaiveDate>,
    /// That year
    #[arg(long, value_name = "YYYY", conflicts_with_all = ["week", "month"])]
    pub year: Option<i32>,
    /// Quarter-hours, of gas hours
    #[arg(long)]
    pub fine: bool,
    /// Add up to days, weeks or months (a year is shown by months when nothing is said)
    #[arg(long, value_name = "STEP", conflicts_with = "fine", value_parser = ["day", "week", "month"])]
    pub by: Option<String>,
    /// Of gas: in kWh or in m³
    #[arg(long, value_name = "UNIT", default_value = "kWh", value_parser = ["kWh", "m3"])]
    pub unit: String,
    /// Name the connection by its whole number, which is on record with the purpose; without it by the
    /// ends of the number. Refused where anybody is protected
    #[arg(long)]
    pub whole: bool,
    /// Why somebody looks
    #[arg(long, value_name = "PURPOSE", value_parser = LOOK_PURPOSES)]
    pub purpose: String,
}

/// Runs a verb.
pub async fn run(args: ConsumptionArgs, shell: &Shell) -> Ended {
    match args.verb {
        Verb::Show(what) => tell(shell, &look(shell, &what, false).await?.shown()),
        Verb::Export(args) => export(shell, &args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What was read, under which case.
struct Seen {
    detail: Box<CaseDetail>,
    found: Consumption,
    sight: Sight,
    now: DateTime<Utc>,
}

impl Seen {
    fn shown(&self) -> Shown {
        Shown::of(&self.found, &self.sight, self.now)
    }

    /// Of gas in the other unit as well (FLU-35).
    fn pages(&self) -> Vec<Shown> {
        let other = match (self.found.energy, self.sight.unit) {
            (Energy::Gas, Unit::Kwh) => Some(Unit::CubicMetre),
            (Energy::Gas, _) => Some(Unit::Kwh),
            (Energy::Electricity, _) => None,
        };
        let other = other.map(|unit| Sight { unit, ..self.sight });
        let other = other.map(|sight| Shown::of(&self.found, &sight, self.now));
        std::iter::once(self.shown()).chain(other).collect()
    }
}

/// Reads what is wanted as far as the mandate goes: an event with its purpose.
async fn look(shell: &Shell, what: &WhatArgs, is_export: bool) -> Result<Seen, CliError> {
    let clerk = Clerk::enter(shell).await?;
    let detail = clerk.find(&what.case_no).await?;
    let product = detail.connection.as_ref().map(|card| card.product.as_str());
    let energy = match product {
        Some("G") => Energy::Gas,
        _ => Energy::Electricity,
    };
    let mandate = sharing::mandate(&detail.facts, energy);
    let mandate = mandate.ok_or_else(|| Refusal::new("not_a_mandate").by_rule("FLU-24"))?;
    let now = clerk.store.legal_now().await?;
    let sight = allowed(&mandate, what, now)?;
    let look = Look {
        case_id: detail.row.case_id,
        from: sight.window.from,
        to: sight.window.to,
        step: sight.step,
        purpose: &what.purpose,
        is_export,
        naming: sight.naming,
    };
    let session = clerk.session.session_id;
    let read = clerk.store.consumption_read(Uuid::now_v7(), session, &look);
    Ok(Seen {
        found: read.await?,
        detail: Box::new(detail),
        sight,
        now,
    })
}

/// Takes along. The file is ours before anything is read for it, so that no export is on record that
/// could never have been written.
async fn export(shell: &Shell, args: &ExportArgs) -> Result<(), CliError> {
    let place = args.out.as_deref().map(Place::at).transpose()?;
    let seen = look(shell, &args.what, true).await?;
    let bytes = match args.format {
        As::Pdf => page::pdf(&page::Report {
            texts: &shell.texts,
            detail: &seen.detail,
            shown: &seen.pages(),
            purpose: &args.what.purpose,
            made: seen.now,
        }),
        As::Csv => write::file(&seen.shown()).into_bytes(),
    };
    let (Some(place), Some(path)) = (place, &args.out) else {
        shell::generated(write::HEADER);
        write::lines(&seen.shown()).all(|line| shell::line(&line));
        return Ok(());
    };
    place.keep(&bytes)?;
    let file = path.display().to_string();
    shell.tell_of_file("consumption.kept", &[("file", &file)], path);
    Ok(())
}

/// What may be seen of the wish; else which rule says no.
fn allowed(mandate: &Mandate, what: &WhatArgs, now: DateTime<Utc>) -> Result<Sight, CliError> {
    let (span, day) = span(what);
    let step = step(what, span, mandate.energy);
    let view = View { span, day, step };
    let unit = Unit::of_sign(&what.unit).unwrap_or(Unit::Kwh);
    let naming = if what.whole {
        Naming::Whole
    } else {
        Naming::Masked
    };
    view.sight(mandate, (unit, naming), now)
        .map_err(|hidden| Refusal::new(hidden.key()).by_rule(hidden.rule()).into())
}

fn span(what: &WhatArgs) -> (Span, NaiveDate) {
    let year = what
        .year
        .and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
    match (what.week, what.month, year) {
        (Some(day), ..) => (Span::Week, day),
        (None, Some(day), _) => (Span::Month, day),
        (None, None, day) => (Span::Year, day.unwrap_or(NaiveDate::MIN)),
    }
}

fn step(what: &WhatArgs, span: Span, energy: Energy) -> Step {
    match what.by.as_deref() {
        _ if what.fine => Step::Fine(energy),
        Some("week") => Step::Week,
        Some("month") => Step::Month,
        None if span == Span::Year => Step::Month,
        _ => Step::Day,
    }
}

fn tell(shell: &Shell, shown: &Shown) {
    let texts = &shell.texts;
    let (from, to) = (
        format::date(texts, shown.from),
        format::date(texts, shown.to),
    );
    let values = [
        ("ean", shown.connection.as_str()),
        ("from", &from),
        ("to", &to),
    ];
    shell.tell("consumption.head", &values);
    if let Some(rule) = shown.cut_by {
        let key = format!("consumption.cut.{}", rule.id());
        shell.say(&format!("{} [{}]", texts.get(&key), rule.id()));
    }
    if shown.is_empty() {
        return shell.tell("consumption.nothing", &[]);
    }
    let mut rows = Vec::new();
    for (number, slot) in shown.slots.iter().enumerate() {
        for series in &shown.series {
            if series.mark(number) == Mark::Rests {
                continue;
            }
            let amount = series.amount(number);
            rows.push(cells(texts, (slot, shown.step), series.register, amount));
        }
    }
    rows.extend(shown.peaks.iter().map(|peak| of_peak(texts, peak)));
    for line in words::columns(&words::right_aligned(rows, 2..=2)) {
        shell.say(&line);
    }
}

fn of_peak(texts: &Texts, peak: &Peak) -> Vec<String> {
    vec![
        peak.month.format("%Y-%m").to_string(),
        texts.say("consumption.register.peak"),
        write::volume(peak.value),
        Unit::Kw.sign().to_owned(),
        texts.say(&format!("consumption.status.{}", peak.status.key())),
        String::new(),
    ]
}

fn cells(
    texts: &Texts,
    (slot, step): (&Slot, Step),
    register: Register,
    amount: Option<&Amount>,
) -> Vec<String> {
    let local = slot.start.with_timezone(&ZONE);
    let at = match step {
        Step::Fine(_) => format!("{}", local.format("%Y-%m-%d %H:%M %Z")),
        Step::Month => local.format("%Y-%m").to_string(),
        Step::Day | Step::Week => local.format("%Y-%m-%d").to_string(),
    };
    let missing = amount.map_or(0, |one| one.missing);
    let mark = match amount {
        None => Mark::Missing.key(),
        Some(one) => one.status.key(),
    };
    vec![
        at,
        texts.say(&format!("consumption.register.{}", register.key())),
        amount.map_or_else(String::new, |one| write::volume(one.value)),
        register.unit().sign().to_owned(),
        texts.say(&format!("consumption.status.{mark}")),
        if missing == 0 {
            String::new()
        } else {
            texts.fill("consumption.missing", &[("minutes", &missing.to_string())])
        },
    ]
}
