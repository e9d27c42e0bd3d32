//! A short list to choose from: what it is for, then a line each.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::screen::pick::{Item, State, What};

/// Columns of the names where values follow them.
const LABEL: usize = 22;

/// The list.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, list: &State) {
    let columns = usize::from(area.width);
    let title = Line::from(paint.span(Role::Title, format!(" {}", list.title)));
    paint.line(Rect { height: 1, ..area }, title);
    let help = paint.wrapped_in(Role::Faint, &list.help, columns, 1);
    let above = u16::try_from(help.len()).unwrap_or(0) + 2;
    let body = Rect {
        y: area.y + above,
        height: area.height.saturating_sub(above),
        ..area
    };
    let under_title = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    paint.lines(under_title, help, 0);
    let items = list.items.iter().enumerate();
    let lines = items.map(|(number, it)| item(paint, number, it, columns));
    let lines: Vec<Line<'static>> = lines.collect();
    let first = (list.cursor + 1).saturating_sub(usize::from(body.height));
    paint.lines(body, lines, first);
    paint.mark_line(body, list.cursor - first);
}

fn item(paint: &Paint<'_, '_>, number: usize, item: &Item, columns: usize) -> Line<'static> {
    let digit = match number {
        0..9 => (number + 1).to_string(),
        _ => " ".to_owned(),
    };
    let key = paint.span(Role::Key, format!("  {digit} "));
    let room = columns.saturating_sub(6);
    match &item.what {
        What::Unmask(..) | What::Look(..) | What::Mandate(_) => {
            Line::from(vec![key, Span::raw(width::cut(&item.label, room))])
        }
        What::Copy(text) => {
            let label = width::left(&item.label, LABEL);
            // tabs of a row are no columns here
            let text = width::cut(&text.replace('\t', "  "), room.saturating_sub(LABEL + 1));
            Line::from(vec![
                key,
                paint.span(Role::Faint, format!("{label} ")),
                Span::raw(text),
            ])
        }
    }
}
