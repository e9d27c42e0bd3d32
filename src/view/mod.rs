//! Draws `&Model`: reads, never changes. 80×24 comes first; more room shows more at once. Below
//! 59×17 stands one sentence.
//!
//! Own glyphs are ASCII: nothing of ambiguous width in tables, no borders that break in other
//! scripts, nothing that a screen reader spells out.

mod actions;
mod big;
mod board;
mod bulk;
mod cards;
mod chord;
mod clocks;
mod clusters;
mod columns;
mod consumption;
mod detail;
mod filter;
mod finding;
mod footer;
mod form;
mod header;
mod help;
mod ledger;
mod list;
mod lock;
mod notices;
mod notification;
mod on_time;
mod outlook;
pub mod page;
mod paint;
mod palette;
mod pick;
mod plan;
mod print;
pub mod qr;
mod registers;
mod request;
mod search;
mod signals;
pub mod spark;
pub mod theme;
mod timeline;
mod unfinished;
mod updates;
mod week;
pub mod width;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::desk::geometry::Panes;
use crate::desk::model::Model;
use crate::desk::screen::Layer;
use crate::desk::screen::desk::Page;
use paint::Paint;
pub use theme::{Theme, Themes};

/// Draw the whole screen.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let mut paint = Paint::new(model, theme, frame);
    if model.lock.is_shut() {
        lock::draw(&mut paint, area);
        return;
    }
    if !model.window.is_large_enough() || area.width < 59 || area.height < 17 {
        header::too_small(&mut paint, area);
        return;
    }
    header::draw(&mut paint, Rect { height: 2, ..area });
    let rest = Rect {
        y: area.y + 2,
        height: area.height - 4,
        ..area
    };
    match model.layers.last() {
        None => desk(&mut paint, rest),
        Some(Layer::Actions(actions)) => actions::draw(&mut paint, rest, actions),
        Some(Layer::Form(form)) => form::draw(&mut paint, rest, form),
        Some(Layer::Ledger(ledger)) => ledger::draw(&mut paint, rest, ledger),
        Some(Layer::Print(page)) => print::draw(&mut paint, rest, page),
        Some(Layer::Consumption(page)) => consumption::draw(&mut paint, rest, page),
        Some(Layer::Search(search)) => search::draw(&mut paint, rest, search),
        Some(Layer::Notices(list)) => notices::draw(&mut paint, rest, list),
        Some(Layer::Board(board)) => board::draw(&mut paint, rest, board),
        Some(Layer::OnTime(report)) => on_time::draw(&mut paint, rest, report),
        Some(Layer::Clusters(state)) => clusters::draw(&mut paint, rest, state),
        Some(Layer::Registers(state)) => registers::draw(&mut paint, rest, state),
        Some(Layer::Updates(state)) => updates::draw(&mut paint, rest, state),
        Some(Layer::Signals(register)) => signals::draw(&mut paint, rest, register),
        Some(Layer::Filter(line)) => filter::draw(&mut paint, rest, line),
        Some(Layer::Bulk(list)) => bulk::actions(&mut paint, rest, *list),
        Some(Layer::Sheet) => bulk::sheet(&mut paint, rest),
        Some(Layer::Pick(list)) => pick::draw(&mut paint, rest, list),
        Some(Layer::Columns(list)) => columns::draw(&mut paint, rest, list),
        Some(Layer::Help(help)) => help::draw(&mut paint, rest, *help),
        Some(Layer::Unfinished(list)) => unfinished::draw(&mut paint, rest, *list),
        Some(Layer::Quit) => help::quit(&mut paint, rest),
    }
    palette::draw(&mut paint, rest);
    chord::draw(&mut paint, rest);
    let bottom = Rect {
        y: area.y + area.height - 2,
        height: 2,
        ..area
    };
    footer::draw(&mut paint, bottom);
}

/// List and detail, side by side or one at a time.
fn desk(paint: &mut Paint<'_, '_>, area: Rect) {
    let (window, desk) = (paint.model.window, &paint.model.desk);
    let list = Rect {
        width: window.list_columns().min(area.width),
        ..area
    };
    match window.panes() {
        Panes::One if desk.page == Page::Detail || desk.pinned.is_some() => {
            detail::draw(paint, area);
        }
        Panes::One => list::draw(paint, list),
        Panes::Two | Panes::Three => {
            list::draw(paint, list);
            let right = Rect {
                x: area.x + list.width + 2,
                width: area.width - list.width - 2,
                ..area
            };
            beside(paint, right);
        }
    }
}

/// The detail, and the timeline as a column of its own where there is room.
fn beside(paint: &mut Paint<'_, '_>, area: Rect) {
    let columns = if detail::has_its_room(paint.model) {
        0
    } else {
        paint.model.window.timeline_columns()
    };
    let detail = Rect {
        width: area.width - columns,
        ..area
    };
    detail::draw(paint, detail);
    if columns > 0 {
        let own = Rect {
            x: detail.right() + 1,
            width: columns - 1,
            ..area
        };
        timeline::draw(paint, own);
    }
}
