//! How long to wait before the next attempt.

use std::time::Duration;

/// The longest wait.
const LONGEST: Duration = Duration::from_mins(15);

/// After the given number of attempts (1 = the first failed): 1 s, 2 s, 4 s … at most 15 minutes,
/// of which the half is shaken by `jitter` (0 to 1), so that many do not come back at once.
pub fn delay(attempts: i32, jitter: f64) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1))
        .unwrap_or(0)
        .min(20);
    let full = Duration::from_secs(1 << doublings).min(LONGEST);
    full.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_from_one_second_to_a_quarter_of_an_hour() {
        let seconds = |attempts| delay(attempts, 1.0).as_secs();
        assert_eq!(
            [1, 2, 3, 10, 11, 500].map(seconds),
            [1, 2, 4, 512, 900, 900]
        );
        assert_eq!(seconds(0), 1);
    }

    #[test]
    fn jitter_takes_at_most_the_half_away() {
        assert_eq!(delay(4, 0.0), Duration::from_secs(4));
        assert_eq!(delay(4, 0.5), Duration::from_secs(6));
    }
}
