//! PRIO with a payment service and a code book over HTTP, which may be away, late, or wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use loket::exchange::http::Settings;
use loket::exchange::payment::practice::Told;
use loket::exchange::payment::{Provider, Service};
use loket::exchange::secret::{Secret, SecretFile};
use loket::exchange::sources::{AddressService, CodeBook};
use loket::exchange::worker::outside::{Outside, Payments};
use loket::exchange::worker::{Options, Worker};
use loket::process::engine::{Actor, Answers};
use loket::process::message::{Addressee, MESSAGES};
use loket::store::register::MeterRecord;
use loket::store::rows::{CaseId, PaymentStatus};
use serde_json::{Value as Json, json};

use crate::exchange_mail::Post;
use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::http::{Asked, Reply, Server};
use crate::support::smtp::Script;
use crate::support::world::{GRID, World, answers, ean, word};
use crate::wired::{Wired, conventional};

/// What a test lets a service outside do.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a trouble of its own, and several may come together"
)]
struct Mood {
    /// It is away.
    away: bool,
    /// It does what it is asked and the answer is lost.
    mute: bool,
    /// It makes no payment, for good.
    refuses: bool,
    /// Money that goes back does not arrive.
    loses: bool,
    /// It gives nothing back, for good.
    keeps: bool,
    payments: BTreeMap<String, Json>,
    refunds: usize,
}

type Moody = Arc<Mutex<Mood>>;

fn object(id: &str, value: &str) -> Json {
    json!({"resource": "payment", "id": id, "status": "open", "isCancelable": true,
        "amount": {"value": value, "currency": "EUR"}, "description": "x",
        "_links": {"checkout": {"href": "https://pay.example/checkout/1"}}})
}

fn answer(asked: &Asked, mood: &mut Mood) -> Reply {
    let away = Reply::new(503, json!({"detail": "away"}));
    if mood.away {
        return away;
    }
    let given = work(asked, mood);
    if mood.mute { away } else { given }
}

fn work(asked: &Asked, mood: &mut Mood) -> Reply {
    let parts: Vec<&str> = asked.path().trim_start_matches("/v2/").split('/').collect();
    let gone = || Reply::new(404, json!({"status": 404}));
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["payments"]) if mood.refuses => Reply::new(422, json!({"detail": "no"})),
        ("POST", ["payments"]) => {
            let key = asked.header("Idempotency-Key").unwrap().replace('-', "");
            let id = format!("tr_{key}");
            let value = asked.json()["amount"]["value"].as_str().unwrap().to_owned();
            let made = mood.payments.entry(id.clone());
            Reply::new(201, &*made.or_insert_with(|| object(&id, &value)))
        }
        ("GET", ["payments", id]) => mood.payments.get(*id).map_or_else(gone, Reply::ok),
        ("GET", ["payments", _, "refunds", id]) => {
            let status = if mood.loses { "failed" } else { "refunded" };
            Reply::ok(json!({"id": id, "status": status,
                "amount": {"value": "67.66", "currency": "EUR"}}))
        }
        ("DELETE", ["payments", id]) => {
            let Some(payment) = mood.payments.get_mut(*id) else {
                return gone();
            };
            if payment["status"] != "open" {
                return Reply::new(422, json!({"detail": "cannot be canceled"}));
            }
            payment["status"] = "canceled".into();
            Reply::ok(&*payment)
        }
        ("POST", ["payments", _, "refunds"]) if mood.keeps => {
            Reply::new(422, json!({"detail": "no balance"}))
        }
        ("POST", ["payments", _, "refunds"]) => {
            mood.refunds += 1;
            let amount = asked.json()["amount"].clone();
            Reply::new(
                201,
                json!({"id": format!("re_{}", mood.refunds), "amount": amount, "status": "pending"}),
            )
        }
        _ => gone(),
    }
}

/// A worker with a payment service over HTTP.
async fn served(name: &str) -> (Wired, Moody) {
    let mood = Moody::default();
    let kept = Arc::clone(&mood);
    let server = Server::start(move |asked| answer(asked, &mut kept.lock().unwrap()));
    let key = SecretFile::Known(Secret::new("test_geheim"));
    let settings = Settings::at(&server.base).with_key("Authorization", key);
    let outside = Outside {
        payments: Some(Payments {
            service: Service::Http(Provider::new(settings)),
            redirect_url: None,
            webhook_url: None,
        }),
        ..Outside::default()
    };
    (Wired::with(folder(name), outside).await, mood)
}

