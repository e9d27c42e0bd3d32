//! Runs what the desk wants of the database, and sends the answer back with its ticket.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::address::Sources;
use super::beat::Followed;
use super::files;
use crate::desk::effect::{Call, FileError, Loaded, Question, Save, Slot};
use crate::desk::find::{Asked, Naming, Told};
use crate::desk::form::Pick;
use crate::desk::form::suggest::Among;
use crate::desk::request::meters::Place;
use crate::desk::{Msg, Reply, Ticket};
use crate::domain::calendar::Calendars;
use crate::process::engine::{Answers, Change};
use crate::store::bulk::SNAPSHOT_MAX;
use crate::store::case::{Opening, Target};
use crate::store::rows::{Applied, CaseId, Opened, SearchHit, Session};
use crate::store::session::SessionKind;
use crate::store::{Store, StoreError};
use crate::text::Texts;

/// How many events of a case are read.
const EVENTS: u32 = 100;
/// How many hits of a search are read.
const HITS: u32 = 100;
/// What the database sees of us in its list of sessions.
const CLIENT: &str = concat!("loket ", env!("CARGO_PKG_VERSION"));

/// What a call needs.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) store: Store,
    pub(super) session: Arc<Mutex<Uuid>>,
    pub(super) calendars: Option<Arc<Calendars>>,
    pub(super) texts: Arc<Texts>,
    pub(super) sources: Sources,
    pub(super) messages: mpsc::Sender<Msg>,
    pub(super) following: watch::Sender<Option<Followed>>,
}

impl Caller {
    pub(super) fn session(&self) -> Uuid {
        self.session
            .lock()
            .map_or_else(|broken| *broken.into_inner(), |id| *id)
    }

    async fn send(&self, ticket: Ticket, reply: Reply) {
        // nobody listens any more: the console was left
        let _ = self
            .messages
            .send(Msg::Reply(ticket, Box::new(reply)))
            .await;
    }

    /// Ask, and send the answer.
    pub(super) async fn ask(&self, ticket: Ticket, question: Question) {
        let reply = match question {
            Question::Session => Reply::Session(self.open_session().await),
            Question::Calendars => Reply::Calendars(self.store.calendars().await.map(Arc::new)),
            Question::Inbox { view, after, limit } => {
                Reply::Inbox(self.store.inbox(&view, after, limit).await)
            }
            Question::Filtered {
                view,
                filter,
                after,
                limit,
                known,
            } => {
                let page = self
                    .store
                    .inbox_filtered(&view, &filter, after, limit, &known);
                Reply::Inbox(page.await)
            }
            Question::Snapshot { view, filter } => {
                let found = self.store.filter_cases(&view, &filter, SNAPSHOT_MAX).await;
                Reply::Snapshot(found)
            }
            Question::Facts(cases) => Reply::Facts(self.store.facts_of(&cases).await.map(Box::new)),
            Question::Detail(case) => Reply::Detail(self.load(case).await),
            Question::Search(text) => Reply::Search(self.store.search(&text, HITS).await),
            Question::Like(among, text) => Reply::Like(among, self.like(among, &text).await),
            Question::LookUp { ean, gln } => {
                Reply::LookUp(self.store.look_up(&ean, &gln).await.map(Box::new))
            }
            Question::Plant(meter, ean) => self.plant(meter, ean).await,
            Question::Meters(place) => self.meters(&place).await,
            Question::Week {
                case,
                ean,
                from,
                days,
            } => {
                let free = self.store.slots_free(Some(case), &ean, from, days);
                Reply::Week(free.await.map(Box::new))
            }
            Question::Seen(ids) => Reply::Seen(self.store.notices_seen(&ids).await.map(|_| ids)),
            Question::Board => Reply::Board(self.store.board().await.map(Box::new)),
            Question::OnTime(month) => Reply::OnTime(month, self.store.on_time(month, None).await),
            Question::OnTimeCases { kind, after, limit } => {
                Reply::OnTimeCases(self.store.on_time_cases(&kind, after, limit).await)
            }
            Question::Clusters(after) => Reply::Clusters(self.clusters(after.as_ref()).await),
            Question::Cluster { pattern, after } => Reply::Cluster(self.one(&pattern, after).await),
            Question::Updates(after) => Reply::Updates(self.updates(after).await),
            Question::Registers(case) => Reply::Registers(case, self.registers(case).await),
            Question::Signals(period) => self.signals(period).await,
            Question::SignalsOf { gln, period, after } => self.signals_of(gln, period, after).await,
            Question::SaveSignals { period, gln } => {
                Reply::SignalsSaved(self.save_signals(period, gln).await)
            }
            Question::Find(Asked::Looks) => {
                Reply::Find(self.store.looks_mine().await.map(Told::Looks))
            }
            Question::Find(Asked::Filters) => {
                Reply::Find(self.store.filters_mine().await.map(Told::Filters))
            }
            Question::Find(Asked::Recent) => Reply::Search(self.recent().await),
            Question::Limits => Reply::Limits(self.store.limits().await),
            Question::Colleagues => Reply::Colleagues(self.store.colleagues().await),
            Question::Drafts => Reply::Drafts(self.store.drafts_mine().await),
        };
        self.send(ticket, reply).await;
    }

