//! The clusters of the data wash: what findings have in common and how many there are; one opened as
//! a table, what the three sides have beside each other, the finding under the cursor in full below.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::finding;
use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::screen::clusters::{Open, State};
use crate::store::StoreError;
use crate::store::rows::{Cluster, ClusterFinding};

/// Columns of the number of a case.
const CASE: usize = 14;
/// Columns of a count.
const COUNT: usize = 7;
/// Lines of the finding under the cursor at most.
const WHOLE: u16 = 10;

/// The list, or the cluster that is open.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    if let Some(open) = &state.open {
        return draw_open(paint, area, open);
    }
    let title = Line::from(paint.span(Role::Title, format!(" {}", paint.text("clusters.title"))));
    let count = counted(paint, "clusters.count", state.total);
    let count = Line::from(paint.span(Role::Faint, if state.read { count } else { String::new() }));
    paint.both(Rect { height: 1, ..area }, title, count);
    let body = rest(area, 2);
    if state.clusters.is_empty() {
        return nothing(
            paint,
            body,
            state.read,
            state.problem.as_ref(),
            "clusters.none",
        );
    }
    let columns = usize::from(area.width);
    let lines = state.clusters.iter().map(|one| line(paint, one, columns));
    let lines: Vec<Line<'static>> = lines.collect();
    list(paint, body, lines, state.cursor);
}

fn rest(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// A text with a number.
pub(super) fn counted(paint: &Paint<'_, '_>, key: &str, n: i64) -> String {
    let n = crate::text::format::number(&paint.model.world.texts, n);
    paint.fill(key, &[("n", &n)])
}

/// Lines of which the one under the cursor is visible.
pub(super) fn list(
    paint: &mut Paint<'_, '_>,
    area: Rect,
    lines: Vec<Line<'static>>,
    cursor: usize,
) {
    let height = usize::from(area.height);
    let first = (cursor + 1).saturating_sub(height);
    paint.lines(area, lines, first);
    if height > 0 {
        paint.mark_line(area, cursor - first);
    }
}

/// Why there is no list.
pub(super) fn nothing(
    paint: &mut Paint<'_, '_>,
    area: Rect,
    read: bool,
    problem: Option<&StoreError>,
    empty: &str,
) {
    let (role, key) = match problem {
        Some(StoreError::Offline(_)) => (Role::Warning, "list.unreachable"),
        Some(_) => (Role::Error, "clusters.failed"),
        None if read => (Role::Calm, empty),
        None => (Role::Faint, "clusters.loading"),
    };
    let lines = paint.wrapped_in(role, &paint.text(key), usize::from(area.width), 1);
    paint.lines(area, lines, 0);
}

fn line(paint: &Paint<'_, '_>, one: &Cluster, columns: usize) -> Line<'static> {
    let codes = width::left(&one.codes.join(" "), 10);
    let room = columns.saturating_sub(COUNT + 14);
    Line::from(vec![
        Span::raw(format!("{}  ", width::right(&one.n.to_string(), COUNT))),
        paint.span(Role::Key, format!("{codes} ")),
        Span::raw(width::cut(&said(paint, &one.pattern), room)),
    ])
}

/// What findings of a pattern have in common, in words.
fn said(paint: &Paint<'_, '_>, pattern: &str) -> String {
    let parts: Vec<&str> = pattern.splitn(4, ':').collect();
    let side = |side: &str| paint.text(&format!("choice.wash_side.{side}"));
    let date = |day: &str| match day.parse() {
        Ok(day) => crate::text::format::date(&paint.model.world.texts, day),
        Err(_) => day.to_owned(),
    };
    let known = match parts.as_slice() {
        ["spelling", field, of, how] => {
            let field = paint.text(&format!("clusters.field.{field}"));
            let how = match how.split_once('>') {
                Some((written, right)) => {
                    let with = [("written", written), ("right", right)];
                    paint.fill("clusters.letters", &with)
                }
                None => paint.text(&format!("clusters.how.{how}")),
            };
            let with = [("field", &*field), ("side", &side(of)), ("how", &*how)];
            paint.fill("clusters.spelling", &with)
        }
        ["street", postcode, old, new] => {
            let with = [("postcode", *postcode), ("old", *old), ("new", *new)];
            paint.fill("clusters.street", &with)
        }
        ["batch", of, code, day] => {
            let with = [("side", &*side(of)), ("code", *code), ("day", &*date(day))];
            paint.fill("clusters.batch", &with)
        }
        // organisation numbers have nine digits, those of suppliers thirteen
        ["merger", from, to] if from.len() == 9 => {
            paint.fill("clusters.enterprise", &[("from", *from), ("to", *to)])
        }
        ["merger", from, to] => paint.fill("clusters.merger", &[("from", *from), ("to", *to)]),
        ["moved", from, to, day] => {
            let with = [("from", *from), ("to", *to), ("day", &*date(day))];
            paint.fill("clusters.moved", &with)
        }
        ["number", number] => paint.fill("clusters.number", &[("number", *number)]),
        ["file", code, day, file] => {
            let with = [("code", *code), ("day", &*date(day)), ("file", *file)];
            paint.fill("clusters.file", &with)
        }
        _ => pattern.to_owned(),
    };
    crate::domain::sanitize::clean(&known).into_owned()
}

