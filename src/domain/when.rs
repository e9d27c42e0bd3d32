//! Days and times as people say them: `16:00`, `tomorrow 9:30`, `fri`, `+2h`, `in 3 days`. The words
//! come as a table of one language; the result is local time of the place that the table is used for.
//!
//! This module must not know: texts and their files, the present time, what the instant is for.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::fold::fold;

/// A day without a time means this hour.
const MORNING: (u32, u32) = (9, 0);
/// At most this far ahead, in days: what is further is a slip of the finger.
const FURTHEST: u64 = 3_660;
/// At most so many words make one instant.
const WORDS: usize = 5;

/// The words of one language, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// `today`.
    pub today: Vec<String>,
    /// `tomorrow`.
    pub tomorrow: Vec<String>,
    /// The day after tomorrow.
    pub after: Vec<String>,
    /// `yesterday`.
    pub yesterday: Vec<String>,
    /// Monday to Sunday, each with its short forms.
    pub weekdays: [Vec<String>; 7],
    /// `in`: time from now.
    pub within: Vec<String>,
    /// `at`: may stand before a time.
    pub at: Vec<String>,
    /// Minutes.
    pub minutes: Vec<String>,
    /// Hours.
    pub hours: Vec<String>,
    /// Days.
    pub days: Vec<String>,
    /// Weeks.
    pub weeks: Vec<String>,
}

/// Which way a time without a day, or a day without a year, is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lean {
    /// The next such time: what is to be done.
    #[default]
    Ahead,
    /// The last such time: what has happened.
    Back,
}

/// What some words mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Time(NaiveTime),
    Day(NaiveDate),
    Both(NaiveDateTime),
}

impl Words {
    /// The local time that somebody said. A time without a day is today, or the day before or after
    /// (`lean`); a day without a time is the morning. `None` when it is no such thing.
    pub fn instant(&self, said: &str, now: DateTime<Tz>, lean: Lean) -> Option<NaiveDateTime> {
        let words = split(said);
        match self.meaning(&borrow(&words), now, lean)? {
            Meaning::Both(at) => Some(at),
            Meaning::Day(day) => Some(day.and_time(morning())),
            Meaning::Time(time) => {
                let local = now.naive_local();
                let today = local.date();
                let day = match (lean, today.and_time(time) > local) {
                    (Lean::Ahead, true) | (Lean::Back, false) => today,
                    (Lean::Ahead, false) => today.succ_opt()?,
                    (Lean::Back, true) => today.pred_opt()?,
                };
                Some(day.and_time(time))
            }
        }
    }

    /// The day that somebody said.
    pub fn day(&self, said: &str, now: DateTime<Tz>, lean: Lean) -> Option<NaiveDate> {
        let words = split(said);
        match self.meaning(&borrow(&words), now, lean)? {
            Meaning::Day(day) => Some(day),
            Meaning::Time(_) | Meaning::Both(_) => None,
        }
    }

