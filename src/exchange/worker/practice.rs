//! The outside systems, for want of them: in demo and training a delivered block is confirmed here,
//! and a delivered order acknowledged, by the same actions by which the real ones would report back.
//! Lifting, and what the technician does, is left to a person, who stands in by the process's own
//! actions.

use super::Worker;
use super::outside::Payments;
use super::pay::id_of;
use super::shared::{codes, derived};
use crate::exchange::payment::Service;
use crate::exchange::payment::practice::Told;
use crate::store::StoreError;
use crate::store::rows::{CaseId, OutboxItem};

impl Worker {
    /// What becomes of the open payment of a case, where payments are those of practice; the next
    /// round finds it. `false` when there is none.
    pub async fn practise_payment(&self, case_id: CaseId, told: Told) -> Result<bool, StoreError> {
        let Some(Payments {
            service: Service::Practice(practice),
            ..
        }) = &self.core.outside.payments
        else {
            return Ok(false);
        };
        let last = self.store.payment_last(case_id).await?;
        let id = last.as_ref().and_then(|payment| id_of(payment).ok());
        let now = self.store.legal_now().await?;
        Ok(id.is_some_and(|id| practice.tell(&id, told, now).is_ok()))
    }

    /// Confirms before the message is told sent: a crash in between repeats the message, and the
    /// confirmation is then known.
    pub(super) async fn confirm(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let (action, given) = match item.kind.as_str() {
            "block" => ("block_confirmed", &[][..]),
            "order_domain" | "order_change_domain" => ("domain_ack", &[][..]),
            "order_gsa" | "order_change_gsa" => ("gsa_ack", &[][..]),
            "order_installation" => ("work_status", &[("gsa_state", "created")][..]),
            _ => return Ok(()),
        };
        let command = derived(item.idem_key, "practice");
        self.core
            .tell(item.case_id, action, &codes(given), command)
            .await?;
        tracing::info!(case = item.case_no, action, "in practice");
        Ok(())
    }
}
