//! `loket check KIND VALUE…`: identifiers, valid or not, and why.

mod reason;

use std::io::BufRead;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, ValueEnum};
use color_eyre::eyre::{Context as _, bail};
use serde::Serialize;

use super::shell;
use crate::domain::country::Country;
use crate::domain::ean::Ean18;
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::gln::Gln;
use crate::domain::kbo::Kbo;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::domain::organisationsnummer::Organisationsnummer;
use crate::domain::personnummer::Personnummer;
use crate::domain::postcode::Postcode;
use crate::domain::sanitize::clean;
use crate::text::Texts;
use reason::Reason;

/// The longest line that is read from standard input, in bytes.
const LINE_LIMIT: usize = 4096;

/// What to check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Kind of identifier
    #[arg(value_enum)]
    pub kind: IdentifierKind,
    /// Values; none or `-` reads one per line from standard input
    #[arg(value_name = "VALUE")]
    pub values: Vec<String>,
    /// Print one JSON object per value
    #[arg(long)]
    pub json: bool,
    /// Day at which the number must be acceptable: rule of 2032 (fnr), century (personnr);
    /// today by default
    #[arg(long, alias = "reference", value_name = "YYYY-MM-DD")]
    pub reference_date: Option<NaiveDate>,
}

/// The kinds of identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdentifierKind {
    /// EAN-18 (GSRN) of a metering point
    Ean,
    /// GLN-13 of a market party
    Gln,
    /// Norwegian fødselsnummer or D-number
    Fnr,
    /// Norwegian organisasjonsnummer
    OrgnrNo,
    /// Swedish personnummer or samordningsnummer
    Personnr,
    /// Swedish organisationsnummer
    OrgnrSe,
    /// Belgian enterprise number
    Kbo,
    /// Dutch postcode
    PostcodeNl,
}

/// The verdict on one value.
#[derive(Debug, Serialize)]
struct Verdict<'a> {
    value: &'a str,
    valid: bool,
    /// Why it is refused, in words.
    reason: Option<String>,
    /// Why it is refused, as a word that never changes with the language.
    code: Option<&'static str>,
    /// The value as it is stored.
    normal: Option<String>,
}

/// Checks all values. Exit code 1 when any is invalid.
pub fn run(args: &CheckArgs, texts: &Texts, now: DateTime<Utc>) -> color_eyre::Result<ExitCode> {
    let reference = args.reference_date.unwrap_or_else(|| today(args.kind, now));
    let mut all_valid = true;
    let mut check = |value: &str| {
        let verdict = judge(args.kind, value, reference);
        all_valid &= verdict.is_ok();
        report(args, texts, value, verdict)
    };
    if args.values.is_empty() {
        read_lines(&mut std::io::stdin().lock(), texts, &mut check)?;
    }
    for value in &args.values {
        let goes_on = if value == "-" {
            read_lines(&mut std::io::stdin().lock(), texts, &mut check)?
        } else {
            check(value)?
        };
        if !goes_on {
            break;
        }
    }
    Ok(ExitCode::from(u8::from(!all_valid)))
}

/// Today, where the number comes from.
fn today(kind: IdentifierKind, now: DateTime<Utc>) -> NaiveDate {
    let country = match kind {
        IdentifierKind::Fnr | IdentifierKind::OrgnrNo => Country::No,
        IdentifierKind::Personnr | IdentifierKind::OrgnrSe => Country::Se,
        IdentifierKind::Kbo => Country::Be,
        IdentifierKind::Ean | IdentifierKind::Gln | IdentifierKind::PostcodeNl => Country::Nl,
    };
    now.with_timezone(&country.zone()).date_naive()
}

/// The value as it is stored, or why it is refused.
fn judge(kind: IdentifierKind, value: &str, reference: NaiveDate) -> Result<String, Reason> {
    Ok(match kind {
        IdentifierKind::Ean => Ean18::parse(value)?.to_string(),
        IdentifierKind::Gln => Gln::parse(value)?.to_string(),
        IdentifierKind::Fnr => Fodselsnummer::parse(value, reference)?.to_string(),
        IdentifierKind::OrgnrNo => Organisasjonsnummer::parse(value)?.to_string(),
        IdentifierKind::Personnr => Personnummer::parse(value, reference)?.as_str().to_owned(),
        IdentifierKind::OrgnrSe => Organisationsnummer::parse(value)?.as_str().to_owned(),
        IdentifierKind::Kbo => Kbo::parse(value)?.as_str().to_owned(),
        IdentifierKind::PostcodeNl => Postcode::parse(value)?.as_str().to_owned(),
    })
}

/// Prints one verdict; `false` when nobody reads any more.
fn report(
    args: &CheckArgs,
    texts: &Texts,
    value: &str,
    verdict: Result<String, Reason>,
) -> color_eyre::Result<bool> {
    let shown = clean(value);
    let (normal, reason) = match verdict {
        Ok(normal) => (Some(normal), None),
        Err(reason) => (None, Some(reason)),
    };
    let line = Verdict {
        value: &shown,
        valid: reason.is_none(),
        reason: reason.as_ref().map(|reason| reason.told(texts)),
        code: reason.as_ref().map(Reason::code),
        normal,
    };
    if args.json {
        return Ok(shell::json_line(&serde_json::to_string(&line)?));
    }
    let word = texts.get(if line.valid {
        "check.valid"
    } else {
        "check.invalid"
    });
    let why = line
        .reason
        .map(|reason| format!("  {reason}"))
        .unwrap_or_default();
    Ok(shell::line(&format!("{shown}  {word}{why}")))
}

/// Hands every line that is not blank to `check`, until nobody reads its output any more.
fn read_lines(
    input: &mut impl BufRead,
    texts: &Texts,
    check: &mut impl FnMut(&str) -> color_eyre::Result<bool>,
) -> color_eyre::Result<bool> {
    for number in 1_u64.. {
        let mut line = Vec::new();
        let limit = u64::try_from(LINE_LIMIT)? + 1;
        let read = std::io::Read::take(&mut *input, limit)
            .read_until(b'\n', &mut line)
            .wrap_err("standard input")?;
        if read == 0 {
            break;
        }
        if read > LINE_LIMIT {
            let values = [
                ("line", &*number.to_string()),
                ("limit", &*LINE_LIMIT.to_string()),
            ];
            bail!(texts.fill("check.too_long", &values));
        }
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() && !check(line.trim())? {
            return Ok(false);
        }
    }
    Ok(true)
}
