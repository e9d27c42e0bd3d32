//! Limit and gate, passing over, taking over, idle leases: the rules of claiming, as the database keeps
//! them whoever asks.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use loket::exchange::outbox::Delivery;
use loket::exchange::worker::{Options, Worker};
use loket::process::engine::{Answer, Refusal};
use loket::process::field::Value;
use loket::store::StoreError;
use loket::store::rows::{
    AS_QUEUE, Applied, CaseId, Claim, Here, Lease, NewLimits, Notice, WorkState,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, SUPPLIER, World, answers, free, word, yes};

/// The queue of the small world.
fn queue(desk: &Desk<'_>) -> i32 {
    desk.session.me.queues[0].queue_id
}

async fn set(lead: &Desk<'_>, agent: Option<i32>, max: Option<i32>, gate: Option<i32>) {
    let new = NewLimits {
        queue_id: queue(lead),
        agent_id: agent,
        max_leases: max.or(agent.map(|_| AS_QUEUE)),
        gate: gate.or(agent.map(|_| AS_QUEUE)),
    };
    lead.store.limits_set(Uuid::now_v7(), new).await.unwrap();
}

async fn next(desk: &Desk<'_>) -> Claim {
    let claim = desk.store.claim_next(Uuid::now_v7(), desk.id(), None);
    claim.await.unwrap()
}

async fn proposed(desk: &Desk<'_>) -> Lease {
    match next(desk).await {
        Claim::Granted { lease, .. } => lease,
        other => panic!("{other:?}"),
    }
}

async fn release(desk: &Desk<'_>, lease: Lease) -> Result<Applied, StoreError> {
    desk.store
        .case_release(Uuid::now_v7(), desk.id(), lease)
        .await
}

async fn skip(desk: &Desk<'_>, lease: Lease, reason: &str) -> Result<Applied, StoreError> {
    desk.store
        .case_skip(Uuid::now_v7(), desk.id(), lease, reason, None)
        .await
}

async fn take_over(desk: &Desk<'_>, case_id: CaseId, why: &str) -> Result<Claim, StoreError> {
    desk.store
        .case_take_over(Uuid::now_v7(), desk.id(), case_id, why)
        .await
}

async fn note(desk: &Desk<'_>, lease: Lease) -> Result<Applied, StoreError> {
    let said = answers([("note", free("called, no answer"))]);
    desk.act(lease.case_id, Some(lease), "add_note", &said)
        .await
}

async fn notices(desk: &Desk<'_>) -> Vec<Notice> {
    let pulse = desk.store.pulse(desk.id(), None, &Here::default()).await;
    pulse.unwrap().notices
}

fn key<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(Refusal { key, .. })) => key,
        other => panic!("{other:?}"),
    }
}

async fn sql(world: &World, sql: &str) {
    let pool = world.db.pool(SUPERUSER, 1).await;
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    done.execute(&pool).await.unwrap();
    pool.close().await;
}

/// The nearest clock of the case, ours, is past its warning.
async fn warn(world: &World, case_id: CaseId) {
    let warned = format!(
        "UPDATE loket.cases SET due_warn = now() - interval '1 s' WHERE case_id = {}",
        case_id.0
    );
    sql(world, &warned).await;
}

async fn row(world: &World, case_id: CaseId) -> loket::store::rows::CaseRow {
    world.admin.case_detail(case_id).await.unwrap().row
}

/// Anchor 22: nobody takes a further case while one past its warning is held; what a colleague gives
/// and what one takes over are no cherries, so that only the limit holds for them.
#[tokio::test(flavor = "multi_thread")]
async fn no_new_case_while_one_past_its_warning_is_held() {
    let world = World::new().await;
    let cases = [
        world.signal(1).await,
        world.signal(2).await,
        world.signal(3).await,
    ];
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let lead = world.desk("lead_1").await;
    set(&lead, None, None, Some(1)).await;
    let mine = anna.take(cases[0]).await;
    warn(&world, cases[0]).await;
    let no = row(&world, cases[0]).await.case_no;
    let shut = Claim::Gate {
        held: 1,
        gate: 1,
        case_no: no,
        clock: "contact_1wd".into(),
    };
    assert_eq!(next(&anna).await, shut);
    assert_eq!(anna.claim(cases[1]).await.unwrap(), shut);
    // what is given obeys the limit and not the gate
    let to = anna.session.me.agent_id;
    let theirs = bram.take(cases[1]).await;
    let hand = bram
        .store
        .case_hand_over(Uuid::now_v7(), bram.id(), theirs, Some(to), "yours");
    hand.await.unwrap();
    bram.take(cases[2]).await;
    take_over(&anna, cases[2], "she asked me to").await.unwrap();
    // a gate of two lets the second one in
    set(&lead, Some(to), None, Some(2)).await;
    assert_eq!(next(&anna).await, Claim::Empty);
    set(&lead, Some(to), None, None).await;
    assert_eq!(next(&anna).await, shut);
    release(&anna, mine).await.unwrap();
    assert!(matches!(next(&anna).await, Claim::Granted { .. }));
}

