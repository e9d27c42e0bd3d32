//! Legal now between two questions to the database: its last answer, run on by a clock that never
//! jumps (decision 8).

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::{Store, StoreError};
use crate::system;

/// After so long the database is asked again; it takes instants up to two minutes old.
const FRESH: Duration = Duration::from_secs(10);

/// The legal clock as last seen.
#[derive(Debug, Default)]
pub struct LegalClock {
    seen: Option<(Instant, DateTime<Utc>)>,
}

impl LegalClock {
    /// Legal now.
    pub async fn now(&mut self, store: &Store) -> Result<DateTime<Utc>, StoreError> {
        let elapsed = self.seen.map(|(at, legal)| (at.elapsed(), legal));
        if let Some((elapsed, legal)) = elapsed.filter(|(elapsed, _)| *elapsed < FRESH) {
            return Ok(legal + TimeDelta::from_std(elapsed).unwrap_or_default());
        }
        let legal = store.legal_now().await?;
        self.seen = Some((system::monotonic(), legal));
        Ok(legal)
    }
}
