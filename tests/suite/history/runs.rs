//! The runs on the database as it is.

use super::run::{Plan, Run};
use super::shared::{long, seed};
use crate::support::world::World;

/// Decisions 2, 3 and 4: one holder, one effect of a command, no write with an old fence, and every
/// console is told of everything once.
#[tokio::test(flavor = "multi_thread")]
async fn many_agents_at_once_leave_a_history_that_the_model_allows() {
    let plan = Plan {
        steps: 60 * long(),
        ..Plan::new(seed(11))
    };
    let run = Run::of(World::new().await, &plan).await;
    run.told("many agents");
    run.must_be_clean();
    run.must_be_busy();
}

/// The same with lines that are cut, reset, silent, slow.
#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_change_nothing_in_what_is_true() {
    let plan = Plan {
        lines: 3,
        steps: 40 * long(),
        ..Plan::new(seed(23))
    };
    let run = Run::of(World::new().await, &plan).await;
    run.told("bad lines");
    run.must_be_clean();
    run.must_be_busy();
}

/// Two cases for twelve agents: nearly every claim is a race.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_around_two_cases_never_shares_one() {
    let plan = Plan {
        agents: 12,
        cases: 2,
        steps: 30 * long(),
        ..Plan::new(seed(37))
    };
    let run = Run::of(World::new().await, &plan).await;
    run.told("two cases");
    run.must_be_clean();
}
