//! What the check-up found: where, how bad, in words, and what to do.

use serde::Serialize;

use crate::text::Texts;

/// Columns of the area in front of what is said.
const AREA: usize = 10;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// To be known; one can work.
    Note,
    /// Somebody must do something.
    Wrong,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at: `terminal`, `locale`, `settings`, `database`, `worker`, `disk`.
    area: &'static str,
    /// Which finding, for programs.
    key: &'static str,
    level: Level,
    /// In words.
    said: String,
    /// What to do, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

impl Finding {
    /// For a person: the finding, and below it what to do.
    pub(super) fn lines(&self) -> Vec<String> {
        let mark = match self.level {
            Level::Ok => "ok  ",
            Level::Note => "note",
            Level::Wrong => "BAD ",
        };
        let first = format!("{mark}  {:AREA$}{}", self.area, self.said);
        let then = self.todo.iter();
        let then = then.map(|todo| format!("{:width$}-> {todo}", "", width = 6 + AREA));
        std::iter::once(first).chain(then).collect()
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Findings {
    texts: Texts,
    all: Vec<Finding>,
}

impl Findings {
    pub(super) fn new(texts: Texts) -> Self {
        Self {
            texts,
            all: Vec::new(),
        }
    }

    /// Adds one: the texts `doctor.<area>.<key>` and, unless all is well, `….todo` if it is there.
    pub(super) fn add(
        &mut self,
        level: Level,
        (area, key): (&'static str, &'static str),
        values: &[(&str, &str)],
    ) {
        let name = format!("doctor.{area}.{key}");
        let then = format!("{name}.todo");
        let has_then = level != Level::Ok && self.texts.find(&then).is_some();
        self.all.push(Finding {
            area,
            key,
            level,
            said: self.texts.fill(&name, values),
            todo: has_then.then(|| self.texts.fill(&then, values)),
        });
    }

    /// Adds one that is well, or else a note.
    pub(super) fn note_unless(
        &mut self,
        is_well: bool,
        place: (&'static str, &'static str),
        values: &[(&str, &str)],
    ) {
        let level = if is_well { Level::Ok } else { Level::Note };
        self.add(level, place, values);
    }

    /// All, in the order in which they were looked at.
    pub(super) fn all(&self) -> &[Finding] {
        &self.all
    }

    /// The worst of them.
    pub(super) fn worst(&self) -> Level {
        let levels = self.all.iter().map(|finding| finding.level);
        levels.max().unwrap_or(Level::Ok)
    }
}
