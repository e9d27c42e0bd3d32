//! The pictures are the desk as the program draws it, the first one in the README. After a change of
//! the screen: `LOKET_PICTURES=write cargo test view_picture`.

use std::fmt::Write as _;
use std::path::Path;

use loket::system;
use loket::view::draw;
use loket::view::theme::{Colours, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::support::desk::Script;

const CELL: (f32, f32) = (8.4, 18.0);
const INK: &str = "#d7dae0";
const PAPER: &str = "#16181d";

#[test]
fn the_picture_in_the_readme_is_what_the_program_draws() {
    let mut script = Script::new(120, 32);
    for key in ["j", "n"] {
        script.keys(key);
        script.answer_all();
    }
    is_kept(&script, "docs/desk.svg");
}

/// A month of consumption, in a small window and in a large one.
#[test]
fn the_pictures_of_consumption_are_what_the_program_draws() {
    for (size, file) in [
        ((80, 24), "docs/consumption-small.svg"),
        ((160, 48), "docs/consumption.svg"),
    ] {
        is_kept(&crate::desk_consumption::a_month(size), file);
    }
}

fn is_kept(script: &Script, file: &str) {
    let model = &script.model;
    let window = model.window;
    let mut terminal = Terminal::new(TestBackend::new(window.columns, window.rows)).unwrap();
    let theme = Theme::shipped(Colours::On);
    terminal.draw(|frame| draw(model, &theme, frame)).unwrap();
    let drawn = picture(terminal.backend().buffer());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if system::env("LOKET_PICTURES").as_deref() == Some("write") {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == drawn,
        "{file} is not what the program draws any more; see the module"
    );
}

/// The buffer as SVG: one text per run of cells of the same look.
fn picture(buffer: &Buffer) -> String {
    let (width, height) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (w, h) = (width * CELL.0 + 24.0, height * CELL.1 + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w:.0}\" height=\"{h:.0}\" \
         viewBox=\"0 0 {w:.0} {h:.0}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" \
         font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let look = look(&buffer[(x, y)]);
            let start = x;
            let mut text = String::new();
            while x < buffer.area.width && self::look(&buffer[(x, y)]) == look {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            run(&mut svg, (start, y), &text, &look);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[derive(PartialEq)]
struct Look {
    ink: &'static str,
    paper: &'static str,
    bold: bool,
    faint: bool,
}

fn look(cell: &Cell) -> Look {
    let (mut ink, mut paper) = (colour(cell.fg, INK), colour(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        (ink, paper) = (paper, ink);
    }
    Look {
        ink,
        paper,
        bold: cell.modifier.contains(Modifier::BOLD),
        faint: cell.modifier.contains(Modifier::DIM),
    }
}

fn colour(colour: Color, default: &'static str) -> &'static str {
    match colour {
        Color::Black => "#16181d",
        Color::Red | Color::LightRed => "#e06c75",
        Color::Green | Color::LightGreen => "#98c379",
        Color::Yellow | Color::LightYellow => "#e5c07b",
        Color::Blue | Color::LightBlue => "#61afef",
        Color::Magenta | Color::LightMagenta => "#c678dd",
        Color::Cyan | Color::LightCyan => "#56b6c2",
        Color::DarkGray => "#7f848e",
        Color::Gray | Color::White => "#d7dae0",
        _ => default,
    }
}

fn run(svg: &mut String, (column, row): (u16, u16), text: &str, look: &Look) {
    let (x, y) = (
        12.0 + f32::from(column) * CELL.0,
        12.0 + f32::from(row) * CELL.1,
    );
    let columns = text.chars().count();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a line has a few hundred columns"
    )]
    let wide = columns as f32 * CELL.0;
    if look.paper != PAPER {
        let (height, paper) = (CELL.1, look.paper);
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{height}\" fill=\"{paper}\"/>"
        );
    }
    let words = text.trim_start();
    if words.is_empty() {
        return;
    }
    // leading spaces are left out: not every viewer keeps them
    let (words, indent) = (
        words.trim_end(),
        text.chars().count() - words.chars().count(),
    );
    #[expect(
        clippy::cast_precision_loss,
        reason = "a line has a few hundred columns"
    )]
    let (x, wide) = (
        x + indent as f32 * CELL.0,
        words.chars().count() as f32 * CELL.0,
    );
    let escaped = words
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let bold = if look.bold {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let faint = if look.faint { " opacity=\"0.65\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\" textLength=\"{wide:.1}\" \
         xml:space=\"preserve\"{bold}{faint}>{escaped}</text>",
        y + 13.5,
        look.ink
    );
}
