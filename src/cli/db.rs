//! `loket db …`: making, migrating and verifying a database, and the legal clock of a rehearsal.
//! Run by an administrator; a console never does any of it at its start.

mod calendar;
mod recount;

use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Ended, Sentence, Shell, words};
use crate::domain::country::Country;
use crate::process::engine::Answer;
use crate::process::field::{Field, FieldKind};
use crate::store::admin::{self, Purpose, Status};
use crate::store::verify::Verification;
use crate::system;
use crate::text::format;

/// What to do with a database.
#[derive(Debug, Args)]
pub struct DbArgs {
    /// Print one JSON object
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a database on the server of the address, with roles, tables and functions
    Create {
        /// Its name: small letters, digits and _
        name: String,
        /// For training: only there may the legal clock be shifted
        #[arg(long)]
        rehearsal: bool,
    },
    /// Bring the database to the tables and processes of this program
    Migrate,
    /// What stands in the database; exit code 1 when migrations are pending
    Status,
    /// Recompute all hash chains, replay all events, compare with the cases; exit code 1 on any
    /// difference
    Verify,
    /// Free days of a country; add one that was announced late, take one away
    Calendar(calendar::CalendarArgs),
    /// Count open deadlines anew after an edit of a calendar; exit code 3 when a case refused
    Recount {
        /// Say what would move, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// How long a person's change can be taken back and its messages wait; sets it when given
    Grace {
        /// 0 to 600; 0 lets everything leave at once
        #[arg(value_name = "SECONDS")]
        seconds: Option<i32>,
    },
    /// The legal clock; of a rehearsal it can be set or shifted
    Clock {
        /// Set it to this instant (RFC 3339, or Dutch local time); it runs on from there
        #[arg(long, value_name = "INSTANT", conflicts_with = "shift")]
        at: Option<String>,
        /// Shift it: +72h, -30m, +2d
        #[arg(value_name = "SHIFT", allow_hyphen_values = true)]
        shift: Option<String>,
    },
}

#[derive(Serialize)]
struct Created<'a> {
    database: &'a str,
    rehearsal: bool,
}

#[derive(Serialize)]
struct Migrated {
    applied: Vec<i64>,
}

#[derive(Serialize)]
struct Grace {
    grace_seconds: i32,
}

#[derive(Serialize)]
struct Clock {
    legal_now: DateTime<Utc>,
    /// How far the legal clock is ahead of the machine's.
    offset_seconds: i64,
}

/// Runs a verb.
pub async fn run(args: DbArgs, shell: &Shell) -> Ended {
    match args.verb {
        Verb::Create { name, rehearsal } => create(shell, args.json, &name, rehearsal).await,
        Verb::Migrate => migrate(shell, args.json).await,
        Verb::Status => status(shell, args.json).await,
        Verb::Verify => verify(shell, args.json).await,
        Verb::Calendar(calendar) => calendar::run(shell, args.json, &calendar).await,
        Verb::Recount { dry_run } => recount::run(shell, args.json, dry_run).await,
        Verb::Grace { seconds } => grace(shell, args.json, seconds).await,
        Verb::Clock { at, shift } => clock(shell, args.json, at.as_deref(), shift.as_deref()).await,
    }
}

async fn create(shell: &Shell, json: bool, name: &str, rehearsal: bool) -> Ended {
    // the address may name the database that is to be made
    let server = shell.options()?.database("postgres");
    let purpose = if rehearsal {
        Purpose::Rehearsal
    } else {
        Purpose::Work
    };
    admin::create(&server, name, purpose).await?;
    if json {
        shell.json(&Created {
            database: name,
            rehearsal,
        })?;
    } else {
        shell.tell("db.created", &[("name", name)]);
    }
    Ok(ExitCode::SUCCESS)
}

async fn migrate(shell: &Shell, json: bool) -> Ended {
    let applied = admin::migrate(&shell.options()?).await?;
    if json {
        shell.json(&Migrated { applied })?;
    } else if applied.is_empty() {
        shell.tell("db.up_to_date", &[]);
    } else {
        shell.tell("db.migrated", &[("numbers", &numbers(&applied))]);
    }
    Ok(ExitCode::SUCCESS)
}

