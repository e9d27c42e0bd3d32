//! What follows from a run when nobody looks: cases of deviations that are gone are closed as soon as
//! nobody holds them, and those that wait for the next wash are led on. The importer does it at its
//! end, the worker from then on.

use uuid::Uuid;

use crate::domain::calendar::Calendars;
use crate::process::engine::{self, Actor, Answer, Answers, CaseFacts, Context};
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
    let said = Said {
        action: "gone",
        // the same finding and file are the same command, however often it is tried
        name: format!("{}/{}/{}", one.finding_id, one.file_ref, one.version),
        file: Some(("clean_file", &one.file_ref)),
    };
    tell(
        store,
        calendars,
        (one.case_id, one.version, &one.case),
        said,
    )
    .await
}

/// Leads on those that wait for the next wash: a run that came has their deviation still, or none
/// came for too long, and a person goes on. Gives how many.
pub async fn lead_on(store: &Store) -> Result<u64, StoreError> {
    let (mut after, mut done) = (0, 0);
    let calendars = store.calendars().await?;
    loop {
        let found = store.wash_awaited(after).await?;
        let Some(last) = found.last() else {
            return Ok(done);
        };
        after = last.case_id;
        for one in &found {
            let file = one.file_ref.as_deref();
            let said = Said {
                action: file.map_or("no_wash_came", |_| "still_found"),
                name: format!("awaited/{}/{}", one.case_id, one.version),
                file: file.map(|file| ("still_in_file", file)),
            };
            let case = (one.case_id, one.version, &one.case);
            done += u64::from(tell(store, &calendars, case, said).await?);
        }
    }
}

/// What a case is told by a run.
struct Said<'a> {
    action: &'a str,
    /// The same name is the same command.
    name: String,
    /// The field that takes the file, and its reference.
    file: Option<(&'a str, &'a str)>,
}

async fn tell(
    store: &Store,
    calendars: &Calendars,
    (case_id, version, case): (i64, i32, &CaseFacts),
    said: Said<'_>,
) -> Result<bool, StoreError> {
    let context = Context {
        now: store.legal_now().await?,
        actor: Actor::System,
        calendars,
        command: Uuid::new_v5(&GONE, said.name.as_bytes()),
    };
    let file = said.file.into_iter();
    let value = |file: &str| Answer::Value(Value::Code(file.to_owned()));
    let given: Answers = file
        .map(|(field, file)| (field.to_owned(), value(file)))
        .collect();
    let action = said.action;
    let change = match engine::step(case, action, &given, &context) {
        Ok(change) => change,
        Err(refusal) => {
            tracing::warn!(case_id, action, refusal = refusal.key, "not possible");
            return Ok(false);
        }
    };
    let target = Target {
        case_id: CaseId(case_id),
        fence: None,
        version,
    };
    match store
        .case_apply(context.command, None, target, &change)
        .await
    {
        Ok(_) => Ok(true),
        // the importer and a worker look in the same moment
        Err(StoreError::Stale | StoreError::Reused) => Ok(false),
        Err(StoreError::Refused(refusal)) => {
            tracing::warn!(case_id, action, refusal = refusal.key, "not done");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Name space of the commands that follow from a run.
const GONE: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0004);
