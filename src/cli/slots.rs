//! `loket slots …`: the start times that technicians have, by area and day, for those who plan them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Ended, Exit, Sentence, Shell, words};
use crate::domain::country::Country;
use crate::exchange::planning::{self, AreaWeek, PlanError};
use crate::store::Store;
use crate::store::register::Imported;
use crate::store::slots::{AreaRange, SLOTS_MAX, SlotRecord, SlotRow};

/// What to do with start times.
#[derive(Debug, Args)]
pub struct SlotsArgs {
    /// Print one JSON object per start time or area
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The start times of an area, or of all, with what is taken of them
    List {
        /// Only this area
        #[arg(long)]
        area: Option<String>,
        /// First day; today when left out
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// How many days
        #[arg(long, value_name = "N", default_value_t = 7,
            value_parser = clap::value_parser!(u32).range(1..=400))]
        days: u32,
    },
    /// Add the start times of a week to every working day from one day to another; those that are
    /// there take over length and capacity. Exit code 3 when some were refused
    Add {
        /// Columns area, weekdays (mon-fri), starts (08:00), minutes, capacity; or TOML with
        /// [[slot]] entries of these
        file: PathBuf,
        /// First day
        #[arg(long, value_name = "DATE")]
        from: NaiveDate,
        /// Last day
        #[arg(long, value_name = "DATE")]
        until: NaiveDate,
    },
    /// Change how many cases a start time takes, never below what is taken; 0 closes it
    Capacity {
        /// Its number, from the list
        slot: i64,
        /// 0 to 10000
        cases: i32,
    },
    /// Which postcodes lie in which area; set them for the countries of a file
    Areas {
        /// Columns country, area, first, last: postcodes, or what they begin with
        file: Option<PathBuf>,
    },
}

/// What came of the start times of a week.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Added {
    new: usize,
    changed: usize,
    known: usize,
    refused: BTreeMap<String, usize>,
}

impl Added {
    fn count(&mut self, said: Vec<Imported>) {
        for one in said {
            match one {
                Imported::New => self.new += 1,
                Imported::Changed => self.changed += 1,
                Imported::Known => self.known += 1,
                Imported::Refused { reason } => *self.refused.entry(reason).or_default() += 1,
            }
        }
    }
}

/// Runs a verb.
pub async fn run(args: SlotsArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    match args.verb {
        Verb::List { area, from, days } => {
            list(shell, args.json, &store, (area.as_deref(), from, days)).await
        }
        Verb::Add { file, from, until } => {
            add(shell, args.json, &store, (&file, from, until)).await
        }
        Verb::Capacity { slot, cases } => {
            let row = store.slot_capacity(slot, cases).await?;
            tell(shell, args.json, &[row])
        }
        Verb::Areas { file: None } => areas(shell, args.json, &store).await,
        Verb::Areas { file: Some(file) } => set_areas(shell, args.json, &store, &file).await,
    }
}

/// Midnight at the start of a day in the Netherlands.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    let zone = Country::Nl.zone();
    let local = zone.from_local_datetime(&day.and_time(chrono::NaiveTime::MIN));
    local
        .earliest()
        .map_or(DateTime::UNIX_EPOCH, |at| at.to_utc())
}

async fn list(
    shell: &Shell,
    json: bool,
    store: &Store,
    (area, from, days): (Option<&str>, Option<NaiveDate>, u32),
) -> Ended {
    let today = store.legal_now().await?.with_timezone(&Country::Nl.zone());
    let from = from.unwrap_or_else(|| today.date_naive());
    let until = from
        .checked_add_days(Days::new(days.into()))
        .unwrap_or(from);
    let rows = store
        .slots_list(area, midnight(from), midnight(until))
        .await?;
    if rows.is_empty() && !json {
        shell.tell("slots.none", &[]);
    }
    tell(shell, json, &rows)
}

