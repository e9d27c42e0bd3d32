//! The numbers that a lead sets: how many cases an agent may hold, and from how many held ones past
//! their warning on no new one is given; of a queue, or of one agent in it.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use super::effect::{Call, Effect, Question, Slot};
use super::form::outcome::{Outcome, Plan};
use super::form::{Ask, Entry, LINE_LIMIT, build};
use super::preview;
use super::route::{Route, Subject};
use super::screen::Layer;
use super::screen::actions::Of;
use super::screen::board::Spot;
use super::world::World;
use crate::desk::editor::{Editor, Lines};
use crate::process::field::Required;
use crate::store::rows::{AS_QUEUE, AgentLimits, NewLimits, QueueLimits};

/// How many cases may be held.
const MAX: RangeInclusive<i32> = 1..=50;
/// The gate; 0 is none.
const GATE: RangeInclusive<i32> = 0..=20;

/// The two numbers, as the keys of their fields and texts.
const FIELDS: [(&str, RangeInclusive<i32>); 2] = [("limit_max", MAX), ("limit_gate", GATE)];

/// To the numbers of what the cursor of the board stands on; the queue is asked for where an agent
/// works on several. They are read anew: another lead may have set them.
pub fn go(world: &mut World, of: Spot, queues: &[i32], now: DateTime<Utc>) -> Vec<Effect> {
    let route = match (of, queues) {
        (Spot::Queue(queue), _) => Route::Form(Subject::Limits(queue, None)),
        (Spot::Person(agent), [queue]) => Route::Form(Subject::Limits(*queue, Some(agent))),
        (Spot::Person(agent), _) => Route::LimitsOf(agent),
        (Spot::Case(_), _) => return Vec::new(),
    };
    world.limits.clear();
    let asked = world.ask(Slot::Limits, Question::Limits, now);
    vec![Effect::Go(route), asked]
}

/// Whether a layer waits for the numbers to be read.
pub fn is_wanted(layer: &Layer) -> bool {
    match layer {
        Layer::Form(form) => matches!(form.subject, Subject::Limits(..)),
        Layer::Actions(list) => matches!(list.of, Of::Limits(_)),
        _ => false,
    }
}

/// The queues in which the numbers of that agent can be set; `None` until they were read.
pub fn queues_of(world: &World, agent: i32) -> Option<Vec<&QueueLimits>> {
    let has = |queue: &&QueueLimits| queue.agents.iter().any(|one| one.agent_id == agent);
    let found = || world.limits.iter().filter(has).collect();
    (!world.limits.is_empty()).then(found)
}

/// The name of that agent, once the numbers were read.
pub fn agent_name(world: &World, agent: i32) -> Option<&str> {
    let mut all = world.limits.iter().flat_map(|queue| &queue.agents);
    let found = all.find(|one| one.agent_id == agent)?;
    Some(&found.name)
}

/// What is set now.
struct Now<'a> {
    queue: &'a QueueLimits,
    agent: Option<&'a AgentLimits>,
}

impl Now<'_> {
    /// The numbers of the queue, in the order of the fields.
    fn of_queue(&self) -> [i32; 2] {
        [self.queue.max_leases, self.queue.gate]
    }

    /// The numbers that the form is about; [`AS_QUEUE`] where an agent has none of their own.
    fn own(&self) -> [i32; 2] {
        match self.agent {
            None => self.of_queue(),
            Some(agent) => [agent.max_leases, agent.gate].map(|n| n.unwrap_or(AS_QUEUE)),
        }
    }
}

fn known(world: &World, queue: i32, agent: Option<i32>) -> Option<Now<'_>> {
    let queue = world.limits.iter().find(|one| one.queue_id == queue)?;
    let agent = match agent {
        None => None,
        Some(agent) => Some(queue.agents.iter().find(|one| one.agent_id == agent)?),
    };
    Some(Now { queue, agent })
}

/// Whether the numbers were read.
pub fn is_known(world: &World, queue: i32, agent: Option<i32>) -> bool {
    known(world, queue, agent).is_some()
}

