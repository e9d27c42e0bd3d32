//! What can follow the keys that begin a sequence: a box above the footer, in columns.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::chord;
use crate::desk::command::Command;

/// Columns of one way to go on.
const WAY: usize = 26;
/// Columns of its keys.
const KEYS: usize = 6;

/// The box, once it is due.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let Some((chord, ways)) = chord::shown(paint.model) else {
        return;
    };
    let begun: Vec<String> = chord.keys.iter().map(ToString::to_string).collect();
    let columns = usize::from(area.width);
    let across = (columns.saturating_sub(1) / WAY).max(1);
    let rows = ways.chunks(across).map(|ways| row(paint, ways));
    let mut lines = vec![title(paint, &begun.join(" "), columns)];
    lines.extend(rows);
    let height = u16::try_from(lines.len()).unwrap_or(area.height);
    let height = height.min(area.height);
    let area = Rect {
        y: area.bottom() - height,
        height,
        ..area
    };
    paint.blank(area);
    paint.lines(area, lines, 0);
}

fn title(paint: &Paint<'_, '_>, begun: &str, columns: usize) -> Line<'static> {
    let title = format!("-- {} ", paint.fill("chord.title", &[("keys", begun)]));
    let rule = "-".repeat(columns.saturating_sub(width::of(&title)));
    Line::from(paint.span(Role::Title, width::cut(&format!("{title}{rule}"), columns)))
}

fn row(paint: &Paint<'_, '_>, ways: &[(String, &'static Command)]) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (keys, command) in ways {
        let name = paint.text(&format!("command.{}", command.name));
        let is_possible = (command.available)(paint.model).is_ok();
        // brackets say that it is not possible now: the key itself says why
        let (role, name) = if is_possible {
            (Role::Calm, name)
        } else {
            (Role::Faint, format!("({name})"))
        };
        let room = WAY - KEYS - 1;
        spans.push(paint.span(Role::Key, width::right(keys, KEYS - 1)));
        spans.push(paint.span(role, format!("  {}", width::left(&name, room))));
    }
    Line::from(spans)
}