    /// Open the session or take it up again; a new one when the old one has ended.
    async fn open_session(&self) -> Result<Session, StoreError> {
        let open = |id| self.store.session_open(id, CLIENT, SessionKind::Console);
        let opened = match open(self.session()).await {
            Err(StoreError::SessionLost) => {
                let fresh = Uuid::new_v4();
                if let Ok(mut session) = self.session.lock() {
                    *session = fresh;
                }
                open(fresh).await
            }
            other => other,
        };
        if let Ok(session) = &opened {
            let queues = session.me.queues.iter().map(|queue| queue.queue_id);
            self.following.send_replace(Some(Followed {
                session: session.session_id,
                queues: queues.collect(),
            }));
        }
        opened
    }

    /// The cases that we looked at lately, as hits.
    async fn recent(&self) -> Result<Vec<SearchHit>, StoreError> {
        let rows = self.store.recent(HITS).await?.into_iter();
        let how = || "seen".to_owned();
        Ok(rows.map(|row| SearchHit { row, how: how() }).collect())
    }

    async fn load(&self, case: CaseId) -> Result<Box<Loaded>, StoreError> {
        let (detail, timeline) = tokio::join!(
            self.store.case_detail(case),
            self.store.timeline(case, None, EVENTS)
        );
        let (detail, timeline) = (detail?, timeline?);
        Ok(Box::new(Loaded { detail, timeline }))
    }

    /// What the register has that is like what was typed.
    async fn like(&self, among: Among, text: &str) -> Result<Vec<Pick>, StoreError> {
        Ok(match among {
            Among::Parties => {
                let found = self.store.parties_like(text).await?.into_iter();
                let pick = found.map(|party| Pick {
                    label: format!("{} {}", party.gln, party.name),
                    raw: party.gln,
                });
                pick.collect()
            }
            Among::Customers => {
                let found = self.store.customers_like(text).await?.into_iter();
                let pick = found.map(|one| Pick {
                    label: format!("{} {}, {}", one.customer_ref, one.name, one.address),
                    raw: one.customer_ref,
                });
                pick.collect()
            }
            Among::Connections => {
                let found = self.store.connections_like(text).await?.into_iter();
                let pick = found.map(|one| Pick {
                    label: format!("{} {} {}", one.ean, one.product, one.address),
                    raw: one.ean,
                });
                pick.collect()
            }
        })
    }

    /// Names of files.
    pub(super) async fn names(&self, ticket: Ticket, path: PathBuf) {
        let names = tokio::task::spawn_blocking(move || files::names(&path)).await;
        self.send(ticket, Reply::Names(names.unwrap_or_default()))
            .await;
    }

    /// Whether a file can be attached.
    pub(super) async fn probe(&self, ticket: Ticket, path: PathBuf) {
        let probed = tokio::task::spawn_blocking(move || files::probe(&path)).await;
        let probed = probed.unwrap_or_else(|error| Some(FileError::Other(error.to_string())));
        self.send(ticket, Reply::Probed(probed)).await;
    }

    /// Keep something, and send the answer.
    pub(super) async fn save(&self, ticket: Ticket, save: Save) {
        let store = &self.store;
        let reply = match save {
            Save::Draft(draft) => Reply::Saved(store.draft_save(&draft).await),
            Save::Drop(draft, writer, base) => {
                Reply::Dropped(store.draft_drop(draft, writer, base).await)
            }
            Save::Share(draft) => Reply::Shared(store.draft_share(draft).await),
            Save::Looked(looks) => Reply::Placed(store.looked(&looks).await),
            Save::Columns(it) => Reply::Placed(store.columns_save(it.queue_id, &it.shown).await),
            Save::Place(place) => Reply::Placed(store.place_save(&place).await),
        };
        self.send(ticket, reply).await;
    }

    /// Write, and send the answer. The command id is the one of the ticket.
    pub(super) async fn write(&self, ticket: Ticket, call: Call) {
        let Slot::Command(cmd) = ticket.slot else {
            return;
        };
        let reply = self.written(cmd, call).await;
        self.send(ticket, reply).await;
    }

