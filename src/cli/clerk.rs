//! An agent at a shell: what the screen does with keys, done in one call. The session lives on in
//! the database between calls, so that a claimed case stays claimed until it is released or 30
//! minutes have passed without a call.
//!
//! The way of a change is that of the screen: the engine computes it, the database is the referee.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::asked::{answers_of, known, lines, parsed};
use super::claims::not_granted;
use super::{CliError, Sentence, Shell, looks};
use crate::domain::calendar::Calendars;
use crate::process::engine::{self, Actor, Answer, Answers, CaseFacts, Change, Context, Refusal};
use crate::process::field::Value;
use crate::process::notification::{FoundPlant, Lists, fill};
use crate::process::{By, Process};
use crate::store::case::{Opening, Target};
use crate::store::rows::{
    Applied, CaseDetail, CaseId, Claim, Lease, Opened, Role, Session, end_of_number,
};
use crate::store::session::SessionKind;
use crate::store::{Store, StoreError};

/// How often a change is computed anew after somebody else was faster.
const ATTEMPTS: u8 = 4;
/// How many hits are looked at for a short number: two would do, were all of them numbers.
const SHORT: u32 = 200;

/// `key=value` as typed.
pub type Typed = (String, String);

/// An agent with an open session.
#[derive(Debug)]
pub struct Clerk {
    /// The database.
    pub store: Store,
    /// Who, and what is held.
    pub session: Session,
    /// The calendars.
    pub calendars: Calendars,
    /// What installers choose from.
    pub lists: Lists,
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Done {
    /// The case as it was before.
    pub before: CaseDetail,
    /// The change.
    pub change: Change,
    /// What the database made of it; `None` for a dry run.
    pub applied: Option<Applied>,
    /// Whether the case is still held by this session.
    pub held: bool,
}

/// What opening a case asks for.
#[derive(Debug)]
pub struct NewCase<'a> {
    /// The process.
    pub process: &'static Process,
    /// The fields.
    pub typed: &'a [Typed],
    /// When the signal reached the company; now when `None`.
    pub received_at: Option<DateTime<Utc>>,
    /// Reference of the sender.
    pub reference: Option<&'a str>,
}

/// The session of a database role at a shell: the same in every call.
fn session_of(role: &str) -> Uuid {
    let ours = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"loket/cli");
    Uuid::new_v5(&ours, role.as_bytes())
}

impl Clerk {
    /// Opens the session of the role that the address names, or takes it up again.
    pub async fn enter(shell: &Shell) -> Result<Self, CliError> {
        let options = shell.options()?;
        let id = session_of(options.get_username());
        let store = Store::connect(options, 2);
        let session = store.session_open(id, "cli", SessionKind::Detached).await?;
        let calendars = store.calendars().await?;
        Ok(Self {
            store,
            session,
            calendars,
            lists: looks::lists(shell).0,
        })
    }

    /// What the lists of the settings call a key.
    pub fn listed(&self, field: &str, value: &Value, lang: &str) -> Option<String> {
        self.lists.name(field, value.as_code()?, lang)
    }

    /// The case of that number, or of its last digits where only one case of this year or the last has
    /// them: as the palette of the desk reads it.
    pub async fn find(&self, case_no: &str) -> Result<CaseDetail, CliError> {
        let case_no = case_no.trim();
        let found = match self.store.case_by_number(case_no).await? {
            Some(case_id) => Some(case_id),
            None => self.find_short(case_no).await?,
        };
        match found {
            Some(case_id) => Ok(self.store.case_detail(case_id).await?),
            None => Err(Refusal::new("case_not_found").into()),
        }
    }

    async fn find_short(&self, digits: &str) -> Result<Option<CaseId>, CliError> {
        let Some(number) = end_of_number(digits) else {
            return Ok(None);
        };
        let hits = self.store.search(&number, SHORT).await?;
        let mut hits = hits.iter().filter(|hit| hit.how == "case_no");
        match (hits.next(), hits.next()) {
            (Some(one), Some(other)) => Err(Refusal::new("case_number_short")
                .with("one", &one.row.case_no)
                .with("other", &other.row.case_no)
                .into()),
            (only, _) => Ok(only.map(|hit| hit.row.case_id)),
        }
    }

