//! What comes in: over HTTP and by file, from friends and from others.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loket::exchange::incoming::{
    Directory, Handler, Incoming, Limits, OrderStatus, Server, Token, Verdict,
};
use loket::exchange::payment::PaymentId;
use loket::exchange::secret::Secret;
use loket::system;
use loket::text::Texts;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::exchange_world::folder;

const TOKEN: &str = "een-token-voor-de-proef-0001";

/// Keeps what it is given; knows repetitions; refuses and postpones by reference.
#[derive(Debug, Default)]
struct Desk {
    taken: Mutex<Vec<Incoming>>,
}

impl Desk {
    fn taken(&self) -> Vec<Incoming> {
        self.taken.lock().unwrap().clone()
    }
}

impl Handler for Desk {
    async fn take(&self, incoming: Incoming) -> Verdict {
        let reference = match &incoming {
            Incoming::Payment(id) => id.as_str(),
            Incoming::Acknowledgement(told) => &told.reference,
            Incoming::Request(request) => &request.reference,
            Incoming::Update(update) => &update.reference,
        };
        match reference {
            "LATER" => return Verdict::Later,
            "BUT" => {
                return Verdict::TakenBut {
                    is_known: false,
                    left_out: vec!["geen\u{1b}[2J soort".to_owned(), "geen datum".to_owned()],
                };
            }
            "NO" => return Verdict::Refused("geen\u{1b}[2J zaak".to_owned()),
            "SLOW" => std::future::pending().await,
            _ => {}
        }
        let mut taken = self.taken.lock().unwrap();
        if taken.contains(&incoming) {
            return Verdict::Known;
        }
        taken.push(incoming);
        Verdict::Taken
    }
}

/// An endpoint that runs until the value is dropped or stopped.
struct Endpoint {
    address: SocketAddr,
    desk: Arc<Desk>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
    token: Token,
}

async fn endpoint(limits: Limits) -> Endpoint {
    let token = Token::new(&Secret::new(TOKEN));
    let any = "127.0.0.1:0".parse().unwrap();
    let server = Server::bind(any, token.clone(), limits, Texts::load("en"))
        .await
        .unwrap();
    let address = server.address().unwrap();
    assert!(address.ip().is_loopback());
    let desk = Arc::new(Desk::default());
    let (stop, told) = watch::channel(false);
    let running = tokio::spawn(server.run(Arc::clone(&desk), told));
    Endpoint {
        address,
        desk,
        stop,
        running,
        token,
    }
}

