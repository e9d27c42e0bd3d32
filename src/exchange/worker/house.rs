//! Housekeeping: dead sessions, the board, the heads of the chains.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};

use super::{Patience, Stop, Worker, pause};
use crate::exchange::outbox::directory;
use crate::store::StoreError;
use crate::system;

/// A crashed agent's cases are back within half a minute (decision 4).
const SWEEP: Duration = Duration::from_secs(10);
/// Counts of the queues.
const BOARD: Duration = Duration::from_secs(2);
/// A count over months needs no hurry.
const PROPOSALS: Duration = Duration::from_mins(10);
/// Drafts that are deleted in one go.
const PURGED: i32 = 500;
/// Heads are few lines; a page of them is what one answer brings.
const PAGE: usize = 5_000;

/// Why the heads were not written.
#[derive(Debug, thiserror::Error)]
enum HeadsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Worker {
    pub(super) async fn house(&self, mut stop: Stop) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        let mut wait = Duration::ZERO;
        let mut swept: Option<Instant> = None;
        let mut proposed = system::monotonic();
        while !pause(&mut stop, wait).await {
            let shaken = SWEEP.mul_f64(0.75 + fastrand::f64() / 2.0);
            let is_due = swept.is_none_or(|at| at.elapsed() >= shaken);
            let mut result = self.keep(is_due).await;
            if result.is_ok() && proposed.elapsed() >= PROPOSALS {
                proposed = system::monotonic();
                let told = self.propose_offenders().await;
                result = told.and(result);
            }
            if is_due && result.is_ok() {
                swept = Some(system::monotonic());
                self.export_heads().await;
            }
            wait = patience.wait("house", result)?;
        }
        Ok(())
    }

    async fn keep(&self, sweep: bool) -> Result<Duration, StoreError> {
        if sweep {
            let returned = self.store.sweep().await?;
            let purged = self.store.drafts_purge(PURGED).await?;
            if purged > 0 {
                tracing::info!(purged, "drafts that nobody went on with");
            }
            if returned > 0 {
                tracing::info!(returned, "leases went back to the pool");
            }
            self.store.undo_clear().await?;
            self.expire_idle().await?;
        }
        self.store.board_refresh().await?;
        if sweep {
            self.store.notices_purge().await?;
        }
        Ok(BOARD)
    }

    /// The heads of the chains that grew, one file per day, outside of the database: whoever could
    /// rewrite a chain there cannot rewrite this file (decision 22). A failure is said and tried
    /// again; it must not hold up anything else.
    pub(super) async fn export_heads(&self) {
        let Some(directory) = &self.options.chain_heads else {
            return;
        };
        let today = system::now().date_naive();
        if directory.join(name_of(today)).exists() {
            return;
        }
        match self.write_heads(directory, today).await {
            Ok(heads) => tracing::info!(heads, "heads of the chains exported"),
            Err(error) => tracing::error!(%error, "heads of the chains not exported"),
        }
    }

    async fn write_heads(&self, directory: &Path, today: NaiveDate) -> Result<usize, HeadsError> {
        // the file of yesterday holds everything up to then; without it all heads are written
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let follows = directory.join(name_of(yesterday)).exists();
        let since = follows.then(|| yesterday.and_time(chrono::NaiveTime::MIN).and_utc());
        let (mut after, mut count, mut lines) = (0, 0, Vec::new());
        loop {
            let heads = self.store.chain_heads(since, after).await?;
            for head in &heads {
                serde_json::to_writer(&mut lines, head)?;
                lines.push(b'\n');
                after = head.case_id;
            }
            count += heads.len();
            if heads.len() < PAGE {
                break;
            }
        }
        let turn = format!("{:016x}", fastrand::u64(..));
        directory::write(directory, &name_of(today), &turn, &lines)?;
        Ok(count)
    }
}

fn name_of(day: NaiveDate) -> String {
    format!("chain-heads-{day}.jsonl")
}
