//! What was said in one language, said in another: for words that are kept as they were said, such as
//! a message on the screen when somebody changes the language. The words are looked for among the
//! texts; values in them are looked for in turn; what is no text of ours stays as it is.

use std::collections::HashMap;

use super::{Texts, next_variable};

/// So many characters of its own a text with variables must have to be recognised by them.
const LEAST: usize = 4;
/// Texts within texts within texts: more is never said.
const DEPTH: usize = 3;

/// From one language to another.
#[derive(Debug)]
pub struct Retold<'a> {
    from: &'a Texts,
    to: &'a Texts,
    /// Texts without variables, and a key of each.
    whole: HashMap<&'a str, &'a str>,
    /// Keys of texts with variables, those with most words of their own first.
    filled: Vec<&'a str>,
}

impl<'a> Retold<'a> {
    /// Makes ready.
    pub fn new(from: &'a Texts, to: &'a Texts) -> Self {
        let mut whole = HashMap::new();
        let mut filled = Vec::new();
        let mut keys: Vec<&str> = from.keys().collect();
        // the same words always mean the same key
        keys.sort_unstable();
        for key in keys {
            let text = from.get(key);
            if next_variable(text).is_none() {
                whole.entry(text).or_insert(key);
            } else if own(text) >= LEAST {
                filled.push((own(text), key));
            }
        }
        filled.sort_by_key(|(own, _)| std::cmp::Reverse(*own));
        let filled = filled.into_iter().map(|(_, key)| key).collect();
        Self {
            from,
            to,
            whole,
            filled,
        }
    }

    /// The words in the other language.
    pub fn say(&self, said: &str) -> String {
        self.within(said, DEPTH)
    }

    /// The same in place.
    pub fn change(&self, said: &mut String) {
        *said = self.say(said);
    }

    fn within(&self, said: &str, depth: usize) -> String {
        if let Some(key) = self.whole.get(said) {
            return self.to.say(key);
        }
        if depth == 0 {
            return said.to_owned();
        }
        let found = self.filled.iter().find_map(|key| {
            let values = values(self.from.get(key), said)?;
            Some((*key, values))
        });
        match found {
            Some((key, values)) => self.filled(key, &values, depth),
            None => self.sentences(said, depth),
        }
    }

    fn filled(&self, key: &str, values: &[(&str, &str)], depth: usize) -> String {
        let values: Vec<(&str, String)> = values
            .iter()
            .map(|(name, value)| (*name, self.within(value, depth - 1)))
            .collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        self.to.fill(key, &values)
    }

    /// Two texts that were put one behind the other.
    fn sentences(&self, said: &str, depth: usize) -> String {
        let ends = said.match_indices(". ").map(|(at, _)| at + 1);
        for end in ends {
            let (first, rest) = (&said[..end], &said[end + 1..]);
            let told = self.within(first, depth - 1);
            if told != first {
                return format!("{told} {}", self.within(rest, depth - 1));
            }
        }
        said.to_owned()
    }
}

/// Letters and signs of a text that are not in variables.
fn own(text: &str) -> usize {
    let mut rest = text;
    let mut count = 0;
    let signs = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    while let Some((before, _, after)) = next_variable(rest) {
        count += signs(before);
        rest = after;
    }
    count + signs(rest)
}

/// The values with which the text reads like that; `None` when it never does.
fn values<'t>(text: &'t str, said: &'t str) -> Option<Vec<(&'t str, &'t str)>> {
    let (before, mut name, mut after) = next_variable(text)?;
    let mut rest = said.strip_prefix(before)?;
    let mut values = Vec::new();
    loop {
        let (value, left) = match next_variable(after) {
            None if after.is_empty() => (rest, ""),
            None => (rest.strip_suffix(after)?, ""),
            Some((between, next, behind)) => {
                // two variables side by side say nothing about where one ends
                let (value, left) = rest.split_once(between).filter(|_| !between.is_empty())?;
                values.push((name, value));
                (name, after) = (next, behind);
                rest = left;
                continue;
            }
        };
        values.push((name, value));
        let is_filled = left.is_empty() && values.iter().all(|(_, value)| !value.is_empty());
        return is_filled.then_some(values);
    }
}

#[cfg(test)]
mod tests {
    use super::super::LANGUAGES;
    use super::*;

    fn retold(from: &str, to: &str, said: &str) -> String {
        let (from, to) = (Texts::load(from), Texts::load(to));
        Retold::new(&from, &to).say(said)
    }

    #[test]
    fn values_are_read_back_out_of_a_text() {
        let text = "{case}: {action}. Now: {state}.";
        let read = values(text, "GT-1: Accept the proof. Now: lift the block.").unwrap();
        let wanted = [
            ("case", "GT-1"),
            ("action", "Accept the proof"),
            ("state", "lift the block"),
        ];
        assert_eq!(read, wanted);
        assert_eq!(values(text, "GT-1 is yours."), None);
        assert_eq!(values("no place", "no place"), None);
    }

    #[test]
    fn a_message_with_texts_in_it_is_said_anew_and_names_stay() {
        let said = "GT-2026-000012: Accept the proof. Now: lift the block.";
        let dutch = retold("en", "nl", said);
        let texts = Texts::load("nl");
        let values = [
            ("case", "GT-2026-000012"),
            ("action", texts.get("action.doubt.proof_accepted")),
            ("state", texts.get("state.doubt.unblock_due")),
        ];
        assert_eq!(dutch, texts.fill("done.action", &values));
        assert_eq!(retold("en", "nb", "Ruben Smit"), "Ruben Smit");
        assert_eq!(retold("en", "sv", "0031 20 555"), "0031 20 555");
    }

    #[test]
    fn sentences_that_were_put_together_are_said_anew_one_by_one() {
        let (en, nb) = (Texts::load("en"), Texts::load("nb"));
        let both = format!("{} {}", en.get("drafts.back"), en.get("why.closed"));
        let told = Retold::new(&en, &nb).say(&both);
        assert_eq!(
            told,
            format!("{} {}", nb.get("drafts.back"), nb.get("why.closed"))
        );
    }

    /// There and back again gives the same words for every refusal, in every language.
    #[test]
    fn what_is_retold_twice_is_what_was_said() {
        let english = Texts::load("en");
        for lang in LANGUAGES {
            let other = Texts::load(lang);
            let (there, back) = (Retold::new(&english, &other), Retold::new(&other, &english));
            for key in english.keys().filter(|key| key.starts_with("refusal.")) {
                let said = english.fill(key, &[("n", "12")]);
                assert_eq!(back.say(&there.say(&said)), said, "{lang}: {key}");
            }
        }
    }
}
