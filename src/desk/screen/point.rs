//! Choosing a row of the list by its place on the screen.

use chrono::{DateTime, Utc};

use super::desk::{Page, State};

impl State {
    /// Puts the cursor on the row in that visible line, if there is one.
    pub fn point(&mut self, line: usize, lines: usize, now: DateTime<Utc>) {
        let at = self.at;
        let Some(inbox) = self.tabs.get_mut(at) else {
            return;
        };
        if line >= inbox.visible(lines).len() {
            return;
        }
        inbox.move_to(inbox.top + line, lines);
        self.pinned = None;
        self.page = Page::List;
        self.look(now);
    }
}
