//! The explanation of a deadline, line by line, in the order of time.

use chrono::{DateTime, NaiveDate, Offset as _, TimeDelta, Utc};

use super::standstill::{Standstill, Still};
use super::{LedgerKind, LedgerLine, Term};
use crate::domain::calendar::{Calendar, Day, FreeDay};

/// Elapsed terms longer than this many days are not searched for changes of the clock.
const CLOCK_CHANGE_DAYS: i64 = 800;

/// Lines in the making, each with the instant it is sorted by.
pub(super) struct Ledger<'a> {
    start: DateTime<Utc>,
    calendar: &'a Calendar,
    lines: Vec<(DateTime<Utc>, LedgerLine)>,
}

fn line(kind: LedgerKind, day: NaiveDate, detail: String) -> LedgerLine {
    LedgerLine {
        at: None,
        day: Some(day),
        until_day: None,
        kind,
        detail,
    }
}

impl<'a> Ledger<'a> {
    pub(super) fn new(start: DateTime<Utc>, calendar: &'a Calendar) -> Self {
        let day = calendar.local_day(start);
        let received = LedgerLine {
            at: Some(start),
            ..line(LedgerKind::Received, day, String::new())
        };
        Self {
            start,
            calendar,
            lines: vec![(start, received)],
        }
    }

    /// A line about a day. Sorted by the day's beginning, but after the start.
    fn push_day(&mut self, line: LedgerLine, day: NaiveDate) {
        let at = self.calendar.day_start(day).max(self.start);
        self.lines.push((at, line));
    }

    pub(super) fn start_day(&mut self, day: NaiveDate) {
        self.push_day(line(LedgerKind::StartDay, day, String::new()), day);
    }

    pub(super) fn working_day(&mut self, day: NaiveDate, number: u16) {
        self.push_day(line(LedgerKind::WorkingDay, day, number.to_string()), day);
    }

    /// A weekend day; joins the line of the day before when that is one too.
    pub(super) fn weekend(&mut self, day: NaiveDate) {
        if let Some((_, last)) = self.lines.last_mut()
            && last.kind == LedgerKind::Weekend
            && last.until_day.or(last.day) == day.pred_opt()
        {
            last.until_day = Some(day);
            return;
        }
        self.push_day(line(LedgerKind::Weekend, day, String::new()), day);
    }

    pub(super) fn holiday(&mut self, day: NaiveDate, free: &FreeDay) {
        let detail = free.to_string();
        self.push_day(line(LedgerKind::Holiday, day, detail), day);
    }

    /// A day without opening hours; a working day on which the desk is closed needs no reason.
    pub(super) fn closed(&mut self, date: NaiveDate, day: Day<'_>) {
        match day {
            Day::Weekend => self.weekend(date),
            Day::Free(free) => self.holiday(date, free),
            Day::Working => self.working_time_line(date, TimeDelta::zero()),
        }
    }

    /// Opening time counted on a day; nothing when there was none.
    pub(super) fn working_time(&mut self, day: NaiveDate, time: TimeDelta) {
        if time > TimeDelta::zero() {
            self.working_time_line(day, time);
        }
    }

    fn working_time_line(&mut self, day: NaiveDate, time: TimeDelta) {
        self.push_day(line(LedgerKind::WorkingTime, day, minutes(time)), day);
    }

    pub(super) fn elapsed(&mut self, term: Term, due: DateTime<Utc>) {
        let elapsed = LedgerLine {
            at: None,
            day: None,
            until_day: None,
            kind: LedgerKind::Elapsed,
            detail: term.to_string(),
        };
        self.lines.push((due, elapsed));
    }

    /// The days between start and due on which local time was put forward or back.
    pub(super) fn clock_changes(&mut self, due: DateTime<Utc>) {
        let last = self.calendar.local_day(due);
        let first = self.calendar.local_day(self.start);
        if (last - first).num_days() > CLOCK_CHANGE_DAYS {
            return;
        }
        for day in first.iter_days().take_while(|day| *day <= last) {
            let from = self.calendar.day_start(day).max(self.start);
            let until = self.calendar.day_end(day).min(due);
            let change = (self.offset(until) - self.offset(from)) / 60;
            if change != 0 {
                self.push_day(
                    line(LedgerKind::ClockChange, day, format!("{change:+}")),
                    day,
                );
            }
        }
    }

    fn offset(&self, at: DateTime<Utc>) -> i32 {
        let offset = *at.with_timezone(&self.calendar.zone()).offset();
        offset.fix().local_minus_utc()
    }

    /// One line for each pause that began before the due instant.
    pub(super) fn pauses(&mut self, term: Term, standstill: &Standstill, due: DateTime<Utc>) {
        let calendar = self.calendar;
        for still in standstill.all.iter().filter(|still| still.from < due) {
            let pause = LedgerLine {
                at: Some(still.from),
                day: Some(calendar.local_day(still.from)),
                until_day: still.until.map(|until| calendar.local_day(until)),
                kind: LedgerKind::Pause,
                detail: pause_detail(term, still, calendar),
            };
            self.lines.push((still.from, pause));
        }
    }

    /// The lines in order, the result last.
    pub(super) fn finish(mut self, due: DateTime<Utc>, last_day: NaiveDate) -> Vec<LedgerLine> {
        self.lines.sort_by_key(|(at, _)| *at);
        let mut lines: Vec<LedgerLine> = self.lines.into_iter().map(|(_, line)| line).collect();
        lines.push(LedgerLine {
            at: Some(due),
            ..line(LedgerKind::Due, last_day, String::new())
        });
        lines
    }
}

/// The credit of a pause and its reasons: `1wd waiting`, `90 waiting`, `- waiting` while it lasts.
fn pause_detail(term: Term, still: &Still, calendar: &Calendar) -> String {
    let credit = match (still.until, term) {
        (None, _) => "-".to_owned(),
        (Some(until), Term::WorkingDays(_)) => {
            format!("{}wd", working_day_ends(still.from, until, calendar))
        }
        (Some(until), Term::WorkingHours(_)) => minutes(calendar.working_time(still.from, until)),
        (Some(until), Term::Hours(_) | Term::Minutes(_) | Term::Days(_) | Term::Months(_)) => {
            minutes(until - still.from)
        }
    };
    format!("{credit} {}", still.reasons).trim_end().to_owned()
}

/// How many ends of working days lie in a pause.
fn working_day_ends(from: DateTime<Utc>, until: DateTime<Utc>, calendar: &Calendar) -> usize {
    let first = calendar.local_day(from);
    first
        .iter_days()
        .take_while(|day| calendar.day_end(*day) <= until)
        .filter(|day| calendar.is_working_day(*day) == Ok(true))
        .count()
}

/// Whole minutes, with the seconds when there are any: `90`, `0:45`.
fn minutes(time: TimeDelta) -> String {
    match time.num_seconds() % 60 {
        0 => time.num_minutes().to_string(),
        seconds => format!("{}:{seconds:02}", time.num_minutes()),
    }
}
