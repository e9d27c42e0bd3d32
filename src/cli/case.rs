//! `loket case …`: cases from a shell, with the verbs and the refusals of the screen.

mod drafts;
mod fetch;
pub(super) mod fields;
mod list;
mod many;
mod pass;
mod print;
mod remind;
mod show;
mod told;
mod work;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use super::clerk::{Clerk, Typed};
use super::{Ended, Shell};
use crate::store::rows::Along;
use crate::store::rows::{SKIP_OTHER, SKIP_REASONS};

/// What to do with cases.
#[derive(Debug, Args)]
pub struct CaseArgs {
    /// Print one JSON object per result
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Live cases of my queues: the pool first, by nearest deadline
    List {
        /// Only this queue
        #[arg(long, value_name = "KEY", conflicts_with = "mine")]
        queue: Option<String>,
        /// Only those that I hold
        #[arg(long)]
        mine: bool,
        /// Only those that fit, e.g. "due:2h -holder:none zonnebloem"
        #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
        filter: Option<String>,
        /// At most so many of a queue
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
    /// Cases by EAN, case number, postcode and number, meter number, reference, name or word
    Find {
        /// What to look for
        text: String,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// One case: clocks, connection, customer, party, what can be done
    Show {
        /// Case number
        no: String,
    },
    /// A notification of an installer as a page of text, to print or to keep
    Print {
        /// Case number
        no: String,
    },
    /// What I typed on the screen and did not send
    Drafts,
    /// What happened to a case, newest first
    Timeline {
        /// Case number
        no: String,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
    },
    /// Take the most urgent case of my queues
    Next {
        /// Only of this queue
        #[arg(long, value_name = "KEY")]
        queue: Option<String>,
    },
    /// Take this case
    Claim {
        /// Case number
        no: String,
    },
    /// Give a case back to the pool
    Release {
        /// Case number
        no: String,
    },
    /// Pass over a case that `next` gave, before anything was done with it
    Skip {
        /// Case number
        no: String,
        /// Why
        #[arg(long, value_name = "R", value_parser = PossibleValuesParser::new(SKIP_REASONS))]
        reason: String,
        /// In your words; needed with the reason `other`
        #[arg(long, value_name = "TEXT", required_if_eq("reason", SKIP_OTHER))]
        line: Option<String>,
    },
    /// Take a case from the colleague who holds it, or from another desk of your own
    TakeOver {
        /// Case number
        no: String,
        /// Why; they are told
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Open a case
    Open(OpenArgs),
    /// Do an action; without the fields that it needs they are listed
    ///
    /// With --filter and without a case number it is done with every case that fits: a line for
    /// each, at most 50 for an agent and 500 for a lead. Exit code 3 says that some were refused.
    Do(DoArgs),
    /// Add a note
    Note {
        /// Case number
        no: String,
        /// The note; `-` reads it from standard input
        text: String,
    },
    /// Promise something, such as a call back: reminds whoever has the case then
    ///
    /// It moves no deadline. A line such as "!16:00 call" in a note does the same.
    Promise(remind::PromiseArgs),
    /// Put a case aside until a time, with a reason; it comes back earlier when something happens
    Snooze(remind::SnoozeArgs),
    /// Attach a document
    Attach {
        /// Case number
        no: String,
        /// The file, at most 5 MiB
        file: PathBuf,
        /// Why it is kept
        #[arg(long, value_enum)]
        purpose: Purpose,
    },
    /// Write a document of a case into a new file, to read it
    Fetch {
        /// Case number
        no: String,
        /// The document's name, or its number as `case show --json` tells it
        document: String,
        /// The file to make
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Erase a text (leads): its hash stays in the audit trail
    Erase {
        /// Number of the text, as `case show --json` tells it
        text: uuid::Uuid,
    },
    /// Take back the last change of a case, while nothing of it has left
    TakeBack {
        /// Case number
        no: String,
    },
    /// Hand a case to a colleague who is there, or to the pool, with one line for the next
    HandOver {
        /// Case number
        no: String,
        /// Name of the colleague; the pool when left out
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// What the next must know
        #[arg(long, value_name = "TEXT")]
        line: String,
        /// Let the next one read what I typed for it and did not send
        #[arg(long)]
        with_drafts: bool,
    },
    /// As a lead: give a case to somebody else, or back to the pool
    Reassign {
        /// Case number
        no: String,
        /// Name of the colleague; the pool when left out
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// As a lead: move a case to another queue
    Transfer {
        /// Case number
        no: String,
        /// The queue
        #[arg(long, value_name = "KEY")]
        queue: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// `loket case open`.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// Process, e.g. doubt
    pub process: String,
    /// A field; may be repeated. What the registers know need not be given
    #[arg(long = "field", value_name = "KEY=VALUE", value_parser = typed)]
    pub fields: Vec<Typed>,
    /// When the signal reached the company (local time, or RFC 3339); now by default
    #[arg(long, value_name = "INSTANT")]
    pub received_at: Option<String>,
    /// Reference of the sender; the same again is the same case
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `loket case do`.
#[derive(Debug, Args)]
#[command(override_usage = "loket case do [OPTIONS] <NO> <ACTION>\n       \
                            loket case do [OPTIONS] --filter <LINE> <ACTION>")]
pub struct DoArgs {
    /// Case number; left out with --filter
    pub no: String,
    /// The action, as `case show` names it
    #[arg(required_unless_present = "filter", conflicts_with = "filter")]
    pub action: Option<String>,
    /// With every case that fits, e.g. "state:assessing party:zonnebloem"
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// With --filter: only of this queue
    #[arg(long, value_name = "KEY", requires = "filter")]
    pub queue: Option<String>,
    /// With --filter: only the first so many, the most urgent of the pool first
    #[arg(long, value_name = "N", requires = "filter")]
    pub limit: Option<u32>,
    /// A field; may be repeated
    #[arg(long = "field", visible_alias = "set", value_name = "KEY=VALUE", value_parser = typed)]
    pub fields: Vec<Typed>,
    /// Say what would happen, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Why a document is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    /// Copy of an authorisation: destroyed when the block is lifted
    Authorisation,
    /// Evidence of the party
    Evidence,
    /// A letter
    Letter,
    /// Anything else
    Other,
}

impl DoArgs {
    /// The action when no case number was given: it stands in its place.
    fn action_of_many(&self) -> &str {
        self.action.as_deref().unwrap_or(&self.no)
    }
}

fn typed(text: &str) -> Result<Typed, String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write KEY=VALUE, as in channel=email")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// What every verb has at hand.
struct Counter<'a> {
    shell: &'a Shell,
    clerk: Clerk,
    json: bool,
}

/// Runs a verb.
pub async fn run(args: CaseArgs, shell: &Shell) -> Ended {
    let clerk = Clerk::enter(shell).await?;
    let counter = Counter {
        shell,
        clerk,
        json: args.json,
    };
    match args.verb {
        Verb::List {
            queue,
            mine,
            filter,
            limit,
        } => {
            let filter = counter.filter(filter.as_deref().unwrap_or_default());
            let filter = filter.await?;
            counter.list(queue.as_deref(), mine, &filter, limit).await
        }
        Verb::Find { text, limit } => counter.find(&text, limit).await,
        Verb::Show { no } => counter.show(&no).await,
        Verb::Print { no } => counter.print_version(&no).await,
        Verb::Drafts => counter.drafts().await,
        Verb::Timeline { no, limit } => counter.timeline(&no, limit).await,
        Verb::Next { queue } => counter.next(queue.as_deref()).await,
        Verb::Claim { no } => counter.claim(&no).await,
        Verb::Release { no } => counter.release(&no).await,
        Verb::Skip { no, reason, line } => counter.skip(&no, &reason, line.as_deref()).await,
        Verb::TakeOver { no, reason } => counter.take_over(&no, &reason).await,
        Verb::Open(args) => counter.open(&args).await,
        Verb::Do(args) => Box::pin(counter.act(&args)).await,
        Verb::Note { no, text } => Box::pin(counter.note(&no, text)).await,
        Verb::Promise(args) => counter.promise(&args).await,
        Verb::Snooze(args) => counter.snooze(&args).await,
        Verb::Attach { no, file, purpose } => counter.attach(&no, &file, purpose).await,
        Verb::Fetch { no, document, to } => counter.fetch(&no, &document, &to).await,
        Verb::Erase { text } => counter.erase(text).await,
        Verb::TakeBack { no } => counter.take_back(&no).await,
        Verb::HandOver {
            no,
            to,
            line,
            with_drafts,
        } => {
            let along = if with_drafts {
                Along::Drafts
            } else {
                Along::Nothing
            };
            counter.hand_over(&no, to.as_deref(), &line, along).await
        }
        Verb::Reassign { no, to, reason } => counter.reassign(&no, to.as_deref(), &reason).await,
        Verb::Transfer { no, queue, reason } => counter.transfer(&no, &queue, &reason).await,
    }
}
