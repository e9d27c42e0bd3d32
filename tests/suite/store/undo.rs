//! Taking back: all of a change or nothing of it, only while nothing has left and nobody built on it.

use loket::exchange::worker::Worker;
use loket::process::engine::{self, Actor, Answers};
use loket::process::field::Value;
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::rows::{Applied, CaseId, NewDocument, WorkState};
use serde_json::Value as Json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, SUPPLIER, World, answers, free, word, yes};

/// A minute in which changes can be taken back.
const GRACE: i32 = 60;

pub(super) async fn with_grace() -> World {
    let world = World::new().await;
    world.admin.grace_set(GRACE).await.unwrap();
    world
}

/// Answers with which the party is contacted.
pub(super) async fn contacting(world: &World) -> Answers {
    let detail = world.admin.look_up("", SUPPLIER).await.unwrap();
    let contact = detail.party.unwrap().contacts[0].contact_id;
    answers([
        ("channel", word("email")),
        ("contact", engine::Answer::Value(Value::Number(contact))),
        ("ask_proof", yes(true)),
    ])
}

/// The case is taken and the party contacted.
pub(super) async fn contact(desk: &Desk<'_>, case_id: CaseId) -> Applied {
    let lease = desk.take(case_id).await;
    let given = contacting(desk.world).await;
    desk.act(case_id, Some(lease), "contact_party", &given)
        .await
        .unwrap()
}

pub(super) async fn last_seq(desk: &Desk<'_>, case_id: CaseId) -> i32 {
    desk.store.timeline(case_id, None, 1).await.unwrap()[0].seq
}

pub(super) async fn take_back(
    desk: &Desk<'_>,
    case_id: CaseId,
    seq: i32,
) -> Result<Applied, StoreError> {
    desk.store
        .case_take_back(Uuid::now_v7(), desk.id(), case_id, seq)
        .await
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// All that there is of a case but its chain and what rises with it; the instants at which messages
/// leave and leases were taken are nobody's fact.
pub(super) async fn whole(pool: &PgPool, case_id: CaseId) -> Json {
    sqlx::query_scalar(
        "SELECT jsonb_build_object(
           'case', to_jsonb(c) - ARRAY['fence', 'version', 'last_hash', 'last_seq'],
           'clocks', (SELECT jsonb_agg(to_jsonb(d) ORDER BY key, run)
             FROM loket.deadlines d WHERE d.case_id = c.case_id),
           'lease', (SELECT jsonb_build_object('agent', agent_id, 'session', session_id,
             'right', fence = c.fence) FROM loket.case_leases l WHERE l.case_id = c.case_id),
           'outbox', (SELECT jsonb_agg(to_jsonb(o) - 'not_before' ORDER BY outbox_id)
             FROM loket.outbox o WHERE o.case_id = c.case_id),
           'sent', (SELECT count(*) FROM loket.outbox_sent s WHERE s.case_id = c.case_id),
           'documents', (SELECT jsonb_agg(to_jsonb(d) ORDER BY document_id)
             FROM loket.documents d WHERE d.case_id = c.case_id),
           'search', (SELECT doc FROM loket.case_search s WHERE s.case_id = c.case_id))
         FROM loket.cases c WHERE case_id = $1",
    )
    .bind(case_id.0)
    .fetch_one(pool)
    .await
    .unwrap()
}

pub(super) async fn is_sound(world: &World) {
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(verified.differences, []);
}

/// The clocks that have passed are fired by the worker.
pub(super) async fn fire(world: &World) {
    let options = options(&folder("undo"));
    let worker = Worker::open(world.db.store("worker_1"), options)
        .await
        .unwrap();
    worker.fire_due().await.unwrap();
}

