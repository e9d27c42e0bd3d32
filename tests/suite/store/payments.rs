//! Payments: the amount of the day, one at a time, believed when the service was asked, told once.

use chrono::{DateTime, Duration, Utc};
use loket::domain::money::Money;
use loket::store::payments::{Owed, Payment};
use loket::store::rows::{CaseId, PaymentStatus, RefundStatus};
use loket::store::{Store, StoreError};
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{World, answers, free};

const FEE: &str = "prio_electricity";
const NONE: [Uuid; 0] = [];
const CHECKOUT: &str = "https://pay.example/checkout/1";

fn money(stored: &str) -> Money {
    stored.parse().unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

async fn expires(world: &World) -> DateTime<Utc> {
    world.now().await + Duration::minutes(15)
}

/// A payment of a new case that the service knows.
async fn open(world: &World, worker: &Store, n: u32) -> Payment {
    let case_id = world.signal(n).await;
    again(world, worker, case_id, &format!("tr_{n}")).await
}

async fn again(world: &World, worker: &Store, case_id: CaseId, provider_id: &str) -> Payment {
    let made = worker
        .payment_create(Uuid::now_v7(), case_id, Some(FEE))
        .await
        .unwrap();
    let until = Some(expires(world).await);
    let attached = worker.payment_attach(made.payment_id, provider_id, Some(CHECKOUT), until);
    attached.await.unwrap()
}

async fn seen(worker: &Store, payment: &Payment, status: PaymentStatus) -> Payment {
    let seen = worker.payment_seen(payment.payment_id, status, payment.amount, None);
    seen.await.unwrap()
}

/// As if a minute had passed since the service was asked last.
async fn a_minute_later(pool: &PgPool) {
    let sql = "UPDATE loket.payments SET poll_at = clock_timestamp();
        UPDATE loket.refunds SET poll_at = clock_timestamp()";
    sqlx::raw_sql(sql).execute(pool).await.unwrap();
}

/// PRIO-14, PRIO-31: the amount is that of the fee at the creation; the same command is the same
/// payment; what was created before a new fee keeps its amount.
#[tokio::test(flavor = "multi_thread")]
async fn prio_14_a_payment_keeps_the_fee_of_its_creation() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let case_id = world.signal(1).await;
    let cmd = Uuid::now_v7();
    let made = worker
        .payment_create(cmd, case_id, Some(FEE))
        .await
        .unwrap();
    assert_eq!(
        (made.amount, made.status),
        (money("EUR 67.66"), PaymentStatus::New)
    );
    world
        .admin
        .fee_add(FEE, money("EUR 80.00"), None)
        .await
        .unwrap();
    assert_eq!(
        worker.payment_create(cmd, case_id, Some(FEE)).await,
        Ok(made)
    );
    let other = world.signal(2).await;
    let reused = worker.payment_create(cmd, other, Some(FEE)).await;
    assert_eq!(reused, Err(StoreError::Reused));
    let later = worker
        .payment_create(Uuid::now_v7(), other, Some(FEE))
        .await
        .unwrap();
    assert_eq!(later.amount, money("EUR 80.00"));
    let unknown = worker
        .payment_create(Uuid::now_v7(), world.signal(3).await, Some("parking"))
        .await;
    assert_eq!(refusal(unknown), "no_fee");
}

/// PRIO-31: of a case one payment at most can still be paid, so that nobody pays twice.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_a_second_payment_waits_for_the_end_of_the_first() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let first = open(&world, &worker, 1).await;
    let second = worker
        .payment_create(Uuid::now_v7(), first.case_id, Some(FEE))
        .await;
    assert_eq!(refusal(second), "payment_open");
    seen(&worker, &first, PaymentStatus::Canceled).await;
    let second = again(&world, &worker, first.case_id, "tr_again").await;
    assert_eq!(
        worker.payment_last(first.case_id).await.unwrap(),
        Some(second)
    );
    let mut many = JoinSet::new();
    let case_id = world.signal(2).await;
    for _ in 0..8 {
        let worker = worker.clone();
        many.spawn(async move {
            worker
                .payment_create(Uuid::now_v7(), case_id, Some(FEE))
                .await
        });
    }
    let made: Vec<_> = many.join_all().await;
    assert_eq!(
        made.iter().filter(|made| made.is_ok()).count(),
        1,
        "{made:?}"
    );
}

