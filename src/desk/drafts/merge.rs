//! What the database has, taken in beside what is typed here.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Content, Draft, Drafts, Typed, long_ago};
use crate::desk::route::Subject;
use crate::store::rows::{CaseId, DraftRow};
use crate::text::retell::Retold;

impl Drafts {
    /// Why the database did not take them: in another language.
    pub fn retell(&mut self, retold: &Retold<'_>) {
        let told = self
            .all
            .values_mut()
            .filter_map(|draft| draft.trouble.as_mut());
        told.for_each(|said| retold.change(said));
    }

    /// What the database has of ours: all (`asked_at` says as of when) or some. What is being typed
    /// here is not touched.
    pub fn merge(
        &mut self,
        rows: &[DraftRow],
        asked_at: Option<DateTime<Utc>>,
        open: &BTreeSet<Uuid>,
        machine: impl Fn(DateTime<Utc>) -> DateTime<Utc>,
    ) {
        if let Some(asked_at) = asked_at {
            let known: BTreeSet<Uuid> = rows.iter().map(|row| row.draft_id).collect();
            self.all.retain(|id, draft| {
                let is_older = draft.acked_at.is_none_or(|at| at < asked_at);
                let is_over = draft.unsaved.is_none() && draft.under_way.is_none() && is_older;
                known.contains(id) || open.contains(id) || !is_over
            });
        }
        for row in rows.iter().filter(|row| row.owner.is_none()) {
            if !open.contains(&row.draft_id) {
                self.take_row(row, machine(row.saved_at));
            }
        }
    }

    fn take_row(&mut self, row: &DraftRow, at: DateTime<Utc>) {
        let Some(subject) = Subject::of_form(&row.form, row.case_id) else {
            return;
        };
        if let Some(draft) = self.all.get_mut(&row.draft_id) {
            draft.shared = row.shared;
            draft.closed = row.closed;
            if draft.unsaved.is_some() || draft.under_way.is_some() || row.rev <= draft.base {
                return;
            }
        }
        let content = Content {
            subject,
            body: row.body.clone(),
            command: row.command.unwrap_or_default(),
            pending: None,
        };
        let draft = Draft {
            case_no: row.case_no.clone().unwrap_or_default(),
            process: row.process.clone().unwrap_or_default(),
            closed: row.closed,
            shared: row.shared,
            rev: row.rev,
            base: row.rev,
            acked_at: Some(at),
            unsaved: None,
            typed: Typed::Elsewhere,
            ..Draft::new(row.draft_id, content, at)
        };
        self.all.insert(row.draft_id, draft);
    }

    /// What others left with a case, as it was read.
    pub fn leave_with(&mut self, case: CaseId, rows: &[DraftRow]) {
        let left: Vec<DraftRow> = rows
            .iter()
            .filter(|row| row.owner.is_some())
            .cloned()
            .collect();
        if left.is_empty() {
            self.left.remove(&case);
        } else {
            self.left.insert(case, left);
        }
    }

    /// Another console of ours went on with it: this text goes on under another number, and under
    /// `command` unless it was sent: writing one of the two must not take the other with it.
    pub fn fork(&mut self, id: Uuid, fresh: Uuid, command: Uuid, now: DateTime<Utc>) {
        let Some(draft) = self.all.remove(&id) else {
            return;
        };
        if draft.gone {
            return; // thrown away here, changed there: theirs stays
        }
        let mut content = draft.content;
        let not_under = content.is_sent().then_some(content.command);
        if not_under.is_none() {
            content.command = command;
        }
        let fork = Draft {
            not_under,
            case_no: draft.case_no,
            process: draft.process,
            closed: draft.closed,
            unsaved: Some(long_ago(now)),
            ..Draft::new(fresh, content, now)
        };
        self.all.insert(fresh, fork);
    }
}
