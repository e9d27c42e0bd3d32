//! The two lines below: what was just said, and the keys that work now.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::claims;
use crate::desk::command::{COMMANDS, Command, Context, Id};
use crate::desk::toast::{Toast, Tone};
use crate::desk::undo;
use crate::desk::wake::QUIET_MS;

/// The footer.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let messages = Rect { height: 1, ..area };
    let right = waiting(paint);
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    let left = message(paint, room);
    paint.both(messages, left, right);
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

fn message(paint: &Paint<'_, '_>, room: usize) -> Line<'static> {
    let model = paint.model;
    let Some(toast) = model.world.toasts.shown(model.now) else {
        return idle(paint);
    };
    let role = match toast.tone {
        Tone::Done => Role::Good,
        Tone::Warning => Role::Warning,
    };
    let offer = offer(paint, toast);
    let said = match width::of(&offer) {
        0 => toast.text.clone(),
        taken => width::cut(&toast.text, room.saturating_sub(taken)),
    };
    let spans = [
        Span::raw(" "),
        paint.span(role, said),
        paint.span(Role::Key, offer),
    ];
    Line::from(spans.to_vec())
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
    let key = keys.map_or_else(String::new, |key| key.to_string());
    let left = undo::left(&model.world.texts, offer.until, model.now);
    paint.fill("undo.offer", &[("key", &key), ("left", &left)])
}

/// A case that goes back to the pool soon, as long as nothing else is to be said.
fn idle(paint: &Paint<'_, '_>) -> Line<'static> {
    match claims::idle_said(paint.model) {
        Some(said) => Line::from(vec![Span::raw(" "), paint.span(Role::Soon, said)]),
        None => Line::default(),
    }
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
        .filter(|command| (command.available)(paint.model).is_ok())
        .collect();
    ranked.sort_by_key(|command| command.rank);
    let (last, first): (Vec<_>, Vec<_>) = ranked
        .into_iter()
        .partition(|command| matches!(command.id, Id::Help | Id::Back | Id::Quit));
    let last: Vec<_> = last
        .into_iter()
        .filter_map(|command| hint(paint, command, context))
        .collect();
    let reserved: usize = last.iter().map(|(key, text)| taken(key, text)).sum();
    let mut used = 1;
    let mut shown: Vec<(String, String)> = Vec::new();
    for (key, text) in first
        .into_iter()
        .filter_map(|command| hint(paint, command, context))
    {
        let is_said = shown.iter().any(|(_, said)| *said == text);
        if is_said {
            continue;
        }
        used += taken(&key, &text);
        if used + reserved > columns {
            break;
        }
        shown.push((key, text));
    }
    shown.extend(last);
    let mut spans = vec![Span::raw(" ")];
    for (key, text) in shown {
        spans.push(paint.span(Role::Key, key));
        spans.push(Span::raw(format!(" {text}   ")));
    }
    Line::from(spans)
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
