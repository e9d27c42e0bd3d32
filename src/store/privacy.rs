//! Looking behind a mask: a command with a purpose, an event of the case (decision 21).

use uuid::Uuid;

use super::rows::{CaseId, Unmasked};
use super::{Store, StoreError, ask, read};

impl Store {
    /// Shows what is masked of the customer of a case, for one of
    /// [`UNMASK_PURPOSES`](super::rows::UNMASK_PURPOSES). The event keeps the purpose and nothing of
    /// what was seen; the version of the case stays.
    pub async fn case_unmask(
        &self,
        cmd: Uuid,
        session: Uuid,
        case_id: CaseId,
        purpose: &str,
    ) -> Result<Unmasked, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.unmask($1, $2, $3, $4)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            purpose
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
