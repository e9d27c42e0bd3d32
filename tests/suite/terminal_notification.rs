//! The real program in Swedish, in a window of 80 by 24: an installer makes a notification and fills it
//! from the register, while an agent of the grid company sees nothing of it (ELS-02…17, ELS-25, ELS-29).

use loket::exchange::worker::Worker;

use crate::exchange_world::{folder, options};
use crate::store::installers::sweden;
use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (80, 24);
const REVIEW: &str = "\u{13}";
const ENTER: &str = "\r";

fn sit_down(world: &World, role: &str) -> Screen {
    let url = world.db.url(role);
    let env = [("DATABASE_URL", url.as_str()), ("LOKET_LANG", "sv")];
    let screen = Screen::start(&["console"], &env, SIZE);
    screen.wait("ansluten");
    screen
}

/// The digit of the possible line with those words.
fn digit(shown: &str, words: &str) -> Option<char> {
    let mut lines = shown.lines();
    let found = lines.find(|line| line.get(4..).is_some_and(|name| name.starts_with(words)))?;
    found.chars().nth(2).filter(char::is_ascii_digit)
}

/// Opens the list of what can be done and chooses that line. What became possible while the list lay
/// there has no digit: it is opened once more.
fn choose(screen: &mut Screen, words: &str) {
    for _ in 0..200 {
        screen.press("a");
        screen.wait("vad som kan göras");
        if let Some(digit) = digit(&screen.text(), words) {
            return screen.press(&digit.to_string());
        }
        screen.press("\x1b");
        std::thread::sleep(std::time::Duration::from_millis(300));
        screen.wait_for("the desk", |shown| !shown.contains("vad som kan göras"));
    }
    panic!("never possible: {words}\n{}", screen.text());
}

