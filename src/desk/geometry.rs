//! How much room there is: the desk scrolls by it, the view draws by it.

/// The smallest size that is drawn; below it stands one sentence.
pub const SMALLEST: (u16, u16) = (59, 17);

/// Lines that are not list or detail: two of header, one of headings, one of messages, one of hints.
const FRAME_LINES: u16 = 5;

/// How the panes are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panes {
    /// List or detail, one page each.
    One,
    /// List and detail.
    Two,
    /// List, detail and timeline.
    Three,
}

/// The size of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

impl Window {
    /// How the panes are laid out.
    pub fn panes(self) -> Panes {
        match self.columns {
            150.. => Panes::Three,
            100.. => Panes::Two,
            _ => Panes::One,
        }
    }

    /// Whether anything can be drawn.
    pub fn is_large_enough(self) -> bool {
        self.columns >= SMALLEST.0 && self.rows >= SMALLEST.1
    }

    /// Lines of the list or of the detail.
    pub fn body_lines(self) -> usize {
        usize::from(self.rows.saturating_sub(FRAME_LINES)).max(1)
    }

    /// Width of the list.
    pub fn list_columns(self) -> u16 {
        match self.panes() {
            Panes::One => self.columns,
            Panes::Two => self.columns * 11 / 20,
            Panes::Three => self.columns * 52 / 100,
        }
    }

    /// Width of the timeline where it is a column of its own.
    pub fn timeline_columns(self) -> u16 {
        match self.panes() {
            Panes::Three => (self.columns - self.list_columns()) * 37 / 100,
            _ => 0,
        }
    }
}
