//! `loket case fetch` and `erase`: a document into a file, to be read with another program; a text
//! out of the case.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use uuid::Uuid;

use super::Counter;
use crate::cli::{CliError, Ended, Sentence};
use crate::domain::sanitize::clean;
use crate::store::rows::DocumentRow;

impl Counter<'_> {
    /// Erases a text.
    pub(super) async fn erase(&self, text: Uuid) -> Ended {
        let session = Some(self.clerk.session.session_id);
        self.clerk
            .store
            .text_erase(Uuid::now_v7(), session, text)
            .await?;
        self.shell.tell("case.erased_text", &[]);
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the document of that name or number; the newest when several have the name. The file
    /// must not be there yet, and is for its owner only.
    pub(super) async fn fetch(&self, no: &str, document: &str, to: &Path) -> Ended {
        let detail = self.clerk.find(no).await?;
        let row = found(&detail.documents, document)
            .ok_or_else(|| refused("case.no_document", document))?;
        let bytes = self.clerk.store.document_fetch(row.document_id).await?;
        let bytes = bytes.ok_or_else(|| refused("case.document_erased", &row.name))?;
        write(to, &bytes).map_err(|error| CliError::Io(to.display().to_string(), error))?;
        let (name, file) = (clean(&row.name), to.display().to_string());
        let values = [("name", &*name), ("file", &*file)];
        self.shell.tell_of_file("case.fetched", &values, to);
        Ok(ExitCode::SUCCESS)
    }
}

fn found<'a>(documents: &'a [DocumentRow], wanted: &str) -> Option<&'a DocumentRow> {
    documents
        .iter()
        .find(|row| row.document_id.to_string() == wanted || row.name == wanted)
}

fn refused(key: &'static str, name: &str) -> CliError {
    CliError::Refused(Sentence::new(key, &[("name", &clean(name))]))
}

fn write(to: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    file.write_all(bytes)?;
    file.sync_all()
}
