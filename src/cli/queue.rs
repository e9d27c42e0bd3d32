//! `loket queue …`: the numbers that leads set: how many cases an agent may hold, and from how many
//! held ones past their warning on no new one is given.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CliError, Ended, Exit, Sentence, Shell, words};
use crate::store::Store;
use crate::store::rows::{AS_QUEUE, AgentLimits, NewLimits, QueueLimits};

/// What to do with queues.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// Print one JSON object per queue
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Limit and gate of my queues; as a lead: set them, for a queue or for one agent in it
    Limits(LimitsArgs),
}

/// `loket queue limits`.
#[derive(Debug, Args)]
pub struct LimitsArgs {
    /// The queue to set; all are listed when left out
    pub queue: Option<String>,
    /// Only for this agent: name, or part of it
    #[arg(long, value_name = "NAME", requires = "queue")]
    pub agent: Option<String>,
    /// How many cases an agent may hold: 1 to 50
    #[arg(long, value_name = "N", requires = "queue")]
    pub max: Option<i32>,
    /// No new case while so many held ones are past their warning: 0 to 20, 0 is no gate
    #[arg(long, value_name = "N", requires = "queue")]
    pub gate: Option<i32>,
    /// The agent has no numbers of their own any more
    #[arg(long, requires = "agent", conflicts_with_all = ["max", "gate"])]
    pub as_queue: bool,
}

/// Runs a verb.
pub async fn run(args: QueueArgs, shell: &Shell) -> Ended {
    let Verb::Limits(limits) = &args.verb;
    let store = shell.store()?;
    let all = store.limits().await?;
    match &limits.queue {
        None => list(shell, args.json, &all),
        Some(key) => {
            let queue = all
                .iter()
                .find(|queue| words::is_named("queue", queue.key.as_str(), key));
            let unknown = || {
                let names = all
                    .iter()
                    .map(|queue| shell.texts.say(&format!("queue.{}", queue.key)));
                let names = names.collect::<Vec<_>>().join(", ");
                let with = [("queue", key.as_str()), ("names", &*names)];
                CliError::Refused(Sentence::new("limits.no_such_queue", &with))
            };
            set(shell, &store, limits, queue.ok_or_else(unknown)?, args.json).await
        }
    }
}

async fn set(
    shell: &Shell,
    store: &Store,
    args: &LimitsArgs,
    queue: &QueueLimits,
    json: bool,
) -> Ended {
    if args.max.is_none() && args.gate.is_none() && !args.as_queue {
        let nothing = Sentence::new("limits.nothing_given", &[]);
        return Err(CliError::Usage(nothing));
    }
    let agent = args.agent.as_deref();
    let agent = agent.map(|name| named(queue, name)).transpose()?;
    // what is not given stays as it is
    let as_queue = args.as_queue.then_some(AS_QUEUE);
    let new = NewLimits {
        queue_id: queue.queue_id,
        agent_id: agent.map(|agent| agent.agent_id),
        max_leases: args.max.or(as_queue),
        gate: args.gate.or(as_queue),
    };
    store.limits_set(Uuid::now_v7(), new).await?;
    if json {
        let all = store.limits().await?;
        let now = all.iter().find(|now| now.queue_id == queue.queue_id);
        now.map_or(Ok(()), |now| shell.json(now))?;
        return Ok(ExitCode::SUCCESS);
    }
    let name = shell.texts.say(&format!("queue.{}", queue.key));
    match agent {
        Some(agent) => {
            let with = [("queue", &*name), ("name", &*agent.name)];
            shell.tell("limits.set_agent", &with);
        }
        None => shell.tell("limits.set", &[("queue", &name)]),
    }
    Ok(ExitCode::SUCCESS)
}

/// The agent of that name; part of a name will do when only one has it.
fn named<'a>(queue: &'a QueueLimits, name: &str) -> Result<&'a AgentLimits, CliError> {
    let wanted = name.to_lowercase();
    let is = |agent: &&AgentLimits| agent.name.to_lowercase() == wanted;
    let has = |agent: &&AgentLimits| agent.name.to_lowercase().contains(&wanted);
    let mut part = queue.agents.iter().filter(has);
    let found = queue.agents.iter().find(is);
    let found = found.or_else(|| part.next().filter(|_| part.next().is_none()));
    found.ok_or_else(|| {
        let with = [("queue", queue.key.as_str()), ("name", name)];
        CliError::Refused(Sentence::new("limits.no_such_agent", &with))
    })
}

fn list(shell: &Shell, json: bool, all: &[QueueLimits]) -> Ended {
    for queue in all {
        if json {
            shell.json(queue)?;
            continue;
        }
        let name = shell.texts.say(&format!("queue.{}", queue.key));
        let (max, gate) = (queue.max_leases.to_string(), queue.gate.to_string());
        let key = match queue.gate {
            0 => "limits.queue_open",
            _ => "limits.queue",
        };
        shell.tell(key, &[("queue", &name), ("max", &max), ("gate", &gate)]);
        let rows: Vec<Vec<String>> = queue.agents.iter().map(|one| row(shell, one)).collect();
        for line in words::columns(&rows) {
            shell.say(&format!("  {line}"));
        }
    }
    if all.is_empty() {
        return Err(CliError::Told(Exit::Refused));
    }
    Ok(ExitCode::SUCCESS)
}

fn row(shell: &Shell, agent: &AgentLimits) -> Vec<String> {
    let fill = |key: &str, n: &str| shell.texts.fill(key, &[("n", n)]);
    let max = agent.max_leases;
    let max = max.map(|n| fill("limits.own_max", &n.to_string()));
    let gate = agent.gate.map(|n| match n {
        0 => shell.texts.say("limits.own_gate_none"),
        n => fill("limits.own_gate", &n.to_string()),
    });
    let own: Vec<String> = max.into_iter().chain(gate).collect();
    vec![
        agent.name.clone(),
        fill("limits.held", &agent.held.to_string()),
        if own.is_empty() {
            shell.texts.say("limits.as_queue")
        } else {
            own.join(", ")
        },
    ]
}