/// The request for proof has not left, the 72 hours do not run, the case is held again.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_never_happened_but_is_told() {
    let world = with_grace().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let before = whole(&pool, case_id).await;
    let given = contacting(&world).await;
    let done = anna
        .act(case_id, Some(lease), "contact_party", &given)
        .await
        .unwrap();
    assert_eq!((done.work, done.lease), (WorkState::Waiting, None));
    let offer = done.undo.expect("it can be taken back");
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let undo = detail.undo.unwrap();
    assert_eq!(
        (undo.seq, undo.stands, undo.gets_back),
        (offer.seq, None, true)
    );
    assert_eq!(undo.messages, ["request_proof"]);
    assert_eq!(undo.state, "blocked_contact_due");
    assert_eq!(
        world
            .db
            .store("worker_1")
            .outbox_take(10)
            .await
            .unwrap()
            .len(),
        1,
        "only the block leaves"
    );
    let back = take_back(&anna, case_id, offer.seq).await.unwrap();
    assert_eq!(back.work, WorkState::Held);
    assert!(
        back.lease.is_some_and(|now| now.fence > lease.fence),
        "an older fence is worth nothing"
    );
    let mut after = whole(&pool, case_id).await;
    // the block was taken for delivery meanwhile
    after["outbox"] = before["outbox"].clone();
    assert_eq!(after, before);
    let timeline = anna.store.timeline(case_id, None, 10).await.unwrap();
    assert_eq!(timeline[0].kind, "taken_back");
    let taken = timeline[0].takes_back.clone().unwrap();
    assert_eq!(
        (taken.seq, taken.action.as_str()),
        (offer.seq, "contact_party")
    );
    assert_eq!(anna.store.case_detail(case_id).await.unwrap().undo, None);
    // and once more, corrected
    let lease = back.lease;
    anna.act(case_id, lease, "contact_party", &given)
        .await
        .unwrap();
    is_sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_command_takes_back_once() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    let cmd = Uuid::now_v7();
    let first = anna
        .store
        .case_take_back(cmd, anna.id(), case_id, seq)
        .await
        .unwrap();
    let again = anna
        .store
        .case_take_back(cmd, anna.id(), case_id, seq)
        .await
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(last_seq(&anna, case_id).await, seq + 1);
    assert_eq!(refusal(take_back(&anna, case_id, seq).await), "undo_done");
    is_sound(&world).await;
}

/// Who may: the one who did it, and a lead.
#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_may_not_and_a_lead_may() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    let (anna, bram, lead) = (
        world.desk("anna").await,
        world.desk("bram").await,
        world.desk("lead_1").await,
    );
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    assert_eq!(
        refusal(take_back(&bram, case_id, seq).await),
        "undo_not_yours"
    );
    let stands = bram
        .store
        .case_detail(case_id)
        .await
        .unwrap()
        .undo
        .unwrap()
        .stands;
    assert_eq!(stands.unwrap().key, "undo_not_yours");
    let back = take_back(&lead, case_id, seq).await.unwrap();
    assert_eq!(
        (back.work, back.lease),
        (WorkState::Open, None),
        "a lead holds nothing by it"
    );
    is_sound(&world).await;
}