/// What the customer and the bank do; nobody tells us.
fn becomes(mood: &Moody, status: &str, value: Option<&str>) {
    let mut mood = mood.lock().unwrap();
    for payment in mood.payments.values_mut() {
        if payment["status"] == "open" {
            payment["status"] = status.into();
            if let Some(value) = value {
                payment["amount"]["value"] = value.into();
            }
        }
    }
}

async fn is_open(wired: &Wired, case_id: CaseId) -> bool {
    let fact = wired.fact(case_id, "payment").await.unwrap();
    fact.is("open")
}

/// PRIO-31: a webhook that never came costs a minute, and nothing else.
#[tokio::test]
async fn prio_31_a_lost_webhook_is_found_by_asking() {
    let (wired, mood) = served("wired-lost").await;
    for (n, status, state) in [
        (1, "paid", "confirmed"),
        (2, "failed", "planning"),
        (3, "canceled", "planning"),
        (4, "expired", "planning"),
    ] {
        let case_id = wired.paying(n).await;
        assert!(is_open(&wired, case_id).await);
        becomes(&mood, status, None);
        wired.works_later(1).await;
        wired.works().await;
        assert_eq!(wired.state(case_id).await, state, "{status}");
        let heard = format!("payment_{status}");
        assert_eq!(wired.times(case_id, &heard).await, 1, "{status}");
    }
}

/// PRIO-31: another amount is no payment: no order leaves, and somebody looks.
#[tokio::test]
async fn prio_31_another_amount_orders_nothing() {
    let (wired, mood) = served("wired-mismatch").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", Some("6.76"));
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "awaiting_payment");
    assert!(
        wired
            .fact(case_id, "amount_mismatch")
            .await
            .unwrap()
            .is("yes")
    );
    assert_eq!(wired.payment(case_id).await.status, PaymentStatus::Mismatch);
    wired.works_later(1).await;
    assert_eq!(wired.times(case_id, "payment_mismatch").await, 1);
    assert!(wired.sent("order_gsa").is_empty());
}

/// PRIO-31: another amount was paid first and the fee after it: that amount goes back, the fee stays, and
/// the alert says what came in. Fails where only what is cancelled is given back.
#[tokio::test]
async fn prio_31_another_amount_goes_back_although_the_fee_is_paid() {
    let (wired, mood) = served("wired-mispaid").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", Some("6.76"));
    wired.works_later(2).await;
    let alert = wired.sent("supervisor_alert")[0].to_string();
    let said = loket::text::LANGUAGES.iter().any(|lang| {
        let texts = loket::text::Texts::load(lang);
        alert.contains(texts.get("letter.alert.mismatch"))
    });
    assert!(said, "{alert}");
    wired.passes(16).await;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works_later(1).await;
    becomes(&mood, "paid", None);
    wired.works_later(3).await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(mood.lock().unwrap().refunds, 1);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    let back: Vec<_> = rows
        .iter()
        .map(|row| row.refund.as_ref().map(|refund| refund.amount.to_string()))
        .collect();
    assert_eq!(back, [None, Some("EUR 6.76".to_owned())]);
    assert!(wired.fact(case_id, "payment").await.unwrap().is("paid"));
    wired.is_sound().await;
}

/// PRIO-31: a service that is away is asked again, and there is one payment in the end.
#[tokio::test]
async fn prio_31_a_service_that_is_away_is_asked_again() {
    let (wired, mood) = served("wired-away").await;
    mood.lock().unwrap().away = true;
    let case_id = wired.paying(1).await;
    assert!(wired.fact(case_id, "payment").await.unwrap().is("asked"));
    mood.lock().unwrap().away = false;
    wired.works_later(1).await;
    assert!(is_open(&wired, case_id).await);
    assert_eq!(mood.lock().unwrap().payments.len(), 1);
}

