//! The clipboard of the terminal, by OSC 52: the only one that a console over SSH can reach. The
//! terminal is not asked whether it took the text; some must be told to allow it.

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;

/// At most so much is copied: some terminals drop longer sequences whole.
const MOST: usize = 4096;

/// The bytes that hand a text to the terminal.
pub fn copy(text: &str) -> Vec<u8> {
    let mut end = text.len().min(MOST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut bytes = Vec::new();
    // writing into memory does not fail
    let _ = queue!(bytes, CopyToClipboard::to_clipboard_from(&text[..end]));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_sequence_of_plain_characters() {
        let bytes = String::from_utf8(copy("GT-2026-000398")).unwrap();
        assert_eq!(bytes, "\u{1b}]52;c;R1QtMjAyNi0wMDAzOTg=\u{1b}\\");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let bytes = copy(&"é".repeat(MOST));
        assert!(bytes.len() < MOST * 4 / 3 + 20);
    }
}
