//! A text input: one line or several, with a cursor that moves by what people see as a character.
//!
//! Positions are byte offsets at grapheme borders. Typed text is cleaned of control characters and
//! bounded, so that nothing behind it has to. What was typed in one go, up to the end of a word, is
//! one change: it is taken back, and done again, as a whole.

use unicode_segmentation::UnicodeSegmentation as _;

use super::clean;

/// One line, or a note of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Line breaks become spaces.
    One,
    /// Line breaks stay.
    Many,
}

/// What can be done to the text, apart from typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// One character left.
    Left,
    /// One character right.
    Right,
    /// To the start of the word.
    WordLeft,
    /// Behind the word.
    WordRight,
    /// One line up (notes).
    Up,
    /// One line down (notes).
    Down,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// Delete the character left.
    Backspace,
    /// Delete the character right.
    Delete,
    /// Delete the word left.
    DeleteWord,
    /// Delete to the start of the line.
    DeleteToStart,
    /// Delete to the end of the line.
    DeleteToEnd,
    /// Take the last change back.
    Undo,
    /// Do again what was taken back last.
    Redo,
}

impl Edit {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Left,
        Self::Right,
        Self::WordLeft,
        Self::WordRight,
        Self::Up,
        Self::Down,
        Self::Home,
        Self::End,
        Self::Backspace,
        Self::Delete,
        Self::DeleteWord,
        Self::DeleteToStart,
        Self::DeleteToEnd,
        Self::Undo,
        Self::Redo,
    ];
}

/// How many changes can be taken back.
const UNDO_LIMIT: usize = 100;

/// A text with a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    text: String,
    cursor: usize,
    lines: Lines,
    limit: usize,
    past: Vec<(String, usize)>,
    future: Vec<(String, usize)>,
    /// Behind the character that was typed last, while the word goes on.
    typing: Option<usize>,
}

impl Editor {
    /// An empty input that takes at most `limit` characters.
    pub fn new(lines: Lines, limit: usize) -> Self {
        Self {
            text: String::new(),
            cursor: 0,
            lines,
            limit,
            past: Vec::new(),
            future: Vec::new(),
            typing: None,
        }
    }

    /// The same input with this text, the cursor at its end.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.insert(text);
        self.past.clear();
        self.typing = None;
        self
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Put the cursor before that byte, or before the character that it is in.
    pub fn put_cursor(&mut self, at: usize) {
        let mut borders = self.text.grapheme_indices(true).map(|(border, _)| border);
        let before = borders.rfind(|border| *border <= at).unwrap_or(0);
        self.cursor = if at >= self.text.len() {
            self.text.len()
        } else {
            before
        };
    }

    /// Whether it takes several lines.
    pub fn lines(&self) -> Lines {
        self.lines
    }

    /// At most so many characters.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Line and column (in graphemes) of the cursor.
    pub fn place(&self) -> (usize, usize) {
        let before = &self.text[..self.cursor];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count();
        (line, before[start..].graphemes(true).count())
    }

    /// Type or paste. What does not fit is left out; `false` says so.
    pub fn insert(&mut self, raw: &str) -> bool {
        let clean = match self.lines {
            Lines::One => clean::line(raw),
            Lines::Many => clean::lines(raw),
        };
        let room = self.limit.saturating_sub(self.text.chars().count());
        let fits: String = clean.chars().take(room).collect();
        if !fits.is_empty() {
            let goes_on = is_letter(&fits) && self.typing == Some(self.cursor);
            if !goes_on {
                self.remember();
            }
            self.text.insert_str(self.cursor, &fits);
            self.cursor += fits.len();
            self.typing = is_letter(&fits).then_some(self.cursor);
        }
        fits.len() == clean.len()
    }

    /// Replace everything.
    pub fn set(&mut self, text: &str) {
        if self.text == text {
            return;
        }
        self.remember();
        let before = std::mem::take(&mut self.past);
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
        self.past = before;
    }

