//! Calendars that are edited in the database, and the recounting of open deadlines, on a real
//! PostgreSQL (`calendars.md` 4.6; case-anchors c.3, 21 and 23 to 25).

use chrono::{DateTime, TimeDelta, Utc};
use loket::domain::calendar::FreeKind;
use loket::domain::clock::{ClockRun, ClockStatus};
use loket::domain::country::Country;
use loket::exchange::worker::Worker;
use loket::process::engine::{self, Actor, Answers, Change, ClockOp, Context};
use loket::store::calendar::{Becomes, CalendarEdit, Edited};
use loket::store::case::Target;
use loket::store::recount::{Mode, Order, Recount};
use loket::store::rows::CaseId;
use loket::store::{Store, StoreError};
use uuid::Uuid;

use crate::exchange_world::{folder, options};
use crate::process_world::at;
use crate::support::db::SUPERUSER;
use crate::support::world::{World, answers, free};

fn free_day(day: &str) -> CalendarEdit {
    CalendarEdit {
        country: Country::Nl,
        day: day.parse().unwrap(),
        becomes: Becomes::Free {
            name: "Brugdag".into(),
            law: "Besluit gelijkstelling".into(),
            kind: FreeKind::Public,
        },
    }
}

fn ordinary_day(day: &str) -> CalendarEdit {
    CalendarEdit {
        becomes: Becomes::Ordinary,
        ..free_day(day)
    }
}

async fn recount(store: &Store, session: Option<Uuid>, mode: Mode) -> Recount {
    let calendars = store.calendars().await.unwrap();
    let order = Order {
        calendars: &calendars,
        session,
        mode,
    };
    store.recount(&order, |_| ()).await.unwrap()
}

async fn set(world: &World, instant: &str) -> DateTime<Utc> {
    world.admin.clock_set(at(instant)).await.unwrap()
}

async fn contact_clock(world: &World, case_id: CaseId) -> ClockRun {
    let clocks = world.admin.case_detail(case_id).await.unwrap().facts.clocks;
    let mut runs = clocks.into_iter();
    runs.find(|run| run.key == "contact_1wd").unwrap()
}

async fn differences(world: &World) -> Vec<String> {
    let calendars = world.admin.calendars().await.unwrap();
    let auditor = world.db.store("auditor_1");
    let verified = auditor.verify(&calendars, |_| {}).await.unwrap();
    verified
        .differences
        .into_iter()
        .map(|difference| difference.what)
        .collect()
}

async fn work_off(world: &World, name: &str) {
    let path = folder(name);
    let worker = Worker::open(world.db.store("worker_1"), options(&path));
    worker.await.unwrap().once().await.unwrap();
    std::fs::remove_dir_all(path).unwrap();
}

/// c.3, 23: a decree day announced after the fact. A lead edits and orders; the open deadline moves,
/// the old value stays, the recorded breach is untouched, and a second recount does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_decree_day_announced_after_the_fact_moves_open_deadlines_only() {
    let world = World::new().await;
    set(&world, "2026-11-17T10:00:00+01:00").await;
    let breached = world.signal(1).await;
    set(&world, "2026-11-19T10:00:00+01:00").await;
    work_off(&world, "recount-open").await;
    let on_record = contact_clock(&world, breached).await;
    assert!(on_record.breached_at.is_some());
    let open = world.signal(2).await;

    let lead = world.desk("lead_1").await;
    let edit = lead.store.calendar_edit(&free_day("2026-11-18")).await;
    assert_eq!(
        edit,
        Ok(Edited {
            version: 2,
            changed: true
        })
    );
    let edit = lead.store.calendar_edit(&free_day("2026-11-20")).await;
    assert_eq!(edit.unwrap().version, 3);
    let session = Some(lead.id());
    let dry = recount(&lead.store, session, Mode::DryRun).await;
    assert_eq!(
        contact_clock(&world, open).await.due_at,
        at("2026-11-21T00:00:00+01:00")
    );
    let done = recount(&lead.store, session, Mode::Apply).await;
    assert_eq!(dry, done, "the dry run says what comes");
    assert_eq!(done.figures(), [1, 0, 0, 0]);

    let detail = lead.store.case_detail(open).await.unwrap();
    let run = contact_clock(&world, open).await;
    assert_eq!(run.due_at, at("2026-11-24T00:00:00+01:00"));
    assert_eq!(detail.row.due_at, Some(run.due_at), "the list follows");
    assert_eq!(run.original_due_at, at("2026-11-21T00:00:00+01:00"));
    assert_eq!((run.calendar_version, run.late_by_retriage), (3, false));
    let timeline = lead.store.timeline(open, None, 10).await.unwrap();
    assert_eq!(timeline[0].kind, "recount");
    assert_eq!(timeline[0].agent.as_deref(), Some("Lead_1"));
    assert_eq!(timeline[0].moves[0].was_due_at, run.original_due_at);
    assert_eq!(timeline[0].moves[0].due_at, run.due_at);
    assert_eq!(contact_clock(&world, breached).await, on_record);

    let again = recount(&lead.store, session, Mode::Apply).await;
    assert_eq!(again.cases, []);
    let events = lead.store.timeline(open, None, 10).await.unwrap();
    assert_eq!(events, timeline, "nothing was written");
    assert_eq!(differences(&world).await, [""; 0]);
}

