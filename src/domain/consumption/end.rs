//! Ends as the service of the portal tells them (formats.md 5.10): instants, and the first that is no more
//! part. Here an end is a local day, the first that is not a whole day of it any more; this is the only place
//! that says which one.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::days;

/// The first local day that is no more part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct End(NaiveDate);

impl End {
    /// Of an instant: the day that it begins, or the day in which it falls, which is no whole day of it. The
    /// last second of a day is how some write its end.
    pub fn at(end: DateTime<Utc>) -> Self {
        Self(days::of(end + TimeDelta::seconds(1)))
    }

    /// What the service writes: an instant with its offset; a bare day is its beginning.
    pub fn told(text: &str) -> Option<Self> {
        match DateTime::parse_from_rfc3339(text) {
            Ok(end) => Some(Self::at(end.to_utc())),
            Err(_) => text.parse().ok().map(Self),
        }
    }

    /// The first day that is no more part.
    pub fn day(self) -> NaiveDate {
        self.0
    }

    /// The last day that is.
    pub fn last(self) -> NaiveDate {
        self.0.checked_sub_days(Days::new(1)).unwrap_or(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> String {
        End::told(text).expect("an end").day().to_string()
    }

    /// FLU-27, FLU-28: nothing lasts a day longer than was told, however the end is written; nor a day less
    /// where it is written as the last second.
    #[test]
    fn flu_28_an_end_is_the_first_day_that_is_no_more_part() {
        for (told, day) in [
            ("2026-12-31T00:00:00+01:00", "2026-12-31"),
            ("2026-12-30T23:00:00Z", "2026-12-31"),
            ("2026-12-31T00:00:00Z", "2026-12-31"),
            ("2026-12-31T23:59:59+01:00", "2027-01-01"),
            ("2026-12-31T23:59:59.999+01:00", "2027-01-01"),
            ("2026-12-31T23:59:58+01:00", "2026-12-31"),
            ("2026-07-01T00:00:00+02:00", "2026-07-01"),
            // the nights in which clocks change
            ("2026-10-25T00:00:00+02:00", "2026-10-25"),
            ("2026-10-25T23:00:00Z", "2026-10-26"),
            ("2026-03-29T00:00:00+01:00", "2026-03-29"),
            ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-12-31", "2026-12-31"),
            // the ends of the answers that were published
            ("2024-12-01T00:15:00Z", "2024-12-01"),
            ("2024-12-01T01:00:00Z", "2024-12-01"),
        ] {
            assert_eq!(end(told), day, "{told}");
        }
        assert_eq!(
            End::told("2026-03-01").expect("an end").last().to_string(),
            "2026-02-28"
        );
        assert_eq!(End::told("soon"), None);
    }
}
