//! Finding again: which cases have something new since we looked at them last, the cases that we
//! looked at lately, and filters with a name. Looks are kept a moment after they happen.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::answer;
use super::editor::{Editor, Lines};
use super::effect::{Call, Effect, Question, Reply, Save, Slot};
use super::form::build;
use super::form::outcome::{Outcome, Plan};
use super::form::{Ask, Entry};
use super::geometry::Panes;
use super::model::Model;
use super::preview;
use super::route::Subject;
use super::screen::desk::Page;
use super::toast::Tone;
use super::world::World;
use crate::store::filter::{Filter, FilterError, LINE_MAX, Wrong};
use crate::store::find::LOOKS_MAX;
use crate::store::rows::{CaseId, CaseRow, Look, Role, SavedFilter};

/// Kept so long after the first look that is not kept.
pub const PAUSE_MS: i64 = 3_000;
/// The raw answer for a filter of one's own.
const OWN: &str = "own";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asked {
    /// Our last looks.
    Looks,
    /// The filters with a name.
    Filters,
    /// The cases that we looked at lately, as hits of a search.
    Recent,
}

/// What was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Our last looks.
    Looks(Vec<Look>),
    /// The filters with a name.
    Filters(Vec<SavedFilter>),
}

/// What is done with filters that have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// Save a line under a name, for us or for all of a queue.
    Save {
        /// The name.
        name: String,
        /// The line.
        line: String,
        /// The queue; `None`: our own.
        queue_id: Option<i32>,
    },
    /// Throw one away.
    Drop(i32),
}

/// Last looks and filters, as far as they were read.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// Filters with a name: our own first.
    pub filters: Vec<SavedFilter>,
    looks: BTreeMap<CaseId, i32>,
    /// Looks that the database does not have, in their order.
    unsaved: Vec<Look>,
    /// Since when (machine time).
    since: Option<DateTime<Utc>>,
    /// The case that was said to be unread while it is shown: it stays so until it is left.
    kept_unread: Option<CaseId>,
}

impl Find {
    /// Whether a case has something new since we looked at it last. One that we never looked at has
    /// nothing new: it is new as a whole, and stands in the list for that.
    pub fn is_unread(&self, row: &CaseRow) -> bool {
        let seen = self.looks.get(&row.case_id);
        seen.is_some_and(|version| row.version > *version)
    }

    fn look(&mut self, case: CaseId, version: i32, now: DateTime<Utc>) {
        if self.looks.insert(case, version) == Some(version) {
            return;
        }
        self.unsaved.retain(|look| look.case_id != case);
        let case_id = case;
        self.unsaved.push(Look { case_id, version });
        let over = self.unsaved.len().saturating_sub(LOOKS_MAX);
        self.unsaved.drain(..over);
        self.since.get_or_insert(now);
    }
}

/// What was asked for.
pub fn take(world: &mut World, told: Told) -> Vec<Effect> {
    match told {
        Told::Filters(filters) => world.find.filters = filters,
        Told::Looks(looks) => {
            let fresh = looks.iter().map(|look| (look.case_id, look.version));
            let ours = world.find.unsaved.iter();
            let ours = ours.map(|look| (look.case_id, look.version));
            world.find.looks = fresh.chain(ours).collect();
        }
    }
    Vec::new()
}

/// See whether a case is being looked at: its detail is on the screen, with nothing on it.
pub fn observe(model: &mut Model, now: DateTime<Utc>) {
    let shown = model.desk.shown;
    let find = &mut model.world.find;
    find.kept_unread.take_if(|kept| Some(*kept) != shown);
    let is_visible = model.window.panes() != Panes::One || model.desk.page == Page::Detail;
    let Some(case) = shown.filter(|_| is_visible && model.layers.is_empty()) else {
        return;
    };
    let Some(version) = model.world.case(case).map(|it| it.detail.row.version) else {
        return;
    };
    if model.world.find.kept_unread != Some(case) {
        model.world.find.look(case, version, now);
    }
}

/// Say that a case is read as it is, or that it is to be read again.
pub fn toggle(world: &mut World, row: &CaseRow, now: DateTime<Utc>) {
    let case = row.case_id;
    let version = world
        .case(case)
        .map_or(row.version, |it| it.detail.row.version);
    let is_read = world.find.looks.get(&case) >= Some(&version);
    let key = if is_read {
        world.find.kept_unread = Some(case);
        world.find.look(case, 0, now);
        "find.unread"
    } else {
        world.find.kept_unread = None;
        world.find.look(case, version, now);
        "find.read"
    };
    let said = world.texts.fill(key, &[("case", &row.case_no)]);
    world.toasts.say(Tone::Done, said, now);
}

/// Keep the looks when they are due.
pub fn save(world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
    let is_due = next_due(world).is_some_and(|at| at <= now);
    if is_due { save_last(world, now) } else { None }
}

/// The console ends: keep what is not kept.
pub fn save_last(world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
    if world.find.unsaved.is_empty() {
        return None;
    }
    world.find.since = None;
    let looks = std::mem::take(&mut world.find.unsaved);
    let ticket = world.ticket(Slot::Looked, now);
    Some(Effect::Save(ticket, Box::new(Save::Looked(looks))))
}

