//! Order in real time, and whether refusals were right at some moment while they were asked.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::model::{Case, State};
use super::record::{Call, Finding, Kind, Server, Told, Try};

/// Checks each case against the clock of the clients.
pub(crate) fn check(
    calls: &[Call],
    cases: &BTreeMap<i64, Case<'_>>,
    server: &Server,
) -> Vec<Finding> {
    let by_cmd: HashMap<Uuid, &Call> = calls.iter().map(|call| (call.cmd, call)).collect();
    let mut findings = Vec::new();
    for (number, case) in cases {
        let asked = |at: usize| case.events[at].cmd_id.and_then(|cmd| by_cmd.get(&cmd));
        let spans: Vec<Span> = (0..case.events.len())
            .map(|at| asked(at).map_or(Span::ANY, |call| Span::of(call, case.events[at].seq)))
            .collect();
        order(*number, &spans, &mut findings);
        let of_case = calls.iter().filter(|call| call.case == Some(*number));
        for call in of_case {
            for one in &call.tries {
                findings.extend(unexplained(call, one, window(one, case, &spans), server));
            }
        }
    }
    findings
}

/// When an effect can have taken place: after it was asked, before it was told.
#[derive(Debug, Clone, Copy)]
struct Span {
    asked: u64,
    told: u64,
}

impl Span {
    /// What no client asked for: the return of a lost lease.
    const ANY: Self = Self {
        asked: 0,
        told: u64::MAX,
    };

    fn of(call: &Call, seq: i32) -> Self {
        Self {
            asked: call.asked(),
            told: call.done(seq),
        }
    }
}

fn order(case: i64, spans: &[Span], findings: &mut Vec<Finding>) {
    let mut latest = (0, 0);
    for (at, span) in spans.iter().enumerate() {
        if span.told < latest.0 {
            let what = format!(
                "case {case}: event {} was told before event {} was asked",
                at + 1,
                latest.1
            );
            findings.push(Finding::new(Kind::OrderOfTime, what));
        }
        latest = latest.max((span.asked, at + 1));
    }
}

/// The states in which the case can have been while that attempt was under way.
fn window<'a>(one: &Try, case: &'a Case<'_>, spans: &[Span]) -> &'a [State] {
    let told_at = one.told.as_ref().map_or(u64::MAX, |(at, _)| *at);
    let surely_before = spans.iter().rposition(|span| span.told < one.asked);
    let surely_after = spans.iter().position(|span| span.asked > told_at);
    let first = surely_before.map_or(0, |at| at + 1);
    let last = surely_after.unwrap_or(spans.len());
    &case.states[first.min(last)..=last]
}

fn unexplained(call: &Call, one: &Try, states: &[State], server: &Server) -> Option<Finding> {
    let (told_at, told) = one.told.as_ref()?;
    if *told == Told::LeaseLost && server.is_of_before(call.session, one) {
        return None;
    }
    if states.iter().any(|state| explains(call, told, state)) {
        return None;
    }
    let what = format!("{told:?} between {} and {told_at}: {call:?}", one.asked);
    Some(Finding::new(Kind::NotExplained, what))
}

/// Whether the answer is right in this state.
fn explains(call: &Call, told: &Told, state: &State) -> bool {
    let surely_ours = state
        .holder
        .is_some_and(|it| it.agent == call.agent && it.session == call.session);
    match told {
        Told::LeaseLost => !(surely_ours && call.fence == Some(state.fence)),
        Told::Taken => state.holder.is_some() && !surely_ours,
        Told::Stale => call.version != Some(state.version),
        Told::Closed => state.state.starts_with("closed_"),
        _ => true,
    }
}
