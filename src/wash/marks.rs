//! Where two or three spellings of one value differ, for a screen that shows them side by side:
//! letters as people see them are aligned, and what only is spelt otherwise (case, æ and ae, c and k)
//! is told from what really is another letter.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::name::{fold, sound};

/// How much a run of letters differs from the value it is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The same.
    Same,
    /// Another spelling of the same: case, accents, æ ø å, hyphens, letters of one sound.
    Spelling,
    /// Other letters.
    Other,
}

/// A run of letters of a value: bytes `range` of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where, in bytes; begins and ends between letters as people see them.
    pub range: Range<usize>,
    /// How much it differs.
    pub weight: Weight,
}

/// The runs of one value; together they are the whole text.
pub type Runs = Vec<Run>;

/// Longer values are compared as a whole: nobody reads a thousand marked letters.
const MOST: usize = 400;

/// The runs of each value against the last one that says something: that is the register where there
/// is one, the other side otherwise. The last value is marked where any of the others differs from it.
pub fn marks<const N: usize>(values: [&str; N]) -> [Runs; N] {
    let right = values.iter().rposition(|value| !value.trim().is_empty());
    let Some(right) = right else {
        return values.map(|text| whole(text, Weight::Same));
    };
    let mut of_right = vec![Weight::Same; letters(values[right]).len()];
    let mut all: [Runs; N] = std::array::from_fn(|_| Runs::new());
    for (place, text) in values.iter().enumerate() {
        if place == right || text.trim().is_empty() {
            all[place] = whole(text, Weight::Same);
            continue;
        }
        let (written, other) = compare(text, values[right]);
        all[place] = runs(text, &written);
        for (known, new) in of_right.iter_mut().zip(other) {
            *known = new.max(*known);
        }
    }
    all[right] = runs(values[right], &of_right);
    all
}

fn whole(text: &str, weight: Weight) -> Runs {
    if text.is_empty() {
        return Runs::new();
    }
    vec![Run {
        range: 0..text.len(),
        weight,
    }]
}

fn letters(text: &str) -> Vec<&str> {
    text.graphemes(true).collect()
}

/// The weights of both texts' letters.
fn compare(one: &str, other: &str) -> (Vec<Weight>, Vec<Weight>) {
    let (a, b) = (letters(one), letters(other));
    if a.len() > MOST || b.len() > MOST {
        let weight = if one == other {
            Weight::Same
        } else {
            Weight::Other
        };
        return (vec![weight; a.len()], vec![weight; b.len()]);
    }
    let mut weights = (vec![Weight::Same; a.len()], vec![Weight::Same; b.len()]);
    for (left, right) in gaps(&a, &b) {
        let weight = weigh(&a, &b, &left, &right);
        weights.0[left].fill(weight);
        weights.1[right].fill(weight);
    }
    weights
}

/// What stands between the letters that are the same on both sides.
fn gaps(a: &[&str], b: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let table = common(a, b);
    let width = b.len() + 1;
    let (mut gaps, mut i, mut j, mut from) = (Vec::new(), 0, 0, (0, 0));
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            if (i, j) != from {
                gaps.push((from.0..i, from.1..j));
            }
            (i, j) = (i + 1, j + 1);
            from = (i, j);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    if from != (a.len(), b.len()) {
        gaps.push((from.0..a.len(), from.1..b.len()));
    }
    gaps
}

/// The length of the longest common part of what follows each pair of places.
fn common(a: &[&str], b: &[&str]) -> Vec<u16> {
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if a[i] == b[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    table
}

/// A gap alone, or together with the letters beside it, may be one spelling of the same.
fn weigh(a: &[&str], b: &[&str], left: &Range<usize>, right: &Range<usize>) -> Weight {
    let around = |text: &[&str], gap: &Range<usize>, before: usize, after: usize| {
        let start = gap.start.saturating_sub(before);
        let end = (gap.end + after).min(text.len());
        text[start..end].concat()
    };
    for (before, after) in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (3, 1)] {
        let one = around(a, left, before, after);
        let other = around(b, right, before, after);
        if is_one_spelling(&one, &other) {
            return Weight::Spelling;
        }
    }
    Weight::Other
}

fn is_one_spelling(one: &str, other: &str) -> bool {
    let (a, b) = (fold(one), fold(other));
    // hyphen for space, dots: nothing that is read is left
    if a.is_empty() && b.is_empty() {
        return true;
    }
    !a.is_empty() && !b.is_empty() && (a == b || sound(&a) == sound(&b))
}

