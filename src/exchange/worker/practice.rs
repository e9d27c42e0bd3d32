//! The outside systems, for want of them: in demo and training a delivered block is confirmed here,
//! and a delivered order acknowledged, by the same actions by which the real ones would report back.
//! Lifting, and what the technician does, is left to a person, who stands in by the process's own
//! actions.

use super::Worker;
use super::shared::{codes, derived};
use crate::store::StoreError;
use crate::store::rows::OutboxItem;

impl Worker {
    /// Confirms before the message is told sent: a crash in between repeats the message, and the
    /// confirmation is then known.
    pub(super) async fn confirm(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let action = match item.kind.as_str() {
            "block" => "block_confirmed",
            "order_domain" | "order_change_domain" => "domain_ack",
            "order_gsa" | "order_change_gsa" => "gsa_ack",
            _ => return Ok(()),
        };
        let command = derived(item.idem_key, "practice");
        self.core
            .tell(item.case_id, action, &codes(&[]), command)
            .await?;
        tracing::info!(case = item.case_no, action, "in practice");
        Ok(())
    }
}
