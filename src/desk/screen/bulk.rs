//! An action on many cases on the screen: the choice of the action, and the sheet with the preview,
//! the run and its results.

use chrono::{DateTime, Utc};

use super::super::bulk::choices::Choice;
use super::super::bulk::plan;
use super::super::bulk::run::{self, Run};
use super::super::bulk::{Act, Job, Verdict};
use super::super::command::{Context, Id};
use super::super::effect::{Effect, Question, Slot};
use super::super::form::{Ask, build};
use super::super::geometry::Window;
use super::super::route::{Route, Subject};
use super::super::toast::Tone;
use super::super::world::World;
use super::form::{self, Stage};
use super::{Pressed, moved};

/// The list of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// Where the cursor is.
    pub cursor: usize,
}

impl State {
    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let choices = world.bulk.as_ref().map_or(&[][..], |job| &job.choices);
        if let Some(to) = moved(pressed.id, self.cursor, choices.len(), window) {
            self.cursor = to;
            return Vec::new();
        }
        match pressed.id {
            Id::Choose => {}
            Id::ChooseDigit => {
                let at = pressed.digit().unwrap_or(0).wrapping_sub(1);
                if at >= choices.len() {
                    return Vec::new();
                }
                self.cursor = at;
            }
            Id::Back => {
                world.bulk = None;
                return vec![Effect::Go(Route::Back)];
            }
            _ => return Vec::new(),
        }
        let choice = choices.get(self.cursor).cloned();
        choose(world, choice, now)
    }
}

fn choose(world: &mut World, choice: Option<Choice>, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(choice) = choice else {
        return Vec::new();
    };
    if let Some(refusal) = choice.refusal {
        world.toasts.say(Tone::Warning, refusal, now);
        return Vec::new();
    }
    let subject = Subject::Many(choice.act.clone());
    if build::entries(world, &subject, now).is_empty() {
        plan::make(world, choice.act, Vec::new(), now);
        return vec![Effect::Go(Route::Sheet)];
    }
    let mut effects = vec![Effect::Go(Route::Form(subject))];
    if choice.act == Act::Reassign {
        effects.push(world.ask(Slot::Colleagues, Question::Colleagues, now));
    }
    effects
}

/// Where keys are pressed in the sheet.
pub fn context(job: Option<&Job>) -> Context {
    match job.map(|job| &job.run) {
        Some(Run::Going(_)) => Context::Running,
        Some(Run::Ended) => Context::Results,
        Some(Run::Not) | None => Context::Preview,
    }
}

/// React to a command in the sheet.
pub fn press(
    world: &mut World,
    pressed: Pressed,
    window: Window,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(job) = world.bulk.as_deref_mut() else {
        return vec![Effect::Go(Route::Desk)];
    };
    if let Some(to) = moved(pressed.id, job.cursor, job.rows.len(), window) {
        job.cursor = to;
        return Vec::new();
    }
    let running = match &job.run {
        Run::Going(going) => Some(going.clone()),
        _ => None,
    };
    match (pressed.id, running) {
        // nobody knows yet what became of the case under way: it is asked when the line is back
        (Id::Stop, Some(going)) if going.line == run::Line::Lost => {
            run::stop(world);
            vec![Effect::Go(Route::Desk)]
        }
        (Id::Stop, Some(_)) => {
            run::stop(world);
            Vec::new()
        }
        (Id::TakeOut, None) => {
            take_out(job);
            Vec::new()
        }
        (Id::Commit, None) if job.count("will") == 0 => {
            let said = world.texts.say("bulk.nothing_to_do");
            world.toasts.say(Tone::Warning, said, now);
            Vec::new()
        }
        (Id::Commit, None) if !is_sure(job) => {
            let count = job.sending().to_string();
            let said = world.texts.fill("bulk.sure", &[("n", &count)]);
            world.toasts.say(Tone::Warning, said, now);
            Vec::new()
        }
        (Id::Commit, None) => run::start(world, now),
        (Id::Choose, None) => open(world, now),
        (Id::TakeBack, None) => take_back(world, now),
        (Id::TakeBackAll, None) => {
            plan::take_back(world, now);
            Vec::new()
        }
        (Id::Back, None) if job.run == Run::Ended => {
            leave_results(world, now);
            vec![Effect::Go(Route::Desk)]
        }
        (Id::Back, None) => vec![Effect::Go(Route::Back)],
        _ => Vec::new(),
    }
}

/// What was typed stays while it is wanted for cases that were not written: they are marked still.
fn leave_results(world: &mut World, now: DateTime<Utc>) {
    let job = world.bulk.take();
    if job.is_some_and(|job| job.draft.is_some() && job.has_left()) {
        let said = world.texts.say("bulk.kept");
        world.toasts.say(Tone::Done, said, now);
    }
}

/// Whether nothing leaves the house, or it was said how much does: that cannot be fetched back.
fn is_sure(job: &mut Job) -> bool {
    let count = Some(job.sending()).filter(|count| *count > 0);
    std::mem::replace(&mut job.sure, count) == count
}

/// Take the case out, or in again; one down.
fn take_out(job: &mut Job) {
    let Some(row) = job.rows.get_mut(job.cursor) else {
        return;
    };
    let verdict = std::mem::replace(&mut row.verdict, Verdict::Untried);
    row.verdict = match verdict {
        Verdict::Will(said) => Verdict::Out(said),
        Verdict::Out(said) => Verdict::Will(said),
        other => other,
    };
    job.cursor = (job.cursor + 1).min(job.rows.len().saturating_sub(1));
}

/// Open the case under the cursor; back comes back here.
fn open(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(job) = world.bulk.as_deref_mut() else {
        return Vec::new();
    };
    let Some(case) = job.rows.get(job.cursor).map(|row| row.case) else {
        return Vec::new();
    };
    job.left_for = Some(case);
    vec![Effect::Go(Route::Case(case)), world.ask_detail(case, now)]
}

/// Take back what was done with the case under the cursor; the results lie below.
fn take_back(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let job = world.bulk.as_deref();
    let Some(case) = job
        .and_then(|job| job.rows.get(job.cursor))
        .map(|row| row.case)
    else {
        return Vec::new();
    };
    // read for the preview, it would say that the case has changed since: it has, by us
    world.forget(case);
    vec![
        world.ask_detail(case, now),
        Effect::Go(Route::Form(Subject::TakeBack(case))),
    ]
}

/// The answer that a choice starts with: whoever holds least.
pub fn preset(ask: &mut Ask) {
    if let Ask::Choice(picks, at) = ask {
        *at = picks.iter().position(|pick| pick.raw == plan::LEAST);
    }
}

impl form::State {
    /// A form for many cases has no review of its own: the preview tells it case by case.
    pub(super) fn hand_on(
        &mut self,
        world: &mut World,
        mut effects: Vec<Effect>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if let (Stage::Review, Subject::Many(act)) = (self.stage, &self.subject) {
            self.stage = Stage::Edit;
            plan::make(world, act.clone(), self.entries.clone(), now);
            if let Some(job) = world.bulk.as_deref_mut() {
                job.draft = self.touched.then_some(self.draft);
            }
            effects.push(Effect::Go(Route::Sheet));
        }
        effects
    }
}
