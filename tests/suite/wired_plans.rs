//! What comes in about a visit of before, and what waits without being tried.

use loket::exchange::worker::outside::Outside;
use loket::exchange::worker::{Options, Worker};
use loket::process::engine::Actor;
use loket::process::tlm::TLM;
use loket::store::StoreError;
use loket::store::rows::CaseId;
use serde_json::json;
use uuid::Uuid;

use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::world::{answers, free, word};
use crate::wired::Wired;

/// In the hands of the technicians, a second time: the first visit was not done.
async fn planned_anew(wired: &Wired) -> CaseId {
    let case_id = wired.executing(1).await;
    let why = json!({"reason": "not_home"});
    wired.leave(case_id, "order_gsa", "not_done", why).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works().await;
    for kind in ["order_change_domain", "order_change_gsa"] {
        wired.leave(case_id, kind, "created", json!({})).await;
    }
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "in_execution");
    case_id
}

/// PRIO-09: "not done" once more about the visit of before does not undo the new plan, whether its
/// instant or its order tells that; about the new visit it does.
#[tokio::test]
async fn prio_09_not_done_about_an_old_visit_undoes_no_new_plan() {
    let wired = Wired::practising("wired-old-visit").await;
    let before = wired.world.now().await;
    let case_id = planned_anew(&wired).await;
    let sent = |kind: &str| wired.sent(kind)[0]["command"]["key"].clone();
    let late = [
        json!({"reason": "not_home", "at": before, "reference": "WO-78"}),
        json!({"reason": "not_home", "key": sent("order_gsa")}),
    ];
    for told in late {
        wired.leave(case_id, "order_gsa", "not_done", told).await;
        wired.works().await;
        assert_eq!(wired.state(case_id).await, "in_execution");
    }
    let slot = wired.detail(case_id).await.slot;
    assert!(slot.is_some_and(|slot| slot.kept), "the visit stands");
    assert_eq!(wired.times(case_id, "gsa_not_done").await, 1);
    let refused = wired.folder.join("incoming/refused");
    assert_eq!(
        std::fs::read_dir(refused).map_or(0, Iterator::count),
        0,
        "known"
    );
    let told = json!({"reason": "not_home", "key": sent("order_change_gsa")});
    let kind = "order_change_gsa";
    wired.leave(case_id, kind, "not_done", told).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.is_sound().await;
}

/// PRIO-09: without a key the instants tell which visit is meant, and those are of one clock: theirs,
/// eight minutes behind ours. Fails where their instant is compared with ours.
#[tokio::test]
async fn prio_09_their_clock_tells_which_visit_is_meant() {
    let wired = Wired::practising("wired-two-clocks").await;
    let case_id = wired.executing(1).await;
    let theirs = async || wired.world.now().await - chrono::Duration::minutes(8);
    let minute = chrono::Duration::minutes(1);
    let tell = async |kind: &str, status: &str, at| {
        let told = json!({"reason": "not_home", "at": at, "reference": Uuid::now_v7()});
        wired.leave(case_id, kind, status, told).await;
        wired.works().await;
    };
    // the first plan is the only one: it is meant, whatever their clock says
    tell("order_gsa", "not_done", theirs().await).await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works().await;
    // about the first visit once more; it cannot be told before they have the second
    tell("order_gsa", "not_done", theirs().await - minute).await;
    assert_eq!(wired.state(case_id).await, "confirmed", "it waits");
    let acked = theirs().await;
    tell("order_change_domain", "created", acked).await;
    tell("order_change_gsa", "created", acked).await;
    wired.works().await;
    assert_eq!(
        wired.state(case_id).await,
        "in_execution",
        "it was of before"
    );
    assert_eq!(wired.times(case_id, "gsa_not_done").await, 1);
    // about the second visit, and before its plan by our clock
    tell("order_change_gsa", "not_done", acked + minute).await;
    assert_eq!(wired.state(case_id).await, "planning");
    assert_eq!(wired.times(case_id, "gsa_not_done").await, 2);
    assert_eq!(refusals(&wired), Vec::<String>::new());
    wired.is_sound().await;
}

