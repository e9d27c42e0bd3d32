//! The model of one case, and why it is enough.
//!
//! The database numbers the events of a case. We take that order as the order in which things took
//! effect and check three things. **Each step is legal** in a model with one holder at most: who
//! writes as holder is the holder of that moment, with the session and the fence of that moment; the
//! fence rises with every change of ownership and never otherwise; a case is given only when nobody
//! has it. **The order is consistent with real time**: no effect stands before one whose answer had
//! come before it was asked. **Answers and effects agree**: a good answer has exactly one event, with
//! the fence and the version that it told; a refusal has none; no answer has one or none. An order
//! with these properties is a linearisation of the history, so the database behaved as if one
//! command after the other had been done on the case. Since events of different cases have nothing
//! in common but sessions, it is enough to do it case by case.
//!
//! Refusals are observations too: `justify` asks for a moment between question and answer at which
//! the refusal was right. "Nothing to take" is the one that is not checked: cases that somebody is
//! just taking are passed over on purpose.

use std::collections::BTreeMap;

use loket::process::{self, Action, By, Process, Work};
use uuid::Uuid;

use super::record::{Call, Event, Finding, Kind, Told};

/// Who holds a case. After a hand-over the session is the colleague's, whichever that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) agent: i32,
    pub(crate) session: Option<Uuid>,
}

/// A case after some event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the name that the table has")]
pub(crate) struct State {
    pub(crate) holder: Option<Holder>,
    pub(crate) fence: i64,
    pub(crate) version: i32,
    pub(crate) state: String,
}

/// One case: its events, and what it was after each; the first entry is before the first event.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) events: Vec<&'a Event>,
    pub(crate) states: Vec<State>,
    process: &'static Process,
}

/// Replays all cases, and says what was not legal.
pub(crate) fn replay(events: &[Event]) -> (BTreeMap<i64, Case<'_>>, Vec<Finding>) {
    let mut cases: BTreeMap<i64, Case<'_>> = BTreeMap::new();
    let mut findings = Vec::new();
    for event in events {
        let case = cases
            .entry(event.case_id)
            .or_insert_with(|| Case::new(event));
        case.take(event, &mut findings);
    }
    (cases, findings)
}

