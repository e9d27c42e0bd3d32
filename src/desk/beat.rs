//! The line to the database: opening and resuming the session, and the once-a-second answer with
//! what others changed. Nothing on the screen moves by it.

use chrono::{DateTime, TimeDelta, Utc};

use super::bulk;
use super::effect::{Beat, Effect, Question, Slot};
use super::find::Asked;
use super::model::Model;
use super::screen::Layer;
use super::screen::inbox::{Inbox, Take};
use super::world::{Changed, Link, World};
use super::{cleanse, limits, live, place, safe};
use crate::store::StoreError;
use crate::store::rows::{CaseId, FeedEvent, InboxView, Pulse, Session};

/// The longest pause between two tries to reach the database.
const LONGEST_PAUSE_S: i64 = 30;
/// A smaller difference between our clock and the database's is not taken over: it would be the
/// time that the answer was under way.
const DRIFT_MS: i64 = 1_500;
/// An answer may have waited for so long before it is looked at.
const OVERTAKEN_SLACK: TimeDelta = TimeDelta::milliseconds(250);

/// Open the session, or resume it.
pub fn open(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    model.world.retry_at = None;
    vec![model.world.ask(Slot::Session, Question::Session, now)]
}

/// The session is gone: open one, once.
fn reopen(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    if model.world.asked_since(Slot::Session).is_some() {
        return Vec::new();
    }
    model.dirty = true;
    open(model, now)
}

/// The session is open.
pub fn opened(model: &mut Model, session: Session, now: DateTime<Utc>) -> Vec<Effect> {
    let world = &mut model.world;
    heard(world, now);
    world.failures = 0;
    world.rehearsal = session.rehearsal;
    take_clock(world, session.legal_now, now);
    world.set_leases(&session.leases);
    let is_first = model.desk.tabs.is_empty();
    model.desk.set_up(&session.me);
    if let Some(place) = session.place.filter(|_| is_first) {
        place::come_back(model, place);
    }
    if let Some(told) = session.columns {
        model.world.columns.take_in(&told);
    }
    model.desk.keyed.opened(session.session_id);
    model.world.me = Some(session.me);
    back(model, now)
}

/// The line is there (again): what was not answered is asked again, here and in what lies open.
fn back(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = mend(model, now);
    effects.push(safe::ask(&mut model.world, now));
    for asked in [Asked::Looks, Asked::Filters] {
        let question = Question::Find(asked);
        effects.push(model.world.ask(Slot::Find(asked), question, now));
    }
    effects.extend(bulk::resume(&mut model.world, now));
    let world = &mut model.world;
    if world.calendars.is_none() && world.asked_since(Slot::Calendars).is_none() {
        effects.push(world.ask(Slot::Calendars, Question::Calendars, now));
    }
    let is_wanted = |layer: &Layer| match layer {
        Layer::Form(form) => form.subject.asks_colleagues(),
        _ => false,
    };
    if model.layers.iter().any(is_wanted) && world.asked_since(Slot::Colleagues).is_none() {
        effects.push(world.ask(Slot::Colleagues, Question::Colleagues, now));
    }
    if model.layers.iter().any(limits::is_wanted) && world.asked_since(Slot::Limits).is_none() {
        effects.push(world.ask(Slot::Limits, Question::Limits, now));
    }
    effects
}

/// Ask again for what could not be read. What others changed meanwhile comes with the next pulse, from
/// the place in the feed where we were.
fn mend(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let is_missing = |inbox: &Inbox| !inbox.read || inbox.problem.is_some();
    let list_missing = model.desk.inbox().is_some_and(is_missing);
    let slot = Slot::Inbox(model.desk.at);
    if (list_missing || model.desk.stale) && model.world.asked_since(slot).is_none() {
        effects.extend(model.desk.ask(&mut model.world, Take::InPlace, now));
    }
    for case in shown_cases(model) {
        let is_asked = model.world.asked_since(Slot::Detail(case)).is_some();
        if model.world.case(case).is_none() && !is_asked {
            effects.push(model.world.ask_detail(case, now));
        }
    }
    effects
}

/// Read again what is shown, without moving it.
fn reread(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let list = model.desk.ask(&mut model.world, Take::InPlace, now);
    let cases = shown_cases(model);
    let details = cases
        .into_iter()
        .map(|case| model.world.ask_detail(case, now));
    list.into_iter()
        .chain(details.collect::<Vec<_>>())
        .collect()
}