/// ELS-31, PRIO-09: what is said of an order that the case never sent is refused with the reason, of
/// whatever kind it is, and changes nothing. Fails where it is taken without a look.
#[tokio::test]
async fn els_31_an_order_that_was_never_sent_is_refused() {
    let wired = Wired::practising("wired-never-sent").await;
    let case_id = wired.request(1).await;
    wired.works().await;
    let before = wired.detail(case_id).await;
    for (kind, status) in [
        ("order_installation", "created"),
        ("order_installation", "not_done"),
        ("order_gsa", "created"),
        ("order_domain", "created"),
        ("order_cancel_gsa", "created"),
    ] {
        let why = json!({"reason": "not_home"});
        wired.leave(case_id, kind, status, why).await;
        wired.works().await;
        let last = refusals(&wired).pop().unwrap();
        assert!(last.contains(kind), "{kind}: {last}");
    }
    let said = refusals(&wired);
    assert_eq!(said.len(), 5);
    assert!(
        said.iter().all(|it| it.contains("nooit verstuurd")),
        "{said:?}"
    );
    let after = wired.detail(case_id).await;
    assert_eq!(after.row.version, before.row.version);
    assert_eq!(after.facts, before.facts);
}

/// The reasons of refused files, the latest last.
fn refusals(wired: &Wired) -> Vec<String> {
    let folder = wired.folder.join("incoming/refused");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "txt"))
        .collect();
    // names are in order of time
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    paths.iter().map(read).collect()
}

/// What waits until somebody mends a setting is not tried, and so never dead of its tries.
#[tokio::test]
async fn prio_31_waiting_for_a_setting_counts_no_tries() {
    let place = folder("wired-waits");
    let mut wired = Wired::with(place.clone(), Outside::default()).await;
    let mut few = Options {
        outside: Outside::default(),
        ..options(&place.join("out"))
    };
    few.settings.attempts = 2;
    let worker = Worker::open(wired.world.db.store("worker_2"), few.clone()).await;
    wired.worker = worker.unwrap();
    let case_id = wired.paying(1).await;
    for _ in 0..5 {
        wired.later().await;
        wired.works().await;
    }
    let tried = "SELECT sum(attempts) FROM loket.outbox WHERE kind = 'payment_create'";
    assert_eq!(wired.count(tried).await, 0);
    // the setting is mended: there are as many tries as for any other
    few.outside = Outside::practice(&place.join("payments"), &place.join("incoming"));
    let worker = Worker::open(wired.world.db.store("worker_1"), few).await;
    wired.worker = worker.unwrap();
    wired.later().await;
    wired.works().await;
    assert!(wired.fact(case_id, "payment").await.unwrap().is("open"));
}

/// PRIO-31: what nobody waits for any more holds up nothing although no payment service is set: the
/// letter behind it leaves. Fails where the setting is missed before it is asked whether there is
/// anything to do.
#[tokio::test]
async fn prio_31_a_payment_that_nobody_wants_holds_up_no_letter() {
    let wired = Wired::with(folder("wired-unwanted"), Outside::default()).await;
    let case_id = wired.paying(1).await;
    assert_eq!(wired.queued(case_id).await, ["payment_create"]);
    let later = wired.world.now().await + chrono::Duration::minutes(16);
    wired.world.admin.clock_set(later).await.unwrap();
    for _ in 0..3 {
        wired.later().await;
        wired.works().await;
    }
    assert_eq!(wired.state(case_id).await, "planning");
    assert_eq!(wired.queued(case_id).await, Vec::<String>::new());
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    assert_eq!(dead, []);
}

