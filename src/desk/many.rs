//! Ways to the filter and to actions on many cases, and back.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::bulk::run::Run;
use super::bulk::{self, Like};
use super::effect::Effect;
use super::model::Model;
use super::route::Route;
use super::screen::{self, Layer, filter};
use super::toast::Tone;
use super::update::clear_layers;
use super::{answer, safe};
use crate::store::rows::CaseId;

/// Go there.
pub(super) fn go(model: &mut Model, route: Route, now: DateTime<Utc>) -> Vec<Effect> {
    match route {
        Route::Filter => {
            let filter = model.desk.inbox().map(|inbox| inbox.filter.clone());
            let line = filter::State::of(&filter.unwrap_or_default(), &model.world);
            model.layers.push(Layer::Filter(Box::new(line)));
        }
        Route::Filtered(filter) => {
            clear_layers(model);
            return model.desk.set_filter(&mut model.world, filter, now);
        }
        Route::Bulk => {
            let marks = model.desk.marks().clone();
            return begin_bulk(model, &marks, now);
        }
        Route::BulkOf(cases, like, pace) => return begin_of(model, cases, like, pace, now),
        Route::Likewise => {
            model
                .layers
                .retain(|layer| !matches!(layer, Layer::Bulk(_)));
            model.layers.push(Layer::Sheet);
        }
        _ => model.layers.push(Layer::Sheet),
    }
    Vec::new()
}

/// What can be done with the marked cases; one such action at a time.
fn begin_bulk(model: &mut Model, marks: &BTreeSet<CaseId>, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    if bulk::run::is_going(world) {
        layers.push(Layer::Sheet);
        return Vec::new();
    }
    let most = bulk::most(world.role());
    if marks.len() > most {
        let (n, most) = (marks.len().to_string(), most.to_string());
        let said = world
            .texts
            .fill("bulk.too_many", &[("n", &n), ("most", &most)]);
        world.toasts.say(Tone::Warning, said, now);
        return Vec::new();
    }
    world.bulk = Some(Box::new(bulk::Job::new(marks)));
    layers.push(Layer::Bulk(screen::bulk::State::default()));
    bulk::read(world, now)
}

/// What to do with these cases: as many of them as this role may act on at once.
fn begin_of(
    model: &mut Model,
    mut cases: Vec<CaseId>,
    like: Option<Box<Like>>,
    pace: Option<TimeDelta>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let most = bulk::most(model.world.role());
    if cases.len() > most {
        let (n, of) = (most.to_string(), cases.len().to_string());
        let with = [("n", &*n), ("of", &*of)];
        let said = model.world.texts.fill("bulk.first_of", &with);
        model.world.toasts.say(Tone::Warning, said, now);
        cases.truncate(most);
    }
    let effects = begin_bulk(model, &cases.into_iter().collect(), now);
    if let Some(job) = model.world.bulk.as_deref_mut()
        && !matches!(job.run, Run::Going(_))
    {
        (job.like, job.pace) = (like, pace);
    }
    effects
}

/// A run that waits for its pace goes on.
pub(super) fn wake(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    match bulk::run::wake(&mut model.world, now) {
        Some(effects) => after_step(model, effects, now),
        None => Vec::new(),
    }
}

/// A step of a run was taken: what was done loses its mark, and at the end the list is read anew.
pub(super) fn after_step(
    model: &mut Model,
    mut effects: Vec<Effect>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    if let Some(job) = model.world.bulk.as_deref() {
        model.desk.unmark_done(job);
    }
    if !bulk::run::is_going(&model.world) {
        safe::used(model, now);
        effects.extend(answer::reread_list(model, now));
    }
    effects
}

/// Take away what lies on the results of an action on many, if they are there.
pub(super) fn uncover(model: &mut Model) -> bool {
    let is_sheet = |layer: &Layer| matches!(layer, Layer::Sheet);
    let at = model.layers.iter().rposition(is_sheet);
    let at = at.filter(|at| at + 1 < model.layers.len());
    if let Some(at) = at {
        model.layers.truncate(at + 1);
    }
    at.is_some()
}

/// Whether the case shown was opened from the results of an action on many; they are shown again.
pub(super) fn is_left_for_a_case(model: &mut Model) -> bool {
    let shown = model.desk.case();
    let Some(job) = model
        .world
        .bulk
        .as_deref_mut()
        .filter(|_| model.layers.is_empty())
    else {
        return false;
    };
    let is_it = job.left_for.take().is_some_and(|case| Some(case) == shown);
    if is_it {
        model.desk.leave_case();
    }
    is_it
}
