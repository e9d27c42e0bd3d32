//! A screen read as it is drawn: what a line says without the room between its columns, and which
//! lines are new since it was read last.

use std::collections::BTreeSet;

/// A line as it is read: columns become parts of a sentence.
pub(super) fn read(line: &str) -> String {
    let parts = line.split("  ").map(str::trim);
    let is_said = |part: &&str| !part.is_empty() && !is_code(part);
    let parts: Vec<&str> = parts.filter(is_said).collect();
    parts.join(", ")
}

/// Squares of a code to be scanned: the address that it holds is said beside it.
fn is_code(part: &str) -> bool {
    part.contains(['▀', '▄']) && part.chars().all(|c| matches!(c, ' ' | '▀' | '▄' | '█'))
}

/// Each line by itself, also those of a text that has several.
pub(super) fn one_by_one(said: &[String]) -> Vec<String> {
    let lines = said.iter().flat_map(|said| said.lines());
    let lines = lines.filter(|line| !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

/// The lines that have something to say.
pub(super) fn lines(drawn: &[String]) -> Vec<String> {
    let read = drawn.iter().map(|line| read(line));
    read.filter(|line| !line.is_empty()).collect()
}

/// What was read of a screen. Time that passes is nothing new.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(BTreeSet<String>);

impl Seen {
    /// The lines that were not there; from now on they are.
    pub(super) fn new_of(&mut self, lines: &[String], calm: Calm) -> Vec<String> {
        let fresh = lines.iter().filter(|line| !self.0.contains(&calm.of(line)));
        let fresh: Vec<String> = fresh.cloned().collect();
        self.0 = lines.iter().map(|line| calm.of(line)).collect();
        fresh
    }
}

/// What is nothing new in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calm {
    /// Times left.
    Times,
    /// All figures: a screen that counts.
    Figures,
}

impl Calm {
    fn of(self, line: &str) -> String {
        match self {
            Self::Times => calm(line),
            Self::Figures => line.chars().filter(|c| !c.is_ascii_digit()).collect(),
        }
    }
}

/// The line without what only time changes: times left such as `2d03h`, `9m41s`.
fn calm(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if is_left(bare) { "#" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Digits with units of time behind them.
fn is_left(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, 'd' | 'h' | 'm' | 's');
    let digits = word.starts_with(|c: char| c.is_ascii_digit());
    let unit = word.ends_with(['d', 'h', 'm', 's']);
    digits && unit && word.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_become_parts_of_a_sentence() {
        assert_eq!(
            read("  r   3h05m   contact the party   "),
            "r, 3h05m, contact the party"
        );
        assert_eq!(read("   "), "");
        assert_eq!(read(" █▀▀█ ▄█  ▀   scan this"), "scan this");
    }

    #[test]
    fn a_countdown_is_nothing_new_and_a_new_line_is() {
        let mut seen = Seen::default();
        let lines = |time: &str| vec![format!("r contact {time} left"), "party".to_owned()];
        assert_eq!(seen.new_of(&lines("3h05m"), Calm::Times).len(), 2);
        assert_eq!(
            seen.new_of(&lines("3h04m"), Calm::Times),
            Vec::<String>::new()
        );
        let mut more = lines("9m41s");
        more.push("note by Sanne".to_owned());
        assert_eq!(seen.new_of(&more, Calm::Times), ["note by Sanne"]);
    }
}
