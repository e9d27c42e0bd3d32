//! `loket agent …`: who may work. Adding makes the role of the database as well, so the address must
//! name somebody who may create roles.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{Ended, Shell, words};
use crate::store::admin::AgentRow;

/// What to do with agents.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// Print one JSON object per agent
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Add an agent, or change one
    Add {
        /// Role of the database that they log in with; made if it is not there
        db_role: String,
        /// Name shown to colleagues
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long, value_enum, default_value_t = RoleName::Agent)]
        role: RoleName,
        /// A queue of theirs; may be repeated
        #[arg(long = "queue", value_name = "KEY")]
        queues: Vec<String>,
        /// Of an installer: the company, by its number (GLN) in the register of parties
        #[arg(long, value_name = "GLN", required_if_eq("role", "installer"))]
        company: Option<String>,
    },
    /// All agents
    List,
    /// End an agent's sessions, return their cases, refuse them from now on
    Disable {
        /// Role of the database
        db_role: String,
    },
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// Works cases
    Agent,
    /// Also reassigns, transfers, reopens
    Lead,
    /// Reads and verifies
    Auditor,
    /// Also imports and sets the clock of a rehearsal
    Admin,
    /// Timers and messages
    Worker,
    /// Notifications of the own company and nothing else
    Installer,
}

#[derive(Serialize)]
struct Disabled<'a> {
    db_role: &'a str,
    cases_returned: i32,
}

/// Runs a verb.
pub async fn run(args: AgentArgs, shell: &Shell) -> Ended {
    match args.verb {
        Verb::Add {
            db_role,
            name,
            role,
            queues,
            company,
        } => {
            let role = role.to_possible_value();
            let role = role
                .as_ref()
                .map_or("agent", |role| role.get_name())
                .to_owned();
            let agent = AgentRow {
                db_role,
                name,
                role,
                queues,
                firm: company,
                disabled_at: None,
            };
            add(shell, args.json, &agent).await
        }
        Verb::List => list(shell, args.json).await,
        Verb::Disable { db_role } => disable(shell, args.json, &db_role).await,
    }
}

async fn add(shell: &Shell, json: bool, agent: &AgentRow) -> Ended {
    shell.store()?.agent_add(agent).await?;
    if json {
        shell.json(agent)?;
    } else {
        shell.tell(
            "agent.added",
            &[("role", &agent.db_role), ("name", &agent.name)],
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(shell: &Shell, json: bool) -> Ended {
    let agents = shell.store()?.agent_list().await?;
    if json {
        agents.iter().try_for_each(|agent| shell.json(agent))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = agents.iter().map(|agent| row(shell, agent)).collect();
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    if rows.is_empty() {
        shell.tell("agent.none", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(shell: &Shell, agent: &AgentRow) -> Vec<String> {
    let disabled = agent
        .disabled_at
        .map(|_| shell.texts.get("agent.is_disabled").to_owned());
    vec![
        agent.db_role.clone(),
        agent.name.clone(),
        shell
            .texts
            .get(&format!("agent.role.{}", agent.role))
            .to_owned(),
        agent
            .firm
            .clone()
            .unwrap_or_else(|| agent.queues.join(", ")),
        disabled.unwrap_or_default(),
    ]
}

async fn disable(shell: &Shell, json: bool, db_role: &str) -> Ended {
    let cases_returned = shell.store()?.agent_disable(db_role).await?;
    if json {
        shell.json(&Disabled {
            db_role,
            cases_returned,
        })?;
    } else {
        let cases = cases_returned.to_string();
        shell.tell("agent.disabled", &[("role", db_role), ("cases", &cases)]);
    }
    Ok(ExitCode::SUCCESS)
}
