//! What `update` wants done, as data: run elsewhere, answered by a [`Reply`] with the same ticket.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::route::Route;
use crate::domain::calendar::Calendars;
use crate::process::engine::{Answers, Change};
use crate::store::StoreError;
use crate::store::filter::Filter;
use crate::store::reading::{LookUp, PartyChoice};
use crate::store::rows::{
    Along, Applied, Board, CaseDetail, CaseId, Claim, Colleague, DraftRow, DraftSave, DraftSaved,
    FactsPage, InboxPage, InboxView, Lease, NewDocument, OnTimeCase, OnTimeKind, OnTimeRow, Opened,
    PageKey, Pulse, SearchHit, Session, Snapshot, TimelineRow,
};

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
    /// That notices were seen.
    Notices,
    /// Names of files.
    Names,
    /// Whether a file can be read.
    File,
    /// Parties by name.
    Parties,
    /// What a form looks up.
    LookUp,
    /// The board.
    Board,
    /// The share on time of a month.
    OnTime(NaiveDate),
    /// The cases behind a figure.
    OnTimeCases,
    /// Our unfinished forms.
    Drafts,
    /// A save of an unfinished form.
    Draft(Uuid),
    /// A draft is shown to the holder of its case.
    Share(Uuid),
    /// A save of where we are.
    Place,
    /// A write: its answer is never void.
    Command(Uuid),
}

impl Slot {
    /// Whether nobody waits for the answer: saves go on behind the screen.
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Draft(_) | Self::Place | Self::Drafts)
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
    /// Draw everything again.
    Redraw,
    /// Give the shell the terminal.
    Suspend,
    /// Leave.
    Quit,
}

/// What is kept while somebody types.
#[derive(Debug, Clone, PartialEq)]
pub enum Save {
    /// An unfinished form.
    Draft(DraftSave),
    /// It is not wanted any more: as this console (the second) wrote it, or up to that number.
    Drop(Uuid, Uuid, i64),
    /// The holder of its case may read it.
    Share(Uuid),
    /// Where we are.
    Place(serde_json::Value),
}

/// A question to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Open or resume the session.
    Session,
    /// The calendars.
    Calendars,
    /// A page of a list.
    Inbox {
        /// Which list.
        view: InboxView,
        /// Behind which row.
        after: Option<PageKey>,
        /// How many rows.
        limit: u32,
    },
    /// A page of what a filter leaves of a list.
    Filtered {
        /// Which list.
        view: InboxView,
        /// The filter.
        filter: Filter,
        /// Behind which place.
        after: Option<PageKey>,
        /// How many rows.
        limit: u32,
        /// Rows that are there already.
        known: Vec<CaseId>,
    },
    /// All cases of a list that fit now.
    Snapshot {
        /// Which list.
        view: InboxView,
        /// The filter.
        filter: Filter,
    },
    /// What an action on many works with: a page of cases.
    Facts(Vec<CaseId>),
    /// A case with its timeline.
    Detail(CaseId),
    /// A search.
    Search(String),
    /// The colleagues.
    Colleagues,
    /// That these notices were seen. Said twice it is the same.
    Seen(Vec<i64>),
    /// Our unfinished forms.
    Drafts,
    /// Parties whose name or number begins so.
    Parties(String),
    /// The connection and the party of an opening; either may be empty.
    LookUp {
        /// Metering point.
        ean: String,
        /// Number of the party.
        gln: String,
    },
    /// The board.
    Board,
    /// The share on time in the month of that day.
    OnTime(NaiveDate),
    /// The cases behind a figure, after that place.
    OnTimeCases {
        /// Which clocks.
        kind: OnTimeKind,
        /// Behind which one.
        after: Option<(DateTime<Utc>, CaseId, i32)>,
        /// How many.
        limit: u32,
    },
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

