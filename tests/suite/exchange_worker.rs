//! The worker on a real database: clocks pass with nobody at a screen, messages leave in order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use loket::exchange::outbox::Delivery;
use loket::exchange::worker::{Options, Worker};
use loket::process::engine;
use loket::store::register::ContactRecord;
use loket::store::rows::{CaseDetail, CaseId, Opened};
use tokio::sync::watch;

use crate::exchange_world::{folder, options};
use crate::support::server::eventually;
use crate::support::shell::Shell;
use crate::support::smtp::{MailServer, Script};
use crate::support::world::{Desk, PROVIDER, SUPPLIER, World, answers, free, word, yes};

async fn worker(world: &World, role: &str, options: Options) -> Worker {
    Worker::open(world.db.store(role), options).await.unwrap()
}

async fn open(world: &World, n: u32, party: &str, isma: bool) -> CaseId {
    match world
        .open(&world.admin, n, party, isma, None)
        .await
        .unwrap()
    {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}

/// The party is asked for proof now.
async fn contact(desk: &Desk<'_>, case_id: CaseId) {
    let lease = desk.take(case_id).await;
    let now = desk.world.now().await;
    let given = answers([
        ("channel", word("phone")),
        ("contact_other", free("Receptie")),
        ("ask_proof", yes(true)),
        ("contacted_at", word(&now.to_rfc3339())),
    ]);
    desk.act(case_id, Some(lease), "contact_party", &given)
        .await
        .unwrap();
}

async fn detail(world: &World, case_id: CaseId) -> CaseDetail {
    world.admin.case_detail(case_id).await.unwrap()
}

async fn past_72_hours(world: &World, case_id: CaseId) {
    let clocks = detail(world, case_id).await.facts.clocks;
    let due = clocks
        .iter()
        .find(|run| run.key == "response_72h")
        .unwrap()
        .due_at;
    world
        .admin
        .clock_set(due + TimeDelta::milliseconds(1))
        .await
        .unwrap();
}

/// Names of the files of messages, in order: case, number, kind.
fn files(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn kinds(path: &Path) -> Vec<String> {
    let kind = |name: &String| name.split('.').nth(2).unwrap().to_owned();
    files(path).iter().map(kind).collect()
}

/// GT-13, GT-15: the 72 hours end with nobody at a screen, the allocation goes back to profile, the
/// party is told, and all of it leaves in order.
#[tokio::test]
async fn gt_15_the_reset_happens_with_nobody_at_a_screen() {
    let world = World::new().await;
    let path = folder("reset");
    let worker = worker(&world, "worker_1", options(&path)).await;
    let case_id = open(&world, 3, SUPPLIER, true).await;
    contact(&world.desk("anna").await, case_id).await;
    worker.once().await.unwrap();
    assert_eq!(detail(&world, case_id).await.row.state, "awaiting_party");
    past_72_hours(&world, case_id).await;
    let done = worker.once().await.unwrap();
    assert!(done.timers >= 1 && done.dead == 0, "{done:?}");
    let after = detail(&world, case_id).await;
    assert_eq!(after.row.state, "block_maintained");
    let kinds = kinds(&path);
    let place = |kind: &str| kinds.iter().position(|it| it == kind);
    let order = [
        "block",
        "allocation_zero",
        "request_proof",
        "allocation_profile",
        "no_proof",
    ];
    let places: Vec<_> = order.iter().map(|kind| place(kind).unwrap()).collect();
    assert!(places.is_sorted(), "{kinds:?}");
    assert_eq!(
        worker.once().await.unwrap().timers,
        0,
        "a second look finds nothing"
    );
}

/// Decision 9: at 72 hours sharp the party is still in time, a microsecond later it is not; and the
/// worker asks the same function.
#[tokio::test]
async fn gt_13_at_72_hours_sharp_no_timer_fires() {
    let world = World::new().await;
    let worker = worker(&world, "worker_1", options(&folder("sharp"))).await;
    let case_id = open(&world, 1, SUPPLIER, false).await;
    contact(&world.desk("anna").await, case_id).await;
    let facts = detail(&world, case_id).await.facts;
    let due = facts
        .clocks
        .iter()
        .find(|run| run.key == "response_72h")
        .unwrap()
        .due_at;
    let action = |now| engine::timer_action(&facts, "response_72h", now);
    assert_eq!(action(due), None);
    assert_eq!(
        action(due + TimeDelta::microseconds(1)),
        Some("no_proof_in_time")
    );
    world
        .admin
        .clock_set(due - TimeDelta::minutes(1))
        .await
        .unwrap();
    worker.once().await.unwrap();
    assert_eq!(detail(&world, case_id).await.row.state, "awaiting_party");
}

/// Several workers side by side, under two names: every clock passes once, every message has one
/// file, and nobody stumbles over what another did first, not even over a party that both propose.
#[tokio::test(flavor = "multi_thread")]
async fn several_workers_do_everything_once() {
    let world = World::new().await;
    let path = folder("two");
    let mut workers = Vec::new();
    for role in ["worker_1", "worker_2"].repeat(3) {
        workers.push(worker(&world, role, options(&path)).await);
    }
    let mut cases = Vec::new();
    for n in 1..=8 {
        let case_id = open(&world, n, SUPPLIER, false).await;
        contact(&world.desk("anna").await, case_id).await;
        cases.push(case_id);
    }
    past_72_hours(&world, cases[7]).await;
    let all = futures_util::future::join_all(workers.iter().map(Worker::once)).await;
    let mut sent = workers[0].once().await.unwrap().sent;
    for done in all {
        sent += done.unwrap().sent;
    }
    assert_eq!(usize::try_from(sent).unwrap(), files(&path).len());
    for case_id in cases {
        let events = world.admin.timeline(case_id, None, 100).await.unwrap();
        let fired = events
            .iter()
            .filter(|event| event.kind == "no_proof_in_time")
            .count();
        assert_eq!(fired, 1);
    }
}

/// Until told to stop, and then it stops.
#[tokio::test(flavor = "multi_thread")]
async fn the_loop_fires_delivers_and_stops_when_told() {
    let world = World::new().await;
    let path = folder("loop");
    let heads = folder("heads");
    let options = Options {
        chain_heads: Some(heads.clone()),
        practice: true,
        ..options(&path)
    };
    let worker = worker(&world, "worker_1", options).await;
    let case_id = open(&world, 1, SUPPLIER, false).await;
    contact(&world.desk("anna").await, case_id).await;
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn(async move { worker.run(stop).await });
    // the port's confirmation comes before the 15 minutes are over, not after a jump of three days
    let is_confirmed =
        |detail: &CaseDetail| detail.facts.facts["block"].as_code() == Some("confirmed");
    until_so(&world, case_id, "confirmed", is_confirmed).await;
    past_72_hours(&world, case_id).await;
    until(&world, case_id, "block_maintained").await;
    // in practice the block was confirmed by the same action by which a port would report back
    let facts = detail(&world, case_id).await.facts.facts;
    assert_eq!(facts["block"].as_code(), Some("confirmed"));
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
    assert!(kinds(&path).contains(&"request_proof".to_owned()));
    let exported = std::fs::read_to_string(heads.join(&files(&heads)[0])).unwrap();
    assert!(
        exported.contains("GT-") && exported.contains("\"hash\""),
        "{exported}"
    );
}

/// Waits, as long as it takes, at most a minute.
async fn until(world: &World, case_id: CaseId, state: &str) {
    until_so(world, case_id, state, |detail| detail.row.state == state).await;
}

async fn until_so(world: &World, case_id: CaseId, state: &str, so: impl Fn(&CaseDetail) -> bool) {
    for _ in 0..600 {
        if so(&detail(world, case_id).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {state}");
}

/// GT-27: a letter to a party without a contact waits for a person; once somebody is in the group
/// it can be sent again, and it never held up the messages behind it.
#[tokio::test]
async fn gt_27_a_dead_letter_is_listed_and_can_be_sent_again() {
    let world = World::new().await;
    let path = folder("dead");
    let worker = worker(&world, "worker_1", options(&path)).await;
    let case_id = open(&world, 2, PROVIDER, false).await;
    contact(&world.desk("anna").await, case_id).await;
    assert_eq!(worker.once().await.unwrap().dead, 1);
    let store = world.db.store("worker_1");
    let dead = store.outbox_dead(10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].kind, "request_proof");
    assert!(
        dead[0].error.as_deref().unwrap().contains("GT-27"),
        "{dead:?}"
    );

    let contact = ContactRecord {
        gln: PROVIDER.into(),
        contact_group: "Gerede twijfel Klantmandaat".into(),
        name: "Nieuw".into(),
        email: Some("nieuw@meterblik.example".into()),
        phone: None,
        valid_from: "2018-02-13".parse().ok(),
        valid_to: None,
    };
    world.admin.import_contacts(&[contact]).await.unwrap();
    assert!(store.outbox_resend(dead[0].outbox_id).await.unwrap());
    assert_eq!(worker.once().await.unwrap().sent, 1);
    assert!(store.outbox_dead(10).await.unwrap().is_empty());
}

/// A system that is away costs no message and no order: commands and letters behind a command wait too.
#[tokio::test]
async fn what_cannot_leave_stays_and_nothing_of_its_case_overtakes_it() {
    let world = World::new().await;
    let closed: PathBuf = folder("away").join("file");
    std::fs::write(&closed, "").unwrap();
    let options = Options {
        delivery: Delivery::Directory(closed.join("x")),
        ..options(&closed)
    };
    let worker = worker(&world, "worker_1", options).await;
    let case_id = open(&world, 3, SUPPLIER, true).await;
    let done = worker.once().await.unwrap();
    assert_eq!((done.sent, done.dead), (0, 0));
    assert!(done.again >= 1);
    let messages = detail(&world, case_id).await.messages;
    assert!(messages.len() >= 2 && messages.iter().all(|it| it.status == "queued"));
    let tried: Vec<_> = messages.iter().filter(|it| it.error.is_some()).collect();
    assert_eq!(tried.len(), 1, "only the first was tried: {messages:?}");
    assert_eq!(tried[0].kind, "block");
}

/// The real program: it delivers, and SIGTERM ends it cleanly.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_delivers_and_ends_cleanly_on_sigterm() {
    let world = World::new().await;
    let path = folder("program");
    open(&world, 1, SUPPLIER, false).await;
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_loket"))
        .args([
            "--database-url",
            &world.db.url("worker_1"),
            "worker",
            "--json",
        ])
        .arg("--chain-heads")
        .arg(folder("program-heads"))
        .arg("--deliver-to")
        .arg(&path)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if !files(&path).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let pid = nix::unistd::Pid::from_raw(i32::try_from(program.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(program.wait().unwrap().success());
    assert_eq!(kinds(&path), ["block"]);
    let mut log = String::new();
    std::io::Read::read_to_string(&mut program.stderr.take().unwrap(), &mut log).unwrap();
    assert!(
        log.lines()
            .all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
    );
    assert!(
        log.contains("message sent") && !log.contains("Bakker"),
        "{log}"
    );
}

/// The real program with a mail server: letters to parties go there, commands where they went
/// before. What cannot be a mail server ends it before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_sends_letters_to_the_mail_server() {
    let world = World::new().await;
    let place = folder("program-mail");
    let server = MailServer::start(&place, Script::default());
    let case_id = open(&world, 1, SUPPLIER, false).await;
    contact(&world.desk("anna").await, case_id).await;
    let with = |address: &str| {
        Shell::of(&world.db.url("worker_1"))
            .with("LOKET_LOG", "off")
            .with("LOKET_OUTBOX_MAIL_SERVER", address)
            .with("LOKET_OUTBOX_MAIL_FROM", "loket@zuid.example")
            .with(
                "LOKET_OUTBOX_MAIL_CA_FILE",
                &server.certificate.to_string_lossy(),
            )
    };
    let (out, heads) = (place.join("out"), place.join("heads"));
    let line = format!(
        "worker --once --deliver-to {} --chain-heads {}",
        out.display(),
        heads.display()
    );
    let wrong = with("mail.example").run(&line);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("outbox.mail.server"), "{wrong:?}");
    assert!(!out.exists() && server.given().is_empty());

    with(&format!("smtp://localhost:{}", server.port)).ok(&line);
    let given = server.given();
    assert_eq!(given.len(), 1, "{given:?}");
    assert!(!given[0].to.is_empty());
    assert_eq!(given[0].header("Content-Language").as_deref(), Some("nl"));
    assert_eq!(kinds(&out), ["block"]);
    let messages = detail(&world, case_id).await.messages;
    assert!(
        messages.iter().all(|message| message.status == "sent"),
        "{messages:?}"
    );
}

fn program(url: &str, path: &Path) -> std::process::Command {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_loket"));
    program
        .args(["--lang", "en", "--database-url", url])
        .args(["worker", "--chain-heads", "", "--deliver-to"])
        .arg(path);
    program
}

fn until_delivered(path: &Path, count: usize) {
    eventually("the message to leave", || {
        (files(path).len() >= count).then_some(())
    });
}

fn terminate(program: &mut std::process::Child) -> std::process::ExitStatus {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(program.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    program.wait().unwrap()
}

/// Whoever read the log is gone: the worker works on and still ends cleanly. Heads are switched
/// off by an empty name.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_outlives_the_reader_of_its_log() {
    let world = World::new().await;
    let path = folder("log-closed");
    open(&world, 1, SUPPLIER, false).await;
    let mut running = program(&world.db.url("worker_1"), &path)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stderr.take());
    until_delivered(&path, 1);
    open(&world, 2, SUPPLIER, false).await;
    until_delivered(&path, 2);
    let ended = terminate(&mut running);
    assert!(ended.success(), "{ended}");
}

/// A wrong role ends the worker with a sentence; it does not try for ever.
#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_role_ends_the_program_with_a_sentence() {
    let world = World::new().await;
    let path = folder("wrong-role");
    for (role, word) in [("anna", "worker, admin"), ("lead_1", "worker, admin")] {
        let said = program(&world.db.url(role), &path).output().unwrap();
        let words = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(1), "{words}");
        assert!(
            words.contains(word) && words.lines().count() == 1,
            "{words}"
        );
    }
}

/// Neither does a database that is not there, or that holds nothing of loket.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_empty_database_ends_the_program_with_a_sentence() {
    let world = World::new().await;
    let path = folder("no-database");
    let name = world.db.name();
    for (database, word) in [("no_such_name_at_all", "no such"), ("postgres", "migrate")] {
        let url = world.db.url("worker_1").replace(name, database);
        let said = program(&url, &path).output().unwrap();
        let words = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(1), "{words}");
        assert!(
            words.contains(word) && words.lines().count() == 1,
            "{words}"
        );
    }
}
