//! The board and the share on time, held against plain counting.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use loket::domain::calendar::{Calendar, Calendars};
use loket::domain::country::Country;
use loket::store::StoreError;
use loket::store::rows::{CaseId, ClockResult, OnTimeCase, OnTimeKind};
use sqlx::{PgPool, Row as _};

use crate::support::db::SUPERUSER;
use crate::support::world::World;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn superuser(world: &World) -> PgPool {
    let pool = world.db.pool(SUPERUSER, 1).await;
    run(&pool, "SET search_path = loket, pg_catalog").await;
    pool
}

/// One bare case; what the board does not look at is filler.
async fn case(pool: &PgPool, work: &str, due: Option<(DateTime<Utc>, &str)>) {
    let (sort_at, clock, comparison) = match due {
        Some((at, comparison)) => (at, Some("contact_1wd"), Some(comparison)),
        None => (at("9999-12-31T00:00:00Z"), None, None),
    };
    sqlx::query(
        "INSERT INTO loket.cases (case_no, queue_id, process, state, work, facts, received_at,
          opened_at,
           closed_at, sort_at, due_clock, due_comparison, subject)
         VALUES (gen_random_uuid()::text, 1, 'doubt', 'blocked_contact_due',
           $1::loket.work_state, '{}',
           now(), now(), CASE WHEN $1 = 'closed' THEN now() END, $2, $3, $4, '')",
    )
    .bind(work)
    .bind(sort_at)
    .bind(clock)
    .bind(comparison)
    .execute(pool)
    .await
    .unwrap();
}

const NAMES: [&str; 8] = [
    "n_open",
    "n_held",
    "n_waiting",
    "n_overdue",
    "n_due_15",
    "n_due_60",
    "n_due_day",
    "n_raised",
];

async fn figures(pool: &PgPool, sql: &str, now: DateTime<Utc>) -> Vec<Vec<i32>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()))
        .bind(now)
        .fetch_all(pool)
        .await
        .unwrap();
    let of = |row: &sqlx::postgres::PgRow| NAMES.iter().map(|name| row.get(*name)).collect();
    rows.iter().map(of).collect()
}

const COUNTED: &str = "SELECT * FROM loket.board_counts($1) ORDER BY queue_id";

/// Hours are met up to and including their last instant, working days until before it; fifteen and
/// sixty minutes include their ends.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_or_due_soon_follows_the_comparison_to_the_microsecond() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:00:00Z");
    let micro = TimeDelta::microseconds(1);
    let (quarter, hour) = (TimeDelta::minutes(15), TimeDelta::minutes(60));
    for comparison in ["before", "up_to_and_including"] {
        for due in [now - micro, now, now + micro] {
            case(&pool, "open", Some((due, comparison))).await;
        }
        for due in [now + quarter, now + quarter + micro] {
            case(&pool, "held", Some((due, comparison))).await;
        }
        for due in [now + hour, now + hour + micro] {
            case(&pool, "waiting", Some((due, comparison))).await;
        }
    }
    case(&pool, "open", None).await;
    case(&pool, "closed", Some((now - hour, "before"))).await;
    run(
        &pool,
        "SELECT loket.board_flow('2026-11-20T11:00:00Z', NULL)",
    )
    .await;
    // before: two overdue (past, now), one of now + 1 us and the quarter due in 15;
    // up to and including: one overdue, now, now + 1 us and the quarter due in 15
    let counted = figures(&pool, COUNTED, now).await;
    let (first, others) = counted.split_first().unwrap();
    assert_eq!(*first, [7, 4, 4, 3, 5, 9, 10, 0]);
    assert!(others.iter().all(|queue| *queue == [0; 8]), "{others:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one world, looked at from all sides")]
