//! Reading: lists, one case, search. Bounded, and filtered by queue in the database.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::rows::{
    CaseDetail, CaseId, CaseRow, Colleague, ConnectionCard, InboxPage, InboxView, PAGE_MOST,
    PageKey, PartyCard, SearchHit, TimelineRow, WorkState,
};
use super::{Store, StoreError, ask, read};
use crate::domain::calendar::{Calendar, CalendarError, Calendars};

/// What a form for a new case looks up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LookUp {
    /// The connection of that metering point.
    pub connection: Option<ConnectionCard>,
    /// The party of that number.
    pub party: Option<PartyCard>,
    /// The customer who has the grid contract today.
    pub customer_ref: Option<String>,
}

/// A market party to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PartyChoice {
    /// GLN.
    pub gln: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
}

/// A connection to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ConnectionChoice {
    /// Metering point.
    pub ean: String,
    /// Electricity or gas: `E`, `G`.
    pub product: String,
    /// Street, number, postcode, city.
    pub address: String,
}

/// A customer that a field may mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CustomerChoice {
    /// Reference.
    pub customer_ref: String,
    /// Name of the person or the firm.
    pub name: String,
    /// Street, number, postcode, city.
    pub address: String,
}

fn bug(error: &CalendarError) -> StoreError {
    StoreError::Bug(error.to_string())
}

impl WorkState {
    /// The word used in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Closed => "closed",
        }
    }
}

impl Store {
    /// One page of a list, after that place; at most [`PAGE_MOST`] rows.
    pub async fn inbox(
        &self,
        view: &InboxView,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<InboxPage, StoreError> {
        let after = after.unwrap_or(PageKey {
            work: WorkState::Open,
            sort_at: DateTime::<Utc>::UNIX_EPOCH,
            case_id: CaseId(0),
        });
        let queue = match view {
            InboxView::Queue(queue_id) => Some(*queue_id),
            InboxView::Mine => None,
        };
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.inbox($1, $2, $3, $4, $5)::text AS "r!""#,
            queue,
            after.work.word(),
            after.sort_at,
            after.case_id.0,
            limit.min(PAGE_MOST).cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// These rows as they are now; those that are not visible any more are absent.
    pub async fn rows(&self, case_ids: &[CaseId]) -> Result<Vec<CaseRow>, StoreError> {
        let ids: Vec<i64> = case_ids.iter().map(|id| id.0).collect();
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.rows_of($1)::text AS "r!""#,
            &ids
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// All that the panes show of one case.
    pub async fn case_detail(&self, case_id: CaseId) -> Result<CaseDetail, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.case_detail($1)::text AS "r!""#,
            case_id.0
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The case of that number, in either case of letters.
    pub async fn case_by_number(&self, case_no: &str) -> Result<Option<CaseId>, StoreError> {
        let found = ask(
            sqlx::query_scalar!("SELECT loket_api.case_by_number($1)", case_no)
                .fetch_one(&self.pool),
        )
        .await?;
        Ok(found.map(CaseId))
    }

    /// Events of a case, newest first, before that number in the chain.
    pub async fn timeline(
        &self,
        case_id: CaseId,
        before_seq: Option<i32>,
        limit: u32,
    ) -> Result<Vec<TimelineRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.timeline($1, $2, $3)::text AS "r!""#,
            case_id.0,
            before_seq,
            limit.min(500).cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Exact first (EAN, case number, address, reference, meter), then free text of three
    /// characters or more.
    pub async fn search(&self, text: &str, limit: u32) -> Result<Vec<SearchHit>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.search($1, $2)::text AS "r!""#,
            text,
            limit.min(200).cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Colleagues of the same queues.
    pub async fn colleagues(&self) -> Result<Vec<Colleague>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.colleagues()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// What a form for a new case looks up while it is filled.
    pub async fn look_up(&self, ean: &str, gln: &str) -> Result<LookUp, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.look_up($1, $2)::text AS "r!""#,
            ean,
            gln
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Suppliers and service providers whose name or number begins like this.
    pub async fn parties_like(&self, text: &str) -> Result<Vec<PartyChoice>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.parties_like($1, 20)::text AS "r!""#,
            text
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Connections by postcode and house number, or by the first digits of the metering point.
    pub async fn connections_like(&self, text: &str) -> Result<Vec<ConnectionChoice>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.connections_like($1, 20)::text AS "r!""#,
            text
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Customers by postcode and house number; no protected ones.
    pub async fn customers_like(&self, text: &str) -> Result<Vec<CustomerChoice>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.customers_like($1, 20)::text AS "r!""#,
            text
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// All versions of all calendars.
    pub async fn calendars(&self) -> Result<Calendars, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.calendars()::text AS "r!""#)
                .fetch_one(&self.pool),
        )
        .await?;
        let versions: Vec<Calendar> = read(answer)?;
        let mut calendars = Calendars::builtin().map_err(|error| bug(&error))?;
        for calendar in versions {
            calendars.insert(calendar).map_err(|error| bug(&error))?;
        }
        Ok(calendars)
    }
}
