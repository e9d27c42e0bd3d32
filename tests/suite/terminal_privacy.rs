//! Lock, copy, mouse and the rest of the terminal's manners, on a real pseudo-terminal.

use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (160, 40);

fn raw(screen: &Screen) -> String {
    String::from_utf8_lossy(&screen.raw()).into_owned()
}

/// U with a purpose shows what is masked and tells the history; L hides all of it; y hands the number
/// to the terminal; no title of the window was ever set.
#[tokio::test(flavor = "multi_thread")]
async fn unmasking_locking_and_copying_work_on_a_real_terminal() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("***67");
    screen.press("U");
    screen.wait("which purpose");
    screen.press("1");
    screen.wait("+31201234567");
    screen.wait("masked data looked");
    screen.press("L");
    screen.wait("Locked since");
    let text = screen.text();
    for hidden in ["+31201234567", "GT-", "Zonnebloem", "anna"] {
        assert!(
            !text.contains(hidden),
            "{hidden} is on the locked screen:\n{text}"
        );
    }
    screen.press(" ");
    screen.wait("***67");
    assert!(!screen.text().contains("+31201234567"), "masked again");
    screen.press("y\r");
    screen.wait("Handed to your terminal");
    let row = &world.admin.rows(&[case]).await.unwrap()[0];
    let expected = loket::terminal::clipboard::copy(&row.case_no);
    assert!(raw(&screen).contains(&String::from_utf8(expected).unwrap()));
    for title in ["\u{1b}]0;", "\u{1b}]1;", "\u{1b}]2;"] {
        assert!(!raw(&screen).contains(title), "a title was set");
    }
    screen.press("q");
    assert!(screen.ended().success());
}

/// Off, so that the terminal's own selection works; on by a setting, and off again on leaving.
#[tokio::test(flavor = "multi_thread")]
async fn the_mouse_is_ours_only_when_it_was_asked_for() {
    let world = World::new().await;
    for n in 1..=3 {
        world.signal(n).await;
    }
    let url = world.db.url("anna");
    let mut plain = Screen::desk(&url, SIZE);
    plain.wait("contact the party");
    assert!(!raw(&plain).contains("\u{1b}[?1000h"));
    // taken while one works, and given back on leaving
    plain.press(":mouse\r");
    plain.wait("select text with shift");
    plain.press("q");
    assert!(plain.ended().success());
    let sent = raw(&plain);
    let (on, off) = (sent.find("\u{1b}[?1000h"), sent.rfind("\u{1b}[?1000l"));
    assert!(on.is_some() && off > on, "{on:?} {off:?}");

    let env = [("DATABASE_URL", url.as_str()), ("LOKET_MOUSE", "true")];
    let mut screen = Screen::start(&["console"], &env, SIZE);
    screen.wait("contact the party");
    screen.wait("-000003");
    let line = screen
        .text()
        .lines()
        .position(|line| line.contains("-000003"))
        .unwrap();
    // SGR: button 0 pressed, column 6, that row; from 1
    screen.press(&format!("\u{1b}[<0;6;{}M", line + 1));
    screen.wait_for("the case that was clicked on", |text| {
        text.lines().filter(|line| line.contains("-000003")).count() == 2
            || text.matches("-000003").count() >= 2
    });
    screen.press("q");
    assert!(screen.ended().success());
    let raw = raw(&screen);
    assert!(
        raw.rfind("\u{1b}[?1000l") > raw.rfind("\u{1b}[?1000h"),
        "given back"
    );
}

/// A shell with job control in which the console is started.
pub(crate) fn shell(url: &str) -> Screen {
    let env = [("DATABASE_URL", url), ("PS1", "ready> ")];
    let screen = Screen::start_program("bash", &["--norc", "--noprofile", "-i"], &env, SIZE);
    screen.wait("ready>");
    screen
}

/// Ctrl-z gives the shell the terminal as it was; fg draws everything again, also in another size.
#[tokio::test(flavor = "multi_thread")]
async fn suspending_and_coming_back_draws_everything_again() {
    let world = World::new().await;
    world.signal(1).await;
    let mut screen = shell(&world.db.url("anna"));
    screen.press(&format!("{} console\r", env!("CARGO_BIN_EXE_loket")));
    screen.wait("contact the party");
    screen.press("\u{1a}");
    screen.wait("Stopped");
    assert!(!screen.has_terminal(), "the alternate screen is left");
    screen.resize(100, 30);
    screen.press("fg\r");
    screen.wait_for("the desk in its new size", |text| {
        let lines: Vec<&str> = text.lines().collect();
        text.contains("contact the party") && lines.len() == 30 && lines[29].contains("help")
    });
    assert!(screen.has_terminal());
    screen.press("q");
    screen.wait_for("the prompt behind fg", |text| {
        text.matches("ready>").count() == 3
    });
    screen.press("exit\r");
    assert!(screen.ended().success());
}

