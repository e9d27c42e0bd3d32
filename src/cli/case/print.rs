//! `loket case print`: the print version of a notification (ELS-09).

use std::process::ExitCode;

use super::Counter;
use crate::cli::{CliError, Ended, Sentence};
use crate::desk::print::Printer;

impl Counter<'_> {
    /// Fails where the case is no notification.
    pub(super) async fn print_version(&self, no: &str) -> Ended {
        let detail = self.clerk.find(no).await?;
        let printer = Printer {
            texts: &self.shell.texts,
            lists: &self.clerk.lists,
            now: self.clerk.session.legal_now,
        };
        let Some(page) = printer.page(&detail) else {
            let process = self
                .shell
                .texts
                .say(&format!("process.{}", detail.row.process));
            let values = [("process", process.as_str())];
            return Err(CliError::Usage(Sentence::new("print.nothing", &values)));
        };
        if self.json {
            self.shell.json(&page)?;
        } else {
            for line in &page {
                self.shell.say(line);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
