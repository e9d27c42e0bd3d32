//! The call with which one case is written, and its name. Computed when its turn comes.

use chrono::{DateTime, Utc};

use super::plan;
use super::{Act, Job, Row};
use crate::desk::effect::Call;
use crate::desk::preview;
use crate::desk::world::World;
use crate::store::rows::Lease;

/// The call for a row as things are now, and whether the case must be held for it.
pub(super) fn call(
    world: &World,
    job: &Job,
    row: &Row,
    now: DateTime<Utc>,
) -> Result<(Call, bool), String> {
    let case = row.case;
    let lease = world.leases.get(&case).copied();
    match &job.act {
        Some(Act::Release) => {
            let lease = lease.ok_or_else(|| world.texts.say("why.not_held_by_me"))?;
            Ok((Call::Release(lease), true))
        }
        Some(Act::TakeBack) => {
            let undo = row.undo.filter(|undo| undo.until > world.legal(now));
            let undo = undo.ok_or_else(|| world.texts.say("bulk.has_left"))?;
            let seq = undo.seq;
            Ok((Call::TakeBack { case, seq }, false))
        }
        Some(Act::Reassign) => {
            let reason = job.entries.iter().find(|entry| entry.key == "reason");
            let reason = reason.map_or("", |entry| entry.raw().trim()).to_owned();
            Ok((
                Call::Reassign {
                    case,
                    to: row.to,
                    reason,
                },
                false,
            ))
        }
        _ => {
            let one = job
                .case(case)
                .ok_or_else(|| world.texts.say("claim.not_found"))?;
            let (change, holder) =
                plan::change(world, job, one, row.command, now).map_err(plan::Not::said)?;
            let fence = lease.filter(|_| holder).map(|lease| lease.fence);
            let version = one.row.version;
            Ok((
                Call::Apply {
                    case,
                    fence,
                    version,
                    change,
                },
                holder,
            ))
        }
    }
}

/// The write once more. A lease that the new session does not have is sent along as it was: if it
/// was written before, the answer says so; if not, the database refuses it.
pub(super) fn written_before(
    world: &World,
    job: &Job,
    row: &Row,
    taken: Option<Lease>,
    now: DateTime<Utc>,
) -> Result<Call, String> {
    let before = taken.or_else(|| job.case(row.case).and_then(|one| one.lease));
    if let (Some(Act::Release), Some(lease)) = (&job.act, before) {
        return Ok(Call::Release(lease));
    }
    let (mut call, holder) = call(world, job, row, now)?;
    if let Call::Apply {
        fence: fence @ None,
        ..
    } = &mut call
        && holder
    {
        *fence = before.map(|lease| lease.fence);
    }
    Ok(call)
}

/// The name of the action that runs, in words.
pub fn name(world: &World, job: &Job) -> String {
    match &job.act {
        Some(Act::Action(key)) => {
            let process = job.cases.first().map_or("", |one| one.row.process.as_str());
            preview::action(world, process, key).to_owned()
        }
        Some(Act::Release) => world.texts.say("command.release"),
        Some(Act::Reassign) => world.texts.say("lead.reassign"),
        Some(Act::TakeBack) => world.texts.say("command.take_back_all"),
        None => String::new(),
    }
}
