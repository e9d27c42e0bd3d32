//! Processes as tables. Each process is one file that declares its states, actions, fields, clocks,
//! messages and the rules that it keeps; the engine, the screen, the command line, the diagrams, the
//! referee in the database and the tests are derived from the same table.
//!
//! This module must not know: the present time, SQL, a screen.

mod blank;
pub mod contract;
pub mod doubt;
pub mod engine;
pub mod field;
pub mod form;
pub mod general;
pub mod load;
pub mod mermaid;
pub mod message;
pub mod metering;
pub mod notification;
pub mod party_report;
pub mod prio;
mod queue;
pub mod repeat_offender;
pub mod replay;
pub mod sharing;
mod since;
mod slot;
pub mod tlm;
pub mod wash;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;
pub use field::{Field, FieldKind, Required};
pub use queue::Queue;
pub use since::Since;
pub use slot::SlotAct;

/// A stable name: in the tables, the database, the text files and the command line alike.
pub type Key = &'static str;

/// Every process there is. A new process is one file and one line here.
pub static ALL: &[&Process] = &[
    &doubt::DOUBT,
    &party_report::PARTY_REPORT,
    &prio::PRIO,
    &tlm::TLM,
    &notification::NOTIFICATION,
    &wash::WASH,
    &contract::CONTRACT,
    &sharing::SHARING,
    &repeat_offender::REPEAT_OFFENDER,
];

/// The process of that key.
pub fn find(key: &str) -> Option<&'static Process> {
    ALL.iter().copied().find(|process| process.key == key)
}

/// One process.
#[derive(Debug)]
pub struct Process {
    /// Its name, e.g. `doubt`.
    pub key: Key,
    /// The two letters of its case numbers (decision 5).
    pub prefix: &'static str,
    /// Where its cases wait.
    pub queue: Queue,
    /// Whose calendar and time zone count.
    pub country: Country,
    /// How a case comes into being.
    pub opening: Opening,
    /// All states.
    pub states: &'static [State],
    /// All clocks.
    pub clocks: &'static [Clock],
    /// Its own actions; `general::ACTIONS` are legal in addition.
    pub actions: &'static [Action],
    /// Rules about the process as a whole: its scope, words and history. The rules of the opening,
    /// the clocks and the actions stand there.
    pub rules: &'static [&'static str],
}

impl Process {
    /// The state of that key.
    pub fn state(&self, key: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.key == key)
    }

    /// The clock of that key.
    pub fn clock(&self, key: &str) -> Option<&'static Clock> {
        self.clocks.iter().find(|clock| clock.key == key)
    }

    /// Whether cases in that state have ended.
    pub fn is_final(&self, state: &str) -> bool {
        self.state(state)
            .is_some_and(|found| found.work == Work::Closed)
    }

    /// Whether an action is legal in a state.
    pub fn allows(&self, action: &Action, state: &str) -> bool {
        match action.from {
            From::In(states) => states.contains(&state),
            From::Live => !self.is_final(state),
            From::Any => true,
            From::Closed => self.is_final(state),
        }
    }

    /// All table lines: its own, then the general ones.
    pub fn lines(&self) -> impl Iterator<Item = &'static Action> + use<'_> {
        self.actions.iter().chain(general::actions(self))
    }

    /// Every rule that the process cites, for itself, its opening, its clocks or its actions.
    pub fn cited_rules(&self) -> BTreeSet<&'static str> {
        let of_lines = self.lines().flat_map(|line| line.rules);
        let of_clocks = self.clocks.iter().map(|clock| &clock.rule);
        let rest = self.rules.iter().chain(self.opening.rules);
        of_lines.chain(of_clocks).chain(rest).copied().collect()
    }

    /// The text key of an action: `action.<process>.<key>`, `action.general.<key>` for those that
    /// are legal in every process. An opening has the key `open`.
    pub fn action_text(&self, action: &str) -> String {
        let is_general = general::ACTIONS.iter().any(|line| line.key == action);
        let owner = if is_general { "general" } else { self.key };
        format!("action.{owner}.{action}")
    }

    /// The text key of a state: `state.<process>.<key>`.
    pub fn state_text(&self, state: &str) -> String {
        format!("state.{}.{state}", self.key)
    }
}

