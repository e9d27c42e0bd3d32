//! Claims, leases, fences, limits, hand-over: one holder at a time, whatever happens.

use crate::support::db::SUPERUSER;
use loket::store::StoreError;
use loket::store::rows::{Claim, Here, Lease, WorkState};
use loket::store::session::SessionKind;
use uuid::Uuid;

use crate::support::world::{Desk, World, answers, free};

fn granted(claim: Claim) -> Lease {
    match claim {
        Claim::Granted { lease, .. } => lease,
        other => panic!("{other:?}"),
    }
}

async fn next(desk: &Desk<'_>) -> Claim {
    desk.store
        .claim_next(Uuid::now_v7(), desk.id(), None)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_claimer_is_told_who_was_first() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    anna.take(case_id).await;
    match bram.claim(case_id).await.unwrap() {
        Claim::Taken { holder, .. } => assert_eq!(holder, "Anna"),
        other => panic!("{other:?}"),
    }
    // claiming what one holds is no error
    anna.take(case_id).await;
}

/// What the command line took says so in the detail, and only to whom it belongs.
#[tokio::test(flavor = "multi_thread")]
async fn a_detail_tells_that_our_command_line_holds_the_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let held = async |desk: &Desk<'_>| {
        let detail = desk.store.case_detail(case_id).await.unwrap();
        detail.held_by_shell
    };
    let lease = anna.take(case_id).await;
    assert!(!held(&anna).await, "a desk is no command line");
    anna.store
        .case_release(Uuid::now_v7(), anna.id(), lease)
        .await
        .unwrap();
    let shell = Uuid::now_v7();
    let kind = SessionKind::Detached;
    anna.store.session_open(shell, "cli", kind).await.unwrap();
    let claim = anna.store.case_claim(Uuid::now_v7(), shell, case_id);
    granted(claim.await.unwrap());
    assert!(held(&anna).await);
    assert!(!held(&bram).await);
}

