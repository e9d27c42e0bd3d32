//! What commands take in the palette.

/// What is written behind the name of a command in the palette: `lang nl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Nothing.
    None,
    /// A language, always.
    Language,
    /// A theme, always.
    Theme,
    /// The number of a case, always.
    Case,
    /// The number of a queue, always.
    Tab,
    /// A line of the filter, or nothing.
    Filter,
    /// What is searched for, or nothing.
    Search,
    /// The number of a connection, or nothing.
    Connection,
}

impl Argument {
    /// Whether the command means nothing without it.
    pub fn is_needed(self) -> bool {
        !matches!(
            self,
            Self::None | Self::Filter | Self::Search | Self::Connection
        )
    }

    /// Whether names of people may stand in it: such a line is not kept in the database.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Filter | Self::Search)
    }

    /// How it is shown behind the name: the text `argument.<key>`.
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Language => Some("language"),
            Self::Theme => Some("theme"),
            Self::Case => Some("case"),
            Self::Tab => Some("tab"),
            Self::Filter => Some("filter"),
            Self::Search => Some("search"),
            Self::Connection => Some("connection"),
        }
    }
}