/// Clocks of outside systems and reminders close no gate: nobody can do anything about them.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_of_an_outside_system_closes_no_gate() {
    let world = World::new().await;
    let (held, free) = (world.signal(1).await, world.signal(2).await);
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    set(&lead, None, None, Some(1)).await;
    anna.take(held).await;
    warn(&world, held).await;
    for whose in ["system", "notice"] {
        sql(
            &world,
            &format!(
                "UPDATE loket.cases SET due_whose = '{whose}' WHERE case_id = {}",
                held.0
            ),
        )
        .await;
        let lease = anna.take(free).await;
        release(&anna, lease).await.unwrap();
    }
    sql(&world, "UPDATE loket.cases SET due_whose = 'party'").await;
    assert!(matches!(anna.claim(free).await, Ok(Claim::Gate { .. })));
}

/// Two consoles of one agent at once never get beyond the limit.
#[tokio::test(flavor = "multi_thread")]
async fn two_consoles_of_one_agent_share_the_last_place() {
    let world = World::new().await;
    for n in 1..=8 {
        world.signal(n).await;
    }
    let (one, other) = (world.desk("anna").await, world.desk("anna").await);
    let lead = world.desk("lead_1").await;
    set(&lead, Some(one.session.me.agent_id), Some(3), None).await;
    proposed(&one).await;
    proposed(&other).await;
    for _ in 0..10 {
        let (left, right) = tokio::join!(next(&one), next(&other));
        let (desk, won, lost) = match (left, right) {
            (Claim::Granted { lease, .. }, lost) => (&one, lease, lost),
            (lost, Claim::Granted { lease, .. }) => (&other, lease, lost),
            both => panic!("{both:?}"),
        };
        assert!(
            matches!(
                lost,
                Claim::Limit {
                    held: 3,
                    limit: 3,
                    ..
                }
            ),
            "{lost:?}"
        );
        note(desk, won).await.unwrap();
        release(desk, won).await.unwrap();
    }
}

/// What an agent asks for, and what the lead does meanwhile.
#[derive(Debug, Clone)]
enum Step {
    Next,
    Claim(usize),
    Warn(usize),
    Release(usize),
    Queue(i32, i32),
    Own(Option<i32>, Option<i32>),
}

fn step() -> impl Strategy<Value = Step> {
    let own = proptest::option::of(1_i32..5);
    prop_oneof![
        4 => Just(Step::Next),
        2 => (0_usize..9).prop_map(Step::Claim),
        3 => (0_usize..9).prop_map(Step::Warn),
        2 => (0_usize..9).prop_map(Step::Release),
        1 => (1_i32..5, 0_i32..3).prop_map(|(max, gate)| Step::Queue(max, gate)),
        1 => (own, proptest::option::of(0_i32..3)).prop_map(|(max, gate)| Step::Own(max, gate)),
    ]
}

/// What stands against a further case, by the words of the rule.
fn expected(held: &BTreeMap<CaseId, (Lease, bool)>, max: i32, gate: i32) -> &'static str {
    let count = |all: usize| i32::try_from(all).unwrap();
    let warned = held.values().filter(|(_, warned)| *warned).count();
    if count(held.len()) >= max {
        "limit"
    } else if gate > 0 && count(warned) >= gate {
        "gate"
    } else {
        "granted"
    }
}

fn said(claim: &Claim) -> &'static str {
    match claim {
        Claim::Limit { .. } => "limit",
        Claim::Gate { .. } => "gate",
        Claim::Granted { .. } => "granted",
        _ => "else",
    }
}

