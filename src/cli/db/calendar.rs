//! `loket db calendar`: the free days of a country, and edits of them by a lead or an administrator.

use std::process::ExitCode;

use chrono::{Datelike as _, NaiveDate};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use crate::cli::{CliError, Ended, Sentence, Shell, words};
use crate::domain::calendar::FreeKind;
use crate::domain::country::Country;
use crate::domain::sanitize::clean;
use crate::store::Store;
use crate::store::calendar::{Becomes, CalendarEdit, Edited};
use crate::store::rows::{CalendarDay, CalendarDays};

/// Arguments of `loket db calendar`.
#[derive(Debug, Args)]
pub struct CalendarArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub verb: CalendarVerb,
}

/// What to do with a calendar.
#[derive(Debug, Subcommand)]
pub enum CalendarVerb {
    /// List the free days of a year
    List {
        /// NL, NO, SE or BE
        #[arg(long, default_value = "NL")]
        country: String,
        /// Which year; this one when left out
        #[arg(long)]
        year: Option<i32>,
    },
    /// Make a day free; open deadlines follow with `loket db recount`
    Add {
        /// The day, YYYY-MM-DD
        #[arg(value_name = "DATE")]
        day: NaiveDate,
        /// NL, NO, SE or BE
        #[arg(long)]
        country: String,
        /// Name of the day, in the language of the country
        #[arg(long)]
        name: String,
        /// The law or decree that makes it free
        #[arg(long)]
        law: String,
        /// Why it is free
        #[arg(long, value_enum, default_value = "public")]
        kind: Kind,
    },
    /// Make a free day ordinary; open deadlines follow with `loket db recount`
    Remove {
        /// The day, YYYY-MM-DD
        #[arg(value_name = "DATE")]
        day: NaiveDate,
        /// NL, NO, SE or BE
        #[arg(long)]
        country: String,
    },
}

/// Why a day is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// A public holiday.
    Public,
    /// Made equal to a holiday by decree: shifts terms only where the calendar says so.
    Equated,
    /// Treated like a holiday when terms are counted.
    DeFacto,
}

impl From<Kind> for FreeKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Public => Self::Public,
            Kind::Equated => Self::Equated,
            Kind::DeFacto => Self::DeFacto,
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    country: Country,
    year: i32,
    #[serde(flatten)]
    days: &'a CalendarDays,
}

#[derive(Serialize)]
struct Told {
    country: Country,
    day: NaiveDate,
    #[serde(flatten)]
    edited: Edited,
}

pub(super) async fn run(shell: &Shell, json: bool, args: &CalendarArgs) -> Ended {
    let store = shell.store()?;
    match &args.verb {
        CalendarVerb::List { country, year } => {
            list(shell, json, &store, (country_of(country)?, *year)).await
        }
        CalendarVerb::Add {
            day,
            country,
            name,
            law,
            kind,
        } => {
            let kind = FreeKind::from(*kind);
            let (name, law) = (
                clean(name.trim()).into_owned(),
                clean(law.trim()).into_owned(),
            );
            let becomes = Becomes::Free { name, law, kind };
            edit(shell, json, &store, (country_of(country)?, *day, becomes)).await
        }
        CalendarVerb::Remove { day, country } => {
            let becomes = Becomes::Ordinary;
            edit(shell, json, &store, (country_of(country)?, *day, becomes)).await
        }
    }
}

fn country_of(raw: &str) -> Result<Country, CliError> {
    Country::from_code(raw.trim()).ok_or_else(|| {
        let known = Country::ALL.map(Country::code).join(", ");
        let values = [("value", &*clean(raw)), ("known", &*known)];
        CliError::Usage(Sentence::new("due.country", &values))
    })
}

async fn list(
    shell: &Shell,
    json: bool,
    store: &Store,
    (country, year): (Country, Option<i32>),
) -> Ended {
    let year = if let Some(year) = year {
        year
    } else {
        let now = store.legal_now().await?;
        now.with_timezone(&country.zone()).year()
    };
    let days = store.calendar_days(country, year).await?;
    if json {
        shell.json(&Listed {
            country,
            year,
            days: &days,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let (version, year) = (days.version.to_string(), year.to_string());
    let values = [
        ("country", country.code()),
        ("version", &*version),
        ("year", &*year),
    ];
    shell.tell("calendar.head", &values);
    let rows: Vec<Vec<String>> = days
        .days
        .iter()
        .map(|day| row(shell, country, day))
        .collect();
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(shell: &Shell, country: Country, day: &CalendarDay) -> Vec<String> {
    let edit = day.edited_at.map(|at| {
        let at = words::when(&shell.texts, at, country.zone());
        let by = day.edited_by.as_deref().unwrap_or_default();
        let key = if day.removed {
            "calendar.removed"
        } else {
            "calendar.added"
        };
        shell.texts.fill(key, &[("at", &at), ("who", by)])
    });
    let kind = format!("calendar.kind.{}", day.kind.as_str());
    vec![
        day.day.to_string(),
        day.name.clone(),
        day.law.clone(),
        shell.texts.get(&kind).to_owned(),
        edit.unwrap_or_default(),
    ]
}

async fn edit(
    shell: &Shell,
    json: bool,
    store: &Store,
    (country, day, becomes): (Country, NaiveDate, Becomes),
) -> Ended {
    let is_equated = matches!(
        &becomes,
        Becomes::Free {
            kind: FreeKind::Equated,
            ..
        }
    );
    let edit = CalendarEdit {
        country,
        day,
        becomes,
    };
    let edited = store.calendar_edit(&edit).await?;
    if json {
        shell.json(&Told {
            country,
            day,
            edited,
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let version = edited.version.to_string();
    let values = [("country", country.code()), ("version", &*version)];
    if !edited.changed {
        shell.tell("calendar.unchanged", &values);
        return Ok(ExitCode::SUCCESS);
    }
    shell.tell("calendar.edited", &values);
    if is_equated {
        shell.tell("calendar.equated_counts", &[]);
    }
    Ok(ExitCode::SUCCESS)
}
