//! A field with choices takes no text. Whoever types a sentence into one is told so, and the spaces
//! and digits of the sentence choose nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::form::Ask;
use super::super::key::Key;
use super::super::toast::Tone;
use super::super::world::World;
use super::form::State;

/// Whoever types a sentence presses the next key within this time.
const GOES_ON_MS: i64 = 1_500;

impl State {
    fn is_choice(&self) -> bool {
        let entry = self.entries.get(self.at);
        entry.is_some_and(|entry| matches!(entry.ask, Ask::Choice(..)))
    }

    /// Say that the field takes no text. `false` when it does.
    pub(super) fn refuse_text(&mut self, world: &mut World, now: DateTime<Utc>) -> bool {
        if !self.is_choice() {
            return false;
        }
        self.typed_at = Some(now);
        let said = world.texts.say("form.is_choice");
        world.toasts.say(Tone::Warning, said, now);
        true
    }

    /// Whether a key that could choose belongs to a text that is typed into a choice.
    pub(super) fn is_of_text(&mut self, key: Key, now: DateTime<Utc>) -> bool {
        let goes_on = TimeDelta::milliseconds(GOES_ON_MS);
        let since = self.typed_at.filter(|at| now - *at < goes_on);
        let is_of = since.is_some() && self.is_choice() && key.typed().is_some();
        self.typed_at = is_of.then_some(now);
        is_of
    }
}