/// Neighbours of one weight together.
fn runs(text: &str, weights: &[Weight]) -> Runs {
    let mut runs: Runs = Vec::new();
    for ((start, letter), weight) in text.grapheme_indices(true).zip(weights) {
        let end = start + letter.len();
        match runs.last_mut() {
            Some(run) if run.weight == *weight => run.range.end = end,
            _ => runs.push(Run {
                range: start..end,
                weight: *weight,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `a[b]c{d}`: other letters in braces, another spelling in brackets.
    fn drawn(text: &str, runs: &[Run]) -> String {
        let one = |run: &Run| {
            let part = &text[run.range.clone()];
            match run.weight {
                Weight::Same => part.to_owned(),
                Weight::Spelling => format!("[{part}]"),
                Weight::Other => format!("{{{part}}}"),
            }
        };
        runs.iter().map(one).collect()
    }

    fn pair(one: &str, other: &str) -> [String; 2] {
        let [a, b] = marks([one, other]);
        [drawn(one, &a), drawn(other, &b)]
    }

    #[test]
    fn letters_that_differ_are_marked_inside_the_words() {
        assert_eq!(pair("Moe Drft", "Moe Drift"), ["Moe Drft", "Moe Dr{i}ft"]);
        assert_eq!(pair("Hansen", "Jensen"), ["{Ha}nsen", "{Je}nsen"]);
        assert_eq!(pair("", "Hansen"), ["", "Hansen"]);
        assert_eq!(pair("Hansen", "Hansen"), ["Hansen", "Hansen"]);
    }

    #[test]
    fn another_spelling_is_marked_lighter() {
        assert_eq!(pair("Ødegaard", "Ødegård"), ["Ødeg[aa]rd", "Ødeg[å]rd"]);
        assert_eq!(pair("Christian", "Kristian"), ["[Ch]ristian", "[K]ristian"]);
        assert_eq!(
            pair("Anne Lise", "Anne-Lise"),
            ["Anne[ ]Lise", "Anne[-]Lise"]
        );
        assert_eq!(pair("LUND", "Lund"), ["L[UND]", "L[und]"]);
        assert_eq!(pair("Paulsson", "Paulsen"), ["Pauls[so]n", "Pauls[e]n"]);
    }

    #[test]
    fn the_register_is_marked_where_either_side_differs() {
        let values = ["Ola Nordbi", "Olla Nordby", "Ola Nordby"];
        let runs = marks(values);
        let drawn: Vec<String> = values
            .iter()
            .zip(&runs)
            .map(|(text, runs)| drawn(text, runs))
            .collect();
        assert_eq!(drawn[0], "Ola Nordb{i}");
        assert_eq!(drawn[2], "Ola Nordb{y}");
    }

    proptest! {
        /// The runs are the whole text, in order, cut between letters as people see them.
        #[test]
        fn runs_are_the_whole_text(values in prop::array::uniform3("[a-zæøå🇳🇴é\u{301} -]{0,12}")) {
            let texts = values.each_ref().map(String::as_str);
            for (text, runs) in texts.iter().zip(marks(texts)) {
                let mut at = 0;
                for run in &runs {
                    prop_assert_eq!(run.range.start, at);
                    prop_assert!(run.range.end > at && text.is_char_boundary(run.range.end));
                    at = run.range.end;
                }
                prop_assert_eq!(at, text.len());
                let cuts: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
                prop_assert!(runs.iter().all(|run| cuts.contains(&run.range.start)));
            }
        }

        /// Nothing is marked in values that are the same, and something where they are not.
        #[test]
        fn what_is_marked_differs(one in "[a-cæ]{1,8}", other in "[a-cæ]{1,8}") {
            let [a, b] = marks([&*one, &*other]);
            let is_marked = |runs: &Runs| runs.iter().any(|run| run.weight != Weight::Same);
            prop_assert_eq!(is_marked(&a) || is_marked(&b), one != other);
            // taking out what is marked leaves the same letters
            let same = |text: &str, runs: &Runs| -> String {
                let kept = runs.iter().filter(|run| run.weight == Weight::Same);
                kept.map(|run| &text[run.range.clone()]).collect()
            };
            prop_assert_eq!(same(&one, &a), same(&other, &b));
        }
    }
}
