//! The one table of commands. Keys, help, footer hints and "not possible because" come from it:
//! default keys stand in `assets/keymap.toml`, texts under `command.<name>` and
//! `command.<name>.help`.

mod argument;
mod context;
mod id;
pub mod rank;

use super::available::{self, Why};
use super::editor::Edit;
use super::model::Model;
use super::print;
use super::registers;
use super::screen::{consumption, signals};
use super::washing;

pub use argument::Argument;
pub use context::Context;
pub use id::Id;

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
    /// What is written behind its name in the palette.
    pub argument: Argument,
}

impl Command {
    const fn taking(mut self, argument: Argument) -> Self {
        self.argument = argument;
        self
    }

    /// Whether the palette lists it; the rest makes sense as a key only.
    pub fn is_spoken(&self) -> bool {
        !matches!(
            self.id,
            Id::Edit(_) | Id::Up | Id::Down | Id::ChooseDigit | Id::Palette
        )
    }

    /// Whether it needs no key of its own: the palette can be opened wherever it works.
    pub fn is_reached_by_name(&self, context: Context) -> bool {
        self.is_spoken() && PALETTE.contains(&context)
    }

    /// Whether keys of one's own may leave it out where text is typed.
    pub fn may_be_silent(&self, context: Context) -> bool {
        self.id == Id::Lock && (context.takes_text() || context == Context::Choice)
    }
}

use Context::{
    Actions, Board, Choice, Cluster, Clusters, Columns, Consumption as Volumes, Detail, Filter,
    Help, Ledger, Line, List, Note, Notices, OnTime, Palette, Preview, Print, Quit, Registers,
    Results, Review, Running, Search, Unfinished, Updates, Week,
};

