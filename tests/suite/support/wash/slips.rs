//! How people and systems spoil a name.

use fastrand::Rng;

/// Spellings of one and the same sound, both ways.
const PAIRS: &[(&str, &str)] = &[
    ("sen", "sson"),
    ("å", "aa"),
    ("ø", "oe"),
    ("æ", "ae"),
    ("k", "c"),
    ("k", "ck"),
    ("kr", "chr"),
    ("t", "th"),
    ("v", "w"),
    (" ", "-"),
];

/// One slip or one other spelling; another text than before, whatever the case.
pub(crate) fn slip(rng: &mut Rng, text: &str) -> String {
    for _ in 0..200 {
        let spoilt = match rng.u8(..10) {
            0..4 => respelt(rng, text),
            4 => Some(bare(text)),
            _ => mistyped(rng, text),
        };
        if let Some(spoilt) = spoilt
            && spoilt.to_lowercase() != text.to_lowercase()
            && spoilt.trim() == spoilt
        {
            return spoilt;
        }
    }
    format!("{text}{}", text.chars().last().unwrap_or('x'))
}

fn respelt(rng: &mut Rng, text: &str) -> Option<String> {
    let (a, b) = PAIRS[rng.usize(..PAIRS.len())];
    let (from, to) = if rng.bool() { (a, b) } else { (b, a) };
    let lower = text.to_lowercase();
    // places in the lower-case text are those of the text: the letters keep their length
    let places: Vec<usize> = lower.match_indices(from).map(|(at, _)| at).collect();
    let at = *rng.choice(&places)?;
    let (before, after) = (text.get(..at)?, text.get(at + from.len()..)?);
    Some(format!("{before}{to}{after}"))
}

/// A system that knows no æ ø å.
fn bare(text: &str) -> String {
    text.replace('å', "a")
        .replace('Å', "A")
        .replace('ø', "o")
        .replace('Ø', "O")
        .replace('æ', "ae")
        .replace('Æ', "Ae")
}

/// A letter left out, doubled, changed with its neighbour, or hit beside.
fn mistyped(rng: &mut Rng, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 4 {
        return None;
    }
    let at = rng.usize(1..letters.len() - 1);
    match rng.u8(..7) {
        0..2 => drop(letters.remove(at)),
        2..4 => letters.insert(at, letters[at]),
        4..6 => letters.swap(at, at + 1),
        _ => letters[at] = rng.lowercase(),
    }
    // the neighbour again is two slips; so is -son for -sen, by way of -sson
    Some(letters.into_iter().collect())
        .filter(|spoilt: &String| !spoilt.ends_with("son") && !spoilt.contains("son "))
}

/// Two slips in two places, on top of each other for nothing.
pub(crate) fn two_slips(rng: &mut Rng, text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let long: Vec<usize> = (0..words.len())
        .filter(|at| words[*at].chars().count() > 4)
        .collect();
    let Some((first, second)) = long.first().zip(long.get(1)) else {
        let middle = text
            .char_indices()
            .nth(text.chars().count() / 2)
            .map_or(0, |(at, _)| at);
        let (head, tail) = text.split_at(middle);
        return format!("{}{}", slip_word(rng, head), slip_word(rng, tail));
    };
    let mut out: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    for at in [*first, *second] {
        out[at] = slip_word(rng, words[at]);
    }
    out.join(" ")
}

/// A letter left out or changed with its neighbour.
fn slip_word(rng: &mut Rng, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 4 {
        letters.push('x');
    } else {
        for _ in 0..20 {
            let at = rng.usize(1..letters.len() - 1);
            if !letters[at].eq_ignore_ascii_case(&letters[at + 1]) {
                letters.swap(at, at + 1);
                break;
            }
        }
    }
    letters.into_iter().collect()
}

/// A given name in part: the middle name left out or only its initial.
pub(crate) fn shortened(rng: &mut Rng, first: &str) -> Option<String> {
    let (one, two) = first.split_once(' ')?;
    let initial = two.chars().next()?;
    Some(match rng.u8(..3) {
        0 => format!("{one} {initial}."),
        1 => format!("{one} {initial}"),
        _ => one.to_owned(),
    })
}

/// The form of a business left out, put in front, or with dots; `&` for `og`.
pub(crate) fn reformed(rng: &mut Rng, name: &str) -> Option<String> {
    if name.contains(" & ") && rng.bool() {
        return Some(name.replace(" & ", " og "));
    }
    let (bare, form) = name.rsplit_once(' ')?;
    if !["AS", "ASA", "ANS", "DA", "SA", "NUF", "BA", "KS", "ENK"].contains(&form) {
        return None;
    }
    Some(match rng.u8(..4) {
        0 => format!("{form} {bare}"),
        1 if form == "AS" => format!("{bare} A/S"),
        2 if form == "AS" => format!("{bare} A.S."),
        _ => bare.to_owned(),
    })
}