async fn the_counts_are_those_of_plain_counting_on_any_world() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    run(
        &pool,
        "INSERT INTO loket.queues (key) VALUES ('second'), ('empty')",
    )
    .await;
    for seed in 1..=4 {
        run(
            &pool,
            &format!(
                "DELETE FROM loket.cases; SELECT setseed(0.{seed});
             INSERT INTO loket.cases (case_no, queue_id, process, state, work, facts,
               received_at, opened_at, closed_at,
               sort_at, due_clock, due_comparison, subject, raised_at)
             SELECT seed_{seed}.n, 1 + (random() < 0.4)::int, 'doubt', 'blocked_contact_due', w,
               '{{}}', r, r,
               CASE WHEN w = 'closed' THEN r END, CASE WHEN d IS NULL
                 THEN '9999-12-31Z' ELSE d END,
               CASE WHEN d IS NOT NULL THEN 'contact_1wd' END,
               CASE WHEN d IS NOT NULL THEN (ARRAY['before', 'up_to_and_including'])[1
                 + (random() < 0.5)::int] END, '',
               CASE WHEN random() < 0.1 THEN r END
             FROM (SELECT n::text, (ARRAY['open', 'held', 'waiting', 'closed'])[1
               + floor(random() * 4)::int]::loket.work_state AS w,
               '2026-11-20T11:00Z'::timestamptz - random() * interval '9 days' AS r,
               CASE WHEN random() < 0.9 THEN '2026-11-20T11:00Z'::timestamptz
                 + floor(random() * 9 - 2) * interval '15 min'
                 + floor(random() * 3 - 1) * interval '1 us'
                   + (random() < 0.2)::int * interval '2 days' END AS d
               FROM generate_series(1, 700) n) seed_{seed};
             SELECT loket.board_flow('2026-11-20T11:00:00Z', NULL)"
            ),
        )
        .await;
        // Friday noon: the desk opens again on Monday at eight
        let plain = "SELECT q.queue_id,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work = 'open')::int AS n_open,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work = 'held')::int AS n_held,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work = 'waiting')::int AS n_waiting,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work <> 'closed' AND late)::int AS n_overdue,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work <> 'closed' AND NOT late AND sort_at <= $1
                 + interval '15 min')::int AS n_due_15,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work <> 'closed' AND NOT late AND sort_at <= $1
                 + interval '1 hour')::int AS n_due_60,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work IN ('open', 'held') AND sort_at <= '2026-11-23T07:00Z')::int AS n_due_day,
             (SELECT count(*) FROM loket.cases c WHERE c.queue_id = q.queue_id
               AND work <> 'closed' AND raised_at IS NOT NULL)::int AS n_raised
           FROM loket.queues q ORDER BY queue_id"
            .replace(
                "late",
                "(due_comparison = 'before' AND sort_at <= $1
              OR due_comparison = 'up_to_and_including' AND sort_at < $1) IS TRUE",
            );
        let now = at("2026-11-20T11:00:00Z");
        let (counted, plain) = (
            figures(&pool, COUNTED, now).await,
            figures(&pool, &plain, now).await,
        );
        assert_eq!(counted, plain, "seed {seed}");
        assert!(
            plain[0].iter().all(|figure| *figure > 0),
            "a world that shows nothing: {plain:?}"
        );
        let oldest = "SELECT (SELECT oldest_at FROM loket.board_counts($1) WHERE queue_id = 1)
            = (SELECT min(received_at) FROM loket.cases WHERE queue_id = 1 AND work IN ('open',
              'held'))";
        let same: bool = sqlx::query_scalar(oldest)
            .bind(now)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert!(same);
    }
}

/// "Done" of a person is what left the desk, as of a queue: a note, a logged call, a step in
/// between count nothing, and still say when something was done last.
#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_nothing_done() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:00:00Z");
    let last = now - TimeDelta::minutes(1);
    event(
        &pool,
        now - TimeDelta::hours(1),
        "contact_party",
        "blocked_contact_due",
        "awaiting_party",
    )
    .await;
    event(
        &pool,
        now - TimeDelta::minutes(2),
        "proof_rejected",
        "assessing",
        "block_maintained",
    )
    .await;
    event(&pool, last, "add_note", "assessing", "assessing").await;
    run(&pool, &format!("SELECT loket.board_flow('{now}', NULL)")).await;
    let row = "SELECT n_done, done_at FROM loket.board_people";
    let (own, done_at): (i32, DateTime<Utc>) = sqlx::query_as(row).fetch_one(&pool).await.unwrap();
    assert_eq!((own, done_at), (1, last));
}

/// The change of a case, as the audit trail has it.
async fn event(pool: &PgPool, legal_at: DateTime<Utc>, kind: &str, from: &str, to: &str) {
    let next = "SELECT coalesce(max(seq), 0) + 1 FROM loket.case_events";
    let seq: i32 = sqlx::query_scalar(next).fetch_one(pool).await.unwrap();
    event_as(pool, seq, legal_at, kind, from, to).await;
}

