//! What follows from a run when nobody looks: cases of deviations that are gone are closed as soon as
//! nobody holds them. The importer does it at its end, the worker from then on.

use uuid::Uuid;

use crate::domain::calendar::Calendars;
use crate::process::engine::{self, Actor, Answer, Answers, Context};
use crate::process::field::Value;
use crate::store::case::Target;
use crate::store::rows::CaseId;
use crate::store::wash::Closing;
use crate::store::{Store, StoreError};

/// Closes them, each by the action of the process with the reference of the newer file; gives how
/// many. A case that somebody took in this moment is left for the next time.
pub async fn close_gone(store: &Store) -> Result<u64, StoreError> {
    let (mut after, mut done) = (0, 0);
    let calendars = store.calendars().await?;
    loop {
        let found = store.wash_closing(after).await?;
        let Some(last) = found.last() else {
            return Ok(done);
        };
        after = last.finding_id;
        for one in &found {
            done += u64::from(close(store, &calendars, one).await?);
        }
    }
}

async fn close(store: &Store, calendars: &Calendars, one: &Closing) -> Result<bool, StoreError> {
    // the same finding and file are the same command, however often it is tried
    let name = format!("{}/{}/{}", one.finding_id, one.file_ref, one.version);
    let context = Context {
        now: store.legal_now().await?,
        actor: Actor::System,
        calendars,
        command: Uuid::new_v5(&GONE, name.as_bytes()),
    };
    let file = Answer::Value(Value::Code(one.file_ref.clone()));
    let given = Answers::from([("clean_file".to_owned(), file)]);
    let change = match engine::step(&one.case, "gone", &given, &context) {
        Ok(change) => change,
        Err(refusal) => {
            tracing::warn!(
                case = one.case_id,
                refusal = refusal.key,
                "cannot be closed"
            );
            return Ok(false);
        }
    };
    let target = Target {
        case_id: CaseId(one.case_id),
        fence: None,
        version: one.version,
    };
    match store
        .case_apply(context.command, None, target, &change)
        .await
    {
        Ok(_) => Ok(true),
        // the importer and a worker look in the same moment
        Err(StoreError::Stale | StoreError::Reused) => Ok(false),
        Err(StoreError::Refused(refusal)) => {
            tracing::warn!(case = one.case_id, refusal = refusal.key, "not closed");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Name space of the commands that close cases of deviations that are gone.
const GONE: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0004);
