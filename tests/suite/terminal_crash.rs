//! A crash leaves the terminal clean and a report without anything of a case or of what was typed;
//! `loket replay` shows it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use loket::desk::key::Input;
use loket::desk::{Msg, trace};
use loket::runtime::crash::{self, Report};
use loket::store::rows::{CaseId, WorkState};
use loket::terminal::Guard;
use loket::text::Texts;

use crate::support::desk::Script;
use crate::support::screen::Screen;
use crate::support::shell::Shell;
use crate::support::world::World;

const CRASH: &str = "LOKET_TEST_CRASH";
const SECRET: &str = "Roos Langevoort belt terug op 0612345678";

fn send(script: &mut Script, msg: Msg) {
    crash::begin(trace::step(&script.model, &msg, script.now), (80, 24));
    script.send(msg);
    crash::end(&script.effects);
    script.answer_all();
}

fn keys(script: &mut Script, keys: &str) {
    for key in keys.split_whitespace() {
        send(script, Msg::Input(Input::Key(key.parse().unwrap())));
    }
}

/// Does nothing by itself: the tests below run it on a terminal of its own.
#[test]
fn child_that_crashes() {
    let Some(kind) = loket::system::env(CRASH) else {
        return;
    };
    let mut script = Script::new(80, 24);
    crash::install(Texts::load("en"));
    let _guard = Guard::enter().unwrap();
    keys(&mut script, "j t");
    for c in SECRET.chars().filter(|c| *c != ' ') {
        keys(&mut script, &c.to_string());
    }
    send(&mut script, Msg::Input(Input::Paste(SECRET.to_owned())));
    let wake = Msg::Wake;
    crash::begin(trace::step(&script.model, &wake, script.now), (80, 24));
    match kind.as_str() {
        "formatted" => panic!("no place for {SECRET}"),
        "numbers" => {
            let none: Vec<u8> = SECRET.bytes().filter(|byte| *byte == 0).collect();
            assert_eq!(none[none.len() + 7], 0);
        }
        _ => panic!("a text of the source"),
    }
}

/// A folder that goes with its value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("loket-crash-{}", uuid::Uuid::now_v7());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn reports(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.join("loket")).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort_unstable();
        paths
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn crashed(kind: &str, folder: &Folder) -> String {
    let program = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "terminal_crash::child_that_crashes",
        "--nocapture",
    ];
    let state = folder.0.to_str().unwrap();
    let mut screen = Screen::start_program(
        program.to_str().unwrap(),
        &arguments,
        &[(CRASH, kind), ("XDG_STATE_HOME", state)],
        (200, 24),
    );
    assert!(!screen.ended().success());
    assert!(!screen.has_terminal(), "the alternate screen is left");
    String::from_utf8_lossy(&screen.raw()).into_owned()
}

fn read(path: &Path) -> (String, Report) {
    let text = std::fs::read_to_string(path).unwrap();
    let report = serde_json::from_str(&text).unwrap();
    (text, report)
}

#[test]
fn a_crash_leaves_one_line_and_a_report_without_personal_data() {
    let folder = Folder::new();
    let raw = crashed("formatted", &folder);
    let [path] = folder.reports().try_into().unwrap();
    assert!(raw.contains(path.to_str().unwrap()), "{raw}");
    assert!(!raw.contains("panicked at"), "one line, no more: {raw}");
    assert!(
        raw.find("loket failed") > raw.find("\u{1b}[?1049l"),
        "it can be read: {raw}"
    );
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let (text, report) = read(&path);
    let words = SECRET.split(' ').filter(|word| word.len() > 4);
    for secret in words.chain(["Zonnebloem", "Sanne", "GT-2026"]) {
        assert!(!text.contains(secret), "{secret} is in the report");
    }
    assert_eq!(
        report.said, None,
        "a text that was put together is left out"
    );
    assert_eq!(report.loket, env!("CARGO_PKG_VERSION"));
    assert_eq!((report.size, report.lang.as_str()), ((80, 24), "en"));
    assert!(
        report.place.contains("terminal_crash.rs"),
        "{}",
        report.place
    );
    assert!(report.backtrace.len() > 3);
    let what: Vec<&str> = report.steps.iter().map(|step| step.what.as_str()).collect();
    assert!(
        what.contains(&"key note") && what.contains(&"paste"),
        "{what:?}"
    );
    let typed = what.iter().filter(|what| **what == "typed").count();
    assert_eq!(typed, SECRET.replace(' ', "").chars().count());
    let last = report.steps.last().unwrap();
    assert_eq!((last.what.as_str(), last.ended), ("wake", false));

    let shown = Shell::bare()
        .with("LOKET_LANG", "en")
        .ok(&format!("replay {}", path.display()));
    assert!(
        shown.contains("key note") && shown.contains("never ended"),
        "{shown}"
    );
    let few = Shell::bare().ok(&format!("replay --last 1 {}", path.display()));
    assert!(few.contains("wake") && !few.contains("key note"), "{few}");
}

