//! Says what is new: where one is when that changed, the line under the cursor when it moved, what
//! was answered, what others did. Nothing is said twice; time that passes is not said at all.

mod aside;

use super::news::News;
use super::page::{self, Seen};
use super::place::{Place, calm, filled, form, is_list, is_skeleton, next_step, of_list};
use super::{WINDOW, field, help, list, words};
use crate::desk::command::Context;
use crate::desk::live;
use crate::desk::lock::Lock;
use crate::desk::model::Model;
use crate::desk::screen::Layer;
use crate::desk::screen::form::State as Form;
use crate::desk::screen::inbox::{Inbox, Mark};
use crate::store::rows::CaseId;
use crate::text::Texts;
use crate::view::page::{Page, Pages};

/// How many lines of a list are read at a time.
const LINES: usize = 10;
/// How many changes of others are told one by one.
const NEWS: usize = 5;

/// What was said last of the place.
#[derive(Debug, Clone, Default)]
struct Told {
    place: Option<Place>,
    /// The line under the cursor.
    at: Option<usize>,
    case: Option<CaseId>,
    items: Vec<String>,
    seen: Seen,
    remarks: Vec<String>,
    status: Option<String>,
    new: usize,
    changed: Vec<CaseId>,
    /// Up to where the list was read.
    listed: usize,
}

/// Tells the desk line by line.
#[derive(Debug)]
pub struct Teller {
    pages: Pages,
    told: Told,
    /// The case that was read last, and what was read of it: coming back to it says only what is new.
    read: Option<(CaseId, Seen)>,
    news: News,
    lock: Lock,
}

impl Teller {
    /// One that has said nothing yet.
    pub fn new() -> Self {
        Self {
            pages: Pages::new(WINDOW.columns),
            told: Told::default(),
            read: None,
            news: News::default(),
            lock: Lock::default(),
        }
    }

    /// The first lines: what this is and how it is used.
    pub fn welcome(texts: &Texts) -> Vec<String> {
        let keys = ["plain.welcome", "plain.help_line", "plain.in_field"];
        keys.map(|key| texts.say(key)).into()
    }

    /// What is new since it was asked last.
    pub fn tell(&mut self, model: &Model) -> Vec<String> {
        if model.lock.is_shut() {
            return self.before_lock(model);
        }
        let mut said = self.unlocked(model);
        said.extend(self.news.tell(model));
        let place = Place::of(model);
        if self.told.place.as_ref() == Some(&place) {
            said.extend(self.changes(model));
        } else {
            let known = std::mem::take(&mut self.told);
            self.told.place = Some(place);
            self.told.changed = known.changed;
            said.extend(self.arrive(model));
        }
        page::one_by_one(&said)
    }

    /// Where one is, said once more.
    pub fn say_where(&mut self, model: &Model) -> Vec<String> {
        self.told.place = Some(Place::of(model));
        if let Some(line) = &model.palette {
            return vec![model.world.texts.say("plain.palette")]
                .into_iter()
                .chain(line.problem.clone())
                .collect();
        }
        if let Some(form) = form(model) {
            return page::one_by_one(&self.form(model, form));
        }
        if let Some(form) = filled(model) {
            let said = vec![field::heading(model, form)];
            return said.into_iter().chain(next_step(model)).collect();
        }
        let said = self.heading(model);
        said.into_iter().chain(self.here(model)).collect()
    }

    /// The next lines of the list from the cursor on.
    pub fn list(&mut self, model: &Model) -> Vec<String> {
        let texts = &model.world.texts;
        let Some(list) = list::of(model) else {
            return self.read(model);
        };
        let from = self.told.listed.max(list.at);
        let from = if from < list.items.len() { from } else { 0 };
        self.told.listed = from + LINES;
        list.numbered(texts, from, LINES)
    }

    /// The whole screen as it stands.
    pub fn read(&mut self, model: &Model) -> Vec<String> {
        let lines = page::lines(&self.pages.page(model).lines);
        self.fresh(model, &lines);
        lines
    }

