//! Where on the screen to go. A screen never calls another: it returns a route.

use super::bulk::Act;
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
    /// The choice of the process of a new case.
    NewCase,
    /// The deadline ledger of a case.
    Ledger(CaseId),
    /// The search.
    Search,
    /// The line of the filter.
    Filter,
    /// The list shown with that filter.
    Filtered(Filter),
    /// What to do with the marked cases.
    Bulk,
    /// Preview, run and results of an action on many.
    Sheet,
    /// The help of the context in which it was asked for.
    Help,
    /// "Quit although something is unsaved?"
    Quit,
    /// All layers away, this case in the detail.
    Case(CaseId),
    /// All layers away.
    Desk,
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
    /// Moving it to another queue.
    Transfer(CaseId),
    /// Something with all marked cases.
    Many(Act),
}

impl Subject {
    /// The case it is about.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::Action(case, _)
            | Self::HandOver(case)
            | Self::Attach(case)
            | Self::Reassign(case)
            | Self::Transfer(case) => Some(*case),
            Self::Open(_) | Self::Many(_) => None,
        }
    }
}