/// A document was read, or not: the texts `file.<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// No such file.
    Missing,
    /// Not ours to read.
    Forbidden,
    /// A directory or device.
    NoFile,
    /// More than 5 MiB.
    TooLarge,
    /// Nothing in it.
    Empty,
    /// Anything else, in the words of the system.
    Other(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The session.
    Session(Result<Session, StoreError>),
    /// The calendars.
    Calendars(Result<std::sync::Arc<Calendars>, StoreError>),
    /// A page of a list.
    Inbox(Result<InboxPage, StoreError>),
    /// A case with its timeline, newest first.
    Detail(Result<Box<Loaded>, StoreError>),
    /// Cases to be marked.
    Snapshot(Result<Snapshot, StoreError>),
    /// What an action on many works with.
    Facts(Result<Box<FactsPage>, StoreError>),
    /// Hits.
    Search(Result<Vec<SearchHit>, StoreError>),
    /// Colleagues.
    Colleagues(Result<Vec<Colleague>, StoreError>),
    /// The notices that were seen.
    Seen(Result<Vec<i64>, StoreError>),
    /// Parties.
    Parties(Result<Vec<PartyChoice>, StoreError>),
    /// What was looked up.
    LookUp(Result<Box<LookUp>, StoreError>),
    /// The board.
    Board(Result<Box<Board>, StoreError>),
    /// The share on time of a month.
    OnTime(NaiveDate, Result<Vec<OnTimeRow>, StoreError>),
    /// Cases behind a figure.
    OnTimeCases(Result<Vec<OnTimeCase>, StoreError>),
    /// A claim.
    Claimed(Result<Claim, StoreError>),
    /// A written change.
    Applied(Result<Applied, StoreError>),
    /// An opening.
    Opened(Result<Opened, StoreError>),
    /// Our unfinished forms.
    Drafts(Result<Vec<DraftRow>, StoreError>),
    /// An unfinished form was saved, or not.
    Saved(Result<DraftSaved, StoreError>),
    /// It was thrown away, or has grown elsewhere meanwhile.
    Dropped(Result<bool, StoreError>),
    /// The holder of its case may read it.
    Shared(Result<bool, StoreError>),
    /// Where we are was kept.
    Placed(Result<(), StoreError>),
    /// The file could not be read; nothing was written.
    File(FileError),
    /// Names of files, directories with a slash at the end.
    Names(Vec<String>),
    /// Why the file cannot be attached, if so.
    Probed(Option<FileError>),
}

/// A case as the desk keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The case.
    pub detail: CaseDetail,
    /// Its timeline, newest first.
    pub timeline: Vec<TimelineRow>,
}

/// The once-a-second answer, or why there is none.
pub type Beat = Result<Pulse, StoreError>;

/// A document read from a file.
pub type FileRead = Result<NewDocument, FileError>;

impl Reply {
    /// The error in it, if it is one.
    pub fn error(&self) -> Option<&StoreError> {
        match self {
            Self::Session(result) => result.as_ref().err(),
            Self::Calendars(result) => result.as_ref().err(),
            Self::Inbox(result) => result.as_ref().err(),
            Self::Detail(result) => result.as_ref().err(),
            Self::Search(result) => result.as_ref().err(),
            Self::Snapshot(result) => result.as_ref().err(),
            Self::Facts(result) => result.as_ref().err(),
            Self::Colleagues(result) => result.as_ref().err(),
            Self::Seen(result) => result.as_ref().err(),
            Self::Parties(result) => result.as_ref().err(),
            Self::LookUp(result) => result.as_ref().err(),
            Self::Board(result) => result.as_ref().err(),
            Self::OnTime(_, result) => result.as_ref().err(),
            Self::OnTimeCases(result) => result.as_ref().err(),
            Self::Claimed(result) => result.as_ref().err(),
            Self::Applied(result) => result.as_ref().err(),
            Self::Opened(result) => result.as_ref().err(),
            Self::Drafts(result) => result.as_ref().err(),
            Self::Saved(result) => result.as_ref().err(),
            Self::Dropped(result) | Self::Shared(result) => result.as_ref().err(),
            Self::Placed(result) => result.as_ref().err(),
            Self::File(_) | Self::Names(_) | Self::Probed(_) => None,
        }
    }
}

/// Until when a toast or a mark stands.
pub type Until = DateTime<Utc>;
