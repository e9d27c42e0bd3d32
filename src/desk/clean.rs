//! Makes text from outside harmless and bounded, once, when it enters the model.

use crate::domain::sanitize;

/// At most this many characters of one line are kept; nothing on a screen needs more.
const LINE_LIMIT: usize = 2_000;

/// One line: line breaks and tabs become spaces.
pub fn line(raw: &str) -> String {
    sanitize::clean(raw).chars().take(LINE_LIMIT).collect()
}

/// Several lines: line breaks stay.
pub fn lines(raw: &str) -> String {
    sanitize::clean_multiline(raw).into_owned()
}

/// Clean a line in place; free when it is clean already.
pub fn tidy(text: &mut String) {
    if text.len() > LINE_LIMIT || text.chars().any(|c| !(' '..='~').contains(&c)) {
        *text = line(text);
    }
}
