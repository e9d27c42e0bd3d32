//! How much is left, as people say it: `2d 03h`, `3h 12m`, `12m`, seconds only under ten minutes;
//! and when those words change next, so that a screen sleeps until then.

use chrono::{DateTime, TimeDelta, Utc};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const SECONDS_UNTIL: i64 = 10 * MINUTE;

/// The time left until a due instant, or past it. The parts add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Whole days of 24 hours.
    pub days: i64,
    /// Whole hours, 0 to 23.
    pub hours: i64,
    /// Whole minutes, 0 to 59.
    pub minutes: i64,
    /// Whole seconds, 0 to 59.
    pub seconds: i64,
    /// The due instant has passed.
    pub negative: bool,
}

/// Which parts of a [`Left`] are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftForm {
    /// `2d 03h`: a day or more.
    DaysHours,
    /// `3h 12m`: an hour or more.
    HoursMinutes,
    /// `12m`: ten minutes or more.
    Minutes,
    /// `9m 05s`: less.
    MinutesSeconds,
}

impl Left {
    /// Which parts are said.
    pub fn form(&self) -> LeftForm {
        match (self.days, self.hours, self.minutes) {
            (1.., _, _) => LeftForm::DaysHours,
            (_, 1.., _) => LeftForm::HoursMinutes,
            (_, _, 10..) => LeftForm::Minutes,
            _ => LeftForm::MinutesSeconds,
        }
    }
}

/// Whole seconds left, rounded up: `12m 00s` stands from exactly twelve minutes before. Past the
/// due instant negative, whole seconds since.
fn seconds_left(due: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let left = due - now;
    let started = TimeDelta::seconds(left.num_seconds()) < left;
    left.num_seconds() + i64::from(started && left > TimeDelta::zero())
}

/// The time left at `now`.
pub fn text_left(due: DateTime<Utc>, now: DateTime<Utc>) -> Left {
    let seconds = seconds_left(due, now);
    let size = seconds.abs();
    Left {
        days: size / DAY,
        hours: size % DAY / HOUR,
        minutes: size % HOUR / MINUTE,
        seconds: size % MINUTE,
        negative: seconds < 0,
    }
}

/// The first instant after `now` at which the words for the time left are others.
pub fn next_change(due: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = seconds_left(due, now);
    let unit = match seconds.abs() {
        DAY.. => HOUR,
        SECONDS_UNTIL.. => MINUTE,
        _ => 1,
    };
    let next = if seconds > 0 {
        seconds / unit * unit - 1
    } else {
        (seconds / unit - 1) * unit
    };
    due - TimeDelta::seconds(next)
}
