//! The run: one case after the other, each claimed if nobody holds it and it must be held, written,
//! and given back if it was taken for this only. It can be stopped after any case. A write without
//! an answer is asked again with the same command id when the line is back.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::call::{call, written_before};
use super::{Act, Job, Row, Verdict};
use crate::desk::answer;
use crate::desk::claims;
use crate::desk::effect::{Call, Effect, Reply, Slot};
use crate::desk::world::World;
use crate::store::StoreError;
use crate::store::rows::{Applied, Claim, Lease};

/// How far the run is.
#[derive(Debug, Clone, PartialEq)]
pub enum Run {
    /// It has not begun: the preview.
    Not,
    /// It goes on.
    Going(Going),
    /// It has ended: the results.
    Ended,
}

/// A run that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Going {
    /// The row that is worked on.
    pub at: usize,
    /// What is under way.
    step: Step,
    /// Its command id.
    command: Uuid,
    /// Whether the case was taken for this only.
    taken: Option<Lease>,
    /// What the row came to, while the case is given back.
    verdict: Option<Verdict>,
    /// Whether the line was lost before the answer.
    pub line: Line,
    /// Whether to go on after this case.
    pub then: Then,
    /// When the case was begun; the next one keeps the pace of the job (machine time).
    began_at: DateTime<Utc>,
}

/// What is under way with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Claim,
    Write,
    GiveBack,
    /// The row before is done, and this one waits for its turn.
    Rest,
}

/// Whether an answer is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It is.
    Up,
    /// Nobody knows what became of it until the line is back.
    Lost,
}

/// What comes after this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The next one.
    Next,
    /// Nothing: the agent stopped it.
    Stop,
}

/// Whether something is still under way: then no other job may begin.
pub fn is_going(world: &World) -> bool {
    world
        .bulk
        .as_ref()
        .is_some_and(|job| matches!(job.run, Run::Going(_)))
}

/// Begin.
pub fn start(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(mut job) = world.bulk.take() else {
        return Vec::new();
    };
    let effects = match job.run {
        Run::Not => go_on(world, &mut job, 0, Then::Next, now),
        _ => Vec::new(),
    };
    world.bulk = Some(job);
    effects
}

/// Stop after the case that is under way.
pub fn stop(world: &mut World) {
    if let Some(Run::Going(going)) = world.bulk.as_mut().map(|job| &mut job.run) {
        going.then = Then::Stop;
    }
}

/// When the row that waits for its turn has it (machine time); at once where the run was stopped.
pub fn next_at(world: &World) -> Option<DateTime<Utc>> {
    let job = world.bulk.as_deref()?;
    match (&job.run, job.pace) {
        (Run::Going(going), Some(pace)) if going.step == Step::Rest => match going.then {
            Then::Next => Some(going.began_at + pace),
            Then::Stop => Some(going.began_at),
        },
        _ => None,
    }
}

/// The row that waits has its turn; `None` when none does.
pub fn wake(world: &mut World, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    next_at(world).filter(|at| *at <= now)?;
    let mut job = world.bulk.take()?;
    let effects = match job.run.clone() {
        Run::Going(going) => go_on(world, &mut job, going.at, going.then, now),
        _ => Vec::new(),
    };
    world.bulk = Some(job);
    Some(effects)
}

/// To the next case that can be done, or to the end.
fn go_on(
    world: &mut World,
    job: &mut Job,
    from: usize,
    then: Then,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let will = |row: &Row| matches!(row.verdict, Verdict::Will(_));
    let mut at = from;
    while then == Then::Next && at < job.rows.len() {
        if will(&job.rows[at]) {
            match begin(world, job, at, now) {
                Ok(effects) => return effects,
                Err(not) => job.rows[at].verdict = Verdict::Refused(not),
            }
        }
        at += 1;
    }
    for row in job.rows.iter_mut().filter(|row| will(row)) {
        row.verdict = Verdict::Untried;
    }
    job.run = Run::Ended;
    job.cursor = 0;
    Vec::new()
}

