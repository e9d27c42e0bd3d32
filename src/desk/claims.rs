//! Claiming in words: what a claim gave instead of a case, and which held cases go back to the pool
//! soon because nothing is done with them.

use chrono::{DateTime, Utc};

use super::effect::Effect;
use super::model::Model;
use super::preview;
use super::route::{Route, Subject};
use super::say;
use super::world::World;
use crate::domain::calendar::Calendar;
use crate::domain::country::Country;
use crate::domain::idle::{self, Idle};
use crate::process;
use crate::store::rows::{CaseId, CaseRow, Claim, Lease};

/// Why a claim gave nothing, in words; nothing to say of a granted one.
pub fn refused(world: &World, claim: &Claim, now: DateTime<Utc>) -> String {
    let texts = &world.texts;
    match claim {
        Claim::Granted { .. } => String::new(),
        Claim::Empty => texts.say("claim.empty"),
        Claim::PassedOver { cases } => passed_over(world, *cases),
        Claim::Taken { holder, since } => {
            let since = say::at(texts, *since, world.legal(now), world.zone(""));
            texts.fill("claim.taken", &[("holder", holder), ("since", &since)])
        }
        Claim::Limit {
            held,
            limit,
            case_no,
        } => {
            let (held, limit) = (held.to_string(), limit.to_string());
            let with = [("held", &*held), ("limit", &*limit), ("case", &**case_no)];
            texts.fill("claim.limit", &with)
        }
        Claim::Gate {
            held,
            case_no,
            clock,
            ..
        } => {
            let clock = preview::clock(world, clock);
            let (key, held) = if *held == 1 {
                ("claim.gate_one", String::new())
            } else {
                ("claim.gate", held.to_string())
            };
            let with = [("held", &*held), ("case", &**case_no), ("clock", &*clock)];
            texts.fill(key, &with)
        }
        Claim::NotFound => texts.say("claim.not_found"),
        Claim::Closed => texts.say("claim.closed"),
    }
}

fn passed_over(world: &World, cases: i64) -> String {
    let texts = &world.texts;
    match cases {
        1 => texts.say("claim.passed_over_one"),
        _ => texts.fill("claim.passed_over", &[("n", &cases.to_string())]),
    }
}

/// The row of a case, wherever it was read.
fn row(model: &Model, case: CaseId) -> Option<&CaseRow> {
    let tabs = model.desk.tabs.iter().flat_map(|tab| &tab.rows);
    let mut listed = tabs.map(|row| &row.case).filter(|row| row.case_id == case);
    model.desk.row(&model.world, case).or_else(|| listed.next())
}

/// What "next" gave and nothing was done with: giving it back needs a reason, also by leaving.
pub fn proposed(world: &World) -> impl Iterator<Item = CaseId> {
    let leases = world.leases.values().filter(|lease| lease.proposed);
    leases.map(|lease| lease.case_id)
}

/// The same in words; nothing when there is none.
pub fn proposed_said(model: &Model) -> Option<String> {
    let no = |case| row(model, case).map_or_else(String::new, |row| row.case_no.clone());
    let cases: Vec<String> = proposed(&model.world).map(no).collect();
    let key = match cases.len() {
        0 => return None,
        1 => "quit.proposed",
        _ => "quit.proposed_many",
    };
    let with = [("cases", &*cases.join(", "))];
    Some(model.world.texts.fill(key, &with))
}

/// The other cases that are held, and what becomes of them by leaving; nothing when there is none.
pub fn held_said(model: &Model) -> Option<String> {
    let no = |case| row(model, case).map_or_else(String::new, |row| row.case_no.clone());
    let held = model.world.leases.values().filter(|lease| !lease.proposed);
    let cases: Vec<String> = held.map(|lease| no(lease.case_id)).collect();
    let key = match cases.len() {
        0 => return None,
        1 => "quit.held",
        _ => "quit.held_many",
    };
    let with = [("cases", &*cases.join(", "))];
    Some(model.world.texts.fill(key, &with))
}

/// Pass over the first of them, with a reason.
pub fn pass_over(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(case) = proposed(world).next() else {
        return Vec::new();
    };
    let form = Route::Form(Subject::Skip(case));
    let mut effects = vec![Effect::Go(Route::Case(case)), Effect::Go(form)];
    if world.case(case).is_none() {
        effects.push(world.ask_detail(case, now));
    }
    effects
}

/// By whose opening hours a case is counted, once the calendars were read.
fn calendar(model: &Model, case: CaseId) -> Option<&Calendar> {
    let process = row(model, case).and_then(|row| process::find(&row.process));
    let country = process.map_or(Country::Nl, |process| process.country);
    let calendars = model.world.calendars.as_deref()?;
    Some(calendars.get(country))
}

/// In how many minutes the case goes back, once that is to be said; 0: now.
fn minutes_left(model: &Model, lease: &Lease, now: DateTime<Utc>) -> Option<i64> {
    let calendar = calendar(model, lease.case_id)?;
    match idle::state(lease.worked_at?, now + model.world.skew, calendar) {
        Idle::Over => Some(0),
        state => state.minutes_left(),
    }
}

/// The cases that go back soon, the first one first; one line for the whole desk.
pub fn idle_said(model: &Model) -> Option<String> {
    let leases = model.world.leases.values();
    let mut idle: Vec<(i64, CaseId)> = leases
        .filter_map(|lease| Some((minutes_left(model, lease, model.now)?, lease.case_id)))
        .collect();
    idle.sort_unstable();
    let (minutes, case) = *idle.first()?;
    let (minutes, others) = (minutes.to_string(), (idle.len() - 1).to_string());
    let no = row(model, case).map_or("", |row| row.case_no.as_str());
    let key = if idle.len() > 1 {
        "idle.more"
    } else {
        "idle.one"
    };
    let with = [("case", no), ("minutes", &*minutes), ("n", &*others)];
    Some(model.world.texts.fill(key, &with))
}

/// The same on the case itself.
pub fn idle_here(model: &Model, case: CaseId) -> Option<String> {
    let lease = model.world.leases.get(&case)?;
    let minutes = minutes_left(model, lease, model.now)?.to_string();
    let texts = &model.world.texts;
    Some(texts.fill("idle.here", &[("minutes", &minutes)]))
}

/// When one of these lines says something else (machine time).
pub fn idle_changes(model: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let skew = model.world.skew;
    let of_lease = |lease: &Lease| {
        let calendar = calendar(model, lease.case_id)?;
        idle::next_change(lease.worked_at?, now + skew, calendar).map(|at| at - skew)
    };
    model.world.leases.values().filter_map(of_lease).min()
}