/// c.3, 21 and 24: a day taken away throws a deadline into the past. It is late by re-triage, never a
/// breach, whatever the worker does and however long it lasts; taken back, it has time again.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_thrown_into_the_past_is_late_by_retriage_and_no_breach() {
    let world = World::new().await;
    set(&world, "2026-12-24T15:30:00+01:00").await;
    let case_id = world.signal(1).await;
    let now = set(&world, "2026-12-26T12:00:00+01:00").await;
    world
        .admin
        .calendar_edit(&ordinary_day("2026-12-25"))
        .await
        .unwrap();
    let done = recount(&world.admin, None, Mode::Apply).await;
    assert_eq!(done.figures(), [1, 1, 0, 0]);
    work_off(&world, "recount-late").await;
    let run = contact_clock(&world, case_id).await;
    assert_eq!(run.due_at, at("2026-12-26T00:00:00+01:00"));
    assert_eq!(run.original_due_at, at("2026-12-29T00:00:00+01:00"));
    assert_eq!(run.breached_at, None);
    assert_eq!(run.status(now), ClockStatus::LateByRetriage);
    let row = world.admin.case_detail(case_id).await.unwrap().row;
    assert_eq!(row.status(now), Some(ClockStatus::LateByRetriage));
    assert_eq!(differences(&world).await, [""; 0]);

    let christmas = CalendarEdit {
        becomes: Becomes::Free {
            name: "Eerste kerstdag".into(),
            law: "Algemene termijnenwet art. 3(1)".into(),
            kind: FreeKind::Public,
        },
        ..ordinary_day("2026-12-25")
    };
    world.admin.calendar_edit(&christmas).await.unwrap();
    let back = recount(&world.admin, None, Mode::Apply).await;
    assert_eq!(back.figures(), [1, 0, 1, 0], "{back:?}");
    let run = contact_clock(&world, case_id).await;
    assert_eq!(run.due_at, run.original_due_at);
    assert_eq!(run.status(now), ClockStatus::Running);

    world
        .admin
        .calendar_edit(&ordinary_day("2026-12-25"))
        .await
        .unwrap();
    recount(&world.admin, None, Mode::Apply).await;
    set(&world, "2026-12-30T12:00:00+01:00").await;
    work_off(&world, "recount-later").await;
    assert_eq!(contact_clock(&world, case_id).await.breached_at, None);
    assert_eq!(differences(&world).await, [""; 0]);
}

/// An honest move on an open case, for somebody to forge.
async fn honest(world: &World, case_id: CaseId) -> (Target, Change) {
    let detail = world.admin.case_detail(case_id).await.unwrap();
    let calendars = world.admin.calendars().await.unwrap();
    let context = Context {
        now: world.now().await,
        actor: Actor::Lead,
        calendars: &calendars,
        command: Uuid::nil(),
    };
    let change = engine::step(&detail.facts, "recount", &Answers::new(), &context).unwrap();
    let target = Target {
        case_id,
        fence: None,
        version: detail.row.version,
    };
    (target, change)
}