fn tell(shell: &Shell, json: bool, rows: &[SlotRow]) -> Ended {
    let mut told = Vec::new();
    for row in rows {
        if json {
            shell.json(row)?;
            continue;
        }
        let zone = Country::from_code(&row.country)
            .unwrap_or(Country::Nl)
            .zone();
        let (taken, capacity) = (row.taken.to_string(), row.capacity.to_string());
        let with = [("taken", &*taken), ("capacity", &*capacity)];
        told.push(vec![
            row.slot_id.to_string(),
            row.area.clone(),
            words::when(&shell.texts, row.starts_at, zone),
            shell
                .texts
                .fill("slots.minutes", &[("n", &row.minutes.to_string())]),
            shell.texts.fill("slots.taken_of", &with),
        ]);
    }
    for line in words::columns(&words::right_aligned(told, 0..=0)) {
        shell.say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    shell: &Shell,
    json: bool,
    store: &Store,
    (file, from, until): (&Path, NaiveDate, NaiveDate),
) -> Ended {
    let is_toml = file.extension().is_some_and(|kind| kind == "toml");
    let read = if is_toml {
        planning::week_of_toml
    } else {
        planning::week
    };
    let week = read(open(file)?).map_err(|error| no_plan(file, &error))?;
    let countries = countries(&store.areas().await?);
    let calendars = store.calendars().await?;
    let mut added = Added::default();
    let mut records = Vec::new();
    for line in &week {
        let Some(country) = countries.get(&line.area) else {
            let with = [("area", &*line.area)];
            return Err(CliError::Refused(Sentence::new(
                "slots.no_such_area",
                &with,
            )));
        };
        records.extend(dated(line, (from, until), calendars.get(*country))?);
    }
    for batch in records.chunks(SLOTS_MAX) {
        added.count(store.slots_put(batch).await?);
    }
    if json {
        shell.json(&added)?;
    } else {
        say_added(shell, &added);
    }
    let is_whole = added.refused.is_empty();
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        Exit::Partly.into()
    })
}

/// A line of the week on its days.
fn dated(
    line: &AreaWeek,
    (from, until): (NaiveDate, NaiveDate),
    calendar: &crate::domain::calendar::Calendar,
) -> Result<Vec<SlotRecord>, CliError> {
    let starts = line.slot.starts(from, until, calendar).map_err(|error| {
        CliError::Usage(Sentence::new(
            "slots.no_calendar",
            &[("why", &error.to_string())],
        ))
    })?;
    let record = |start: crate::domain::week_pattern::Start| SlotRecord {
        area: line.area.clone(),
        starts_at: start.at,
        minutes: start.minutes,
        capacity: start.capacity,
    };
    Ok(starts.into_iter().map(record).collect())
}

fn say_added(shell: &Shell, added: &Added) {
    let (new, changed) = (added.new.to_string(), added.changed.to_string());
    let known = added.known.to_string();
    let with = [("new", &*new), ("changed", &*changed), ("known", &*known)];
    shell.tell("slots.added", &with);
    for (reason, n) in &added.refused {
        let why = shell.texts.say(&format!("slots.refused.{reason}"));
        shell.tell("slots.not_added", &[("n", &n.to_string()), ("why", &why)]);
    }
}

fn countries(ranges: &[AreaRange]) -> BTreeMap<String, Country> {
    let known = ranges.iter().filter_map(|range| {
        let country = Country::from_code(&range.country)?;
        Some((range.area.clone(), country))
    });
    known.collect()
}

async fn areas(shell: &Shell, json: bool, store: &Store) -> Ended {
    let mut rows = Vec::new();
    for range in store.areas().await? {
        if json {
            shell.json(&range)?;
        } else {
            rows.push(vec![range.country, range.area, range.first, range.last]);
        }
    }
    if rows.is_empty() && !json {
        shell.tell("slots.no_areas", &[]);
    }
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

async fn set_areas(shell: &Shell, json: bool, store: &Store, file: &Path) -> Ended {
    let ranges = planning::areas(open(file)?).map_err(|error| no_plan(file, &error))?;
    let n = store.areas_put(&ranges).await?;
    if json {
        shell.json(&serde_json::json!({ "ranges": n }))?;
    } else {
        shell.tell("slots.areas_set", &[("n", &n.to_string())]);
    }
    Ok(ExitCode::SUCCESS)
}

fn open(file: &Path) -> Result<BufReader<File>, CliError> {
    let fault = |error| CliError::Io(file.display().to_string(), error);
    File::open(file).map(BufReader::new).map_err(fault)
}

fn no_plan(file: &Path, error: &PlanError) -> CliError {
    let (file, why) = (file.display().to_string(), error.to_string());
    let why = why.lines().next().unwrap_or_default().to_owned();
    CliError::Usage(Sentence::new(
        "slots.no_plan",
        &[("file", &*file), ("why", &*why)],
    ))
}