/// PRIO-14, PRIO-31: a fee that is missing is waited for as long as the customer is there; whatever else
/// the payment is refused for is raised to people, and so is what has waited too long. Fails where every
/// refusal waits for ever.
#[tokio::test]
async fn prio_31_only_a_missing_fee_is_waited_for() {
    let wired = Wired::practising("wired-refused-fee").await;
    let waits = |n, why: &'static str| {
        let wired = &wired;
        async move {
            let case_id = wired.request(n).await;
            wired.works().await;
            let flavour = answers([("flavour", word("smart_on"))]);
            wired.step(case_id, "flavour_chosen", &flavour).await;
            wired.step(case_id, "slot_chosen", &wired.slot(0)).await;
            let pool = wired.world.db.pool(SUPERUSER, 1).await;
            sqlx::raw_sql(why).execute(&pool).await.unwrap();
            wired.works().await;
            case_id
        }
    };
    let no_fee = "CREATE TABLE kept AS SELECT * FROM loket.fees; DELETE FROM loket.fees";
    let waiting = waits(1, no_fee).await;
    assert_eq!(wired.queued(waiting).await, ["payment_create"]);
    assert!(wired.fact(waiting, "payment").await.unwrap().is("asked"));
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    let mended = "INSERT INTO loket.fees SELECT * FROM kept";
    sqlx::raw_sql(mended).execute(&pool).await.unwrap();
    wired.later().await;
    wired.works().await;
    assert!(wired.fact(waiting, "payment").await.unwrap().is("open"));

    let refused = "CREATE FUNCTION loket.stuck() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM loket.refuse('payment_attached'); END $$;
         CREATE TRIGGER stuck BEFORE INSERT ON loket.payments FOR EACH ROW
             EXECUTE FUNCTION loket.stuck()";
    let raised = waits(2, refused).await;
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    let kinds: Vec<_> = dead.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_create"]);
    assert_eq!(wired.times(raised, "delivery_failed").await, 1);
    let told = wired.fact(raised, "undelivered").await.unwrap();
    assert!(told.is("payment_create"));
    wired.works().await;
    assert_eq!(wired.sent("supervisor_alert").len(), 1);
}

/// PRIO-31: money that cannot go back because a setting is missing does not wait unseen: after an hour a
/// lead is told, and the letters of the case leave.
#[tokio::test]
async fn prio_31_a_refund_that_waits_for_a_setting_is_raised() {
    let place = folder("wired-old-refund");
    let outside = Outside::practice(&place.join("payments"), &place.join("incoming"));
    let mut wired = Wired::with(place.clone(), outside).await;
    let case_id = wired.confirmed(1).await;
    let bare = Options {
        outside: Outside::default(),
        ..options(&place.join("out"))
    };
    let worker = Worker::open(wired.world.db.store("worker_2"), bare).await;
    wired.worker = worker.unwrap();
    let back = answers([("refund", word("yes"))]);
    wired.step(case_id, "cancel_by_customer", &back).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "cancelled_refunded");
    assert_eq!(wired.times(case_id, "refund_failed").await, 0);
    let letters = wired.sent("prio_cancelled").len();
    let later = wired.world.now().await + chrono::Duration::minutes(61);
    wired.world.admin.clock_set(later).await.unwrap();
    for _ in 0..3 {
        wired.later().await;
        wired.works().await;
    }
    assert_eq!(wired.times(case_id, "refund_failed").await, 1);
    assert_eq!((letters, wired.sent("prio_cancelled").len()), (0, 1));
    assert_eq!(wired.sent("supervisor_alert").len(), 1);
}

