//! The payment service (PRIO-31, formats 5.9), against a local server of its shape; and practice.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use loket::domain::country::Country;
use loket::domain::money::Money;
use loket::exchange::http::Settings;
use loket::exchange::payment::practice::Told;
use loket::exchange::payment::{
    Order, PaymentId, Practice, Provider, RefundOrder, RefundStatus, Service, Status,
};
use loket::exchange::secret::{Secret, SecretFile};
use loket::exchange::trouble::Remedy;
use loket::text::{LANGUAGES, Texts};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::exchange_world::folder;
use crate::support::http::{Asked, Reply, Server, nobody};

fn now() -> DateTime<Utc> {
    "2026-11-16T08:00:00Z".parse().unwrap()
}

fn euro(typed: &str) -> Money {
    Money::parse(typed, Country::Nl).unwrap()
}

fn order(amount: &str) -> Order {
    Order {
        key: Uuid::new_v4(),
        amount: euro(amount),
        description: "Slimme meter PR-2026-000123".to_owned(),
        case_no: "PR-2026-000123".to_owned(),
        redirect_url: Some("https://netbeheer.example/terug".to_owned()),
        webhook_url: Some("https://netbeheer.example/v1/payments/webhook?key=abc".to_owned()),
        locale: Some("nl_NL"),
    }
}

fn refund(amount: &str) -> RefundOrder {
    RefundOrder {
        key: Uuid::new_v4(),
        amount: euro(amount),
        description: "Terug PR-2026-000123".to_owned(),
    }
}

fn settings(base: &str) -> Settings {
    let key = SecretFile::Known(Secret::new("test_geheim"));
    Settings::at(base).with_key("Authorization", key)
}

fn provider(base: &str) -> Service {
    Service::Http(Provider::new(settings(base)))
}

/// A payment as the service writes it, with what nobody here reads.
fn object(id: &str, status: &str, value: &str) -> Json {
    json!({
        "resource": "payment", "id": id, "mode": "test",
        "createdAt": "2026-11-16T08:00:00+00:00",
        "amount": {"value": value, "currency": "EUR"},
        "description": "x", "method": null, "metadata": {"case": "PR-2026-000123"},
        "status": status, "isCancelable": true,
        "expiresAt": "2026-11-16T08:15:00+00:00",
        "profileId": "pfl_x", "sequenceType": "oneoff",
        "_links": {
            "self": {"href": "https://x", "type": "application/hal+json"},
            "checkout": {"href": "https://pay.example/checkout/1", "type": "text/html"},
        },
    })
}

/// The service in memory: payments by key, canceled once, refunded.
fn service() -> Server {
    let known: Mutex<BTreeMap<String, Json>> = Mutex::default();
    Server::start(move |asked| {
        if asked.header("Authorization") != Some("Bearer test_geheim") {
            return Reply::new(401, r#"{"status":401,"title":"Unauthorized Request"}"#);
        }
        answer(asked, &mut known.lock().unwrap())
    })
}

fn answer(asked: &Asked, known: &mut BTreeMap<String, Json>) -> Reply {
    let parts: Vec<&str> = asked.path().trim_start_matches("/v2/").split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["payments"]) => {
            let key = asked.header("Idempotency-Key").unwrap().replace('-', "");
            let id = format!("tr_{key}");
            let value = asked.json()["amount"]["value"].as_str().unwrap().to_owned();
            let made = known
                .entry(id.clone())
                .or_insert_with(|| object(&id, "open", &value));
            Reply::new(201, &*made)
        }
        ("GET", ["payments", id]) => known.get(*id).map_or_else(missing, Reply::ok),
        ("DELETE", ["payments", id]) => {
            let Some(payment) = known.get_mut(*id) else {
                return missing();
            };
            if payment["status"] != "open" {
                let said = json!({"status": 422, "detail": "The payment cannot be canceled"});
                return Reply::new(422, said);
            }
            payment["status"] = "canceled".into();
            Reply::ok(&*payment)
        }
        ("POST", ["payments", id, "refunds"]) => {
            let Some(payment) = known.get_mut(*id) else {
                return missing();
            };
            payment["amountRefunded"] = asked.json()["amount"].clone();
            let amount = asked.json()["amount"].clone();
            let refund = json!({"resource": "refund", "id": "re_1", "amount": amount,
                "status": "pending", "paymentId": id});
            Reply::new(201, refund)
        }
        _ => missing(),
    }
}

