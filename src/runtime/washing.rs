//! What the desk asks of the data wash.

use super::calls::Caller;
use crate::desk::Reply;
use crate::desk::registers::Answer;
use crate::store::StoreError;
use crate::store::rows::{CaseId, ClusterFindings, ClusterPage, WaitingUpdates};

impl Caller {
    /// A page of clusters.
    pub(super) async fn clusters(
        &self,
        after: Option<&(i64, String)>,
    ) -> Result<Box<ClusterPage>, StoreError> {
        let after = after.map(|(n, pattern)| (*n, pattern.as_str()));
        self.store.wash_clusters(after).await.map(Box::new)
    }

    /// A page of the findings of one.
    pub(super) async fn one(
        &self,
        pattern: &str,
        after: i64,
    ) -> Result<Box<ClusterFindings>, StoreError> {
        let found = self.store.wash_cluster(pattern, after).await;
        found.map(Box::new)
    }

    /// A page of updates that wait.
    pub(super) async fn updates(&self, after: i64) -> Result<Box<WaitingUpdates>, StoreError> {
        self.store.wash_updates_waiting(after).await.map(Box::new)
    }

    /// What the registers say of a case.
    pub(super) async fn registers(&self, case: CaseId) -> Result<Box<Answer>, StoreError> {
        self.sources
            .registers(&self.store, case)
            .await
            .map(Box::new)
    }

    /// An update ends.
    pub(super) async fn ended(&self, id: i64, approve: bool, why: Option<&str>) -> Reply {
        Reply::Set(self.store.wash_update_end(id, approve, why).await)
    }
}
