//! Keys that begin a sequence, until it is complete. What can follow is shown after a moment, so
//! that whoever knows it is not disturbed. It waits for as long as one likes; escape ends it.

use chrono::{DateTime, TimeDelta, Utc};

use super::command::{Command, Context};
use super::key::{Code, Key};
use super::keymap::Meaning;
use super::model::Model;
use super::toast::Tone;

/// After this long it is shown what can follow.
pub const SHOWN_MS: i64 = 400;

/// A sequence that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chord {
    /// The keys so far, at least one.
    pub keys: Vec<Key>,
    /// Where they were pressed.
    pub context: Context,
    /// When the first was pressed (machine time).
    pub since: DateTime<Utc>,
}

impl Chord {
    /// When it is shown what can follow (machine time).
    pub fn shown_at(&self) -> DateTime<Utc> {
        self.since + TimeDelta::milliseconds(SHOWN_MS)
    }
}

/// What a key is.
#[derive(Debug, Clone, Copy)]
pub enum Met {
    /// With those before it, this command.
    Command(&'static Command),
    /// The begin of a sequence.
    Begun,
    /// The end of one that there is not.
    Dropped,
    /// Not a key of any command.
    Nothing,
}

/// The keys before this one, where the same screen still lies on top.
fn before(model: &Model) -> &[Key] {
    let here = model.context();
    let chord = model.chord.as_ref().filter(|chord| chord.context == here);
    chord.map_or(&[][..], |chord| chord.keys.as_slice())
}

/// What the key means behind those before it.
pub fn meaning(model: &Model, key: Key) -> Meaning {
    let keys: Vec<Key> = before(model).iter().copied().chain([key]).collect();
    model.keymap.meaning(model.context(), &keys)
}

/// A key was pressed.
pub fn take(model: &mut Model, key: Key, now: DateTime<Utc>) -> Met {
    let meaning = meaning(model, key);
    let mut keys = before(model).to_vec();
    let begun = model.chord.take();
    let is_first = keys.is_empty();
    keys.push(key);
    match meaning {
        Meaning::Command(command) => Met::Command(command),
        Meaning::Begun => {
            let since = begun.filter(|_| !is_first).map_or(now, |chord| chord.since);
            let context = model.context();
            model.chord = Some(Chord {
                keys,
                context,
                since,
            });
            Met::Begun
        }
        Meaning::Nothing if is_first => Met::Nothing,
        Meaning::Nothing => {
            if key != Key::plain(Code::Esc) {
                let names: Vec<String> = keys.iter().map(Key::to_string).collect();
                let keys = names.join(" ");
                let said = model.world.texts.fill("chord.nothing", &[("keys", &keys)]);
                model.world.toasts.say(Tone::Warning, said, now);
            }
            Met::Dropped
        }
    }
}

/// What can follow, once it is to be shown.
pub fn shown(model: &Model) -> Option<(&Chord, Vec<(String, &'static Command)>)> {
    let chord = model.chord.as_ref()?;
    let is_due = chord.context == model.context() && chord.shown_at() <= model.now;
    let ways = is_due.then(|| model.keymap.ways_on(chord.context, &chord.keys));
    Some((chord, ways?))
}
