//! The history of the invented world, played into a rehearsal database: its legal clock is moved
//! from step to step, and the timers fire in between as they would have.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Registers, What, Who, World, WorldStep};
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::exchange::answers::typed;
use crate::exchange::worker::Worker;
use crate::process::engine::{self, Actor, Answer, Context, Refusal};
use crate::process::field::{FieldKind, Value};
use crate::process::{self, Action, Process};
use crate::store::case::{Opening, Target};
use crate::store::rows::{CaseDetail, CaseId, Claim, Opened};
use crate::store::session::SessionKind;
use crate::store::{Store, StoreError};

/// A start time is looked for in so many days.
const SEARCHED_DAYS: i32 = 14;
/// So many records go to the database in one call.
const BATCH: usize = 500;

/// What went wrong, and at which step.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A step that the engine refuses: the script and the process table disagree.
    #[error("{reference} {action}: {refusal}")]
    Refused {
        /// The case.
        reference: String,
        /// The action.
        action: String,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// A step that cannot be done.
    #[error("{reference}: {why}")]
    Lost {
        /// The case.
        reference: String,
        /// Why.
        why: &'static str,
    },
}

/// What was played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Played {
    /// Steps.
    pub steps: usize,
    /// New cases.
    pub cases: usize,
    /// Further signals that joined an open case.
    pub attached: usize,
}

/// Fills the registers.
pub async fn fill(admin: &Store, registers: &Registers) -> Result<(), StoreError> {
    for batch in registers.parties.chunks(BATCH) {
        admin.import_parties(batch).await?;
    }
    for batch in registers.contacts.chunks(BATCH) {
        admin.import_contacts(batch).await?;
    }
    for batch in registers.connections.chunks(BATCH) {
        admin.import_connections(batch).await?;
    }
    for batch in registers.meters.chunks(BATCH) {
        admin.import_meters(batch).await?;
    }
    for batch in registers.customers.chunks(BATCH) {
        admin.import_customers(batch).await?;
    }
    for batch in registers.contracts.chunks(BATCH) {
        admin.import_contracts(batch).await?;
    }
    Ok(())
}

/// Plays the history. `admin` is an administrator of a rehearsal database, `agents` the colleagues
/// who work in it, at least one; `worker` fires the timers. Afterwards the legal clock stands at
/// [`World::now`].
pub async fn play(
    admin: &Store,
    agents: &[Store],
    worker: &Worker,
    world: &World,
) -> Result<Played, PlayError> {
    fill(admin, &world.registers).await?;
    super::planning::plan(admin, world.now).await?;
    let mut desks = Vec::new();
    for store in agents {
        let id = Uuid::new_v4();
        store
            .session_open(id, "world", SessionKind::Detached)
            .await?;
        desks.push((store, id));
    }
    let mut player = Player {
        admin,
        worker,
        desks,
        calendars: admin.calendars().await?,
        cases: HashMap::new(),
        played: Played::default(),
    };
    for step in &world.steps {
        player.time_passes(step.at).await?;
        player.step(step).await?;
    }
    player.time_passes(world.now).await?;
    for (store, id) in &player.desks {
        store.session_close(*id).await?;
    }
    Ok(player.played)
}

struct Player<'a> {
    admin: &'a Store,
    worker: &'a Worker,
    desks: Vec<(&'a Store, Uuid)>,
    calendars: Calendars,
    cases: HashMap<String, CaseId>,
    played: Played,
}

