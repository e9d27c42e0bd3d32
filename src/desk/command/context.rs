//! Where keys are pressed.

/// Where keys are pressed: decides which commands they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// The inbox.
    List,
    /// The detail of a case.
    Detail,
    /// The list of actions of a case.
    Actions,
    /// A field of one line in a form.
    Line,
    /// A field of several lines in a form.
    Note,
    /// A field with choices in a form.
    Choice,
    /// A week of start times in a form.
    Week,
    /// The review before a commit.
    Review,
    /// The deadline ledger.
    Ledger,
    /// The print version of a notification.
    Print,
    /// Consumption of a connection.
    Consumption,
    /// The search screen.
    Search,
    /// The notices.
    Notices,
    /// The board.
    Board,
    /// The share on time.
    OnTime,
    /// The clusters of the data wash.
    Clusters,
    /// One of them.
    Cluster,
    /// The updates of suppliers.
    Updates,
    /// What the registers say.
    Registers,
    /// The line of the filter.
    Filter,
    /// The line of the palette.
    Palette,
    /// The preview of an action on many.
    Preview,
    /// An action on many that runs.
    Running,
    /// The results of an action on many.
    Results,
    /// The columns of a list.
    Columns,
    /// The help.
    Help,
    /// Unfinished forms.
    Unfinished,
    /// "Quit although something is unsaved?"
    Quit,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::List,
        Self::Detail,
        Self::Actions,
        Self::Line,
        Self::Note,
        Self::Choice,
        Self::Week,
        Self::Review,
        Self::Ledger,
        Self::Print,
        Self::Consumption,
        Self::Search,
        Self::Notices,
        Self::Board,
        Self::OnTime,
        Self::Clusters,
        Self::Cluster,
        Self::Updates,
        Self::Registers,
        Self::Filter,
        Self::Palette,
        Self::Preview,
        Self::Running,
        Self::Results,
        Self::Columns,
        Self::Help,
        Self::Unfinished,
        Self::Quit,
    ];

    /// Whether printable characters are text here, so that they are no commands.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Line | Self::Note | Self::Search | Self::Filter | Self::Palette
        )
    }

    /// Key of its heading: `context.<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Detail => "detail",
            Self::Actions => "actions",
            Self::Line => "line",
            Self::Note => "note",
            Self::Choice => "choice",
            Self::Week => "week",
            Self::Review => "review",
            Self::Ledger => "ledger",
            Self::Print => "print",
            Self::Consumption => "consumption",
            Self::Search => "search",
            Self::Notices => "notices",
            Self::Board => "board",
            Self::OnTime => "on_time",
            Self::Clusters => "clusters",
            Self::Cluster => "cluster",
            Self::Updates => "updates",
            Self::Registers => "registers",
            Self::Filter => "filter",
            Self::Palette => "palette",
            Self::Preview => "preview",
            Self::Running => "running",
            Self::Results => "results",
            Self::Columns => "columns",
            Self::Help => "help",
            Self::Unfinished => "unfinished",
            Self::Quit => "quit",
        }
    }

    /// The context of that key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.key() == key)
    }
}
