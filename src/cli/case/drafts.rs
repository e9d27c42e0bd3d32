//! Unfinished forms, from a shell: which there are, and what was typed. They are gone on with on
//! the screen.

use std::process::ExitCode;

use super::Counter;
use crate::cli::{Ended, words};
use crate::desk::preview;
use crate::desk::route::Subject;
use crate::store::rows::DraftRow;
use crate::text::Texts;

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
            let texts = &self.shell.texts;
            let typed = draft.body.answers.iter();
            let typed = typed.filter_map(|(key, raw)| said(texts, key, raw.trim()));
            let typed: Vec<&str> = typed.collect();
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

/// What was typed, or chosen, in words. A contact is a number here, which says nothing to anybody.
fn said<'a>(texts: &'a Texts, key: &str, raw: &'a str) -> Option<&'a str> {
    if raw.is_empty() || key == "contact" && raw.parse::<i64>().is_ok() {
        return None;
    }
    let known = [key, "yes_no"].map(|of| format!("choice.{of}.{raw}"));
    Some(known.iter().find_map(|key| texts.find(key)).unwrap_or(raw))
}
