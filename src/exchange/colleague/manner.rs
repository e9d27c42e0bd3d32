//! How a simulated colleague works, pace and habits, and what came of it.

use std::time::Duration;

/// How a colleague works.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Shortest time to think.
    pub think_min: Duration,
    /// Longest time to think.
    pub think_max: Duration,
    /// Of a hundred cases: how many are handed over instead of worked.
    pub hand_over_percent: u8,
    /// Of a hundred cases: how many get a note as well.
    pub note_percent: u8,
    /// Of a hundred times: how often a waiting case is taken by hand.
    pub waiting_percent: u8,
    /// Chance.
    pub seed: u64,
}

/// What a colleague did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases taken.
    pub taken: u64,
    /// Actions done.
    pub actions: u64,
    /// Notes written.
    pub notes: u64,
    /// Cases handed over.
    pub handed_over: u64,
    /// Actions that were refused.
    pub refused: u64,
    /// Of them: the start time was gone in the same moment (PRIO-30).
    pub slots_taken: u64,
}

impl Manner {
    /// An unhurried person.
    pub fn person(seed: u64) -> Self {
        Self {
            think_min: Duration::from_secs(5),
            think_max: Duration::from_secs(20),
            hand_over_percent: 8,
            note_percent: 25,
            waiting_percent: 20,
            seed,
        }
    }
}