fn missing() -> Reply {
    Reply::new(
        404,
        r#"{"status":404,"title":"Not Found","detail":"No payment exists"}"#,
    )
}

/// PRIO-31: one order is one payment, whatever the network does; amounts are decimals in a text.
#[tokio::test]
async fn prio_31_the_same_order_twice_is_one_payment() {
    let server = service();
    let service = provider(&server.base);
    let order = order("1.250,5");
    let first = service.create(&order, now()).await.unwrap();
    let again = service.create(&order, now()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(
        (first.status, first.amount),
        (Status::Open, euro("1250,50"))
    );
    assert_eq!(first.expires_at, Some(now() + TimeDelta::minutes(15)));
    let link = first.checkout.as_deref();
    assert_eq!(link, Some("https://pay.example/checkout/1"));

    let asked = &server.asked()[0];
    let body = asked.json();
    assert_eq!(
        body["amount"],
        json!({"value": "1250.50", "currency": "EUR"})
    );
    assert_eq!(body["metadata"]["case"], "PR-2026-000123");
    assert_eq!(body["webhookUrl"].as_str(), order.webhook_url.as_deref());
    let key = order.key.to_string();
    assert_eq!(asked.header("Idempotency-Key"), Some(key.as_str()));
}

/// PRIO-31: a payment that was canceled too late is told as what it became.
#[tokio::test]
async fn prio_31_canceling_gives_back_how_the_payment_stands() {
    let server = service();
    let service = provider(&server.base);
    let made = service.create(&order("20"), now()).await.unwrap();
    for _ in 0..2 {
        let canceled = service.cancel(&made.id, now()).await.unwrap();
        assert_eq!(canceled.status, Status::Canceled);
        assert_eq!(canceled.checkout, None, "nobody is sent to a dead link");
    }
    let unknown = PaymentId::parse("tr_nowhere").unwrap();
    let trouble = service.fetch(&unknown, now()).await.unwrap_err();
    assert_eq!((trouble.key, trouble.remedy), ("unknown", Remedy::Nothing));
}

/// PRIO-31: what the service would not cancel and what is still open is a refusal with its words.
#[tokio::test]
async fn prio_31_a_payment_under_way_is_not_canceled() {
    let server = Server::start(|asked| match asked.method.as_str() {
        "DELETE" => Reply::new(422, json!({"detail": "too\u{1b}[2J late"})),
        _ => Reply::ok(object("tr_1", "pending", "20.00")),
    });
    let id = PaymentId::parse("tr_1").unwrap();
    let trouble = provider(&server.base).cancel(&id, now()).await.unwrap_err();
    assert_eq!(trouble.key, "refused");
    let words = trouble.words(&Texts::load("en"));
    assert!(
        words.contains("too late") && words.contains("422"),
        "{words}"
    );
}

/// PRIO-31: money back is ordered once, with an amount in the same form.
#[tokio::test]
async fn prio_31_a_refund_has_a_key_and_an_amount() {
    let server = service();
    let service = provider(&server.base);
    let made = service.create(&order("20"), now()).await.unwrap();
    let back = refund("20");
    let refunded = service.refund(&made.id, &back, now()).await.unwrap();
    assert_eq!(refunded.status, RefundStatus::Pending);
    assert_eq!(refunded.amount, euro("20"));
    let asked = server.asked();
    let last = asked.last().unwrap();
    assert_eq!(last.path(), format!("/v2/payments/{}/refunds", made.id));
    let key = back.key.to_string();
    assert_eq!(last.header("Idempotency-Key"), Some(key.as_str()));
    let now_known = service.fetch(&made.id, now()).await.unwrap();
    assert_eq!(now_known.refunded, Some(euro("20")));
}

/// PRIO-31: every state of the service is one of ours, and no other is accepted.
#[tokio::test]
async fn prio_31_states_are_those_of_the_service() {
    for status in Status::ALL {
        let server = Server::start(move |_| Reply::ok(object("tr_1", status.word(), "20.00")));
        let id = PaymentId::parse("tr_1").unwrap();
        let found = provider(&server.base).fetch(&id, now()).await.unwrap();
        assert_eq!(found.status, status);
        assert_eq!(found.checkout.is_some(), !status.is_final());
    }
}

/// PRIO-31: an answer that is not what was asked for has no effect.
#[tokio::test]
async fn prio_31_hostile_answers_are_refused_with_a_sentence() {
    let with = |name: &str, value: Json| {
        let mut object = object("tr_1", "open", "20.00");
        object[name] = value;
        object.to_string()
    };
    let link = |href: &str| with("_links", json!({"checkout": {"href": href}}));
    for (answer, key) in [
        ("<html>".to_owned(), "garbled"),
        ("{}".to_owned(), "garbled"),
        ("[".repeat(100_000), "garbled"),
        (with("status", "gone".into()), "garbled"),
        (
            with("amount", json!({"value": 20.00, "currency": "EUR"})),
            "garbled",
        ),
        (
            with("amount", json!({"value": "20", "currency": "EUR"})),
            "amount",
        ),
        (
            with("amount", json!({"value": "20.00", "currency": "XXX"})),
            "amount",
        ),
        (
            with("amount", json!({"value": "0.20", "currency": "EUR"})),
            "amount",
        ),
        (with("id", "tr_../../etc".into()), "payment_id"),
        (link("javascript:alert(1)"), "checkout"),
        (link("https://pay.example/\u{1b}]0;x\u{7}"), "checkout"),
        ("x".repeat(2_000_000), "too_large"),
    ] {
        let server = Server::start(move |_| Reply::ok(&answer));
        let order = order("20");
        let trouble = provider(&server.base)
            .create(&order, now())
            .await
            .unwrap_err();
        assert_eq!((trouble.key, trouble.passes()), (key, false));
        for lang in LANGUAGES {
            let words = trouble.words(&Texts::load(lang));
            assert!(!words.contains('{') && words.len() > 20, "{lang}: {words}");
        }
    }
}

/// PRIO-31: another payment than the one asked about says nothing about this one.
#[tokio::test]
async fn prio_31_a_mixed_up_answer_is_no_answer() {
    let server = Server::start(|_| Reply::ok(object("tr_other", "paid", "20.00")));
    let id = PaymentId::parse("tr_1").unwrap();
    let service = provider(&server.base);
    for answer in [
        service.fetch(&id, now()).await,
        service.cancel(&id, now()).await,
    ] {
        assert_eq!(answer.unwrap_err().key, "payment_id");
    }
}

/// A service that is away is asked again; a key that it refuses is for a person to mend.
#[tokio::test]
async fn what_passes_is_told_from_what_a_person_mends() {
    let order = order("20");
    let away = provider(&nobody()).create(&order, now()).await;
    assert!(away.unwrap_err().passes());

    let server = service();
    let keyless = Service::Http(Provider::new(Settings::at(&server.base)));
    let refused = keyless.create(&order, now()).await.unwrap_err();
    assert_eq!(refused.remedy, Remedy::Settings);

    let no_file = SecretFile::At("/nonexistent/key".into());
    let settings = Settings::at(&server.base).with_key("Authorization", no_file);
    let unset = Service::Http(Provider::new(settings));
    let trouble = unset.create(&order, now()).await.unwrap_err();
    assert_eq!((trouble.key, trouble.remedy), ("no_key", Remedy::Settings));
}

#[test]
fn an_id_goes_into_addresses_and_names_of_files() {
    assert!(PaymentId::parse("tr_7UhSN1zuXS").is_ok());
    let long = format!("tr_{}", "x".repeat(62));
    for wrong in [
        "", "tr_", "re_1", "tr_a/b", "tr_a.b", "tr_a b", "tr_é", "tr_a\n", &long,
    ] {
        assert!(PaymentId::parse(wrong).is_err(), "{wrong:?}");
    }
}

/// Practice: a payment stays open until it is told otherwise, also by another process.
#[tokio::test]
async fn practice_does_what_it_is_told_and_nothing_else() {
    let place = folder("practice-told");
    let service = Service::Practice(Practice::new(&place));
    let elsewhere = Practice::new(&place);
    assert_eq!(elsewhere.all(now()), Ok(Vec::new()));
    for (told, status) in [
        (Told::Paid, Status::Paid),
        (Told::Failed, Status::Failed),
        (Told::Canceled, Status::Canceled),
        (Told::Expired, Status::Expired),
    ] {
        let order = order("20");
        let made = service.create(&order, now()).await.unwrap();
        assert_eq!(made.status, Status::Open);
        assert!(made.checkout.is_some());
        elsewhere.tell(&made.id, told, now()).unwrap();
        let later = now() + TimeDelta::hours(1);
        // what is final stays so, whoever says what afterwards
        for other in [Told::Paid, Told::Expired] {
            let kept = elsewhere.tell(&made.id, other, later).unwrap();
            assert_eq!(kept.status, status);
        }
        let found = service.create(&order, later).await.unwrap();
        assert_eq!((found.status, found.checkout), (status, None));
        assert_eq!(found.paid_at.is_some(), status == Status::Paid);
    }
    assert_eq!(elsewhere.all(now()).unwrap().len(), 4);
    std::fs::remove_dir_all(&place).unwrap();
}

/// Practice: a payment that nobody makes is over after a quarter of an hour, to the second.
#[tokio::test]
async fn practice_expires_after_a_quarter_of_an_hour() {
    let place = folder("practice-over");
    let service = Service::Practice(Practice::new(&place));
    let made = service.create(&order("20"), now()).await.unwrap();
    let end = made.expires_at.unwrap();
    let before = service.fetch(&made.id, end - TimeDelta::seconds(1)).await;
    assert_eq!(before.unwrap().status, Status::Open);
    let after = service.fetch(&made.id, end).await.unwrap();
    assert_eq!(after.status, Status::Expired);
    let late = Practice::new(&place)
        .tell(&made.id, Told::Paid, end)
        .unwrap();
    assert_eq!(late.status, Status::Expired);
    std::fs::remove_dir_all(&place).unwrap();
}

/// Practice: no more goes back than was paid, and the same refund twice is one.
#[tokio::test]
async fn practice_gives_back_at_most_what_was_paid() {
    let place = folder("practice-back");
    let practice = Practice::new(&place);
    let made = practice.create(&order("20"), now()).unwrap();
    assert!(
        practice.refund(&made.id, &refund("20"), now()).is_err(),
        "nobody has paid"
    );
    practice.tell(&made.id, Told::Paid, now()).unwrap();
    let half = refund("10");
    for _ in 0..2 {
        let back = practice.refund(&made.id, &half, now()).unwrap();
        assert_eq!(back.status, RefundStatus::Refunded);
    }
    assert!(practice.refund(&made.id, &refund("10,01"), now()).is_err());
    practice.refund(&made.id, &refund("10"), now()).unwrap();
    let all = practice.fetch(&made.id, now()).unwrap();
    assert_eq!(all.refunded, Some(euro("20")));
    assert!(practice.refund(&made.id, &refund("0,01"), now()).is_err());
    std::fs::remove_dir_all(&place).unwrap();
}