/// PRIO-31: killed between the service and the database: the same payment, not a second one.
#[tokio::test]
async fn prio_31_a_worker_that_is_killed_makes_no_second_payment() {
    let (wired, mood) = served("wired-killed").await;
    mood.lock().unwrap().mute = true;
    let case_id = wired.paying(1).await;
    wired.works_later(1).await;
    let row = wired.payment(case_id).await;
    assert_eq!((row.status, row.provider_id), (PaymentStatus::New, None));
    // the customer was faster than the second attempt
    becomes(&mood, "paid", None);
    mood.lock().unwrap().mute = false;
    wired.works_later(2).await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(mood.lock().unwrap().payments.len(), 1);
    assert_eq!(wired.payment(case_id).await.payment_id, row.payment_id);
}

/// PRIO-31: the block was given back before the service answered: what it made is ended there.
#[tokio::test]
async fn prio_31_a_payment_that_comes_too_late_is_ended() {
    let (wired, mood) = served("wired-too-late").await;
    mood.lock().unwrap().mute = true;
    let case_id = wired.paying(1).await;
    wired.passes(16).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "planning");
    mood.lock().unwrap().mute = false;
    wired.works_later(3).await;
    assert_eq!(wired.payment(case_id).await.status, PaymentStatus::Canceled);
    assert_eq!(wired.state(case_id).await, "planning");
    // and the next one can be paid
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works().await;
    assert!(is_open(&wired, case_id).await);
    becomes(&mood, "paid", None);
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "confirmed");
}

/// PRIO-31: paid through a link after the request had ended: given back, once, and followed to its end.
#[tokio::test]
async fn prio_31_what_counts_no_more_is_given_back_once() {
    let (wired, mood) = served("wired-stray").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", None);
    let cancel = loket::process::engine::Answers::new();
    wired.step(case_id, "cancel_by_customer", &cancel).await;
    wired.works().await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "cancelled");
    assert_eq!(wired.times(case_id, "payment_stray").await, 1);
    assert_eq!(mood.lock().unwrap().refunds, 1);
    wired.works_later(1).await;
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    assert_eq!(rows[0].refund.as_ref().unwrap().status.key(), "refunded");
    wired.is_sound().await;
}

/// Formats 5.9: who goes there is told the building; a register that is away holds no order up for long.
#[tokio::test]
async fn prio_07_an_order_names_the_building_when_somebody_knows_it() {
    let mood = Moody::default();
    let kept = Arc::clone(&mood);
    let server = Server::start(move |_| {
        if kept.lock().unwrap().away {
            return Reply::new(503, json!({}));
        }
        Reply::ok(
            json!({"response": {"numFound": 1, "docs": [{"type": "adres",
            "id": "adr-1", "postcode": "5226HP", "huisnummer": 1, "straatnaam": "Larixweg",
            "woonplaatsnaam": "Nieuwdorp", "nummeraanduiding_id": "0796200000000001",
            "adresseerbaarobject_id": "0796010000000001"}]}}),
        )
    });
    let place = folder("wired-building");
    let outside = Outside {
        addresses: Some(AddressService::new(Settings::at(&server.base))),
        ..Outside::practice(&place.join("payments"), &place.join("incoming"))
    };
    let wired = Wired::with(place, outside).await;
    let known = wired.confirmed(1).await;
    let order = &wired.sent("order_gsa")[0]["command"];
    assert_eq!(order["address"]["bag_id"], "0796010000000001", "{order}");
    assert_eq!(wired.state(known).await, "confirmed");
    mood.lock().unwrap().away = true;
    wired.confirmed(3).await;
    assert_eq!(wired.sent("order_domain").len(), 1, "it waits a little");
    wired.works_later(6).await;
    let orders = wired.sent("order_gsa");
    assert_eq!(orders.len(), 2);
    let ids = orders
        .iter()
        .map(|order| &order["command"]["address"]["bag_id"]);
    assert_eq!(ids.filter(|id| id.is_null()).count(), 1);
}

