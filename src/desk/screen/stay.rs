//! A page of a list never puts another customer's case under the keys: what commands mean stays
//! what it was until the agent moves, and that it is not where it was any more is said.

use chrono::{DateTime, Utc};

use super::super::effect::Slot;
use super::super::geometry::Window;
use super::super::place::Place;
use super::super::toast::{Toast, Tone};
use super::super::world::World;
use super::desk::{Page, State};
use super::inbox::Mark;
use crate::store::StoreError;
use crate::store::rows::{CaseId, InboxPage};

/// The case that commands mean is not among the rows any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// Which case.
    pub case: CaseId,
    /// What we did to it just before, if that is how it left.
    pub done: Option<Toast>,
    /// Whether the rows are not all there are: it may stand further down.
    pub more: bool,
}

impl Left {
    /// Say it. A case that we hold and that may stand further down has not left: nothing is said.
    pub fn say(self, world: &mut World, now: DateTime<Utc>) {
        if self.more && world.leases.contains_key(&self.case) {
            return;
        }
        let offer = self.done.as_ref().and_then(|done| done.offer);
        let done = self.done.map_or(String::new(), |done| done.text);
        let key = if self.more {
            "done.beyond"
        } else {
            "done.gone"
        };
        let said = world.texts.fill(key, &[("done", &done)]);
        world.toasts.say(Tone::Done, said.trim().to_owned(), now);
        if let Some(offer) = offer {
            world.toasts.offer(offer, now);
        }
    }
}

impl State {
    /// A page came in. `Some` when the case that commands mean is not in it: it stays in view, so
    /// that the next key does not mean another customer's.
    pub fn take(
        &mut self,
        slot: Slot,
        result: Result<InboxPage, StoreError>,
        window: Window,
        now: DateTime<Utc>,
    ) -> Option<Left> {
        let (Slot::Inbox(at) | Slot::More(at)) = slot else {
            return None;
        };
        let before = self.case();
        let inbox = self.tabs.get_mut(at)?;
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                inbox.problem = Some(error);
                return None;
            }
        };
        self.counts
            .extend(page.counts.iter().map(|(queue, count)| (*queue, *count)));
        match slot {
            Slot::More(_) => inbox.append(page),
            _ => inbox.take_in(page),
        }
        inbox.keep_visible(window.body_lines());
        if slot != Slot::Inbox(self.at) {
            return None;
        }
        self.stay(before, now)
    }

    /// The rows of the list shown are others: commands go on meaning the case `before`.
    fn stay(&mut self, before: Option<CaseId>, now: DateTime<Utc>) -> Option<Left> {
        let (acted, done) = (self.acted.take(), self.done.take());
        if self.case() == before {
            self.entered = false;
            return None;
        }
        let Some(case) = before.filter(|_| !self.entered) else {
            self.look(now);
            return None;
        };
        self.pinned = before;
        if self.shown != before {
            self.look(now);
        }
        Some(Left {
            case,
            done: done.filter(|_| acted == before),
            more: self.inbox().is_some_and(|inbox| inbox.more),
        })
    }

    /// Take in the order that waits. A row that is marked as gone goes with it; any other case
    /// under the cursor stays.
    pub(super) fn take_waiting(&mut self, world: &mut World, window: Window, now: DateTime<Utc>) {
        let before = self.case();
        let is_pinned = self.pinned.is_some();
        let Some(inbox) = self.tabs.get_mut(self.at) else {
            return;
        };
        let is_gone = inbox.current().is_some_and(|row| row.mark == Mark::Gone);
        if !inbox.refresh() {
            return;
        }
        inbox.keep_visible(window.body_lines());
        self.entered |= is_gone && !is_pinned;
        if let Some(left) = self.stay(before, now) {
            left.say(world, now);
        }
    }

    /// The list where another console was is read: cursor, case and page as there. `Some` when the
    /// case is not in it: it is shown all the same, and not whoever has its row by now.
    pub fn come_back(&mut self, place: &Place, window: Window, now: DateTime<Utc>) -> Option<Left> {
        let lines = window.body_lines();
        let inbox = self.tabs.get_mut(self.at)?;
        let found = place.case.is_some_and(|case| inbox.find(case));
        if !found {
            inbox.move_to(place.row, lines);
        }
        inbox.keep_visible(lines);
        let more = inbox.more;
        if place.detail {
            self.page = Page::Detail;
        }
        self.pinned = place.case.filter(|_| !found);
        self.entered = false;
        self.shown = self.case();
        self.scroll = place.scroll;
        self.rest = Some(now);
        self.pinned.map(|case| Left {
            case,
            done: None,
            more,
        })
    }

    /// Show a case, wherever it is.
    pub fn show(&mut self, case: CaseId, window: Window) {
        let lines = window.body_lines();
        let found = self.tabs.get_mut(self.at).is_some_and(|inbox| {
            let found = inbox.find(case);
            inbox.keep_visible(lines);
            found
        });
        self.pinned = (!found).then_some(case);
        self.entered = false;
        self.shown = Some(case);
        self.page = Page::Detail;
        self.rest = None;
        self.scroll = 0;
    }
}
