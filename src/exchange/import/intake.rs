//! Cases into the database: each line is opened by the engine; the database decides whether it is a
//! new case, a further signal of an open one, or known already.

use std::collections::HashMap;
use std::io::BufRead;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::cases::{CaseLine, RefusedCase, parse};
use super::lines::{Line, Lines};
use super::refused::Refused;
use super::rehearsal::Rehearsal;
use super::report::{FileReport, Taken};
use super::{ImportError, Progress, Run, patiently, shape};
use crate::domain::calendar::Calendars;
use crate::exchange::legal::LegalClock;
use crate::process::engine::{self, Actor, Answer, Change, Context};
use crate::process::field::Value;
use crate::process::notification::Lists;
use crate::store::case::Opening;
use crate::store::rows::{CaseId, Opened};
use crate::store::{Store, StoreError};

/// So many parties are remembered with their role.
const ROLES_KEPT: usize = 10_000;

/// What a mandate waits for: files are sorted by receipt, and the contract of its provider may come later.
const WAITS: &str = "refusal.no_contract_in_force";
/// So many lines wait for the end of the file.
const LATER: usize = 5_000;

/// The way into the database for cases.
#[derive(Debug)]
pub struct Door {
    pub(super) store: Store,
    pub(super) calendars: Calendars,
    clock: LegalClock,
    roles: HashMap<String, Option<String>>,
    pub(super) rehearsal: Rehearsal,
    pub(super) lists: Lists,
}

