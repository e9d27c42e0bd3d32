//! What will be late when the desk closes, from the pace so far: a pure sum, said with what it
//! leaves out. It counts neither what may still come in, nor who goes home early.
//!
//! This module must not know: queues, cases, the present time.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::calendar::Calendar;

/// A pace needs so much opening time behind it; a few lucky minutes are none.
const LEAST: TimeDelta = TimeDelta::minutes(30);
/// More people than this more are not a plan for today.
const MOST_PEOPLE: u32 = 9;

/// The opening time of a local day, seen from an instant in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// Opening time that has passed.
    pub elapsed: TimeDelta,
    /// Opening time that is left.
    pub left: TimeDelta,
    /// When the desk closes for the day; `None` on a day on which it does not open.
    pub closes_at: Option<DateTime<Utc>>,
}

impl Shift {
    /// The day of `now` by the opening hours of that calendar.
    pub fn at(calendar: &Calendar, now: DateTime<Utc>) -> Self {
        let open = calendar.opening(calendar.local_day(now));
        let time =
            |from: DateTime<Utc>, until: DateTime<Utc>| (until - from).max(TimeDelta::zero());
        Self {
            elapsed: open
                .iter()
                .map(|(from, until)| time(*from, now.min(*until)))
                .sum(),
            left: open
                .iter()
                .map(|(from, until)| time(now.max(*from), *until))
                .sum(),
            closes_at: open.last().map(|(_, until)| *until),
        }
    }
}

/// What a forecast is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workload {
    /// Work on the desk that falls due before the desk opens on a later day; what is late already
    /// is part of it.
    pub due: u32,
    /// Pieces of work that left the desk today.
    pub done: u32,
    /// How many people are at it.
    pub people: u32,
}

/// What will be late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Forecast {
    /// The desk does not open any more today. What is due before it does will be late.
    Closed {
        /// How many.
        late: u32,
    },
    /// The day is too young, or nothing was done yet: there is no pace to go by.
    TooEarly {
        /// How many would be late if nothing were done.
        due: u32,
    },
    /// At this pace.
    Late {
        /// How many will be late at closing.
        late: u32,
        /// With how many people more none would be, at the pace of each so far; `None` when none is
        /// late anyway, or when nine more would not do.
        people_more: Option<u32>,
    },
}

impl Forecast {
    /// The forecast of a queue. Work is done in the order of its due instants, so what can be done
    /// is taken from what is due first.
    pub fn of(work: Workload, shift: Shift) -> Self {
        if shift.left <= TimeDelta::zero() {
            return Self::Closed { late: work.due };
        }
        if work.due == 0 {
            return Self::Late {
                late: 0,
                people_more: None,
            };
        }
        if shift.elapsed < LEAST || work.done == 0 {
            return Self::TooEarly { due: work.due };
        }
        let late = work.due - work.due.min(to_come(work.done, shift));
        let enough = |more: &u32| reinforced(work, *more, shift) >= work.due;
        let people_more = match (late, work.people) {
            (0, _) | (_, 0) => None,
            _ => (1..=MOST_PEOPLE).find(enough),
        };
        Self::Late { late, people_more }
    }

    /// How many will be late, where that can be said.
    pub fn late(self) -> Option<u32> {
        match self {
            Self::Closed { late } | Self::Late { late, .. } => Some(late),
            Self::TooEarly { .. } => None,
        }
    }
}

/// Whole pieces that will still be done today at the pace so far.
fn to_come(done: u32, shift: Shift) -> u32 {
    share(u128::from(done), 1, shift)
}

fn reinforced(work: Workload, more: u32, shift: Shift) -> u32 {
    let people = u128::from(work.people) + u128::from(more);
    share(
        u128::from(work.done) * people,
        u128::from(work.people),
        shift,
    )
}

