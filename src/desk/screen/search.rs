//! The search: one line for all that people know of a case. Hits say why they matched; leaving
//! comes back to exactly the same place.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::command::Id;
use super::super::editor::{Editor, Lines};
use super::super::effect::{Effect, Question, Slot};
use super::super::find::{self, Asked};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::world::World;
use super::{Pressed, filter, moved};
use crate::store::StoreError;
use crate::store::filter::Filter;
use crate::store::rows::SearchHit;

/// How long typing must rest before the database is asked.
const REST_MS: i64 = 200;
/// How many characters are the least to search for.
pub const LEAST: usize = 3;

/// The search on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What is searched for.
    pub editor: Editor,
    /// What was found; `None` before the first answer.
    pub hits: Option<Vec<SearchHit>>,
    /// Where the cursor is.
    pub cursor: usize,
    /// When to ask (machine time).
    pub rest: Option<DateTime<Utc>>,
    /// What was searched for the time before; enter takes it again.
    pub last: String,
    /// What was asked for last.
    pub asked: String,
    /// Why it failed.
    pub problem: Option<StoreError>,
    /// Whether it began with the cases that we looked at lately: shown until something is typed.
    pub recent: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            editor: Editor::new(Lines::One, 120),
            hits: None,
            cursor: 0,
            rest: None,
            last: String::new(),
            asked: String::new(),
            problem: None,
            recent: false,
        }
    }
}

impl State {
    /// An empty search that knows the one before.
    #[must_use]
    pub fn anew(&self) -> Self {
        let before = self.editor.text().trim();
        let last = if before.is_empty() {
            &self.last
        } else {
            before
        };
        Self {
            last: last.to_owned(),
            ..Self::default()
        }
    }

    /// The cases that we looked at lately; what is typed is searched for as ever.
    pub fn of_recent(&self, world: &mut World, now: DateTime<Utc>) -> (Self, Effect) {
        let state = Self {
            recent: true,
            last: String::new(),
            ..self.anew()
        };
        let question = Question::Find(Asked::Recent);
        (state, world.ask(Slot::Search, question, now))
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match (pressed.id, self.filter(world)) {
            (Id::Choose, Some(filter)) => {
                self.rest = None;
                vec![Effect::Go(Route::Filtered(filter))]
            }
            (id, _) => self.press_key(world, id, window, now),
        }
    }

    /// The line as a filter, where it is one: with a key such as `due:`, or the name of a saved one.
    pub fn filter(&self, world: &World) -> Option<Filter> {
        let line = self.editor.text().trim();
        if !line.contains(':') && !line.starts_with('@') {
            return None;
        }
        let line = find::expand(line, &world.find.filters).ok()?;
        Filter::parse_in(&line, &filter::words(&world.texts)).ok()
    }

    fn press_key(
        &mut self,
        world: &mut World,
        id: Id,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let count = self.hits.as_ref().map_or(0, Vec::len);
        match id {
            Id::Back => vec![Effect::Go(Route::Back)],
            Id::Choose if self.editor.text().is_empty() && !self.last.is_empty() => {
                self.editor.set(&self.last);
                self.ask(world, now)
            }
            Id::Choose if self.rest.is_some() || self.hits.is_none() => self.ask(world, now),
            Id::Choose => self.choose(world, now),
            Id::Edit(edit) => {
                let before = self.editor.text().to_owned();
                self.editor.edit(edit);
                if self.editor.text() != before {
                    self.wait(now);
                }
                Vec::new()
            }
            id => {
                self.cursor = moved(id, self.cursor, count, window).unwrap_or(self.cursor);
                Vec::new()
            }
        }
    }

    fn choose(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let hit = self.hits.as_ref().and_then(|hits| hits.get(self.cursor));
        let Some(case) = hit.map(|hit| hit.row.case_id) else {
            return Vec::new();
        };
        vec![Effect::Go(Route::Case(case)), world.ask_detail(case, now)]
    }

    /// Type or paste.
    pub fn type_in(&mut self, text: &str, now: DateTime<Utc>) {
        self.editor.insert(text);
        self.wait(now);
    }

    fn wait(&mut self, now: DateTime<Utc>) {
        self.recent = false;
        self.rest = Some(now + TimeDelta::milliseconds(REST_MS));
    }

    /// The rest is over.
    pub fn wake(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.rest.is_some_and(|rest| rest <= now) {
            return self.ask(world, now);
        }
        Vec::new()
    }

    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        self.rest = None;
        let text = self.editor.text().trim().to_owned();
        // digits may be the number of a case, however few they are
        let is_number = !text.is_empty() && text.chars().all(|it| it.is_ascii_digit());
        let is_short = text.chars().count() < LEAST && !is_number;
        if is_short || self.filter(world).is_some() {
            self.hits = None;
            return Vec::new();
        }
        self.asked.clone_from(&text);
        vec![world.ask(Slot::Search, Question::Search(text), now)]
    }

    /// An answer.
    pub fn take(&mut self, result: Result<Vec<SearchHit>, StoreError>) {
        match result {
            Ok(hits) => {
                self.cursor = 0;
                self.problem = None;
                self.hits = Some(hits);
            }
            Err(StoreError::Refused(refusal)) if refusal.key == "search_too_short" => {
                self.problem = None;
                self.hits = Some(Vec::new());
            }
            Err(error) => self.problem = Some(error),
        }
    }
}