fn begin(
    world: &mut World,
    job: &mut Job,
    at: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, String> {
    let row = &job.rows[at];
    let (call, must_hold) = call(world, job, row, now)?;
    let held = world.leases.contains_key(&row.case);
    let (step, command, call) = if must_hold && !held {
        (Step::Claim, part(row, b"claim"), Call::Claim(row.case))
    } else {
        (Step::Write, row.command, call)
    };
    job.run = Run::Going(Going {
        at,
        step,
        command,
        taken: None,
        verdict: None,
        line: Line::Up,
        then: Then::Next,
        began_at: now,
    });
    Ok(write(world, command, call, now))
}

/// The id of a part of what is done with a case: the same however often it is tried.
fn part(row: &Row, name: &[u8]) -> Uuid {
    Uuid::new_v5(&row.command, name)
}

fn write(world: &mut World, command: Uuid, call: Call, now: DateTime<Utc>) -> Vec<Effect> {
    let ticket = world.ticket(Slot::Command(command), now);
    vec![Effect::Write(ticket, Box::new(call))]
}

/// The line is back: what had no answer is asked again, under the same id.
pub fn resume(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(mut job) = world.bulk.take() else {
        return Vec::new();
    };
    let effects = again(world, &mut job, now);
    world.bulk = Some(job);
    effects
}

fn again(world: &mut World, job: &mut Job, now: DateTime<Utc>) -> Vec<Effect> {
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    if going.line == Line::Up {
        return Vec::new();
    }
    going.line = Line::Up;
    let going = going.clone();
    let row = &job.rows[going.at];
    let call = match (going.step, going.taken) {
        (Step::Rest, _) => return Vec::new(),
        (Step::Claim, _) => Ok(Call::Claim(row.case)),
        (Step::GiveBack, Some(lease)) => Ok(Call::Release(lease)),
        _ => written_before(world, job, row, going.taken, now),
    };
    match call {
        Ok(call) => write(world, going.command, call, now),
        Err(said) => settle(world, job, Verdict::Refused(said), now),
    }
}

/// An answer. `None` when it is not for the run.
pub fn answered(
    world: &mut World,
    slot: Slot,
    reply: &Reply,
    now: DateTime<Utc>,
) -> Option<Vec<Effect>> {
    let is_ours = |job: &Job| match &job.run {
        Run::Going(going) => Slot::Command(going.command) == slot,
        _ => false,
    };
    if !world.bulk.as_deref().is_some_and(is_ours) {
        return None;
    }
    let mut job = world.bulk.take()?;
    let effects = take(world, &mut job, reply, now);
    world.bulk = Some(job);
    Some(effects)
}

fn take(world: &mut World, job: &mut Job, reply: &Reply, now: DateTime<Utc>) -> Vec<Effect> {
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    match reply.error() {
        Some(StoreError::Offline(_)) => {
            going.line = Line::Lost;
            return Vec::new();
        }
        Some(StoreError::SessionLost) => {
            going.line = Line::Lost;
            world.retry_at = Some(now);
            return Vec::new();
        }
        _ => {}
    }
    match (going.step, reply) {
        (Step::Claim, Reply::Claimed(Ok(claim))) => claimed(world, job, claim, now),
        (Step::Write, Reply::Applied(Ok(applied))) => applied_to(world, job, applied, now),
        (Step::GiveBack, _) => {
            let at = going.at;
            world.leases.remove(&job.rows[at].case);
            next(world, job, now)
        }
        (_, other) => {
            let said = other
                .error()
                .map(|error| answer::error_said(world, error, now));
            settle(world, job, Verdict::Refused(said.unwrap_or_default()), now)
        }
    }
}

fn claimed(world: &mut World, job: &mut Job, claim: &Claim, now: DateTime<Utc>) -> Vec<Effect> {
    let Claim::Granted { lease, version, .. } = claim else {
        let said = claims::refused(world, claim, now);
        return settle(world, job, Verdict::Refused(said), now);
    };
    world.leases.insert(lease.case_id, *lease);
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    (going.step, going.taken) = (Step::Write, Some(*lease));
    let row = job.rows[going.at].clone();
    going.command = row.command;
    let one = job.cases.iter_mut().find(|one| one.row.case_id == row.case);
    let seen = one.as_ref().map_or(0, |one| one.row.version);
    // a claim raises the version by one; more means that somebody else was there in between, and
    // that the preview said something else
    if !(seen..=seen + 1).contains(version) {
        let said = world.texts.say("bulk.changed");
        return settle(world, job, Verdict::Refused(said), now);
    }
    if let Some(one) = one {
        one.row.version = *version;
    }
    match call(world, job, &row, now) {
        Ok((call, _)) => write(world, row.command, call, now),
        Err(said) => settle(world, job, Verdict::Refused(said), now),
    }
}

fn applied_to(
    world: &mut World,
    job: &mut Job,
    applied: &Applied,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    let row = &mut job.rows[going.at];
    row.undo = applied.undo;
    let is_back = job.act == Some(Act::TakeBack);
    world.left_with(row.case, applied.lease, is_back);
    // what was taken for this only goes back again
    going.taken = if is_back {
        applied.lease.filter(|_| !row.was_ours)
    } else {
        going.taken.and(applied.lease)
    };
    let mut said = match &row.verdict {
        Verdict::Will(said) => said.clone(),
        _ => String::new(),
    };
    if let Some(other) = &applied.opened {
        said = format!(
            "{said}; {}",
            world.texts.fill("done.opened", &[("case", other)])
        );
    }
    settle(world, job, Verdict::Done(said), now)
}

/// A case has come to its end; it goes back to the pool if it was taken for this only.
fn settle(world: &mut World, job: &mut Job, verdict: Verdict, now: DateTime<Utc>) -> Vec<Effect> {
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    going.verdict = Some(verdict);
    let row = &job.rows[going.at];
    match going.taken {
        Some(lease) if world.leases.contains_key(&row.case) => {
            (going.step, going.command) = (Step::GiveBack, part(row, b"give back"));
            let command = going.command;
            write(world, command, Call::Release(lease), now)
        }
        _ => next(world, job, now),
    }
}

fn next(world: &mut World, job: &mut Job, now: DateTime<Utc>) -> Vec<Effect> {
    let Run::Going(going) = &mut job.run else {
        return Vec::new();
    };
    let (at, then) = (going.at, going.then);
    if let Some(verdict) = going.verdict.take() {
        job.rows[at].verdict = verdict;
    }
    job.cursor = at;
    let will = |row: &Row| matches!(row.verdict, Verdict::Will(_));
    let following = job.rows.iter().skip(at + 1).position(will);
    let Some(following) = following.filter(|_| rests(job, now)) else {
        return go_on(world, job, at + 1, then, now);
    };
    if let Run::Going(going) = &mut job.run {
        (going.at, going.step) = (at + 1 + following, Step::Rest);
        (going.taken, going.command) = (None, Uuid::nil());
    }
    Vec::new()
}

/// Whether the next case waits for the pace of the job.
fn rests(job: &Job, now: DateTime<Utc>) -> bool {
    match (&job.run, job.pace) {
        (Run::Going(going), Some(pace)) => going.then == Then::Next && going.began_at + pace > now,
        _ => false,
    }
}
