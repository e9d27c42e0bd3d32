//! What is asked of the database.

use chrono::{DateTime, NaiveDate, Utc};

use crate::desk::find::Asked;
use crate::desk::form::suggest::Among;
use crate::desk::request::meters::Place;
use crate::desk::screen::signals::Period;
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, InboxView, OnTimeKind, PageKey};
use crate::store::signals::SignalPlace;

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
    /// The numbers of the queues and of their people.
    Limits,
    /// That these notices were seen. Said twice it is the same.
    Seen(Vec<i64>),
    /// Our unfinished forms.
    Drafts,
    /// What helps to find again.
    Find(Asked),
    /// What the register has that is like it.
    Like(Among, String),
    /// The plant with these numbers: meter, metering point; either may be empty.
    Plant(String, String),
    /// The connection and the party of an opening; either may be empty.
    LookUp {
        /// Metering point.
        ean: String,
        /// Number of the party.
        gln: String,
    },
    /// The electricity meters at an address.
    Meters(Place),
    /// The free start times at a connection.
    Week {
        /// The case that is planned: its address where no register has the connection.
        case: CaseId,
        /// Metering point.
        ean: String,
        /// First day, local.
        from: NaiveDate,
        /// How many days.
        days: i32,
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
    /// Clusters of the data wash, behind that place: how many findings, and the pattern.
    Clusters(Option<(i64, String)>),
    /// Findings of a cluster.
    Cluster {
        /// Its pattern.
        pattern: String,
        /// Behind which finding; 0 is the beginning.
        after: i64,
    },
    /// Updates of suppliers that wait, behind one of them.
    Updates(i64),
    /// The register of signals of a period.
    Signals(Period),
    /// The signals about a party, behind a place.
    SignalsOf {
        /// The party.
        gln: String,
        /// When they came.
        period: Period,
        /// Behind which one.
        after: Option<SignalPlace>,
    },
    /// The register as a file, or the signals about a party.
    SaveSignals {
        /// Of when.
        period: Period,
        /// The party.
        gln: Option<String>,
    },
    /// What the registers say of who has the point of a case.
    Registers(CaseId),
}