/// The mode before and after a console, as `stty` says it.
fn modes(world: &World, mode: &str, flags: &str) -> (String, String) {
    let line = format!(
        "stty {mode}; stty -a >&3; echo end >&3; {} console {flags}; stty -a >&3; cat <&4",
        env!("CARGO_BIN_EXE_loket")
    );
    let kept = std::env::temp_dir().join(format!("loket-mode-{}", uuid::Uuid::now_v7()));
    let line = format!("exec 3>'{}' 4</dev/null; {line}", kept.display());
    let url = world.db.url("anna");
    let mut screen = Screen::start_program("bash", &["-c", &line], &[("DATABASE_URL", &url)], SIZE);
    screen.wait("contact the party");
    screen.press(if flags.is_empty() { "q" } else { "q\r" });
    assert!(screen.ended().success());
    let modes = std::fs::read_to_string(&kept).unwrap();
    std::fs::remove_file(&kept).unwrap();
    let (before, after) = modes.split_once("end\n").unwrap();
    (before.to_owned(), after.to_owned())
}

/// The mode of the terminal is left as it was found; but one that another program left raw is put
/// right, so that the shell has lines again.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_given_back_in_order() {
    let world = World::new().await;
    world.signal(1).await;
    for mode in ["sane", "sane -ixon -echok susp ^Y"] {
        let (before, after) = modes(&world, mode, "");
        assert_eq!(before, after, "{mode}");
    }
    for flags in ["", "--plain"] {
        let (before, after) = modes(&world, "raw -echo", flags);
        for word in ["icanon", "echo", "isig", "icrnl", "opost"] {
            assert!(before.contains(&format!("-{word} ")), "{word}: {before}");
            let is_on = after.split([' ', ';', '\n']).any(|it| it == word);
            assert!(is_on, "{word}: {after}");
        }
    }
}

/// Stopped from outside, without a chance to give the terminal away: the screen comes back whole.
#[tokio::test(flavor = "multi_thread")]
async fn being_stopped_from_outside_leaves_no_half_screen() {
    let world = World::new().await;
    world.signal(1).await;
    let mut screen = shell(&world.db.url("anna"));
    let kept = std::env::temp_dir().join(format!("loket-pid-{}", uuid::Uuid::now_v7()));
    let program = env!("CARGO_BIN_EXE_loket");
    let line = format!(
        "sh -c 'echo $$ >{}; exec {program} console'\r",
        kept.display()
    );
    screen.press(&line);
    screen.wait("contact the party");
    let pid = std::fs::read_to_string(&kept).unwrap();
    std::fs::remove_file(&kept).unwrap();
    let pid = nix::unistd::Pid::from_raw(pid.trim().parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGSTOP).unwrap();
    screen.wait("Stopped");
    screen.press("stty sane; clear; echo wiped\r");
    screen.wait_for("an empty screen", |text| {
        text.contains("wiped") && !text.contains("contact the party")
    });
    screen.press("fg\r");
    screen.wait("contact the party");
    assert!(screen.has_terminal());
    // a key counts without enter: the mode is ours again
    screen.press("?");
    screen.wait("Keys: the list");
    screen.press("?q");
    screen.wait_for("the prompt", |text| text.trim_end().ends_with("ready>"));
    screen.press("exit\r");
    assert!(screen.ended().success());
}

/// A line that is pasted is text, also where its letters are keys; nothing of it is obeyed.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_pasted_is_text_and_no_keys() {
    let world = World::new().await;
    world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    // on the list a paste means nothing: were these keys, the console would end
    screen.press("\u{1b}[200~q\rqqqq\r\u{1b}[201~");
    screen.press("t");
    screen.wait("step 1 of 2");
    screen.press("\u{1b}[200~first line\nsecond \u{7}line\u{1b}[201~");
    screen.wait_for("both lines", |text| {
        text.contains("first line") && text.contains("second line")
    });
    assert!(!screen.text().contains("step 2 of 2"), "enter is text too");
    screen.press("\u{3}");
    screen.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(screen.ended().success());
}

/// A window that is dragged sends hundreds of sizes; the last one counts, and every frame fits.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_sizes_ends_in_the_last_one() {
    let world = World::new().await;
    world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    for step in 0..200_u16 {
        screen.resize(59 + step % 100, 17 + step % 30);
    }
    screen.resize(90, 20);
    screen.wait_for("the footer in the last line", |text| {
        let lines: Vec<&str> = text.lines().collect();
        lines.len() == 20 && lines[19].contains("help") && lines[0].contains("loket")
    });
    screen.press("q");
    assert!(screen.ended().success());
}

/// Every frame is between the marks of a synchronized update, so that none is seen half drawn; and
/// nothing ever blinks.
#[tokio::test(flavor = "multi_thread")]
async fn frames_are_synchronized_and_nothing_blinks() {
    let world = World::new().await;
    world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    for key in ["j", "\t", "?", "?", "L"] {
        screen.press(key);
    }
    screen.wait("Locked since");
    screen.press("\u{3}");
    assert!(screen.ended().success());
    let raw = raw(&screen);
    let (on, off) = (
        raw.matches("\u{1b}[?2026h").count(),
        raw.matches("\u{1b}[?2026l").count(),
    );
    assert!(on > 2 && on == off, "{on} {off}");
    for style in raw.split("\u{1b}[").skip(1) {
        let Some((codes, _)) = style.split_once('m') else {
            continue;
        };
        let is_sgr = codes.chars().all(|c| c.is_ascii_digit() || c == ';');
        let blinks = is_sgr
            && codes
                .split(';')
                .next()
                .is_some_and(|code| matches!(code, "5" | "6"));
        assert!(!blinks, "{codes}");
    }
}
