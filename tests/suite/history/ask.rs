//! What an agent can ask of the database, as a value, so that it can be asked again.

use loket::process::engine::Change;
use loket::store::case::Target;
use loket::store::rows::{Applied, CaseId, Claim, Lease};
use loket::store::{Store, StoreError};
use uuid::Uuid;

use super::record::{Call, Told};

#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Next,
    Claim(CaseId),
    Release(Lease),
    HandOver(Lease, Option<i32>),
    Reassign(CaseId, Option<i32>),
    /// Gives back what "next" proposed.
    Skip(Lease),
    TakeOver(CaseId),
    /// What that event did.
    TakeBack(CaseId, i32),
    Apply {
        case: CaseId,
        fence: Option<i64>,
        version: i32,
        change: Box<Change>,
    },
}

impl Ask {
    /// Asks once.
    pub(crate) async fn of(&self, store: &Store, cmd: Uuid, session: Option<Uuid>) -> Told {
        // what only people do is never asked without a session
        let seat = session.unwrap_or_default();
        match self {
            Self::Next => claimed(store.claim_next(cmd, seat, None).await),
            Self::Claim(case) => claimed(store.case_claim(cmd, seat, *case).await),
            Self::Release(lease) => applied(store.case_release(cmd, seat, *lease).await),
            Self::HandOver(lease, to) => {
                let line = "the customer rings again";
                applied(store.case_hand_over(cmd, seat, *lease, *to, line).await)
            }
            Self::Reassign(case, to) => {
                applied(store.case_reassign(cmd, seat, *case, *to, "at lunch").await)
            }
            Self::Skip(lease) => {
                let reason = "not_my_skill";
                applied(store.case_skip(cmd, seat, *lease, reason, None).await)
            }
            Self::TakeOver(case) => {
                claimed(store.case_take_over(cmd, seat, *case, "rings me").await)
            }
            Self::TakeBack(case, seq) => {
                applied(store.case_take_back(cmd, seat, *case, *seq).await)
            }
            Self::Apply {
                case,
                fence,
                version,
                change,
            } => {
                let target = Target {
                    case_id: *case,
                    fence: *fence,
                    version: *version,
                };
                applied(store.case_apply(cmd, session, target, change).await)
            }
        }
    }

    /// What the recorder takes down of it.
    pub(crate) fn call(&self, client: &str, agent: i32, cmd: Uuid, session: Option<Uuid>) -> Call {
        let (op, case, fence, version) = match self {
            Self::Next => ("next".into(), None, None, None),
            Self::Claim(case) => ("claim".into(), Some(case.0), None, None),
            Self::Release(lease) => lease_of("release", lease),
            Self::HandOver(lease, _) => lease_of("hand_over", lease),
            Self::Reassign(case, _) => ("reassign".into(), Some(case.0), None, None),
            Self::Skip(lease) => lease_of("skip", lease),
            Self::TakeOver(case) => ("take_over".into(), Some(case.0), None, None),
            Self::TakeBack(case, _) => ("take_back".into(), Some(case.0), None, None),
            Self::Apply {
                case,
                fence,
                version,
                change,
            } => (change.action.clone(), Some(case.0), *fence, Some(*version)),
        };
        Call {
            client: client.to_owned(),
            agent,
            session,
            cmd,
            op,
            case,
            fence,
            version,
            tries: Vec::new(),
        }
    }
}

fn lease_of(op: &str, lease: &Lease) -> (String, Option<i64>, Option<i64>, Option<i32>) {
    (
        op.to_owned(),
        Some(lease.case_id.0),
        Some(lease.fence),
        None,
    )
}

fn claimed(result: Result<Claim, StoreError>) -> Told {
    match result {
        Ok(Claim::Granted { lease, version, .. }) => Told::Granted {
            case: lease.case_id.0,
            fence: lease.fence,
            version,
        },
        Ok(Claim::Taken { .. }) => Told::Taken,
        Ok(Claim::Closed) => Told::Closed,
        Ok(other) => Told::No(format!("{other:?}")),
        Err(error) => refused(&error),
    }
}

fn applied(result: Result<Applied, StoreError>) -> Told {
    match result {
        Ok(applied) => Told::Applied {
            version: applied.version,
            fence: applied.lease.map(|lease| lease.fence),
        },
        Err(error) => refused(&error),
    }
}

/// A refusal, or no answer.
pub(crate) fn refused(error: &StoreError) -> Told {
    match error {
        StoreError::Offline(why) => Told::Unknown(why.clone()),
        StoreError::Stale => Told::Stale,
        StoreError::LeaseLost { .. } => Told::LeaseLost,
        StoreError::SessionLost => Told::SessionLost,
        StoreError::Refused(refusal) => Told::No(refusal.key.clone()),
        other => Told::Bug(format!("{other:?}")),
    }
}
