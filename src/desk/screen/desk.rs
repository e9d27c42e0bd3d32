//! The desk itself: lists of cases as tabs, and the detail of the case under the cursor.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::command::Id;
use super::super::effect::{Effect, Slot};
use super::super::geometry::{Panes, Window};
use super::super::route::Route;
use super::super::toast::Toast;
use super::super::under_way::Keyed;
use super::super::world::World;
use super::inbox::{Inbox, PAGE, Take};
use super::mark::question;
use super::{Pressed, moved};
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, CaseRow, InboxView, Me, QueueCount};

/// How long the cursor must rest before the detail is asked for (decision 28).
pub const REST_MS: i64 = 120;

/// Which page is shown where only one fits, and where the cursor keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// Why a case was given to us. It belongs to the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Which case.
    pub case: CaseId,
    /// The text `why_next.<key>`.
    pub key: String,
    /// The state in which it was given, once the case was read.
    pub state: Option<String>,
}

/// The desk.
#[derive(Debug, Clone)]
pub struct State {
    /// "Mine" first, then the queues.
    pub tabs: Vec<Inbox>,
    /// Which tab.
    pub at: usize,
    /// List or detail.
    pub page: Page,
    /// A case that is shown although the cursor is elsewhere: found by search, or just opened.
    pub pinned: Option<CaseId>,
    /// The case in the detail pane; follows the cursor after a rest (decision 28).
    pub shown: Option<CaseId>,
    /// Why the last case was given.
    pub why: Option<Why>,
    /// When the detail is asked for (machine time).
    pub rest: Option<DateTime<Utc>>,
    /// First visible line of the detail.
    pub scroll: usize,
    /// Counts by queue.
    pub counts: BTreeMap<i32, QueueCount>,
    /// The case that we just acted on, until the list was read after it.
    pub acted: Option<CaseId>,
    /// What was said of that: to be said once more when the case leaves the list.
    pub done: Option<Toast>,
    /// Whether the list was just entered: nobody has seen or chosen the case under its cursor yet.
    pub entered: bool,
    /// Whether something changed in the visible list since it was read.
    pub stale: bool,
    /// The filter for which all cases are being marked.
    pub marking: Option<Filter>,
    /// Commands by key that are being written.
    pub keyed: Keyed,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tabs: Vec::new(),
            at: 0,
            page: Page::List,
            pinned: None,
            shown: None,
            why: None,
            rest: None,
            scroll: 0,
            counts: BTreeMap::new(),
            acted: None,
            done: None,
            entered: true,
            stale: false,
            marking: None,
            keyed: Keyed::default(),
        }
    }
}

impl State {
    /// The tabs of an agent: the first queue is shown. Lists that are there already stay.
    pub fn set_up(&mut self, me: &Me) {
        if !self.tabs.is_empty() {
            return;
        }
        self.tabs = vec![Inbox::new(InboxView::Mine, "tab.mine".to_owned())];
        self.tabs.extend(me.queues.iter().map(|queue| {
            Inbox::new(
                InboxView::Queue(queue.queue_id),
                format!("queue.{}", queue.key),
            )
        }));
        self.at = usize::from(self.tabs.len() > 1);
    }

    /// The list shown.
    pub fn inbox(&self) -> Option<&Inbox> {
        self.tabs.get(self.at)
    }

    fn inbox_mut(&mut self) -> Option<&mut Inbox> {
        self.tabs.get_mut(self.at)
    }

    /// The case that the detail shows and commands mean.
    pub fn case(&self) -> Option<CaseId> {
        let under = || self.inbox()?.current().map(|row| row.case.case_id);
        self.pinned.or_else(under)
    }

    /// The row of a case, as it was read or in the list.
    pub fn row<'a>(&'a self, world: &'a World, case: CaseId) -> Option<&'a CaseRow> {
        if let Some(loaded) = world.case(case) {
            return Some(&loaded.detail.row);
        }
        let rows = &self.inbox()?.rows;
        rows.iter()
            .find(|row| row.case.case_id == case)
            .map(|row| &row.case)
    }

    /// Read the list shown, from its start.
    pub fn ask(&mut self, world: &mut World, take: Take, now: DateTime<Utc>) -> Option<Effect> {
        let at = self.at;
        self.stale = false;
        let inbox = self.inbox_mut()?;
        if take == Take::Anew {
            inbox.take = Take::Anew;
        }
        let known = match inbox.take {
            Take::Anew => Vec::new(),
            Take::InPlace => inbox.rows.iter().map(|row| row.case.case_id).collect(),
        };
        let question = question(inbox, None, inbox.limit(), known);
        Some(world.ask(Slot::Inbox(at), question, now))
    }

    /// The cursor is on another case: the detail follows after a rest, at once when it is empty.
    pub(super) fn look(&mut self, now: DateTime<Utc>) {
        let pause = match self.shown {
            Some(_) => TimeDelta::milliseconds(REST_MS),
            None => TimeDelta::zero(),
        };
        self.rest = Some(now + pause);
    }