/// The cases on the screen: of the desk and of its layers.
fn shown_cases(model: &Model) -> Vec<CaseId> {
    let of_layer = |layer: &Layer| match layer {
        Layer::Form(form) => form.subject.case(),
        Layer::Ledger(ledger) => Some(ledger.case),
        Layer::Print(page) => Some(page.case),
        Layer::Consumption(page) => Some(page.case),
        _ => None,
    };
    let mut cases: Vec<CaseId> = model.layers.iter().filter_map(of_layer).collect();
    cases.extend(model.desk.case());
    cases.extend(model.desk.shown);
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// The database did not answer: keep everything, say since when, try again later.
pub fn offline(model: &mut Model, now: DateTime<Utc>) {
    let world = &mut model.world;
    let since = match world.link {
        Link::Stale { since } | Link::Connecting { since } => since,
        Link::Live => world.heard_at.unwrap_or(now),
    };
    world.link = Link::Stale { since };
    world.failures = world.failures.saturating_add(1);
    let pause = (1_i64 << world.failures.min(5)).min(LONGEST_PAUSE_S);
    let pause = world.jitter(TimeDelta::seconds(pause));
    world.retry_at = Some(now + pause);
}

fn heard(world: &mut World, now: DateTime<Utc>) -> Changed {
    world.heard_at = Some(now);
    let changed = world.link != Link::Live;
    world.link = Link::Live;
    if changed { Changed::Yes } else { Changed::No }
}

fn take_clock(world: &mut World, legal: DateTime<Utc>, now: DateTime<Utc>) -> Changed {
    let offset = legal - now;
    if (offset - world.offset).num_milliseconds().abs() < DRIFT_MS {
        return Changed::No;
    }
    world.offset = offset;
    Changed::Yes
}

/// The same for the technical clock, which nothing but idle leases is held against.
fn take_skew(world: &mut World, technical: DateTime<Utc>, now: DateTime<Utc>) {
    let skew = technical - now;
    if (skew - world.skew).num_milliseconds().abs() >= DRIFT_MS {
        world.skew = skew;
    }
}

/// The once-a-second answer. A frame is due only when something visible is different.
pub fn take(model: &mut Model, beat: Beat, now: DateTime<Utc>) -> Vec<Effect> {
    match beat {
        Ok(mut pulse) => {
            cleanse::pulse(&mut pulse);
            take_pulse(model, &pulse, now)
        }
        Err(StoreError::Offline(_)) => {
            if model.world.link == Link::Live {
                model.dirty = true;
                offline(model, now);
            }
            Vec::new()
        }
        Err(_) => reopen(model, now),
    }
}

fn take_pulse(model: &mut Model, pulse: &Pulse, now: DateTime<Utc>) -> Vec<Effect> {
    let line = heard(&mut model.world, now);
    let clock = take_clock(&mut model.world, pulse.legal_now, now);
    take_skew(&mut model.world, pulse.now, now);
    let Some(leases) = &pulse.leases else {
        // the place in the feed has moved on all the same: what came with the end of the session
        // (a failover says "read everything anew" just then) comes only this once
        let mut effects = reopen(model, now);
        effects.extend(changed(model, pulse, now));
        return effects;
    };
    let calendars = edited_calendars(model, pulse, now);
    let held = if is_overtaken(&model.world, pulse, now) {
        Changed::No
    } else {
        model.world.set_leases(leases)
    };
    if [line, clock, held].contains(&Changed::Yes) {
        model.dirty = true;
    }
    if !pulse.counts.is_empty() && model.desk.counts != pulse.counts {
        model.desk.counts.clone_from(&pulse.counts);
        model.dirty = true;
    }
    model.world.retry_at = None;
    model.world.failures = 0;
    let mut effects: Vec<Effect> = calendars.into_iter().collect();
    effects.extend(live::take(model, pulse, now));
    effects.extend(changed(model, pulse, now));
    if line == Changed::Yes {
        effects.extend(back(model, now));
    }
    effects
}

/// Whether what we wrote was answered while this question was under way: it may know nothing of a case
/// that was taken meanwhile. What it says of leases says the next one again.
fn is_overtaken(world: &World, pulse: &Pulse, now: DateTime<Utc>) -> bool {
    let took = TimeDelta::from_std(pulse.took).unwrap_or_default();
    let asked = now - took - OVERTAKEN_SLACK;
    !pulse.took.is_zero() && world.written_at.is_some_and(|at| at >= asked)
}

/// What others changed, as far as it is on the screen; or everything, when the place was not known.
fn changed(model: &mut Model, pulse: &Pulse, now: DateTime<Utc>) -> Vec<Effect> {
    if pulse.resync {
        model.dirty = true;
        let shown = shown_cases(model);
        model.world.forget_all_but(&shown);
        return reread(model, now);
    }
    if pulse.events.is_empty() && !model.desk.stale {
        return Vec::new();
    }
    live::note(model, &pulse.events);
    follow(model, &pulse.events, now)
}

/// Somebody edited a calendar: deadlines are counted with the new one from here on.
fn edited_calendars(model: &mut Model, pulse: &Pulse, now: DateTime<Utc>) -> Option<Effect> {
    let world = &mut model.world;
    let before = world.calendar_versions.replace(pulse.calendars);
    before
        .is_some_and(|before| before != pulse.calendars)
        .then(|| world.ask(Slot::Calendars, Question::Calendars, now))
}

/// Others changed something: read again what of it is on the screen.
fn follow(model: &mut Model, events: &[FeedEvent], now: DateTime<Utc>) -> Vec<Effect> {
    let shown = shown_cases(model);
    let touched = |case: &CaseId| events.iter().any(|event| event.case_id == *case);
    let mut effects: Vec<Effect> = Vec::new();
    for case in shown.iter().copied().filter(touched) {
        if model.world.asked_since(Slot::Detail(case)).is_none() {
            effects.push(model.world.ask_detail(case, now));
        } else {
            model.world.outdated.insert(case);
        }
    }
    model.desk.stale |= events.iter().any(|event| concerns(model, event));
    let slot = Slot::Inbox(model.desk.at);
    if model.desk.stale && model.world.asked_since(slot).is_none() {
        effects.extend(model.desk.ask(&mut model.world, Take::InPlace, now));
    }
    effects
}

/// Whether an event may change the list shown.
fn concerns(model: &Model, event: &FeedEvent) -> bool {
    let Some(inbox) = model.desk.inbox() else {
        return false;
    };
    let here = || {
        inbox
            .rows
            .iter()
            .any(|row| row.case.case_id == event.case_id)
    };
    match inbox.view {
        InboxView::Queue(queue) => queue == event.queue_id || here(),
        InboxView::Mine => here() || model.world.leases.contains_key(&event.case_id),
    }
}
