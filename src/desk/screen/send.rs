//! Sending a form: claim the case if it is not held, then write; and what each answer means. What
//! was typed is never lost, whatever the answer.

use chrono::{DateTime, Utc};

use super::super::claims;
use super::super::effect::{Call, Effect, Reply, Slot};
use super::super::form::outcome::{Needs, Outcome, Plan, refused};
use super::super::held;
use super::super::preview;
use super::super::request::{around, guide};
use super::super::route::{Route, Subject};
use super::super::toast::Tone;
use super::super::world::World;
use super::super::{file, find, undo, washing};
use super::done::done;
use super::form::{Stage, State};
use crate::process;
use crate::store::StoreError;
use crate::store::rows::{Applied, CaseId, Claim, Lease, Opened};
use crate::text::format;

/// Write it; claim the case first when that is needed and not so yet.
pub fn commit(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(call) = state.sent.clone() {
        return send(state, world, call, now);
    }
    state.weigh(world, now);
    if state.stage != Stage::Review {
        return Vec::new();
    }
    let Outcome::Ready(_, plan) = state.outcome.clone() else {
        state.stage = Stage::Edit;
        state.check(world, now);
        return Vec::new();
    };
    state.problem = None;
    let case = state.subject.case();
    let held = case.and_then(|case| world.leases.get(&case).copied());
    match (*plan, case, held) {
        (Plan::Apply(_, Needs::Lease) | Plan::HandOver(..), Some(case), None) => {
            claim(state, world, case, now)
        }
        (plan, _, held) => match call(state, plan, held) {
            Some(call) => send(state, world, call, now),
            None => Vec::new(),
        },
    }
}

fn claim(state: &mut State, world: &mut World, case: CaseId, now: DateTime<Utc>) -> Vec<Effect> {
    state.stage = Stage::Claiming;
    let claim = world.command(now);
    state.claim = Some(claim);
    let ticket = world.ticket(Slot::Command(claim), now);
    vec![Effect::Write(ticket, Box::new(Call::Claim(case)))]
}

fn call(state: &State, plan: Plan, held: Option<Lease>) -> Option<Call> {
    Some(match plan {
        Plan::Call(call) => call,
        Plan::Many => return None,
        Plan::Open(change, answers) => Call::Open(change, answers),
        Plan::HandOver(to, line, along) => Call::HandOver {
            lease: held?,
            to,
            line,
            along,
        },
        Plan::Skip(reason, line) => Call::Skip {
            lease: held?,
            reason,
            line,
        },
        Plan::Apply(change, needs) => Call::Apply {
            case: state.subject.case()?,
            fence: match needs {
                Needs::Lease => Some(held?.fence),
                Needs::Nothing => None,
            },
            version: state.version?,
            change,
        },
    })
}

fn send(state: &mut State, world: &mut World, call: Call, now: DateTime<Utc>) -> Vec<Effect> {
    state.stage = Stage::Sending;
    state.problem = None;
    state.sent = Some(call.clone());
    let ticket = world.ticket(Slot::Command(state.command), now);
    vec![Effect::Write(ticket, Box::new(call))]
}

/// An answer to what this form sent.
pub fn answered(
    state: &mut State,
    world: &mut World,
    reply: Reply,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    match reply {
        Reply::Claimed(Ok(claim)) if matches!(state.subject, Subject::TakeOver(_)) => {
            took_over(state, world, &claim, now)
        }
        Reply::Claimed(Ok(claim)) => claimed(state, world, &claim, now),
        Reply::Applied(Ok(applied)) => wrote(state, world, &applied, now),
        Reply::Opened(Ok(opened)) => was_opened(state, world, &opened, now),
        Reply::Set(Ok(())) => was_set(state, world, now),
        Reply::File(error) => {
            state.stage = Stage::Edit;
            (state.sent, state.altered) = (None, false);
            let said = file::said(world, &error);
            if let Some(entry) = state.entries.iter_mut().find(|entry| entry.key == "path") {
                entry.error = Some(said);
            }
            Vec::new()
        }
        other => match other.error().cloned() {
            Some(error) => failed(state, world, &error, now),
            None => Vec::new(),
        },
    }
}

