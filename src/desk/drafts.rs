//! Unfinished forms. Memory holds the first copy, the database the one that survives us: each change
//! is saved a moment after typing pauses, and now and then while it goes on. One save of a draft is
//! under way at a time, the newest content next. Without a line they wait here.

mod merge;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::effect::{Call, Save};
use super::route::Subject;
use crate::store::rows::{CaseId, DraftBody, DraftRow, DraftSave};

/// Saved so long after the last change …
pub const PAUSE_MS: i64 = 700;
/// … and at the latest so long after the first one that is not saved.
pub const LATEST_MS: i64 = 2_000;
/// A save that was refused is tried again after so long.
const AGAIN_S: i64 = 10;

/// A write without an answer: what became of it is asked before anything else is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// What was sent, to be sent again as it was.
    pub call: Call,
    /// Whether the answers were changed since.
    pub altered: bool,
}

/// What a form says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// What it is about.
    pub subject: Subject,
    /// What was typed, and where.
    pub body: DraftBody,
    /// The command id under which it is written.
    pub command: Uuid,
    /// What was sent and not answered.
    pub pending: Option<Pending>,
}

impl Content {
    /// The command that finishes the draft: not one under which something else was sent.
    fn finishing(&self) -> Option<Uuid> {
        let altered = self.pending.as_ref().is_some_and(|sent| sent.altered);
        (!altered).then_some(self.command)
    }

    /// Whether it was sent and not answered.
    fn is_sent(&self) -> bool {
        self.pending.is_some()
    }
}

/// Since when it differs from what the database has (machine time).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unsaved {
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

impl Unsaved {
    fn at(at: DateTime<Utc>) -> Self {
        Self {
            first: at,
            last: at,
        }
    }
}

/// An unfinished form as kept here.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its number.
    pub id: Uuid,
    /// What was typed.
    pub content: Content,
    /// Number of its case for people; empty for an opening.
    pub case_no: String,
    /// Process of its case; empty when it is not known.
    pub process: String,
    /// Whether its case is closed, as far as known.
    pub closed: bool,
    /// Whether the holder of the case may read it.
    pub shared: bool,
    /// Since when this content is kept (machine time).
    pub kept_at: DateTime<Utc>,
    /// Why the database did not take it, in words.
    pub trouble: Option<String>,
    /// Number of this content.
    rev: i64,
    /// The last number that the database has for sure; 0 for none.
    base: i64,
    acked_at: Option<DateTime<Utc>>,
    under_way: Option<i64>,
    unsaved: Option<Unsaved>,
    gone: bool,
    /// The command that finishes the draft from which this one forked: not this one.
    not_under: Option<Uuid>,
    /// Who typed last.
    pub typed: Typed,
}

/// Where something was typed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// At this console.
    Here,
    /// At another one of ours: what that one may still send is not what is typed on here.
    Elsewhere,
}

impl Draft {
    fn new(id: Uuid, content: Content, now: DateTime<Utc>) -> Self {
        Self {
            id,
            content,
            case_no: String::new(),
            process: String::new(),
            closed: false,
            shared: false,
            kept_at: now,
            trouble: None,
            rev: 1,
            base: 0,
            acked_at: None,
            under_way: None,
            unsaved: Some(Unsaved::at(now)),
            gone: false,
            not_under: None,
            typed: Typed::Here,
        }
    }

    /// Whether the database has not got all of it.
    pub fn is_unsaved(&self) -> bool {
        !self.gone && self.unsaved.is_some()
    }

    fn change(&mut self, content: Content, now: DateTime<Utc>) {
        if self.content == content {
            return;
        }
        self.content = content;
        self.typed = Typed::Here;
        self.rev += 1;
        self.kept_at = now;
        let first = self.unsaved.map_or(now, |unsaved| unsaved.first);
        self.unsaved = Some(Unsaved { first, last: now });
    }

    fn due(&self) -> Option<DateTime<Utc>> {
        if self.under_way.is_some() {
            return None;
        }
        let Unsaved { first, last } = self.unsaved?;
        let pause = last + TimeDelta::milliseconds(PAUSE_MS);
        Some(pause.min(first + TimeDelta::milliseconds(LATEST_MS)))
    }

    fn save(&self, writer: Uuid) -> Save {
        if self.gone {
            return Save::Drop(self.id, writer, self.base);
        }
        Save::Draft(DraftSave {
            draft_id: self.id,
            case_id: self.content.subject.case(),
            form: self.content.subject.form(),
            body: self.content.body.clone(),
            command: self
                .content
                .finishing()
                .filter(|command| Some(*command) != self.not_under),
            writer,
            base: self.base,
            rev: self.rev,
        })
    }
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub struct Drafts {
    all: BTreeMap<Uuid, Draft>,
    /// This console, as the database knows it from others of the same agent.
    writer: Uuid,
    /// Whether those in the database were read.
    pub read: bool,
    /// When they were asked for last (machine time).
    pub asked_at: Option<DateTime<Utc>>,
    /// What colleagues left to us with cases that we hold.
    left: BTreeMap<CaseId, Vec<DraftRow>>,
}

impl Drafts {
    /// None yet, for a console of that number.
    pub fn new(writer: Uuid) -> Self {
        Self {
            writer,
            ..Self::default()
        }
    }

    /// The draft of that number.
    pub fn get(&self, id: Uuid) -> Option<&Draft> {
        self.all.get(&id).filter(|draft| !draft.gone)
    }

