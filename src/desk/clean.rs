//! Makes text from outside harmless, once, when it enters the model: no control characters, no
//! escape sequences, nothing that turns the direction of writing.

/// At most this many characters of one line are kept; nothing on a screen needs more.
const LINE_LIMIT: usize = 2_000;

/// One line: line breaks and tabs become single spaces.
pub fn line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in harmless(raw).take(LINE_LIMIT) {
        match c {
            '\n' if out.ends_with(' ') => {}
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Several lines: line breaks stay.
pub fn lines(raw: &str) -> String {
    harmless(raw).collect()
}

/// Clean a line in place; free when it is clean already.
pub fn tidy(text: &mut String) {
    if text.chars().count() > LINE_LIMIT || text.chars().any(is_harmful) {
        *text = line(text);
    }
}

/// Characters without escape sequences and controls; CR LF, CR and other breaks as `\n`, tab as a
/// space.
fn harmless(raw: &str) -> impl Iterator<Item = char> + '_ {
    let mut chars = raw.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let c = chars.next()?;
            match c {
                '\u{1b}' => skip_sequence(&mut chars),
                '\u{9b}' => skip_csi(&mut chars),
                '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
                '\r' => {
                    chars.next_if_eq(&'\n');
                    return Some('\n');
                }
                '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => return Some('\n'),
                '\t' => return Some(' '),
                c if is_harmful(c) => {}
                c => return Some(c),
            }
        }
    })
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_sequence(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_csi(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        Some(' '..='~') => {
            chars.next();
        }
        _ => {}
    }
}

fn skip_csi(chars: &mut Chars<'_>) {
    while chars.next_if(|c| (' '..='?').contains(c)).is_some() {}
    chars.next_if(|c| ('@'..='~').contains(c));
}

/// To the end of a control string; a string that never ends takes the rest of its line only.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// C0, C1, DEL, and the characters that change the direction of writing or are invisible.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sequences_vanish_with_their_arguments() {
        assert_eq!(line("a\u{1b}[31;1mred\u{1b}[0m"), "ared");
        assert_eq!(line("a\u{1b}]0;title\u{7}b"), "ab");
        assert_eq!(line("a\u{1b}]8;;http://x\u{1b}\\b"), "ab");
        assert_eq!(line("a\u{9b}2Jb"), "ab");
        assert_eq!(line("kees\u{202e}neila"), "keesneila");
    }

    #[test]
    fn an_endless_string_takes_one_line_only() {
        assert_eq!(lines("a\u{1b}]0;no end\nb"), "a\nb");
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(raw in any::<String>()) {
            prop_assert!(!line(&raw).chars().any(is_harmful));
            prop_assert!(!lines(&raw).chars().any(|c| is_harmful(c) && c != '\n'));
        }
    }
}
