//! Words and layout of the command line: instants in the zone of the case, time left, refusals,
//! values of fields, aligned columns. Nothing here touches a database.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use unicode_width::UnicodeWidthStr as _;
use uuid::Uuid;

use crate::domain::country::Country;
use crate::domain::deadline::Comparison;
use crate::domain::deadline::{LeftForm, text_left};
use crate::domain::money::Money;
use crate::process;
use crate::process::engine::Refusal;
use crate::process::field::Value;
use crate::text::{self, LANGUAGES, Texts, format};

/// The zone of a process's country; Dutch time for one that this program does not know.
pub fn zone_of(process: &str) -> Tz {
    country_of(process).zone()
}

/// Its country; the Netherlands for a process that is not known.
pub fn country_of(process: &str) -> Country {
    process::find(process).map_or(Country::Nl, |process| process.country)
}

/// A local date and time: `1 Jul 2026 09:12`.
pub fn when(texts: &Texts, at: DateTime<Utc>, zone: Tz) -> String {
    format::instant(texts, at, zone)
}

/// A due instant. One that ends a day is said as 24:00 of that day, which is how people say it.
pub fn due(texts: &Texts, at: DateTime<Utc>, comparison: Comparison, zone: Tz) -> String {
    let (day, time) = format::last_moment(at, comparison, zone);
    format!("{} {time}", format::date(texts, day))
}

/// The name of an action: of its process, or one that all have.
pub fn action(process: &str, key: &str, texts: &Texts) -> String {
    let text = process::find(process).map(|process| process.action_text(key));
    let said = text.and_then(|text| texts.find(&text).map(str::to_owned));
    said.unwrap_or_else(|| key.to_owned())
}

/// A clock of a process whose due instant became another: name, before, after.
pub fn shift(
    process: &str,
    clock: &str,
    (was, due_at): (DateTime<Utc>, DateTime<Utc>),
    texts: &Texts,
) -> String {
    let declared = process::find(process).and_then(|process| process.clock(clock));
    let comparison = declared.map_or(Comparison::UpToAndIncluding, |clock| {
        clock.term.comparison()
    });
    let said = |at| due(texts, at, comparison, zone_of(process));
    let name = texts.get(&format!("clock.{clock}")).to_owned();
    let (was, due_at) = (said(was), said(due_at));
    let values = [("clock", &*name), ("was", &*was), ("due", &*due_at)];
    texts.fill("case.shift", &values)
}

/// The time left until an instant, or since: `1d 03h`, `-12m`.
pub fn left(due: DateTime<Utc>, now: DateTime<Utc>, texts: &Texts) -> String {
    let left = text_left(due, now);
    let key = match left.form() {
        LeftForm::DaysHours => "case.left.days_hours",
        LeftForm::HoursMinutes => "case.left.hours_minutes",
        LeftForm::Minutes => "case.left.minutes",
        LeftForm::MinutesSeconds => "case.left.minutes_seconds",
    };
    let (days, hours) = (left.days.to_string(), format!("{:02}", left.hours));
    let (minutes, seconds) = (
        format!("{:02}", left.minutes),
        format!("{:02}", left.seconds),
    );
    let values = [
        ("days", &*days),
        ("hours", &*hours),
        ("minutes", &*minutes),
        ("seconds", &*seconds),
    ];
    let words = texts.fill(key, &values);
    let words = words.strip_prefix('0').map_or(words.clone(), str::to_owned);
    if left.negative {
        format!("-{words}")
    } else {
        words
    }
}

/// A refusal with the key of its field and its rule: `… (responded_at) [GT-24]`.
pub fn refusal(refusal: &Refusal, texts: &Texts) -> String {
    let words = text::refusal::said(texts, &refusal.key, &refusal.args, Country::Nl.zone());
    let about = refusal
        .field
        .as_ref()
        .map(|field| format!(" ({field})"))
        .unwrap_or_default();
    match refusal.rule.as_str() {
        "" => format!("{words}{about}"),
        rule => format!("{words}{about} [{rule}]"),
    }
}

