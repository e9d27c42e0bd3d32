//! The line of the filter, while it is written: what is wrong with it at which word, and what the
//! word under the cursor could become.

use super::super::command::Id;
use super::super::editor::{Editor, Lines};
use super::super::effect::Effect;
use super::super::route::Route;
use super::Pressed;
use crate::store::filter::complete::{Proposals, proposals};
use crate::store::filter::words::Words;
use crate::store::filter::{Filter, FilterError, LINE_MAX};
use crate::text::Texts;

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
    /// The words that people see for values.
    words: Words,
}

/// The words that people see for values of the filter.
pub fn words(texts: &Texts) -> Words {
    Words::of(&|key| texts.find(key).map(str::to_owned))
}

impl State {
    /// The line of the filter that is on.
    pub fn of(filter: &Filter, texts: &Texts) -> Self {
        let mut line = filter.to_string();
        if !line.is_empty() {
            line.push(' ');
        }
        let mut state = Self {
            editor: Editor::new(Lines::One, LINE_MAX).with(&line),
            wrong: None,
            proposals: Proposals::default(),
            at: 0,
            words: words(texts),
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
        self.proposals = proposals(self.editor.text(), self.editor.cursor(), &self.words);
    }

    /// Take the proposal that is chosen; behind a value goes a space.
    fn fill(&mut self) {
        let Some(value) = self.proposals.values.get(self.at) else {
            return;
        };
        let value = value.clone();
        let line = self.editor.text();
        let rest = line[self.proposals.at.end..].to_owned();
        let gap = if value.ends_with(':') || rest.starts_with([' ', ',']) {
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
        match Filter::parse_in(self.editor.text(), &self.words) {
            Ok(filter) => vec![Effect::Go(Route::Filtered(filter))],
            Err(error) => {
                self.propose_near(&error);
                self.wrong = Some(error);
                Vec::new()
            }
        }
    }

    /// What was probably meant stands in the place of what is wrong.
    fn propose_near(&mut self, error: &FilterError) {
        let Some(first) = error.near.first() else {
            return;
        };
        self.at = 0;
        self.proposals = Proposals {
            at: error.at.clone(),
            key: first.of,
            values: error.near.iter().map(|it| it.key.to_owned()).collect(),
        };
    }
}

/// What is wrong with a line, in words, and what was probably meant.
pub fn said(texts: &Texts, error: &FilterError) -> String {
    let key = format!("filter.wrong.{}", error.wrong.key());
    let wrong = texts.fill(&key, &[("given", &error.given)]);
    let near = error.near.iter().map(|near| {
        let with = [("key", near.key), ("word", near.word.as_str())];
        texts.fill("filter.near_one", &with)
    });
    let near: Vec<String> = near.collect();
    if near.is_empty() {
        return wrong;
    }
    let near = texts.fill("filter.near", &[("near", &near.join(", "))]);
    format!("{wrong} {near}")
}
