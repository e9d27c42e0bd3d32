//! Promises and snoozes from a shell; times in the words of the language, as on the screen.

use std::process::ExitCode;

use clap::Args;

use super::Counter;
use crate::cli::clerk::Typed;
use crate::cli::{Ended, words};
use crate::desk::promises;
use crate::domain::when::{Lean, typed};
use crate::process::general::{PROMISES, PROMISES_AT};
use crate::store::rows::CaseDetail;
use crate::text::when;

/// `loket case promise`.
#[derive(Debug, Args)]
pub struct PromiseArgs {
    /// Case number
    pub no: String,
    /// When it is to be kept: "16:00", "tomorrow 9:30", "+2h", or a date with a time
    #[arg(long, value_name = "WHEN", required_unless_present_any = ["kept", "withdraw"])]
    pub at: Option<String>,
    /// What is promised
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["kept", "withdraw"])]
    pub what: Option<String>,
    /// The promise of that number was kept; `case show` tells the numbers
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["at", "what", "withdraw"])]
    pub kept: Option<u32>,
    /// The promise of that number will not be kept
    #[arg(long, value_name = "NUMBER", requires = "reason", conflicts_with_all = ["at", "what"])]
    pub withdraw: Option<u32>,
    /// Why it will not be kept
    #[arg(long, value_name = "TEXT", requires = "withdraw")]
    pub reason: Option<String>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `loket case snooze`.
#[derive(Debug, Args)]
pub struct SnoozeArgs {
    /// Case number
    pub no: String,
    /// Until when: "16:00", "tomorrow 9:30", "+2h"; never beyond the next duty
    #[arg(long, value_name = "WHEN", required_unless_present = "end")]
    pub until: Option<String>,
    /// What is waited for
    #[arg(long, value_name = "TEXT", required_unless_present = "end")]
    pub reason: Option<String>,
    /// Take the case back into the inbox
    #[arg(long, conflicts_with_all = ["until", "reason"])]
    pub end: bool,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

fn given(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

fn pair(key: &str, value: &str) -> Typed {
    (key.to_owned(), value.to_owned())
}

impl Counter<'_> {
    pub(super) async fn promise(&self, args: &PromiseArgs) -> Ended {
        let detail = self.clerk.find(&args.no).await?;
        let (action, typed) = self.promise_typed(args, &detail);
        self.remind(detail, action, &typed, args.dry_run).await
    }

    fn promise_typed(&self, args: &PromiseArgs, detail: &CaseDetail) -> (&'static str, Vec<Typed>) {
        if let Some(number) = args.kept {
            return (
                "promise_kept",
                vec![pair("promise_no", &number.to_string())],
            );
        }
        if let Some(number) = args.withdraw {
            let number = pair("promise_no", &number.to_string());
            let reason = pair("reason", given(args.reason.as_ref()));
            return ("promise_withdrawn", vec![number, reason]);
        }
        let at = self.ahead(given(args.at.as_ref()), detail);
        let what = pair("promised", given(args.what.as_ref()));
        ("promise", vec![pair("promise_at", &at), what])
    }

    pub(super) async fn snooze(&self, args: &SnoozeArgs) -> Ended {
        let detail = self.clerk.find(&args.no).await?;
        if args.end {
            return self.remind(detail, "wake", &[], args.dry_run).await;
        }
        let until = self.ahead(given(args.until.as_ref()), &detail);
        let typed = [
            pair("snooze_until", &until),
            pair("snooze_reason", given(args.reason.as_ref())),
        ];
        self.remind(detail, "snooze", &typed, args.dry_run).await
    }

    async fn remind(
        &self,
        detail: CaseDetail,
        action: &str,
        typed: &[Typed],
        is_dry: bool,
    ) -> Ended {
        let done = Box::pin(self.clerk.act(detail, action, typed, is_dry)).await?;
        self.done(&done)?;
        Ok(ExitCode::SUCCESS)
    }

    /// An instant to come, said in words or written as a field takes it.
    fn ahead(&self, said: &str, detail: &CaseDetail) -> String {
        let zone = words::zone_of(&detail.row.process);
        let now = self.clerk.session.legal_now.with_timezone(&zone);
        let words = when::words(&self.shell.texts);
        let meant = words.instant(said, now, Lean::Ahead);
        meant.map_or_else(|| said.to_owned(), typed)
    }

    /// The fields that follow from the promises in a note.
    pub(super) fn promises_in(&self, note: &str, detail: &CaseDetail) -> Vec<Typed> {
        let country = words::country_of(&detail.row.process);
        let words = when::words(&self.shell.texts);
        let now = self.clerk.session.legal_now;
        let spoken = promises::in_note(&words, note, country, now);
        if spoken.is_empty() {
            return Vec::new();
        }
        let instants: Vec<String> = spoken.iter().map(|one| one.at.to_rfc3339()).collect();
        let whats: Vec<&str> = spoken.iter().map(|one| one.what.as_str()).collect();
        vec![
            pair(PROMISES_AT.key, &instants.join("\n")),
            pair(PROMISES.key, &whats.join("\n")),
        ]
    }
}

/// A promise with its number, which `--kept` takes.
pub(super) fn promise_name(detail: &CaseDetail, run: i32, name: &str) -> String {
    match detail.promise(run) {
        Some(promise) => {
            let what = promise.what(&detail.texts);
            format!("{name} {run}: {what} ({})", promise.who())
        }
        None => name.to_owned(),
    }
}
