//! What `update` wants done, as data: run elsewhere, answered by a [`Reply`] with the same ticket.

mod question;
mod reply;
mod save;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

pub use super::file::{FileError, FileRead};
use super::find::{Asked, Naming};
use super::route::Route;
use super::screen::consumption::Format;
pub use super::world::Loaded;
use crate::domain::consumption::shown::Shown;
use crate::process::engine::{Answers, Change};
use crate::store::consumption::Look;
use crate::store::rows::{Along, CaseId, Lease, NewLimits};

pub use question::Question;
pub use reply::{Beat, Reply};
pub use save::Save;

/// Number of a question. A later question of the same slot makes it void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    /// What was asked for.
    pub slot: Slot,
    /// Counted up.
    pub number: u64,
}

/// What a question is for; one answer a slot is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The session.
    Session,
    /// The calendars.
    Calendars,
    /// First page of the tab.
    Inbox(usize),
    /// A further page of the tab.
    More(usize),
    /// A case.
    Detail(CaseId),
    /// The search.
    Search,
    /// All cases of the tab, to be marked.
    Marks(usize),
    /// What an action on many works with.
    Facts,
    /// The colleagues.
    Colleagues,
    /// The numbers of the queues.
    Limits,
    /// That notices were seen.
    Notices,
    /// Names of files.
    Names,
    /// Whether a file can be read.
    File,
    /// What a field could mean.
    Like,
    /// What a form looks up.
    LookUp,
    /// The plant of an installer's notification.
    Plant,
    /// The meters at an address.
    Meters,
    /// The free start times of a week.
    Week,
    /// The board.
    Board,
    /// The share on time of a month.
    OnTime(NaiveDate),
    /// The cases behind a figure.
    OnTimeCases,
    /// Clusters of the data wash.
    Clusters,
    /// The findings of one.
    Cluster,
    /// Updates of suppliers that wait.
    Updates,
    /// The register of signals.
    Signals,
    /// The signals of a party.
    SignalsOf,
    /// What is shown of them as a file.
    SaveSignals,
    /// What the registers say of a case.
    Registers,
    /// Our unfinished forms.
    Drafts,
    /// A save of an unfinished form.
    Draft(Uuid),
    /// A draft is shown to the holder of its case.
    Share(Uuid),
    /// A save of where we are.
    Place,
    /// The case of a number.
    ByNumber,
    /// The mandates of a connection.
    Mandates,
    /// A save of what we looked at.
    Looked,
    /// A save of the columns of that list.
    Columns(Option<i32>),
    /// What helps to find again.
    Find(Asked),
    /// A write: its answer is never void.
    Command(Uuid),
}

impl Slot {
    /// Whether nobody waits for the answer: saves go on behind the screen.
    pub fn is_quiet(self) -> bool {
        matches!(
            self,
            Self::Draft(_)
                | Self::Place
                | Self::Drafts
                | Self::Looked
                | Self::Columns(_)
                | Self::Find(_)
        )
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Go elsewhere on the screen; taken in by `update` itself.
    Go(Route),
    /// Read from the database.
    Ask(Ticket, Question),
    /// Write to the database: runs to its end whatever happens to the screen.
    Write(Ticket, Box<Call>),
    /// Keep something that is no change of a case: runs to its end like a write.
    Save(Ticket, Box<Save>),
    /// Names of files that begin so.
    Names(Ticket, PathBuf),
    /// Whether that file can be attached.
    Probe(Ticket, PathBuf),
    /// Put that text into the clipboard of the terminal.
    Copy(String),
    /// The mouse is ours, or the terminal's.
    Mouse(bool),
    /// Draw everything again.
    Redraw,
    /// Draw in that theme from now on.
    Theme(String),
    /// Give the shell the terminal.
    Suspend,
    /// Leave.
    Quit,
}

/// A write. Each carries the command id under which a repetition has no second effect.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// Take the most urgent case.
    Next(Option<Vec<i32>>),
    /// Take a case.
    Claim(CaseId),
    /// Give it back.
    Release(Lease),
    /// Pass it over: back to the pool, not proposed to us again.
    Skip {
        /// Our right to it.
        lease: Lease,
        /// Key of the reason.
        reason: String,
        /// In our words.
        line: Option<String>,
    },
    /// Take it from the colleague who holds it.
    TakeOver {
        /// Which case.
        case: CaseId,
        /// Why; they are told.
        reason: String,
    },
    /// Hand it over.
    HandOver {
        /// Our right to it.
        lease: Lease,
        /// To whom; `None` to the pool.
        to: Option<i32>,
        /// What the next one reads first.
        line: String,
        /// Whether our drafts for it go along.
        along: Along,
    },
    /// Show what is masked of its customer, for that purpose.
    Unmask {
        /// Which case.
        case: CaseId,
        /// One of [`crate::store::rows::UNMASK_PURPOSES`].
        purpose: &'static str,
    },
    /// Look at consumption: an event of the case with its purpose.
    Look(Look<'static>),
    /// Take along what is shown of it: an event of its own.
    Export {
        /// What is shown, and for which purpose.
        look: Look<'static>,
        /// Exactly that.
        shown: Box<Shown>,
        /// As what.
        format: Format,
        /// The legal instant.
        made: DateTime<Utc>,
        /// The name of the file.
        name: String,
    },
    /// Do an action.
    Apply {
        /// Which case.
        case: CaseId,
        /// Our right to it; `None` for actions that need none.
        fence: Option<i64>,
        /// The version that we saw.
        version: i32,
        /// What changes.
        change: Change,
    },
    /// Open a case. The answers go along for a further signal on an open case.
    Open(Change, Answers),
    /// Give it to another agent (lead).
    Reassign {
        /// Which case.
        case: CaseId,
        /// To whom; `None` to the pool.
        to: Option<i32>,
        /// Why.
        reason: String,
    },
    /// Move it to another queue (lead).
    Transfer {
        /// Which case.
        case: CaseId,
        /// Where.
        queue_id: i32,
        /// Why.
        reason: String,
    },
    /// Set the numbers of a queue, or of one agent in it (lead).
    Limits(NewLimits),
    /// Save a filter under a name, or throw one away.
    Naming(Naming),
    /// End an update of a supplier (DW-BAS-12).
    EndUpdate {
        /// Which one.
        id: i64,
        /// Whether it is right; else it is rejected.
        approve: bool,
        /// Why, where it is rejected.
        why: Option<String>,
    },
    /// Take back its last change.
    TakeBack {
        /// Which case.
        case: CaseId,
        /// The event that is taken back.
        seq: i32,
    },
    /// Attach a document; the file is read by the one who runs it.
    Attach {
        /// Which case.
        case: CaseId,
        /// Where the file is.
        path: PathBuf,
        /// Why it is kept.
        purpose: String,
    },
}
