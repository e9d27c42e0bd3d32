//! `loket process`: the process tables as a person reads them, as JSON, as a diagram.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use color_eyre::eyre::eyre;
use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr as _;

use super::shell;
use crate::domain::clock::Whose;
use crate::domain::sanitize::clean;
use crate::process::load::{process_row, transitions};
use crate::process::message::{self, Addressee};
use crate::process::{ALL, Action, From, Process, To, find, mermaid};
use crate::text::{Texts, ledger};

/// Which question about the processes.
#[derive(Debug, Args)]
pub struct ProcessArgs {
    /// List, or show one.
    #[command(subcommand)]
    pub question: Question,
}

/// The questions.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// The processes there are
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// States, actions, deadlines, messages and rules of one process
    Show {
        /// Key of the process, e.g. doubt
        #[arg(value_name = "KEY")]
        key: String,
        /// Print the diagram in the language of Mermaid
        #[arg(long, conflicts_with = "json")]
        mermaid: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Prints the answer. Refuses a process that there is not.
pub fn run(args: &ProcessArgs, texts: &Texts) -> color_eyre::Result<ExitCode> {
    let lines = match &args.question {
        Question::List { json } => list(*json, texts),
        Question::Show { key, mermaid, json } => {
            let process = named(key, texts)?;
            if *mermaid {
                vec![diagram(process, texts)]
            } else if *json {
                vec![with_names(process, texts).to_string()]
            } else {
                sheet(process, texts)
            }
        }
    };
    let mut lines = lines.iter().flat_map(|text| text.trim_end().split('\n'));
    lines.all(|line| shell::line(line.trim_end()));
    Ok(ExitCode::SUCCESS)
}

fn named(key: &str, texts: &Texts) -> color_eyre::Result<&'static Process> {
    let known: Vec<_> = ALL.iter().map(|process| process.key).collect();
    find(key).ok_or_else(|| {
        let values = [("name", &*clean(key)), ("known", &known.join(", "))];
        eyre!(texts.fill("sheet.unknown", &values))
    })
}

fn diagram(process: &Process, texts: &Texts) -> String {
    mermaid::diagram(process, |key| texts.get(key).to_owned())
}

fn list(json: bool, texts: &Texts) -> Vec<String> {
    let rows = ALL.iter().map(|process| {
        let name = texts.get(&format!("process.{}", process.key)).to_owned();
        let queue = process.queue.key();
        if json {
            json!({"key": process.key, "name": name, "prefix": process.prefix, "queue": queue})
                .to_string()
        } else {
            let queue = texts.get(&format!("queue.{queue}")).to_owned();
            columns(&[
                (process.key, 16),
                (process.prefix, 4),
                (&name, 24),
                (&queue, 0),
            ])
        }
    });
    rows.collect()
}

