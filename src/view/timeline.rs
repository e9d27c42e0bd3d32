//! What happened, newest first: when, what, who, and what was answered and written.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::{cards, width};
use crate::desk::effect::Loaded;
use crate::desk::preview;
use crate::desk::say;
use crate::store::rows::TimelineRow;

/// Lines of one text that are shown.
const TEXT_LINES: usize = 6;
/// Fewest columns in which what happened stands between when and who; in less it stands below.
const BESIDE: usize = 22;

/// The timeline as a column of its own.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let model = paint.model;
    let Some(loaded) = model.desk.shown.and_then(|case| model.world.case(case)) else {
        return;
    };
    let heading = paint.heading("detail.timeline");
    paint.line(Rect { height: 1, ..area }, heading);
    let all = lines(paint, loaded, usize::from(area.width));
    paint.lines(
        Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        },
        all,
        0,
    );
}

/// All lines of the timeline.
pub(super) fn lines(paint: &Paint<'_, '_>, loaded: &Loaded, columns: usize) -> Vec<Line<'static>> {
    loaded
        .timeline
        .iter()
        .flat_map(|event| of_event(paint, loaded, event, columns))
        .collect()
}

fn of_event(
    paint: &Paint<'_, '_>,
    loaded: &Loaded,
    event: &TimelineRow,
    columns: usize,
) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let process = &loaded.detail.row.process;
    let at = say::at(&world.texts, event.at, paint.legal(), world.zone(process));
    let who = event
        .agent
        .clone()
        .unwrap_or_else(|| paint.text("timeline.system"));
    let is_void = is_taken_back(loaded, event);
    let mut what = preview::happened(world, process, event);
    if is_void {
        what = paint.fill("undo.void", &[("what", &what)]);
    }
    let who = width::cut(&who, (columns / 3).max(16));
    let room = columns.saturating_sub(width::of(&at) + 2 + 1 + width::of(&who));
    let mut lines = Vec::new();
    if room < BESIDE {
        let heading = width::cut(&format!("{at}  {who}"), columns);
        lines.push(Line::from(paint.span(Role::Faint, heading)));
        let what = width::wrap(&what, columns.saturating_sub(2)).into_iter();
        let what = what.map(|what| void_or(paint, is_void, format!("  {what}")));
        lines.extend(what.map(Line::from));
    } else {
        for (row, what) in width::wrap(&what, room).into_iter().enumerate() {
            let (at, who) = match row {
                0 => (at.clone(), who.as_str()),
                _ => (" ".repeat(width::of(&at)), ""),
            };
            lines.push(Line::from(vec![
                paint.span(Role::Faint, format!("{at}  ")),
                void_or(paint, is_void, width::left(&what, room)),
                paint.span(Role::Faint, format!(" {who}")),
            ]));
        }
    }
    if let (Some(from), Some(to)) = (&event.from, &event.to)
        && from != to
    {
        let to = preview::state(world, process, to);
        let said = paint.fill("timeline.to", &[("state", &to)]);
        lines.extend(paint.wrapped_in(Role::Faint, &said, columns, 2));
    }
    for moved in &event.moves {
        let between = (moved.was_due_at, moved.due_at);
        let said = preview::shift(world, process, &moved.clock, between, paint.legal());
        let said = width::cut(&format!("  {said}"), columns);
        lines.push(Line::from(paint.span(Role::Faint, said)));
    }
    lines.extend(answers(paint, loaded, event, columns));
    lines.extend(cleared(paint, loaded, event, columns));
    lines
}

/// What was taken out, by name.
fn cleared(
    paint: &Paint<'_, '_>,
    loaded: &Loaded,
    event: &TimelineRow,
    columns: usize,
) -> Vec<Line<'static>> {
    let texts = &paint.model.world.texts;
    let said = preview::cleared(texts, &loaded.detail.facts, &event.cleared);
    let lines = |said: String| paint.wrapped_in(Role::Faint, &said, columns, 2);
    said.map_or_else(Vec::new, lines)
}

/// Whether a later event took it back.
fn is_taken_back(loaded: &Loaded, event: &TimelineRow) -> bool {
    let later = loaded
        .timeline
        .iter()
        .filter_map(|other| other.takes_back.as_ref());
    later.map(|taken| taken.seq).any(|seq| seq == event.seq)
}

fn void_or(paint: &Paint<'_, '_>, is_void: bool, what: String) -> Span<'static> {
    if is_void {
        paint.span(Role::Faint, what)
    } else {
        Span::raw(what)
    }
}

fn answers(
    paint: &Paint<'_, '_>,
    loaded: &Loaded,
    event: &TimelineRow,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut short = Vec::new();
    let mut long = Vec::new();
    for (key, answer) in &event.answers {
        let said = || cards::value(paint, &loaded.detail, key, answer);
        let texts = &paint.model.world.texts;
        let named = loaded.detail.facts.named(key, texts.lang());
        let name = named.or_else(|| texts.find(&format!("field.{key}")));
        match (answer, name) {
            (answer, _) if answer.has_text() => long.push(said()),
            (_, Some(name)) => short.push(format!("{name}: {}", said())),
            _ => {}
        }
    }
    let room = columns.saturating_sub(2).max(1);
    let indent = |line: String| format!("  {line}");
    let short = width::wrap(&short.join(", "), room)
        .into_iter()
        .filter(|line| !line.is_empty());
    let faint = |line: String| Line::from(paint.span(Role::Faint, indent(line)));
    let mut lines: Vec<Line<'static>> = short.map(faint).collect();
    for text in long {
        let wrapped = width::wrap(&text, room).into_iter().take(TEXT_LINES);
        lines.extend(wrapped.map(|line| Line::from(indent(line))));
    }
    lines
}
