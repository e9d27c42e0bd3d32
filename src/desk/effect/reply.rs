//! The answers to questions, writes and saves.

use chrono::NaiveDate;

use super::super::file::FileError;
use super::super::find::Told;
use super::super::form::Pick;
use super::super::form::suggest::Among;
use super::super::registers;
use super::super::request::found::AtAddress;
use super::super::screen::signals::Period;
use super::super::world::Loaded;
use crate::domain::calendar::Calendars;
use crate::domain::consumption::Consumption;
use crate::store::StoreError;
use crate::store::plants::Plant;
use crate::store::reading::LookUp;
use crate::store::rows::{
    Applied, Board, CaseId, Claim, ClusterFindings, ClusterPage, Colleague, DraftRow, DraftSaved,
    FactsPage, InboxPage, OnTimeCase, OnTimeRow, Opened, Pulse, QueueLimits, SearchHit, Session,
    Snapshot, Unmasked, WaitingUpdates,
};
use crate::store::signals::{SignalParties, SignalSeen};
use crate::store::slots::FreeSlots;

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
    /// The numbers of the queues.
    Limits(Result<Vec<QueueLimits>, StoreError>),
    /// The notices that were seen.
    Seen(Result<Vec<i64>, StoreError>),
    /// What could be meant.
    Like(Among, Result<Vec<Pick>, StoreError>),
    /// What was looked up.
    LookUp(Result<Box<LookUp>, StoreError>),
    /// The plant with these numbers, if the register has it.
    Plant((String, String), Result<Option<Box<Plant>>, StoreError>),
    /// The meters at an address.
    Meters(Result<Box<AtAddress>, StoreError>),
    /// The free start times of a week.
    Week(Result<Box<FreeSlots>, StoreError>),
    /// The board.
    Board(Result<Box<Board>, StoreError>),
    /// The share on time of a month.
    OnTime(NaiveDate, Result<Vec<OnTimeRow>, StoreError>),
    /// Cases behind a figure.
    OnTimeCases(Result<Vec<OnTimeCase>, StoreError>),
    /// A page of clusters.
    Clusters(Result<Box<ClusterPage>, StoreError>),
    /// A page of the findings of one.
    Cluster(Result<Box<ClusterFindings>, StoreError>),
    /// What the registers say of a case.
    Registers(CaseId, Result<Box<registers::Answer>, StoreError>),
    /// A page of updates that wait.
    Updates(Result<Box<WaitingUpdates>, StoreError>),
    /// The register of signals of a period.
    Signals(Period, Result<Box<SignalParties>, StoreError>),
    /// Signals about a party.
    SignalsOf(String, Result<Vec<SignalSeen>, StoreError>),
    /// A file of them was written: where it is, or why not.
    SignalsSaved(Result<Result<String, FileError>, StoreError>),
    /// A claim.
    Claimed(Result<Claim, StoreError>),
    /// What is no case was set: numbers, a filter with a name.
    Set(Result<(), StoreError>),
    /// What helps to find again.
    Find(Result<Told, StoreError>),
    /// A written change.
    Applied(Result<Applied, StoreError>),
    /// What was masked.
    Unmasked(Result<Unmasked, StoreError>),
    /// Consumption.
    Looked(Result<Box<Consumption>, StoreError>),
    /// Where consumption was written to, or why it was not.
    Exported(Result<Result<String, FileError>, StoreError>),
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

/// The once-a-second answer, or why there is none.
pub type Beat = Result<Pulse, StoreError>;

/// The error of whichever result it holds, borrowed with `as_ref` or `as_mut`.
macro_rules! error_of {
    ($reply:expr, $how:ident) => {
        match $reply {
            Self::Session(result) => result.$how().err(),
            Self::Calendars(result) => result.$how().err(),
            Self::Inbox(result) => result.$how().err(),
            Self::Detail(result) => result.$how().err(),
            Self::Search(result) => result.$how().err(),
            Self::Snapshot(result) => result.$how().err(),
            Self::Facts(result) => result.$how().err(),
            Self::Colleagues(result) => result.$how().err(),
            Self::Seen(result) => result.$how().err(),
            Self::Like(_, result) => result.$how().err(),
            Self::LookUp(result) => result.$how().err(),
            Self::Plant(_, result) => result.$how().err(),
            Self::Meters(result) => result.$how().err(),
            Self::Week(result) => result.$how().err(),
            Self::Board(result) => result.$how().err(),
            Self::OnTime(_, result) => result.$how().err(),
            Self::OnTimeCases(result) => result.$how().err(),
            Self::Clusters(result) => result.$how().err(),
            Self::Cluster(result) => result.$how().err(),
            Self::Updates(result) => result.$how().err(),
            Self::Signals(_, result) => result.$how().err(),
            Self::SignalsOf(_, result) => result.$how().err(),
            Self::SignalsSaved(result) => result.$how().err(),
            Self::Registers(_, result) => result.$how().err(),
            Self::Claimed(result) => result.$how().err(),
            Self::Applied(result) => result.$how().err(),
            Self::Unmasked(result) => result.$how().err(),
            Self::Looked(result) => result.$how().err(),
            Self::Exported(result) => result.$how().err(),
            Self::Opened(result) => result.$how().err(),
            Self::Drafts(result) => result.$how().err(),
            Self::Saved(result) => result.$how().err(),
            Self::Dropped(result) | Self::Shared(result) => result.$how().err(),
            Self::Placed(result) | Self::Set(result) => result.$how().err(),
            Self::Limits(result) => result.$how().err(),
            Self::Find(result) => result.$how().err(),
            Self::File(_) | Self::Names(_) | Self::Probed(_) => None,
        }
    };
}

impl Reply {
    /// The error in it, if it is one.
    pub fn error(&self) -> Option<&StoreError> {
        error_of!(self, as_ref)
    }

    /// The error in it, to be changed.
    pub fn error_mut(&mut self) -> Option<&mut StoreError> {
        error_of!(self, as_mut)
    }
}
