//! `loket doctor`: what is well here and at the database, what is not, and what to do about it. It
//! changes nothing and shows nothing of a case.

mod finding;
mod here;
mod there;

use std::process::ExitCode;

use clap::Args;

use super::{Ended, Exit, Shell};
use finding::{Findings, Level};

/// Flags of the check-up.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all is well; 1 something is wrong, what and what to do is \
said; 4 the database is away."
)]
pub struct DoctorArgs {
    /// Print one JSON object a finding
    #[arg(long)]
    pub json: bool,
}

/// Looks at everything and says what it found.
pub async fn run(args: DoctorArgs, shell: &Shell) -> Ended {
    let mut findings = Findings::new(shell.texts.clone());
    here::terminal(&mut findings, shell);
    here::locale(&mut findings, shell);
    here::settings(&mut findings, shell);
    let line = there::database(&mut findings, shell).await;
    here::disk(&mut findings, shell);
    for finding in findings.all() {
        if args.json {
            shell.json(finding)?;
        } else {
            finding.lines().iter().for_each(|line| shell.say(line));
        }
    }
    Ok(match (line, findings.worst()) {
        (there::Line::Away, _) => Exit::Away.into(),
        (_, Level::Wrong) => Exit::Refused.into(),
        _ => ExitCode::SUCCESS,
    })
}
