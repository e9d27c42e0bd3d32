//! Where one is on the desk, and what is to be known of a place when one comes to it.

use super::page::Calm;
use super::{list, words};
use crate::desk::command::Context;
use crate::desk::model::Model;
use crate::desk::screen::form::{Stage, State as Form};
use crate::desk::screen::inbox::Inbox;
use crate::desk::screen::{Layer, bulk};
use crate::desk::world::Link;

/// Where one is: what makes a screen another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    lang: &'static str,
    context: &'static str,
    layers: usize,
    of: String,
}

/// The form that is being filled in; its review is a page to be read.
pub(super) fn form(model: &Model) -> Option<&Form> {
    match model.layers.last() {
        Some(Layer::Form(form)) if form.stage == Stage::Edit && !form.is_unread() => Some(form),
        _ => None,
    }
}

/// The form that is to be checked, or on its way.
pub(super) fn filled(model: &Model) -> Option<&Form> {
    match model.layers.last() {
        Some(Layer::Form(form)) if form.stage != Stage::Edit => Some(form),
        _ => None,
    }
}

/// Whether the list is not there yet and nothing is to be said about that.
pub(super) fn is_skeleton(model: &Model) -> bool {
    let is_sound = model
        .desk
        .inbox()
        .is_none_or(|inbox| !inbox.read && inbox.problem.is_none());
    let is_stale = matches!(model.world.link, Link::Stale { .. });
    model.context() == Context::List && is_sound && !is_stale
}

/// Whether a list of cases is shown that was read.
pub(super) fn is_list(model: &Model) -> bool {
    let is_read = model.desk.inbox().is_some_and(|inbox| inbox.read);
    model.context() == Context::List && is_read
}

impl Place {
    /// The present one.
    pub(super) fn of(model: &Model) -> Self {
        let of = match model.layers.last() {
            None if model.context() == Context::List => {
                let inbox = model.desk.inbox();
                let filter = inbox.map_or_else(String::new, |inbox| inbox.filter.to_string());
                format!("{} {} {filter}", model.desk.at, is_list(model))
            }
            None => format!("{:?}", model.desk.shown),
            Some(Layer::Form(form)) => format!("{} {:?}", form.draft, form.stage),
            Some(_) => String::new(),
        };
        let context = match model.layers.last() {
            Some(Layer::Form(_)) if model.palette.is_none() => "form",
            _ => model.context().key(),
        };
        Self {
            lang: model.world.texts.lang(),
            context,
            layers: model.layers.len(),
            of,
        }
    }
}

/// Name and size of a list, and the filter that is on.
pub(super) fn of_list(model: &Model, inbox: &Inbox) -> Vec<String> {
    let texts = &model.world.texts;
    let count = list::count(model, inbox);
    let n = words::counted(texts, "plain.cases", i64::try_from(count).unwrap_or(0));
    let name = texts.say(&inbox.name);
    let mut said = vec![texts.fill("plain.list", &[("name", &name), ("n", &n)])];
    if !inbox.filter.is_empty() {
        let filter = inbox.filter.to_string();
        said.push(texts.fill("plain.filtered", &[("filter", &filter)]));
    }
    said
}

/// What a screen waits for, in words.
pub(super) fn next_step(model: &Model) -> Option<String> {
    let Some(Layer::Form(form)) = model.layers.last() else {
        return None;
    };
    let key = match form.stage {
        Stage::Edit => return None,
        Stage::Review => "plain.form.review",
        Stage::Claiming => "plain.form.claiming",
        Stage::Sending => "plain.form.writing",
    };
    Some(model.world.texts.say(key))
}

/// What is nothing new on a screen: figures where they are counted, times left elsewhere.
pub(super) fn calm(model: &Model) -> Calm {
    match model.context() {
        Context::Board | Context::OnTime => Calm::Figures,
        _ if matches!(model.layers.last(), Some(Layer::Sheet)) => {
            match bulk::context(model.world.bulk.as_deref()) {
                Context::Running => Calm::Figures,
                _ => Calm::Times,
            }
        }
        _ => Calm::Times,
    }
}