    /// The lease on a case that is held; a sentence when it is not.
    pub fn lease(&self, detail: &CaseDetail) -> Result<Lease, CliError> {
        detail.lease.ok_or_else(|| {
            let case_no = detail.row.case_no.as_str();
            CliError::Refused(match &detail.row.holder {
                Some(holder) => {
                    let values = [("case_no", case_no), ("holder", holder)];
                    Sentence::new("case.held_by", &values)
                }
                None => Sentence::new("case.not_held", &[("case_no", case_no)]),
            })
        })
    }

    /// What may be done is decided by the role.
    pub fn actor(&self) -> Actor {
        match self.session.me.role {
            Role::Lead | Role::Admin => Actor::Lead,
            Role::Agent | Role::Auditor => Actor::Agent,
            Role::Worker => Actor::System,
            Role::Installer => Actor::Installer,
        }
    }

    /// With what a change is computed, now.
    pub async fn context(&self, command: Uuid) -> Result<Context<'_>, CliError> {
        let now = self.store.legal_now().await?;
        Ok(Context {
            now,
            actor: self.actor(),
            calendars: &self.calendars,
            command,
        })
    }

    /// Does an action. A case that it needs to hold is claimed for it and released after, unless it
    /// was held before.
    pub async fn act(
        &self,
        before: CaseDetail,
        action: &str,
        typed: &[Typed],
        is_dry: bool,
    ) -> Result<Done, CliError> {
        let command = Uuid::now_v7();
        let mut answers = answers_of(&before, action, typed)?;
        self.lists.allow(&answers)?;
        if action == "fetch" && self.session.me.firm.is_some() {
            self.fetch_plant(&mut answers).await?;
        }
        let change = engine::step(
            &before.facts,
            action,
            &answers,
            &self.context(command).await?,
        )?;
        if is_dry {
            let held = before.lease.is_some();
            return Ok(Done {
                before,
                change,
                applied: None,
                held,
            });
        }
        if !self.needs_lease(&before.facts, action) {
            return self.apply(before, (action, &answers), None, command).await;
        }
        match before.lease {
            Some(lease) => {
                self.apply(before, (action, &answers), Some(lease), command)
                    .await
            }
            None => self.act_once(before, (action, &answers), command).await,
        }
    }

    async fn act_once(
        &self,
        before: CaseDetail,
        wish: (&str, &Answers),
        command: Uuid,
    ) -> Result<Done, CliError> {
        let lease = self.take(&before).await?;
        let detail = self.store.case_detail(before.row.case_id).await?;
        match self.apply(detail, wish, Some(lease), command).await {
            Ok(done) => self.give_back(done).await,
            Err(error) => {
                // the refusal counts; a lease that stays behind ends with the session
                let _ = self.release(lease).await;
                Err(error)
            }
        }
    }

    /// Gives back what was claimed for one action only, unless the action itself did.
    async fn give_back(&self, done: Done) -> Result<Done, CliError> {
        let Some(applied) = done.applied else {
            return Ok(done);
        };
        let applied = match applied.lease {
            Some(lease) => Applied {
                opened: applied.opened,
                undo: applied.undo,
                ..self.release(lease).await?
            },
            None => applied,
        };
        Ok(Done {
            applied: Some(applied),
            held: false,
            ..done
        })
    }

    async fn release(&self, lease: Lease) -> Result<Applied, StoreError> {
        let session = self.session.session_id;
        self.store
            .case_release(Uuid::now_v7(), session, lease)
            .await
    }

    async fn take(&self, detail: &CaseDetail) -> Result<Lease, CliError> {
        let session = self.session.session_id;
        match self
            .store
            .case_claim(Uuid::now_v7(), session, detail.row.case_id)
            .await?
        {
            Claim::Granted { lease, .. } => Ok(lease),
            other => Err(not_granted(&other, &detail.row.case_no)),
        }
    }

    /// Writes the change; computes it anew when somebody was faster.
    async fn apply(
        &self,
        mut before: CaseDetail,
        (action, answers): (&str, &Answers),
        lease: Option<Lease>,
        command: Uuid,
    ) -> Result<Done, CliError> {
        let (case_id, session) = (before.row.case_id, Some(self.session.session_id));
        for attempt in 1..=ATTEMPTS {
            let context = self.context(command).await?;
            let change = engine::step(&before.facts, action, answers, &context)?;
            let fence = lease.map(|lease| lease.fence);
            let target = Target {
                case_id,
                fence,
                version: before.row.version,
            };
            match self
                .store
                .case_apply(command, session, target, &change)
                .await
            {
                Ok(applied) => {
                    let held = applied.lease.is_some();
                    return Ok(Done {
                        before,
                        change,
                        applied: Some(applied),
                        held,
                    });
                }
                Err(StoreError::Stale) if attempt < ATTEMPTS => {
                    before = self.store.case_detail(case_id).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Stale.into())
    }

    /// Decision 2, as the database judges it.
    fn needs_lease(&self, case: &CaseFacts, action: &str) -> bool {
        let is_system = matches!(self.session.me.role, Role::Worker | Role::Admin);
        lines(case, action).iter().any(|line| match line.by {
            By::Holder => true,
            By::System => !is_system && line.key != "further_signal",
            By::Agent | By::Lead | By::Timer(_) | By::AnyTimer | By::Outside | By::Installer => {
                false
            }
        })
    }

    /// Opens a case; a signal on a subject whose case is open is attached to that case. What the
    /// registers know of connection and party need not be typed.
    pub async fn open(
        &self,
        new: &NewCase<'_>,
        is_dry: bool,
    ) -> Result<(Change, Option<Opened>), CliError> {
        let command = Uuid::now_v7();
        let mut answers = parsed(new.process, new.process.opening.fields, new.typed)?;
        match &self.session.me.firm {
            // for whom an installer works is no question, and registers are none of its
            Some(firm) => {
                let firm = Answer::Value(Value::Code(firm.clone()));
                answers.insert("party_gln".to_owned(), firm);
            }
            None => self.look_up(new.process, &mut answers).await?,
        }
        self.lists.allow(&answers)?;
        let context = self.context(command).await?;
        let received_at = new.received_at.unwrap_or(context.now);
        let change = engine::open(new.process, received_at, &answers, &context)?;
        if is_dry {
            return Ok((change, None));
        }
        let opening = Opening {
            cmd: command,
            session: Some(self.session.session_id),
            change: &change,
            reference: new.reference,
            answers: &answers,
            calendars: &self.calendars,
        };
        let opened = self.store.case_open(&opening).await?;
        Ok((change, Some(opened)))
    }

    /// What the register says of the plant with the numbers of the form (ELS-16…18).
    async fn fetch_plant(&self, answers: &mut Answers) -> Result<(), CliError> {
        let code = |key: &str| match answers.get(key) {
            Some(Answer::Value(Value::Code(code))) => Some(code.clone()),
            _ => None,
        };
        let (meter, ean) = (code("fetch_meter_no"), code("fetch_ean"));
        if meter.is_none() && ean.is_none() {
            return Ok(());
        }
        let found = self.store.plant_find(meter.as_deref(), ean.as_deref());
        let found = found.await?;
        let plant = found.as_ref().map(|plant| FoundPlant {
            ean: &plant.ean,
            meter_no: &plant.meter_number,
            technical_no: &plant.technical_number,
            address: &plant.address,
            postcode: &plant.postcode,
            city: &plant.city,
        });
        fill(answers, plant.as_ref());
        Ok(())
    }

    async fn look_up(&self, process: &Process, answers: &mut Answers) -> Result<(), CliError> {
        let code = |key: &str| match answers.get(key) {
            Some(Answer::Value(Value::Code(code))) => code.clone(),
            _ => String::new(),
        };
        let found = self.store.look_up(&code("ean"), &code("party_gln")).await?;
        let (party, connection) = (found.party.as_ref(), found.connection.as_ref());
        for (key, value) in known(party, connection, found.customer_ref.as_deref()) {
            let is_asked = process.opening.fields.iter().any(|field| field.key == key);
            if is_asked && !answers.contains_key(key) {
                answers.insert(key.to_owned(), Answer::Value(value));
            }
        }
        Ok(())
    }
}
