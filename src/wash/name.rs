//! Names compared as a clerk would: folded first, then by likeness (identifiers.md 3.9).

use unicode_normalization::UnicodeNormalization as _;

use super::Rules;
use super::slip::is_one_slip;

/// Forms of companies, which say nothing about which company it is.
const FORMS: &[&str] = &[
    "as",
    "asa",
    "enk",
    "ans",
    "da",
    "sa",
    "ba",
    "bl",
    "ks",
    "nuf",
    "sf",
    "iks",
    "esek",
    "kf",
    "bv",
    "nv",
    "ab",
    "aksjeselskap",
    "enkeltpersonforetak",
];

/// A name without what people write in several ways: case, æ ø å, accents, hyphens, double spaces.
pub fn fold(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    let mut take = |c: char| match letter(c) {
        None => gap = !out.is_empty(),
        Some(letter) => {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push(letter);
        }
    };
    if name.is_ascii() {
        name.bytes()
            .for_each(|byte| take(char::from(byte.to_ascii_lowercase())));
    } else if is_composed(name) {
        name.chars().flat_map(char::to_lowercase).for_each(take);
    } else {
        name.nfc().flat_map(char::to_lowercase).for_each(take);
    }
    for (pair, letter) in [("aa", "a"), ("oe", "o"), ("ae", "a")] {
        if out.contains(pair) {
            out = out.replace(pair, letter);
        }
    }
    out
}

/// Whether nothing in it can be put together any more (NFC): no mark that stands alone, no letter of
/// scripts that have some.
pub(super) fn is_composed(text: &str) -> bool {
    text.chars().all(|c| c < '\u{300}')
}

/// A letter or digit as it is compared; `None` for what only separates.
fn letter(c: char) -> Option<char> {
    match c {
        'æ' | 'ä' | 'å' => Some('a'),
        'ø' | 'ö' => Some('o'),
        'đ' | 'ð' => Some('d'),
        'þ' => Some('t'),
        'ł' => Some('l'),
        c if c.is_ascii_alphanumeric() => Some(c),
        c => std::iter::once(c)
            .nfd()
            .next()
            .filter(|base| base.is_alphanumeric()),
    }
}

/// Folded further, as the name sounds: ch and c as k, th as t, w as v, z as s, double letters once,
/// the endings of the same surname.
pub fn sound(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    for token in folded.split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        let start = out.len();
        let mut last = None;
        let single = |c: &char| last.replace(*c) != Some(*c);
        if token.contains(['c', 'h', 'w', 'z']) {
            out.extend(letters_that_sound(token).chars().filter(single));
        } else {
            out.extend(token.chars().filter(single));
        }
        if out.ends_with("sen") || out.ends_with("son") {
            let stem = out.get(start..out.len() - 3).unwrap_or_default();
            if stem.len() > 1 {
                let kept = stem.trim_end_matches('s').len();
                out.truncate(start + kept);
                out.push_str("sen");
            }
        }
    }
    out
}

/// ch and c as k, th as t, ph as f, w as v, z as s.
fn letters_that_sound(token: &str) -> String {
    token
        .replace("ch", "k")
        .replace("ck", "k")
        .replace("th", "t")
        .replace("ph", "f")
        .replace('c', "k")
        .replace('w', "v")
        .replace('z', "s")
}

/// A business name folded and without its form, `og` and `co`. A name that is nothing but these
/// stays as it is.
pub fn fold_business(name: &str) -> String {
    let words = spelt_out(name);
    let is_empty = |word: &str| is_form(word) || matches!(word, "og" | "and" | "co");
    let mut kept = words
        .iter()
        .map(String::as_str)
        .filter(|word| !is_empty(word));
    let Some(first) = kept.next() else {
        return fold(name);
    };
    let rest = kept.map(fold).filter(|word| !word.is_empty());
    rest.fold(fold(first), |name, word| name + " " + &word)
}

/// Whether a word is the form of a company, and not the surname Aas or Ås.
fn is_form(word: &str) -> bool {
    FORMS.contains(&word)
}

/// Whether a word in lower case has, or is, the form of a company.
pub(super) fn has_form(word: &str) -> bool {
    if word.chars().all(char::is_alphanumeric) {
        return is_form(word);
    }
    !forms_of(word).is_empty()
}

/// The forms of companies that stand in a name.
pub fn forms_of(name: &str) -> Vec<String> {
    let mut words = spelt_out(name);
    words.retain(|word| is_form(word));
    words
}