    /// The latest draft of a form.
    pub fn of(&self, subject: &Subject) -> Option<&Draft> {
        let is_same = |draft: &&Draft| draft.content.subject == *subject;
        self.mine()
            .filter(is_same)
            .max_by_key(|draft| (draft.kept_at, draft.id))
    }

    /// All of ours.
    pub fn mine(&self) -> impl Iterator<Item = &Draft> {
        self.all.values().filter(|draft| !draft.gone)
    }

    /// All of ours, the latest first.
    pub fn listed(&self) -> Vec<&Draft> {
        let mut all: Vec<&Draft> = self.mine().collect();
        all.sort_by_key(|draft| (std::cmp::Reverse(draft.kept_at), draft.id));
        all
    }

    /// Ours for a case.
    pub fn for_case(&self, case: CaseId) -> impl Iterator<Item = &Draft> {
        self.mine()
            .filter(move |draft| draft.content.subject.case() == Some(case))
    }

    /// What colleagues left with that case.
    pub fn left_with(&self, case: CaseId) -> &[DraftRow] {
        self.left.get(&case).map_or(&[], Vec::as_slice)
    }

    /// What colleagues left with cases that we hold.
    pub fn left(&self) -> impl Iterator<Item = &DraftRow> {
        self.left.values().flatten()
    }

    /// Whether the database has not got all of what was typed.
    pub fn is_unsaved(&self) -> bool {
        self.all.values().any(Draft::is_unsaved)
    }

    /// Whether the database refused one.
    pub fn is_refused(&self) -> bool {
        let mut unsaved = self.mine().filter(|draft| draft.is_unsaved());
        unsaved.any(|draft| draft.trouble.is_some())
    }

    /// A form as it is now.
    pub fn put(&mut self, id: Uuid, content: Content, now: DateTime<Utc>) {
        match self.all.get_mut(&id) {
            Some(draft) => draft.change(content, now),
            None => {
                self.all.insert(id, Draft::new(id, content, now));
            }
        }
    }

    /// What people call its case.
    pub fn name(&mut self, id: Uuid, case_no: &str, process: &str) {
        if let Some(draft) = self.all.get_mut(&id) {
            case_no.clone_into(&mut draft.case_no);
            process.clone_into(&mut draft.process);
        }
    }

    /// It was written, or is not wanted: gone here at once, in the database next.
    pub fn finish(&mut self, id: Uuid, now: DateTime<Utc>) {
        let Some(draft) = self.all.get_mut(&id) else {
            return;
        };
        if draft.base == 0 && draft.under_way.is_none() {
            self.all.remove(&id);
            return;
        }
        draft.gone = true;
        draft.rev += 1;
        draft.unsaved = Some(long_ago(now));
    }

    /// Its call was answered: it is not to be sent again.
    pub fn answered(&mut self, id: Uuid, now: DateTime<Utc>) {
        if let Some(draft) = self.all.get_mut(&id) {
            let content = Content {
                pending: None,
                ..draft.content.clone()
            };
            draft.change(content, now);
        }
    }

    /// Save what is not saved without waiting for a pause.
    pub fn hurry(&mut self, now: DateTime<Utc>) {
        for draft in self.all.values_mut() {
            if let Some(unsaved) = &mut draft.unsaved {
                *unsaved = long_ago(now);
            }
        }
    }

    /// When the next save is due (machine time).
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.all.values().filter_map(Draft::due).min()
    }

    /// The saves that are due; they are under way from now on.
    pub fn take_due(&mut self, now: DateTime<Utc>) -> Vec<(Uuid, Save)> {
        let writer = self.writer;
        let due = self.all.values_mut();
        due.filter(|draft| draft.due().is_some_and(|at| at <= now))
            .map(|draft| {
                draft.under_way = Some(draft.rev);
                (draft.id, draft.save(writer))
            })
            .collect()
    }

    /// All that is not saved, whatever is under way: the console ends or sleeps. The numbers keep
    /// the order.
    pub fn take_all(&mut self) -> Vec<(Uuid, Save)> {
        let writer = self.writer;
        let all = self.all.values_mut();
        all.filter(|draft| draft.unsaved.is_some())
            .map(|draft| {
                draft.under_way = Some(draft.rev);
                (draft.id, draft.save(writer))
            })
            .collect()
    }

    /// The database has the content that was under way.
    pub fn saved(&mut self, id: Uuid, now: DateTime<Utc>) {
        let Some(draft) = self.all.get_mut(&id) else {
            return;
        };
        let Some(rev) = draft.under_way.take() else {
            return;
        };
        draft.base = draft.base.max(rev);
        draft.acked_at = Some(now);
        draft.trouble = None;
        if draft.rev == rev {
            draft.unsaved = None;
        } else if let Some(unsaved) = &mut draft.unsaved {
            unsaved.first = now.min(unsaved.last);
        }
    }

    /// The database did not take it: tried again, later when it said why.
    pub fn not_saved(&mut self, id: Uuid, trouble: Option<String>, now: DateTime<Utc>) {
        let Some(draft) = self.all.get_mut(&id) else {
            return;
        };
        draft.under_way = None;
        if trouble.is_some()
            && let Some(unsaved) = &mut draft.unsaved
        {
            let again = now + TimeDelta::seconds(AGAIN_S);
            (unsaved.first, unsaved.last) = (again, again);
        }
        draft.trouble = trouble;
    }

    /// It is gone from the database.
    pub fn forget(&mut self, id: Uuid) {
        self.all.remove(&id);
    }
}

fn long_ago(now: DateTime<Utc>) -> Unsaved {
    Unsaved::at(now - TimeDelta::milliseconds(LATEST_MS))
}
