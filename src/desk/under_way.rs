//! A command by key that is being written. What is typed after it waits for the answer, so that it
//! means the case that the answer brings; and a try without an answer keeps its command id.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::effect::{Call, Effect, Reply, Slot};
use super::world::World;
use crate::store::StoreError;
use crate::store::rows::{CaseId, CaseRow, Claim};

/// What is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderWay {
    /// Its command id.
    pub command: Uuid,
    /// What was sent.
    pub call: Call,
    /// The case it is about; `None` when the answer names it.
    pub case: Option<CaseId>,
    /// Its number, as it was on the screen.
    pub case_no: String,
    /// Whether the case of the answer is to be shown: not when the agent went back meanwhile.
    pub follow: bool,
}

/// Commands by key: one is under way at a time.
#[derive(Debug, Clone, Default)]
pub struct Keyed {
    now: Option<UnderWay>,
    unsure: Option<(Uuid, Call)>,
    session: Option<Uuid>,
    /// Whether the keys that waited were typed after a "next" that gave a case.
    pub after_next: bool,
}

impl Keyed {
    /// Whether an answer is waited for.
    pub fn is_under_way(&self) -> bool {
        self.now.is_some()
    }

    /// Write it, under the id of the last try when that was the same and had no answer. Nothing
    /// while another one is under way.
    pub fn write(
        &mut self,
        world: &mut World,
        call: Call,
        row: Option<&CaseRow>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if self.now.is_some() {
            return Vec::new();
        }
        let command = match self.unsure.take() {
            Some((command, sent)) if sent == call => command,
            _ => world.command(now),
        };
        let case = match &call {
            Call::Claim(case) => Some(*case),
            Call::Release(lease) => Some(lease.case_id),
            _ => None,
        };
        self.now = Some(UnderWay {
            command,
            call: call.clone(),
            case,
            case_no: row.map(|row| row.case_no.clone()).unwrap_or_default(),
            follow: true,
        });
        let ticket = world.ticket(Slot::Command(command), now);
        vec![Effect::Write(ticket, Box::new(call))]
    }

    /// The agent went back: the answer moves nothing on the screen any more.
    pub fn go_back(&mut self) {
        if let Some(under_way) = &mut self.now {
            under_way.follow = false;
        }
    }

    /// Its answer came: what it was.
    pub fn answered(&mut self, slot: Slot, reply: &Reply) -> Option<UnderWay> {
        let under_way = self
            .now
            .take_if(|under_way| Slot::Command(under_way.command) == slot)?;
        if let Some(StoreError::Offline(_)) = reply.error() {
            self.unsure = Some((under_way.command, under_way.call.clone()));
        }
        let is_granted = matches!(reply, Reply::Claimed(Ok(Claim::Granted { .. })));
        self.after_next = is_granted && matches!(under_way.call, Call::Next(_));
        Some(under_way)
    }

    /// A session is open: in a new one nothing of the old one is tried again.
    pub fn opened(&mut self, session: Uuid) {
        if self.session.replace(session) != Some(session) {
            self.unsure = None;
        }
    }
}
