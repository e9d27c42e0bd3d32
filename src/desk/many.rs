//! Ways to the filter and to actions on many cases, and back.

use chrono::{DateTime, Utc};

use super::bulk;
use super::effect::Effect;
use super::model::Model;
use super::route::Route;
use super::screen::{self, Layer, filter};
use super::toast::Tone;
use super::update::clear_layers;

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
        Route::Bulk => return begin_bulk(model, now),
        _ => model.layers.push(Layer::Sheet),
    }
    Vec::new()
}

/// What can be done with the marked cases; one such action at a time.
fn begin_bulk(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    if bulk::run::is_going(world) {
        layers.push(Layer::Sheet);
        return Vec::new();
    }
    let marks = model.desk.marks();
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