#[test]
fn what_a_panic_says_is_kept_where_it_can_hold_nothing_of_a_case() {
    for (kind, said) in [
        ("source", "a text of the source"),
        (
            "numbers",
            "index out of bounds: the len is 0 but the index is 7",
        ),
    ] {
        let folder = Folder::new();
        crashed(kind, &folder);
        let (_, report) = read(&folder.reports()[0]);
        assert_eq!(report.said.as_deref(), Some(said));
    }
}

#[test]
fn old_reports_make_room_for_new_ones() {
    let folder = Folder::new();
    let report = Report {
        loket: String::new(),
        at: crate::support::desk::now(),
        place: String::new(),
        said: None,
        thread: String::new(),
        lang: "en".to_owned(),
        size: (80, 24),
        term: String::new(),
        steps: Vec::new(),
        backtrace: Vec::new(),
    };
    let inside = folder.0.join("loket");
    for second in 0..30 {
        let at = report.at + chrono::TimeDelta::seconds(second);
        let report = Report {
            at,
            ..report.clone()
        };
        crash::write(&report, &inside).unwrap();
    }
    let left = folder.reports();
    assert_eq!(left.len(), 20);
    let (_, newest) = read(left.last().unwrap());
    assert_eq!(newest.at, report.at + chrono::TimeDelta::seconds(29));
}

#[test]
fn what_is_no_report_is_refused_in_one_sentence() {
    let shell = Shell::bare().with("LOKET_LANG", "en");
    let said = shell.run("replay /etc/hostname");
    assert_eq!((said.code, said.err.lines().count()), (2, 1), "{said:?}");
    assert!(said.err.contains("no report"), "{said:?}");
    assert_eq!(shell.run("replay /nonexistent").code, 2);
}

/// The console as agents have it, made to fail in that step.
fn failing(url: &str, folder: &Folder, step: &str, flags: &[&str]) -> Screen {
    let state = folder.0.to_str().unwrap();
    let env = [
        ("DATABASE_URL", url),
        ("XDG_STATE_HOME", state),
        ("LOKET_TEST_FAULT", step),
    ];
    Screen::start(&[&["console"], flags].concat(), &env, (120, 32))
}

async fn returned(world: &World, case: CaseId) {
    for _ in 0..1_200 {
        let row = &world.admin.rows(&[case]).await.unwrap()[0];
        if row.work != WorkState::Held {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the case was not returned");
}

/// The real program fails in the middle of a note: the terminal is clean, the code says that it was a
/// fault, the case is in the pool, the note is kept, and the report says in which step.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_console_gives_the_case_back_and_keeps_what_was_typed() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let folder = Folder::new();
    let url = world.db.url("anna");
    let mut screen = failing(&url, &folder, "key review", &[]);
    screen.wait("contact the party");
    screen.press("n");
    screen.wait("you hold this case");
    screen.press("t");
    screen.wait("step 1 of 2");
    screen.press(SECRET);
    screen.wait("0612345678");
    screen.press("\u{13}");
    assert_eq!(screen.ended().exit_code(), 5);
    assert!(!screen.has_terminal(), "the alternate screen is left");
    let said = screen.text();
    assert_eq!(said.matches("loket failed").count(), 1, "{said}");
    returned(&world, case).await;

    let [path] = folder.reports().try_into().unwrap();
    let (text, _) = read(&path);
    for secret in ["Langevoort", "0612345678", "Zonnebloem", "GT-2026"] {
        assert!(!text.contains(secret), "{secret} is in the report");
    }
    let shown = Shell::bare().ok(&format!("replay --last 1 {}", path.display()));
    assert!(
        shown.contains("key review") && shown.contains("never ended"),
        "{shown}"
    );
    let drafts = Shell::of(&url).json("case drafts");
    assert_eq!(drafts.len(), 1, "what was typed is kept: {drafts:?}");
}

/// The same of the desk as lines.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_lines_gives_the_case_back() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let folder = Folder::new();
    let mut screen = failing(&world.db.url("anna"), &folder, "key ledger", &["--plain"]);
    screen.wait("contact the party");
    screen.press("n\r");
    screen.wait("claimed, Anna");
    screen.press("d\r");
    assert_eq!(screen.ended().exit_code(), 5);
    let said = screen.text();
    assert!(said.contains("loket failed"), "{said}");
    assert!(!said.contains("panicked at"), "{said}");
    returned(&world, case).await;
    assert_eq!(folder.reports().len(), 1);
}
