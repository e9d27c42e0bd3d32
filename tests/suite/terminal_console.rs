//! The real binary on a real pseudo-terminal and a real PostgreSQL.

use loket::store::rows::{CaseId, WorkState};
use nix::sys::signal::Signal;

use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (120, 32);

/// Waits until nobody holds the case any more.
async fn returned(world: &World, case: CaseId) {
    for _ in 0..600 {
        let row = &world.admin.rows(&[case]).await.unwrap()[0];
        if row.work != WorkState::Held {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the case was not returned");
}

async fn desk_with_a_case(world: &World) -> (Screen, CaseId) {
    let case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    screen.press("n");
    screen.wait("you hold this case");
    (screen, case)
}

fn left_clean(screen: &Screen) {
    assert!(!screen.has_terminal(), "the alternate screen is left");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    for (on, off) in [
        ("\u{1b}[?2004h", "\u{1b}[?2004l"),
        ("\u{1b}[?25l", "\u{1b}[?25h"),
    ] {
        assert!(
            raw.rfind(off) > raw.rfind(on),
            "{off:?} does not follow {on:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_returns_the_lease_and_leaves_the_screen_clean() {
    let world = World::new().await;
    let (mut screen, case) = desk_with_a_case(&world).await;
    // "next" gave it and nothing was done with it: asked once
    screen.press("q");
    screen.wait("was proposed to you");
    screen.press("q");
    assert!(screen.ended().success());
    left_clean(&screen);
    returned(&world, case).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_end_the_console_and_return_the_lease() {
    let world = World::new().await;
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let (mut screen, case) = desk_with_a_case(&world).await;
        screen.signal(signal);
        assert!(screen.ended().success(), "{signal}");
        left_clean(&screen);
        returned(&world, case).await;
    }
}

/// A line that hangs (or a pressed ctrl-s) takes no bytes: the console still hears the signal.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_takes_nothing_does_not_keep_the_lease() {
    let world = World::new().await;
    let (mut screen, case) = desk_with_a_case(&world).await;
    screen.stall();
    for _ in 0..100 {
        screen.press("\x0c");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    screen.signal(Signal::SIGTERM);
    screen.ended();
    returned(&world, case).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_line_ends_the_console_and_returns_the_lease() {
    let world = World::new().await;
    let (mut screen, case) = desk_with_a_case(&world).await;
    screen.cut("?");
    screen.ended();
    returned(&world, case).await;
}

/// A case from the signal to its end, by keyboard alone: GT-10, GT-13, GT-14, GT-21, GT-23.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_worked_by_keyboard_alone() {
    let world = World::new().await;
    let (mut screen, case) = desk_with_a_case(&world).await;
    act(&mut screen, "Contact the party");
    // e-mail, the first contact of the group, proof is asked for, now
    screen.press("2");
    screen.press("\t1\t\t1");
    commit(&mut screen, "waiting for the party");
    let state = |row: &loket::store::rows::CaseRow| row.state.clone();
    let rows = world.admin.rows(&[case]).await.unwrap();
    assert_eq!(state(&rows[0]), "awaiting_party");
    act(&mut screen, "Record the party");
    screen.press("\t");
    screen.press("mandate was given on the website\t");
    screen.press("2");
    commit(&mut screen, "judge the proof");
    let rows = world.admin.rows(&[case]).await.unwrap();
    assert_eq!(state(&rows[0]), "assessing");
    assert!(screen.leave_desk().success());
}

/// Opens the list of actions and chooses the one with that name by its digit. Opened before the case
/// was read again, the list keeps its lines and adds the new ones below, where there is no digit left.
fn act(screen: &mut Screen, name: &str) {
    loop {
        screen.press("a");
        screen.wait("what can be done");
        screen.wait(name);
        let text = screen.text();
        let line = text.lines().find(|line| line.contains(name)).unwrap();
        let digit = line.trim().chars().next().filter(char::is_ascii_digit);
        if let Some(digit) = digit {
            screen.press(&digit.to_string());
            return screen.wait("step 1 of 2");
        }
        screen.press("\u{1b}");
        screen.wait_for("the desk", |shown| !shown.contains("what can be done"));
    }
}

/// To the review, writes it, waits until the case is there.
fn commit(screen: &mut Screen, state: &str) {
    screen.press("\u{13}");
    screen.wait("step 2 of 2");
    screen.press("\r");
    screen.wait(&format!("Now: {state}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn others_changes_arrive_without_a_key() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    let bram = world.desk("bram").await;
    bram.take(case).await;
    screen.wait("held by ");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_is_drawn_again() {
    let world = World::new().await;
    let _case = world.signal(1).await;
    let screen = Screen::desk(&world.db.url("anna"), (160, 48));
    screen.wait("TIMELINE");
    for (columns, rows) in [(80, 24), (59, 17), (160, 48)] {
        screen.resize(columns, rows);
        screen.wait_for("header and footer", |text| {
            text.contains("loket") && text.contains("help")
        });
    }
    screen.resize(40, 10);
    screen.wait("too small");
}

#[test]
fn the_first_frame_needs_no_database() {
    let nowhere = "postgres://anna@localhost:1/loket?host=/nonexistent";
    let mut screen = Screen::desk(nowhere, (80, 24));
    screen.wait("loket");
    screen.wait("The database does not answer");
    screen.press("q");
    assert!(screen.ended().success());
    left_clean(&screen);
}

/// A key is drawn because it was pressed, not because a message of the database came by: this
/// database takes the connection and never says a word, so that none comes. All keys together
/// have the patience that one has elsewhere.
#[test]
fn a_key_is_drawn_without_a_word_from_the_database() {
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let url = format!("postgres://anna@127.0.0.1:{port}/loket");
    let mut screen = Screen::desk(&url, (80, 24));
    screen.wait("connecting");
    // the help comes and goes
    screen.press_each("?", 30, |presses, text| {
        text.contains("Keys: the list") == (presses % 2 == 1)
    });
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn without_a_terminal_one_sentence_and_code_2() {
    let program = env!("CARGO_BIN_EXE_loket");
    let out = std::process::Command::new(program)
        .arg("console")
        .env("LOKET_LANG", "en")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("needs a terminal"), "{said}");
    assert!(out.stdout.is_empty());
}

const PANIC: &str = "LOKET_TEST_PANIC";

/// Does nothing by itself: the test below runs it on a terminal of its own.
#[test]
fn child_that_panics() {
    if loket::system::env(PANIC).is_some() {
        loket::terminal::guard::install_panic_hook(|_| false);
        let _guard = loket::terminal::Guard::enter().unwrap();
        panic!("on purpose");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let program = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "terminal_console::child_that_panics",
        "--nocapture",
    ];
    let mut screen = Screen::start_program(
        program.to_str().unwrap(),
        &arguments,
        &[(PANIC, "1")],
        (80, 24),
    );
    assert!(!screen.ended().success());
    left_clean(&screen);
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(
        raw.find("on purpose") > raw.find("\u{1b}[?1049l"),
        "the message can be read: {raw}"
    );
}
