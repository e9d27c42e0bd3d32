//! What comes in at a worker that runs: acknowledgements, webhooks and requests, over HTTP and as
//! files; the settings that make it listen.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use loket::exchange::http::Settings;
use loket::exchange::payment::PaymentId;
use loket::exchange::payment::practice::{Practice, Told};
use loket::exchange::sources::CodeBook;
use loket::exchange::worker::outside::{Outside, OutsideSettings};
use loket::store::rows::CaseId;
use loket::system;
use loket::text::Texts;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::exchange_world::folder;
use crate::support::shell::Shell;
use crate::support::world::{answers, ean, free as free_text, word};
use crate::wired::Wired;

const TOKEN: &str = "a-token-of-more-than-24-characters";

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn settings(folder: &std::path::Path, listen: SocketAddr) -> OutsideSettings {
    use std::os::unix::fs::PermissionsExt as _;
    let token_file = folder.join("token");
    std::fs::write(&token_file, TOKEN).unwrap();
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&token_file, mode).unwrap();
    OutsideSettings {
        practice_directory: folder.join("payments"),
        directory: folder.join("incoming"),
        listen: listen.to_string(),
        token_file,
        public_url: format!("http://{listen}"),
        ..OutsideSettings::default()
    }
}

async fn post(address: SocketAddr, target: &str, kind: &str, body: &str) -> String {
    let end = system::monotonic() + Duration::from_mins(1);
    let mut stream = loop {
        match TcpStream::connect(address).await {
            Ok(stream) => break stream,
            Err(error) => assert!(system::monotonic() < end, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let length = body.len();
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn until(wired: &Wired, case_id: CaseId, state: &str) {
    let end = system::monotonic() + Duration::from_mins(1);
    while wired.state(case_id).await != state {
        let is = wired.state(case_id).await;
        assert!(system::monotonic() < end, "{is} and not {state}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// PRIO-07, PRIO-09, PRIO-31: a worker that listens takes a webhook and acknowledgements, each twice
/// with one effect.
#[tokio::test(flavor = "multi_thread")]
async fn prio_31_a_webhook_and_an_acknowledgement_twice_are_one_effect() {
    let place = folder("wired-listen");
    let listen = free();
    let settings = settings(&place, listen);
    let outside = Outside::open(&settings, &Texts::load("en")).unwrap();
    let webhook = outside
        .payments
        .as_ref()
        .unwrap()
        .webhook_url
        .clone()
        .unwrap();
    let target = webhook
        .strip_prefix(&settings.public_url)
        .unwrap()
        .to_owned();
    let wired = Arc::new(Wired::with(place.clone(), outside).await);
    let case_id = wired.paying(1).await;
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn({
        let wired = Arc::clone(&wired);
        async move { wired.worker.run(stop).await }
    });
    let id = wired.payment(case_id).await.provider_id.unwrap();
    let practice = Practice::new(&place.join("payments"));
    let now = wired.world.now().await;
    practice
        .tell(&PaymentId::parse(&id).unwrap(), Told::Paid, now)
        .unwrap();
    let form = "application/x-www-form-urlencoded";
    for _ in 0..2 {
        let answer = post(listen, &target, form, &format!("id={id}")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    until(&wired, case_id, "confirmed").await;
    let case_no = wired.detail(case_id).await.row.case_no;
    let told = |kind: &str| {
        json!({"case_no": case_no, "kind": kind, "reference": "WO-1", "status": "created",
            "at": "2026-11-16T09:00:00+01:00"})
        .to_string()
    };
    for result in ["taken", "known"] {
        for kind in ["order_gsa", "order_domain"] {
            let body = told(kind);
            let path = "/v1/acknowledgements";
            let answer = post(listen, path, "application/json", &body).await;
            assert!(answer.contains(result), "{kind} {result}: {answer}");
        }
    }
    until(&wired, case_id, "in_execution").await;
    for action in ["payment_paid", "gsa_ack", "domain_ack"] {
        assert_eq!(wired.times(case_id, action).await, 1, "{action}");
    }
    let nowhere = told("order_gsa").replace(&case_no, "PR-2026-999999");
    let answer = post(listen, "/v1/acknowledgements", "application/json", &nowhere).await;
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
}

/// PRIO-09: the same file twice is one effect; done before both systems know the order waits.
#[tokio::test]
async fn prio_09_files_come_in_once_and_too_early_ones_wait() {
    let wired = Wired::practising("wired-files").await;
    let case_id = wired.confirmed(1).await;
    let case_no = wired.detail(case_id).await.row.case_no;
    let told = |kind: &str, status: &str| {
        json!({"case_no": case_no, "kind": kind, "reference": "WO-1", "status": status,
            "at": "2026-11-16T09:00:00+01:00"})
    };
    for _ in 0..2 {
        wired.drop_file(&told("order_gsa", "created"));
    }
    wired.drop_file(&told("order_gsa", "done"));
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    assert_eq!(wired.times(case_id, "gsa_ack").await, 1);
    wired.drop_file(&told("order_domain", "created"));
    wired.works().await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "completed");
    let refused = json!({"case_no": case_no, "kind": "payment_link", "reference": "x",
        "status": "created", "at": "2026-11-16T09:00:00+01:00"});
    wired.drop_file(&refused);
    wired.works().await;
    let refused = std::fs::read_dir(wired.folder.join("incoming/refused")).unwrap();
    assert_eq!(refused.count(), 2, "the file and its sentence");
}

/// A key, and what is wrong to get it.
type Wrong<'a> = (&'a str, &'a dyn Fn(&mut OutsideSettings));

/// Settings that cannot work end the worker when it starts, with a sentence that names them.
#[test]
fn wrong_settings_of_systems_outside_are_refused_with_a_sentence() {
    let place = folder("wired-settings");
    let good = settings(&place, free());
    let texts = Texts::load("en");
    let key = |change: &dyn Fn(&mut OutsideSettings)| {
        let mut settings = good.clone();
        change(&mut settings);
        Outside::open(&settings, &texts)
            .map_err(|error| error.key)
            .err()
    };
    assert_eq!(key(&|_| {}), None);
    let wrong: [Wrong<'_>; 7] = [
        ("outside.listen", &|it| it.listen = "everywhere".into()),
        ("outside.no_token", &|it| it.token_file = "".into()),
        ("outside.token", &|it| {
            it.token_file = "/nonexistent/token".into();
        }),
        ("outside.nobody_listens", &|it| it.listen = String::new()),
        ("outside.two_services", &|it| {
            it.payments_url = "https://pay.example".into();
        }),
        ("outside.no_key", &|it| {
            it.practice_directory = "".into();
            it.payments_url = "https://pay.example".into();
        }),
        ("outside.address", &|it| {
            it.code_book_url = "eancodeboek.nl".into();
        }),
    ];
    for (wanted, change) in wrong {
        assert_eq!(key(change), Some(wanted));
    }
}

/// The same over the real program: the setting is named.
#[tokio::test]
async fn the_worker_says_which_setting_is_wrong() {
    let wired = Wired::practising("wired-says").await;
    let said = Shell::of(&wired.world.db.url("worker_1"))
        .with("LOKET_PAYMENTS_URL", "pay.example")
        .run("worker --once");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("payments.url"), "{said:?}");
    let said = Shell::of(&wired.world.db.url("worker_1"))
        .with("LOKET_INCOMING_LISTEN", "everywhere")
        .run("doctor");
    assert!(said.out.contains("BAD   settings"), "{said:?}");
    assert!(said.out.contains("127.0.0.1:8470"), "{said:?}");
}

/// PRIO-04: an agent never pays; who trains plays the customer from a shell.
#[tokio::test]
async fn the_customer_is_played_from_a_shell() {
    let wired = Wired::practising("wired-shell").await;
    let case_id = wired.request(1).await;
    wired.works().await;
    let case_no = wired.detail(case_id).await.row.case_no;
    let payments = wired.folder.join("payments");
    let shell = Shell::of(&wired.world.db.url("admin_1"))
        .with("LOKET_LANG", "en")
        .with(
            "LOKET_PAYMENTS_PRACTICE_DIRECTORY",
            &payments.to_string_lossy(),
        );
    let line = format!("practice pay {case_no}");
    let early = shell.run(&line);
    assert_eq!(early.code, 1, "{early:?}");
    let paying = wired.paying(2).await;
    let case_no = wired.detail(paying).await.row.case_no;
    let said = shell.ok(&format!("practice pay {case_no} --failed"));
    assert!(said.contains("refused") && said.contains("67,66"), "{said}");
    wired.works().await;
    assert_eq!(wired.state(paying).await, "planning");
    wired.step(paying, "slot_chosen", &wired.slot(0)).await;
    wired.works().await;
    shell.ok(&format!("practice pay {case_no}"));
    wired.works().await;
    assert_eq!(wired.state(paying).await, "confirmed");
}

/// Demo and training: orders are acknowledged by themselves, so that the case goes on.
#[tokio::test]
async fn practice_acknowledges_orders() {
    let mut wired = Wired::practising("wired-practice").await;
    wired.practises().await;
    let case_id = wired.confirmed_by_itself(1).await;
    assert_eq!(wired.state(case_id).await, "in_execution");
    assert_eq!(wired.times(case_id, "gsa_ack").await, 1);
}

/// PRIO-03, PRIO-04: a customer's own request over the endpoint or as a file becomes a case at the step
/// to which the customer came; the same again is known, and what cannot be read says why.
#[tokio::test]
async fn prio_03_a_request_that_comes_in_becomes_a_case() {
    let wired = Wired::practising("wired-request").await;
    let request = json!({"process": "prio", "received_at": "2026-11-16T09:00:00+01:00",
        "reference": "WEB-1", "customer_ref": "NL0000002", "step": "contact"});
    for _ in 0..2 {
        wired.drop_file(&request);
    }
    let mut wrong = request.clone();
    wrong["reference"] = "WEB-2".into();
    wrong["received_at"] = "yesterday".into();
    wired.drop_file(&wrong);
    wired.works().await;
    let hits = wired.world.admin.search("WEB-1", 10).await.unwrap();
    let rows: Vec<_> = hits
        .iter()
        .map(|hit| (&*hit.row.process, &*hit.row.state))
        .collect();
    assert_eq!(rows, [("prio", "draft_location")]);
    let count = |folder: &str| {
        let path = wired.folder.join("incoming").join(folder);
        std::fs::read_dir(path).unwrap().count()
    };
    assert_eq!((count("done"), count("refused")), (2, 2));
}

/// PRIO-03, TLM-09: a request with data that cannot be taken comes in without them; which, and why, is
/// answered over the endpoint and stands at the case, once however often it is sent. Fails where it
/// stands in a log only.
#[tokio::test(flavor = "multi_thread")]
async fn tlm_09_what_could_not_be_taken_is_answered_and_stands_at_the_case() {
    let place = folder("wired-without");
    let listen = free();
    let outside = Outside::open(&settings(&place, listen), &Texts::load("en")).unwrap();
    let wired = Arc::new(Wired::with(place, outside).await);
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn({
        let wired = Arc::clone(&wired);
        async move { wired.worker.run(stop).await }
    });
    let request = json!({"process": "tlm", "received_at": "2026-11-16T09:00:00+01:00",
        "reference": "WEB-7", "customer_ref": "NL0000002", "step": "meter", "postcode": "5226HP",
        "house_number": "2", "meter_number": "E000000002", "ean": ean(2),
        "installation": {"kind": "perpetuum mobile"}})
    .to_string();
    for result in ["taken", "known"] {
        let answer = post(listen, "/v1/requests", "application/json", &request).await;
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let said: Json = serde_json::from_str(body).unwrap();
        assert_eq!(said["result"], result, "{answer}");
        let left_out = said["left_out"].as_array().unwrap();
        assert_eq!(left_out.len(), 1, "{answer}");
        assert!(left_out[0].as_str().unwrap().len() > 10, "{answer}");
    }
    let found = wired.world.admin.search("WEB-7", 5).await.unwrap();
    let case_id = found[0].row.case_id;
    assert_eq!(wired.state(case_id).await, "draft_installation");
    assert_eq!(wired.times(case_id, "came_without").await, 1);
    assert!(!wired.detail(case_id).await.texts.is_empty());
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
}

/// PRIO-03, PRIO-21: a request that names a connection and a number that none of its meters has stands at
/// the choice of the meter. Fails where what was typed goes to the checks.
#[tokio::test]
async fn prio_21_a_number_of_no_meter_there_is_left_out() {
    let wired = Wired::practising("wired-other-meter").await;
    wired.drop_file(&at_the_meter("WEB-8", 2, "E000000020"));
    wired.works().await;
    let case_id = named(&wired, "WEB-8").await;
    assert_eq!(wired.state(case_id).await, "draft_meter");
    assert_eq!(wired.times(case_id, "came_without").await, 1);
    assert!(wired.fact(case_id, "meter_no").await.is_none());
}

/// PRIO-13: who says that nobody agreed stands at the meter, and whoever works it reads why.
#[tokio::test]
async fn prio_13_without_a_declaration_somebody_asks_first() {
    let wired = Wired::practising("wired-undeclared").await;
    let mut request = at_the_meter("WEB-6", 2, "E000000002");
    request["declares_authorised"] = "no".into();
    wired.drop_file(&request);
    wired.works().await;
    let case_id = named(&wired, "WEB-6").await;
    assert_eq!(wired.state(case_id).await, "draft_meter");
    assert_eq!(wired.times(case_id, "came_without").await, 1);
}

/// PRIO-09: "done" after "not done" is taken: nobody comes a second time. Fails where it is refused.
#[tokio::test]
async fn prio_09_done_after_not_done_is_taken() {
    let wired = Wired::practising("wired-after-all").await;
    let case_id = wired.executing(1).await;
    let why = json!({"reason": "not_home"});
    wired.leave(case_id, "order_gsa", "not_done", why).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "planning");
    wired.leave(case_id, "order_gsa", "done", json!({})).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "completed");
    let refused = wired.folder.join("incoming/refused");
    assert_eq!(std::fs::read_dir(refused).map_or(0, Iterator::count), 0);
}

/// PRIO-03: a customer goes on, and the portal tells the same request again from further on: the case goes
/// along, once. Fails where a reference that is known is never looked at again.
#[tokio::test]
async fn prio_03_a_request_goes_along_with_its_customer() {
    let wired = Wired::practising("wired-along").await;
    let mut request = at_the_meter("WEB-5", 2, "E000000002");
    let mut stood = Vec::new();
    for step in ["contact", "contact", "location", "meter", "meter"] {
        request["step"] = step.into();
        wired.drop_file(&request);
        wired.works().await;
        let case_id = named(&wired, "WEB-5").await;
        stood.push(wired.state(case_id).await);
    }
    let drafts = ["draft_location", "draft_location", "draft_meter"];
    assert_eq!(stood[..3], drafts);
    let case_id = named(&wired, "WEB-5").await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "choose_flavour");
    assert_eq!(wired.times(case_id, "meter_chosen").await, 1);
    assert!(wired.fact(case_id, "on_behalf").await.is_none());
}

/// PRIO-03, PRIO-04: what the portal tells after somebody here took the request over is not taken, and
/// stands at the case. Fails where it is dropped without a word.
#[tokio::test]
async fn prio_04_a_step_that_comes_too_late_stands_at_the_case() {
    let wired = Wired::practising("wired-late-step").await;
    let mut request = at_the_meter("WEB-4", 2, "E000000002");
    request["step"] = "contact".into();
    wired.drop_file(&request);
    wired.works().await;
    let case_id = named(&wired, "WEB-4").await;
    let address = answers([
        ("postcode", free_text("5226HP")),
        ("house_number", free_text("2")),
        ("meters_found", word("yes")),
    ]);
    wired
        .anna_does(case_id, "location_searched", &address)
        .await;
    request["step"] = "meter".into();
    for _ in 0..2 {
        wired.drop_file(&request);
        wired.works().await;
    }
    assert_eq!(wired.state(case_id).await, "draft_meter");
    assert_eq!(wired.times(case_id, "came_without").await, 1);
}

/// PRIO-27: a customer of another grid, whose connection no register has, is told so and not refused.
/// Fails where a request must name a connection of the register.
#[tokio::test(flavor = "multi_thread")]
async fn prio_27_a_connection_of_another_grid_comes_in_and_ends_there() {
    let place = folder("wired-other-grid");
    let listen = free();
    let book = crate::wired_feed_in::book(77);
    let outside = Outside {
        code_book: Some(CodeBook::new(Settings::at(&book.base))),
        ..Outside::open(&settings(&place, listen), &Texts::load("en")).unwrap()
    };
    let wired = Arc::new(Wired::with(place, outside).await);
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn({
        let wired = Arc::clone(&wired);
        async move { wired.worker.run(stop).await }
    });
    let request = at_the_meter("WEB-9", 77, "E000000077").to_string();
    let answer = post(listen, "/v1/requests", "application/json", &request).await;
    assert!(answer.contains("\"taken\""), "{answer}");
    until(&wired, named(&wired, "WEB-9").await, "ended_not_our_grid").await;
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
}

fn at_the_meter(reference: &str, n: u32, number: &str) -> Json {
    json!({"process": "prio", "received_at": "2026-11-16T09:00:00+01:00",
        "reference": reference, "customer_ref": "NL0000002", "step": "meter",
        "postcode": "5226HP", "house_number": n.to_string(), "meter_number": number,
        "ean": ean(n)})
}

async fn named(wired: &Wired, reference: &str) -> CaseId {
    let found = wired.world.admin.search(reference, 5).await.unwrap();
    found[0].row.case_id
}
