//! Start times that come again every week, and what they are on the days of a calendar: free days have
//! none (PRIO-30).
//!
//! This module must not know: the present time, who takes a start time, files, the database.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc, Weekday};

use super::calendar::{Calendar, CalendarError};

/// Most days that are planned at once.
pub const DAYS_MAX: i64 = 400;

/// A start time of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeekSlot {
    /// On which weekdays.
    pub weekdays: Vec<Weekday>,
    /// Local time.
    pub starts: NaiveTime,
    /// How long it is.
    pub minutes: i16,
    /// How many cases it takes.
    pub capacity: i32,
}

/// A start time on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// When.
    pub at: DateTime<Utc>,
    /// How long it is.
    pub minutes: i16,
    /// How many cases it takes.
    pub capacity: i32,
}

impl WeekSlot {
    /// Its starts from one day to another, both included; none on days that are not worked by that
    /// calendar, none at an hour that a change of the clocks leaves out. At most [`DAYS_MAX`] days.
    ///
    /// # Errors
    /// A day outside the years of the calendar.
    pub fn starts(
        &self,
        from: NaiveDate,
        until: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Vec<Start>, CalendarError> {
        let zone = calendar.country.zone();
        let mut starts = Vec::new();
        let days = usize::try_from(DAYS_MAX).unwrap_or_default();
        let days = from.iter_days().take_while(|day| *day <= until).take(days);
        for day in days.filter(|day| self.is_on(*day)) {
            if !calendar.is_working_day(day)? {
                continue;
            }
            let local = zone.from_local_datetime(&day.and_time(self.starts));
            starts.extend(local.earliest().map(|at| Start {
                at: at.to_utc(),
                minutes: self.minutes,
                capacity: self.capacity,
            }));
        }
        Ok(starts)
    }

    fn is_on(&self, day: NaiveDate) -> bool {
        use chrono::Datelike as _;
        self.weekdays.contains(&day.weekday())
    }
}

/// The weekdays of a text: `mon`, `tue thu`, `mon-fri`. `None` when a word is none.
pub fn weekdays(text: &str) -> Option<Vec<Weekday>> {
    let mut days = Vec::new();
    for word in text.split([' ', ',', '+']).filter(|word| !word.is_empty()) {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (mut day, last): (Weekday, Weekday) = (first.parse().ok()?, last.parse().ok()?);
        days.push(day);
        while day != last {
            day = day.succ();
            days.push(day);
        }
    }
    days.sort_by_key(Weekday::num_days_from_monday);
    days.dedup();
    Some(days).filter(|days| !days.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::country::Country;

    fn at_nine(weekdays: &str) -> WeekSlot {
        WeekSlot {
            weekdays: super::weekdays(weekdays).unwrap(),
            starts: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            minutes: 120,
            capacity: 4,
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn starts(slot: &WeekSlot, from: &str, until: &str) -> Vec<String> {
        let calendar = Calendar::builtin(Country::Nl).unwrap();
        let starts = slot.starts(day(from), day(until), &calendar).unwrap();
        starts.iter().map(|start| start.at.to_rfc3339()).collect()
    }

    /// The week in which Dutch clocks go back: nine o'clock stays nine o'clock.
    #[test]
    fn prio_30_local_time_stays_when_the_clocks_change() {
        let week = starts(&at_nine("fri mon"), "2026-10-19", "2026-10-30");
        let expected = [
            "2026-10-19T07:00:00+00:00",
            "2026-10-23T07:00:00+00:00",
            "2026-10-26T08:00:00+00:00",
            "2026-10-30T08:00:00+00:00",
        ];
        assert_eq!(week, expected);
    }

    #[test]
    fn nobody_comes_on_a_free_day_or_at_a_weekend() {
        // Friday 25 December, Saturday, Sunday, and the year ends with Friday 1 January
        let days = starts(&at_nine("mon-sun"), "2026-12-24", "2027-01-02");
        let days: Vec<&str> = days.iter().map(|at| &at[5..10]).collect();
        assert_eq!(days, ["12-24", "12-28", "12-29", "12-30", "12-31"]);
    }

    #[test]
    fn an_hour_that_is_left_out_is_no_start() {
        let night = WeekSlot {
            starts: NaiveTime::from_hms_opt(2, 30, 0).unwrap(),
            ..at_nine("sun")
        };
        let mut calendar = Calendar::builtin(Country::Nl).unwrap();
        calendar.working_week = [true; 7];
        let starts = night.starts(day("2026-03-22"), day("2026-04-01"), &calendar);
        let starts = starts.unwrap();
        assert_eq!(starts.len(), 1, "29 March has no half past two");
    }

    #[test]
    fn very_long_times_are_bounded() {
        let calendar = Calendar::builtin(Country::Nl).unwrap();
        let long = at_nine("mon").starts(day("2026-01-01"), day("9999-01-01"), &calendar);
        assert!(long.unwrap().len() <= 58);
    }

    #[test]
    fn weekdays_are_words_lists_and_ranges() {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        assert_eq!(weekdays("mon"), Some(vec![Mon]));
        assert_eq!(weekdays("Thu, tue"), Some(vec![Tue, Thu]));
        assert_eq!(weekdays("mon-fri"), Some(vec![Mon, Tue, Wed, Thu, Fri]));
        assert_eq!(weekdays("sat-mon sun"), Some(vec![Mon, Sat, Sun]));
        for wrong in ["", "  ", "maandag", "mon-", "mon-xyz", "1"] {
            assert_eq!(weekdays(wrong), None, "{wrong}");
        }
    }
}
