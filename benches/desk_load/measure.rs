//! Times and what is said of them.

use std::future::Future;
use std::time::Duration;

use loket::system;

/// Times of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a hundred do not exceed (nearest rank), in milliseconds.
    pub(crate) fn percentile(&self, of_hundred: usize) -> f64 {
        let mut times = self.0.clone();
        times.sort_unstable();
        let rank = (times.len() * of_hundred).div_ceil(100).max(1);
        times.get(rank - 1).map_or(f64::NAN, |time| millis(*time))
    }

    /// p50, p95 and p99 as cells.
    pub(crate) fn cells(&self) -> [String; 3] {
        [50, 95, 99].map(|share| format!("{:.1}", self.percentile(share)))
    }
}

/// Milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// How long it took, and what came out.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let began = system::monotonic();
    let result = work.await;
    (began.elapsed(), result)
}

/// The value in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The smallest and the largest value, to say how far the rounds lie apart.
pub(crate) fn range(values: &[f64]) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{least:.2}–{most:.2}")
}
