//! Clusters of the data wash: findings that share a pattern, the largest first; one of them opened,
//! finding by finding; from there to a case, and to an action on all that are left.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::bulk::Like;
use super::super::command::{Context, Id};
use super::super::effect::{Effect, Question, Slot};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::world::World;
use super::{Pressed, moved};
use crate::store::StoreError;
use crate::store::rows::{CaseId, Cluster, ClusterFinding, ClusterFindings, ClusterPage};

/// So near the end more is asked for.
const NEAR: usize = 20;

/// How old what is shown may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Age {
    /// As it was read.
    #[default]
    New,
    /// Something was done since, perhaps.
    Old,
}

/// The list of clusters, and the one that is open.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What was read, the largest first.
    pub clusters: Vec<Cluster>,
    /// Whether more follow.
    pub more: bool,
    /// How many there are in all.
    pub total: i64,
    /// How many updates may leave in a minute.
    pub per_minute: i32,
    /// Where the cursor is.
    pub cursor: usize,
    /// Whether a page was read.
    pub read: bool,
    /// Why the last page was not.
    pub problem: Option<StoreError>,
    /// The cluster that is open.
    pub open: Option<Open>,
    /// Whether what is shown may be old: it is asked for anew when this lies on top again.
    age: Age,
    /// Whether the page asked for is the first one.
    is_first: bool,
}

/// A cluster that is open.
#[derive(Debug, Clone)]
pub struct Open {
    /// Which one.
    pub cluster: Cluster,
    /// Its findings as far as they were read.
    pub findings: Vec<ClusterFinding>,
    /// The cases of all of them, at most 500.
    pub cases: Vec<CaseId>,
    /// Every case that was in it while it was open: also those solved since.
    pub known: BTreeSet<CaseId>,
    /// Whether more follow.
    pub more: bool,
    /// The finding behind which the next page begins.
    pub last: i64,
    /// Whether a page was read.
    pub read: bool,
    /// Why the last page was not.
    pub problem: Option<StoreError>,
    /// Where the cursor is.
    pub cursor: usize,
}

impl Open {
    fn of(cluster: Cluster) -> Self {
        Self {
            cluster,
            findings: Vec::new(),
            cases: Vec::new(),
            known: BTreeSet::new(),
            more: false,
            last: 0,
            read: false,
            problem: None,
            cursor: 0,
        }
    }

    /// The finding under the cursor.
    pub fn current(&self) -> Option<&ClusterFinding> {
        self.findings.get(self.cursor)
    }
}

impl State {
    /// The list, and its first question.
    pub fn open(world: &mut World, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let mut state = Self::default();
        let asked = state.ask(world, now);
        (state, vec![asked])
    }

    /// Where keys are pressed.
    pub fn context(&self) -> Context {
        match self.open {
            Some(_) => Context::Cluster,
            None => Context::Clusters,
        }
    }

    /// How long a release waits from one case to the next.
    pub fn pace(&self) -> Option<TimeDelta> {
        let per_minute = i64::from(self.per_minute);
        (per_minute > 0).then(|| TimeDelta::milliseconds(60_000 / per_minute))
    }

    /// The first page of the list.
    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Effect {
        (self.is_first, self.age) = (true, Age::New);
        world.ask(Slot::Clusters, Question::Clusters(None), now)
    }

    /// The first page of the open cluster.
    fn ask_open(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        (self.is_first, self.age) = (true, Age::New);
        let pattern = self.open.as_ref().map(|open| open.cluster.pattern.clone());
        let asked = pattern.map(|pattern| Question::Cluster { pattern, after: 0 });
        let asked = asked.map(|question| world.ask(Slot::Cluster, question, now));
        asked.into_iter().collect()
    }

    /// What may be old is read anew.
    pub fn wake(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        match (self.age, &self.open) {
            (Age::New, _) => Vec::new(),
            (Age::Old, None) => vec![self.ask(world, now)],
            (Age::Old, Some(_)) => self.ask_open(world, now),
        }
    }

    /// A page of the list.
    pub fn take(&mut self, result: Result<ClusterPage, StoreError>) {
        let page = match result {
            Ok(page) => page,
            Err(error) => return self.problem = Some(error),
        };
        let was = self
            .clusters
            .get(self.cursor)
            .map(|one| one.pattern.clone());
        if std::mem::take(&mut self.is_first) {
            self.clusters.clear();
        }
        self.clusters.extend(page.clusters);
        (self.more, self.total) = (page.more, page.total);
        self.per_minute = page.per_minute;
        (self.read, self.problem) = (true, None);
        let mut all = self.clusters.iter();
        let found = all.position(|one| Some(&one.pattern) == was.as_ref());
        let last = self.clusters.len().saturating_sub(1);
        self.cursor = found.unwrap_or(self.cursor).min(last);
    }

