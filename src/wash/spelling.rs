//! How two spellings of one value differ: which habit of writing makes one out of the other.

use std::fmt;

use super::name::{fold, fold_business, fold_street, forms_of};
use super::written::is_written_so;

/// How two spellings of one value differ.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spelling {
    /// Letters that are written otherwise throughout: `aa` for `å`.
    Letters {
        /// As it is written.
        written: &'static str,
        /// As it is registered.
        right: &'static str,
    },
    /// The form of the company was left out, added, or is another one.
    Form,
    /// The words stand in another order.
    Order,
    /// A middle name or another word was left out.
    WordLeftOut,
    /// Hyphens, dots, spaces.
    Between,
    /// The kind of the street is abbreviated: `gt.`.
    Abbreviated,
    /// Some other slip.
    Slip,
}

/// Ways of writing that are tried, the longer ones first.
const LETTERS: &[(&str, &str)] = &[
    ("sson", "sen"),
    ("sen", "sson"),
    ("aa", "å"),
    ("å", "aa"),
    ("oe", "ø"),
    ("ø", "oe"),
    ("ae", "æ"),
    ("æ", "ae"),
    ("o", "ø"),
    ("a", "å"),
    ("ch", "k"),
    ("k", "ch"),
    ("c", "k"),
    ("k", "c"),
    ("th", "t"),
    ("t", "th"),
    ("w", "v"),
    ("v", "w"),
    ("ö", "ø"),
    ("ä", "æ"),
];

/// How what is written differs from what is right; nothing when it does not.
pub fn spelling(written: &str, right: &str) -> Option<Spelling> {
    if written.is_empty() || right.is_empty() || is_written_so(written, right) {
        return None;
    }
    let (low, high) = (written.to_lowercase(), right.to_lowercase());
    let swapped = |(from, to): &&(&'static str, &'static str)| {
        high.contains(to) && *low == high.replace(to, from) || once(&low, &high, from, to)
    };
    if let Some((written, right)) = LETTERS.iter().find(swapped) {
        return Some(Spelling::Letters { written, right });
    }
    let squeezed = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    if squeezed(&low) == squeezed(&high) {
        return Some(Spelling::Between);
    }
    if fold_business(written) == fold_business(right) && forms_of(written) != forms_of(right) {
        return Some(Spelling::Form);
    }
    if fold_street(written) == fold_street(right) {
        return Some(Spelling::Abbreviated);
    }
    Some(in_words(&fold(written), &fold(right)))
}

/// Whether one place of `high` written with `from` for `to` is `low`.
fn once(low: &str, high: &str, from: &str, to: &str) -> bool {
    let mut places = high.match_indices(to);
    places.any(|(at, _)| {
        low.strip_prefix(&high[..at])
            .and_then(|rest| rest.strip_prefix(from))
            .is_some_and(|rest| rest == &high[at + to.len()..])
    })
}

fn in_words(written: &str, right: &str) -> Spelling {
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let (one, other) = (sorted(written), sorted(right));
    if one == other {
        return Spelling::Order;
    }
    let is_part = one.len() < other.len() && one.iter().all(|word| other.contains(word));
    if is_part {
        Spelling::WordLeftOut
    } else {
        Spelling::Slip
    }
}

impl fmt::Display for Spelling {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letters { written, right } => write!(out, "{written}>{right}"),
            Self::Form => out.write_str("form"),
            Self::Order => out.write_str("order"),
            Self::WordLeftOut => out.write_str("word"),
            Self::Between => out.write_str("between"),
            Self::Abbreviated => out.write_str("abbreviated"),
            Self::Slip => out.write_str("slip"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ways_of_writing_are_told_apart() {
        let letters = |written, right| Spelling::Letters { written, right };
        for (written, right, how) in [
            ("Ødegaard", "ØDEGÅRD", letters("aa", "å")),
            ("Christian", "Kristian", letters("ch", "k")),
            ("Olsson", "Olsen", letters("sson", "sen")),
            ("Torsen", "Thorsen", letters("t", "th")),
            ("Nordby Drift", "NORDBY DRIFT AS", Spelling::Form),
            ("Nordby Drift DA", "NORDBY DRIFT AS", Spelling::Form),
            ("Anne Lise", "Anne-Lise", Spelling::Between),
            ("Hansen Berg", "Berg Hansen", Spelling::Order),
            ("Anne", "Anne Marie", Spelling::WordLeftOut),
            ("Kirkegt.", "Kirkegata", Spelling::Abbreviated),
            ("Nrodby", "Nordby", Spelling::Slip),
        ] {
            assert_eq!(spelling(written, right), Some(how), "{written} / {right}");
        }
        assert_eq!(spelling("NORDBY", "Nordby"), None);
        assert_eq!(spelling("", "Nordby"), None);
    }

    proptest! {
        /// A spelling is found exactly where the values differ by more than case.
        #[test]
        fn a_difference_has_a_spelling(one in "[a-zæøå ]{1,10}", other in "[a-zæøå ]{1,10}") {
            prop_assert_eq!(spelling(&one, &other).is_some(), one != other);
            prop_assert_eq!(spelling(&one, &one.to_uppercase()), None);
        }
    }
}
