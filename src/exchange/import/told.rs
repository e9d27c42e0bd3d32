//! What the service of the portal says of mandates into the database: one that is not here is opened, one
//! that is moves by the lines of its table. The same answer again has no second effect, what is older than
//! the case changes nothing, and what does not fit reaches a person with its reason.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::cases::parse;
use super::intake::{Door, Fault};
use super::mandates::{Read, Status, Told, since};
use super::refused::Refused;
use super::report::{FileReport, Taken, words};
use super::{ImportError, Run, patiently};
use crate::domain::consumption::days;
use crate::domain::consumption::end::End;
use crate::process::engine::{Answer, Answers};
use crate::process::field::Value;
use crate::process::sharing::SHARING;
use crate::store::StoreError;
use crate::store::rows::{CaseDetail, CaseId};

/// So many steps are taken, or tried again when the case changed in the same moment.
const MOST: u32 = 8;
/// What the numbers of these commands are made from.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c6f_6b65_742d_746f_6c64_6d61_6e64_6101);

/// What follows for a case from what is told of it.
#[derive(Debug, PartialEq)]
enum Next {
    /// Nothing: it stands there already, or further on.
    Nothing,
    /// This line of its table.
    Step(&'static str, Answers),
    /// No line does it: why.
    Differs(Refused),
}

/// Where a case stands, and what is told.
fn next(detail: &CaseDetail, told: &Told, now: DateTime<Utc>) -> Next {
    let state = detail.row.state.as_str();
    let is_past = |end: End| days::begin(end.day()) <= now;
    match (told.status, state) {
        (Status::Approved, "requested") => Next::Step("approve", approval(told)),
        (Status::Rejected, "requested") => Next::Step("reject", Answers::new()),
        (Status::Finished, "active") => Next::Step("ended_in_portal", Answers::new()),
        (Status::Requested, "requested") => capped(detail, told),
        (Status::Approved, "active") => match capped(detail, told) {
            Next::Nothing => held(detail, told),
            other => other,
        },
        // it was asked for before it was decided, and approved before it was over
        (Status::Requested, _)
        | (Status::Approved, "ended")
        | (Status::Rejected | Status::Finished, "rejected")
        | (Status::Finished, "ended" | "expired") => Next::Nothing,
        (Status::Approved, "expired") if told.expires.is_some_and(is_past) => Next::Nothing,
        (status, state) => {
            let status = format!("choice.told_status.{}", status.key());
            let state = format!("state.{}.{state}", SHARING.key);
            let differs = Refused::new("told_state").with_ours("status", &status);
            Next::Differs(differs.with_ours("state", &state))
        }
    }
}

/// The portal approves by the word of the holder, whoever asked.
fn approval(told: &Told) -> Answers {
    let mut given = Answers::from([code("holder_approval", "portal")]);
    if let Some(at) = told.approved_at {
        let at = Answer::Value(Value::instant(at));
        given.insert("approved_at".to_owned(), at);
    }
    given
}

/// A period that ends earlier than here is one that a change of the grid user ended (FLU-30); one that ends
/// later than the customer chose is another one. In between it is older than a change that is known here.
fn capped(detail: &CaseDetail, told: &Told) -> Next {
    let Some(end) = told.period.map(|end| end.day().to_string()) else {
        return Next::Nothing;
    };
    let fact = |key: &str| detail.facts.facts.get(key).and_then(Value::as_code);
    let chosen = fact("period_to");
    let ends = chosen.into_iter().chain(fact("effective_date")).min();
    if chosen.is_some_and(|chosen| *end > *chosen) {
        return Next::Differs(other("period_to"));
    }
    if ends.is_none_or(|known| *end < *known) {
        let given = [
            code("market_scenario", "told"),
            code("effective_date", &end),
        ];
        return Next::Step("market_scenario", Answers::from(given));
    }
    Next::Nothing
}

/// A mandate in force that ends on another day in the portal than here (FLU-28): ended earlier, or renewed.
/// No line moves its end; a person does.
fn held(detail: &CaseDetail, told: &Told) -> Next {
    let runs = detail.facts.clocks.iter();
    let validity = runs.filter(|run| run.key == "validity_3y" && run.outcome.is_none());
    let (Some(run), Some(end)) = (validity.max_by_key(|run| run.run), told.expires) else {
        return Next::Nothing;
    };
    if since(end).map(days::of) == Some(days::of(run.started_at)) {
        return Next::Nothing;
    }
    let differs = Refused::new("told_expires").with("told", &end.day().to_string());
    let ours = days::of(run.due_at).to_string();
    Next::Differs(differs.with("ours", &ours).by("FLU-28"))
}

fn code(key: &str, word: &str) -> (String, Answer) {
    (key.to_owned(), Answer::Value(Value::Code(word.to_owned())))
}

fn other(field: &str) -> Refused {
    Refused::new("told_other").with_ours("field", &format!("field.{field}"))
}

/// What must be the same for it to be the same mandate at all.
const SAME: [&str; 4] = ["ean", "party_gln", "granularity", "period_from"];

/// The first of them that is not.
fn differs(detail: &CaseDetail, line: &Answers) -> Option<Refused> {
    let said = |key: &str| match line.get(key) {
        Some(Answer::Value(value)) => value.as_code(),
        _ => None,
    };
    let known = |key: &str| detail.facts.facts.get(key).and_then(Value::as_code);
    let key = SAME.into_iter().find(|key| said(key) != known(key))?;
    Some(other(key))
}

/// What became of a mandate that is here: whether anything changed, or why it could not.
type Followed = Result<Taken, Refused>;

impl Door {
    /// Moves the case of a mandate to where the service says that it stands.
    async fn follow(
        &mut self,
        case_id: CaseId,
        (told, line): (&Told, &Answers),
        (run, words): (Mode, &dyn Fn(&Refused) -> String),
    ) -> Result<Followed, StoreError> {
        let mut taken = Taken::Known;
        for _ in 0..MOST {
            let detail = patiently(async || self.store.case_detail(case_id).await).await?;
            if let Some(refused) = differs(&detail, line) {
                return Ok(Err(refused));
            }
            let (action, given) = match next(&detail, told, self.now().await?) {
                Next::Nothing => return Ok(Ok(taken)),
                Next::Differs(refused) => {
                    self.raise(&detail, told, (run, words(&refused))).await?;
                    return Ok(Err(refused));
                }
                Next::Step(action, given) => (action, given),
            };
            let cmd = command(case_id, told, action, &format!("{given:?}"));
            if patiently(async || self.store.case_heard(case_id, cmd).await).await? {
                return Ok(Ok(taken));
            }
            if run == Mode::Dry {
                return Ok(Ok(Taken::Checked));
            }
            match self.enter_as(cmd, &detail, (action, &given)).await {
                Ok(None) => taken = Taken::Changed,
                Ok(Some(refused)) => {
                    self.raise(&detail, told, (run, words(&refused))).await?;
                    return Ok(Err(refused));
                }
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Stale)
    }

    /// The lead hears once of what no line can do, and the case says why.
    async fn raise(
        &mut self,
        detail: &CaseDetail,
        told: &Told,
        (run, why): (Mode, String),
    ) -> Result<(), StoreError> {
        let case_id = detail.row.case_id;
        let episode = detail.facts.facts.get("reopened");
        // an end that was told anew is something else
        let of_what = format!("{episode:?} {:?}", told.expires);
        let cmd = command(case_id, told, "service_differs", &of_what);
        if run == Mode::Dry || patiently(async || self.store.case_heard(case_id, cmd).await).await?
        {
            return Ok(());
        }
        let why = ("reason".to_owned(), Answer::Free(why));
        let given = Answers::from([code("told_status", told.status.key()), why]);
        for _ in 0..MOST {
            let detail = patiently(async || self.store.case_detail(case_id).await).await?;
            match self
                .enter_as(cmd, &detail, ("service_differs", &given))
                .await
            {
                Err(StoreError::Stale) => {}
                other => return other.map(|_| ()),
            }
        }
        Err(StoreError::Stale)
    }
}

/// It follows from what is told: however often that comes, it is the same.
fn command(case_id: CaseId, told: &Told, action: &str, given: &str) -> Uuid {
    let status = told.status.key();
    let name = format!("{} {} {status} {action} {given}", case_id.0, told.reference);
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Real,
    Dry,
}

impl Run<'_> {
    /// Takes what the service said, one mandate after the other; they are numbered from 1.
    pub async fn mandates(
        &mut self,
        name: &str,
        told: &[Read],
        door: &mut Door,
    ) -> Result<(), ImportError> {
        let mut file = FileReport::of(name);
        let done = self.each_mandate(told, &mut file, door).await;
        self.report.files.push(file);
        done
    }