    async fn written(&self, cmd: Uuid, call: Call) -> Reply {
        let (store, session) = (&self.store, self.session());
        match call {
            Call::Next(queues) => {
                Reply::Claimed(store.claim_next(cmd, session, queues.as_deref()).await)
            }
            Call::Claim(case) => Reply::Claimed(store.case_claim(cmd, session, case).await),
            Call::Release(lease) => Reply::Applied(store.case_release(cmd, session, lease).await),
            Call::Skip {
                lease,
                reason,
                line,
            } => {
                let skipped = store.case_skip(cmd, session, lease, &reason, line.as_deref());
                Reply::Applied(skipped.await)
            }
            Call::Unmask { case, purpose } => {
                Reply::Unmasked(store.case_unmask(cmd, session, case, purpose).await)
            }
            Call::TakeOver { case, reason } => {
                Reply::Claimed(store.case_take_over(cmd, session, case, &reason).await)
            }
            Call::HandOver {
                lease,
                to,
                line,
                along,
            } => {
                let given = (to, line.as_str());
                let handed = store.case_hand_over_with(cmd, session, lease, given, along);
                Reply::Applied(handed.await)
            }
            Call::Apply {
                case,
                fence,
                version,
                change,
            } => {
                let target = Target {
                    case_id: case,
                    fence,
                    version,
                };
                Reply::Applied(store.case_apply(cmd, Some(session), target, &change).await)
            }
            Call::Open(change, answers) => Reply::Opened(self.open(cmd, &change, &answers).await),
            Call::Reassign { case, to, reason } => {
                Reply::Applied(store.case_reassign(cmd, session, case, to, &reason).await)
            }
            Call::Transfer {
                case,
                queue_id,
                reason,
            } => {
                let moved = store.case_transfer(cmd, session, case, queue_id, &reason);
                Reply::Applied(moved.await)
            }
            call @ (Call::Look(_) | Call::Export { .. }) => self.consumption(cmd, call).await,
            Call::TakeBack { case, seq } => self.taken_back(cmd, case, seq).await,
            Call::Attach {
                case,
                path,
                purpose,
            } => self.attach(cmd, case, path, purpose).await,
            other => self.beside_cases(cmd, other).await,
        }
    }

    /// What is written, but to no case.
    async fn beside_cases(&self, cmd: Uuid, call: Call) -> Reply {
        match call {
            Call::Naming(naming) => Reply::Set(self.name_filter(cmd, naming).await),
            Call::EndUpdate { id, approve, why } => self.ended(id, approve, why.as_deref()).await,
            Call::Limits(new) => Reply::Set(self.store.limits_set(cmd, new).await),
            other => Reply::Set(Err(StoreError::Bug(format!("of a case: {other:?}")))),
        }
    }

    async fn meters(&self, place: &Place) -> Reply {
        let found = self.sources.at(&self.store, place);
        Reply::Meters(found.await.map(Box::new))
    }

    async fn plant(&self, meter: String, ean: String) -> Reply {
        let found = self.store.plant_find(Some(&meter), Some(&ean)).await;
        Reply::Plant((meter, ean), found.map(|plant| plant.map(Box::new)))
    }

    async fn taken_back(&self, cmd: Uuid, case: CaseId, seq: i32) -> Reply {
        let back = self.store.case_take_back(cmd, self.session(), case, seq);
        Reply::Applied(back.await)
    }

    async fn name_filter(&self, cmd: Uuid, naming: Naming) -> Result<(), StoreError> {
        match naming {
            Naming::Save {
                name,
                line,
                queue_id,
            } => self.store.filter_save(cmd, &name, &line, queue_id).await,
            Naming::Drop(filter) => self.store.filter_drop(cmd, filter).await,
        }
    }

    async fn open(
        &self,
        cmd: Uuid,
        change: &Change,
        answers: &Answers,
    ) -> Result<Opened, StoreError> {
        let Some(calendars) = &self.calendars else {
            return Err(StoreError::Bug("a form without calendars".to_owned()));
        };
        let session = Some(self.session());
        let opening = Opening {
            cmd,
            session,
            change,
            reference: None,
            answers,
            calendars,
        };
        self.store.case_open(&opening).await
    }

    async fn attach(&self, cmd: Uuid, case: CaseId, path: PathBuf, purpose: String) -> Reply {
        let read = tokio::task::spawn_blocking(move || files::document(&path, purpose)).await;
        let read = read.unwrap_or_else(|error| Err(FileError::Other(error.to_string())));
        let document = match read {
            Ok(document) => document,
            Err(error) => return Reply::File(error),
        };
        let applied: Result<Applied, StoreError> = self
            .store
            .document_attach(cmd, Some(self.session()), case, &document)
            .await;
        Reply::Applied(applied)
    }
}
