//! An agent at work: the same calls as the console makes, without the screen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::domain::calendar::Calendars;
use loket::process::engine::{self, Actor, Answer, Context, Refusal};
use loket::process::field::Value;
use loket::store::case::Target;
use loket::store::rows::{Applied, CaseDetail, CaseId, Claim, HERE_MOST, Here, InboxView, Lease};
use loket::store::session::SessionKind;
use loket::store::{Store, StoreError};
use loket::system;
use uuid::Uuid;

use super::database::Database;
use super::fill::{code, collect};
use super::measure::timed;
use super::server;

/// Rows of a list, as the console asks for them, and how many of them a screen shows.
const PAGE: u32 = 100;
const SHOWN: usize = 40;

/// An agent with a session of their own.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) store: Store,
    pub(crate) session: Uuid,
    /// The list on the screen.
    view: InboxView,
    calendars: Arc<Calendars>,
    here: Arc<Mutex<Here>>,
}

impl Agent {
    /// The n-th agent comes in.
    pub(crate) async fn come_in(
        database: &Database<'_>,
        number: usize,
        calendars: &Arc<Calendars>,
    ) -> Result<Self> {
        let store = database.store(&server::agent(number));
        let session = Uuid::new_v4();
        let opened = store
            .session_open(session, "desk load", SessionKind::Console)
            .await?;
        let queue = opened.me.queues.first();
        let queue = queue.ok_or_else(|| eyre!("an agent without a queue"))?;
        Ok(Self {
            store,
            session,
            view: InboxView::Queue(queue.queue_id),
            calendars: Arc::clone(calendars),
            here: Arc::default(),
        })
    }

    /// What the console would say of itself; the keys pressed since it was last asked with it.
    pub(crate) fn here(&self) -> Here {
        let mut here = self.lock();
        let said = here.clone();
        here.worked.clear();
        said
    }

    fn lock(&self) -> MutexGuard<'_, Here> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The agent looks at this case, and writes in it.
    pub(crate) fn at(&self, case: Option<CaseId>, is_writing: bool) {
        let mut here = self.lock();
        here.at = case;
        here.writing = is_writing;
        if is_writing {
            here.worked.extend(case);
        }
    }

    /// Reads the list on the screen again, as a console does when others changed something in it.
    pub(crate) async fn reread(&self) -> Result<(), StoreError> {
        let page = self.store.inbox(&self.view, None, PAGE).await?;
        let rows = page.rows.iter().take(HERE_MOST.min(SHOWN));
        self.lock().see = rows.map(|row| row.case_id).collect();
        Ok(())
    }

    /// So many agents come in, a few at a time.
    pub(crate) async fn crowd(database: &Database<'_>, count: usize) -> Result<Vec<Self>> {
        let calendars = Arc::new(Database::calendars()?);
        let mut crowd = Vec::with_capacity(count);
        let numbers: Vec<usize> = (0..count).collect();
        for some in numbers.chunks(8) {
            let coming = some.iter().map(|n| Self::come_in(database, *n, &calendars));
            for agent in futures_util::future::join_all(coming).await {
                crowd.push(agent?);
            }
        }
        Ok(crowd)
    }

    /// The next case, with the time it took; `None` when there is none to be had.
    pub(crate) async fn next(&self) -> (Duration, Result<Option<Lease>, StoreError>) {
        let call = self.store.claim_next(Uuid::now_v7(), self.session, None);
        let (time, claim) = timed(call).await;
        let lease = claim.map(|claim| match claim {
            Claim::Granted { lease, .. } => Some(lease),
            _ => None,
        });
        (time, lease)
    }

    /// Contacts the party of the case that is held: the most frequent step. The time is that of the
    /// write.
    pub(crate) async fn contact(
        &self,
        lease: Lease,
        detail: &CaseDetail,
    ) -> (Duration, Result<Applied, StoreError>) {
        let contact = detail.party.iter().flat_map(|party| &party.contacts).next();
        let contact = contact.map_or(0, |contact| contact.contact_id);
        let answers = [
            ("channel", code("phone")),
            ("contact", Answer::Value(Value::Number(contact))),
            ("ask_proof", Answer::Value(Value::Bool(true))),
            ("contacted_at", Answer::Value(Value::instant(system::now()))),
        ];
        self.apply(lease, detail, "contact_party", &answers).await
    }

    /// Writes a note.
    pub(crate) async fn note(
        &self,
        lease: Lease,
        detail: &CaseDetail,
    ) -> (Duration, Result<Applied, StoreError>) {
        let note = Answer::Free("asked the customer to call back tomorrow".into());
        self.apply(lease, detail, "add_note", &[("note", note)])
            .await
    }

    async fn apply(
        &self,
        lease: Lease,
        detail: &CaseDetail,
        action: &str,
        answers: &[(&str, Answer)],
    ) -> (Duration, Result<Applied, StoreError>) {
        let command = Uuid::now_v7();
        let context = Context {
            now: system::now(),
            actor: Actor::Agent,
            calendars: &self.calendars,
            command,
        };
        let change = match engine::step(&detail.facts, action, &collect(answers), &context) {
            Ok(change) => change,
            Err(refusal) => return (Duration::ZERO, Err(refused(refusal))),
        };
        let target = Target {
            case_id: lease.case_id,
            fence: Some(lease.fence),
            version: detail.row.version,
        };
        let call = self
            .store
            .case_apply(command, Some(self.session), target, &change);
        timed(call).await
    }

    /// Gives the case back.
    pub(crate) async fn release(&self, lease: Lease) -> Result<Applied, StoreError> {
        let call = self.store.case_release(Uuid::now_v7(), self.session, lease);
        call.await
    }

    /// Passes it over, so that the next claim gives another one.
    pub(crate) async fn skip(&self, lease: Lease) -> Result<Applied, StoreError> {
        let (cmd, session) = (Uuid::now_v7(), self.session);
        let call = self
            .store
            .case_skip(cmd, session, lease, "not_my_skill", None);
        call.await
    }

    /// Leaves; what is held goes back.
    pub(crate) async fn leave(&self) {
        let _ = self.store.session_close(self.session).await;
        self.store.close().await;
    }
}

fn refused(refusal: Refusal) -> StoreError {
    StoreError::Refused(refusal)
}