/// What others did since decides; what they only noted or passed through their hands does not.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_built_on_stays() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    let note = answers([("note", free("called back"))]);
    bram.act(case_id, None, "add_note", &note).await.unwrap();
    let lease = bram.take(case_id).await;
    let held = take_back(&anna, case_id, seq).await;
    assert_eq!(refusal(held), "undo_held");
    bram.store
        .case_release(Uuid::now_v7(), bram.id(), lease)
        .await
        .unwrap();
    take_back(&anna, case_id, seq).await.unwrap();
    // once more, and now it is told to the regulator in between
    let lease = anna.take(case_id).await;
    let given = contacting(&world).await;
    let done = anna
        .act(case_id, Some(lease), "contact_party", &given)
        .await
        .unwrap();
    let seq = done.undo.unwrap().seq;
    let told = bram
        .act(case_id, None, "inform_acm", &answers([]))
        .await
        .unwrap();
    let Err(StoreError::Refused(refused)) = take_back(&anna, case_id, seq).await else {
        panic!("it was built on");
    };
    assert_eq!(refused.key, "undo_built_on");
    assert_eq!(refused.args["agent"], "Bram");
    assert_eq!(refused.args["what"], "action.doubt.inform_acm");
    // nothing waits for what can no longer be taken back
    let worker = world.db.store("worker_1");
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query("DELETE FROM loket.outbox WHERE kind = 'block'")
        .execute(&pool)
        .await
        .unwrap();
    // a refusal is told before the server has let go of its locks, and what is locked is passed by
    let mut left = Vec::new();
    for _ in 0..500 {
        left = worker.outbox_take(10).await.unwrap();
        if !left.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(
        left.iter()
            .map(|item| item.kind.as_str())
            .collect::<Vec<_>>(),
        ["request_proof"]
    );
    take_back(&bram, case_id, told.undo.unwrap().seq)
        .await
        .unwrap();
    is_sound(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_passed_meanwhile_is_a_fact() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    world.admin.clock_shift(16 * 60).await.unwrap();
    fire(&world).await;
    assert_eq!(
        refusal(take_back(&anna, case_id, seq).await),
        "undo_by_itself"
    );
}

/// Blocks leave at once (GT-11), destroyed copies are gone (GT-22), signals were received (GT-09).
#[tokio::test(flavor = "multi_thread")]
async fn gt_11_what_cannot_be_undone_waits_for_nothing() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let waits = "SELECT count(*) FROM loket.outbox WHERE not_before > clock_timestamp()";
    let anna = world.desk("anna").await;
    let copy = NewDocument {
        name: "copy.txt".into(),
        purpose: "authorisation".into(),
        bytes: b"copy".to_vec(),
    };
    anna.store
        .document_attach(Uuid::now_v7(), Some(anna.id()), case_id, &copy)
        .await
        .unwrap();
    let lease = anna.take(case_id).await;
    let why = answers([("wrong_reason", word("wrong_connection"))]);
    let wrong = anna
        .act(case_id, Some(lease), "wrongly_blocked", &why)
        .await
        .unwrap();
    assert!(wrong.undo.is_some(), "lifting can wait a moment");
    let done = anna
        .act(case_id, wrong.lease, "unblocked", &answers([]))
        .await
        .unwrap();
    assert_eq!(done.undo, None);
    let seq = last_seq(&anna, case_id).await;
    assert_eq!(
        refusal(take_back(&anna, case_id, seq).await),
        "undo_destroyed"
    );
    let lead = world.desk("lead_1").await;
    let given = answers([("reason", free("signal again"))]);
    let detail = lead.store.case_detail(case_id).await.unwrap();
    let context = world.context(Actor::Lead).await;
    let change = engine::step(&detail.facts, "reopen", &given, &context).unwrap();
    let target = Target {
        case_id,
        fence: None,
        version: detail.row.version,
    };
    let again = lead
        .store
        .case_apply(Uuid::now_v7(), Some(lead.id()), target, &change)
        .await
        .unwrap();
    assert_eq!(again.undo, None);
    let seq = last_seq(&lead, case_id).await;
    assert_eq!(
        refusal(take_back(&lead, case_id, seq).await),
        "undo_at_once"
    );
    let waiting: i64 = sqlx::query_scalar(waits).fetch_one(&pool).await.unwrap();
    assert_eq!(waiting, 0);
}

