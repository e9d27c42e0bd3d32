//! `loket keys`, `config`, `completions`, `man`, and docs/keys.md: all from the one table of commands
//! and the one table of settings. After a change of keys: `LOKET_DOCS=write cargo test cli_keys`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use loket::cli::Cli;
use loket::config::setting::SETTINGS;
use loket::desk::command::{COMMANDS, Context, all_in};
use loket::desk::keymap::Keymap;
use loket::system;
use loket::text::Texts;
use uuid::Uuid;

use crate::support::screen::Screen;
use crate::support::shell::Shell;

/// A home with files of its own; gone with the test.
struct Home(PathBuf);

impl Home {
    fn with(files: &[(&str, &str)]) -> Self {
        let home = std::env::temp_dir().join(format!("loket-home-{}", Uuid::now_v7()));
        for (name, text) in files {
            let path = home.join("loket").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(home)
    }

    fn shell(&self) -> Shell {
        Shell::bare().with("XDG_CONFIG_HOME", self.0.to_str().unwrap())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Keymap, table of commands and texts, as the command line prints them.
#[test]
fn every_key_of_every_context_is_listed() {
    let keymap = Keymap::shipped().unwrap();
    let lines = Shell::bare().json("keys");
    let mut lines = lines.iter();
    for context in Context::ALL {
        for command in all_in(context) {
            let line = lines.next().unwrap();
            let keys = keymap.keys_in(command, context).map(ToString::to_string);
            let keys: Vec<String> = keys.collect();
            assert_eq!(line["context"], context.key());
            assert_eq!(line["command"], command.name);
            assert_eq!(line["keys"], serde_json::json!(keys), "{}", command.name);
            assert_eq!(line["origin"], "default");
            let is_reached = !keys.is_empty() || line["palette"] == true;
            assert!(is_reached, "{} in {}", command.name, context.key());
        }
    }
    assert!(lines.next().is_none());
    let board = Shell::bare().json("keys --context board");
    assert_eq!(board.len(), all_in(Context::Board).count());
    let said = Shell::bare().run("keys --context nowhere");
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("nowhere") && said.err.contains("on_time"),
        "{said:?}"
    );
}

#[test]
fn keys_of_ones_own_are_listed_with_their_line_and_mistakes_are_said() {
    let home = Home::with(&[(
        "keymap.toml",
        "[keys]\nnote = [\"N\"]\nclaim = [\"ctrl-m\"]\n",
    )]);
    let said = home.shell().run("keys --context list");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("keymap.toml:3: ctrl-m"), "{said:?}");
    let note = said
        .out
        .lines()
        .find(|line| line.starts_with("  N  "))
        .unwrap();
    assert!(note.contains("keymap.toml:2"), "{note}");
    assert!(
        said.out.lines().any(|line| line.starts_with("  c  ")),
        "the default counts"
    );
}

#[test]
fn every_setting_is_shown_with_its_value_and_where_it_comes_from() {
    let home = Home::with(&[(
        "config.toml",
        "theme = \"mono\"\n[database]\nurl = \"postgres://anna:geheim@db/loket\"\n",
    )]);
    let shell = home.shell().with("LOKET_OUTBOX_ATTEMPTS", "7");
    let lines = shell.json("config show --lang nl");
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line["setting"].as_str().unwrap())
        .collect();
    let wanted: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(names, wanted);
    let of = |name: &str| lines.iter().find(|line| line["setting"] == name).unwrap();
    let at = home.0.join("loket/config.toml");
    assert_eq!(of("theme")["value"], "mono");
    assert_eq!(of("theme")["origin"], "file");
    assert_eq!(of("theme")["at"], format!("{}:1", at.display()));
    assert_eq!(of("outbox.attempts")["value"], 7);
    assert_eq!(of("outbox.attempts")["origin"], "environment");
    assert_eq!(of("outbox.attempts")["at"], "LOKET_OUTBOX_ATTEMPTS");
    assert_eq!(
        (&of("lang")["origin"], &of("lang")["at"]),
        (&"option".into(), &"--lang".into())
    );
    assert_eq!(of("log")["origin"], "default");
    let shown = shell.ok("config");
    assert!(!shown.contains("geheim"), "{shown}");
    assert!(shown.contains("postgres://anna:...@db/loket"), "{shown}");
    assert_eq!(shell.ok("config get theme"), "mono\n");
    assert_eq!(
        shell.ok("config get outbox.attempts --config /dev/null"),
        "7\n"
    );
    let unknown = shell.run("config get tongue");
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("tongue"), "{unknown:?}");
}

