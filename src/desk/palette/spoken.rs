//! What was said in the palette, to be said again. It goes with the agent, as the place does.

/// Lines that are kept.
const MOST: usize = 20;
/// Characters of a line that is kept.
const LONG: usize = 80;

/// The lines, the newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spoken {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    text: String,
    /// Whether names of people may stand in it, so that it is never saved.
    is_private: bool,
}

impl Spoken {
    /// Adds a line; said twice it stands once, as the newest.
    pub fn add(&mut self, text: String, is_private: bool) {
        self.lines.retain(|line| line.text != text);
        self.lines.push(Line { text, is_private });
        if self.lines.len() > MOST {
            self.lines.remove(0);
        }
    }

    /// The line that was said so many lines ago, the last one being 1.
    pub fn back(&self, count: usize) -> Option<&str> {
        let at = self.lines.len().checked_sub(count)?;
        self.lines.get(at).map(|line| line.text.as_str())
    }

    /// What is saved.
    pub fn kept(&self) -> Vec<String> {
        let kept = self
            .lines
            .iter()
            .filter(|line| !line.is_private && line.text.chars().count() <= LONG);
        kept.map(|line| line.text.clone()).collect()
    }

    /// What was saved by an earlier console, before what was said in this one.
    pub fn restore(&mut self, kept: Vec<String>) {
        for line in std::mem::take(&mut self.lines)
            .into_iter()
            .rev()
            .chain(kept.into_iter().rev().map(|text| saved(&text)))
        {
            let is_there = self.lines.iter().any(|known| known.text == line.text);
            if !is_there && self.lines.len() < MOST {
                self.lines.insert(0, line);
            }
        }
    }
}

fn saved(text: &str) -> Line {
    Line {
        text: crate::domain::sanitize::clean(text)
            .chars()
            .take(LONG)
            .collect(),
        is_private: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_back_the_newest_first_and_once() {
        let mut spoken = Spoken::default();
        for line in ["lang nl", "mine", "lang nl"] {
            spoken.add(String::from(line), false);
        }
        assert_eq!(spoken.back(1), Some("lang nl"));
        assert_eq!(spoken.back(2), Some("mine"));
        assert_eq!(spoken.back(3), None);
    }

    #[test]
    fn what_may_name_people_is_never_kept() {
        let mut spoken = Spoken::default();
        spoken.add(String::from("search jansen"), true);
        spoken.add(String::from("theme mono"), false);
        assert_eq!(spoken.kept(), ["theme mono"]);
        assert_eq!(spoken.back(2), Some("search jansen"));
    }

    #[test]
    fn what_was_saved_stands_before_what_was_said() {
        let mut spoken = Spoken::default();
        spoken.add(String::from("mine"), false);
        spoken.restore(vec![String::from("board"), String::from("lang nl")]);
        assert_eq!(spoken.kept(), ["board", "lang nl", "mine"]);
        for number in 0..40 {
            spoken.add(format!("tab {number}"), false);
        }
        assert_eq!(spoken.kept().len(), MOST);
    }
}