fn with(change: &Change, forge: impl Fn(&mut ClockOp)) -> Change {
    let mut forged = change.clone();
    forged.clocks.iter_mut().for_each(forge);
    forged
}

async fn apply(world: &World, target: Target, change: &Change) -> Result<(), String> {
    let admin = &world.admin;
    match admin.case_apply(Uuid::now_v7(), None, target, change).await {
        Ok(_) => Ok(()),
        Err(StoreError::Refused(refusal)) => Err(refusal.key),
        Err(other) => panic!("{other:?}"),
    }
}

/// An open case, and the calendar edited so that its deadline moves.
async fn movable(world: &World) -> (CaseId, Target, Change) {
    set(world, "2026-11-19T10:00:00+01:00").await;
    let case_id = world.signal(1).await;
    let edit = free_day("2026-11-20");
    world.admin.calendar_edit(&edit).await.unwrap();
    let (target, change) = honest(world, case_id).await;
    (case_id, target, change)
}

/// The referee takes a move only by the newest calendar, from the instant that stands there, in the
/// line of the recount.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_move_is_refused() {
    let world = World::new().await;
    let (case_id, target, change) = movable(&world).await;
    let old = with(&change, |op| {
        if let ClockOp::Move {
            calendar_version, ..
        } = op
        {
            *calendar_version = 1;
        }
    });
    let elsewhere = with(&change, |op| {
        if let ClockOp::Move { was_due_at, .. } = op {
            *was_due_at += TimeDelta::hours(1);
        }
    });
    let excused = with(&change, |op| {
        if let ClockOp::Move {
            late_by_retriage, ..
        } = op
        {
            *late_by_retriage = true;
        }
    });
    for forged in [old, elsewhere, excused] {
        assert_eq!(
            apply(&world, target, &forged).await.unwrap_err(),
            "clock_not_movable",
            "{forged:?}"
        );
    }
    let elapsed = with(&change, |op| {
        if let ClockOp::Move { key, .. } = op {
            *key = "retention_7d".into();
        }
    });
    assert_eq!(
        apply(&world, target, &elapsed).await.unwrap_err(),
        "not_in_table"
    );
    let desk = world.desk("anna").await;
    let note = answers([("note", free("read it"))]);
    let mut note = desk.change(case_id, "add_note", &note).await;
    note.clocks.clone_from(&change.clocks);
    assert_eq!(
        apply(&world, target, &note).await.unwrap_err(),
        "not_in_table"
    );
    let agent = desk
        .store
        .case_apply(Uuid::now_v7(), Some(desk.id()), target, &change)
        .await;
    assert!(
        matches!(agent, Err(StoreError::Refused(ref refusal)) if refusal.key == "role_required"),
        "{agent:?}"
    );
}

/// What the referee cannot know, `verify` computes and names.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_due_instant_is_found() {
    let world = World::new().await;
    let (_, target, change) = movable(&world).await;
    let longer = with(&change, |op| {
        if let ClockOp::Move { due_at, .. } = op {
            *due_at += TimeDelta::days(30);
        }
    });
    apply(&world, target, &longer).await.unwrap();
    let found = differences(&world).await;
    assert!(
        found.iter().any(|what| what.contains("clocks.0.due_at")),
        "{found:?}"
    );
}

/// Somebody who writes into the table excuses a clock: `verify` names it.
#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_a_clock_that_somebody_excused() {
    let world = World::new().await;
    world.signal(1).await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let forge = "UPDATE loket.deadlines SET late_by_retriage = true WHERE key = 'contact_1wd'";
    sqlx::raw_sql(forge).execute(&pool).await.unwrap();
    let found = differences(&world).await;
    assert!(
        found.iter().any(|what| what.contains("late_by_retriage")),
        "{found:?}"
    );
}

