//! The register of signals, and the count that proposes a party (GT-06, GT-17).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::rows::CaseId;
use super::{Store, StoreError, ask, read};

/// Signals of one kind about one party in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalRow {
    /// First day of the month.
    pub month: NaiveDate,
    /// The party.
    pub party_gln: String,
    /// Its name.
    pub party: String,
    /// What was signalled; `unknown` where nobody said.
    pub signal_type: String,
    /// How many signals.
    pub signals: u64,
    /// In how many cases.
    pub cases: u64,
}

/// A party with so many like signals that it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OffenderDue {
    /// The party.
    pub party_gln: String,
    /// The kind of the signals.
    pub signal_type: String,
    /// How many of them no proposal froze yet.
    pub signals: u64,
    /// How far back was counted: local days, today included.
    pub days: u32,
    /// What they say, as it will be frozen (SHA-256).
    pub digest: String,
    /// Numbers of the cases, at most 50.
    pub cases: Vec<String>,
}

/// A signal as it was when a party was proposed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenSignal {
    /// Its number among them, from one.
    pub n: i32,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it was told.
    pub noted_at: DateTime<Utc>,
    /// What was signalled.
    pub signal_type: String,
    /// In which case.
    pub case_id: CaseId,
    /// Its number; empty in a queue of others.
    pub case_no: String,
    /// The event that tells it.
    pub seq: i32,
    /// What that event says, as a link of its chain.
    pub event_hash: String,
}

/// So many like signals in so many days propose a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenderRule {
    /// Signals.
    pub signals: i32,
    /// Days.
    pub days: i32,
}

/// Parties with signals in a period, and the count that proposes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalParties {
    /// So many like signals propose a party.
    pub threshold: u64,
    /// In so many days.
    pub days: u32,
    /// Those with most signals first, at most 500.
    pub parties: Vec<PartySignals>,
}

/// What was signalled about a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartySignals {
    /// The party.
    pub party_gln: String,
    /// Its name.
    pub party: String,
    /// How many signals.
    pub signals: u64,
    /// How many of each kind, most first.
    pub kinds: Vec<(String, u64)>,
    /// When the last of them came.
    pub last_at: DateTime<Utc>,
    /// The most like signals of today's window since it was proposed last: what is held against the
    /// threshold.
    pub alike: u64,
    /// The case of the joint operators about it that is open.
    pub proposal: Option<Proposal>,
}

/// An open case about a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub case_no: String,
    /// Where it stands.
    pub state: String,
}

/// A signal about a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalSeen {
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What was signalled.
    pub signal_type: String,
    /// In which case.
    pub case_id: CaseId,
    /// Its number.
    pub case_no: String,
    /// Its process.
    pub process: String,
    /// Where it stands.
    pub state: String,
    /// The event that tells it.
    pub seq: i32,
}

/// Where a signal stands in its list.
pub type SignalPlace = (DateTime<Utc>, CaseId, i32);

impl SignalSeen {
    /// Its place in the list.
    pub fn place(&self) -> SignalPlace {
        (self.received_at, self.case_id, self.seq)
    }
}

impl Store {
    /// Signals per month, party and kind, from a day on until before another.
    pub async fn signals_register(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<SignalRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.signals_register($1, $2)::text AS "r!""#,
            from,
            to
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Parties with signals from a day on until before another, those with most first.
    pub async fn signal_parties(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<SignalParties, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.signal_parties($1, $2)::text AS "r!""#,
            from,
            to
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Signals about a party from a day on until before another, the newest first, behind a place; at
    /// most 2,000 in one call.
    pub async fn signals_of_party(
        &self,
        gln: &str,
        (from, to): (NaiveDate, NaiveDate),
        after: Option<SignalPlace>,
        limit: u32,
    ) -> Result<Vec<SignalSeen>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.signals_of_party($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
            gln,
            from,
            to,
            after.map(|(at, ..)| at),
            after.map(|(_, case, _)| case.0),
            after.map(|(.., seq)| seq),
            limit.cast_signed()
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// All signals about a party from a day on until before another, read page by page.
    pub async fn signals_of_party_all(
        &self,
        gln: &str,
        period: (NaiveDate, NaiveDate),
    ) -> Result<Vec<SignalSeen>, StoreError> {
        let mut all: Vec<SignalSeen> = Vec::new();
        loop {
            let after = all.last().map(SignalSeen::place);
            let page = self.signals_of_party(gln, period, after, 2_000).await?;
            let is_last = page.len() < 2_000;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// The signals that are frozen behind a proposal, all of them.
    pub async fn offender_evidence(&self, case: CaseId) -> Result<Vec<FrozenSignal>, StoreError> {
        let mut all: Vec<FrozenSignal> = Vec::new();
        loop {
            let after = all.last().map_or(0, |signal| signal.n);
            let answer = ask(sqlx::query_scalar!(
                r#"SELECT loket_api.offender_evidence($1, $2)::text AS "r!""#,
                case.0,
                after
            )
            .fetch_one(&self.pool))
            .await?;
            let page: Vec<FrozenSignal> = read(answer)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// Parties to be proposed, those with most signals first. For the worker.
    pub async fn offenders_due(&self, limit: i32) -> Result<Vec<OffenderDue>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.offenders_due($1)::text AS "r!""#,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Reads the count that proposes, or sets what is given of it; for leads.
    pub async fn offender_rule(
        &self,
        signals: Option<i32>,
        days: Option<i32>,
    ) -> Result<OffenderRule, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.offender_rule($1, $2)::text AS "r!""#,
            signals,
            days
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
