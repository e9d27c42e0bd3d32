//! The one table of commands. Keys, help, footer hints and "not possible because" come from it:
//! default keys stand in `assets/keymap.toml`, texts under `command.<name>` and
//! `command.<name>.help`.

use super::available::{self, Why};
use super::editor::Edit;
use super::model::Model;

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
    /// The review before a commit.
    Review,
    /// The deadline ledger.
    Ledger,
    /// The search screen.
    Search,
    /// The notices.
    Notices,
    /// The board.
    Board,
    /// The share on time.
    OnTime,
    /// The line of the filter.
    Filter,
    /// The preview of an action on many.
    Preview,
    /// An action on many that runs.
    Running,
    /// The results of an action on many.
    Results,
    /// The help.
    Help,
    /// Unfinished forms.
    Unfinished,
    /// "Quit although something is unsaved?"
    Quit,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::List,
        Self::Detail,
        Self::Actions,
        Self::Line,
        Self::Note,
        Self::Choice,
        Self::Review,
        Self::Ledger,
        Self::Search,
        Self::Notices,
        Self::Board,
        Self::OnTime,
        Self::Filter,
        Self::Preview,
        Self::Running,
        Self::Results,
        Self::Help,
        Self::Unfinished,
        Self::Quit,
    ];

    /// Whether printable characters are text here, so that they are no commands.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Line | Self::Note | Self::Search | Self::Filter)
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
            Self::Review => "review",
            Self::Ledger => "ledger",
            Self::Search => "search",
            Self::Notices => "notices",
            Self::Board => "board",
            Self::OnTime => "on_time",
            Self::Filter => "filter",
            Self::Preview => "preview",
            Self::Running => "running",
            Self::Results => "results",
            Self::Help => "help",
            Self::Unfinished => "unfinished",
            Self::Quit => "quit",
        }
    }
}

/// What a command does. Screens know these, never keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Id {
    /// Up one line.
    Up,
    /// Down one line.
    Down,
    /// Up one page.
    PageUp,
    /// Down one page.
    PageDown,
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// To the next queue.
    NextTab,
    /// To the previous queue.
    PreviousTab,
    /// To the queue of the digit.
    Tab,
    /// The cases that I hold.
    Mine,
    /// Unfinished forms.
    Drafts,
    /// Between list and detail.
    Switch,
    /// Back, one layer up.
    Back,
    /// Actions of the case.
    Act,
    /// Actions that only a lead may do.
    Lead,
    /// Choose the line under the cursor.
    Choose,
    /// Choose the line of the digit.
    ChooseDigit,
    /// Take the most urgent case.
    Next,
    /// Take this case.
    Claim,
    /// Give it back to the pool.
    Release,
    /// Pass over a case that "next" gave.
    Skip,
    /// Take it from the colleague who holds it.
    TakeOver,
    /// Hand it over with a line.
    HandOver,
    /// Take back the last change.
    TakeBack,
    /// Write a note.
    Note,
    /// Attach a document.
    Attach,
    /// Open a new case.
    Open,
    /// Search.
    Search,
    /// The cases that we looked at lately.
    Recent,
    /// This case is read, or is to be read again.
    Seen,
    /// The deadline ledger.
    Ledger,
    /// The board of the lead.
    Board,
    /// The next part of the board.
    Section,
    /// The share of clocks on time.
    OnTime,
    /// Give the case of the board to somebody.
    Reassign,
    /// Give the case of the board back to the pool.
    CallBack,
    /// Set the numbers of the queue or the person under the cursor.
    Limits,
    /// Mark this case, or take its mark away.
    Mark,
    /// Mark all of the list.
    MarkAll,
    /// Do something with all marked cases.
    Bulk,
    /// The line of the filter.
    Filter,
    /// Save the line of the filter under a name.
    Keep,
    /// Marks away, then the filter.
    Clear,
    /// Take the proposed word.
    FillWord,
    /// Take a case out of an action on many.
    TakeOut,
    /// Stop an action on many.
    Stop,
    /// Take in what changed.
    Refresh,
    /// What happened to our cases without us.
    Notices,
    /// Previous clock of the ledger, choice of a field.
    Previous,
    /// Next clock of the ledger, choice of a field.
    Following,
    /// Next field.
    NextField,
    /// Previous field.
    PreviousField,
    /// On: next field, or the review behind the last one.
    Enter,
    /// To the review.
    Review,
    /// Empty a form that has a kept draft.
    Discard,
    /// Write it.
    Commit,
    /// Complete the file name.
    Complete,
    /// An edit of the text.
    Edit(Edit),
    /// A line break in a note.
    Newline,
    /// Help.
    Help,
    /// Draw everything again.
    Redraw,
    /// Give the shell the terminal.
    Suspend,
    /// Leave.
    Quit,
    /// Leave although something is unsaved.
    QuitAnyway,
}

