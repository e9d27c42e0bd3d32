//! Which of several runs of a clock is meant.

use super::super::promises;
use super::super::world::World;
use super::Ask;
use super::build::choice;
use crate::store::rows::CaseDetail;

/// The running runs of a clock that a case can have several times; the nearest is proposed.
pub(super) fn runs(world: &World, detail: &CaseDetail, clock: &str) -> Ask {
    let mut running: Vec<_> = detail.facts.clocks.iter().collect();
    running.retain(|run| run.key == clock && run.is_running());
    running.sort_by_key(|run| run.due_at);
    let mut ask = choice(running.into_iter().map(|run| {
        let label = promises::label(world, detail, run);
        (run.run.to_string(), label)
    }));
    if let Ask::Choice(picks, at) = &mut ask {
        *at = (!picks.is_empty()).then_some(0);
    }
    ask
}