async fn event_as(
    pool: &PgPool,
    seq: i32,
    legal_at: DateTime<Utc>,
    kind: &str,
    from: &str,
    to: &str,
) {
    sqlx::query(
        "INSERT INTO loket.case_events (at, legal_at, case_id, seq, queue_id, kind, agent_id, fence,
           body, prev_hash, hash)
         VALUES (now(), $1, 1, $5, 1, $2,
           (SELECT agent_id FROM loket.agents WHERE db_role = 'anna'), 0,
           jsonb_build_object('change',
             jsonb_build_object('process', 'doubt', 'from', $3, 'to', $4)), '', '')",
    )
    .bind(legal_at)
    .bind(kind)
    .bind(from)
    .bind(to)
    .bind(seq)
    .execute(pool)
    .await
    .unwrap();
}

/// calendars.md 4.5: the day of the country, never the server's; 25 hours in October, 23 in March.
#[tokio::test(flavor = "multi_thread")]
async fn the_flow_is_that_of_the_local_day_across_clock_changes() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let days = [
        ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-25"),
        ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-29"),
        ("2026-11-19T23:00:00Z", "2026-11-20T23:00:00Z", "2026-11-20"),
    ];
    for (from, until, day) in days {
        let (from, until) = (at(from), at(until));
        let micro = TimeDelta::microseconds(1);
        for inside in [from, until - micro] {
            event(&pool, inside, "opened", "", "blocked_contact_due").await;
        }
        for outside in [from - micro, until] {
            event(&pool, outside, "opened", "", "blocked_contact_due").await;
            event(&pool, outside, "close", "unblock_due", "closed_mandate_ok").await;
        }
        event(
            &pool,
            from,
            "contact_party",
            "blocked_contact_due",
            "awaiting_party",
        )
        .await;
        event(&pool, from, "answer", "awaiting_party", "assessing").await;
        event(&pool, from, "close", "assessing", "closed_mandate_ok").await;
        event(&pool, from, "add_note", "assessing", "assessing").await;
        for now in [from, until - micro] {
            sqlx::query("SELECT loket.board_flow($1, NULL)::text")
                .bind(now)
                .execute(&pool)
                .await
                .unwrap();
            let row = sqlx::query(
                "SELECT day, n_in, n_out, n_done FROM loket.queue_days WHERE queue_id = 1",
            );
            let row = row.fetch_one(&pool).await.unwrap();
            let flow: [i32; 3] = ["n_in", "n_out", "n_done"].map(|name| row.get(name));
            assert_eq!(
                (row.get::<NaiveDate, _>("day").to_string(), flow),
                (day.to_owned(), [2, 1, 2])
            );
            let anna = sqlx::query("SELECT done_at, n_done FROM loket.board_people");
            let anna = anna.fetch_one(&pool).await.unwrap();
            assert_eq!(anna.get::<DateTime<Utc>, _>("done_at"), until - micro);
            assert_eq!(anna.get::<i32, _>("n_done"), 2);
        }
    }
}

/// The database and the domain read the same opening hours: free days, clock changes, exceptions.
#[tokio::test(flavor = "multi_thread")]
async fn the_desk_opens_next_when_the_calendar_says() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let hours = |sql: &str| {
        format!(
            "UPDATE loket.calendars SET body = jsonb_set(body, '{{hours,exceptions}}', '{sql}')
              WHERE country = 'NL'"
        )
    };
    let exceptions = r#"{"2026-12-25": ["10:00-12:00"], "2026-12-28": [],
        "2026-10-25": ["09:30-11:00", "08:15-09:00"]}"#;
    run(&pool, &hours(exceptions)).await;
    let calendars: Calendars = world.admin.calendars().await.unwrap();
    let calendar: &Calendar = calendars.get(Country::Nl);
    assert_eq!(calendar.hours.exceptions.len(), 3, "the edit is read");
    let first = "2026-01-01".parse::<NaiveDate>().unwrap();
    for day in first.iter_days().take(400) {
        let now = calendar.day_start(day) + TimeDelta::hours(12);
        let mut later = day.iter_days().skip(1);
        let opens = later.find_map(|day| calendar.opening(day).first().map(|(from, _)| *from));
        let said: Option<DateTime<Utc>> = sqlx::query_scalar("SELECT loket.desk_opens('NL', $1)")
            .bind(now)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(said, opens, "{day}");
    }
}

