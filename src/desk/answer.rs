//! Answers: to the screen that waits for them, or dropped when nobody does any more. The answer to
//! a write is never dropped.

mod said;
mod searched;
mod seen;

use chrono::{DateTime, Utc};

use super::effect::{Effect, Loaded, Reply, Slot, Ticket};
use super::model::Model;
use super::request::{around, guide};
use super::route::{Route, Subject};
use super::screen::desk::Why;
use super::screen::inbox::Take;
use super::screen::{Layer, look, send, signals};
use super::toast::Tone;
use super::under_way::UnderWay;
use super::{beat, bulk, claims, cleanse, columns, find, many, place, privacy, safe, washing};
use crate::store::StoreError;
use crate::store::rows::{Applied, Claim, InboxPage};
pub(super) use said::{error_said, say_error};

/// Take in an answer.
pub fn take(
    model: &mut Model,
    ticket: Ticket,
    mut reply: Reply,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    if !model.world.redeem(ticket) {
        return Vec::new();
    }
    cleanse::reply(&mut reply);
    if let Some(StoreError::Offline(_)) = reply.error() {
        beat::offline(model, now);
    }
    if let Reply::Unmasked(result) = reply {
        return privacy::answered(model, result, now);
    }
    if let (Slot::Command(command), Reply::Looked(_) | Reply::Exported(_)) = (ticket.slot, &reply) {
        return seen::answered(model, command, reply, now);
    }
    if let Slot::Command(_) = ticket.slot {
        model.world.written_at = Some(now);
        return written(model, ticket, reply, now);
    }
    match reply {
        Reply::Session(Ok(session)) => beat::opened(model, session, now),
        Reply::Session(Err(error)) => no_session(model, &error, now),
        Reply::Calendars(Ok(calendars)) => {
            model.world.calendars = Some(calendars);
            refresh_forms(model, now)
        }
        Reply::Inbox(result) => take_list(model, ticket.slot, result, now),
        Reply::Snapshot(result) => {
            let Model { world, desk, .. } = model;
            if let Some(error) = result.as_ref().err() {
                say_error(world, error, now);
            }
            if let Slot::Marks(at) = ticket.slot {
                desk.take_marks(world, at, result, now);
            }
            Vec::new()
        }
        Reply::Facts(Ok(page)) => bulk::take(&mut model.world, *page, now),
        Reply::Detail(Ok(loaded)) => take_case(model, *loaded, now),
        reply @ (Reply::Drafts(_)
        | Reply::Saved(_)
        | Reply::Dropped(_)
        | Reply::Shared(_)
        | Reply::Placed(_)) => kept(model, ticket.slot, reply, now),
        Reply::Search(result) => searched::take(model, ticket.slot, result, now),
        Reply::Seen(Ok(ids)) => {
            model.world.live.seen(&ids);
            Vec::new()
        }
        Reply::Colleagues(Ok(colleagues)) => {
            model.world.colleagues = colleagues;
            refresh_forms(model, now)
        }
        Reply::Find(Ok(told)) => find::take(&mut model.world, told),
        Reply::Limits(Ok(limits)) => {
            model.world.limits = limits;
            refresh_forms(model, now)
        }
        Reply::Board(_)
        | Reply::OnTime(..)
        | Reply::OnTimeCases(_)
        | Reply::Signals(..)
        | Reply::SignalsOf(..) => watched(model, &reply, now),
        Reply::SignalsSaved(Ok(result)) => {
            signals::saved(&mut model.world, &result, now);
            Vec::new()
        }
        reply @ (Reply::Clusters(_) | Reply::Cluster(_) | Reply::Updates(_)) => {
            washing::take(model, &reply);
            Vec::new()
        }
        reply @ (Reply::Names(_)
        | Reply::Probed(_)
        | Reply::Like(_, Ok(_))
        | Reply::Plant(..)
        | Reply::LookUp(Ok(_))
        | Reply::Meters(_)
        | Reply::Week(_)) => {
            looked_up(model, reply, now);
            Vec::new()
        }
        other if washing::take(model, &other) => Vec::new(),
        other => read_failed(model, other.error(), now),
    }
}

