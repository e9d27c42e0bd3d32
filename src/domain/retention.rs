//! How long the port of smart meters keeps what it read (formats.md 5.8): what was missed during a block
//! can be asked for afterwards as far as it is still there (GT-23).
//!
//! This module must not know: cases, messages, the present time.

use chrono::{DateTime, Months, TimeDelta, Utc};

/// Days for which interval values are kept.
const INTERVAL_DAYS: i64 = 10;
/// Days for which daily readings are kept.
const DAILY_DAYS: i64 = 40;
/// Months for which monthly readings are kept.
const MONTHLY_MONTHS: u32 = 13;

/// From when on interval values of a block that began then are lost: those of its first day first.
pub fn lost_from(blocked_at: DateTime<Utc>) -> DateTime<Utc> {
    blocked_at + TimeDelta::days(INTERVAL_DAYS)
}

/// From when on the port still has what was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Values of quarter-hours and hours.
    pub intervals: DateTime<Utc>,
    /// Readings of days.
    pub days: DateTime<Utc>,
    /// Readings of months.
    pub months: DateTime<Utc>,
}

impl Kept {
    /// Whether some interval values of the block are gone for good.
    pub fn has_lost(&self, blocked_at: DateTime<Utc>) -> bool {
        blocked_at < self.intervals
    }
}

/// What is still there at `now` of what was missed since a block began.
pub fn kept(blocked_at: DateTime<Utc>, now: DateTime<Utc>) -> Kept {
    let months = now.checked_sub_months(Months::new(MONTHLY_MONTHS));
    Kept {
        intervals: blocked_at.max(now - TimeDelta::days(INTERVAL_DAYS)),
        days: blocked_at.max(now - TimeDelta::days(DAILY_DAYS)),
        months: blocked_at.max(months.unwrap_or(blocked_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// GT-23: within ten days nothing is lost; after that quarter-hours are, days later the rest.
    #[test]
    fn gt_23_what_was_missed_is_there_for_ten_and_forty_days() {
        let blocked = at("2026-11-01T08:00:00Z");
        let early = kept(blocked, at("2026-11-11T08:00:00Z"));
        assert_eq!((early.intervals, early.days), (blocked, blocked));
        assert!(!early.has_lost(blocked), "the last instant is still there");
        let late = kept(blocked, at("2026-11-13T08:00:00Z"));
        assert_eq!(late.intervals, at("2026-11-03T08:00:00Z"));
        assert!(late.has_lost(blocked) && late.days == blocked);
        let far = kept(blocked, at("2028-01-31T08:00:00Z"));
        assert_eq!(far.days, at("2027-12-22T08:00:00Z"));
        assert_eq!(far.months, at("2026-12-31T08:00:00Z"));
    }

    proptest! {
        /// GT-23: never before the block, and the coarser the longer.
        #[test]
        fn gt_23_nothing_before_the_block(from in 0_i64..2_000_000_000, span in 0_i64..90_000_000) {
            let blocked = DateTime::from_timestamp(from, 0).expect("an instant");
            let now = blocked + TimeDelta::seconds(span);
            let kept = kept(blocked, now);
            prop_assert!(blocked <= kept.months && kept.months <= kept.days);
            prop_assert!(kept.days <= kept.intervals && kept.intervals <= now);
        }
    }
}
