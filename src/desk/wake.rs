//! When the screen must wake by itself: at the next instant at which something visible says
//! something else, or at which something is to be asked. Nothing ticks.

use chrono::{DateTime, TimeDelta, Utc};

use super::bulk;
use super::chord::Chord;
use super::claims;
use super::lock;
use super::model::Model;
use super::privacy;
use super::promises;
use super::request::around;
use super::safe;
use super::say;
use super::screen::Layer;
use super::undo;
use crate::domain::clock::ClockRun;
use crate::domain::deadline::next_change;
use crate::store::rows::CaseRow;

/// "Loading" is said only after this long.
pub const QUIET_MS: i64 = 300;

/// When to send [`super::msg::Msg::Wake`] (machine time), strictly after `now` unless due already.
pub fn next_wake(model: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let world = &model.world;
    if model.lock.is_shut() {
        // nothing changes that can be seen
        return [world.retry_at, safe::next_due(model)]
            .into_iter()
            .flatten()
            .min();
    }
    let legal = world.legal(now);
    let of_layer = model.layers.last().and_then(|layer| match layer {
        Layer::Search(search) => search.rest,
        Layer::Board(board) => board.next_at(),
        Layer::Form(form) => around::next_at(form, world),
        _ => None,
    });
    let quiet = world
        .waiting_since()
        .map(|since| since + TimeDelta::milliseconds(QUIET_MS));
    [
        model.desk.rest,
        of_layer,
        bulk::run::next_at(world),
        model
            .chord
            .as_ref()
            .map(Chord::shown_at)
            .filter(|at| *at > now),
        world.retry_at,
        safe::next_due(model),
        world.toasts.shown(now).map(|toast| toast.until),
        quiet.filter(|at| *at > now),
        Some(world.machine(say::clock_changes(legal))),
        next_countdown(model, legal).map(|at| world.machine(at)),
        next_of_offer(model, now),
        claims::idle_changes(model, now),
        lock::due(model),
        model.unmasked.as_ref().map(|seen| seen.until),
        privacy::named(model),
    ]
    .into_iter()
    .flatten()
    .min()
}

/// The time left to take back what was just done (machine time).
fn next_of_offer(model: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offer = model.world.toasts.shown(now)?.offer?;
    let is_said = offer.stands(model.current_case(), now);
    is_said.then(|| undo::changes(offer.until, now))
}

/// The next change of a countdown that is on the screen (legal time).
fn next_countdown(model: &Model, legal: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let lines = model.window.body_lines();
    let rows = model
        .desk
        .inbox()
        .map_or(&[][..], |inbox| inbox.visible(lines));
    let of_rows = rows.iter().flat_map(|row| {
        let promise = promises::near_changes(&row.case, legal);
        of_row(&row.case, legal).into_iter().chain(promise)
    });
    let case = model.desk.shown.and_then(|case| model.world.case(case));
    let clocks = case.map_or(&[][..], |loaded| &loaded.detail.facts.clocks);
    of_rows
        .chain(clocks.iter().filter_map(|run| of_clock(run, legal)))
        .min()
}

fn of_row(row: &CaseRow, legal: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let due = row.due_at?;
    Some(next_of(due, row.warn_at, legal))
}

fn of_clock(run: &ClockRun, legal: DateTime<Utc>) -> Option<DateTime<Utc>> {
    run.is_running()
        .then(|| next_of(run.due_at, Some(run.warn_at), legal))
}

/// The words change, or the state does: at the warning, and at or just after the due instant.
fn next_of(due: DateTime<Utc>, warn: Option<DateTime<Utc>>, legal: DateTime<Utc>) -> DateTime<Utc> {
    let late = due + TimeDelta::milliseconds(1);
    let states = [warn, Some(due), Some(late)].into_iter().flatten();
    let next_state = states.filter(|at| *at > legal).min();
    let words = next_change(due, legal);
    next_state.map_or(words, |state| state.min(words))
}