/// The words in lower case without what stands between, `A/S`, `A.S.` and `a s` as `as`.
fn spelt_out(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let is_between = |c: char| !c.is_alphanumeric() && !matches!(c, '/' | '.');
    let mut words: Vec<String> = Vec::new();
    for word in lower.split(is_between).filter(|word| !word.is_empty()) {
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if is_form(&letters) {
            words.push(letters);
        } else {
            let parts = word.split(['/', '.']).filter(|part| !part.is_empty());
            words.extend(parts.map(str::to_owned));
        }
    }
    if let [.., a, s] = words.as_slice()
        && (a.as_str(), s.as_str()) == ("a", "s")
    {
        words.truncate(words.len() - 2);
        words.push("as".to_owned());
    }
    words
}

fn sorted(name: &str) -> String {
    let mut tokens: Vec<&str> = name.split(' ').collect();
    tokens.sort_unstable();
    tokens.join(" ")
}

/// How alike two folded names are, 0 to 1: as written, by sound, and with the words in any order.
pub fn likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let (a, b) = (sound(one), sound(other));
    if a == b || sorted(&a) == sorted(&b) {
        return 0.99;
    }
    let joined = |name: &str| name.replace(' ', "");
    let tries = [
        jaro_winkler(one, other),
        jaro_winkler(&a, &b),
        jaro_winkler(&sorted(&a), &sorted(&b)),
        jaro_winkler(&joined(&a), &joined(&b)),
    ];
    tries.into_iter().fold(0.0, f64::max).min(0.99)
}

/// Jaro-Winkler; of short words without accents, which are nearly all, without asking for memory.
fn jaro_winkler(one: &str, other: &str) -> f64 {
    let is_short = |word: &str| word.is_ascii() && (1..=64).contains(&word.len());
    if !is_short(one) || !is_short(other) {
        return strsim::jaro_winkler(one, other);
    }
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let jaro = jaro(one, other);
    if jaro <= 0.7 {
        return jaro;
    }
    let pairs = one.iter().zip(other).take(4);
    let alike = pairs.take_while(|(a, b)| a == b).count();
    jaro + 0.1 * as_float(alike) * (1.0 - jaro)
}

/// Jaro of at most 64 bytes each: which of the other's are taken stands in the bits of a number.
fn jaro(one: &[u8], other: &[u8]) -> f64 {
    let reach = (one.len().max(other.len()) / 2).saturating_sub(1);
    let (mut taken, mut letters, mut count) = (0_u64, [0_u8; 64], 0_usize);
    for (at, byte) in one.iter().enumerate() {
        let from = at.saturating_sub(reach);
        let mut near = other.iter().enumerate().take(at + reach + 1).skip(from);
        let found = near.find(|(place, found)| *found == byte && taken & (1 << place) == 0);
        if let Some((place, _)) = found {
            taken |= 1 << place;
            if let Some(slot) = letters.get_mut(count) {
                *slot = *byte;
            }
            count += 1;
        }
    }
    if count == 0 {
        return 0.0;
    }
    let theirs = other.iter().enumerate();
    let theirs = theirs.filter(|(place, _)| taken & (1 << place) != 0);
    let crossed = theirs.zip(letters).filter(|((_, a), b)| *a != b).count() / 2;
    let common = as_float(count);
    (common / as_float(one.len())
        + common / as_float(other.len())
        + as_float(count - crossed) / common)
        / 3.0
}

#[expect(clippy::cast_precision_loss, reason = "at most 64")]
fn as_float(count: usize) -> f64 {
    count as f64
}

/// Whether two names are nearly equal, however they are written.
pub fn alike(one: &str, other: &str, rules: &Rules) -> bool {
    likeness(&fold(one), &fold(other)) >= rules.same
}

/// Whether a name written in full or in part can be that of a person: every word of the shorter one
/// stands in the longer one, in any order; an initial stands for its name, a middle name may be left
/// out. At least one word is the same in full, and one word alone is not enough.
pub fn may_be(one: &str, other: &str, rules: &Rules) -> bool {
    may_be_of(one, rules)(other)
}

/// As [`may_be`], of one name and many others.
pub fn may_be_of(name: &str, rules: &Rules) -> impl Fn(&str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        name.bytes().filter(|byte| *byte != b' ')
    }
    let is_empty = name.is_empty();
    let sounded = sound(&fold(name));
    move |other| {
        let other = sound(&fold(other));
        if !is_empty && letters(&sounded).eq(letters(&other)) {
            return true;
        }
        has_words_of(&sounded, &other, rules)
    }
}

