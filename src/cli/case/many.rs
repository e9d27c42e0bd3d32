//! `loket case do ACTION --filter LINE` and the filter of `case list`: the language and the guards
//! of the screen, one result for each case.

use std::process::ExitCode;

use serde::Serialize;

use super::{Counter, DoArgs};
use crate::cli::{CliError, Ended, Exit, filter, shell};
use crate::desk::bulk::most;
use crate::desk::bulk::one::{is_of_its_own, names_one};
use crate::store::StoreError;
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, InboxView};

/// A case that was not done, as JSON.
#[derive(Serialize)]
struct NotDone<'a> {
    case_no: &'a str,
    refused: &'a str,
    dry_run: bool,
}

/// How many were done, and how many not.
#[derive(Default)]
struct Tally {
    of: usize,
    done: usize,
    refused: usize,
}

impl Counter<'_> {
    /// Reads a filter; a mistake is shown below its word.
    pub(super) async fn filter(&self, line: &str) -> Result<Filter, CliError> {
        filter::parse(self.shell, &self.clerk.store, line).await
    }

    /// The action on every case that fits, one after the other; none when they are too many.
    pub(super) async fn do_many(&self, args: &DoArgs, line: &str) -> Ended {
        let filter = self.filter(line).await?;
        let (mut cases, more) = self.fitting(&filter, args.queue.as_deref()).await?;
        let most = most(Some(self.clerk.session.me.role));
        let limit = args.limit.map(|n| usize::try_from(n).unwrap_or(most));
        if more && limit.is_none_or(|limit| cases.len() < limit) && cases.len() <= most {
            let said = self.shell.texts.get("case.more_fit");
            shell::error(&format!("loket: {said}"));
            return Err(CliError::Told(Exit::Refused));
        }
        cases.truncate(limit.unwrap_or(cases.len()));
        if cases.len() > most {
            let (n, most) = (cases.len().to_string(), most.to_string());
            let said = [("n", &*n), ("most", &*most)];
            let said = self.shell.texts.fill("case.too_many", &said);
            shell::error(&format!("loket: {said}"));
            return Err(CliError::Told(Exit::Refused));
        }
        let mut fields = args.fields.iter();
        let named = fields.find(|(key, _)| names_one(key));
        if let Some((key, _)) = named.filter(|_| cases.len() > 1) {
            let said = self.shell.texts.get("bulk.one_person");
            shell::error(&format!("loket: {key}: {said}"));
            return Err(CliError::Told(Exit::Refused));
        }
        let mut tally = Tally {
            of: cases.len(),
            ..Tally::default()
        };
        for case in cases {
            Box::pin(self.do_one(case, args, &mut tally)).await?;
        }
        Ok(self.sum(&tally))
    }

    /// The cases that fit now, of one queue or of all of mine, and whether there may be more.
    async fn fitting(
        &self,
        filter: &Filter,
        queue: Option<&str>,
    ) -> Result<(Vec<CaseId>, bool), CliError> {
        let queues = if let Some(key) = queue {
            vec![self.queue(key)?]
        } else {
            let all = self.clerk.session.me.queues.iter();
            all.map(|queue| queue.queue_id).collect()
        };
        let (mut cases, mut more) = (Vec::new(), false);
        for queue in queues {
            let view = InboxView::Queue(queue);
            let limit = crate::store::bulk::SNAPSHOT_MAX;
            let found = self.clerk.store.filter_cases(&view, filter, limit).await?;
            more |= found.more;
            cases.extend(found.cases);
        }
        Ok((cases, more))
    }

    /// Does one; a database that is away ends the whole, a refusal only this case.
    async fn do_one(&self, case: CaseId, args: &DoArgs, tally: &mut Tally) -> Result<(), CliError> {
        let detail = match self.clerk.store.case_detail(case).await {
            Ok(detail) => detail,
            // it went to a queue that is not ours since the snapshot
            Err(StoreError::Refused(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let case_no = detail.row.case_no.clone();
        let action = args.action_of_many();
        if tally.of > 1 && is_of_its_own(action, &detail.facts) {
            tally.refused += 1;
            let said = self.shell.texts.get("bulk.one_person");
            return self.not_done(&case_no, said, args.dry_run);
        }
        let done = self.clerk.act(detail, action, &args.fields, args.dry_run);
        match Box::pin(done).await {
            Ok(done) => {
                tally.done += 1;
                self.done(&done)
            }
            Err(error) if matches!(error.exit(), Exit::Refused | Exit::Usage) => {
                tally.refused += 1;
                let said = error.words(&self.shell.texts).unwrap_or_default();
                self.not_done(&case_no, &said, args.dry_run)
            }
            Err(error) => Err(error),
        }
    }

    fn not_done(&self, case_no: &str, refused: &str, dry_run: bool) -> Result<(), CliError> {
        if self.json {
            return self.shell.json(&NotDone {
                case_no,
                refused,
                dry_run,
            });
        }
        let values = [("case_no", case_no), ("why", refused)];
        self.shell.tell("case.not_done", &values);
        Ok(())
    }

    fn sum(&self, tally: &Tally) -> ExitCode {
        if !self.json {
            let (done, refused) = (tally.done.to_string(), tally.refused.to_string());
            let values = [("done", &*done), ("refused", &*refused)];
            self.shell.tell("case.sum", &values);
        }
        match (tally.done, tally.refused) {
            (_, 0) => ExitCode::SUCCESS,
            (0, _) => Exit::Refused.into(),
            _ => Exit::Partly.into(),
        }
    }
}
