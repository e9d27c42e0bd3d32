//! Terms, pauses, due instants, and the ledger that explains them. One pure function computes a
//! deadline; display, sort, timers and reports all use its result.
//!
//! This module must not know: processes, cases, the database, the present time.
//! Sources: `calendars.md` 4.3 and 4.4 (counting), decision 9 (comparison), case-anchors (c.2).

mod count;
mod ledger;
mod left;
mod standstill;
mod term;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, CalendarError};
pub use left::{Left, LeftForm, next_change, text_left};
use standstill::Standstill;
pub use term::TermError;

/// How long, and in which of the units that are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Until 24:00 local of the n-th working day after the day of the start. Met before 24:00.
    WorkingDays(u16),
    /// Hours inside opening times. Met up to and including the last instant.
    WorkingHours(u16),
    /// Elapsed hours on the absolute time line. Met up to and including the last instant.
    Hours(u32),
    /// Elapsed minutes on the absolute time line. Met up to and including the last instant.
    Minutes(u32),
    /// Until 24:00 local of the day so many days later, working days or not. Met before 24:00.
    Days(u16),
    /// Until 24:00 local of the day of that number so many months later, of the last day of the month
    /// where it has none. Met before 24:00.
    Months(u16),
}

/// How an instant is held against a due instant (decision 9: a unit carries its comparison).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Met when `at <= due`: hours and minutes.
    UpToAndIncluding,
    /// Met when `at < due`: working days, whose `due` is 24:00 (= 00:00 of the next day).
    Before,
}

impl Term {
    /// The comparison that belongs to the unit.
    pub fn comparison(self) -> Comparison {
        match self {
            Self::WorkingDays(_) | Self::Days(_) | Self::Months(_) => Comparison::Before,
            Self::WorkingHours(_) | Self::Hours(_) | Self::Minutes(_) => {
                Comparison::UpToAndIncluding
            }
        }
    }
}

impl Term {
    /// Whether a calendar decides how long it is: working days and hours. An edit of the calendar
    /// moves nothing else.
    pub fn is_by_calendar(self) -> bool {
        matches!(self, Self::WorkingDays(_) | Self::WorkingHours(_))
    }
}

impl Comparison {
    /// Whether something done at `at` is in time.
    pub fn is_met(self, due: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        match self {
            Self::UpToAndIncluding => at <= due,
            Self::Before => at < due,
        }
    }
}

/// A time in which the clock stood still, as a fact of the case. Half-open: `[from, until)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When the pause began.
    pub from: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
    /// Reason code, never free text.
    pub reason: String,
}

/// A computed deadline: what is stored as a cache and shown on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The instant that decides, held against with [`Comparison`].
    pub due: DateTime<Utc>,
    /// The local date of the last day on which the thing can be done.
    pub last_day: NaiveDate,
    /// A softer target at the end of office hours of the last day; never after `due`.
    pub target: DateTime<Utc>,
    /// When to warn; moved back into opening times.
    pub warn_at: DateTime<Utc>,
    /// Which calendar and version was counted with, e.g. `nl-statutory` and 1.
    pub calendar: String,
    /// Version of that calendar.
    pub calendar_version: i32,
    /// The sum, line by line.
    pub ledger: Vec<LedgerLine>,
}

/// One line of the explanation of a deadline. Texts are looked up by `kind`
/// (`ledger.<kind>` in the text files), so that it can be shown in any language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The instant the line speaks of, where it has one.
    pub at: Option<DateTime<Utc>>,
    /// The first local day the line speaks of, where it has one.
    pub day: Option<NaiveDate>,
    /// The last local day when the line covers several (a weekend), else `None`.
    pub until_day: Option<NaiveDate>,
    /// What kind of line it is.
    pub kind: LedgerKind,
    /// Name of the holiday and its law, number of the working day, minutes counted, …
    pub detail: String,
}

/// The kinds of ledger lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// Where counting begins.
    Received,
    /// The day of the start does not count.
    StartDay,
    /// Saturday and Sunday.
    Weekend,
    /// A day that the calendar's law makes free; detail = name (law).
    Holiday,
    /// A day that counts; detail = its number.
    WorkingDay,
    /// Minutes counted on one day; detail = the minutes.
    WorkingTime,
    /// Elapsed time counted; detail = the hours or minutes.
    Elapsed,
    /// The offset of local time changed in between; detail = the difference in minutes.
    ClockChange,
    /// A pause; detail = the minutes credited and the reason.
    Pause,
    /// The result.
    Due,
}

/// The latest year a start may lie in; far from the ends of what dates can express.
const LAST_YEAR: i32 = 9000;

/// The deadline of a term that starts at `start`.
///
/// - Working days: the day of the start does not count; due is 24:00 local of the n-th working day
///   after it at whose end the clock runs. A pause thus costs one working day for every end of a
///   working day that falls inside it, and nothing when it begins and ends on one day.
/// - Working hours: due when that much opening time has passed; the opening time in a pause is
///   credited.
/// - Days: due at 24:00 of the day so many days later, working day or not; pauses as for months.
/// - Months: due at 24:00 local of the day of the same number (the last of its month where there is
///   none), working day or not; the pauses' whole length is credited.
/// - Hours and minutes: due when that much time has passed on the absolute time line; the pauses'
///   whole length is credited.
///
/// Pauses that overlap count once. A pause that still lasts is written into the ledger and credited
/// when it ends: until then the due instant stands where it stood, and
/// [`ClockStatus::Paused`](super::clock::ClockStatus) says that it will move.
///
/// # Errors
/// A calendar without opening hours or with a gap of two years, a count through years whose free
/// days are not loaded, a backwards pause, an end beyond all dates. Never an endless loop.
pub fn deadline(
    term: Term,
    start: DateTime<Utc>,
    pauses: &[Pause],
    calendar: &Calendar,
) -> Result<Deadline, CalendarError> {
    calendar.require_hours()?;
    if start.year() > LAST_YEAR {
        return Err(CalendarError::TooFar);
    }
    let standstill = Standstill::new(pauses, start)?;
    let counted = count::count(term, start, &standstill, calendar)?;
    let warn_at = count::warning(term, start, counted.due, calendar);
    let target = calendar
        .last_open(counted.due)
        .map_or(counted.due, |last| last.max(start));
    let mut ledger = counted.ledger;
    ledger.pauses(term, &standstill, counted.due);
    Ok(Deadline {
        due: counted.due,
        last_day: counted.last_day,
        target,
        warn_at,
        calendar: calendar.key.clone(),
        calendar_version: calendar.version,
        ledger: ledger.finish(counted.due, counted.last_day),
    })
}