/// The table of the database with the names that people see.
fn with_names(process: &'static Process, texts: &Texts) -> Json {
    let mut row = process_row(process);
    let name = |key: String| Json::from(texts.get(&key));
    row["name"] = name(format!("process.{}", process.key));
    for (list, area) in [
        ("states", process.state_text("")),
        ("clocks", "clock.".to_owned()),
    ] {
        for entry in row[list].as_array_mut().into_iter().flatten() {
            let key = entry["key"].as_str().unwrap_or_default();
            entry["name"] = name(format!("{area}{key}"));
        }
    }
    row["rules"] = process
        .cited_rules()
        .into_iter()
        .map(|rule| (rule.to_owned(), name(format!("rule.{rule}"))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    row
}

/// Cells padded to their widths; the last one may be of any length.
fn columns(cells: &[(&str, usize)]) -> String {
    let mut line = String::new();
    for (text, width) in cells {
        line.push_str(text);
        let fill = width.saturating_sub(text.width());
        line.extend(std::iter::repeat_n(
            ' ',
            if *width > 0 { fill.max(1) } else { 0 },
        ));
    }
    line
}

fn sheet(process: &'static Process, texts: &Texts) -> Vec<String> {
    let title = texts.get(&format!("process.{}", process.key)).to_owned();
    let about = texts
        .get(&format!("process.{}.help", process.key))
        .to_owned();
    let mut lines = vec![
        columns(&[(&title, 24), (process.key, 16), (process.prefix, 0)]),
        about,
    ];
    section(&mut lines, "states", texts, states(process, texts));
    section(&mut lines, "clocks", texts, clocks(process, texts));
    let (own, general): (Vec<_>, Vec<_>) = process
        .lines()
        .partition(|line| process.actions.iter().any(|own| own.key == line.key));
    let own = own.iter().flat_map(|line| action(process, line, texts));
    let own = opening(process, texts).into_iter().chain(own);
    section(&mut lines, "actions", texts, own.collect());
    let general = general.iter().flat_map(|line| action(process, line, texts));
    section(&mut lines, "general_actions", texts, general.collect());
    section(&mut lines, "messages", texts, messages(process, texts));
    let rules = process.cited_rules().into_iter();
    let rules = rules.map(|rule| columns(&[(rule, 9), (texts.get(&format!("rule.{rule}")), 0)]));
    section(&mut lines, "rules", texts, rules.collect());
    lines
}

fn section(lines: &mut Vec<String>, title: &str, texts: &Texts, rows: Vec<String>) {
    lines.push(String::new());
    lines.push(texts.get(&format!("sheet.{title}")).to_owned());
    lines.extend(rows.into_iter().map(|row| format!("  {row}")));
}

fn states(process: &Process, texts: &Texts) -> Vec<String> {
    let row = |key: &str| {
        let name = process.state_text(key);
        columns(&[(key, 26), (texts.get(&name), 0)])
    };
    process.states.iter().map(|state| row(state.key)).collect()
}

fn clocks(process: &Process, texts: &Texts) -> Vec<String> {
    let rows = process.clocks.iter().map(|clock| {
        let name = format!("clock.{}", clock.key);
        let whose = match clock.whose {
            Whose::Ours => "whose.ours",
            Whose::Party => "whose.party",
            Whose::System => "whose.system",
            Whose::Notice => "whose.notice",
        };
        columns(&[
            (clock.key, 18),
            (texts.get(&name), 30),
            (&ledger::term(texts, clock.term), 18),
            (texts.get(whose), 24),
            (clock.rule, 0),
        ])
    });
    rows.collect()
}

fn opening(process: &Process, texts: &Texts) -> Vec<String> {
    let name = process.action_text("open");
    let rules = process.opening.rules.join(" ");
    let states: Vec<_> = process.opening.states.iter().map(|(_, to)| *to).collect();
    let asked: Vec<_> = process
        .opening
        .fields
        .iter()
        .map(|field| field.key)
        .collect();
    vec![
        columns(&[("open", 26), (texts.get(&name), 30), (&rules, 0)]),
        format!("    → {}", states.join(", ")),
        format!("    {} {}", texts.get("sheet.asks"), asked.join(", ")),
        format!("    {}", texts.get(&format!("{name}.help"))),
    ]
}

fn action(process: &'static Process, line: &Action, texts: &Texts) -> Vec<String> {
    let name = process.action_text(line.key);
    let row = transitions(process)
        .into_iter()
        .find(|row| row.action == line.key);
    let by = row.map_or(String::new(), |row| format!("by.{}", row.by));
    let way = format!("{} → {}", from(line, texts), to(process, line, texts));
    let asked: Vec<_> = line.fields.iter().map(|field| field.key).collect();
    let mut lines = vec![
        columns(&[
            (line.key, 26),
            (texts.get(&name), 30),
            (&line.rules.join(" "), 0),
        ]),
        format!("    {way}"),
        format!("    {}", texts.get(&by)),
    ];
    if !asked.is_empty() {
        lines.push(format!(
            "    {} {}",
            texts.get("sheet.asks"),
            asked.join(", ")
        ));
    }
    lines.push(format!("    {}", texts.get(&format!("{name}.help"))));
    lines
}

fn from(line: &Action, texts: &Texts) -> String {
    match line.from {
        From::In(states) => states.join(", "),
        From::Live => texts.get("sheet.live").to_owned(),
        From::Any => texts.get("sheet.everywhere").to_owned(),
        From::Closed => texts.get("sheet.closed").to_owned(),
    }
}

fn to(process: &Process, line: &Action, texts: &Texts) -> String {
    match line.to {
        To::State(state) => state.to_owned(),
        To::Same => texts.get("sheet.same").to_owned(),
        To::Reopened => process.opening.reopened.to_owned(),
    }
}

fn messages(process: &'static Process, texts: &Texts) -> Vec<String> {
    let rows = transitions(process);
    let sent = message::MESSAGES
        .iter()
        .filter(|one| rows.iter().any(|row| row.messages.contains(one.kind)));
    let line = |one: &message::Message| {
        let name = format!("message.{}", one.kind);
        columns(&[
            (one.kind, 20),
            (texts.get(&name), 38),
            (texts.get(addressee(one.to)), 26),
            (one.rule, 0),
        ])
    };
    sent.map(line).collect()
}

fn addressee(to: Addressee) -> &'static str {
    match to {
        Addressee::Party => "addressee.party",
        Addressee::Port => "addressee.port",
        Addressee::Allocation => "addressee.allocation",
        Addressee::Customer => "addressee.customer",
        Addressee::Source => "addressee.source",
        Addressee::Acm => "addressee.acm",
        Addressee::Supervisor => "addressee.supervisor",
        Addressee::Connections => "addressee.connections",
        Addressee::Payments => "addressee.payments",
        Addressee::Domain => "addressee.domain",
        Addressee::WorkOrders => "addressee.work_orders",
        Addressee::Installer => "addressee.installer",
        Addressee::Market => "addressee.market",
        Addressee::Provider => "addressee.provider",
    }
}
