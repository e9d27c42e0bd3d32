//! What is said wherever one is: the line to the database, messages, notices, cases that lie.

use super::help;
use crate::desk::claims;
use crate::desk::command::{COMMANDS, Id};
use crate::desk::model::Model;
use crate::desk::toast::{Offer, Toast};
use crate::desk::undo;
use crate::desk::world::Link;
use crate::text::format;

/// What was said of it last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    link: Option<Link>,
    toasts: usize,
    notices: usize,
    is_idle: bool,
    is_rehearsal: bool,
}

impl News {
    /// What is new of it.
    pub(super) fn tell(&mut self, model: &Model) -> Vec<String> {
        let mut said = self.link(model);
        said.extend(self.messages(model));
        said
    }

    fn link(&mut self, model: &Model) -> Vec<String> {
        let (world, texts) = (&model.world, &model.world.texts);
        let mut said = Vec::new();
        let is_same = match (self.link, world.link) {
            (Some(Link::Connecting { .. }), Link::Connecting { .. })
            | (Some(Link::Stale { .. }), Link::Stale { .. }) => true,
            (before, now) => before == Some(now),
        };
        if !is_same {
            said.push(match world.link {
                Link::Connecting { .. } => texts.say("plain.link_connecting"),
                Link::Live => texts.say("plain.link_live"),
                Link::Stale { since } => {
                    let since = format::clock_seconds(world.legal(since), world.zone(""));
                    texts.fill("plain.link_stale", &[("since", &since)])
                }
            });
        }
        self.link = Some(world.link);
        if world.rehearsal && !self.is_rehearsal {
            said.push(texts.say("header.rehearsal"));
        }
        self.is_rehearsal = world.rehearsal;
        said
    }

    fn messages(&mut self, model: &Model) -> Vec<String> {
        let world = &model.world;
        let toasts = world.toasts.after(self.toasts);
        let mut said: Vec<String> = toasts.map(|toast| of_toast(model, toast)).collect();
        self.toasts = world.toasts.said();
        let notices = world.live.notices.len();
        if notices > self.notices {
            let n = notices.to_string();
            let key = if notices == 1 {
                "notice.mark_one"
            } else {
                "notice.mark"
            };
            said.push(world.texts.fill(key, &[("n", &n)]));
        }
        self.notices = notices;
        let idle = claims::idle_said(model);
        if !self.is_idle {
            said.extend(idle.clone());
        }
        self.is_idle = idle.is_some();
        said
    }
}

/// A message, and that what it tells can be taken back.
fn of_toast(model: &Model, toast: &Toast) -> String {
    let texts = &model.world.texts;
    let stands = |offer: &Offer| offer.stands(model.current_case(), model.now);
    let Some(offer) = toast.offer.filter(stands) else {
        return toast.text.clone();
    };
    let command = COMMANDS.iter().find(|command| command.id == Id::TakeBack);
    let word = command.map_or_else(String::new, |command| help::name(texts, command));
    let left = undo::left(texts, offer.until, model.now);
    let offered = texts.fill("undo.offer", &[("key", &word), ("left", &left)]);
    format!("{}{offered}", toast.text)
}