    /// The lines that were not read of this screen, or of this case when it was here before.
    fn fresh(&mut self, model: &Model, lines: &[String]) -> Vec<String> {
        let case = model
            .desk
            .shown
            .filter(|_| model.context() == Context::Detail);
        let Some(case) = case else {
            return self.told.seen.new_of(lines, calm(model));
        };
        let read = self.read.take().filter(|(known, _)| *known == case);
        let mut seen = read.map(|(_, seen)| seen).unwrap_or_default();
        let fresh = seen.new_of(lines, calm(model));
        self.read = Some((case, seen));
        fresh
    }

    /// What can be done here.
    pub fn help(model: &Model) -> Vec<String> {
        help::said(model)
    }

    /// Everything is said anew.
    pub fn forget(&mut self) {
        self.told = Told::default();
        self.read = None;
    }

    /// A screen that was not there before.
    fn arrive(&mut self, model: &Model) -> Vec<String> {
        if let Some(line) = &model.palette {
            let mut said = vec![model.world.texts.say("plain.palette")];
            said.extend(self.palette(model, line));
            return said;
        }
        if let Some(form) = form(model) {
            let mut said = vec![field::heading(model, form)];
            said.extend(field::standing(model, form));
            said.extend(self.form(model, form));
            return said;
        }
        if let Some(form) = filled(model) {
            let said = field::review(model, form);
            return said.into_iter().chain(next_step(model)).collect();
        }
        if is_list(model) {
            let mut said = self.heading(model);
            said.extend(self.here(model));
            self.note_list(model);
            return said;
        }
        let mut said = self.heading(model);
        match list::of(model) {
            Some(list) if !list.items.is_empty() => said.extend(self.items(model, &list)),
            _ if is_skeleton(model) => {}
            _ => {
                let page = self.pages.page(model);
                self.told.at = page.at;
                let lines = page::lines(&page.lines);
                said.extend(self.fresh(model, &lines));
            }
        }
        said
    }

    /// The same screen, with something new on it.
    fn changes(&mut self, model: &Model) -> Vec<String> {
        if let Some(line) = &model.palette {
            return self.palette(model, line);
        }
        if let Some(form) = form(model) {
            let is_moved = self.told.at != Some(form.at);
            return if is_moved {
                self.form(model, form)
            } else {
                self.remarks(model, form)
            };
        }
        if let Some(form) = filled(model) {
            return self.remarks(model, form);
        }
        if is_list(model) {
            return self.in_list(model);
        }
        if is_skeleton(model) {
            return Vec::new();
        }
        match list::of(model) {
            Some(list) if !list.items.is_empty() => {
                if self.told.items != list.items {
                    return self.items(model, &list);
                }
                let is_moved = self.told.at.replace(list.at) != Some(list.at);
                let here = is_moved.then(|| list.here(&model.world.texts));
                here.flatten().into_iter().collect()
            }
            _ => self.on_page(model),
        }
    }

    fn on_page(&mut self, model: &Model) -> Vec<String> {
        let page = self.pages.page(model);
        let lines = page::lines(&page.lines);
        let mut said = self.fresh(model, &lines);
        let is_moved = std::mem::replace(&mut self.told.at, page.at) != page.at;
        if is_moved && let Some(line) = under_cursor(&page) {
            said.retain(|other| *other != line);
            said.push(line);
        }
        said
    }

    /// All lines of something to choose from.
    fn items(&mut self, model: &Model, list: &list::List) -> Vec<String> {
        let texts = &model.world.texts;
        self.told.items.clone_from(&list.items);
        self.told.at = Some(list.at);
        let mut said = list.numbered(texts, 0, usize::MAX);
        said.push(texts.say("plain.numbers"));
        said
    }

    /// The field under the cursor, and what is remarked on the answers.
    fn form(&mut self, model: &Model, form: &Form) -> Vec<String> {
        self.told.at = Some(form.at);
        let mut said = self.remarks(model, form);
        said.extend(field::asked(&model.world.texts, form));
        said
    }

    fn remarks(&mut self, model: &Model, form: &Form) -> Vec<String> {
        let mut now = field::remarks(&model.world.texts, form);
        now.extend(field::standing(model, form));
        let fresh = now.iter().filter(|one| !self.told.remarks.contains(one));
        let fresh = fresh.cloned().collect();
        self.told.remarks = now;
        fresh
    }

