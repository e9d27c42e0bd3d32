//! What a form of a request looks up around its fields: the meters at an address, the week of start
//! times. It asks by itself, when it is due; nothing waits for the answer.

use chrono::{DateTime, TimeDelta, Utc};

use super::account;
use super::found::AtAddress;
use super::meters::{self, Place};
use super::week::{self, Week};
use crate::desk::effect::{Effect, Question, Slot};
use crate::desk::form::{Entry, build};
use crate::desk::screen::form::{Asked, Stage, State};
use crate::desk::world::{Link, World};
use crate::process::field::FieldKind;

/// How long a week that is on the screen is believed.
const FRESH_S: i64 = 5;
/// How long a source that did not answer is left alone.
const AGAIN_S: i64 = 15;

/// What was looked up for a form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Around {
    /// The address that was asked for last.
    pub place: Option<Place>,
    /// What is there; the reason in words where the source is away.
    pub found: Option<Result<AtAddress, String>>,
    /// Whether somebody is typing the meter: that stays a question to be typed.
    pub is_typed: bool,
    /// The week, where a start time is asked for.
    pub week: Option<Week>,
    /// When the source of the meters is asked again (machine time).
    again_at: Option<DateTime<Utc>>,
}

/// The fields were built anew: what was looked up belongs to them.
pub fn lay(state: &mut State, world: &World, now: DateTime<Utc>) {
    account::lay(state, world);
    meters::lay(state, world, now);
    week::lay(state, world, now);
}

/// Ask for what is due.
pub fn ask(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    if world.link != Link::Live || !is_open(state) {
        return Vec::new();
    }
    let meters = ask_meters(state, world, now);
    let week = ask_week(state, world, now);
    meters.into_iter().chain(week).collect()
}

fn is_open(state: &State) -> bool {
    matches!(state.stage, Stage::Edit | Stage::Review)
}

fn ask_meters(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
    let place = meters::place(state, world, now);
    let is_other = place != state.around.place;
    let is_due = state.around.again_at.is_some_and(|at| at <= now);
    if !is_other && !is_due {
        return None;
    }
    if is_other {
        world.unask(Slot::Meters);
        state.around.found = None;
    }
    state.around.place.clone_from(&place);
    state.around.again_at = None;
    let asked = place.map(|place| world.ask(Slot::Meters, Question::Meters(place), now));
    if is_other {
        renew(state, world, now);
    }
    asked
}

fn ask_week(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
    let ean = week::ean(state, world)?;
    let week = state.around.week.as_mut()?;
    if week.next_at.is_none_or(|at| at > now) {
        return None;
    }
    week.next_at = None;
    let question = Question::Week {
        case: state.subject.case()?,
        ean,
        from: week.from,
        days: week::DAYS,
    };
    Some(world.ask(Slot::Week, question, now))
}

/// The meters came, or why not.
pub fn take_meters(
    state: &mut State,
    world: &World,
    found: Result<AtAddress, String>,
    now: DateTime<Utc>,
) {
    let is_away = found.as_ref().map_or(true, |found| !found.away.is_empty());
    let is_answered = found.is_ok();
    state.around.again_at = is_away.then(|| now + TimeDelta::seconds(AGAIN_S));
    state.around.found = Some(found);
    renew(state, world, now);
    if state.asked == Asked::InVain && is_answered {
        // the review was asked for before the answer was there
        state.review(world, now);
    }
}

/// Build the fields again around what was found; what was answered stays.
pub fn renew(state: &mut State, world: &World, now: DateTime<Utc>) {
    if state.entries.is_empty() {
        return;
    }
    let here = state.entries.get(state.at).map(|entry| entry.key.clone());
    let before = std::mem::take(&mut state.entries);
    state.around.is_typed = meters::is_being_typed(&before, state.at);
    state.entries = build::entries(world, &state.subject, now);
    for old in &before {
        let entry = state.entries.iter_mut().find(|entry| entry.key == old.key);
        if !entry.is_some_and(|entry| carry(entry, old)) && !old.raw().is_empty() {
            state.rest.retain(|(key, _)| *key != old.key);
            state.rest.push((old.key.clone(), old.raw().to_owned()));
        }
    }
    lay(state, world, now);
    let at = here.and_then(|here| state.entries.iter().position(|entry| entry.key == here));
    state.at = at
        .unwrap_or(state.at)
        .min(state.entries.len().saturating_sub(1));
    state.weigh(world, now);
}

/// The answer of before, where the field takes it.
fn carry(entry: &mut Entry, old: &Entry) -> bool {
    if !entry.accept(old.raw()) {
        return false;
    }
    (entry.seen, entry.read_at) = (old.seen, old.read_at);
    entry.keep_past_of(old);
    entry.put_cursor(old.cursor());
    true
}

/// The week came, or why not.
pub fn take_week(
    state: &mut State,
    world: &mut World,
    found: Result<crate::store::slots::FreeSlots, String>,
    now: DateTime<Utc>,
) {
    let Some(week) = state.around.week.as_mut() else {
        return;
    };
    let pause = if found.is_ok() { FRESH_S } else { AGAIN_S };
    week.take(found, now + world.jitter(TimeDelta::seconds(pause)), now);
    week::show(state, world, now);
    state.weigh(world, now);
}

/// Ask again at once: the agent wants it, or what was shown proved to be old.
pub fn anew(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(week) = &mut state.around.week {
        week.next_at = Some(now);
    }
    if state.around.place.is_some() {
        state.around.again_at = Some(now);
    }
    ask(state, world, now)
}

/// When there is something to ask (machine time).
pub fn next_at(state: &State, world: &World) -> Option<DateTime<Utc>> {
    if world.link != Link::Live || !is_open(state) {
        return None;
    }
    let week = state.around.week.as_ref().and_then(|week| week.next_at);
    [week, state.around.again_at].into_iter().flatten().min()
}

/// Whether something that was asked did not come: it can be asked again.
pub fn is_away(state: &State) -> bool {
    let week = state.around.week.as_ref();
    let meters = state.around.found.as_ref();
    let is_away =
        |it: &Result<AtAddress, String>| it.as_ref().map_or(true, |it| !it.away.is_empty());
    meters.is_some_and(is_away) || week.is_some_and(|week| week.problem.is_some())
}

/// Whether the field is a week of start times.
pub fn is_week(state: &State, entry: &Entry) -> bool {
    entry.kind == Some(FieldKind::Slot) && state.around.week.is_some()
}