impl Endpoint {
    /// Sends these bytes and reads until the end. An answer may come before all was taken.
    async fn raw(&self, bytes: &[u8]) -> String {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut reading, mut writing) = stream.into_split();
        let bytes = bytes.to_owned();
        let sent = tokio::spawn(async move {
            let _ = writing.write_all(&bytes).await;
            writing
        });
        let mut answer = Vec::new();
        let _ = reading.read_to_end(&mut answer).await;
        sent.abort();
        String::from_utf8(answer).unwrap()
    }

    async fn post(&self, path: &str, token: &str, body: &str) -> (u16, Json) {
        let kind = "application/json; charset=utf-8";
        let length = body.len();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        parsed(&self.raw(request.as_bytes()).await)
    }

    async fn json(&self, path: &str, body: &Json) -> (u16, Json) {
        self.post(path, TOKEN, &body.to_string()).await
    }

    /// Waits until the desk has so many.
    async fn until(&self, count: usize) -> Vec<Incoming> {
        let end = system::monotonic() + Duration::from_mins(1);
        loop {
            let taken = self.desk.taken();
            if taken.len() >= count {
                return taken;
            }
            assert!(system::monotonic() < end, "only {taken:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn parsed(answer: &str) -> (u16, Json) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).unwrap_or("0").parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

fn told(reference: &str) -> Json {
    json!({"case_no": "PR-2026-000123", "kind": "order_gsa", "reference": reference,
        "status": "planned", "at": "2026-11-16T09:00:00+01:00"})
}

fn request(reference: &str) -> Json {
    json!({"process": "prio", "received_at": "2026-11-16T09:00:00+01:00", "reference": reference,
        "step": "meter", "contact": {"name": "Roos Vermaat"}, "postcode": "5223MB"})
}

/// An acknowledgement is taken once; the same again is known.
#[tokio::test]
async fn an_acknowledgement_comes_in_once() {
    let endpoint = endpoint(Limits::default()).await;
    for result in ["taken", "known"] {
        let answer = endpoint.json("/v1/acknowledgements", &told("WO-1")).await;
        assert_eq!(answer, (200, json!({"result": result})));
    }
    let taken = endpoint.desk.taken();
    let [Incoming::Acknowledgement(one)] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    assert_eq!(
        (one.case_no.as_str(), one.status),
        ("PR-2026-000123", OrderStatus::Planned)
    );
}

/// PRIO-03: a customer's own request comes in at the step where it stands.
#[tokio::test]
async fn prio_03_a_customers_request_comes_in_as_it_is() {
    let endpoint = endpoint(Limits::default()).await;
    let answer = endpoint.json("/v1/requests", &request("PRIO-1")).await;
    assert_eq!(answer, (200, json!({"result": "taken"})));
    let taken = endpoint.desk.taken();
    let [Incoming::Request(one)] = taken.as_slice() else {
        panic!("{taken:?}");
    };
    assert_eq!(
        (one.process.as_str(), one.reference.as_str()),
        ("prio", "PRIO-1")
    );
    let line: Json = serde_json::from_str(&one.line).unwrap();
    assert_eq!(line, request("PRIO-1"));
}

/// PRIO-03: what of a request could not be taken is answered to who sent it, and stands beside its file.
/// Fails where it is in a log only.
#[tokio::test]
async fn prio_03_what_could_not_be_taken_is_answered() {
    let endpoint = endpoint(Limits::default()).await;
    let answer = endpoint.json("/v1/requests", &request("BUT")).await;
    let wanted = json!({"result": "taken", "left_out": ["geen soort", "geen datum"]});
    assert_eq!(answer, (200, wanted));

    let place = folder("incoming-but");
    let directory = Directory::open(&place, Texts::load("nl")).unwrap();
    std::fs::write(place.join("a.json"), request("BUT").to_string()).unwrap();
    let looked = directory.look(&Desk::default()).await.unwrap();
    assert_eq!((looked.done, looked.refused), (1, 0));
    assert_eq!(names(&place.join("done")), set(&["a.json", "a.txt"]));
    let said = std::fs::read_to_string(place.join("done/a.txt")).unwrap();
    assert_eq!(said, "geen soort\ngeen datum\n");
    std::fs::remove_dir_all(&place).unwrap();
}

/// PRIO-31: the webhook carries an id, is answered at once whatever it says, and opens with its own
/// key, which opens nothing else.
#[tokio::test]
async fn prio_31_a_webhook_is_answered_at_once_and_carries_only_an_id() {
    let endpoint = endpoint(Limits::default()).await;
    let url = endpoint.token.webhook_url("http://x");
    let path = url.strip_prefix("http://x").unwrap();
    let post = |body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\
             \r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    for body in [
        "id=SLOW",
        "id=../../x",
        "",
        "id=tr_abc",
        "id=tr_abc",
        "id=tr_other&x=1",
    ] {
        let (status, said) = parsed(&endpoint.raw(post(body).as_bytes()).await);
        assert_eq!((status, said), (200, json!({})), "{body}");
    }
    let payments = ["tr_abc", "tr_other"].map(|id| PaymentId::parse(id).unwrap());
    assert_eq!(endpoint.until(2).await, payments.map(Incoming::Payment));

    let key = path.split_once("key=").unwrap().1;
    let (status, _) = endpoint
        .post("/v1/requests", key, &request("P").to_string())
        .await;
    assert_eq!(status, 401);
    let stranger = "/v1/payments/webhook?key=0000";
    let (status, _) = endpoint.post(stranger, "wrong", "id=tr_abc").await;
    assert_eq!(status, 401);
}

/// Without the token nothing is told, not even which paths there are.
#[tokio::test]
async fn without_the_token_nothing_is_open() {
    let endpoint = endpoint(Limits::default()).await;
    let body = told("WO-1").to_string();
    let almost = &TOKEN[..TOKEN.len() - 1];
    for token in ["", "x", almost, &format!("{TOKEN}0"), "Bearer"] {
        for path in [
            "/v1/acknowledgements",
            "/v1/requests",
            "/v1/payments/webhook",
            "/nowhere",
        ] {
            let (status, said) = endpoint.post(path, token, &body).await;
            assert_eq!(
                (status, &said["error"]),
                (401, &json!("token")),
                "{token} {path}"
            );
        }
    }
    let bare = "POST /v1/requests HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(parsed(&endpoint.raw(bare.as_bytes()).await).0, 401);
    assert_eq!(endpoint.desk.taken(), []);
}

/// What is wrong is said by a word for programs and a sentence for people.
#[tokio::test]
async fn what_is_wrong_is_said() {
    let endpoint = endpoint(Limits::default()).await;
    let acknowledgements = "/v1/acknowledgements";
    for (path, body, status, error) in [
        (acknowledgements, "", 400, "garbled"),
        (acknowledgements, "{", 400, "garbled"),
        (acknowledgements, "[]", 400, "garbled"),
        (acknowledgements, "\u{1b}[2J", 400, "garbled"),
        (acknowledgements, &"[".repeat(50_000), 400, "garbled"),
        (acknowledgements, &request("P").to_string(), 400, "garbled"),
        ("/v1/requests", &told("WO").to_string(), 400, "process"),
        (
            "/v1/requests",
            r#"{"process":"doubt","reference":"x"}"#,
            400,
            "process",
        ),
        ("/v1/requests", r#"{"process":"prio"}"#, 400, "word"),
        (acknowledgements, &told("NO").to_string(), 422, "refused"),
        (acknowledgements, &told("LATER").to_string(), 503, "later"),
        ("/v1/nowhere", "{}", 404, "path"),
    ] {
        let (given, said) = endpoint.post(path, TOKEN, body).await;
        assert_eq!(
            (given, &said["error"]),
            (status, &json!(error)),
            "{path} {said}"
        );
        let message = said["message"].as_str().unwrap();
        assert!(message.len() > 5 && !message.contains('{'), "{message}");
    }
    assert_eq!(endpoint.desk.taken(), []);
    let head = format!("Host: x\r\nAuthorization: Bearer {TOKEN}\r\n");
    let get = endpoint
        .raw(format!("GET /v1/requests HTTP/1.1\r\n{head}\r\n").as_bytes())
        .await;
    assert_eq!(parsed(&get).0, 405);
    assert!(get.to_lowercase().contains("allow: post"), "{get}");
    let form = format!("POST /v1/requests HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}");
    assert_eq!(parsed(&endpoint.raw(form.as_bytes()).await).0, 415);
}

/// A body may come in chunks, and is as large as it is, whatever its head says.
#[tokio::test]
async fn chunks_are_read_and_counted() {
    let endpoint = endpoint(Limits::default()).await;
    let head = format!(
        "POST /v1/acknowledgements HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    );
    let body = told("WO-1").to_string();
    let (one, two) = body.split_at(20);
    let chunked = format!(
        "{head}\r\n{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len()
    );
    assert_eq!(parsed(&endpoint.raw(chunked.as_bytes()).await).0, 200);

    let chunk = format!("400\r\n{}\r\n", " ".repeat(1_024));
    let endless = format!("{head}\r\n{}", chunk.repeat(200));
    let (status, _) = parsed(&endpoint.raw(endless.as_bytes()).await);
    assert_eq!(status, 413);

    for wrong in [
        format!("{head}\r\nzz\r\n{body}\r\n0\r\n\r\n"),
        format!("{head}\r\nffffffffffffffffff\r\n{body}\r\n0\r\n\r\n"),
        // two lengths: what a proxy and we might read differently
        format!("{head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{body}"),
    ] {
        let (status, _) = parsed(&endpoint.raw(wrong.as_bytes()).await);
        assert!([0, 400].contains(&status), "{status}");
    }
    assert_eq!(endpoint.desk.taken().len(), 1);
}

/// A huge body is refused before it is read; a head without end is too.
#[tokio::test]
async fn what_is_huge_is_refused() {
    let endpoint = endpoint(Limits::default()).await;
    let big = json!({"process": "prio", "reference": "P", "x": "y".repeat(200_000)});
    let (status, said) = endpoint.json("/v1/requests", &big).await;
    assert_eq!((status, &said["error"]), (413, &json!("too_large")));
    let head = format!("POST /v1/requests HTTP/1.1\r\nX: {}", "y".repeat(1_000_000));
    let (status, _) = parsed(&endpoint.raw(head.as_bytes()).await);
    assert!([0, 400, 431].contains(&status), "{status}");
    let many = format!(
        "POST /v1/requests HTTP/1.1\r\n{}\r\n",
        "A: b\r\n".repeat(500)
    );
    let (status, _) = parsed(&endpoint.raw(many.as_bytes()).await);
    assert!([400, 431].contains(&status), "{status}");
    // it works on
    assert_eq!(endpoint.json("/v1/requests", &request("P")).await.0, 200);
}

fn hasty() -> Limits {
    Limits {
        connections: 4,
        head: Duration::from_millis(300),
        whole: Duration::from_millis(900),
        ..Limits::default()
    }
}

/// More callers than seats who say nothing, or drip, or never end: others get their turn.
#[tokio::test]
async fn who_dawdles_loses_the_seat() {
    let endpoint = endpoint(hasty()).await;
    let mut idlers = Vec::new();
    let whole = format!(
        "POST /v1/requests HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{"
    );
    for begun in [
        "",
        "POST",
        "POST /v1/requests HTTP/1.1\r\nHost: x\r\nA:",
        &whole,
    ]
    .repeat(3)
    {
        let mut idler = TcpStream::connect(endpoint.address).await.unwrap();
        idler.write_all(begun.as_bytes()).await.unwrap();
        idlers.push(idler);
    }
    let drip = TcpStream::connect(endpoint.address).await.unwrap();
    let (_kept, mut drip) = drip.into_split();
    tokio::spawn(async move {
        while drip.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(endpoint.json("/v1/requests", &request("P")).await.0, 200);
    for mut idler in idlers {
        let mut said = Vec::new();
        // the connection ends, in whatever way
        let _: io::Result<usize> = idler.read_to_end(&mut said).await;
    }
}

/// A handler that hangs holds up its caller, and nobody else.
#[tokio::test]
async fn a_handler_that_hangs_holds_up_nobody_else() {
    let endpoint = endpoint(hasty()).await;
    let (status, _) = endpoint.json("/v1/acknowledgements", &told("SLOW")).await;
    assert_eq!(status, 0, "the connection ends without an answer");
    assert_eq!(
        endpoint.json("/v1/acknowledgements", &told("WO-1")).await.0,
        200
    );
}

/// Told to stop, it ends, and nobody listens any more.
#[tokio::test]
async fn told_to_stop_it_ends() {
    let endpoint = endpoint(hasty()).await;
    let _idler = TcpStream::connect(endpoint.address).await.unwrap();
    endpoint.stop.send(true).unwrap();
    endpoint.running.await.unwrap();
    assert!(TcpStream::connect(endpoint.address).await.is_err());
}

/// A token comes from a private file and is not short.
#[test]
fn a_token_is_long_and_private() {
    let place = folder("token");
    let path = place.join("token");
    let with = |content: &str, mode: u32| {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        Token::read(&path).map_err(|error| error.key)
    };
    assert!(with(TOKEN, 0o600).is_ok());
    assert_eq!(with("kort", 0o600).unwrap_err(), "too_short");
    assert_eq!(with(TOKEN, 0o604).unwrap_err(), "open_to_all");
    std::fs::remove_dir_all(&place).unwrap();
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Old enough not to be still written.
fn aged(path: &Path) {
    let file = std::fs::File::options().append(true).open(path).unwrap();
    let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    file.set_modified(old).unwrap();
}

/// Files are taken by name, put away, and refused with a sentence beside them.
#[tokio::test]
async fn files_are_taken_refused_or_left() {
    let place = folder("incoming-files");
    let directory = Directory::open(&place, Texts::load("nl")).unwrap();
    let put = |name: &str, body: &str| std::fs::write(place.join(name), body).unwrap();
    put("1.json", &told("WO-1").to_string());
    put("2.json", &told("WO-1").to_string());
    put("3.json", &request("PRIO-1").to_string());
    put("4.json", &told("NO").to_string());
    put("5.json", &told("LATER").to_string());
    put("6.json", "{}");
    put("7.json", &"x".repeat(70_000));
    put("8.json", "{\"case_no\": \"PR-");
    put("9.json", "{\"case_no\": \"PR-");
    aged(&place.join("9.json"));
    put(".hidden.json", "{}");
    put("notes.txt", "{}");
    std::os::unix::fs::symlink("/etc/passwd", place.join("link.json")).unwrap();
    std::fs::create_dir(place.join("folder.json")).unwrap();

    let desk = Desk::default();
    let looked = directory.look(&desk).await.unwrap();
    assert_eq!((looked.done, looked.refused, looked.left), (3, 4, 2));
    assert_eq!(desk.taken().len(), 2, "the same twice is one");
    assert_eq!(
        names(&place.join("done")),
        set(&["1.json", "2.json", "3.json"])
    );
    let refused = place.join("refused");
    let both = ["4", "6", "7", "9"].map(|name| [format!("{name}.json"), format!("{name}.txt")]);
    assert_eq!(names(&refused), both.into_iter().flatten().collect());
    let said = |name: &str| std::fs::read_to_string(refused.join(name)).unwrap();
    assert_eq!(said("4.txt"), "geen zaak\n");
    assert!(said("6.txt").contains("case_no") && said("7.txt").contains("64 KiB"));
    let stay = ["5.json", "8.json", ".hidden.json", "notes.txt", "link.json"];
    let folders = ["folder.json", "done", "refused"];
    assert_eq!(names(&place), set(&[&stay[..], &folders[..]].concat()));
    std::fs::remove_dir_all(&place).unwrap();
}

/// A name that comes again loses nothing; a file that became whole is taken.
#[tokio::test]
async fn a_name_that_comes_again_overwrites_nothing() {
    let place = folder("incoming-again");
    let directory = Directory::open(&place, Texts::load("nl")).unwrap();
    let desk = Desk::default();
    let path = place.join("a.json");
    for reference in ["WO-1", "WO-2", "WO-3"] {
        let whole = told(reference).to_string();
        std::fs::write(&path, &whole[..20]).unwrap();
        assert_eq!(directory.look(&desk).await.unwrap().left, 1);
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(directory.look(&desk).await.unwrap().done, 1);
    }
    let kept = names(&place.join("done"));
    assert_eq!(kept, set(&["a.json", "a.2.json", "a.3.json"]));
    assert_eq!(desk.taken().len(), 3);

    for reason in ["first", "second"] {
        std::fs::write(&path, told("NO").to_string()).unwrap();
        assert_eq!(directory.look(&desk).await.unwrap().refused, 1, "{reason}");
    }
    let refused = names(&place.join("refused"));
    assert_eq!(refused, set(&["a.json", "a.txt", "a.2.json", "a.2.txt"]));
    std::fs::remove_dir_all(&place).unwrap();
}

/// The watch takes what is left there while it runs, and ends when it is told to.
#[tokio::test]
async fn the_directory_is_watched() {
    let place = folder("incoming-watch");
    let directory = Directory::open(&place, Texts::load("nl")).unwrap();
    let desk = Arc::new(Desk::default());
    let (stop, told_to) = watch::channel(false);
    let running = tokio::spawn(directory.run(Arc::clone(&desk), told_to));
    std::fs::write(place.join("a.json"), told("WO-1").to_string()).unwrap();
    let end = system::monotonic() + Duration::from_mins(1);
    while !place.join("done/a.json").exists() {
        assert!(system::monotonic() < end);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(desk.taken().len(), 1);
    std::fs::remove_dir_all(&place).unwrap();
}
