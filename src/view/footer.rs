//! The two lines below: what was just said, and the keys that work now.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::claims;
use crate::desk::command::{COMMANDS, Command, Context, Id, rank};
use crate::desk::toast::{Toast, Tone};
use crate::desk::undo;
use crate::desk::wake::QUIET_MS;
use crate::store::rows;

/// A message takes so many lines at most; the first ones lie on what is above.
const MESSAGE: usize = 3;

/// The footer.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let right = waiting(paint);
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    let mut lines = message(paint, room);
    let last = lines.pop().unwrap_or_default();
    let above = u16::try_from(lines.len()).unwrap_or(0).min(area.y);
    let over = Rect {
        y: area.y - above,
        height: above,
        ..area
    };
    paint.blank(over);
    paint.lines(over, lines, 0);
    paint.both(Rect { height: 1, ..area }, last, right);
    let hints = hints(paint, usize::from(area.width));
    paint.line(
        Rect {
            y: area.y + 1,
            height: 1,
            ..area
        },
        hints,
    );
}

/// What is said, in lines.
fn message(paint: &Paint<'_, '_>, room: usize) -> Vec<Line<'static>> {
    let model = paint.model;
    let Some(toast) = model.world.toasts.shown(model.now) else {
        let said = claims::idle_said(model).unwrap_or_default();
        return said_in(paint, Role::Soon, &said, room);
    };
    let role = match toast.tone {
        Tone::Done => Role::Good,
        Tone::Warning => Role::Warning,
    };
    let mut lines = said_in(paint, role, &toast.text, room);
    let offer = offer(paint, toast);
    let last = lines.last().map_or(0, Line::width);
    if last + width::of(&offer) > room + 1 {
        lines.push(Line::default());
    }
    if let Some(line) = lines.last_mut() {
        line.push_span(paint.span(Role::Key, offer));
    }
    lines
}

/// A text in lines; one that is too long even for them ends in two dots.
fn said_in(paint: &Paint<'_, '_>, role: Role, text: &str, room: usize) -> Vec<Line<'static>> {
    let mut said = width::wrap(text, room);
    if said.len() > MESSAGE {
        let rest = said.split_off(MESSAGE - 1).join(" ");
        said.push(width::cut(&rest, room));
    }
    let line = |said| Line::from(vec![Span::raw(" "), paint.span(role, said)]);
    said.into_iter().map(line).collect()
}

/// That what was done can be taken back, and for how long; empty otherwise.
fn offer(paint: &Paint<'_, '_>, toast: &Toast) -> String {
    let model = paint.model;
    let Some(offer) = toast
        .offer
        .filter(|it| it.stands(model.current_case(), model.now))
    else {
        return String::new();
    };
    let command = COMMANDS.iter().find(|command| command.id == Id::TakeBack);
    let keys = command.and_then(|it| model.keymap.keys_in(it, Context::Detail).next());
    let key = keys.map_or_else(String::new, std::string::ToString::to_string);
    let left = undo::left(&model.world.texts, offer.until, model.now);
    paint.fill("undo.offer", &[("key", &key), ("left", &left)])
}

/// On the right: what waits to be taken in, and that something is being read.
fn waiting(paint: &Paint<'_, '_>) -> Line<'static> {
    let model = paint.model;
    let since = model.world.waiting_since();
    let slow = since.is_some_and(|at| (model.now - at).num_milliseconds() >= QUIET_MS);
    let mut parts = Vec::new();
    if slow {
        parts.push(paint.text("screen.loading"));
    }
    if model.context() == Context::List
        && let Some(inbox) = model.desk.inbox()
        && inbox.problem.is_some()
        && inbox.read
    {
        parts.push(paint.text("list.not_read"));
    }
    if model.context() == Context::List
        && let Some(inbox) = model.desk.inbox()
        && inbox.new > 0
    {
        parts.push(paint.fill("list.new", &[("n", &inbox.new.to_string())]));
    }
    let text = parts.join("   ");
    Line::from(paint.span(
        Role::Faint,
        if text.is_empty() {
            text
        } else {
            format!("{text} ")
        },
    ))
}

/// The keys that work now, most needed first, as many as there is room for; help and quit always.
fn hints(paint: &Paint<'_, '_>, columns: usize) -> Line<'static> {
    let context = paint.model.context();
    let mut ranked: Vec<&Command> = COMMANDS
        .iter()
        .filter(|command| command.rank > 0 && command.contexts.contains(&context))
        .filter(|command| is_possible(paint, command) || is_dimmed(paint, command))
        .collect();
    ranked.sort_by_key(|command| (!is_possible(paint, command), rank::of(command, paint.model)));
    let (last, first): (Vec<_>, Vec<_>) = ranked
        .into_iter()
        .partition(|command| matches!(command.id, Id::Help | Id::Back | Id::Quit));
    let last: Vec<_> = last
        .into_iter()
        .filter_map(|command| hint(paint, command, context))
        .collect();
    let reserved: usize = last.iter().map(|(key, text)| taken(key, text)).sum();
    let mut used = 1;
    let mut shown: Vec<(Role, String, String)> = Vec::new();
    let first = first.into_iter();
    for (role, (key, text)) in
        first.filter_map(|command| Some((role_of(paint, command), hint(paint, command, context)?)))
    {
        let is_said = shown.iter().any(|(_, _, said)| *said == text);
        if is_said {
            continue;
        }
        used += taken(&key, &text);
        if used + reserved > columns {
            break;
        }
        shown.push((role, key, text));
    }
    shown.extend(last.into_iter().map(|(key, text)| (Role::Key, key, text)));
    let mut spans = vec![Span::raw(" ")];
    for (role, key, text) in shown {
        let named = if role == Role::Key { Role::Calm } else { role };
        spans.push(paint.span(role, key));
        spans.push(paint.span(named, format!(" {text}   ")));
    }
    Line::from(spans)
}

fn is_possible(paint: &Paint<'_, '_>, command: &Command) -> bool {
    (command.available)(paint.model).is_ok()
}

/// Shown although it is not possible now: its key says why.
fn is_dimmed(paint: &Paint<'_, '_>, command: &Command) -> bool {
    let is_lead = matches!(
        paint.model.world.role(),
        Some(rows::Role::Lead | rows::Role::Admin)
    );
    is_lead && matches!(command.id, Id::Reassign | Id::CallBack)
}

fn role_of(paint: &Paint<'_, '_>, command: &Command) -> Role {
    if is_possible(paint, command) {
        Role::Key
    } else {
        Role::Faint
    }
}

fn taken(key: &str, text: &str) -> usize {
    width::of(key) + width::of(text) + 4
}

fn hint(paint: &Paint<'_, '_>, command: &Command, context: Context) -> Option<(String, String)> {
    let first = |command: &Command| {
        let key = paint.model.keymap.keys_in(command, context).next()?;
        let name = key.to_string();
        let said = paint.model.world.texts.find(&format!("key.{name}"));
        Some(said.map_or(name.clone(), str::to_owned))
    };
    // both ways in one hint: `left/right choose`
    if command.id == Id::Previous {
        let other = COMMANDS.iter().find(|other| other.id == Id::Following)?;
        let keys = format!("{}/{}", first(command)?, first(other)?);
        return Some((keys, paint.text("command.choose")));
    }
    if command.id == Id::Following {
        return None;
    }
    Some((
        first(command)?,
        paint.text(&format!("command.{}", command.name)),
    ))
}
