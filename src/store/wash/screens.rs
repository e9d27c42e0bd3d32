//! What the screens of the data wash ask: clusters, the findings of one, updates that wait. Bounded,
//! like all reading.

use super::AtGoLive;
use crate::store::rows::{ClusterFindings, ClusterPage, WaitingUpdates};
use crate::store::{Store, StoreError, ask, read};

/// How many clusters are read at once.
const CLUSTERS: i32 = 100;
/// How many findings of a cluster are read at once.
const FINDINGS: i32 = 50;
/// How many updates are read at once.
const UPDATES: i32 = 50;

impl Store {
    /// A page of clusters behind that place: how many findings, and the pattern.
    pub async fn wash_clusters(
        &self,
        after: Option<(i64, &str)>,
    ) -> Result<ClusterPage, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_clusters($1, $2, $3)::text AS "r!""#,
            after.map(|(n, _)| n),
            after.map(|(_, pattern)| pattern),
            CLUSTERS
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A page of the findings of a cluster, behind one of them; 0 is the beginning.
    pub async fn wash_cluster(
        &self,
        pattern: &str,
        after: i64,
    ) -> Result<ClusterFindings, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_cluster($1, $2, $3)::text AS "r!""#,
            pattern,
            after,
            FINDINGS
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Live cases of differences, behind one of them, for the closing at go-live; at most 100.
    pub async fn wash_at_go_live(&self, after: i64) -> Result<Vec<AtGoLive>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_at_go_live($1, 100)::text AS "r!""#,
            after
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// A page of the updates that wait, behind one of them; 0 is the beginning.
    pub async fn wash_updates_waiting(&self, after: i64) -> Result<WaitingUpdates, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.wash_updates_waiting($1, $2)::text AS "r!""#,
            after,
            UPDATES
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
