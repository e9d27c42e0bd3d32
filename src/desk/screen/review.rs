//! The way to the review of a form: what it is about is settled, and what stands against it is said.

use chrono::{DateTime, Utc};

use super::super::form::Entry;
use super::super::form::outcome::Outcome;
use super::super::world::World;
use super::form::{Asked, Stage, State};
use crate::process::field::FieldKind;
use crate::text::Texts;

impl State {
    /// To the review, or to the first field that stands against it.
    pub fn review(&mut self, world: &World, now: DateTime<Utc>) {
        self.hold_words(world, now);
        self.check(world, now);
    }

    /// The same with the words as they were reviewed before: what was shown and cannot be done any
    /// more is said, and never becomes something else.
    pub(super) fn check(&mut self, world: &World, now: DateTime<Utc>) {
        for entry in &mut self.entries {
            entry.seen = true;
        }
        self.settle(world, now);
        self.weigh(world, now);
        match &self.outcome {
            _ if self.sent.is_some() => (self.stage, self.top) = (Stage::Review, 0),
            Outcome::Ready(..) => (self.stage, self.top) = (Stage::Review, 0),
            Outcome::Fields(wrong) => {
                let is_wrong = |entry: &Entry| wrong.iter().any(|(key, _)| *key == entry.key);
                self.at = self.entries.iter().position(is_wrong).unwrap_or(self.at);
                self.asked = Asked::InVain;
            }
            Outcome::Refused(_) => self.asked = Asked::InVain,
            Outcome::Unknown => self.asked = Asked::Early,
        }
    }

    /// Why the review that was asked for is not there: how many fields stand against it and where
    /// the cursor was put, or the reason of a whole that is refused.
    pub fn why_stopped(&self, texts: &Texts) -> Option<String> {
        if self.asked == Asked::Not {
            return None;
        }
        if self.asked == Asked::Early {
            return Some(texts.say("form.stopped_unread"));
        }
        match &self.outcome {
            Outcome::Refused(why) => Some(texts.fill("form.stopped", &[("why", why)])),
            Outcome::Fields(wrong) => {
                let is_wrong = |entry: &&Entry| wrong.iter().any(|(key, _)| *key == entry.key);
                let count = self.entries.iter().filter(is_wrong).count();
                let here = self.entries.get(self.at);
                let field = here.map_or("", |entry| entry.label.as_str());
                let key = match count {
                    1 => "form.stopped_one",
                    _ => "form.stopped_many",
                };
                let with = [("n", &*count.to_string()), ("field", field)];
                Some(texts.fill(key, &with))
            }
            Outcome::Ready(..) | Outcome::Unknown => None,
        }
    }

    /// Whether it was sent, not answered and not changed since: what goes out again is what went then.
    pub(super) fn is_sent_as_it_stands(&self) -> bool {
        self.sent.is_some() && !self.altered
    }

    /// From here on the words in notes mean what they mean now: a note stays as it was written, and
    /// its promises are the ones that the review shows.
    fn hold_words(&mut self, world: &World, now: DateTime<Utc>) {
        if self.is_sent_as_it_stands() && self.entries.iter().any(|it| it.read_at.is_some()) {
            return;
        }
        for entry in &mut self.entries {
            entry.read_at = (entry.kind == Some(FieldKind::Note)).then(|| world.legal(now));
        }
    }
}
