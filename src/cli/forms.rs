//! `loket forms …`: forms that are data (TLM-10), for administrators who change them without a new
//! program: look, check a file, see it as the agent will, add it as the next version.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::case::fields;
use super::fees::instant;
use super::{CliError, Ended, Sentence, Shell, words};
use crate::desk::form::{Entry, build};
use crate::desk::world::World;
use crate::domain::country::Country;
use crate::domain::form::{Fault, Form, FormError, SOURCE_MAX};
use crate::domain::sanitize;
use crate::plain;
use crate::process::field::Required;
use crate::process::form::CaseForm;
use crate::store::forms::{FormRow, StoredForm};
use crate::system;
use crate::text::Texts;

/// What to do with forms.
#[derive(Debug, Args)]
pub struct FormsArgs {
    /// Print one JSON object per form or field
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// All versions of all forms; the one that is asked now is marked
    List,
    /// What a form asks: type, unit, range, when it is needed
    Show {
        /// Its name, e.g. installation
        form: String,
        /// Which version; the one that is asked now when left out
        #[arg(long, value_name = "N")]
        version: Option<i32>,
        /// As a file to change and to add
        #[arg(long, conflicts_with = "json")]
        toml: bool,
    },
    /// Whether a file is a form; the first fault with its line. Needs no database
    Check {
        /// TOML with one [[fields]] for each field
        file: PathBuf,
    },
    /// Add a file as the next version; only requests received from then on are asked it
    Add {
        /// Its name, e.g. installation
        form: String,
        /// TOML with one [[fields]] for each field
        file: PathBuf,
        /// From when on (RFC 3339, or Dutch local time); now when left out
        #[arg(long, value_name = "INSTANT")]
        from: Option<String>,
    },
    /// A form as the agent will be asked it, in the language of the settings
    Preview {
        /// Its name, or a file that ends in .toml
        form: String,
        /// Which version; the one that is asked now when left out
        #[arg(long, value_name = "N")]
        version: Option<i32>,
    },
}