/// A refund that waited for a setting too long, and a lead who has it tried again when it is set.
async fn refund_tried_again(name: &str, between: &'static str) -> (Wired, CaseId) {
    let place = folder(name);
    let outside = || Outside::practice(&place.join("payments"), &place.join("incoming"));
    let mut wired = Wired::with(place.clone(), outside()).await;
    let case_id = wired.confirmed(1).await;
    let opened = async |wired: &Wired, outside| {
        let options = Options {
            outside,
            ..options(&place.join("out"))
        };
        let worker = Worker::open(wired.world.db.store("worker_2"), options).await;
        worker.unwrap()
    };
    wired.worker = opened(&wired, Outside::default()).await;
    let back = answers([("refund", word("yes"))]);
    wired.step(case_id, "cancel_by_customer", &back).await;
    wired.works().await;
    wired.passes(61).await;
    wired.works_later(3).await;
    assert!(is_yes(&wired, case_id).await);
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    sqlx::raw_sql(between).execute(&pool).await.unwrap();
    wired.worker = opened(&wired, outside()).await;
    let none = answers([]);
    let lead = Actor::Lead;
    wired.step_of(lead, case_id, "refund_again", &none).await;
    wired.works_later(3).await;
    (wired, case_id)
}

async fn is_yes(wired: &Wired, case_id: CaseId) -> bool {
    let failed = wired.fact(case_id, "refund_failed").await;
    failed.is_some_and(|failed| failed.is("yes"))
}

/// PRIO-31: a refund that never reached any service, for none was set, is tried again and goes back.
/// Fails where the row of a refund is written only when a service is there.
#[tokio::test]
async fn prio_31_a_refund_that_waited_for_a_setting_is_tried_again() {
    let (wired, case_id) = refund_tried_again("wired-refund-set", "").await;
    assert!(!is_yes(&wired, case_id).await);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    let refund = rows[0].refund.as_ref().unwrap();
    assert_eq!(refund.amount, rows[0].amount);
    assert_ne!(refund.status.key(), "new", "the service has it");
    assert_eq!(wired.count("SELECT count(*) FROM loket.refunds").await, 1);
    wired.is_sound().await;
}

/// PRIO-31: where no refund was ever begun there is nothing to try again, and that is no success.
/// Fails where the message counts as sent.
#[tokio::test]
async fn prio_31_a_refund_that_was_never_begun_is_not_tried_again() {
    let gone = "DELETE FROM loket.refunds";
    let (wired, case_id) = refund_tried_again("wired-refund-gone", gone).await;
    assert!(is_yes(&wired, case_id).await);
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    let kinds: Vec<_> = dead.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_refund", "payment_refund_again"]);
}

/// PRIO-31: a paid request that is reopened stays paid by its one payment, and what is left of it goes
/// back once. Fails where the reopening forgets the payment: then a second one is made.
#[tokio::test]
async fn prio_31_a_reopened_request_pays_no_second_fee() {
    let wired = Wired::practising("wired-reopened").await;
    let case_id = wired.confirmed(1).await;
    let kept = answers([("refund", word("no"))]);
    wired.step(case_id, "cancel_by_customer", &kept).await;
    wired.works().await;
    let why = free("The customer wants it after all.");
    wired
        .step_of(Actor::Lead, case_id, "reopen", &answers([("reason", why)]))
        .await;
    assert!(wired.fact(case_id, "payment").await.unwrap().is("paid"));
    wired.is_sound().await;
    let back = answers([("refund", word("yes"))]);
    wired.step(case_id, "cancel_by_customer", &back).await;
    wired.works_later(2).await;
    assert_eq!(wired.state(case_id).await, "cancelled_refunded");
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    assert_eq!(rows.len(), 1);
    let refund = rows[0].refund.as_ref().unwrap();
    assert_eq!(refund.amount, rows[0].amount);
    assert_eq!(wired.count("SELECT count(*) FROM loket.refunds").await, 1);
    wired.is_sound().await;
}

