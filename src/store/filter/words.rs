//! The words that people see for states, clocks and processes, in their language: read as the keys
//! that they stand for; and what was probably meant by a word that is none.
//!
//! This module must not know: where words come from. Who knows the language hands them over.

use std::collections::BTreeSet;

use super::clocks;
use crate::domain::fold::fold;
use crate::process::{self, Work};

/// At most so many are proposed for a word that is none.
const NEAR: usize = 3;

/// A value of the filter, with a word that people see for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The key of the filter that it belongs to.
    pub of: &'static str,
    /// The value.
    pub key: &'static str,
    /// The word; the value itself where there is none.
    pub word: String,
}

/// All values that have words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<Said>);

impl Default for Words {
    /// The values alone.
    fn default() -> Self {
        Self::of(&|_| None)
    }
}

impl Words {
    /// The words of a language, by the keys of the texts: `state.<process>.<key>`, `clock.<key>`,
    /// `process.<key>`.
    pub fn of(say: &dyn Fn(&str) -> Option<String>) -> Self {
        let said = |of, key: &'static str, text: String| Said {
            of,
            key,
            word: say(&text).unwrap_or_else(|| key.to_owned()),
        };
        let mut all = Vec::new();
        for process in process::ALL {
            let live = process.states.iter();
            let live = live.filter(|state| state.work != Work::Closed);
            all.extend(live.map(|state| said("state", state.key, process.state_text(state.key))));
            all.push(said(
                "process",
                process.key,
                format!("process.{}", process.key),
            ));
        }
        all.extend(clocks().map(|key| said("clock", key, format!("clock.{key}"))));
        Self(all)
    }

    fn all_of<'a>(&'a self, of: &'a str) -> impl Iterator<Item = &'a Said> {
        self.0.iter().filter(move |said| said.of == of)
    }

    /// The values that a typed word stands for: the one of that key, or all that people see so.
    pub(super) fn meant(&self, of: &str, typed: &str) -> Option<Vec<String>> {
        let key = self
            .all_of(of)
            .find(|said| said.key.eq_ignore_ascii_case(typed));
        if let Some(said) = key {
            return Some(vec![said.key.to_owned()]);
        }
        let wanted = fold(typed);
        let same = self.all_of(of).filter(|said| fold(&said.word) == wanted);
        let keys: BTreeSet<&str> = same.map(|said| said.key).collect();
        (!keys.is_empty()).then(|| keys.into_iter().map(str::to_owned).collect())
    }

    /// What was probably meant, the likeliest first: what contains it, then what is spelled nearly so.
    pub(super) fn near(&self, of: &str, typed: &str) -> Vec<Said> {
        let typed = fold(typed);
        let mut found: Vec<(usize, &Said)> = self
            .all_of(of)
            .filter_map(|said| Some((likeness(said, &typed)?, said)))
            .collect();
        found.sort_by_key(|(far, _)| *far);
        let mut known = BTreeSet::new();
        found.retain(|(_, said)| known.insert(said.key));
        let near = found.into_iter().take(NEAR);
        near.map(|(_, said)| said.clone()).collect()
    }

    /// The values of which the key, or a word that people see for it, begins so; keys first.
    pub(super) fn beginning(&self, of: &str, typed: &str) -> Vec<&'static str> {
        let typed = fold(typed);
        let by_key = self
            .all_of(of)
            .filter(|said| fold(said.key).starts_with(&typed));
        let by_word = self.all_of(of).filter(|said| has_word(said, &typed));
        let mut keys: Vec<&'static str> = by_key.map(|said| said.key).collect();
        keys.sort_unstable();
        keys.extend(by_word.map(|said| said.key));
        let mut known = BTreeSet::new();
        keys.retain(|key| known.insert(*key));
        keys
    }
}

fn has_word(said: &Said, typed: &str) -> bool {
    let word = fold(&said.word);
    word.starts_with(typed) || word.split(' ').any(|part| part.starts_with(typed))
}

/// How far a value is from what was typed; `None` when it is too far to be meant.
fn likeness(said: &Said, typed: &str) -> Option<usize> {
    let names = [fold(said.key), fold(&said.word)];
    if typed.chars().count() >= 2 && names.iter().any(|name| name.contains(typed)) {
        return Some(0);
    }
    let parts = names.iter().flat_map(|name| {
        let whole = std::iter::once(name.as_str());
        whole.chain(name.split([' ', '_']))
    });
    let far = parts.map(|part| distance(part, typed)).min()?;
    let most = (typed.chars().count() / 3).max(1);
    (far <= most).then_some(far)
}

/// How many letters must be put in, left out or changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (row, c) in one.chars().enumerate() {
        let mut now = vec![row + 1];
        for (column, d) in other.iter().enumerate() {
            let changed = before[column] + usize::from(c != *d);
            now.push(changed.min(before[column + 1] + 1).min(now[column] + 1));
        }
        before = now;
    }
    before.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::filter::states;

    #[test]
    fn every_live_state_has_a_word() {
        let words = Words::default();
        for state in states() {
            assert_eq!(words.meant("state", state), Some(vec![state.to_owned()]));
        }
    }

    #[test]
    fn letters_are_counted() {
        assert_eq!(distance("assessing", "asesing"), 2);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("søk", "søk"), 0);
    }

    #[test]
    fn words_of_a_language_mean_their_keys() {
        let say = |key: &str| match key {
            "state.doubt.assessing" => Some("Bewijs beoordelen".to_owned()),
            "clock.assess_72h" => Some("beoordelen binnen 72 uur".to_owned()),
            _ => None,
        };
        let words = Words::of(&say);
        let assessing = Some(vec!["assessing".to_owned()]);
        assert_eq!(words.meant("state", "bewijs BEOORDELEN"), assessing);
        assert_eq!(words.meant("clock", "bewijs beoordelen"), None);
        assert_eq!(words.beginning("state", "beoor"), ["assessing"]);
        assert_eq!(words.near("state", "bewijs")[0].key, "assessing");
        assert_eq!(words.near("state", "asesing")[0].key, "assessing");
        assert_eq!(words.near("state", "quux"), []);
    }
}
