//! `loket wash …` with a database: runs, corrections on their way, fault codes, updates of suppliers,
//! milestones and progress (DW-GEN-13, DW-GEN-14).

mod code;
mod go_live;
mod progress;
mod updates;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;

use super::{CliError, Ended, Sentence, Shell};
use crate::domain::country::Country;
use crate::domain::sanitize::clean;
use crate::exchange::washing::WashError;
use crate::store::StoreError;
use crate::text::Texts;
pub use code::Code;

/// Examples of them, for the help.
pub(super) const EXAMPLES: &[(&str, &[&str])] = &[
    ("wash runs", &["wash runs"]),
    ("wash pace", &["wash pace", "wash pace 600"]),
    ("wash share", &["wash share", "wash share 30"]),
    ("wash wait", &["wash wait", "wash wait 30"]),
    ("wash back", &["wash back --run 12"]),
    ("wash faults list", &["wash faults list"]),
    ("wash faults set", &["wash faults set EMF10005 none"]),
    (
        "wash updates list",
        &["wash updates list", "wash updates list --all"],
    ),
    ("wash updates read", &["wash updates read updates.csv"]),
    ("wash updates approve", &["wash updates approve 7"]),
    (
        "wash updates reject",
        &["wash updates reject 7 --reason \"not our point\""],
    ),
    ("wash milestones list", &["wash milestones list"]),
    (
        "wash milestones set",
        &["wash milestones set \"own data\" 2027-02-01 99.5 I01 I02 I03 I04"],
    ),
    (
        "wash milestones remove",
        &["wash milestones remove \"own data\""],
    ),
    ("wash progress", &["wash progress", "wash progress --csv"]),
    (
        "wash go-live",
        &[
            "wash go-live 2027-05-01 --dry-run",
            "wash go-live 2027-05-01",
        ],
    ),
];

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum WashDesk {
    /// The newest imports, and what each did
    Runs,
    /// How many corrections leave for the suppliers in a minute; sets it when a number is given
    Pace {
        /// Corrections a minute
        per_minute: Option<i32>,
    },
    /// How many of the open findings one file may close unasked, in per cent; sets it when a number is given
    Share {
        /// Per cent
        per_cent: Option<i32>,
    },
    /// How many days a case waits for the next wash; sets them when a number is given
    Wait {
        /// Days
        days: Option<i32>,
    },
    /// Take corrections back that have not left: all of a run, or one
    Back {
        /// All of this run
        #[arg(long, required_unless_present = "correction")]
        run: Option<i64>,
        /// This one
        #[arg(long)]
        correction: Option<i64>,
    },
    /// Which deviation each fault code of the central tool means
    Faults {
        /// Set one instead of listing
        #[command(subcommand)]
        set: Option<FaultVerb>,
    },
    /// Master data that suppliers sent: each is approved or rejected with a reason
    Updates {
        /// What to do instead of listing what waits
        #[command(subcommand)]
        verb: Option<UpdateVerb>,
    },
    /// Dates by which a share must be right
    Milestones {
        /// What to do instead of listing
        #[command(subcommand)]
        verb: Option<MilestoneVerb>,
    },
    /// Share right by code, weeks, and what the days that remain require
    Progress {
        /// A table for a spreadsheet
        #[arg(long)]
        csv: bool,
        /// So many weeks back
        #[arg(long, default_value_t = 12)]
        weeks: i32,
    },
    /// Close what still differs between the sides: from that day on the data of the grid company count
    GoLive {
        /// The day, today at the latest
        on: NaiveDate,
        /// Say what would be closed, and close nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// What to do with fault codes.
#[derive(Debug, Subcommand)]
pub enum FaultVerb {
    /// All of them
    List,
    /// `loket wash faults set EMF10005 none`
    Set {
        /// The fault code
        fault: String,
        /// GSRN, DUPLICATE, ORGNR, FNR, I01, I02, I04, A01 to A04, or none
        code: String,
    },
}

/// What to do with an update.
#[derive(Debug, Subcommand)]
pub enum UpdateVerb {
    /// Those that wait, or all
    List {
        /// Ended ones too
        #[arg(long)]
        all: bool,
    },
    /// Bring in a file: a reference, the metering point, and columns of the customer
    Read {
        /// The file
        file: PathBuf,
    },
    /// Take it over into our own data
    Approve {
        /// Its number
        id: i64,
    },
    /// Leave our data as they are
    Reject {
        /// Its number
        id: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// What to do with milestones.
#[derive(Debug, Subcommand)]
pub enum MilestoneVerb {
    /// All of them
    List,
    /// A new one, or another day or share for one that is there
    Set {
        /// Its name
        name: String,
        /// The day
        day: NaiveDate,
        /// Per cent of the metering points that must be right
        share: f64,
        /// The codes that it is about
        #[arg(required = true)]
        codes: Vec<Code>,
    },
    /// Take one away
    Remove {
        /// Its name
        name: String,
    },
}

/// Runs a verb.
pub async fn run(desk: &WashDesk, shell: &Shell) -> Ended {
    let store = shell.store()?;
    let texts = &shell.texts;
    match desk {
        WashDesk::Runs => runs(shell).await?,
        WashDesk::Pace { per_minute } => {
            let pace = store.wash_pace(*per_minute).await?.to_string();
            shell.say(&texts.fill("washing.pace", &[("count", &pace)]));
        }
        WashDesk::Share { per_cent } => {
            let share = store.wash_most_gone(*per_cent).await?.to_string();
            shell.say(&texts.fill("washing.most_gone", &[("share", &share)]));
        }
        WashDesk::Wait { days } => {
            let days = store.wash_next_days(*days).await?.to_string();
            shell.say(&texts.fill("washing.next_days", &[("days", &days)]));
        }
        WashDesk::Back { run, correction } => {
            let mut back = 0;
            loop {
                let some = store.wash_corrections_back(*run, *correction).await?;
                back += some;
                if some == 0 || correction.is_some() {
                    break;
                }
            }
            shell.say(&texts.fill("washing.back", &[("count", &back.to_string())]));
        }
        WashDesk::Faults { set } => faults(set.as_ref(), shell).await?,
        WashDesk::Updates { verb } => return updates::run(verb.as_ref(), shell).await,
        WashDesk::GoLive { on, dry_run } => return go_live::run(*on, *dry_run, shell).await,
        WashDesk::Milestones { verb } => milestones(verb.as_ref(), shell).await?,
        WashDesk::Progress { csv, weeks } => {
            let progress = store.wash_progress(*weeks).await?;
            let calendars = store.calendars().await?;
            let calendar = calendars.get(Country::No);
            let is_open = |day| calendar.is_working_day(day).unwrap_or(false);
            if *csv {
                progress::table(&progress, is_open, shell);
            } else {
                progress::say(&progress, is_open, shell);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn runs(shell: &Shell) -> Result<(), StoreError> {
    let store = shell
        .store()
        .map_err(|error| StoreError::Bug(error.to_string()))?;
    for run in store.wash_runs(20).await? {
        let number = run.run_id.to_string();
        let counts = counts(&run.counts, &shell.texts);
        let day = run.origin_day.map(|day| day.to_string());
        let origin = [run.origin.as_str(), day.as_deref().unwrap_or_default()].join(" ");
        let values = [
            ("run", number.as_str()),
            ("kind", &run.kind),
            ("scope", &run.scope),
            ("file", &run.file_ref),
            ("origin", origin.trim()),
            ("state", &run.state),
            ("counts", &counts),
        ];
        shell.say(&shell.texts.fill("washing.run", &values));
    }
    Ok(())
}

/// What a run did, in words.
pub(super) fn counts(counts: &BTreeMap<String, i64>, texts: &Texts) -> String {
    let said: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count != 0)
        .map(|(word, count)| {
            let key = format!("washing.what.{word}");
            let what = texts.find(&key).map_or_else(|| word.clone(), str::to_owned);
            let values = [("count", count.to_string()), ("what", what)];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            texts.fill("washing.count", &values)
        })
        .collect();
    if said.is_empty() {
        return texts.say("washing.none");
    }
    said.join(", ")
}

async fn faults(verb: Option<&FaultVerb>, shell: &Shell) -> Result<(), CliError> {
    let store = shell.store()?;
    if let Some(FaultVerb::Set { fault, code }) = verb {
        let code = code.to_uppercase();
        let meant = (code != "NONE").then_some(code.as_str());
        store.wash_fault_set(&fault.to_uppercase(), meant).await?;
    }
    for row in store.wash_faults().await? {
        let code = row.code.unwrap_or_else(|| shell.texts.say("washing.none"));
        shell.say(&format!("{:<12} {code}", row.fault));
    }
    Ok(())
}

async fn milestones(verb: Option<&MilestoneVerb>, shell: &Shell) -> Result<(), CliError> {
    let store = shell.store()?;
    match verb {
        Some(MilestoneVerb::Set {
            name,
            day,
            share,
            codes,
        }) => {
            let codes: Vec<String> = codes.iter().map(|code| code.word()).collect();
            let name = clean(name);
            store
                .wash_milestone_set(&name, Some(*day), &codes, Some(*share))
                .await?;
        }
        Some(MilestoneVerb::Remove { name }) => {
            store.wash_milestone_set(name, None, &[], None).await?;
        }
        Some(MilestoneVerb::List) | None => {}
    }
    for one in store.wash_progress(1).await?.milestones {
        let codes = one.codes.join(" ");
        shell.say(&format!(
            "{}  {}  {} %  {codes}",
            one.name, one.day, one.share
        ));
    }
    Ok(())
}

/// A run that failed, for people.
pub(super) fn wash_error(error: WashError) -> CliError {
    match error {
        WashError::Store(error) => error.into(),
        WashError::NoRows(path) => {
            let file = path.display().to_string();
            let file = [("file", &*clean(&file))];
            CliError::Refused(Sentence::new("washing.no_rows", &file))
        }
        other => color_eyre::Report::new(other).into(),
    }
}