/// A page of a list.
fn take_list(
    model: &mut Model,
    slot: Slot,
    result: Result<InboxPage, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let is_read = result.is_ok();
    let Model {
        world,
        desk,
        window,
        ..
    } = model;
    if let Some(left) = desk.take(slot, result, *window, now) {
        left.say(world, now);
    }
    if is_read {
        place::list_read(model, slot, now);
    }
    let Model { world, desk, .. } = model;
    desk.say_unmarked(world, now);
    let is_filtered = desk.inbox().is_some_and(|inbox| !inbox.filter.is_empty());
    let more = is_filtered.then(|| desk.ask_more(world, now));
    more.flatten().into_iter().collect()
}

/// What a form looks up.
fn looked_up(model: &mut Model, reply: Reply, now: DateTime<Utc>) {
    let Model { world, layers, .. } = model;
    let form = layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Form(form) => Some(form),
        _ => None,
    });
    if let Some(form) = form {
        look::take(form, world, reply, now);
    }
}

/// An answer for the board or the report, where they still lie.
fn watched(model: &mut Model, reply: &Reply, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    for layer in layers.iter_mut().rev() {
        match (layer, reply) {
            (Layer::Board(board), Reply::Board(result)) => {
                board.take(world, result.clone().map(|board| *board), now);
                return Vec::new();
            }
            (Layer::OnTime(report), Reply::OnTime(month, result)) => {
                return report.take(world, *month, result.clone(), now);
            }
            (Layer::Signals(register), Reply::Signals(period, result)) => {
                register.take(*period, result.clone().map(|read| *read));
                return Vec::new();
            }
            (Layer::Signals(register), Reply::SignalsOf(gln, result)) => {
                register.take_signals(gln, result.clone());
                return Vec::new();
            }
            (Layer::OnTime(report), Reply::OnTimeCases(result)) => {
                report.take_cases(result.clone());
                return Vec::new();
            }
            _ => {}
        }
    }
    Vec::new()
}

/// What became of what is kept while somebody types.
fn kept(model: &mut Model, slot: Slot, reply: Reply, now: DateTime<Utc>) -> Vec<Effect> {
    match (slot, reply) {
        (_, Reply::Drafts(Ok(rows))) => {
            safe::read(model, &rows, now);
            let mut effects = place::drafts_read(model, now);
            effects.extend(refresh_forms(model, now));
            effects
        }
        (Slot::Draft(id), Reply::Saved(result)) => safe::saved(model, id, result, now),
        (Slot::Draft(id), Reply::Dropped(result)) => safe::dropped(model, id, &result, now),
        (_, Reply::Shared(Ok(is_shared))) => {
            let (tone, key) = if is_shared {
                (Tone::Done, "drafts.shared")
            } else {
                (Tone::Warning, "drafts.not_shared")
            };
            let said = model.world.texts.say(key);
            model.world.toasts.say(tone, said, now);
            vec![safe::ask(&mut model.world, now)]
        }
        // what is lost by it is a mark in a list: the next look makes it again
        (Slot::Looked, Reply::Placed(_)) => Vec::new(),
        (Slot::Columns(list), Reply::Placed(result)) => {
            columns::kept(&mut model.world, list, &result, now);
            read_failed(model, result.err().as_ref(), now)
        }
        (_, Reply::Placed(Err(_))) => {
            place::not_saved(model, now);
            Vec::new()
        }
        (_, other) => read_failed(model, other.error(), now),
    }
}

fn take_case(model: &mut Model, loaded: Loaded, now: DateTime<Utc>) -> Vec<Effect> {
    let row = loaded.detail.row.clone();
    safe::read_case(model, &loaded.detail);
    model.world.keep(loaded);
    model.desk.keep_why(&model.world, &row);
    let mut effects = refresh_forms(model, now);
    effects.extend(seen::begin(model, now));
    effects.extend(guide::go_on(model, row.case_id, now).map(Effect::Go));
    if model.world.outdated.remove(&row.case_id) {
        effects.push(model.world.ask_detail(row.case_id, now));
    }
    effects
}

fn refresh_forms(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    let mut effects = Vec::new();
    for layer in layers {
        if let Layer::Form(form) = layer {
            form.refresh(world, now);
            effects.extend(around::ask(form, world, now));
        }
    }
    effects
}

