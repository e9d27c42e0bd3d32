//! Transactions that do not end: one that has written, one that only looks.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use super::crash::started;
use loket::store::StoreError;
use loket::store::rows::{CaseId, FeedCursor};

use crate::history::{Ask, Plan, Running, Ticket, Told, pulse, seed};
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::server::Place;
use crate::support::world::{Desk, World, answers, free};

async fn run_sql(line: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(line).await.unwrap();
}

/// A note that is written and not committed, on a case that nobody else works on. Recorded as a
/// command like any other, so that the checks know of it.
struct LongWriter {
    line: PgConnection,
    ticket: Ticket,
    version: i32,
    /// The number of its transaction, as the feed's cursor has it.
    xid: String,
}

impl LongWriter {
    /// Somebody may be at the case in the same moment: then once more.
    async fn begin(running: &Running, case: CaseId) -> Self {
        for _ in 0..100 {
            if let Some(writer) = Self::try_begin(running, case).await {
                return writer;
            }
        }
        panic!("the case is never free");
    }

    async fn try_begin(running: &Running, case: CaseId) -> Option<Self> {
        let world = &running.shared.world;
        let kees = world.desk("kees").await;
        let note = answers([("note", free("it takes long"))]);
        let version = world.admin.rows(&[case]).await.unwrap()[0].version;
        let change = kees.change(case, "add_note", &note).await;
        let cmd = Uuid::now_v7();
        let json = serde_json::to_value(&change).unwrap();
        let ask = Ask::Apply {
            case,
            fence: None,
            version,
            change: Box::new(change),
        };
        let call = ask.call("kees", kees.session.me.agent_id, cmd, Some(kees.id()));
        let ticket = running.shared.recorder.invoke(call);
        let mut line = world.db.options("kees").connect().await.unwrap();
        run_sql(&mut line, "BEGIN").await;
        let query = "SELECT loket_api.apply($1, $2, $3, NULL, $4, $5, NULL, NULL)";
        let written = sqlx::query_scalar(query)
            .bind(cmd)
            .bind(kees.id())
            .bind(case.0)
            .bind(version)
            .bind(json)
            .fetch_one(&mut line)
            .await;
        let written: serde_json::Value = match written.map_err(StoreError::from) {
            Ok(written) => written,
            Err(StoreError::Stale) => {
                running.shared.recorder.told(ticket, &Told::Stale);
                return None;
            }
            Err(error) => panic!("{error:?}"),
        };
        let version = i32::try_from(written["version"].as_i64().unwrap()).unwrap();
        let xid = sqlx::query_scalar("SELECT pg_current_xact_id()::text")
            .fetch_one(&mut line)
            .await;
        Some(Self {
            line,
            ticket,
            version,
            xid: xid.unwrap(),
        })
    }

    async fn commit(mut self, running: &Running) {
        run_sql(&mut self.line, "COMMIT").await;
        let told = Told::Applied {
            version: self.version,
            fence: None,
        };
        running.shared.recorder.told(self.ticket, &told);
        self.line.close().await.unwrap();
    }
}

/// What was begun before the writer may end after it and is told then; from there on the writer is
/// what the feed waits for.
async fn follows_up_to(desk: &Desk<'_>, xid: &str) -> FeedCursor {
    let mut cursor = None;
    for _ in 0..3_000 {
        let told = pulse(&desk.store, desk.id(), cursor.as_ref()).await;
        let reached = told.unwrap().cursor;
        if reached.xid == xid {
            return reached;
        }
        cursor = Some(reached);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the feed never reached the writer");
}

/// Decision 24: behind a writer that does not commit the feed stands still, which can be seen, and
/// afterwards nothing is missing. A snapshot that is held for the whole time stops no claim.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_long_writer_the_feed_waits_and_loses_nothing() {
    let place = Place::new();
    let world = World::on(TestDb::on(started(place.options()).await).await).await;
    let aside = world.signal(30).await;
    let mut snapshot = world.db.options(SUPERUSER).connect().await.unwrap();
    run_sql(
        &mut snapshot,
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM loket.cases",
    )
    .await;
    let plan = Plan {
        agents: 5,
        followers: 2,
        steps: u32::MAX,
        ..Plan::new(seed(43))
    };
    let running = Running::start(world, &plan).await;
    running.goes_on(30).await;
    let writer = LongWriter::begin(&running, aside).await;
    let lotte = running.shared.world.desk("lotte").await;
    let place_in_feed = follows_up_to(&lotte, &writer.xid).await;
    while written_since(&running, &place_in_feed.xid).await < 5 {
        running.goes_on(10).await; // others write on
    }
    let told = pulse(&lotte.store, lotte.id(), Some(&place_in_feed)).await;
    assert_eq!(told.unwrap().events, [], "nothing overtakes the writer");
    writer.commit(&running).await;
    running.goes_on(20).await;
    let run = running.end().await;
    run.told("a long writer");
    run.must_be_clean();
    run_sql(&mut snapshot, "COMMIT").await;
}

async fn written_since(running: &Running, xid: &str) -> i64 {
    let owner = running.shared.world.db.pool(SUPERUSER, 1).await;
    let query = "SELECT count(*) FROM loket.case_events WHERE xid >= $1::xid8 AND kind <> 'opened'";
    let count = sqlx::query_scalar(query).bind(xid).fetch_one(&owner).await;
    count.unwrap()
}
