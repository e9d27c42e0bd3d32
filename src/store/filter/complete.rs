//! What a word of a filter could become: keys, then the values that a key knows.

use std::ops::Range;

use super::parse::{Quoted, cut, signed};
use super::{Flag, KEYS, clocks, states};
use crate::process;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposals {
    /// The bytes of the line that a proposal replaces.
    pub at: Range<usize>,
    /// The key that the values belong to; empty for keys.
    pub key: &'static str,
    /// The proposals, those that begin with what is typed; keys end in a colon.
    pub values: Vec<String>,
}

/// What could stand at the cursor, a place in bytes of the line.
pub fn proposals(line: &str, cursor: usize) -> Proposals {
    let before = 0..cursor.min(line.len());
    if !line.is_char_boundary(before.end) {
        return Proposals::default();
    }
    let pieces = cut(line, before, char::is_whitespace);
    let Some(word) = pieces.into_iter().next_back() else {
        return Proposals::default();
    };
    let (_, rest) = signed(line, word.at);
    if word.quoted != Quoted::No {
        return Proposals::default();
    }
    match line[rest.clone()].split_once(':') {
        None => {
            let keys = KEYS.iter().map(|key| format!("{key}:"));
            begin(line, rest, "", keys)
        }
        Some((key, typed)) => {
            let typed = typed.rsplit(',').next().unwrap_or(typed);
            let Some(key) = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)) else {
                return Proposals::default();
            };
            let at = rest.end - typed.len()..rest.end;
            begin(line, at, key, values(key).into_iter())
        }
    }
}

fn values(key: &str) -> Vec<String> {
    let words: Vec<&str> = match key {
        "state" => states().collect(),
        "clock" => clocks().collect(),
        "due" => vec!["late", "15m", "1h", "today", "none"],
        "holder" => vec!["me", "none"],
        "work" => vec!["open", "held", "waiting"],
        "is" => Flag::ALL.iter().map(|flag| flag.word()).collect(),
        "process" => process::ALL.iter().map(|process| process.key).collect(),
        _ => Vec::new(),
    };
    words.into_iter().map(str::to_owned).collect()
}

fn begin(
    line: &str,
    at: Range<usize>,
    key: &'static str,
    all: impl Iterator<Item = String>,
) -> Proposals {
    let typed = line[at.clone()].to_ascii_lowercase();
    let values = all.filter(|value| value.starts_with(&typed)).collect();
    Proposals { at, key, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(line: &str) -> (String, Vec<String>) {
        let found = proposals(line, line.len());
        (line[found.at].to_owned(), found.values)
    }

    #[test]
    fn keys_come_first_then_the_values_of_the_key() {
        assert_eq!(
            at_end("due:late -ho"),
            ("ho".into(), vec!["holder:".into()])
        );
        assert_eq!(
            at_end("work:open,wa"),
            ("wa".into(), vec!["waiting".into()])
        );
        assert_eq!(at_end("").1.len(), KEYS.len());
        assert_eq!(at_end("kitchen:a").1, Vec::<String>::new());
        let states = at_end("state:blocked_c").1;
        assert_eq!(states, ["blocked_contact_due"]);
    }

    /// What is proposed can be read.
    #[test]
    fn every_proposal_is_a_right_word() {
        for key in KEYS {
            for value in values(key) {
                super::super::Filter::parse(&format!("{key}:{value}")).unwrap();
            }
        }
    }
}
