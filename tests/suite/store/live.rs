//! Many desks at once (issue 4): who is there, signs of work, notices.

use chrono::TimeDelta;
use loket::store::StoreError;
use loket::store::listener::{FeedLine, Hears};
use loket::store::rows::{CaseId, Here, Presence};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World};

fn at(case: CaseId, writing: bool) -> Here {
    Here {
        at: Some(case),
        writing,
        ..Here::default()
    }
}

fn seeing(cases: &[CaseId]) -> Here {
    Here {
        see: cases.to_vec(),
        ..Here::default()
    }
}

async fn tell(desk: &Desk<'_>, here: &Here) -> Vec<Presence> {
    let pulse = desk.store.pulse(desk.id(), None, here).await;
    pulse.unwrap().presence
}

async fn superuser(world: &World, statement: &'static str) {
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query(statement).execute(&pool).await.unwrap();
}

fn someone(case_id: CaseId, name: &str, writing: bool) -> Presence {
    Presence {
        case_id,
        name: name.into(),
        writing,
    }
}

/// Who reads and who writes is seen by colleagues at the case or with the row on the screen, never
/// by oneself; it ends with the session.
#[tokio::test(flavor = "multi_thread")]
async fn colleagues_see_who_reads_and_who_writes() {
    let world = World::new().await;
    let (one, other) = (world.signal(1).await, world.signal(2).await);
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    assert_eq!(tell(&anna, &at(one, false)).await, []);
    let seen = tell(&bram, &seeing(&[one, other])).await;
    assert_eq!(seen, [someone(one, "Anna", false)]);
    tell(&anna, &at(one, true)).await;
    let seen = tell(&bram, &at(one, false)).await;
    assert_eq!(seen, [someone(one, "Anna", true)]);
    let seen = tell(&anna, &at(one, true)).await;
    assert_eq!(seen, [someone(one, "Bram", false)], "not oneself");
    assert_eq!(
        tell(&bram, &seeing(&[other])).await,
        [],
        "another case is on the screen"
    );
    anna.store.session_close(anna.id()).await.unwrap();
    assert_eq!(tell(&bram, &at(one, false)).await, [], "she left");
}

/// A console that fell silent is not shown for as long as its session may live.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_console_reads_nothing() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    tell(&anna, &at(case, false)).await;
    superuser(
        &world,
        "UPDATE loket.agent_sessions SET heartbeat_at = heartbeat_at - interval '31 s'",
    )
    .await;
    assert_eq!(tell(&bram, &seeing(&[case])).await, []);
}

/// Nobody is told who is at a case of a queue that is not his.
#[tokio::test(flavor = "multi_thread")]
async fn presence_stays_within_the_queue() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, carla) = (world.desk("anna").await, world.desk("carla").await);
    tell(&anna, &at(case, false)).await;
    assert_eq!(
        tell(&carla, &seeing(&[case])).await,
        [someone(case, "Anna", false)]
    );
    superuser(
        &world,
        "DELETE FROM loket.agent_queues
         WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'carla')",
    )
    .await;
    assert_eq!(tell(&carla, &seeing(&[case])).await, []);
}

/// What a console says of itself is bounded: 60 cases a list, and nothing of another shape.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_console_says_of_itself_is_bounded() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let many: Vec<CaseId> = (1..=61).map(CaseId).collect();
    let told = anna.store.pulse(anna.id(), None, &seeing(&many)).await;
    assert!(matches!(told, Err(StoreError::Refused(_))), "{told:?}");
    let told = anna
        .store
        .pulse(anna.id(), None, &seeing(&many[..60]))
        .await;
    assert!(told.is_ok(), "{told:?}");
    let pool = world.db.pool("anna", 1).await;
    for here in [
        r#""x""#,
        r#"{"at":"x"}"#,
        r#"{"see":5}"#,
        r#"{"writing":1}"#,
    ] {
        let pulse = "SELECT loket_api.pulse($1, NULL, NULL, NULL, NULL, $2::jsonb)::text";
        let told = sqlx::query(pulse).bind(anna.id()).bind(here);
        assert!(told.execute(&pool).await.is_err(), "{here}");
    }
}

