//! Doing what was said in the palette.

use chrono::{DateTime, Utc};

use super::{Entry, entries};
use crate::desk::command::Id;
use crate::desk::effect::{Effect, Question, Slot};
use crate::desk::key::{Code, Key};
use crate::desk::model::Model;
use crate::desk::route::Route;
use crate::desk::screen::{Layer, filter, mandates};
use crate::desk::toast::Tone;
use crate::desk::{here, language, update};
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, SearchHit, end_of_number};

/// Do the chosen entry. What is not possible stays on the screen, with the reason.
pub(super) fn choose(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let at = model.palette.as_ref().map_or(0, |state| state.at);
    let entry = entries(model).into_iter().nth(at);
    let is_short = |entry: &Entry| entry.argument.is_none() && entry.command.argument.is_needed();
    let problem = match &entry {
        None => Some(model.world.texts.say("palette.nothing")),
        Some(Entry { why: Some(why), .. }) => Some(why.clone()),
        Some(entry) => wrong_filter(model, entry),
    };
    let Some(state) = model.palette.as_deref_mut() else {
        return Vec::new();
    };
    match entry {
        Some(entry) if problem.is_none() && is_short(&entry) => state.set(&entry.line()),
        Some(entry) if problem.is_none() => return speak(model, &entry, now),
        _ => state.problem = problem,
    }
    Vec::new()
}

/// What is wrong with the line of the filter, if it is one.
fn wrong_filter(model: &Model, entry: &Entry) -> Option<String> {
    let argument = entry.argument.as_deref();
    let line = argument.filter(|_| entry.command.id == Id::Filter)?;
    let error = Filter::parse(line).err()?;
    Some(filter::said(&model.world.texts, &error))
}

fn speak(model: &mut Model, entry: &Entry, now: DateTime<Utc>) -> Vec<Effect> {
    model.palette = None;
    let is_private = entry.command.argument.is_private() && entry.argument.is_some();
    let line = entry.line().trim().to_owned();
    model.spoken.add(line, is_private);
    let command = entry.command;
    here::note_key(model, Some(command.id), now);
    let context = model.context();
    match (command.id, entry.argument.as_deref()) {
        (Id::Lang, Some(lang)) => {
            language::switch(model, lang);
            Vec::new()
        }
        (Id::Theme, Some(name)) => theme(model, name, now),
        (Id::Case, Some(number)) => case(model, number, now),
        (Id::Filter, Some(line)) => {
            let filter = Filter::parse(line).unwrap_or_default();
            vec![Effect::Go(Route::Filtered(filter))]
        }
        (Id::Search, Some(text)) => {
            let mut search = model.search.anew();
            search.type_in(text, now);
            model.layers.push(Layer::Search(Box::new(search)));
            Vec::new()
        }
        (Id::Consumption, Some(ean)) => {
            vec![mandates::of_connection(&mut model.world, ean, now)]
        }
        (Id::Tab, Some(number)) => {
            let digit = number.chars().next().unwrap_or('1');
            update::run(model, command, Key::plain(Code::Char(digit)), context, now)
        }
        _ => update::run(model, command, Key::plain(Code::Enter), context, now),
    }
}

fn theme(model: &mut Model, name: &str, now: DateTime<Utc>) -> Vec<Effect> {
    name.clone_into(&mut model.theme);
    let said = model.world.texts.fill("theme.is_now", &[("name", name)]);
    model.world.toasts.say(Tone::Done, said, now);
    vec![Effect::Theme(name.to_owned())]
}

/// To the case of that number: one of the lists, or one that the database is asked for.
fn case(model: &mut Model, number: &str, now: DateTime<Utc>) -> Vec<Effect> {
    let mut rows = model.desk.tabs.iter().flat_map(|tab| &tab.rows);
    let here = rows.find(|row| row.case.case_no == number);
    if let Some(case) = here.map(|row| row.case.case_id) {
        go(model, case, now)
    } else {
        let asked = end_of_number(number).unwrap_or_else(|| number.to_owned());
        let question = Question::Search(asked);
        vec![model.world.ask(Slot::ByNumber, question, now)]
    }
}

fn go(model: &mut Model, case: CaseId, now: DateTime<Utc>) -> Vec<Effect> {
    let route = if model.layers.is_empty() {
        Route::Case(case)
    } else {
        Route::Aside(case)
    };
    vec![Effect::Go(route), model.world.ask_detail(case, now)]
}

/// What the database found for a number.
pub fn found(model: &mut Model, hits: &[SearchHit], now: DateTime<Utc>) -> Vec<Effect> {
    let mut by_number = hits.iter().filter(|hit| hit.how == "case_no");
    if let (Some(hit), None) = (by_number.next(), by_number.next()) {
        go(model, hit.row.case_id, now)
    } else {
        let said = model.world.texts.say("palette.no_case");
        model.world.toasts.say(Tone::Warning, said, now);
        Vec::new()
    }
}