    /// The rest is over: the detail shows the case under the cursor.
    pub fn wake(&mut self, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
        if self.rest? > now {
            return None;
        }
        self.follow(world, now)
    }

    /// Let the detail show the case that commands mean; read it when it is not known as it is now.
    fn follow(&mut self, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
        self.rest = None;
        self.entered = false;
        if self.shown != self.case() {
            self.scroll = 0;
        }
        self.shown = self.case();
        let case = self.shown?;
        let read = world.case(case).map(|loaded| loaded.detail.row.version);
        let rows = self.inbox().map_or(&[][..], |inbox| &inbox.rows);
        let row = rows.iter().find(|row| row.case.case_id == case);
        let is_known = read.is_some() && row.is_none_or(|row| read == Some(row.case.version));
        (!is_known).then(|| world.ask_detail(case, now))
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if self.page == Page::Detail && self.scrolled(pressed.id, window) {
            return Vec::new();
        }
        match pressed.id {
            Id::Switch => return self.switch(world, window, now),
            Id::Back => {
                self.back();
                self.look(now);
            }
            Id::Notices => return vec![Effect::Go(Route::Notices)],
            Id::Columns => return vec![Effect::Go(Route::Columns)],
            id if self.is_of_marks(id) => return self.mark(world, id, window, now),
            Id::Refresh => return self.refresh(world, window, now),
            Id::Mine => return self.go_to_tab(world, 0, now),
            Id::Tab => return self.go_to_tab(world, pressed.digit().unwrap_or(0), now),
            Id::NextTab | Id::PreviousTab => {
                let count = self.tabs.len().max(1);
                let step = if pressed.id == Id::NextTab {
                    1
                } else {
                    count - 1
                };
                return self.go_to_tab(world, (self.at + step) % count, now);
            }
            id => {
                if let Some(effects) = self.move_cursor(world, id, window, now) {
                    return effects;
                }
                return self.work(world, id, now);
            }
        }
        Vec::new()
    }

    fn scrolled(&mut self, id: Id, window: Window) -> bool {
        // the view clamps to what there is; the bound keeps the number honest
        let to = moved(id, self.scroll, 400, window);
        if let Some(to) = to {
            self.scroll = to;
        }
        to.is_some()
    }

    fn switch(&mut self, world: &mut World, window: Window, now: DateTime<Utc>) -> Vec<Effect> {
        self.page = match self.page {
            Page::List => Page::Detail,
            Page::Detail => Page::List,
        };
        if window.panes() == Panes::One || self.page == Page::List {
            self.scroll = 0;
        }
        self.follow(world, now).into_iter().collect()
    }

    /// The list of that queue, if it is one of ours.
    pub fn go_to_queue(
        &mut self,
        world: &mut World,
        queue: i32,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let is_it = |tab: &Inbox| tab.view == InboxView::Queue(queue);
        match self.tabs.iter().position(is_it) {
            Some(at) => self.go_to_tab(world, at, now),
            None => Vec::new(),
        }
    }

    /// The case that was shown by the way is left.
    pub fn press_back(&mut self, now: DateTime<Utc>) {
        self.back();
        self.look(now);
    }

    pub(super) fn back(&mut self) {
        self.page = Page::List;
        self.pinned = None;
        self.scroll = 0;
    }

    fn refresh(&mut self, world: &mut World, window: Window, now: DateTime<Utc>) -> Vec<Effect> {
        self.take_waiting(world, window, now);
        let list = self.ask(world, Take::Anew, now);
        let case = self.case().map(|case| world.ask_detail(case, now));
        list.into_iter().chain(case).collect()
    }

    fn go_to_tab(&mut self, world: &mut World, at: usize, now: DateTime<Utc>) -> Vec<Effect> {
        if at >= self.tabs.len() {
            return Vec::new();
        }
        if at != self.at {
            (self.entered, self.acted, self.done) = (true, None, None);
        }
        self.at = at;
        self.back();
        self.look(now);
        self.ask(world, Take::Anew, now).into_iter().collect()
    }

    fn move_cursor(
        &mut self,
        world: &mut World,
        id: Id,
        window: Window,
        now: DateTime<Utc>,
    ) -> Option<Vec<Effect>> {
        let inbox = self.tabs.get_mut(self.at)?;
        let to = moved(id, inbox.cursor, inbox.rows.len(), window)?;
        inbox.move_to(to, window.body_lines());
        self.pinned = None;
        self.entered = false;
        self.look(now);
        Some(self.ask_more(world, now).into_iter().collect())
    }

    /// Ask for more rows when the cursor is near the end of those there are.
    pub fn ask_more(&mut self, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
        let (at, inbox) = (self.at, self.tabs.get(self.at)?);
        let slot = Slot::More(at);
        if !inbox.wants_more() || world.asked_since(slot).is_some() {
            return None;
        }
        let question = question(inbox, inbox.end(), PAGE, Vec::new());
        Some(world.ask(slot, question, now))
    }
}