/// A key in a held case is a sign of work of its own lease, written at most once in ten seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_a_held_case_is_a_sign_of_work() {
    let world = World::new().await;
    let (one, other) = (world.signal(1).await, world.signal(2).await);
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    anna.take(one).await;
    bram.take(other).await;
    superuser(
        &world,
        "UPDATE loket.case_leases SET worked_at = worked_at - interval '20 minutes'",
    )
    .await;
    let worked = Here {
        worked: vec![one, other],
        ..Here::default()
    };
    let ago = async |desk: &Desk<'_>, here: &Here| {
        let pulse = desk.store.pulse(desk.id(), None, here).await.unwrap();
        let leases = pulse.leases.unwrap();
        let last = leases[0].worked_at.unwrap();
        (last, pulse.now - last > TimeDelta::minutes(19))
    };
    assert!(ago(&anna, &Here::default()).await.1, "a beat is no work");
    let (first, is_long) = ago(&anna, &worked).await;
    assert!(!is_long);
    assert!(
        ago(&bram, &Here::default()).await.1,
        "nobody works in a colleague's name"
    );
    assert_eq!(ago(&anna, &worked).await.0, first, "not with every key");
}

/// A hand-over is told to the one who got the case, with its line, until he has seen it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_is_told_until_it_was_seen() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lease = anna.take(case).await;
    let to = bram.session.me.agent_id;
    anna.store
        .case_hand_over(Uuid::now_v7(), anna.id(), lease, Some(to), "calls at four")
        .await
        .unwrap();
    let notices = async |desk: &Desk<'_>| {
        let pulse = desk.store.pulse(desk.id(), None, &Here::default()).await;
        pulse.unwrap().notices
    };
    assert_eq!(notices(&anna).await, []);
    let told = notices(&bram).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (
            told[0].kind.as_str(),
            told[0].case_id,
            told[0].who.as_deref(),
            told[0].line.as_deref()
        ),
        ("handed_to_you", case, Some("Anna"), Some("calls at four"))
    );
    let ids = [told[0].notice_id];
    assert_eq!(anna.store.notices_seen(&ids).await, Ok(0), "not hers");
    assert_eq!(bram.store.notices_seen(&ids).await, Ok(1));
    assert_eq!(notices(&bram).await, []);
    let worker = world.db.store("worker_1");
    assert_eq!(worker.notices_purge().await, Ok(0), "kept for seven days");
    superuser(
        &world,
        "UPDATE loket.notices SET seen_at = seen_at - interval '8 days'",
    )
    .await;
    assert_eq!(worker.notices_purge().await, Ok(1));
}

/// A reassignment is told to the one who got the case and to the one who lost it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reassignment_is_told_to_both() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lead = world.desk("lead_1").await;
    anna.take(case).await;
    let to = bram.session.me.agent_id;
    lead.store
        .case_reassign(Uuid::now_v7(), lead.id(), case, Some(to), "at lunch")
        .await
        .unwrap();
    for (desk, kind) in [(&anna, "reassigned"), (&bram, "handed_to_you")] {
        let pulse = desk.store.pulse(desk.id(), None, &Here::default()).await;
        let told = pulse.unwrap().notices;
        let kinds: Vec<&str> = told.iter().map(|notice| notice.kind.as_str()).collect();
        assert_eq!(kinds, [kind]);
        assert_eq!(told[0].line.as_deref(), Some("at lunch"));
    }
}

