//! `loket practice …`: who trains plays the customer, where payments are those of practice. The
//! worker finds what was "paid" within a few seconds.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Subcommand};

use super::demo::PAYMENTS;
use super::{CliError, Ended, Shell};
use crate::config::setting::PAYMENTS_PRACTICE;
use crate::exchange::payment::practice::{Practice, Told};
use crate::exchange::payment::{PaymentId, Status};
use crate::local_postgres::default_home;
use crate::process::engine::Refusal;
use crate::store::rows::PaymentRow;

/// What to play.
#[derive(Debug, Args)]
pub struct PracticeArgs {
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The customer pays what is open of a case; no money moves
    Pay(PayArgs),
}

/// How the payment ends.
#[derive(Debug, Args)]
pub struct PayArgs {
    /// Number of the case
    pub case: String,
    /// The bank says no
    #[arg(long, group = "end")]
    pub failed: bool,
    /// The customer gives up
    #[arg(long, group = "end")]
    pub canceled: bool,
    /// The time is over, before it is
    #[arg(long, group = "end")]
    pub expired: bool,
    /// Directory of the practice service, instead of that of the settings or of the demo
    #[arg(long, value_name = "DIR",
        value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub directory: Option<PathBuf>,
}

impl PayArgs {
    fn told(&self) -> Told {
        match self {
            Self { failed: true, .. } => Told::Failed,
            Self { canceled: true, .. } => Told::Canceled,
            Self { expired: true, .. } => Told::Expired,
            _ => Told::Paid,
        }
    }

    fn directory(&self, shell: &Shell) -> PathBuf {
        let set = shell.config.text(&PAYMENTS_PRACTICE).map(PathBuf::from);
        let named = self.directory.clone().or(set);
        named.unwrap_or_else(|| default_home().join(PAYMENTS))
    }
}

/// Runs a verb.
pub async fn run(args: PracticeArgs, shell: &Shell) -> Ended {
    let Verb::Pay(args) = args.verb;
    let store = shell.store()?;
    let case_id = store.case_by_number(args.case.trim()).await?;
    let case_id = case_id.ok_or_else(|| Refusal::new("case_not_found"))?;
    let payments = store.payments_of(case_id).await?;
    let now = store.legal_now().await?;
    let open = payments.iter().find(|payment| payment.status.is_live());
    let id = open.and_then(id_of);
    let id = id.ok_or_else(|| Refusal::new("no_open_payment"))?;
    let practice = Practice::new(&args.directory(shell));
    let given = practice.tell(&id, args.told(), now).map_err(|trouble| {
        let why = trouble.words(&shell.texts);
        CliError::from(Refusal::new("not_of_practice").with("why", &why))
    })?;
    let key = format!("practice.{}", word(given.status));
    let amount = given.amount.local();
    let case = args.case.trim();
    shell.tell(&key, &[("case", case), ("amount", &amount)]);
    Ok(std::process::ExitCode::SUCCESS)
}

/// What practice calls a payment follows from its row.
fn id_of(payment: &PaymentRow) -> Option<PaymentId> {
    PaymentId::parse(&format!("tr_{}", payment.payment_id.simple())).ok()
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Failed => "failed",
        Status::Canceled => "canceled",
        Status::Expired => "expired",
        _ => "paid",
    }
}
