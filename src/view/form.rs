//! A form: its fields, what stands against it, and what will happen.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::outlook::below;
use super::paint::Paint;
use super::theme::Role;
use super::{week, width};
use crate::desk::editor::{Editor, Lines};
use crate::desk::form::lacking::lacking;
use crate::desk::form::{Ask, Entry, must_be_filled};
use crate::desk::request::around::is_week;
use crate::desk::route::Subject;
use crate::desk::screen::form::{Stage, State};
use crate::desk::{limits, preview};

/// Columns of the names of the fields.
const LABEL: usize = 24;
/// Most suggestions that are shown at once.
const SUGGESTED: usize = 8;
/// Most lines of a note that are shown at once.
const NOTE_LINES: usize = 5;

/// Lines of fields, and where the cursor stands in them.
struct Fields {
    lines: Vec<Line<'static>>,
    /// Line of the field with the cursor.
    at: usize,
    /// Line and column of the terminal's cursor.
    cursor: Option<(usize, usize)>,
}

/// The form.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let title = title(paint, state);
    let step = paint.text(match state.stage {
        Stage::Edit => "form.step_fill",
        Stage::Review if matches!(state.subject, Subject::TakeBack(_)) => "undo.step",
        Stage::Review => "form.step_review",
        Stage::Claiming => "form.claiming",
        Stage::Sending => "form.sending",
    });
    let step = Line::from(paint.span(Role::Faint, format!("{step} ")));
    paint.both(Rect { height: 1, ..area }, title, step);
    let columns = usize::from(area.width);
    let below = below(paint, state, columns);
    if state.stage != Stage::Edit {
        let mut all = fields(paint, state, columns).lines;
        all.extend(below);
        let body = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(2),
            ..area
        };
        return paint.page(body, all, state.top);
    }
    let wanted = u16::try_from(below.len()).unwrap_or(area.height);
    let below_height = wanted.min(area.height.saturating_sub(2) / 2 + 1);
    let fields = fields(paint, state, columns);
    let most = area.height.saturating_sub(2 + below_height);
    let height = u16::try_from(fields.lines.len()).unwrap_or(most).min(most);
    let top = Rect {
        y: area.y + 2,
        height,
        ..area
    };
    let first = (fields.at + 4).saturating_sub(usize::from(height));
    if let Some((line, column)) = fields.cursor
        && let Some(line) = line.checked_sub(first)
    {
        let x = area.x + u16::try_from(column).unwrap_or(0);
        let y = top.y + u16::try_from(line).unwrap_or(0);
        if y < top.bottom() {
            paint.cursor(x.min(area.right() - 1), y);
        }
    }
    paint.lines(top, fields.lines, first);
    paint.lines(
        Rect {
            y: top.bottom(),
            height: below_height,
            ..area
        },
        below,
        0,
    );
}

fn title(paint: &Paint<'_, '_>, state: &State) -> Line<'static> {
    let world = &paint.model.world;
    let loaded = state.subject.case().and_then(|case| world.case(case));
    let row = loaded
        .map(|loaded| &loaded.detail.row)
        .or_else(|| paint.model.current_row());
    let row = row.filter(|row| Some(row.case_id) == state.subject.case());
    let no = row.map_or("", |row| row.case_no.as_str());
    let process = row.map_or("", |row| row.process.as_str());
    let what = match &state.subject {
        Subject::Many(_) => many(paint, &state.subject),
        Subject::Limits(queue, agent) => limits::title(world, *queue, *agent),
        subject => preview::form(&world.texts, subject, process),
    };
    Line::from(vec![
        Span::raw(" "),
        paint.span(Role::Title, no.to_owned()),
        Span::raw(if no.is_empty() { "" } else { "   " }),
        paint.span(Role::Title, what),
    ])
}

/// What is done with how many cases.
fn many(paint: &Paint<'_, '_>, subject: &Subject) -> String {
    let (Subject::Many(act), Some(job)) = (subject, paint.model.world.bulk.as_deref()) else {
        return String::new();
    };
    let found = job.choices.iter().find(|choice| choice.act == *act);
    let name = found.map_or("", |choice| choice.label.as_str());
    let n = job.cases.len().to_string();
    paint.fill("bulk.form", &[("action", name), ("n", &n)])
}

