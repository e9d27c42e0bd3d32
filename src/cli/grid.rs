//! `loket grid …`: whose grid is ours, which the checks on a request compare with (PRIO-27).

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, Ended, Sentence, Shell, words};
use crate::domain::gln::Gln;

/// What to do with our grids.
#[derive(Debug, Args)]
pub struct GridArgs {
    /// Print one JSON object per grid operator
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The grid operators that are us
    List,
    /// Set them: all of them, at once
    Set {
        /// Their numbers (GLN); parties of the register with the role `grid_operator`
        #[arg(required = true, value_name = "GLN")]
        glns: Vec<String>,
    },
}

/// Runs a verb.
pub async fn run(args: GridArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    if let Verb::Set { glns } = &args.verb {
        for gln in glns {
            if Gln::parse(gln).is_err() {
                let with = [("value", gln.as_str())];
                return Err(CliError::Usage(Sentence::new("grid.not_a_gln", &with)));
            }
        }
        store.own_operators_set(glns).await?;
    }
    let mut rows = Vec::new();
    for operator in store.own_operators().await? {
        if args.json {
            shell.json(&operator)?;
        } else {
            rows.push(vec![operator.gln, operator.name]);
        }
    }
    if rows.is_empty() && !args.json {
        shell.tell("grid.none", &[]);
    }
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    Ok(ExitCode::SUCCESS)
}