impl Player<'_> {
    /// Moves the clock, stopping a moment after each due instant on the way, so that every timer
    /// fires at its second.
    async fn time_passes(&self, until: DateTime<Utc>) -> Result<(), PlayError> {
        while let Some(due) = self.admin.next_due().await? {
            let moment = due + TimeDelta::milliseconds(20);
            if self.cases.is_empty() || moment >= until {
                break;
            }
            self.admin.clock_set(moment).await?;
            self.worker.fire_due().await?;
        }
        self.admin.clock_set(until).await?;
        Ok(())
    }

    async fn step(&mut self, step: &WorldStep) -> Result<(), PlayError> {
        self.played.steps += 1;
        match &step.what {
            What::Open {
                process,
                reference,
                received_at,
                answers,
            } => self.open(process, reference, *received_at, answers).await,
            What::Act {
                reference,
                action,
                answers,
            } => self.act(step.who, reference, action, answers).await,
            What::Pay { reference, told } => {
                let case_id = self.case(reference)?;
                let is_told = self.worker.practise_payment(case_id, *told).await?;
                let why = "has no payment of practice";
                is_told.then_some(()).ok_or_else(|| lost(reference, why))
            }
            What::Round => Ok(self.worker.once().await.map(|_| ())?),
        }
    }

    async fn context(&self, actor: Actor) -> Result<Context<'_>, StoreError> {
        Ok(Context {
            now: self.admin.legal_now().await?,
            actor,
            calendars: &self.calendars,
            command: Uuid::now_v7(),
        })
    }

    async fn open(
        &mut self,
        process: &'static str,
        reference: &str,
        received_at: DateTime<Utc>,
        given: &[(&'static str, String)],
    ) -> Result<(), PlayError> {
        let refused = |refusal| refused(reference, "open", refusal);
        let table = table(process, reference)?;
        let fields = table.opening.fields;
        let mut answers = typed(fields, given, None, table.country).map_err(refused)?;
        if let Some((_, gln)) = given.iter().find(|(key, _)| *key == "party_gln") {
            let role = self
                .admin
                .look_up("", gln)
                .await?
                .party
                .map(|party| party.role);
            if fields.iter().any(|field| field.key == "party_role") {
                let role = Value::Code(role.unwrap_or_default());
                answers.insert("party_role".to_owned(), Answer::Value(role));
            }
        }
        let context = self.context(Actor::System).await?;
        let change = engine::open(table, received_at, &answers, &context).map_err(refused)?;
        let opening = Opening {
            cmd: context.command,
            session: None,
            change: &change,
            reference: Some(reference),
            answers: &answers,
            calendars: &self.calendars,
        };
        match self.admin.case_open(&opening).await? {
            Opened::New { case_id, .. } | Opened::Known { case_id, .. } => {
                self.played.cases += 1;
                self.cases.insert(reference.to_owned(), case_id);
            }
            Opened::Attached { case_id, .. } => {
                self.played.attached += 1;
                self.cases.insert(reference.to_owned(), case_id);
            }
        }
        Ok(())
    }

    async fn act(
        &self,
        who: Who,
        reference: &str,
        action: &str,
        given: &[(&'static str, String)],
    ) -> Result<(), PlayError> {
        let case_id = self.case(reference)?;
        let Who::Colleague(number) = who else {
            return self
                .apply(
                    (self.admin, None),
                    (case_id, None),
                    (reference, action),
                    given,
                )
                .await;
        };
        let (store, session) = self.desks[number % self.desks.len()];
        let claim = store.case_claim(Uuid::now_v7(), session, case_id).await?;
        let Claim::Granted { lease, .. } = claim else {
            return Err(lost(reference, "held by somebody else"));
        };
        let desk = (store, Some(session));
        self.apply(
            desk,
            (case_id, Some(lease.fence)),
            (reference, action),
            given,
        )
        .await?;
        match store.case_release(Uuid::now_v7(), session, lease).await {
            // the step itself gave it back: it waits or is closed now
            Ok(_) | Err(StoreError::LeaseLost { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn case(&self, reference: &str) -> Result<CaseId, PlayError> {
        let case_id = self.cases.get(reference).copied();
        case_id.ok_or_else(|| lost(reference, "not opened before"))
    }

    /// The first start time with room, where the action asks for one.
    async fn start(
        &self,
        line: &Action,
        detail: &CaseDetail,
    ) -> Result<Vec<(&'static str, String)>, PlayError> {
        let asks = line
            .fields
            .iter()
            .any(|field| field.kind == FieldKind::Slot);
        let Some(connection) = detail.connection.as_ref().filter(|_| asks) else {
            return Ok(Vec::new());
        };
        let now = self.admin.legal_now().await?;
        let from = now.with_timezone(&Country::Nl.zone()).date_naive();
        let free = self
            .admin
            .slots_free(None, &connection.ean, from, SEARCHED_DAYS)
            .await?;
        let first = free.slots.first();
        let first = first.ok_or_else(|| lost(&detail.row.case_no, "no start time is free"))?;
        Ok(vec![
            ("slot", first.slot_id.to_string()),
            ("slot_start", first.starts_at.to_rfc3339()),
        ])
    }

    async fn apply(
        &self,
        (store, session): (&Store, Option<Uuid>),
        (case_id, fence): (CaseId, Option<i64>),
        (reference, action): (&str, &str),
        given: &[(&'static str, String)],
    ) -> Result<(), PlayError> {
        let refused = |refusal| refused(reference, action, refusal);
        let detail = self.admin.case_detail(case_id).await?;
        let table = table(&detail.row.process, reference)?;
        let line = table.lines().find(|line| line.key == action);
        let line = line.ok_or_else(|| lost(reference, "no such action"))?;
        let mut given = given.to_vec();
        given.extend(self.start(line, &detail).await?);
        let answers = typed(line.fields, &given, Some(&detail), table.country).map_err(refused)?;
        let actor = if session.is_some() {
            Actor::Agent
        } else {
            Actor::System
        };
        let context = self.context(actor).await?;
        let change = engine::step(&detail.facts, action, &answers, &context).map_err(refused)?;
        let target = Target {
            case_id,
            fence,
            version: detail.row.version,
        };
        store
            .case_apply(context.command, session, target, &change)
            .await?;
        Ok(())
    }
}

fn table(process: &str, reference: &str) -> Result<&'static Process, PlayError> {
    process::find(process).ok_or_else(|| lost(reference, "no such process"))
}

fn refused(reference: &str, action: &str, refusal: Refusal) -> PlayError {
    PlayError::Refused {
        reference: reference.to_owned(),
        action: action.to_owned(),
        refusal: Box::new(refusal),
    }
}

fn lost(reference: &str, why: &'static str) -> PlayError {
    PlayError::Lost {
        reference: reference.to_owned(),
        why,
    }
}
