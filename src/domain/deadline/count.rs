//! Counting: one function per unit, never mixed.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, TimeDelta, Utc};

use super::ledger::Ledger;
use super::standstill::Standstill;
use super::{LAST_YEAR, Term};
use crate::domain::calendar::{Calendar, CalendarError, Day};

/// What counting gives.
pub(super) struct Counted<'a> {
    pub due: DateTime<Utc>,
    pub last_day: NaiveDate,
    pub ledger: Ledger<'a>,
}

pub(super) fn count<'a>(
    term: Term,
    start: DateTime<Utc>,
    standstill: &Standstill,
    calendar: &'a Calendar,
) -> Result<Counted<'a>, CalendarError> {
    match term {
        Term::WorkingDays(days) => working_days(days, start, standstill, calendar),
        Term::WorkingHours(hours) => working_hours(hours, start, standstill, calendar),
        Term::Hours(_) | Term::Minutes(_) => {
            elapsed(term, elapsed_span(term), start, standstill, calendar)
        }
        Term::Days(count) => {
            let span = days(count, start, calendar)? - start;
            elapsed(term, span, start, standstill, calendar)
        }
        Term::Months(count) => {
            let span = months(count, start, calendar)? - start;
            elapsed(term, span, start, standstill, calendar)
        }
    }
}

/// 24:00 local of the n-th working day after the day of the start at whose end the clock runs.
fn working_days<'a>(
    days: u16,
    start: DateTime<Utc>,
    standstill: &Standstill,
    calendar: &'a Calendar,
) -> Result<Counted<'a>, CalendarError> {
    let mut ledger = Ledger::new(start, calendar);
    let mut date = calendar.local_day(start);
    ledger.start_day(date);
    let (mut counted, mut worked) = (0, date);
    while counted < days {
        date = date.succ_opt().ok_or(CalendarError::TooFar)?;
        match calendar.day(date)? {
            Day::Working => {
                worked = date;
                if !standstill.covers_end(calendar.day_end(date)) {
                    counted += 1;
                    ledger.working_day(date, counted);
                }
            }
            Day::Weekend => ledger.weekend(date),
            Day::Free(day) => ledger.holiday(date, day),
        }
        calendar.limit_gap(worked, date)?;
    }
    Ok(Counted {
        due: calendar.day_end(date),
        last_day: date,
        ledger,
    })
}

/// The instant at which that much opening time has passed.
fn working_hours<'a>(
    hours: u16,
    start: DateTime<Utc>,
    standstill: &Standstill,
    calendar: &'a Calendar,
) -> Result<Counted<'a>, CalendarError> {
    let mut ledger = Ledger::new(start, calendar);
    let mut left = TimeDelta::hours(i64::from(hours));
    let first = calendar.local_day(start);
    let mut opened = first;
    for date in first.iter_days() {
        let day = calendar.day(date)?;
        let opening = calendar.opening(date);
        if opening.is_empty() {
            ledger.closed(date, day);
        } else {
            opened = date;
        }
        let mut today = TimeDelta::zero();
        for (open, close) in opening {
            for (from, until) in standstill.running(open.max(start), close) {
                let time = left.min(until - from);
                today += time;
                left -= time;
                if left <= TimeDelta::zero() {
                    ledger.working_time(date, today);
                    return Ok(Counted {
                        due: from + time,
                        last_day: date,
                        ledger,
                    });
                }
            }
        }
        ledger.working_time(date, today);
        calendar.limit_gap(opened, date)?;
    }
    Err(CalendarError::TooFar)
}

/// Elapsed time on the absolute time line, weekends and holidays included (GT-13).
fn elapsed<'a>(
    term: Term,
    span: TimeDelta,
    start: DateTime<Utc>,
    standstill: &Standstill,
    calendar: &'a Calendar,
) -> Result<Counted<'a>, CalendarError> {
    let due = standstill
        .elapse(start, span)
        .filter(|due| due.year() <= LAST_YEAR)
        .ok_or(CalendarError::TooFar)?;
    let mut ledger = Ledger::new(start, calendar);
    ledger.clock_changes(due);
    ledger.elapsed(term, due);
    Ok(Counted {
        due,
        last_day: last_day(term, due, calendar),
        ledger,
    })
}

