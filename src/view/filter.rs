//! The line of the filter while it is written: what is wrong at which word, what words there are.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::find;
use crate::desk::screen::filter::{State, said};
use crate::store::filter::KEYS;
use crate::store::rows::SavedFilter;

/// Columns of a proposal.
const WORD: usize = 26;

/// The line, and below it what helps to write it.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let columns = usize::from(area.width);
    let label = format!(" {} ", paint.text("filter.label"));
    let start = width::of(&label);
    let room = columns.saturating_sub(start + 1);
    let (line, cursor) = (state.editor.text(), state.editor.cursor());
    let from = first_shown(line, cursor, room);
    let text = width::cut(&line[from..], room);
    let spans = vec![paint.span(Role::Title, label), Span::raw(text)];
    paint.line(Rect { height: 1, ..area }, Line::from(spans));
    let column = start + width::of(&line[from..cursor]);
    paint.cursor(area.x + u16::try_from(column).unwrap_or(0), area.y);
    let below = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let mut lines = wrong(paint, state, (from, start), columns);
    let at = lines.len() + state.at;
    let proposed = proposals(paint, state, columns);
    let is_choice = !proposed.is_empty();
    lines.extend(proposed);
    lines.push(Line::default());
    lines.extend(paint.wrapped_in(Role::Faint, &paint.text("filter.help"), columns, 1));
    let first = (at + 2).saturating_sub(usize::from(below.height));
    paint.lines(below, lines, first);
    if is_choice {
        let y = below.y + u16::try_from(at - first.min(at)).unwrap_or(0);
        let style = paint.style(Role::Cursor);
        let width = u16::try_from(WORD + 1)
            .unwrap_or(below.width)
            .min(below.width);
        paint.restyle(
            Rect {
                y,
                height: 1,
                width,
                ..below
            },
            style,
        );
    }
}

/// From where on the line is shown, so that the cursor is.
fn first_shown(line: &str, cursor: usize, room: usize) -> usize {
    let mut from = 0;
    while width::of(&line[from..cursor]) >= room {
        from += line[from..].chars().next().map_or(1, char::len_utf8);
    }
    from
}

/// A mark below the word, and what is wrong with it.
fn wrong(
    paint: &Paint<'_, '_>,
    state: &State,
    (from, start): (usize, usize),
    columns: usize,
) -> Vec<Line<'static>> {
    let Some(error) = &state.wrong else {
        return vec![Line::default()];
    };
    let line = state.editor.text();
    let begin = error.at.start.clamp(from, line.len());
    let end = error.at.end.clamp(begin, line.len());
    let before = start + width::of(&line[from..begin]);
    let long = width::of(&line[begin..end]).max(1);
    let mark = format!("{}{}", " ".repeat(before), "^".repeat(long));
    let mark = width::cut(&mark, columns);
    let mut lines = vec![Line::from(paint.span(Role::Error, mark))];
    let said = said(&paint.model.world.texts, error);
    lines.extend(paint.wrapped_in(Role::Error, &said, columns, 1));
    lines.push(Line::default());
    lines
}

/// What the word could become, with what it means.
fn proposals(paint: &Paint<'_, '_>, state: &State, columns: usize) -> Vec<Line<'static>> {
    let all = state.proposals.values.iter();
    all.map(|value| {
        let word = width::left(value, WORD);
        let means = means(paint, state.proposals.key, value);
        let means = width::cut(&means, columns.saturating_sub(WORD + 3));
        Line::from(vec![
            Span::raw(format!(" {word} ")),
            paint.span(Role::Faint, means),
        ])
    })
    .collect()
}

fn means(paint: &Paint<'_, '_>, key: &str, value: &str) -> String {
    if let Some(name) = value.strip_prefix('@') {
        let saved = find::named(&paint.model.world.find.filters, name);
        return saved.map_or_else(String::new, |saved| of_saved(paint, saved));
    }
    let name = value.trim_end_matches(':');
    match key {
        "" if KEYS.contains(&name) => paint.text(&format!("filter.key.{name}")),
        "state" => {
            let all = crate::process::ALL.iter();
            let mut of = all.filter(|process| process.state(name).is_some());
            of.next().map_or(String::new(), |process| {
                paint.text(&process.state_text(name))
            })
        }
        "clock" => paint.text(&format!("clock.{name}")),
        "process" => paint.text(&format!("process.{name}")),
        _ => paint.text(&format!("filter.{key}.{name}")),
    }
}

/// The line of a filter with a name, and whose it is when it is not ours alone.
fn of_saved(paint: &Paint<'_, '_>, saved: &SavedFilter) -> String {
    match &saved.queue {
        None => saved.line.clone(),
        Some(queue) => {
            let queue = paint.text(&format!("queue.{queue}"));
            let team = paint.fill("find.team", &[("queue", &queue)]);
            format!("{}  ({team})", saved.line)
        }
    }
}
