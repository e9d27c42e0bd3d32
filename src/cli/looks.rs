//! Keys and themes of the user: files beside the settings, laid over those of the program. What is
//! wrong in them is said with file and line and left out.

use std::path::{Path, PathBuf};

use super::{CliError, Sentence, Shell, shell};
use crate::config::setting::THEME;
use crate::config::{Origin as SetBy, folders};
use crate::desk::keymap::Keymap;
use crate::desk::overlay::{Origin, Overlay, Problem};
use crate::process::notification::Lists;
use crate::system;
use crate::text::Texts;
use crate::view::Themes;
use crate::view::theme::{Colours, DEFAULT};

/// Bytes of a file at most; a full keymap has three thousand.
const MOST: u64 = 256 * 1024;
/// Themes of one folder at most.
const THEMES_MOST: usize = 100;

/// The keys of a folder.
pub(super) const KEYMAP: &str = "keymap.toml";
/// What installers choose from, of a folder.
const LISTS: &str = "notification.toml";
/// The folder of its themes.
pub(super) const THEME_FOLDER: &str = "theme";

/// Keys and themes as they are to be used.
#[derive(Debug, Default)]
pub(super) struct Looks {
    pub(super) keymap: Keymap,
    pub(super) themes: Themes,
    /// What installers choose from.
    pub(super) lists: Lists,
    /// What is wrong, in words, with file and line.
    pub(super) problems: Vec<String>,
}

/// Reads them all.
pub(super) fn read(shell: &Shell) -> Looks {
    let mut problems = Vec::new();
    let mut keys = Vec::new();
    let mut themes = Vec::new();
    for folder in folders(&shell.global.files(), &system::env) {
        keys.extend(file(&folder.join(KEYMAP), &mut problems));
        for (name, path) in theme_files(&folder.join(THEME_FOLDER)) {
            themes.extend(file(&path, &mut problems).map(|overlay| (name, overlay)));
        }
    }
    let (keymap, wrong) = Keymap::with(&keys);
    problems.extend(wrong);
    let colours = Colours::of(
        system::env("NO_COLOR").as_deref(),
        system::env("TERM").as_deref(),
        system::env("COLORTERM").as_deref(),
    );
    let (themes, wrong) = Themes::with(&themes, colours);
    problems.extend(wrong);
    let (lists, wrong) = lists(shell);
    let said = problems.iter().map(|problem| problem.said(&shell.texts));
    Looks {
        keymap,
        themes,
        lists,
        problems: said.chain(wrong).collect(),
    }
}

/// What installers choose from: the last file beside the settings that can be read, else what the
/// program brings; and what is wrong in those that cannot.
pub(super) fn lists(shell: &Shell) -> (Lists, Vec<String>) {
    let mut found = Lists::builtin().unwrap_or_default();
    let mut wrong = Vec::new();
    for folder in folders(&shell.global.files(), &system::env) {
        let path = folder.join(LISTS);
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        match Lists::parse(&text) {
            Ok(lists) => found = lists,
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    (found, wrong)
}

/// The same; what is wrong is said beside what the command prints.
pub(super) fn lists_said(shell: &Shell) -> Lists {
    let (found, wrong) = lists(shell);
    for line in &wrong {
        shell::error(line);
    }
    found
}

/// A file, if it is there and can be read.
fn file(path: &Path, problems: &mut Vec<Problem>) -> Option<Overlay> {
    let name = path.display().to_string();
    let read = std::fs::metadata(path).and_then(|about| {
        if about.len() > MOST {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        std::fs::read_to_string(path)
    });
    match read {
        Ok(text) => Some(Overlay { file: name, text }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            let args = [("why", &*error.to_string())];
            problems.push(Problem::new(Origin::File(name, 1), "unreadable", &args));
            None
        }
    }
}

/// The themes of a folder: name and path, by name.
fn theme_files(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(String, PathBuf)> = entries
        .take(THEMES_MOST)
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_toml = path.extension().is_some_and(|kind| kind == "toml");
            let name = path.file_stem()?.to_str()?.to_owned();
            is_toml.then_some((name, path))
        })
        .collect();
    found.sort();
    found
}

impl Looks {
    /// The theme that the settings name. An unknown one is a wrong flag, or a problem.
    pub(super) fn theme(&mut self, shell: &Shell) -> Result<String, CliError> {
        let name = shell.config.text(&THEME).unwrap_or(DEFAULT);
        if self.themes.get(name).is_some() {
            return Ok(name.to_owned());
        }
        let origin = shell.config.origin(&THEME);
        let known = self.themes.names().join(", ");
        let args = [("given", name), ("known", known.as_str())];
        if origin == SetBy::Flag {
            return Err(CliError::Usage(Sentence::new("overlay.no_theme", &args)));
        }
        let said = shell.texts.fill("overlay.no_theme", &args);
        self.problems.push(format!("{origin}: {said}"));
        Ok(DEFAULT.to_owned())
    }

    /// What is said on the screen at the start: the first problem, and how many more there are.
    pub(super) fn notes(&self, texts: &Texts) -> Option<String> {
        let first = self.problems.first()?;
        let more = self.problems.len() - 1;
        if more == 0 {
            return Some(first.clone());
        }
        let args = [("first", first.as_str()), ("n", &*more.to_string())];
        Some(texts.fill("overlay.and_more", &args))
    }
}