/// A code book that knows a connection at every number: those at even numbers are another company's.
fn book(mood: &Moody) -> CodeBook {
    let kept = Arc::clone(mood);
    let server = Server::start(move |asked| {
        if kept.lock().unwrap().away {
            return Reply::new(503, json!({}));
        }
        let n: u32 = asked.parameter("streetNumber").unwrap().parse().unwrap();
        let grid = if n % 2 == 1 { GRID } else { "8716871000002" };
        let at = json!({"postalCode": "5226HP", "streetNumber": n, "street": "Larixweg",
            "city": "Nieuwdorp"});
        Reply::ok(
            json!({"meteringPoints": [{"ean": ean(n), "product": "ELK", "address": at,
            "organisation": "x", "gridOperatorEan": grid, "gridArea": "x"}]}),
        )
    });
    CodeBook::new(Settings::at(&server.base))
}

/// PRIO-20, PRIO-30: a connection that only the code book knows is planned where its address is, up to the
/// orders; another area's times are refused for it as for any.
#[tokio::test]
async fn prio_30_a_connection_of_the_code_book_alone_is_planned_by_its_address() {
    let folder = folder("wired-bare");
    let outside = Outside {
        code_book: Some(book(&Moody::default())),
        ..Outside::practice(&folder.join("payments"), &folder.join("incoming"))
    };
    let wired = Wired::with(folder, outside).await;
    let case_id = wired.searched("5226HP", 77).await;
    let bare = ean(77);
    let meter = answers([
        ("ean", word(&bare)),
        ("meter_no", word("E000000077")),
        ("lives_there", word("yes")),
    ]);
    wired.step(case_id, "meter_chosen", &meter).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "choose_flavour");
    let flavour = answers([("flavour", word("smart_on"))]);
    wired.step(case_id, "flavour_chosen", &flavour).await;
    let day = wired.world.now().await.date_naive();
    let free = wired.world.admin.slots_free(Some(case_id), &bare, day, 31);
    let free = free.await.unwrap();
    assert_eq!((free.area.as_deref(), free.slots.len()), (Some("DB"), 2));
    wired.step(case_id, "slot_chosen", &wired.slot(0)).await;
    wired.works().await;
    wired.pays(case_id, Told::Paid).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    let address = &wired.sent("order_gsa")[0]["command"]["address"];
    assert_eq!(
        (&address["postcode"], &address["house_number"]),
        (&json!("5226HP"), &json!("77"))
    );
    wired.is_sound().await;
    let elsewhere = wired.searched("9999ZZ", 77).await;
    let free = wired
        .world
        .admin
        .slots_free(Some(elsewhere), &bare, day, 31);
    assert_eq!(free.await.unwrap().area, None);
}

/// PRIO-15, PRIO-27: the code book says whose grid it is; while it is away it is asked again, and
/// the case hears of it.
#[tokio::test]
async fn prio_27_the_code_book_is_asked_again_until_it_answers() {
    let mood = Moody::default();
    let outside = Outside {
        code_book: Some(book(&mood)),
        ..Outside::default()
    };
    let wired = Wired::with(folder("wired-book"), outside).await;
    mood.lock().unwrap().away = true;
    let case_id = wired.request(1).await;
    wired.works_later(3).await;
    assert_eq!(wired.times(case_id, "check_failed").await, 1);
    assert_eq!(wired.state(case_id).await, "checking");
    mood.lock().unwrap().away = false;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "choose_flavour");
    let source = wired.fact(case_id, "check_source").await.unwrap();
    assert!(source.is("code_book"), "{source:?}");
    let elsewhere = wired.request(2).await;
    wired.works().await;
    assert_eq!(wired.state(elsewhere).await, "ended_not_our_grid");
}

/// PRIO-15, PRIO-21: with a code book set, a number that is on none of the meters of its connection passes
/// no check; the right one is chosen then, and goes on. Fails where the book's word that the
/// connection is ours stands for all checks, and where no line leads back to the meter.
#[tokio::test]
async fn prio_21_a_wrong_number_passes_no_check() {
    let outside = Outside {
        code_book: Some(book(&Moody::default())),
        ..Outside::default()
    };
    let wired = Wired::with(folder("wired-typo"), outside).await;
    let case_id = wired.searched("5226HP", 1).await;
    let meter = |number: &str| {
        answers([
            ("ean", word(&ean(1))),
            ("meter_no", word(number)),
            ("lives_there", word("yes")),
        ])
    };
    let typo = meter("E000000010");
    wired.step(case_id, "meter_chosen", &typo).await;
    wired.works_later(4).await;
    assert_eq!(wired.state(case_id).await, "checking");
    assert_eq!(wired.times(case_id, "check_failed").await, 3);
    let right = meter("E000000001");
    wired.anna_does(case_id, "meter_chosen", &right).await;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "choose_flavour");
}