/// A message that a killed worker took is free at once: its line is gone. The fence still decides.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_took_is_taken_by_another_at_once() {
    let world = World::new().await;
    world.signal(1).await;
    let (one, other) = (world.db.store("worker_1"), world.db.store("worker_2"));
    let line = one.line().await.unwrap();
    let owner = Some(line.backend());
    let taken = one.outbox_take_as(10, owner).await.unwrap();
    assert_eq!(taken.len(), 1);
    let theirs = other.line().await.unwrap();
    let again = async || {
        let owner = Some(theirs.backend());
        other.outbox_take_as(10, owner).await.unwrap()
    };
    assert_eq!(again().await.len(), 0, "the first one is alive");
    drop(line);
    let mut second = Vec::new();
    for _ in 0..600 {
        second = again().await;
        if !second.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(second.len(), 1, "free, long before its minute is over");
    assert_eq!(second[0].idem_key, taken[0].idem_key);
    let (id, old) = (taken[0].outbox_id, taken[0].fence);
    assert_eq!(
        one.outbox_sent(id, old, false).await,
        Ok(false),
        "an old fence"
    );
    assert_eq!(
        other.outbox_sent(id, second[0].fence, false).await,
        Ok(true)
    );
}

/// One worker leads; the lead goes on with the end of its line, and what it says is heard.
#[tokio::test(flavor = "multi_thread")]
async fn one_leads_and_what_it_says_is_heard() {
    let world = World::new().await;
    let (one, other) = (world.db.store("worker_1"), world.db.store("worker_2"));
    let (mut first, mut second) = (one.line().await.unwrap(), other.line().await.unwrap());
    assert_eq!(first.lead().await, Ok(true));
    assert_eq!(second.lead().await, Ok(false));
    drop(first);
    let mut leads = false;
    for _ in 0..600 {
        leads = second.lead().await.unwrap();
        if leads {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(leads);
    let anna = world.desk("anna").await;
    let mut ear = anna.store.feed_line(Hears::Yes);
    ear.connect().await.unwrap();
    let mut place = second.tick(None, false).await.unwrap();
    let case = world.signal(1).await;
    let queue = anna.session.me.queues[0].queue_id;
    // a transaction of another test may hold the feed back for a while
    for _ in 0..600 {
        place = second.tick(Some(&place), false).await.unwrap();
        if place.news {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let heard = async |ear: &mut FeedLine| {
        let patience = std::time::Duration::from_mins(1);
        let heard = tokio::time::timeout(patience, ear.hear()).await;
        heard.expect("nothing was heard")
    };
    let tick = heard(&mut ear).await;
    assert!(tick.queues.has_any(&[queue]) && !tick.queues.has_any(&[queue + 1]));
    let quiet = second.tick(Some(&place), false).await.unwrap();
    assert!(!quiet.news, "told once");
    tell(&anna, &at(case, false)).await;
    second.tick(Some(&quiet), true).await.unwrap();
    let tick = heard(&mut ear).await;
    assert!(tick.cases.has_any(&[case.0]), "another reader: {tick:?}");
    assert!(!tick.queues.has_any(&[queue]));
}

/// A worker that is stopped, or whose line is cut without a word, does not keep the lead.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_falls_silent_is_ended_by_the_server() {
    let world = World::new().await;
    let (one, other) = (world.db.store("worker_1"), world.db.store("worker_2"));
    let mut silent = one.line().await.unwrap();
    assert_eq!(silent.lead().await, Ok(true));
    let mut second = other.line().await.unwrap();
    let mut leads = false;
    for _ in 0..600 {
        leads = second.lead().await.unwrap();
        if leads {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(leads);
    assert!(silent.tick(None, true).await.is_err());
}

/// A server that is too busy has answered all the same: the line to which the session is bound stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_costs_nobody_the_line() {
    const LINE: &str = "SELECT pid FROM pg_stat_activity
        WHERE application_name = 'loket feed' AND datname = current_database()";
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let owner = world.db.pool(SUPERUSER, 2).await;
    let mut line = anna.store.feed_line(Hears::Yes);
    line.pulse(anna.id(), None, &Here::default()).await.unwrap();
    let before: i32 = sqlx::query_scalar(LINE).fetch_one(&owner).await.unwrap();
    let mut busy = owner.acquire().await.unwrap();
    let lock = "BEGIN; SELECT 1 FROM loket.agent_sessions FOR UPDATE";
    sqlx::raw_sql(lock).execute(&mut *busy).await.unwrap();
    let refused = line.pulse(anna.id(), None, &at(case, true)).await;
    assert!(refused.is_err_and(|error| error.is_passing()));
    sqlx::raw_sql("ROLLBACK").execute(&mut *busy).await.unwrap();
    let told = line.pulse(anna.id(), None, &at(case, true)).await.unwrap();
    assert!(told.leases.is_some());
    let after: i32 = sqlx::query_scalar(LINE).fetch_one(&owner).await.unwrap();
    assert_eq!(before, after);
}

/// A console that begins knows at once whether there are ticks to wait for.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_says_whether_a_worker_leads() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let here = Here::default();
    let ticking = async |hears: Hears| {
        let mut line = anna.store.feed_line(hears);
        let first = line.pulse(anna.id(), None, &here).await.unwrap();
        let next = line.pulse(anna.id(), Some(&first.cursor), &here).await;
        assert!(!next.unwrap().ticking, "told at the beginning only");
        first.ticking
    };
    assert!(!ticking(Hears::Yes).await, "nobody leads");
    let worker = world.db.store("worker_1");
    let mut leads = worker.line().await.unwrap();
    assert_eq!(leads.lead().await, Ok(true));
    assert!(ticking(Hears::Yes).await);
    assert!(!ticking(Hears::No).await, "who does not listen asks");
}

/// Agents neither lead nor tick.
#[tokio::test(flavor = "multi_thread")]
async fn agents_neither_lead_nor_tick() {
    let world = World::new().await;
    assert!(world.desk("anna").await.store.line().await.is_err());
}

/// Agents work in their own session only: the id of a colleague's session keeps no lease of his alive.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_works_in_the_session_of_another() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    anna.take(case).await;
    superuser(
        &world,
        "UPDATE loket.case_leases SET worked_at = worked_at - interval '20 minutes'",
    )
    .await;
    let worked = Here {
        worked: vec![case],
        ..Here::default()
    };
    let pulse = bram.store.pulse(anna.id(), None, &worked).await.unwrap();
    assert_eq!(pulse.leases, None, "not his session");
    let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
    let pulse = pulse.unwrap();
    let last = pulse.leases.unwrap()[0].worked_at.unwrap();
    assert!(pulse.now - last > TimeDelta::minutes(19));
}

/// Nobody is at a case that he may not see, whatever his console says.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_at_a_case_of_a_queue_that_is_not_his() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, carla) = (world.desk("anna").await, world.desk("carla").await);
    superuser(
        &world,
        "DELETE FROM loket.agent_queues
         WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'carla')",
    )
    .await;
    tell(&carla, &at(case, true)).await;
    assert_eq!(tell(&anna, &at(case, false)).await, []);
}

