//! Local times as instants: where days begin and end, and when the desk is open. Local times that
//! do not exist move forward to the first that does; of doubled ones an opening takes the first and
//! a closing the second, so that a working day is never shorter than people worked.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Calendar, MAX_GAP_DAYS, Span};

/// A half-open interval of instants.
pub type Interval = (DateTime<Utc>, DateTime<Utc>);

#[derive(Clone, Copy)]
enum Doubled {
    First,
    Second,
}

/// The instant of a local time.
fn instant(zone: Tz, local: NaiveDateTime, doubled: Doubled) -> DateTime<Utc> {
    let mut probe = local;
    // The longest gap of any zone is a whole day.
    for _ in 0..=24 * 60 {
        match (zone.from_local_datetime(&probe), doubled) {
            (LocalResult::Single(at), _)
            | (LocalResult::Ambiguous(at, _), Doubled::First)
            | (LocalResult::Ambiguous(_, at), Doubled::Second) => return at.with_timezone(&Utc),
            (LocalResult::None, _) => probe += Duration::minutes(1),
        }
    }
    local.and_utc()
}

fn minute_of_day(date: NaiveDate, minute: u16) -> NaiveDateTime {
    date.and_time(chrono::NaiveTime::MIN) + Duration::minutes(i64::from(minute))
}

impl Calendar {
    /// 00:00 local of a date.
    pub fn day_start(&self, date: NaiveDate) -> DateTime<Utc> {
        instant(self.zone(), minute_of_day(date, 0), Doubled::First)
    }

    /// 24:00 local of a date, which is 00:00 of the next.
    pub fn day_end(&self, date: NaiveDate) -> DateTime<Utc> {
        instant(self.zone(), minute_of_day(date, 24 * 60), Doubled::Second)
    }

    /// The intervals in which the desk is open on a date: in order, apart, never empty.
    pub fn opening(&self, date: NaiveDate) -> Vec<Interval> {
        let zone = self.zone();
        let mut spans = self.spans(date).to_vec();
        spans.sort_unstable();
        let mut open: Vec<Interval> = Vec::with_capacity(spans.len());
        for span in spans {
            let from = instant(
                zone,
                minute_of_day(date, span.from_minute()),
                Doubled::First,
            );
            let until = instant(
                zone,
                minute_of_day(date, span.until_minute()),
                Doubled::Second,
            );
            match open.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ if from < until => open.push((from, until)),
                _ => {}
            }
        }
        open
    }

    /// Whether the desk is open: half-open, so 08:00:00 is inside and 17:00:00 is not.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.opening(self.local_day(at))
            .iter()
            .any(|(from, until)| *from <= at && at < *until)
    }

    /// The latest instant up to and including `at` that somebody at the desk can still use: `at`
    /// itself in opening hours, else the closing before it. `None` when two years hold none.
    pub fn last_open(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.opening_before(at).map(|(_, until)| until.min(at))
    }

    /// `at` when the desk is open, else the beginning of the last minute in which it was.
    pub fn last_open_minute(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (from, until) = self.opening_before(at)?;
        Some(if at < until {
            at
        } else {
            from.max(until - TimeDelta::minutes(1))
        })
    }

    /// Opening time between two instants.
    pub fn working_time(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        let last = self.local_day(until);
        self.local_day(from)
            .iter_days()
            .take_while(|date| *date <= last)
            .flat_map(|date| self.opening(date))
            .map(|(open, close)| close.min(until) - open.max(from))
            .filter(|time| *time > TimeDelta::zero())
            .sum()
    }

    /// The first instant by which that much opening time has passed since `from`. `None` when two
    /// years hold too little.
    pub fn after_working_time(
        &self,
        from: DateTime<Utc>,
        time: TimeDelta,
    ) -> Option<DateTime<Utc>> {
        let mut left = time;
        if left <= TimeDelta::zero() {
            return Some(from);
        }
        for (date, _) in self.local_day(from).iter_days().zip(0..=MAX_GAP_DAYS) {
            for (open, close) in self.opening(date) {
                let open = open.max(from);
                if open + left <= close {
                    return Some(open + left);
                }
                left -= (close - open).max(TimeDelta::zero());
            }
        }
        None
    }

    /// The spans of local time that count on a date.
    pub(super) fn spans(&self, date: NaiveDate) -> &[Span] {
        if let Some(spans) = self.hours.exceptions.get(&date) {
            return spans;
        }
        if self.free_day(date).is_some() {
            return &[];
        }
        self.hours.of_weekday(date)
    }

    /// The latest opening that began at or before `at`.
    fn opening_before(&self, at: DateTime<Utc>) -> Option<Interval> {
        let mut date = self.local_day(at);
        for _ in 0..=MAX_GAP_DAYS {
            if let Some(found) = self
                .opening(date)
                .into_iter()
                .rfind(|(from, _)| *from <= at)
            {
                return Some(found);
            }
            date = date.pred_opt()?;
        }
        None
    }
}