fn no_session(model: &mut Model, error: &StoreError, now: DateTime<Utc>) -> Vec<Effect> {
    if !matches!(error, StoreError::Offline(_)) {
        beat::offline(model, now);
        say_error(&mut model.world, error, now);
    }
    Vec::new()
}

fn read_failed(model: &mut Model, error: Option<&StoreError>, now: DateTime<Utc>) -> Vec<Effect> {
    match error {
        None | Some(StoreError::Offline(_)) => Vec::new(),
        Some(StoreError::SessionLost) => beat::open(model, now),
        Some(error) => {
            say_error(&mut model.world, error, now);
            Vec::new()
        }
    }
}

fn written(model: &mut Model, ticket: Ticket, reply: Reply, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(effects) = bulk::run::answered(&mut model.world, ticket.slot, &reply, now) {
        return many::after_step(model, effects, now);
    }
    let Model { world, layers, .. } = model;
    let sender = layers.iter_mut().find_map(|layer| match layer {
        Layer::Form(form) if form.awaits(ticket.slot) => Some(form),
        _ => None,
    });
    if let Some(form) = sender {
        return send::answered(form, world, reply, now);
    }
    let Some(sent) = model.desk.keyed.answered(ticket.slot, &reply) else {
        if let Some(asked) = find::thrown_away(&mut model.world, &reply, now) {
            return vec![asked];
        }
        return reread_list(model, now);
    };
    match reply {
        Reply::Claimed(Ok(claim)) => claimed(model, &claim, &sent, now),
        Reply::Applied(Ok(applied)) => applied_alone(model, &applied, &sent, now),
        other => write_failed(model, other.error().cloned(), &sent, now),
    }
}

/// A claim by key: the case is shown, with the reason why it was this one. What was typed after it
/// was meant for the case that it did not give.
fn claimed(model: &mut Model, claim: &Claim, sent: &UnderWay, now: DateTime<Utc>) -> Vec<Effect> {
    let Claim::Granted {
        lease,
        case_no,
        why,
        version,
    } = claim
    else {
        model.ahead.clear();
        let said = claims::refused(&model.world, claim, now);
        model.world.toasts.say(Tone::Warning, said, now);
        return reread_list(model, now);
    };
    let case = lease.case_id;
    model.world.leases.insert(case, *lease);
    model.world.claimed(case, *version);
    model.desk.why = Some(Why {
        case,
        key: why.clone(),
        state: None,
    });
    let said = model.world.texts.fill("done.claimed", &[("case", case_no)]);
    model.world.toasts.say(Tone::Done, said, now);
    if sent.follow {
        model.desk.show(case, model.window);
    }
    model.desk.act(Some(case), &model.world.toasts, now);
    let mut effects = vec![model.world.ask_detail(case, now)];
    effects.extend(reread_list(model, now));
    effects
}

/// A release by key.
fn applied_alone(
    model: &mut Model,
    applied: &Applied,
    sent: &UnderWay,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(case) = sent.case else {
        return reread_list(model, now);
    };
    if applied.lease.is_none() {
        model.world.leases.remove(&case);
    }
    let no = &sent.case_no;
    let said = model.world.texts.fill("done.released", &[("case", no)]);
    model.world.toasts.say(Tone::Done, said, now);
    model.desk.act(Some(case), &model.world.toasts, now);
    let mut effects = vec![model.world.ask_detail(case, now)];
    effects.extend(reread_list(model, now));
    effects
}

fn write_failed(
    model: &mut Model,
    error: Option<StoreError>,
    sent: &UnderWay,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    model.ahead.clear();
    let Some(error) = error else {
        return Vec::new();
    };
    say_error(&mut model.world, &error, now);
    match error {
        StoreError::Refused(refusal) if refusal.key == "skip_reason_needed" => {
            let form = |case| Effect::Go(Route::Form(Subject::Skip(case)));
            sent.case.map(form).into_iter().collect()
        }
        StoreError::SessionLost => beat::open(model, now),
        StoreError::Stale | StoreError::LeaseLost { .. } | StoreError::Reused => sent
            .case
            .map(|case| model.world.ask_detail(case, now))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// We did something ourselves: the list is read anew, the cursor stays on its case.
pub fn reread_list(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    model
        .desk
        .ask(&mut model.world, Take::Anew, now)
        .into_iter()
        .collect()
}