/// PRIO-31: a worker takes what is free and waits for no other: two never wait for each other.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_two_workers_never_wait_for_each_other() {
    let wired = Wired::practising("wired-locks").await;
    wired.confirmed(1).await;
    wired.confirmed(2).await;
    // both were told, and nobody has noted it: a worker was killed between
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    let forget = "UPDATE loket.payments SET told = false, poll_at = clock_timestamp()";
    sqlx::raw_sql(forget).execute(&pool).await.unwrap();
    let mut held = pool.acquire().await.unwrap();
    let lock = "BEGIN; SELECT 1 FROM loket.payments WHERE case_id = 1 FOR UPDATE";
    sqlx::raw_sql(lock).execute(&mut *held).await.unwrap();
    let one = wired.world.db.store("worker_1");
    let taken = one.payments_take(50).await.unwrap();
    assert_eq!(taken, [], "one is locked, the other is done");
    let untold = "SELECT count(*) FROM loket.payments WHERE NOT told";
    assert_eq!(wired.count(untold).await, 1);
    sqlx::raw_sql("ROLLBACK").execute(&mut *held).await.unwrap();
    drop(held);
    for _ in 0..10 {
        sqlx::raw_sql(forget).execute(&pool).await.unwrap();
        let stores = ["worker_1", "worker_2"].map(|role| wired.world.db.store(role));
        let taken = stores.map(|store| async move {
            for _ in 0..5 {
                store.payments_take(50).await?;
            }
            Ok::<(), StoreError>(())
        });
        let [one, two] = taken;
        assert_eq!(tokio::join!(one, two), (Ok(()), Ok(())));
        assert_eq!(wired.count(untold).await, 0);
    }
}

/// PRIO-14: what a request costs is what its way of reading costs on that day, and else what a meter
/// costs; without a fee nobody is asked to pay, and whoever plans is told what to do.
#[tokio::test]
async fn prio_14_the_fee_is_that_of_the_request_and_the_day() {
    let wired = Wired::practising("wired-fees").await;
    let of = async |n| {
        let case_id = wired.paying(n).await;
        let payment = wired.payment(case_id).await;
        (payment.kind, payment.amount.to_string())
    };
    let plain = ("prio_electricity".to_owned(), "EUR 67.66".to_owned());
    assert_eq!(of(1).await, plain);
    let admin = &wired.world.admin;
    let tomorrow = wired.world.now().await + chrono::Duration::days(1);
    let amount = |text: &str| text.parse().unwrap();
    let (on, off) = ("prio_electricity_smart_on", "prio_electricity_smart_off");
    admin
        .fee_add(on, amount("EUR 70.10"), Some(tomorrow))
        .await
        .unwrap();
    admin.fee_add(off, amount("EUR 60.00"), None).await.unwrap();
    assert_eq!(of(2).await, plain, "not yet, and not of another way");
    wired
        .world
        .admin
        .clock_set(tomorrow + chrono::Duration::hours(1))
        .await
        .unwrap();
    assert_eq!(of(3).await, (on.to_owned(), "EUR 70.10".to_owned()));
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    sqlx::raw_sql("DELETE FROM loket.fees")
        .execute(&pool)
        .await
        .unwrap();
    let case_id = wired.request(4).await;
    wired.works().await;
    let flavour = answers([("flavour", word("smart_on"))]);
    wired.step(case_id, "flavour_chosen", &flavour).await;
    let refused = wired
        .try_step_of(Actor::System, case_id, "slot_chosen", &wired.slot(0))
        .await;
    let Err(StoreError::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((&*refusal.key, &*refusal.rule), ("no_fee", "PRIO-14"));
    assert_eq!(wired.state(case_id).await, "planning", "no time is held");
}

/// PRIO-03, decision 21: a list names the customer of a request; a protected one is a reference, also
/// from the moment on in which the register says so.
#[tokio::test]
async fn prio_03_a_list_names_the_customer_unless_protected() {
    let wired = Wired::practising("wired-names").await;
    let open = wired.request(1).await;
    let protected = wired.request(13).await;
    assert_eq!(wired.detail(open).await.row.subject, "Roos Langevoort1");
    assert_eq!(wired.detail(protected).await.row.subject, "NL0000013");
    let found = wired.world.admin.search("Langevoort13", 10).await.unwrap();
    assert_eq!(found, []);
    let mut record = crate::support::world::customer(1);
    record.protected = true;
    wired.world.admin.import_customers(&[record]).await.unwrap();
    assert_eq!(wired.detail(open).await.row.subject, "NL0000001");
    let named = "SELECT count(*) FROM loket.case_search s JOIN loket.cases c USING (case_id)
        WHERE concat_ws(' ', s.doc, s.head, c.subject) ILIKE '%langevoort%'";
    assert_eq!(wired.count(named).await, 0);
    wired.is_sound().await;
}

/// GT-08: what came in late, or became late by another calendar, is given to the worker only where a
/// step of its own follows from it; what is breached or not due is not given at all.
#[tokio::test]
async fn gt_08_a_clock_that_came_late_is_given_only_where_a_step_follows() {
    let wired = Wired::practising("wired-lapsed").await;
    let case_id = wired.request(1).await;
    let worker = wired.world.db.store("worker_1");
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    let given = async |change: &'static str| {
        sqlx::raw_sql(change).execute(&pool).await.unwrap();
        let lapsed = worker.lapsed(10).await.unwrap();
        assert!(lapsed.iter().all(|it| it.case_id == case_id));
        let mut clocks: Vec<String> = lapsed.into_iter().map(|it| it.clock).collect();
        clocks.sort();
        clocks
    };
    assert_eq!(given("SELECT 1").await, Vec::<String>::new(), "not due");
    let due = "UPDATE loket.deadlines SET due_at = now() - interval '1 hour'";
    assert_eq!(given(due).await, ["check_15m", "inactivity"]);
    let late = "UPDATE loket.deadlines SET late_on_arrival = true";
    assert_eq!(given(late).await, ["inactivity"], "a step of its own");
    let moved = "UPDATE loket.deadlines SET late_on_arrival = false, late_by_retriage = true";
    assert_eq!(given(moved).await, ["inactivity"]);
    let breached = "UPDATE loket.deadlines SET late_by_retriage = false,
        breached_at = CASE WHEN key = 'check_15m' THEN now() END";
    assert_eq!(given(breached).await, ["inactivity"]);
}

