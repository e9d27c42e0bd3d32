//! A field with choices is answered by what an answer begins with, too. Text that begins none is
//! told, chooses nothing, and its spaces and digits do not either.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::form::{Ask, Pick};
use super::super::key::Key;
use super::super::toast::Tone;
use super::super::world::World;
use super::form::State;
use crate::domain::fold::fold;

/// Whoever types a word or a sentence presses the next key within this time.
const GOES_ON_MS: i64 = 1_500;

impl State {
    fn is_choice(&self) -> bool {
        let entry = self.entries.get(self.at);
        entry.is_some_and(|entry| matches!(entry.ask, Ask::Choice(..)))
    }

    /// Choose the first answer that begins with what was typed in one go, in any case and with any
    /// accents; with none, what was chosen before stays, and it is said. `false` when the field
    /// takes text.
    pub(super) fn choose_by(
        &mut self,
        world: &mut World,
        text: impl IntoIterator<Item = char>,
        now: DateTime<Utc>,
    ) -> bool {
        let Some(Ask::Choice(picks, chosen)) = self.entries.get(self.at).map(|entry| &entry.ask)
        else {
            return false;
        };
        if !self.goes_on(now) {
            self.typed = (String::new(), *chosen);
        }
        self.typed.0.extend(text);
        self.typed_at = Some(now);
        let found = beginning(picks, &self.typed.0);
        let barred = found.and_then(|at| self.entries[self.at].barred.get(&at).cloned());
        let found = found.filter(|_| barred.is_none());
        let to = found.or(self.typed.1);
        self.change(world, now, |entry| {
            if let Ask::Choice(_, at) = &mut entry.ask {
                *at = to;
            }
        });
        if found.is_none() {
            let said = barred.unwrap_or_else(|| world.texts.say("form.is_choice"));
            world.toasts.say(Tone::Warning, said, now);
        }
        true
    }

    /// Whether a key that could choose belongs to a text that is typed into a choice.
    pub(super) fn is_of_text(&mut self, key: Key, now: DateTime<Utc>) -> bool {
        let is_of = self.goes_on(now) && self.is_choice() && key.typed().is_some();
        if !is_of {
            self.typed_at = None;
        }
        is_of
    }

    fn goes_on(&self, now: DateTime<Utc>) -> bool {
        let goes_on = TimeDelta::milliseconds(GOES_ON_MS);
        self.typed_at.is_some_and(|at| now - at < goes_on)
    }
}

/// The first answer whose words begin like that.
fn beginning(picks: &[Pick], typed: &str) -> Option<usize> {
    let typed = fold(typed);
    let typed = typed.trim_start();
    let is_it = |pick: &Pick| !typed.is_empty() && fold(&pick.label).starts_with(typed);
    picks.iter().position(is_it)
}
