//! A transition while it is being computed: a working copy of the case, the answers over it, and
//! the change so far.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{CaseFacts, Change, ClockOp, Facts, fold};
use crate::domain::calendar::Calendar;
use crate::domain::clock::ClockRun;
use crate::process::field::Value;
use crate::process::{Cond, Process};

/// Where a transition stands.
pub(super) struct Draft<'a> {
    pub(super) process: &'static Process,
    pub(super) calendar: &'a Calendar,
    pub(super) command: Uuid,
    /// The case as it will be; its state stays the old one until the end.
    pub(super) case: CaseFacts,
    pub(super) answers: Facts,
    pub(super) change: Change,
}

impl Draft<'_> {
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.change.at
    }

    /// A fact set by this change, else an answer, else a fact of the case that stays.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        let change = &self.change;
        let is_gone = change.clears.contains(key) || change.emptied.contains(key);
        change
            .facts
            .get(key)
            .or_else(|| self.answers.get(key))
            .or_else(|| self.case.facts.get(key).filter(|_| !is_gone))
    }

    pub(super) fn instant(&self, key: &str) -> Option<DateTime<Utc>> {
        self.value(key).and_then(Value::as_instant)
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        self.change.clears.remove(key);
        self.change.facts.insert(key.to_owned(), value);
    }

    /// The fact is known no more, whatever this change had set.
    pub(super) fn clear(&mut self, key: &str) {
        self.change.facts.remove(key);
        if self.case.facts.contains_key(key) {
            self.change.clears.insert(key.to_owned());
        }
    }

    pub(super) fn running(&self, key: &str) -> Option<&ClockRun> {
        self.case
            .clocks
            .iter()
            .find(|clock| clock.key == key && clock.is_running())
    }

    /// All running runs of a clock that a case can have several times.
    pub(super) fn runs<'k>(&'k self, key: &'k str) -> impl Iterator<Item = &'k ClockRun> {
        let runs = self.case.clocks.iter();
        runs.filter(move |clock| clock.key == key && clock.is_running())
    }

    /// The latest run, running or not.
    pub(super) fn latest(&self, key: &str) -> Option<&ClockRun> {
        self.case
            .clocks
            .iter()
            .filter(|clock| clock.key == key)
            .max_by_key(|clock| clock.run)
    }

    pub(super) fn push(&mut self, op: ClockOp) {
        fold::apply(&mut self.case.clocks, &op);
        self.change.clocks.push(op);
    }

    pub(super) fn holds(&self, cond: &Cond) -> bool {
        match cond {
            Cond::Always => true,
            Cond::Is(key, word) => self.value(key).is_some_and(|value| value.is(word)),
            Cond::Yes(key) => self.value(key).is_some_and(|value| value.is("yes")),
            Cond::Known(key) => self.value(key).is_some(),
            Cond::AtLeast(key, count) => {
                matches!(self.value(key), Some(Value::Number(number)) if number >= count)
            }
            Cond::Late(key) => self.running(key).is_some_and(|clock| clock.late_on_arrival),
            Cond::All(all) => all.iter().all(|one| self.holds(one)),
            Cond::Any(any) => any.iter().any(|one| self.holds(one)),
            Cond::None(none) => !none.iter().any(|one| self.holds(one)),
        }
    }
}