    /// A page of the open cluster.
    pub fn take_findings(&mut self, result: Result<ClusterFindings, StoreError>) {
        let Some(open) = &mut self.open else { return };
        let page = match result {
            Ok(page) => page,
            Err(error) => return open.problem = Some(error),
        };
        let was = open.current().map(|one| one.finding_id);
        if std::mem::take(&mut self.is_first) {
            open.findings.clear();
            open.known.extend(&page.cases);
            open.cases = page.cases;
        }
        open.findings.extend(page.findings);
        (open.more, open.last) = (page.more, page.last);
        (open.read, open.problem) = (true, None);
        let mut all = open.findings.iter();
        let found = all.position(|one| Some(one.finding_id) == was);
        let last = open.findings.len().saturating_sub(1);
        open.cursor = found.unwrap_or(open.cursor).min(last);
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if self.open.is_some() {
            return self.press_open(world, pressed, window, now);
        }
        match pressed.id {
            Id::Back => vec![Effect::Go(Route::Back)],
            Id::Refresh => vec![self.ask(world, now)],
            Id::Choose => {
                let chosen = self.clusters.get(self.cursor).cloned();
                self.open = chosen.map(Open::of);
                self.ask_open(world, now)
            }
            id => {
                let count = self.clusters.len();
                self.cursor = moved(id, self.cursor, count, window).unwrap_or(self.cursor);
                self.ask_more(world, now)
            }
        }
    }

    fn ask_more(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.age == Age::Old {
            return self.wake(world, now);
        }
        let is_near = self.more && self.cursor + NEAR >= self.clusters.len();
        let after = self.clusters.last().filter(|_| is_near);
        let after = after.map(|last| (last.n, last.pattern.clone()));
        if after.is_none() || world.asked_since(Slot::Clusters).is_some() {
            return Vec::new();
        }
        vec![world.ask(Slot::Clusters, Question::Clusters(after), now)]
    }

    fn press_open(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let pace = self.pace();
        let Some(open) = &mut self.open else {
            return Vec::new();
        };
        match pressed.id {
            Id::Back => {
                self.open = None;
                return vec![self.ask(world, now)];
            }
            Id::Refresh => return self.ask_open(world, now),
            Id::Choose => {
                let Some(case) = open.current().map(|one| one.row.case_id) else {
                    return Vec::new();
                };
                self.age = Age::Old;
                return vec![Effect::Go(Route::Aside(case)), world.ask_detail(case, now)];
            }
            Id::ActOnAll => {
                self.age = Age::Old;
                return vec![Effect::Go(Route::BulkOf(open.cases.clone(), None, pace))];
            }
            Id::Likewise => return self.likewise(world),
            id => {
                let count = open.findings.len();
                open.cursor = moved(id, open.cursor, count, window).unwrap_or(open.cursor);
            }
        }
        self.ask_more_findings(world, now)
    }

    fn ask_more_findings(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.age == Age::Old {
            return self.wake(world, now);
        }
        let Some(open) = self.open.as_ref() else {
            return Vec::new();
        };
        let is_near = open.more && open.cursor + NEAR >= open.findings.len();
        if !is_near || world.asked_since(Slot::Cluster).is_some() {
            return Vec::new();
        }
        let pattern = open.cluster.pattern.clone();
        let after = open.last;
        vec![world.ask(Slot::Cluster, Question::Cluster { pattern, after }, now)]
    }

    /// What was done with one of them by hand, with all that are left: to the preview.
    fn likewise(&mut self, world: &World) -> Vec<Effect> {
        let pace = self.pace();
        let Some((open, solved)) = self.open.as_ref().zip(world.solved.as_ref()) else {
            return Vec::new();
        };
        let rest = open.cases.iter().filter(|case| **case != solved.case);
        let rest: Vec<CaseId> = rest.copied().collect();
        let like = Like {
            from: solved.from.clone(),
            act: solved.act.clone(),
            entries: solved.entries.clone(),
        };
        self.age = Age::Old;
        vec![Effect::Go(Route::BulkOf(rest, Some(Box::new(like)), pace))]
    }
}
