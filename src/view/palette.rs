//! The palette: a line on top of the screen, below it what it could mean.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::palette::{Entry, State, entries};

/// Columns of names.
const LABEL: usize = 24;
/// Columns of keys.
const KEYS: usize = 12;
/// Entries shown at once, at most.
const MOST: usize = 16;

/// The palette, when it is open.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let model = paint.model;
    let Some(state) = model.palette.as_deref() else {
        return;
    };
    let columns = usize::from(area.width);
    let all = entries(model);
    let mut lines = vec![Line::default()]; // the line itself is drawn on it
    if let Some(problem) = &state.problem {
        lines.extend(paint.wrapped_in(Role::Warning, problem, columns, 1));
    } else if all.is_empty() {
        lines.extend(paint.wrapped_in(Role::Faint, &paint.text("palette.nothing"), columns, 1));
    }
    let room = usize::from(area.height).saturating_sub(lines.len() + 1);
    let shown = all.len().min(room).min(MOST);
    let first = (state.at + 1).saturating_sub(shown);
    let cursor = lines.len() + state.at - first.min(state.at);
    for (number, entry) in all.iter().enumerate().skip(first).take(shown) {
        lines.push(line(paint, entry, number == state.at, columns));
    }
    lines.push(rule(paint, (all.len(), shown), columns));
    let height = u16::try_from(lines.len()).unwrap_or(area.height);
    let area = Rect {
        height: height.min(area.height),
        ..area
    };
    paint.blank(area);
    paint.lines(area, lines, 0);
    if shown > 0 {
        paint.mark_line(area, cursor);
    }
    written(paint, area, state);
}

/// What is written, behind a colon.
fn written(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let room = usize::from(area.width).saturating_sub(3);
    let (line, cursor) = (state.editor.text(), state.editor.cursor());
    let mut from = 0;
    while width::of(&line[from..cursor]) >= room {
        from += line[from..].chars().next().map_or(1, char::len_utf8);
    }
    let text = width::cut(&line[from..], room);
    let spans = vec![paint.span(Role::Title, " :"), Span::raw(text)];
    paint.line(Rect { height: 1, ..area }, Line::from(spans));
    let column = 2 + width::of(&line[from..cursor]);
    paint.cursor(area.x + u16::try_from(column).unwrap_or(0), area.y);
}

/// Where the palette ends, and how much of it is not shown.
fn rule(paint: &Paint<'_, '_>, (all, shown): (usize, usize), columns: usize) -> Line<'static> {
    let more = if all > shown {
        format!(
            "-- {} ",
            paint.fill("palette.more", &[("n", &(all - shown).to_string())])
        )
    } else {
        String::new()
    };
    let dashes = "-".repeat(columns.saturating_sub(width::of(&more)));
    let rule = width::cut(&format!("{more}{dashes}"), columns);
    Line::from(paint.span(Role::Faint, rule))
}

fn line(paint: &Paint<'_, '_>, entry: &Entry, is_chosen: bool, columns: usize) -> Line<'static> {
    let mark = if is_chosen { ">" } else { " " };
    let (name, about) = match &entry.why {
        Some(why) => (Role::Faint, paint.fill("palette.not_now", &[("why", why)])),
        None => (Role::Calm, entry.about.clone()),
    };
    let room = columns.saturating_sub(LABEL + KEYS + 5);
    Line::from(vec![
        paint.span(
            name,
            format!("{mark} {} ", width::left(&entry.label, LABEL)),
        ),
        paint.span(Role::Key, format!("{} ", width::left(&entry.keys, KEYS))),
        paint.span(Role::Faint, width::cut(&about, room)),
    ])
}
