//! What grid company, supplier and register have, beside each other, with the differences marked
//! inside the words.

use chrono::NaiveDate;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Lines;
use crate::store::rows::{EvidenceRow, FindingCard};
use crate::text::format;
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crate::view::width;
use crate::wash::marks::{Run, Runs, Weight, marks};

/// Letters with how much each differs.
type Letters = Vec<(String, Weight)>;
/// The same field of the three sides.
type Three = [Letters; 3];

/// The name of a field stands in so many columns.
const NAME: usize = 10;
/// Narrower columns stand below each other.
const LEAST: usize = 12;

/// Row by row of each side; the register stands beside the first. Nothing of a protected person.
pub(in crate::view) fn sides(paint: &Paint<'_, '_>, found: &FindingCard, columns: usize) -> Lines {
    if found.protected {
        let said = paint.text("finding.protected");
        return paint.wrapped(Role::Warning, &said, columns);
    }
    let room = columns.saturating_sub(NAME + 2) / 3;
    let is_wide = room >= LEAST;
    let mut lines = Vec::new();
    if is_wide {
        lines.push(heads(paint, ["grid", "supply", "register"], room));
    }
    let rows = found.grid.len().max(found.supply.len()).max(1);
    for at in 0..rows {
        if at > 0 {
            lines.push(Line::default());
        }
        let register = found.register.as_ref().filter(|_| at == 0);
        let sides = [found.grid.get(at), found.supply.get(at), register];
        for (key, three) in fields(paint, sides, at == 0) {
            if three.iter().all(Vec::is_empty) {
                continue;
            }
            let name = paint.text(&format!("finding.field.{key}"));
            if is_wide {
                lines.extend(beside(paint, &name, &three, room));
            } else {
                lines.extend(below(paint, &name, &three, columns));
            }
        }
    }
    lines
}

fn heads(paint: &Paint<'_, '_>, sides: [&str; 3], room: usize) -> Line<'static> {
    let names = sides.map(|side| {
        let name = paint.text(&format!("finding.side.{side}"));
        width::left(&width::cut(&name, room), room)
    });
    let said = format!("{}{}", " ".repeat(NAME), names.join(" "));
    Line::from(paint.span(Role::Key, said))
}

/// The fields of one row of each side, marked. A side that has no row says so where the name stands.
fn fields(
    paint: &Paint<'_, '_>,
    sides: [Option<&EvidenceRow>; 3],
    first: bool,
) -> Vec<(&'static str, Three)> {
    let word = |of: fn(&EvidenceRow) -> &str| sides.map(|row| row.map_or("", of));
    let mut names = marked(word(|row| &row.name));
    for (letters, row) in names.iter_mut().zip(sides) {
        if row.is_none() && first {
            *letters = plain(&paint.text("finding.absent"));
        }
    }
    let figure = |of: fn(&EvidenceRow) -> i32| sides.map(|row| row.map_or(0, of));
    let numbers = masked(word(|row| &row.number), figure(|row| row.number_as));
    let births = masked(word(|row| &row.birth), figure(|row| row.birth_as));
    let kinds = word(|row| &row.kind).map(|kind| match kind {
        "" => String::new(),
        kind => paint.text(&format!("kind.{kind}")),
    });
    let kinds = marked(kinds.each_ref().map(String::as_str));
    let ours = |row: Option<&EvidenceRow>| plain(row.map_or("", |row| &row.customer_ref));
    vec![
        ("name", names),
        ("kind", kinds),
        ("number", numbers),
        ("birth", births),
        ("address", marked(word(|row| &row.address))),
        ("valid", sides.map(|row| plain(&valid(paint, row)))),
        ("customer", sides.map(ours)),
    ]
}