/// Runs a verb.
pub async fn run(args: FormsArgs, shell: &Shell) -> Ended {
    match &args.verb {
        Verb::List => list(shell, args.json).await?,
        Verb::Show {
            form,
            version,
            toml,
        } => {
            let stored = stored(shell, form, *version).await?;
            show(shell, &stored, args.json, *toml)?;
        }
        Verb::Check { file } => {
            let form = from_file(file)?;
            let n = form.parts.len().to_string();
            shell.tell_of_file("forms.is_one", &[("n", &n)], file);
        }
        Verb::Add { form, file, from } => {
            add(shell, args.json, (form, file), from.as_deref()).await?;
        }
        Verb::Preview { form, version } => {
            let is_file = Path::new(form).extension().is_some_and(|end| end == "toml");
            let form = if is_file {
                from_file(Path::new(form))?
            } else {
                read(&stored(shell, form, *version).await?)?
            };
            for line in preview(&shell.texts, form) {
                shell.say(&line);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(shell: &Shell, json: bool) -> Result<(), CliError> {
    let mut rows = Vec::new();
    for form in shell.store()?.forms().await? {
        if json {
            shell.json(&form)?;
        } else {
            rows.push(row(&shell.texts, &form));
        }
    }
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    Ok(())
}

fn row(texts: &Texts, form: &FormRow) -> Vec<String> {
    let from = words::when(texts, form.valid_from, Country::Nl.zone());
    let marks = [
        (form.in_force, "forms.in_force"),
        (form.builtin, "forms.builtin"),
    ];
    let marks = marks.iter().filter(|(holds, _)| *holds);
    let marks: Vec<String> = marks.map(|(_, key)| texts.say(key)).collect();
    let version = form.version.to_string();
    let fields = form.fields.to_string();
    vec![
        form.form.clone(),
        texts.fill("forms.version", &[("n", &version)]),
        texts.fill("forms.from", &[("at", &from)]),
        texts.fill("forms.fields", &[("n", &fields)]),
        marks.join(", "),
    ]
}

async fn stored(shell: &Shell, form: &str, version: Option<i32>) -> Result<StoredForm, CliError> {
    let store = shell.store()?;
    let found = match version {
        Some(version) => store.form_version(form, version).await?,
        None => store.form_at(form, None).await?,
    };
    found.ok_or_else(|| {
        let name = sanitize::clean(form);
        CliError::Refused(Sentence::new("forms.unknown", &[("form", &name)]))
    })
}

fn read(stored: &StoredForm) -> Result<Form, CliError> {
    Form::from_json(&stored.form, stored.version, &stored.body)
        .map_err(|error| CliError::Refused(fault(&stored.form, &error)))
}

fn show(shell: &Shell, stored: &StoredForm, json: bool, toml: bool) -> Result<(), CliError> {
    if json {
        return shell.json(stored);
    }
    let form = read(stored)?;
    if toml {
        for line in form.to_toml().lines() {
            shell.say(line);
        }
        return Ok(());
    }
    let asked = CaseForm::of(form).fields();
    let rows = asked
        .iter()
        .map(|field| fields::row(&shell.texts, field, asked));
    for line in words::columns(&rows.collect::<Vec<_>>()) {
        shell.say(&line);
    }
    Ok(())
}

async fn add(
    shell: &Shell,
    json: bool,
    (form, file): (&str, &Path),
    from: Option<&str>,
) -> Result<(), CliError> {
    let body = from_file(file)?.body();
    let from = from.map(instant).transpose()?;
    let added = shell.store()?.form_add(form, from, &body).await?;
    if json {
        return shell.json(&added);
    }
    let at = words::when(&shell.texts, added.valid_from, Country::Nl.zone());
    let version = added.version.to_string();
    let values = [("form", &*added.form), ("n", &version), ("at", &at)];
    shell.tell("forms.added", &values);
    Ok(())
}

/// A form from a file. More than any form has is not read.
fn from_file(path: &Path) -> Result<Form, CliError> {
    let name = path.display().to_string();
    let io = |error| CliError::Io(name.clone(), error);
    let file = std::fs::File::open(path).map_err(io)?;
    let mut source = Vec::new();
    let most = u64::try_from(SOURCE_MAX).unwrap_or(u64::MAX);
    file.take(most + 1).read_to_end(&mut source).map_err(io)?;
    let source = String::from_utf8_lossy(&source);
    Form::from_toml("form", 1, &source).map_err(|error| CliError::Usage(fault(&name, &error)))
}

/// Why it is no form, with field and line.
fn fault(file: &str, error: &FormError) -> Sentence {
    let file = sanitize::clean(file);
    match error {
        FormError::TooLarge => {
            let most = SOURCE_MAX.to_string();
            Sentence::new("forms.too_large", &[("file", &file), ("max", &most)])
        }
        FormError::Shape(why) => Sentence::new("forms.shape", &[("file", &file), ("why", why)]),
        FormError::Count(n) => {
            let n = n.to_string();
            Sentence::new("forms.count", &[("file", &file), ("n", &n)])
        }
        FormError::Part { line, field, fault } => {
            let line = line.map_or_else(|| "?".to_owned(), |line| line.to_string());
            let values = [("file", &*file), ("line", &line), ("field", field)];
            Sentence::new(text_of(*fault), &values)
        }
    }
}

fn text_of(fault: Fault) -> &'static str {
    match fault {
        Fault::Key => "forms.fault.key",
        Fault::Twice => "forms.fault.twice",
        Fault::Label => "forms.fault.label",
        Fault::Choices => "forms.fault.choices",
        Fault::NotOfType => "forms.fault.not_of_type",
        Fault::Range => "forms.fault.range",
        Fault::NeededTwice => "forms.fault.needed_twice",
        Fault::NeededLater => "forms.fault.needed_later",
        Fault::NeededValue => "forms.fault.needed_value",
    }
}

/// Each field as the desk asks it, in lines.
fn preview(texts: &Texts, form: Form) -> Vec<String> {
    let asked = CaseForm::of(form).fields();
    let world = World::new(Arc::new(texts.clone()), 0, system::now());
    let entries = asked
        .iter()
        .map(|field| build::of_field(&world, field, None));
    let entries: Vec<Entry> = entries.collect();
    let mut lines = Vec::new();
    for at in 0..entries.len() {
        lines.extend(plain::ask_lines(texts, &entries, at));
        lines.extend(needed(texts, &entries, at));
    }
    lines
}

/// When a field is needed because of another one: with its labels.
fn needed(texts: &Texts, entries: &[Entry], at: usize) -> Option<String> {
    let Required::IfAny(other, values) = entries.get(at)?.required else {
        return None;
    };
    let other = entries.iter().find(|entry| entry.key == other)?;
    let values: Vec<&str> = values.iter().map(|value| other.label_of(value)).collect();
    let values = values.join(" / ");
    Some(texts.fill(
        "case.required.if",
        &[("other", &other.label), ("value", &values)],
    ))
}
