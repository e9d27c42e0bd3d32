//! The inbox: one line a case, the most urgent on top.

pub(super) mod cells;
mod texts;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::columns::{Column, SIGNS};
use crate::desk::screen::inbox::Inbox;
use crate::desk::world::Link;
use crate::store::StoreError;
use cells::{LEFT, laid, line};

/// The list with its headings.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let columns = usize::from(area.width);
    let headings = filtered(paint, columns).unwrap_or_else(|| cells::headings(paint, columns));
    paint.line(Rect { height: 1, ..area }, headings);
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let model = paint.model;
    match model.desk.inbox() {
        None => skeleton(paint, body),
        Some(inbox) if !inbox.read => unread(paint, body, inbox),
        Some(inbox) if inbox.rows.is_empty() => empty(paint, body),
        Some(inbox) => rows(paint, body, inbox),
    }
}

/// That a filter is on, which, and how many fit: in the place of the headings.
fn filtered(paint: &Paint<'_, '_>, columns: usize) -> Option<Line<'static>> {
    let inbox = paint.model.desk.inbox()?;
    if inbox.filter.is_empty() {
        return None;
    }
    let found = inbox.count();
    let key = if found.all {
        "filter.fit"
    } else {
        "filter.fit_more"
    };
    let count = if inbox.read {
        paint.fill(key, &[("n", &found.count.to_string())])
    } else {
        String::new()
    };
    let label = format!(" {} ", paint.text("filter.label"));
    let room = columns.saturating_sub(width::of(&label) + width::of(&count) + 3);
    let line = width::left(&inbox.filter.to_string(), room);
    Some(Line::from(vec![
        paint.span(Role::Title, label),
        Span::raw(line),
        paint.span(Role::Faint, format!("  {count}")),
    ]))
}

fn rows(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    let lines = usize::from(area.height);
    let here = inbox.cursor.saturating_sub(inbox.top);
    let laid = laid(paint, usize::from(area.width));
    let drawn: Vec<Line<'static>> = inbox
        .visible(lines)
        .iter()
        .map(|row| line(paint, row, &laid))
        .collect();
    paint.lines(area, drawn, 0);
    if here < lines && paint.model.desk.pinned.is_none() {
        paint.mark_line(area, here);
    }
}

/// Nothing read yet, or nothing readable: never an empty screen without a word.
fn unread(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    match &inbox.problem {
        None | Some(StoreError::Offline(_)) => skeleton(paint, area),
        Some(_) => sentences(paint, area, Role::Error, "list.failed"),
    }
}

/// The shape of the list before it is there; in words when the database does not answer.
fn skeleton(paint: &mut Paint<'_, '_>, area: Rect) {
    if let Link::Stale { .. } = paint.model.world.link {
        return sentences(paint, area, Role::Warning, "list.unreachable");
    }
    let columns = usize::from(area.width);
    let dots = |columns: usize| ".".repeat(columns.saturating_sub(1));
    let mut shape = " ".repeat(SIGNS);
    for (column, columns) in laid(paint, columns) {
        let drawn = match column {
            Column::Left => dots(LEFT),
            Column::Case | Column::What => dots(columns),
            _ => String::new(),
        };
        shape.push_str(&width::left(&drawn, columns + column.gap()));
    }
    let line = Line::from(paint.span(Role::Faint, shape));
    paint.lines(area, vec![line; 5.min(usize::from(area.height))], 0);
}

fn empty(paint: &mut Paint<'_, '_>, area: Rect) {
    let is_filtered = paint
        .model
        .desk
        .inbox()
        .is_some_and(|it| !it.filter.is_empty());
    let key = if is_filtered {
        "list.empty_filtered"
    } else if paint.model.desk.at == 0 {
        "list.empty_mine"
    } else {
        "list.empty"
    };
    sentences(paint, area, Role::Calm, key);
}

fn sentences(paint: &mut Paint<'_, '_>, area: Rect, role: Role, key: &str) {
    let columns = usize::from(area.width).saturating_sub(6);
    let area = Rect {
        x: area.x + 3,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(1),
    };
    let lines = paint.wrapped(role, &paint.text(key), columns);
    paint.lines(area, lines, 0);
}