/// One line of the table.
#[derive(Debug)]
pub struct Command {
    /// What it does.
    pub id: Id,
    /// Its name in keymap and texts.
    pub name: &'static str,
    /// Where it works.
    pub contexts: &'static [Context],
    /// Its place in the footer, 1 first; 0 is shown in the help only.
    pub rank: u8,
    /// Whether it is possible now, or why not.
    pub available: fn(&Model) -> Result<(), Why>,
}

use Context::{
    Actions, Board, Choice, Detail, Filter, Help, Ledger, Line, List, Note, Notices, OnTime,
    Preview, Quit, Results, Review, Running, Search, Unfinished,
};

const DESK: &[Context] = &[List, Detail];
const LISTS: &[Context] = &[
    List, Detail, Actions, Search, Filter, Ledger, Notices, Help, Board, OnTime, Unfinished,
    Preview, Running, Results,
];
const PAGES: &[Context] = &[
    List, Detail, Actions, Ledger, Notices, Help, Board, OnTime, Unfinished, Preview, Running,
    Results,
];
const LONG: &[Context] = &[
    List, Detail, Actions, Ledger, Notices, Help, Review, Board, OnTime, Unfinished, Preview,
    Running, Results,
];
const WATCH: &[Context] = &[List, Detail, Board, OnTime];
const FIELDS: &[Context] = &[Line, Note, Choice];
const TEXT: &[Context] = &[Line, Note, Search, Filter];
const LAYERS: &[Context] = &[
    Detail, Actions, Line, Note, Choice, Review, Ledger, Search, Notices, Filter, Preview, Results,
    Help, Unfinished, Quit, Board, OnTime,
];
const DROP: &[Context] = &[Line, Note, Choice, Unfinished, Filter];
const CHOICES: &[Context] = &[
    Actions, Search, Notices, Board, OnTime, Unfinished, Filter, Results,
];
const UNDO: &[Context] = &[List, Detail, Results];
const PASS: &[Context] = &[List, Detail, Unfinished];
const SKIP: &[Context] = &[List, Detail, Quit];
const fn free(id: Id, name: &'static str, contexts: &'static [Context], rank: u8) -> Command {
    when(id, name, contexts, rank, available::always)
}

const fn when(
    id: Id,
    name: &'static str,
    contexts: &'static [Context],
    rank: u8,
    available: fn(&Model) -> Result<(), Why>,
) -> Command {
    Command {
        id,
        name,
        contexts,
        rank,
        available,
    }
}

