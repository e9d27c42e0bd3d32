//! Times as people say them, and when the words change next. The screen sleeps until then.
//!
//! Legal time only; local days are those of the case's country, never the terminal's.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::domain::deadline::{Comparison, LeftForm, text_left};
use crate::text::{Texts, format};

const MINUTE: i64 = 60;

/// Time left until `due`: `2d03h`, `3h05m`, `52m`, `9m41s`; past it `-41m`.
pub fn left(due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = text_left(due, now);
    let sign = if left.negative { "-" } else { "" };
    match left.form() {
        LeftForm::DaysHours => format!("{sign}{}d{:02}h", left.days, left.hours),
        LeftForm::HoursMinutes => format!("{sign}{}h{:02}m", left.hours, left.minutes),
        LeftForm::Minutes => format!("{sign}{}m", left.minutes),
        LeftForm::MinutesSeconds => format!("{sign}{}m{:02}s", left.minutes, left.seconds),
    }
}

/// The same where a word beside it says that it is late, so that no sign has to: `41m`.
pub fn beside_word(left: &str, word: &str) -> String {
    let bare = if word.is_empty() {
        left
    } else {
        left.trim_start_matches('-')
    };
    bare.to_owned()
}

/// A due instant: `today 24:00`, `tomorrow 14:09`, `Tue 24 Nov 14:09`.
pub fn due(
    texts: &Texts,
    due: DateTime<Utc>,
    comparison: Comparison,
    now: DateTime<Utc>,
    zone: Tz,
) -> String {
    let (day, time) = format::last_moment(due, comparison, zone);
    format!(
        "{} {time}",
        day_near(texts, day, now.with_timezone(&zone).date_naive())
    )
}

/// An instant that has passed: `14:09` today, `yesterday 14:09`, else with its date.
pub fn at(texts: &Texts, instant: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let local = instant.with_timezone(&zone);
    let today = now.with_timezone(&zone).date_naive();
    let time = clock(instant, zone);
    if local.date_naive() == today {
        return time;
    }
    format!("{} {time}", day_near(texts, local.date_naive(), today))
}

/// A day beside today: `today`, `tomorrow`, `yesterday`, else `Tue 24 Nov`, with the year when it
/// is another.
pub fn day_near(texts: &Texts, day: NaiveDate, today: NaiveDate) -> String {
    match (day - today).num_days() {
        0 => texts.get("day.today").to_owned(),
        1 => texts.get("day.tomorrow").to_owned(),
        -1 => texts.get("day.yesterday").to_owned(),
        _ if day.year() == today.year() => format::weekday(texts, day),
        _ => format::weekday_date(texts, day),
    }
}

/// The local clock time, `14:07`.
pub fn clock(now: DateTime<Utc>, zone: Tz) -> String {
    format::clock(now, zone)
}

/// When [`clock`] says something else.
pub fn clock_changes(now: DateTime<Utc>) -> DateTime<Utc> {
    let into = now.timestamp().rem_euclid(MINUTE);
    now - Duration::nanoseconds(i64::from(now.nanosecond())) + Duration::seconds(MINUTE - into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn seconds_are_shown_only_under_ten_minutes() {
        let due = at("2026-11-24T13:00:00Z");
        assert_eq!(left(due, due - Duration::seconds(599)), "9m59s");
        assert_eq!(left(due, due - Duration::seconds(600)), "10m");
        assert_eq!(left(due, due - Duration::minutes(185)), "3h05m");
        assert_eq!(left(due, due - Duration::hours(51)), "2d03h");
        assert_eq!(left(due, due), "0m00s");
        assert_eq!(left(due, due + Duration::minutes(41)), "-41m");
    }

    #[test]
    fn late_is_said_once() {
        assert_eq!(beside_word("-3d09h", "late"), "3d09h");
        assert_eq!(beside_word("-3d09h", ""), "-3d09h");
        assert_eq!(beside_word("1h42m", "soon"), "1h42m");
    }

    #[test]
    fn a_working_day_ends_at_24_hours_of_its_day() {
        let texts = Texts::load("en");
        let zone = Tz::Europe__Amsterdam;
        let friday = at("2026-11-20T13:07:00Z");
        let midnight = at("2026-11-20T23:00:00Z");
        assert_eq!(
            due(&texts, midnight, Comparison::Before, friday, zone),
            "today 24:00"
        );
        let monday = at("2026-11-23T23:00:00Z");
        assert_eq!(
            due(&texts, monday, Comparison::Before, friday, zone),
            "Mon 23 Nov 24:00"
        );
        let hours = at("2026-11-24T13:09:00Z");
        let said = due(&texts, hours, Comparison::UpToAndIncluding, friday, zone);
        assert_eq!(said, "Tue 24 Nov 14:09");
    }
}
