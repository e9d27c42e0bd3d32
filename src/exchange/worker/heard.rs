//! What other systems tell the worker, over HTTP or as files: how an order stands, a customer's own
//! request, that a payment has changed. The same again is known and has no second effect.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::shared::{Core, Told, codes};
use super::{Stop, Worker, pause};
use crate::exchange::import::intake::Door;
use crate::exchange::import::report::{self, Taken};
use crate::exchange::incoming::{
    Acknowledgement, Directory, Handler, Incoming, Limits, OrderStatus, Request, Server, Token,
    Verdict,
};
use crate::exchange::outbox::orders;
use crate::exchange::payment::PaymentId;
use crate::exchange::washing::updates;
use crate::process::engine::{Answer, Answers, Refusal};
use crate::process::message::{self, Addressee};
use crate::store::StoreError;
use crate::store::rows::{CaseDetail, CaseId, MessageRow};

/// After so long an address that is taken is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// Name space of acknowledgements.
const ACKNOWLEDGED: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0002);
/// Why an order was not carried out; another word is a remark to `other`.
const REASONS: &[&str] = &["not_home", "unsafe", "infeasible", "other"];

/// What means nothing about a visit of before.
const SUPERSEDED: [&str; 2] = ["gsa_not_done", "gsa_status"];
/// What plans a visit.
const PLANS: [&str; 2] = ["slot_chosen", "replan"];
/// So many events are looked through for the plan.
const EVENTS: u32 = 200;

