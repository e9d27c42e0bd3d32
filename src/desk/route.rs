//! Where on the screen to go. A screen never calls another: it returns a route.

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
    /// Taking back its last change.
    TakeBack(CaseId),
}

impl Subject {
    /// The case it is about.
    pub fn case(&self) -> Option<CaseId> {
        match self {
            Self::Action(case, _)
            | Self::HandOver(case)
            | Self::Attach(case)
            | Self::Reassign(case)
            | Self::Transfer(case)
            | Self::TakeBack(case) => Some(*case),
            Self::Open(_) => None,
        }
    }
}