/// PRIO-21: a meter whose number has spaces, slashes, dashes and brackets is chosen, checked and found again
/// in any spelling of it. Fails where only one spelling counts.
#[tokio::test]
async fn prio_21_a_meter_with_odd_signs_is_checked_and_found() {
    let wired = Wired::practising("wired-odd").await;
    let odd = MeterRecord {
        meter_number: "ka 12/34-5 (b)".into(),
        ..conventional(1)
    };
    wired.world.admin.import_meters(&[odd]).await.unwrap();
    for typed in ["KA 12/34-5 (B)", "ka12345b"] {
        let case_id = wired.searched("5226HP", 1).await;
        let given = answers([
            ("ean", word(&ean(1))),
            ("meter_no", word(typed)),
            ("lives_there", word("yes")),
        ]);
        wired.step(case_id, "meter_chosen", &given).await;
        wired.works_later(1).await;
        assert_eq!(wired.state(case_id).await, "choose_flavour", "{typed}");
        let kept = wired.fact(case_id, "meter_no").await;
        assert_eq!(
            kept.unwrap().is("KA 12/34-5 -B"),
            typed.contains('/'),
            "{typed}"
        );
        for sought in ["ka 12/34-5 (b)", "KA12345B"] {
            let hits = wired.world.admin.search(sought, 5).await.unwrap();
            let found = hits.iter().any(|hit| hit.row.case_id == case_id);
            assert!(found, "{sought}: {hits:?}");
        }
    }
    wired.is_sound().await;
}

/// PRIO-31: paid by the old link while the new one was on its way is paid, and nobody pays twice.
#[tokio::test]
async fn prio_31_who_paid_by_the_old_link_does_not_pay_twice() {
    let (wired, mood) = served("wired-twice").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", None);
    wired
        .anna_does(case_id, "resend_payment_link", &nothing())
        .await;
    wired.works_later(3).await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(wired.times(case_id, "payment_stray").await, 0);
    assert_eq!(mood.lock().unwrap().refunds, 0);
    assert_eq!(mood.lock().unwrap().payments.len(), 1);
    assert_eq!(wired.sent("order_gsa").len(), 1);
    wired.is_sound().await;
}

fn nothing() -> Answers {
    Answers::new()
}

async fn forge(wired: &Wired, sql: &'static str) {
    let pool = wired.world.db.pool(SUPERUSER, 1).await;
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
}

/// PRIO-31: refused for what may pass, a payment comes again; only what counts no more goes back.
#[tokio::test]
async fn prio_31_what_may_pass_is_told_again_and_not_given_back() {
    let (wired, mood) = served("wired-busy").await;
    let case_id = wired.paying(1).await;
    forge(
        &wired,
        "CREATE FUNCTION loket.busy() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM loket.refuse('slot_taken'); END $$;
         CREATE TRIGGER busy BEFORE INSERT ON loket.case_events FOR EACH ROW
             WHEN (NEW.kind = 'payment_paid') EXECUTE FUNCTION loket.busy()",
    )
    .await;
    becomes(&mood, "paid", None);
    wired.works_later(2).await;
    assert_eq!(wired.state(case_id).await, "awaiting_payment");
    let payment = wired.payment(case_id).await;
    assert_eq!((payment.status, payment.told), (PaymentStatus::Paid, false));
    assert_eq!(wired.times(case_id, "payment_stray").await, 0);
    forge(&wired, "DROP TRIGGER busy ON loket.case_events").await;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert!(wired.payment(case_id).await.told);
    assert_eq!(mood.lock().unwrap().refunds, 0);
}

