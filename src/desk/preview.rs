//! What a change will do, in words: the same sentences in form, review and help. Refusals too.

use chrono::{DateTime, Utc};

use super::bulk::Act;
use super::promises;
use super::route::Subject;
use super::say;
use super::world::World;
use crate::domain::clock::{ClockRun, Outcome as Ended, Whose};
use crate::domain::deadline::Comparison;
use crate::process::engine::{CaseFacts, Change, ClockOp, Refusal};
use crate::process::general::is_reminder;
use crate::process::{self, Clock};
use crate::store::rows::TimelineRow;
use crate::text::{self, Texts, ledger};

/// One line: what kind of thing happens, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `stops`, `starts`, …, in words.
    pub verb: String,
    /// What.
    pub what: String,
}

/// All that a change does.
pub fn of(
    world: &World,
    change: &Change,
    before: Option<&CaseFacts>,
    now: DateTime<Utc>,
) -> Vec<Line> {
    let texts = &world.texts;
    let mut lines: Vec<Line> = change
        .clocks
        .iter()
        .map(|op| of_clock(world, change, op, before, now))
        .collect();
    for kind in &change.messages {
        lines.push(line(world, "sends", texts.say(&format!("message.{kind}"))));
    }
    for key in &change.clears {
        if let Some(name) = fact(texts, before, key) {
            lines.push(line(world, "clears", name));
        }
    }
    for purpose in &change.destroy {
        let said = texts.say(&format!("purpose.{purpose}"));
        lines.push(line(world, "destroys", said));
    }
    if let Some(opened) = &change.opens {
        let said = texts.say(&format!("process.{}", opened.process));
        lines.push(line(world, "opens", said));
    }
    let state = state(world, &change.process, &change.to);
    let verb = if change.from == change.to {
        "stays"
    } else {
        "after"
    };
    lines.push(line(world, verb, state));
    lines
}

/// What a fact is called that a form asks; others have no name for people.
pub fn fact(texts: &Texts, case: Option<&CaseFacts>, key: &str) -> Option<String> {
    let named = case.and_then(|case| case.named(key, texts.lang()));
    let known = named.or_else(|| texts.find(&format!("field.{key}")));
    known.map(str::to_owned)
}

/// The facts that a change unset, by name; nothing when there is none with a name.
pub fn cleared(texts: &Texts, case: &CaseFacts, keys: &[String]) -> Option<String> {
    let names = keys.iter().filter_map(|key| fact(texts, Some(case), key));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| texts.fill("timeline.cleared", &[("fields", &names.join(", "))]))
}

/// The name of a state.
pub fn state(world: &World, process: &str, state: &str) -> String {
    world.texts.say(&format!("state.{process}.{state}"))
}

/// What a key is called that was chosen for that field: of a list of the settings, or of the texts.
pub fn word(world: &World, field: &str, key: &str) -> Option<String> {
    let listed = world.lists.name(field, key, world.texts.lang());
    let known = || world.texts.find(&format!("choice.{field}.{key}"));
    listed.or_else(|| known().map(str::to_owned))
}

/// The name of an action: of its process, or one that all have.
pub fn action<'a>(world: &'a World, process: &str, action: &'a str) -> &'a str {
    let own = world.texts.find(&format!("action.{process}.{action}"));
    own.or_else(|| world.texts.find(&format!("action.general.{action}")))
        .unwrap_or(action)
}