fn draw_open(paint: &mut Paint<'_, '_>, area: Rect, open: &Open) {
    let columns = usize::from(area.width);
    let count = counted(paint, "clusters.findings", open.cluster.n);
    let room = columns.saturating_sub(width::of(&count) + 3);
    let name = width::cut(&said(paint, &open.cluster.pattern), room);
    let title = Line::from(paint.span(Role::Title, format!(" {name}")));
    let count = Line::from(paint.span(Role::Faint, format!("{count} ")));
    paint.both(Rect { height: 1, ..area }, title, count);
    let told = told(paint, open);
    let told = paint.wrapped_in(Role::Faint, &told, columns, 1);
    let said = u16::try_from(told.len()).unwrap_or(1).clamp(1, 2);
    paint.lines(
        Rect {
            height: said,
            ..rest(area, 1)
        },
        told,
        0,
    );
    let body = rest(area, 1 + said);
    if open.findings.is_empty() {
        return nothing(
            paint,
            body,
            open.read,
            open.problem.as_ref(),
            "clusters.solved",
        );
    }
    let below = WHOLE.min(body.height / 2);
    let table = Rect {
        height: body.height - below,
        ..body
    };
    paint.line(Rect { height: 1, ..table }, heads(paint, columns));
    let lines = open.findings.iter().map(|one| row(paint, one, columns));
    let lines: Vec<Line<'static>> = lines.collect();
    list(paint, rest(table, 1), lines, open.cursor);
    whole(paint, rest(body, table.height), open);
}

/// What was solved by hand, or what can be done here.
fn told(paint: &Paint<'_, '_>, open: &Open) -> String {
    let world = &paint.model.world;
    let solved = world.solved.as_deref();
    let Some(solved) = solved.filter(|solved| open.known.contains(&solved.case)) else {
        return paint.text("clusters.solve_one");
    };
    let no = world
        .case(solved.case)
        .map(|loaded| &loaded.detail.row.case_no);
    let no = no.cloned().unwrap_or_default();
    let action = match &solved.act {
        crate::desk::bulk::Act::Action(key) => preview::action(world, "wash", key).to_owned(),
        _ => String::new(),
    };
    paint.fill("clusters.solved_one", &[("case", &no), ("action", &action)])
}

/// Columns of one side, and of the proposal.
fn rooms(columns: usize) -> (usize, usize) {
    let proposal = (columns / 5).clamp(12, 34);
    let side = columns.saturating_sub(CASE + proposal + 6) / 3;
    (side, proposal)
}

fn heads(paint: &Paint<'_, '_>, columns: usize) -> Line<'static> {
    let (room, proposal) = rooms(columns);
    let mut text = format!(" {} ", width::left(&paint.text("clusters.case"), CASE));
    for side in ["grid", "supply", "register"] {
        let name = paint.text(&format!("finding.side.{side}"));
        text.push_str(&width::left(&width::cut(&name, room), room + 1));
    }
    text.push_str(&width::cut(&paint.text("clusters.proposal"), proposal));
    Line::from(paint.span(Role::Key, text))
}

fn row(paint: &Paint<'_, '_>, one: &ClusterFinding, columns: usize) -> Line<'static> {
    let (room, proposal) = rooms(columns);
    let mut spans = vec![Span::raw(format!(
        " {} ",
        width::left(&width::cut(&one.row.case_no, CASE), CASE)
    ))];
    spans.extend(finding::cells(paint, &one.finding, room));
    let said = match &one.row.holder {
        Some(holder) => paint.fill("clusters.held", &[("holder", holder)]),
        None => paint.text(&format!("wash.proposal.{}", one.finding.proposal)),
    };
    let role = match one.row.holder {
        Some(_) => Role::Warning,
        None => Role::Calm,
    };
    spans.push(paint.span(role, width::cut(&said, proposal)));
    Line::from(spans)
}

/// The finding under the cursor: all that the three sides have.
fn whole(paint: &mut Paint<'_, '_>, area: Rect, open: &Open) {
    let Some(one) = open.current().filter(|_| area.height > 1) else {
        return;
    };
    let columns = usize::from(area.width).saturating_sub(1);
    let state = preview::state(&paint.model.world, &one.row.process, &one.row.state);
    let of = [one.row.case_no.as_str(), &one.row.subject].join(" ");
    let head = format!("{}: {state}", of.trim());
    let head = width::cut(&head, columns);
    let mut lines = vec![Line::from(paint.span(Role::Title, head))];
    lines.extend(finding::sides(paint, &one.finding, columns));
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..rest(area, 1)
    };
    paint.lines(inner, lines, 0);
}
