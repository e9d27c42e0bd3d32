//! `loket filter …`: filters with a name, of one's own and of one's queues. `@name` stands for the
//! line wherever a filter is taken.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use uuid::Uuid;

use super::{CliError, Ended, Sentence, Shell, words};
use crate::desk::find;
use crate::desk::screen::filter;
use crate::store::Store;
use crate::store::filter::Filter;
use crate::store::rows::SavedFilter;

/// What to do with saved filters.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Print one JSON object per filter
    #[arg(long, global = true)]
    pub json: bool,
    /// Which verb; all are listed when left out
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List my own and those of my queues
    List,
    /// Save a line under a name; what had that name before is replaced
    Save {
        /// Letters, digits, _ and -, at most 30
        name: String,
        /// The line, as on the screen: `due:2h -holder:none`
        line: String,
        /// For all who work on that queue (leads)
        #[arg(long, value_name = "KEY")]
        queue: Option<String>,
    },
    /// Throw one away: mine first, then one of my queues (leads)
    Drop {
        /// Its name
        name: String,
    },
}

/// Runs a verb.
pub async fn run(args: FilterArgs, shell: &Shell) -> Ended {
    let store = shell.store()?;
    match args.verb.unwrap_or(Verb::List) {
        Verb::List => list(shell, args.json, &store.filters_mine().await?),
        Verb::Save { name, line, queue } => {
            let queue = match queue {
                Some(key) => Some(queue_id(&store, &key).await?),
                None => None,
            };
            let line = parse(shell, &store, &line).await?.to_string();
            let cmd = Uuid::now_v7();
            store.filter_save(cmd, &name, &line, queue).await?;
            shell.tell("saved_filter.saved", &[("name", &name), ("line", &line)]);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Drop { name } => {
            let all = store.filters_mine().await?;
            let unknown = || {
                let with = [("given", name.as_str())];
                CliError::Refused(Sentence::new("filter.wrong.saved", &with))
            };
            let found = find::named(&all, &name).ok_or_else(unknown)?;
            store.filter_drop(Uuid::now_v7(), found.filter_id).await?;
            shell.tell("saved_filter.dropped", &[("name", &found.name)]);
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn queue_id(store: &Store, key: &str) -> Result<i32, CliError> {
    let all = store.limits().await?;
    let mut found = all
        .iter()
        .filter(|queue| words::is_named("queue", &queue.key, key));
    let unknown = || {
        let names: Vec<&str> = all.iter().map(|queue| queue.key.as_str()).collect();
        let with = [("queue", key), ("names", &*names.join(", "))];
        CliError::Refused(Sentence::new("limits.no_such_queue", &with))
    };
    Ok(found.next().ok_or_else(unknown)?.queue_id)
}

/// Reads a line, with saved ones in the place of their names; a mistake is shown below its word.
///
/// # Errors
/// What is wrong is said already.
pub async fn parse(shell: &Shell, store: &Store, line: &str) -> Result<Filter, CliError> {
    let saved = if line.contains('@') {
        store.filters_mine().await?
    } else {
        Vec::new()
    };
    let expanded = find::expand(line, &saved);
    let said = expanded.as_deref().unwrap_or(line).to_owned();
    let words = filter::words(&shell.texts);
    let read = expanded.and_then(|line| Filter::parse_in(&line, &words));
    read.map_err(|error| {
        let before = said[..error.at.start].chars().count();
        let long = said[error.at.clone()].chars().count().max(1);
        super::shell::error(&format!("loket: {}", filter::said(&shell.texts, &error)));
        super::shell::error(&format!("  {said}"));
        super::shell::error(&format!("  {}{}", " ".repeat(before), "^".repeat(long)));
        CliError::Told(super::Exit::Usage)
    })
}

fn list(shell: &Shell, json: bool, all: &[SavedFilter]) -> Ended {
    if json {
        all.iter().try_for_each(|one| shell.json(one))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = all.iter().map(|one| row(shell, one)).collect();
    for line in words::columns(&rows) {
        shell.say(&line);
    }
    if all.is_empty() {
        shell.tell("saved_filter.none", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn row(shell: &Shell, one: &SavedFilter) -> Vec<String> {
    let whose = one.queue.as_ref().map(|queue| {
        let name = shell.texts.say(&format!("queue.{queue}"));
        shell.texts.fill("find.team", &[("queue", &name)])
    });
    let name = format!("@{}", one.name);
    vec![name, one.line.clone(), whose.unwrap_or_default()]
}
