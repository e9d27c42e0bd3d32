//! A line of samples as eight heights. The only glyphs of ours that are not ASCII: they stand last
//! on their line, so that a terminal that draws them wide moves nothing.

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::rows::BoardSample;

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How far back it goes.
const HOURS: i64 = 8;

/// The last eight hours in so many columns; each shows the most of its time, a column without a
/// sample is empty. The highest is the most of all; the lowest is the least, or three quarters of the
/// most where that is less: small changes of much stay visible, and look small.
pub fn line(samples: &[BoardSample], now: DateTime<Utc>, columns: usize) -> String {
    let span = TimeDelta::hours(HOURS).num_milliseconds();
    let width = i64::try_from(columns).unwrap_or(1).max(1);
    let column = |at: DateTime<Utc>| {
        let ago = (now - at).num_milliseconds();
        (0..span)
            .contains(&ago)
            .then(|| width - 1 - ago * width / span)
    };
    let most_of = |of: i64| {
        let here = samples
            .iter()
            .filter(|sample| column(sample.at) == Some(of));
        here.map(|sample| sample.desk).max()
    };
    let most: Vec<Option<u32>> = (0..width).map(most_of).collect();
    let highest = most.iter().flatten().copied().max().unwrap_or(0);
    let least = most.iter().flatten().copied().min().unwrap_or(0);
    let ground = least.min(highest - highest.div_ceil(4));
    most.into_iter()
        .map(|desk| desk.map_or(' ', |desk| height(desk - ground, highest - ground)))
        .collect()
}

fn height(desk: u32, highest: u32) -> char {
    let highest = u64::from(highest.max(1));
    let scaled = (u64::from(desk) * 7 + highest / 2) / highest;
    let at = usize::try_from(scaled).unwrap_or(7).min(7);
    HEIGHTS[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-20T13:07:00Z".parse().unwrap()
    }

    fn sample(minutes_ago: i64, desk: u32) -> BoardSample {
        let at = now() - TimeDelta::minutes(minutes_ago);
        BoardSample {
            at,
            desk,
            overdue: None,
        }
    }

    #[test]
    fn the_oldest_is_left_and_the_newest_right() {
        let samples = [sample(479, 1), sample(240, 4), sample(0, 7)];
        assert_eq!(line(&samples, now(), 8), "▁  ▅   █");
        assert_eq!(line(&samples, now(), 8).chars().count(), 8);
    }

    #[test]
    fn nothing_is_low_and_not_measured_is_empty() {
        assert_eq!(line(&[sample(0, 0)], now(), 3), "  ▁");
        assert_eq!(line(&[sample(0, 9)], now(), 3), "  █");
        assert_eq!(line(&[], now(), 3), "   ");
        assert_eq!(
            line(&[sample(480, 9), sample(-5, 9)], now(), 3),
            "   ",
            "not of these hours"
        );
    }

    #[test]
    fn small_changes_of_much_are_seen_and_look_small() {
        let samples = [sample(400, 200), sample(200, 190), sample(0, 200)];
        assert_eq!(line(&samples, now(), 3), "█▇█");
    }

    #[test]
    fn of_a_columns_samples_the_most_counts() {
        assert_eq!(line(&[sample(10, 8), sample(0, 4)], now(), 1), "█");
    }
}
