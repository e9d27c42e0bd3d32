//! From local times without an offset to instants. In the night in which clocks go back an hour comes
//! twice; a file says the same thing twice then, and the first one in the file is the earlier one, per
//! meter and register (formats.md 5.11). In the night in which they go forward an hour does not exist.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};

use super::{Grain, ZONE};

/// So many local times of a doubled hour are remembered. A pair stands close together in a file.
const KEPT: usize = 200_000;

/// Why two local times are no stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// Clocks were put forward over it.
    #[error("no such time")]
    NoSuchTime,
    /// An hour that comes twice was said three times.
    #[error("more than twice")]
    Thrice,
    /// The end is not after the start, on a day on which it must be.
    #[error("ends before it starts")]
    Backwards,
    /// Neither a quarter of an hour, an hour, a day nor a month.
    #[error("odd length")]
    Length,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// How long it is.
    pub grain: Grain,
}

/// What was seen of doubled hours, per meter and register.
#[derive(Debug)]
pub struct Doubled<K> {
    seen: HashMap<(K, NaiveDateTime), Seen>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    first: bool,
    second: bool,
}

impl<K> Default for Doubled<K> {
    fn default() -> Self {
        Self {
            seen: HashMap::new(),
        }
    }
}

impl<K: Eq + Hash + Clone> Doubled<K> {
    /// The stretch that a row of this meter and register speaks of.
    pub fn stretch(
        &mut self,
        key: &K,
        start: NaiveDateTime,
        end: NaiveDateTime,
    ) -> Result<Stretch, LocalError> {
        match ZONE.from_local_datetime(&start) {
            LocalResult::None => Err(LocalError::NoSuchTime),
            LocalResult::Single(at) => single(at.to_utc(), start, end),
            LocalResult::Ambiguous(first, second) => {
                let grain = in_doubled_hour(start, end)?;
                let is_second = self.turn(key, start, by_its_end(start, end))?;
                let at = if is_second { second } else { first };
                let start = at.to_utc();
                Ok(Stretch { start, grain })
            }
        }
    }

