//! Unfinished forms: ours, wherever their case is by now, and what colleagues left with cases that
//! we hold. Each can be read here, taken up again, shown to the holder of its case, thrown away.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::command::Id;
use super::super::drafts::Draft;
use super::super::effect::{Effect, Save, Slot};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::{Pressed, moved};
use crate::store::rows::DraftRow;

/// The list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// The draft under the cursor: lines come and go above it.
    on: Option<Uuid>,
    /// Its line, as it was last; where the cursor stays when the draft is gone.
    line: usize,
    /// The draft that the same key throws away when it is pressed once more.
    pub sure: Option<Uuid>,
}

/// One line of it.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// Ours.
    Mine(&'a Draft),
    /// Left by a colleague.
    Left(&'a DraftRow),
}

impl Item<'_> {
    fn id(self) -> Uuid {
        match self {
            Self::Mine(draft) => draft.id,
            Self::Left(row) => row.draft_id,
        }
    }
}

/// The lines: ours first, the latest on top.
pub fn items(world: &World) -> Vec<Item<'_>> {
    let mine = world.drafts.listed().into_iter().map(Item::Mine);
    mine.chain(world.drafts.left().map(Item::Left)).collect()
}

impl State {
    /// The list with the cursor on its first line.
    pub fn new(world: &World) -> Self {
        let mut state = Self::default();
        state.put(world, 0);
        state
    }

    /// The line with the cursor.
    pub fn cursor(&self, world: &World) -> usize {
        let items = items(world);
        let found = items.iter().position(|item| Some(item.id()) == self.on);
        let last = items.len().saturating_sub(1);
        found.unwrap_or(self.line).min(last)
    }

    /// What is under the cursor.
    pub fn current<'a>(&self, world: &'a World) -> Option<Item<'a>> {
        items(world).get(self.cursor(world)).copied()
    }

    /// Ask for the case of the line with the cursor, which names what was chosen, unless it was read.
    pub fn ask(&self, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
        let case = match self.current(world)? {
            Item::Mine(draft) => draft.content.subject.case(),
            Item::Left(row) => row.case_id,
        };
        let unread = case.filter(|case| world.case(*case).is_none())?;
        Some(world.ask_detail(unread, now))
    }

    fn put(&mut self, world: &World, line: usize) {
        self.line = line;
        self.on = items(world).get(line).map(|item| item.id());
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let (at, count) = (self.cursor(world), items(world).len());
        self.put(world, at);
        if let Some(to) = moved(pressed.id, at, count, window) {
            self.put(world, to);
            self.sure = None;
            return self.ask(world, now).into_iter().collect();
        }
        let sure = self.sure.take();
        match (pressed.id, self.current(world)) {
            (Id::Back, _) => vec![Effect::Go(Route::Back)],
            (Id::Choose, Some(Item::Mine(draft))) => vec![Effect::Go(Route::Draft(draft.id))],
            (Id::Choose, Some(Item::Left(row))) => {
                vec![Effect::Go(Route::Copy(Box::new(row.clone())))]
            }
            (Id::Discard, Some(Item::Mine(draft))) => {
                let id = draft.id;
                self.discard(world, id, sure, now);
                Vec::new()
            }
            (Id::HandOver, Some(Item::Mine(draft))) if draft.content.subject.case().is_some() => {
                let (id, slot) = (draft.id, Slot::Share(draft.id));
                let ticket = world.ticket(slot, now);
                vec![Effect::Save(ticket, Box::new(Save::Share(id)))]
            }
            _ => Vec::new(),
        }
    }

    /// Twice, because it cannot be taken back.
    fn discard(&mut self, world: &mut World, id: Uuid, sure: Option<Uuid>, now: DateTime<Utc>) {
        let said = if sure == Some(id) {
            world.drafts.finish(id, now);
            "drafts.thrown_away"
        } else {
            self.sure = Some(id);
            "drafts.sure"
        };
        let said = world.texts.get(said).to_owned();
        world.toasts.say(Tone::Warning, said, now);
    }
}
