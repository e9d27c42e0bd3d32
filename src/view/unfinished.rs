//! Unfinished forms: the list with what was typed below it, and what is said of them elsewhere.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::drafts::Draft;
use crate::desk::form::typed;
use crate::desk::preview;
use crate::desk::route::Subject;
use crate::desk::say;
use crate::desk::screen::form;
use crate::desk::screen::unfinished::{Item, State, items};
use crate::desk::world::Link;
use crate::store::rows::{CaseId, DraftBody, DraftRow};

/// Columns of the number of the case.
const CASE: usize = 16;
/// Columns of when it was typed.
const AT: usize = 14;

/// The list.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: State) {
    let title = format!(" {}", paint.text("drafts.title"));
    let title = Line::from(paint.span(Role::Title, title));
    paint.line(Rect { height: 1, ..area }, title);
    let columns = usize::from(area.width);
    let world = &paint.model.world;
    let items = items(world);
    let body = Rect {
        y: area.y + 2,
        height: area.height.saturating_sub(2),
        ..area
    };
    if items.is_empty() {
        let lines = paint.wrapped_in(Role::Calm, &paint.text("drafts.none"), columns, 1);
        return paint.lines(body, lines, 0);
    }
    let height = u16::try_from(items.len()).unwrap_or(body.height);
    let list = Rect {
        height: height.min(body.height / 2),
        ..body
    };
    let at = state.cursor(world);
    let first = (at + 1).saturating_sub(usize::from(list.height));
    let lines = items.iter().map(|item| line(paint, *item, columns));
    let (lines, typed): (Vec<_>, _) = (lines.collect(), typed(paint, items[at], columns));
    paint.lines(list, lines, first);
    paint.mark_line(list, at - first);
    let below = Rect {
        y: list.bottom() + 1,
        height: body.bottom().saturating_sub(list.bottom() + 1),
        ..body
    };
    paint.lines(below, typed, 0);
}

fn line(paint: &Paint<'_, '_>, item: Item<'_>, columns: usize) -> Line<'static> {
    let (no, at, form, said) = match item {
        Item::Mine(draft) => {
            let state = state_of(paint, draft);
            (
                draft.case_no.clone(),
                at(paint, draft.kept_at),
                form_name(paint, draft),
                state,
            )
        }
        Item::Left(row) => {
            let owner = row.owner.as_deref().unwrap_or_default();
            let said = paint.fill("drafts.left", &[("name", owner)]);
            let no = row.case_no.clone().unwrap_or_default();
            (
                no,
                legal_at(paint, row.saved_at),
                left_name(paint, row),
                said,
            )
        }
    };
    let room = columns.saturating_sub(CASE + AT + 3);
    let form_room = room.min(width::of(&form) + 2);
    let said_room = room.saturating_sub(form_room);
    Line::from(vec![
        Span::raw(format!(" {}", width::left(&no, CASE))),
        Span::raw(width::left(&at, AT)),
        Span::raw(width::left(&form, form_room)),
        paint.span(Role::Faint, width::left(&said, said_room)),
    ])
}

/// What is to be known of a draft of ours.
fn state_of(paint: &Paint<'_, '_>, draft: &Draft) -> String {
    let mut said = Vec::new();
    if draft.closed {
        said.push(paint.text("drafts.of_closed"));
    }
    if draft.shared {
        said.push(paint.text("drafts.is_shared"));
    }
    said.extend(draft.trouble.clone());
    said.join(", ")
}

/// What was typed, field by field.
fn typed(paint: &Paint<'_, '_>, item: Item<'_>, columns: usize) -> Vec<Line<'static>> {
    let (subject, body): (_, &DraftBody) = match item {
        Item::Mine(draft) => (Some(draft.content.subject.clone()), &draft.content.body),
        Item::Left(row) => (Subject::of_form(&row.form, row.case_id), &row.body),
    };
    let model = paint.model;
    let said = typed::said(&model.world, subject.as_ref(), &body.answers, model.now);
    let mut lines = Vec::new();
    for (label, answer) in said {
        lines.push(Line::from(paint.span(Role::Faint, format!(" {label}"))));
        for part in answer.split('\n') {
            lines.extend(paint.wrapped_in(Role::Calm, part, columns, 3));
        }
    }
    if lines.is_empty() {
        let said = format!(" {}", paint.text("drafts.empty"));
        lines.push(Line::from(paint.span(Role::Faint, said)));
    }
    lines
}

/// Number of the case and name of the form.
pub(super) fn name(paint: &Paint<'_, '_>, draft: &Draft) -> String {
    let form = form_name(paint, draft);
    let name = format!("{} {form}", draft.case_no);
    name.trim().to_owned()
}

fn form_name(paint: &Paint<'_, '_>, draft: &Draft) -> String {
    let texts = &paint.model.world.texts;
    preview::form(texts, &draft.content.subject, &draft.process)
}

fn left_name(paint: &Paint<'_, '_>, row: &DraftRow) -> String {
    let texts = &paint.model.world.texts;
    let process = row.process.as_deref().unwrap_or_default();
    let subject = Subject::of_form(&row.form, row.case_id);
    subject.map_or_else(
        || row.form.clone(),
        |subject| preview::form(texts, &subject, process),
    )
}

/// When, in words; given in machine time.
pub(super) fn at(paint: &Paint<'_, '_>, at: DateTime<Utc>) -> String {
    legal_at(paint, paint.model.world.legal(at))
}

fn legal_at(paint: &Paint<'_, '_>, at: DateTime<Utc>) -> String {
    let world = &paint.model.world;
    say::at(&world.texts, at, paint.legal(), world.zone(""))
}

/// What is unfinished at a case: ours, and what others left.
pub(super) fn of_case(paint: &Paint<'_, '_>, case: CaseId, columns: usize) -> Vec<Line<'static>> {
    let drafts = &paint.model.world.drafts;
    let mine = drafts.for_case(case).map(|draft| {
        let with = [
            ("form", &*form_name(paint, draft)),
            ("at", &at(paint, draft.kept_at)),
        ];
        paint.fill("drafts.here", &with)
    });
    let left = drafts.left_with(case).iter().map(|row| {
        let owner = row.owner.as_deref().unwrap_or_default();
        let (form, at) = (left_name(paint, row), legal_at(paint, row.saved_at));
        let with = [("name", owner), ("form", &form), ("at", &at)];
        paint.fill("drafts.left_here", &with)
    });
    mine.chain(left)
        .flat_map(|said| paint.wrapped(Role::Soon, &said, columns))
        .collect()
}

/// Why what is typed here is not in the database; nothing while it is, or will be in a moment.
pub(super) fn of_form(paint: &Paint<'_, '_>, state: &form::State) -> Option<(Role, String)> {
    let world = &paint.model.world;
    let draft = world.drafts.get(state.draft)?;
    if let Some(trouble) = &draft.trouble {
        return Some((Role::Warning, trouble.clone()));
    }
    let is_waiting = draft.is_unsaved() && world.link != Link::Live;
    is_waiting.then(|| (Role::Faint, paint.text("drafts.waiting")))
}
