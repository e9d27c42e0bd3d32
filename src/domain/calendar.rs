//! Working days and opening times of one country: which days are free and by which law, and when
//! the desk is staffed. Both are kept apart: a law makes a day free, a company opens its desk.
//!
//! This module must not know: deadlines, cases, the database, the present time.
//! Sources: `calendars.md` 4.1 and 4.2, case-anchors (c.2) rules 2 to 4.

mod hours;
mod opening;
mod rules;
mod set;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::country::Country;
pub use hours::{OpeningHours, Span};
pub use opening::Interval;
pub use rules::easter_sunday;
pub use set::Calendars;

/// A calendar whose next working day or opening lies further away than this is refused, so that no
/// search runs for ever (case-anchors c.3, 26). Two years.
pub const MAX_GAP_DAYS: u32 = 731;

/// What is wrong with a calendar, or with what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No opening hours on any weekday and no exception either.
    #[error("calendar {calendar} has no opening hours")]
    NoHours {
        /// Its key.
        calendar: String,
    },
    /// No weekday is a working day.
    #[error("calendar {calendar} has no working weekday")]
    NoWorkingWeek {
        /// Its key.
        calendar: String,
    },
    /// More than [`MAX_GAP_DAYS`] without a working day or an opening.
    #[error("calendar {calendar} has no working day or opening within two years after {after}")]
    Gap {
        /// Its key.
        calendar: String,
        /// The last day before the gap.
        after: NaiveDate,
    },
    /// Counting reached a year for which no free days are loaded.
    #[error("calendar {calendar} knows the years {first} to {last}, not {date}")]
    OutsideYears {
        /// Its key.
        calendar: String,
        /// The day that was asked for.
        date: NaiveDate,
        /// First year loaded.
        first: i32,
        /// Last year loaded.
        last: i32,
    },
    /// The result lies beyond any date that can be represented.
    #[error("the term ends beyond all dates")]
    TooFar,
    /// A pause ends before it begins.
    #[error("a pause ends at {until}, before it begins at {from}")]
    BackwardsPause {
        /// Its beginning.
        from: DateTime<Utc>,
        /// Its end.
        until: DateTime<Utc>,
    },
    /// Opening hours that are not `HH:MM-HH:MM` with the first before the second.
    #[error("opening hours {0:?} are not HH:MM-HH:MM")]
    BadSpan(String),
    /// A rule file that cannot be read, or a rule that names an impossible day.
    #[error("calendar rules: {0}")]
    BadRules(String),
}

/// Why a day is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreeKind {
    /// A public holiday.
    Public,
    /// Made equal to a holiday by decree; an ordinary working day unless the switch
    /// `equated_days_are_holidays` is on (`calendars.md` 4.2).
    Equated,
    /// Treated like a holiday when terms are counted (the Swedish eves).
    DeFacto,
}

impl FreeKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Equated, Self::DeFacto];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Equated => "equated",
            Self::DeFacto => "de_facto",
        }
    }

    /// The kind of that stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A day that a law makes free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeDay {
    /// Text key below `holiday.`, e.g. `good_friday`. Empty for a day of the company.
    #[serde(default)]
    pub name_key: String,
    /// Its name in the language of the country.
    pub name: String,
    /// The law, decree or company rule that makes it free.
    pub law: String,
    /// Why it is free.
    pub kind: FreeKind,
}

impl fmt::Display for FreeDay {
    /// Its name and its law.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.law)
    }
}

/// What a day is in a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day<'a> {
    /// It counts.
    Working,
    /// Its weekday is no working day.
    Weekend,
    /// A law makes it free, and its weekday would have counted.
    Free(&'a FreeDay),
}

/// One version of the working days and opening times of a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name, e.g. `nl-statutory`.
    pub key: String,
    /// Its version; a deadline remembers which one it was counted with.
    pub version: i32,
    /// Whose days and zone.
    pub country: Country,
    /// All free days. The years between the first and the last are the years it knows.
    pub days: BTreeMap<NaiveDate, FreeDay>,
    /// When the desk is staffed.
    #[serde(default)]
    pub hours: OpeningHours,
    /// Which weekdays are working days, Monday first. The law's matter, not the desk's.
    #[serde(default = "monday_to_friday")]
    pub working_week: [bool; 7],
    /// Whether days made equal to a holiday by decree are free.
    #[serde(default)]
    pub equated_days_are_holidays: bool,
}

fn monday_to_friday() -> [bool; 7] {
    [true, true, true, true, true, false, false]
}

