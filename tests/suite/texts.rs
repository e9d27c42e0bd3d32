//! The words that people see: every language says everything, nothing is said that nobody asks for,
//! labels fit, and a screen reader or a terminal can show every character.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use loket::text::{LANGUAGES, Texts, next_variable};

fn variables(mut text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    while let Some((_, name, after)) = next_variable(text) {
        names.insert(name);
        text = after;
    }
    names
}

fn words(lang: &str) -> BTreeMap<String, String> {
    let texts = Texts::alone(lang);
    let keys = texts.keys().map(|key| (key.to_owned(), texts.say(key)));
    keys.collect()
}

/// Every language says everything, with the same values in it.
#[test]
fn every_language_has_the_same_keys_and_variables() {
    let english = words("en");
    let mut wrong = Vec::new();
    for lang in LANGUAGES {
        let other = words(lang);
        for (key, text) in &english {
            match other.get(key) {
                None => wrong.push(format!("{lang} lacks {key}")),
                Some(said) if said.is_empty() => {
                    wrong.push(format!("{lang}: {key} says nothing"));
                }
                Some(said) if variables(said) != variables(text) => {
                    wrong.push(format!("{lang}: {key} has other values"));
                }
                Some(_) => {}
            }
        }
        let extra = other.keys().filter(|key| !english.contains_key(*key));
        wrong.extend(extra.map(|key| format!("{lang}: nobody else has {key}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// A text that was copied and not translated: long sentences of two languages are never the same.
#[test]
fn no_sentence_is_left_in_another_language() {
    let all = LANGUAGES.map(words);
    let mut wrong = Vec::new();
    for (at, one) in all.iter().enumerate() {
        for (key, text) in one {
            let is_word = |word: &&str| !word.is_empty() && !word.contains('{');
            let is_sentence = text.split(' ').filter(is_word).count() > 4;
            let twin = all[..at].iter().any(|other| other.get(key) == Some(text));
            if is_sentence && twin {
                wrong.push(format!("{} {key}: {text}", LANGUAGES[at]));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// One column each: letters of the four languages, figures, and the signs that people write with.
#[test]
fn every_character_can_be_shown() {
    for lang in LANGUAGES {
        for (key, text) in words(lang) {
            let is_fine = |c: char| {
                let is_letter =
                    c.is_alphabetic() && unicode_width::UnicodeWidthChar::width(c) == Some(1);
                c.is_ascii_graphic() || is_letter || " \u{a0}–…‘’“”«»³".contains(c)
            };
            let odd: Vec<char> = text.chars().filter(|c| !is_fine(*c)).collect();
            assert_eq!(odd, Vec::<char>::new(), "{lang}: {key}: {text}");
        }
    }
}

/// Room on the screen, in columns.
#[test]
fn labels_are_short_enough_for_the_screen() {
    let mut wrong = Vec::new();
    for lang in LANGUAGES {
        for (key, text) in words(lang) {
            let parts: Vec<&str> = key.split('.').collect();
            let most = match parts.as_slice() {
                ["status", _, "letter"] => 1,
                ["status", _, "word"] | ["weekday" | "month", _] => 5,
                ["command", .., "help"] => 150,
                ["command", _] => 22,
                ["key", _] => 10,
                ["preview", "until" | "shift"] => continue,
                ["preview", _] => 12,
                ["report", "word", _] => 20,
                ["how", _] => 14,
                _ => continue,
            };
            if text.chars().count() > most {
                wrong.push(format!("{lang}: {key} is longer than {most}: {text}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// All that the sources say in quotes, and what they put keys together from.
struct Sources {
    whole: BTreeSet<String>,
    made: Vec<String>,
    /// Beginnings that are put in front of a word: `'undo_' || kept`.
    begun: BTreeSet<String>,
}

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Self {
            whole: BTreeSet::new(),
            made: Vec::new(),
            begun: BTreeSet::new(),
        };
        for folder in ["src", "migrations", "assets/calendars", "assets/letters/en"] {
            sources.folder(&root.join(folder));
        }
        sources
    }

    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.folder(&path);
            } else {
                self.file(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    fn file(&mut self, text: &str) {
        let code = text.split("\n#[cfg(test)]\n").next().unwrap_or(text);
        for quote in ['"', '\''] {
            for line in code.lines() {
                for part in line.split(quote).skip(1) {
                    self.take(part);
                }
            }
        }
        // names of enumerations and fields become keys by serde
        let names = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.whole.extend(names.map(snake));
    }

    fn take(&mut self, part: &str) {
        if part.contains('{') && part.contains('.') {
            self.made.push(part.to_owned());
        }
        if part.ends_with('_') {
            self.begun.insert(part.to_owned());
        }
        self.whole.insert(part.to_owned());
    }

    /// Whether a source names the key, or makes it of parts that are named.
    fn ask_for(&self, key: &str) -> bool {
        let made = || {
            let parts = self.made.iter().filter_map(|made| parts(made, key));
            let mut parts = parts;
            parts.any(|parts| parts.iter().all(|part| self.is_named(part)))
        };
        self.whole.contains(key) || made()
    }

    fn is_named(&self, part: &str) -> bool {
        let is_number = part.chars().all(|c| c.is_ascii_digit());
        let mut begun = self.begun.iter();
        let is_begun = |begun: &String| {
            let rest = part.strip_prefix(begun.as_str());
            rest.is_some_and(|rest| self.whole.contains(rest))
        };
        is_number
            || self.whole.contains(part)
            || begun.any(is_begun)
            || part.contains('.') && part.split('.').all(|one| self.is_named(one))
    }
}

/// `TakenOver` as serde writes it.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.char_indices() {
        if c.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// What the places of a made key stand for; `None` when it never makes that key.
fn parts<'a>(made: &'a str, key: &'a str) -> Option<Vec<&'a str>> {
    let (before, _, mut after) = next_variable(made)?;
    let mut rest = key.strip_prefix(before)?;
    let mut parts = Vec::new();
    loop {
        match next_variable(after) {
            None => {
                let part = rest.strip_suffix(after)?;
                parts.push(part);
                return (parts.iter().all(|part| !part.is_empty())).then_some(parts);
            }
            Some((between, _, behind)) => {
                let (part, left) = rest.split_once(between).filter(|_| !between.is_empty())?;
                parts.push(part);
                (rest, after) = (left, behind);
            }
        }
    }
}

/// A text that nobody says any more is taken out, in all languages. Rules stay: all of the procedure
/// have their words, also those that no process cites yet.
#[test]
fn every_text_is_said_somewhere() {
    let sources = Sources::read();
    assert!(
        !sources.ask_for("detail.no_such_text"),
        "the test sees nothing"
    );
    let unused: Vec<String> = words("en")
        .into_keys()
        .filter(|key| !key.starts_with("rule.") && !sources.ask_for(key))
        .collect();
    assert_eq!(unused, Vec::<String>::new());
}
