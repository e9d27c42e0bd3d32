//! The real program, killed and started again: nothing that was typed is lost.

use loket::store::Store;
use loket::store::rows::CaseId;
use nix::sys::signal::Signal;

use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (149, 40);
const LEFT: &str = "\u{1b}[D";

/// Takes the case, begins a note, types that.
async fn typing(world: &World, text: &str) -> (Screen, CaseId) {
    let case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    screen.press("n");
    screen.wait("you hold this case");
    screen.press("t");
    screen.wait("step 1 of 2");
    screen.press(text);
    screen.wait(text);
    (screen, case)
}

async fn texts(store: &Store) -> Vec<String> {
    let mine = store.drafts_mine().await.unwrap();
    let texts = mine.iter().map(|row| row.body.answers[0].1.clone());
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

async fn wait_for_texts(store: &Store, expected: &[&str]) {
    for _ in 0..600 {
        if texts(store).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?} instead of {expected:?}", texts(store).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_console_comes_back_with_the_half_typed_note() {
    let world = World::new().await;
    let (mut screen, case) = typing(&world, "half a noe").await;
    screen.press(LEFT);
    let anna = world.db.store("anna");
    for _ in 0..600 {
        let mine = anna.drafts_mine().await.unwrap();
        if mine.iter().any(|row| row.body.cursor == "half a no".len()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    screen.child.kill().unwrap();
    screen.ended();
    // its case goes to somebody else meanwhile
    let row = &world.admin.rows(&[case]).await.unwrap()[0];
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("step 1 of 2");
    screen.wait("half a noe");
    screen.wait(&row.case_no);
    screen.press("t");
    screen.wait("half a note");
    screen.press("\u{1b}");
    screen.wait("Unfinished here");
    screen.wait("unfinished 1");
    // and written from here on it is no draft any more
    screen.press("t");
    screen.wait("half a note");
    screen.press("\u{13}");
    screen.wait("step 2 of 2");
    screen.press("\r");
    screen.wait_for("nothing unfinished", |text| !text.contains("unfinished 1"));
    wait_for_texts(&anna, &[]).await;
    assert!(screen.leave_desk().success());
}

/// Hung up, terminated, or the line cut in the middle of a word: all of it is there.
#[tokio::test(flavor = "multi_thread")]
async fn every_ordered_end_saves_the_last_character() {
    let world = World::new().await;
    let anna = world.db.store("anna");
    let (mut screen, _) = typing(&world, "abc").await;
    screen.signal(Signal::SIGHUP);
    screen.ended();
    wait_for_texts(&anna, &["abc"]).await;
    for (signal, typed) in [(Signal::SIGTERM, "abcd"), (Signal::SIGINT, "abcde")] {
        let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
        screen.wait("step 1 of 2");
        screen.press(&typed[typed.len() - 1..]);
        screen.wait(typed);
        screen.signal(signal);
        screen.ended();
        wait_for_texts(&anna, &[typed]).await;
    }
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("step 1 of 2");
    screen.press("f");
    screen.wait("abcdef");
    screen.cut("");
    screen.ended();
    wait_for_texts(&anna, &["abcdef"]).await;
}

/// Two consoles of one agent: the second does not open the form by itself; when both type, both
/// texts are kept.
#[tokio::test(flavor = "multi_thread")]
async fn two_consoles_of_one_agent_lose_nothing_of_each_other() {
    let world = World::new().await;
    let anna = world.db.store("anna");
    let (mut first, _) = typing(&world, "one").await;
    wait_for_texts(&anna, &["one"]).await;
    let mut second = Screen::desk(&world.db.url("anna"), SIZE);
    second.wait("unfinished 1");
    second.wait("Unfinished here");
    second.press("t");
    second.wait("one");
    second.press(" second");
    second.wait("one second");
    wait_for_texts(&anna, &["one second"]).await;
    first.press(" first");
    wait_for_texts(&anna, &["one first", "one second"]).await;
    first.wait("kept as one of its own");
    for (mut screen, has_the_case) in [(first, true), (second, false)] {
        screen.press("\u{1b}");
        screen.wait("Unfinished here");
        screen.press("q");
        if has_the_case {
            screen.wait("was proposed to you");
            screen.press("q");
        }
        screen.ended();
    }
    assert_eq!(texts(&anna).await, ["one first", "one second"]);
}

/// What one console sends is not what another of the same agent has typed on from there: sending
/// takes the text of the first along and leaves that of the second.
#[tokio::test(flavor = "multi_thread")]
async fn sending_here_takes_nothing_of_the_other_console() {
    let world = World::new().await;
    let anna = world.db.store("anna");
    let (mut first, _) = typing(&world, "one").await;
    wait_for_texts(&anna, &["one"]).await;
    let mut second = Screen::desk(&world.db.url("anna"), SIZE);
    second.wait("Unfinished here");
    second.press("t");
    second.wait("one");
    second.press(" second");
    wait_for_texts(&anna, &["one second"]).await;
    first.press("\u{13}");
    first.wait("step 2 of 2");
    first.press("\r");
    first.wait("Now: ");
    // the other goes on, and what it has typed is there for the next console
    second.press(" more");
    wait_for_texts(&anna, &["one second more"]).await;
    second.press("\u{1b}");
    second.wait("Unfinished here");
    second.press("q");
    second.ended();
    assert_eq!(texts(&anna).await, ["one second more"]);
}
