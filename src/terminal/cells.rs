//! Cells as bytes for the terminal, as few as say the same: a slow line carries every one of them.
//!
//! A place in the line where one is needs its column only; of the pen only what changes is said; the
//! sixteen colours have their own short codes, which terminals without 256 colours know as well.
//! Places are absolute: a glyph that a terminal takes for wider than we do shifts nothing behind it.

use std::io::{self, Write};

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// How the terminal writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// As the terminal writes after a reset.
const PLAIN: Pen = Pen {
    fg: Color::Reset,
    bg: Color::Reset,
    modifier: Modifier::empty(),
};

/// What can be seen where nothing is written.
const ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);

impl Pen {
    /// The pen that the cell needs. A blank shows nothing of the colour and weight of letters, so the
    /// pen keeps those that it has.
    fn wanted_for(self, cell: &Cell) -> Self {
        let wanted = Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        };
        let shows_pen = cell.symbol() != " " || wanted.modifier.intersects(ON_BLANKS);
        let kept = Self {
            bg: wanted.bg,
            modifier: self.modifier - ON_BLANKS,
            ..self
        };
        // to be plain again is said in the fewest bytes
        if shows_pen || (wanted == PLAIN && kept != self) {
            return wanted;
        }
        kept
    }
}

/// Modifiers with the codes that begin and end them. Bold and faint have one end.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Write the cells; the pen is plain before and after.
pub(super) fn write<'a>(
    out: &mut impl Write,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut pen = PLAIN;
    // where the next glyph would go; the column is not known behind one whose width is disputed
    let (mut line, mut column) = (None, None);
    for (x, y, cell) in cells {
        if line != Some(y) {
            write!(out, "\x1b[{};{}H", y + 1, x + 1)?;
        } else if column != Some(x) {
            write!(out, "\x1b[{}G", x + 1)?;
        }
        let wanted = pen.wanted_for(cell);
        turn(out, pen, wanted)?;
        pen = wanted;
        out.write_all(cell.symbol().as_bytes())?;
        (line, column) = (Some(y), cell.symbol().is_ascii().then_some(x + 1));
    }
    turn(out, pen, PLAIN)
}

/// From one pen to another.
fn turn(out: &mut impl Write, from: Pen, to: Pen) -> io::Result<()> {
    if from == to {
        return Ok(());
    }
    if to == PLAIN {
        return out.write_all(b"\x1b[m");
    }
    let mut codes = Vec::with_capacity(24);
    let ended = from.modifier - to.modifier;
    let mut stands = from.modifier & to.modifier;
    for (modifier, _, end) in MODIFIERS {
        if ended.contains(modifier) {
            write!(codes, "{end};")?;
            let shared = MODIFIERS.iter().filter(|other| other.2 == end);
            shared.for_each(|other| stands.remove(other.0));
        }
    }
    for (modifier, begin, _) in MODIFIERS {
        if (to.modifier - stands).contains(modifier) {
            write!(codes, "{begin};")?;
        }
    }
    if from.fg != to.fg {
        colour(&mut codes, to.fg, 30)?;
    }
    if from.bg != to.bg {
        colour(&mut codes, to.bg, 40)?;
    }
    codes.pop();
    out.write_all(b"\x1b[")?;
    out.write_all(&codes)?;
    out.write_all(b"m")
}

/// The code of a colour with a semicolon behind it; `base` is 30 for letters, 40 for what is behind.
fn colour(codes: &mut Vec<u8>, colour: Color, base: u8) -> io::Result<()> {
    let number = match colour {
        Color::Reset => return write!(codes, "{};", base + 9),
        Color::Rgb(red, green, blue) => {
            return write!(codes, "{};2;{red};{green};{blue};", base + 8);
        }
        Color::Indexed(number) => number,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    match number {
        0..=7 => write!(codes, "{};", base + number),
        8..=15 => write!(codes, "{};", base + 60 + number - 8),
        _ => write!(codes, "{};5;{number};", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::backend::{Backend as _, CrosstermBackend};

    use super::*;

    fn any_colour() -> impl Strategy<Value = Color> {
        prop_oneof![
            Just(Color::Reset),
            (0u8..=255).prop_map(Color::Indexed),
            any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
            Just(Color::Red),
            Just(Color::DarkGray),
            Just(Color::White),
        ]
    }

    fn any_cell() -> impl Strategy<Value = (u16, u16, Cell)> {
        let symbol = prop_oneof!["[a-z ]", Just("ø".to_owned()), Just("世".to_owned())];
        // what vt100 shows: bold, faint, italic, underlined, reversed
        let modifier = (0u16..32).prop_map(|bits| {
            let known = [0, 1, 2, 3, 6].map(|at: usize| MODIFIERS[at].0);
            let chosen = known.iter().enumerate();
            let chosen = chosen.filter(|(at, _)| bits & (1 << at) != 0);
            let chosen = chosen.fold(Modifier::empty(), |all, (_, one)| all | *one);
            // of bold and faint together vt100 shows the one that was said last
            let both = Modifier::BOLD | Modifier::DIM;
            if chosen.contains(both) {
                chosen - Modifier::DIM
            } else {
                chosen
            }
        });
        let style = (any_colour(), any_colour(), modifier);
        (0u16..20, 0u16..6, symbol, style).prop_map(|(x, y, symbol, (fg, bg, modifier))| {
            let mut cell = Cell::EMPTY;
            cell.set_symbol(&symbol);
            (cell.fg, cell.bg, cell.modifier) = (fg, bg, modifier);
            (x * 2, y, cell)
        })
    }

    /// All that a person can see.
    fn shown(bytes: &[u8]) -> Vec<String> {
        let size = |n: u16| n.try_into().unwrap();
        let mut terminal = vt100::Parser::new(size(6), size(42), 0);
        terminal.process(bytes);
        let screen = terminal.screen();
        let places = (0..6).flat_map(|y| (0..42).map(move |x| (y, x)));
        let shown = places.map(|(y, x)| {
            let cell = screen.cell(y, x).unwrap();
            let (lines, reversed) = (cell.underline(), cell.inverse());
            let letters = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
            let is_blank = cell.contents().trim().is_empty() && !lines && !reversed;
            let letters = (!is_blank).then_some(letters);
            let text = cell.contents().trim();
            format!(
                "{y} {x} {text} {letters:?} {:?} {lines} {reversed}",
                cell.bgcolor()
            )
        });
        shown.collect()
    }

    proptest! {
        /// The same screen as that of the crate which says everything every time, in no more bytes.
        #[test]
        fn the_screen_is_the_same_and_costs_less(
            cells in prop::collection::btree_map((0u16..6, 0u16..20), any_cell(), 1..60)
        ) {
            let cells: Vec<_> = cells
                .into_iter()
                .map(|((y, x), (_, _, cell))| (x * 2, y, cell))
                .collect();
            let mut ours = Vec::new();
            write(&mut ours, cells.iter().map(|(x, y, cell)| (*x, *y, cell))).unwrap();
            let mut theirs = Vec::new();
            let all = cells.iter().map(|(x, y, cell)| (*x, *y, cell));
            CrosstermBackend::new(&mut theirs).draw(all).unwrap();
            prop_assert!(ours.len() <= theirs.len());
            prop_assert_eq!(shown(&ours), shown(&theirs));
        }
    }
}