/// The fields, with the numbers as they are. Empty until they were read.
pub fn entries(world: &World, queue: i32, agent: Option<i32>) -> Vec<Entry> {
    let Some(now) = known(world, queue, agent) else {
        return Vec::new();
    };
    let (own, of_queue) = (now.own(), now.of_queue());
    let fields = FIELDS.into_iter().zip(own.into_iter().zip(of_queue));
    let fields = fields.map(|((key, _), (own, of_queue))| {
        let texts = &world.texts;
        let help = texts.say(&format!("form.{key}.help"));
        let (required, help) = if now.agent.is_some() {
            let n = of_queue.to_string();
            let empty = texts.fill("limits.empty", &[("n", &n)]);
            (Required::No, format!("{help} {empty}"))
        } else {
            (Required::Always, help)
        };
        let label = texts.say(&format!("form.{key}"));
        let ask = Ask::Text(Editor::new(Lines::One, LINE_LIMIT).with(&typed(own)));
        build::entry(key, &label, &help, required, ask)
    });
    fields.collect()
}

/// A number as it stands in its field.
fn typed(number: i32) -> String {
    match number {
        AS_QUEUE => String::new(),
        number => number.to_string(),
    }
}

/// What the form would set; only what is different from what is set now.
pub fn outcome(world: &World, queue: i32, agent: Option<i32>, entries: &[Entry]) -> Outcome {
    let Some(now) = known(world, queue, agent) else {
        return Outcome::Unknown;
    };
    let (mut wrong, mut lines) = (Vec::new(), Vec::new());
    let mut new = [None; 2];
    for (at, (key, range)) in FIELDS.into_iter().enumerate() {
        let entry = entries.iter().find(|entry| entry.key == key);
        let raw = entry.map_or("", |entry| entry.raw().trim());
        match read(raw, &range) {
            Some(number) if number != now.own()[at] => {
                new[at] = Some(number);
                lines.push(change(world, &now, at, number));
            }
            Some(_) => {}
            None => wrong.push((key.to_owned(), out_of_range(world, raw, &range))),
        }
    }
    if !wrong.is_empty() {
        return Outcome::Fields(wrong);
    }
    if lines.is_empty() {
        return Outcome::Refused(world.texts.say("limits.same"));
    }
    let [max_leases, gate] = new;
    let new = NewLimits {
        queue_id: queue,
        agent_id: agent,
        max_leases,
        gate,
    };
    Outcome::Ready(lines, Box::new(Plan::Call(Call::Limits(new))))
}

/// The number in a field; nothing typed means as the queue says.
fn read(raw: &str, range: &RangeInclusive<i32>) -> Option<i32> {
    if raw.is_empty() {
        return Some(AS_QUEUE);
    }
    raw.parse().ok().filter(|number| range.contains(number))
}

fn out_of_range(world: &World, raw: &str, range: &RangeInclusive<i32>) -> String {
    let (first, last) = (range.start().to_string(), range.end().to_string());
    let with = [("given", raw), ("first", &*first), ("last", &*last)];
    world.texts.fill("refusal.limit_out_of_range", &with)
}

/// What becomes of one number, and what it was.
fn change(world: &World, now: &Now<'_>, at: usize, number: i32) -> preview::Line {
    let key = FIELDS[at].0;
    let of_queue = now.of_queue()[at];
    let said = |number: i32| match number {
        AS_QUEUE => {
            let n = of_queue.to_string();
            world.texts.fill("limits.value_as_queue", &[("n", &n)])
        }
        0 => world.texts.say("limits.own_gate_none"),
        number => number.to_string(),
    };
    let with = [
        ("what", &*world.texts.say(&format!("form.{key}"))),
        ("new", &said(number)),
        ("was", &said(now.own()[at])),
    ];
    preview::line(world, "sets", world.texts.fill("limits.becomes", &with))
}

/// What the form is about, in words: the queue, and the agent in it.
pub fn title(world: &World, queue: i32, agent: Option<i32>) -> String {
    let heading = world.texts.say("command.limits");
    match known(world, queue, agent) {
        None => heading,
        Some(now) => format!("{heading}   {}", of(world, &now)),
    }
}

fn of(world: &World, now: &Now<'_>) -> String {
    let queue = world.texts.say(&format!("queue.{}", now.queue.key));
    match now.agent {
        None => queue,
        Some(agent) => format!("{queue}, {}", agent.name),
    }
}

/// They were set, in words.
pub fn done(world: &World, queue: i32, agent: Option<i32>) -> String {
    let of = known(world, queue, agent).map_or_else(String::new, |now| of(world, &now));
    world.texts.fill("done.limits", &[("of", &of)])
}