/// What was taken back did not happen: neither in the flow, nor in somebody's count.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_taken_back_is_not_counted() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:00:00Z");
    event(&pool, now, "close", "assessing", "closed_mandate_ok").await;
    event(&pool, now, "close", "assessing", "closed_mandate_ok").await;
    let taken = "INSERT INTO loket.case_events (at, legal_at, case_id, seq, queue_id, kind,
      agent_id, fence, body, prev_hash, hash)
        SELECT at, legal_at, case_id, 3, queue_id, 'taken_back', agent_id, 0,
          jsonb_build_object('seq', 1, 'action', 'close'), '', ''
        FROM loket.case_events WHERE seq = 1";
    run(&pool, taken).await;
    run(&pool, &format!("SELECT loket.board_flow('{now}', NULL)")).await;
    let row = sqlx::query(
        "SELECT n_in, n_out, q.n_done, p.n_done AS own FROM loket.queue_days q,
          loket.board_people p WHERE queue_id = 1",
    );
    let row = row.fetch_one(&pool).await.unwrap();
    let flow: [i32; 4] = ["n_in", "n_out", "n_done", "own"].map(|name| row.get(name));
    assert_eq!(flow, [0, 1, 1, 1]);
}

/// Only what the count before did not see is added, and each event once: also one that was written
/// before that count and committed after it.
#[tokio::test(flavor = "multi_thread")]
async fn the_flow_adds_each_event_once_in_whatever_order_they_are_committed() {
    let world = World::new().await;
    let (pool, slow) = (superuser(&world).await, superuser(&world).await);
    let lead = world.db.store("lead_1");
    let count = async || {
        let again = "UPDATE loket.board_runs SET quick_at = 'epoch', slow_at = 'epoch'";
        run(&pool, again).await;
        lead.board().await.unwrap().queues[0].came_in
    };
    let now = world.now().await;
    let (opened, state) = ("opened", "blocked_contact_due");
    event_as(&pool, 1, now, opened, "", state).await;
    run(&slow, "BEGIN").await;
    event_as(&slow, 2, now, opened, "", state).await;
    event_as(&pool, 3, now, opened, "", state).await;
    assert_eq!(count().await, 2, "what is not committed did not happen yet");
    event_as(&pool, 4, now, opened, "", state).await;
    assert_eq!(count().await, 3);
    run(&slow, "COMMIT").await;
    assert_eq!(count().await, 4, "late, and not lost");
    assert_eq!(count().await, 4, "and not twice");
    // after a restore nothing is known of what was seen: the day is counted anew
    run(&pool, "UPDATE loket.settings SET epoch = gen_random_uuid()").await;
    assert_eq!(count().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_count_serves_all_who_look() {
    let world = World::new().await;
    for n in 1..=3 {
        world.signal(n).await;
    }
    let (anna, lead) = (world.db.store("anna"), world.db.store("lead_1"));
    let first = anna.board().await.unwrap();
    assert_eq!((first.queues[0].open, first.queues[0].came_in), (3, 3));
    world.signal(4).await;
    assert!(
        !lead.board_refresh().await.unwrap(),
        "it was counted just now"
    );
    let second = lead.board().await.unwrap();
    assert_eq!(second.computed_at, first.computed_at);
    assert_eq!(second.queues[0].open, 3, "as of the count, and said so");
    // somebody moves the clock of the rehearsal: what was counted means nothing any more
    let moved = world.now().await + TimeDelta::days(30);
    world.admin.clock_set(moved).await.unwrap();
    let third = lead.board().await.unwrap().queues.remove(0);
    assert_eq!((third.open, third.overdue, third.came_in), (4, 4, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_names_the_nearest_with_holder_and_the_people_with_what_they_hold() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=4 {
        cases.push(world.signal(n).await);
    }
    let anna = world.desk("anna").await;
    anna.take(cases[2]).await;
    anna.take(cases[1]).await;
    let pool = superuser(&world).await;
    run(
        &pool,
        &format!(
            "UPDATE loket.cases SET sort_at = sort_at - interval '1 day' WHERE case_id = {};
        UPDATE loket.cases SET raised_at = now() WHERE case_id = {}",
            cases[2].0, cases[3].0
        ),
    )
    .await;
    let board = world.db.store("lead_1").board().await.unwrap();
    let ids: Vec<CaseId> = board.nearest.iter().map(|row| row.case_id).collect();
    assert_eq!(ids, [cases[2], cases[0], cases[1], cases[3]]);
    assert_eq!(board.nearest[0].holder.as_deref(), Some("Anna"));
    let raised: Vec<CaseId> = board.raised.iter().map(|case| case.row.case_id).collect();
    assert_eq!((raised, board.queues[0].raised), (vec![cases[3]], 1));
    let names: Vec<&str> = board.people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Anna"], "only who is there");
    let held: Vec<CaseId> = board.people[0]
        .holds
        .iter()
        .map(|held| held.row.case_id)
        .collect();
    assert_eq!(held, [cases[2], cases[1]], "longest first");
    // what somebody outside must do comes after what we can do, however near it is
    run(
        &pool,
        &format!(
            "UPDATE loket.cases SET work = 'waiting', sort_at = sort_at - interval '9 days'
        WHERE case_id = {}",
            cases[0].0
        ),
    )
    .await;
    let later = world.db.store("lead_1").board().await.unwrap();
    let ids: Vec<CaseId> = later.nearest.iter().map(|row| row.case_id).collect();
    assert_eq!(ids, [cases[2], cases[1], cases[3], cases[0]]);
    let since = board.people[0].online_since.unwrap();
    assert!(since <= board.people[0].holds[0].since && since <= board.legal_now);
}

/// Queues of others are not on the board; giving a case to somebody is the lead's.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_sees_the_board_of_her_queues_and_cannot_reassign() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let pool = superuser(&world).await;
    run(&pool, "INSERT INTO loket.queues (key) VALUES ('other')").await;
    let queues = async |role: &str| {
        let board = world.db.store(role).board().await.unwrap();
        board
            .queues
            .into_iter()
            .map(|queue| queue.key)
            .collect::<Vec<_>>()
    };
    assert_eq!(queues("anna").await, ["mandate"]);
    assert_eq!(queues("lead_1").await, ["mandate"]);
    assert_eq!(
        queues("auditor_1").await,
        [
            "mandate",
            "metering",
            "installation",
            "wash",
            "sharing",
            "other"
        ]
    );
    let anna = world.desk("anna").await;
    let refused = anna
        .store
        .case_reassign(
            uuid::Uuid::now_v7(),
            anna.id(),
            case_id,
            None,
            "to the pool",
        )
        .await;
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one world, looked at from all sides")]
async fn the_trend_is_sampled_and_what_nobody_counted_comes_from_the_history() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:03:00Z");
    for _ in 0..2 {
        case(&pool, "open", None).await;
    }
    event(
        &pool,
        at("2026-11-20T09:15:00Z"),
        "opened",
        "",
        "blocked_contact_due",
    )
    .await;
    event(
        &pool,
        at("2026-11-20T10:40:00Z"),
        "opened",
        "",
        "blocked_contact_due",
    )
    .await;
    event(
        &pool,
        at("2026-11-20T10:00:00Z"),
        "close",
        "assessing",
        "closed_mandate_ok",
    )
    .await;
    run(
        &pool,
        &format!(
            "INSERT INTO loket.queue_board SELECT c.*, now()
      FROM loket.board_counts('{now}') c;
        INSERT INTO loket.board_samples VALUES (1, '2026-11-20T08:00Z', 7, 3), (1,
          '2026-11-01T00:00Z', 9, 9)"
        ),
    )
    .await;
    run(
        &pool,
        &format!("SELECT loket.board_sample('{now}'), loket.board_sample('{now}')"),
    )
    .await;
    let rows = sqlx::query(
        "SELECT to_char(at AT TIME ZONE 'UTC', 'HH24:MI') AS at, n_desk, n_overdue
          FROM loket.board_samples WHERE queue_id = 1 ORDER BY at",
    );
    let rows = rows.fetch_all(&pool).await.unwrap();
    assert_eq!(
        rows.len(),
        48,
        "eight hours of ten minutes; what is older than eight days is gone"
    );
    let desk = |time: &str| {
        let row = rows.iter().find(|row| row.get::<String, _>("at") == time);
        row.map(|row| {
            (
                row.get::<i32, _>("n_desk"),
                row.get::<Option<i32>, _>("n_overdue"),
            )
        })
    };
    assert_eq!(desk("11:00"), Some((2, Some(0))));
    assert_eq!(
        desk("10:40"),
        Some((1, None)),
        "what came at that moment had not come"
    );
    assert_eq!(desk("10:00"), Some((2, None)));
    assert_eq!(desk("09:20"), Some((2, None)));
    assert_eq!(desk("09:10"), Some((1, None)));
    assert_eq!(desk("08:00"), Some((7, Some(3))), "what was counted stays");
}

async fn clocks(pool: &PgPool, count: u32) {
    run(
        pool,
        &format!(
            "SELECT setseed(0.7);
         INSERT INTO loket.cases (case_no, queue_id, process, state, work, facts, received_at,
           opened_at, subject)
           SELECT 'GT-2026-' || lpad(n::text, 6, '0'), 1, 'doubt', 'assessing', 'open', '{{}}',
             now(), now(), '' FROM generate_series(1, {count}) n;
         INSERT INTO loket.deadlines (case_id, key, run, started_at, due_at, original_due_at,
           comparison, warn_at, whose, breached_at,
             late_on_arrival, late_by_retriage, outcome, ended_at, calendar, calendar_version,
               ledger)
           SELECT case_id, k, r, d - interval '1 day', d, d, c, d, CASE WHEN k = 'response_72h'
             THEN 'party' ELSE 'ours' END,
             CASE WHEN random() < 0.2 THEN d END, random() < 0.1, random() < 0.1, o,
               CASE WHEN o IS NOT NULL THEN d END, 'nl', 1, '[]'
           FROM (SELECT case_id, k, r, (ARRAY['before', 'up_to_and_including'])[1
             + (random() < 0.5)::int] AS c,
               '2026-06-30T22:00Z'::timestamptz + floor(random() * 9 - 4) * interval '10 days'
                 + floor(random() * 3 - 1) * interval '1 us' AS d,
               CASE WHEN r = 1 OR random() < 0.8 THEN (ARRAY['met', 'met_late', 'lapsed',
                 'cancelled'])[1 + floor(random() * 4)::int] END AS o
             FROM loket.cases, unnest(ARRAY['contact_1wd', 'response_72h']) k, generate_series(1,
               2) r) x"
        ),
    )
    .await;
}

/// Every clock is in exactly one figure, and behind each figure is each of its cases once.
#[tokio::test(flavor = "multi_thread")]
async fn the_report_counts_each_clock_once_and_lists_it_once() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    clocks(&pool, 60).await;
    let all: i64 = sqlx::query_scalar("SELECT count(*) FROM loket.deadlines")
        .fetch_one(&pool)
        .await
        .unwrap();
    let auditor = world.db.store("auditor_1");
    let mut counted = 0;
    let mut listed: Vec<(CaseId, String, i32)> = Vec::new();
    for month in 4..=9 {
        let month = NaiveDate::from_ymd_opt(2026, month, 17).unwrap();
        for row in auditor.on_time(month, None).await.unwrap() {
            counted += row.total();
            assert_eq!(row.month, month.with_day(1).unwrap());
            let kind = OnTimeKind {
                month,
                process: row.process.clone(),
                clock: row.clock.clone(),
            };
            let mut cases: Vec<OnTimeCase> = Vec::new();
            loop {
                let after = cases.last().map(OnTimeCase::place);
                let page = auditor.on_time_cases(&kind, after, 7).await.unwrap();
                let is_last = page.is_empty();
                cases.extend(page);
                if is_last {
                    break;
                }
            }
            for result in ClockResult::ALL {
                let found = cases.iter().filter(|case| case.result == result).count();
                assert_eq!(found as u64, row.count(result), "{kind:?} {result:?}");
            }
            listed.extend(
                cases
                    .into_iter()
                    .map(|case| (case.case_id, row.clock.clone(), case.run)),
            );
        }
    }
    assert_eq!(i64::try_from(counted).unwrap(), all);
    let total = listed.len();
    listed.sort();
    listed.dedup();
    assert_eq!(
        (i64::try_from(listed.len()).unwrap(), total),
        (all, listed.len())
    );
}

/// A working day that ends with the month belongs to it although its instant is the first of the
/// next; an hour that ends there does not. Months are those of the country.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_evening_of_a_month_belongs_to_the_month() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let month = async |due: &str, comparison: &str| -> String {
        let sql = "SELECT to_char(m, 'YYYY-MM') FROM generate_series('2026-01-01'::timestamp,
              '2027-06-01', '1 month') m
            WHERE loket.in_month($1, $2, loket.month_start(m::date, 'NL'),
              loket.month_start((m + interval '1 month')::date, 'NL'))";
        let months: Vec<String> = sqlx::query_scalar(sql)
            .bind(at(due))
            .bind(comparison)
            .fetch_all(&pool)
            .await
            .unwrap();
        months.join(" and ")
    };
    // midnight of 1 July in Amsterdam
    assert_eq!(month("2026-06-30T22:00:00Z", "before").await, "2026-06");
    assert_eq!(
        month("2026-06-30T22:00:00Z", "up_to_and_including").await,
        "2026-07"
    );
    assert_eq!(
        month("2026-06-30T22:00:00.000001Z", "before").await,
        "2026-07"
    );
    assert_eq!(
        month("2026-06-30T21:59:59.999999Z", "up_to_and_including").await,
        "2026-06"
    );
    // and of 1 January, with winter time
    assert_eq!(month("2026-12-31T23:00:00Z", "before").await, "2026-12");
    assert_eq!(
        month("2026-12-31T23:00:00Z", "up_to_and_including").await,
        "2027-01"
    );
}

