//! One command and one feed through a line that fails at the worst moment.

use std::time::Duration;

use loket::process::engine::Change;
use loket::store::case::Target;
use loket::store::rows::{Applied, CaseId, Lease, Pulse};
use loket::store::session::SessionKind;
use loket::store::{Store, StoreError};
use sqlx::{ConnectOptions as _, PgPool};
use uuid::Uuid;

use crate::history::pulse;
use crate::support::db::SUPERUSER;
use crate::support::line::{Line, Mode};
use crate::support::world::{World, answers, free, word};

/// A console at the end of a line, with a case in hand and a change ready to be written.
struct Console {
    line: Line,
    store: Store,
    session: Uuid,
    lease: Lease,
    change: Change,
    version: i32,
}

impl Console {
    async fn with_a_case(world: &World, n: u32) -> Self {
        let case = world.signal(n).await;
        let line = Line::to(&world.db).await;
        let store = line.store("anna", world.db.name());
        let session = Uuid::new_v4();
        store
            .session_open(session, "test", SessionKind::Console)
            .await
            .unwrap();
        let claim = store.case_claim(Uuid::now_v7(), session, case).await;
        let loket::store::rows::Claim::Granted { lease, version, .. } = claim.unwrap() else {
            panic!("nobody else is there");
        };
        let anna = world.desk("anna").await;
        let wrong = answers([("wrong_reason", word("own_error"))]);
        let change = anna.change(case, "wrongly_blocked", &wrong).await;
        Self {
            line,
            store,
            session,
            lease,
            change,
            version,
        }
    }

    async fn write(&self, cmd: Uuid) -> Result<Applied, StoreError> {
        let target = Target {
            case_id: self.lease.case_id,
            fence: Some(self.lease.fence),
            version: self.version,
        };
        let session = Some(self.session);
        self.store
            .case_apply(cmd, session, target, &self.change)
            .await
    }

    /// The same command until there is an answer, as the console does it.
    async fn write_until_answered(&self, cmd: Uuid) -> Applied {
        for _ in 0..600 {
            match self.write(cmd).await {
                Err(StoreError::Offline(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
                other => return other.unwrap(),
            }
        }
        panic!("no answer");
    }
}

async fn effects(owner: &PgPool, cmd: Uuid) -> i64 {
    let query = "SELECT count(*) FROM loket.case_events WHERE cmd_id = $1";
    sqlx::query_scalar(query)
        .bind(cmd)
        .fetch_one(owner)
        .await
        .unwrap()
}

/// Waits until a command of this database waits for a lock.
async fn somebody_waits(owner: &PgPool) {
    let query = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock')";
    for _ in 0..1_200 {
        if sqlx::query_scalar(query).fetch_one(owner).await.unwrap() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("nobody waits");
}

async fn has_effect(owner: &PgPool, cmd: Uuid) {
    for _ in 0..1_200 {
        if effects(owner, cmd).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the command never arrived");
}

/// Decision 3: the answer to a written command is lost. The same id again gives the same answer, and
/// nothing happens twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    let world = World::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    for (n, end) in [(1, Mode::Cut), (2, Mode::Reset), (3, Mode::Pass)] {
        let console = Console::with_a_case(&world, n).await;
        let cmd = Uuid::now_v7();
        // the command is with the server, which waits for the row; then the answer gets lost
        let mut other = world.db.options(SUPERUSER).connect().await.unwrap();
        sqlx::query("BEGIN").execute(&mut other).await.unwrap();
        sqlx::query("SELECT FROM loket.cases WHERE case_id = $1 FOR UPDATE")
            .bind(console.lease.case_id.0)
            .execute(&mut other)
            .await
            .unwrap();
        let (lost, ()) = tokio::join!(console.write(cmd), async {
            somebody_waits(&owner).await;
            console.line.set(Mode::Mute);
            let before = console.line.swallowed();
            sqlx::query("COMMIT").execute(&mut other).await.unwrap();
            has_effect(&owner, cmd).await;
            console.line.swallows_more_than(before).await;
            console.line.set(end);
        });
        assert!(
            matches!(lost, Err(StoreError::Offline(_))),
            "{end:?}: {lost:?}"
        );
        console.line.set(Mode::Pass);
        let told = console.write_until_answered(cmd).await;
        assert_eq!(told.version, console.version + 1, "{end:?}");
        assert_eq!(effects(&owner, cmd).await, 1, "{end:?}");
    }
    owner.close().await;
}

/// The command itself is swallowed: nothing is written until it is sent again, and then once.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_never_arrives_is_sent_again_and_written_once() {
    let world = World::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    for (n, end) in [(1, Mode::Cut), (2, Mode::Reset), (3, Mode::Pass)] {
        let console = Console::with_a_case(&world, n).await;
        let cmd = Uuid::now_v7();
        console.line.set(Mode::HoleAt("wrongly_blocked"));
        let before = console.line.swallowed();
        let (lost, ()) = tokio::join!(console.write(cmd), async {
            console.line.swallows_more_than(before).await;
            console.line.set(end);
        });
        assert!(
            matches!(lost, Err(StoreError::Offline(_))),
            "{end:?}: {lost:?}"
        );
        assert_eq!(effects(&owner, cmd).await, 0, "{end:?}");
        console.line.set(Mode::Pass);
        console.write_until_answered(cmd).await;
        assert_eq!(effects(&owner, cmd).await, 1, "{end:?}");
    }
    owner.close().await;
}

/// A half-open line never answers and never ends: the console gives up by itself, and the lease is
/// still there when it comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_line_is_given_up_and_the_lease_outlives_it() {
    let world = World::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let console = Console::with_a_case(&world, 1).await;
    console.line.set(Mode::BlackHole);
    let cmd = Uuid::now_v7();
    let lost = console.write(cmd).await;
    assert!(matches!(lost, Err(StoreError::Offline(_))), "{lost:?}");
    console.line.set(Mode::Pass);
    for _ in 0..600 {
        let open = console
            .store
            .session_open(console.session, "test", SessionKind::Console);
        match open.await {
            Ok(session) => {
                assert_eq!(session.leases[0].fence, console.lease.fence);
                break;
            }
            Err(error) => assert!(error.is_passing(), "{error:?}"),
        }
    }
    console.write_until_answered(cmd).await;
    assert_eq!(effects(&owner, cmd).await, 1);
    owner.close().await;
}