    /// Whether it is the second one: that is what its end says, else the one that comes later.
    fn turn(
        &mut self,
        key: &K,
        start: NaiveDateTime,
        by_its_end: Option<Turn>,
    ) -> Result<bool, LocalError> {
        if self.seen.len() >= KEPT {
            self.seen.clear();
        }
        let seen = self.seen.entry((key.clone(), start)).or_default();
        let by_order = if seen.first {
            Turn::Second
        } else {
            Turn::First
        };
        let (was, is_second) = match by_its_end.unwrap_or(by_order) {
            Turn::First => (&mut seen.first, false),
            Turn::Second => (&mut seen.second, true),
        };
        if *was {
            return Err(LocalError::Thrice);
        }
        *was = true;
        Ok(is_second)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Second,
}

/// Clocks go back at the end of the first hour: what ends on the wall before it starts is the first one,
/// what ends behind the doubled hour the second one. Anything else can be either.
fn by_its_end(start: NaiveDateTime, end: NaiveDateTime) -> Option<Turn> {
    if end <= start {
        return Some(Turn::First);
    }
    let is_behind = !matches!(ZONE.from_local_datetime(&end), LocalResult::Ambiguous(..));
    is_behind.then_some(Turn::Second)
}

/// Inside the doubled hour the clock on the wall says how long, and an hour is missing from it where
/// it went back in between.
fn in_doubled_hour(start: NaiveDateTime, end: NaiveDateTime) -> Result<Grain, LocalError> {
    let wall = (end - start).num_minutes();
    let minutes = if wall <= 0 { wall + 60 } else { wall };
    grain(minutes).ok_or(if minutes <= 0 {
        LocalError::Backwards
    } else {
        LocalError::Length
    })
}

fn grain(minutes: i64) -> Option<Grain> {
    match minutes {
        15 => Some(Grain::Quarter),
        60 => Some(Grain::Hour),
        _ => None,
    }
}

fn single(
    at: DateTime<Utc>,
    start: NaiveDateTime,
    end: NaiveDateTime,
) -> Result<Stretch, LocalError> {
    let found = |grain| Ok(Stretch { start: at, grain });
    if end <= start {
        return Err(LocalError::Backwards);
    }
    let is_midnight = start.time() == NaiveTime::MIN && end.time() == NaiveTime::MIN;
    if is_midnight && start.date().succ_opt() == Some(end.date()) {
        return found(Grain::Day);
    }
    if is_midnight && is_month(start, end) {
        return found(Grain::Month);
    }
    let minutes = (instant_of_end(end) - at).num_minutes();
    // 01:45 to 03:00 in spring, 01:00 to 02:00 in autumn
    grain(minutes)
        .or_else(|| grain((end - start).num_minutes()))
        .map_or(Err(LocalError::Length), found)
}

fn is_month(start: NaiveDateTime, end: NaiveDateTime) -> bool {
    use chrono::{Datelike as _, Months};
    start.day() == 1 && start.checked_add_months(Months::new(1)) == Some(end)
}

/// An end that does not exist (02:00 in spring) is the instant at which clocks are put forward.
fn instant_of_end(end: NaiveDateTime) -> DateTime<Utc> {
    match ZONE.from_local_datetime(&end) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => {
            let before = end - TimeDelta::hours(1);
            let at = ZONE.from_local_datetime(&before).earliest();
            at.map_or_else(|| end.and_utc(), |at| at.to_utc() + TimeDelta::hours(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::consumption::days;
    use chrono::NaiveDate;
    use proptest::prelude::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().expect("a local time")
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn one(start: &str, end: &str) -> Result<Stretch, LocalError> {
        Doubled::default().stretch(&"E1", at(start), at(end))
    }

    #[test]
    fn an_hour_that_comes_twice_is_taken_in_file_order_per_register() {
        let mut doubled = Doubled::default();
        let mut row = |key: &'static str, start: &str, end: &str| {
            let start = format!("2023-10-29T{start}");
            let end = format!("2023-10-29T{end}");
            doubled.stretch(&key, at(&start), at(&end)).map(|s| s.start)
        };
        let (early, late) = (utc("2023-10-29T00:15:00Z"), utc("2023-10-29T01:15:00Z"));
        assert_eq!(row("a", "02:15:00", "02:30:00"), Ok(early));
        assert_eq!(row("b", "02:15:00", "02:30:00"), Ok(early));
        assert_eq!(row("a", "02:15:00", "02:30:00"), Ok(late));
        assert_eq!(row("b", "02:15:00", "02:30:00"), Ok(late));
        assert_eq!(row("a", "02:15:00", "02:30:00"), Err(LocalError::Thrice));
        // the quarter before clocks go back ends, on the wall, before it starts
        assert_eq!(
            row("a", "02:45:00", "02:00:00"),
            Ok(utc("2023-10-29T00:45:00Z"))
        );
        assert_eq!(
            row("a", "02:45:00", "03:00:00"),
            Ok(utc("2023-10-29T01:45:00Z"))
        );
    }

    /// The last quarter of the second hour says by its end which one it is, also alone: its twin may
    /// have been left out, or stand behind it.
    #[test]
    fn what_ends_behind_the_doubled_hour_is_the_second_one() {
        let (start, end) = (at("2023-10-29T02:45:00"), at("2023-10-29T03:00:00"));
        let mut doubled = Doubled::default();
        let mut row = |end| doubled.stretch(&(), start, end).map(|one| one.start);
        assert_eq!(row(end), Ok(utc("2023-10-29T01:45:00Z")));
        let twin = row(at("2023-10-29T02:00:00"));
        assert_eq!(twin, Ok(utc("2023-10-29T00:45:00Z")));
        assert_eq!(row(end), Err(LocalError::Thrice));
        let hour = one("2023-10-29T02:00:00", "2023-10-29T03:00:00").expect("an hour");
        assert_eq!(hour.start, utc("2023-10-29T01:00:00Z"));
    }

    #[test]
    fn on_every_other_day_an_end_before_the_start_is_wrong() {
        let wrong = one("2023-10-28T02:45:00", "2023-10-28T02:00:00");
        assert_eq!(wrong, Err(LocalError::Backwards));
        let wrong = one("2023-10-29T12:45:00", "2023-10-29T12:00:00");
        assert_eq!(wrong, Err(LocalError::Backwards));
        let far = one("2023-10-29T02:45:00", "2023-10-28T02:00:00");
        assert_eq!(far, Err(LocalError::Backwards));
    }

    #[test]
    fn an_hour_that_does_not_exist_is_refused_and_its_neighbour_is_not() {
        let gap = one("2024-03-31T02:15:00", "2024-03-31T02:30:00");
        assert_eq!(gap, Err(LocalError::NoSuchTime));
        for end in ["2024-03-31T02:00:00", "2024-03-31T03:00:00"] {
            let before = one("2024-03-31T01:45:00", end).expect("a quarter");
            assert_eq!(before.start, utc("2024-03-31T00:45:00Z"));
            assert_eq!(before.grain, Grain::Quarter);
        }
    }

    #[test]
    fn hours_days_and_months_are_known_by_their_ends() {
        let grain = |start: &str, end: &str| one(start, end).map(|stretch| stretch.grain);
        let day = [
            "2023-10-28",
            "2023-10-29",
            "2023-10-30",
            "2024-03-31",
            "2024-04-01",
        ];
        let midnight = |day: &str| format!("{day}T00:00:00");
        assert_eq!(grain(&midnight(day[1]), &midnight(day[2])), Ok(Grain::Day));
        assert_eq!(grain(&midnight(day[3]), &midnight(day[4])), Ok(Grain::Day));
        assert_eq!(
            grain(&midnight(day[0]), &midnight(day[2])),
            Err(LocalError::Length)
        );
        let month = grain("2024-02-01T00:00:00", "2024-03-01T00:00:00");
        assert_eq!(month, Ok(Grain::Month));
        let hour = grain("2023-10-29T01:00:00", "2023-10-29T02:00:00");
        assert_eq!(hour, Ok(Grain::Hour));
        let hour = grain("2023-10-29T02:00:00", "2023-10-29T02:00:00");
        assert_eq!(hour, Ok(Grain::Hour));
        let odd = grain("2023-10-20T02:00:00", "2023-10-20T02:20:00");
        assert_eq!(odd, Err(LocalError::Length));
    }

    /// The rows of a local day as the source writes them.
    fn rows_of(day: NaiveDate, minutes: i64) -> Vec<(DateTime<Utc>, NaiveDateTime, NaiveDateTime)> {
        let wall = |at: DateTime<Utc>| at.with_timezone(&ZONE).naive_local();
        let count = days::stretches(day, minutes);
        let starts = (0..count).map(|n| days::begin(day) + TimeDelta::minutes(n * minutes));
        starts
            .map(|start| {
                (
                    start,
                    wall(start),
                    wall(start + TimeDelta::minutes(minutes)),
                )
            })
            .collect()
    }

    proptest! {
        /// Every quarter-hour and hour of every day, the two odd ones among them, is found again.
        #[test]
        fn what_the_source_writes_is_read_back(
            day in prop_oneof![
                Just("2025-03-30".to_owned()), Just("2025-10-26".to_owned()),
                Just("2026-03-29".to_owned()), Just("2026-10-25".to_owned()),
                (1_u32..=365).prop_map(|n| NaiveDate::from_yo_opt(2025, n).expect("a day").to_string())],
            minutes in prop_oneof![Just(15_i64), Just(60)],
        ) {
            let day: NaiveDate = day.parse().expect("a day");
            let rows = rows_of(day, minutes);
            let mut doubled = Doubled::default();
            for (instant, start, end) in &rows {
                let found = doubled.stretch(&(), *start, *end).expect("a stretch");
                prop_assert_eq!(found.start, *instant);
                prop_assert_eq!(i64::from(found.grain.code()), minutes);
            }
            prop_assert_eq!(i64::try_from(rows.len()).expect("few"), days::stretches(day, minutes));
        }
    }
}