/// One word for each clock: late when it came and late by an edit are nobody's breach, and a breach
/// on record stays one.
#[tokio::test(flavor = "multi_thread")]
async fn each_clock_has_one_result() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:00:00Z");
    let micro = TimeDelta::microseconds(1);
    let day = Days::new(1);
    let result = async |due: DateTime<Utc>, more: &str| -> String {
        let sql = format!(
            "SELECT loket.clock_result(due_at, comparison, breached_at, outcome, late_on_arrival,
               late_by_retriage, $2)
             FROM jsonb_populate_record(NULL::loket.deadlines, jsonb_build_object('due_at', $1,
               'comparison', 'before', 'late_on_arrival', false, 'late_by_retriage', false)
               || '{more}')"
        );
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(due)
            .bind(now);
        query.fetch_one(&pool).await.unwrap()
    };
    let inclusive = r#"{"comparison": "up_to_and_including"}"#;
    assert_eq!(result(now + micro, "{}").await, "running");
    assert_eq!(result(now, "{}").await, "breached");
    assert_eq!(result(now, inclusive).await, "running");
    assert_eq!(result(now - micro, inclusive).await, "breached");
    let past = now - day;
    for outcome in ["met", "met_late", "lapsed", "cancelled"] {
        assert_eq!(
            result(past, &format!(r#"{{"outcome": "{outcome}"}}"#)).await,
            outcome
        );
    }
    let breach = r#"{"outcome": "cancelled", "breached_at": "2026-11-19T12:00:00Z"}"#;
    assert_eq!(result(past, breach).await, "breached", "a breach is a fact");
    assert_eq!(
        result(past, r#"{"late_on_arrival": true, "outcome": "met"}"#).await,
        "late_on_arrival"
    );
    assert_eq!(
        result(past, r#"{"late_by_retriage": true}"#).await,
        "late_by_retriage"
    );
}

/// A take-back by a lead lowers the one whose change it was, after the count as well as in it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_lead_takes_back_is_less_of_the_one_who_did_it() {
    let world = World::new().await;
    let pool = superuser(&world).await;
    let now = at("2026-11-20T11:00:00Z");
    event(&pool, now, "close", "assessing", "closed_mandate_ok").await;
    event(&pool, now, "close", "assessing", "closed_mandate_ok").await;
    let own = "SELECT coalesce(sum(n_done) FILTER (WHERE agent_id = (SELECT agent_id
        FROM loket.case_events WHERE seq = 1)), -1), coalesce(sum(n_done), -1)
        FROM loket.board_people";
    let own = async || sqlx::query_as::<_, (i64, i64)>(own).fetch_one(&pool).await;
    let seen = format!("SELECT loket.board_flow('{now}', NULL)::text");
    let seen: String = sqlx::query_scalar(sqlx::AssertSqlSafe(seen))
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(own().await.unwrap(), (2, 2));
    let taken = "INSERT INTO loket.case_events (at, legal_at, case_id, seq, queue_id, kind,
      agent_id, fence, body, prev_hash, hash)
        SELECT at, legal_at, case_id, 3, queue_id, 'taken_back',
          (SELECT agent_id FROM loket.agents WHERE db_role = 'lead_1'), 0,
          jsonb_build_object('seq', 1, 'action', 'close'), '', ''
        FROM loket.case_events WHERE seq = 1";
    run(&pool, taken).await;
    let more = format!("SELECT loket.board_flow('{now}', '{seen}')");
    run(&pool, &more).await;
    assert_eq!(own().await.unwrap(), (1, 1));
}
