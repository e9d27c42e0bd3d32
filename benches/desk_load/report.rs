//! What comes out: tables for people, or one JSON object.

use loket::system;
use serde::Serialize;

/// One table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Table {
    /// What it shows.
    pub(crate) title: String,
    /// Heads of its columns.
    pub(crate) head: Vec<&'static str>,
    /// Its rows.
    pub(crate) rows: Vec<Vec<String>>,
    /// What must be known to read it.
    pub(crate) notes: Vec<String>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, head: &[&'static str]) -> Self {
        Self {
            title: title.into(),
            head: head.to_vec(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(crate) fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }
}

/// All tables of a run. They are printed as they come, or as JSON at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    about: Vec<String>,
    tables: Vec<Table>,
    #[serde(skip)]
    is_json: bool,
}

impl Report {
    pub(crate) fn new(about: Vec<String>, is_json: bool) -> Self {
        if !is_json {
            for line in &about {
                system::print_line(line);
            }
        }
        Self {
            about,
            tables: Vec::new(),
            is_json,
        }
    }

    pub(crate) fn add(&mut self, table: Table) {
        if !self.is_json {
            show(&table);
        }
        self.tables.push(table);
    }

    pub(crate) fn finish(&self) {
        if self.is_json
            && let Ok(text) = serde_json::to_string_pretty(self)
        {
            system::print_line(&text);
        }
    }
}

fn show(table: &Table) {
    system::print_line(&format!("\n### {}\n", table.title));
    system::print_line(&format!("| {} |", table.head.join(" | ")));
    system::print_line(&format!("|{}", " --- |".repeat(table.head.len())));
    for row in &table.rows {
        system::print_line(&format!("| {} |", row.join(" | ")));
    }
    if !table.notes.is_empty() {
        system::print_line("");
    }
    for note in &table.notes {
        system::print_line(note);
    }
}

/// Says on standard error what is being done.
pub(crate) fn say(line: &str) {
    system::print_error(line);
}
