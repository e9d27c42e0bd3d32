//! The inbox: one line a case, the most urgent on top.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Paint, key_of, role_of};
use super::theme::Role;
use super::width;
use crate::desk::live;
use crate::desk::preview;
use crate::desk::promises;
use crate::desk::say;
use crate::desk::screen::inbox::{Inbox, Mark, Row};
use crate::desk::world::Link;
use crate::store::StoreError;
use crate::store::rows::{CaseRow, WorkState};

/// Columns of the time left.
const LEFT: usize = 7;
/// Columns of the word of the state.
const WORD: usize = 5;
/// Columns of the case number.
const CASE: usize = 14;

/// Most columns of what is to be done that are kept free for it.
const WHAT: usize = 24;
/// Least columns of whom it is about.
const PARTY: usize = 9;

/// The list with its headings.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let columns = usize::from(area.width);
    let headings = filtered(paint, columns).unwrap_or_else(|| headings(paint, columns));
    paint.line(Rect { height: 1, ..area }, headings);
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let model = paint.model;
    match model.desk.inbox() {
        None => skeleton(paint, body),
        Some(inbox) if !inbox.read => unread(paint, body, inbox),
        Some(inbox) if inbox.rows.is_empty() => empty(paint, body),
        Some(inbox) => rows(paint, body, inbox),
    }
}

/// Columns of what is to be done, of whom it is about (0 when there is no room) and of who has it.
#[derive(Clone, Copy)]
struct Widths {
    what: usize,
    party: usize,
    who: usize,
}

/// The words of the rows that are there decide: nothing is cut while there is room.
fn widths(paint: &Paint<'_, '_>, columns: usize) -> Widths {
    let rows = paint
        .model
        .desk
        .inbox()
        .map_or(&[][..], |inbox| &inbox.rows);
    let longest = |of: &dyn Fn(&CaseRow) -> usize| rows.iter().map(|row| of(&row.case)).max();
    let who = longest(&|case| width::of(&who(paint, case).1)).unwrap_or(0);
    let who = who.clamp(9, (columns / 8).clamp(9, 22));
    let rest = columns.saturating_sub(3 + LEFT + 1 + WORD + 1 + CASE + 2 + 1 + who + 1);
    let what = longest(&|case| width::of(&what(paint, case)))
        .unwrap_or(0)
        .max(12);
    let what = what.min(WHAT);
    if rest < what + 1 + PARTY {
        return Widths {
            what: rest,
            party: 0,
            who,
        };
    }
    let party = rest - what - 1;
    let longest = longest(&|case| width::of(&case.subject)).unwrap_or(0);
    let party = party.min(longest.max(PARTY));
    let what = rest - party - 1;
    Widths { what, party, who }
}

fn headings(paint: &Paint<'_, '_>, columns: usize) -> Line<'static> {
    let widths = widths(paint, columns);
    let is_mine = paint.model.desk.at == 0 && paint.model.world.me.is_some();
    let first = 3 + LEFT + 1 + WORD + 1;
    let first = if is_mine {
        let heading = format!(" {}", paint.text("list.mine"));
        paint.span(Role::Title, width::left(&heading, first))
    } else {
        let left = width::right(&paint.text("list.left"), LEFT);
        paint.span(Role::Faint, width::left(&format!("   {left}"), first))
    };
    let mut text = format!(
        "{}  {} ",
        width::left(&paint.text("list.case"), CASE),
        width::left(&paint.text("list.what"), widths.what),
    );
    if widths.party > 0 {
        text.push_str(&width::left(&paint.text("list.party"), widths.party));
        text.push(' ');
    }
    text.push_str(&width::left(&paint.text("list.who"), widths.who));
    Line::from(vec![first, paint.span(Role::Faint, text)])
}