/// Why one line did not come in: its own fault, or the database's.
pub(super) enum Fault {
    Line(RefusedCase),
    Store(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Door {
    /// Reads the calendars. Refused unless the store is that of an administrator or of the worker.
    pub async fn open(store: &Store) -> Result<Self, StoreError> {
        store.require_worker().await?;
        Ok(Self {
            store: store.clone(),
            calendars: store.calendars().await?,
            clock: LegalClock::default(),
            roles: HashMap::new(),
            rehearsal: Rehearsal::new(store),
            lists: Lists::builtin().unwrap_or_default(),
        })
    }

    /// With other lists than those of the program, for notifications (ELS-03).
    #[must_use]
    pub fn with_lists(mut self, lists: Option<Lists>) -> Self {
        self.lists = lists.unwrap_or(self.lists);
        self
    }

    /// Legal now.
    pub async fn now(&mut self) -> Result<DateTime<Utc>, StoreError> {
        self.clock.now(&self.store).await
    }

    /// One line that came alone: what became of it and what of it could not be taken, or why it is
    /// refused.
    pub async fn one(&mut self, text: &str) -> Result<Result<Alone, Refused>, StoreError> {
        let now = self.now().await?;
        let mut case = match parse(text, now) {
            Ok(case) => case,
            Err((refused, _)) => return Ok(Err(refused)),
        };
        let (change, cmd) = match self.take(&mut case).await {
            Ok(taken) => taken,
            Err(Fault::Line((refused, _))) => return Ok(Err(refused)),
            Err(Fault::Store(error)) => return Err(error),
        };
        match self.send(&case, (&change, cmd)).await {
            Err(StoreError::Refused(refusal)) => Ok(Err(refusal.into())),
            Ok((case_id, taken, left_out)) => {
                let left_out: Vec<Refused> = case.left_out.into_iter().chain(left_out).collect();
                for refused in &left_out {
                    let (reference, reason) = (case.reference.as_str(), &refused.text);
                    tracing::warn!(reference, reason, "came in without a value that cannot be");
                }
                Ok(Ok(Alone {
                    case_id,
                    taken,
                    left_out,
                }))
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the case of a line, or attaches the signal.
    pub(super) async fn take(&mut self, line: &mut CaseLine) -> Result<(Change, Uuid), Fault> {
        self.meter(line).await?;
        self.notification(line).await?;
        let refused = |refused: Refused| Fault::Line((refused, Some(line.reference.clone())));
        let role = self.role(line).await?;
        let wants_role = line
            .process
            .opening
            .fields
            .iter()
            .any(|field| field.key == "party_role");
        if wants_role {
            let role = role.ok_or_else(|| refused(Refused::new("unknown_party")))?;
            if !matches!(role.as_str(), "supplier" | "service_provider") {
                return Err(refused(
                    Refused::new("party_role").with("role", &role).by("GT-03"),
                ));
            }
            line.answers
                .insert("party_role".to_owned(), Answer::Value(Value::Code(role)));
        }
        let context = Context {
            now: self.now().await?,
            actor: Actor::System,
            calendars: &self.calendars,
            command: Uuid::now_v7(),
        };
        let received_at = line.received_at.min(context.now);
        let change = engine::open(line.process, received_at, &line.answers, &context);
        let change = change.map_err(|refusal| refused(refusal.into()))?;
        Ok((change, context.command))
    }

    /// The role of the party of a line; it decides on iSMA (GT-15), so it is never taken from a
    /// file.
    pub(super) async fn role(&mut self, line: &CaseLine) -> Result<Option<String>, StoreError> {
        let Some(Answer::Value(Value::Code(gln))) = line.answers.get("party_gln") else {
            return Ok(None);
        };
        if let Some(role) = self.roles.get(gln) {
            return Ok(role.clone());
        }
        let found = patiently(async || self.store.look_up("", gln).await).await?;
        let role = found.party.map(|party| party.role);
        if self.roles.len() >= ROLES_KEPT {
            self.roles.clear();
        }
        self.roles.insert(gln.clone(), role.clone());
        Ok(role)
    }

    /// What became of it, and what of the line could not be taken along.
    pub(super) async fn send(
        &mut self,
        line: &CaseLine,
        (change, cmd): (&Change, Uuid),
    ) -> Result<(CaseId, Taken, Option<Refused>), StoreError> {
        let opening = Opening {
            cmd,
            session: None,
            change,
            reference: Some(&line.reference),
            answers: &line.answers,
            calendars: &self.calendars,
        };
        let opened = patiently(async || self.store.case_open(&opening).await).await?;
        let (taken, case_id) = match opened {
            Opened::New { case_id, .. } => (Taken::New, case_id),
            Opened::Attached { case_id, .. } => (Taken::Attached, case_id),
            Opened::Known { case_id, .. } => (Taken::Known, case_id),
        };
        if taken == Taken::Known
            && shape::is_request(line.process.key)
            && let Some(late) = self.catch_up(case_id, line).await?
        {
            return Ok((case_id, taken, Some(late)));
        }
        // before this line was known the program may have been stopped in between
        let left_out = self.fill_form(case_id, line).await?;
        Ok((case_id, taken, left_out))
    }
}

/// What became of a line that came alone.
#[derive(Debug)]
pub struct Alone {
    /// Its case.
    pub case_id: CaseId,
    /// Whether it was there before.
    pub taken: Taken,
    /// Values that could not be taken.
    pub left_out: Vec<Refused>,
}

impl Run<'_> {
    /// Reads one file of cases.
    pub async fn cases<R: BufRead>(
        &mut self,
        (name, input): (&str, R),
        door: &mut Door,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let mut file = FileReport::of(name);
        let done = self.case_lines(input, &mut file, door, progress).await;
        self.report.files.push(file);
        done
    }

    async fn case_lines<R: BufRead>(
        &mut self,
        input: R,
        file: &mut FileReport,
        door: &mut Door,
        progress: Progress<'_>,
    ) -> Result<(), ImportError> {
        let mut lines = Lines::new(input);
        let mut later = Vec::new();
        while let Some(line) = lines.read()? {
            let room = later.len() < LATER;
            if !self.dealt_with(&line, file, door, room).await? {
                later.push(line);
            }
            file.latin1_lines = lines.latin1();
            progress(lines.bytes(), file.lines());
        }
        for line in &later {
            self.dealt_with(line, file, door, false).await?;
        }
        progress(lines.bytes(), file.lines());
        Ok(())
    }

    /// Takes or refuses a line; `false` when it may wait for what comes behind it, and has to.
    async fn dealt_with(
        &mut self,
        line: &Line,
        file: &mut FileReport,
        door: &mut Door,
        may_wait: bool,
    ) -> Result<bool, ImportError> {
        match self.case_line(line, file, door).await {
            Ok(Some(taken)) => file.take(taken),
            Ok(None) => {}
            Err(Fault::Line((refused, _))) if may_wait && refused.text == WAITS => {
                return Ok(false);
            }
            Err(Fault::Line((refused, reference))) => {
                let origin = (line.number, &refused);
                self.report
                    .refuse(file, origin, reference.as_deref(), self.texts);
            }
            Err(Fault::Store(error)) => return Err(error.into()),
        }
        Ok(true)
    }

    async fn case_line(
        &mut self,
        line: &Line,
        file: &FileReport,
        door: &mut Door,
    ) -> Result<Option<Taken>, Fault> {
        let Some(text) = &line.text else {
            return Err(Fault::Line((Refused::new("too_long"), None)));
        };
        if text.trim().is_empty() {
            return Ok(None);
        }
        let mut case = parse(text, door.now().await?).map_err(Fault::Line)?;
        let (change, cmd) = door.take(&mut case).await?;
        for refused in &case.left_out {
            let origin = (line.number, refused);
            self.report
                .leave_out(file, origin, &case.reference, self.texts);
        }
        if self.report.dry_run {
            let looked = door.rehearsal.case(&change, &case.reference).await?;
            let looked = looked.map_err(|refused| Fault::Line((refused, Some(case.reference))));
            return looked.map(Some);
        }
        match door.send(&case, (&change, cmd)).await {
            Ok((_, taken, left_out)) => {
                if let Some(refused) = left_out {
                    let origin = (line.number, &refused);
                    self.report
                        .leave_out(file, origin, &case.reference, self.texts);
                }
                Ok(Some(taken))
            }
            Err(StoreError::Refused(refusal)) => {
                Err(Fault::Line((refusal.into(), Some(case.reference))))
            }
            Err(error) => Err(error.into()),
        }
    }
}
