//! What is chosen from: the lines of a list with their numbers, wherever the cursor moves over one.

use super::words;
use crate::desk::command::Context;
use crate::desk::live;
use crate::desk::model::Model;
use crate::desk::palette;
use crate::desk::preview;
use crate::desk::screen::actions;
use crate::desk::screen::columns;
use crate::desk::screen::inbox::Inbox;
use crate::desk::screen::unfinished::{self, Item};
use crate::desk::screen::{Layer, pick, search};
use crate::store::rows::{InboxView, Notice};
use crate::text::Texts;

/// A list as it is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct List {
    /// Its lines, in order, without numbers.
    pub(super) items: Vec<String>,
    /// The one under the cursor.
    pub(super) at: usize,
    /// How many there are, those included that were not read yet.
    pub(super) count: usize,
}

impl List {
    fn new(items: Vec<String>, at: usize) -> Self {
        let count = items.len();
        Self { items, at, count }
    }

    /// The line under the cursor: `3 of 41: …`.
    pub(super) fn here(&self, texts: &Texts) -> Option<String> {
        let said = self.items.get(self.at)?;
        let (at, n) = ((self.at + 1).to_string(), self.count.to_string());
        Some(texts.fill("plain.at", &[("at", &at), ("n", &n), ("said", said)]))
    }

    /// Lines from there on, with their numbers.
    pub(super) fn numbered(&self, texts: &Texts, from: usize, most: usize) -> Vec<String> {
        let shown = self.items.iter().enumerate().skip(from).take(most);
        let mut lines: Vec<String> = shown.map(|(at, said)| numbered(texts, at, said)).collect();
        let rest = self.count.saturating_sub(from + lines.len());
        if rest > 0 && !lines.is_empty() {
            lines.push(texts.fill("plain.more", &[("n", &rest.to_string())]));
        }
        lines
    }
}

fn numbered(texts: &Texts, at: usize, said: &str) -> String {
    let n = (at + 1).to_string();
    texts.fill("plain.choice", &[("n", &n), ("said", said)])
}

/// The list on the screen; `None` where nothing is chosen from.
pub(super) fn of(model: &Model) -> Option<List> {
    let world = &model.world;
    if let Some(line) = &model.palette {
        return palette(model, line);
    }
    match model.layers.last() {
        None => inbox(model),
        Some(Layer::Actions(list)) => {
            let choices = list.choices(world, model.now)?;
            let items = choices.iter().map(|one| choice(&world.texts, one));
            Some(List::new(items.collect(), list.cursor))
        }
        Some(Layer::Bulk(list)) => {
            let job = world.bulk.as_deref().filter(|job| job.is_read())?;
            let of = job.cases.len().to_string();
            let items = job.choices.iter().map(|one| {
                let can = one.can.to_string();
                let count = world.texts.fill("bulk.can", &[("can", &can), ("of", &of)]);
                let said = format!("{}, {count}", one.label);
                refused(&said, one.refusal.as_deref())
            });
            Some(List::new(items.collect(), list.cursor))
        }
        Some(Layer::Search(state)) => hits(model, state),
        Some(Layer::Columns(list)) => {
            let items = list.items.iter().map(|it| column(&world.texts, *it));
            Some(List::new(items.collect(), list.cursor))
        }
        Some(Layer::Pick(list)) => {
            let items = list.items.iter().map(of_pick);
            Some(List::new(items.collect(), list.cursor))
        }
        Some(Layer::Notices(list)) => {
            let items = list.items.iter().map(|notice| self::notice(model, notice));
            Some(List::new(items.collect(), list.at))
        }
        Some(Layer::Unfinished(list)) => {
            let items = unfinished::items(world).into_iter();
            let items = items.map(|item| draft(model, item)).collect();
            Some(List::new(items, list.cursor(world)))
        }
        Some(_) => None,
    }
}

