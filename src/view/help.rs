//! The help: every key that works in a context, from the command table. And the question before
//! leaving with something unsent.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::unfinished;
use super::width;
use crate::desk::command::{Command, all_in};
use crate::desk::screen::Help;
use crate::desk::world::{Link, World};
use crate::desk::{bulk, claims};

/// Columns of the keys.
const KEYS: usize = 20;
/// Columns of the names.
const NAME: usize = 16;

/// The help of a context.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, help: Help) {
    let context = paint.text(&format!("context.{}", help.of.key()));
    let title = paint.fill("help.title", &[("context", &context)]);
    let title = Line::from(paint.span(Role::Title, format!(" {title}")));
    paint.line(Rect { height: 1, ..area }, title);
    let columns = usize::from(area.width);
    let commands = all_in(help.of);
    let mut lines = legend(paint, columns);
    lines.push(Line::default());
    lines.extend(commands.flat_map(|command| of_command(paint, command, help, columns)));
    let body = Rect {
        y: area.y + 2,
        height: area.height - 2,
        ..area
    };
    paint.page(body, lines, help.top);
}

fn of_command(
    paint: &Paint<'_, '_>,
    command: &Command,
    help: Help,
    columns: usize,
) -> Vec<Line<'static>> {
    let keys = paint.model.keymap.calls(command, help.of);
    let keys = match keys.as_slice() {
        [first, .., last] if keys.len() > 4 => format!("{first} .. {last}"),
        _ => keys.join("  "),
    };
    let name = paint.text(&format!("command.{}", command.name));
    let text = paint.text(&format!("command.{}.help", command.name));
    let room = columns.saturating_sub(KEYS + NAME + 4);
    let mut lines = Vec::new();
    for (number, text) in width::wrap(&text, room).into_iter().enumerate() {
        let (keys, name) = if number == 0 {
            (keys.as_str(), name.as_str())
        } else {
            ("", "")
        };
        lines.push(Line::from(vec![
            paint.span(Role::Key, format!(" {}", width::left(keys, KEYS))),
            Span::raw(format!(" {} ", width::left(name, NAME))),
            paint.span(Role::Faint, text),
        ]));
    }
    lines
}

/// What letters and marks mean.
fn legend(paint: &Paint<'_, '_>, columns: usize) -> Vec<Line<'static>> {
    let text = paint.text("help.legend");
    let lines = width::wrap(&text, columns.saturating_sub(2)).into_iter();
    lines
        .map(|line| Line::from(paint.span(Role::Faint, format!(" {line}"))))
        .collect()
}

/// Why something would be lost: refused, no line, or not there yet.
fn why_unsaved(world: &World) -> &'static str {
    match world.link {
        _ if world.drafts.is_refused() => "quit.refused",
        Link::Live => "quit.saving",
        Link::Connecting { .. } | Link::Stale { .. } => "quit.title",
    }
}

/// All that speaks against leaving now.
fn why_stay(paint: &Paint<'_, '_>) -> Vec<String> {
    let model = paint.model;
    let world = &model.world;
    let many = bulk::run::is_going(world).then_some("quit.running");
    let mut why: Vec<String> = many.map(|key| paint.text(key)).into_iter().collect();
    why.extend(claims::proposed_said(model));
    why.extend(claims::held_said(model));
    if why.is_empty() || world.drafts.is_unsaved() {
        why.push(paint.text(why_unsaved(world)));
    }
    why
}

/// "Quit although something is unsent?"
pub(super) fn quit(paint: &mut Paint<'_, '_>, area: Rect) {
    let columns = usize::from(area.width).saturating_sub(4);
    let world = &paint.model.world;
    let mut lines = Vec::new();
    for why in why_stay(paint) {
        lines.extend(paint.wrapped(Role::Title, &why, columns));
    }
    let drafts = world.drafts.listed().into_iter();
    for draft in drafts.filter(|draft| draft.is_unsaved()) {
        let name = unfinished::name(paint, draft);
        lines.push(Line::from(format!("  {name}")));
        if let Some(trouble) = &draft.trouble {
            lines.extend(paint.wrapped_in(Role::Warning, trouble, columns, 4));
        }
    }
    lines.push(Line::default());
    lines.extend(paint.wrapped(Role::Calm, &paint.text("quit.hint"), columns));
    let area = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width - 2,
        height: area.height - 1,
    };
    paint.lines(area, lines, 0);
}