/// PRIO-31: what was paid in another amount, and more than once, goes back when the request ends.
#[tokio::test]
async fn prio_31_every_other_amount_goes_back() {
    let (wired, mood) = served("wired-mispaid").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", Some("6.76"));
    wired.passes(16).await;
    wired.works_later(2).await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works().await;
    becomes(&mood, "paid", Some("6.77"));
    wired.works_later(1).await;
    wired.step(case_id, "cancel_by_customer", &nothing()).await;
    wired.works_later(2).await;
    assert_eq!(mood.lock().unwrap().refunds, 2);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    let back = rows.iter().map(|row| row.refund.as_ref().unwrap().amount);
    let paid = rows.iter().map(|row| row.seen.unwrap());
    assert_eq!(back.collect::<Vec<_>>(), paid.collect::<Vec<_>>());
    wired.is_sound().await;
}

/// PRIO-31: a refund that fails is raised, and goes back when a lead has it tried again.
#[tokio::test]
async fn prio_31_a_refund_that_fails_is_raised() {
    let (wired, mood) = served("wired-unreturned").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", None);
    wired.step(case_id, "cancel_by_customer", &nothing()).await;
    mood.lock().unwrap().loses = true;
    wired.works_later(4).await;
    assert_eq!(wired.times(case_id, "refund_failed").await, 1);
    assert_eq!(mood.lock().unwrap().refunds, 1);
    let failed = wired.fact(case_id, "refund_failed").await.unwrap();
    assert!(failed.is("yes"));
    mood.lock().unwrap().loses = false;
    wired
        .step_of(Actor::Lead, case_id, "refund_again", &nothing())
        .await;
    wired.works_later(3).await;
    assert_eq!(mood.lock().unwrap().refunds, 2);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    assert_eq!(rows[0].refund.as_ref().unwrap().status.key(), "refunded");
    wired.is_sound().await;
}

/// PRIO-31: what is under way at the bank cannot be called back; it is asked about to its end.
#[tokio::test]
async fn prio_31_a_payment_under_way_is_followed_to_its_end() {
    let (wired, mood) = served("wired-under-way").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "pending", None);
    wired.step(case_id, "cancel_by_customer", &nothing()).await;
    let done = wired.worker.once().await.unwrap();
    assert_eq!((done.again, done.dead), (0, 0), "nothing to try again");
    for payment in mood.lock().unwrap().payments.values_mut() {
        payment["status"] = "paid".into();
    }
    wired.works_later(1).await;
    wired.works().await;
    assert_eq!(wired.times(case_id, "payment_stray").await, 1);
    assert_eq!(mood.lock().unwrap().refunds, 1);
}

/// PRIO-31: a payment that the service will never make does not stand in the way of the next.
#[tokio::test]
async fn prio_31_what_was_never_made_blocks_nothing() {
    let (wired, mood) = served("wired-unmade").await;
    mood.lock().unwrap().refuses = true;
    let case_id = wired.paying(1).await;
    assert_eq!(wired.payment(case_id).await.status, PaymentStatus::Failed);
    wired.passes(16).await;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "planning");
    mood.lock().unwrap().refuses = false;
    wired.step(case_id, "slot_chosen", &wired.slot(1)).await;
    wired.works().await;
    assert!(is_open(&wired, case_id).await);
    assert_eq!(mood.lock().unwrap().payments.len(), 1);
}

/// A message that we cannot handle is dead some day and is seen, and does not go round for ever.
#[tokio::test]
async fn what_cannot_be_handled_is_dead_some_day() {
    let (wired, _mood) = served("wired-broken").await;
    forge(
        &wired,
        "CREATE FUNCTION loket.broken() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'broken' USING ERRCODE = '22023'; END $$;
         CREATE TRIGGER broken BEFORE INSERT ON loket.payments FOR EACH ROW
             EXECUTE FUNCTION loket.broken()",
    )
    .await;
    wired.paying(1).await;
    forge(&wired, "UPDATE loket.outbox SET attempts = 100").await;
    wired.later().await;
    let done = wired.worker.once().await.unwrap();
    assert_eq!(done.dead, 1);
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    let kinds: Vec<_> = dead.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_create"]);
}