/// Limit and gate against a model of two numbers, in random order, with the numbers changing.
#[tokio::test(flavor = "multi_thread")]
async fn limit_and_gate_are_those_of_the_model() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=9 {
        cases.push(world.signal(n).await);
    }
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    let me = anna.session.me.agent_id;
    let mut runner = TestRunner::deterministic();
    let steps = proptest::collection::vec(step(), 160);
    let steps = steps.new_tree(&mut runner).unwrap().current();
    let mut held: BTreeMap<CaseId, (Lease, bool)> = BTreeMap::new();
    let (mut queue, mut own, mut seen) = ((5, 0), (None, None), BTreeMap::new());
    for step in steps {
        let (max, gate) = (own.0.unwrap_or(queue.0), own.1.unwrap_or(queue.1));
        let claim = match step {
            Step::Next => next(&anna).await,
            Step::Claim(at) if held.contains_key(&cases[at]) => continue,
            Step::Claim(at) => anna.claim(cases[at]).await.unwrap(),
            Step::Warn(at) => {
                if let Some((_, warned)) = held.get_mut(&cases[at]) {
                    *warned = true;
                    warn(&world, cases[at]).await;
                }
                continue;
            }
            Step::Release(at) => {
                if let Some((lease, _)) = held.remove(&cases[at]) {
                    note(&anna, lease).await.unwrap();
                    release(&anna, lease).await.unwrap();
                    let calm = format!(
                        "UPDATE loket.cases SET due_warn = sort_at WHERE case_id = {}",
                        cases[at].0
                    );
                    sql(&world, &calm).await;
                }
                continue;
            }
            Step::Queue(max, gate) => {
                set(&lead, None, Some(max), Some(gate)).await;
                queue = (max, gate);
                continue;
            }
            Step::Own(max, gate) => {
                set(&lead, Some(me), max, gate).await;
                own = (max, gate);
                continue;
            }
        };
        assert_eq!(
            said(&claim),
            expected(&held, max, gate),
            "{held:?} {max} {gate}"
        );
        *seen.entry(said(&claim)).or_insert(0) += 1;
        if let Claim::Granted { lease, .. } = claim {
            held.insert(lease.case_id, (lease, false));
        }
    }
    assert_eq!(seen.len(), 3, "every answer was met: {seen:?}");
}

/// Numbers are set by leads of the queue and by nobody else, in their bounds; each change is a line of
/// a log that nobody changes.
#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "one case, passed over by one after the other"
)]
async fn the_numbers_are_the_leads_and_every_change_is_logged() {
    let world = World::new().await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    let me = anna.session.me.agent_id;
    let new = NewLimits {
        queue_id: queue(&lead),
        agent_id: None,
        max_leases: Some(7),
        gate: Some(2),
    };
    assert_eq!(
        key(anna.store.limits_set(Uuid::now_v7(), new).await),
        "role_required"
    );
    for (max, gate) in [
        (Some(0), None),
        (Some(51), None),
        (None, Some(-1)),
        (None, Some(21)),
    ] {
        let wrong = NewLimits {
            max_leases: max,
            gate,
            ..new
        };
        let refused = lead.store.limits_set(Uuid::now_v7(), wrong).await;
        assert_eq!(key(refused), "limit_out_of_range");
    }
    let other = NewLimits {
        queue_id: 999,
        ..new
    };
    assert_eq!(
        key(lead.store.limits_set(Uuid::now_v7(), other).await),
        "queue_not_yours"
    );
    let nobody = NewLimits {
        agent_id: Some(99_999),
        ..new
    };
    assert_eq!(
        key(lead.store.limits_set(Uuid::now_v7(), nobody).await),
        "agent_not_in_queue"
    );

    let cmd = Uuid::now_v7();
    for _ in 0..2 {
        lead.store.limits_set(cmd, new).await.unwrap();
    }
    set(&lead, Some(me), Some(2), None).await;
    let all = anna.store.limits().await.unwrap();
    assert_eq!((all[0].max_leases, all[0].gate), (7, 2));
    let mine = all[0].agents.iter().find(|one| one.agent_id == me).unwrap();
    assert_eq!((mine.max_leases, mine.gate), (Some(2), None));
    assert_eq!(
        all[0].set.as_ref().map(|set| set.by.as_str()),
        Some("Lead_1")
    );
    let pool = world.db.pool(SUPERUSER, 1).await;
    let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM loket.desk_log")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(lines, 2, "a repeated command is one line");
    for change in [
        "UPDATE loket.desk_log SET kind = 'x'",
        "DELETE FROM loket.desk_log",
        "TRUNCATE loket.desk_log",
    ] {
        assert!(
            sqlx::query(change).execute(&pool).await.is_err(),
            "{change}"
        );
    }
    // a change of the person keeps their numbers in a queue that stays theirs
    let superuser = world.db.store(SUPERUSER);
    let agents = superuser.agent_list().await.unwrap();
    let again = agents.iter().find(|one| one.db_role == "anna").unwrap();
    superuser.agent_add(again).await.unwrap();
    let all = anna.store.limits().await.unwrap();
    let mine = all[0].agents.iter().find(|one| one.agent_id == me).unwrap();
    assert_eq!(mine.max_leases, Some(2));
}