    /// The instant with which a line begins, and the rest of the line. As many words as make sense
    /// are taken; `None` when the first ones make none, or a number alone.
    pub fn beginning<'a>(
        &self,
        line: &'a str,
        now: DateTime<Tz>,
    ) -> Option<(NaiveDateTime, &'a str)> {
        let ends: Vec<usize> = ends(line).take(WORDS).collect();
        let found = ends.into_iter().rev().find_map(|end| {
            let at = self.instant(&line[..end], now, Lean::Ahead)?;
            Some((at, line[end..].trim()))
        });
        found.filter(|(_, rest)| !rest.is_empty())
    }

    /// Whether a line begins with an instant, whatever comes behind it.
    pub fn begins(&self, line: &str, now: DateTime<Tz>) -> bool {
        let mut beginnings = ends(line).take(WORDS).map(|end| &line[..end]);
        beginnings.any(|said| self.instant(said, now, Lean::Ahead).is_some())
    }

    fn meaning(&self, words: &[&str], now: DateTime<Tz>, lean: Lean) -> Option<Meaning> {
        if words.is_empty() || words.len() > WORDS {
            return None;
        }
        if let Some(found) = self.relative(words, now) {
            return Some(found);
        }
        let today = (now.naive_local().date(), lean);
        if let Some(day) = self.a_day(words, today) {
            return Some(Meaning::Day(day));
        }
        if let Some(time) = self.a_time(words) {
            return Some(Meaning::Time(time));
        }
        (1..words.len()).find_map(|at| {
            let (left, right) = words.split_at(at);
            let both = |day: &[&str], time: &[&str]| {
                let day = self.a_day(day, today)?;
                Some(Meaning::Both(day.and_time(self.a_time(time)?)))
            };
            both(left, right).or_else(|| both(right, left))
        })
    }

    /// `+2h`, `+90m`, `+3d`, `in 2 hours`, `in 3 days`.
    fn relative(&self, words: &[&str], now: DateTime<Tz>) -> Option<Meaning> {
        let joined;
        let (number, unit) = match words {
            [one] => {
                joined = one.strip_prefix('+')?;
                split_number(joined)?
            }
            [first, second] if has(&self.within, first) => split_number(second)?,
            [first, number, unit] if has(&self.within, first) => (number.parse().ok()?, *unit),
            [number, unit] => (number.strip_prefix('+')?.parse().ok()?, *unit),
            _ => return None,
        };
        self.ahead(number, unit, now)
    }

    fn ahead(&self, number: u32, unit: &str, now: DateTime<Tz>) -> Option<Meaning> {
        let time = |delta: TimeDelta| {
            let at = now.checked_add_signed(delta)?.naive_local();
            Some(Meaning::Both(at))
        };
        let days = |days: u64| {
            let days = Some(days).filter(|days| *days <= FURTHEST)?;
            let day = now.naive_local().date().checked_add_days(Days::new(days))?;
            Some(Meaning::Day(day))
        };
        match unit {
            _ if has(&self.minutes, unit) => time(TimeDelta::minutes(i64::from(number))),
            _ if has(&self.hours, unit) => time(TimeDelta::hours(i64::from(number))),
            _ if has(&self.days, unit) => days(u64::from(number)),
            _ if has(&self.weeks, unit) => days(u64::from(number) * 7),
            _ => None,
        }
    }

    fn a_day(&self, words: &[&str], (today, lean): (NaiveDate, Lean)) -> Option<NaiveDate> {
        let said = words.join(" ");
        let ahead = |days: u64| today.checked_add_days(Days::new(days));
        if has(&self.yesterday, &said) {
            return today.pred_opt();
        }
        if has(&self.today, &said) {
            return Some(today);
        }
        if has(&self.tomorrow, &said) {
            return ahead(1);
        }
        if has(&self.after, &said) {
            return ahead(2);
        }
        let weekday = self.weekdays.iter().position(|names| has(names, &said));
        if let Some(weekday) = weekday.and_then(|at| u64::try_from(at).ok()) {
            // the next or the last one; today's name means the day in a week, or a week ago
            let from = u64::from(today.weekday().num_days_from_monday());
            let days = (weekday + 7 - from) % 7;
            return match lean {
                Lean::Ahead => ahead(if days == 0 { 7 } else { days }),
                Lean::Back => today.checked_sub_days(Days::new(7 - days)),
            };
        }
        written(&said, today, lean)
    }

    fn a_time(&self, words: &[&str]) -> Option<NaiveTime> {
        match words {
            [time] => clock(time),
            [at, time] if has(&self.at, at) => clock(time).or_else(|| whole_hour(time)),
            _ => None,
        }
    }
}

/// A local time as it is typed into a field.
pub fn typed(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(MORNING.0, MORNING.1, 0).unwrap_or(NaiveTime::MIN)
}

fn has(words: &[String], said: &str) -> bool {
    words.iter().any(|word| word == said)
}

fn split(said: &str) -> Vec<String> {
    said.split_whitespace().map(fold).collect()
}

fn borrow(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// Where the words of a line end, in bytes.
fn ends(line: &str) -> impl Iterator<Item = usize> {
    let mut was_word = false;
    let borders = line.char_indices().filter_map(move |(at, c)| {
        let is_end = was_word && c.is_whitespace();
        was_word = !c.is_whitespace();
        is_end.then_some(at)
    });
    borders.chain(std::iter::once(line.len()))
}

fn split_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    Some((number.parse().ok()?, unit))
}

/// `16:00`, `9:30`, `16.00`, `16h`, `9h30`, `16u`, `9u30`.
pub fn clock(text: &str) -> Option<NaiveTime> {
    let at = text.find([':', '.', 'h', 'u'])?;
    let (hours, rest) = text.split_at(at);
    let (sign, minutes) = rest.split_at(1);
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let may_end = matches!(sign, "h" | "u") && minutes.is_empty();
    if !(1..=2).contains(&hours.len()) || !is_number(hours) || !is_number(minutes) {
        return None;
    }
    if minutes.len() != 2 && !may_end {
        return None;
    }
    let minutes = if may_end { 0 } else { minutes.parse().ok()? };
    NaiveTime::from_hms_opt(hours.parse().ok()?, minutes, 0)
}

/// An hour by its number alone, where it was said that a time follows.
fn whole_hour(text: &str) -> Option<NaiveTime> {
    let hour = Some(text).filter(|text| (1..=2).contains(&text.len()))?;
    NaiveTime::from_hms_opt(hour.parse().ok()?, 0, 0)
}

