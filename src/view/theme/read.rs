//! One file of a theme: which styles stand in it, and what is wrong with it.

use ratatui::style::{Color, Modifier};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Look, Role};
use crate::desk::overlay::{Origin, Overlay, Problem, line_of};

/// What stands in a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The theme that it changes, and where that is said.
    pub(super) inherit: Option<(String, Origin)>,
    pub(super) looks: Vec<(Role, Look)>,
    pub(super) problems: Vec<Problem>,
}

/// Reads a file. What is wrong in it is left out, by meaning.
pub(super) fn file(overlay: &Overlay) -> Read {
    let file = File(overlay);
    let mut read = Read::default();
    let table = match DeTable::parse(&overlay.text) {
        Ok(table) => table,
        Err(error) => {
            let byte = error.span().map_or(0, |span| span.start);
            let problem = file.wrong(byte, "syntax", &[("why", error.message())]);
            read.problems.push(problem);
            return read;
        }
    };
    for (name, value) in table.get_ref() {
        let byte = name.span().start;
        match (&**name.get_ref(), value.get_ref()) {
            ("inherit", DeValue::String(parent)) => {
                read.inherit = Some((parent.to_string(), file.at(byte)));
            }
            (name, value) => match meaning(file, (name, byte), value) {
                Ok(style) => read.looks.push(style),
                Err(problem) => read.problems.push(problem),
            },
        }
    }
    read
}

fn meaning(
    file: File<'_>,
    (name, byte): (&str, usize),
    value: &DeValue<'_>,
) -> Result<(Role, Look), Problem> {
    match (Role::named(name), value) {
        (Some(role), DeValue::Table(entries)) => Ok((role, look(file, entries)?)),
        _ => Err(file.wrong(byte, "no_meaning", &[("given", name)])),
    }
}

#[derive(Clone, Copy)]
struct File<'a>(&'a Overlay);

impl File<'_> {
    fn at(self, byte: usize) -> Origin {
        Origin::File(self.0.file.clone(), line_of(&self.0.text, byte))
    }

    fn wrong(self, byte: usize, key: &'static str, args: &[(&'static str, &str)]) -> Problem {
        Problem::new(self.at(byte), key, args)
    }
}

fn look(file: File<'_>, entries: &DeTable<'_>) -> Result<Look, Problem> {
    let mut look = Look::default();
    for (name, value) in entries {
        let byte = name.span().start;
        match &**name.get_ref() {
            "fg" => look.fg = Some(colour(file, value)?),
            "bg" => look.bg = Some(colour(file, value)?),
            name => {
                let no_style = || file.wrong(byte, "no_style", &[("given", name)]);
                let emphasis = emphasis(name).ok_or_else(no_style)?;
                match value.get_ref() {
                    DeValue::Boolean(true) => look.emphasis |= emphasis,
                    DeValue::Boolean(false) => {}
                    _ => return Err(no_style()),
                }
            }
        }
    }
    Ok(look)
}

/// Nothing blinks and nothing is slanted: one disturbs, the other is not there on every terminal.
fn emphasis(name: &str) -> Option<Modifier> {
    match name {
        "bold" => Some(Modifier::BOLD),
        "dim" => Some(Modifier::DIM),
        "underline" => Some(Modifier::UNDERLINED),
        "reverse" => Some(Modifier::REVERSED),
        _ => None,
    }
}

fn colour(file: File<'_>, value: &Spanned<DeValue<'_>>) -> Result<Color, Problem> {
    let name = value.get_ref().as_str();
    let colour = name.and_then(|name| name.parse().ok());
    colour.ok_or_else(|| {
        let given = file.0.text.get(value.span()).unwrap_or_default();
        file.wrong(value.span().start, "no_colour", &[("given", given)])
    })
}