/// Anchor 19: a case that next gave is not given back without a reason; one that was worked on, or was
/// chosen, is.
#[tokio::test(flavor = "multi_thread")]
async fn a_proposed_case_is_given_back_only_with_a_reason() {
    let world = World::new().await;
    let first = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = proposed(&anna).await;
    assert!(lease.proposed);
    assert_eq!(key(release(&anna, lease).await), "skip_reason_needed");
    let pool = anna
        .store
        .case_hand_over(Uuid::now_v7(), anna.id(), lease, None, "no time");
    assert_eq!(
        key(pool.await),
        "skip_reason_needed",
        "the pool is no way round"
    );
    assert_eq!(key(skip(&anna, lease, "bored").await), "not_a_choice");
    assert_eq!(key(skip(&anna, lease, "other").await), "line_required");
    let applied = skip(&anna, lease, "language").await.unwrap();
    assert_eq!((applied.work, applied.lease), (WorkState::Open, None));
    assert_eq!(next(&anna).await, Claim::PassedOver { cases: 1 });
    let told = anna.store.timeline(first, None, 1).await.unwrap();
    assert_eq!(told[0].kind, "skipped");
    assert_eq!(told[0].answers["skip_reason"].as_code(), Some("language"));
    // by hand it is still to be had, and goes back without a word
    let lease = anna.take(first).await;
    assert_eq!(key(skip(&anna, lease, "language").await), "not_proposed");
    release(&anna, lease).await.unwrap();
    // and one that was worked on does too
    let bram = world.desk("bram").await;
    let lease = proposed(&bram).await;
    note(&bram, lease).await.unwrap();
    assert_eq!(key(skip(&bram, lease, "language").await), "not_proposed");
    release(&bram, lease).await.unwrap();
}

/// Three who pass it over raise it to the leads; a change of state or a lead's word clears that.
#[tokio::test(flavor = "multi_thread")]
async fn three_skips_raise_a_case_to_the_lead() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let lead = world.desk("lead_1").await;
    for (agent, is_raised) in [("anna", false), ("bram", false), ("carla", true)] {
        let desk = world.desk(agent).await;
        let lease = proposed(&desk).await;
        let line = desk.store.case_skip(
            Uuid::now_v7(),
            desk.id(),
            lease,
            "other",
            Some("in Frisian"),
        );
        line.await.unwrap();
        assert_eq!(row(&world, case_id).await.raised, is_raised, "{agent}");
    }
    let told = notices(&lead).await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].kind.as_str(), told[0].case_id),
        ("raised", case_id)
    );
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| ())
        .await;
    assert_eq!(verified.unwrap().differences, []);
    // the lead decides about it: proposed to everybody again
    let back = lead.store.case_reassign(
        Uuid::now_v7(),
        lead.id(),
        case_id,
        None,
        "it is Dutch after all",
    );
    back.await.unwrap();
    assert!(!row(&world, case_id).await.raised);
    let anna = world.desk("anna").await;
    let lease = proposed(&anna).await;
    skip(&anna, lease, "unclear").await.unwrap();
    // and so does a change of its state
    let bram = world.desk("bram").await;
    let lease = bram.take(case_id).await;
    contact(&bram, lease).await.unwrap();
    let pool = world.db.pool(SUPERUSER, 1).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM loket.skips")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