/// TLM-12: a feed-in meter costs nothing, whoever asks.
#[tokio::test]
async fn tlm_12_nobody_is_asked_to_pay_for_a_feed_in_meter() {
    let wired = Wired::practising("wired-free").await;
    let case_id = wired.request_of(&TLM, 5).await;
    let worker = wired.world.db.store("worker_1");
    let asked = worker.payment_create(Uuid::now_v7(), case_id, None).await;
    let Err(StoreError::Refused(refusal)) = asked else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (&*refusal.key, &*refusal.rule),
        ("nothing_to_pay", "TLM-12")
    );
}

/// PRIO-02, PRIO-35, TLM-16: numbers of requests go on when a year has more than six figures of them, and
/// are found by what people type. Fails where a number is cut to six figures: the next of such a year
/// would have the number of another.
#[tokio::test]
async fn prio_02_numbers_outlast_any_growth() {
    let wired = Wired::practising("wired-numbers").await;
    let first = wired.request(1).await;
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    let grown = "UPDATE loket.case_numbers SET last = 999998";
    sqlx::raw_sql(grown).execute(&pool).await.unwrap();
    let year = &wired.detail(first).await.row.case_no[..8];
    for (n, number) in [(2, "999999"), (3, "1000000"), (4, "1000001")] {
        let case_id = wired.request(n).await;
        let case_no = wired.detail(case_id).await.row.case_no;
        assert_eq!(case_no, format!("{year}{number}"));
        for typed in [case_no.as_str(), number] {
            let hits = wired.world.admin.search(typed, 5).await.unwrap();
            let found: Vec<_> = hits.iter().map(|hit| hit.row.case_id).collect();
            assert_eq!(found, [case_id], "{typed}");
        }
        let known = wired.world.admin.case_by_number(&case_no).await.unwrap();
        assert_eq!(known, Some(case_id));
    }
    let hits = wired.world.admin.search("1", 5).await.unwrap();
    assert_eq!(hits[0].row.case_id, first, "zeros are still not typed");
}