/// Messages are told with legal time, in a rehearsal too: those that wait and those that were sent.
#[tokio::test(flavor = "multi_thread")]
async fn messages_that_wait_stand_in_legal_time() {
    let world = World::new().await;
    let at = "2026-12-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(at).await.unwrap();
    let case_id = world.signal(1).await;
    let detail = world.admin.case_detail(case_id).await.unwrap();
    let message = detail.messages.first().unwrap();
    let off = (message.created_at - at).num_minutes().abs();
    assert!(off < 30, "{}", message.created_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_claim_one_case_at_once_exactly_one_gets_it() {
    let world = World::new().await;
    for n in 1..=8 {
        let case_id = world.signal(n).await;
        let mut desks = Vec::new();
        for agent in 0..6 {
            desks.push(world.desk(&format!("agent_{agent:02}")).await);
        }
        let claims = desks.iter().map(|desk| desk.claim(case_id));
        let claims = futures_util::future::join_all(claims).await;
        let won = claims
            .iter()
            .filter(|it| matches!(it, Ok(Claim::Granted { .. })))
            .count();
        let lost = claims
            .iter()
            .filter(|it| matches!(it, Ok(Claim::Taken { .. })))
            .count();
        assert_eq!((won, lost), (1, 5), "{claims:?}");
        for desk in &desks {
            desk.store.session_close(desk.id()).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_for_the_next_case_never_get_the_same_one() {
    let world = World::new().await;
    for n in 1..=20 {
        world.signal(n).await;
    }
    let mut desks = Vec::new();
    for agent in 0..10 {
        desks.push(world.desk(&format!("agent_{agent:02}")).await);
    }
    let mut taken = Vec::new();
    for _ in 0..2 {
        let claims = futures_util::future::join_all(desks.iter().map(next)).await;
        taken.extend(claims.into_iter().map(|claim| granted(claim).case_id));
    }
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 20);
    assert_eq!(next(&desks[0]).await, Claim::Empty);
}

/// GT-08: unlawful reading must last as briefly as possible, so the nearest deadline comes first.
#[tokio::test(flavor = "multi_thread")]
async fn gt_08_the_next_case_is_the_one_with_the_nearest_deadline() {
    let world = World::new().await;
    let first = world.signal(1).await;
    let second = world.signal(2).await;
    let anna = world.desk("anna").await;
    let one = world.admin.case_detail(first).await.unwrap().row.sort_at;
    let two = world.admin.case_detail(second).await.unwrap().row.sort_at;
    let nearest = if (one, first) < (two, second) {
        first
    } else {
        second
    };
    match next(&anna).await {
        Claim::Granted { lease, why, .. } => {
            assert_eq!(lease.case_id, nearest);
            assert_eq!(why, "nearest_breach");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_holds_no_more_than_the_queue_allows() {
    let world = World::new().await;
    for n in 1..=7 {
        world.signal(n).await;
    }
    let (one, other) = (world.desk("anna").await, world.desk("anna").await);
    // two consoles of one agent ask at once: the limit counts both
    let mut claims = Vec::new();
    for _ in 0..4 {
        let (left, right) = tokio::join!(next(&one), next(&other));
        claims.extend([left, right]);
    }
    let won = claims
        .iter()
        .filter(|it| matches!(it, Claim::Granted { .. }))
        .count();
    assert_eq!(won, 5);
    let full = |claim: &Claim| {
        matches!(
            claim,
            Claim::Limit {
                held: 5,
                limit: 5,
                ..
            }
        )
    };
    assert!(claims.iter().any(full), "{claims:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_command_has_one_effect() {
    let world = World::new().await;
    world.signal(1).await;
    world.signal(2).await;
    let anna = world.desk("anna").await;
    let cmd = Uuid::now_v7();
    let ask = || anna.store.claim_next(cmd, anna.id(), None);
    let (one, two) = tokio::join!(ask(), ask());
    let three = ask().await;
    assert_eq!(one, two);
    assert_eq!(one, three);
    let bram = world.desk("bram").await;
    assert_ne!(granted(next(&bram).await), granted(one.unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_fence_writes_nothing() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let old = anna.take(case_id).await;
    anna.store
        .case_release(Uuid::now_v7(), anna.id(), old)
        .await
        .unwrap();
    let bram = world.desk("bram").await;
    let new = bram.take(case_id).await;
    assert!(new.fence > old.fence);
    let refused = anna
        .store
        .case_release(Uuid::now_v7(), anna.id(), old)
        .await;
    assert_eq!(
        refused,
        Err(StoreError::LeaseLost {
            holder: Some("Bram".into())
        })
    );
    // not even with the right fence, from another session
    let stolen = anna
        .store
        .case_release(Uuid::now_v7(), anna.id(), new)
        .await;
    assert_eq!(
        stolen,
        Err(StoreError::LeaseLost {
            holder: Some("Bram".into())
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_cannot_be_taken_over_by_another_agent() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let bram = world.db.store("bram");
    let theft = bram
        .session_open(anna.id(), "test", SessionKind::Console)
        .await;
    assert!(matches!(theft, Err(StoreError::NotAnAgent(_))), "{theft:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_gives_the_cases_back() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    anna.take(case_id).await;
    assert_eq!(anna.store.session_close(anna.id()).await, Ok(1));
    let row = world.admin.case_detail(case_id).await.unwrap().row;
    assert_eq!((row.work, row.holder), (WorkState::Open, None));
    let pulse = anna
        .store
        .pulse(anna.id(), None, &Here::default())
        .await
        .unwrap();
    assert_eq!(
        pulse.leases, None,
        "the session is gone, and the console is told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_goes_on_with_a_line_to_a_colleague_who_is_there() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lease = anna.take(case_id).await;
    let colleagues = anna.store.colleagues().await.unwrap();
    let of = |name: &str| colleagues.iter().find(|it| it.name == name).unwrap();
    let hand = |to, line: &'static str| {
        anna.store
            .case_hand_over(Uuid::now_v7(), anna.id(), lease, to, line)
    };
    let refusal = |result: Result<_, StoreError>| match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refusal(hand(Some(of("Bram").agent_id), "  ").await),
        "line_required"
    );
    assert_eq!(
        refusal(hand(Some(of("Carla").agent_id), "please").await),
        "agent_offline"
    );
    hand(Some(of("Bram").agent_id), "customer calls back at four")
        .await
        .unwrap();
    let detail = bram.store.case_detail(case_id).await.unwrap();
    assert_eq!(
        detail.handover.as_deref(),
        Some("customer calls back at four")
    );
    let given = detail.lease.unwrap();
    bram.act(
        case_id,
        Some(given),
        "add_note",
        &answers([("note", free("done"))]),
    )
    .await
    .unwrap();
    let pulse = bram
        .store
        .pulse(bram.id(), None, &Here::default())
        .await
        .unwrap();
    assert_eq!(pulse.leases, Some(vec![given]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_lead_reassigns_and_the_holder_loses_the_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    let lease = anna.take(case_id).await;
    let reassign = |desk: &Desk<'_>| {
        let (store, id) = (desk.store.clone(), desk.id());
        async move {
            store
                .case_reassign(Uuid::now_v7(), id, case_id, None, "at lunch")
                .await
        }
    };
    assert!(matches!(
        reassign(&anna).await,
        Err(StoreError::Bug(_) | StoreError::Refused(_))
    ));
    reassign(&lead).await.unwrap();
    let note = anna
        .store
        .case_release(Uuid::now_v7(), anna.id(), lease)
        .await;
    assert_eq!(note, Err(StoreError::LeaseLost { holder: None }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_console_loses_its_cases_to_the_sweep_and_a_living_one_does_not() {
    let world = World::new().await;
    let (dead_case, live_case) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    anna.take(dead_case).await;
    let bram = world.desk("bram").await;
    bram.take(live_case).await;
    anna.store.close().await;
    let worker = world.db.store("worker_1");
    worker.sweep().await.unwrap();
    // ten seconds of grace, played by setting back the instant of the loss
    let age = "UPDATE loket.agent_sessions SET lost_at = lost_at - interval '11 s'";
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let work = |case| {
        let admin = world.admin.clone();
        async move { admin.case_detail(case).await.unwrap().row.work }
    };
    assert_eq!(work(dead_case).await, WorkState::Held);
    let mut waited = 0;
    while work(dead_case).await == WorkState::Held {
        waited += 1;
        assert!(waited < 200, "the sweep does not see the loss");
        sqlx::query(age).execute(&pool).await.unwrap();
        worker.sweep().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(work(live_case).await, WorkState::Held);
}

/// Waits until somebody waits for a lock in this database.
async fn somebody_waits(pool: &sqlx::PgPool) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..300 {
        let n: i64 = sqlx::query_scalar(waiting).fetch_one(pool).await.unwrap();
        if n > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

async fn run(connection: &mut sqlx::PgConnection, statement: &str) {
    let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()));
    statement.execute(connection).await.unwrap();
}

/// Limit and gate count what others committed while one waited: an older picture is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_in_another_isolation_level_is_refused() {
    let world = World::new().await;
    world.signal(1).await;
    let anna = world.desk("anna").await;
    let pool = world.db.pool("anna", 1).await;
    let mut line = pool.acquire().await.unwrap();
    for (level, is_refused) in [
        ("READ COMMITTED", false),
        ("REPEATABLE READ", true),
        ("SERIALIZABLE", true),
    ] {
        run(&mut line, &format!("BEGIN ISOLATION LEVEL {level}")).await;
        let claim = "SELECT loket_api.claim_next($1, $2, NULL)::text";
        let claim = sqlx::query(claim).bind(Uuid::now_v7()).bind(anna.id());
        let said = claim.execute(&mut *line).await;
        let is_that = said.is_err_and(|error| error.to_string().contains("not_read_committed"));
        assert_eq!(is_that, is_refused, "{level}");
        run(&mut line, "ROLLBACK").await;
    }
}

/// What one holds is granted as it was got, and with the work that was done on it.
#[tokio::test(flavor = "multi_thread")]
async fn claiming_what_one_holds_tells_the_lease_as_it_stands() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let first = next(&anna).await;
    let again = anna.claim(case_id).await.unwrap();
    let parts = |claim: &Claim| match claim {
        Claim::Granted { lease, why, .. } => (lease.fence, lease.proposed, why.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(parts(&again), parts(&first));
    assert!(parts(&again).1, "still a proposal");
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let earlier = "UPDATE loket.case_leases SET worked_at = worked_at - interval '20 min'";
    sqlx::query(earlier).execute(&pool).await.unwrap();
    let third = granted(anna.claim(case_id).await.unwrap());
    let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
    let held = pulse.unwrap().leases.unwrap();
    assert_eq!(third.worked_at, held[0].worked_at);
}

/// The limit is that of the queue in which the case is when it is locked, not when it was looked at.
#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_that_of_the_queue_at_the_lock() {
    let world = World::new().await;
    let (held, moved) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    anna.take(held).await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 3).await;
    let mut other = pool.acquire().await.unwrap();
    let there = "(SELECT max(queue_id) FROM loket.queues)";
    let prepare = format!(
        "INSERT INTO loket.queues (key) VALUES ('other');
         INSERT INTO loket.agent_queues (agent_id, queue_id) VALUES ({}, {there});
         UPDATE loket.queues SET max_leases = 1 WHERE queue_id = {there};
         UPDATE loket.cases SET queue_id = {there} WHERE case_id = {}",
        anna.session.me.agent_id, held.0
    );
    run(&mut other, &prepare).await;
    let moving = format!(
        "BEGIN; UPDATE loket.cases SET queue_id = {there} WHERE case_id = {}",
        moved.0
    );
    run(&mut other, &moving).await;
    let commit = async {
        somebody_waits(&pool).await;
        run(&mut other, "COMMIT").await;
    };
    let (claim, ()) = tokio::join!(anna.claim(moved), commit);
    let claim = claim.unwrap();
    assert!(matches!(claim, Claim::Limit { limit: 1, .. }), "{claim:?}");
}

/// Sessions are locked before cases: whoever waits for the session of a receiver holds no case.
#[tokio::test(flavor = "multi_thread")]
async fn who_gives_a_case_waits_for_the_receiver_without_holding_it() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lease = anna.take(case_id).await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 3).await;
    let (mut one, mut two) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let lock = format!(
        "BEGIN; SELECT 1 FROM loket.agent_sessions WHERE session_id = '{}' FOR UPDATE",
        bram.id()
    );
    run(&mut one, &lock).await;
    let to = Some(bram.session.me.agent_id);
    let given = anna
        .store
        .case_hand_over(Uuid::now_v7(), anna.id(), lease, to, "yours");
    let watch = async {
        somebody_waits(&pool).await;
        let case = format!(
            "SELECT 1 FROM loket.cases WHERE case_id = {} FOR UPDATE NOWAIT",
            case_id.0
        );
        run(&mut two, &case).await;
        run(&mut one, "ROLLBACK").await;
    };
    let (given, ()) = tokio::join!(given, watch);
    given.unwrap();
}

/// A sweep locks the cases of all that are gone in their order, whatever the order of the sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_holds_no_case_while_it_waits_for_an_earlier_one() {
    let world = World::new().await;
    let (low, high) = (world.signal(1).await, world.signal(2).await);
    let pool = world.db.pool(crate::support::db::SUPERUSER, 3).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let (first, second) = if anna.id() < bram.id() {
        (anna, bram)
    } else {
        (bram, anna)
    };
    first.take(high).await;
    second.take(low).await;
    let (mut one, mut two) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    let lost = "UPDATE loket.agent_sessions SET lost_at = now() - interval '5 minutes'";
    run(&mut one, lost).await;
    let lock = format!(
        "BEGIN; SELECT 1 FROM loket.cases WHERE case_id = {} FOR UPDATE",
        low.0
    );
    run(&mut one, &lock).await;
    let worker = world.db.store("worker_1");
    let watch = async {
        somebody_waits(&pool).await;
        let case = format!(
            "SELECT 1 FROM loket.cases WHERE case_id = {} FOR UPDATE NOWAIT",
            high.0
        );
        run(&mut two, &case).await;
        run(&mut one, "ROLLBACK").await;
    };
    let (swept, ()) = tokio::join!(worker.sweep(), watch);
    assert_eq!(swept, Ok(2));
}

/// A session that comes back waits for itself before it touches its leases: a sweep holds the one and
/// asks for the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_comes_back_locks_itself_before_its_leases() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    anna.take(case).await;
    let pool = world.db.pool(SUPERUSER, 2).await;
    let away = "UPDATE loket.agent_sessions SET heartbeat_at = heartbeat_at - interval '1 min'";
    sqlx::query(away).execute(&pool).await.unwrap();
    let mut sweep = pool.acquire().await.unwrap();
    let locks = "BEGIN; SELECT 1 FROM loket.agent_sessions FOR UPDATE";
    sqlx::raw_sql(locks).execute(&mut *sweep).await.unwrap();
    let (store, session) = (anna.store.clone(), anna.id());
    let back = tokio::spawn(async move {
        let here = loket::store::rows::Here::default();
        store.pulse(session, None, &here).await.map(|_| ())
    });
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database() AND query LIKE '%pulse%')";
    for _ in 0..500 {
        if sqlx::query_scalar(waits).fetch_one(&pool).await.unwrap() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!back.is_finished(), "it waits for the session");
    let lease = "SELECT 1 FROM loket.case_leases FOR UPDATE NOWAIT";
    let free = sqlx::query(lease).execute(&mut *sweep).await;
    sqlx::query("ROLLBACK").execute(&mut *sweep).await.unwrap();
    assert!(free.is_ok(), "its lease is not locked meanwhile: {free:?}");
    back.await.unwrap().unwrap();
}
