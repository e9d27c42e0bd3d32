//! Start times: the last one has one winner, what is given back is free again, and the count is always
//! that of the holds. The change of a slot rides on a note here: which actions of which process may
//! take one, says their table.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use loket::store::StoreError;
use loket::store::register::Imported;
use loket::store::rows::CaseId;
use loket::store::slots::{AreaRange, SlotRecord};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::undo::{take_back, with_grace};
use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World, answers, ean, free};

/// Where the connections of the small world lie; their postcode is 5226HP.
const AREA: &str = "DB";

/// Monday, long ahead.
fn at(day: u32, hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2031, 3, day, hour, 0, 0).unwrap()
}

fn range(area: &str, first: &str, last: &str) -> AreaRange {
    AreaRange {
        country: "NL".into(),
        area: area.into(),
        first: first.into(),
        last: last.into(),
    }
}

fn slot(area: &str, starts_at: DateTime<Utc>, capacity: i32) -> SlotRecord {
    SlotRecord {
        area: area.into(),
        starts_at,
        minutes: 60,
        capacity,
    }
}

/// Areas, and notes that may do anything to a slot.
async fn planned(world: &World) -> PgPool {
    let ranges = [range(AREA, "5200", "5299"), range("EHV", "5600", "5699")];
    assert_eq!(world.admin.areas_put(&ranges).await, Ok(2));
    let pool = world.db.pool(SUPERUSER, 4).await;
    sqlx::query(
        "UPDATE loket.process_transitions SET slots = '{hold,confirm,release}'
         WHERE action = 'add_note'",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool
}

/// Makes start times with these capacities in that area, one an hour, and gives their numbers.
async fn slots<const N: usize>(world: &World, area: &str, capacities: [i32; N]) -> [i64; N] {
    let mut hour = 7;
    let records = capacities.map(|capacity| {
        hour += 1;
        slot(area, at(3, hour), capacity)
    });
    let made = world.admin.slots_put(&records).await.unwrap();
    assert_eq!(made, vec![Imported::New; N]);
    let (from, until) = (at(1, 0), at(30, 0));
    let rows = world.admin.slots_list(Some(area), from, until).await;
    let rows = rows.unwrap();
    records.map(|record| {
        let row = rows.iter().find(|row| row.starts_at == record.starts_at);
        row.unwrap().slot_id
    })
}

/// A note on the case that also does that to its slot, with these facts.
async fn act(
    desk: &Desk<'_>,
    pool: &PgPool,
    case_id: CaseId,
    change: (&str, Option<i64>),
    facts: Json,
) -> Result<i64, StoreError> {
    let given = answers([("note", free("planned by telephone"))]);
    let note = desk.change(case_id, "add_note", &given).await;
    let mut note = serde_json::to_value(&note).unwrap();
    note["slot"] = json!({"act": change.0, "slot": change.1});
    note["facts"] = facts;
    // a colleague's change meanwhile is read and tried again, as everywhere
    loop {
        let detail = desk.store.case_detail(case_id).await.unwrap();
        let done: Result<Json, sqlx::Error> =
            sqlx::query_scalar("SELECT loket_api.apply($1, $2, $3, NULL, $4, $5, NULL, NULL)")
                .bind(Uuid::now_v7())
                .bind(desk.id())
                .bind(case_id.0)
                .bind(detail.row.version)
                .bind(&note)
                .fetch_one(pool)
                .await;
        match done.map_err(StoreError::from) {
            Err(StoreError::Stale) => {}
            other => return other.map(|_| i64::from(detail.row.version)),
        }
    }
}

async fn hold(
    desk: &Desk<'_>,
    pool: &PgPool,
    case_id: CaseId,
    slot: i64,
) -> Result<i64, StoreError> {
    act(desk, pool, case_id, ("hold", Some(slot)), json!({})).await
}

async fn release(desk: &Desk<'_>, pool: &PgPool, case_id: CaseId) {
    let done = act(desk, pool, case_id, ("release", None), json!({})).await;
    done.unwrap();
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// How many each of these slots says it has; and that this is the number of holds, and what the events
/// of the cases say.
async fn taken<const N: usize>(world: &World, pool: &PgPool, slots: [i64; N]) -> [i64; N] {
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let wrong = verified.differences.into_iter();
    let wrong: Vec<_> = wrong.filter(|it| it.what.starts_with("slot")).collect();
    assert_eq!(wrong, []);
    let mut counts = [0; N];
    for (count, slot) in counts.iter_mut().zip(slots) {
        *count = sqlx::query_scalar("SELECT taken::bigint FROM loket.slots WHERE slot_id = $1")
            .bind(slot)
            .fetch_one(pool)
            .await
            .unwrap();
    }
    counts
}

/// PRIO-30, PRIO-31: many agents press at once for the last two places; two have them, everybody else
/// is told that it is taken, and nothing is overbooked.
#[tokio::test(flavor = "multi_thread")]
async fn prio_30_the_last_slot_is_won_by_one_of_many() {
    const AGENTS: usize = 16;
    let world = World::new().await;
    let pool = planned(&world).await;
    let [scarce] = slots(&world, AREA, [2]).await;
    let mut cases = Vec::new();
    for n in 1..=AGENTS {
        cases.push(world.signal(u32::try_from(n).unwrap()).await);
    }
    let world = std::sync::Arc::new(world);
    let mut tasks = JoinSet::new();
    for (n, case_id) in cases.into_iter().enumerate() {
        let world = std::sync::Arc::clone(&world);
        tasks.spawn(async move {
            let role = format!("agent_{n:02}");
            let desk = world.desk(&role).await;
            let pool = world.db.pool(&role, 1).await;
            hold(&desk, &pool, case_id, scarce).await
        });
    }
    let (mut won, mut lost) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Ok(_) => won += 1,
            Err(StoreError::Refused(refusal)) => {
                assert_eq!((&*refusal.key, &*refusal.rule), ("slot_taken", "PRIO-30"));
                lost += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((won, lost), (2, AGENTS - 2));
    assert_eq!(taken(&world, &pool, [scarce]).await, [2]);
}

/// PRIO-04, PRIO-31: replanning takes the new one and gives the old one back, together or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn prio_04_a_replan_moves_the_hold_or_leaves_it_alone() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [early, late, full] = slots(&world, AREA, [1, 1, 1]).await;
    let (one, other) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    hold(&anna, &as_anna, one, late).await.unwrap();
    hold(&anna, &as_anna, other, full).await.unwrap();
    hold(&anna, &as_anna, one, early).await.unwrap();
    assert_eq!(taken(&world, &pool, [early, late, full]).await, [1, 0, 1]);
    assert_eq!(
        refusal(hold(&anna, &as_anna, one, full).await),
        "slot_taken"
    );
    assert_eq!(taken(&world, &pool, [early, late, full]).await, [1, 0, 1]);
    // the same one again is no second place
    hold(&anna, &as_anna, one, early).await.unwrap();
    assert_eq!(taken(&world, &pool, [early]).await, [1]);
    // given back it is free, and giving back nothing is nothing
    release(&anna, &as_anna, one).await;
    release(&anna, &as_anna, one).await;
    assert_eq!(taken(&world, &pool, [early, late, full]).await, [0, 0, 1]);
    hold(&anna, &as_anna, other, early).await.unwrap();
    assert_eq!(taken(&world, &pool, [early, late, full]).await, [1, 0, 0]);
}

/// A hold ends with the clock of the case until it is confirmed; after that it has no end.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_a_hold_ends_with_its_clock_until_it_is_confirmed() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [early] = slots(&world, AREA, [1]).await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    let confirm = ("confirm", None);
    let done = act(&anna, &as_anna, case_id, confirm, json!({})).await;
    assert_eq!(refusal(done), "slot_not_held");
    // as the payment starts it
    sqlx::query(
        "INSERT INTO loket.deadlines SELECT (jsonb_populate_record(d, jsonb_build_object(
           'key', 'slot_hold', 'due_at', '2031-01-01T00:00:00Z'))).* FROM loket.deadlines d LIMIT 1",
    )
    .execute(&pool)
    .await
    .unwrap();
    hold(&anna, &as_anna, case_id, early).await.unwrap();
    let held = anna.store.case_detail(case_id).await.unwrap().slot.unwrap();
    assert_eq!((held.slot_id, held.starts_at), (early, at(3, 8)));
    assert_eq!(
        (held.kept, held.until.unwrap()),
        (false, "2031-01-01T00:00:00Z".parse().unwrap())
    );
    let end =
        "UPDATE loket.deadlines SET outcome = 'met', ended_at = now() WHERE key = 'slot_hold'";
    sqlx::query(end).execute(&pool).await.unwrap();
    let auditor = world.db.store("auditor_1");
    let leaks = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let is_leak = |what: &str| what == "slot: held, and no clock ends that";
    assert!(
        leaks.differences.iter().any(|it| is_leak(&it.what)),
        "{leaks:?}"
    );
    act(&anna, &as_anna, case_id, confirm, json!({}))
        .await
        .unwrap();
    let held = anna.store.case_detail(case_id).await.unwrap().slot.unwrap();
    assert_eq!((held.kept, held.until), (true, None));
    assert_eq!(taken(&world, &pool, [early]).await, [1]);
}