/// The name of a form.
pub fn form(texts: &Texts, subject: &Subject, process: &str) -> String {
    let key = match subject {
        Subject::Action(_, action) => {
            let keys = [process, "general"].map(|of| format!("action.{of}.{action}"));
            let known = keys.iter().find_map(|key| texts.find(key));
            return known.unwrap_or(action).to_owned();
        }
        Subject::Open(process) => return texts.say(&format!("process.{process}")),
        Subject::HandOver(_) => "command.hand_over",
        Subject::Attach(_) => "command.attach",
        Subject::Reassign(_) => "lead.reassign",
        Subject::CallBack(_) => "lead.call_back",
        Subject::Transfer(_) => "lead.transfer",
        Subject::TakeBack(_) => "command.take_back",
        Subject::Skip(_) => "command.skip",
        Subject::TakeOver(_) => "command.take_over",
        Subject::Many(act) => return many(texts, act),
        Subject::Limits(..) => "command.limits",
        Subject::Keep(_) => "command.keep",
        Subject::Update(_, true) => "updates.approving",
        Subject::Update(_, false) => "updates.rejecting",
    };
    texts.say(key)
}

/// The name of something that is done with many cases.
fn many(texts: &Texts, act: &Act) -> String {
    let name = match act {
        Act::Release => texts.say("command.release"),
        Act::Reassign => texts.say("lead.reassign"),
        Act::TakeBack => texts.say("command.take_back"),
        Act::Action(key) => {
            let of = process::ALL.iter().map(|process| process.key);
            let mut keys = of.chain(["general"]).map(|of| format!("action.{of}.{key}"));
            let known = keys.find_map(|key| texts.find(&key).map(str::to_owned));
            known.unwrap_or_else(|| key.clone())
        }
    };
    texts.fill("drafts.many", &[("action", &name)])
}

/// What an event was.
pub fn happened(world: &World, process: &str, event: &TimelineRow) -> String {
    if let Some(taken) = &event.takes_back {
        let action = action(world, process, &taken.action);
        return world.texts.fill("undo.took_back", &[("action", action)]);
    }
    match world.texts.find(&format!("event.{}", event.kind)) {
        Some(said) => said.to_owned(),
        None => action(world, process, &event.kind).to_owned(),
    }
}

/// What an event was, and by whom, in one line.
pub fn event(world: &World, process: &str, event: &TimelineRow) -> String {
    let what = happened(world, process, event);
    let system = || world.texts.get("timeline.system");
    let who = event.agent.as_deref().unwrap_or_else(system);
    format!("{what}, {who}")
}

/// The name of a clock.
pub fn clock(world: &World, key: &str) -> String {
    world.texts.say(&format!("clock.{key}"))
}

/// A line; `preview.<verb>` is the text of the verb.
pub fn line(world: &World, verb: &str, what: String) -> Line {
    let verb = world.texts.say(&format!("preview.{verb}"));
    Line { verb, what }
}

fn of_clock(
    world: &World,
    change: &Change,
    op: &ClockOp,
    before: Option<&CaseFacts>,
    now: DateTime<Utc>,
) -> Line {
    let texts = &world.texts;
    match op {
        ClockOp::Start {
            key, run, due_at, ..
        } if is_reminder(key) => {
            let said = promises::starts(world, change, (key, *run, *due_at), now);
            line(world, "starts", said)
        }
        ClockOp::Start {
            key,
            due_at,
            comparison,
            whose,
            ..
        } => {
            let zone = world.zone(&change.process);
            let due = say::due(texts, *due_at, *comparison, now, zone);
            let term = declared(&change.process, key)
                .map_or_else(String::new, |declared| ledger::term(texts, declared.term));
            let name = clock(world, key);
            let whose = whose_said(world, *whose);
            let with = [
                ("clock", &*name),
                ("term", &*term),
                ("due", &*due),
                ("whose", whose),
            ];
            line(world, "starts", texts.fill("preview.until", &with))
        }
        ClockOp::End { key, outcome, .. } => {
            let late = before
                .and_then(|facts| running(facts, key))
                .is_some_and(|run| run.due_at < now);
            let how = match outcome {
                Ended::Met if late => "met_backdated",
                Ended::Met => "met",
                Ended::MetLate => "met_late",
                Ended::Lapsed => "lapsed",
                Ended::Cancelled => "cancelled",
            };
            let how = texts.say(&format!("outcome.{how}"));
            line(world, "stops", format!("{} ({how})", clock(world, key)))
        }
        ClockOp::Breach { key, .. } => line(world, "breaches", clock(world, key)),
        ClockOp::Move { key, .. } => line(world, "moves", moved(world, change, op, now, key)),
    }
}

