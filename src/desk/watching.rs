//! Ways to the board and the report on time, from there to a case, and back to the same place.

use chrono::{DateTime, Utc};

use super::answer;
use super::command::Id;
use super::effect::Effect;
use super::model::Model;
use super::route::{Aside, Route};
use super::screen::{Layer, board, on_time, signals};
use super::update::{clear_layers, wake};
use crate::store::rows::InboxView;

/// To the board, the report, and from there to a case or a queue.
pub(super) fn go(model: &mut Model, route: &Route, now: DateTime<Utc>) -> Vec<Effect> {
    match *route {
        Route::Board => {
            model
                .aside
                .take_if(|(aside, _)| matches!(aside, Aside::Queue(_)));
            let fresh = || Box::new(board::State::new(now));
            let mut board = model.board.take().unwrap_or_else(fresh);
            board.resume(now);
            model.layers.push(Layer::Board(board));
            wake(model, now)
        }
        Route::OnTime => {
            let (report, asked) = on_time::State::open(&mut model.world, now);
            model.layers.push(Layer::OnTime(Box::new(report)));
            asked
        }
        Route::Signals => {
            let (register, asked) = signals::State::open(&mut model.world, now);
            model.layers.push(Layer::Signals(Box::new(register)));
            asked
        }
        Route::Aside(case) => {
            model.aside = Some((Aside::Case(case), std::mem::take(&mut model.layers)));
            model.desk.show(case, model.window);
            answer::reread_list(model, now)
        }
        Route::Queue(queue) => {
            clear_layers(model);
            model.aside = Some((Aside::Queue(queue), Vec::new()));
            model.desk.go_to_queue(&mut model.world, queue, now)
        }
        _ => Vec::new(),
    }
}

/// Take away what lies on the board or on the clusters, if there is one.
pub(super) fn uncover(model: &mut Model) -> bool {
    let is_board = |layer: &Layer| matches!(layer, Layer::Board(_) | Layer::Clusters(_));
    let at = model.layers.iter().rposition(is_board);
    if let Some(at) = at {
        model.layers.truncate(at + 1);
    }
    at.is_some()
}

pub(super) fn resume(model: &mut Model, now: DateTime<Utc>) {
    for layer in &mut model.layers {
        if let Layer::Board(board) = layer {
            board.resume(now);
        }
    }
}

/// Back from a case that was opened from the board or the report: to the same place there.
pub(super) fn come_back(model: &mut Model, id: Id, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    if !model.layers.is_empty() {
        return None;
    }
    let here = model.current_case();
    let list = model.desk.inbox().map(|inbox| inbox.view.clone());
    let (aside, layers) = model.aside.take_if(|(aside, _)| match aside {
        Aside::Case(case) => id == Id::Back && Some(*case) == here,
        Aside::Queue(queue) => id == Id::Clear && list == Some(InboxView::Queue(*queue)),
    })?;
    if let Aside::Queue(_) = aside {
        return Some(go(model, &Route::Board, now));
    }
    model.layers = layers;
    model.desk.press_back(now);
    resume(model, now);
    Some(wake(model, now))
}
