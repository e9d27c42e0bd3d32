//! Idle leases: what nobody worked on for half an hour of opening time goes back to the pool
//! (decision 4). The database says which leases were silent for so long by the wall clock; the
//! calendars here say whether the desk was open meanwhile; the database ends a lease only if nothing
//! was done by it since.

use super::Worker;
use crate::domain::idle::{self, Idle, RELEASE_AFTER};
use crate::store::StoreError;
use crate::store::rows::{IdleLease, Lease};

impl Worker {
    /// Ends the leases that are idle for too long. Gives how many.
    pub(super) async fn expire_idle(&self) -> Result<u64, StoreError> {
        let minutes = i32::try_from(RELEASE_AFTER.num_minutes()).unwrap_or(i32::MAX);
        let calendars = self.calendars().await?;
        let (mut ended, mut after) = (0, None::<IdleLease>);
        loop {
            let page = self.store.leases_idle(minutes, after.as_ref()).await?;
            let Some(last) = page.leases.last().cloned() else {
                break;
            };
            for lease in &page.leases {
                let calendar = calendars.get(lease.country);
                if idle::state(lease.worked_at, page.now, calendar) == Idle::Over {
                    ended += u64::from(self.expire(lease).await?);
                }
            }
            after = Some(last);
        }
        if ended > 0 {
            tracing::info!(ended, "idle leases went back to the pool");
        }
        Ok(ended)
    }

    async fn expire(&self, idle: &IdleLease) -> Result<bool, StoreError> {
        let lease = Lease::new(idle.case_id, idle.fence);
        match self.store.lease_expire(lease, idle.worked_at).await {
            // somebody works on the case in this moment: the next round sees what became of it
            Err(StoreError::Stale) => Ok(false),
            other => other,
        }
    }
}