fn share(done: u128, of: u128, shift: Shift) -> u32 {
    let millis = |time: TimeDelta| u128::try_from(time.num_milliseconds()).unwrap_or(0);
    let pieces = (done * millis(shift.left)).checked_div(millis(shift.elapsed) * of);
    u32::try_from(pieces.unwrap_or(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::country::Country;

    fn shift(elapsed: i64, left: i64) -> Shift {
        Shift {
            elapsed: TimeDelta::minutes(elapsed),
            left: TimeDelta::minutes(left),
            closes_at: None,
        }
    }

    fn work(due: u32, done: u32, people: u32) -> Workload {
        Workload { due, done, people }
    }

    fn at(local: &str) -> Shift {
        let calendar = Calendar::builtin(Country::Nl).unwrap();
        Shift::at(&calendar, local.parse().unwrap())
    }

    #[test]
    fn the_shift_follows_the_opening_hours() {
        let noon = at("2026-11-20T12:00:00+01:00");
        assert_eq!(
            (noon.elapsed, noon.left),
            (TimeDelta::hours(4), TimeDelta::hours(5))
        );
        assert_eq!(noon.closes_at, "2026-11-20T16:00:00Z".parse().ok());
        let before = at("2026-11-20T07:59:59+01:00");
        assert_eq!(
            (before.elapsed, before.left),
            (TimeDelta::zero(), TimeDelta::hours(9))
        );
        let closing = at("2026-11-20T17:00:00+01:00");
        assert_eq!(
            (closing.elapsed, closing.left),
            (TimeDelta::hours(9), TimeDelta::zero())
        );
        let saturday = at("2026-11-21T12:00:00+01:00");
        assert_eq!(
            (saturday.elapsed, saturday.closes_at),
            (TimeDelta::zero(), None)
        );
        let christmas = at("2026-12-25T12:00:00+01:00");
        assert_eq!(
            (christmas.left, christmas.closes_at),
            (TimeDelta::zero(), None)
        );
    }

    #[test]
    fn half_an_hour_makes_a_pace_and_a_minute_less_does_not() {
        let early = Forecast::of(work(4, 2, 1), shift(29, 480));
        assert_eq!(early, Forecast::TooEarly { due: 4 });
        let known = Forecast::of(work(4, 2, 1), shift(30, 30));
        assert_eq!(known.late(), Some(2));
        let nothing_done = Forecast::of(work(4, 0, 1), shift(300, 60));
        assert_eq!(nothing_done, Forecast::TooEarly { due: 4 });
    }

    #[test]
    fn nothing_due_is_never_late_however_early() {
        let none = Forecast::Late {
            late: 0,
            people_more: None,
        };
        assert_eq!(Forecast::of(work(0, 0, 0), shift(0, 540)), none);
        assert_eq!(Forecast::of(work(0, 9, 2), shift(200, 1)), none);
    }

    /// After hours, at the weekend: nobody will do it before it is due.
    #[test]
    fn when_the_desk_is_closed_all_that_is_due_will_be_late() {
        assert_eq!(
            Forecast::of(work(3, 50, 2), shift(540, 0)),
            Forecast::Closed { late: 3 }
        );
        let saturday = at("2026-11-21T12:00:00+01:00");
        assert_eq!(
            Forecast::of(work(0, 0, 0), saturday),
            Forecast::Closed { late: 0 }
        );
    }

    #[test]
    fn a_half_done_piece_is_not_done() {
        // four in four hours; 59 minutes are left
        assert_eq!(Forecast::of(work(1, 4, 1), shift(240, 59)).late(), Some(1));
        assert_eq!(Forecast::of(work(1, 4, 1), shift(240, 60)).late(), Some(0));
    }

    #[test]
    fn more_people_are_proposed_only_when_they_would_do() {
        // two people do one an hour each, two hours are left: four; each more brings two
        let of = |due| Forecast::of(work(due, 8, 2), shift(240, 120));
        assert_eq!(
            of(4),
            Forecast::Late {
                late: 0,
                people_more: None
            }
        );
        assert_eq!(
            of(5),
            Forecast::Late {
                late: 1,
                people_more: Some(1)
            }
        );
        assert_eq!(
            of(7),
            Forecast::Late {
                late: 3,
                people_more: Some(2)
            }
        );
        assert_eq!(
            of(22),
            Forecast::Late {
                late: 18,
                people_more: Some(9)
            }
        );
        assert_eq!(
            of(23),
            Forecast::Late {
                late: 19,
                people_more: None
            }
        );
        let nobody = Forecast::of(work(5, 8, 0), shift(240, 120));
        assert_eq!(
            nobody,
            Forecast::Late {
                late: 1,
                people_more: None
            }
        );
    }

    proptest! {
        /// More done in the same time never makes more late; more due never makes less late; no
        /// figure is above what is due.
        #[test]
        fn the_forecast_is_monotone_and_bounded(
            due in 0u32..5_000, more_due in 0u32..50, done in 0u32..5_000, more_done in 0u32..50,
            people in 0u32..300, elapsed in 0i64..700, left in 0i64..700
        ) {
            let shift = shift(elapsed, left);
            // no pace is the worst pace there is
            let late = |forecast: Forecast| match forecast {
                Forecast::TooEarly { due } => due,
                other => other.late().unwrap(),
            };
            let now = late(Forecast::of(work(due, done, people), shift));
            prop_assert!(now <= due);
            prop_assert!(late(Forecast::of(work(due, done + more_done, people), shift)) <= now);
            prop_assert!(late(Forecast::of(work(due + more_due, done, people), shift)) >= now);
        }

        /// The people who are proposed are enough, and one less is not.
        #[test]
        fn the_people_proposed_are_the_fewest_that_do(
            due in 1u32..200, done in 1u32..100, people in 1u32..20, elapsed in 30i64..500, left in 1i64..500
        ) {
            let shift = shift(elapsed, left);
            let work = work(due, done, people);
            if let Forecast::Late { people_more: Some(more), .. } = Forecast::of(work, shift) {
                prop_assert!(reinforced(work, more, shift) >= due);
                prop_assert!(reinforced(work, more - 1, shift) < due);
            }
        }
    }
}