/// A webhook that comes twice, or to two workers at once, is one effect: one of them is first, and both
/// would tell the case with the same command.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_comes_twice_has_one_effect() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let mut many = JoinSet::new();
    for n in 0..8 {
        let worker = world
            .db
            .store(if n % 2 == 0 { "worker_1" } else { "worker_2" });
        let payment = payment.clone();
        many.spawn(async move { seen(&worker, &payment, PaymentStatus::Paid).await });
    }
    let seen: Vec<Payment> = many.join_all().await;
    assert_eq!(seen.iter().filter(|one| one.changed).count(), 1);
    let cmd = seen[0].cmd.unwrap();
    assert!(seen.iter().all(|one| one.cmd == Some(cmd) && !one.told));
    assert_eq!(seen[0].seen, Some(payment.amount));
    let other = open(&world, &worker, 2).await;
    assert_ne!(
        super::payments::seen(&worker, &other, PaymentStatus::Paid)
            .await
            .cmd,
        Some(cmd)
    );
}

/// Paid is what was paid in full, in the right currency; anything else is for a person.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_another_amount_or_currency_is_not_paid() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    for (n, paid) in [(1, "EUR 67.65"), (2, "EUR 67.67"), (3, "SEK 67.66")] {
        let payment = open(&world, &worker, n).await;
        let id = payment.payment_id;
        let wrong = worker
            .payment_seen(id, PaymentStatus::Paid, money(paid), None)
            .await
            .unwrap();
        assert_eq!(
            (wrong.status, wrong.seen),
            (PaymentStatus::Mismatch, Some(money(paid)))
        );
        // what a person must look at does not go away by itself
        let right = seen(&worker, &payment, PaymentStatus::Paid).await;
        assert_eq!(
            (right.status, right.changed),
            (PaymentStatus::Mismatch, false)
        );
    }
}

/// What ended stays as it ended, except that it may turn out to be paid after all.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_changes_no_more_unless_it_was_paid() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let expired = seen(&worker, &payment, PaymentStatus::Expired).await;
    assert!(expired.changed && !expired.told);
    let failed = seen(&worker, &payment, PaymentStatus::Failed).await;
    assert_eq!(
        (failed.status, failed.changed),
        (PaymentStatus::Expired, false)
    );
    let late = seen(&worker, &payment, PaymentStatus::Paid).await;
    assert_eq!((late.status, late.changed), (PaymentStatus::Paid, true));
    assert_ne!(late.cmd, expired.cmd);
    let open = seen(&worker, &payment, PaymentStatus::Open).await;
    assert_eq!((open.status, open.changed), (PaymentStatus::Paid, false));
    let anna = world.db.store("anna");
    let shown = anna.payments_of(payment.case_id).await.unwrap();
    assert_eq!((shown.len(), shown[0].status), (1, PaymentStatus::Paid));
}

/// A lost webhook costs a minute: an open payment is asked about again, by one worker at a time, and one
/// whose case does not know its end until it does.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_or_a_killed_worker_is_made_up_for() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let ids = |taken: Vec<Payment>| taken.iter().map(|it| it.payment_id).collect::<Vec<_>>();
    assert_eq!(
        ids(worker.payments_take(10).await.unwrap()),
        NONE,
        "asked a moment ago"
    );
    a_minute_later(&pool).await;
    let (one, other) = (world.db.store("worker_1"), world.db.store("worker_2"));
    let (one, other) = tokio::join!(one.payments_take(10), other.payments_take(10));
    let both = [ids(one.unwrap()), ids(other.unwrap())].concat();
    assert_eq!(both, [payment.payment_id], "one of them has it");

    let paid = seen(&worker, &payment, PaymentStatus::Paid).await;
    a_minute_later(&pool).await;
    assert_eq!(
        ids(worker.payments_take(10).await.unwrap()),
        [payment.payment_id]
    );
    // the worker told the case and was killed before it could say so
    let anna = world.desk("anna").await;
    let note = answers([("note", free("paid"))]);
    let note = anna.change(payment.case_id, "add_note", &note).await;
    let version = anna
        .store
        .case_detail(payment.case_id)
        .await
        .unwrap()
        .row
        .version;
    let target = loket::store::case::Target {
        case_id: payment.case_id,
        fence: None,
        version,
    };
    let told = worker
        .case_apply(paid.cmd.unwrap(), None, target, &note)
        .await;
    told.unwrap();
    a_minute_later(&pool).await;
    assert_eq!(ids(worker.payments_take(10).await.unwrap()), NONE);
    assert!(
        worker
            .payment_last(payment.case_id)
            .await
            .unwrap()
            .unwrap()
            .told
    );
    // and one that can mean nothing to its case any more
    let other = open(&world, &worker, 2).await;
    seen(&worker, &other, PaymentStatus::Failed).await;
    let told = worker
        .payment_told(other.payment_id, PaymentStatus::Paid)
        .await;
    assert_eq!(told, Ok(false), "that is not its status");
    let told = worker
        .payment_told(other.payment_id, PaymentStatus::Failed)
        .await;
    assert_eq!(told, Ok(true));
    a_minute_later(&pool).await;
    assert_eq!(ids(worker.payments_take(10).await.unwrap()), NONE);
}