/// The value of a field as a person reads it; free text by its number from `bodies`.
pub fn value(
    field: &str,
    value: &Value,
    (bodies, zone): (&BTreeMap<Uuid, String>, Tz),
    texts: &Texts,
) -> String {
    match value {
        Value::Bool(true) => texts.get("case.yes").to_owned(),
        Value::Bool(false) => texts.get("case.no").to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => {
            let body = bodies.get(&text.text).map(String::as_str);
            body.map_or_else(|| texts.get("case.erased").to_owned(), str::to_owned)
        }
        Value::Code(code) => match (value.as_instant(), code.parse::<Money>()) {
            (Some(at), _) => when(texts, at, zone),
            (None, Ok(money)) => format::money(texts, money),
            (None, Err(_)) => choice(field, code, texts),
        },
        Value::List(values) => {
            let said = values.iter();
            let said = said.map(|one| self::value(field, one, (bodies, zone), texts));
            said.collect::<Vec<_>>().join("; ")
        }
    }
}

/// A choice as its text; a code that is no choice as it is.
pub fn choice(field: &str, code: &str, texts: &Texts) -> String {
    let key = format!("choice.{field}.{code}");
    match texts.get(&key) {
        unknown if unknown == key => code.to_owned(),
        known => known.to_owned(),
    }
}

/// The cells of these columns, filled with spaces in front to one width.
pub fn right_aligned(
    mut rows: Vec<Vec<String>>,
    columns: std::ops::RangeInclusive<usize>,
) -> Vec<Vec<String>> {
    for column in columns {
        let cells = || rows.iter().filter_map(|row| row.get(column));
        let widest = cells().map(|cell| cell.width()).max().unwrap_or(0);
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            *cell = format!("{}{cell}", " ".repeat(widest - cell.width()));
        }
    }
    rows
}

/// Rows as aligned columns, two spaces between them; the last column is not padded.
pub fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|n| {
            rows.iter()
                .filter_map(|row| row.get(n))
                .map(|cell| cell.width())
                .max()
        })
        .map(Option::unwrap_or_default)
        .collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
    }
    line.trim_end().to_owned()
}

/// JSON that a terminal may be shown: what it would obey stands as an escape, nothing is lost.
pub fn harmless_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        let is_bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || is_bidi {
            // writing into a string cannot fail
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether somebody who wrote `given` means that key: as it is, or by its name in any language.
pub fn is_named(area: &str, key: &str, given: &str) -> bool {
    static ALL: LazyLock<[Texts; LANGUAGES.len()]> = LazyLock::new(|| LANGUAGES.map(Texts::load));
    let given = given.trim().to_lowercase();
    let name = |texts: &Texts| texts.say(&format!("{area}.{key}")).to_lowercase();
    given == key || ALL.iter().any(|texts| name(texts) == given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_end_of_a_working_day_is_said_as_24_00_of_that_day() {
        let (zone, texts) = (Country::Nl.zone(), Texts::load("en"));
        let end = at("2026-07-02T22:00:00Z");
        let said = |comparison| due(&texts, end, comparison, zone);
        assert_eq!(said(Comparison::Before), "2 Jul 2026 24:00");
        assert_eq!(said(Comparison::UpToAndIncluding), "3 Jul 2026 00:00");
        assert_eq!(when(&texts, end, zone), "3 Jul 2026 00:00");
    }

    #[test]
    fn time_left_is_short_and_signed() {
        let texts = Texts::load("en");
        let now = at("2026-07-01T10:00:00Z");
        assert_eq!(left(at("2026-07-02T13:00:00Z"), now, &texts), "1d 03h");
        assert_eq!(left(at("2026-07-01T12:05:00Z"), now, &texts), "2h 05m");
        assert_eq!(left(at("2026-07-01T09:48:00Z"), now, &texts), "-12m");
    }

    #[test]
    fn columns_are_aligned_by_what_the_terminal_shows() {
        let rows = [vec!["a", "漢字", "x"], vec!["bbb", "c", "y"]];
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(columns(&rows), ["a    漢字  x", "bbb  c     y"]);
    }

    #[test]
    fn json_holds_nothing_that_a_terminal_obeys() {
        let json = serde_json::to_string("a\u{9b}2J\u{202e}b").unwrap();
        let harmless = harmless_json(&json);
        assert_eq!(harmless, r#""a\u009b2J\u202eb""#);
        let back: String = serde_json::from_str(&harmless).unwrap();
        assert_eq!(back, "a\u{9b}2J\u{202e}b");
    }
}
