//! The outside system, for want of one: in demo and training a delivered block is confirmed here,
//! by the same action by which a real port would report back. Lifting is left to a person, who
//! stands in for the port by the process's own action.

use uuid::Uuid;

use super::Worker;
use crate::process::engine::{self, Actor, Answers, Context};
use crate::store::StoreError;
use crate::store::case::Target;
use crate::store::rows::OutboxItem;

/// Others may change the case between our reading and our writing so many times.
const ATTEMPTS: usize = 5;

impl Worker {
    /// Confirms a block before its message is told sent: a crash in between repeats the message,
    /// and the confirmation is then refused as not asked for.
    pub(super) async fn confirm(&self, item: &OutboxItem) -> Result<(), StoreError> {
        if item.kind != "block" {
            return Ok(());
        }
        for _ in 0..ATTEMPTS {
            match self.confirm_once(item).await {
                Err(StoreError::Stale) => {}
                Err(StoreError::Refused(_)) => return Ok(()),
                other => return other,
            }
        }
        Ok(())
    }

    async fn confirm_once(&self, item: &OutboxItem) -> Result<(), StoreError> {
        let detail = self.store.case_detail(item.case_id).await?;
        let calendars = self.calendars().await?;
        let context = Context {
            now: self.store.legal_now().await?,
            actor: Actor::System,
            calendars: &calendars,
            command: Uuid::now_v7(),
        };
        let change = engine::step(&detail.facts, "block_confirmed", &Answers::new(), &context)
            .map_err(StoreError::Refused)?;
        let target = Target {
            case_id: item.case_id,
            fence: None,
            version: detail.row.version,
        };
        self.store
            .case_apply(context.command, None, target, &change)
            .await?;
        tracing::info!(case = item.case_no, "block confirmed in practice");
        Ok(())
    }
}
