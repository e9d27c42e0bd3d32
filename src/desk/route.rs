//! Where on the screen to go. A screen never calls another: it returns a route.

use chrono::TimeDelta;
use uuid::Uuid;

use super::bulk::{Act, Like};
use super::screen::pick;
use crate::store::filter::Filter;
use crate::store::rows::CaseId;

/// A way on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// One layer back.
    Back,
    /// The list of actions of a case.
    Actions(CaseId, Only),
    /// A form.
    Form(Subject),
    /// The form of that draft.
    Draft(Uuid),
    /// A form with what a colleague left for it.
    Copy(Box<crate::store::rows::DraftRow>),
    /// Unfinished forms.
    Unfinished,
    /// The choice of the process of a new case.
    NewCase,
    /// The choice of the queue in which that agent's numbers are set.
    LimitsOf(i32),
    /// The deadline ledger of a case.
    Ledger(CaseId),
    /// The print version of a notification.
    Print(CaseId),
    /// Consumption under the mandate of a case, for that purpose.
    Consumption(CaseId, &'static str),
    /// The search.
    Search,
    /// The cases that we looked at lately.
    Recent,
    /// The notices.
    Notices,
    /// The line of the filter.
    Filter,
    /// The list shown with that filter.
    Filtered(Filter),
    /// What to do with the marked cases.
    Bulk,
    /// What to do with these cases, or likewise what was done; so long from one to the next.
    BulkOf(Vec<CaseId>, Option<Box<Like>>, Option<TimeDelta>),
    /// What was done, with all that were read: to the preview.
    Likewise,
    /// The clusters of the data wash.
    Clusters,
    /// The updates of suppliers that wait.
    Updates,
    /// What the registers say of a case.
    Registers(CaseId),
    /// Preview, run and results of an action on many.
    Sheet,
    /// A short list to choose from.
    Pick(Box<pick::State>),
    /// The columns of the list shown.
    Columns,
    /// The help of the context in which it was asked for.
    Help,
    /// "Quit although something is unsaved?"
    Quit,
    /// All layers away, this case in the detail.
    Case(CaseId),
    /// All layers away; those of the board stay.
    Desk,
    /// The board.
    Board,
    /// The share on time.
    OnTime,
    /// The register of signals.
    Signals,
    /// This case in the detail; back leads to the layers as they are.
    Aside(CaseId),
    /// The list of that queue.
    Queue(i32),
}

/// Where somebody went from the board or the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// To a case: the layers are kept.
    Case(CaseId),
    /// To the list of a queue: the board is kept with its place.
    Queue(i32),
}

/// Which actions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// All of them.
    All,
    /// Those that only a lead may do.
    Lead,
}

/// What a form is about. The key under which an unsent one is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An action of a case.
    Action(CaseId, String),
    /// The opening of a case of that process.
    Open(String),
    /// Handing a case over.
    HandOver(CaseId),
    /// Attaching a document.
    Attach(CaseId),
    /// Giving it to another agent.
    Reassign(CaseId),
    /// Taking it from its holder, back to the pool.
    CallBack(CaseId),
    /// Moving it to another queue.
    Transfer(CaseId),
    /// Taking back its last change.
    TakeBack(CaseId),
    /// Passing over a case that "next" gave.
    Skip(CaseId),
    /// Taking it from the colleague who holds it.
    TakeOver(CaseId),
    /// Something with all marked cases.
    Many(Act),
    /// The numbers of a queue, or of one agent in it.
    Limits(i32, Option<i32>),
    /// Saving a filter of that line under a name.
    Keep(String),
    /// Ending the update of that number: approved, or not.
    Update(i64, bool),
}

impl Subject {
    /// The case it is about.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::Action(case, _)
            | Self::HandOver(case)
            | Self::Attach(case)
            | Self::Reassign(case)
            | Self::CallBack(case)
            | Self::Transfer(case)
            | Self::TakeBack(case)
            | Self::Skip(case)
            | Self::TakeOver(case) => Some(*case),
            Self::Open(_) | Self::Many(_) | Self::Limits(..) | Self::Keep(_) | Self::Update(..) => {
                None
            }
        }
    }

    /// Whether its form asks for a colleague.
    pub fn asks_colleagues(&self) -> bool {
        matches!(
            self,
            Self::HandOver(_) | Self::Reassign(_) | Self::Many(Act::Reassign)
        )
    }

    /// Its name in the database.
    pub fn form(&self) -> String {
        match self {
            Self::Action(_, action) => format!("action:{action}"),
            Self::Open(process) => format!("open:{process}"),
            Self::HandOver(_) => "hand_over".to_owned(),
            Self::Attach(_) => "attach".to_owned(),
            Self::Reassign(_) => "reassign".to_owned(),
            Self::CallBack(_) => "call_back".to_owned(),
            Self::Transfer(_) => "transfer".to_owned(),
            Self::TakeBack(_) => "take_back".to_owned(),
            Self::Skip(_) => "skip".to_owned(),
            Self::TakeOver(_) => "take_over".to_owned(),
            Self::Many(Act::Action(action)) => format!("many:{action}"),
            Self::Many(Act::Release) => "many_release".to_owned(),
            Self::Many(Act::Reassign) => "many_reassign".to_owned(),
            Self::Many(Act::TakeBack) => "many_take_back".to_owned(),
            Self::Keep(_) => "keep_filter".to_owned(),
            Self::Update(id, true) => format!("update_approve:{id}"),
            Self::Update(id, false) => format!("update_reject:{id}"),
            Self::Limits(queue, None) => format!("limits:{queue}"),
            Self::Limits(queue, Some(agent)) => format!("limits:{queue}_{agent}"),
        }
    }

    /// The form of that name; `None` when it is not known here.
    pub fn of_form(form: &str, case: Option<CaseId>) -> Option<Self> {
        let (kind, name) = form.split_once(':').unwrap_or((form, ""));
        Some(match (kind, case) {
            ("open", None) => Self::Open(name.to_owned()),
            // the line is one of its answers
            ("keep_filter", None) => Self::Keep(String::new()),
            ("many", None) => Self::Many(Act::Action(name.to_owned())),
            ("many_release", None) => Self::Many(Act::Release),
            ("many_reassign", None) => Self::Many(Act::Reassign),
            ("update_approve", None) => Self::Update(name.parse().ok()?, true),
            ("update_reject", None) => Self::Update(name.parse().ok()?, false),
            ("limits", None) => {
                let (queue, agent) = match name.split_once('_') {
                    Some((queue, agent)) => (queue, Some(agent.parse().ok()?)),
                    None => (name, None),
                };
                Self::Limits(queue.parse().ok()?, agent)
            }
            ("action", Some(case)) => Self::Action(case, name.to_owned()),
            ("hand_over", Some(case)) => Self::HandOver(case),
            ("attach", Some(case)) => Self::Attach(case),
            ("reassign", Some(case)) => Self::Reassign(case),
            ("call_back", Some(case)) => Self::CallBack(case),
            ("transfer", Some(case)) => Self::Transfer(case),
            ("take_back", Some(case)) => Self::TakeBack(case),
            ("skip", Some(case)) => Self::Skip(case),
            ("take_over", Some(case)) => Self::TakeOver(case),
            _ => return None,
        })
    }
}
