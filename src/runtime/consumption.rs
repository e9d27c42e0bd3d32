//! Looking at consumption, and taking it along (FLU-38).

use chrono::{DateTime, Utc};
use tokio::task::{JoinError, spawn_blocking};
use uuid::Uuid;

use super::calls::Caller;
use super::files;
use crate::desk::Reply;
use crate::desk::effect::{Call, FileError};
use crate::desk::screen::consumption::Format;
use crate::domain::consumption::shown::Shown;
use crate::exchange::consumption::{page, write};
use crate::store::StoreError;
use crate::store::consumption::Look;

/// What is written, as what.
struct Export {
    shown: Shown,
    format: Format,
    made: DateTime<Utc>,
    name: String,
}

impl Caller {
    /// Both are events of the case.
    pub(super) async fn consumption(&self, cmd: Uuid, call: Call) -> Reply {
        match call {
            Call::Export {
                look,
                shown,
                format,
                made,
                name,
            } => {
                let export = Export {
                    shown: *shown,
                    format,
                    made,
                    name,
                };
                Reply::Exported(self.export(cmd, &look, export).await)
            }
            Call::Look(look) => {
                let read = self.store.consumption_read(cmd, self.session(), &look);
                Reply::Looked(read.await.map(Box::new))
            }
            other => Reply::Looked(Err(StoreError::Bug(format!("no look: {other:?}")))),
        }
    }

    /// The file is ours before the export is on record: none is on record that could not be written.
    async fn export(
        &self,
        cmd: Uuid,
        look: &Look<'_>,
        export: Export,
    ) -> Result<Result<String, FileError>, StoreError> {
        let name = export.name.clone();
        let made = spawn_blocking(move || files::place(&name)).await;
        let (path, place) = match made.unwrap_or_else(|error| Err(other(&error))) {
            Ok(made) => made,
            Err(error) => return Ok(Err(error)),
        };
        let detail = self.store.case_detail(look.case_id).await?;
        let read = self.store.consumption_read(cmd, self.session(), look);
        read.await?;
        let (texts, purpose) = (self.texts.clone(), look.purpose.to_owned());
        let written = spawn_blocking(move || {
            let bytes = match export.format {
                Format::Csv => write::file(&export.shown).into_bytes(),
                Format::Pdf => page::pdf(&page::Report {
                    texts: &texts,
                    detail: &detail,
                    shown: std::slice::from_ref(&export.shown),
                    purpose: &purpose,
                    made: export.made,
                }),
            };
            files::keep(&path, place, &bytes)
        });
        Ok(written.await.unwrap_or_else(|error| Err(other(&error))))
    }
}

fn other(error: &JoinError) -> FileError {
    FileError::Other(error.to_string())
}