fn numbers(list: &[i64]) -> String {
    list.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

async fn status(shell: &Shell, json: bool) -> Ended {
    let status = admin::status(&shell.options()?).await?;
    if json {
        shell.json(&status)?;
    } else {
        say_status(shell, &status);
    }
    let code = u8::from(!status.pending.is_empty());
    Ok(ExitCode::from(code))
}

fn say_status(shell: &Shell, status: &Status) {
    shell.tell("db.server", &[("version", &status.server)]);
    match status.pending.as_slice() {
        [] => shell.tell("db.up_to_date", &[]),
        pending => shell.tell("db.pending", &[("numbers", &numbers(pending))]),
    }
    if !status.unknown.is_empty() {
        shell.tell("db.unknown", &[("numbers", &numbers(&status.unknown))]);
    }
    if status.rehearsal == Some(true) {
        shell.tell("db.rehearsal", &[]);
    }
    if let Some(now) = status.legal_now {
        shell.tell(
            "db.legal_now",
            &[("at", &words::when(&shell.texts, now, Country::Nl.zone()))],
        );
    }
    if let Some((live, all)) = status.cases {
        let of = |n| format::count(&shell.texts, n);
        let (live, all) = (of(live), of(all));
        shell.tell("db.cases", &[("live", &live), ("all", &all)]);
    }
}

async fn verify(shell: &Shell, json: bool) -> Ended {
    let store = shell.store()?;
    let calendars = store.calendars().await?;
    let result = store.verify(&calendars, |_| ()).await?;
    if json {
        shell.json(&result)?;
    } else {
        say_verification(shell, &result);
    }
    Ok(ExitCode::from(u8::from(!result.differences.is_empty())))
}

fn say_verification(shell: &Shell, result: &Verification) {
    for difference in &result.differences {
        shell.say(&format!("{}: {}", difference.case_no, difference.what));
    }
    let texts = &shell.texts;
    let cases = format::count(texts, result.cases);
    let events = format::count(texts, result.events);
    let differences = format::count(texts, result.differences.len());
    let values = [
        ("cases", &*cases),
        ("events", &*events),
        ("differences", &*differences),
    ];
    let key = if result.differences.is_empty() {
        "db.verified"
    } else {
        "db.differs"
    };
    shell.tell(key, &values);
}

async fn clock(shell: &Shell, json: bool, at: Option<&str>, shift: Option<&str>) -> Ended {
    let store = shell.store()?;
    let legal_now = match (at, shift) {
        (Some(at), _) => store.clock_set(instant(at)?).await?,
        (None, Some(shift)) => store.clock_shift(seconds(shift)?).await?,
        (None, None) => store.legal_now().await?,
    };
    let offset = legal_now - system::now();
    if json {
        shell.json(&Clock {
            legal_now,
            offset_seconds: rounded(offset),
        })?;
    } else {
        let at = words::when(&shell.texts, legal_now, Country::Nl.zone());
        shell.tell("db.clock", &[("at", &at), ("offset", &spoken(offset))]);
    }
    Ok(ExitCode::SUCCESS)
}

async fn grace(shell: &Shell, json: bool, seconds: Option<i32>) -> Ended {
    let store = shell.store()?;
    let grace_seconds = match seconds {
        Some(seconds) => store.grace_set(seconds).await?,
        None => store.grace().await?,
    };
    if json {
        shell.json(&Grace { grace_seconds })?;
    } else if grace_seconds == 0 {
        shell.tell("db.no_grace", &[]);
    } else {
        shell.tell("db.grace", &[("n", &grace_seconds.to_string())]);
    }
    Ok(ExitCode::SUCCESS)
}

fn instant(raw: &str) -> Result<DateTime<Utc>, CliError> {
    static FIELD: Field = Field::always("at", FieldKind::Instant);
    let answer = FIELD.parse(raw, Country::Nl);
    let at = match answer {
        Ok(Answer::Value(value)) => value.as_instant(),
        _ => None,
    };
    at.ok_or_else(|| CliError::Usage(Sentence::new("db.not_an_instant", &[("value", raw)])))
}

/// `+72h`, `-30m`, `+2d`, `90s` in seconds.
fn seconds(raw: &str) -> Result<i32, CliError> {
    let fault = || CliError::Usage(Sentence::new("db.not_a_shift", &[("value", raw)]));
    let unit = raw.chars().next_back().ok_or_else(fault)?;
    let unit_seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(fault()),
    };
    let number = raw.strip_suffix(unit).unwrap_or_default();
    let number: i32 = number.parse().map_err(|_| fault())?;
    number.checked_mul(unit_seconds).ok_or_else(fault)
}

/// Whole seconds: the two clocks are read a moment apart.
fn rounded(offset: TimeDelta) -> i64 {
    (offset.num_milliseconds() + 500).div_euclid(1000)
}

/// `+3d 00:00:00`.
fn spoken(offset: TimeDelta) -> String {
    let seconds = rounded(offset);
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let (days, rest) = (size / 86_400, size % 86_400);
    format!(
        "{sign}{days}d {:02}:{:02}:{:02}",
        rest / 3_600,
        rest % 3_600 / 60,
        rest % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_a_sign_a_number_and_a_unit() {
        for (raw, expected) in [
            ("+72h", 259_200),
            ("-30m", -1_800),
            ("+2d", 172_800),
            ("5s", 5),
            ("-1d", -86_400),
        ] {
            assert_eq!(seconds(raw).unwrap(), expected, "{raw}");
        }
        for raw in [
            "",
            "h",
            "+h",
            "72",
            "3w",
            "1.5h",
            "++2h",
            "99999999d",
            "2 h",
            "é",
        ] {
            assert!(seconds(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn an_offset_is_said_in_days_and_time() {
        assert_eq!(spoken(TimeDelta::milliseconds(-20)), "+0d 00:00:00");
        assert_eq!(spoken(TimeDelta::seconds(259_200)), "+3d 00:00:00");
        assert_eq!(spoken(TimeDelta::seconds(-1_801)), "-0d 00:30:01");
    }
}