/// What the worker writes and what comes in by imports leaves at once.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_people_do_waits() {
    let world = with_grace().await;
    let case_id = world.signal(1).await;
    world.admin.clock_shift(16 * 60).await.unwrap();
    fire(&world).await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let kinds: Vec<String> = sqlx::query_scalar(
        "SELECT kind FROM loket.outbox WHERE not_before <= clock_timestamp() ORDER BY outbox_id",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(kinds, ["block", "supervisor_alert"]);
    assert_eq!(world.admin.case_detail(case_id).await.unwrap().undo, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_is_set_by_administrators_and_ends() {
    let world = with_grace().await;
    let anna = world.desk("anna").await;
    assert_eq!(anna.store.grace().await, Ok(GRACE));
    assert!(anna.store.grace_set(5).await.is_err());
    assert_eq!(refusal(world.admin.grace_set(601).await), "bad_grace");
    let case_id = world.signal(1).await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let later = "UPDATE loket.undo SET until = clock_timestamp() - interval '2 min'";
    sqlx::query(later).execute(&pool).await.unwrap();
    assert_eq!(anna.store.case_detail(case_id).await.unwrap().undo, None);
    assert_eq!(
        refusal(take_back(&anna, case_id, seq).await),
        "undo_too_late"
    );
    assert_eq!(world.db.store("worker_1").undo_clear().await, Ok(1));
    assert_eq!(
        refusal(take_back(&anna, case_id, seq).await),
        "undo_nothing"
    );
    world.admin.grace_set(0).await.unwrap();
    let other = world.signal(2).await;
    assert_eq!(contact(&anna, other).await.undo, None);
}

/// No lease is given beyond what the queue allows: the case goes to the pool then.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_agent_gets_the_case_not_back() {
    let world = with_grace().await;
    let anna = world.desk("anna").await;
    let case_id = world.signal(1).await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    for n in 2..=6 {
        let other = world.signal(n).await;
        anna.take(other).await;
    }
    let back = take_back(&anna, case_id, seq).await.unwrap();
    assert_eq!((back.work, back.lease), (WorkState::Open, None));
    is_sound(&world).await;
}

/// A subject has one open case: a closing is not taken back over a newer one.
#[tokio::test(flavor = "multi_thread")]
async fn a_closing_stays_when_the_subject_has_a_new_case() {
    let world = with_grace().await;
    let anna = world.desk("anna").await;
    let case_id = world.signal(1).await;
    let lease = anna.take(case_id).await;
    let why = answers([("wrong_reason", word("wrong_connection"))]);
    let wrong = anna
        .act(case_id, Some(lease), "wrongly_blocked", &why)
        .await
        .unwrap();
    let closed = anna
        .act(case_id, wrong.lease, "unblocked", &answers([]))
        .await
        .unwrap();
    let seq = closed.undo.expect("no copy was destroyed").seq;
    let other = world.signal(1).await;
    assert_ne!(case_id, other);
    assert_eq!(refusal(take_back(&anna, case_id, seq).await), "twin_open");
}

/// Whoever is first, the other sees it: never a letter of something that did not happen.
#[tokio::test(flavor = "multi_thread")]
async fn of_delivery_and_taking_back_exactly_one_wins() {
    let world = with_grace().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let worker = world.db.store("worker_1");
    let mut wins = [0, 0];
    for n in 1..=24 {
        let agent = world.desk(&format!("agent_{n:02}")).await;
        let case_id = world.signal(n).await;
        let seq = contact(&agent, case_id).await.undo.unwrap().seq;
        sqlx::query("DELETE FROM loket.outbox WHERE kind = 'block'")
            .execute(&pool)
            .await
            .unwrap();
        sqlx::query("UPDATE loket.outbox SET not_before = clock_timestamp() WHERE attempts = 0")
            .execute(&pool)
            .await
            .unwrap();
        let pause = std::time::Duration::from_micros(u64::from(n) * 150);
        let deliver = async {
            tokio::time::sleep(pause).await;
            worker.outbox_take(10).await.unwrap()
        };
        let (back, taken) = tokio::join!(take_back(&agent, case_id, seq), deliver);
        let is_out = taken.iter().any(|item| item.case_id == case_id);
        assert_ne!(back.is_ok(), is_out, "round {n}: {back:?} {taken:?}");
        if is_out {
            assert_eq!(refusal(back), "undo_left");
        }
        wins[usize::from(is_out)] += 1;
        agent.store.session_close(agent.id()).await.unwrap();
    }
    assert!(wins[0] > 0, "{wins:?}");
    is_sound(&world).await;
}

/// A colleague claims in the same moment: he holds the case as it was or as it is, never a mixture.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_in_the_same_moment_is_before_or_after() {
    let world = with_grace().await;
    for n in 1..=16 {
        let (anna, bram) = (world.desk("agent_01").await, world.desk("agent_02").await);
        let case_id = world.signal(n).await;
        let seq = contact(&anna, case_id).await.undo.unwrap().seq;
        let (back, _) = tokio::join!(take_back(&anna, case_id, seq), bram.claim(case_id));
        let row = world.admin.case_detail(case_id).await.unwrap().row;
        match back {
            Ok(_) => assert_eq!(
                (row.state.as_str(), row.holder.as_deref()),
                ("blocked_contact_due", Some("Agent_01"))
            ),
            Err(_) => assert_eq!(
                (row.state.as_str(), row.holder.as_deref()),
                ("awaiting_party", Some("Agent_02"))
            ),
        }
        for desk in [anna, bram] {
            desk.store.session_close(desk.id()).await.unwrap();
        }
    }
    is_sound(&world).await;
}

