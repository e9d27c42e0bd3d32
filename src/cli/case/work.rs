//! Working a case: open, do, note, attach.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum as _;
use serde::Serialize;
use uuid::Uuid;

use super::fields::instant;
use super::told::Told;
use super::{Counter, DoArgs, OpenArgs, Purpose};
use crate::cli::asked;
use crate::cli::clerk::NewCase;
use crate::cli::{CliError, Ended, words};
use crate::domain::sanitize::clean;
use crate::process::Process;
use crate::process::engine::{self, CaseFacts, Change, Refusal};
use crate::store::StoreError;
use crate::store::case::DOCUMENT_BYTES_MAX;
use crate::store::rows::{Applied, CaseDetail, NewDocument, Opened};

/// The longest note from standard input, in bytes; the engine's own limit is in characters.
const NOTE_BYTES_MAX: u64 = 64 * 1024;
/// The longest file name that is kept, in characters.
const NAME_MAX: usize = 120;

/// An opening as JSON.
#[derive(Serialize)]
struct OpenedLine<'a> {
    #[serde(flatten)]
    opened: &'a Opened,
    process: &'a str,
    state: &'a str,
}

/// An attachment as JSON.
#[derive(Serialize)]
struct Attached<'a> {
    case_no: &'a str,
    name: &'a str,
    kind: &'a str,
    purpose: &'a str,
    size: usize,
    version: i32,
}