/// What cannot be planned is refused by name, and nothing is taken.
#[tokio::test(flavor = "multi_thread")]
async fn prio_30_what_cannot_be_planned_is_refused() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [here] = slots(&world, AREA, [1]).await;
    let [there] = slots(&world, "EHV", [1]).await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    assert_eq!(
        refusal(hold(&anna, &as_anna, case_id, there).await),
        "slot_other_area"
    );
    assert_eq!(
        refusal(hold(&anna, &as_anna, case_id, 999_999).await),
        "slot_unknown"
    );
    for wrong in [("keep", Some(here)), ("hold", None), ("hold", Some(-1))] {
        let done = act(&anna, &as_anna, case_id, wrong, json!({})).await;
        assert_eq!(refusal(done), "not_in_table", "{wrong:?}");
    }
    // the start that the agent read out is not the one that it has
    let sets =
        "UPDATE loket.process_transitions SET sets = '{slot_start}' WHERE action = 'add_note'";
    sqlx::query(sets).execute(&pool).await.unwrap();
    let read_out = json!({"slot_start": "2031-03-03T09:00:00Z"});
    let done = act(&anna, &as_anna, case_id, ("hold", Some(here)), read_out).await;
    assert_eq!(refusal(done), "slot_start_differs");
    // an action whose line does not name it may not touch a slot
    let none = "UPDATE loket.process_transitions SET slots = '{release}' WHERE action = 'add_note'";
    sqlx::query(none).execute(&pool).await.unwrap();
    let done = hold(&anna, &as_anna, case_id, here).await;
    assert_eq!(refusal(done), "not_in_table");
    let all = "UPDATE loket.process_transitions SET slots = '{hold}' WHERE action = 'add_note'";
    sqlx::query(all).execute(&pool).await.unwrap();
    world.admin.clock_set(at(3, 8)).await.unwrap();
    assert_eq!(
        refusal(hold(&anna, &as_anna, case_id, here).await),
        "slot_past"
    );
    assert_eq!(taken(&world, &pool, [here, there]).await, [0, 0]);
}

