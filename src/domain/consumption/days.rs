//! Local days on the absolute time line: where they begin and how much fits in. On two days of a year
//! the answer is not 24 hours.

use chrono::{
    DateTime, Datelike as _, Days, LocalResult, NaiveDate, NaiveTime, TimeZone as _, Utc,
};

use super::ZONE;

/// The instant at which a local day begins.
pub fn begin(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    match ZONE.from_local_datetime(&midnight) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        // clocks of this zone change at two and three, never at midnight
        LocalResult::None => midnight.and_utc(),
    }
}

/// The instant at which it ends, which is not its own.
pub fn end(day: NaiveDate) -> DateTime<Utc> {
    begin(day.checked_add_days(Days::new(1)).unwrap_or(day))
}

/// The local day of an instant.
pub fn of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&ZONE).date_naive()
}

/// How many stretches of so many minutes a local day has: 92, 96 or 100 quarter-hours.
pub fn stretches(day: NaiveDate, minutes: i64) -> i64 {
    (end(day) - begin(day)).num_minutes() / minutes.max(1)
}

/// The first day of the week (Monday), of the month, of the year of a day.
pub fn monday(day: NaiveDate) -> NaiveDate {
    let back = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(back)).unwrap_or(day)
}

/// The first day of its month.
pub fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of its year.
pub fn first_of_year(day: NaiveDate) -> NaiveDate {
    day.with_ordinal(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_two_odd_days_have_23_and_25_hours() {
        assert_eq!(stretches(day("2026-03-29"), 60), 23);
        assert_eq!(stretches(day("2026-03-29"), 15), 92);
        assert_eq!(stretches(day("2026-10-25"), 60), 25);
        assert_eq!(stretches(day("2026-10-25"), 15), 100);
        assert_eq!(stretches(day("2026-11-16"), 15), 96);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(monday(day("2026-11-22")), day("2026-11-16"));
        assert_eq!(monday(day("2026-11-16")), day("2026-11-16"));
        assert_eq!(first_of_month(day("2026-11-22")), day("2026-11-01"));
        assert_eq!(first_of_year(day("2026-11-22")), day("2026-01-01"));
    }

    proptest! {
        #[test]
        fn every_instant_lies_in_the_day_that_it_is_of(seconds in 0_i64..4_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).expect("an instant");
            let day = of(at);
            prop_assert!(begin(day) <= at && at < end(day));
        }
    }
}
