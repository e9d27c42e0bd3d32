//! What stays of a form: what is kept of it while it is typed in, how it is taken up again, and
//! how it is left.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::drafts::{Content, Draft, Pending, Typed};
use super::super::effect::Effect;
use super::super::form::{Entry, build};
use super::super::route::{Route, Subject};
use super::super::toast::Tone;
use super::super::world::World;
use super::super::{held, limits};
use super::form::State;
use crate::store::rows::DraftBody;

impl State {
    /// The form of that draft; `None` when there is none (any more).
    pub fn of_draft(world: &mut World, draft: Uuid, now: DateTime<Utc>) -> Option<Self> {
        let subject = world.drafts.get(draft)?.content.subject.clone();
        Some(Self::with(world, subject, Some(draft), now))
    }

    /// A form with a copy of what somebody left for it: a draft of our own.
    pub fn copy(world: &mut World, subject: Subject, body: &DraftBody, now: DateTime<Utc>) -> Self {
        let (draft, command) = (world.command(now), world.command(now));
        let content = Content {
            subject: subject.clone(),
            body: body.clone(),
            command,
            pending: None,
        };
        world.drafts.put(draft, content, now);
        Self::with(world, subject, Some(draft), now)
    }

    /// Go on with what was typed before, where it was.
    pub(super) fn take_up(&mut self, world: &World, kept: &Draft) {
        self.draft = kept.id;
        let body = &kept.content.body;
        if self.entries.is_empty() && self.is_read(world) {
            self.entries = build::of_answers(world, &body.answers);
        }
        self.rest.clear();
        for (key, raw) in &body.answers {
            let entry = self.entries.iter_mut().find(|entry| entry.key == *key);
            if !entry.is_some_and(|entry| entry.accept(raw)) {
                self.rest.push((key.clone(), raw.clone()));
            }
        }
        self.at = body.at.min(self.entries.len().saturating_sub(1));
        if let Some(entry) = self.entries.get_mut(self.at) {
            entry.put_cursor(body.cursor);
        }
        self.touched = true;
        self.kept_at = Some(kept.kept_at);
        if !kept.content.command.is_nil() {
            let own = std::mem::replace(&mut self.command, kept.content.command);
            self.own = (kept.typed == Typed::Elsewhere).then_some(own);
        }
        if let Some(pending) = &kept.content.pending {
            self.sent = Some(pending.call.clone());
            self.altered = pending.altered;
            self.problem = Some(world.texts.get("form.unsure").to_owned());
        }
    }

    /// The colleagues were read (again): whom to choose from is built anew. What was chosen stays
    /// chosen; what was chosen before and could not be shown is tried again.
    pub(super) fn ask_anew(&mut self, world: &World, now: DateTime<Utc>) {
        if !self.subject.asks_colleagues() {
            return;
        }
        let fresh = build::entries(world, &self.subject, now);
        let fresh = fresh.into_iter().find(|entry| entry.key == "to");
        let at = self.entries.iter().position(|entry| entry.key == "to");
        let (Some(mut fresh), Some(at)) = (fresh, at) else {
            return;
        };
        let entry = &mut self.entries[at];
        let kept = self.rest.iter().position(|(key, _)| key == "to");
        let chosen = match kept {
            Some(at) if entry.raw().is_empty() => self.rest[at].1.clone(),
            _ => entry.raw().to_owned(),
        };
        fresh.clear();
        let is_there = fresh.accept(&chosen);
        (entry.ask, entry.help) = (fresh.ask, fresh.help);
        self.rest.retain(|(key, _)| key != "to");
        if !is_there {
            self.rest.push(("to".to_owned(), chosen));
        }
    }

    /// Whether all that its fields come from is there.
    fn is_read(&self, world: &World) -> bool {
        if let Subject::Limits(queue, agent) = self.subject {
            return limits::is_known(world, queue, agent);
        }
        let case = self.subject.case();
        world.calendars.is_some() && case.is_none_or(|case| world.case(case).is_some())
    }

    /// What is answered, and where the cursor stands.
    pub fn body(&self) -> DraftBody {
        // an answer that waits for its option counts while nothing else is chosen
        let waits = |entry: &Entry| {
            entry.raw().is_empty() && self.rest.iter().any(|(k, _)| *k == entry.key)
        };
        let answers = self.entries.iter().filter(|entry| !waits(entry));
        let answers = answers.map(|entry| (entry.key.clone(), entry.raw().to_owned()));
        let is_answered = |key: &str| {
            let mut entries = self.entries.iter();
            entries.any(|entry| entry.key == key && !entry.raw().is_empty())
        };
        let rest = self.rest.iter().filter(|(key, _)| !is_answered(key));
        DraftBody {
            answers: answers.chain(rest.cloned()).collect(),
            at: self.at,
            cursor: self.entries.get(self.at).map_or(0, Entry::cursor),
        }
    }

    /// What is to be kept of it; `None` while there is nothing.
    pub fn content(&self) -> Option<Content> {
        if self.entries.is_empty() || !(self.touched || self.sent.is_some()) {
            return None;
        }
        let sent = self.sent.clone();
        Some(Content {
            subject: self.subject.clone(),
            body: self.body(),
            command: self.command,
            pending: sent.map(|call| Pending {
                call,
                altered: self.altered,
            }),
        })
    }

    /// That the case was ours while this form was open and is not any more: how that came.
    pub fn lost(&self, world: &World, now: DateTime<Utc>) -> Option<String> {
        let case = self.subject.case()?;
        let is_ours = world.leases.contains_key(&case);
        (self.was_ours && !is_ours).then(|| held::lost(world, case, now))
    }

    /// Leave; what was typed is kept.
    pub(super) fn leave(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        self.settle(world, now);
        if self.is_untouched(world, now) {
            self.touched = false;
            world.drafts.finish(self.draft, now);
        } else if let Some(content) = self.content() {
            world.drafts.put(self.draft, content, now);
            world.drafts.hurry(now);
            let said = world.texts.get("form.kept").to_owned();
            world.toasts.say(Tone::Done, said, now);
        }
        vec![Effect::Go(Route::Back)]
    }

    /// Whether it says nothing but what a fresh form says.
    fn is_untouched(&self, world: &World, now: DateTime<Utc>) -> bool {
        let fresh = build::entries(world, &self.subject, now);
        let same = |(one, other): (&Entry, &Entry)| one.raw() == other.raw();
        let is_same =
            fresh.len() == self.entries.len() && fresh.iter().zip(&self.entries).all(same);
        is_same && self.rest.is_empty() && self.sent.is_none()
    }

    /// What was typed is not wanted: an empty form. A slip of the finger is taken back field by
    /// field, as any change of a text.
    pub(super) fn discard(&mut self, world: &mut World, now: DateTime<Utc>) {
        world.drafts.finish(self.draft, now);
        (self.draft, self.command) = (world.command(now), world.command(now));
        (self.sent, self.altered, self.rest) = (None, false, Vec::new());
        (self.at, self.touched, self.kept_at, self.problem) = (0, false, None, None);
        let typed = std::mem::take(&mut self.entries);
        self.fill(world, now);
        for entry in &mut self.entries {
            if let Some(before) = typed.iter().find(|old| old.key == entry.key) {
                entry.keep_past_of(before);
            }
        }
        let said = world.texts.say("form.discarded");
        world.toasts.say(Tone::Done, said, now);
    }
}
