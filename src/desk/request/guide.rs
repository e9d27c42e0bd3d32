//! The next step, offered as soon as the one before it is done: the agent goes on with the customer
//! without looking for it. A key that was pressed meanwhile means that the agent is elsewhere.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::steps;
use crate::desk::form::outcome;
use crate::desk::held;
use crate::desk::model::Model;
use crate::desk::route::{Only, Route, Subject};
use crate::desk::world::World;
use crate::process::engine::{self, Context};
use crate::process::{Action, To};
use crate::store::rows::{CaseDetail, CaseId};

/// The case that an agent goes through with the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Led {
    /// Which one.
    pub case: CaseId,
    /// Since when (machine time).
    pub since: DateTime<Utc>,
}

/// An agent did a step of that case, or began it.
pub fn begin(world: &mut World, case: CaseId, now: DateTime<Utc>) {
    world.led = Some(Led { case, since: now });
}

/// The case was read: the form of its next step, if the agent waits for it.
pub fn go_on(model: &mut Model, case: CaseId, now: DateTime<Utc>) -> Option<Route> {
    let led = model.world.led.filter(|led| led.case == case)?;
    let is_there = model.layers.is_empty() && model.palette.is_none() && !model.lock.is_shut();
    if model.keyed_at > led.since || model.desk.shown != Some(case) || !is_there {
        model.world.led = None;
        return None;
    }
    let route = next(&model.world, case, now)?;
    model.world.led = None;
    Some(route)
}

/// The form of the next step; where there are several, the list of them. Nothing while an outside
/// system is asked, and nothing for other processes.
pub fn next(world: &World, case: CaseId, now: DateTime<Utc>) -> Option<Route> {
    let facts = &world.case(case)?.detail.facts;
    if steps::of(facts).is_empty() || held::by_other(world, case, now).is_some() {
        return None;
    }
    let context = Context {
        now: world.legal(now),
        actor: outcome::actor(world),
        calendars: world.calendars.as_deref()?,
        command: Uuid::nil(),
    };
    let listed = engine::listed(facts, &context);
    let possible = listed.iter().filter(|one| one.refusal.is_none());
    let steps: Vec<&Action> = possible
        .map(|one| one.action)
        .filter(|action| is_step(action, &facts.state))
        .collect();
    match steps[..] {
        [] => None,
        [step] => Some(Route::Form(Subject::Action(case, step.key.to_owned()))),
        _ => Some(Route::Actions(case, Only::All)),
    }
}

/// Whether a line is a step of the customer that leads on from that state.
fn is_step(action: &Action, state: &str) -> bool {
    let is_customers = action.fields.iter().any(|field| field.key == "on_behalf");
    let leads_on = matches!(action.to, To::State(to) if to != state);
    is_customers && leads_on && action.key != "cancel_by_customer"
}

/// The customer of a request for a meter.
pub fn customer(detail: &CaseDetail) -> Option<&str> {
    let is_request = matches!(detail.facts.process.as_str(), "prio" | "tlm");
    let customer = detail.facts.facts.get("customer_ref");
    customer.filter(|_| is_request)?.as_code()
}

/// Another request of the same customer, for the next meter (PRIO-21).
pub fn another(world: &mut World, case: CaseId) -> Option<Route> {
    let detail = &world.case(case)?.detail;
    let customer = customer(detail)?.to_owned();
    let process = detail.facts.process.clone();
    world.another = Some(customer);
    Some(Route::Form(Subject::Open(process)))
}
