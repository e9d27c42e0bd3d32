//! The notices: two lines each, when and what, and the line that goes with it.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::screen::notices::State;
use crate::desk::{live, say};
use crate::store::rows::Notice;

/// Columns of the time.
const TIME: usize = 16;

/// The list.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let columns = usize::from(area.width);
    let title = format!(" {}", paint.text("notice.title"));
    let title = Line::from(paint.span(Role::Title, title));
    paint.line(Rect { height: 1, ..area }, title);
    let key = if state.items.is_empty() {
        "notice.none"
    } else {
        "notice.intro"
    };
    let intro = format!(" {}", paint.text(key));
    let intro = Line::from(paint.span(Role::Faint, width::cut(&intro, columns)));
    paint.line(
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        intro,
    );
    let body = Rect {
        y: area.y + 3,
        height: area.height.saturating_sub(3),
        ..area
    };
    items(paint, body, state);
}

fn items(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let columns = usize::from(area.width);
    let fit = (usize::from(area.height) / 2).max(1);
    let first = (state.at + 1).saturating_sub(fit);
    let shown = state.items.iter().skip(first).take(fit);
    let lines: Vec<Line<'static>> = shown
        .flat_map(|notice| item(paint, notice, columns))
        .collect();
    paint.lines(area, lines, 0);
    if !state.items.is_empty() {
        paint.mark_line(area, 2 * (state.at - first));
    }
}

fn item(paint: &Paint<'_, '_>, notice: &Notice, columns: usize) -> [Line<'static>; 2] {
    let world = &paint.model.world;
    let at = say::at(&world.texts, notice.at, paint.legal(), world.zone(""));
    let room = columns.saturating_sub(TIME + 3);
    let said = width::cut(&live::said(world, notice), room);
    let line = notice.line.as_deref().unwrap_or_default();
    let line = if line.is_empty() {
        String::new()
    } else {
        paint.fill("notice.line", &[("line", line)])
    };
    let indent = " ".repeat(TIME + 3);
    [
        Line::from(vec![
            paint.span(Role::Faint, format!(" {}  ", width::left(&at, TIME))),
            Span::raw(said),
        ]),
        Line::from(paint.span(Role::Faint, format!("{indent}{}", width::cut(&line, room)))),
    ]
}
