//! An action on many cases at once: what could be done with them, the one form, what will happen
//! with each, the run and its results. Each case goes the ordinary way under a command id of its
//! own, with the same guards as alone; nothing here is a way around them.
//!
//! Pure. The cases are read once, in pages; the change of each is computed anew when its turn comes.

pub mod call;
pub mod choices;
pub mod one;
pub mod plan;
pub mod run;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::effect::{Effect, Question, Slot};
use super::form::Entry;
use super::route::Route;
use super::world::World;
use crate::store::bulk::FACTS_MAX;
use crate::store::rows::{Briefly, CaseId, FactsPage, PartyCard, Role, UndoOffer};

/// How many cases an agent may act on at once: what one person can look through in the preview.
pub const AGENT_MOST: usize = 50;
/// How many cases a lead may act on at once: a queue after a disturbance, still within minutes.
pub const LEAD_MOST: usize = 500;

/// How many cases that role may act on at once.
pub fn most(role: Option<Role>) -> usize {
    match role {
        Some(Role::Lead | Role::Admin) => LEAD_MOST,
        Some(Role::Agent) => AGENT_MOST,
        Some(Role::Auditor | Role::Worker | Role::Installer) | None => 0,
    }
}

/// What is done with each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// An action of the processes, by key.
    Action(String),
    /// Giving back what we hold.
    Release,
    /// Giving to somebody else (lead).
    Reassign,
    /// Taking back what this very action did, as long as it has not left.
    TakeBack,
}

/// What was done with one case by hand: the same is proposed for others of its cluster.
#[derive(Debug, Clone)]
pub struct Solved {
    /// Which case.
    pub case: CaseId,
    /// The state it was done in; nothing for what any state takes alike. One key may mean two
    /// things: an update is rejected in one state, a takeover in another.
    pub from: Option<String>,
    /// What was done.
    pub act: Act,
    /// What was answered.
    pub entries: Vec<Entry>,
}

/// An action with its answers, to be done with others likewise.
#[derive(Debug, Clone)]
pub struct Like {
    /// The state that a case must have for it.
    pub from: Option<String>,
    /// What is done.
    pub act: Act,
    /// What is answered.
    pub entries: Vec<Entry>,
}

impl PartialEq for Like {
    fn eq(&self, other: &Self) -> bool {
        let raw = |one: &Self| -> Vec<String> {
            one.entries
                .iter()
                .map(|entry| entry.raw().to_owned())
                .collect()
        };
        (&self.act, &self.from) == (&other.act, &other.from) && raw(self) == raw(other)
    }
}

impl Eq for Like {}

/// An action on many cases.
#[derive(Debug, Clone)]
pub struct Job {
    /// The cases that were marked.
    pub asked: Vec<CaseId>,
    /// What was read of them, in the order of the list once all were read.
    pub cases: Vec<Briefly>,
    /// Their parties by number.
    pub parties: BTreeMap<String, PartyCard>,
    /// How many of those asked for were read, or found to be gone.
    pub read: usize,
    /// What could be done, once all were read.
    pub choices: Vec<choices::Choice>,
    /// What is to be done.
    pub act: Option<Act>,
    /// The state that a case must have for it, where one of that state was solved by hand.
    pub from: Option<String>,
    /// The answers, one set for all.
    pub entries: Vec<Entry>,
    /// The draft that has them, where something was typed.
    pub draft: Option<Uuid>,
    /// What will happen with each case, and then what did.
    pub rows: Vec<Row>,
    /// How many messages to the outside were said before the run: the same key begins it then.
    pub sure: Option<usize>,
    /// How far it is.
    pub run: run::Run,
    /// The row under the cursor.
    pub cursor: usize,
    /// The case that was opened from the results: back comes back here.
    pub left_for: Option<CaseId>,
    /// What is to be done with all of them likewise, once they were read.
    pub like: Option<Box<Like>>,
    /// How long a run waits from one case to the next; nothing for one as fast as it goes.
    pub pace: Option<TimeDelta>,
}

/// One case of the preview and of the results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which case.
    pub case: CaseId,
    /// Its number.
    pub case_no: String,
    /// What it is about.
    pub subject: String,
    /// The command id under which it is written, however often it is asked.
    pub command: Uuid,
    /// To whom it goes, for [`Act::Reassign`].
    pub to: Option<i32>,
    /// Whether messages leave by it.
    pub sends: bool,
    /// Whether the case was held here before.
    pub was_ours: bool,
    /// That what was done can be taken back.
    pub undo: Option<UndoOffer>,
    /// What will happen or did.
    pub verdict: Verdict,
}

