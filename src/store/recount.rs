//! Recounting open deadlines after an edit of a calendar (`calendars.md` 4.6, case-anchors c.2, 11 and
//! c.3, 23 to 25). One command for each case, one after the other: nobody waits long for a lock, and
//! what was interrupted goes on where it stopped, for a case that was recounted has nothing to move.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::case::Target;
use super::rows::RecountCase;
use super::{Store, StoreError};
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::process;
use crate::process::engine::{self, Actor, Answers, CaseFacts, Change, ClockOp, Context, Refusal};

/// Cases that are read in one call.
const BATCH: i32 = 500;
/// So often a case that others change is looked at again.
const ATTEMPTS: u8 = 5;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The calendars to count with.
    pub calendars: &'a Calendars,
    /// Session of the lead; an administrator needs none.
    pub session: Option<Uuid>,
    /// Whether anything is written.
    pub mode: Mode,
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Say what would happen.
    DryRun,
    /// Do it.
    Apply,
}

/// What a recount came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Recount {
    /// How many cases were looked at.
    pub looked_at: u64,
    /// The cases whose deadlines move, and those that refuse to.
    pub cases: Vec<Recounted>,
}

/// A case in a recount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recounted {
    /// Case number.
    pub case_no: String,
    /// Key of its process.
    pub process: String,
    /// Its deadlines that move.
    pub moves: Vec<Moved>,
    /// Why they did not, when they should have.
    pub refusal: Option<Refusal>,
}

/// A deadline that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Key of the clock.
    pub clock: String,
    /// The due instant before.
    pub was_due_at: DateTime<Utc>,
    /// The due instant after.
    pub due_at: DateTime<Utc>,
    /// The edit makes it late; no breach is recorded for it.
    pub late_by_retriage: bool,
    /// It had passed and has time left again.
    pub rescued: bool,
}

impl Recount {
    /// Deadlines that move, that become late by it, that are rescued; cases that refuse.
    pub fn figures(&self) -> [usize; 4] {
        let done = self.cases.iter().filter(|case| case.refusal.is_none());
        let moves: Vec<&Moved> = done.flat_map(|case| &case.moves).collect();
        let count = |is: fn(&Moved) -> bool| moves.iter().filter(|moved| is(moved)).count();
        let refused = self.cases.iter().filter(|case| case.refusal.is_some());
        [
            moves.len(),
            count(|moved| moved.late_by_retriage),
            count(|moved| moved.rescued),
            refused.count(),
        ]
    }
}

impl Store {
    /// Recounts all cases of my queues, or says what would come of it. `progress` is told how many
    /// cases were looked at.
    pub async fn recount(
        &self,
        order: &Order<'_>,
        mut progress: impl FnMut(u64),
    ) -> Result<Recount, StoreError> {
        let mut result = Recount::default();
        let mut after = 0_i64;
        loop {
            let batch = self.recount_batch(after, BATCH).await?;
            let Some(last) = batch.last() else {
                return Ok(result);
            };
            after = last.case_id.0;
            for case in batch {
                result.cases.extend(self.recount_one(order, case).await?);
                result.looked_at += 1;
                progress(result.looked_at);
            }
        }
    }

    async fn recount_one(
        &self,
        order: &Order<'_>,
        mut case: RecountCase,
    ) -> Result<Option<Recounted>, StoreError> {
        let mut told = None;
        for _ in 0..ATTEMPTS {
            let now = self.legal_now().await?;
            let context = context(order, &case, now);
            let change = match engine::step(&case.facts, "recount", &Answers::new(), &context) {
                Ok(change) => change,
                Err(refusal) if is_nothing(&refusal) => return Ok(None),
                Err(refusal) => return Ok(Some(refused(&case, Vec::new(), refusal))),
            };
            let moves = moves(&change, &case.facts, now);
            if order.mode == Mode::DryRun {
                return Ok(Some(done(&case, moves)));
            }
            let target = Target {
                case_id: case.case_id,
                fence: None,
                version: case.version,
            };
            match self
                .case_apply(context.command, order.session, target, &change)
                .await
            {
                Ok(_) => return Ok(Some(done(&case, moves))),
                Err(StoreError::Refused(why)) => return Ok(Some(refused(&case, moves, why))),
                Err(StoreError::Stale) => {
                    let busy = Refusal::new("case_busy");
                    told = Some(refused(&case, moves, busy));
                    let detail = self.case_detail(case.case_id).await?;
                    case.version = detail.row.version;
                    case.facts = detail.facts;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(told)
    }
}

/// The command is that of the case as it was read: sent again it has one effect, and a clock that
/// somebody started since by an older calendar is another command.
fn context<'a>(order: &Order<'a>, case: &RecountCase, now: DateTime<Utc>) -> Context<'a> {
    let process = process::find(&case.facts.process);
    let country = process.map_or(Country::Nl, |process| process.country);
    let calendar = order.calendars.get(country).version;
    let name = format!("recount {} {} {calendar}", case.case_id.0, case.version);
    Context {
        now,
        actor: Actor::Lead,
        calendars: order.calendars,
        command: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
    }
}

/// Nothing to move, or closed since it was read.
fn is_nothing(refusal: &Refusal) -> bool {
    ["nothing_to_recount", "not_in_state"].contains(&refusal.key.as_str())
}

fn moves(change: &Change, before: &CaseFacts, now: DateTime<Utc>) -> Vec<Moved> {
    let moved = |op: &ClockOp| match op {
        ClockOp::Move {
            key,
            run,
            was_due_at,
            due_at,
            late_by_retriage,
            ..
        } => {
            let mut runs = before.clocks.iter();
            let run = runs.find(|clock| clock.key == *key && clock.run == *run)?;
            Some(Moved {
                clock: key.clone(),
                was_due_at: *was_due_at,
                due_at: *due_at,
                late_by_retriage: *late_by_retriage,
                rescued: !run.comparison.is_met(*was_due_at, now),
            })
        }
        _ => None,
    };
    change.clocks.iter().filter_map(moved).collect()
}

fn done(case: &RecountCase, moves: Vec<Moved>) -> Recounted {
    Recounted {
        case_no: case.case_no.clone(),
        process: case.facts.process.clone(),
        moves,
        refusal: None,
    }
}

fn refused(case: &RecountCase, moves: Vec<Moved>, refusal: Refusal) -> Recounted {
    Recounted {
        refusal: Some(refusal),
        ..done(case, moves)
    }
}