    fn heading(&self, model: &Model) -> Vec<String> {
        let texts = &model.world.texts;
        match model.layers.last() {
            None if is_list(model) => model
                .desk
                .inbox()
                .map_or_else(Vec::new, |inbox| of_list(model, inbox)),
            // a list that is being read
            None if model.context() == Context::List => Vec::new(),
            None => {
                let row = model.shown().and_then(|(_, row)| row);
                let said = row.map(|row| texts.fill("plain.case", &[("case", &row.case_no)]));
                said.into_iter().collect()
            }
            Some(Layer::Pick(list)) => vec![list.title.clone(), list.help.clone()],
            Some(_) if list::of(model).is_some() => {
                let page = self.pages.page(model);
                page::lines(&page.lines).into_iter().take(1).collect()
            }
            Some(_) => Vec::new(),
        }
    }

    /// The line under the cursor.
    fn here(&self, model: &Model) -> Vec<String> {
        let texts = &model.world.texts;
        if let Some(list) = list::of(model) {
            let here = list.here(texts);
            let is_empty = here.is_none();
            let page = || page::lines(&self.pages.page(model).lines);
            // an empty list says why it is empty
            let why = is_empty.then(page).into_iter().flatten().skip(1);
            return here.into_iter().chain(why).collect();
        }
        let page = self.pages.page(model);
        let first = || page::lines(&page.lines).into_iter().next();
        under_cursor(&page).or_else(first).into_iter().collect()
    }

    fn note_list(&mut self, model: &Model) {
        let Some(inbox) = model.desk.inbox() else {
            return;
        };
        let row = inbox.current();
        self.told.at = Some(inbox.cursor);
        self.told.case = row.map(|row| row.case.case_id);
        self.told.status = row.and_then(|row| words::status(model, &row.case));
        self.told.new = inbox.new;
        self.told.listed = 0;
    }

    /// What happened in the list of cases: the cursor moved, others worked.
    fn in_list(&mut self, model: &Model) -> Vec<String> {
        let texts = &model.world.texts;
        let Some(inbox) = model.desk.inbox() else {
            return Vec::new();
        };
        let mut said = self.news(model, inbox);
        if inbox.new > self.told.new {
            let new = i64::try_from(inbox.new).unwrap_or(i64::MAX);
            said.push(words::counted(texts, "plain.new", new));
        }
        let row = inbox.current();
        let case = row.map(|row| row.case.case_id);
        if case != self.told.case {
            said.extend(self.here(model));
        } else if let Some(row) = row
            && let Some(status) = words::status(model, &row.case)
            && self.told.status.as_ref() != Some(&status)
        {
            let values = [("case", row.case.case_no.as_str()), ("what", &status)];
            said.push(texts.fill("plain.news", &values));
        }
        self.note_list(model);
        said
    }

    /// What others did to the cases of the list, each time once.
    fn news(&mut self, model: &Model, inbox: &Inbox) -> Vec<String> {
        let texts = &model.world.texts;
        let changed = inbox.rows.iter().filter(|row| row.mark != Mark::Same);
        let mut said = Vec::new();
        let mut now = Vec::new();
        for row in changed {
            now.push(row.case.case_id);
            if self.told.changed.contains(&row.case.case_id) || said.len() >= NEWS {
                continue;
            }
            let news = live::news(&model.world, &row.case, row.mark);
            let what = news.unwrap_or_else(|| {
                texts.say(match row.mark {
                    Mark::Gone => "plain.gone",
                    _ => "plain.changed",
                })
            });
            let values = [("case", row.case.case_no.as_str()), ("what", &what)];
            said.push(texts.fill("plain.news", &values));
        }
        self.told.changed = now;
        said
    }
}

impl Default for Teller {
    fn default() -> Self {
        Self::new()
    }
}

fn under_cursor(page: &Page) -> Option<String> {
    let line = page.at.and_then(|at| page.lines.get(at))?;
    Some(page::read(line)).filter(|line| !line.is_empty())
}
