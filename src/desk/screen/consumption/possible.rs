//! What is possible at the screen of consumption, and why not.

use super::super::super::available::{self, Why};
use super::super::super::model::Model;
use super::super::Layer;
use super::State;
use crate::domain::consumption::Energy;
use crate::domain::consumption::shown::{Naming, Shown};

fn top(model: &Model) -> Option<&State> {
    match model.layers.last() {
        Some(Layer::Consumption(state)) => Some(state),
        _ => None,
    }
}

/// Whether there is something to take along.
pub fn exportable(model: &Model) -> Result<(), Why> {
    match shown(model) {
        Some(shown) if !shown.is_empty() => Ok(()),
        _ => Err(Why("nothing_shown")),
    }
}

/// Whether there is another unit: gas has two (FLU-35).
pub fn has_units(model: &Model) -> Result<(), Why> {
    match shown(model).map(|shown| shown.energy) {
        Some(Energy::Gas) => Ok(()),
        _ => Err(Why("one_unit")),
    }
}

/// Whether the connection may be named by its whole number, where people see it: back it always goes.
pub fn nameable(model: &Model) -> Result<(), Why> {
    let state = top(model).ok_or(Why("nothing_shown"))?;
    if state.naming == Naming::Whole {
        return Ok(());
    }
    available::live(model)?;
    if !model.habits.unmasks {
        return Err(Why("not_seen"));
    }
    let loaded = model.world.case(state.case).ok_or(Why("not_read"))?;
    let customer = loaded.detail.customer.as_ref();
    if customer.is_some_and(|customer| customer.protected) {
        return Err(Why("person_protected"));
    }
    Ok(())
}

fn shown(model: &Model) -> Option<&Shown> {
    top(model).and_then(State::shown)
}
