//! Who has a case: next, claim, release, skip, take over, hand over, reassign, transfer; and taking back.

use std::process::ExitCode;

use serde::Serialize;
use uuid::Uuid;

use super::Counter;
use crate::cli::claims::not_granted;
use crate::cli::{CliError, Ended, Sentence, words};
use crate::store::rows::{Along, Applied, Claim};

/// What became of a case that changed hands.
#[derive(Serialize)]
struct Passed<'a> {
    case_no: &'a str,
    #[serde(flatten)]
    applied: &'a Applied,
}

impl Counter<'_> {
    pub(super) async fn next(&self, queue: Option<&str>) -> Ended {
        let queues = queue
            .map(|key| self.queue(key))
            .transpose()?
            .map(|id| vec![id]);
        let session = self.clerk.session.session_id;
        let claim = self
            .clerk
            .store
            .claim_next(Uuid::now_v7(), session, queues.as_deref())
            .await?;
        self.claimed(&claim, "")
    }

    pub(super) async fn claim(&self, no: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let (session, case_id) = (self.clerk.session.session_id, detail.row.case_id);
        let claim = self
            .clerk
            .store
            .case_claim(Uuid::now_v7(), session, case_id)
            .await?;
        self.claimed(&claim, &detail.row.case_no)
    }

    fn claimed(&self, claim: &Claim, asked: &str) -> Ended {
        if self.json {
            self.shell.json(claim)?;
        }
        let Claim::Granted { case_no, why, .. } = claim else {
            return Err(not_granted(claim, asked));
        };
        if !self.json {
            let why = self.shell.texts.get(&format!("case.why.{why}")).to_owned();
            self.shell
                .tell("case.claimed", &[("case_no", case_no), ("why", &why)]);
        }
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn release(&self, no: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let lease = self.clerk.lease(&detail)?;
        let session = self.clerk.session.session_id;
        let applied = self
            .clerk
            .store
            .case_release(Uuid::now_v7(), session, lease)
            .await?;
        self.passed("case.released", &detail.row.case_no, "", &applied)
    }

    pub(super) async fn skip(&self, no: &str, reason: &str, line: Option<&str>) -> Ended {
        let detail = self.clerk.find(no).await?;
        let lease = self.clerk.lease(&detail)?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let applied = store
            .case_skip(Uuid::now_v7(), session, lease, reason, line)
            .await?;
        self.passed("case.skipped", &detail.row.case_no, "", &applied)
    }

    pub(super) async fn take_over(&self, no: &str, reason: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let case_id = detail.row.case_id;
        let claim = store
            .case_take_over(Uuid::now_v7(), session, case_id, reason)
            .await?;
        if self.json {
            self.shell.json(&claim)?;
            return Ok(ExitCode::SUCCESS);
        }
        let me = self.clerk.session.me.agent_id;
        let key = match detail.row.holder_id {
            Some(id) if id == me => "case.taken_over_own",
            _ => "case.taken_over",
        };
        let from = detail.row.holder.as_deref().unwrap_or_default();
        let with = [("case_no", detail.row.case_no.as_str()), ("from", from)];
        self.shell.tell(key, &with);
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn hand_over(
        &self,
        no: &str,
        to: Option<&str>,
        line: &str,
        along: Along,
    ) -> Ended {
        let detail = self.clerk.find(no).await?;
        let lease = self.clerk.lease(&detail)?;
        let agent = self.colleague(to).await?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let applied = store
            .case_hand_over_with(Uuid::now_v7(), session, lease, (agent, line), along)
            .await?;
        self.passed(
            "case.handed_over",
            &detail.row.case_no,
            self.receiver(to),
            &applied,
        )
    }

    pub(super) async fn reassign(&self, no: &str, to: Option<&str>, reason: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let agent = self.colleague(to).await?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let case_id = detail.row.case_id;
        let applied = store
            .case_reassign(Uuid::now_v7(), session, case_id, agent, reason)
            .await?;
        self.passed(
            "case.handed_over",
            &detail.row.case_no,
            self.receiver(to),
            &applied,
        )
    }

    pub(super) async fn transfer(&self, no: &str, queue: &str, reason: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let id = self.queue(queue)?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let case_id = detail.row.case_id;
        let applied = store
            .case_transfer(Uuid::now_v7(), session, case_id, id, reason)
            .await?;
        self.passed("case.handed_over", &detail.row.case_no, queue, &applied)
    }

    pub(super) async fn take_back(&self, no: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let nothing = || Sentence::new("refusal.undo_nothing", &[]);
        let undo = detail.undo.ok_or_else(|| CliError::Refused(nothing()))?;
        let (store, session) = (&self.clerk.store, self.clerk.session.session_id);
        let applied = store
            .case_take_back(Uuid::now_v7(), session, detail.row.case_id, undo.seq)
            .await?;
        let case_no = detail.row.case_no.as_str();
        if self.json {
            let applied = &applied;
            self.shell.json(&Passed { case_no, applied })?;
            return Ok(ExitCode::SUCCESS);
        }
        let action = words::action(&detail.row.process, &undo.action, &self.shell.texts);
        let said = [("case_no", case_no), ("action", &*action)];
        self.shell.tell("case.taken_back", &said);
        Ok(ExitCode::SUCCESS)
    }

    fn receiver<'b>(&'b self, to: Option<&'b str>) -> &'b str {
        to.unwrap_or_else(|| self.shell.texts.get("case.pool"))
    }

    /// The number of the colleague of that name; part of a name will do when only one has it.
    async fn colleague(&self, name: Option<&str>) -> Result<Option<i32>, CliError> {
        let Some(name) = name else { return Ok(None) };
        let wanted = name.to_lowercase();
        let all = self.clerk.store.colleagues().await?;
        let exact = all
            .iter()
            .find(|colleague| colleague.name.to_lowercase() == wanted);
        let mut part = all
            .iter()
            .filter(|one| one.name.to_lowercase().contains(&wanted));
        let found = exact.or_else(|| part.next().filter(|_| part.next().is_none()));
        let unknown =
            || CliError::Refused(Sentence::new("case.no_such_colleague", &[("name", name)]));
        found
            .map(|colleague| Some(colleague.agent_id))
            .ok_or_else(unknown)
    }

    fn passed(&self, key: &str, case_no: &str, to: &str, applied: &Applied) -> Ended {
        if self.json {
            self.shell.json(&Passed { case_no, applied })?;
        } else {
            self.shell.tell(key, &[("case_no", case_no), ("to", to)]);
        }
        Ok(ExitCode::SUCCESS)
    }
}