/// Slow lines and single bytes are lines: nothing is different.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_line_and_single_bytes_change_nothing() {
    let world = World::new().await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let delay = Mode::Delay(Duration::from_millis(80));
    for (n, mode) in [(1, Mode::Fragments), (2, delay)] {
        let console = Console::with_a_case(&world, n).await;
        console.line.set(mode);
        let cmd = Uuid::now_v7();
        let told = console.write(cmd).await.unwrap();
        assert_eq!(told.version, console.version + 1, "{mode:?}");
        assert_eq!(effects(&owner, cmd).await, 1, "{mode:?}");
    }
    owner.close().await;
}

/// Decision 24: whatever happens to the line, the cursor goes on where it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_over_a_line_that_fails_in_every_way_misses_nothing() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let console = Console::with_a_case(&world, 2).await;
    let bram = world.desk("bram").await;
    // the first place lies before what another test of the same server has not committed yet, and so
    // perhaps before what happened here already
    let first = last_seq(&world, case).await;
    let mut cursor = beat(&console, None).await.cursor;
    let new = |told: &Pulse| -> Vec<i32> {
        let ours = told.events.iter().filter(|event| event.case_id == case);
        ours.map(|event| event.seq)
            .filter(|seq| *seq > first)
            .collect()
    };
    let mut seen = Vec::new();
    let faults = [
        Mode::Cut,
        Mode::Reset,
        Mode::Mute,
        Mode::BlackHole,
        Mode::Fragments,
    ];
    for fault in faults {
        console.line.set(fault);
        let note = answers([("note", free("called"))]);
        bram.act(case, None, "add_note", &note).await.unwrap();
        // a question goes under in it
        let question = pulse(&console.store, console.session, Some(&cursor));
        let _ = tokio::time::timeout(Duration::from_millis(200), question).await;
        console.line.set(Mode::Pass);
        let told = beat(&console, Some(&cursor)).await;
        assert!(!told.resync, "the place is still known");
        seen.extend(new(&told));
        cursor = told.cursor;
    }
    let last = last_seq(&world, case).await;
    for _ in 0..600 {
        if seen.last() == Some(&last) {
            break;
        }
        // what another test of the same server has not committed yet holds the feed back
        tokio::time::sleep(Duration::from_millis(20)).await;
        let told = beat(&console, Some(&cursor)).await;
        seen.extend(new(&told));
        cursor = told.cursor;
    }
    let expected: Vec<i32> = (first + 1..=last).collect();
    assert_eq!(expected.len(), faults.len());
    assert_eq!(seen, expected);
}

async fn last_seq(world: &World, case: CaseId) -> i32 {
    world.admin.rows(&[case]).await.unwrap()[0].version
}

/// One question, as often as it takes.
async fn beat(console: &Console, cursor: Option<&loket::store::rows::FeedCursor>) -> Pulse {
    for _ in 0..600 {
        match pulse(&console.store, console.session, cursor).await {
            Ok(pulse) => return pulse,
            Err(error) => assert!(error.is_passing(), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no answer");
}