/// When the next save is due (machine time).
pub fn next_due(world: &World) -> Option<DateTime<Utc>> {
    let is_free = world.asked_since(Slot::Looked).is_none();
    let since = world.find.since.filter(|_| is_free)?;
    Some(since + TimeDelta::milliseconds(PAUSE_MS))
}

/// The filter of that name, our own before those of a queue.
pub fn named<'a>(saved: &'a [SavedFilter], name: &str) -> Option<&'a SavedFilter> {
    let mut same = saved
        .iter()
        .filter(|it| it.name.to_lowercase() == name.to_lowercase());
    same.next()
}

/// A line with the lines of saved filters in the place of their names (`@name`).
///
/// # Errors
/// The name that nothing has.
pub fn expand(line: &str, saved: &[SavedFilter]) -> Result<String, FilterError> {
    let mut out = String::new();
    let mut at = 0;
    for word in line.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        match bare.strip_prefix('@') {
            None => out.push_str(word),
            Some(name) => {
                let found = named(saved, name).ok_or_else(|| FilterError {
                    at: at..at + bare.len(),
                    given: name.to_owned(),
                    wrong: Wrong::Saved,
                    near: Vec::new(),
                })?;
                out.push_str(&found.line);
                out.push_str(&word[bare.len()..]);
            }
        }
        at += word.len();
    }
    Ok(out)
}

/// The fields of the form that saves a line.
pub fn entries(world: &World, line: &str) -> Vec<Entry> {
    let mut name = build::line(world, "filter_name");
    if let Some(known) = world.find.filters.iter().find(|it| it.line == line) {
        name.set(&known.name);
    }
    let editor = Editor::new(Lines::One, LINE_MAX);
    let mut shown = build::own(world, "filter_line", Ask::Text(editor));
    shown.set(line);
    std::iter::once(name)
        .chain([shown])
        .chain(whose(world))
        .collect()
}

/// For whom it is; asked of leads.
fn whose(world: &World) -> Option<Entry> {
    if !matches!(world.role(), Some(Role::Lead | Role::Admin)) {
        return None;
    }
    let own = (OWN.to_owned(), world.texts.say("find.own"));
    let queues = world.me.iter().flat_map(|me| &me.queues).map(|queue| {
        let name = world.texts.say(&format!("queue.{}", queue.key));
        let label = world.texts.fill("find.team", &[("queue", &name)]);
        (queue.queue_id.to_string(), label)
    });
    let options = std::iter::once(own).chain(queues);
    let mut entry = build::own(world, "filter_whose", build::choice(options));
    entry.set(OWN);
    Some(entry)
}

/// What the form would save.
pub fn outcome(world: &World, entries: &[Entry]) -> Outcome {
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let raw = |key: &str| entry(key).map_or("", |entry| entry.raw().trim());
    let (name, line) = (raw("filter_name"), raw("filter_line"));
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if name.chars().count() > 30 || !name.chars().all(is_of_name) {
        let said = world.texts.fill("refusal.filter_name", &[("given", name)]);
        return Outcome::Fields(vec![("filter_name".to_owned(), said)]);
    }
    let words = super::screen::filter::words(&world.texts);
    let line = match Filter::parse_in(line, &words) {
        Ok(filter) => filter.to_string(),
        Err(error) => {
            let said = super::screen::filter::said(&world.texts, &error);
            return Outcome::Fields(vec![("filter_line".to_owned(), said)]);
        }
    };
    let queue_id = raw("filter_whose").parse().ok();
    let for_whom = entry("filter_whose").map_or_else(|| world.texts.say("find.own"), label_of);
    let lines = vec![
        preview::line(world, "saves", format!("@{name}   {line}")),
        preview::line(world, "for", for_whom),
    ];
    let name = name.to_owned();
    let naming = Naming::Save {
        name,
        line,
        queue_id,
    };
    Outcome::Ready(lines, Box::new(Plan::Call(Call::Naming(naming))))
}

fn label_of(entry: &Entry) -> String {
    match &entry.ask {
        Ask::Choice(..) => entry.said().to_owned(),
        _ => String::new(),
    }
}

/// A filter got a name: they are read anew.
pub fn reread(world: &mut World, subject: &Subject, now: DateTime<Utc>) -> Option<Effect> {
    let is_of_name = matches!(subject, Subject::Keep(_));
    is_of_name.then(|| ask_filters(world, now))
}

fn ask_filters(world: &mut World, now: DateTime<Utc>) -> Effect {
    let question = Question::Find(Asked::Filters);
    world.ask(Slot::Find(Asked::Filters), question, now)
}

/// What became of throwing a filter away by key.
pub fn thrown_away(world: &mut World, reply: &Reply, now: DateTime<Utc>) -> Option<Effect> {
    let Reply::Set(result) = reply else {
        return None;
    };
    let (tone, said) = match result {
        Ok(()) => (Tone::Done, world.texts.say("done.filter_thrown")),
        Err(error) => (Tone::Warning, answer::error_said(world, error, now)),
    };
    world.toasts.say(tone, said, now);
    Some(ask_filters(world, now))
}