#[test]
fn the_files_that_are_looked_at_are_named_in_order() {
    let home = Home::with(&[("keymap.toml", "[keys]\n")]);
    let lines = home.shell().json("config path");
    let own = home.0.join("loket");
    let wanted = ["/etc/loket", own.to_str().unwrap()].map(|folder| {
        ["config.toml", "keymap.toml", "theme"].map(|name| format!("{folder}/{name}"))
    });
    let paths: Vec<&str> = lines
        .iter()
        .map(|line| line["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, wanted.concat());
    assert_eq!(
        (&lines[4]["there"], &lines[3]["there"]),
        (&true.into(), &false.into())
    );
}

/// A name of a file is a link on a terminal that is known to take one, or when links are asked for;
/// never in a pipe, and never of a file that is not there.
#[test]
fn files_are_links_where_the_terminal_takes_them() {
    let home = Home::with(&[("keymap.toml", "[keys]\n")]);
    let place = home.0.to_str().unwrap();
    let sent = |more: &[(&str, &str)]| {
        let env = [&[("XDG_CONFIG_HOME", place)], more].concat();
        let mut screen = Screen::start(&["config", "path"], &env, (200, 24));
        assert!(screen.ended().success());
        assert!(
            screen.text().contains("keymap.toml (there)"),
            "{}",
            screen.text()
        );
        String::from_utf8(screen.raw()).unwrap()
    };
    assert!(!sent(&[]).contains("\u{1b}]8"), "nothing is known of it");
    let known = sent(&[("VTE_VERSION", "7600")]);
    let path = format!("{place}/loket/keymap.toml\u{1b}\\");
    assert!(
        known.contains("\u{1b}]8;;file://") && known.contains(&path),
        "{known:?}"
    );
    assert_eq!(known.matches("\u{1b}]8;;file:").count(), 1, "{known:?}");
    assert!(sent(&[("LOKET_LINKS", "on")]).contains("\u{1b}]8;;file://"));
    let off = [("VTE_VERSION", "7600"), ("LOKET_LINKS", "off")];
    assert!(!sent(&off).contains("\u{1b}]8"));
    let piped = home.shell().with("LOKET_LINKS", "on").ok("config path");
    assert!(!piped.contains('\u{1b}'), "{piped:?}");
}

/// An unknown theme by flag is wrong usage, whatever else would be wrong.
#[test]
fn a_theme_that_there_is_not_is_refused_with_those_there_are() {
    let help = Shell::bare().ok("--help");
    assert!(help.contains("--theme"), "{help}");
    let (themes, _) = loket::view::Themes::with(&[], loket::view::theme::Colours::On);
    for name in themes.names() {
        assert!(help.contains(&name), "{name}: {help}");
    }
}

#[test]
fn every_shell_is_given_its_completions() {
    for kind in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Shell::bare().ok(&format!("completions {kind}"));
        for command in Cli::command()
            .get_subcommands()
            .filter(|it| !it.is_hide_set())
        {
            assert!(
                script.contains(command.get_name()),
                "{kind}: {}",
                command.get_name()
            );
        }
    }
}

/// The manual page says every command of the desk and every setting; there is a page a command.
#[test]
fn the_manual_pages_say_all_that_there_is() {
    let page = Shell::bare().ok("man");
    assert!(page.contains(".TH loket 1"), "{page}");
    let texts = Keymap::shipped().unwrap().spell(&Texts::load("en"));
    let roff = |text: &str| text.replace('\\', "\\e").replace('-', "\\-");
    for command in COMMANDS {
        let help = texts.say(&format!("command.{}.help", command.name));
        assert!(page.contains(&roff(&help)), "{}", command.name);
    }
    for setting in SETTINGS {
        assert!(page.contains(&setting.env()), "{}", setting.key);
    }
    let home = Home::with(&[]);
    let folder = home.0.join("man1");
    Shell::bare().ok(&format!("man {}", folder.display()));
    assert_eq!(
        std::fs::read_to_string(folder.join("loket.1")).unwrap(),
        page
    );
    pages(&Cli::command(), "loket", &folder);
}

fn pages(command: &clap::Command, name: &str, folder: &Path) {
    assert!(
        folder.join(format!("{name}.1")).is_file(),
        "no page {name}.1"
    );
    for inner in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        if inner.get_name() != "help" {
            pages(inner, &format!("{name}-{}", inner.get_name()), folder);
        }
    }
}

/// docs/keys.md, from the shipped keys.
#[test]
fn the_keys_in_the_docs_are_those_of_the_program() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let made = document();
    if system::env("LOKET_DOCS").as_deref() == Some("write") {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "docs/keys.md is not what the program has; see the module"
    );
}

fn document() -> String {
    let keymap = Keymap::shipped().unwrap();
    let texts = keymap.spell(&Texts::load("en"));
    let mut page = String::from(
        "# Keys\n\nMade from the table of commands by a test; your own keys are shown by `loket keys`. \
         A name behind a\ncolon is written in the palette (`:`). Keys one after the other have a space \
         between them.\n",
    );
    for context in Context::ALL {
        let title = texts.say(&format!("context.{}", context.key()));
        let _ = write!(
            page,
            "\n## {title}\n\n| keys | command | what it does |\n|---|---|---|\n"
        );
        for command in all_in(context) {
            let calls = keymap.calls(command, context);
            let keys: Vec<String> = calls.iter().map(|key| format!("`{key}`")).collect();
            let name = texts.say(&format!("command.{}", command.name));
            let help = texts.say(&format!("command.{}.help", command.name));
            let _ = writeln!(page, "| {} | {name} | {help} |", keys.join(" "));
        }
    }
    page
}
