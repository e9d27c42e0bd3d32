//! `loket fees …`: what the law lets the company ask, from a day on (PRIO-14).

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{CliError, Ended, Sentence, Shell, words};
use crate::domain::country::Country;
use crate::domain::money::Money;
use crate::process::engine::Answer;
use crate::process::field::{Field, FieldKind};
use crate::store::fees::Fee;
use crate::text::format;

/// What to do with fees.
#[derive(Debug, Args)]
pub struct FeesArgs {
    /// Print one JSON object per fee
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// All fees with their days; what came along as an example is marked
    List,
    /// Set a fee from an instant on, or from now
    Add {
        /// What it is asked for: `prio_electricity`, or by how it is read:
        /// `prio_electricity_smart_on`
        kind: String,
        /// 70,10 or EUR 70.10
        amount: String,
        /// From when on (RFC 3339, or Dutch local time); now when left out
        #[arg(long, value_name = "INSTANT")]
        from: Option<String>,
    },
}

/// Runs a verb.
pub async fn run(args: FeesArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    let fees = match &args.verb {
        Verb::List => store.fees().await?,
        Verb::Add { kind, amount, from } => {
            let from = from.as_deref().map(instant).transpose()?;
            vec![store.fee_add(kind, money(amount)?, from).await?]
        }
    };
    tell(shell, args.json, &fees)
}

fn tell(shell: &Shell, json: bool, fees: &[Fee]) -> Ended {
    let mut rows = Vec::new();
    for fee in fees {
        if json {
            shell.json(fee)?;
        } else {
            rows.push(row(shell, fee));
        }
    }
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(shell: &Shell, fee: &Fee) -> Vec<String> {
    let texts = &shell.texts;
    let from = words::when(texts, fee.valid_from, Country::Nl.zone());
    let marks = [
        (fee.in_force, "fees.in_force"),
        (fee.example, "fees.example"),
    ];
    let marks = marks.iter().filter(|(holds, _)| *holds);
    let marks: Vec<String> = marks.map(|(_, key)| texts.say(key)).collect();
    vec![
        fee.kind.clone(),
        format::money(texts, fee.amount),
        texts.fill("fees.from", &[("at", &from)]),
        marks.join(", "),
    ]
}

fn money(raw: &str) -> Result<Money, CliError> {
    let stored = raw.trim().parse().ok();
    let read = stored.or_else(|| Money::parse(raw, Country::Nl).ok());
    read.ok_or_else(|| CliError::Usage(Sentence::new("fees.not_money", &[("value", raw)])))
}

/// A local date and time, or RFC 3339.
pub(super) fn instant(raw: &str) -> Result<DateTime<Utc>, CliError> {
    static FIELD: Field = Field::always("at", FieldKind::Instant);
    let at = match FIELD.parse(raw, Country::Nl) {
        Ok(Answer::Value(value)) => value.as_instant(),
        _ => None,
    };
    at.ok_or_else(|| CliError::Usage(Sentence::new("db.not_an_instant", &[("value", raw)])))
}
