//! The legal holidays as rules, read from `assets/calendars/*.toml` and expanded to days. No crate
//! has the legal lists right (decision 11): each rule carries its law.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::Deserialize;

use super::{Calendar, CalendarError, FreeDay, FreeKind};
use crate::domain::country::Country;

const NL: &str = include_str!("../../../assets/calendars/nl.toml");
const NO: &str = include_str!("../../../assets/calendars/no.toml");
const SE: &str = include_str!("../../../assets/calendars/se.toml");
const BE: &str = include_str!("../../../assets/calendars/be.toml");

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    key: String,
    version: i32,
    country: Country,
    first_year: i32,
    last_year: i32,
    day: Vec<DayRule>,
}

/// One free day and the rule that finds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DayRule {
    key: String,
    name: String,
    law: String,
    #[serde(default = "public")]
    kind: FreeKind,
    from_year: Option<i32>,
    until_year: Option<i32>,
    rule: Rule,
}

fn public() -> FreeKind {
    FreeKind::Public
}

/// How the date of a year is found.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Rule {
    /// The same date each year.
    Fixed { month: u32, day: u32 },
    /// The same date, or the Saturday before when it is a Sunday (the Dutch king's day).
    FixedNeverSunday { month: u32, day: u32 },
    /// Days after Easter Sunday; negative is before.
    Easter(i64),
    /// The first such weekday on or after a date.
    FirstWeekday {
        weekday: Weekday,
        month: u32,
        day: u32,
    },
    /// Single dates, by decree.
    On(Vec<NaiveDate>),
}

impl Rule {
    /// The dates in a year; an error when the rule names a date that does not exist.
    fn dates(&self, year: i32) -> Result<Vec<NaiveDate>, CalendarError> {
        let date = |month, day| {
            NaiveDate::from_ymd_opt(year, month, day)
                .ok_or_else(|| CalendarError::BadRules(format!("no day {year}-{month}-{day}")))
        };
        let one = match *self {
            Self::On(ref dates) => {
                return Ok(dates.iter().copied().filter(|d| d.year() == year).collect());
            }
            Self::Fixed { month, day } => date(month, day)?,
            Self::FixedNeverSunday { month, day } => {
                let date = date(month, day)?;
                let back = u64::from(date.weekday() == Weekday::Sun);
                date - Days::new(back)
            }
            Self::Easter(offset) => {
                let (month, day) = easter(year);
                date(month, day)? + chrono::Duration::days(offset)
            }
            Self::FirstWeekday {
                weekday,
                month,
                day,
            } => {
                let from = date(month, day)?;
                from + Days::new(u64::from(weekday.days_since(from.weekday())))
            }
        };
        Ok(vec![one])
    }
}

/// Easter Sunday of a year in the Gregorian calendar; `None` outside the years of [`NaiveDate`].
pub fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let (month, day) = easter(year);
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Month and day of Easter by the Gregorian computus (Meeus, Jones, Butcher).
#[expect(
    clippy::many_single_char_names,
    reason = "the published algorithm names its steps so"
)]
fn easter(year: i32) -> (u32, u32) {
    let a = year.rem_euclid(19);
    let (b, c) = (year.div_euclid(100), year.rem_euclid(100));
    let (d, e) = (b.div_euclid(4), b.rem_euclid(4));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - d - g + 15).rem_euclid(30);
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let month = (h + l - 7 * m + 90).div_euclid(25);
    let day = (h + l - 7 * m + 33 * month + 19).rem_euclid(32);
    (month.unsigned_abs(), day.unsigned_abs())
}

/// The calendar shipped for a country.
pub(super) fn builtin(country: Country) -> Result<Calendar, CalendarError> {
    let text = match country {
        Country::Nl => NL,
        Country::No => NO,
        Country::Se => SE,
        Country::Be => BE,
    };
    expand(text)
}

fn expand(text: &str) -> Result<Calendar, CalendarError> {
    let file: RuleFile =
        toml::from_str(text).map_err(|error| CalendarError::BadRules(error.to_string()))?;
    let mut calendar = Calendar::new(file.key, file.version, file.country, []);
    for year in file.first_year..=file.last_year {
        for rule in file.day.iter().filter(|rule| rule.covers(year)) {
            for date in rule.rule.dates(year)? {
                // The rule written first wins when two fall on one day (Ascension on 5 May 2016).
                calendar.days.entry(date).or_insert_with(|| rule.free_day());
            }
        }
    }
    Ok(calendar)
}

impl DayRule {
    fn covers(&self, year: i32) -> bool {
        self.from_year.is_none_or(|from| from <= year)
            && self.until_year.is_none_or(|until| year <= until)
    }

    fn free_day(&self) -> FreeDay {
        FreeDay {
            name_key: self.key.clone(),
            name: self.name.clone(),
            law: self.law.clone(),
            kind: self.kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decision 11: known Easter Sundays, among them the earliest and the latest possible.
    #[test]
    fn easter_falls_where_almanacs_say() {
        for (year, month, day) in [
            (1818, 3, 22),
            (1943, 4, 25),
            (2000, 4, 23),
            (2008, 3, 23),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            assert_eq!(
                easter_sunday(year),
                NaiveDate::from_ymd_opt(year, month, day)
            );
        }
    }

    #[test]
    fn a_rule_for_an_impossible_day_is_refused() {
        let text = "key='x'\nversion=1\ncountry='NL'\nfirst_year=2026\nlast_year=2026\n\
            [[day]]\nkey='k'\nname='n'\nlaw='l'\nrule={fixed={month=2,day=30}}\n";
        assert!(matches!(expand(text), Err(CalendarError::BadRules(_))));
    }

    #[test]
    fn a_misspelt_rule_is_refused() {
        let text = NL.replace("until_year = 2013", "untill_year = 2013");
        assert!(matches!(expand(&text), Err(CalendarError::BadRules(_))));
    }
}
