//! The words that people see, by key, from `assets/text/<language>/*.toml`. English is complete;
//! what another language lacks is taken from it (a test makes sure that nothing is lacking).
//! How dates, numbers and money are written is in [`format`].
//!
//! This module must not know: who shows the words, and where.

pub mod format;
pub mod ledger;
pub mod refusal;
pub mod retell;
pub mod when;

use std::collections::HashMap;
use std::sync::Arc;

/// The files of one language: one file per area, all keys in one name space.
macro_rules! areas {
    ($lang:literal: $($area:literal),+ $(,)?) => {
        &[$(($area, include_str!(concat!("../assets/text/", $lang, "/", $area, ".toml")))),+]
    };
    ($lang:literal) => {
        areas!(
            $lang: "board", "bulk", "calendar", "claiming", "cli", "columns", "drafts", "exchange",
            "find", "format", "forms", "keys", "live", "plain", "privacy", "process", "terminal", "ui", "undo"
        )
    };
}

/// Area and text of each file of a language.
type Files = &'static [(&'static str, &'static str)];

/// The languages there are.
pub const LANGUAGES: [&str; 4] = ["en", "nl", "nb", "sv"];

/// The files of a language, by its name in [`LANGUAGES`].
fn files(lang: &str) -> Files {
    match lang {
        "nl" => areas!("nl"),
        "nb" => areas!("nb"),
        "sv" => areas!("sv"),
        _ => areas!("en"),
    }
}

/// The language that somebody means with `nl`, `nl-NL`, `nl_NL.UTF-8`; `no` and `nn` are served in
/// `nb`. `None` when there is no such language here.
pub fn known(lang: &str) -> Option<&'static str> {
    let wanted = lang.get(..2).unwrap_or_default().to_ascii_lowercase();
    let is_word = lang.chars().nth(2).is_none_or(|c| !c.is_alphanumeric());
    let wanted = match wanted.as_str() {
        "no" | "nn" => "nb",
        other => other,
    };
    let mut all = LANGUAGES.into_iter().filter(|_| is_word);
    all.find(|lang| *lang == wanted)
}

/// The words of one language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Texts {
    lang: &'static str,
    words: Arc<HashMap<String, String>>,
}

impl Texts {
    /// The words of a language, named as [`known`] takes it. English for others.
    pub fn load(lang: &str) -> Self {
        let lang = known(lang).unwrap_or("en");
        let mut words = flatten(files("en"));
        if lang != "en" {
            words.extend(flatten(files(lang)));
        }
        Self {
            lang,
            words: Arc::new(words),
        }
    }

    /// The words of a language and nothing else: what it lacks is lacking. For tests.
    pub fn alone(lang: &str) -> Self {
        let lang = known(lang).unwrap_or("en");
        Self {
            lang,
            words: Arc::new(flatten(files(lang))),
        }
    }

    /// Two letters.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// The words of a key; the key itself when there are none.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The words of a key that is put together at the place of use.
    pub fn say(&self, key: &str) -> String {
        self.get(key).to_owned()
    }

    /// The words of a key, if there are any.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.words.get(key).map(String::as_str)
    }

    /// The words of a key with `{name}` replaced by its value. Values are not looked into; a
    /// placeholder without a value stays as it is.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut filled = String::with_capacity(rest.len() + 32);
        while let Some((before, name, after)) = next_placeholder(rest) {
            filled.push_str(before);
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                filled.push_str(value);
            } else {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The same words with keys in them: each `{key.NAME}` becomes what calls that command.
    #[must_use]
    pub fn with_keys(&self, called: &dyn Fn(&str) -> Option<String>) -> Self {
        let spelled = |text: &String| {
            if text.contains("{key.") {
                spell(text, called)
            } else {
                text.clone()
            }
        };
        let words = self.words.iter();
        let words = words.map(|(key, text)| (key.clone(), spelled(text)));
        Self {
            lang: self.lang,
            words: Arc::new(words.collect()),
        }
    }

    /// All keys, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }
}

/// The text before the first placeholder, its name, and the text after it.
pub fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn spell(text: &str, called: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut rest, mut spelled) = (text, String::new());
    while let Some((before, name, after)) = next_placeholder(rest) {
        spelled.push_str(before);
        let call = name.strip_prefix("key.").and_then(called);
        spelled.push_str(&call.unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    spelled + rest
}

/// All keys and words of a language's files. A file that cannot be read gives nothing; a test reads
/// them all.
fn flatten(files: Files) -> HashMap<String, String> {
    let mut words = HashMap::new();
    for (_, text) in files {
        if let Ok(table) = text.parse::<toml::Table>() {
            gather("", &table, &mut words);
        }
    }
    words
}

fn gather(prefix: &str, table: &toml::Table, words: &mut HashMap<String, String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) => gather(&key, inner, words),
            toml::Value::String(text) => {
                words.insert(key, text.clone());
            }
            other => {
                words.insert(key, other.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every file is valid TOML and no two files of a language define the same key.
    #[test]
    fn no_key_stands_in_two_files() {
        for lang in LANGUAGES {
            let mut seen = BTreeMap::new();
            for (area, text) in files(lang) {
                let table: toml::Table = text
                    .parse()
                    .unwrap_or_else(|error| panic!("{lang} {area}: {error}"));
                let mut words = HashMap::new();
                gather("", &table, &mut words);
                assert!(!words.is_empty(), "{lang} {area} is empty");
                for key in words.into_keys() {
                    let other = seen.insert(key.clone(), *area);
                    assert_eq!(other, None, "{lang}: {key} stands in two files");
                }
            }
        }
    }

    #[test]
    fn languages_are_found_by_their_first_letters() {
        for (asked, got) in [
            ("nl", "nl"),
            ("nl_NL.UTF-8", "nl"),
            ("NL-be", "nl"),
            ("en", "en"),
            ("nb_NO.UTF-8", "nb"),
            ("no", "nb"),
            ("nn_NO", "nb"),
            ("sv-SE", "sv"),
        ] {
            assert_eq!(known(asked), Some(got), "{asked}");
            assert_eq!(Texts::load(asked).lang(), got);
        }
        for asked in ["", "C", "xx", "é", "nothing", "svx"] {
            assert_eq!(known(asked), None, "{asked}");
            assert_eq!(Texts::load(asked).lang(), "en");
        }
        let mondays = LANGUAGES.map(|lang| Texts::load(lang).say("letter.weekday.1"));
        assert_eq!(mondays, ["Monday", "maandag", "mandag", "måndag"]);
    }

    #[test]
    fn values_are_filled_in_once() {
        let texts = Texts::load("en");
        assert_eq!(texts.get("no.such.key"), "no.such.key");
        let filled = texts.fill("ledger.working_day", &[("number", "{number}")]);
        assert_eq!(filled, "working day {number}");
        assert_eq!(
            texts.fill("ledger.working_day", &[]),
            "working day {number}"
        );
    }
}