/// How a case comes into being.
#[derive(Debug)]
pub struct Opening {
    /// What must be known.
    pub fields: &'static [&'static Field],
    /// An open case with the same values takes a further signal instead of a second case.
    pub unique_by: &'static [Key],
    /// The first state: the first entry whose condition holds. The last has `Cond::Always`.
    pub states: &'static [(Cond, Key)],
    /// What must hold.
    pub guards: &'static [Guard],
    /// What happens in the same transaction.
    pub effects: &'static [Effect],
    /// The rules kept by it.
    pub rules: &'static [&'static str],
    /// The state into which a closed case is reopened (decision 7).
    pub reopened: Key,
    /// What happens in the same transaction as a reopening; [`Since::Received`] is the instant of
    /// the reopening there.
    pub again: &'static [Effect],
}

/// One state of a process.
#[derive(Debug)]
pub struct State {
    /// Its name, e.g. `awaiting_party`.
    pub key: Key,
    /// Where its cases stand in the inbox.
    pub work: Work,
}

/// The work state (decision 1). `held` is not a property of a process state: it is a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// In the pool: somebody here must act.
    Open,
    /// Somebody outside must act; still claimable by hand.
    Waiting,
    /// Ended.
    Closed,
}

/// One clock that a process can run.
#[derive(Debug)]
pub struct Clock {
    /// Its name, e.g. `contact_1wd`.
    pub key: Key,
    /// The rule that demands it.
    pub rule: &'static str,
    /// How long.
    pub term: Term,
    /// Whose duty.
    pub whose: Whose,
}

/// One action: a line of the process table.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// Its name; several lines may share it when their guards exclude each other.
    pub key: Key,
    /// In which states it is legal.
    pub from: From,
    /// Where it leads.
    pub to: To,
    /// Who may do it.
    pub by: By,
    /// The rules kept by it.
    pub rules: &'static [&'static str],
    /// What must be filled in.
    pub fields: &'static [&'static Field],
    /// The form that is data whose fields are asked in addition; see [`Action::asked`].
    pub form: Option<Key>,
    /// What must hold; the first that does not is the refusal.
    pub guards: &'static [Guard],
    /// What happens.
    pub effects: &'static [Effect],
}

/// The states in which an action is legal.
#[derive(Debug, Clone, Copy)]
pub enum From {
    /// These.
    In(&'static [Key]),
    /// Every state that is not final.
    Live,
    /// Every state, final ones too.
    Any,
    /// Every final state.
    Closed,
}

/// Where an action leads.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// To this state.
    State(Key),
    /// Nowhere: the state stays.
    Same,
    /// To the state into which the process reopens its cases.
    Reopened,
}

/// Who may do an action. Whether a lease is needed follows from it (decision 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// An agent who holds the case.
    Holder,
    /// Any agent of the queue, without a lease: legal in every state.
    Agent,
    /// A lead, without a lease.
    Lead,
    /// The passing of this clock.
    Timer(Key),
    /// The passing of any clock that has no timer line of its own in the state of the case.
    AnyTimer,
    /// An outside system, an import; an agent who holds the case may stand in for it.
    System,
    /// An outside system, for which nobody stands in: what is paid says the payment service alone.
    Outside,
    /// The installer whose notification it is; needs no lease.
    Installer,
}

