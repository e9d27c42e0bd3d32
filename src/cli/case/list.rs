//! Lists: the inbox, and what was found.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Counter;
use crate::cli::{CliError, Ended, words};
use crate::domain::clock::ClockStatus;
use crate::process::engine::Refusal;
use crate::store::filter::Filter;
use crate::store::rows::{CaseRow, InboxView, WorkState};

/// Rows that are asked for in one call.
const PAGE: u32 = 200;

/// A line as JSON: the row, and what the clock is now.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    row: &'a CaseRow,
    status: Option<ClockStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    how: Option<&'a str>,
}

impl Counter<'_> {
    pub(super) async fn list(
        &self,
        queue: Option<&str>,
        mine: bool,
        filter: &Filter,
        limit: u32,
    ) -> Ended {
        let views = match (mine, queue) {
            (true, _) => vec![InboxView::Mine],
            (false, Some(key)) => vec![InboxView::Queue(self.queue(key)?)],
            (false, None) => {
                let queues = self.clerk.session.me.queues.iter();
                queues
                    .map(|queue| InboxView::Queue(queue.queue_id))
                    .collect()
            }
        };
        let mut rows = Vec::new();
        for view in views {
            rows.extend(self.pages(&view, filter, limit).await?);
        }
        let found: Vec<(CaseRow, Option<String>)> =
            rows.into_iter().map(|row| (row, None)).collect();
        self.print(&found)
    }

    pub(super) async fn find(&self, text: &str, limit: u32) -> Ended {
        let hits = self.clerk.store.search(text, limit).await?;
        let found: Vec<(CaseRow, Option<String>)> = hits
            .into_iter()
            .map(|hit| (hit.row, Some(hit.how)))
            .collect();
        self.print(&found)
    }

    /// The number of a queue of mine.
    pub(super) fn queue(&self, key: &str) -> Result<i32, CliError> {
        let queues = &self.clerk.session.me.queues;
        let found = queues.iter().find(|queue| queue.key == key);
        let refusal = || Refusal::new("no_such_queue").with("queue", key);
        Ok(found.ok_or_else(refusal)?.queue_id)
    }

    async fn pages(
        &self,
        view: &InboxView,
        filter: &Filter,
        limit: u32,
    ) -> Result<Vec<CaseRow>, CliError> {
        let mut rows: Vec<CaseRow> = Vec::new();
        let (mut more, mut after) = (true, None);
        while more && rows.len() < limit as usize {
            let left = limit - u32::try_from(rows.len()).unwrap_or(limit);
            let store = &self.clerk.store;
            let page = if filter.is_empty() {
                store.inbox(view, after, left.min(PAGE)).await?
            } else {
                let limit = left.min(PAGE);
                store
                    .inbox_filtered(view, filter, after, limit, &[])
                    .await?
            };
            // behind a filter a page may be empty although more fit further on
            more = page.more && (!page.rows.is_empty() || page.place.is_some());
            after = page.place.or(page.rows.last().map(CaseRow::page_key));
            rows.extend(page.rows);
        }
        Ok(rows)
    }

    fn print(&self, found: &[(CaseRow, Option<String>)]) -> Ended {
        let now = self.clerk.session.legal_now;
        if self.json {
            for (row, how) in found {
                let status = row.status(now);
                self.shell.json(&Line {
                    row,
                    status,
                    how: how.as_deref(),
                })?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let rows: Vec<Vec<String>> = found.iter().map(|(row, _)| self.row(row, now)).collect();
        for line in words::columns(&rows) {
            self.shell.say(&line);
        }
        if rows.is_empty() {
            self.shell.tell("case.no_cases", &[]);
        }
        Ok(ExitCode::SUCCESS)
    }

    fn row(&self, row: &CaseRow, now: DateTime<Utc>) -> Vec<String> {
        let texts = &self.shell.texts;
        let zone = words::zone_of(&row.process);
        let due = row.due_at.zip(row.comparison);
        let clock = row
            .clock
            .as_ref()
            .map(|key| texts.get(&format!("clock.{key}")).to_owned());
        vec![
            row.case_no.clone(),
            texts
                .get(&format!("case.work.{}", row.work.word()))
                .to_owned(),
            due.map(|(at, comparison)| words::due(texts, at, comparison, zone))
                .unwrap_or_default(),
            row.due_at
                .map(|at| words::left(at, now, texts))
                .unwrap_or_default(),
            clock.unwrap_or_default(),
            texts
                .get(&format!("state.{}.{}", row.process, row.state))
                .to_owned(),
            row.subject.clone(),
            row.holder
                .clone()
                .filter(|_| row.work == WorkState::Held)
                .or_else(|| row.raised.then(|| texts.say("list.raised")))
                .unwrap_or_default(),
        ]
    }
}