fn claimed(state: &mut State, world: &mut World, claim: &Claim, now: DateTime<Utc>) -> Vec<Effect> {
    state.claim = None;
    let Claim::Granted { lease, version, .. } = claim else {
        state.stage = Stage::Review;
        let case = state.subject.case();
        state.problem = Some(claims::refused(world, claim, now));
        return case
            .map(|case| world.ask_detail(case, now))
            .into_iter()
            .collect();
    };
    world.leases.insert(lease.case_id, *lease);
    // a claim raises the version by one; more means that somebody else was there in between
    if state
        .version
        .is_some_and(|seen| (seen..=seen + 1).contains(version))
    {
        state.weigh(world, now);
        state.stage = Stage::Review;
        state.version = Some(*version);
        let Outcome::Ready(_, plan) = state.outcome.clone() else {
            return vec![world.ask_detail(lease.case_id, now)];
        };
        return match call(state, *plan, Some(*lease)) {
            Some(call) => send(state, world, call, now),
            None => Vec::new(),
        };
    }
    state.stage = Stage::Review;
    state.problem = Some(world.texts.get("form.changed").to_owned());
    vec![world.ask_detail(lease.case_id, now)]
}

fn wrote(
    state: &mut State,
    world: &mut World,
    applied: &Applied,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Some(case) = state.subject.case() else {
        return Vec::new();
    };
    let is_back = matches!(state.sent, Some(Call::TakeBack { .. }));
    let begins = is_back && held::by_other(world, case, now).is_none();
    world.left_with(case, applied.lease, begins);
    let mut said = done(state, world);
    if let Some(other) = &applied.opened {
        said.push_str("; ");
        said.push_str(&world.texts.fill("done.opened", &[("case", other)]));
    }
    if let Some(Call::TakeBack { case, seq }) = state.sent
        && undo::offer_again(world, case, seq, now)
    {
        said = format!("{said} {}", world.texts.get("undo.answers_kept"));
    }
    if is_back {
        washing::forget(world, case);
    }
    washing::remember(world, state, case);
    let kept = conclude(state, world, said, now);
    if let (Some(offer), Kept::Nothing) = (applied.undo, kept) {
        undo::keep(world, (case, offer), &state.subject, state.body(), now);
    }
    guide::begin(world, case, now);
    let route = match kept {
        Kept::Nothing => Route::Desk,
        Kept::Later => Route::Case(case),
    };
    vec![Effect::Go(route), world.ask_detail(case, now)]
}

/// The case is ours, and the one who held it is told.
fn took_over(
    state: &mut State,
    world: &mut World,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Claim::Granted { lease, .. } = claim else {
        return claimed(state, world, claim, now);
    };
    world.leases.insert(lease.case_id, *lease);
    let said = done(state, world);
    conclude(state, world, said, now);
    let case = lease.case_id;
    vec![Effect::Go(Route::Case(case)), world.ask_detail(case, now)]
}

/// What stays of a form that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Nothing: all of it was written.
    Nothing,
    /// What was changed after it was sent.
    Later,
}

/// Say that it was written. Answers that were changed after it was sent stay a draft.
fn conclude(state: &mut State, world: &mut World, said: String, now: DateTime<Utc>) -> Kept {
    if !state.altered {
        world.toasts.say(Tone::Done, said, now);
        world.drafts.finish(state.draft, now);
        state.touched = false;
        state.sent = None;
        return Kept::Nothing;
    }
    (state.sent, state.altered) = (None, false);
    let said = world.texts.fill("form.earlier_written", &[("said", &said)]);
    world.toasts.say(Tone::Warning, said, now);
    state.command = world.command(now);
    if let Some(content) = state.content() {
        world.drafts.put(state.draft, content, now);
    }
    Kept::Later
}

fn was_opened(
    state: &mut State,
    world: &mut World,
    opened: &Opened,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let (key, case, no) = match opened {
        Opened::New { case_id, case_no } => ("done.new", *case_id, case_no),
        Opened::Attached { case_id, case_no } => ("done.further", *case_id, case_no),
        Opened::Known { case_id, case_no } => ("done.known", *case_id, case_no),
    };
    let said = world.texts.fill(key, &[("case", no)]);
    conclude(state, world, said, now);
    guide::begin(world, case, now);
    vec![Effect::Go(Route::Case(case)), world.ask_detail(case, now)]
}

