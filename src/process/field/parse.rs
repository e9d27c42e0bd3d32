//! From what a person typed, or what stands in a file, to an answer. Times are local to the country
//! of the case, never to the terminal (`calendars.md` 4.5).

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{Field, FieldKind, LIST_MAX, Value};
use crate::domain::country::Country;
use crate::domain::money::{Money, MoneyError};
use crate::domain::when;
use crate::process::engine::{Answer, Refusal, check_value, spelled};

const TIMES: &[&str] = &[
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S%.f",
];
const DAYS: &[&str] = &["%Y-%m-%d", "%d-%m-%Y"];

impl Field {
    /// The answer in what was typed. Empty input gives an empty answer, which the engine takes as
    /// none. Refuses what is not of the field's kind, naming the field, and of a list the line.
    pub fn parse(&self, raw: &str, country: Country) -> Result<Answer, Refusal> {
        if raw.trim().is_empty() {
            return Ok(Answer::Free(raw.to_owned()));
        }
        if self.kind.of_one().is_text() {
            return spelled(self.kind, raw)
                .map(Answer::Free)
                .map_err(|refusal| refusal.about(self.key));
        }
        let value = match self.kind {
            FieldKind::List(kind) => list(*kind, raw, country),
            kind => one(kind, raw.trim(), country),
        };
        value
            .and_then(|value| self.within(value))
            .map(Answer::Value)
            .map_err(|refusal| refusal.about_field(self))
    }
}

/// The values of a list: one a line, empty lines are none.
fn list(kind: FieldKind, raw: &str, country: Country) -> Result<Value, Refusal> {
    let lines = raw.lines().enumerate();
    let lines = lines.map(|(number, line)| (number, line.trim()));
    let values: Vec<Value> = lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| {
            one(kind, line, country).map_err(|refusal| of_line(number, line, refusal))
        })
        .collect::<Result<_, _>>()?;
    if values.len() > LIST_MAX {
        return Err(Refusal::new("list_too_long").with("max", &LIST_MAX.to_string()));
    }
    Ok(Value::List(values))
}

/// What is wrong with one line of a list: which line, what stands there, and why.
fn of_line(number: usize, line: &str, refusal: Refusal) -> Refusal {
    let why = format!("refusal.{}", refusal.key);
    let said: String = line.chars().take(40).collect();
    Refusal {
        key: "list_line".to_owned(),
        ..refusal
    }
    .with("line", &(number + 1).to_string())
    .with("given", &said)
    .with("why", &why)
}

fn one(kind: FieldKind, typed: &str, country: Country) -> Result<Value, Refusal> {
    let value = match kind {
        FieldKind::YesNo => yes_no(typed),
        FieldKind::Instant => instant(typed, country.zone())?,
        FieldKind::Date => day(typed),
        FieldKind::Time => time(typed),
        FieldKind::Money => money(typed, country)?,
        FieldKind::Number => Value::Code(typed.replace(',', ".")),
        _ => Value::Code(typed.to_owned()),
    };
    check_value(kind, value)
}

fn time(typed: &str) -> Value {
    let found = when::clock(&typed.to_lowercase());
    let said = found.map(|time| time.format("%H:%M").to_string());
    Value::Code(said.unwrap_or_else(|| typed.to_owned()))
}

fn money(typed: &str, country: Country) -> Result<Value, Refusal> {
    let key = |error| match error {
        MoneyError::Form => "not_money",
        MoneyError::Decimals => "money_decimals",
        MoneyError::Currency => "money_currency",
        MoneyError::TooLarge => "money_too_large",
    };
    Money::parse(typed, country)
        .map(|money| Value::Code(money.to_string()))
        .map_err(|error| Refusal::new(key(error)))
}

fn yes_no(typed: &str) -> Value {
    match typed.to_lowercase().as_str() {
        "yes" | "y" | "true" | "ja" | "j" | "1" => Value::Bool(true),
        "no" | "n" | "false" | "nee" | "0" => Value::Bool(false),
        other => Value::Code(other.to_owned()),
    }
}

fn day(typed: &str) -> Value {
    let mut days = DAYS.iter();
    let found = days.find_map(|format| NaiveDate::parse_from_str(typed, format).ok());
    Value::Code(found.map_or_else(|| typed.to_owned(), |day| day.to_string()))
}

/// A local time that the change to summer time skips is refused; of one that occurs twice the first
/// is meant. An offset, as in RFC 3339, says it exactly.
fn instant(typed: &str, zone: Tz) -> Result<Value, Refusal> {
    if let Ok(at) = DateTime::parse_from_rfc3339(typed) {
        return Ok(Value::instant(at.with_timezone(&Utc)));
    }
    let mut times = TIMES.iter();
    let found = times.find_map(|format| NaiveDateTime::parse_from_str(typed, format).ok());
    let local = found.ok_or_else(|| Refusal::new("not_an_instant"))?;
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
            Ok(Value::instant(at.with_timezone(&Utc)))
        }
        LocalResult::None => Err(Refusal::new("no_such_local_time")),
    }
}
