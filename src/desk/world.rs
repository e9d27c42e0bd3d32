//! What all screens share: who we are, the line to the database, cases read, leases, drafts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::effect::{Effect, Loaded, Question, Slot, Ticket};
use super::route::Subject;
use super::screen::draft::Draft;
use super::toast::Toasts;
use super::undo::Undoable;
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::process;
use crate::store::rows::{CaseId, Colleague, Lease, Me, Role};
use crate::text::Texts;

/// How many cases are kept in memory.
const KEPT: usize = 24;

/// The line to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Never answered yet.
    Connecting {
        /// Since when we try (machine time).
        since: DateTime<Utc>,
    },
    /// It answers.
    Live,
    /// What is shown is as of then.
    Stale {
        /// Last answer (machine time).
        since: DateTime<Utc>,
    },
}

/// What all screens share.
#[derive(Debug)]
pub struct World {
    /// The texts of the language.
    pub texts: Arc<Texts>,
    /// Who we are, once the database said so.
    pub me: Option<Me>,
    /// Whether the legal clock may be shifted: a rehearsal database.
    pub rehearsal: bool,
    /// The line.
    pub link: Link,
    /// Last answer of the database (machine time).
    pub heard_at: Option<DateTime<Utc>>,
    /// When to try to open the session again (machine time).
    pub retry_at: Option<DateTime<Utc>>,
    /// How often it failed in a row.
    pub failures: u32,
    /// Legal time less machine time.
    pub offset: TimeDelta,
    /// What we hold.
    pub leases: BTreeMap<CaseId, Lease>,
    /// The calendars, once read.
    pub calendars: Option<Arc<Calendars>>,
    /// How many versions of calendars there were at the last beat.
    pub calendar_versions: Option<i64>,
    /// The colleagues, once read.
    pub colleagues: Vec<Colleague>,
    /// Unsent forms.
    pub drafts: BTreeMap<Subject, Draft>,
    /// Our last form that can be taken back.
    pub undoable: Option<Undoable>,
    /// Short messages.
    pub toasts: Toasts,
    /// Cases that somebody changed while they were being read: to be read once more.
    pub outdated: BTreeSet<CaseId>,
    details: BTreeMap<CaseId, Loaded>,
    order: VecDeque<CaseId>,
    asked: BTreeMap<Slot, (u64, DateTime<Utc>)>,
    numbers: u64,
    random: fastrand::Rng,
}

impl World {
    /// An empty world. `seed` makes the ids of commands; tests give a fixed one.
    pub fn new(texts: Arc<Texts>, seed: u64, now: DateTime<Utc>) -> Self {
        Self {
            texts,
            me: None,
            rehearsal: false,
            link: Link::Connecting { since: now },
            heard_at: None,
            retry_at: None,
            failures: 0,
            offset: TimeDelta::zero(),
            leases: BTreeMap::new(),
            calendars: None,
            calendar_versions: None,
            colleagues: Vec::new(),
            drafts: BTreeMap::new(),
            undoable: None,
            toasts: Toasts::default(),
            outdated: BTreeSet::new(),
            details: BTreeMap::new(),
            order: VecDeque::new(),
            asked: BTreeMap::new(),
            numbers: 0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// Legal time: what deadlines are held against and screens show (decision 8).
    pub fn legal(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.offset
    }

    /// The machine's time of a legal instant.
    pub fn machine(&self, legal: DateTime<Utc>) -> DateTime<Utc> {
        legal - self.offset
    }

    /// Our role.
    pub fn role(&self) -> Option<Role> {
        self.me.as_ref().map(|me| me.role)
    }

    /// The zone of a process's country; of the first process there is when it is not known.
    pub fn zone(&self, process: &str) -> Tz {
        process::find(process)
            .map_or(Country::Nl, |process| process.country)
            .zone()
    }

    /// A fresh command id, ordered by time.
    pub fn command(&mut self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut bytes = [0; 10];
        self.random.fill(&mut bytes);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// A random share of `base`, between half of it and all of it: keeps consoles apart.
    pub fn jitter(&mut self, base: TimeDelta) -> TimeDelta {
        let half = base.num_milliseconds() / 2;
        TimeDelta::milliseconds(half + self.random.i64(0..=half.max(0)))
    }

    /// A new ticket; older ones of the slot are void.
    pub fn ticket(&mut self, slot: Slot, now: DateTime<Utc>) -> Ticket {
        self.numbers += 1;
        self.asked.insert(slot, (self.numbers, now));
        Ticket {
            slot,
            number: self.numbers,
        }
    }

    /// Ask the database.
    pub fn ask(&mut self, slot: Slot, question: Question, now: DateTime<Utc>) -> Effect {
        Effect::Ask(self.ticket(slot, now), question)
    }

    /// Ask for a case.
    pub fn ask_detail(&mut self, case: CaseId, now: DateTime<Utc>) -> Effect {
        self.ask(Slot::Detail(case), Question::Detail(case), now)
    }

    /// Whether an answer is waited for, and since when (machine time).
    pub fn asked_since(&self, slot: Slot) -> Option<DateTime<Utc>> {
        self.asked.get(&slot).map(|(_, at)| *at)
    }

    /// Take a ticket back. `false` when it is void and the answer is to be dropped.
    pub fn redeem(&mut self, ticket: Ticket) -> bool {
        let valid = self
            .asked
            .get(&ticket.slot)
            .is_some_and(|(n, _)| *n == ticket.number);
        if valid {
            self.asked.remove(&ticket.slot);
        }
        valid
    }

    /// Since when the oldest open question waits.
    pub fn waiting_since(&self) -> Option<DateTime<Utc>> {
        self.asked.values().map(|(_, at)| *at).min()
    }

    /// Keep a case.
    pub fn keep(&mut self, loaded: Loaded) {
        let case = loaded.detail.row.case_id;
        match loaded.detail.lease {
            Some(lease) => {
                self.leases.insert(case, lease);
            }
            None => {
                self.leases.remove(&case);
            }
        }
        self.order.retain(|kept| *kept != case);
        self.order.push_back(case);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.details.remove(&oldest);
        }
        self.details.insert(case, loaded);
    }

    /// We claimed it: the one step that this is no change by others.
    pub fn claimed(&mut self, case: CaseId, version: i32) {
        if let Some(loaded) = self.details.get_mut(&case)
            && loaded.detail.row.version + 1 == version
        {
            loaded.detail.row.version = version;
        }
    }

    /// A case, if it was read.
    pub fn case(&self, case: CaseId) -> Option<&Loaded> {
        self.details.get(&case)
    }

    /// Forget what was read: everything may have changed.
    pub fn forget_cases(&mut self) {
        self.details.clear();
        self.order.clear();
    }

    /// Take over the leases that the database knows of.
    pub fn set_leases(&mut self, leases: &[Lease]) -> Changed {
        let fresh = leases.iter().map(|lease| (lease.case_id, *lease)).collect();
        let changed = self.leases != fresh;
        self.leases = fresh;
        if changed { Changed::Yes } else { Changed::No }
    }
}

/// Whether something visible is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    No,
    /// Something.
    Yes,
}