/// The console dies before its command is committed: nothing was taken back, and it can be again.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_takes_nothing_back() {
    let world = with_grace().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let anna = world.desk("anna").await;
    let case_id = world.signal(1).await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    let after = whole(&pool, case_id).await;
    let cmd = Uuid::now_v7();
    let line = world.db.pool("anna", 1).await;
    let mut line = line.acquire().await.unwrap();
    sqlx::query("BEGIN").execute(&mut *line).await.unwrap();
    let take = sqlx::query("SELECT loket_api.take_back($1, $2, $3, $4)");
    take.bind(cmd)
        .bind(anna.id())
        .bind(case_id.0)
        .bind(seq)
        .execute(&mut *line)
        .await
        .unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut *line)
        .await
        .unwrap();
    sqlx::query("SELECT pg_terminate_backend($1, 10000)")
        .bind(pid)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(whole(&pool, case_id).await, after);
    anna.store
        .case_take_back(cmd, anna.id(), case_id, seq)
        .await
        .unwrap();
    assert_eq!(last_seq(&anna, case_id).await, seq + 1);
    is_sound(&world).await;
}

/// What the auditor is there for: a change taken back in the chain but not in the case is found.
#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_what_was_taken_back_by_halves() {
    let world = with_grace().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let anna = world.desk("anna").await;
    let case_id = world.signal(1).await;
    let seq = contact(&anna, case_id).await.undo.unwrap().seq;
    let keep = "CREATE TEMP TABLE kept AS SELECT * FROM loket.outbox";
    sqlx::query(keep).execute(&pool).await.unwrap();
    take_back(&anna, case_id, seq).await.unwrap();
    let restore = "INSERT INTO loket.outbox OVERRIDING SYSTEM VALUE
        SELECT * FROM kept WHERE kind = 'request_proof'";
    sqlx::query(restore).execute(&pool).await.unwrap();
    sqlx::query("UPDATE loket.cases SET state = 'awaiting_party'")
        .execute(&pool)
        .await
        .unwrap();
    let auditor = world.db.store("auditor_1");
    let found = auditor
        .verify(&world.calendars, |_| {})
        .await
        .unwrap()
        .differences;
    let said: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
    assert!(
        said.iter()
            .any(|what| what.starts_with(&format!("event {seq} was taken back"))),
        "{said:?}"
    );
    assert!(
        said.iter()
            .any(|what| what.starts_with("state: stored awaiting_party")),
        "{said:?}"
    );
}

/// Taking back restores who had passed the case over, and lowers no flag that was raised since.
#[tokio::test(flavor = "multi_thread")]
async fn skips_come_back_and_what_was_raised_stays_raised() {
    let world = with_grace().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    sqlx::query("INSERT INTO loket.skips VALUES ($1, $2, now(), 'unclear')")
        .bind(case.0)
        .bind(bram.session.me.agent_id)
        .execute(&pool)
        .await
        .unwrap();
    contact(&anna, case).await;
    let skips = "SELECT count(*) FROM loket.skips";
    let skips = async || sqlx::query_scalar::<_, i64>(skips).fetch_one(&pool).await;
    assert_eq!(skips().await.unwrap(), 0, "its state changed");
    sqlx::query("UPDATE loket.cases SET raised_at = now()")
        .execute(&pool)
        .await
        .unwrap();
    let seq = last_seq(&anna, case).await;
    take_back(&anna, case, seq).await.unwrap();
    assert_eq!(skips().await.unwrap(), 1);
    let raised: bool = sqlx::query_scalar("SELECT raised_at IS NOT NULL FROM loket.cases")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(raised);
}