/// All commands, in the order of the help.
pub static COMMANDS: &[Command] = &[
    when(Id::Act, "act", DESK, 1, available::on_a_case),
    when(Id::Next, "next", DESK, 2, available::live),
    when(Id::Claim, "claim", DESK, 3, available::claimable),
    when(Id::Release, "release", DESK, 7, available::held_by_me),
    when(Id::Skip, "skip", SKIP, 7, available::proposed),
    when(Id::TakeOver, "take_over", DESK, 7, available::takeable),
    when(Id::HandOver, "hand_over", PASS, 8, available::to_hand_over),
    when(Id::Note, "note", DESK, 9, available::on_a_case),
    when(Id::Attach, "attach", DESK, 10, available::on_a_case),
    when(Id::Ledger, "ledger", DESK, 5, available::on_a_case),
    when(Id::Open, "open", DESK, 11, available::live),
    when(Id::Lead, "lead", DESK, 12, available::lead_on_a_case),
    free(Id::Search, "search", DESK, 6),
    free(Id::Filter, "filter", DESK, 15),
    when(Id::Recent, "recent", DESK, 19, available::live),
    when(Id::Seen, "seen", DESK, 0, available::on_a_case),
    when(Id::Mark, "mark", DESK, 16, available::in_the_list),
    when(Id::MarkAll, "mark_all", DESK, 17, available::live),
    when(Id::Bulk, "bulk", DESK, 1, available::marked),
    when(Id::Clear, "clear", &[List], 18, available::clearable),
    free(Id::Mine, "mine", DESK, 13),
    free(Id::Drafts, "drafts", DESK, 15),
    when(Id::TakeBack, "take_back", UNDO, 4, available::undoable),
    when(Id::Board, "board", DESK, 15, available::live),
    when(Id::Reassign, "reassign", &[Board], 2, available::board_case),
    when(Id::CallBack, "call_back", &[Board], 3, available::held_case),
    when(Id::Limits, "limits", &[Board], 7, available::limits),
    free(Id::OnTime, "on_time", &[Board], 5),
    free(Id::Section, "section", &[Board], 6),
    when(Id::Refresh, "refresh", WATCH, 4, available::live),
    free(Id::Switch, "switch", DESK, 14),
    free(Id::Notices, "notices", &[List, Detail, Board], 0),
    free(Id::Choose, "choose", CHOICES, 1),
    when(Id::Keep, "keep", &[Filter], 3, available::live),
    free(Id::FillWord, "fill_word", &[Filter], 2),
    free(Id::TakeOut, "take_out", &[Preview], 2),
    free(Id::Stop, "stop", &[Running], 1),
    free(Id::ChooseDigit, "choose_digit", &[Actions, Choice], 0),
    free(Id::Enter, "enter", &[Line, Choice], 1),
    free(Id::Newline, "newline", &[Note], 0),
    free(Id::NextField, "next_field", FIELDS, 2),
    free(Id::PreviousField, "previous_field", FIELDS, 0),
    free(Id::Previous, "previous", &[Choice, Ledger, OnTime], 4),
    free(Id::Following, "following", &[Choice, Ledger, OnTime], 5),
    free(Id::Review, "review", FIELDS, 3),
    when(Id::Discard, "discard", DROP, 4, available::kept_draft),
    when(Id::Complete, "complete", &[Line], 6, available::suggested),
    free(Id::Commit, "commit", &[Review, Preview], 1),
    free(Id::Back, "back", LAYERS, 20),
    free(Id::Up, "up", LISTS, 0),
    free(Id::Down, "down", LISTS, 0),
    free(Id::PageUp, "page_up", LONG, 0),
    free(Id::PageDown, "page_down", LONG, 0),
    free(Id::First, "first", PAGES, 0),
    free(Id::Last, "last", PAGES, 0),
    free(Id::NextTab, "next_tab", DESK, 0),
    free(Id::PreviousTab, "previous_tab", DESK, 0),
    free(Id::Tab, "tab", DESK, 0),
    free(Id::Edit(Edit::Left), "edit_left", TEXT, 0),
    free(Id::Edit(Edit::Right), "edit_right", TEXT, 0),
    free(Id::Edit(Edit::WordLeft), "edit_word_left", TEXT, 0),
    free(Id::Edit(Edit::WordRight), "edit_word_right", TEXT, 0),
    free(Id::Edit(Edit::Up), "edit_up", FIELDS, 0),
    free(Id::Edit(Edit::Down), "edit_down", FIELDS, 0),
    free(Id::Edit(Edit::Home), "edit_home", TEXT, 0),
    free(Id::Edit(Edit::End), "edit_end", TEXT, 0),
    free(Id::Edit(Edit::Backspace), "edit_backspace", TEXT, 0),
    free(Id::Edit(Edit::Delete), "edit_delete", TEXT, 0),
    free(Id::Edit(Edit::DeleteWord), "edit_delete_word", TEXT, 0),
    free(
        Id::Edit(Edit::DeleteToStart),
        "edit_delete_to_start",
        TEXT,
        0,
    ),
    free(Id::Edit(Edit::DeleteToEnd), "edit_delete_to_end", TEXT, 0),
    free(Id::Edit(Edit::Undo), "edit_undo", TEXT, 0),
    free(Id::QuitAnyway, "quit_anyway", &[Quit], 1),
    free(Id::Help, "help", &Context::ALL, 21),
    free(Id::Redraw, "redraw", &Context::ALL, 0),
    free(Id::Suspend, "suspend", &Context::ALL, 0),
    free(Id::Quit, "quit", &[List, Detail], 22),
];

/// The line of that name.
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}
