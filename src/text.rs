//! The words that people see, by key, from `assets/text/<language>/*.toml`. English is complete;
//! what another language lacks is taken from it (a test makes sure that nothing is lacking).
//!
//! This module must not know: who shows the words, and where.

pub mod ledger;
pub mod refusal;

use std::collections::HashMap;
use std::sync::Arc;

/// The files of one language: one file per area, all keys in one name space.
macro_rules! areas {
    ($lang:literal: $($area:literal),+ $(,)?) => {
        &[$(($area, include_str!(concat!("../assets/text/", $lang, "/", $area, ".toml")))),+]
    };
}

const ENGLISH: &[(&str, &str)] =
    areas!("en": "calendar", "cli", "exchange", "process", "ui", "wash");
const DUTCH: &[(&str, &str)] = areas!("nl": "calendar", "cli", "exchange", "process", "ui", "wash");

/// The languages there are.
pub const LANGUAGES: [&str; 2] = ["en", "nl"];

/// The words of one language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Texts {
    lang: &'static str,
    words: Arc<HashMap<String, String>>,
}

impl Texts {
    /// The words of a language, given as `nl`, `nl-NL` or `nl_NL.UTF-8`. English for others.
    pub fn load(lang: &str) -> Self {
        let wanted = lang.get(..2).unwrap_or_default().to_ascii_lowercase();
        let mut words = flatten(ENGLISH);
        let lang = if wanted == "nl" {
            words.extend(flatten(DUTCH));
            "nl"
        } else {
            "en"
        };
        Self {
            lang,
            words: Arc::new(words),
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

    /// All keys, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }
}

/// The text before the first placeholder, its name, and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// All keys and words of a language's files. A file that cannot be read gives nothing; a test reads
/// them all.
fn flatten(files: &[(&str, &str)]) -> HashMap<String, String> {
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
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn placeholders(mut text: &str) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        while let Some((_, name, after)) = next_placeholder(text) {
            names.insert(name);
            text = after;
        }
        names
    }

    /// Both languages say everything, with the same values in it, and no key twice.
    #[test]
    fn every_language_has_the_same_keys_and_placeholders() {
        let english = flatten(ENGLISH);
        let dutch = flatten(DUTCH);
        let keys = |words: &HashMap<String, String>| -> BTreeMap<String, Vec<String>> {
            words
                .iter()
                .map(|(key, text)| {
                    (
                        key.clone(),
                        placeholders(text).into_iter().map(str::to_owned).collect(),
                    )
                })
                .collect()
        };
        assert_eq!(keys(&english), keys(&dutch));
        for words in [&english, &dutch] {
            for (key, text) in words {
                assert!(!text.trim().is_empty(), "{key} says nothing");
            }
        }
    }

    /// Every file is valid TOML and no two files of a language define the same key.
    #[test]
    fn no_key_stands_in_two_files() {
        for files in [ENGLISH, DUTCH] {
            let mut seen = BTreeMap::new();
            for (area, text) in files {
                let table: toml::Table = text
                    .parse()
                    .unwrap_or_else(|error| panic!("{area}: {error}"));
                let mut words = HashMap::new();
                gather("", &table, &mut words);
                assert!(!words.is_empty(), "{area} is empty");
                for key in words.into_keys() {
                    let other = seen.insert(key.clone(), *area);
                    assert_eq!(other, None, "{key} stands in two files");
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
        ] {
            assert_eq!(Texts::load(asked).lang(), got);
        }
        for asked in ["", "C", "xx", "é"] {
            assert_eq!(Texts::load(asked).lang(), "en");
        }
        assert_ne!(
            Texts::load("nl").get("weekday.1"),
            Texts::load("en").get("weekday.1")
        );
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