fn action(process: &'static Process, key: &str) -> Option<&'static Action> {
    process.lines().find(|line| line.key == key)
}

impl<'a> Case<'a> {
    fn new(first: &Event) -> Self {
        let process = first.change("process").and_then(process::find);
        let state = State {
            holder: None,
            fence: 0,
            version: 0,
            state: String::new(),
        };
        Self {
            events: Vec::new(),
            states: vec![state],
            process: process.unwrap_or(process::ALL[0]),
        }
    }

    fn take(&mut self, event: &'a Event, findings: &mut Vec<Finding>) {
        let before = self.states[self.states.len() - 1].clone();
        let mut wrong = |kind: Kind, what: &str| {
            let (case, seq, name) = (event.case_id, event.seq, &event.kind);
            let what = format!("case {case}, event {seq} {name}: {what}; before: {before:?}");
            findings.push(Finding::new(kind, what));
        };
        if event.seq != before.version + 1 {
            wrong(Kind::Gap, "the number does not follow");
        }
        let mut after = self.step(event, &before, &mut wrong);
        if after.fence != event.fence {
            let what = format!("fence {} instead of {}", event.fence, after.fence);
            wrong(Kind::Fence, &what);
            after.fence = event.fence;
        }
        after.version = event.seq;
        self.events.push(event);
        self.states.push(after);
    }

    /// What the case must be after this event.
    fn step(&self, event: &Event, before: &State, wrong: &mut dyn FnMut(Kind, &str)) -> State {
        let mut after = before.clone();
        let (Some(agent), session) = (event.agent_id, event.session_id) else {
            wrong(Kind::UnknownEvent, "nobody did it");
            return after;
        };
        let actor = Holder { agent, session };
        match event.kind.as_str() {
            "opened" => self.to(&mut after, event, wrong),
            "claimed" => {
                if before.holder.is_some() {
                    wrong(Kind::TwoHolders, "given while somebody has it");
                }
                after.holder = Some(actor);
                after.fence += 1;
            }
            "taken_over" => {
                let was = before.holder.map(|holder| i64::from(holder.agent));
                if was.is_none() || was != event.body["was"].as_i64() {
                    wrong(Kind::TwoHolders, "taken from who had it not");
                }
                after.holder = Some(actor);
                after.fence += 1;
            }
            "released" | "skipped" | "handed_over" => {
                must_hold(before, actor, wrong);
                give(&mut after, event);
            }
            "lease_returned" => {
                if !holds(before, actor) && session.is_some() {
                    wrong(Kind::NotTheHolder, "returned by who had it not");
                }
                give(&mut after, event);
            }
            "reassigned" => give(&mut after, event),
            "transferred" => {
                after.holder = None;
                after.fence += 1;
            }
            "taken_back" => self.take_back(event, &mut after, wrong),
            "transferred_in" | "attached" | "text_erased" | "unmasked" => {}
            key => match action(self.process, key) {
                Some(line) => self.act(line, event, &mut after, wrong),
                None => wrong(Kind::UnknownEvent, "no such action"),
            },
        }
        after
    }

    fn act(
        &self,
        line: &'static Action,
        event: &Event,
        after: &mut State,
        wrong: &mut dyn FnMut(Kind, &str),
    ) {
        let actor = Holder {
            agent: event.agent_id.unwrap_or(0),
            session: event.session_id,
        };
        let by_outside = line.by == By::System && event.session_id.is_none();
        let needs_lease = matches!(line.by, By::Holder | By::System) && !by_outside;
        if needs_lease && line.key != "further_signal" {
            must_hold(after, actor, wrong);
            // the model learns which session of the colleague it was
            after.holder = after.holder.map(|holder| Holder {
                session: holder.session.or(event.session_id),
                ..holder
            });
        }
        if event.change("from") != Some(&after.state) {
            wrong(Kind::State, "comes from another state");
        }
        self.to(after, event, wrong);
    }

    /// The state of before, if nobody has built on what is taken back. Whoever took it back has the
    /// case again when they had it then; whoever has it now keeps it.
    fn take_back(&self, event: &Event, after: &mut State, wrong: &mut dyn FnMut(Kind, &str)) {
        let seq = event.body["seq"]
            .as_u64()
            .and_then(|seq| usize::try_from(seq).ok());
        let Some((at, done)) = seq.and_then(|seq| Some((seq, *self.events.get(seq - 1)?))) else {
            wrong(Kind::State, "takes back what never happened");
            return;
        };
        let passes = [
            "claimed",
            "released",
            "skipped",
            "taken_over",
            "lease_returned",
            "unmasked",
        ];
        let is_note = |key: &str| action(self.process, key).is_some_and(|it| it.by == By::Agent);
        let builds = |it: &&&Event| !passes.contains(&it.kind.as_str()) && !is_note(&it.kind);
        if let Some(later) = self.events[at..].iter().find(builds) {
            let what = format!("takes back what {} was built on", later.kind);
            wrong(Kind::State, &what);
        }
        let before = &self.states[at - 1];
        after.state.clone_from(&before.state);
        let is_closed = self.process.is_final(&after.state);
        if after.holder.is_some() && is_closed {
            after.holder = None;
            after.fence += 1;
        } else if after.holder.is_none() && event.fence == after.fence + 1 {
            if done.agent_id != event.agent_id || before.holder.is_none() {
                wrong(Kind::TwoHolders, "given to who had it not");
            }
            after.fence += 1;
            after.holder = event.agent_id.map(|agent| Holder {
                agent,
                session: event.session_id,
            });
        }
    }

    /// A changed state ends the lease, unless the next step is again one of ours.
    fn to(&self, after: &mut State, event: &Event, wrong: &mut dyn FnMut(Kind, &str)) {
        let to = event.change("to").unwrap_or_default().to_owned();
        let Some(state) = self.process.state(&to) else {
            wrong(Kind::State, "leads nowhere");
            return;
        };
        let is_first = after.state.is_empty();
        if !is_first && to != after.state && (state.work != Work::Open || after.holder.is_none()) {
            after.holder = None;
            after.fence += 1;
        }
        after.state = to;
    }
}

fn holds(state: &State, actor: Holder) -> bool {
    state.holder.is_some_and(|holder| {
        holder.agent == actor.agent && (holder.session.is_none() || holder.session == actor.session)
    })
}

fn must_hold(state: &State, actor: Holder, wrong: &mut dyn FnMut(Kind, &str)) {
    if !holds(state, actor) {
        let what = format!("written as holder by {actor:?}");
        wrong(Kind::NotTheHolder, &what);
    }
}

/// The lease ends; `to` in the event names a colleague who has it from now on.
fn give(after: &mut State, event: &Event) {
    let to = event.body["to"]
        .as_i64()
        .and_then(|id| i32::try_from(id).ok());
    after.holder = to.map(|agent| Holder {
        agent,
        session: None,
    });
    after.fence += 1;
}

/// Compares what clients were told with what happened.
pub(crate) fn compare(calls: &[Call], cases: &BTreeMap<i64, Case<'_>>) -> Vec<Finding> {
    let mut effects: BTreeMap<Uuid, Vec<&Event>> = BTreeMap::new();
    let events = cases.values().flat_map(|case| &case.events);
    // a transfer stands in the queues of both ends
    for event in events.filter(|event| event.kind != "transferred_in") {
        if let Some(cmd) = event.cmd_id {
            effects.entry(cmd).or_default().push(event);
        }
    }
    let mut findings = Vec::new();
    for call in calls {
        let events = effects.remove(&call.cmd).unwrap_or_default();
        compare_call(call, &events, cases, &mut findings);
    }
    for (cmd, events) in effects {
        for event in events.iter().filter(|event| event.kind != "opened") {
            let what = format!("case {}, event {}: {cmd}", event.case_id, event.seq);
            findings.push(Finding::new(Kind::NobodyAsked, what));
        }
    }
    findings
}

fn compare_call(
    call: &Call,
    events: &[&Event],
    cases: &BTreeMap<i64, Case<'_>>,
    findings: &mut Vec<Finding>,
) {
    let mut wrong = |kind: Kind, what: String| {
        findings.push(Finding::new(kind, format!("{what}: {call:?}")));
    };
    for (_, told) in call.tries.iter().filter_map(|one| one.told.as_ref()) {
        if let Told::Bug(what) = told {
            wrong(Kind::Bug, what.clone());
        }
    }
    match (events, call.ok()) {
        ([], Some((_, Told::Granted { case, fence, .. }))) => {
            // taking what one holds is granted and writes nothing
            if !had(cases.get(case), call, *fence) {
                wrong(Kind::NoEffect, "granted, but nothing says so".into());
            }
        }
        ([], Some(_)) => wrong(Kind::NoEffect, "a good answer without an event".into()),
        // refused and not written, or not answered and written or not
        ([] | [_], None) if events.is_empty() || call.is_open() => {}
        ([event], Some(_)) => {
            for (_, told) in call.tries.iter().filter_map(|one| one.told.as_ref()) {
                // of two good answers one may have found the case in hand already
                let in_hand = matches!(told, Told::Granted { case, fence, .. }
                    if had(cases.get(case), call, *fence));
                if told.is_ok() && !in_hand && !agrees(told, event, cases) {
                    wrong(Kind::AnswerDiffers, format!("{event:?}"));
                }
            }
        }
        ([event], None) => {
            wrong(Kind::EffectOfRefused, format!("refused, yet {event:?}"));
        }
        (many, _) => wrong(Kind::TwoEffects, format!("{} events", many.len())),
    }
    if let ([event], Some(fence)) = (events, call.fence) {
        let before = cases.get(&event.case_id).map(|case| &case.states);
        let before = before.and_then(|it| it.get(usize::try_from(event.seq - 1).ok()?));
        if before.is_some_and(|state| state.fence != fence) {
            wrong(Kind::NotTheHolder, format!("an old fence: {event:?}"));
        }
    }
}

/// Whether the session of the call had the case with that fence at some time.
fn had(case: Option<&Case<'_>>, call: &Call, fence: i64) -> bool {
    case.is_some_and(|case| {
        case.states.iter().any(|state| {
            let is_ours = |holder: Holder| {
                holder.agent == call.agent
                    && (holder.session.is_none() || holder.session == call.session)
            };
            state.fence == fence && state.holder.is_some_and(is_ours)
        })
    })
}

fn agrees(told: &Told, event: &Event, cases: &BTreeMap<i64, Case<'_>>) -> bool {
    let after = cases.get(&event.case_id).map(|case| &case.states);
    let after = after.and_then(|it| it.get(usize::try_from(event.seq).ok()?));
    match told {
        Told::Granted {
            case,
            fence,
            version,
        } => (*case, *fence, *version) == (event.case_id, event.fence, event.seq),
        Told::Applied { version, fence } => {
            *version == event.seq
                && fence.is_none_or(|fence| {
                    fence == event.fence && after.is_some_and(|state| state.holder.is_some())
                })
        }
        _ => true,
    }
}