/// `2026-11-24`, `24-11-2026`, `24-11`, `24/11`: without a year the next such day, or the last.
fn written(text: &str, today: NaiveDate, lean: Lean) -> Option<NaiveDate> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day).filter(|_| text.len() == 10);
    }
    let parts: Vec<u32> = text
        .split(['-', '/'])
        .map(|part| Some(part).filter(|part| part.len() <= 4)?.parse().ok())
        .collect::<Option<_>>()?;
    match parts.as_slice() {
        [day, month, year] if *year >= 1_000 => {
            NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)
        }
        [day, month] => {
            let of = |year| NaiveDate::from_ymd_opt(year, *month, *day);
            match lean {
                Lean::Ahead => {
                    let this = of(today.year()).filter(|day| *day >= today);
                    this.or_else(|| of(today.year() + 1))
                }
                Lean::Back => {
                    let this = of(today.year()).filter(|day| *day <= today);
                    this.or_else(|| of(today.year() - 1))
                }
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    fn words() -> Words {
        let list = |text: &str| text.split('|').map(str::to_owned).collect();
        let days = "monday|mon,tuesday|tue,wednesday,thursday,friday|fri,saturday,sunday";
        let mut weekdays = days.split(',').map(list);
        Words {
            today: list("today"),
            tomorrow: list("tomorrow"),
            after: list("day after tomorrow"),
            yesterday: list("yesterday"),
            weekdays: std::array::from_fn(|_| weekdays.next().unwrap()),
            within: list("in"),
            at: list("at"),
            minutes: list("m|min|minutes"),
            hours: list("h|hour|hours"),
            days: list("d|days"),
            weeks: list("w|weeks"),
        }
    }

    /// A Sunday noon.
    fn now() -> DateTime<Tz> {
        let zone = Tz::Europe__Amsterdam;
        zone.with_ymd_and_hms(2026, 11, 22, 12, 0, 0).unwrap()
    }

    fn said(text: &str) -> Option<String> {
        words().instant(text, now(), Lean::Ahead).map(typed)
    }

    #[test]
    fn what_has_happened_lies_behind() {
        for (text, meant) in [
            ("11:00", "2026-11-22 11:00"),
            ("16:00", "2026-11-21 16:00"),
            ("yesterday 16:00", "2026-11-21 16:00"),
            ("fri 10:00", "2026-11-20 10:00"),
            ("sunday", "2026-11-15 09:00"),
            ("24-12 10:00", "2025-12-24 10:00"),
        ] {
            let at = words().instant(text, now(), Lean::Back).map(typed);
            assert_eq!(at.as_deref(), Some(meant), "{text}");
        }
    }

    #[test]
    fn people_say_instants_in_many_ways() {
        for (text, meant) in [
            ("16:00", "2026-11-22 16:00"),
            ("9:30", "2026-11-23 09:30"),
            ("at 16", "2026-11-22 16:00"),
            ("Tomorrow 9:30", "2026-11-23 09:30"),
            ("9:30 tomorrow", "2026-11-23 09:30"),
            ("tomorrow at 9", "2026-11-23 09:00"),
            ("tomorrow", "2026-11-23 09:00"),
            ("day after tomorrow 16h", "2026-11-24 16:00"),
            ("fri 16u30", "2026-11-27 16:30"),
            ("sunday", "2026-11-29 09:00"),
            ("+2h", "2026-11-22 14:00"),
            ("in 90 minutes", "2026-11-22 13:30"),
            ("+3d", "2026-11-25 09:00"),
            ("in 1 weeks", "2026-11-29 09:00"),
            ("24-12 10:00", "2026-12-24 10:00"),
            ("2-1", "2027-01-02 09:00"),
            ("2026-12-01 08.15", "2026-12-01 08:15"),
        ] {
            assert_eq!(said(text).as_deref(), Some(meant), "{text}");
        }
        for text in [
            "",
            "soon",
            "16",
            "25:00",
            "9:5",
            "31-2",
            "important: call",
            "+9999w",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_begins_with_as_much_as_makes_sense() {
        let begins = |line| {
            let found = words().beginning(line, now());
            found.map(|(at, rest)| (typed(at), rest.to_owned()))
        };
        let both = |at: &str, rest: &str| Some((at.to_owned(), rest.to_owned()));
        assert_eq!(begins("16:00 call"), both("2026-11-22 16:00", "call"));
        let late = both("2026-11-23 09:30", "call  Jansen back");
        assert_eq!(begins("tomorrow 9:30 call  Jansen back"), late);
        assert_eq!(begins("tomorrow call"), both("2026-11-23 09:00", "call"));
        assert_eq!(begins("16:00"), None, "nothing is promised");
        assert_eq!(begins("16 calls"), None);
    }

    /// Two hours from now are two hours, whatever the clocks on the wall do.
    #[test]
    fn time_from_now_is_elapsed_time() {
        let zone = Tz::Europe__Amsterdam;
        let eve = zone.with_ymd_and_hms(2026, 3, 29, 1, 30, 0).unwrap();
        let at = words().instant("+2h", eve, Lean::Ahead).map(typed);
        assert_eq!(at.as_deref(), Some("2026-03-29 04:30"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,30}", dated in "[0-9:.+hdu /-]{0,14}") {
            for text in [&text, &dated] {
                for lean in [Lean::Ahead, Lean::Back] {
                    let _ = words().instant(text, now(), lean);
                    let _ = words().day(text, now(), lean);
                }
                let _ = words().beginning(text, now());
            }
        }
    }
}