/// A case may learn of its connection later than it is opened: it is found by it, planned there, and
/// meets an open case on the same subject.
#[tokio::test(flavor = "multi_thread")]
async fn prio_18_a_case_that_learns_of_its_connection_is_planned_there() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [there] = slots(&world, "EHV", [1]).await;
    let sets = "UPDATE loket.process_transitions SET sets = '{ean}' WHERE action = 'add_note'";
    sqlx::query(sets).execute(&pool).await.unwrap();
    let moves = "UPDATE loket.connections SET postcode = '5616AB' WHERE ean = $1";
    sqlx::query(moves)
        .bind(ean(30))
        .execute(&pool)
        .await
        .unwrap();
    let (case_id, twin) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    let learns = |n| json!({"ean": ean(n)});
    let hold = ("hold", Some(there));
    act(&anna, &as_anna, case_id, hold, learns(30))
        .await
        .unwrap();
    let detail = anna.store.case_detail(case_id).await.unwrap();
    assert_eq!(detail.connection.unwrap().postcode, "5616AB");
    assert_eq!(detail.slot.unwrap().area, "EHV");
    let found = anna.store.search(&ean(30), 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let same = act(&anna, &as_anna, twin, ("release", None), learns(30)).await;
    assert_eq!(refusal(same), "twin_open");
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let is_copied = |what: &str| what.starts_with("column") || what.starts_with("the key");
    let wrong = verified.differences.iter().filter(|it| is_copied(&it.what));
    assert_eq!(wrong.count(), 0, "{:?}", verified.differences);
}