/// What ends at 24:00 ends on the day before the next.
fn last_day(term: Term, due: DateTime<Utc>, calendar: &Calendar) -> NaiveDate {
    let day = calendar.local_day(due);
    match (term, day.pred_opt()) {
        (Term::Days(_) | Term::Months(_), Some(before)) if calendar.day_end(before) == due => {
            before
        }
        _ => day,
    }
}

/// 24:00 local of the day so many days later.
fn days(
    count: u16,
    start: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<DateTime<Utc>, CalendarError> {
    let day = calendar.local_day(start);
    let last = day
        .checked_add_days(chrono::Days::new(u64::from(count)))
        .filter(|last| last.year() <= LAST_YEAR);
    Ok(calendar.day_end(last.ok_or(CalendarError::TooFar)?))
}

/// 24:00 local of the day so many months later: of 30 November three months on, that is the last day
/// of February.
fn months(
    count: u16,
    start: DateTime<Utc>,
    calendar: &Calendar,
) -> Result<DateTime<Utc>, CalendarError> {
    let day = calendar.local_day(start);
    let last = day
        .checked_add_months(Months::new(u32::from(count)))
        .filter(|last| last.year() <= LAST_YEAR);
    Ok(calendar.day_end(last.ok_or(CalendarError::TooFar)?))
}

fn elapsed_span(term: Term) -> TimeDelta {
    match term {
        Term::Minutes(minutes) => TimeDelta::minutes(i64::from(minutes)),
        Term::Hours(hours) => TimeDelta::hours(i64::from(hours)),
        Term::WorkingHours(hours) => TimeDelta::hours(i64::from(hours)),
        Term::WorkingDays(days) | Term::Days(days) => TimeDelta::days(i64::from(days)),
        Term::Months(months) => TimeDelta::days(30 * i64::from(months)),
    }
}

/// When to warn: working days 11 hours before 24:00 (13:00 of the last day); hours a quarter of the
/// term before, at least one hour; days likewise; working hours likewise, in opening time; minutes a
/// quarter; months two weeks. An instant at which nobody is there moves back to the last minute in which
/// somebody was, never before the start: with no such minute left the warning comes at once.
pub(super) fn warning(
    term: Term,
    start: DateTime<Utc>,
    due: DateTime<Utc>,
    calendar: &Calendar,
) -> DateTime<Utc> {
    let quarter = elapsed_span(term) / 4;
    let wanted = match term {
        Term::WorkingDays(_) => due - TimeDelta::hours(11),
        Term::Hours(_) | Term::Days(_) => due - quarter.max(TimeDelta::hours(1)),
        Term::Minutes(_) => due - quarter,
        Term::Months(_) => due - TimeDelta::days(14),
        Term::WorkingHours(_) => before(due, quarter.max(TimeDelta::hours(1)), start, calendar),
    };
    calendar
        .last_open_minute(wanted)
        .unwrap_or(wanted)
        .max(start)
}

/// The instant before `due` from which `time` of opening time remains; `start` when there is less.
fn before(
    due: DateTime<Utc>,
    time: TimeDelta,
    start: DateTime<Utc>,
    calendar: &Calendar,
) -> DateTime<Utc> {
    let (first, mut date) = (calendar.local_day(start), calendar.local_day(due));
    let mut left = time;
    while date >= first {
        for (open, close) in calendar.opening(date).into_iter().rev() {
            let length = (close.min(due) - open).max(TimeDelta::zero());
            if left <= length {
                return close.min(due) - left;
            }
            left -= length;
        }
        let Some(previous) = date.pred_opt() else {
            break;
        };
        date = previous;
    }
    start
}
