//! What a request brings to a form that is data (TLM-09): filled in after the opening, by the same
//! action as the customer's own. What the form refuses is left to the agent, who asks.

use uuid::Uuid;

use super::cases::CaseLine;
use super::intake::Door;
use super::patiently;
use super::refused::Refused;
use crate::exchange::answers::typed;
use crate::process::engine::{self, Actor, Answers, Context};
use crate::store::StoreError;
use crate::store::case::Target;
use crate::store::rows::{CaseDetail, CaseId};

/// How often a case is read again that changed in the same moment.
const ATTEMPTS: u32 = 5;
/// The action that asks a form that is data.
const FILLS: &str = "installation_entered";

impl Door {
    /// Fills in the form of a case that still waits for it; a line that comes again finds it filled.
    /// Gives why it could not be.
    pub(super) async fn fill_form(
        &mut self,
        case_id: CaseId,
        line: &CaseLine,
    ) -> Result<Option<Refused>, StoreError> {
        if line.form.is_empty() {
            return Ok(None);
        }
        let mut filled = self.fill_once(case_id, line).await;
        // somebody took the case or wrote a note meanwhile
        for _ in 1..ATTEMPTS {
            if !matches!(filled, Err(StoreError::Stale)) {
                break;
            }
            filled = self.fill_once(case_id, line).await;
        }
        filled
    }

    async fn fill_once(
        &mut self,
        case_id: CaseId,
        line: &CaseLine,
    ) -> Result<Option<Refused>, StoreError> {
        let detail = patiently(async || self.store.case_detail(case_id).await).await?;
        let Some(action) = line.process.lines().find(|action| action.key == FILLS) else {
            return Ok(None);
        };
        if !line.process.allows(action, &detail.facts.state) {
            return Ok(None);
        }
        let asked = action.asked(&detail.facts);
        let given: Vec<(&str, String)> = line
            .form
            .iter()
            .map(|(key, value)| (key.as_str(), value.clone()))
            .collect();
        match typed(&asked, &given, Some(&detail), line.process.country) {
            Ok(answers) => self.enter(&detail, FILLS, &answers).await,
            Err(refusal) => Ok(Some(refusal.into())),
        }
    }

    /// A step that was taken elsewhere; gives why it cannot be taken here.
    pub(super) async fn enter(
        &mut self,
        detail: &CaseDetail,
        action: &str,
        answers: &Answers,
    ) -> Result<Option<Refused>, StoreError> {
        self.enter_as(Uuid::now_v7(), detail, (action, answers))
            .await
    }

    /// … by the command of that number.
    pub(super) async fn enter_as(
        &mut self,
        command: Uuid,
        detail: &CaseDetail,
        (action, answers): (&str, &Answers),
    ) -> Result<Option<Refused>, StoreError> {
        let context = Context {
            now: self.now().await?,
            actor: Actor::System,
            calendars: &self.calendars,
            command,
        };
        let change = match engine::step(&detail.facts, action, answers, &context) {
            Ok(change) => change,
            Err(refusal) => return Ok(Some(refusal.into())),
        };
        let target = Target {
            case_id: detail.row.case_id,
            fence: None,
            version: detail.row.version,
        };
        let (store, command) = (&self.store, context.command);
        let applied = patiently(async || store.case_apply(command, None, target, &change).await);
        match applied.await {
            Ok(_) => Ok(None),
            Err(StoreError::Refused(refusal)) => Ok(Some(refusal.into())),
            Err(error) => Err(error),
        }
    }
}