/// From when to when; in the register, what became of whom.
fn valid(paint: &Paint<'_, '_>, row: Option<&EvidenceRow>) -> String {
    let Some(row) = row else {
        return String::new();
    };
    let day = |given: &str| match given.parse::<NaiveDate>() {
        Ok(day) => format::date(&paint.model.world.texts, day),
        Err(_) => given.to_owned(),
    };
    if !row.deceased_on.is_empty() {
        return paint.fill("finding.deceased", &[("day", &day(&row.deceased_on))]);
    }
    if !row.condition.is_empty() {
        let known = paint.maybe(&format!("wash.condition.{}", row.condition));
        return if known.is_empty() {
            row.condition.clone()
        } else {
            known
        };
    }
    if row.valid_from.is_empty() && row.valid_to.is_empty() {
        return String::new();
    }
    format!("{} - {}", day(&row.valid_from), day(&row.valid_to))
}

fn plain(text: &str) -> Letters {
    let letters = text.graphemes(true);
    letters.map(|it| (it.to_owned(), Weight::Same)).collect()
}

fn marked(values: [&str; 3]) -> Three {
    let runs = marks(values);
    std::array::from_fn(|side| weighed(values[side], &runs[side]))
}

fn weighed(text: &str, runs: &Runs) -> Letters {
    let part = |run: &Run| {
        let letters = text[run.range.clone()].graphemes(true);
        let weight = run.weight;
        letters
            .map(|it| (it.to_owned(), weight))
            .collect::<Letters>()
    };
    runs.iter().flat_map(part).collect()
}

/// What is masked is held against the last one that is known by its figure.
fn masked(values: [&str; 3], figures: [i32; 3]) -> Three {
    let right = figures.iter().rfind(|figure| **figure != 0).copied();
    let differs = |figure: i32| figure != 0 && Some(figure) != right;
    let is_any = figures.iter().any(|figure| differs(*figure));
    std::array::from_fn(|side| {
        let is_right = is_any && Some(figures[side]) == right;
        let weight = if differs(figures[side]) || is_right {
            Weight::Other
        } else {
            Weight::Same
        };
        let letters = plain(values[side]).into_iter();
        letters.map(|(letter, _)| (letter, weight)).collect()
    })
}

/// The three side by side; what is longer than its column goes on below.
fn beside(paint: &Paint<'_, '_>, name: &str, three: &Three, room: usize) -> Lines {
    let cells = three.each_ref().map(|letters| wrap(letters, room));
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |row: usize| {
        let name = if row == 0 {
            width::cut(name, NAME - 1)
        } else {
            String::new()
        };
        let mut spans = vec![paint.span(Role::Faint, width::left(&name, NAME))];
        for (side, cell) in cells.iter().enumerate() {
            let letters = cell.get(row).map_or(&[][..], Vec::as_slice);
            let used: usize = letters.iter().map(|(letter, _)| width::of(letter)).sum();
            spans.extend(drawn(paint, letters));
            let gap = usize::from(side < 2);
            spans.push(Span::raw(" ".repeat(room - used.min(room) + gap)));
        }
        Line::from(spans)
    };
    (0..height).map(line).collect()
}

/// The three below each other, each behind its side.
fn below(paint: &Paint<'_, '_>, name: &str, three: &Three, columns: usize) -> Lines {
    let mut lines = vec![Line::from(paint.span(Role::Faint, name.to_owned()))];
    for (side, letters) in ["grid", "supply", "register"].iter().zip(three) {
        let side = paint.text(&format!("finding.side.{side}"));
        let head = width::left(&width::cut(&side, NAME), NAME + 1);
        for (row, part) in wrap(letters, columns.saturating_sub(NAME + 3))
            .iter()
            .enumerate()
        {
            let head = if row == 0 {
                head.clone()
            } else {
                " ".repeat(NAME + 1)
            };
            let mut spans = vec![paint.span(Role::Faint, format!("  {head}"))];
            spans.extend(drawn(paint, part));
            lines.push(Line::from(spans));
        }
    }
    lines
}