/// A payment is found by what the service calls it, and belongs to one name there.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_finds_its_payment_by_the_name_of_the_service() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let found = worker.payment_find("tr_1").await.unwrap().unwrap();
    assert_eq!(
        (found.payment_id, found.checkout_url.as_deref()),
        (payment.payment_id, Some(CHECKOUT))
    );
    assert_eq!(worker.payment_find("tr_2").await, Ok(None));
    let id = payment.payment_id;
    // the answer came twice, the second time without what is known already
    let twice = worker.payment_attach(id, "tr_1", None, None).await.unwrap();
    assert_eq!(
        (twice.expires_at, twice.checkout_url),
        (payment.expires_at, payment.checkout_url)
    );
    let other = worker.payment_attach(id, "tr_2", None, None).await;
    assert_eq!(refusal(other), "payment_attached");
    let context = worker.message_context(payment.case_id).await.unwrap();
    assert_eq!(
        context.payment.unwrap().checkout_url.as_deref(),
        Some(CHECKOUT)
    );
}

/// PRIO-04: agents never pay, so they are never shown where.
#[tokio::test(flavor = "multi_thread")]
async fn prio_04_agents_are_not_shown_where_to_pay() {
    let world = World::new().await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let pool = world.db.pool("anna", 1).await;
    for sql in [
        "SELECT loket_api.payments_of($1)::text",
        "SELECT loket_api.case_detail($1)::text",
    ] {
        let shown: String = sqlx::query_scalar(sql)
            .bind(payment.case_id.0)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert!(
            shown.contains("EUR 67.66") && !shown.contains("pay.example"),
            "{shown}"
        );
    }
    let row = world
        .db
        .store("anna")
        .case_detail(payment.case_id)
        .await
        .unwrap();
    assert_eq!(row.payments[0].status, PaymentStatus::Open);
}

/// Nothing of a card or an account has a place.
#[tokio::test(flavor = "multi_thread")]
async fn payments_have_no_place_for_a_card() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let columns: String = sqlx::query_scalar(
        "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position)
         FROM information_schema.columns WHERE table_schema = 'loket' AND table_name = 'payments'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(
        columns,
        "payment_id case_id cmd_id kind amount currency status provider_id checkout_url \
         expires_at created_at changed_at seen_amount seen_currency told poll_at polls"
    );
    let worker = world.db.store("worker_1");
    let case_id = world.signal(1).await;
    let made = worker
        .payment_create(Uuid::now_v7(), case_id, Some(FEE))
        .await
        .unwrap();
    for (name, url) in [("tr 1", None), ("tr_1", Some("javascript:alert(1)"))] {
        let odd = worker
            .payment_attach(made.payment_id, name, url, None)
            .await;
        assert!(odd.is_err(), "{name} {url:?}");
    }
    // as long as the adapter lets a link be
    let long = format!("https://pay.example/{}", "x".repeat(1_980));
    assert_eq!(long.len(), 2_000);
    let given = worker
        .payment_attach(made.payment_id, "tr_1", Some(&long), None)
        .await;
    assert_eq!(given.unwrap().checkout_url, Some(long));
}