/// Many ask and pass over at once: nobody is proposed what he passed over, and in the end everybody is
/// told that nothing else is left.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_proposed_what_he_passed_over() {
    let world = World::new().await;
    for n in 1..=5 {
        world.signal(n).await;
    }
    let mut desks = Vec::new();
    for agent in 0..20 {
        desks.push(world.desk(&format!("agent_{agent:02}")).await);
    }
    let pass = async |desk: &Desk<'_>| {
        let mut seen = Vec::new();
        while seen.len() < 5 {
            match next(desk).await {
                Claim::Granted { lease, .. } => {
                    assert!(!seen.contains(&lease.case_id), "proposed twice");
                    seen.push(lease.case_id);
                    skip(desk, lease, "unclear").await.unwrap();
                }
                // the others have them in their hands
                Claim::Empty | Claim::PassedOver { .. } => tokio::task::yield_now().await,
                other => panic!("{other:?}"),
            }
        }
    };
    join_all(desks.iter().map(pass)).await;
    for desk in &desks {
        assert_eq!(next(desk).await, Claim::PassedOver { cases: 5 });
    }
}

/// However many cases and skips there are, a proposal is a probe of the index and of the key of skips,
/// row by row; the query is the one of the function.
#[tokio::test(flavor = "multi_thread")]
async fn passing_over_keeps_the_plan_of_next() {
    let world = World::new().await;
    world.signal(1).await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let fill = "INSERT INTO loket.cases
            (case_no, queue_id, process, state, work, facts, received_at, opened_at, sort_at, subject)
          SELECT 'XX-' || n, queue_id, process, state, work, facts, received_at, opened_at,
            sort_at + n * interval '1 min', subject
          FROM loket.cases, generate_series(1, 30000) n;
        INSERT INTO loket.skips SELECT c.case_id, a.agent_id, now(), 'unclear'
          FROM (SELECT case_id FROM loket.cases ORDER BY sort_at LIMIT 3000) c,
          (SELECT agent_id FROM loket.agents ORDER BY agent_id LIMIT 5) a;
        ANALYZE loket.cases; ANALYZE loket.skips;";
    sqlx::raw_sql(fill).execute(&pool).await.unwrap();
    let source: String =
        sqlx::query_scalar("SELECT prosrc FROM pg_proc WHERE proname = 'candidate'")
            .fetch_one(&pool)
            .await
            .unwrap();
    let (_, query) = source.split_once("FOR i IN ").unwrap();
    let (query, _) = query.split_once(" LOOP").unwrap();
    let query = query
        .replace("p_queues", "ARRAY[1]")
        .replace("p_agent", "1");
    let query = format!("SET search_path = loket; EXPLAIN {query}");
    let plan: Vec<String> = {
        use sqlx::Row as _;
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(query))
            .fetch_all(&pool)
            .await;
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let plan = plan.join("\n");
    assert!(plan.contains("using cases_ready"), "{plan}");
    assert!(plan.contains("using skips_pkey"), "{plan}");
    for wrong in ["Seq Scan on", "Hash", "Merge", "Bitmap"] {
        assert!(!plan.contains(wrong), "{wrong}: {plan}");
    }
}