/// What an acknowledgement means for a case.
#[derive(Debug)]
enum Meaning {
    /// This action, with these answers.
    Action(&'static str, Answers),
    /// Nothing is to be done: an order that was taken back is acknowledged.
    Nothing,
    /// It is not about an order of ours, or says what such an order cannot be.
    Wrong(&'static str),
}

impl Worker {
    /// Listens where the settings say so, until told to stop.
    pub(super) async fn listen(&self, mut stop: Stop) -> Result<(), StoreError> {
        let (texts, listening) = (&self.core.texts, &self.core.outside.listening);
        let mut tasks = Vec::new();
        if let Some(endpoint) = listening.endpoint.clone() {
            let core = Arc::clone(&self.core);
            tasks.push(tokio::spawn(serve(core, endpoint, stop.clone())));
        }
        if let Some(path) = &listening.directory {
            match Directory::open(path, texts.clone()) {
                Ok(directory) => tasks.push(tokio::spawn(
                    directory.run(Arc::clone(&self.core), stop.clone()),
                )),
                Err(error) => tracing::error!(%error, "the directory of incoming files"),
            }
        }
        let _ = stop.wait_for(|stop| *stop).await;
        for task in tasks {
            let _ = task.await;
        }
        Ok(())
    }

    /// Takes the files that are there now.
    pub(super) async fn look_in(&self) {
        let Some(path) = &self.core.outside.listening.directory else {
            return;
        };
        let looked = match Directory::open(path, self.core.texts.clone()) {
            Ok(directory) => directory.look(self.core.as_ref()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = looked {
            tracing::error!(%error, "the directory of incoming files");
        }
    }
}

impl Handler for Core {
    async fn take(&self, incoming: Incoming) -> Verdict {
        let taken = match incoming {
            Incoming::Payment(id) => self.take_payment(&id).await,
            Incoming::Acknowledgement(told) => self.acknowledged(&told).await,
            Incoming::Request(request) => self.requested(&request).await,
            Incoming::Update(update) => self.updated(&update).await,
        };
        taken.unwrap_or_else(|error| match error {
            // asking again would not change it
            StoreError::Bug(error) => {
                tracing::error!(%error, "what came in cannot be taken");
                Verdict::Refused(self.texts.get("incoming.cannot_be_taken").into())
            }
            error => {
                tracing::warn!(%error, "what came in must wait");
                Verdict::Later
            }
        })
    }
}

impl Core {
    async fn take_payment(&self, id: &PaymentId) -> Result<Verdict, StoreError> {
        let Some(payments) = &self.outside.payments else {
            return Ok(Verdict::Refused(
                self.texts.get("outbox.no_payments").into(),
            ));
        };
        Ok(match self.fetch(payments, id).await? {
            Err(trouble) if trouble.passes() => Verdict::Later,
            _ => Verdict::Taken,
        })
    }

    async fn acknowledged(&self, told: &Acknowledgement) -> Result<Verdict, StoreError> {
        let Some(case_id) = self.store.case_by_number(&told.case_no).await? else {
            return Ok(self.refused("no_case", &told.case_no));
        };
        match meaning(told) {
            Meaning::Wrong(key) => Ok(self.refused(key, &told.kind)),
            Meaning::Nothing => Ok(Verdict::Taken),
            Meaning::Action(action, given) => {
                if SUPERSEDED.contains(&action) && self.is_of_before(case_id, told).await? {
                    let case = told.case_no.as_str();
                    tracing::info!(case, action, "about a visit that was planned anew since");
                    return Ok(Verdict::Known);
                }
                let command = command_of(told);
                match self.tell(case_id, action, &given, command).await? {
                    Told::Now => Ok(Verdict::Taken),
                    Told::Before => Ok(Verdict::Known),
                    Told::Refused(refusal) => self.not_taken(case_id, action, &refusal).await,
                }
            }
        }
    }

    /// Whether it is about a visit of before: the order that it names was changed since, or it is
    /// older than the plan. What was done was done, whichever visit it was.
    async fn is_of_before(
        &self,
        case_id: CaseId,
        told: &Acknowledgement,
    ) -> Result<bool, StoreError> {
        if let Some(key) = &told.key {
            let detail = self.store.case_detail(case_id).await?;
            return Ok(current_order(&detail).is_some_and(|current| current != *key));
        }
        let events = self.store.timeline(case_id, None, EVENTS).await?;
        let planned = events.iter().find(|it| PLANS.contains(&it.kind.as_str()));
        Ok(planned.is_some_and(|it| told.at < it.at))
    }

    /// What the technician did is not lost because the other system has not acknowledged yet: the
    /// sender keeps it until both have.
    async fn not_taken(
        &self,
        case_id: CaseId,
        action: &str,
        refusal: &Refusal,
    ) -> Result<Verdict, StoreError> {
        let detail = self.store.case_detail(case_id).await?;
        let comes_early = matches!(action, "gsa_done" | "gsa_not_done")
            && detail.facts.state == "confirmed"
            && refusal.key == "not_in_state";
        Ok(if comes_early {
            Verdict::Later
        } else {
            Verdict::Refused(self.words(refusal))
        })
    }

    /// A customer's own request becomes a case as a line of a file would.
    async fn requested(&self, request: &Request) -> Result<Verdict, StoreError> {
        let (store, line) = (self.store.clone(), request.line.clone());
        let lists = self.outside.lists.clone();
        let runtime = tokio::runtime::Handle::current();
        // what the importer waits for cannot move between threads
        let taken = tokio::task::spawn_blocking(move || {
            runtime.block_on(async {
                let door = Door::open(&store).await?;
                door.with_lists(lists).one(&line).await
            })
        });
        let taken = taken.await;
        let taken = taken.map_err(|error| StoreError::Bug(error.to_string()))??;
        Ok(match taken {
            Ok(Taken::Known) => Verdict::Known,
            Ok(_) => Verdict::Taken,
            Err(refused) => Verdict::Refused(report::words(&refused, &self.texts)),
        })
    }

    /// Master data of a supplier: one of the list, and told to the live case of its point.
    async fn updated(&self, update: &updates::Given) -> Result<Verdict, StoreError> {
        let (is_new, _) = updates::put(&self.store, update).await?;
        Ok(if is_new {
            Verdict::Taken
        } else {
            Verdict::Known
        })
    }

    fn refused(&self, key: &str, value: &str) -> Verdict {
        let values = [("value", value)];
        Verdict::Refused(self.texts.fill(&format!("incoming.{key}"), &values))
    }
}

/// Listens as soon as the address is free: the worker before us may still be at its last requests.
async fn serve(core: Arc<Core>, (address, token): (SocketAddr, Token), mut stop: Stop) {
    loop {
        let (token, texts) = (token.clone(), core.texts.clone());
        match Server::bind(address, token, Limits::default(), texts).await {
            Ok(server) => {
                tracing::info!(%address, "listening");
                return server.run(core, stop).await;
            }
            Err(error) => tracing::error!(%address, %error, "cannot listen there"),
        }
        if pause(&mut stop, AGAIN).await {
            return;
        }
    }
}

/// The same acknowledgement is the same command; another visit under the same order has another
/// instant.
fn command_of(told: &Acknowledgement) -> Uuid {
    let name = format!(
        "{} {} {} {:?} {}",
        told.case_no,
        told.kind,
        told.reference,
        told.status,
        told.at.timestamp_micros()
    );
    Uuid::new_v5(&ACKNOWLEDGED, name.as_bytes())
}

fn meaning(told: &Acknowledgement) -> Meaning {
    let to = message::find(&told.kind).map(|message| message.to);
    // what is taken back, and the work at an installation, has no step of its own in the case
    let cancels = told.kind.starts_with("order_cancel") || told.kind == "order_installation";
    match (to, told.status) {
        (Some(Addressee::Domain | Addressee::WorkOrders), _) if cancels => Meaning::Nothing,
        (Some(Addressee::Domain), OrderStatus::Created | OrderStatus::Done) => {
            Meaning::Action("domain_ack", Answers::new())
        }
        (Some(Addressee::Domain), _) => Meaning::Wrong("not_of_domain"),
        (Some(Addressee::WorkOrders), OrderStatus::Created) => {
            Meaning::Action("gsa_ack", Answers::new())
        }
        (Some(Addressee::WorkOrders), OrderStatus::Planned) => state("planned"),
        (Some(Addressee::WorkOrders), OrderStatus::OnSite) => state("on_site"),
        (Some(Addressee::WorkOrders), OrderStatus::Done) => {
            Meaning::Action("gsa_done", Answers::new())
        }
        (Some(Addressee::WorkOrders), OrderStatus::NotDone) => {
            Meaning::Action("gsa_not_done", not_done(told.reason.as_deref()))
        }
        _ => Meaning::Wrong("no_order"),
    }
}

/// The key of the order that counts for the technicians: the latest that was sent.
fn current_order(detail: &CaseDetail) -> Option<String> {
    let of_gsa = |it: &&MessageRow| matches!(&*it.kind, "order_gsa" | "order_change_gsa");
    let last = detail.messages.iter().filter(of_gsa);
    let last = last.max_by_key(|it| it.outbox_id)?;
    let id = orders::id(&detail.row.case_no, &detail.facts.facts);
    Some(orders::key(&last.kind, &id, last.outbox_id))
}

fn state(word: &str) -> Meaning {
    Meaning::Action("gsa_status", codes(&[("gsa_state", word)]))
}

/// One of the agreed words; what else is said is a remark.
fn not_done(reason: Option<&str>) -> Answers {
    let reason = reason.unwrap_or("other");
    if let Some(known) = REASONS.iter().find(|known| **known == reason) {
        return codes(&[("not_done_reason", *known)]);
    }
    let mut given = codes(&[("not_done_reason", "other")]);
    given.insert("note".to_owned(), Answer::Free(reason.to_owned()));
    given
}
