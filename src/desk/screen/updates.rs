//! Updates of suppliers that wait (DW-BAS-12): each ends approved, or rejected with a reason; one that
//! a live case looks at is ended there.

use chrono::{DateTime, Utc};

use super::super::command::Id;
use super::super::effect::{Effect, Question, Slot};
use super::super::geometry::Window;
use super::super::route::{Route, Subject};
use super::super::world::World;
use super::clusters::Age;
use super::{Pressed, moved};
use crate::store::StoreError;
use crate::store::rows::{WaitingUpdate, WaitingUpdates};

/// So near the end more is asked for.
const NEAR: usize = 20;

/// The list.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What was read, the oldest first.
    pub updates: Vec<WaitingUpdate>,
    /// Whether more follow.
    pub more: bool,
    /// How many wait.
    pub total: i64,
    /// Where the cursor is.
    pub cursor: usize,
    /// Whether a page was read.
    pub read: bool,
    /// Why the last page was not.
    pub problem: Option<StoreError>,
    /// Whether what is shown may be old.
    age: Age,
    /// Whether the page asked for is the first one.
    is_first: bool,
}

impl State {
    /// The list, and its first question.
    pub fn open(world: &mut World, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let mut state = Self::default();
        let asked = state.ask(world, now);
        (state, vec![asked])
    }

    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Effect {
        (self.is_first, self.age) = (true, Age::New);
        world.ask(Slot::Updates, Question::Updates(0), now)
    }

    /// What may be old is read anew.
    pub fn wake(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.age == Age::Old {
            vec![self.ask(world, now)]
        } else {
            Vec::new()
        }
    }

    /// A page came in, or did not.
    pub fn take(&mut self, result: Result<WaitingUpdates, StoreError>) {
        let page = match result {
            Ok(page) => page,
            Err(error) => return self.problem = Some(error),
        };
        if std::mem::take(&mut self.is_first) {
            self.updates.clear();
        }
        self.updates.extend(page.updates);
        (self.more, self.total) = (page.more, page.total);
        (self.read, self.problem) = (true, None);
        self.cursor = self.cursor.min(self.updates.len().saturating_sub(1));
    }

    /// The one under the cursor.
    pub fn current(&self) -> Option<&WaitingUpdate> {
        self.updates.get(self.cursor)
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match pressed.id {
            Id::Back => vec![Effect::Go(Route::Back)],
            Id::Refresh => vec![self.ask(world, now)],
            Id::Choose => self.look(world, now),
            Id::Approve => self.end(world, true),
            Id::Reject => self.end(world, false),
            id => {
                let count = self.updates.len();
                self.cursor = moved(id, self.cursor, count, window).unwrap_or(self.cursor);
                self.ask_more(world, now)
            }
        }
    }

    /// The case that looks at it.
    fn look(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(case) = self.current().and_then(|one| one.case_id) else {
            return Vec::new();
        };
        self.age = Age::Old;
        vec![Effect::Go(Route::Aside(case)), world.ask_detail(case, now)]
    }

    /// To the form that ends it.
    fn end(&mut self, world: &mut World, approve: bool) -> Vec<Effect> {
        let Some(one) = self.current().cloned() else {
            return Vec::new();
        };
        let subject = Subject::Update(one.update_id, approve);
        world.judged = Some(Box::new(one));
        // the answer to the form asks for the first page again
        (self.age, self.is_first) = (Age::Old, true);
        vec![Effect::Go(Route::Form(subject))]
    }

    fn ask_more(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.age == Age::Old {
            return self.wake(world, now);
        }
        let is_near = self.more && self.cursor + NEAR >= self.updates.len();
        let after = self.updates.last().filter(|_| is_near);
        let after = after.map(|last| last.update_id);
        match after.filter(|_| world.asked_since(Slot::Updates).is_none()) {
            Some(after) => vec![world.ask(Slot::Updates, Question::Updates(after), now)],
            None => Vec::new(),
        }
    }
}
