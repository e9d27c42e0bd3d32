//! What is said of what lies over the desk and is no screen of it: the lock and the palette.

use super::Teller;
use crate::desk::model::Model;
use crate::desk::palette;
use crate::plain::{list, locked};

impl Teller {
    /// Nothing but the lock, each time that it is another one.
    pub(super) fn before_lock(&mut self, model: &Model) -> Vec<String> {
        if std::mem::replace(&mut self.lock, model.lock) == model.lock {
            return Vec::new();
        }
        self.forget();
        locked::said(model)
    }

    /// That it is open again; then everything is said anew.
    pub(super) fn unlocked(&mut self, model: &Model) -> Vec<String> {
        let was_shut = std::mem::take(&mut self.lock).is_shut();
        let said = was_shut.then(|| model.world.texts.say("plain.unlocked"));
        said.into_iter().collect()
    }

    /// Why the line of the palette was not done; the commands that fit it.
    pub(super) fn palette(&mut self, model: &Model, line: &palette::State) -> Vec<String> {
        let now: Vec<String> = line.problem.iter().cloned().collect();
        if now != self.told.remarks {
            self.told.remarks.clone_from(&now);
            if !now.is_empty() {
                return now;
            }
        }
        match list::of(model) {
            None => Vec::new(),
            Some(list) if list.items.is_empty() => {
                self.told.items.clear();
                let written = Some(line.editor.text().to_owned());
                let is_same = std::mem::replace(&mut self.told.status, written.clone()) == written;
                let nothing = (!is_same).then(|| model.world.texts.say("palette.nothing"));
                nothing.into_iter().collect()
            }
            Some(list) if self.told.items == list.items => Vec::new(),
            Some(list) => self.items(model, &list),
        }
    }
}