/// Taken back, a replan gives the new one back and has the old one again, unless somebody else took it
/// meanwhile: then it stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_replan_is_taken_back_with_its_slot_or_not_at_all() {
    let world = with_grace().await;
    let pool = planned(&world).await;
    let [first, second] = slots(&world, AREA, [1, 1]).await;
    let (one, other) = (world.signal(1).await, world.signal(2).await);
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    hold(&anna, &as_anna, one, first).await.unwrap();
    hold(&anna, &as_anna, one, second).await.unwrap();
    let seq = super::undo::last_seq(&anna, one).await;
    take_back(&anna, one, seq).await.unwrap();
    assert_eq!(taken(&world, &pool, [first, second]).await, [1, 0]);

    hold(&anna, &as_anna, one, second).await.unwrap();
    hold(&anna, &as_anna, other, first).await.unwrap();
    let seq = super::undo::last_seq(&anna, one).await;
    let shown = anna.store.case_detail(one).await.unwrap().undo.unwrap();
    assert_eq!(shown.stands.unwrap().key, "undo_slot");
    assert_eq!(refusal(take_back(&anna, one, seq).await), "undo_slot");
    assert_eq!(taken(&world, &pool, [first, second]).await, [1, 1]);

    // a first hold that is taken back leaves nothing
    let third = world.signal(3).await;
    release(&anna, &as_anna, other).await;
    hold(&anna, &as_anna, third, first).await.unwrap();
    let seq = super::undo::last_seq(&anna, third).await;
    take_back(&anna, third, seq).await.unwrap();
    assert_eq!(taken(&world, &pool, [first, second]).await, [0, 1]);
    assert_eq!(anna.store.case_detail(third).await.unwrap().slot, None);
}

/// Agents who swap slots with each other all the time never wait for each other for ever, and what
/// comes of it adds up.
#[tokio::test(flavor = "multi_thread")]
async fn crossing_replans_neither_lock_nor_lose_anything() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let all = slots(&world, AREA, [2, 1, 2]).await;
    let mut cases = Vec::new();
    for n in 1..=6 {
        cases.push(world.signal(n).await);
    }
    let world = std::sync::Arc::new(world);
    let mut tasks = JoinSet::new();
    for (n, case_id) in cases.into_iter().enumerate() {
        let world = std::sync::Arc::clone(&world);
        tasks.spawn(async move {
            let role = format!("agent_{n:02}");
            let desk = world.desk(&role).await;
            let pool = world.db.pool(&role, 1).await;
            for round in 0..12 {
                let wanted = all[(n * 5 + round * 7) % 3];
                let done = match (n + round) % 5 {
                    0 => act(&desk, &pool, case_id, ("release", None), json!({})).await,
                    _ => hold(&desk, &pool, case_id, wanted).await,
                };
                let is_fine = match &done {
                    Ok(_) => true,
                    Err(StoreError::Refused(refusal)) => refusal.key == "slot_taken",
                    Err(_) => false,
                };
                assert!(is_fine, "{done:?}");
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let counts = taken(&world, &pool, all).await;
    let is_within = counts.iter().zip([2, 1, 2]).all(|(n, most)| *n <= most);
    assert!(is_within, "{counts:?}");
}

/// Any sequence of holding, replanning, confirming and giving back keeps the count that of the holds,
/// and does what a plain model does.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_any_sequence_keeps_the_count() {
    const CAPACITY: [i32; 3] = [1, 2, 1];
    let world = World::new().await;
    planned(&world).await;
    let all = slots(&world, AREA, CAPACITY).await;
    let owner = world
        .db
        .options(SUPERUSER)
        .options([("search_path", "loket")]);
    let pool = PgPool::connect_with(owner).await.unwrap();
    let mut cases = Vec::new();
    for n in 1..=4 {
        cases.push(world.signal(n).await.0);
    }
    let step = (0_usize..4, prop::option::of(0_usize..3), any::<bool>());
    let steps = prop::collection::vec(step, 1..25);
    let handle = tokio::runtime::Handle::current();
    let test = |steps: Vec<(usize, Option<usize>, bool)>| {
        handle.block_on(async {
            let mut model: [Option<usize>; 4] = [None; 4];
            for case in &cases {
                moved(&pool, *case, None, false).await.unwrap();
            }
            for (who, wanted, kept) in steps {
                let done = moved(&pool, cases[who], wanted.map(|slot| all[slot]), kept).await;
                let holders = |slot| model.iter().filter(|held| **held == Some(slot)).count();
                let has_room = wanted.is_none_or(|slot| {
                    model[who] == wanted || holders(slot) < CAPACITY[slot].unsigned_abs() as usize
                });
                prop_assert_eq!(done.is_ok(), has_room);
                if has_room {
                    model[who] = wanted;
                }
                let holders = |slot| model.iter().filter(|held| **held == Some(slot)).count();
                prop_assert_eq!(
                    counted(&pool).await,
                    [0, 1, 2].map(|slot| { i64::try_from(holders(slot)).unwrap() })
                );
            }
            Ok(())
        })
    };
    tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(Config {
            cases: 24,
            failure_persistence: None,
            ..Config::default()
        });
        runner.run(&steps, test).unwrap();
    });
}

