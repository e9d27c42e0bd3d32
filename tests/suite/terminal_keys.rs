//! The real console with keys and themes of one's own: a mistake in them is said and hinders nothing,
//! the palette works at the real keyboard, and no colour is sent where none is wanted.

use std::path::PathBuf;

use uuid::Uuid;

use crate::support::keys::{ENTER, ESC};
use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (120, 40);

/// A folder of settings; gone with the test.
struct Own(PathBuf);

impl Own {
    fn new() -> Self {
        let home = std::env::temp_dir().join(format!("loket-own-{}", Uuid::now_v7()));
        let folder = home.join("loket");
        std::fs::create_dir_all(folder.join("theme")).unwrap();
        let keys = "[keys]\nclaim = [\"ctrl-m\"]\nnote = [\"N\"]\n";
        std::fs::write(folder.join("keymap.toml"), keys).unwrap();
        let theme = "[title]\nfg = \"#ff8700\"\n";
        std::fs::write(folder.join("theme/evening.toml"), theme).unwrap();
        Self(home)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn raw(screen: &Screen) -> String {
    String::from_utf8_lossy(&screen.raw()).into_owned()
}

/// Whether a colour is among the styles that were sent.
fn is_coloured(sent: &str) -> bool {
    let styles = sent.split("\u{1b}[").skip(1).filter_map(|it| {
        let end = it.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
        it[end..].starts_with('m').then(|| it[..end].to_owned())
    });
    styles.into_iter().any(|style| {
        style.split(';').any(|part| {
            let number: u32 = part.parse().unwrap_or(0);
            matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_themes_of_ones_own_at_the_real_keyboard() {
    let world = World::new().await;
    world.signal(1).await;
    let (own, url) = (Own::new(), world.db.url("anna"));
    let home = own.0.to_str().unwrap();
    let env = [("DATABASE_URL", url.as_str()), ("XDG_CONFIG_HOME", home)];
    let mut screen = Screen::start(&["console", "--theme", "evening"], &env, SIZE);
    screen.wait("keymap.toml:2: ctrl-m cannot be told from enter");
    screen.wait("contact the party");
    assert!(
        raw(&screen).contains("8;5;208"),
        "the theme, in the colours that there are"
    );
    screen.press("N");
    screen.wait("Add a note");
    screen.press(ESC);
    screen.wait("contact the party");
    screen.press(":");
    screen.wait("Takes this case");
    screen.press("them");
    screen.press(ENTER);
    screen.press("mono");
    screen.press(ENTER);
    screen.wait("Theme: mono.");
    screen.press("g");
    screen.wait("g and then");
    screen.press("m");
    screen.wait("You hold no case. Press n");
    screen.press("q");
    assert!(screen.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_colour_is_sent_where_none_is_wanted() {
    let world = World::new().await;
    world.signal(1).await;
    let url = world.db.url("anna");
    for (name, value) in [
        ("NO_COLOR", "1"),
        ("TERM", "vt220"),
        ("LOKET_THEME", "mono"),
    ] {
        let env = [("DATABASE_URL", url.as_str()), (name, value)];
        let mut screen = Screen::start(&["console"], &env, SIZE);
        screen.wait("contact the party");
        screen.press("j");
        screen.press("q");
        assert!(screen.ended().success());
        assert!(!is_coloured(&raw(&screen)), "{name}={value}");
    }
    let mut screen = Screen::desk(&url, SIZE);
    screen.wait("contact the party");
    screen.press("q");
    assert!(screen.ended().success());
    assert!(is_coloured(&raw(&screen)), "colours are there otherwise");
}

/// A theme that there is not: by option it is wrong usage, by a file or variable it is said.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_theme_is_said_with_those_that_there_are() {
    let world = World::new().await;
    world.signal(1).await;
    let url = world.db.url("anna");
    let env = [("DATABASE_URL", url.as_str())];
    let mut screen = Screen::start(&["console", "--theme", "rose"], &env, SIZE);
    screen.wait("there is no theme rose, only default, light, high-contrast, mono");
    assert_eq!(screen.ended().exit_code(), 2);
    let env = [("DATABASE_URL", url.as_str()), ("LOKET_THEME", "rose")];
    let mut screen = Screen::start(&["console"], &env, SIZE);
    screen.wait("LOKET_THEME: there is no theme rose");
    screen.wait("contact the party");
    screen.press("q");
    assert!(screen.ended().success());
}
