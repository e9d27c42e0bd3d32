//! `loket demo` without a terminal, by the real program: the world is made once, a second demo
//! joins, the server is there as long as somebody uses it. With a terminal: see the tests of the
//! console.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use loket::store::Store;
use loket::store::session::SessionKind;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use uuid::Uuid;

use crate::support::server::{Place, alive, eventually};
use crate::support::shell::Shell;

fn shell(place: &Place) -> Shell {
    let home = place.home();
    Shell::bare()
        .with("LOKET_HOME", &home.to_string_lossy())
        .with("LOKET_NO_FETCH", "1")
}

/// A demo that keeps the server up; ended with the value.
struct Kept {
    child: Child,
    addresses: Vec<(String, String)>,
}

impl Kept {
    /// Waits until it says how to connect.
    fn start(place: &Place, flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_loket"))
            .args(["demo", "--no-console"])
            .args(flags)
            .env("LOKET_HOME", place.home())
            .env("LOKET_NO_FETCH", "1")
            .env("LANG", "C.UTF-8")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut addresses = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((who, rest)) = line.trim().split_once(": DATABASE_URL='") {
                let name = who.split(" (").next().unwrap().to_owned();
                addresses.push((name, rest.split('\'').next().unwrap().to_owned()));
            } else if !addresses.is_empty() {
                break;
            }
        }
        Self { child, addresses }
    }

    fn shell(&self, name: &str) -> Shell {
        let (_, url) = self
            .addresses
            .iter()
            .find(|(known, _)| known == name)
            .unwrap();
        Shell::of(url)
    }

    fn end(mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(pid, Signal::SIGTERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

/// The whole life of a demo's server.
#[test]
fn a_demo_is_made_once_joined_and_gone_with_the_last() {
    let place = Place::new();
    let first = shell(&place).run("demo -v");
    assert_eq!(first.code, 0, "{first:?}");
    assert!(
        first.out.contains("DATABASE_URL='") && first.out.lines().count() == 1,
        "{first:?}"
    );
    assert!(
        first.err.contains("invented world") && first.err.contains(" s\n"),
        "{first:?}"
    );
    eventually("the server to stop", || {
        place.server().is_none().then_some(())
    });

    let kept = Kept::start(&place, &["--agents", "2"]);
    let again = shell(&place).run("demo");
    assert!(
        !again.err.contains("invented world"),
        "it is there already: {again:?}"
    );
    // what is to be copied works from any folder
    let called = format!("{} case list", env!("CARGO_BIN_EXE_loket"));
    assert!(again.out.contains(&called), "{again:?}");
    // the readme promises an address for each colleague: everybody but the worker
    let agents = kept.shell("Beheer").json("agent list");
    let named = |name: &str| kept.addresses.iter().any(|(known, _)| known == name);
    for agent in agents.iter().filter(|agent| agent["role"] != "worker") {
        let is_simulated = agent["db_role"].as_str().unwrap().starts_with("colleague_");
        let name = agent["name"].as_str().unwrap();
        assert!(is_simulated || named(name), "no address for {name}");
    }
    let sanne = kept.shell("Sanne de Vries");
    let cases = sanne.json("case list");
    assert!(cases.len() > 10, "{}", cases.len());
    assert_eq!(sanne.one("case next")["result"], "granted");
    assert_eq!(
        kept.shell("Ruben Smit").one("db verify")["differences"],
        serde_json::json!([])
    );
    assert_eq!(kept.shell("Beheer").one("db status")["rehearsal"], true);

    // the simulated colleagues are at work
    let colleague = |one: &serde_json::Value| {
        one["holder"]
            .as_str()
            .is_some_and(|name| name != "Sanne de Vries")
    };
    eventually("a colleague to take a case", || {
        sanne.json("case list").iter().any(colleague).then_some(())
    });
    // the practice executor delivers: nothing waits for long
    let outbox = place.home().join("outbox");
    eventually("messages to leave", || {
        std::fs::read_dir(&outbox).ok()?.next().map(|_| ())
    });

    let refused = shell(&place).run("demo --reset");
    assert_eq!(
        (refused.code, refused.err.contains("Another loket")),
        (4, true),
        "{refused:?}"
    );
    let server = place.server().unwrap();
    kept.end();
    eventually("the server to stop", || (!alive(server)).then_some(()));
}

/// Who joins takes the place of the first colleague who is not there; a lead that of a lead.
#[tokio::test(flavor = "multi_thread")]
async fn who_joins_works_as_the_next_colleague() {
    let place = Place::new();
    let kept = Kept::start(&place, &[]);
    let place_of = |flags: &str| {
        let said = shell(&place).run(&format!("demo {flags}"));
        let (_, rest) = said.out.split_once("postgres://").unwrap();
        rest.split('@').next().unwrap().to_owned()
    };
    assert_eq!(place_of(""), "sanne");
    let options = place.start().options("sanne", "loket");
    let sanne = Store::connect(options, 1);
    let id = Uuid::new_v4();
    sanne
        .session_open(id, "test", SessionKind::Console)
        .await
        .unwrap();
    assert_eq!(place_of(""), "joost");
    assert_eq!(place_of("--role lead"), "marit");
    sanne.session_close(id).await.unwrap();
    assert_eq!(place_of(""), "sanne");
    kept.end();
}

/// A start that was cut off half-way is made anew by the next.
#[test]
fn a_half_made_demo_is_made_anew() {
    let place = Place::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_loket"))
        .arg("demo")
        .env("LOKET_HOME", place.home())
        .env("LOKET_NO_FETCH", "1")
        .env("LANG", "C.UTF-8")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stderr.take().unwrap()).lines();
    let making = said
        .map_while(Result::ok)
        .any(|line| line.contains("invented world"));
    assert!(making, "it says when it begins");
    std::thread::sleep(std::time::Duration::from_millis(600));
    child.kill().unwrap();
    child.wait().unwrap();

    let next = shell(&place).run("demo");
    assert_eq!(next.code, 0, "{next:?}");
    assert!(next.err.contains("invented world"), "made anew: {next:?}");
}
