//! Where the agent is: tab, case, cursor, open form. Kept a moment after it changes, so that a
//! console that dropped comes back where it was.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::effect::{Effect, Save, Slot};
use super::model::Model;
use super::route::Subject;
use super::screen::desk::Page;
use super::screen::inbox::MOST;
use super::screen::{Layer, form};
use super::toast::Tone;
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, PlaceKept};

/// Kept so long after the first change.
pub const PAUSE_MS: i64 = 2_000;

/// More marks than that are not kept: the place is a small row.
pub const MARKS: usize = 300;

/// Where we are.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Text key of the tab: `tab.mine` or `queue.<key>`.
    pub tab: String,
    /// The case that commands mean.
    pub case: Option<CaseId>,
    /// The row with the cursor.
    pub row: usize,
    /// Whether the detail has the keys.
    pub detail: bool,
    /// First visible line of the detail.
    pub scroll: usize,
    /// The form on top.
    pub form: Option<Open>,
    /// What was said in the palette, apart from names.
    pub spoken: Vec<String>,
    /// The filter of the list, as its line.
    pub filter: String,
    /// The marked cases; none when they are more than [`MARKS`].
    pub marks: Vec<CaseId>,
}

/// An open form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Which form.
    pub form: String,
    /// Of which case.
    pub case: Option<CaseId>,
    /// Its draft, once something was typed.
    pub draft: Option<Uuid>,
}

/// Keeping the place, and coming back to it.
#[derive(Debug, Clone, Default)]
pub struct Keeping {
    /// What was seen last.
    seen: Option<Place>,
    /// Since when it is not kept (machine time).
    changed: Option<DateTime<Utc>>,
    /// Where to come back to: the list.
    list: Option<Place>,
    /// Where to come back to: the form.
    form: Option<Open>,
}

/// Where we are now.
pub fn of(model: &Model) -> Option<Place> {
    let desk = &model.desk;
    let inbox = desk.inbox()?;
    let form = model.layers.iter().rev().find_map(|layer| match layer {
        // one for many cases is opened by its action on those that are marked
        Layer::Form(form) if !matches!(form.subject, Subject::Many(_)) => Some(Open {
            form: form.subject.form(),
            case: form.subject.case(),
            draft: form.content().map(|_| form.draft),
        }),
        _ => None,
    });
    Some(Place {
        tab: inbox.name.clone(),
        case: desk.case(),
        row: inbox.cursor,
        detail: desk.page == Page::Detail,
        scroll: desk.scroll,
        form,
        spoken: model.spoken.kept(),
        filter: inbox.filter.to_string(),
        marks: match inbox.marks.len() {
            0..=MARKS => inbox.marks.iter().copied().collect(),
            _ => Vec::new(),
        },
    })
}

/// Keep the place when it is due, or with a draft that is saved anyway.
pub fn save(model: &mut Model, is_saving: bool, now: DateTime<Utc>) -> Option<Effect> {
    if model.keeping.list.is_some() || model.keeping.form.is_some() {
        return None; // still on the way back
    }
    notice(model, now);
    let changed = model.keeping.changed?;
    let is_due = is_saving || changed + TimeDelta::milliseconds(PAUSE_MS) <= now;
    if !is_due || model.world.asked_since(Slot::Place).is_some() {
        return None;
    }
    send(model, now)
}

/// The console ends.
pub fn save_last(model: &mut Model, now: DateTime<Utc>) -> Option<Effect> {
    notice(model, now);
    model.keeping.changed?;
    send(model, now)
}

fn notice(model: &mut Model, now: DateTime<Utc>) {
    let here = of(model);
    if here.is_some() && here != model.keeping.seen {
        // what the first list brings is where everybody starts
        let is_start = model.keeping.seen.is_none();
        model.keeping.seen = here;
        if !is_start {
            model.keeping.changed.get_or_insert(now);
        }
    }
}

