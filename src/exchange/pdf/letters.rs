//! Letters of a PDF: the `WinAnsi` encoding of the standard fonts, and how wide they are. A reader brings
//! these fonts along, so that none has to stand in the file.

use unicode_normalization::UnicodeNormalization as _;

use super::Font;
use crate::domain::sanitize::clean;

/// What Windows-1252 has between 0x80 and 0x9F; five of them stand for nothing.
const UPPER: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Text of one line in that encoding, without anything that is no letter. A letter that the encoding
/// lacks stands without its accent, else as a question mark.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let text = clean(text);
    text.nfc()
        .map(|letter| byte(letter).unwrap_or(b'?'))
        .collect()
}

fn byte(letter: char) -> Option<u8> {
    match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(letter).ok(),
        // narrow spaces of numbers, the hyphen that does not break, the minus sign
        '\u{2007}' | '\u{2009}' | '\u{202f}' => Some(0xa0),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => Some(b'-'),
        _ => upper(letter).or_else(|| bare(letter)),
    }
}

fn upper(letter: char) -> Option<u8> {
    let at = UPPER
        .iter()
        .position(|one| *one == letter && !one.is_control())?;
    u8::try_from(at + 0x80).ok()
}

/// The letter under its accents, where the encoding has that.
fn bare(letter: char) -> Option<u8> {
    let first = std::iter::once(letter).nfkd().next()?;
    let is_other = first != letter;
    if is_other { byte(first) } else { None }
}

/// How wide encoded text is in thousandths of its size.
pub(super) fn width(text: &[u8], font: Font) -> u32 {
    let table = match font {
        Font::Plain => &PLAIN,
        Font::Bold => &BOLD,
    };
    let one = |byte: &u8| table.get(usize::from(byte.saturating_sub(32))).copied();
    text.iter().filter_map(one).map(u32::from).sum()
}

/// Widths from the space on: those of the standard font, thousandths of the size.
#[rustfmt::skip]
const PLAIN: [u16; 224] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722,
    722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,
    500, 334, 260, 334, 584, 350, 556, 350, 222, 556, 333, 1000, 556, 556, 333, 1000, 667, 333,
    1000, 350, 611, 350, 350, 222, 222, 333, 333, 350, 556, 1000, 333, 1000, 500, 333, 944, 350,
    500, 667, 278, 333, 556, 556, 556, 556, 260, 556, 333, 737, 370, 556, 584, 333, 737, 552,
    400, 549, 333, 333, 333, 576, 537, 278, 333, 333, 365, 556, 834, 834, 834, 611, 667, 667,
    667, 667, 667, 667, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778,
    778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556,
    889, 500, 556, 556, 556, 556, 278, 278, 278, 278, 556, 556, 556, 556, 556, 556, 556, 549,
    611, 556, 556, 556, 556, 500, 556, 500,
];

#[rustfmt::skip]
const BOLD: [u16; 224] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722,
    722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
    611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556,
    500, 389, 280, 389, 584, 350, 556, 350, 278, 556, 500, 1000, 556, 556, 333, 1000, 667, 333,
    1000, 350, 611, 350, 350, 278, 278, 500, 500, 350, 556, 1000, 333, 1000, 556, 333, 944, 350,
    500, 667, 278, 333, 556, 556, 556, 556, 280, 556, 333, 737, 370, 556, 584, 333, 737, 552,
    400, 549, 333, 333, 333, 576, 556, 278, 333, 333, 365, 556, 834, 834, 834, 611, 722, 722,
    722, 722, 722, 722, 1000, 722, 667, 667, 667, 667, 278, 278, 278, 278, 722, 722, 778, 778,
    778, 778, 778, 584, 778, 722, 722, 722, 722, 667, 667, 611, 556, 556, 556, 556, 556, 556,
    889, 556, 556, 556, 556, 556, 278, 278, 278, 278, 611, 611, 611, 611, 611, 611, 611, 549,
    611, 611, 611, 611, 611, 556, 611, 556,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{LANGUAGES, Texts};

    #[test]
    fn letters_of_the_four_languages_stand_as_they_are() {
        let said = "Ångström ënt è ø æ — „x” € m³ … 1\u{202f}234";
        let bytes = encode(said);
        assert_eq!(bytes.len(), said.chars().count());
        assert!(!bytes.contains(&b'?'), "{bytes:?}");
        assert_eq!(encode("ő\u{1b}[31m☃"), b"o?");
    }

    /// Every text of the program can be printed: no language needs a letter that the fonts lack.
    #[test]
    fn every_text_of_the_page_can_be_written() {
        for lang in LANGUAGES {
            let texts = Texts::load(lang);
            for key in texts.keys().filter(|key| key.starts_with("consumption.")) {
                let said = texts.get(key);
                let is_asked = said.contains('?');
                let is_lost = encode(said).contains(&b'?');
                assert_eq!(is_lost, is_asked, "{lang} {key}: {said}");
            }
        }
    }

    proptest! {
        /// Nothing that somebody wrote becomes a byte that is no letter.
        #[test]
        fn nothing_but_letters_comes_out(text in any::<String>()) {
            let bytes = encode(&text);
            prop_assert!(bytes.iter().all(|byte| *byte >= 32 && *byte != 127));
            let widest = u32::try_from(bytes.len()).unwrap() * 1100;
            prop_assert!(width(&bytes, Font::Bold) <= widest);
        }
    }
}