fn has_words_of(one: &str, other: &str, rules: &Rules) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split(' ').collect(), other.split(' ').collect());
    let (short, mut long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let mut in_full = 0;
    let all = short.iter().all(|word| {
        let place = long.iter().position(|other| stands_for(word, other, rules));
        let Some(place) = place else { return false };
        in_full += usize::from(word.len() > 1 && long[place].len() > 1);
        long.remove(place);
        true
    });
    all && short.len() > 1 && in_full > 0
}

/// The same word, an initial of it, or nearly it.
fn stands_for(word: &str, other: &str, rules: &Rules) -> bool {
    let (short, long) = if word.len() <= other.len() {
        (word, other)
    } else {
        (other, word)
    };
    match short.len() {
        0 => false,
        1 => long.starts_with(short),
        _ => {
            word == other
                || jaro_winkler(word, other) >= rules.same
                || (short.len() > 3 && is_one_slip(word, other))
        }
    }
}

/// Whether two given names may be of one person: `Anne Marie` and `Anne`, `P.` and `Per`; not `Tor`
/// and `Tore`.
pub fn is_one_given_name(one: &str, other: &str) -> bool {
    let (one, other) = (sound(&fold(one)), sound(&fold(other)));
    let (short, long) = if one.split(' ').count() <= other.split(' ').count() {
        (one, other)
    } else {
        (other, one)
    };
    let is_it = |word: &str, other: &str| match (word.len(), other.len()) {
        (1, _) => other.starts_with(word),
        (_, 1) => word.starts_with(other),
        _ => word == other,
    };
    let mut words = short.split(' ');
    !short.is_empty() && words.all(|word| long.split(' ').any(|other| is_it(word, other)))
}

/// Whether two surnames share a name, with a slip: `Berg` and `Hansen Berg`, `Hansen-Berg`.
pub fn share_surname(one: &str, other: &str, rules: &Rules) -> bool {
    let words = |name: &str| -> Vec<String> {
        let words = name
            .split([' ', '-'])
            .filter(|word| word.chars().count() > 1);
        words.map(str::to_lowercase).collect()
    };
    let is_one = |one: &str, other: &str| {
        alike(one, other, rules) || (one.chars().count() > 3 && is_one_slip(one, other))
    };
    let others = words(other);
    let shared = words(one)
        .iter()
        .any(|word| others.iter().any(|other| is_one(word, other)));
    shared || (!one.is_empty() && is_one_slip(one, other))
}

/// A street folded, with the usual abbreviations of its kind: `Storgt.` is `Storgata`.
pub fn fold_street(street: &str) -> String {
    const KINDS: &[(&str, &str)] = &[
        ("veien", "v"),
        ("vegen", "v"),
        ("vei", "v"),
        ("veg", "v"),
        ("vn", "v"),
        ("gaten", "g"),
        ("gata", "g"),
        ("gate", "g"),
        ("gt", "g"),
        ("plassen", "pl"),
        ("plass", "pl"),
    ];
    let folded = fold(street);
    let Some((long, short)) = KINDS.iter().find(|(long, _)| folded.ends_with(long)) else {
        return folded;
    };
    let stem = folded[..folded.len() - long.len()].trim_end();
    format!("{stem} {short}").trim_start().to_owned()
}

