//! From what a person typed, or what stands in a file, to an answer. Times are local to the country
//! of the case, never to the terminal (`calendars.md` 4.5).

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{Field, FieldKind, Value};
use crate::process::engine::{Answer, Refusal, check_value};

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
    /// none. Refuses what is not of the field's kind, naming the field.
    pub fn parse(&self, raw: &str, zone: Tz) -> Result<Answer, Refusal> {
        let typed = raw.trim();
        if matches!(self.kind, FieldKind::Line | FieldKind::Note) || typed.is_empty() {
            return Ok(Answer::Free(raw.to_owned()));
        }
        let value = match self.kind {
            FieldKind::YesNo => yes_no(typed),
            FieldKind::Instant => {
                instant(typed, zone).map_err(|refusal| refusal.about(self.key))?
            }
            FieldKind::Date => day(typed),
            _ => Value::Code(typed.to_owned()),
        };
        check_value(self.kind, value)
            .map(Answer::Value)
            .map_err(|refusal| refusal.about(self.key))
    }
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