/// What must hold before an action. Each names its refusal text (`refusal.<key>`) and rule.
#[derive(Debug, Clone, Copy)]
pub enum Guard {
    /// A condition on the stored facts; the refusal text and the rule that says so.
    Holds(Cond, Key, &'static str),
    /// The instant in this field lies within the latest run of the clock, whatever became of that run
    /// since: (field, clock, refusal, rule).
    InTime(Key, Key, Key, &'static str),
    /// The instant in this field lies after the clock's end: (field, clock, refusal, rule).
    TooLate(Key, Key, Key, &'static str),
    /// The clock has time left at the instant of the action: (clock, refusal, rule).
    TimeLeft(Key, Key, &'static str),
    /// The instant in this field is not in the future and not before the case was received.
    Past(Key),
    /// The instant or day in this field is not in the future.
    NotFuture(Key),
    /// The instant in this field is not after the receipt of the case.
    BeforeReceipt(Key),
    /// This yes/no field must be answered with yes: (field, refusal, rule).
    Yes(Key, Key, &'static str),
    /// Each of these facts is known whose condition holds; the refusal lists all that are not.
    Filled(&'static [(Cond, Key)], &'static str),
    /// The day in the first field lies before that in the second, where both are given: (from, to,
    /// refusal, rule). The second is the first day that is not meant.
    Ordered(Key, Key, Key, &'static str),
    /// The instants in this field lie ahead, within a year.
    Future(Key),
    /// These two lists are equally long, or both left out.
    Pairs(Key, Key),
    /// A run of this clock is running: (clock, refusal).
    Runs(Key, Key),
    /// The value in this field is one of that list of facts: (field, list, refusal, rule).
    Among(Key, Key, Key, &'static str),
    /// The number in this field is that of a running run of the clock: (field, clock).
    RunOf(Key, Key),
    /// The answer to this field equals that fact, where the fact is known: (field, fact, refusal,
    /// rule).
    Same(Key, Key, Key, &'static str),
    /// The instant in this fact has not come, where it is known: (fact, refusal, rule).
    NotYet(Key, Key, &'static str),
    /// The instant in this field lies before the next warning or due instant of a duty of people.
    BeforePeople(Key),
}

/// A condition on the facts of a case (after the action's answers were laid over them).
#[derive(Debug, Clone, Copy)]
pub enum Cond {
    /// Always.
    Always,
    /// A fact has this value.
    Is(Key, &'static str),
    /// A yes/no fact is yes.
    Yes(Key),
    /// The fact is known.
    Known(Key),
    /// The count has come so far.
    AtLeast(Key, i64),
    /// The clock runs and was late on arrival (case-anchors c.3, 19).
    Late(Key),
    /// All of them.
    All(&'static [Cond]),
    /// At least one of them.
    Any(&'static [Cond]),
    /// None of them.
    None(&'static [Cond]),
}

/// What an action does. Data: the engine turns it into a [`engine::Change`].
#[derive(Debug, Clone, Copy)]
pub enum Effect {
    /// Start a clock, counting from there. A clock of that key that runs already is kept.
    Start(Key, Since),
    /// The clock's duty is done (met or met late, by comparison).
    Stop(Key),
    /// The clock's duty is done at the instant in this field.
    StopAt(Key, Key),
    /// The clock's duty was done at the receipt of the case.
    StopAtReceipt(Key),
    /// The clock's duty falls away; nothing when it does not run.
    Cancel(Key),
    /// The clock stands still from now on: its run ends, and [`Effect::Resume`] starts the next one.
    Pause(Key),
    /// The clock goes on: a run from the same beginning, without the time it stood still.
    Resume(Key),
    /// The clock's due instant passed; the duty lapses and the clock ends.
    Lapse(Key),
    /// The clock's due instant passed; recorded as a breach, the clock runs on.
    Breach(Key),
    /// Record the breach of every passed clock that has no timer line of its own in this state,
    /// and tell the supervisor when the duty was not the party's.
    BreachPassed,
    /// A message leaves, in the same transaction. Recipients are resolved at delivery.
    Send(Key),
    /// Store a fact; `yes` and `no` become yes/no.
    Set(Key, &'static str),
    /// Store the answer to a field as a fact of the same name; emptied, the field unsets it.
    Keep(Key),
    /// Unset a fact.
    Clear(Key),
    /// Store the answers to the form of the action as facts, which of its fields were filled in
    /// ([`form::FILLED`]), and its version ([`form::VERSION`]).
    KeepForm,
    /// Store the value of another fact or answer; unset it where that is unknown: (to, from).
    Copy(Key, Key),
    /// Count one more.
    Count(Key),
    /// Put the value in this field into a list of facts, beside what it has: (list, field).
    Add(Key, Key),
    /// Take the value in this field out of a list of facts, once; an empty list is unset: (list, field).
    Drop(Key, Key),
    /// Store the earliest day of a list of facts; unset it where there is none: (to, list).
    Earliest(Key, Key),
    /// Something happens to the block of time of the case.
    Slot(SlotAct),
    /// Erase documents of this purpose; their hash stays.
    Destroy(Key),
    /// Open a linked case of that process, received now. Its fields take the answers and facts of
    /// the same name, after these fixed ones.
    Open(Key, &'static [(Key, &'static str)]),
    /// Count every open deadline of working time anew, by the present calendar.
    Recount,
    /// Begin a new episode: what the process does at a reopening.
    Again,
    /// Only when the condition holds.
    When(Cond, &'static [Effect]),
    /// Start a run of a reminder for each instant in this field, due then: (clock, field).
    Until(Key, Key),
    /// The run with the number in this field was done: (clock, field).
    StopRun(Key, Key),
    /// The run with the number in this field falls away: (clock, field).
    CancelRun(Key, Key),
    /// The instants of this reminder passed; recorded once each, they run on.
    Remind(Key),
}