/// Chooses an action, types the answers of its form, reviews and writes it.
fn act(screen: &mut Screen, action: &str, keys: &str, seen: &str, state: &str) {
    choose(screen, action);
    screen.wait("steg 1 av 2");
    screen.press(keys);
    screen.press(REVIEW);
    screen.wait("steg 2 av 2");
    screen.wait(seen);
    screen.press(ENTER);
    let said = format!("{action}. Nu: {state}");
    screen.wait_for(&said, |shown| {
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        flat.contains(&said) && !shown.contains("steg 2 av 2")
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn els_17_a_notification_is_made_and_filled_from_the_register_in_swedish() {
    let world = sweden().await;
    let mut installer = sit_down(&world, "ingrid");
    let agent = sit_down(&world, "anna");

    // ELS-02…08: a new one, with its title
    made(&mut installer);
    installer.wait("säkringsändring - anläggning med en mätare, ej skickat");
    // ELS-25: what is missing is listed, with a sign
    installer.wait("obligatoriska fält saknas");
    assert!(!agent.text().contains("IN-"), "ELS-29: {}", agent.text());

    // ELS-10…17: fetched, looked at, then written
    fetched(&mut installer);
    installer.wait_for("the plant in the case", |shown| {
        shown.contains("Registergatan 1")
    });
    assert!(!agent.text().contains("IN-"), "ELS-29: {}", agent.text());

    for mut screen in [installer, agent] {
        assert!(screen.leave_desk().success());
    }
    let auditor = world.db.store("auditor_1");
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, []);
}

const OWNER: &str = "1\t\t\tLindqvist\tEbba\t811228-9874\t\t\tStorgatan 3\t25222\tHelsingborg\t\
    0700 000 000";

/// A notification with its head (ELS-03…08).
fn made(installer: &mut Screen) {
    installer.press("o");
    installer.wait_for("the process", |shown| {
        digit(shown, "Installatörsanmälan").is_some()
    });
    installer.press("1");
    installer.wait("steg 1 av 2");
    installer.press("1\t2\t1\t1");
    installer.press(REVIEW);
    installer.wait("steg 2 av 2");
    installer.press(ENTER);
    installer.wait("är öppnat.");
}

/// The plant, fetched, looked at, and written (ELS-10…17).
fn fetched(installer: &mut Screen) {
    let fetch = "SE-4711\t\t";
    act(installer, "Hämta anl-data", fetch, "hittad", "ej skickat");
    act(installer, "Uppdatera och stäng", "", "", "ej skickat");
}

fn begun(installer: &mut Screen) {
    made(installer);
    fetched(installer);
}

/// All of it, up to where it may be sent.
fn filled(installer: &mut Screen) {
    act(
        installer,
        "Redigera ägaren",
        OWNER,
        "Lindqvist",
        "ej skickat",
    );
    rest(installer);
}

/// … and sent.
fn sent(installer: &mut Screen) {
    begun(installer);
    filled(installer);
    let state = "för godkännande";
    act(installer, "Skicka för godkännande", "", "", state);
}

/// What is left once the owner is there.
fn rest(installer: &mut Screen) {
    let unsent = "ej skickat";
    act(installer, "Kopiera från ägare", "", "", unsent);
    let plant = "\t\t\t1";
    act(
        installer,
        "Redigera anläggningen",
        plant,
        "på fasaden",
        unsent,
    );
    act(installer, "Det är rätt kund", "1", "", unsent);
}

/// The agent opens the queue of installations and takes the only case in it.
fn takes(agent: &mut Screen, state: &str) {
    agent.press("\x1b");
    let is_there = |shown: &str| shown.contains("IN-") && shown.contains(state);
    for _ in 0..200 {
        std::thread::sleep(std::time::Duration::from_millis(300));
        if is_there(&agent.text()) {
            break;
        }
        agent.press("]");
    }
    agent.press("c");
    agent.wait("är ditt.");
}

/// What was sent reaches the agent; both see that state.
fn both_see(screens: [&Screen; 2], state: &str) {
    for screen in screens {
        screen.wait_for(state, |shown| shown.contains(state));
    }
}

/// ELS-11…31, table 2.6 by keyboard, in Swedish, both sides: made, fetched, the owner copied to the payer,
/// missing fields in red with their list, saved, sent; returned, mended, permitted, completed, energised.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one way, step by step")]
async fn els_31_the_whole_way_by_both_sides_in_swedish() {
    let world = sweden().await;
    let mut installer = sit_down(&world, "ingrid");
    let mut agent = sit_down(&world, "anna");
    begun(&mut installer);

    // ELS-09: the print version is a page
    installer.press("W");
    installer.wait("utskriven");
    installer.wait("mätpunktens EAN              735999100000000010");
    installer.press("\x1b");
    installer.wait_for("the case", |shown| !shown.contains("utskriven"));

    // ELS-25: while filling in, what is missing has a sign, and stands in a list below
    choose(&mut installer, "Redigera ägaren");
    installer.wait("steg 1 av 2");
    installer.wait("ägare: privat/företag   !");
    installer.press("1");
    installer.wait("ägare: efternamn        !");
    installer.wait("obligatoriska fält saknas: önskad mätarplacering");
    installer.press("\t\t\tLindqvist\t");
    installer.wait("ägare: efternamn          Lindqvist");
    installer.press("Ebba\t811228-9874\t\t\tStorgatan 3\t25222\tHelsingborg\t0700 000 000");
    installer.press(REVIEW);
    installer.wait("steg 2 av 2");
    installer.press(ENTER);
    installer.wait("Redigera ägaren. Nu: ej skickat");

    // ELS-28: what is not complete is not sent, and the list says what is missing
    choose(&mut installer, "Spara");
    installer.wait("obligatoriska fält är tomma");
    installer.press("\x1b");
    installer.wait_for("the case", |shown| !shown.contains("steg 1 av 2"));
    rest(&mut installer);
    assert!(!agent.text().contains("IN-"), "ELS-29: {}", agent.text());

    // ELS-26, ELS-27: saving asks; no keeps it, yes sends it
    act(&mut installer, "Spara", "2", "", "ej skickat");
    assert!(!agent.text().contains("IN-"), "ELS-29: {}", agent.text());
    act(
        &mut installer,
        "Spara",
        "1",
        "för godkännande",
        "för godkännande",
    );

    takes(&mut agent, "för godkännande");
    act(
        &mut agent,
        "Returnera, ofullständig",
        "Säkringen saknas.",
        "retur",
        "returnerad",
    );
    both_see([&installer, &agent], "returnerad");
    act(
        &mut installer,
        "Redigera anläggningen",
        "\t\t\t\t16\t25",
        "25",
        "returnerad",
    );
    act(&mut installer, "Skicka igen", "", "", "för godkännande");
    takes(&mut agent, "för godkännande");
    act(
        &mut agent,
        "Ge medgivande",
        "",
        "medgivande till installatören",
        "medgiven",
    );
    both_see([&installer, &agent], "medgiven");
    act(
        &mut installer,
        "Färdiganmäl",
        "idag",
        "koppla in",
        "färdiganmäld",
    );
    takes(&mut agent, "färdiganmäld");
    act(
        &mut agent,
        "Inkopplad",
        "idag",
        "avslutad: inkopplad",
        "avslutad: inkopplad",
    );

    for mut screen in [installer, agent] {
        assert!(screen.leave_desk().success());
    }
    ended(&world, "closed_energised").await;
}

/// ELS-31: the other ends: rejected, and a permit that nobody used.
#[tokio::test(flavor = "multi_thread")]
async fn els_31_rejected_and_expired_in_swedish() {
    let world = sweden().await;
    let (mut installer, mut agent) = (sit_down(&world, "ingrid"), sit_down(&world, "anna"));
    sent(&mut installer);
    takes(&mut agent, "för godkännande");
    act(
        &mut agent,
        "Avslå",
        "Adressen ligger i ett annat nät.",
        "avslag",
        "avslagen",
    );
    sent(&mut installer);
    takes(&mut agent, "för godkännande");
    act(
        &mut agent,
        "Ge medgivande",
        "",
        "medgivande till installatören",
        "medgiven",
    );
    world.admin.clock_shift(370 * 24 * 3_600).await.unwrap();
    let options = options(&folder("els-walk"));
    let worker = Worker::open(world.db.store("worker_1"), options).await;
    worker.unwrap().fire_due().await.unwrap();
    for mut screen in [installer, agent] {
        assert!(screen.leave_desk().success());
    }
    ended(&world, "closed_rejected").await;
    ended(&world, "closed_expired").await;
}

async fn ended(world: &World, state: &str) {
    let sql = "SELECT count(*) FROM loket.cases WHERE process = 'notification' AND state = $1";
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let count: i64 = sqlx::query_scalar(sql)
        .bind(state)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 1, "{state}");
    let auditor = world.db.store("auditor_1");
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, []);
}