async fn moved(pool: &PgPool, case: i64, slot: Option<i64>, kept: bool) -> Result<(), sqlx::Error> {
    let done = sqlx::query("SELECT loket.slot_move($1, $2, $3)")
        .bind(case)
        .bind(slot)
        .bind(kept)
        .execute(pool)
        .await;
    done.map(|_| ())
}

/// What the slots say; fails when the holds say otherwise.
async fn counted(pool: &PgPool) -> [i64; 3] {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT taken::bigint, (SELECT count(*) FROM loket.slot_holds h WHERE h.slot_id = s.slot_id)
         FROM loket.slots s ORDER BY slot_id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    for (taken, holds) in &rows {
        assert_eq!(taken, holds);
    }
    [rows[0].0, rows[1].0, rows[2].0]
}

/// PRIO-30: a week at a glance: what has room in the area of the connection, nothing of the past, and
/// where to look when it is full.
#[tokio::test(flavor = "multi_thread")]
async fn prio_30_a_week_shows_what_has_room() {
    let world = World::new().await;
    planned(&world).await;
    let [_, second, _] = slots(&world, AREA, [0, 3, 0]).await;
    slots(&world, "EHV", [5]).await;
    let later = [slot(AREA, at(20, 8), 1), slot(AREA, at(21, 8), 1)];
    world.admin.slots_put(&later).await.unwrap();
    let anna = world.db.store("anna");
    let monday = at(3, 0).date_naive();
    let week = anna.slots_free(None, &ean(1), monday, 7).await.unwrap();
    assert_eq!(week.area.as_deref(), Some(AREA));
    let shown: Vec<_> = week
        .slots
        .iter()
        .map(|it| (it.slot_id, it.starts_at, it.free))
        .collect();
    assert_eq!(shown, [(second, at(3, 9), 3)]);
    assert_eq!(week.next, Some(at(20, 0).date_naive()));
    world
        .admin
        .clock_set(at(3, 9) + Duration::seconds(1))
        .await
        .unwrap();
    let week = anna.slots_free(None, &ean(1), monday, 7).await.unwrap();
    assert_eq!(week.slots, []);
    // a postcode in no area has none, and says so
    let moved = [range("EHV", "5600", "5699")];
    world.admin.areas_put(&moved).await.unwrap();
    let week = anna.slots_free(None, &ean(1), monday, 31).await.unwrap();
    assert_eq!((week.area, week.slots, week.next), (None, vec![], None));
}