/// PRIO-31: two workers, one payment, one order.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_two_workers_do_it_once() {
    let place = folder("wired-two");
    let outside = || Outside::practice(&place.join("payments"), &place.join("incoming"));
    let wired = Wired::with(place.clone(), outside()).await;
    let mut cases = Vec::new();
    for n in 1..=6 {
        cases.push(wired.paying(n).await);
        wired.pays(cases[cases.len() - 1], Told::Paid).await;
    }
    let options = Options {
        outside: outside(),
        ..options(&place.join("out"))
    };
    let other = Worker::open(wired.world.db.store("worker_2"), options).await;
    let other = other.unwrap();
    let (one, two) = tokio::join!(wired.worker.once(), other.once());
    one.unwrap();
    two.unwrap();
    wired.works().await;
    for case_id in cases {
        assert_eq!(wired.state(case_id).await, "confirmed");
        assert_eq!(wired.times(case_id, "payment_paid").await, 1);
    }
    assert_eq!(wired.sent("order_gsa").len(), 6);
    wired.is_sound().await;
}

/// PRIO-31: a service that gives nothing back: the message is dead, the case says so, and a lead has it
/// tried again: the same refund, which never reached the service, and so not a second one.
#[tokio::test]
async fn prio_31_a_refund_that_never_left_is_raised_and_tried_again() {
    let (wired, mood) = served("wired-kept").await;
    let case_id = wired.paying(1).await;
    becomes(&mood, "paid", None);
    mood.lock().unwrap().keeps = true;
    wired.step(case_id, "cancel_by_customer", &nothing()).await;
    wired.works_later(3).await;
    assert_eq!(wired.times(case_id, "refund_failed").await, 1);
    assert!(
        wired
            .fact(case_id, "refund_failed")
            .await
            .unwrap()
            .is("yes")
    );
    let dead = wired.world.admin.outbox_dead(10).await.unwrap();
    let kinds: Vec<_> = dead.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_refund"]);
    let new = "SELECT count(*) FROM loket.refunds WHERE status = 'new' AND provider_id IS NULL";
    assert_eq!(wired.count(new).await, 1);
    mood.lock().unwrap().keeps = false;
    wired
        .step_of(Actor::Lead, case_id, "refund_again", &nothing())
        .await;
    wired.works_later(3).await;
    assert_eq!(mood.lock().unwrap().refunds, 1);
    assert_eq!(wired.count("SELECT count(*) FROM loket.refunds").await, 1);
    let rows = wired.world.admin.payments_of(case_id).await.unwrap();
    assert_eq!(rows[0].refund.as_ref().unwrap().status.key(), "refunded");
    assert!(wired.fact(case_id, "refund_failed").await.unwrap().is("no"));
    wired.is_sound().await;
}

/// PRIO-04, PRIO-31: the link is sent again while the customer is paying at the bank: that payment
/// counts on, no letter sends the customer anywhere (fails where it is announced as a new one), nobody
/// waits for a second one, and nobody pays twice.
#[tokio::test]
async fn prio_31_a_payment_at_the_bank_counts_on_when_the_link_is_sent_again() {
    let (wired, mood) = served("wired-at-bank").await;
    let case_id = wired.paying(1).await;
    let first = wired.payment(case_id).await;
    becomes(&mood, "pending", None);
    wired
        .anna_does(case_id, "resend_payment_link", &nothing())
        .await;
    wired.later().await;
    let done = wired.worker.once().await.unwrap();
    assert_eq!((done.again, done.dead), (0, 0), "nothing waits");
    assert!(is_open(&wired, case_id).await);
    wired.works().await;
    assert!(
        wired.sent("payment_link").is_empty(),
        "who is paying needs no link"
    );
    assert_eq!(wired.payment(case_id).await.payment_id, first.payment_id);
    for payment in mood.lock().unwrap().payments.values_mut() {
        payment["status"] = "paid".into();
    }
    wired.works_later(1).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(mood.lock().unwrap().payments.len(), 1);
    assert_eq!(mood.lock().unwrap().refunds, 0);
    wired.is_sound().await;
}

