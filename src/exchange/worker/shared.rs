//! What the loops of a worker and those who listen for it share: the database, the systems outside,
//! and the one way in which a case hears of something.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::outside::Outside;
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::exchange::outbox::Outcome;
use crate::exchange::trouble::{Remedy, Trouble};
use crate::process::engine::{self, Actor, Answer, Answers, Context, Refusal};
use crate::process::field::Value;
use crate::store::case::Target;
use crate::store::rows::CaseId;
use crate::store::{Store, StoreError};
use crate::system;
use crate::text::{Texts, refusal};

/// Calendars are read anew after so long.
const CALENDARS: Duration = Duration::from_mins(1);
/// Others may change the case between our reading and our writing so many times.
const ATTEMPTS: usize = 8;

/// Shared by all that a worker does.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) store: Store,
    pub(super) outside: Outside,
    /// Words for what is kept of failures.
    pub(super) texts: Texts,
    calendars: Mutex<Option<(Instant, Arc<Calendars>)>>,
}

/// What became of something that a case was told.
#[derive(Debug)]
pub(super) enum Told {
    /// It has had its effect now.
    Now,
    /// It had it before.
    Before,
    /// The case takes it no more, or not yet.
    Refused(Refusal),
}

impl Core {
    pub(super) fn new(store: Store, outside: Outside, texts: Texts) -> Self {
        Self {
            store,
            outside,
            texts,
            calendars: Mutex::new(None),
        }
    }

    /// The calendars of a minute ago at most: they are edited while we run. What is counted by an
    /// older one in that minute, the next recount finds.
    pub(super) async fn calendars(&self) -> Result<Arc<Calendars>, StoreError> {
        let mut held = self.calendars.lock().await;
        if let Some((at, calendars)) = &*held
            && at.elapsed() < CALENDARS
        {
            return Ok(Arc::clone(calendars));
        }
        let fresh = Arc::new(self.store.calendars().await?);
        *held = Some((system::monotonic(), Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// Tells a case what a system outside says. The same command has one effect, whatever the case
    /// went through since.
    pub(super) async fn tell(
        &self,
        case_id: CaseId,
        action: &str,
        given: &Answers,
        command: Uuid,
    ) -> Result<Told, StoreError> {
        if self.store.case_heard(case_id, command).await? {
            return Ok(Told::Before);
        }
        for _ in 0..ATTEMPTS {
            match self.tell_once(case_id, action, given, command).await {
                Err(StoreError::Stale) => {}
                Err(StoreError::Reused) => return Ok(Told::Before),
                Err(StoreError::Refused(refusal)) => return Ok(Told::Refused(refusal)),
                other => return other.map(|()| Told::Now),
            }
        }
        Err(StoreError::Stale)
    }

    async fn tell_once(
        &self,
        case_id: CaseId,
        action: &str,
        given: &Answers,
        command: Uuid,
    ) -> Result<(), StoreError> {
        let detail = self.store.case_detail(case_id).await?;
        let calendars = self.calendars().await?;
        let context = Context {
            now: self.store.legal_now().await?,
            actor: Actor::System,
            calendars: &calendars,
            command,
        };
        let change = engine::step(&detail.facts, action, given, &context);
        let change = change.map_err(StoreError::Refused)?;
        let target = Target {
            case_id,
            fence: None,
            version: detail.row.version,
        };
        self.store
            .case_apply(command, None, target, &change)
            .await?;
        let case = detail.row.case_no.as_str();
        tracing::info!(case, action, "told by a system outside");
        Ok(())
    }

    /// What a trouble means for a message: tried again, waited for until somebody mends our settings,
    /// or left to a person.
    pub(super) fn outcome(&self, trouble: &Trouble) -> Outcome {
        let words = trouble.words(&self.texts);
        match trouble.remedy {
            Remedy::Later(_) => Outcome::Retry(words),
            Remedy::Settings => Outcome::Wait(words),
            Remedy::Nothing => Outcome::Dead(words),
        }
    }

    /// A refusal of the database, in words.
    pub(super) fn words(&self, refused: &Refusal) -> String {
        refusal::said(&self.texts, &refused.key, &refused.args, Country::Nl.zone())
    }
}

/// A command that follows from what causes it: however often that comes, it is the same.
pub(super) fn derived(cause: Uuid, what: &str) -> Uuid {
    Uuid::new_v5(&cause, what.as_bytes())
}

/// Answers of a system outside: codes, amounts and instants.
pub(super) fn codes(given: &[(&str, &str)]) -> Answers {
    let value = |text: &str| Answer::Value(Value::Code(text.to_owned()));
    given
        .iter()
        .map(|(name, text)| ((*name).to_owned(), value(text)))
        .collect()
}
