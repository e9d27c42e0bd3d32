//! The line of the filter, while it is written: what is wrong with it at which word, and what the
//! word under the cursor could become.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::super::command::Id;
use super::super::editor::{Editor, Lines};
use super::super::effect::{Call, Effect, Slot};
use super::super::find::{self, Naming};
use super::super::route::{Route, Subject};
use super::super::world::World;
use super::Pressed;
use crate::store::filter::complete::{Proposals, proposals};
use crate::store::filter::words::Words;
use crate::store::filter::{Filter, FilterError, LINE_MAX, Wrong};
use crate::store::rows::SavedFilter;
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
    pub fn of(filter: &Filter, world: &World) -> Self {
        let mut line = filter.to_string();
        if !line.is_empty() {
            line.push(' ');
        }
        let mut state = Self {
            editor: Editor::new(Lines::One, LINE_MAX).with(&line),
            wrong: None,
            proposals: Proposals::default(),
            at: 0,
            words: words(&world.texts),
        };
        state.propose(world);
        state
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Choose => return self.take(world, Route::Filtered),
            Id::Keep => {
                let form = |filter: Filter| Route::Form(Subject::Keep(filter.to_string()));
                return self.take(world, form);
            }
            Id::Discard => return self.throw_away(world, now),
            Id::FillWord => self.fill(world),
            Id::Up => self.at = self.at.saturating_sub(1),
            Id::Down => {
                let last = self.proposals.values.len().saturating_sub(1);
                self.at = (self.at + 1).min(last);
            }
            Id::Edit(edit) => {
                self.editor.edit(edit);
                self.propose(world);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Type or paste.
    pub fn type_in(&mut self, world: &World, text: &str) {
        self.editor.insert(text);
        self.propose(world);
    }

    fn propose(&mut self, world: &World) {
        self.wrong = None;
        self.at = 0;
        let (line, cursor) = (self.editor.text(), self.editor.cursor());
        self.proposals = proposals(line, cursor, &self.words);
        let at = self.proposals.at.clone();
        if self.proposals.key.is_empty() && line.get(at.clone()).is_some_and(is_name) {
            self.propose_saved(world, at);
        }
    }

    /// Filters with a name, before a line is begun and where a name is.
    fn propose_saved(&mut self, world: &World, at: Range<usize>) {
        let typed = self.editor.text()[at]
            .trim_start_matches('@')
            .to_lowercase();
        let all = world.find.filters.iter();
        let begin = all.filter(|saved| saved.name.to_lowercase().starts_with(&typed));
        let mut names: Vec<String> = begin.map(|saved| format!("@{}", saved.name)).collect();
        names.dedup();
        names.append(&mut self.proposals.values);
        self.proposals.values = names;
    }

    /// The filter with a name that is chosen among the proposals.
    pub fn saved<'a>(&self, world: &'a World) -> Option<&'a SavedFilter> {
        let name = self.proposals.values.get(self.at)?.strip_prefix('@')?;
        find::named(&world.find.filters, name)
    }

    /// Take the proposal that is chosen; behind a value goes a space. Of a name the line stands there.
    fn fill(&mut self, world: &World) {
        let Some(value) = self.proposals.values.get(self.at) else {
            return;
        };
        let value = self.saved(world).map_or(value, |saved| &saved.line).clone();
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
        self.propose(world);
    }

    /// Read the line and go on with it, or say what is wrong.
    fn take(&mut self, world: &World, route: impl Fn(Filter) -> Route) -> Vec<Effect> {
        let line = self.editor.text();
        let read = find::expand(line, &world.find.filters);
        let is_as_typed = read.as_ref().is_ok_and(|read| read == line);
        match read.and_then(|line| Filter::parse_in(&line, &self.words)) {
            Ok(filter) => return vec![Effect::Go(route(filter))],
            // a saved line that is not understood any more: all of what was typed is meant
            Err(error) if !is_as_typed && error.wrong != Wrong::Saved => {
                let at = 0..line.len();
                self.wrong = Some(FilterError { at, ..error });
            }
            Err(error) => {
                self.propose_near(&error);
                self.wrong = Some(error);
            }
        }
        Vec::new()
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

    /// The filter with that name is not wanted any more.
    fn throw_away(&self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(saved) = self.saved(world).map(|saved| saved.filter_id) else {
            return Vec::new();
        };
        let command = world.command(now);
        let ticket = world.ticket(Slot::Command(command), now);
        let call = Call::Naming(Naming::Drop(saved));
        vec![Effect::Write(ticket, Box::new(call))]
    }
}

/// Whether a name may stand there, or stands there.
fn is_name(word: &str) -> bool {
    word.is_empty() || word.starts_with('@')
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
