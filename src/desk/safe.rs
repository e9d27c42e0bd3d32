//! Keeps what is typed, and the place where we are, in the database: looks after every message at
//! the open forms, sends the saves that are due, and takes in what became of them. It never holds
//! the screen up.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::effect::{Effect, Question, Save, Slot};
use super::model::Model;
use super::screen::{Layer, form};
use super::toast::Tone;
use super::world::{Link, World};
use super::{bulk, columns, find, place, preview};
use crate::store::StoreError;
use crate::store::rows::{CaseDetail, DraftRow, DraftSaved};

/// How long leaving waits for the last save before it asks.
const LEAVE_MS: i64 = 2_000;

/// After every message: see what is new in the forms, and save what is due.
pub fn tend(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    observe(model, now);
    find::observe(model, now);
    let mut effects = Vec::new();
    if is_live(&model.world) {
        let due = model.world.drafts.take_due(now);
        effects.extend(due.into_iter().map(|save| of_draft(model, save, now)));
        let is_saving = !effects.is_empty();
        effects.extend(place::save(model, is_saving, now));
        effects.extend(find::save(&mut model.world, now));
        effects.extend(columns::save(&mut model.world, now));
    }
    effects.extend(leave(model, now));
    effects
}

/// The console ends: all that is not saved, at once.
pub fn save_all(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    observe(model, now);
    if model.world.me.is_none() {
        return Vec::new();
    }
    let all = model.world.drafts.take_all();
    let drafts: Vec<Effect> = all
        .into_iter()
        .map(|save| of_draft(model, save, now))
        .collect();
    let place = place::save_last(model, now);
    let looks = find::save_last(&mut model.world, now);
    let columns = columns::save_last(&mut model.world, now);
    let rest = place.into_iter().chain(looks).chain(columns);
    drafts.into_iter().chain(rest).collect()
}

/// When to look again (machine time).
pub fn next_due(model: &Model) -> Option<DateTime<Utc>> {
    let due = if is_live(&model.world) {
        let drafts = model.world.drafts.next_due();
        let looks = find::next_due(&model.world);
        drafts
            .into_iter()
            .chain(place::next_due(model))
            .chain(looks)
            .chain(columns::next_due(&model.world))
            .min()
    } else {
        None
    };
    due.into_iter().chain(model.leaving).min()
}

/// The agent wants to leave. What is not saved is saved first; when that cannot be, it is asked.
/// Cases that are held go back to the pool: that is said first, since a colleague may have them
/// the next moment.
pub fn quit(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    observe(model, now);
    if bulk::run::is_going(&model.world) {
        model.world.drafts.hurry(now);
        model.layers.push(Layer::Quit);
        return Vec::new();
    }
    if !model.world.leases.is_empty() {
        model.world.drafts.hurry(now);
        model.layers.push(Layer::Quit);
        return Vec::new();
    }
    if !model.world.drafts.is_unsaved() {
        return vec![Effect::Quit];
    }
    model.world.drafts.hurry(now);
    model.leaving = Some(now + TimeDelta::milliseconds(LEAVE_MS));
    Vec::new()
}

fn leave(model: &mut Model, now: DateTime<Utc>) -> Option<Effect> {
    let until = model.leaving?;
    if !model.world.drafts.is_unsaved() {
        return Some(Effect::Quit);
    }
    if until <= now || !is_live(&model.world) || model.world.drafts.is_refused() {
        model.leaving = None;
        model.layers.push(Layer::Quit);
    }
    None
}

fn is_live(world: &World) -> bool {
    world.link == Link::Live && world.me.is_some()
}

/// What the open forms hold is kept in memory at once.
fn observe(model: &mut Model, now: DateTime<Utc>) {
    let Model { world, layers, .. } = model;
    for form in forms(layers) {
        let Some(content) = form.content() else {
            continue;
        };
        world.drafts.put(form.draft, content, now);
        let row = form.subject.case().and_then(|case| world.case(case));
        if let Some(row) = row.map(|loaded| loaded.detail.row.clone()) {
            world.drafts.name(form.draft, &row.case_no, &row.process);
        }
    }
}

fn forms(layers: &mut [Layer]) -> impl Iterator<Item = &mut form::State> {
    layers.iter_mut().filter_map(|layer| match layer {
        Layer::Form(form) => Some(&mut **form),
        _ => None,
    })
}

fn of_draft(model: &mut Model, (id, save): (Uuid, Save), now: DateTime<Utc>) -> Effect {
    let ticket = model.world.ticket(Slot::Draft(id), now);
    Effect::Save(ticket, Box::new(save))
}

/// The action on many has ended: what was typed for it is not needed any more.
pub fn used(model: &mut Model, now: DateTime<Utc>) {
    let Model { world, layers, .. } = model;
    // for what was refused or not tried it is still wanted
    let job = world.bulk.as_deref_mut().filter(|job| !job.has_left());
    let Some(draft) = job.and_then(|job| job.draft.take()) else {
        return;
    };
    world.drafts.finish(draft, now);
    for form in forms(layers).filter(|form| form.draft == draft) {
        form.touched = false;
    }
}

