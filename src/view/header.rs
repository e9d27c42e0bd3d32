//! The two lines on top: who and when, and the lists with their counts.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::say;
use crate::desk::screen::inbox::Inbox;
use crate::desk::world::Link;
use crate::process;
use crate::store::rows::InboxView;
use crate::text::format;

/// The header.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let first = Rect { height: 1, ..area };
    let second = Rect {
        y: area.y + 1,
        height: 1,
        ..area
    };
    let (left, right) = (product(paint), right_side(paint));
    paint.both(first, left, right);
    let right = counts(paint);
    let room = usize::from(area.width).saturating_sub(right.width() + 2);
    let left = tabs(paint, room);
    paint.both(second, left, right);
}

fn product(paint: &Paint<'_, '_>) -> Line<'static> {
    let mut spans = vec![Span::raw(" "), paint.span(Role::Title, "loket")];
    if paint.model.world.rehearsal {
        spans.push(Span::raw("  "));
        let mark = format!(" {} ", paint.text("header.rehearsal"));
        spans.push(paint.span(Role::Rehearsal, mark));
    }
    spans.extend(notices(paint));
    Line::from(spans)
}

/// That something was not seen yet, quietly.
fn notices(paint: &Paint<'_, '_>) -> Vec<Span<'static>> {
    let said = match paint.model.world.live.notices.len() {
        0 => return Vec::new(),
        1 => paint.text("notice.mark_one"),
        count => paint.fill("notice.mark", &[("n", &count.to_string())]),
    };
    vec![Span::raw("  "), paint.span(Role::Soon, said)]
}

fn right_side(paint: &Paint<'_, '_>) -> Line<'static> {
    let world = &paint.model.world;
    let name = usize::from(paint.model.window.columns / 4).min(28);
    let mut spans = Vec::new();
    if let Some(me) = &world.me {
        spans.push(Span::raw(width::cut(&me.name, name)));
        spans.push(Span::raw("   "));
    }
    spans.push(link(paint));
    let process = paint.model.current_row().map(|row| row.process.clone());
    let process = process.as_deref().unwrap_or_default();
    let country = process::find(process).map_or("", |process| process.country.code());
    let time = say::clock(paint.legal(), world.zone(process));
    spans.push(Span::raw(format!("   {time}")));
    if !country.is_empty() {
        spans.push(paint.span(Role::Faint, format!(" {country}")));
    }
    spans.push(Span::raw(" "));
    Line::from(spans)
}

fn link(paint: &Paint<'_, '_>) -> Span<'static> {
    let world = &paint.model.world;
    match world.link {
        Link::Connecting { .. } => paint.span(Role::Faint, paint.text("header.connecting")),
        Link::Live => paint.span(Role::Faint, paint.text("header.live")),
        Link::Stale { since } => {
            let since = format::clock_seconds(world.legal(since), world.zone(""));
            paint.span(
                Role::Error,
                paint.fill("header.stale", &[("since", &since)]),
            )
        }
    }
}

fn tabs(paint: &Paint<'_, '_>, room: usize) -> Line<'static> {
    let desk = &paint.model.desk;
    let tabs = desk.tabs.iter().skip(1);
    let mut labels: Vec<String> = tabs.map(|tab| label(paint, tab)).collect();
    let at = desk.at.saturating_sub(1);
    // tabs before the current one give way when there is no room for all
    let mut first = 0;
    let taken = |labels: &[String]| labels.iter().map(|it| width::of(it) + 2).sum::<usize>();
    while first < at && at < labels.len() && taken(&labels[first..=at]) + 2 > room {
        first += 1;
    }
    // half a number is a wrong number: one that has no room is left out
    if let (Some(text), Some(tab)) = (labels.get_mut(at), desk.tabs.get(at + 1))
        && first == at
        && width::of(text) + 4 > room
    {
        let name = paint.text(&tab.name);
        *text = format!(" {} ", width::cut(&name, room.saturating_sub(6)));
    }
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (number, text) in labels.into_iter().enumerate().skip(first) {
        used += width::of(&text) + 2;
        if used > room && number > at {
            spans.push(paint.span(Role::Faint, ".."));
            break;
        }
        let is_here = desk.at == number + 1;
        spans.push(if is_here {
            paint.span(Role::Cursor, text)
        } else {
            Span::raw(text)
        });
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

fn label(paint: &Paint<'_, '_>, tab: &Inbox) -> String {
    let name = paint.text(&tab.name);
    match tab.view {
        InboxView::Queue(queue) => match paint.model.desk.counts.get(&queue) {
            Some(count) => {
                let all = count.open + count.held + count.waiting;
                format!(" {name} {} ", format::count(&paint.model.world.texts, all))
            }
            None => format!(" {name} "),
        },
        InboxView::Mine => name,
    }
}

fn counts(paint: &Paint<'_, '_>) -> Line<'static> {
    let model = paint.model;
    if model.world.me.is_none() {
        return Line::default();
    }
    let mine = model.world.leases.len().to_string();
    let overdue: i64 = model.desk.counts.values().map(|count| count.overdue).sum();
    let mine = format!(" {} ", paint.fill("header.mine", &[("n", &mine)]));
    let role = if model.desk.at == 0 {
        Role::Cursor
    } else {
        Role::Mine
    };
    let late = paint.fill("header.overdue", &[("n", &overdue.to_string())]);
    let late_role = if overdue > 0 { Role::Late } else { Role::Faint };
    let marked = model.desk.inbox().map_or(0, |inbox| inbox.marks.len());
    let marked = match marked {
        0 => String::new(),
        n => format!("{}  ", paint.fill("mark.count", &[("n", &n.to_string())])),
    };
    let mut spans = Vec::new();
    let unfinished = model.world.drafts.mine().count();
    if unfinished > 0 {
        let said = paint.fill("header.unfinished", &[("n", &unfinished.to_string())]);
        spans.extend([paint.span(Role::Soon, said), Span::raw("  ")]);
    }
    spans.extend([
        paint.span(Role::Title, marked),
        paint.span(role, mine),
        Span::raw("  "),
        paint.span(late_role, late),
        Span::raw(" "),
    ]);
    Line::from(spans)
}

/// One sentence for a window in which nothing can be shown.
pub(super) fn too_small(paint: &mut Paint<'_, '_>, area: Rect) {
    let (columns, rows) = crate::desk::geometry::SMALLEST;
    let (columns, rows) = (columns.to_string(), rows.to_string());
    let said = paint.fill(
        "screen.too_small",
        &[("columns", &columns), ("rows", &rows)],
    );
    let lines = paint.wrapped(Role::Calm, &said, usize::from(area.width).max(1));
    paint.lines(area, lines, 0);
}