fn fields(paint: &Paint<'_, '_>, state: &State, columns: usize) -> Fields {
    let mut all = Fields {
        lines: Vec::new(),
        at: 0,
        cursor: None,
    };
    if state.is_unread() {
        let text = format!(" {}", paint.text("detail.loading"));
        all.lines.push(Line::from(paint.span(Role::Faint, text)));
    }
    let most = match state.stage {
        Stage::Edit => NOTE_LINES,
        _ => usize::MAX,
    };
    let lacking = lacking(&paint.model.world, &state.subject, &state.entries);
    for (number, entry) in state.entries.iter().enumerate() {
        let is_here = number == state.at && state.stage == Stage::Edit;
        if number == state.at {
            all.at = all.lines.len();
        }
        let start = all.lines.len();
        let room = columns - LABEL - 5;
        let (lines, cursor) = answer(paint, state, entry, (is_here, most), room);
        let needed = match () {
            () if lacking.contains(&entry.key.as_str()) => Needed::Lacking,
            () if must_be_filled(&state.entries, entry) => Needed::Here,
            () => Needed::No,
        };
        for (row, line) in lines.into_iter().enumerate() {
            let label = if row == 0 {
                label(paint, entry, is_here, needed)
            } else {
                indent()
            };
            all.lines.push(label.into_iter().chain(line).collect());
        }
        if is_here {
            all.cursor = cursor.map(|(line, column)| (start + line, LABEL + 5 + column));
        }
        if is_here && let Some(week) = state.around.week.as_ref().filter(|_| is_week(state, entry))
        {
            all.at = all.lines.len() + week::chosen_line(week, entry, columns);
            all.lines.extend(week::lines(paint, week, entry, columns));
        }
        all.lines.extend(hint(paint, entry, is_here, columns));
    }
    all
}

fn indent() -> Vec<Span<'static>> {
    vec![Span::raw(" ".repeat(LABEL + 5))]
}

/// Whether a field must be filled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    No,
    /// Before this form can be reviewed.
    Here,
    /// Before the notification can be sent, and it is empty: in red, and with a sign (ELS-25).
    Lacking,
}

fn label(
    paint: &Paint<'_, '_>,
    entry: &Entry,
    is_here: bool,
    needed: Needed,
) -> Vec<Span<'static>> {
    let mark = if is_here { ">" } else { " " };
    let (role, must, sign) = match (needed, is_here) {
        (Needed::Lacking, _) => (Role::Late, "!", Role::Late),
        (Needed::Here, true) => (Role::Title, "*", Role::Faint),
        (Needed::Here, false) => (Role::Calm, "*", Role::Faint),
        (Needed::No, true) => (Role::Title, " ", Role::Faint),
        (Needed::No, false) => (Role::Calm, " ", Role::Faint),
    };
    vec![
        paint.span(Role::Title, format!(" {mark} ")),
        paint.span(role, width::left(&entry.label, LABEL)),
        paint.span(sign, format!("{must} ")),
    ]
}

/// The answer in lines, and where the terminal's cursor stands in it.
fn answer(
    paint: &Paint<'_, '_>,
    state: &State,
    entry: &Entry,
    (is_here, most): (bool, usize),
    columns: usize,
) -> (Vec<Vec<Span<'static>>>, Option<(usize, usize)>) {
    match &entry.ask {
        Ask::Choice(..) if is_week(state, entry) => {
            let said = if entry.said().is_empty() {
                "-"
            } else {
                entry.said()
            };
            (vec![vec![paint.span(Role::Title, said.to_owned())]], None)
        }
        Ask::Choice(..) => (choice(paint, entry, is_here, columns), None),
        Ask::Text(editor) | Ask::Look(editor, _)
            if most > NOTE_LINES && !editor.text().is_empty() =>
        {
            let written = entry.written.as_deref();
            (whole(written.unwrap_or(editor.text()), columns), None)
        }
        Ask::Text(editor) | Ask::Look(editor, _) if editor.lines() == Lines::One => {
            let (text, column) = window(editor, columns.saturating_sub(1));
            let shown = if is_here || !text.is_empty() {
                text
            } else {
                "-".to_owned()
            };
            (vec![vec![Span::raw(shown)]], Some((0, column)))
        }
        Ask::Text(editor) | Ask::Look(editor, _) => note(editor, columns),
    }
}

/// The part of a line that shows the cursor, and the cursor's column in it.
fn window(editor: &Editor, columns: usize) -> (String, usize) {
    let (before, after) = editor.text().split_at(editor.cursor());
    let mut from = 0;
    while width::of(&before[from..]) >= columns {
        from += before[from..].chars().next().map_or(1, char::len_utf8);
    }
    let column = width::of(&before[from..]);
    let rest = width::cut(after, columns.saturating_sub(column));
    (format!("{}{rest}", &before[from..]), column)
}

fn whole(text: &str, columns: usize) -> Vec<Vec<Span<'static>>> {
    let lines = width::wrap(text, columns.saturating_sub(1)).into_iter();
    lines.map(|line| vec![Span::raw(line)]).collect()
}

