//! Typing in a form: what a change of one field does to the rest, and what was understood of it.

use chrono::{DateTime, Utc};

use super::super::effect::Effect;
use super::super::form::read::Reading;
use super::super::form::{Ask, Entry};
use super::super::promises;
use super::super::route::Subject;
use super::super::toast::Tone;
use super::super::world::World;
use super::form::{Asked, Stage, State};
use super::look;
use crate::process::field::{FieldKind, Required};

/// What an answer was understood as is said below its field, where no look-up says it.
pub(super) fn understand(reading: &Reading<'_>, subject: &Subject, entry: &mut Entry) {
    entry.written = reading.written(entry);
    entry.found = match entry.kind {
        Some(FieldKind::Note) if promises::may_stand_in(subject) => promises::said(reading, entry),
        Some(FieldKind::Note) => promises::not_made(reading, entry.raw()),
        Some(FieldKind::Instant | FieldKind::Date | FieldKind::Money | FieldKind::List(_)) => {
            reading.said(entry)
        }
        _ => return,
    };
}

impl State {
    /// Type or paste into the field.
    pub fn type_in(&mut self, world: &mut World, text: &str, now: DateTime<Utc>) -> Vec<Effect> {
        self.asked = Asked::Not;
        if self.stage != Stage::Edit || self.choose_by(world, text.chars(), now) {
            return Vec::new();
        }
        self.type_here(world, text, now);
        look::ask(self, world, now)
    }

    /// Type; what does not fit is said.
    pub(super) fn type_here(&mut self, world: &mut World, text: &str, now: DateTime<Utc>) {
        let mut fits = true;
        self.change(world, now, |entry| fits = entry.type_in(text));
        if !fits {
            let entry = self.entries.get(self.at);
            let most = entry.map_or(0, Entry::most).to_string();
            let said = world.texts.fill("form.does_not_fit", &[("max", &most)]);
            world.toasts.say(Tone::Warning, said, now);
        }
    }

    pub(super) fn change(
        &mut self,
        world: &World,
        now: DateTime<Utc>,
        change: impl FnOnce(&mut Entry),
    ) {
        let Some(entry) = self.entries.get_mut(self.at) else {
            return;
        };
        let before = entry.raw().to_owned();
        change(entry);
        if entry.raw() != before {
            (entry.found, entry.unknown, entry.read_at) = (None, None, None);
            entry.suggest(Vec::new());
            self.choose_between();
            self.touched = true;
            self.altered = self.sent.is_some();
            self.command = self.own.take().unwrap_or(self.command);
            self.problem = self.altered.then(|| world.texts.say("form.unsure"));
            self.weigh(world, now);
        }
    }

    /// Who is named himself was reached instead of the contact chosen beforehand.
    fn choose_between(&mut self) {
        let Some(entry) = self.entries.get(self.at) else {
            return;
        };
        let Required::IfEmpty(other, _) = entry.required else {
            return;
        };
        if entry.raw().trim().is_empty() {
            return;
        }
        let chosen = self.entries.iter_mut().find(|entry| entry.key == other);
        if let Some(Ask::Choice(_, at)) = chosen.map(|entry| &mut entry.ask) {
            *at = None;
        }
    }

    /// To another field; what was said in words in this one becomes what it means.
    pub(super) fn go(&mut self, world: &World, step: isize, now: DateTime<Utc>) {
        if let Some(entry) = self.entries.get_mut(self.at) {
            entry.seen = true;
        }
        self.settle(world, now);
        let last = self.entries.len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(step).min(last);
        self.weigh(world, now);
    }

    /// Words for days and times mean something else tomorrow: here they become days and times.
    pub(super) fn settle(&mut self, world: &World, now: DateTime<Utc>) {
        let reading = Reading::about(world, &self.subject, now);
        for entry in &mut self.entries {
            let plain = reading.plain(entry).into_owned();
            if plain != entry.raw() {
                entry.set(&plain);
            }
        }
    }
}
