//! Text from outside, made harmless for a terminal, a log and a letter: control characters of both
//! sets, whole escape sequences, and the controls that turn the direction of writing are taken out.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

const ESC: char = '\u{1b}';
const BEL: char = '\u{7}';
const ST: char = '\u{9c}';

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// One line of harmless text: line breaks and tabs become a space.
pub fn clean(text: &str) -> Cow<'_, str> {
    clean_as(text, Lines::One)
}

/// Harmless text that keeps its line breaks, as `\n`; tabs become a space.
pub fn clean_multiline(text: &str) -> Cow<'_, str> {
    clean_as(text, Lines::Many)
}

fn clean_as(text: &str, lines: Lines) -> Cow<'_, str> {
    let harmless = |c: char| !is_unwanted(c) || (c == '\n' && lines == Lines::Many);
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ESC => skip_escape(&mut chars),
            '\u{9b}' => skip_csi(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push(if lines == Lines::Many { '\n' } else { ' ' });
            }
            '\t' => out.push(' '),
            c if is_unwanted(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// C0, DEL and C1; direction controls; separators of lines and of annotations; byte order mark.
fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// What follows an ESC. One that no sequence follows is dropped alone.
fn skip_escape(chars: &mut Peekable<Chars<'_>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some('P' | 'X' | ']' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        _ => {
            while chars.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            chars.next_if(|c| matches!(c, '0'..='~'));
        }
    }
}

/// Parameters, intermediates and the final character of a control sequence.
fn skip_csi(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

/// A control string (title, clipboard, link …) up to its end. One without an end loses only its
/// introducer, so that a stray byte cannot hide the rest of a text.
fn skip_string(chars: &mut Peekable<Chars<'_>>) {
    let mut ahead = chars.clone();
    while let Some(c) = ahead.next() {
        if c == BEL || c == ST || (c == ESC && ahead.next_if_eq(&'\\').is_some()) {
            *chars = ahead;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(
            clean("Bjørn Ååsen – 5223 MB 🏠"),
            Cow::Borrowed(_)
        ));
        assert!(matches!(clean_multiline("one\ntwo"), Cow::Borrowed(_)));
    }

    /// House rule 9: nothing that a terminal would obey gets through.
    #[test]
    fn escape_sequences_are_removed_whole() {
        for (hostile, left) in [
            ("a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]52;c;QUJD\u{1b}\\b", "ab"),
            ("a\u{1b}]8;;http://x\u{9c}b", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{9d}0;title\u{7}b", "ab"),
            ("a\u{1b}P1$r0m\u{1b}\\b", "ab"),
            ("a\u{1b}cb", "ab"),
            ("a\u{1b}(0b", "ab"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
            ("a\u{1b}]no end", "ano end"),
            ("a\u{0}\u{8}\u{7f}\u{85}b", "a b"),
            ("a\u{202e}b\u{2066}c\u{200f}\u{61c}\u{feff}", "abc"),
            ("\u{1b}\u{1b}[31mx", "x"),
        ] {
            assert_eq!(clean(hostile), left, "{hostile:?}");
        }
    }

    #[test]
    fn line_breaks_survive_only_where_lines_are_kept() {
        let text = "one\r\ntwo\rthree\tfour\nfive";
        assert_eq!(clean(text), "one two three four five");
        assert_eq!(clean_multiline(text), "one\ntwo\nthree four\nfive");
    }
}