/// Neighbours of one weight together. What differs is underlined: colour alone says nothing.
fn drawn(paint: &Paint<'_, '_>, letters: &[(String, Weight)]) -> Vec<Span<'static>> {
    let runs = letters.chunk_by(|(_, one), (_, other)| one == other);
    let span = |run: &[(String, Weight)]| {
        let text: String = run.iter().map(|(letter, _)| letter.as_str()).collect();
        let under = |role| paint.style(role).add_modifier(Modifier::UNDERLINED);
        let style = match run[0].1 {
            Weight::Same => Style::default(),
            Weight::Spelling => under(Role::Soon),
            Weight::Other => under(Role::Late).add_modifier(Modifier::BOLD),
        };
        Span::styled(text, style)
    };
    runs.map(span).collect()
}

/// Lines of at most so many columns, broken behind a space where there is one.
fn wrap(letters: &[(String, Weight)], columns: usize) -> Vec<Letters> {
    let (mut lines, mut line, mut used) = (Vec::new(), Letters::new(), 0);
    for (letter, weight) in letters {
        if used + width::of(letter) > columns && !line.is_empty() {
            let space = line.iter().rposition(|(it, _)| it == " ");
            let rest = space.map_or_else(Letters::new, |at| line.split_off(at + 1));
            used = rest.iter().map(|(it, _)| width::of(it)).sum();
            lines.push(std::mem::replace(&mut line, rest));
        }
        used += width::of(letter);
        line.push((letter.clone(), *weight));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// In a line of a table: of each side the first field in which they differ, or the name.
pub(in crate::view) fn cells(
    paint: &Paint<'_, '_>,
    found: &FindingCard,
    room: usize,
) -> Vec<Span<'static>> {
    if found.protected {
        let said = paint.text("finding.protected");
        let all = 3 * (room + 1);
        return vec![paint.span(Role::Warning, width::left(&width::cut(&said, all - 1), all))];
    }
    let register = found.register.as_ref();
    let sides = [found.grid.first(), found.supply.first(), register];
    let all = fields(paint, sides, true);
    let differs = |three: &Three| {
        let mut letters = three.iter().flatten();
        letters.any(|(_, weight)| *weight != Weight::Same)
    };
    let is_one_sided = sides.iter().any(Option::is_none);
    let chosen = all
        .iter()
        .find(|(_, three)| !is_one_sided && differs(three));
    let Some((_, three)) = chosen.or_else(|| all.first()) else {
        return Vec::new();
    };
    three
        .iter()
        .flat_map(|letters| cell(paint, letters, room))
        .collect()
}

/// Letters in so many columns and a gap; what is longer ends in dots.
fn cell(paint: &Paint<'_, '_>, letters: &Letters, room: usize) -> Vec<Span<'static>> {
    let of = |letters: &[(String, Weight)]| -> usize {
        letters.iter().map(|(letter, _)| width::of(letter)).sum()
    };
    let mut shown = letters.clone();
    if of(&shown) > room {
        while of(&shown) + 2 > room && shown.pop().is_some() {}
        shown.extend(plain(".."));
    }
    let gap = room.saturating_sub(of(&shown)) + 1;
    let mut spans = drawn(paint, &shown);
    spans.push(Span::raw(" ".repeat(gap)));
    spans
}

/// Two rows beside each other, under these headings; the differences marked as everywhere.
pub(in crate::view) fn pair(
    paint: &Paint<'_, '_>,
    heads: [&str; 2],
    rows: [Option<&EvidenceRow>; 2],
    columns: usize,
) -> Lines {
    let room = columns.saturating_sub(NAME + 2) / 3;
    let heads = heads.map(|side| {
        let name = paint.text(&format!("finding.side.{side}"));
        width::left(&width::cut(&name, room), room)
    });
    let said = format!("{}{}", " ".repeat(NAME), heads.join(" "));
    let mut lines = vec![Line::from(paint.span(Role::Key, said))];
    for (key, three) in fields(paint, [rows[0], rows[1], None], false) {
        if three.iter().any(|letters| !letters.is_empty()) {
            let name = paint.text(&format!("finding.field.{key}"));
            lines.extend(beside(paint, &name, &three, room));
        }
    }
    lines
}
