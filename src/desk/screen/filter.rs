//! The line of the filter, while it is written: what is wrong with it at which word, and what the
//! word under the cursor could become.

use super::super::command::Id;
use super::super::editor::{Editor, Lines};
use super::super::effect::Effect;
use super::super::route::Route;
use super::super::world::World;
use super::Pressed;
use crate::store::filter::complete::{Proposals, proposals};
use crate::store::filter::{Filter, FilterError, LINE_MAX};

/// The line on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What is written.
    pub editor: Editor,
    /// What is wrong, once it was to be taken.
    pub wrong: Option<FilterError>,
    /// What the word could become.
    pub proposals: Proposals,
    /// Which of them is chosen.
    pub at: usize,
}

impl State {
    /// The line of the filter that is on.
    pub fn of(filter: &Filter) -> Self {
        let mut line = filter.to_string();
        if !line.is_empty() {
            line.push(' ');
        }
        let mut state = Self {
            editor: Editor::new(Lines::One, LINE_MAX).with(&line),
            wrong: None,
            proposals: Proposals::default(),
            at: 0,
        };
        state.propose();
        state
    }

    /// React to a command.
    pub fn press(&mut self, pressed: Pressed) -> Vec<Effect> {
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Choose => return self.take(),
            Id::FillWord => self.fill(),
            Id::Up => self.at = self.at.saturating_sub(1),
            Id::Down => {
                let last = self.proposals.values.len().saturating_sub(1);
                self.at = (self.at + 1).min(last);
            }
            Id::Edit(edit) => {
                self.editor.edit(edit);
                self.propose();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Type or paste.
    pub fn type_in(&mut self, text: &str) {
        self.editor.insert(text);
        self.propose();
    }

    fn propose(&mut self) {
        self.wrong = None;
        self.at = 0;
        self.proposals = proposals(self.editor.text(), self.editor.cursor());
    }

    /// Take the proposal that is chosen; behind a value goes a space.
    fn fill(&mut self) {
        let Some(value) = self.proposals.values.get(self.at) else {
            return;
        };
        let value = value.clone();
        let line = self.editor.text();
        let rest = line[self.editor.cursor()..].to_owned();
        let gap = if value.ends_with(':') || rest.starts_with(' ') {
            ""
        } else {
            " "
        };
        let typed = format!("{}{value}{gap}", &line[..self.proposals.at.start]);
        self.editor.set(&format!("{typed}{rest}"));
        for _ in rest.chars() {
            self.editor.edit(super::super::editor::Edit::Left);
        }
        self.propose();
    }

    fn take(&mut self) -> Vec<Effect> {
        match Filter::parse(self.editor.text()) {
            Ok(filter) => vec![Effect::Go(Route::Filtered(filter))],
            Err(error) => {
                self.wrong = Some(error);
                Vec::new()
            }
        }
    }
}

/// What is wrong with a line, in words.
pub fn said(world: &World, error: &FilterError) -> String {
    let key = format!("filter.wrong.{}", error.wrong.key());
    world.texts.fill(&key, &[("given", &error.given)])
}
