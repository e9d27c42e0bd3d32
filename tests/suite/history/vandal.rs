//! What goes wrong around the agents: consoles are taken for dead, lines fail.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

use super::shared::Shared;
use crate::support::db::SUPERUSER;
use crate::support::line::Mode;

/// Takes consoles for dead, with the time of grace played by setting back the instant of the loss.
pub(crate) async fn expire(shared: Arc<Shared>, seed: u64) {
    const LOSE: &str =
        "UPDATE loket.agent_sessions SET lost_at = clock_timestamp() - interval '61 s'
        WHERE session_id IN (SELECT session_id FROM loket.agent_sessions
            WHERE client = 'history' ORDER BY md5(session_id::text || $1) LIMIT 1)";
    let mut rng = Rng::with_seed(seed);
    let owner = shared.world.db.pool(SUPERUSER, 1).await;
    let worker = shared.world.db.store("worker_1");
    let mut next = 0;
    while !shared.is_over() {
        // one for so many commands, however fast the machine is
        if shared.recorder.count() < next {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        next = shared.recorder.count() + rng.usize(5..30);
        let dice = rng.u32(..).to_string();
        // the server may be away
        let _ = sqlx::query(LOSE).bind(dice).execute(&owner).await;
        let _ = worker.sweep().await;
    }
    owner.close().await;
}

/// Lines fail and mend.
pub(crate) async fn disturb(shared: Arc<Shared>, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    while !shared.is_over() && !shared.lines.is_empty() {
        let line = &shared.lines[rng.usize(..shared.lines.len())];
        line.set(match rng.u32(..7) {
            0 => Mode::Cut,
            1 => Mode::Reset,
            2 => Mode::BlackHole,
            3 => Mode::Mute,
            4 => Mode::Fragments,
            5 => Mode::Delay(Duration::from_millis(rng.u64(1..20))),
            _ => Mode::Pass,
        });
        tokio::time::sleep(Duration::from_millis(rng.u64(30..150))).await;
        line.set(Mode::Pass);
        tokio::time::sleep(Duration::from_millis(rng.u64(10..60))).await;
    }
}
