//! The line of this worker, and the ticker of the feed: of all workers one leads and tells the
//! consoles, at most ten times a second and once for all writers, that there is news. The others
//! wait for its line to end. Consoles ask by themselves when they hear nothing.

use std::time::{Duration, Instant};

use super::{Patience, Stop, Worker, pause};
use crate::store::StoreError;
use crate::store::line::{Line, TickPlace};
use crate::system;

/// News is looked for after so long.
const TICK: Duration = Duration::from_millis(100);
/// The same while nobody works.
const IDLE_TICK: Duration = Duration::from_millis(500);
/// Nobody works when there was no news for so long.
const IDLE: Duration = Duration::from_secs(10);
/// Something is said at least this often: consoles know by it that they would hear.
const BEAT: Duration = Duration::from_secs(10);
/// Who does not lead asks after so long whether the leader is gone.
const STAND_BY: Duration = Duration::from_millis(500);

impl Worker {
    pub(super) async fn ticks(&self, mut stop: Stop) -> Result<(), StoreError> {
        let mut patience = Patience::default();
        let mut wait = Duration::ZERO;
        while !pause(&mut stop, wait).await {
            let result = match self.store.line().await {
                Ok(line) => {
                    patience.failures = 0;
                    self.hold(line, &mut stop).await
                }
                Err(error) => Err(error),
            };
            wait = patience.wait("line", result.map(|()| Duration::ZERO))?;
        }
        Ok(())
    }

    /// Holds the line until told to stop, or until it breaks.
    async fn hold(&self, mut line: Line, stop: &mut Stop) -> Result<(), StoreError> {
        self.line.send_replace(Some(line.backend()));
        let held = async {
            while !line.lead().await? {
                if pause(stop, STAND_BY).await {
                    return Ok(());
                }
            }
            tracing::info!(pid = line.backend().pid, "this worker leads the feed");
            lead(&mut line, stop).await
        }
        .await;
        self.line.send_replace(None);
        if held.is_ok() {
            line.close().await;
        } else {
            tracing::warn!("the line of this worker is gone");
        }
        held
    }
}

async fn lead(line: &mut Line, stop: &mut Stop) -> Result<(), StoreError> {
    let mut place: Option<TickPlace> = None;
    let mut news = system::monotonic();
    let mut said: Option<Instant> = None;
    let mut wait = TICK;
    while !pause(stop, wait).await {
        let beat = said.is_none_or(|at| at.elapsed() >= BEAT);
        let next = line.tick(place.as_ref(), beat).await?;
        let now = system::monotonic();
        if next.news {
            news = now;
        }
        if next.news || beat {
            said = Some(now);
        }
        wait = if news.elapsed() < IDLE {
            TICK
        } else {
            IDLE_TICK
        };
        place = Some(next);
    }
    Ok(())
}