fn inbox(model: &Model) -> Option<List> {
    let inbox = model.desk.inbox()?;
    if !inbox.read || model.context() != Context::List {
        return None;
    }
    let items: Vec<String> = inbox
        .rows
        .iter()
        .map(|row| words::row(model, row))
        .collect();
    let count = count(model, inbox).max(items.len());
    Some(List {
        items,
        at: inbox.cursor,
        count,
    })
}

/// How many cases the list has, those included that were not read yet.
pub(super) fn count(model: &Model, inbox: &Inbox) -> usize {
    let counted = match inbox.view {
        InboxView::Queue(queue) if inbox.filter.is_empty() => model.desk.counts.get(&queue),
        _ => None,
    };
    let queue = counted.map_or(0, |count| count.open + count.held + count.waiting);
    let read = inbox.count().count;
    // a count may be older than the rows
    let all = if inbox.more { read.max(queue) } else { read };
    usize::try_from(all).unwrap_or(0)
}

fn hits(model: &Model, state: &search::State) -> Option<List> {
    let texts = &model.world.texts;
    let hits = state.hits.as_ref()?;
    let items = hits.iter().map(|hit| {
        let how = texts.say(&format!("how.{}", hit.how));
        format!("{how}, {}", words::case(model, &hit.row).join(", "))
    });
    Some(List::new(items.collect(), state.cursor))
}

/// The commands that fit what is written; with nothing written that would be all of them.
fn palette(model: &Model, line: &palette::State) -> Option<List> {
    if line.editor.text().trim().is_empty() {
        return None;
    }
    let texts = &model.world.texts;
    let items = palette::entries(model).into_iter().map(|entry| {
        let label = ("label", &*entry.label);
        match &entry.why {
            None => texts.fill("plain.form.of", &[label, ("said", &entry.about)]),
            Some(why) => texts.fill("plain.refused", &[("said", &entry.label), ("why", why)]),
        }
    });
    Some(List::new(items.collect(), line.at))
}

fn of_pick(item: &pick::Item) -> String {
    match &item.what {
        pick::What::Unmask(..) | pick::What::Look(..) | pick::What::Mandate(_) => {
            item.label.clone()
        }
        pick::What::Copy(text) => format!("{}: {text}", item.label),
    }
}

fn choice(texts: &Texts, one: &actions::Choice) -> String {
    match &one.refusal {
        None => one.label.clone(),
        Some(why) => {
            let values = [("said", one.label.as_str()), ("why", why)];
            texts.fill("plain.refused", &values)
        }
    }
}

fn column(texts: &Texts, item: columns::Item) -> String {
    let name = item.column.name();
    let said = [
        texts.say(&format!("list.{name}")),
        texts.say(&format!("column.{name}")),
    ];
    let key = if item.is_shown { "shown" } else { "hidden" };
    let values = [("said", &*said.join(", "))];
    texts.fill(&format!("plain.column.{key}"), &values)
}

fn refused(said: &str, why: Option<&str>) -> String {
    why.map_or_else(|| said.to_owned(), |why| format!("{said}: {why}"))
}

fn notice(model: &Model, notice: &Notice) -> String {
    let said = live::said(&model.world, notice);
    let line = notice.line.as_deref().filter(|line| !line.is_empty());
    line.map_or(said.clone(), |line| {
        let line = model.world.texts.fill("notice.line", &[("line", line)]);
        format!("{said}: {line}")
    })
}

fn draft(model: &Model, item: Item<'_>) -> String {
    let texts = &model.world.texts;
    match item {
        Item::Mine(draft) => {
            let form = preview::form(texts, &draft.content.subject, &draft.process);
            format!("{} {form}", draft.case_no).trim().to_owned()
        }
        Item::Left(row) => {
            let owner = row.owner.as_deref().unwrap_or_default();
            let left = texts.fill("drafts.left", &[("name", owner)]);
            format!("{}, {left}", row.case_no.as_deref().unwrap_or_default())
        }
    }
}