/// Those who plan add and change start times, never below what is taken, never in the past.
#[tokio::test(flavor = "multi_thread")]
async fn capacity_is_never_set_below_what_is_taken() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [early] = slots(&world, AREA, [2]).await;
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    for n in 1..=2 {
        let case_id = world.signal(n).await;
        hold(&anna, &as_anna, case_id, early).await.unwrap();
    }
    let lead = world.db.store("lead_1");
    let refused = |reason: &str| Imported::Refused {
        reason: reason.into(),
    };
    let put = [
        slot(AREA, at(3, 8), 1),
        slot(AREA, at(3, 8), 2),
        slot(AREA, at(3, 8), 4),
        slot("NOWHERE", at(3, 8), 4),
        slot(AREA, at(3, 8) - Duration::days(4000), 4),
        slot(AREA, at(4, 8), -1),
        slot(AREA, at(4, 8), 0),
    ];
    let said = lead.slots_put(&put).await.unwrap();
    let expected = [
        refused("below_taken"),
        Imported::Known,
        Imported::Changed,
        refused("unknown_area"),
        refused("in_the_past"),
        refused("bad_slot"),
        Imported::New,
    ];
    assert_eq!(said, expected);
    let below = lead.slot_capacity(early, 1).await;
    assert_eq!(refusal(below), "slot_below_taken");
    let row = lead.slot_capacity(early, 2).await.unwrap();
    assert_eq!((row.capacity, row.taken), (2, 2));
    assert_eq!(taken(&world, &pool, [early]).await, [2]);
    let log: Vec<String> = sqlx::query_scalar("SELECT kind FROM loket.desk_log ORDER BY log_id")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(log, ["areas", "slots", "slots", "slot_capacity"]);
}

/// A postcode lies in one area.
#[tokio::test(flavor = "multi_thread")]
async fn areas_that_overlap_are_refused() {
    let world = World::new().await;
    planned(&world).await;
    for (wrong, key) in [
        (
            [range("A", "5000", "5100"), range("B", "5100", "5200")],
            "area_overlap",
        ),
        (
            [range("A", "50", "59"), range("B", "5226", "5226")],
            "area_overlap",
        ),
        (
            [range("A", "5226AA", "5226ZZ"), range("B", "5226", "5226")],
            "area_overlap",
        ),
        (
            [range("A", "5000", "51"), range("B", "6000", "6001")],
            "bad_area",
        ),
        (
            [range("A", "5100", "5000"), range("B", "6000", "6001")],
            "bad_area",
        ),
    ] {
        assert_eq!(
            refusal(world.admin.areas_put(&wrong).await),
            key,
            "{wrong:?}"
        );
    }
    let mut elsewhere = range(AREA, "1000", "1999");
    elsewhere.country = "BE".into();
    let refused = world.admin.areas_put(&[elsewhere]).await;
    assert_eq!(refusal(refused), "area_elsewhere");
    // nothing of that was written
    assert_eq!(world.admin.areas().await.unwrap().len(), 2);
    let split = [
        range("A", "5226AA", "5226HO"),
        range("B", "5226HP", "5226ZZ"),
    ];
    world.admin.areas_put(&split).await.unwrap();
    let day = at(3, 0).date_naive();
    let free = world.admin.slots_free(None, &ean(1), day, 7).await.unwrap();
    assert_eq!(free.area.as_deref(), Some("B"));
}

/// `verify` finds a count and a hold that somebody changed behind our back.
#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_slots_that_do_not_add_up() {
    let world = World::new().await;
    let pool = planned(&world).await;
    let [one, two] = slots(&world, AREA, [2, 2]).await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let as_anna = world.db.pool("anna", 1).await;
    hold(&anna, &as_anna, case_id, one).await.unwrap();
    let forge = format!(
        "UPDATE loket.slot_holds SET slot_id = {two}; UPDATE loket.slots SET taken = 2 WHERE slot_id = {one}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(forge))
        .execute(&pool)
        .await
        .unwrap();
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let found: Vec<_> = verified
        .differences
        .iter()
        .map(|it| it.what.clone())
        .collect();
    for expected in [
        format!("slot: stored Some({two}), the events say Some({one})"),
        format!("slot {one}: 2 are taken, 0 cases hold it"),
        format!("slot {two}: 0 are taken, 1 cases hold it"),
    ] {
        assert!(found.contains(&expected), "{expected}: {found:?}");
    }
}
