//! A deadline's ledger in words: two columns, what and what about it.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::{Texts, format};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{LedgerKind, LedgerLine, Term};

/// One line of a ledger in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What the line is about: a day, `due`.
    pub label: String,
    /// What is said about it.
    pub text: String,
}

/// A ledger in words, in the local time of the calendar's country. Holidays get their name in the
/// language of the reader where the calendar still has them, else the name that was stored.
pub fn told(texts: &Texts, ledger: &[LedgerLine], calendar: &Calendar) -> Vec<Told> {
    let teller = Teller { texts, calendar };
    ledger.iter().map(|line| teller.line(line)).collect()
}

/// A term in words: `1 working day`, `72 hours`, `30 days`.
pub fn term(texts: &Texts, term: Term) -> String {
    let (unit, count) = match term {
        Term::WorkingDays(count) => ("working_day", u32::from(count)),
        Term::WorkingHours(count) => ("working_hour", u32::from(count)),
        // nobody counts a month in hours
        Term::Hours(count) if count > 72 && count % 24 == 0 => ("day", count / 24),
        Term::Hours(count) => ("hour", count),
        Term::Minutes(count) => ("minute", count),
        Term::Days(count) => ("day", u32::from(count)),
        Term::Months(count) => ("month", u32::from(count)),
    };
    let form = if count == 1 { "one" } else { "many" };
    texts.fill(&format!("term.{unit}.{form}"), &[("n", &count.to_string())])
}

/// A due instant with its day: `Mon 23 Nov 2026 24:00`, where the end of the last day is 24:00 of
/// that day and not 00:00 of the next.
pub fn due(texts: &Texts, due: DateTime<Utc>, last_day: NaiveDate, calendar: &Calendar) -> String {
    let said = format::weekday_date(texts, last_day);
    if due == calendar.day_end(last_day) {
        return format!("{said} 24:00");
    }
    format!("{said} {}", format::clock_exact(due, calendar.zone()))
}

struct Teller<'a> {
    texts: &'a Texts,
    calendar: &'a Calendar,
}

impl Teller<'_> {
    fn line(&self, line: &LedgerLine) -> Told {
        let day = line
            .day
            .map(|day| format::weekday(self.texts, day))
            .unwrap_or_default();
        let word = |key: &str| self.texts.get(&format!("ledger.{key}")).to_owned();
        let (label, text) = match line.kind {
            LedgerKind::Received => (word("received"), self.received(line)),
            LedgerKind::StartDay => (word("start_day"), word("does_not_count")),
            LedgerKind::Weekend => (self.days(line), word("weekend")),
            LedgerKind::Holiday => (day, self.holiday(line)),
            LedgerKind::WorkingDay => (day, self.detail("ledger.working_day", "number", line)),
            LedgerKind::WorkingTime if line.detail == "0" => (day, word("closed")),
            LedgerKind::WorkingTime => (day, self.detail("ledger.working_time", "minutes", line)),
            LedgerKind::Elapsed => (word("elapsed"), self.elapsed(line)),
            LedgerKind::ClockChange => (day, self.clock_change(line)),
            LedgerKind::Pause => (word("pause"), self.pause(line)),
            LedgerKind::Due => (word("due"), self.due(line)),
        };
        Told { label, text }
    }

    fn time(&self, at: DateTime<Utc>) -> String {
        format::clock_exact(at, self.calendar.zone())
    }

    fn detail(&self, key: &str, name: &str, line: &LedgerLine) -> String {
        self.texts.fill(key, &[(name, &line.detail)])
    }

    fn received(&self, line: &LedgerLine) -> String {
        let (Some(at), Some(day)) = (line.at, line.day) else {
            return String::new();
        };
        format!(
            "{} {}",
            format::weekday_date(self.texts, day),
            self.time(at)
        )
    }

    fn due(&self, line: &LedgerLine) -> String {
        let (Some(at), Some(day)) = (line.at, line.day) else {
            return String::new();
        };
        due(self.texts, at, day, self.calendar)
    }

    /// `Sat 21 Nov, Sun 22 Nov`, or with a dash when there are more than two.
    fn days(&self, line: &LedgerLine) -> String {
        let Some(first) = line.day else {
            return String::new();
        };
        let said = format::weekday(self.texts, first);
        match line.until_day {
            None => said,
            Some(last) => {
                let join = if first + Duration::days(1) == last {
                    ", "
                } else {
                    " – "
                };
                format!("{said}{join}{}", format::weekday(self.texts, last))
            }
        }
    }

    fn holiday(&self, line: &LedgerLine) -> String {
        let named = line
            .day
            .and_then(|day| self.calendar.days.get(&day))
            .and_then(|day| {
                let name = self.texts.find(&format!("holiday.{}", day.name_key))?;
                // An edit of the calendar since then must not change what was counted with.
                (line.detail == day.to_string()).then(|| format!("{name} ({})", day.law))
            });
        named.unwrap_or_else(|| line.detail.clone())
    }

    fn elapsed(&self, line: &LedgerLine) -> String {
        match line.detail.parse() {
            Ok(counted) => term(self.texts, counted),
            Err(_) => line.detail.clone(),
        }
    }

    fn clock_change(&self, line: &LedgerLine) -> String {
        let (key, minutes) = match line.detail.strip_prefix('-') {
            Some(minutes) => ("ledger.clock_back", minutes),
            None => ("ledger.clock_forward", line.detail.trim_start_matches('+')),
        };
        self.texts.fill(key, &[("minutes", minutes)])
    }

    fn pause(&self, line: &LedgerLine) -> String {
        let (credit, reason) = line.detail.split_once(' ').unwrap_or((&line.detail, ""));
        let from = match (line.at, line.day) {
            (Some(at), Some(day)) => {
                format!("{} {}", format::weekday(self.texts, day), self.time(at))
            }
            _ => String::new(),
        };
        let until = line
            .until_day
            .map(|day| format::weekday(self.texts, day))
            .unwrap_or_default();
        let (key, credit) = match credit.strip_suffix("wd") {
            _ if credit == "-" => ("ledger.pause_lasting", ""),
            Some(days) => ("ledger.pause_days", days),
            None => ("ledger.pause_time", credit),
        };
        let values = [("from", &*from), ("until", &*until), ("credit", credit)];
        let said = self.texts.fill(key, &values);
        if reason.is_empty() {
            return said;
        }
        let reasons: Vec<&str> = reason.split('+').map(|code| self.reason(code)).collect();
        format!("{said} ({})", reasons.join(", "))
    }

    /// A reason code in words (`pause.<code>`), the code itself when there are none.
    fn reason<'t>(&'t self, code: &'t str) -> &'t str {
        self.texts.find(&format!("pause.{code}")).unwrap_or(code)
    }
}