fn note(editor: &Editor, columns: usize) -> (Vec<Vec<Span<'static>>>, Option<(usize, usize)>) {
    let before = width::wrap(&editor.text()[..editor.cursor()], columns.saturating_sub(1));
    let row = before.len().saturating_sub(1);
    // trailing spaces are typed too, and the cursor stands behind them
    let typed = &editor.text()[..editor.cursor()];
    let spaces = typed.len() - typed.trim_end_matches(' ').len();
    let column = before.last().map_or(0, |line| width::of(line)) + spaces;
    let all = width::wrap(editor.text(), columns.saturating_sub(1));
    let first = (row + 1).saturating_sub(NOTE_LINES);
    let shown = all.into_iter().skip(first).take(NOTE_LINES);
    let lines: Vec<_> = shown.map(|line| vec![Span::raw(line)]).collect();
    (
        lines,
        Some((row - first, column.min(columns.saturating_sub(1)))),
    )
}

/// Choices on one line where they fit, else one a line while the cursor is here.
fn choice(
    paint: &Paint<'_, '_>,
    entry: &Entry,
    is_here: bool,
    columns: usize,
) -> Vec<Vec<Span<'static>>> {
    let Ask::Choice(picks, at) = &entry.ask else {
        return Vec::new();
    };
    let at = *at;
    let look = |number: usize| {
        if entry.barred.contains_key(&number) {
            (Role::Faint, "(-) ")
        } else if at == Some(number) {
            (Role::Title, "(*) ")
        } else {
            (Role::Calm, "( ) ")
        }
    };
    let total: usize = picks.iter().map(|pick| width::of(&pick.label) + 7).sum();
    if total <= columns && entry.barred.is_empty() {
        let of_pick = |number: usize| {
            let (role, mark) = look(number);
            let text = format!("{mark}{}", picks[number].label);
            [paint.span(role, text), Span::raw("   ")]
        };
        return vec![(0..picks.len()).flat_map(of_pick).collect()];
    }
    let shown = |number: &usize| is_here || at == Some(*number);
    let mut lines = Vec::new();
    for number in (0..picks.len()).filter(shown) {
        let (role, mark) = look(number);
        let label = said_of(paint, entry, number, &picks[number].label);
        let label = width::wrap(&label, columns.saturating_sub(4));
        for (row, text) in label.into_iter().enumerate() {
            let mark = if row == 0 { mark } else { "    " };
            lines.push(vec![paint.span(role, format!("{mark}{text}"))]);
        }
    }
    if lines.is_empty() {
        lines.push(vec![Span::raw("-")]);
    }
    lines
}

/// A choice, with the reason where it cannot be chosen.
fn said_of(paint: &Paint<'_, '_>, entry: &Entry, number: usize, label: &str) -> String {
    match entry.barred.get(&number) {
        Some(why) => {
            let why = paint.fill("request.barred", &[("why", why)]);
            format!("{label}, {why}")
        }
        None => label.to_owned(),
    }
}

/// What is wrong with the answer, or what the field asks for.
fn hint(paint: &Paint<'_, '_>, entry: &Entry, is_here: bool, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(LABEL + 6);
    if is_here && !entry.suggestions().is_empty() {
        return suggested(paint, entry, room);
    }
    let (role, text) = match &entry.error {
        Some(error) => (Role::Error, error.clone()),
        None if entry.found.is_some() => (Role::Good, entry.found.clone().unwrap_or_default()),
        None if is_here => (Role::Faint, entry.help.clone()),
        None => return Vec::new(),
    };
    let lines = width::wrap(&text, room)
        .into_iter()
        .filter(|line| !line.is_empty());
    let indented = lines.map(|line| format!("{}{line}", " ".repeat(LABEL + 5)));
    indented
        .map(|line| Line::from(paint.span(role, line)))
        .collect()
}

/// What is suggested, around the chosen one, and how to take it.
fn suggested(paint: &Paint<'_, '_>, entry: &Entry, room: usize) -> Vec<Line<'static>> {
    let Ask::Look(_, found) = &entry.ask else {
        return Vec::new();
    };
    let here = found.at.unwrap_or(0);
    let first = (here + 1).saturating_sub(SUGGESTED);
    let shown = found.picks.iter().enumerate().skip(first).take(SUGGESTED);
    let indent = " ".repeat(LABEL + 5);
    let mut lines: Vec<Line<'static>> = shown
        .map(|(number, pick)| {
            let text = width::left(short(&pick.label), room);
            let role = match found.at {
                Some(at) if at == number => Role::Cursor,
                _ => Role::Calm,
            };
            Line::from(vec![Span::raw(indent.clone()), paint.span(role, text)])
        })
        .collect();
    let said = paint.text("form.suggested");
    lines.push(Line::from(
        paint.span(Role::Faint, format!("{indent}{}", width::cut(&said, room))),
    ));
    lines
}

/// The last part of a path.
fn short(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    trimmed.rfind('/').map_or(path, |at| &path[at + 1..])
}
