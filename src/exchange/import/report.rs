//! What came in, what was there already, what was refused and why: one object for people and for
//! programs.

use serde::Serialize;

use super::refused::Refused;
use crate::text::{Texts, format};

/// So many refused lines are kept with their reason; the rest is only counted.
pub const REFUSED_KEPT: usize = 10_000;

/// The report of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Per file.
    pub files: Vec<FileReport>,
    /// Each refused line, at most [`REFUSED_KEPT`].
    pub refused: Vec<RefusedLine>,
    /// Refused lines beyond those.
    pub refused_more: u64,
    /// Lines that came in without one of their values, at most [`REFUSED_KEPT`].
    pub left_out: Vec<RefusedLine>,
    /// Why it stopped before the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Stopped>,
}

/// Why a run stopped before the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// The file in which.
    pub file: String,
    /// The reason in words.
    pub reason: String,
}

/// The report of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// As given; `-` for standard input.
    pub file: String,
    /// Records that were not there.
    pub new: u64,
    /// Records that were there with other values.
    pub changed: u64,
    /// Records that were there already.
    pub known: u64,
    /// Signals added to an open case on the same subject.
    pub attached: u64,
    /// Records that a dry run found in order.
    pub checked: u64,
    /// Rows in order that have no value: what is missing is missing, not zero.
    #[serde(skip_serializing_if = "is_none")]
    pub missing: u64,
    /// Refused lines.
    pub refused: u64,
    /// Lines that were not UTF-8 and were read as Latin-1.
    pub latin1_lines: u64,
    /// Columns that nobody reads.
    pub unknown_columns: Vec<String>,
}

/// A refused line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedLine {
    /// The file.
    pub file: String,
    /// Number of the physical line, from 1.
    pub line: u64,
    /// The reason in words.
    pub reason: String,
    /// The rule that says so, or empty.
    pub rule: String,
    /// What the line called itself, where that could be read.
    pub reference: Option<String>,
}

/// What became of one line that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Not there before.
    New,
    /// There with other values.
    Changed,
    /// There already.
    Known,
    /// A further signal of an open case.
    Attached,
    /// In order; a dry run writes nothing.
    Checked,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl FileReport {
    /// Of a file of that name, nothing read yet.
    pub fn of(file: &str) -> Self {
        Self {
            file: super::clean(file),
            ..Self::default()
        }
    }

    /// Counts a line that was taken.
    pub fn take(&mut self, taken: Taken) {
        self.take_many(taken, 1);
    }

    /// Counts several of them.
    pub fn take_many(&mut self, taken: Taken, count: u64) {
        *match taken {
            Taken::New => &mut self.new,
            Taken::Changed => &mut self.changed,
            Taken::Known => &mut self.known,
            Taken::Attached => &mut self.attached,
            Taken::Checked => &mut self.checked,
        } += count;
    }

    /// Lines dealt with so far.
    pub fn lines(&self) -> u64 {
        let taken = self.new + self.changed + self.known + self.attached + self.checked;
        taken + self.missing + self.refused
    }
}

impl Report {
    /// Counts and keeps a refused line.
    pub fn refuse(
        &mut self,
        file: &mut FileReport,
        (line, refused): (u64, &Refused),
        reference: Option<&str>,
        texts: &Texts,
    ) {
        file.refused += 1;
        if self.refused.len() >= REFUSED_KEPT {
            self.refused_more += 1;
            return;
        }
        let origin = (file.file.as_str(), line, reference);
        self.refused.push(RefusedLine::new(origin, refused, texts));
    }

    /// Keeps that a line came in without a value.
    pub fn leave_out(
        &mut self,
        file: &FileReport,
        (line, refused): (u64, &Refused),
        reference: &str,
        texts: &Texts,
    ) {
        if self.left_out.len() < REFUSED_KEPT {
            let origin = (file.file.as_str(), line, Some(reference));
            self.left_out.push(RefusedLine::new(origin, refused, texts));
        }
    }

    /// Whether any line was dealt with.
    pub fn has_begun(&self) -> bool {
        self.files.iter().any(|file| file.lines() > 0)
    }