/// PRIO-31: a payment that the database refuses to take further holds up no other.
#[tokio::test]
async fn prio_31_one_payment_that_is_refused_holds_up_no_other() {
    let (wired, mood) = served("wired-alone").await;
    let first = wired.paying(1).await;
    let second = wired.paying(2).await;
    forge(
        &wired,
        "CREATE FUNCTION loket.stuck() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM loket.refuse('payment_attached'); END $$;
         CREATE TRIGGER stuck BEFORE UPDATE ON loket.payments FOR EACH ROW
             WHEN (NEW.case_id = 1 AND NEW.status = 'paid') EXECUTE FUNCTION loket.stuck()",
    )
    .await;
    assert_eq!(first, CaseId(1));
    becomes(&mood, "paid", None);
    wired.works_later(1).await;
    wired.works().await;
    assert_eq!(wired.state(first).await, "awaiting_payment");
    assert_eq!(wired.state(second).await, "confirmed");
}

/// PRIO-15, PRIO-31, PRIO-34: a mail that cannot leave, for a password that somebody must mend, holds back
/// the next letter to the same reader, and no check, no order, no refund and nobody else's letter.
#[tokio::test(flavor = "multi_thread")]
async fn prio_34_a_mail_that_waits_holds_up_nothing_but_mails() {
    let script = Script {
        answers: vec![("AUTH", "535 5.7.8 no", 1_000)],
        ..Script::default()
    };
    let post = Post::new("waits", script);
    let mut wired = Wired::practising("wired-mail-waits").await;
    wired.mails_by(post.submission()).await;
    let case_id = wired.searched("5226HP", 1).await;
    let meter = |number: &str| {
        answers([
            ("ean", word(&ean(1))),
            ("meter_no", word(number)),
            ("lives_there", word("yes")),
        ])
    };
    let typo = meter("E000000010");
    wired.step(case_id, "meter_chosen", &typo).await;
    wired.works_later(4).await;
    assert_eq!(wired.queued(case_id).await, ["supervisor_alert"]);

    wired
        .anna_does(case_id, "meter_chosen", &meter("E000000001"))
        .await;
    wired.works_later(1).await;
    assert_eq!(wired.state(case_id).await, "choose_flavour");
    let flavour = answers([("flavour", word("smart_on"))]);
    wired.step(case_id, "flavour_chosen", &flavour).await;
    wired.step(case_id, "slot_chosen", &wired.slot(0)).await;
    wired.works().await;
    wired.pays(case_id, Told::Paid).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(wired.sent("order_gsa").len(), 1);
    let undelivered = answers([("undelivered", word("order_gsa"))]);
    wired.step(case_id, "delivery_failed", &undelivered).await;
    let back = answers([("refund", word("yes"))]);
    wired.step(case_id, "cancel_by_customer", &back).await;
    wired.works_later(2).await;
    assert_eq!(wired.sent("prio_cancelled").len(), 1);
    let messages = wired.detail(case_id).await.messages;
    let sent: Vec<_> = messages.iter().filter(|it| it.status == "sent").collect();
    assert!(
        sent.iter().any(|it| it.kind == "payment_refund"),
        "{sent:?}"
    );
    let waits = messages.iter().filter(|it| it.status == "queued");
    let mut waits: Vec<_> = waits
        .map(|it| (it.kind.as_str(), it.error.is_some()))
        .collect();
    waits.sort_unstable();
    let [first, second] = [true, false].map(|is_tried| ("supervisor_alert", is_tried));
    assert_eq!(waits, [second, first], "the later one was not even tried");
    assert_eq!(post.server.given(), []);
}

/// The database tells letters from commands, and their readers apart, as the table of messages does.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_knows_who_reads_a_letter() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    for message in MESSAGES {
        let reader: Option<String> = sqlx::query_scalar("SELECT loket.letter_to($1)")
            .bind(message.kind)
            .fetch_one(&pool)
            .await
            .unwrap();
        let expected = match message.to {
            Addressee::Party
            | Addressee::Customer
            | Addressee::Source
            | Addressee::Acm
            | Addressee::Supervisor
            | Addressee::Installer
            | Addressee::Provider => serde_json::to_value(message.to).ok(),
            _ => None,
        };
        assert_eq!(reader.map(Json::from), expected, "{}", message.kind);
    }
}
