//! What a clock is at an instant, and how its time left is said.

use chrono::{DateTime, TimeDelta, Utc};
use loket::domain::clock::{ClockRun, ClockStatus, Outcome, Whose};
use loket::domain::deadline::{Comparison, LeftForm, Pause, next_change, text_left};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn due() -> DateTime<Utc> {
    at("2026-11-23T16:00:00+01:00")
}

fn run() -> ClockRun {
    ClockRun {
        key: "response_72h".to_owned(),
        run: 1,
        started_at: due() - TimeDelta::hours(72),
        due_at: due(),
        original_due_at: due(),
        comparison: Comparison::UpToAndIncluding,
        warn_at: due() - TimeDelta::hours(18),
        whose: Whose::Party,
        breached_at: None,
        late_on_arrival: false,
        late_by_retriage: false,
        outcome: None,
        ended_at: None,
        calendar: "nl-statutory".to_owned(),
        calendar_version: 1,
        pauses: Vec::new(),
        ledger: Vec::new(),
    }
}

fn lasting(from: DateTime<Utc>) -> Pause {
    Pause {
        from,
        until: None,
        reason: "waiting".to_owned(),
    }
}

/// Case-anchors (c.2) 8 and (c.3) 9.
#[test]
fn a_clock_runs_warns_and_is_breached_after_its_instant() {
    let run = run();
    let tick = TimeDelta::milliseconds(1);
    assert_eq!(run.status(run.warn_at - tick), ClockStatus::Running);
    assert_eq!(run.status(run.warn_at), ClockStatus::Warning);
    assert_eq!(run.status(due()), ClockStatus::Warning);
    assert_eq!(run.status(due() + tick), ClockStatus::Breached);
    let days = ClockRun {
        comparison: Comparison::Before,
        ..run
    };
    assert_eq!(days.status(due() - tick), ClockStatus::Warning);
    assert_eq!(days.status(due()), ClockStatus::Breached);
}

/// Case-anchors (c.3) 19 and 8: ended clocks say how they ended, whatever the time.
#[test]
fn an_ended_clock_says_how_it_ended() {
    for (outcome, status) in [
        (Outcome::Met, ClockStatus::Met),
        (Outcome::MetLate, ClockStatus::MetLate),
        (Outcome::Lapsed, ClockStatus::Lapsed),
        (Outcome::Cancelled, ClockStatus::Cancelled),
    ] {
        let ended = ClockRun {
            outcome: Some(outcome),
            ..run()
        };
        assert_eq!(ended.status(due() + TimeDelta::days(9)), status);
    }
    let late = ClockRun {
        late_on_arrival: true,
        ..run()
    };
    assert_eq!(
        late.status(due() + TimeDelta::days(9)),
        ClockStatus::LateOnArrival
    );
}

/// A pause that began in time holds the clock, also past the instant that will move when it ends.
/// Case-anchors (c.3) 13: one that began after a breach heals nothing.
#[test]
fn a_pause_holds_a_clock_only_when_it_began_in_time() {
    let paused = ClockRun {
        pauses: vec![lasting(due() - TimeDelta::hours(1))],
        ..run()
    };
    assert_eq!(
        paused.status(due() + TimeDelta::days(1)),
        ClockStatus::Paused
    );
    let too_late = ClockRun {
        pauses: vec![lasting(due() + TimeDelta::hours(1))],
        ..run()
    };
    assert_eq!(
        too_late.status(due() + TimeDelta::days(1)),
        ClockStatus::Breached
    );
    let recorded = ClockRun {
        breached_at: Some(due()),
        ..paused
    };
    assert_eq!(
        recorded.status(due() + TimeDelta::days(1)),
        ClockStatus::Breached
    );
}

/// `screens.md`: `1h 12m`, `2d 03h`, seconds only under ten minutes.
#[test]
fn the_time_left_is_said_in_two_parts() {
    for (left, form, parts) in [
        (
            2 * 86_400 + 3 * 3_600 + 59,
            LeftForm::DaysHours,
            (2, 3, 0, 59),
        ),
        (86_400, LeftForm::DaysHours, (1, 0, 0, 0)),
        (86_399, LeftForm::HoursMinutes, (0, 23, 59, 59)),
        (3_600, LeftForm::HoursMinutes, (0, 1, 0, 0)),
        (3_599, LeftForm::Minutes, (0, 0, 59, 59)),
        (600, LeftForm::Minutes, (0, 0, 10, 0)),
        (599, LeftForm::MinutesSeconds, (0, 0, 9, 59)),
        (0, LeftForm::MinutesSeconds, (0, 0, 0, 0)),
    ] {
        for (seconds, negative) in [(left, false), (-left, left > 0)] {
            let said = text_left(due(), due() - TimeDelta::seconds(seconds));
            assert_eq!((said.form(), said.negative), (form, negative), "{seconds}");
            assert_eq!(
                (said.days, said.hours, said.minutes, said.seconds),
                parts,
                "{seconds}"
            );
        }
    }
}

/// What a screen would write.
fn words(due: DateTime<Utc>, now: DateTime<Utc>) -> (LeftForm, bool, i64, i64) {
    let left = text_left(due, now);
    let (first, second) = match left.form() {
        LeftForm::DaysHours => (left.days, left.hours),
        LeftForm::HoursMinutes => (left.hours, left.minutes),
        LeftForm::Minutes => (left.minutes, 0),
        LeftForm::MinutesSeconds => (left.minutes, left.seconds),
    };
    (left.form(), left.negative, first, second)
}

proptest! {
    /// The words change exactly at the instant that is promised, and not before.
    #[test]
    fn the_words_change_when_promised(ms in -300_000_000_i64..300_000_000, share in 0_i32..=1000) {
        let now = due() - TimeDelta::milliseconds(ms);
        let next = next_change(due(), now);
        prop_assert!(next > now);
        prop_assert_ne!(words(due(), next), words(due(), now));
        let nanosecond = TimeDelta::nanoseconds(1);
        let between = now + (next - now - nanosecond) / 1000 * share;
        prop_assert_eq!(words(due(), between), words(due(), now));
        prop_assert_eq!(words(due(), next - nanosecond), words(due(), now));
    }
}
