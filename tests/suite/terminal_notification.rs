//! The real program in Swedish, in a window of 80 by 24: an installer makes a notification and fills it
//! from the register, while an agent of the grid company sees nothing of it (ELS-02…17, ELS-25, ELS-29).

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

/// The keys that choose the possible line with those words: what became possible while the list lies
/// there stands at its end, without a digit.
fn keys_to(shown: &str, words: &str) -> Option<String> {
    let first = |line: &&str| !line.starts_with("  1 ");
    let mut possible = shown.lines().skip_while(first);
    let mut possible = possible.by_ref().take_while(|line| !line.trim().is_empty());
    let place =
        possible.position(|line| line.get(4..).is_some_and(|name| name.starts_with(words)))?;
    Some(format!("{}{ENTER}", "j".repeat(place)))
}

/// Chooses an action, types the answers of its form, reviews and writes it.
fn act(screen: &mut Screen, action: &str, keys: &str, seen: &str, state: &str) {
    screen.press("a");
    screen.wait_for(action, |shown| keys_to(shown, action).is_some());
    let keys_there = keys_to(&screen.text(), action).unwrap();
    screen.press(&keys_there);
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
    installer.press("o");
    installer.wait_for("the process", |shown| {
        keys_to(shown, "Installatörsanmälan").is_some()
    });
    installer.press("1");
    installer.wait("steg 1 av 2");
    installer.press("1\t2\t1\t1");
    installer.press(REVIEW);
    installer.wait("steg 2 av 2");
    installer.press(ENTER);
    installer.wait("är öppnat.");
    installer.wait("säkringsändring - anläggning med en mätare, ej skickat");
    // ELS-25: what is missing is listed, with a sign
    installer.wait("obligatoriska fält saknas");
    assert!(!agent.text().contains("IN-"), "ELS-29: {}", agent.text());

    // ELS-10…17: fetched, looked at, then written
    act(
        &mut installer,
        "Hämta anl-data",
        "SE-4711\t\t",
        "hittad",
        "ej skickat",
    );
    act(&mut installer, "Uppdatera och stäng", "", "", "ej skickat");
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