/// What nobody ever looked at goes after a month, by the technical clock.
#[tokio::test(flavor = "multi_thread")]
async fn notices_that_nobody_looked_at_go_after_a_month() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    anna.take(case).await;
    let given = lead
        .store
        .case_reassign(Uuid::now_v7(), lead.id(), case, None, "sick");
    given.await.unwrap();
    let worker = world.db.store("worker_1");
    superuser(
        &world,
        "UPDATE loket.notices SET made_at = made_at - interval '29 days'",
    )
    .await;
    assert_eq!(worker.notices_purge().await, Ok(0));
    superuser(
        &world,
        "UPDATE loket.notices SET made_at = made_at - interval '2 days'",
    )
    .await;
    assert_eq!(worker.notices_purge().await, Ok(1));
}

/// The counts of the lists come with the pulse, and a console counts where no worker does.
#[tokio::test(flavor = "multi_thread")]
async fn the_pulse_brings_fresh_counts_to_an_idle_console() {
    let world = World::new().await;
    world.signal(1).await;
    let anna = world.desk("anna").await;
    let queue = anna.session.me.queues[0].queue_id;
    let open = async || {
        let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
        pulse.unwrap().counts[&queue].open
    };
    assert_eq!(open().await, 1);
    world.signal(2).await;
    superuser(
        &world,
        "UPDATE loket.board_runs SET quick_at = quick_at - interval '1 hour'",
    )
    .await;
    assert_eq!(open().await, 2);
}

