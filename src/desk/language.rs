//! The language of the screen, changed while one works: everything that is shown is in the new one,
//! also an open form and a message that was said before. What people typed stays as it is.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::bulk::{Job, Verdict, choices};
use super::form::{Ask, Entry, build};
use super::model::Model;
use super::route::Subject;
use super::screen::Layer;
use super::world::World;
use crate::text::retell::Retold;
use crate::text::{self, Texts};

/// Change the language. `false` when there is none of that name: then nothing changed.
pub fn switch(model: &mut Model, lang: &str) -> bool {
    let Some(lang) = text::known(lang) else {
        return false;
    };
    let before = Arc::clone(&model.world.texts);
    let after = Arc::new(model.keymap.spell(&Texts::load(lang)));
    model.world.texts = Arc::clone(&after);
    let retold = Retold::new(&before, &after);
    let now = model.now;
    let Model {
        world,
        layers,
        aside,
        ..
    } = model;
    world.toasts.retell(&retold);
    world.drafts.retell(&retold);
    if let Some(mut job) = world.bulk.take() {
        of_job(world, &mut job, &retold, now);
        world.bulk = Some(job);
    }
    let left = aside.iter_mut().flat_map(|(_, layers)| layers);
    for layer in layers.iter_mut().chain(left) {
        of_layer(world, layer, &retold, now);
    }
    model.dirty = true;
    true
}

fn of_layer(world: &World, layer: &mut Layer, retold: &Retold<'_>, now: DateTime<Utc>) {
    match layer {
        Layer::Form(form) => {
            let subject = form.subject.clone();
            of_entries(world, &subject, &mut form.entries, retold, now);
            form.problem.iter_mut().for_each(|said| retold.change(said));
            form.weigh(world, now);
        }
        Layer::Actions(list) => {
            list.retell(retold);
            list.settle(world, now);
        }
        _ => {}
    }
}

/// Names, help and options are those of a fresh form; what was found out meanwhile is retold.
fn of_entries(
    world: &World,
    subject: &Subject,
    entries: &mut [Entry],
    retold: &Retold<'_>,
    now: DateTime<Utc>,
) {
    let fresh = build::entries(world, subject, now);
    for entry in entries {
        match fresh.iter().find(|fresh| fresh.key == entry.key) {
            Some(fresh) => rename(entry, fresh),
            None => retold.change(&mut entry.label),
        }
        let found = [&mut entry.error, &mut entry.found, &mut entry.unknown];
        found
            .into_iter()
            .flatten()
            .for_each(|said| retold.change(said));
    }
}

fn rename(entry: &mut Entry, fresh: &Entry) {
    entry.label.clone_from(&fresh.label);
    entry.help.clone_from(&fresh.help);
    let (Ask::Choice(picks, _), Ask::Choice(named, _)) = (&mut entry.ask, &fresh.ask) else {
        return;
    };
    for pick in picks {
        if let Some(named) = named.iter().find(|named| named.raw == pick.raw) {
            pick.label.clone_from(&named.label);
        }
    }
}

fn of_job(world: &World, job: &mut Job, retold: &Retold<'_>, now: DateTime<Utc>) {
    if job.is_read() {
        job.choices = choices::of(world, job, now);
    }
    for entry in &mut job.entries {
        retold.change(&mut entry.label);
        if let Ask::Choice(picks, _) = &mut entry.ask {
            for pick in picks {
                retold.change(&mut pick.label);
            }
        }
    }
    for row in &mut job.rows {
        match &mut row.verdict {
            Verdict::Will(said)
            | Verdict::Wont(said)
            | Verdict::Out(said)
            | Verdict::Done(said)
            | Verdict::Refused(said) => retold.change(said),
            Verdict::Untried => {}
        }
    }
}