/// Anchor 18: taking over needs a reason and is told to the one who held it; the old fence is dead.
#[tokio::test(flavor = "multi_thread")]
async fn who_lost_a_case_to_a_colleague_is_told_by_whom_and_why() {
    let world = World::new().await;
    let (case_id, other) = (world.signal(1).await, world.signal(2).await);
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    assert_eq!(key(take_over(&bram, case_id, "hers").await), "nobody_holds");
    let old = anna.take(case_id).await;
    assert_eq!(key(take_over(&bram, case_id, " ").await), "line_required");
    assert_eq!(key(take_over(&anna, case_id, "mine").await), "held_by_you");
    let cmd = Uuid::now_v7();
    let again = || {
        bram.store
            .case_take_over(cmd, bram.id(), case_id, "she went home")
    };
    let granted = again().await.unwrap();
    assert_eq!(
        granted,
        again().await.unwrap(),
        "a repeated command has one effect"
    );
    let Claim::Granted { lease, .. } = granted else {
        panic!("{granted:?}")
    };
    let lost = contact(&anna, old).await;
    let holder = Some("Bram".to_owned());
    assert_eq!(lost, Err(StoreError::LeaseLost { holder }));
    let told = notices(&anna).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].kind, "taken_over");
    assert_eq!(told[0].who.as_deref(), Some("Bram"));
    assert_eq!(told[0].line.as_deref(), Some("she went home"));
    assert_eq!(notices(&bram).await, []);
    // it goes back without a reason: nobody proposed it
    release(&bram, lease).await.unwrap();
    // the limit holds; another desk of one's own gives way without a notice
    let lead = world.desk("lead_1").await;
    set(&lead, Some(bram.session.me.agent_id), Some(1), None).await;
    anna.take(case_id).await;
    let mine = bram.take(other).await;
    assert_eq!(
        key(take_over(&bram, case_id, "hers").await),
        "limit_reached"
    );
    let second = world.desk("bram").await;
    take_over(&second, other, "the other desk is locked")
        .await
        .unwrap();
    assert_eq!(
        key_lost(release(&bram, mine).await),
        Some("Bram".to_owned())
    );
    assert_eq!(notices(&second).await, []);
    let verified = world
        .db
        .store("auditor_1")
        .verify(&world.calendars, |_| ())
        .await;
    assert_eq!(verified.unwrap().differences, []);
}

fn key_lost<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Option<String> {
    match result {
        Err(StoreError::LeaseLost { holder }) => holder,
        other => panic!("{other:?}"),
    }
}

/// An action that only the holder may do, and that moves the case on.
async fn contact(desk: &Desk<'_>, lease: Lease) -> Result<Applied, StoreError> {
    let found = desk.store.look_up("", SUPPLIER).await.unwrap();
    let number = found.party.unwrap().contacts[0].contact_id;
    let given = answers([
        ("channel", word("email")),
        ("contact", Answer::Value(Value::Number(number))),
        ("ask_proof", yes(true)),
    ]);
    desk.act(lease.case_id, Some(lease), "contact_party", &given)
        .await
}

/// Work and take-over at once: one of the two orders, never a write of the one who lost it.
#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_and_a_write_are_one_after_the_other() {
    let world = World::new().await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    for n in 1..=12 {
        let case_id = world.signal(n).await;
        let lease = anna.take(case_id).await;
        let (wrote, took) =
            tokio::join!(contact(&anna, lease), take_over(&bram, case_id, "urgent"));
        match (wrote, took) {
            (Err(StoreError::LeaseLost { .. } | StoreError::Stale), Ok(_)) => {
                let holder = row(&world, case_id).await.holder;
                assert_eq!(holder.as_deref(), Some("Bram"));
            }
            // written first: the case left her hands with it, or was taken from them after it
            (Ok(_), Ok(_)) => panic!("the action itself ends the lease, so nobody held it"),
            (Ok(_), Err(StoreError::Refused(refusal))) => assert_eq!(refusal.key, "nobody_holds"),
            both => panic!("{both:?}"),
        }
        if row(&world, case_id).await.holder.is_some() {
            let pulse = bram
                .store
                .pulse(bram.id(), None, &Here::default())
                .await
                .unwrap();
            for lease in pulse.leases.unwrap() {
                release(&bram, lease).await.unwrap();
            }
        }
    }
}

async fn worked_at(world: &World, ago: &str) {
    let set =
        format!("UPDATE loket.case_leases SET worked_at = clock_timestamp() - interval '{ago}'");
    sql(world, &set).await;
}

fn worker_options() -> Options {
    Options {
        delivery: Delivery::Directory(
            std::env::temp_dir().join(format!("loket-idle-{}", Uuid::now_v7())),
        ),
        settings: loket::exchange::outbox::settings::Settings::default(),
        chain_heads: None,
        practice: false,
        outside: loket::exchange::worker::outside::Outside::default(),
    }
}

