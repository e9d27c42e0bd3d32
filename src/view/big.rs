//! Figures that are read from across a room: digits of five lines, drawn as filled cells, so that
//! they are as large and as calm in any font. The words below them say the same.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines of a figure.
pub(super) const LINES: usize = 5;

/// Three columns by five lines, the highest bit left.
const DIGITS: [[u8; LINES]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b001, 0b001],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// A number in at most so many columns, as five lines; `None` when it does not fit.
pub(super) fn number(value: u64, columns: usize, style: Style) -> Option<Vec<Line<'static>>> {
    let digits: Vec<usize> = value
        .to_string()
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect();
    // two cells make a square
    let cell = [2, 1]
        .into_iter()
        .find(|cell| digits.len() * (3 * cell + 2) <= columns)?;
    Some(
        (0..LINES)
            .map(|line| row(&digits, line, cell, style))
            .collect(),
    )
}

fn row(digits: &[usize], line: usize, cell: usize, style: Style) -> Line<'static> {
    let mut spans = Vec::new();
    for digit in digits {
        for bit in [0b100, 0b010, 0b001] {
            let is_filled = DIGITS[*digit][line] & bit != 0;
            let style = if is_filled { style } else { Style::default() };
            spans.push(Span::styled(" ".repeat(cell), style));
        }
        spans.push(Span::raw("  "));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    fn drawn(value: u64, columns: usize) -> Option<Vec<String>> {
        let filled = Style::default().add_modifier(Modifier::REVERSED);
        let of_span = |span: &Span<'static>| {
            let mark = if span.style == filled { "#" } else { "." };
            mark.repeat(span.content.len())
        };
        let lines = number(value, columns, filled)?;
        Some(
            lines
                .iter()
                .map(|line| line.spans.iter().map(of_span).collect())
                .collect(),
        )
    }

    #[test]
    fn a_number_is_five_lines_of_filled_cells() {
        let lines = drawn(14, 40).unwrap();
        assert_eq!(
            lines,
            [
                "..##....##..##..",
                "####....##..##..",
                "..##....######..",
                "..##........##..",
                "######......##..",
            ]
        );
    }

    #[test]
    fn it_gets_narrower_before_it_gives_up() {
        assert_eq!(drawn(14, 15).unwrap()[0], ".#...#.#..");
        assert_eq!(drawn(14, 9), None);
    }
}