const DESK: &[Context] = &[List, Detail];
const USE: &[Context] = &[Volumes];
const LISTS: &[Context] = &[
    List, Detail, Actions, Search, Filter, Palette, Ledger, Print, Volumes, Notices, Help, Board,
    OnTime, Unfinished, Preview, Running, Results, Columns, Week, Clusters, Cluster, Updates,
    Registers,
];
const PAGES: &[Context] = &[
    List, Detail, Actions, Ledger, Print, Volumes, Notices, Help, Board, OnTime, Unfinished,
    Preview, Running, Results, Columns, Clusters, Cluster, Updates,
];
const LONG: &[Context] = &[
    List, Detail, Actions, Ledger, Print, Volumes, Notices, Help, Review, Board, OnTime,
    Unfinished, Preview, Running, Results, Clusters, Cluster, Updates,
];
const WATCH: &[Context] = &[List, Detail, Board, OnTime];
const READ: &[Context] = &[
    List, Detail, Board, OnTime, Clusters, Cluster, Updates, Volumes, Registers,
];
const FIELDS: &[Context] = &[Line, Note, Choice];
const FORM: &[Context] = &[Line, Note, Choice, Week];
const TEXT: &[Context] = &[Line, Note, Search, Filter, Palette];
const LAYERS: &[Context] = &[
    Detail, Actions, Line, Note, Choice, Review, Ledger, Print, Volumes, Search, Notices, Filter,
    Palette, Preview, Results, Help, Unfinished, Quit, Board, OnTime, Columns, Week, Clusters,
    Cluster, Updates, Registers,
];
const DROP: &[Context] = &[Line, Note, Choice, Week, Unfinished, Filter];
const CHOICES: &[Context] = &[
    Actions, Search, Notices, Board, OnTime, Unfinished, Filter, Palette, Results, Clusters,
    Cluster, Updates,
];
const DIGITS: &[Context] = &[Actions, Choice, Columns];
const TURN: &[Context] = &[Choice, Ledger, OnTime, Volumes];
const UNDO: &[Context] = &[List, Detail, Results];
const PASS: &[Context] = &[List, Detail, Unfinished];
const SKIP: &[Context] = &[List, Detail, Quit];
/// Where the palette can be opened: no text is typed there, and back leads to the same place.
const SIGNALS: &[Context] = &[List, Detail, Board];
const PALETTE: &[Context] = &[
    List, Detail, Actions, Review, Ledger, Print, Volumes, Notices, Board, OnTime, Unfinished,
    Preview, Results, Columns, Clusters, Cluster, Updates, Registers,
];

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
        argument: Argument::None,
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
    when(Id::Promise, "promise", DESK, 16, available::live_case),
    when(Id::Snooze, "snooze", DESK, 16, available::to_put_aside),
    when(Id::Attach, "attach", DESK, 10, available::on_a_case),
    when(Id::Ledger, "ledger", DESK, 5, available::on_a_case),
    when(Id::Print, "print", DESK, 18, print::available),
    when(Id::Consumption, "consumption", DESK, 18, available::live).taking(Argument::Connection),
    free(Id::SeeWeek, "see_week", USE, 2),
    free(Id::SeeMonth, "see_month", USE, 2),
    free(Id::SeeYear, "see_year", USE, 2),
    free(Id::SeeFine, "see_fine", USE, 3),
    when(
        Id::SwitchUnit,
        "switch_unit",
        USE,
        6,
        consumption::has_units,
    ),
    when(Id::SaveCsv, "save_csv", USE, 3, consumption::exportable),
    when(Id::SavePdf, "save_pdf", USE, 3, consumption::exportable),
    when(
        Id::NameConnection,
        "name_connection",
        USE,
        9,
        consumption::nameable,
    ),
    when(Id::StepPlan, "step_plan", DESK, 4, print::has_plan),
    when(Id::Open, "open", DESK, 11, available::live),
    when(Id::Another, "another", DESK, 17, available::of_a_customer),
    when(Id::SendLink, "send_link", DESK, 4, available::link_to_send),
    when(Id::Lead, "lead", DESK, 12, available::lead_on_a_case),
    free(Id::Search, "search", DESK, 6).taking(Argument::Search),
    free(Id::Filter, "filter", DESK, 15).taking(Argument::Filter),
    when(Id::Recent, "recent", DESK, 19, available::live),
    when(Id::Seen, "seen", DESK, 0, available::on_a_case),
    when(Id::Mark, "mark", DESK, 16, available::in_the_list),
    when(Id::MarkAll, "mark_all", DESK, 17, available::live),
    when(Id::Bulk, "bulk", DESK, 1, available::marked),
    when(Id::ActOnAll, "act_on_all", &[Cluster], 2, washing::to_act),
    when(Id::Likewise, "likewise", &[Cluster], 1, washing::likewise),
    when(Id::Clusters, "clusters", DESK, 15, washing::washes),
    when(Id::Updates, "updates", DESK, 16, washing::washes),
    when(Id::Registers, "registers", DESK, 4, registers::available),
    when(Id::Approve, "approve", &[Updates], 1, washing::to_approve),
    when(Id::Reject, "reject", &[Updates], 2, washing::to_end),
    when(Id::Clear, "clear", &[List], 18, available::clearable),
    free(Id::Mine, "mine", DESK, 13),
    free(Id::Drafts, "drafts", DESK, 15),
    when(Id::TakeBack, "take_back", UNDO, 4, available::undoable),
    when(
        Id::TakeBackAll,
        "take_back_all",
        &[Results],
        5,
        washing::to_take_back,
    ),
    when(Id::Board, "board", DESK, 15, available::live),
    when(Id::Unmask, "unmask", DESK, 0, available::masked),
    when(Id::Copy, "copy", DESK, 0, available::to_copy),
    free(Id::Lock, "lock", &Context::ALL, 0),
    when(Id::Reassign, "reassign", &[Board], 2, available::board_case),
    when(Id::CallBack, "call_back", &[Board], 3, available::held_case),
    when(Id::Limits, "limits", &[Board], 7, available::limits),
    free(Id::OnTime, "on_time", &[Board], 5),
    when(Id::Signals, "signals", SIGNALS, 18, available::live),
    when(Id::Period, "period", &[OnTime], 6, signals::on_top),
    when(
        Id::SaveSignals,
        "save_signals",
        &[OnTime],
        7,
        signals::on_top,
    ),
    free(Id::Section, "section", &[Board], 6),
    when(Id::Refresh, "refresh", READ, 4, available::live),
    free(Id::Switch, "switch", DESK, 14),
    free(Id::Notices, "notices", &[List, Detail, Board], 0),
    free(Id::Choose, "choose", CHOICES, 1),
    when(Id::Keep, "keep", &[Filter], 3, available::live),
    free(Id::FillWord, "fill_word", &[Filter, Palette], 2),
    when(Id::Columns, "columns", DESK, 19, available::with_a_list),
    free(Id::ShowColumn, "show_column", &[Columns], 1),
    free(Id::ColumnLeft, "column_left", &[Columns], 2),
    free(Id::ColumnRight, "column_right", &[Columns], 3),
    free(Id::ColumnsAsTheyCome, "columns_as_they_come", &[Columns], 4),
    free(Id::TakeOut, "take_out", &[Preview], 2),
    free(Id::Stop, "stop", &[Running], 1),
    free(Id::ChooseDigit, "choose_digit", DIGITS, 0),
    free(Id::Enter, "enter", &[Line, Choice, Week], 1),
    free(Id::Newline, "newline", &[Note], 0),
    free(Id::NextField, "next_field", FORM, 2),
    free(Id::PreviousField, "previous_field", FORM, 0),
    free(Id::Previous, "previous", TURN, 4),
    free(Id::Following, "following", TURN, 5),
    free(Id::Review, "review", FORM, 3),
    free(Id::DayBefore, "day_before", &[Week], 4),
    free(Id::DayAfter, "day_after", &[Week], 5),
    free(Id::WeekBefore, "week_before", &[Week], 6),
    free(Id::WeekAfter, "week_after", &[Week], 7),
    free(Id::FirstFree, "first_free", &[Week], 8),
    when(Id::AskAgain, "ask_again", FORM, 2, available::askable),
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
    free(Id::Tab, "tab", DESK, 0).taking(Argument::Tab),
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
    free(Id::Edit(Edit::Redo), "edit_redo", TEXT, 0),
    free(Id::QuitAnyway, "quit_anyway", &[Quit], 1),
    free(Id::Palette, "palette", PALETTE, 19),
    free(Id::Earlier, "earlier", &[Palette], 3),
    free(Id::Later, "later", &[Palette], 0),
    when(Id::Case, "case", WATCH, 0, available::live).taking(Argument::Case),
    free(Id::Lang, "lang", PALETTE, 0).taking(Argument::Language),
    free(Id::Theme, "theme", PALETTE, 0).taking(Argument::Theme),
    free(Id::Mouse, "mouse", PALETTE, 0),
    free(Id::Help, "help", &Context::ALL, 21),
    free(Id::Redraw, "redraw", &Context::ALL, 0),
    free(Id::Suspend, "suspend", &Context::ALL, 0),
    free(Id::Quit, "quit", &[List, Detail], 22),
];

/// The commands of a context, in the order of the help.
pub fn all_in(context: Context) -> impl Iterator<Item = &'static Command> {
    COMMANDS
        .iter()
        .filter(move |command| command.contexts.contains(&context))
}

/// The line of that name.
pub fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}
