//! Idle leases (decision 4): a case that is held and not worked on goes back to the pool. What counts
//! is opening time of the desk, so that nobody loses a case over lunch, a night or a holiday; and it
//! is technical time, never the shifted legal one. A heartbeat is no work.

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::Calendar;

/// Working time without a sign of work after which the holder is warned.
pub const WARNING_AFTER: TimeDelta = TimeDelta::minutes(24);
/// Working time without a sign of work after which the case goes back.
pub const RELEASE_AFTER: TimeDelta = TimeDelta::minutes(30);

/// How idle a lease is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Worked on not long ago.
    Kept,
    /// It goes back in so much working time.
    Warned {
        /// More than zero, at most six minutes.
        left: TimeDelta,
    },
    /// It goes back now.
    Over,
}

impl Idle {
    /// Full minutes that are left, rounded up: `1` in the last one. `None` unless warned.
    pub fn minutes_left(self) -> Option<i64> {
        match self {
            Self::Warned { left } => Some((left.num_milliseconds() + 59_999) / 60_000),
            Self::Kept | Self::Over => None,
        }
    }
}

/// Opening time since the last sign of work.
pub fn spent(worked_at: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> TimeDelta {
    calendar.working_time(worked_at, now)
}

/// How idle a lease is that was last worked on then.
pub fn state(worked_at: DateTime<Utc>, now: DateTime<Utc>, calendar: &Calendar) -> Idle {
    // shorter by the wall clock is shorter by any calendar
    if now - worked_at < WARNING_AFTER {
        return Idle::Kept;
    }
    let spent = spent(worked_at, now, calendar);
    if spent >= RELEASE_AFTER {
        Idle::Over
    } else if spent >= WARNING_AFTER {
        let left = RELEASE_AFTER - spent;
        Idle::Warned { left }
    } else {
        Idle::Kept
    }
}

/// When [`state`] says something else in words: at the warning, at each full minute after it, at the
/// return. `None` once it is over, or when the calendar never opens again.
pub fn next_change(
    worked_at: DateTime<Utc>,
    now: DateTime<Utc>,
    calendar: &Calendar,
) -> Option<DateTime<Utc>> {
    let after = match state(worked_at, now, calendar) {
        Idle::Kept => WARNING_AFTER,
        warned @ Idle::Warned { .. } => {
            RELEASE_AFTER - TimeDelta::minutes(warned.minutes_left()? - 1)
        }
        Idle::Over => return None,
    };
    calendar.after_working_time(worked_at, after)
}