    /// Do one edit.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.cursor = self.left(),
            Edit::Right => self.cursor = self.right(),
            Edit::WordLeft => self.cursor = self.word_left(),
            Edit::WordRight => self.cursor = self.word_right(),
            Edit::Up => self.line_step(-1),
            Edit::Down => self.line_step(1),
            Edit::Home => self.cursor = self.line_start(),
            Edit::End => self.cursor = self.line_end(),
            Edit::Backspace => self.cut(self.left(), self.cursor),
            Edit::Delete => self.cut(self.cursor, self.right()),
            Edit::DeleteWord => self.cut(self.word_left(), self.cursor),
            Edit::DeleteToStart => self.cut(self.line_start(), self.cursor),
            Edit::DeleteToEnd => self.cut(self.cursor, self.line_end()),
            Edit::Undo => self.undo(),
            Edit::Redo => self.redo(),
        }
    }

    /// Whether the cursor is on the first or the last line, so that an arrow leaves the field.
    pub fn at_edge(&self, edit: Edit) -> bool {
        match edit {
            Edit::Up => !self.text[..self.cursor].contains('\n'),
            Edit::Down => !self.text[self.cursor..].contains('\n'),
            _ => false,
        }
    }

    fn remember(&mut self) {
        if self.past.len() == UNDO_LIMIT {
            self.past.remove(0);
        }
        self.past.push((self.text.clone(), self.cursor));
        self.future.clear();
        self.typing = None;
    }

    fn undo(&mut self) {
        if let Some(past) = self.past.pop() {
            let now = self.become_again(past);
            self.future.push(now);
        }
    }

    fn redo(&mut self) {
        if let Some(future) = self.future.pop() {
            let now = self.become_again(future);
            self.past.push(now);
        }
    }

    /// What it was or will be; answers what it is.
    fn become_again(&mut self, (text, cursor): (String, usize)) -> (String, usize) {
        self.typing = None;
        let was = std::mem::replace(&mut self.cursor, cursor);
        (std::mem::replace(&mut self.text, text), was)
    }

    fn cut(&mut self, from: usize, to: usize) {
        if from < to {
            self.remember();
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }

    fn left(&self) -> usize {
        self.text[..self.cursor]
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..]
            .graphemes(true)
            .next()
            .map_or(self.cursor, |g| self.cursor + g.len())
    }

    fn word_left(&self) -> usize {
        self.text[..self.cursor]
            .unicode_word_indices()
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    fn word_right(&self) -> usize {
        self.text[self.cursor..]
            .unicode_word_indices()
            .next()
            .map_or(self.text.len(), |(at, word)| self.cursor + at + word.len())
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..]
            .find('\n')
            .map_or(self.text.len(), |at| self.cursor + at)
    }

    fn line_step(&mut self, step: isize) {
        let (line, column) = self.place();
        let Some(target) = line.checked_add_signed(step) else {
            return;
        };
        let mut start = 0;
        for (number, text) in self.text.split('\n').enumerate() {
            if number == target {
                let within: usize = text.graphemes(true).take(column).map(str::len).sum();
                self.cursor = start + within;
                return;
            }
            start += text.len() + 1;
        }
    }
}

/// One character that goes on a word.
fn is_letter(text: &str) -> bool {
    let mut graphemes = text.graphemes(true);
    let is_one = graphemes.next().is_some() && graphemes.next().is_none();
    is_one && !text.chars().any(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(text: &str) -> Editor {
        Editor::new(Lines::One, 200).with(text)
    }

    #[test]
    fn words_are_jumped_and_deleted() {
        let mut editor = line("called the party");
        editor.edit(Edit::WordLeft);
        editor.edit(Edit::DeleteWord);
        assert_eq!(editor.text(), "called party");
        editor.edit(Edit::Undo);
        assert_eq!(editor.text(), "called the party");
    }

    #[test]
    fn a_paste_of_lines_stays_one_line_or_keeps_them() {
        let mut one = line("");
        one.insert("a\r\nb\tc\u{1b}[31m");
        assert_eq!(one.text(), "a b c");
        let mut many = Editor::new(Lines::Many, 200);
        many.insert("a\r\nb");
        assert_eq!(many.text(), "a\nb");
        assert_eq!(many.place(), (1, 1));
    }

    #[test]
    fn a_cursor_moves_by_what_is_seen() {
        let mut editor = line("e\u{301}日");
        editor.edit(Edit::Backspace);
        editor.edit(Edit::Backspace);
        assert_eq!(editor.text(), "");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let mut editor = Editor::new(Lines::One, 3);
        assert!(!editor.insert("abcd"));
        assert_eq!(editor.text(), "abc");
    }

    /// What was typed word by word is taken back and done again word by word; a change ends what
    /// could be done again.
    #[test]
    fn changes_are_taken_back_and_done_again() {
        let mut editor = line("");
        for letter in ["a", "b", " ", "c", "d"] {
            editor.insert(letter);
        }
        editor.edit(Edit::Undo);
        assert_eq!(editor.text(), "ab ");
        editor.edit(Edit::Undo);
        editor.edit(Edit::Undo);
        assert_eq!(editor.text(), "");
        editor.edit(Edit::Undo);
        for text in ["ab", "ab ", "ab cd", "ab cd"] {
            editor.edit(Edit::Redo);
            assert_eq!((editor.text(), editor.cursor()), (text, text.len()));
        }
        editor.edit(Edit::Undo);
        editor.insert("x");
        editor.edit(Edit::Redo);
        assert_eq!(editor.text(), "ab x");
    }

    #[test]
    fn what_was_put_in_as_a_whole_is_taken_back_as_a_whole() {
        let mut editor = line("first");
        editor.set("second");
        editor.edit(Edit::Undo);
        assert_eq!(editor.text(), "first");
        editor.edit(Edit::Redo);
        assert_eq!(editor.text(), "second");
    }

    proptest! {
        #[test]
        fn no_sequence_breaks_the_cursor(
            steps in proptest::collection::vec((0usize..16, "\\PC{0,4}"), 0..40)
        ) {
            let mut editor = Editor::new(Lines::Many, 30);
            for (step, text) in steps {
                match Edit::ALL.get(step) {
                    Some(edit) => editor.edit(*edit),
                    None => { editor.insert(&format!("{text}\n")); }
                }
                prop_assert!(editor.text().is_char_boundary(editor.cursor()));
                prop_assert!(editor.text().chars().count() <= 30);
            }
        }
    }
}
