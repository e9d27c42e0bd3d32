//! What came of looking at consumption, and of taking it along.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::effect::{Effect, Reply};
use super::super::model::Model;
use super::super::screen::Layer;
use super::super::screen::consumption::State;
use super::super::toast::Tone;
use super::super::{beat, file};
use super::say_error;
use crate::store::StoreError;

fn screen(model: &mut Model) -> Option<&mut State> {
    let mut layers = model.layers.iter_mut().rev();
    layers.find_map(|layer| match layer {
        Layer::Consumption(state) => Some(&mut **state),
        _ => None,
    })
}

/// A case was read: looking begins where it waited for that.
pub(super) fn begin(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    let begun = layers.iter_mut().map(|layer| match layer {
        Layer::Consumption(state) => state.begin(world, now),
        _ => Vec::new(),
    });
    begun.flatten().collect()
}

/// An answer. One that nobody waits for any more is dropped: its look is on record all the same.
pub(super) fn answered(
    model: &mut Model,
    command: Uuid,
    reply: Reply,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let is_lost = matches!(reply.error(), Some(StoreError::SessionLost));
    match reply {
        Reply::Looked(result) => looked(model, command, result, now),
        Reply::Exported(result) => exported(model, result, now),
        _ => {}
    }
    if is_lost {
        return beat::open(model, now);
    }
    // the history of the case has one event more
    let case = screen(model).map(|state| state.case);
    let asked = case.map(|case| model.world.ask_detail(case, now));
    asked.into_iter().collect()
}

fn looked(
    model: &mut Model,
    command: Uuid,
    result: Result<Box<crate::domain::consumption::Consumption>, StoreError>,
    now: DateTime<Utc>,
) {
    let Model { world, layers, .. } = model;
    for layer in layers {
        if let Layer::Consumption(state) = layer
            && state.awaits(command)
        {
            return state.take(world, result, now);
        }
    }
}

fn exported(
    model: &mut Model,
    result: Result<Result<String, file::FileError>, StoreError>,
    now: DateTime<Utc>,
) {
    let world = &mut model.world;
    let (tone, said) = match result {
        Ok(Ok(path)) => {
            // its name first: what does not fit is where it is
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
            let values = [("file", file), ("folder", folder)];
            let said = world.texts.fill("consumption.saved", &values);
            (Tone::Done, said)
        }
        Ok(Err(error)) => {
            let why = file::said(world, &error);
            let said = world.texts.fill("consumption.not_saved", &[("why", &why)]);
            (Tone::Warning, said)
        }
        Err(StoreError::Offline(_)) => return,
        Err(error) => return say_error(world, &error, now),
    };
    world.toasts.say(tone, said, now);
}
