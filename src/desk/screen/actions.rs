//! The list of what can be done with a case now, and of what cannot, with the reason and the rule.
//! Also the choice of the process of a new case: both are lists of which one line is chosen.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::command::Id;
use super::super::effect::Effect;
use super::super::form::outcome;
use super::super::geometry::Window;
use super::super::held;
use super::super::route::{Only, Route, Subject};
use super::super::toast::Tone;
use super::super::world::World;
use super::super::{limits, preview};
use super::{Pressed, moved};
use crate::process::engine::{self, Actor, Context};
use crate::process::{self, By};
use crate::store::rows::{CaseId, QueueLimits};
use crate::text::retell::Retold;

/// What is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Actions of a case.
    Case(CaseId, Only),
    /// Processes of which a case can be opened.
    NewCase,
    /// Queues in which that agent's numbers can be set.
    Limits(i32),
}

/// The list on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What is chosen from.
    pub of: Of,
    /// Where the cursor is.
    pub cursor: usize,
    /// The lines as they were first shown: a digit means the same as long as the list is open.
    shown: Vec<Choice>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What a form of it is about.
    pub subject: Subject,
    /// Its name.
    pub label: String,
    /// Rules that it keeps.
    pub rules: String,
    /// Why it is not possible now, with the rule.
    pub refusal: Option<String>,
}

/// The lines: what is possible first. `None` until the case was read.
pub fn choices(world: &World, of: Of, now: DateTime<Utc>) -> Option<Vec<Choice>> {
    match of {
        Of::NewCase => Some(processes(world)),
        Of::Case(case, only) => of_case(world, case, only, now),
        Of::Limits(agent) => limits_of(world, agent),
    }
}

fn processes(world: &World) -> Vec<Choice> {
    let queues = || world.me.iter().flat_map(|me| &me.queues);
    let mine = |key: &str| queues().any(|queue| queue.key == key);
    let all = process::ALL
        .iter()
        .filter(|process| mine(process.queue.key()));
    let choice = |process: &&process::Process| Choice {
        subject: Subject::Open(process.key.to_owned()),
        label: world
            .texts
            .get(&format!("process.{}", process.key))
            .to_owned(),
        rules: process.opening.rules.join(" "),
        refusal: None,
    };
    all.map(choice).collect()
}

fn limits_of(world: &World, agent: i32) -> Option<Vec<Choice>> {
    let queues = limits::queues_of(world, agent)?;
    let choice = |queue: &QueueLimits| Choice {
        subject: Subject::Limits(queue.queue_id, Some(agent)),
        label: world.texts.say(&format!("queue.{}", queue.key)),
        rules: String::new(),
        refusal: None,
    };
    Some(queues.into_iter().map(choice).collect())
}

fn of_case(world: &World, case: CaseId, only: Only, now: DateTime<Utc>) -> Option<Vec<Choice>> {
    let loaded = world.case(case)?;
    let calendars = world.calendars.as_deref()?;
    let actor = outcome::actor(world);
    let context = Context {
        now: world.legal(now),
        actor,
        calendars,
        command: Uuid::nil(),
    };
    let listed = engine::listed(&loaded.detail.facts, &context);
    let shown = listed.into_iter().filter(|listed| match listed.action.by {
        By::Lead => actor == Actor::Lead,
        _ => only == Only::All,
    });
    let held = held::by_other(world, case, now);
    let refused = |listed: &engine::Listed| match &listed.refusal {
        Some(refusal) => Some(preview::refusal(world, refusal)),
        None if held::needs_holder(listed.action.by) => held.clone(),
        None => None,
    };
    let mut choices: Vec<Choice> = shown
        .map(|listed| Choice {
            subject: Subject::Action(case, listed.action.key.to_owned()),
            label: preview::action(world, &loaded.detail.row.process, listed.action.key).to_owned(),
            rules: listed.action.rules.join(" "),
            refusal: refused(&listed),
        })
        .collect();
    if actor == Actor::Lead {
        choices.extend(of_lead(world, case));
    }
    choices.sort_by_key(|choice| choice.refusal.is_some());
    Some(choices)
}

fn of_lead(world: &World, case: CaseId) -> [Choice; 2] {
    let choice = |key: &str, subject: Subject| Choice {
        subject,
        label: world.texts.get(key).to_owned(),
        rules: String::new(),
        refusal: None,
    };
    [
        choice("lead.reassign", Subject::Reassign(case)),
        choice("lead.transfer", Subject::Transfer(case)),
    ]
}

impl State {
    /// A list with the cursor on its first line.
    pub fn new(of: Of) -> Self {
        Self {
            of,
            cursor: 0,
            shown: Vec::new(),
        }
    }

    /// The lines in their places. What became impossible stays where it was and says why; what is
    /// new comes at the end. `None` until the case was read.
    pub fn choices(&self, world: &World, now: DateTime<Utc>) -> Option<Vec<Choice>> {
        let mut fresh = choices(world, self.of, now)?;
        let mut placed: Vec<Choice> = Vec::with_capacity(fresh.len());
        for before in &self.shown {
            let at = fresh.iter().position(|one| one.subject == before.subject);
            let gone = || Choice {
                refusal: Some(world.texts.say("actions.gone")),
                ..before.clone()
            };
            placed.push(at.map_or_else(gone, |at| fresh.remove(at)));
        }
        placed.extend(fresh);
        Some(placed)
    }

    /// What is not possible any more keeps its name: in another language.
    pub fn retell(&mut self, retold: &Retold<'_>) {
        let shown = self.shown.iter_mut();
        shown.for_each(|choice| retold.change(&mut choice.label));
    }

    /// Keep the places of what is shown now.
    pub fn settle(&mut self, world: &World, now: DateTime<Utc>) {
        if let Some(choices) = self.choices(world, now) {
            self.shown = choices;
        }
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let choices = self.choices(world, now).unwrap_or_default();
        if let Some(to) = moved(pressed.id, self.cursor, choices.len(), window) {
            self.cursor = to;
            return Vec::new();
        }
        match pressed.id {
            Id::Choose => choose(world, choices.get(self.cursor), now),
            Id::ChooseDigit => {
                let at = pressed.digit().unwrap_or(0).wrapping_sub(1);
                if at < choices.len() {
                    self.cursor = at;
                }
                choose(world, choices.get(at), now)
            }
            Id::Back => vec![Effect::Go(Route::Back)],
            _ => Vec::new(),
        }
    }
}

fn choose(world: &mut World, choice: Option<&Choice>, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(choice) = choice else {
        return Vec::new();
    };
    if let Some(refusal) = &choice.refusal {
        world.toasts.say(Tone::Warning, refusal.clone(), now);
        return Vec::new();
    }
    let form = Effect::Go(Route::Form(choice.subject.clone()));
    if matches!(choice.subject, Subject::Limits(..)) {
        return vec![Effect::Go(Route::Back), form]; // what it needs was read for this list
    }
    std::iter::once(form)
        .chain(world.ask_beside(&choice.subject, now))
        .collect()
}
