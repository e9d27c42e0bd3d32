//! The notices: what happened to our cases without us. What is listed counts as seen; new ones are
//! added at the end, so that nothing moves under the cursor.

use super::super::command::Id;
use super::super::effect::Effect;
use super::super::geometry::Window;
use super::super::route::Route;
use super::{Pressed, moved};
use crate::store::rows::Notice;

/// The list on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The notices, the oldest first.
    pub items: Vec<Notice>,
    /// Where the cursor is.
    pub at: usize,
}

impl State {
    /// The list of these.
    pub fn new(items: Vec<Notice>) -> Self {
        Self { items, at: 0 }
    }

    /// Adds what is not listed yet. `false` when there is nothing.
    pub fn take_in(&mut self, notices: &[Notice]) -> bool {
        let before = self.items.len();
        for notice in notices {
            if !self
                .items
                .iter()
                .any(|item| item.notice_id == notice.notice_id)
            {
                self.items.push(notice.clone());
            }
        }
        self.items.len() > before
    }

    /// React to a command: the cursor moves, the case under it is opened.
    pub fn press(&mut self, pressed: Pressed, window: Window) -> Vec<Effect> {
        match pressed.id {
            Id::Back | Id::Notices => return vec![Effect::Go(Route::Back)],
            Id::Choose => {
                let case = self.items.get(self.at).map(|notice| notice.case_id);
                let to = case.map_or(Route::Back, Route::Case);
                return vec![Effect::Go(to)];
            }
            id => self.at = moved(id, self.at, self.items.len(), window).unwrap_or(self.at),
        }
        Vec::new()
    }
}
