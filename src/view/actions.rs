//! The list of what can be done, and of what cannot with the reason.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::{clocks, width};
use crate::desk::screen::actions::{Choice, Of, State};
use crate::desk::{held, limits};
use crate::store::rows::CaseId;

/// The list.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let model = paint.model;
    let heading = Rect { height: 1, ..area };
    let mut body = Rect {
        y: area.y + 2,
        height: area.height.saturating_sub(2),
        ..area
    };
    let title = title(paint, state.of);
    paint.line(heading, title);
    if let Of::Case(case, _) = state.of
        && let Some(loaded) = model.world.case(case)
    {
        let line = clocks::one_line(paint, &loaded.detail, area.width);
        paint.line(
            Rect {
                y: area.y + 1,
                height: 1,
                ..area
            },
            line,
        );
        body = Rect {
            y: area.y + 3,
            height: area.height.saturating_sub(3),
            ..area
        };
        body = held(paint, body, case);
    }
    let Some(choices) = state.choices(&model.world, model.now) else {
        let line =
            Line::from(paint.span(Role::Faint, format!(" {}", paint.text("detail.loading"))));
        return paint.line(body, line);
    };
    if choices.is_empty() {
        let lines = paint.wrapped(
            Role::Calm,
            &paint.text("actions.none"),
            usize::from(area.width),
        );
        return paint.lines(body, lines, 0);
    }
    let columns = usize::from(area.width).min(width::TOGETHER);
    let (lines, at) = lines(paint, &choices, state.cursor, columns);
    let last = at.end.saturating_sub(usize::from(body.height));
    let first = last.min(at.start);
    paint.lines(body, lines, first);
    paint.mark_line(body, at.start - first);
}

/// Who else holds the case; what is left of the area.
fn held(paint: &mut Paint<'_, '_>, area: Rect, case: CaseId) -> Rect {
    let model = paint.model;
    let Some(said) = held::with_ways(&model.world, case, model.now) else {
        return area;
    };
    let lines = paint.wrapped_in(Role::Other, &said, usize::from(area.width), 1);
    let height = u16::try_from(lines.len() + 1)
        .unwrap_or(area.height)
        .min(area.height);
    paint.lines(area, lines, 0);
    Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    }
}

fn title(paint: &Paint<'_, '_>, of: Of) -> Line<'static> {
    let world = &paint.model.world;
    match of {
        Of::NewCase => {
            Line::from(paint.span(Role::Title, format!(" {}", paint.text("actions.new"))))
        }
        Of::Limits(agent) => {
            let name = limits::agent_name(world, agent).unwrap_or_default();
            let said = paint.fill("limits.which_queue", &[("name", name)]);
            Line::from(paint.span(Role::Title, format!(" {said}")))
        }
        Of::Case(case, _) => {
            let no = world
                .case(case)
                .map_or("", |loaded| loaded.detail.row.case_no.as_str());
            let subject = world
                .case(case)
                .map_or("", |l| l.detail.row.subject.as_str());
            Line::from(vec![
                paint.span(Role::Title, format!(" {no}")),
                Span::raw(format!("   {}   ", paint.text("actions.title"))),
                paint.span(Role::Faint, subject.to_owned()),
            ])
        }
    }
}

/// All lines, and which of them belong to the choice under the cursor.
fn lines(
    paint: &Paint<'_, '_>,
    choices: &[Choice],
    cursor: usize,
    columns: usize,
) -> (Vec<Line<'static>>, std::ops::Range<usize>) {
    let mut lines = Vec::new();
    let mut at = 0..0;
    // a list that is open keeps its places: what is impossible may stand among the rest
    let possible = choices.iter().rposition(|one| one.refusal.is_none());
    let refused = possible.map_or(0, |at| at + 1);
    for (number, choice) in choices.iter().enumerate() {
        if number == refused {
            lines.push(Line::default());
            lines.push(Line::from(
                paint.span(Role::Faint, format!(" {}", paint.text("actions.not_now"))),
            ));
        }
        let start = lines.len();
        lines.extend(of_choice(paint, choice, number, columns));
        if number == cursor {
            at = start..lines.len();
        }
    }
    (lines, at)
}

fn of_choice(
    paint: &Paint<'_, '_>,
    choice: &Choice,
    number: usize,
    columns: usize,
) -> Vec<Line<'static>> {
    let digit = match number {
        0..=8 => format!("{}", number + 1),
        _ => " ".to_owned(),
    };
    let role = if choice.refusal.is_some() {
        Role::Faint
    } else {
        Role::Calm
    };
    // what it is called comes first; the rules that want it have what is left, `d` has them all
    let room = columns.saturating_sub(6);
    let rules = width::cut(&choice.rules, room.saturating_sub(width::of(&choice.label)));
    let label = width::left(&choice.label, room.saturating_sub(width::of(&rules)));
    let first = Line::from(vec![
        paint.span(Role::Key, format!("  {digit} ")),
        paint.span(role, label),
        paint.span(Role::Faint, format!(" {rules} ")),
    ]);
    let mut lines = vec![first];
    if let Some(refusal) = &choice.refusal {
        for line in width::wrap(refusal, columns.saturating_sub(6)) {
            lines.push(Line::from(paint.span(Role::Faint, format!("    {line}"))));
        }
    }
    lines
}