    async fn each_mandate(
        &mut self,
        told: &[Read],
        file: &mut FileReport,
        door: &mut Door,
    ) -> Result<(), ImportError> {
        for (number, told) in (1..).zip(told) {
            let taken = match told {
                Ok(told) => self.mandate(told, door).await,
                Err((refused, reference)) => {
                    Err(Fault::Line((refused.clone(), Some(reference.clone()))))
                }
            };
            match taken {
                Ok(taken) => taken.into_iter().for_each(|taken| file.take(taken)),
                Err(Fault::Line((refused, reference))) => {
                    let origin = (number, &refused);
                    self.report
                        .refuse(file, origin, reference.as_deref(), self.texts);
                }
                Err(Fault::Store(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// What became of one; nothing of what was over before it was here.
    async fn mandate(&mut self, told: &Told, door: &mut Door) -> Result<Option<Taken>, Fault> {
        let name = super::clean(&told.reference);
        let known = patiently(async || door.store.case_named(SHARING.key, &name).await).await?;
        if known.is_none() && matches!(told.status, Status::Rejected | Status::Finished) {
            return Ok(None);
        }
        let mut line = parse(&told.line, door.now().await?).map_err(Fault::Line)?;
        let fault = |refused| Fault::Line((refused, Some(told.reference.clone())));
        let is_dry = self.report.dry_run;
        if let Some(case_id) = known {
            let mode = if is_dry { Mode::Dry } else { Mode::Real };
            let texts = self.texts;
            let words = |refused: &Refused| words(refused, texts);
            let followed = door
                .follow(case_id, (told, &line.answers), (mode, &words))
                .await?;
            return followed.map(Some).map_err(fault);
        }
        let (change, cmd) = door.take(&mut line).await?;
        if is_dry {
            let looked = door.rehearsal.case(&change, &line.reference).await?;
            return looked.map(Some).map_err(fault);
        }
        match door.send(&line, (&change, cmd)).await {
            Ok((_, taken, _)) => Ok(Some(taken)),
            Err(StoreError::Refused(refusal)) => Err(fault(refusal.into())),
            Err(error) => Err(error.into()),
        }
    }
}
