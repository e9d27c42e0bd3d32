//! Marks: which cases of a list an action on many is for. By case, never by place: rows may move
//! and change as they like. A case that leaves the list loses its mark, and that is said.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::bulk;
use super::super::command::Id;
use super::super::effect::{Effect, Question, Slot};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::desk::{Page, State};
use super::inbox::{Inbox, Mark, Take};
use crate::store::StoreError;
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, InboxPage, PageKey, Snapshot};

impl Inbox {
    /// Mark a case of this list, or take its mark away.
    pub fn toggle(&mut self, case: CaseId) {
        if !self.marks.remove(&case) {
            self.marks.insert(case);
        }
    }

    /// Those that left the list lose their mark; their numbers wait to be said.
    pub(super) fn unmark_gone(&mut self) {
        for row in self.rows.iter().filter(|row| row.mark == Mark::Gone) {
            if self.marks.remove(&row.case.case_id) {
                self.unmarked.push(row.case.case_no.clone());
            }
        }
    }

    /// The rows are about to be replaced: what stood where the page has other cases has left.
    pub(super) fn unmark_replaced(&mut self, page: &InboxPage) {
        let end = page.rows.last().map(super::inbox::place);
        for row in &self.rows {
            let stays = page.rows.iter().any(|new| new.case_id == row.case.case_id);
            let is_beyond = page.more && end.is_none_or(|end| super::inbox::place(&row.case) > end);
            if !stays && !is_beyond && self.marks.remove(&row.case.case_id) {
                self.unmarked.push(row.case.case_no.clone());
            }
        }
    }
}

impl State {
    /// Commands about marks and the filter of the list.
    pub(super) fn mark(
        &mut self,
        world: &mut World,
        id: Id,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match id {
            Id::Mark => self.mark_one(window, now),
            Id::MarkAll => return self.mark_all(world, now),
            Id::Filter => return vec![Effect::Go(Route::Filter)],
            Id::Bulk | Id::Act => return vec![Effect::Go(Route::Bulk)],
            _ => return self.clear(world, now),
        }
        Vec::new()
    }

    /// Whether a command is about marks or the filter; enter is, in the list, while some are marked.
    pub(super) fn is_of_marks(&self, id: Id) -> bool {
        let is_in_list = self.page == Page::List && self.pinned.is_none();
        match id {
            Id::Act => is_in_list && !self.marks().is_empty(),
            Id::Mark | Id::MarkAll | Id::Filter | Id::Bulk | Id::Clear => true,
            _ => false,
        }
    }

    /// The cases marked in the list shown.
    pub fn marks(&self) -> &BTreeSet<CaseId> {
        static NONE: BTreeSet<CaseId> = BTreeSet::new();
        self.inbox().map_or(&NONE, |inbox| &inbox.marks)
    }

    /// Mark the case that commands mean; in the list, go one down.
    fn mark_one(&mut self, window: Window, now: DateTime<Utc>) {
        let Some(case) = self.case() else { return };
        let goes_on = self.page == Page::List && self.pinned.is_none();
        let Some(inbox) = self.tabs.get_mut(self.at) else {
            return;
        };
        inbox.toggle(case);
        if goes_on {
            inbox.move_to(inbox.cursor + 1, window.body_lines());
            self.look(now);
        }
    }

    /// All of the list, as the database sees it now: nothing that comes later slips in.
    fn mark_all(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(inbox) = self.inbox() else {
            return Vec::new();
        };
        let (view, filter) = (inbox.view.clone(), inbox.filter.clone());
        self.marking = Some(filter.clone());
        let question = Question::Snapshot { view, filter };
        vec![world.ask(Slot::Marks(self.at), question, now)]
    }

    /// The snapshot came in. Dropped when the list was filtered otherwise meanwhile.
    pub fn take_marks(
        &mut self,
        world: &mut World,
        at: usize,
        result: Result<Snapshot, StoreError>,
        now: DateTime<Utc>,
    ) {
        let Ok(snapshot) = result else { return };
        let filter = self.marking.take();
        let Some(inbox) = self.tabs.get_mut(at) else {
            return;
        };
        if filter.as_ref() != Some(&inbox.filter) {
            return;
        }
        inbox.marks.extend(snapshot.cases);
        let count = inbox.marks.len().to_string();
        let key = if snapshot.more {
            "mark.more"
        } else {
            "mark.all"
        };
        let said = world.texts.fill(key, &[("n", &count)]);
        world.toasts.say(Tone::Done, said, now);
    }

    /// Marks first, then the filter.
    fn clear(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(inbox) = self.tabs.get_mut(self.at) else {
            return Vec::new();
        };
        if inbox.marks.is_empty() {
            return self.set_filter(world, Filter::default(), now);
        }
        inbox.marks.clear();
        Vec::new()
    }

    /// Show only what fits. Marks were made on another list: they go.
    pub fn set_filter(
        &mut self,
        world: &mut World,
        filter: Filter,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let Some(inbox) = self.tabs.get_mut(self.at) else {
            return Vec::new();
        };
        if inbox.filter == filter {
            return Vec::new();
        }
        if !inbox.marks.is_empty() {
            let count = inbox.marks.len().to_string();
            let said = world.texts.fill("mark.lost_by_filter", &[("n", &count)]);
            world.toasts.say(Tone::Warning, said, now);
        }
        let (view, name) = (inbox.view.clone(), inbox.name.clone());
        *inbox = Inbox::new(view, name);
        inbox.filter = filter;
        // more rows of the list as it was do not belong to this one
        world.unask(Slot::More(self.at));
        self.back();
        self.look(now);
        self.ask(world, Take::Anew, now).into_iter().collect()
    }

    /// Back from a case that was opened elsewhere.
    pub fn leave_case(&mut self) {
        self.back();
    }

    /// What was done needs no mark any more.
    pub fn unmark_done(&mut self, job: &bulk::Job) {
        let done = job.rows.iter().filter(|row| row.verdict.key() == "done");
        let done: Vec<CaseId> = done.map(|row| row.case).collect();
        for inbox in &mut self.tabs {
            inbox.marks.retain(|case| !done.contains(case));
        }
    }

    /// Say which marks were lost since the last time.
    pub fn say_unmarked(&mut self, world: &mut World, now: DateTime<Utc>) {
        let all = self.tabs.iter_mut();
        let lost: Vec<String> = all
            .flat_map(|inbox| std::mem::take(&mut inbox.unmarked))
            .collect();
        let said = match lost.as_slice() {
            [] => return,
            [one] => world.texts.fill("mark.lost", &[("case", one)]),
            many => world
                .texts
                .fill("mark.lost_many", &[("n", &many.len().to_string())]),
        };
        world.toasts.say(Tone::Warning, said, now);
    }
}

/// The question for a page of that list, with its filter.
pub(super) fn question(
    inbox: &Inbox,
    after: Option<PageKey>,
    limit: u32,
    known: Vec<CaseId>,
) -> Question {
    let (view, filter) = (inbox.view.clone(), inbox.filter.clone());
    if filter.is_empty() {
        return Question::Inbox { view, after, limit };
    }
    Question::Filtered {
        view,
        filter,
        after,
        limit,
        known,
    }
}
