//! What all screens share: who we are, the line to the database, cases read, leases, drafts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::bulk::{Job, Solved};
use super::columns::Columns;
use super::drafts::Drafts;
use super::effect::{Effect, Question, Slot, Ticket};
use super::fetch::PlantNumbers;
use super::find::Find;
use super::habits::Clip;
use super::live::Live;
use super::request::guide::Led;
use super::route::Subject;
use super::toast::Toasts;
use super::undo::Undoable;
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::process;
use crate::process::notification::Lists;
use crate::store::StoreError;
use crate::store::plants::Plant;
use crate::store::rows::{
    CaseDetail, CaseId, Colleague, Lease, Me, QueueLimits, Role, TimelineRow, WaitingUpdate,
};
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

/// A case as the desk keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The case.
    pub detail: CaseDetail,
    /// Its timeline, newest first.
    pub timeline: Vec<TimelineRow>,
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
    /// Where a copied value goes.
    pub clip: Clip,
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
    /// Technical time of the server less machine time: leases are measured by it (decision 8).
    pub skew: TimeDelta,
    /// What we hold.
    pub leases: BTreeMap<CaseId, Lease>,
    /// When something that we wrote was answered last: a question asked before knows less.
    pub written_at: Option<DateTime<Utc>>,
    /// The calendars, once read.
    pub calendars: Option<Arc<Calendars>>,
    /// How many versions of calendars there were at the last beat.
    pub calendar_versions: Option<i64>,
    /// The colleagues, once read.
    pub colleagues: Vec<Colleague>,
    /// The numbers of the queues, once read; what a form of them starts from.
    pub limits: Vec<QueueLimits>,
    /// Last looks at cases, and filters with a name.
    pub find: Find,
    /// What installers choose from.
    pub lists: Arc<Lists>,
    /// The plant that an installer's form asked for last: the numbers, and the answer.
    pub plant: Option<(PlantNumbers, Result<Option<Plant>, StoreError>)>,
    /// Which columns our lists show.
    pub columns: Columns,
    /// Unfinished forms.
    pub drafts: Drafts,
    /// Our last form that can be taken back.
    pub undoable: Option<Undoable>,
    /// An action on many cases.
    pub bulk: Option<Box<Job>>,
    /// What we did last with a case by an action of its process.
    pub solved: Option<Box<Solved>>,
    /// The update of a supplier that is about to be ended.
    pub judged: Option<Box<WaitingUpdate>>,
    /// The request that is gone through with the customer.
    pub led: Option<Led>,
    /// The customer of whom another request is begun.
    pub another: Option<String>,
    /// Short messages.
    pub toasts: Toasts,
    /// What is known of others at work.
    pub live: Live,
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
        let mut random = fastrand::Rng::with_seed(seed);
        let writer = uuid::Builder::from_random_bytes(random.u128(..).to_be_bytes()).into_uuid();
        Self {
            texts,
            me: None,
            rehearsal: false,
            clip: Clip::default(),
            link: Link::Connecting { since: now },
            heard_at: None,
            retry_at: None,
            failures: 0,
            offset: TimeDelta::zero(),
            skew: TimeDelta::zero(),
            leases: BTreeMap::new(),
            written_at: None,
            calendars: None,
            calendar_versions: None,
            colleagues: Vec::new(),
            limits: Vec::new(),
            find: Find::default(),
            lists: Arc::new(Lists::builtin().unwrap_or_default()),
            plant: None,
            columns: Columns::default(),
            drafts: Drafts::new(writer),
            undoable: None,
            bulk: None,
            solved: None,
            judged: None,
            led: None,
            another: None,
            toasts: Toasts::default(),
            live: Live::default(),
            outdated: BTreeSet::new(),
            details: BTreeMap::new(),
            order: VecDeque::new(),
            asked: BTreeMap::new(),
            numbers: 0,
            random,
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

    /// Ask for what the form of that subject needs besides its case, unless that is under way.
    pub fn ask_beside(&mut self, subject: &Subject, now: DateTime<Utc>) -> Option<Effect> {
        let (slot, question) = match subject {
            Subject::Limits(..) => (Slot::Limits, Question::Limits),
            subject if subject.asks_colleagues() => (Slot::Colleagues, Question::Colleagues),
            _ => return None,
        };
        let is_free = self.asked_since(slot).is_none();
        is_free.then(|| self.ask(slot, question, now))
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

    /// Its answer is not wanted any more.
    pub fn unask(&mut self, slot: Slot) {
        self.asked.remove(&slot);
    }

    /// Since when the oldest open question waits.
    pub fn waiting_since(&self) -> Option<DateTime<Utc>> {
        let shown = self.asked.iter().filter(|(slot, _)| !slot.is_quiet());
        shown.map(|(_, (_, at))| *at).min()
    }

    /// Keep a case. What is held here comes with the session, the pulse and the answers to writes: a
    /// lease that was read may belong to another console of ours. It only says when ours is gone.
    pub fn keep(&mut self, loaded: Loaded) {
        let case = loaded.detail.row.case_id;
        let read = loaded.detail.lease.map(|lease| lease.fence);
        let is_over = |ours: &Lease| read.is_none_or(|fence| fence > ours.fence);
        if self.leases.get(&case).is_some_and(is_over) {
            self.leases.remove(&case);
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

    /// A write leaves our lease like that. One that we did not have here before, and that does not
    /// begin by the write, is of another console of ours.
    pub fn left_with(&mut self, case: CaseId, lease: Option<Lease>, begins: bool) {
        let was_ours = self.leases.remove(&case).is_some();
        if let Some(lease) = lease.filter(|_| was_ours || begins) {
            self.leases.insert(case, lease);
        }
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

    /// Forget a case: what was read of it is known to be of before.
    pub fn forget(&mut self, case: CaseId) {
        self.details.remove(&case);
        self.order.retain(|kept| *kept != case);
    }

    /// Forget what was read but these, which are read anew: everything may have changed.
    pub fn forget_all_but(&mut self, shown: &[CaseId]) {
        self.details.retain(|case, _| shown.contains(case));
        self.order.retain(|case| shown.contains(case));
    }

    /// Work in a case that is held: known here before the database is told.
    pub fn worked(&mut self, case: CaseId, now: DateTime<Utc>) {
        let at = now + self.skew;
        if let Some(lease) = self.leases.get_mut(&case) {
            lease.worked_at = lease.worked_at.max(Some(at));
        }
    }

    /// Take over the leases that the database knows of; of a sign of work the later one counts.
    pub fn set_leases(&mut self, leases: &[Lease]) -> Changed {
        let known = |lease: &Lease| self.leases.get(&lease.case_id).filter(|old| *old == lease);
        let merged = |lease: &Lease| Lease {
            worked_at: lease
                .worked_at
                .max(known(lease).and_then(|old| old.worked_at)),
            ..*lease
        };
        let fresh = leases
            .iter()
            .map(|lease| (lease.case_id, merged(lease)))
            .collect();
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