/// A refund gives back what was paid, once; one that failed can be tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_gives_back_what_was_paid_once() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let worker = world.db.store("worker_1");
    let payment = open(&world, &worker, 1).await;
    let case_id = payment.case_id;
    let unpaid = worker
        .refund_create(Uuid::now_v7(), case_id, Owed::All)
        .await;
    assert_eq!(refusal(unpaid), "nothing_to_refund");
    seen(&worker, &payment, PaymentStatus::Paid).await;
    let cmd = Uuid::now_v7();
    let refund = worker.refund_create(cmd, case_id, Owed::All).await.unwrap();
    assert_eq!(
        (refund.amount, refund.status),
        (payment.amount, RefundStatus::New)
    );
    assert_eq!(refund.payment_provider_id.as_deref(), Some("tr_1"));
    assert_eq!(
        worker.refund_create(cmd, case_id, Owed::All).await.unwrap(),
        refund
    );
    let more = worker
        .refund_create(Uuid::now_v7(), case_id, Owed::All)
        .await;
    assert_eq!(refusal(more), "nothing_to_refund");

    let id = refund.refund_id;
    let pending = worker
        .refund_seen(id, RefundStatus::Pending, Some("re_1"))
        .await
        .unwrap();
    assert!(pending.changed);
    a_minute_later(&pool).await;
    let polled = worker.refunds_take(10).await.unwrap();
    assert_eq!(
        polled.iter().map(|it| it.refund_id).collect::<Vec<_>>(),
        [id]
    );
    assert_eq!(worker.refunds_take(10).await.unwrap(), []);
    worker
        .refund_seen(id, RefundStatus::Failed, Some("re_1"))
        .await
        .unwrap();
    let late = worker
        .refund_seen(id, RefundStatus::Refunded, Some("re_1"))
        .await
        .unwrap();
    assert_eq!((late.status, late.changed), (RefundStatus::Failed, false));
    let unasked = worker
        .refund_create(Uuid::now_v7(), case_id, Owed::All)
        .await;
    assert_eq!(refusal(unasked), "nothing_to_refund");
    let again = worker
        .refund_create(Uuid::now_v7(), case_id, Owed::Failed)
        .await;
    let second = again.unwrap();
    let same = worker
        .refund_create(Uuid::now_v7(), case_id, Owed::Failed)
        .await;
    assert_eq!(same.unwrap(), second, "not at the service yet");
    let done = worker
        .refund_seen(second.refund_id, RefundStatus::Refunded, Some("re_2"))
        .await;
    assert!(done.unwrap().changed);
    let shown = world.db.store("anna").payments_of(case_id).await.unwrap();
    let shown = shown[0].refund.as_ref().unwrap();
    assert_eq!(
        (shown.amount, shown.status),
        (payment.amount, RefundStatus::Refunded)
    );
}

/// `verify` finds who paid twice, and money that was given back without having been paid.
#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_a_double_charge() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let worker = world.db.store("worker_1");
    let auditor = world.db.store("auditor_1");
    let first = open(&world, &worker, 1).await;
    seen(&worker, &first, PaymentStatus::Expired).await;
    let second = again(&world, &worker, first.case_id, "tr_again").await;
    seen(&worker, &second, PaymentStatus::Paid).await;
    let sound = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(sound.differences, []);
    // the bank was slow: the first one turns out to be paid as well
    seen(&worker, &first, PaymentStatus::Paid).await;
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let found: Vec<_> = found.differences.iter().map(|it| &*it.what).collect();
    assert_eq!(found, ["payments: paid twice"]);
    let old = Owed::Of(first.payment_id);
    let back = worker
        .refund_create(Uuid::now_v7(), first.case_id, old)
        .await;
    assert_eq!(back.unwrap().payment_id, first.payment_id);
    let more = worker
        .refund_create(Uuid::now_v7(), first.case_id, old)
        .await;
    assert_eq!(refusal(more), "nothing_to_refund", "and not the other one");
    let sound = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(sound.differences, []);
    let forge = "UPDATE loket.refunds SET amount = amount + 1";
    sqlx::raw_sql(forge).execute(&pool).await.unwrap();
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    let found: Vec<_> = found.differences.iter().map(|it| &*it.what).collect();
    assert_eq!(found, ["payments: more given back than was paid"]);
}