/// That a filter is on, which, and how many fit: in the place of the headings.
fn filtered(paint: &Paint<'_, '_>, columns: usize) -> Option<Line<'static>> {
    let inbox = paint.model.desk.inbox()?;
    if inbox.filter.is_empty() {
        return None;
    }
    let found = inbox.count();
    let key = if found.all {
        "filter.fit"
    } else {
        "filter.fit_more"
    };
    let count = if inbox.read {
        paint.fill(key, &[("n", &found.count.to_string())])
    } else {
        String::new()
    };
    let label = format!(" {} ", paint.text("filter.label"));
    let room = columns.saturating_sub(width::of(&label) + width::of(&count) + 3);
    let line = width::left(&inbox.filter.to_string(), room);
    Some(Line::from(vec![
        paint.span(Role::Title, label),
        Span::raw(line),
        paint.span(Role::Faint, format!("  {count}")),
    ]))
}

fn rows(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    let lines = usize::from(area.height);
    let here = inbox.cursor.saturating_sub(inbox.top);
    let widths = widths(paint, usize::from(area.width));
    let drawn: Vec<Line<'static>> = inbox
        .visible(lines)
        .iter()
        .map(|row| line(paint, row, widths))
        .collect();
    paint.lines(area, drawn, 0);
    if here < lines && paint.model.desk.pinned.is_none() {
        let y = area.y + u16::try_from(here).unwrap_or(0);
        let cursor = paint.style(Role::Cursor);
        paint.restyle(
            Rect {
                y,
                height: 1,
                ..area
            },
            cursor,
        );
    }
}

fn line(paint: &Paint<'_, '_>, row: &Row, widths: Widths) -> Line<'static> {
    let case = &row.case;
    let status = case.status(paint.legal());
    let role = if row.mark == Mark::Gone {
        Role::Faint
    } else {
        role_of(status)
    };
    let key = key_of(status);
    let left = case
        .due_at
        .map_or_else(String::new, |due| say::left(due, paint.legal()));
    let is_unfinished = paint
        .model
        .world
        .drafts
        .for_case(case.case_id)
        .next()
        .is_some();
    let is_unread = paint.model.world.find.is_unread(case);
    let mark = match row.mark {
        Mark::Same if is_unfinished => "~",
        Mark::Same if is_unread => "+",
        Mark::Same => " ",
        Mark::Changed => "+",
        Mark::Gone => "-",
    };
    let letter = width::left(&paint.maybe(&format!("status.{key}.letter")), 1);
    let word = paint.maybe(&format!("status.{key}.word"));
    let is_marked = paint
        .model
        .desk
        .inbox()
        .is_some_and(|it| it.marks.contains(&case.case_id));
    // a marked row has a star in front, and what happened to it behind the letter
    let (mark, then) = if is_marked { ("*", mark) } else { (mark, " ") };
    let urgent = format!(
        "{letter}{then}{} {}",
        width::right(&left, LEFT),
        width::left(&word, WORD)
    );
    let mut spans = vec![
        paint.span(if is_marked { Role::Key } else { Role::Faint }, mark),
        paint.span(role, urgent),
        Span::raw(" "),
        paint.span(
            if is_unread { Role::Title } else { Role::Calm },
            width::left(&case.case_no, CASE),
        ),
        Span::raw("  "),
    ];
    spans.extend(middle(paint, row, widths));
    let (role, who) = who(paint, case);
    let other = live::present_short(&paint.model.world, case).filter(|_| who.is_empty());
    let (role, who) = other.map_or((role, who), |said| (Role::Faint, said));
    spans.push(paint.span(role, width::left(&who, widths.who)));
    Line::from(spans)
}

