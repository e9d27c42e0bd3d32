//! Which keys lead from one choice to another.

use crate::desk::command::Id;
use crate::desk::form::{Ask, Entry};

/// How often to step from what is chosen to that choice: what cannot be chosen is stepped over.
pub(super) fn steps(entry: &Entry, to: usize) -> usize {
    let mut trial = entry.clone();
    let is_there = |entry: &Entry| matches!(entry.ask, Ask::Choice(_, Some(at)) if at == to);
    let mut steps = 0;
    while !is_there(&trial) && steps <= to + entry.barred.len() + 64 {
        trial.step(1);
        steps += 1;
    }
    steps
}

/// From one start time to another; the first step from none at all is to the first one.
pub(super) fn by_time(at: Option<usize>, to: usize) -> Vec<Id> {
    match at {
        Some(at) if to < at => vec![Id::Up; at - to],
        Some(at) => vec![Id::Down; to - at],
        None => vec![Id::Down; to + 1],
    }
}