/// Decision 4: a lease without work goes back although its session lives; the holder is told, and the
/// history says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_alone_keeps_no_case() {
    let world = World::new().await;
    let (idle, busy) = (world.signal(1).await, world.signal(2).await);
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    anna.take(idle).await;
    worked_at(&world, "30 days").await;
    bram.take(busy).await;
    anna.store
        .pulse(anna.id(), None, &Here::default())
        .await
        .unwrap();
    let worker = Worker::open(world.db.store("worker_1"), worker_options())
        .await
        .unwrap();
    assert_eq!(worker.once().await.unwrap().swept, 1);
    assert_eq!(row(&world, idle).await.work, WorkState::Open);
    assert_eq!(row(&world, busy).await.work, WorkState::Held);
    let told = notices(&anna).await;
    assert_eq!(
        (told[0].kind.as_str(), told[0].case_id),
        ("lease_idle", idle)
    );
    let last = anna.store.timeline(idle, None, 1).await.unwrap().remove(0);
    assert_eq!(last.kind, "lease_returned");
    assert_eq!(last.answers["returned"].as_code(), Some("idle"));
    assert_eq!(worker.once().await.unwrap().swept, 0);
}

/// A lease that was worked on since it was read is not ended; nor is another lease of the same case.
#[tokio::test(flavor = "multi_thread")]
async fn work_in_the_last_moment_keeps_the_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    worked_at(&world, "30 days").await;
    let worker = world.db.store("worker_1");
    let page = worker.leases_idle(30, None).await.unwrap();
    let found = page.leases[0].clone();
    assert_eq!(found.case_id, case_id);
    let here = Here {
        worked: vec![case_id],
        ..Here::default()
    };
    anna.store.pulse(anna.id(), None, &here).await.unwrap();
    assert_eq!(worker.lease_expire(lease, found.worked_at).await, Ok(false));
    assert_eq!(worker.leases_idle(30, None).await.unwrap().leases, []);
    // an action is work too, in one order or the other
    for _ in 0..10 {
        let lease = anna.take(case_id).await;
        worked_at(&world, "30 days").await;
        let found = worker.leases_idle(30, None).await.unwrap().leases.remove(0);
        let (wrote, ended) = tokio::join!(
            note(&anna, lease),
            worker.lease_expire(lease, found.worked_at)
        );
        let is_held = row(&world, case_id).await.work == WorkState::Held;
        assert_eq!(ended.unwrap(), !is_held);
        wrote.unwrap();
    }
    assert_eq!(
        key(anna.store.lease_expire(lease, found.worked_at).await),
        "role_required"
    );
}

/// More idle leases than one page: all are looked at, also when the first ones may stay.
#[tokio::test(flavor = "multi_thread")]
async fn idle_leases_are_read_page_by_page() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    for n in 1..=4 {
        let case_id = world.signal(n).await;
        anna.take(case_id).await;
    }
    worked_at(&world, "2 hours").await;
    let worker = world.db.store("worker_1");
    let all = worker.leases_idle(30, None).await.unwrap().leases;
    assert_eq!(all.len(), 4);
    for (at, lease) in all.iter().enumerate() {
        let rest = worker.leases_idle(30, Some(lease)).await.unwrap().leases;
        assert_eq!(rest, all[at + 1..]);
    }
    assert_eq!(worker.leases_idle(150, None).await.unwrap().leases, []);
}

/// A number that is not given stays; without a number of one's own the queue's counts.
#[tokio::test(flavor = "multi_thread")]
async fn one_number_is_set_and_the_other_stays() {
    let world = World::new().await;
    let (anna, lead) = (world.desk("anna").await, world.desk("lead_1").await);
    let (queue_id, agent_id) = (queue(&lead), Some(anna.session.me.agent_id));
    let now = async |max_leases, gate| {
        let new = NewLimits {
            queue_id,
            agent_id,
            max_leases,
            gate,
        };
        lead.store.limits_set(Uuid::now_v7(), new).await.unwrap();
        let all = lead.store.limits().await.unwrap();
        let mine = all[0].agents.iter().find(|one| one.name == "Anna").unwrap();
        (mine.max_leases, mine.gate)
    };
    assert_eq!(now(Some(3), Some(2)).await, (Some(3), Some(2)));
    assert_eq!(now(Some(4), None).await, (Some(4), Some(2)));
    assert_eq!(now(None, Some(0)).await, (Some(4), Some(0)));
    assert_eq!(now(Some(AS_QUEUE), None).await, (None, Some(0)));
    let whole = NewLimits {
        queue_id,
        agent_id: None,
        max_leases: Some(AS_QUEUE),
        gate: None,
    };
    let set = lead.store.limits_set(Uuid::now_v7(), whole).await;
    assert_eq!(key(set), "limit_out_of_range");
}