/// Ask for what the database has of ours.
pub fn ask(world: &mut World, now: DateTime<Utc>) -> Effect {
    world.drafts.asked_at = Some(now);
    world.ask(Slot::Drafts, Question::Drafts, now)
}

/// What became of a save.
pub fn saved(
    model: &mut Model,
    id: Uuid,
    result: Result<DraftSaved, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    match result {
        Ok(DraftSaved::Saved) => {
            model.world.drafts.saved(id, now);
            Vec::new()
        }
        Ok(DraftSaved::Forked) => fork(model, id, now),
        Ok(DraftSaved::Written) => written(model, id, now),
        Err(StoreError::Refused(refusal)) if refusal.key == "draft_of_another" => {
            fork(model, id, now)
        }
        Err(error) => {
            not_saved(&mut model.world, id, &error, now);
            Vec::new()
        }
    }
}

fn not_saved(world: &mut World, id: Uuid, error: &StoreError, now: DateTime<Utc>) {
    let why = match error {
        StoreError::Offline(_) => return world.drafts.not_saved(id, None, now),
        StoreError::Refused(refusal) => preview::refusal(world, refusal),
        _ => world.texts.say("drafts.our_mistake"),
    };
    let said = world.texts.fill("drafts.not_saved", &[("why", &why)]);
    let before = world.drafts.get(id).and_then(|draft| draft.trouble.clone());
    if before.as_ref() != Some(&said) {
        world.toasts.say(Tone::Warning, said.clone(), now);
    }
    world.drafts.not_saved(id, Some(said), now);
}

/// Another console of ours went on with this form: both texts stay, each under a number of its own.
fn fork(model: &mut Model, id: Uuid, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    let (fresh, command) = (world.command(now), world.command(now));
    let is_wanted = world.drafts.get(id).is_some();
    world.drafts.fork(id, fresh, command, now);
    for form in forms(layers).filter(|form| form.draft == id) {
        form.draft = fresh;
        // what was sent is asked for under the id under which it was sent
        if form.sent.is_none() {
            form.command = command;
        }
    }
    if is_wanted {
        let said = world.texts.get("drafts.forked").to_owned();
        world.toasts.say(Tone::Warning, said, now);
    }
    vec![ask(world, now)]
}

/// Its command was carried out before (by a console that did not live to hear it).
fn written(model: &mut Model, id: Uuid, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    let Some(form) = forms(layers).find(|form| form.draft == id) else {
        world.drafts.forget(id);
        return Vec::new();
    };
    if form.stage == form::Stage::Sending {
        world.drafts.forget(id);
        return Vec::new(); // its answer is under way and says so
    }
    // typed into after it was written: the text goes on as one that was never sent
    let (fresh, command) = (world.command(now), world.command(now));
    world.drafts.fork(id, fresh, command, now);
    (form.draft, form.command) = (fresh, command);
    form.sent = None;
    form.altered = false;
    form.problem = Some(world.texts.get("drafts.written").to_owned());
    let case = form.subject.case();
    case.map(|case| world.ask_detail(case, now))
        .into_iter()
        .collect()
}

/// A draft was thrown away, or it has grown in another console.
pub fn dropped(
    model: &mut Model,
    id: Uuid,
    result: &Result<bool, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    match result {
        Ok(false) => {
            model.world.drafts.forget(id);
            return vec![ask(&mut model.world, now)];
        }
        Err(StoreError::Offline(_)) => model.world.drafts.not_saved(id, None, now),
        Ok(true) | Err(_) => model.world.drafts.forget(id),
    }
    Vec::new()
}

/// The numbers of the drafts that are open here.
fn open(layers: &mut [Layer]) -> BTreeSet<Uuid> {
    let touched = forms(layers).filter(|form| form.touched);
    touched.map(|form| form.draft).collect()
}

/// What the database has of ours.
pub fn read(model: &mut Model, rows: &[DraftRow], now: DateTime<Utc>) {
    let Model { world, layers, .. } = model;
    let offset = world.offset;
    let asked_at = world.drafts.asked_at;
    world
        .drafts
        .merge(rows, asked_at, &open(layers), |legal| legal - offset);
    let first = !std::mem::replace(&mut world.drafts.read, true);
    let count = world.drafts.mine().count();
    if first && count > 0 {
        let count = count.to_string();
        let said = world.texts.fill("drafts.there", &[("n", &count)]);
        world.toasts.say(Tone::Warning, said, now);
    }
}

/// A case was read: ours for it, and what others left with it.
pub fn read_case(model: &mut Model, detail: &CaseDetail) {
    let Model { world, layers, .. } = model;
    let offset = world.offset;
    world
        .drafts
        .merge(&detail.drafts, None, &open(layers), |legal| legal - offset);
    world.drafts.leave_with(detail.row.case_id, &detail.drafts);
}
