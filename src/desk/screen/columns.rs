//! Choosing the columns of a list: which are shown, and in what order. What is chosen is seen at
//! once, and kept when the screen has rested.

use chrono::{DateTime, Utc};

use super::super::columns::{Column, list_of};
use super::super::command::Id;
use super::super::effect::Effect;
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::world::World;
use super::inbox::Inbox;
use super::{Pressed, moved};

/// The columns of a list, shown and hidden ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Text key of the list's name.
    pub name: String,
    /// All columns; those that are shown in their order.
    pub items: Vec<Item>,
    /// Where the cursor is.
    pub cursor: usize,
    /// Of which queue; `None`: of the cases that we hold.
    list: Option<i32>,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub column: Column,
    /// Whether the list shows it.
    pub is_shown: bool,
}

impl State {
    /// Of the list that is shown.
    pub fn new(world: &World, inbox: &Inbox) -> Self {
        let list = list_of(&inbox.view);
        Self {
            name: inbox.name.clone(),
            items: items(world.columns.of(list)),
            cursor: 0,
            list,
        }
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if let Some(to) = moved(pressed.id, self.cursor, self.items.len(), window) {
            self.cursor = to;
            return Vec::new();
        }
        match pressed.id {
            Id::ShowColumn => self.show(self.cursor),
            Id::ChooseDigit => {
                let at = pressed.digit().unwrap_or(0).wrapping_sub(1);
                if at < self.items.len() {
                    self.cursor = at;
                    self.show(at);
                }
            }
            Id::ColumnLeft => self.shift(self.cursor.checked_sub(1)),
            Id::ColumnRight => self.shift(Some(self.cursor + 1)),
            Id::ColumnsAsTheyCome => self.items = items(&Column::DEFAULT),
            _ => return vec![Effect::Go(Route::Back)],
        }
        let shown = self.items.iter().filter(|item| item.is_shown);
        let shown = shown.map(|item| item.column).collect();
        world.columns.choose(self.list, shown, now);
        Vec::new()
    }

    fn show(&mut self, at: usize) {
        if let Some(item) = self.items.get_mut(at) {
            item.is_shown = !item.is_shown || item.column.is_fixed();
        }
    }

    /// The column under the cursor goes to that place, and the cursor with it.
    fn shift(&mut self, to: Option<usize>) {
        if let Some(to) = to.filter(|to| *to < self.items.len()) {
            self.items.swap(self.cursor, to);
            self.cursor = to;
        }
    }
}

/// Those that are shown, then the rest.
fn items(shown: &[Column]) -> Vec<Item> {
    let hidden = Column::ALL
        .into_iter()
        .filter(|column| !shown.contains(column));
    let item = |column, is_shown| Item { column, is_shown };
    let first = shown.iter().map(|column| item(*column, true));
    first
        .chain(hidden.map(|column| item(column, false)))
        .collect()
}
