//! What a finding has in common with others, so that people decide once (issue 6): the same way of
//! writing, one street renamed, one batch of one system, one supplier taken over by another.

use std::fmt;

use super::name::{fold, fold_business, fold_street, forms_of};
use super::written::is_written_so;
use super::{Code, Side};

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

/// What findings of one cluster share. Its key is stored with each finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// The same way of writing, in the same field of the same side.
    Spelling {
        /// Which field: `first_name`, `last_name`, `organisation_name`, `street`.
        field: &'static str,
        /// On which side.
        side: Side,
        /// How.
        how: Spelling,
    },
    /// A street has another name than in the register, within one postcode.
    Street {
        /// Of both.
        postcode: String,
        /// Folded, as it is held.
        old: String,
        /// Folded, as it is registered.
        new: String,
    },
    /// Contracts that one side began on one day, with the same finding.
    Batch {
        /// The side.
        side: Side,
        /// What was found.
        code: Code,
        /// The day (`YYYY-MM-DD`).
        day: String,
    },
    /// Contracts that came from one supplier to another.
    Merger {
        /// Number of the one that was.
        from: String,
        /// Number of the one that is.
        to: String,
    },
}

impl fmt::Display for Pattern {
    /// The key: words with colons between, none of them of a person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spelling { field, side, how } => {
                write!(out, "spelling:{field}:{}:{how}", side.as_str())
            }
            Self::Street { postcode, old, new } => write!(out, "street:{postcode}:{old}:{new}"),
            Self::Batch { side, code, day } => write!(out, "batch:{}:{code}:{day}", side.as_str()),
            Self::Merger { from, to } => write!(out, "merger:{from}:{to}"),
        }
    }
}

/// A field as it is written and as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Name of the column.
    pub field: &'static str,
    /// On which side.
    pub side: Side,
    /// As it is held.
    pub written: &'a str,
    /// As it is registered, or held by the other side.
    pub right: &'a str,
}

/// What is known of a finding beside the finding itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The fields that differ.
    pub differences: Vec<Difference<'a>>,
    /// The postcode, when both have one.
    pub postcode: &'a str,
    /// On which day the contract of the side that is to be mended began.
    pub valid_from: &'a str,
    /// The suppliers before and after, where they differ.
    pub suppliers: Option<(&'a str, &'a str)>,
}

/// The pattern of a finding. A difference of one field is a spelling or a street with another name;
/// otherwise what happened on one day, or with one pair of suppliers, belongs together.
pub fn pattern(code: Code, side: Side, seen: &Seen<'_>) -> Option<Pattern> {
    if code == Code::Spelling
        && let [only] = seen.differences.as_slice()
    {
        return one_field(only, seen.postcode);
    }
    if let Some((from, to)) = seen.suppliers
        && !from.is_empty()
        && !to.is_empty()
        && from != to
    {
        let (from, to) = (from.to_owned(), to.to_owned());
        return Some(Pattern::Merger { from, to });
    }
    (!seen.valid_from.is_empty()).then(|| Pattern::Batch {
        side,
        code,
        day: seen.valid_from.to_owned(),
    })
}

fn one_field(differs: &Difference<'_>, postcode: &str) -> Option<Pattern> {
    let how = spelling(differs.written, differs.right)?;
    if differs.field == "street" && how == Spelling::Slip && !postcode.is_empty() {
        return Some(Pattern::Street {
            postcode: postcode.to_owned(),
            old: fold_street(differs.written),
            new: fold_street(differs.right),
        });
    }
    Some(Pattern::Spelling {
        field: differs.field,
        side: differs.side,
        how,
    })
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

    fn street(
        written: &'static str,
        right: &'static str,
        postcode: &'static str,
    ) -> Option<Pattern> {
        let differences = vec![Difference {
            field: "street",
            side: Side::Grid,
            written,
            right,
        }];
        let seen = Seen {
            differences,
            postcode,
            ..Seen::default()
        };
        pattern(Code::Spelling, Side::Grid, &seen)
    }

    #[test]
    fn a_street_renamed_is_one_cluster_within_its_postcode() {
        let one = street("Kongens gate", "Dronningens gate", "0151").unwrap();
        let same = street("Kongens gt.", "Dronningens gt", "0151").unwrap();
        let elsewhere = street("Kongens gate", "Dronningens gate", "0152").unwrap();
        assert_eq!(one.to_string(), "street:0151:kongens g:dronningens g");
        assert_eq!(one, same);
        assert_ne!(one, elsewhere);
    }

    #[test]
    fn batches_and_mergers() {
        let mut seen = Seen {
            valid_from: "2026-03-01",
            ..Seen::default()
        };
        let key =
            |seen: &Seen<'_>| pattern(Code::A01, Side::Supply, seen).map(|key| key.to_string());
        assert_eq!(key(&seen).as_deref(), Some("batch:supply:A01:2026-03-01"));
        seen.suppliers = Some(("7080000000001", "7080000000002"));
        assert_eq!(
            key(&seen).as_deref(),
            Some("merger:7080000000001:7080000000002")
        );
        assert_eq!(key(&Seen::default()), None);
    }

    proptest! {
        /// A key of a spelling says nothing of the person: it is the same for every name.
        #[test]
        fn keys_name_nobody(name in "[A-Z][b-df-jl-rx-z]{3,9}", side in 0_usize..2) {
            let side = [Side::Grid, Side::Supply][side];
            let (written, right) = (format!("{name}aa"), format!("{name}å"));
            let differences = vec![Difference { field: "last_name", side, written: &written, right: &right }];
            let seen = Seen { differences, ..Seen::default() };
            let key = pattern(Code::Spelling, side, &seen).map(|key| key.to_string());
            prop_assert_eq!(key, Some(format!("spelling:last_name:{}:aa>å", side.as_str())));
        }

        /// A spelling is found exactly where the values differ by more than case.
        #[test]
        fn a_difference_has_a_spelling(one in "[a-zæøå ]{1,10}", other in "[a-zæøå ]{1,10}") {
            prop_assert_eq!(spelling(&one, &other).is_some(), one != other);
            prop_assert_eq!(spelling(&one, &one.to_uppercase()), None);
        }
    }
}
