//! The stories of the invented history: how far each case came, and the wall clock of Amsterdam.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};

use crate::domain::country::Country;

/// How far a case came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// Received this morning or late yesterday.
    Fresh,
    /// Nobody has called the party yet, and the working day has passed.
    Overdue,
    /// The party was asked; its time runs.
    Waiting,
    /// The party answered.
    Assessing,
    /// The party answered in time, and we have not judged in time.
    OwnDelay,
    /// The proof was accepted; the block must be lifted.
    Unblock,
    /// The block was wrong; it must be lifted.
    Wrong,
    /// No answer within 72 hours.
    Silent,
    /// The proof was not sufficient.
    Rejected,
    /// Closed: the mandate was in order.
    ClosedOk,
    /// Closed: the block was wrong.
    ClosedWrong,
    /// Closed: no mandate.
    ClosedUnlawful,
    /// Closed: the proof came too late.
    ClosedLate,
}

/// How many of each.
pub(super) const STORIES: &[(Story, usize)] = &[
    (Story::Fresh, 15),
    (Story::Overdue, 4),
    (Story::Waiting, 10),
    (Story::Assessing, 6),
    (Story::OwnDelay, 2),
    (Story::Unblock, 4),
    (Story::Wrong, 1),
    (Story::Silent, 4),
    (Story::Rejected, 3),
    (Story::ClosedOk, 6),
    (Story::ClosedWrong, 2),
    (Story::ClosedUnlawful, 4),
    (Story::ClosedLate, 2),
];

/// The morning on which the world is looked at: 09:00 in Amsterdam.
pub(super) fn morning(day: NaiveDate) -> DateTime<Utc> {
    local(day, 0, 9 * 60)
}

/// Minutes after midnight, some days before.
pub(super) fn local(day: NaiveDate, days_back: u64, minutes: i64) -> DateTime<Utc> {
    let date = day.checked_sub_days(Days::new(days_back)).unwrap_or(day);
    let wall = date.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(minutes);
    let zone = Country::Nl.zone();
    let found = zone.from_local_datetime(&wall).earliest();
    found.map_or_else(|| wall.and_utc(), |at| at.to_utc())
}

/// An instant as a person types it in Amsterdam.
pub(super) fn wall(at: DateTime<Utc>) -> String {
    at.with_timezone(&Country::Nl.zone())
        .format("%Y-%m-%d %H:%M")
        .to_string()
}
