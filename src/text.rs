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
use std::fmt;
use std::sync::Arc;

/// The words of one language as `build.rs` packs them: keys in their order, each with its words
/// behind it in one text.
struct Packed {
    text: &'static str,
    /// Where a key begins, where its words begin, and where they end.
    places: &'static [(usize, usize, usize)],
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Packed {
    /// Of a language of [`LANGUAGES`].
    fn of(lang: &str) -> &'static Self {
        let found = WORDS.iter().find(|(known, _)| *known == lang);
        &found.unwrap_or(&WORDS[0]).1
    }

    fn find(&self, key: &str) -> Option<&'static str> {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        let order = |place: &(usize, usize, usize)| part(place.0, place.1).cmp(key);
        let at = self.places.binary_search_by(order).ok()?;
        let (_, from, to) = self.places.get(at)?;
        self.text.get(*from..*to)
    }

    fn keys(&self) -> impl Iterator<Item = &'static str> {
        let keys = self.places.iter();
        keys.filter_map(|(from, to, _)| self.text.get(*from..*to))
    }
}

/// The languages there are.
pub const LANGUAGES: [&str; 4] = ["en", "nl", "nb", "sv"];

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

/// The words of one language. Cheap to make and to clone.
#[derive(Clone)]
pub struct Texts {
    lang: &'static str,
    own: &'static Packed,
    /// What is lacking is taken from here.
    other: Option<&'static Packed>,
    /// The texts in which the names of keys were filled in.
    spelled: Arc<HashMap<&'static str, String>>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Texts({})", self.lang)
    }
}

impl Texts {
    /// The words of a language, named as [`known`] takes it. English for others.
    pub fn load(lang: &str) -> Self {
        let texts = Self::alone(lang);
        let other = (texts.lang != "en").then(|| Packed::of("en"));
        Self { other, ..texts }
    }

    /// The words of a language and nothing else: what it lacks is lacking. For tests.
    pub fn alone(lang: &str) -> Self {
        let lang = known(lang).unwrap_or("en");
        Self {
            lang,
            own: Packed::of(lang),
            other: None,
            spelled: Arc::default(),
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
        let spelled = self.spelled.get(key).map(String::as_str);
        let other = || self.other.and_then(|other| other.find(key));
        spelled.or_else(|| self.own.find(key)).or_else(other)
    }

    /// The words of a key with `{name}` replaced by its value. Values are not looked into; a
    /// variable without a value stays as it is.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut filled = String::with_capacity(rest.len() + 32);
        while let Some((before, name, after)) = next_variable(rest) {
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
        let named = self.keys().filter_map(|key| {
            let text = self.get(key);
            let is_named = text.contains("{key.");
            is_named.then(|| (key, spell(text, called)))
        });
        let mut spelled = (*self.spelled).clone();
        spelled.extend(named);
        Self {
            spelled: Arc::new(spelled),
            ..self.clone()
        }
    }

    /// All keys, in no order.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        let own = self.own;
        let lacking = self.other.into_iter().flat_map(Packed::keys);
        own.keys()
            .chain(lacking.filter(|key| own.find(key).is_none()))
    }
}

/// The text before the first variable, its name, and the text after it.
pub fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn spell(text: &str, called: &dyn Fn(&str) -> Option<String>) -> String {
    let (mut rest, mut spelled) = (text, String::new());
    while let Some((before, name, after)) = next_variable(rest) {
        spelled.push_str(before);
        let call = name.strip_prefix("key.").and_then(called);
        spelled.push_str(&call.unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    spelled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The packed words are those of the files.
    #[test]
    fn every_key_of_the_files_is_found() {
        for lang in LANGUAGES {
            let folder = format!("{}/assets/text/{lang}", env!("CARGO_MANIFEST_DIR"));
            let texts = Texts::alone(lang);
            let mut lines = 0;
            for file in std::fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_none_or(|end| end != "toml") {
                    continue;
                }
                let text = std::fs::read_to_string(path).unwrap();
                let table: toml::Table = text.parse().unwrap();
                let mut rest = vec![(String::new(), table)];
                while let Some((prefix, table)) = rest.pop() {
                    for (name, value) in table {
                        match value {
                            toml::Value::Table(inner) => {
                                rest.push((format!("{prefix}{name}."), inner));
                            }
                            value => {
                                let found = texts.find(&format!("{prefix}{name}"));
                                assert_eq!(found, value.as_str(), "{lang}: {prefix}{name}");
                                lines += 1;
                            }
                        }
                    }
                }
            }
            assert_eq!(texts.keys().count(), lines, "{lang}");
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
