//! Text in columns: measured by what a terminal shows, cut with two dots, never in the middle of a
//! character.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What belongs together stands in so many columns at most, however wide the screen is: the eye has
/// to find the line again.
pub(super) const TOGETHER: usize = 100;

/// Columns that a text takes.
pub fn of(text: &str) -> usize {
    text.width()
}

/// The text in at most that many columns; what is cut off leaves two dots.
pub fn cut(text: &str, columns: usize) -> String {
    if of(text) <= columns {
        return text.to_owned();
    }
    let dots = if columns > 4 { ".." } else { "" };
    let room = columns - of(dots);
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += of(grapheme);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out.push_str(dots);
    out
}

/// The text in exactly that many columns, filled with spaces behind.
pub fn left(text: &str, columns: usize) -> String {
    let mut out = cut(text, columns);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(of(&out))));
    out
}

/// The text in exactly that many columns, filled with spaces in front.
pub fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    format!("{}{text}", " ".repeat(columns.saturating_sub(of(&text))))
}

/// The text in lines of at most that many columns, broken at spaces where there are some.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n')
        .flat_map(|line| wrap_line(line, columns.max(1)))
        .collect()
}

fn wrap_line(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let (word, gap) = word
            .strip_suffix(' ')
            .map_or((word, ""), |word| (word, " "));
        if used + of(word) > columns && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        used = push_word(&mut lines, word, used, columns);
        if used < columns {
            used = push_word(&mut lines, gap, used, columns);
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Put a word at the end; one that is wider than a line is cut into pieces.
fn push_word(lines: &mut Vec<String>, word: &str, mut used: usize, columns: usize) -> usize {
    for grapheme in word.graphemes(true) {
        // what is wider than the column has no place in it
        let grapheme = if of(grapheme) > columns {
            "?"
        } else {
            grapheme
        };
        let width = of(grapheme);
        if used + width > columns && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(grapheme);
        }
        used += width;
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_any_script_fill_their_column() {
        assert_eq!(left("日本電力株式会社", 9), "日本電.. ");
        assert_eq!(of(&left("日本電力株式会社", 9)), 9);
        assert_eq!(right("-41m", 6), "  -41m");
    }

    #[test]
    fn long_texts_break_at_spaces() {
        assert_eq!(
            wrap("called first, no answer", 12),
            ["called", "first, no", "answer"]
        );
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 10), ["a", "", "b"]);
    }

    proptest! {
        #[test]
        fn no_text_is_wider_than_its_column(text in "\\PC{0,40}", columns in 2usize..30) {
            prop_assert!(of(&cut(&text, columns)) <= columns);
            prop_assert_eq!(of(&left(&text, columns)), columns);
            for line in wrap(&text, columns) {
                prop_assert!(of(&line) <= columns);
            }
        }
    }
}