fn send(model: &mut Model, now: DateTime<Utc>) -> Option<Effect> {
    let place = serde_json::to_value(model.keeping.seen.as_ref()?).ok()?;
    model.keeping.changed = None;
    let ticket = model.world.ticket(Slot::Place, now);
    Some(Effect::Save(ticket, Box::new(Save::Place(place))))
}

/// When the next save is due (machine time).
pub fn next_due(model: &Model) -> Option<DateTime<Utc>> {
    let changed = model.keeping.changed?;
    let is_free = model.world.asked_since(Slot::Place).is_none();
    is_free.then(|| changed + TimeDelta::milliseconds(PAUSE_MS))
}

/// It was not kept: once more, later.
pub fn not_saved(model: &mut Model, now: DateTime<Utc>) {
    model.keeping.changed.get_or_insert(now);
}

/// The first session is open: go where the last console was. The list is not read yet.
pub fn come_back(model: &mut Model, kept: PlaceKept) {
    let Some(place) = kept.body.and_then(|body| serde_json::from_value(body).ok()) else {
        return;
    };
    let mut place: Place = place;
    model.spoken.restore(std::mem::take(&mut place.spoken));
    let tabs = &mut model.desk.tabs;
    let Some(at) = tabs.iter().position(|tab| tab.name == place.tab) else {
        return;
    };
    tabs[at].want(place.row.min(MOST - 1) + 1);
    tabs[at].filter = Filter::parse(&place.filter).unwrap_or_default();
    if kept.alone {
        tabs[at].marks = place.marks.iter().copied().collect();
    }
    model.desk.at = at;
    model.keeping.form = place.form.clone().filter(|_| kept.alone);
    model.keeping.list = Some(place);
}

/// The list of the tab was read: the cursor goes to its case, or to its row when that is gone.
pub fn list_read(model: &mut Model, slot: Slot, now: DateTime<Utc>) {
    let here = slot == Slot::Inbox(model.desk.at);
    let Some(place) = model.keeping.list.take_if(|_| here) else {
        return;
    };
    if let Some(left) = model.desk.come_back(&place, model.window, now) {
        left.say(&mut model.world, now);
    }
    say_lost(model, now);
}

/// Marked cases that are in the list no more lose their mark; what was not read may still be there.
fn say_lost(model: &mut Model, now: DateTime<Utc>) {
    let Model { world, desk, .. } = model;
    let Some(inbox) = desk.tabs.get_mut(desk.at).filter(|inbox| !inbox.more) else {
        return;
    };
    let before = inbox.marks.len();
    let here: BTreeSet<CaseId> = inbox.rows.iter().map(|row| row.case.case_id).collect();
    inbox.marks.retain(|case| here.contains(case));
    let lost = before - inbox.marks.len();
    if lost > 0 {
        let said = world
            .texts
            .fill("mark.lost_away", &[("n", &lost.to_string())]);
        world.toasts.say(Tone::Warning, said, now);
    }
}

/// The drafts were read: the form that was open is opened again, half-typed as it was.
pub fn drafts_read(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(open) = model.keeping.form.take() else {
        return Vec::new();
    };
    if !model.layers.is_empty() {
        return Vec::new(); // the agent was faster
    }
    let world = &mut model.world;
    let form = match open.draft {
        Some(draft) => form::State::of_draft(world, draft, now),
        None => Subject::of_form(&open.form, open.case)
            .map(|subject| form::State::open(world, subject, now)),
    };
    let Some(form) = form else {
        return Vec::new(); // it was written, or thrown away
    };
    let case = form.subject.case();
    let subject = form.subject.clone();
    if form.touched || open.draft.is_some() {
        let said = world.texts.get("drafts.back").to_owned();
        world.toasts.say(Tone::Done, said, now);
    }
    model.layers.push(Layer::Form(Box::new(form)));
    let world = &mut model.world;
    let read = case.filter(|case| world.case(*case).is_none());
    let mut effects: Vec<Effect> = read
        .map(|case| world.ask_detail(case, now))
        .into_iter()
        .collect();
    effects.extend(world.ask_beside(&subject, now));
    effects
}