/// The time during which the server was away is nobody's idle time: nothing ends before the console is
/// back, and then it begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_no_idle_time() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case).await;
    superuser(
        &world,
        "UPDATE loket.case_leases SET worked_at = worked_at - interval '40 minutes'",
    )
    .await;
    let worker = world.db.store("worker_1");
    let idle = worker.leases_idle(30, None).await.unwrap().leases;
    assert_eq!(idle.len(), 1, "she did not touch it");
    superuser(
        &world,
        "UPDATE loket.agent_sessions SET
           backend_start = pg_postmaster_start_time() - interval '1 second'",
    )
    .await;
    let away = worker.leases_idle(30, None).await.unwrap().leases;
    assert_eq!(away.len(), 0);
    let ended = worker.lease_expire(lease, idle[0].worked_at).await;
    assert_eq!(ended, Ok(false), "seen before the outage");
    superuser(
        &world,
        "UPDATE loket.agent_sessions SET heartbeat_at = heartbeat_at - interval '1 minute'",
    )
    .await;
    let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
    let pulse = pulse.unwrap();
    let last = pulse.leases.unwrap()[0].worked_at.unwrap();
    assert!(pulse.now - last < TimeDelta::minutes(10));
}

/// Behind many that nobody looked at, a new one is told all the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_notices_are_told_first() {
    let world = World::new().await;
    world.signal(1).await;
    let anna = world.desk("anna").await;
    superuser(
        &world,
        "INSERT INTO loket.notices (agent_id, case_id, kind, at)
         SELECT a.agent_id, c.case_id, 'raised', now()
         FROM loket.agents a, loket.cases c, generate_series(1, 30) WHERE a.db_role = 'anna'",
    )
    .await;
    superuser(
        &world,
        "INSERT INTO loket.notices (agent_id, case_id, kind, at)
         SELECT a.agent_id, c.case_id, 'taken_over', now()
         FROM loket.agents a, loket.cases c WHERE a.db_role = 'anna'",
    )
    .await;
    let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
    let told = pulse.unwrap().notices;
    assert_eq!(told.len(), 20);
    assert_eq!(told.last().unwrap().kind, "taken_over");
}

/// A console that was killed is nobody to hand a case to, before anybody has swept its session away.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_console_is_not_there() {
    let world = World::new().await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let is_there = async || {
        let all = anna.store.colleagues().await.unwrap();
        let bram = all
            .iter()
            .find(|one| one.agent_id == bram.session.me.agent_id);
        bram.unwrap().online
    };
    assert!(is_there().await);
    superuser(
        &world,
        "SELECT pg_terminate_backend(s.backend_pid, 5000) FROM loket.agent_sessions s
         JOIN loket.agents a USING (agent_id) WHERE a.db_role = 'bram'",
    )
    .await;
    assert!(!is_there().await);
}

/// Who held a case that a lead moves to another queue is told, for he does not see it any more.
#[tokio::test(flavor = "multi_thread")]
async fn the_holder_is_told_of_a_move_to_another_queue() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    anna.take(case).await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let other = "INSERT INTO loket.queues (key) VALUES ('other') RETURNING queue_id";
    let other: i32 = sqlx::query_scalar(other).fetch_one(&pool).await.unwrap();
    let (cmd, session) = (Uuid::now_v7(), lead.id());
    let moved = lead
        .store
        .case_transfer(cmd, session, case, other, "wrong queue");
    moved.await.unwrap();
    let pulse = anna.store.pulse(anna.id(), None, &Here::default()).await;
    let told = pulse.unwrap().notices;
    let told: Vec<_> = told.iter().map(|it| (it.case_id, &*it.kind)).collect();
    assert_eq!(told, [(case, "transferred")]);
}