    /// Whether every line came in.
    pub fn is_complete(&self) -> bool {
        self.files.iter().all(|file| file.refused == 0)
    }

    /// For people: refused lines first, one line per file last.
    pub fn lines(&self, texts: &Texts) -> Vec<String> {
        let refused = self.refused.iter();
        let mut lines: Vec<String> = refused
            .map(|line| line.line_of_text("import.refused_line", texts))
            .collect();
        if self.refused_more > 0 {
            let count = format::count(texts, self.refused_more);
            lines.push(texts.fill("import.refused_more", &[("count", &count)]));
        }
        let left_out = self.left_out.iter();
        lines.extend(left_out.map(|line| line.line_of_text("import.left_out", texts)));
        for file in &self.files {
            file.words(self.dry_run, texts, &mut lines);
        }
        if self.dry_run {
            lines.push(texts.get("import.dry_run").to_owned());
        }
        lines
    }
}

impl RefusedLine {
    fn new(
        (file, line, reference): (&str, u64, Option<&str>),
        refused: &Refused,
        texts: &Texts,
    ) -> Self {
        Self {
            file: file.to_owned(),
            line,
            reason: words(refused, texts),
            rule: refused.rule.clone(),
            reference: reference.map(super::refused::excerpt),
        }
    }

    fn line_of_text(&self, text: &str, texts: &Texts) -> String {
        let line = self.line.to_string();
        let rule = match self.rule.as_str() {
            "" => String::new(),
            rule => format!(" [{rule}]"),
        };
        let reference = self.reference.as_deref();
        let reference = reference
            .map(|word| format!(" ({word})"))
            .unwrap_or_default();
        let values = [
            ("file", self.file.as_str()),
            ("line", &line),
            ("reason", &self.reason),
            ("rule", &rule),
            ("reference", &reference),
        ];
        texts.fill(text, &values)
    }
}

impl FileReport {
    fn words(&self, dry_run: bool, texts: &Texts, lines: &mut Vec<String>) {
        if !self.unknown_columns.is_empty() {
            let columns = self.unknown_columns.join(", ");
            let values = [("file", self.file.as_str()), ("columns", &columns)];
            lines.push(texts.fill("import.unknown_columns", &values));
        }
        if self.latin1_lines > 0 {
            let count = format::count(texts, self.latin1_lines);
            let values = [("file", self.file.as_str()), ("count", &count)];
            lines.push(texts.fill("import.latin1", &values));
        }
        let attached = if dry_run { "would_attach" } else { "attached" };
        let counts = [
            ("new", self.new),
            ("changed", self.changed),
            (attached, self.attached),
            ("checked", self.checked),
            ("known", self.known),
            ("missing", self.missing),
            ("refused", self.refused),
        ];
        let shown = |(key, count): &(&str, u64)| {
            (*count > 0 || matches!(*key, "new" | "known" | "refused")).then(|| {
                let count = format::count(texts, *count);
                texts.fill(&format!("import.count.{key}"), &[("count", &count)])
            })
        };
        let counts: Vec<String> = counts.iter().filter_map(shown).collect();
        lines.push(format!("{}: {}", self.file, counts.join(", ")));
    }
}

/// A reason in words, with the name of the field before it where it is about one and does not name
/// it itself. A value that is itself the key of a text is shown as that text.
pub fn words(refused: &Refused, texts: &Texts) -> String {
    let one = |value: &'_ str| texts.find(value).unwrap_or(value).to_owned();
    let shown = |value: &'_ str| match value.split_once(", ") {
        Some((first, _)) if texts.find(first).is_some() => {
            let each = value.split(", ").map(one);
            each.collect::<Vec<_>>().join(", ")
        }
        _ => one(value),
    };
    let args: Vec<(&str, String)> = refused
        .args
        .iter()
        .map(|(name, value)| (name.as_str(), shown(value)))
        .collect();
    let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let reason = texts.fill(&refused.text, &args);
    match refused.args.get("field") {
        Some(field) if !texts.get(&refused.text).contains("{field}") => {
            format!("{}: {reason}", shown(field))
        }
        _ => reason,
    }
}
