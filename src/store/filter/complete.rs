//! What a word of a filter could become: keys, then the values that a key knows.

use std::ops::Range;

use super::KEYS;
use super::parse::{Quoted, cut, signed};
use super::words::Words;

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
pub fn proposals(line: &str, cursor: usize, said: &Words) -> Proposals {
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
            let typed = line[rest.clone()].to_ascii_lowercase();
            Proposals {
                at: rest,
                key: "",
                values: keys.filter(|key| key.starts_with(&typed)).collect(),
            }
        }
        Some((key, typed)) => {
            let typed = typed.rsplit(',').next().unwrap_or(typed);
            let Some(key) = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key)) else {
                return Proposals::default();
            };
            let at = rest.end - typed.len()..rest.end;
            let values = values(key, typed, said);
            Proposals { at, key, values }
        }
    }
}

/// The values of a key that begin so.
fn values(key: &str, typed: &str, said: &Words) -> Vec<String> {
    let fixed: &[&str] = match key {
        "state" | "clock" | "process" => {
            let found = said.beginning(key, typed).into_iter();
            return found.map(str::to_owned).collect();
        }
        "due" => &["late", "15m", "1h", "today", "none"],
        "holder" => &["me", "none"],
        "work" => &["open", "held", "waiting"],
        "raised" => &["yes", "no"],
        "mine" => &["draft"],
        "is" => &["snoozed", "promised"],
        _ => &[],
    };
    let typed = typed.to_ascii_lowercase();
    let begin = fixed.iter().filter(|value| value.starts_with(&typed));
    begin.map(|value| (*value).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(line: &str) -> (String, Vec<String>) {
        let found = proposals(line, line.len(), &Words::default());
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
            for value in values(key, "", &Words::default()) {
                super::super::Filter::parse(&format!("{key}:{value}")).unwrap();
            }
        }
    }
}