/// What is to be done and whom it is about. What others did since stands where it hides least: in
/// the place of the party, and for a case that left, of what was to be done.
fn middle(paint: &Paint<'_, '_>, row: &Row, widths: Widths) -> Vec<Span<'static>> {
    let case = &row.case;
    let news = (row.mark != Mark::Same)
        .then(|| live::news_short(&paint.model.world, case, row.mark))
        .flatten();
    let (what, news) = match (news, row.mark) {
        (Some(news), Mark::Gone) => (news, None),
        (Some(news), _) if widths.party == 0 => {
            let what = what(paint, case);
            let both = format!("{what}; {news}");
            let fits = width::of(&both) <= widths.what;
            (if fits { both } else { what }, None)
        }
        (news, _) => (what(paint, case), news),
    };
    let promise = promise(paint, case);
    let what = match &promise {
        Some((_, said)) if widths.party == 0 && news.is_none() => {
            let both = format!("{what}; {said}");
            let fits = width::of(&both) <= widths.what;
            if fits { both } else { said.clone() }
        }
        _ => what,
    };
    let mut spans = vec![Span::raw(format!("{} ", width::left(&what, widths.what)))];
    if widths.party > 0 {
        let (role, said) = match (news, promise) {
            (Some(news), _) => (Role::Other, news),
            (None, Some(promise)) => promise,
            (None, None) => (Role::Faint, case.subject.clone()),
        };
        let said = width::left(&said, widths.party);
        spans.push(paint.span(role, format!("{said} ")));
    }
    spans
}

/// A promise that is near, or due: in the place of the party.
fn promise(paint: &Paint<'_, '_>, case: &CaseRow) -> Option<(Role, String)> {
    let at = promises::near(case, paint.legal())?;
    let zone = paint.model.world.zone(&case.process);
    let said = paint.fill("promise.near", &[("at", &say::clock(at, zone))]);
    let role = if at < paint.legal() {
        Role::Warning
    } else {
        Role::Soon
    };
    Some((role, said))
}

/// The next step in words.
fn what(paint: &Paint<'_, '_>, case: &CaseRow) -> String {
    preview::state(&paint.model.world, &case.process, &case.state)
}

fn who(paint: &Paint<'_, '_>, case: &CaseRow) -> (Role, String) {
    let world = &paint.model.world;
    let me = world.me.as_ref().map(|me| me.agent_id);
    match (&case.holder, case.work) {
        (Some(_), _) if case.holder_id == me || world.leases.contains_key(&case.case_id) => {
            (Role::Mine, paint.text("list.me"))
        }
        (Some(name), _) => (Role::Other, name.clone()),
        (None, WorkState::Waiting) => (Role::Faint, paint.text("list.outside")),
        (None, WorkState::Closed) => (Role::Faint, paint.text("list.closed")),
        (None, _) if case.raised => (Role::Warning, paint.text("list.raised")),
        (None, _) => (Role::Calm, String::new()),
    }
}

/// Nothing read yet, or nothing readable: never an empty screen without a word.
fn unread(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    match &inbox.problem {
        None | Some(StoreError::Offline(_)) => skeleton(paint, area),
        Some(_) => sentences(paint, area, Role::Error, "list.failed"),
    }
}

/// The shape of the list before it is there; in words when the database does not answer.
fn skeleton(paint: &mut Paint<'_, '_>, area: Rect) {
    if let Link::Stale { .. } = paint.model.world.link {
        return sentences(paint, area, Role::Warning, "list.unreachable");
    }
    let columns = usize::from(area.width);
    let dots = |columns: usize| format!("{} ", ".".repeat(columns.saturating_sub(1)));
    let shape = format!(
        "   {}       {}  {}",
        dots(LEFT),
        dots(CASE),
        dots(widths(paint, columns).what)
    );
    let line = Line::from(paint.span(Role::Faint, shape));
    paint.lines(area, vec![line; 5.min(usize::from(area.height))], 0);
}

fn empty(paint: &mut Paint<'_, '_>, area: Rect) {
    let is_filtered = paint
        .model
        .desk
        .inbox()
        .is_some_and(|it| !it.filter.is_empty());
    let key = if is_filtered {
        "list.empty_filtered"
    } else if paint.model.desk.at == 0 {
        "list.empty_mine"
    } else {
        "list.empty"
    };
    sentences(paint, area, Role::Calm, key);
}

fn sentences(paint: &mut Paint<'_, '_>, area: Rect, role: Role, key: &str) {
    let columns = usize::from(area.width).saturating_sub(6);
    let area = Rect {
        x: area.x + 3,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(1),
    };
    let lines = paint.wrapped(role, &paint.text(key), columns);
    paint.lines(area, lines, 0);
}
