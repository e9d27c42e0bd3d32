//! The bare SQL claim: one UPDATE of the same table, nothing else. No session, no limit, no lease, no
//! event, no hash, no protection against a repeated command: what any work queue in SQL does.

use std::time::Duration;

use color_eyre::Result;
use sqlx::PgPool;

use super::measure::{Times, timed};

const CLAIM: &str = "UPDATE loket.cases SET work = 'held', fence = fence + 1, version = version + 1
 WHERE case_id = (SELECT case_id FROM loket.cases WHERE work = 'open' AND queue_id = $1
   ORDER BY sort_at, case_id LIMIT 1 FOR UPDATE SKIP LOCKED)
 RETURNING case_id, fence";

/// So many clients take so many cases each. Gives the time from the first to the last, and of each.
pub(crate) async fn burst(
    pool: &PgPool,
    queue: i32,
    clients: usize,
    each: usize,
) -> Result<(Duration, Times)> {
    let client = || async {
        let mut times = Times::default();
        let mut session = pool.acquire().await?;
        for _ in 0..each {
            let claim = sqlx::query(CLAIM).bind(queue).fetch_one(&mut *session);
            let (time, row) = timed(claim).await;
            row?;
            times.add(time);
        }
        Ok::<_, sqlx::Error>(times)
    };
    let all = futures_util::future::join_all((0..clients).map(|_| client()));
    let (time, done) = timed(all).await;
    let mut times = Times::default();
    for one in done {
        times.extend(&one?);
    }
    Ok((time, times))
}

/// Everything back, not timed.
pub(crate) async fn give_back(pool: &PgPool) -> Result<()> {
    sqlx::query(
        "UPDATE loket.cases c SET work = 'open' WHERE work = 'held'
         AND NOT EXISTS (SELECT FROM loket.case_leases l WHERE l.case_id = c.case_id)",
    )
    .execute(pool)
    .await?;
    Ok(())
}
