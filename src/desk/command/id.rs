//! What a command does.

use super::super::editor::Edit;

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
    /// Show what is masked of the customer, with a purpose.
    Unmask,
    /// Copy something of the case.
    Copy,
    /// Lock the screen.
    Lock,
    /// Write a note.
    Note,
    /// Promise something, to be kept at an instant.
    Promise,
    /// Put the case aside until an instant.
    Snooze,
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
    /// The print version of a notification.
    Print,
    /// Consumption under the mandate of a case, or of a connection.
    Consumption,
    /// A week of it as it was measured.
    SeeFine,
    /// A week of it by days.
    SeeWeek,
    /// A month of it by days.
    SeeMonth,
    /// A year of it by months.
    SeeYear,
    /// It in the other unit: of gas there are two.
    SwitchUnit,
    /// Its connection with its whole number, or masked.
    NameConnection,
    /// It as a file with the columns of the source.
    SaveCsv,
    /// It as pages to hand on.
    SavePdf,
    /// The address that customers of a provider follow, to be scanned.
    StepPlan,
    /// The board of the lead.
    Board,
    /// The next part of the board.
    Section,
    /// The share of clocks on time.
    OnTime,
    /// The register of signals per party and period.
    Signals,
    /// A longer or shorter period of it.
    Period,
    /// What is shown of it as a file.
    SaveSignals,
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
    /// The columns of the list shown.
    Columns,
    /// Show a column, or hide it.
    ShowColumn,
    /// A column one place to the left.
    ColumnLeft,
    /// A column one place to the right.
    ColumnRight,
    /// The columns as they come.
    ColumnsAsTheyCome,
    /// Take the proposed word.
    FillWord,
    /// The clusters of the data wash.
    Clusters,
    /// Do something with all of a cluster.
    ActOnAll,
    /// What was done with one finding, with all that are left.
    Likewise,
    /// Take back all that has not left.
    TakeBackAll,
    /// The updates of suppliers that wait.
    Updates,
    /// What the registers say of a case.
    Registers,
    /// The update is right.
    Approve,
    /// The update is wrong.
    Reject,
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
    /// The day before in a week of start times.
    DayBefore,
    /// The day after in a week of start times.
    DayAfter,
    /// The week before.
    WeekBefore,
    /// The week after.
    WeekAfter,
    /// The first free start time.
    FirstFree,
    /// Ask again for what a form looks up.
    AskAgain,
    /// Another request of the same customer.
    Another,
    /// Send the link for the payment again.
    SendLink,
    /// An edit of the text.
    Edit(Edit),
    /// A line break in a note.
    Newline,
    /// The palette: any command by its name.
    Palette,
    /// The line of the palette before this one.
    Earlier,
    /// The line of the palette after this one.
    Later,
    /// Another language.
    Lang,
    /// Another theme.
    Theme,
    /// The mouse is ours, or the terminal's.
    Mouse,
    /// The case of that number.
    Case,
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
