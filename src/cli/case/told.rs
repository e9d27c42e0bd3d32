//! What a change does, in words and as JSON: before it is done (`--dry-run`) and after.

use serde::Serialize;

use super::Counter;
use crate::cli::clerk::Done;
use crate::cli::{CliError, words};
use crate::process::engine::{Change, ClockOp};
use crate::store::rows::{Applied, WorkState};

/// A change as JSON.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    /// `None` for an opening that was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    case_no: Option<&'a str>,
    dry_run: bool,
    process: &'a str,
    action: &'a str,
    from: &'a str,
    to: &'a str,
    clocks: &'a [ClockOp],
    messages: &'a [String],
    destroys: &'a [String],
    /// The process of a linked case.
    opens: Option<&'a str>,
    /// The number of a linked case.
    opened: Option<&'a str>,
    version: Option<i32>,
    work: Option<WorkState>,
    held: bool,
}

impl<'a> Told<'a> {
    /// Of a change and what became of it.
    pub(super) fn new(
        case_no: Option<&'a str>,
        change: &'a Change,
        applied: Option<&'a Applied>,
    ) -> Self {
        Self {
            case_no,
            dry_run: applied.is_none(),
            process: &change.process,
            action: &change.action,
            from: &change.from,
            to: &change.to,
            clocks: &change.clocks,
            messages: &change.messages,
            destroys: &change.destroy,
            opens: change.opens.as_ref().map(|linked| linked.process.as_str()),
            opened: applied.and_then(|applied| applied.opened.as_deref()),
            version: applied.map(|applied| applied.version),
            work: applied.map(|applied| applied.work),
            held: false,
        }
    }
}

impl Counter<'_> {
    /// Tells what was done, or would be.
    pub(super) fn done(&self, done: &Done) -> Result<(), CliError> {
        let case_no = done.before.row.case_no.as_str();
        if self.json {
            let told = Told::new(Some(case_no), &done.change, done.applied.as_ref());
            return self.shell.json(&Told {
                held: done.held,
                ..told
            });
        }
        let key = if done.applied.is_some() {
            "case.done"
        } else {
            "case.would"
        };
        let action = self.action_name(&done.change);
        self.shell
            .tell(key, &[("case_no", case_no), ("action", &action)]);
        let linked = done
            .applied
            .as_ref()
            .and_then(|applied| applied.opened.as_deref());
        self.effects(&done.change, linked);
        Ok(())
    }

    fn action_name(&self, change: &Change) -> String {
        let process = crate::process::find(&change.process);
        let key = process.map(|process| process.action_text(&change.action));
        key.map_or_else(
            || change.action.clone(),
            |key| self.shell.texts.get(&key).to_owned(),
        )
    }

    /// The effects of a change, a line each.
    pub(super) fn effects(&self, change: &Change, linked: Option<&str>) {
        let texts = &self.shell.texts;
        let state = |key: &str| {
            texts
                .get(&format!("state.{}.{key}", change.process))
                .to_owned()
        };
        if change.from != change.to {
            self.shell
                .tell("case.effect.state", &[("state", &state(&change.to))]);
        }
        for op in &change.clocks {
            self.clock(op, &change.process);
        }
        for kind in &change.messages {
            let message = texts.get(&format!("message.{kind}")).to_owned();
            self.shell
                .tell("case.effect.message", &[("message", &message)]);
        }
        for purpose in &change.destroy {
            let purpose = texts.get(&format!("case.purpose.{purpose}")).to_owned();
            self.shell
                .tell("case.effect.destroy", &[("purpose", &purpose)]);
        }
        if let Some(opens) = &change.opens {
            let process = texts.get(&format!("process.{}", opens.process)).to_owned();
            let linked = linked.unwrap_or_default();
            let values = [("process", process.as_str()), ("case_no", linked)];
            self.shell.tell("case.effect.opens", &values);
        }
    }

    fn clock(&self, op: &ClockOp, process: &str) {
        let texts = &self.shell.texts;
        let zone = words::zone_of(process);
        let name = |key: &str| texts.get(&format!("clock.{key}")).to_owned();
        match op {
            ClockOp::Start {
                key,
                due_at,
                comparison,
                ..
            } => {
                let due = words::due(texts, *due_at, *comparison, zone);
                let values = [("clock", &*name(key)), ("due", &*due)];
                self.shell.tell("case.effect.clock_starts", &values);
            }
            ClockOp::End { key, outcome, .. } => {
                let outcome = format!("case.outcome.{}", told_outcome(*outcome));
                let outcome = texts.get(&outcome).to_owned();
                let values = [("clock", &*name(key)), ("outcome", &*outcome)];
                self.shell.tell("case.effect.clock_ends", &values);
            }
            ClockOp::Breach { key, .. } => {
                self.shell
                    .tell("case.effect.clock_breached", &[("clock", &name(key))]);
            }
            ClockOp::Move {
                key,
                was_due_at,
                due_at,
                ..
            } => {
                let moved = words::shift(process, key, (*was_due_at, *due_at), texts);
                self.shell
                    .tell("case.effect.clock_moved", &[("moved", &moved)]);
            }
        }
    }
}

fn told_outcome(outcome: crate::domain::clock::Outcome) -> &'static str {
    use crate::domain::clock::Outcome;
    match outcome {
        Outcome::Met => "met",
        Outcome::MetLate => "met_late",
        Outcome::Lapsed => "lapsed",
        Outcome::Cancelled => "cancelled",
    }
}