impl Counter<'_> {
    pub(super) async fn open(&self, args: &OpenArgs) -> Ended {
        let process = crate::process::find(&args.process).ok_or_else(|| {
            CliError::from(Refusal::new("unknown_process").with("process", &args.process))
        })?;
        let received_at = args.received_at.as_deref();
        let received_at = received_at
            .map(|raw| instant(raw, process.key))
            .transpose()?;
        let reference = args.reference.as_deref();
        let new = NewCase {
            process,
            typed: &args.fields,
            received_at,
            reference,
        };
        let (change, opened) = match self.clerk.open(&new, args.dry_run).await {
            Ok(done) => done,
            Err(error) => return Err(self.explain_opening(error, process)?),
        };
        self.opened(&change, opened.as_ref())
    }

    fn explain_opening(&self, error: CliError, process: &Process) -> Result<CliError, CliError> {
        let Some(missing) = missing(&error) else {
            return Ok(error);
        };
        self.say_error(&error);
        self.wanted("open", Some(missing), process.opening.fields)
    }

    fn opened(&self, change: &Change, opened: Option<&Opened>) -> Ended {
        let Some(opened) = opened else {
            if self.json {
                self.shell.json(&Told::new(None, change, None))?;
            } else {
                self.shell.tell("case.would_open", &[]);
                self.effects(change, None);
            }
            return Ok(ExitCode::SUCCESS);
        };
        if self.json {
            let (process, state) = (change.process.as_str(), change.to.as_str());
            self.shell.json(&OpenedLine {
                opened,
                process,
                state,
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        match opened {
            Opened::New { case_no, .. } => {
                self.shell.tell("case.opened", &[("case_no", case_no)]);
                self.effects(change, None);
            }
            Opened::Attached { case_no, .. } => {
                self.shell.tell("case.attached_to", &[("case_no", case_no)]);
            }
            Opened::Known { case_no, .. } => {
                self.shell.tell("case.known", &[("case_no", case_no)]);
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn act(&self, args: &DoArgs) -> Ended {
        let (Some(action), None) = (&args.action, &args.filter) else {
            let filter = args.filter.as_deref().unwrap_or_default();
            return Box::pin(self.do_many(args, filter)).await;
        };
        let detail = self.clerk.find(&args.no).await?;
        let facts = detail.facts.clone();
        let done = self.clerk.act(detail, action, &args.fields, args.dry_run);
        match Box::pin(done).await {
            Ok(done) => {
                self.done(&done)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => Err(self.explain(error, &facts, action).await?),
        }
    }

    /// Somebody who left out a field, or named no action that there is, is told what there is.
    async fn explain(
        &self,
        error: CliError,
        facts: &CaseFacts,
        action: &str,
    ) -> Result<CliError, CliError> {
        if let Some(missing) = missing(&error) {
            self.say_error(&error);
            return self.wanted(action, Some(missing), &asked::fields(facts, action));
        }
        if refusal(&error).is_some_and(|refusal| refusal.key == "unknown_action") {
            self.say_error(&error);
            self.possible(facts).await?;
            return Ok(CliError::Told(crate::cli::Exit::Usage));
        }
        Ok(error)
    }

    async fn possible(&self, facts: &CaseFacts) -> Result<(), CliError> {
        let context = self.clerk.context(Uuid::nil()).await?;
        let listed = engine::listed(facts, &context);
        let possible = listed.iter().filter(|listed| listed.refusal.is_none());
        let rows: Vec<Vec<String>> = possible
            .map(|listed| {
                let key = listed.action.key;
                let process = crate::process::find(&facts.process);
                let text = process
                    .map(|process| process.action_text(key))
                    .unwrap_or_default();
                vec![key.to_owned(), self.shell.texts.get(&text).to_owned()]
            })
            .collect();
        for line in words::columns(&rows) {
            crate::cli::shell::error(&format!("  {line}"));
        }
        Ok(())
    }

    fn say_error(&self, error: &CliError) {
        if let Some(words) = error.words(&self.shell.texts) {
            crate::cli::shell::error(&format!("loket: {words}"));
        }
    }

    pub(super) async fn note(&self, no: &str, text: String) -> Ended {
        let text = if text == "-" { read_note()? } else { text };
        let detail = self.clerk.find(no).await?;
        let mut typed = self.promises_in(&text, &detail);
        typed.push((String::from("note"), text));
        let done = Box::pin(self.clerk.act(detail, "add_note", &typed, false)).await?;
        self.done(&done)?;
        Ok(ExitCode::SUCCESS)
    }

    pub(super) async fn attach(&self, no: &str, file: &Path, purpose: Purpose) -> Ended {
        let detail = self.clerk.find(no).await?;
        let value = purpose.to_possible_value();
        let purpose = value.as_ref().map_or("other", |value| value.get_name());
        let document = read_document(file, purpose)?;
        let (store, session) = (&self.clerk.store, Some(self.clerk.session.session_id));
        let case_id = detail.row.case_id;
        let applied = store
            .document_attach(Uuid::now_v7(), session, case_id, &document)
            .await?;
        self.attached(&detail, &document, &applied)
    }

    fn attached(&self, detail: &CaseDetail, document: &NewDocument, applied: &Applied) -> Ended {
        let (case_no, name) = (detail.row.case_no.as_str(), document.name.as_str());
        if self.json {
            let (kind, purpose) = (document.kind(), document.purpose.as_str());
            let (size, version) = (document.bytes.len(), applied.version);
            self.shell.json(&Attached {
                case_no,
                name,
                kind,
                purpose,
                size,
                version,
            })?;
        } else {
            self.shell
                .tell("case.attached", &[("case_no", case_no), ("name", name)]);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn refusal(error: &CliError) -> Option<&Refusal> {
    match error {
        CliError::Store(StoreError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// The field that was left out, if that is what is wrong.
fn missing(error: &CliError) -> Option<&str> {
    let refusal = refusal(error)?;
    let is_missing = matches!(refusal.key.as_str(), "field_missing" | "one_of_two");
    refusal.field.as_deref().filter(|_| is_missing)
}

fn read_note() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(NOTE_BYTES_MAX)
        .read_to_end(&mut bytes);
    read.map_err(|error| CliError::Io(String::from("-"), error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// No more is read than may be stored.
fn read_document(file: &Path, purpose: &str) -> Result<NewDocument, CliError> {
    let fault = |error| CliError::Io(file.display().to_string(), error);
    let limit = DOCUMENT_BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(fault)?;
    opened.take(limit).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let size = std::fs::metadata(file).map_or(limit, |meta| meta.len());
        let refusal = Refusal::new("document_too_large");
        return Err(refusal.with("size", &size.to_string()).into());
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = clean(&name).trim().chars().take(NAME_MAX).collect();
    Ok(NewDocument {
        name,
        purpose: purpose.to_owned(),
        bytes,
    })
}
