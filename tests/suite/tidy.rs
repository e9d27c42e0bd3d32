//! The house rules that a compiler does not know: layers, sizes, words. See STYLE.md.

use std::path::{Path, PathBuf};

/// Lines of a file without its unit tests.
const FILE_LINES_MAX: usize = 400;
/// Characters of a line of source. rustfmt wraps code; this catches texts and comments.
const LINE_CHARS_MAX: usize = 110;

/// What a module may use of this crate; a module that is not listed sees everything.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("text", &["text", "domain"]),
    ("system", &["system"]),
    ("process", &["domain", "process"]),
    ("wash", &["domain", "wash"]),
    ("store", &["domain", "process", "store"]),
    (
        "exchange",
        &[
            "domain", "process", "store", "wash", "exchange", "text", "system", "config",
        ],
    ),
    ("desk", &["domain", "process", "store", "desk", "text"]),
    (
        "view",
        &["domain", "process", "store", "desk", "view", "text", "wash"],
    ),
    (
        "plain",
        &[
            "domain", "process", "store", "desk", "view", "plain", "text",
        ],
    ),
    ("terminal", &["desk", "terminal", "system", "text"]),
    ("local_postgres", &["local_postgres", "system"]),
];

/// Crates that stay out of a layer, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    (
        "domain",
        &["sqlx", "tokio", "ratatui", "crossterm"],
        "the core is pure",
    ),
    (
        "process",
        &["sqlx", "tokio", "ratatui", "crossterm"],
        "the core is pure",
    ),
    (
        "desk",
        &["sqlx", "tokio", "ratatui", "crossterm"],
        "the desk is a pure function of its input",
    ),
    (
        "view",
        &["sqlx", "tokio", "crossterm"],
        "the view only draws",
    ),
    (
        "plain",
        &["sqlx", "tokio", "crossterm"],
        "the lines are a view too",
    ),
    (
        "store",
        &["ratatui", "crossterm"],
        "the store knows no screen",
    ),
    (
        "exchange",
        &["ratatui", "crossterm"],
        "the world outside knows no screen",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The source without its unit tests.
fn product(text: &str) -> &str {
    text.split("\n#[cfg(test)]\n").next().unwrap_or(text)
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = product(text)
        .lines()
        .enumerate()
        .map(|(n, line)| (n + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The module a source file belongs to: `src/store/case.rs` and `src/store.rs` to `store`.
fn module(path: &Path) -> String {
    let part = path
        .components()
        .nth(1)
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    part.trim_end_matches(".rs").to_owned()
}

#[test]
fn layers_use_only_what_lies_below() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let module = module(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            continue;
        };
        for (number, line) in code_lines(&text) {
            for used in line.split("crate::").skip(1) {
                let used: String = used
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if !used.is_empty() && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{number}: {module} uses {used}", path.display()));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn crates_stay_out_of_layers_that_must_not_know_them() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let module = module(&path);
        for (_, crates, why) in FORBIDDEN.iter().filter(|(name, ..)| *name == module) {
            for (number, line) in code_lines(&text) {
                for name in *crates {
                    if line.contains(&format!("{name}::")) {
                        wrong.push(format!(
                            "{}:{number}: {name} in {module}: {why}",
                            path.display()
                        ));
                    }
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn sql_stands_in_the_store_and_nowhere_else() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        if ["store", "local_postgres"].contains(&module(&path).as_str()) {
            continue;
        }
        for (number, line) in code_lines(&text) {
            if line.contains("sqlx::query") || line.contains("AssertSqlSafe") {
                wrong.push(format!("{}:{number}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn files_and_lines_stay_readable() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let lines = product(&text).lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{}: {lines} lines", path.display()));
        }
    }
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        for (number, line) in text.lines().enumerate() {
            if line.chars().count() > LINE_CHARS_MAX && !line.contains("://") {
                wrong.push(format!("{}:{}: too long", path.display(), number + 1));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = sources("src")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(silent, Vec::<PathBuf>::new());
}

#[test]
fn nothing_is_left_unfinished_or_silenced() {
    let words = ["todo!(", "unimplemented!(", "FIXME", "#[ignore", "#[allow("];
    let mut wrong = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        if path.ends_with("tidy.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Every refusal of the database says why and what to do, in every language.
#[test]
fn every_refusal_of_the_database_has_its_words() {
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(root().join("migrations")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for key in text.split("refuse('").skip(1) {
            let key = format!("refusal.{}", key.split('\'').next().unwrap());
            let words = loket::text::LANGUAGES.map(loket::text::Texts::load);
            if words.iter().any(|texts| texts.find(&key).is_none()) {
                missing.push(key);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// What the command line prints goes through the shell, which takes out what a terminal obeys.
#[test]
fn the_command_line_prints_only_what_was_cleaned() {
    let words = ["system::print_line(", "system::print_error("];
    let mut wrong = Vec::new();
    for (path, text) in sources("src/cli") {
        let is_free = !path.ends_with("shell.rs");
        if is_free && words.iter().any(|word| text.contains(word)) {
            wrong.push(path);
        }
    }
    assert_eq!(wrong, Vec::<std::path::PathBuf>::new());
}
