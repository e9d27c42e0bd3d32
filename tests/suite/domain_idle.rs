//! Idle leases (decision 4): 30 minutes of opening time without work, a warning from 24 on.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loket::domain::calendar::{Calendar, OpeningHours};
use loket::domain::country::Country;
use loket::domain::idle::{Idle, RELEASE_AFTER, WARNING_AFTER, next_change, spent, state};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn dutch() -> Calendar {
    Calendar::builtin(Country::Nl).unwrap()
}

/// With an hour of lunch.
fn with_lunch() -> Calendar {
    let spans = || {
        vec![
            "08:00-12:00".parse().unwrap(),
            "13:00-17:00".parse().unwrap(),
        ]
    };
    let week = std::array::from_fn(|day| if day < 5 { spans() } else { Vec::new() });
    dutch().with_hours(OpeningHours {
        week,
        ..OpeningHours::default()
    })
}

fn left(seconds: i64) -> Idle {
    Idle::Warned {
        left: TimeDelta::seconds(seconds),
    }
}

#[test]
fn the_lease_ends_at_thirty_working_minutes_and_not_a_second_earlier() {
    let calendar = dutch();
    let worked = at("2026-11-20T10:00:00+01:00");
    let after = |seconds| state(worked, worked + TimeDelta::seconds(seconds), &calendar);
    assert_eq!(after(0), Idle::Kept);
    assert_eq!(after(24 * 60 - 1), Idle::Kept);
    assert_eq!(after(24 * 60), left(360));
    assert_eq!(after(29 * 60 + 59), left(1));
    assert_eq!(after(30 * 60), Idle::Over);
    // a sign of work from the future is no idleness
    assert_eq!(after(-600), Idle::Kept);
}

#[test]
fn minutes_left_are_rounded_up_so_that_the_last_one_is_said() {
    assert_eq!(left(360).minutes_left(), Some(6));
    assert_eq!(left(301).minutes_left(), Some(6));
    assert_eq!(left(300).minutes_left(), Some(5));
    assert_eq!(left(1).minutes_left(), Some(1));
    assert_eq!(Idle::Kept.minutes_left(), None);
    assert_eq!(Idle::Over.minutes_left(), None);
}

/// What is no opening time is no idleness: lunch, a night, a weekend, a holiday (complaint 5).
#[test]
fn nobody_loses_a_case_over_lunch_a_night_a_weekend_or_a_holiday() {
    let cases = [
        // lunch from 12 to 13
        (
            with_lunch(),
            "2026-11-20T11:45:00+01:00",
            "2026-11-20T13:14:59+01:00",
            "2026-11-20T13:15:00+01:00",
        ),
        // a night
        (
            dutch(),
            "2026-11-19T16:50:00+01:00",
            "2026-11-20T08:19:59+01:00",
            "2026-11-20T08:20:00+01:00",
        ),
        // a weekend
        (
            dutch(),
            "2026-11-20T16:50:00+01:00",
            "2026-11-23T08:19:59+01:00",
            "2026-11-23T08:20:00+01:00",
        ),
        // Christmas on Friday and Saturday
        (
            dutch(),
            "2026-12-24T16:40:00+01:00",
            "2026-12-28T08:09:59+01:00",
            "2026-12-28T08:10:00+01:00",
        ),
        // worked on outside of the opening hours
        (
            dutch(),
            "2026-11-21T11:00:00+01:00",
            "2026-11-23T08:29:59+01:00",
            "2026-11-23T08:30:00+01:00",
        ),
        // up to the closing minute
        (
            dutch(),
            "2026-11-20T16:30:00+01:00",
            "2026-11-20T16:59:59+01:00",
            "2026-11-20T17:00:00+01:00",
        ),
    ];
    for (calendar, worked, kept, over) in cases {
        let (worked, kept, over) = (at(worked), at(kept), at(over));
        assert_eq!(state(worked, kept, &calendar), left(1), "{worked}");
        assert_eq!(state(worked, over, &calendar), Idle::Over, "{worked}");
        assert_eq!(
            calendar.after_working_time(worked, RELEASE_AFTER),
            Some(over)
        );
    }
}

/// The clock change of a Sunday night takes nothing and gives nothing, also where the desk is open.
#[test]
fn a_clock_change_counts_the_minutes_that_there_were() {
    let always = ["00:00-24:00".parse().unwrap()];
    let sunday = |day: &str| {
        let day: NaiveDate = day.parse().unwrap();
        dutch().with_hours(OpeningHours {
            exceptions: [(day, always.to_vec())].into(),
            ..OpeningHours::default()
        })
    };
    // 02:00 becomes 03:00
    let spring = sunday("2027-03-28");
    let worked = at("2027-03-28T01:50:00+01:00");
    assert_eq!(
        state(worked, at("2027-03-28T03:19:59+02:00"), &spring),
        left(1)
    );
    assert_eq!(
        state(worked, at("2027-03-28T03:20:00+02:00"), &spring),
        Idle::Over
    );
    // 03:00 becomes 02:00
    let autumn = sunday("2026-10-25");
    let worked = at("2026-10-25T02:50:00+02:00");
    assert_eq!(
        state(worked, at("2026-10-25T02:19:59+01:00"), &autumn),
        left(1)
    );
    assert_eq!(
        state(worked, at("2026-10-25T02:20:00+01:00"), &autumn),
        Idle::Over
    );
}

#[test]
fn a_desk_that_never_opens_ends_no_lease_and_wakes_nobody() {
    let closed = dutch().with_hours(OpeningHours {
        week: std::array::from_fn(|_| Vec::new()),
        ..OpeningHours::default()
    });
    let worked = at("2026-11-20T10:00:00+01:00");
    let later = at("2027-11-20T10:00:00+01:00");
    assert_eq!(state(worked, later, &closed), Idle::Kept);
    assert_eq!(next_change(worked, later, &closed), None);
}

/// The screen wakes at the warning, then at every minute, then not any more.
#[test]
fn the_words_change_when_they_are_said_to() {
    let calendar = dutch();
    let worked = at("2026-11-20T16:40:00+01:00");
    let mut now = worked;
    let mut seen = Vec::new();
    while let Some(next) = next_change(worked, now, &calendar) {
        assert!(next > now, "{now}");
        now = next;
        seen.push((now, state(worked, now, &calendar)));
    }
    let monday = |minute: u32| at(&format!("2026-11-23T08:{minute:02}:00+01:00"));
    let expected = (4..10).map(|minute| (monday(minute), left(i64::from(10 - minute) * 60)));
    let expected: Vec<_> = expected.chain([(monday(10), Idle::Over)]).collect();
    assert_eq!(seen, expected);
}

proptest! {
    /// Idle time only grows, and the return is exactly where 30 minutes are spent.
    #[test]
    fn idleness_only_grows(from in 0_i64..20_000_000, first in 0_i64..400_000, more in 0_i64..400_000) {
        let calendar = with_lunch();
        let worked = at("2026-10-01T00:00:00Z") + TimeDelta::seconds(from);
        let (one, two) = (worked + TimeDelta::seconds(first), worked + TimeDelta::seconds(first + more));
        prop_assert!(spent(worked, one, &calendar) <= spent(worked, two, &calendar));
        for span in [WARNING_AFTER, RELEASE_AFTER] {
            let reached = calendar.after_working_time(worked, span).unwrap();
            prop_assert_eq!(spent(worked, reached, &calendar), span);
            let just_before = reached - TimeDelta::milliseconds(1);
            prop_assert!(state(worked, just_before, &calendar) != Idle::Over);
        }
    }
}
