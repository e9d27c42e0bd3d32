//! What was typed before the screen had what it needs: kept, and taken in when it has it.

use chrono::{DateTime, Utc};

use super::command::Id;
use super::effect::{Effect, Slot};
use super::key::Input;
use super::keymap::Meaning;
use super::model::Model;
use super::screen::Layer;
use super::toast::Tone;
use super::{chord, update};

/// How much is kept.
const MOST: usize = 256;

/// Keep it, as long as there is room.
pub(super) fn keep(model: &mut Model, input: Input) {
    if model.ahead.len() < MOST {
        model.ahead.push_back(input);
    }
}

/// Whether the input works although the layer has nothing yet: back, help, draw again, suspend.
/// Only the way back takes what was typed with it.
pub(super) fn leads_away(model: &mut Model, input: &Input) -> bool {
    let id = meant(model, input);
    if id == Some(Id::Back) {
        model.ahead.clear();
        model.world.unask(Slot::ByNumber);
        model.desk.keyed.go_back();
    }
    matches!(
        id,
        Some(Id::Back | Id::Help | Id::Redraw | Id::Suspend | Id::Lock)
    )
}

/// The command that an input means here.
pub(super) fn meant(model: &Model, input: &Input) -> Option<Id> {
    let Input::Key(key) = input else {
        return None;
    };
    match chord::meaning(model, *key) {
        Meaning::Command(command) => Some(command.id),
        Meaning::Begun | Meaning::Nothing => None,
    }
}

/// Take in what was typed ahead, as far as the layers have what they need. The help that lies on
/// them is not meant by it.
pub(super) fn catch_up(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = Vec::new();
    while !model.is_waiting() && !matches!(model.layers.last(), Some(Layer::Help(_))) {
        let Some(input) = model.ahead.pop_front() else {
            model.desk.keyed.after_next = false;
            break;
        };
        if model.desk.keyed.after_next && meant(model, &input) == Some(Id::Next) {
            // typed before the first one was answered: a second case is not taken unseen
            let said = model.world.texts.get("why.one_at_a_time").to_owned();
            model.world.toasts.say(Tone::Warning, said, now);
            continue;
        }
        effects.extend(update::take_one(model, input, now));
    }
    effects
}
