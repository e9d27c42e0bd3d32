//! Rounds in turns, medians, one line each.

use std::time::Duration;

use loket::system;

const ROUNDS: usize = 9;

/// What one round of both sides took, for each of `times` repetitions.
pub(crate) struct Compared {
    /// Median time of one repetition of the baseline.
    pub(crate) baseline: Duration,
    /// Median time of one repetition of what is measured.
    pub(crate) measured: Duration,
    /// Median of the ratios of the rounds, and the smallest and largest.
    pub(crate) ratio: (f64, f64, f64),
}

/// Both sides in turns, so often each.
pub(crate) fn compare(
    times: u32,
    mut baseline: impl FnMut(u32),
    mut measured: impl FnMut(u32),
) -> Compared {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push((round(times, &mut baseline), round(times, &mut measured)));
    }
    let ratios = rounds
        .iter()
        .map(|(one, other)| other.as_secs_f64() / one.as_secs_f64());
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let middle = |mut all: Vec<Duration>| {
        all.sort();
        all[ROUNDS / 2] / times
    };
    Compared {
        baseline: middle(rounds.iter().map(|round| round.0).collect()),
        measured: middle(rounds.iter().map(|round| round.1).collect()),
        ratio: (ratios[ROUNDS / 2], ratios[0], ratios[ROUNDS - 1]),
    }
}

fn round(times: u32, work: &mut impl FnMut(u32)) -> Duration {
    let began = system::monotonic();
    for n in 0..times {
        work(n);
    }
    began.elapsed()
}

/// The heading of a table.
pub(crate) fn heading(title: &str, columns: &[&str]) {
    system::print_line(&format!("\n### {title}\n"));
    row(columns);
    system::print_line(&format!("|{}", " --- |".repeat(columns.len())));
}

/// A line of a table.
pub(crate) fn row<T: AsRef<str>>(cells: &[T]) {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    system::print_line(&format!("| {} |", cells.join(" | ")));
}

impl Compared {
    /// Baseline, measured and ratio as cells.
    pub(crate) fn cells(&self) -> [String; 3] {
        let micros = |time: Duration| format!("{:.1} µs", time.as_secs_f64() * 1e6);
        let (ratio, least, most) = self.ratio;
        [
            micros(self.baseline),
            micros(self.measured),
            format!("{ratio:.2} ({least:.2}–{most:.2})"),
        ]
    }
}
