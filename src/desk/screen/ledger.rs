//! The deadline ledger: every clock of a case, and the sum that led to its due instant.

use super::super::command::Id;
use super::super::effect::Effect;
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::world::World;
use super::{Pressed, moved};
use crate::domain::clock::ClockRun;
use crate::store::rows::CaseId;

/// The ledger on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// Of which case.
    pub case: CaseId,
    /// Which clock, running ones first.
    pub at: usize,
    /// First visible line of the sum.
    pub top: usize,
}

/// The clocks of a case: running ones first, nearest first; then the ended ones, last ended first.
pub fn clocks(world: &World, case: CaseId) -> Vec<&ClockRun> {
    let runs = world
        .case(case)
        .map_or(&[][..], |loaded| &loaded.detail.facts.clocks);
    in_order(runs)
}

/// Running clocks first, nearest first; then the ended ones, last ended first.
pub fn in_order(runs: &[ClockRun]) -> Vec<&ClockRun> {
    let (mut running, mut ended): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.is_running());
    running.sort_by_key(|run| run.due_at);
    ended.sort_by_key(|run| std::cmp::Reverse(run.ended_at));
    running.extend(ended);
    running
}

impl State {
    /// The ledger of the nearest clock.
    pub fn new(case: CaseId) -> Self {
        Self {
            case,
            at: 0,
            top: 0,
        }
    }

    /// React to a command: left and right choose the clock, up and down move in its sum.
    pub fn press(&mut self, world: &World, pressed: Pressed, window: Window) -> Vec<Effect> {
        let clocks = clocks(world, self.case);
        let last = clocks.len().saturating_sub(1);
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Previous => (self.at, self.top) = (self.at.saturating_sub(1), 0),
            Id::Following => (self.at, self.top) = ((self.at + 1).min(last), 0),
            id => {
                let lines = clocks.get(self.at).map_or(0, |run| run.ledger.len());
                self.top = moved(id, self.top, lines, window).unwrap_or(self.top);
            }
        }
        Vec::new()
    }
}
