//! Unfinished forms, from a shell: which there are, and what was typed. They are gone on with on
//! the screen.

use std::process::ExitCode;

use super::Counter;
use crate::cli::{Ended, words};
use crate::desk::preview;
use crate::desk::route::Subject;
use crate::store::rows::DraftRow;

impl Counter<'_> {
    pub(super) async fn drafts(&self) -> Ended {
        let drafts = self.clerk.store.drafts_mine().await?;
        if self.json {
            drafts.iter().try_for_each(|draft| self.shell.json(draft))?;
            return Ok(ExitCode::SUCCESS);
        }
        for line in words::columns(&self.draft_rows(&drafts)) {
            self.shell.say(&line);
        }
        if drafts.is_empty() {
            self.shell.tell("case.drafts_none", &[]);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A line for each: case, when, which form, whose, what was typed.
    pub(super) fn draft_rows(&self, drafts: &[DraftRow]) -> Vec<Vec<String>> {
        let rows = drafts.iter().map(|draft| {
            let process = draft.process.as_deref().unwrap_or_default();
            let typed = draft.body.answers.iter().map(|(_, raw)| raw.trim());
            let typed: Vec<&str> = typed.filter(|raw| !raw.is_empty()).collect();
            vec![
                draft.case_no.clone().unwrap_or_default(),
                words::when(&self.shell.texts, draft.saved_at, words::zone_of(process)),
                self.form_name(draft, process),
                draft.owner.clone().unwrap_or_default(),
                typed.join(" | ").replace('\n', " "),
            ]
        });
        rows.collect()
    }

    fn form_name(&self, draft: &DraftRow, process: &str) -> String {
        let subject = Subject::of_form(&draft.form, draft.case_id);
        subject.map_or_else(
            || draft.form.clone(),
            |subject| preview::form(&self.shell.texts, &subject, process),
        )
    }
}
