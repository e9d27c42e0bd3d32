//! `loket wash go-live`: what is still different when the new system begins is closed, since from then
//! on the data of the grid company count (DW-A-5). Case by case, under the guards of the process; what
//! somebody works on is left, and named.

use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::cli::clerk::Clerk;
use crate::cli::{CliError, Ended, Shell};
use crate::process::engine::{self, Actor, Answer, Answers, Context};
use crate::process::field::Value;
use crate::process::wash::WASH;
use crate::store::StoreError;
use crate::store::case::Target;
use crate::store::rows::CaseId;
use crate::store::wash::AtGoLive;
use crate::text::refusal;

/// Name space of the commands that close a case at go-live.
const GO_LIVE: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0005);

/// Closes them all, or says what would be closed.
pub(super) async fn run(on: NaiveDate, dry_run: bool, shell: &Shell) -> Ended {
    let clerk = Clerk::enter(shell).await?;
    let now = clerk.store.legal_now().await?;
    let (mut after, mut done, mut left) = (0, 0_u64, 0_u64);
    loop {
        let found = clerk.store.wash_at_go_live(after).await?;
        let Some(last) = found.last() else { break };
        after = last.case_id;
        for one in &found {
            match close(&clerk, one, (on, now), dry_run, shell).await? {
                None => done += 1,
                Some(why) => {
                    left += 1;
                    let values = [("case_no", one.case_no.as_str()), ("why", &why)];
                    shell.tell("washing.stays_open", &values);
                }
            }
        }
    }
    let (done, said) = (done.to_string(), left.to_string());
    let key = if dry_run {
        "washing.would_close"
    } else {
        "washing.closed"
    };
    let values = [("done", done.as_str()), ("left", &said)];
    shell.say(&shell.texts.fill(key, &values));
    Ok(if left == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// Closes one; why not, where it stays open.
async fn close(
    clerk: &Clerk,
    one: &AtGoLive,
    (on, now): (NaiveDate, DateTime<Utc>),
    dry_run: bool,
    shell: &Shell,
) -> Result<Option<String>, CliError> {
    let texts = &shell.texts;
    if let Some(holder) = &one.holder {
        return Ok(Some(texts.fill("held.now", &[("holder", holder)])));
    }
    // the same case and day are the same command, however often it is tried
    let name = format!("{} {on} {}", one.case_id, one.version);
    let context = Context {
        now,
        actor: Actor::Lead,
        calendars: &clerk.calendars,
        command: Uuid::new_v5(&GO_LIVE, name.as_bytes()),
    };
    let day = Answer::Value(Value::Code(on.to_string()));
    let given = Answers::from([("go_live_on".to_owned(), day)]);
    let said = |refused: &engine::Refusal| {
        let zone = WASH.country.zone();
        refusal::said(texts, &refused.key, &refused.args, zone)
    };
    let change = match engine::step(&one.case, "go_live", &given, &context) {
        Ok(change) => change,
        Err(refused) => return Ok(Some(said(&refused))),
    };
    if dry_run {
        return Ok(None);
    }
    let target = Target {
        case_id: CaseId(one.case_id),
        fence: None,
        version: one.version,
    };
    let session = Some(clerk.session.session_id);
    let applied = clerk
        .store
        .case_apply(context.command, session, target, &change);
    match applied.await {
        Ok(_) => Ok(None),
        Err(StoreError::Stale) => Ok(Some(texts.say("bulk.changed"))),
        Err(StoreError::Refused(refused)) => Ok(Some(said(&refused))),
        Err(error) => Err(error.into()),
    }
}
