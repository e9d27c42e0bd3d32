//! `loket wash updates …`: master data that suppliers sent (DW-BAS-12).

use std::process::ExitCode;

use super::{UpdateVerb, wash_error};
use crate::cli::{CliError, Ended, Shell};
use crate::exchange::washing::updates;

pub(super) async fn run(verb: Option<&UpdateVerb>, shell: &Shell) -> Ended {
    let store = shell.store()?;
    match verb {
        Some(UpdateVerb::Read { file }) => {
            let taken = updates::read(&store, file).await.map_err(wash_error)?;
            for row in taken.left_out.iter().take(100) {
                crate::cli::bring::tell(file, row, &shell.texts);
            }
            let values = [
                ("new", taken.new.to_string()),
                ("known", taken.known.to_string()),
                ("cases", taken.cases.to_string()),
            ];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            shell.say(&shell.texts.fill("washing.updates", &values));
            let some = taken.left_out_count > 0;
            return Ok(if some {
                ExitCode::from(3)
            } else {
                ExitCode::SUCCESS
            });
        }
        Some(UpdateVerb::Approve { id }) => store.wash_update_end(*id, true, None).await?,
        Some(UpdateVerb::Reject { id, reason }) => {
            store.wash_update_end(*id, false, Some(reason)).await?;
        }
        Some(UpdateVerb::List { all: true }) => list(None, shell).await?,
        None | Some(UpdateVerb::List { .. }) => list(Some("waiting"), shell).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(state: Option<&str>, shell: &Shell) -> Result<(), CliError> {
    let store = shell.store()?;
    let mut after = 0;
    loop {
        let rows = store.wash_updates(state, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.update_id;
        for row in &rows {
            let (id, what) = (row.update_id.to_string(), row.what.join(", "));
            let values = [
                ("id", id.as_str()),
                ("state", &row.state),
                ("point", &row.point),
                ("reference", &row.reference),
                ("case", row.case_no.as_deref().unwrap_or_default()),
                ("what", &what),
            ];
            shell.say(&shell.texts.fill("washing.update", &values));
            let other = row.names.as_deref().filter(|names| *names != "same");
            if let Some(names) = other {
                shell.say(&shell.texts.say(&format!("washing.names.{names}")));
            }
        }
    }
}
