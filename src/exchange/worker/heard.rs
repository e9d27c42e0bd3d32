//! What other systems tell the worker, over HTTP or as files: how an order stands, a customer's own
//! request, that a payment has changed. The same again is known and has no second effect.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::shared::Core;
use super::{Stop, Worker, pause};
use crate::exchange::import::intake::{Alone, Door};
use crate::exchange::import::report::{self, Taken};
use crate::exchange::incoming::{
    Directory, Handler, Incoming, Limits, Request, Server, Token, Verdict,
};
use crate::exchange::payment::PaymentId;
use crate::exchange::washing::updates;
use crate::process::engine::{Answer, Answers};
use crate::store::StoreError;

/// After so long an address that is taken is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// Name space of remarks on what could not be taken.
const LEFT_OUT: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0003);

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
        let alone = match taken {
            Ok(alone) => alone,
            Err(refused) => return Ok(Verdict::Refused(report::words(&refused, &self.texts))),
        };
        let is_known = alone.taken == Taken::Known;
        let left_out = alone.left_out.iter();
        let left_out: Vec<String> = left_out.map(|it| report::words(it, &self.texts)).collect();
        if !left_out.is_empty() {
            self.remark(&alone, request, &left_out).await?;
            return Ok(Verdict::TakenBut { is_known, left_out });
        }
        Ok(if is_known {
            Verdict::Known
        } else {
            Verdict::Taken
        })
    }

    /// Master data of a supplier: one of the list; the live case of its point hears of it within seconds.
    async fn updated(&self, update: &updates::Given) -> Result<Verdict, StoreError> {
        let update = match update.clone().shaped() {
            Ok(update) => update,
            Err(refused) => return Ok(Verdict::Refused(report::words(&refused, &self.texts))),
        };
        Ok(if updates::put(&self.store, &update).await? {
            Verdict::Taken
        } else {
            Verdict::Known
        })
    }

    /// Whoever works the case reads what it came without, and why; once, however often it comes.
    async fn remark(
        &self,
        alone: &Alone,
        request: &Request,
        left_out: &[String],
    ) -> Result<(), StoreError> {
        let action = match request.process.as_str() {
            "notification" => "installer_note",
            _ => "came_without",
        };
        let said = left_out.join("\n");
        let name = format!("{} {} {said}", alone.case_id.0, request.reference);
        let given = Answers::from([("note".to_owned(), Answer::Free(said))]);
        let command = Uuid::new_v5(&LEFT_OUT, name.as_bytes());
        self.tell(alone.case_id, action, &given, command).await?;
        Ok(())
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