/// The numbers are set: back to where they were asked for.
fn was_set(state: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let said = done(state, world);
    conclude(state, world, said, now);
    std::iter::once(Effect::Go(Route::Back))
        .chain(find::reread(world, &state.subject, now))
        .chain(washing::reread(world, &state.subject, now))
        .collect()
}

/// It was not written, or nobody knows. The text stays; a call without an answer stays as it is,
/// and only one that was answered is followed by another id.
fn failed(
    state: &mut State,
    world: &mut World,
    error: &StoreError,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    state.stage = Stage::Review;
    state.claim = None;
    let is_unknown = matches!(error, StoreError::Offline(_));
    if is_unknown && state.sent.is_some() {
        return explain(state, world, error, now);
    }
    state.command = world.command(now);
    if is_unknown {
        return explain(state, world, error, now);
    }
    state.sent = None;
    world.drafts.answered(state.draft, now);
    let altered = std::mem::take(&mut state.altered);
    let effects = explain(state, world, error, now);
    if altered && *error != StoreError::Reused {
        let why = state.problem.take().unwrap_or_default();
        state.problem = Some(world.texts.fill("form.earlier_not", &[("why", &why)]));
        state.stage = Stage::Edit;
    }
    effects
}

/// What stands against it, and what the agent can do.
fn explain(
    state: &mut State,
    world: &mut World,
    error: &StoreError,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let texts = world.texts.clone();
    let reread = |world: &mut World, case: Option<CaseId>| {
        case.map(|case| world.ask_detail(case, now))
            .into_iter()
            .collect()
    };
    let case = state.subject.case();
    match error {
        StoreError::Offline(_) => {
            state.problem =
                Some(texts.fill("form.offline", &[("since", &offline_since(world, now))]));
            Vec::new()
        }
        StoreError::Stale => {
            state.problem = Some(texts.get("form.changed").to_owned());
            reread(world, case)
        }
        StoreError::Reused => {
            state.problem = Some(texts.get("form.reused").to_owned());
            reread(world, case)
        }
        StoreError::LeaseLost { holder } => {
            if let Some(case) = case {
                world.leases.remove(&case);
            }
            state.problem = Some(match holder {
                Some(holder) => texts.fill("form.lost_to", &[("holder", holder)]),
                None => texts.get("form.lost").to_owned(),
            });
            reread(world, case)
        }
        StoreError::SessionLost => {
            state.problem = Some(texts.get("form.session").to_owned());
            world.retry_at = Some(now);
            Vec::new()
        }
        StoreError::Refused(refusal) => {
            match refused(world, refusal, &state.entries) {
                Outcome::Fields(wrong) => point_out(state, &wrong),
                Outcome::Refused(said) => state.problem = Some(said),
                _ => {}
            }
            if refusal.key.starts_with("slot_") {
                // the week that was shown is old: the chooser stays open with a fresh one (PRIO-30)
                state.stage = Stage::Edit;
                state.problem = Some(preview::refusal(world, refusal));
                return around::anew(state, world, now);
            }
            Vec::new()
        }
        StoreError::NotAnAgent(role) => {
            state.problem = Some(texts.fill("trouble.not_an_agent", &[("role", role)]));
            Vec::new()
        }
        StoreError::Bug(said) => {
            state.problem = Some(texts.fill("form.bug", &[("said", said)]));
            Vec::new()
        }
    }
}

fn point_out(state: &mut State, wrong: &[(String, String)]) {
    state.stage = Stage::Edit;
    for (at, entry) in state.entries.iter_mut().enumerate() {
        if let Some((_, said)) = wrong.iter().find(|(key, _)| *key == entry.key) {
            entry.error = Some(said.clone());
            state.at = at;
        }
    }
}

/// Since when the database has not answered, as local clock time with seconds.
pub fn offline_since(world: &World, now: DateTime<Utc>) -> String {
    let since = world.heard_at.unwrap_or(now);
    let zone = world.zone(process::ALL.first().map_or("", |process| process.key));
    format::clock_seconds(world.legal(since), zone)
}
