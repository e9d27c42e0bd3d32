//! Choosing the columns of a list: a line each, and below them the list as it will be.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::list;
use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::screen::columns::{Item, State};

/// Columns of the names.
const NAME: usize = 16;
/// Least lines that are worth a look at the list: its headings and two cases.
const LOOK: u16 = 3;

/// The screen.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let columns = usize::from(area.width);
    let name = paint.text(&state.name);
    let title = format!(" {}", paint.fill("columns.title", &[("list", &name)]));
    let title = Line::from(paint.span(Role::Title, title));
    paint.line(Rect { height: 1, ..area }, title);
    let intro = paint.wrapped_in(Role::Faint, &paint.text("columns.intro"), columns, 1);
    let intro: Vec<Line<'static>> = intro.into_iter().take(2).collect();
    let count = u16::try_from(state.items.len()).unwrap_or(u16::MAX);
    // where it is tight the columns themselves come first
    let with_intro = 2 + u16::try_from(intro.len()).unwrap_or(2);
    let is_tight = area.height < count + with_intro;
    let above = if is_tight { 1 } else { with_intro };
    if !is_tight {
        paint.lines(below(area, 1), intro, 0);
    }
    let body = below(area, above);
    items(paint, body, state);
    let look = below(area, above + count + 1);
    if look.height >= LOOK {
        let width = paint.model.window.list_columns().min(look.width);
        list::draw(paint, Rect { width, ..look });
    }
}

fn below(area: Rect, lines: u16) -> Rect {
    Rect {
        y: area.y + lines,
        height: area.height.saturating_sub(lines),
        ..area
    }
}

fn items(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let fit = usize::from(area.height).max(1);
    let first = (state.cursor + 1).saturating_sub(fit);
    let room = usize::from(paint.model.window.list_columns());
    let laid = list::cells::laid(paint, room);
    let columns = usize::from(area.width);
    let shown = state.items.iter().enumerate();
    let lines: Vec<Line<'static>> = shown
        .map(|(number, it)| {
            let fits = laid.iter().any(|(column, _)| *column == it.column);
            item(paint, number, *it, fits, columns)
        })
        .collect();
    paint.lines(area, lines, first);
    paint.mark_line(area, state.cursor - first);
}

/// Number, whether it is shown, its name, what it says; and that it has no room, if so.
fn item(
    paint: &Paint<'_, '_>,
    number: usize,
    item: Item,
    fits: bool,
    columns: usize,
) -> Line<'static> {
    let digit = match number {
        0..9 => (number + 1).to_string(),
        _ => " ".to_owned(),
    };
    let name = item.column.name();
    let (role, mark) = if item.is_shown {
        (Role::Calm, "[x]")
    } else {
        (Role::Faint, "[ ]")
    };
    let label = width::left(&paint.text(&format!("list.{name}")), NAME);
    let about = match (item.is_shown, fits) {
        (true, false) => paint.text("columns.no_room"),
        _ => paint.text(&format!("column.{name}")),
    };
    let about_role = if item.is_shown && !fits {
        Role::Warning
    } else {
        Role::Faint
    };
    let room = columns.saturating_sub(NAME + 10);
    Line::from(vec![
        paint.span(Role::Key, format!("  {digit} ")),
        paint.span(role, format!("{mark} {label} ")),
        paint.span(about_role, width::cut(&about, room)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::columns::Column;
    use crate::text::{LANGUAGES, Texts};

    /// In no language a name is cut.
    #[test]
    fn the_name_of_a_column_has_room() {
        for lang in LANGUAGES {
            let texts = Texts::load(lang);
            for column in Column::ALL {
                let name = texts.say(&format!("list.{}", column.name()));
                assert!(width::of(&name) <= NAME, "{lang}: {name}");
            }
        }
    }
}