/// What becomes of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This will happen, in words.
    Will(String),
    /// It is not possible: why.
    Wont(String),
    /// The agent took it out; what would have happened.
    Out(String),
    /// It was done.
    Done(String),
    /// It was tried and refused: why.
    Refused(String),
    /// It was not tried any more.
    Untried,
}

impl Verdict {
    /// Key of its word: `bulk.verdict.<key>`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Will(_) => "will",
            Self::Wont(_) => "wont",
            Self::Out(_) => "out",
            Self::Done(_) => "done",
            Self::Refused(_) => "refused",
            Self::Untried => "untried",
        }
    }

    /// What there is to say.
    pub fn said(&self) -> &str {
        match self {
            Self::Will(said)
            | Self::Wont(said)
            | Self::Out(said)
            | Self::Done(said)
            | Self::Refused(said) => said,
            Self::Untried => "",
        }
    }
}

impl Job {
    /// A job on these cases, nothing read yet.
    pub fn new(marked: &BTreeSet<CaseId>) -> Self {
        Self {
            asked: marked.iter().copied().collect(),
            cases: Vec::new(),
            parties: BTreeMap::new(),
            read: 0,
            choices: Vec::new(),
            act: None,
            from: None,
            entries: Vec::new(),
            draft: None,
            rows: Vec::new(),
            sure: None,
            run: run::Run::Not,
            cursor: 0,
            left_for: None,
            like: None,
            pace: None,
        }
    }

    /// Whether all cases were read.
    pub fn is_read(&self) -> bool {
        self.read >= self.asked.len()
    }

    /// The cases to be read next.
    fn wanted(&self) -> Vec<CaseId> {
        let left = self.asked.iter().skip(self.read).take(FACTS_MAX);
        left.copied().collect()
    }

    /// What was read of a case.
    pub fn case(&self, case: CaseId) -> Option<&Briefly> {
        self.cases.iter().find(|one| one.row.case_id == case)
    }

    /// With how many cases messages will leave.
    pub fn sending(&self) -> usize {
        let will = |row: &&Row| row.sends && matches!(row.verdict, Verdict::Will(_));
        self.rows.iter().filter(will).count()
    }

    /// Whether cases are left that were to be written and were not: refused, or not tried. The
    /// answers are still wanted for them.
    pub fn has_left(&self) -> bool {
        self.count("refused") + self.count("untried") > 0
    }

    /// The answers given, in one line: the first line of each.
    pub fn answered(&self) -> String {
        let given = self.entries.iter().filter_map(|entry| {
            let said = entry.said();
            let first = said.lines().find(|line| !line.trim().is_empty())?;
            Some(format!("{}: {first}", entry.label))
        });
        given.collect::<Vec<_>>().join("; ")
    }

    /// How many rows are of that kind.
    pub fn count(&self, key: &str) -> usize {
        let of = self.rows.iter().filter(|row| row.verdict.key() == key);
        of.count()
    }
}

/// Read what is not read yet.
pub fn read(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let wanted = world.bulk.as_ref().map(|job| job.wanted());
    match wanted {
        Some(wanted) if !wanted.is_empty() => {
            vec![world.ask(Slot::Facts, Question::Facts(wanted), now)]
        }
        _ => Vec::new(),
    }
}

/// A page of them was read.
pub fn take(world: &mut World, page: FactsPage, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(mut job) = world.bulk.take() else {
        return Vec::new();
    };
    job.read += job.wanted().len();
    // a lease of another console of ours is none here
    let cases = page.cases.into_iter().map(|one| Briefly {
        lease: one
            .lease
            .filter(|lease| world.leases.get(&one.row.case_id) == Some(lease)),
        ..one
    });
    job.cases.extend(cases);
    let parties = page.parties.into_iter();
    job.parties
        .extend(parties.map(|party| (party.gln.clone(), party)));
    if job.is_read() {
        job.cases
            .sort_by_key(|one| (one.row.work, one.row.sort_at, one.row.case_id));
        job.choices = choices::of(world, &job, now);
        if let Some(like) = job.like.take() {
            job.from = like.from;
            world.bulk = Some(job);
            plan::make(world, like.act, like.entries, now);
            return vec![Effect::Go(Route::Likewise)];
        }
    }
    world.bulk = Some(job);
    read(world, now)
}

/// The line is there again: what has no answer is asked again.
pub fn resume(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    if world.bulk.as_ref().is_some_and(|job| !job.is_read()) {
        return read(world, now);
    }
    run::resume(world, now)
}
