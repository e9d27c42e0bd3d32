//! One file of keys: what stands in it, and what is wrong with it.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::desk::command::{Command, named};
use crate::desk::key::Unbindable;
use crate::desk::overlay::{Origin, Problem, line_of};
use crate::desk::strokes::{NoStrokes, Strokes};

/// What stands in a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The lines that can be read.
    pub(super) lines: Vec<(&'static Command, Vec<Strokes>, Origin)>,
    /// The others.
    pub(super) problems: Vec<Problem>,
}

/// Reads `[keys] name = ["key", …]`. Without a name it is ours.
pub(super) fn file(name: Option<&str>, text: &str) -> Read {
    let at = |byte: usize| {
        name.map_or(Origin::Shipped, |name| {
            Origin::File(name.to_owned(), line_of(text, byte))
        })
    };
    let mut read = Read::default();
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => {
            let byte = error.span().map_or(0, |span| span.start);
            let args = [("why", error.message())];
            read.problems.push(Problem::new(at(byte), "syntax", &args));
            return read;
        }
    };
    for (title, part) in table.get_ref() {
        match part.get_ref() {
            DeValue::Table(keys) if title.get_ref() == "keys" => {
                for (name, written) in keys {
                    let origin = at(name.span().start);
                    match line(name.get_ref(), written, &origin) {
                        Ok((command, strokes)) => read.lines.push((command, strokes, origin)),
                        Err(problem) => read.problems.push(problem),
                    }
                }
            }
            _ => {
                let args = [("given", &**title.get_ref())];
                let problem = Problem::new(at(title.span().start), "only_keys", &args);
                read.problems.push(problem);
            }
        }
    }
    read
}

fn line(
    name: &str,
    written: &Spanned<DeValue<'_>>,
    origin: &Origin,
) -> Result<(&'static Command, Vec<Strokes>), Problem> {
    let wrong = |key, args: &[_]| Problem::new(origin.clone(), key, args);
    let command = named(name).ok_or_else(|| wrong("no_command", &[("given", name)]))?;
    let words = words(written.get_ref()).ok_or_else(|| wrong("no_list", &[("given", name)]))?;
    let strokes: Result<Vec<Strokes>, Problem> = words
        .into_iter()
        .map(|word| Strokes::read(word).map_err(|why| unreadable(word, &why, origin)))
        .collect();
    Ok((command, strokes?))
}

/// A key, or a list of keys.
fn words<'a>(value: &'a DeValue<'_>) -> Option<Vec<&'a str>> {
    match value {
        DeValue::String(word) => Some(vec![&**word]),
        DeValue::Array(list) => list.iter().map(|word| word.get_ref().as_str()).collect(),
        _ => None,
    }
}

fn unreadable(written: &str, why: &NoStrokes, origin: &Origin) -> Problem {
    let (key, name, same) = match why {
        NoStrokes::Count => ("key_count", written, ""),
        NoStrokes::Key(name, Unbindable::Unknown) => ("no_key", name.as_str(), ""),
        NoStrokes::Key(name, Unbindable::SameAs(same)) => ("same_key", name.as_str(), *same),
        NoStrokes::Key(name, Unbindable::Shifted) => ("shifted", name.as_str(), ""),
        NoStrokes::Key(name, Unbindable::NotSent) => ("not_sent", name.as_str(), ""),
    };
    Problem::new(origin.clone(), key, &[("given", name), ("same", same)])
}