/// Whether two streets are one.
pub fn is_one_street(one: &str, other: &str, rules: &Rules) -> bool {
    one == other
        || fold_street(one) == fold_street(other)
        || alike(one, other, rules)
        || (!one.is_empty() && is_one_slip(one, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DW-BAS-23, identifiers.md 3.9: the pairs of the list mean what it says.
    #[test]
    fn dw_bas_23_names_are_compared_after_folding() {
        let same = [
            ("Kjell Thorsen", "Kjell Torsen"),
            ("Anne-Lise Berg", "Anne Lise Berg"),
            ("Kristian Olsen", "Christian Olsen"),
            ("Bjørn Nilsen", "Bjoern Nielsen"),
            ("Østby", "Ostby"),
            ("Åse Hansen", "Aase Hansen"),
            ("Berg Anne Lise", "Anne-Lise Berg"),
            ("Ødegård", "Ødegaard"),
            ("Sæther", "Saeter"),
        ];
        for (one, other) in same {
            assert!(alike(one, other, &Rules::default()), "{one} / {other}");
        }
        let different = [
            ("Per Hansen", "Kari Hansen"),
            ("Hansen Rør AS", "Per Hansen"),
        ];
        for (one, other) in different {
            let likeness = likeness(&fold(one), &fold(other));
            assert!(likeness < 0.92, "{one} / {other}: {likeness}");
        }
    }

    #[test]
    fn forms_of_companies_do_not_count() {
        assert_eq!(fold_business("Ødegård Drift AS"), "odegard drift");
        assert_eq!(fold_business("AS"), "as");
        for name in ["Vik & Co A/S", "AS Vik", "Vik A.S.", "Vik a s", "VIK, AS"] {
            assert_eq!(fold_business(name), "vik", "{name}");
        }
        // a surname is no form
        assert_eq!(fold_business("Aas Rør ENK"), "as ror");
        assert_eq!(forms_of("Ås Rør AS"), ["as"]);
    }

    /// DW-BAS-23: a middle name left out and an initial are the same person; another one is not.
    #[test]
    fn dw_bas_23_parts_of_a_name() {
        let rules = Rules::default();
        let same = [
            ("Anne Marie Berg", "Anne Berg"),
            ("A. Berg", "Anne Berg"),
            ("Berg Anne", "Anne Marie Berg"),
            ("Per H. Olsen", "Per Håkon Olsen"),
            ("Per Olssen", "Per Håkon Olsen"),
        ];
        for (one, other) in same {
            assert!(may_be(one, other, &rules), "{one} / {other}");
        }
        let different = [
            ("Kari Berg", "Anne Berg"),
            ("Berg", "Anne Berg"),
            ("Odd Berg", "Ola Berg"),
            ("", "Anne Berg"),
            ("", ""),
            ("A B", "Anne Berg"),
        ];
        for (one, other) in different {
            assert!(!may_be(one, other, &rules), "{one} / {other}");
        }
    }

    /// DW-A02-4: a double surname holds both names.
    #[test]
    fn dw_a02_4_double_surnames() {
        let rules = Rules::default();
        assert!(share_surname("Hansen Berg", "Berg", &rules));
        assert!(share_surname("Hansen-Berg", "Hanssen", &rules));
        assert!(!share_surname("Hansen", "Berg", &rules));
        assert!(!share_surname("", "", &rules));
        assert!(is_one_given_name("P.", "Per"));
        assert!(!is_one_given_name("Tor", "Tore"));
    }

    #[test]
    fn streets_are_abbreviated() {
        let rules = Rules::default();
        for (one, other) in [
            ("Storgt.", "Storgata"),
            ("Bjørkeveien", "Bjørkevn"),
            ("Bjørke vei", "Bjoerkeveg"),
        ] {
            assert!(is_one_street(one, other, &rules), "{one} / {other}");
        }
        assert!(!is_one_street("Storgata", "Kirkegata", &rules));
    }

    proptest::proptest! {
        /// Likeness is the same both ways, between 0 and 1, and a name is like itself.
        #[test]
        fn likeness_is_a_likeness(one in "[a-zæøå\\- ]{0,20}", other in "[a-zæøå\\- ]{0,20}") {
            let (a, b) = (fold(&one), fold(&other));
            let (there, back) = (likeness(&a, &b), likeness(&b, &a));
            proptest::prop_assert!((there - back).abs() < 1e-9);
            proptest::prop_assert!((0.0..=1.0).contains(&there));
            proptest::prop_assert!((likeness(&a, &a) - 1.0).abs() < 1e-9);
        }
    }

    proptest::proptest! {
        /// The likeness of short words is that of the library, to the last bit.
        #[test]
        fn short_words_are_as_alike_as_the_library_says(one in "[a-e ]{0,66}", other in "[a-eå ]{0,12}") {
            for (one, other) in [(&one, &other), (&other, &one)] {
                let expected = strsim::jaro_winkler(one, other);
                proptest::prop_assert_eq!(jaro_winkler(one, other).to_bits(), expected.to_bits());
            }
        }

        /// Folding by the short way is folding by the long one.
        #[test]
        fn folding_knows_no_short_cuts(name in "[a-zA-ZæøåÆØÅéüÿß \\-&/'.]{0,20}") {
            let long = |name: &str| fold(&format!("{name} \u{4e00}"));
            let expected = long(&name);
            let expected = expected.strip_suffix('\u{4e00}').unwrap_or(&expected).trim_end();
            proptest::prop_assert_eq!(fold(&name), expected);
        }
    }
}