/// The clock and its due instant, before and after.
fn moved(world: &World, change: &Change, op: &ClockOp, now: DateTime<Utc>, key: &str) -> String {
    let ClockOp::Move {
        was_due_at, due_at, ..
    } = op
    else {
        return String::new();
    };
    shift(world, &change.process, key, (*was_due_at, *due_at), now)
}

/// A clock whose due instant became another, in words.
pub fn shift(
    world: &World,
    process: &str,
    key: &str,
    (was, due): (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> String {
    let comparison = declared(process, key).map_or(Comparison::UpToAndIncluding, |declared| {
        declared.term.comparison()
    });
    let said = |at| say::due(&world.texts, at, comparison, now, world.zone(process));
    let (name, was, due) = (clock(world, key), said(was), said(due));
    let with = [("clock", &*name), ("was", &*was), ("due", &*due)];
    world.texts.fill("preview.shift", &with)
}

fn running<'a>(facts: &'a CaseFacts, key: &str) -> Option<&'a ClockRun> {
    facts
        .clocks
        .iter()
        .find(|run| run.key == key && run.is_running())
}

/// The clock as its process declares it.
pub fn declared(process: &str, key: &str) -> Option<&'static Clock> {
    process::find(process)?
        .clocks
        .iter()
        .find(|clock| clock.key == key)
}

/// Whose duty, in words.
pub fn whose_said(world: &World, whose: Whose) -> &str {
    world.texts.get(match whose {
        Whose::Ours => "whose.ours",
        Whose::Party => "whose.party",
        Whose::System => "whose.system",
        Whose::Notice => "whose.notice",
    })
}

/// What a form does that is no change of the process.
pub fn of_call(world: &World, subject: &Subject, answer: &dyn Fn(&str) -> String) -> Vec<Line> {
    match subject {
        Subject::HandOver(_) => vec![
            line(world, "hands_over", answer("to")),
            line(world, "first_read", answer("line")),
        ],
        Subject::Reassign(_) => vec![
            line(world, "hands_over", answer("to")),
            line(world, "because", answer("reason")),
        ],
        Subject::CallBack(_) => vec![
            line(world, "hands_over", world.texts.say("form.pool")),
            line(world, "because", answer("reason")),
        ],
        Subject::Transfer(_) => vec![
            line(world, "moves", answer("queue")),
            line(world, "because", answer("reason")),
        ],
        Subject::Attach(_) => vec![
            line(world, "attaches", answer("path")),
            line(world, "keeps_as", answer("purpose")),
        ],
        Subject::Skip(_) => {
            let reason = line(world, "passes_over", answer("skip_reason"));
            let said = Some(answer("skip_line")).filter(|said| !said.trim().is_empty());
            let said = said.map(|said| line(world, "because", said));
            std::iter::once(reason).chain(said).collect()
        }
        Subject::TakeOver(case) => {
            let loaded = world.case(*case);
            let holder = loaded.and_then(|loaded| loaded.detail.row.holder.clone());
            let holder = holder.unwrap_or_else(|| world.texts.say("preview.nobody"));
            vec![
                line(world, "takes_from", holder),
                line(world, "tells", answer("take_over")),
            ]
        }
        Subject::Action(..)
        | Subject::Open(_)
        | Subject::TakeBack(_)
        | Subject::Many(_)
        | Subject::Limits(..)
        | Subject::Keep(_)
        | Subject::Update(..) => Vec::new(),
    }
}

/// A refusal in words, with the rule that says so.
pub fn refusal(world: &World, refusal: &Refusal) -> String {
    let said = text::refusal::said(&world.texts, &refusal.key, &refusal.args, world.zone(""));
    if refusal.rule.is_empty() {
        said
    } else {
        format!("{said} ({})", refusal.rule)
    }
}