fn key(result: Result<Edited, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// Leads and administrators edit, nobody else; an edit that is none makes no version, and one with
/// which nothing could be counted is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_edited_by_leads_and_stays_usable() {
    let world = World::new().await;
    let edit = free_day("2026-11-20");
    for role in ["anna", "auditor_1", "worker_1"] {
        let store = world.db.store(role);
        assert_eq!(key(store.calendar_edit(&edit).await), "role_required");
    }
    let lead = world.db.store("lead_1");
    for (wrong, why) in [
        (free_day("1999-01-04"), "outside_calendar"),
        (free_day("9999-01-04"), "outside_calendar"),
        (ordinary_day("2026-11-20"), "not_a_free_day"),
        (
            CalendarEdit {
                becomes: Becomes::Free {
                    name: String::new(),
                    law: "x".into(),
                    kind: FreeKind::Public,
                },
                ..edit.clone()
            },
            "bad_free_day",
        ),
    ] {
        assert_eq!(key(lead.calendar_edit(&wrong).await), why, "{wrong:?}");
    }
    let first = lead.calendar_edit(&edit).await.unwrap();
    let second = lead.calendar_edit(&edit).await.unwrap();
    assert_eq!((first.version, first.changed), (2, true));
    assert_eq!((second.version, second.changed), (2, false));
    let days = lead.calendar_days(Country::Nl, 2026).await.unwrap();
    let day = days.days.iter().find(|day| day.day == edit.day).unwrap();
    assert_eq!(
        (&*day.name, day.edited_by.as_deref()),
        ("Brugdag", Some("Lead_1"))
    );
    lead.calendar_edit(&ordinary_day("2026-11-20"))
        .await
        .unwrap();
    let days = lead.calendar_days(Country::Nl, 2026).await.unwrap();
    let day = days.days.iter().find(|day| day.day == edit.day).unwrap();
    assert!(day.removed && days.version == 3);
    let calendars = lead.calendars().await.unwrap();
    let free_on = |version| {
        let calendar = calendars.version(Country::Nl, version).unwrap();
        calendar.free_day(edit.day).is_some()
    };
    assert_eq!([1, 2, 3].map(free_on), [false, true, false]);
}

/// A recount that was interrupted, or a clock started since by a console with an older calendar: the
/// next one does what is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_recount_goes_on_where_the_last_one_stopped() {
    let world = World::new().await;
    set(&world, "2026-11-19T10:00:00+01:00").await;
    let (first, second) = (world.signal(1).await, world.signal(2).await);
    world
        .admin
        .calendar_edit(&free_day("2026-11-20"))
        .await
        .unwrap();
    let (target, change) = honest(&world, first).await;
    world
        .admin
        .case_apply(Uuid::now_v7(), None, target, &change)
        .await
        .unwrap();
    let rest = recount(&world.admin, None, Mode::Apply).await;
    assert_eq!(rest.looked_at, 1, "only what was counted by the older one");
    assert_eq!(rest.cases.len(), 1);
    // `world.calendars` are those of before the edit
    let third = world.signal(3).await;
    assert_eq!(contact_clock(&world, third).await.calendar_version, 1);
    let later = recount(&world.admin, None, Mode::Apply).await;
    assert_eq!(later.cases.len(), 1);
    for case_id in [first, second, third] {
        let run = contact_clock(&world, case_id).await;
        assert_eq!(run.due_at, at("2026-11-24T00:00:00+01:00"));
    }
    assert_eq!(differences(&world).await, [""; 0]);
}

/// The longest name and law that an edit takes still fit into the ledger of a deadline.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_name_and_law_fit_into_a_ledger() {
    let world = World::new().await;
    set(&world, "2026-11-19T10:00:00+01:00").await;
    let case_id = world.signal(1).await;
    let named = |name: usize, law: usize| CalendarEdit {
        becomes: Becomes::Free {
            name: "é".repeat(name),
            law: "é".repeat(law),
            kind: FreeKind::Public,
        },
        ..free_day("2026-11-20")
    };
    for (name, law) in [(61, 90), (60, 91)] {
        let refused = world.admin.calendar_edit(&named(name, law)).await;
        assert_eq!(key(refused), "bad_free_day");
    }
    world.admin.calendar_edit(&named(60, 90)).await.unwrap();
    let done = recount(&world.admin, None, Mode::Apply).await;
    assert_eq!(done.figures(), [1, 0, 0, 0], "{done:?}");
    assert_eq!(contact_clock(&world, case_id).await.calendar_version, 2);
}
