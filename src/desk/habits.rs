//! What the console does by itself at this terminal: settings of the person, not of the cases.

use chrono::TimeDelta;

/// What locking does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LockBy {
    /// The screen shows nothing of a case until a key is pressed and the session is still good.
    #[default]
    Hiding,
    /// The console ends; what was typed is kept.
    Ending,
}

/// Where a copied value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clip {
    /// To the clipboard of the terminal.
    #[default]
    Terminal,
    /// It is said in a line of its own: lines have nothing but text.
    Said,
}

/// The habits of a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// After so long without a key the screen is locked; `None`: never by itself.
    pub lock_after: Option<TimeDelta>,
    /// What locking does.
    pub lock: LockBy,
    /// Whether values may be copied to the clipboard of the terminal (decision 27).
    pub copies: bool,
    /// Whether masked values may be shown: not where what is said is kept (a file, a pipe).
    pub unmasks: bool,
    /// Whether the mouse is ours; the terminal's own selection then needs shift.
    pub mouse: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            lock_after: None,
            lock: LockBy::default(),
            copies: true,
            unmasks: true,
            mouse: false,
        }
    }
}