impl Calendar {
    /// A calendar of these free days with the usual week and hours (Mon–Fri 08:00–17:00).
    pub fn new(
        key: impl Into<String>,
        version: i32,
        country: Country,
        days: impl IntoIterator<Item = (NaiveDate, FreeDay)>,
    ) -> Self {
        Self {
            key: key.into(),
            version,
            country,
            days: days.into_iter().collect(),
            hours: OpeningHours::default(),
            working_week: monday_to_friday(),
            equated_days_are_holidays: false,
        }
    }

    /// The legal calendar that is shipped with the program, for all years that its rules cover.
    pub fn builtin(country: Country) -> Result<Self, CalendarError> {
        rules::builtin(country)
    }

    /// The same calendar with the switch for decree days set.
    #[must_use]
    pub fn with_equated_days(mut self, holidays: EquatedDays) -> Self {
        self.equated_days_are_holidays = holidays == EquatedDays::Holidays;
        self
    }

    /// The same calendar with other opening hours.
    #[must_use]
    pub fn with_hours(mut self, hours: OpeningHours) -> Self {
        self.hours = hours;
        self
    }

    /// Refuses what could never be counted with: no hours, no working week, a gap of two years.
    pub fn validate(&self) -> Result<(), CalendarError> {
        self.require_hours()?;
        if !self.working_week.contains(&true) {
            return Err(CalendarError::NoWorkingWeek {
                calendar: self.key.clone(),
            });
        }
        let (Some(first), Some(last)) = (self.days.keys().next(), self.days.keys().next_back())
        else {
            return Ok(());
        };
        let (mut worked, mut opened) = (*first, *first);
        for date in first.iter_days().take_while(|date| date <= last) {
            if self.day_of(date) == Day::Working {
                worked = date;
            }
            if !self.spans(date).is_empty() {
                opened = date;
            }
            self.limit_gap(worked.min(opened), date)?;
        }
        Ok(())
    }

    /// The zone in which its days begin and end.
    pub fn zone(&self) -> Tz {
        self.country.zone()
    }

    /// The local date of an instant.
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone()).date_naive()
    }

    /// The years whose free days are loaded; `None` when it has no free days at all.
    pub fn years(&self) -> Option<RangeInclusive<i32>> {
        let first = self.days.keys().next()?.year();
        let last = self.days.keys().next_back()?.year();
        Some(first..=last)
    }

    /// What a day is. An error when its year is not loaded: without the free days of a year any
    /// count through it would be too short.
    pub fn day(&self, date: NaiveDate) -> Result<Day<'_>, CalendarError> {
        match self.years() {
            Some(years) if !years.contains(&date.year()) => Err(CalendarError::OutsideYears {
                calendar: self.key.clone(),
                date,
                first: *years.start(),
                last: *years.end(),
            }),
            _ => Ok(self.day_of(date)),
        }
    }

    /// Whether it counts as a working day.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        Ok(self.day(date)? == Day::Working)
    }

    /// The free day of that date, if it is free under the switch for decree days.
    pub fn free_day(&self, date: NaiveDate) -> Option<&FreeDay> {
        self.days
            .get(&date)
            .filter(|day| day.kind != FreeKind::Equated || self.equated_days_are_holidays)
    }

    /// The next working day after a date.
    pub fn next_working_day(&self, after: NaiveDate) -> Result<NaiveDate, CalendarError> {
        for date in after.iter_days().skip(1) {
            if self.day(date)? == Day::Working {
                return Ok(date);
            }
            self.limit_gap(after, date)?;
        }
        Err(CalendarError::TooFar)
    }

    fn day_of(&self, date: NaiveDate) -> Day<'_> {
        if !self.works_on(date.weekday()) {
            return Day::Weekend;
        }
        self.free_day(date).map_or(Day::Working, Day::Free)
    }

    fn works_on(&self, weekday: Weekday) -> bool {
        self.working_week
            .get(weekday.num_days_from_monday() as usize)
            .is_some_and(|works| *works)
    }

    pub(super) fn require_hours(&self) -> Result<(), CalendarError> {
        if self.hours.is_never_open() {
            return Err(CalendarError::NoHours {
                calendar: self.key.clone(),
            });
        }
        Ok(())
    }

    /// An error when the search from `after` has reached a day more than two years later.
    pub(super) fn limit_gap(&self, after: NaiveDate, now: NaiveDate) -> Result<(), CalendarError> {
        if (now - after).num_days() > i64::from(MAX_GAP_DAYS) {
            return Err(CalendarError::Gap {
                calendar: self.key.clone(),
                after,
            });
        }
        Ok(())
    }
}

/// The switch for days made equal to a holiday by decree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EquatedDays {
    /// They count as working days: stricter for us, the default.
    #[default]
    WorkingDays,
    /// They are free.
    Holidays,
}
