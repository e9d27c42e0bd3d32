//! Unfinished forms are taken up again, with their case beside them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::effect::Effect;
use super::model::Model;
use super::route::Subject;
use super::screen::{Layer, form};
use super::toast::Tone;
use super::update::clear_layers;
use crate::store::rows::DraftRow;

/// A draft is taken up again, with its case beside it.
pub(super) fn open_draft(model: &mut Model, draft: Uuid, now: DateTime<Utc>) -> Vec<Effect> {
    let kept = model.world.drafts.get(draft);
    if kept.is_some_and(|draft| matches!(draft.content.subject, Subject::Many(_))) {
        let said = model.world.texts.say("drafts.of_many");
        model.world.toasts.say(Tone::Warning, said, now);
        return Vec::new();
    }
    let form = form::State::of_draft(&mut model.world, draft, now);
    form.map_or_else(Vec::new, |form| open_form(model, form, now))
}

/// What a colleague left is copied: theirs stays as it is.
pub(super) fn open_copy(model: &mut Model, left: &DraftRow, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(subject) = Subject::of_form(&left.form, left.case_id) else {
        return Vec::new();
    };
    let form = form::State::copy(&mut model.world, subject, &left.body, now);
    open_form(model, form, now)
}

fn open_form(model: &mut Model, form: form::State, now: DateTime<Utc>) -> Vec<Effect> {
    clear_layers(model);
    let case = form.subject.case();
    let mut effects = Vec::new();
    if let Some(case) = case {
        model.desk.show(case, model.window);
        effects.push(model.world.ask_detail(case, now));
    }
    effects.extend(model.world.ask_beside(&form.subject, now));
    model.layers.push(Layer::Form(Box::new(form)));
    effects
}
