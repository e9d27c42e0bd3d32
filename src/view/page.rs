//! A screen as lines of text, for whoever reads it without seeing it: the same drawing, on as many
//! rows as there is to say, without header and footer.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::theme::{Colours, Role, Theme};
use super::{draw, width};
use crate::desk::model::Model;

/// Rows of header and of footer.
const FRAME: u16 = 2;
/// More rows than a screen ever has to say.
const ROWS: u16 = 300;

/// What a screen says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Its lines, without empty ones at the end.
    pub lines: Vec<String>,
    /// Which of them the cursor is on.
    pub at: Option<usize>,
}

/// Draws screens to be read.
#[derive(Debug)]
pub struct Pages {
    theme: Theme,
    columns: u16,
}

impl Pages {
    /// Screens of so many columns.
    pub fn new(columns: u16) -> Self {
        Self {
            theme: Theme::shipped(Colours::Off),
            columns,
        }
    }

    /// The screen as it is now.
    pub fn page(&self, model: &Model) -> Page {
        // memory takes every frame
        let Ok(mut terminal) = Terminal::new(TestBackend::new(self.columns, ROWS));
        let Ok(_) = terminal.draw(|frame| draw(model, &self.theme, frame));
        let buffer = terminal.backend().buffer();
        let rows = FRAME..ROWS - FRAME;
        let at = rows.clone().position(|row| self.is_cursor(buffer, row));
        let mut lines: Vec<String> = rows.map(|row| line(buffer, row)).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Page { lines, at }
    }

    /// Whether the row has the look of the cursor.
    fn is_cursor(&self, buffer: &Buffer, row: u16) -> bool {
        let wanted = self.theme.style(Role::Cursor).add_modifier;
        let has = |column: u16| {
            let cell = buffer.cell((column, row));
            cell.is_some_and(|cell| cell.modifier.contains(wanted))
        };
        wanted != Modifier::empty() && has(1) && has(2)
    }
}

fn line(buffer: &Buffer, row: u16) -> String {
    let mut said = String::new();
    let mut column = 0;
    while column < buffer.area.width {
        let symbol = buffer.cell((column, row)).map_or(" ", |cell| cell.symbol());
        said.push_str(symbol);
        // a wide character takes the next cell too
        column += u16::try_from(width::of(symbol).max(1)).unwrap_or(1);
    }
    said.trim_end().to_owned()
}
