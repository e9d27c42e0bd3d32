//! The board and the report of the fixed world.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loket::desk::Reply;
use loket::desk::effect::Question;
use loket::domain::clock::Whose;
use loket::domain::country::Country;
use loket::domain::deadline::Comparison;
use loket::store::rows::*;
use loket::store::signals::{PartySignals, Proposal, SignalParties, SignalSeen};

use super::desk::{Script, now, rows};

/// A lead at the board.
pub(crate) fn lead(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.model.world.me.as_mut().unwrap().role = Role::Lead;
    script.keys("b");
    script.answer_all();
    script
}

/// Friday 14:07: two queues, three people, something late, something raised.
pub(crate) fn board() -> Board {
    let rows = rows();
    let held = |at: usize, minutes: i64| HeldCase {
        row: rows[at].clone(),
        since: now() - TimeDelta::minutes(minutes),
    };
    Board {
        legal_now: now(),
        computed_at: Some(now() - TimeDelta::seconds(1)),
        queues: vec![queue(1, 41, 3), queue(2, 212, 0)],
        nearest: nearest(&rows),
        people: vec![
            person(2, "Joost Bakker", Some(305), vec![held(4, 62)]),
            person(1, "Sanne de Vries", Some(336), vec![held(1, 9)]),
            person(3, "An Peeters", None, vec![]),
        ],
        raised: vec![RaisedCase {
            row: rows[5].clone(),
            raised_at: now() - TimeDelta::minutes(50),
        }],
        wash: None,
    }
}

/// As the database sorts them: what waits for somebody outside comes last.
fn nearest(rows: &[CaseRow]) -> Vec<CaseRow> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(|row| row.work == WorkState::Waiting);
    rows
}

fn queue(queue_id: i32, open: u32, overdue: u32) -> BoardQueue {
    let sample = |n: i64| BoardSample {
        at: now() - TimeDelta::minutes(10 * n + 7),
        desk: open + u32::try_from((n * n) % 37).unwrap(),
        overdue: Some(overdue),
    };
    BoardQueue {
        queue_id,
        key: "mandate".into(),
        country: Country::Nl,
        open,
        held: 9,
        waiting: 12,
        overdue,
        due_15: 2,
        due_60: 5,
        due_day: 4 * overdue,
        raised: 1,
        oldest_at: Some(now() - TimeDelta::hours(52)),
        day: now().date_naive(),
        came_in: 18,
        closed: 11,
        done: 22,
        trend: (0..47).rev().map(sample).collect(),
    }
}

fn person(agent_id: i32, name: &str, on: Option<i64>, holds: Vec<HeldCase>) -> BoardPerson {
    BoardPerson {
        agent_id,
        name: name.into(),
        role: Role::Agent,
        queues: vec![1],
        online_since: on.map(|minutes| now() - TimeDelta::minutes(minutes)),
        done_at: on.map(|_| now() - TimeDelta::minutes(6)),
        done: on.map_or(0, |_| 14),
        holds,
    }
}

fn on_time(month: NaiveDate) -> Vec<OnTimeRow> {
    let row = |clock: &str, whose, met, met_late, lapsed, running| OnTimeRow {
        month,
        process: "doubt".into(),
        clock: clock.into(),
        whose,
        met,
        met_late,
        breached: u64::from(met_late > 0),
        lapsed,
        running,
        cancelled: 2,
        late_on_arrival: 1,
        late_by_retriage: 0,
    };
    let is_november = month.to_string().starts_with("2026-11");
    vec![
        row(
            "contact_1wd",
            Whose::Ours,
            230,
            u64::from(is_november) * 6,
            0,
            7,
        ),
        row("unblock_1wd", Whose::Ours, 0, 0, 0, 3),
        row("response_72h", Whose::Party, 80, 0, 31, 12),
    ]
}

fn case(number: i64, result: ClockResult, due: DateTime<Utc>) -> OnTimeCase {
    OnTimeCase {
        case_id: CaseId(number),
        case_no: format!("GT-2026-{:06}", 397 + number),
        run: 1,
        started_at: due - TimeDelta::days(1),
        due_at: due,
        comparison: Comparison::Before,
        breached_at: None,
        ended_at: (result != ClockResult::Running).then(|| due - TimeDelta::hours(9)),
        result,
    }
}

/// What leads have set: five each and a gate at two; Joost may hold three.
pub(crate) fn limits() -> Vec<QueueLimits> {
    let agent = |agent_id, name: &str, max_leases| AgentLimits {
        agent_id,
        name: name.into(),
        role: Role::Agent,
        max_leases,
        gate: None,
        held: 1,
    };
    let queue = |queue_id, key: &str| QueueLimits {
        queue_id,
        key: key.into(),
        max_leases: 5,
        gate: 2,
        agents: vec![
            agent(3, "An Peeters", None),
            agent(2, "Joost Bakker", (queue_id == 1).then_some(3)),
            agent(1, "Sanne de Vries", None),
        ],
        set: None,
    };
    vec![queue(1, "mandate"), queue(2, "mandate")]
}

/// The register of signals of the fixed world: one party that the joint operators look at, one that is to
/// be proposed, one with a single signal.
pub(crate) fn signals() -> SignalParties {
    let at = |days| now() - TimeDelta::days(days);
    let party = |gln: &str, name: &str, kinds: &[(&str, u64)], alike, days| PartySignals {
        party_gln: gln.into(),
        party: name.into(),
        signals: kinds.iter().map(|(_, n)| n).sum(),
        kinds: kinds
            .iter()
            .map(|(kind, n)| ((*kind).to_owned(), *n))
            .collect(),
        last_at: at(days),
        alike,
        proposal: None,
    };
    let looked_at = PartySignals {
        proposal: Some(Proposal {
            case_id: CaseId(80),
            case_no: "RO-2026-000002".into(),
            state: "improvement_watch".into(),
        }),
        ..party(
            "8712423010208",
            "Meterblik Inzicht",
            &[("no_permission", 7), ("unknown", 1)],
            0,
            3,
        )
    };
    SignalParties {
        threshold: 3,
        days: 90,
        parties: vec![
            looked_at,
            party(
                "8714252018141",
                "Duinstroom",
                &[("no_permission", 4), ("other", 1)],
                4,
                1,
            ),
            party("8714252018158", "", &[("other", 1)], 1, 40),
        ],
    }
}

/// The signals about its second party.
pub(crate) fn signals_of() -> Vec<SignalSeen> {
    let signal = |n: i64, kind: &str, state: &str| SignalSeen {
        received_at: now() - TimeDelta::days(n * 9 + 1),
        signal_type: kind.into(),
        case_id: CaseId(n + 1),
        case_no: format!("GT-2026-{:06}", 398 - n),
        process: "doubt".into(),
        state: state.into(),
        seq: 1,
    };
    vec![
        signal(0, "no_permission", "awaiting_party"),
        signal(1, "no_permission", "closed_mandate_ok"),
        signal(2, "other", "closed_mandate_ok"),
        signal(3, "no_permission", "closed_mandate_ok"),
        signal(4, "no_permission", "closed_mandate_ok"),
    ]
}

/// What the fixed world answers.
pub(crate) fn read(question: &Question) -> Option<Reply> {
    Some(match question {
        Question::Board => Reply::Board(Ok(Box::new(board()))),
        Question::OnTime(month) => Reply::OnTime(*month, Ok(on_time(*month))),
        Question::OnTimeCases { after: Some(_), .. } => Reply::OnTimeCases(Ok(vec![])),
        Question::OnTimeCases { .. } => {
            let due = "2026-11-20T23:00:00Z".parse().unwrap();
            let results = [ClockResult::Met, ClockResult::MetLate, ClockResult::Running];
            let cases = (1..).zip(results).map(|(n, result)| case(n, result, due));
            Reply::OnTimeCases(Ok(cases.collect()))
        }
        Question::Signals(period) => Reply::Signals(*period, Ok(Box::new(signals()))),
        Question::SignalsOf { gln, .. } => Reply::SignalsOf(gln.clone(), Ok(signals_of())),
        Question::SaveSignals { .. } => {
            Reply::SignalsSaved(Ok(Ok("/home/anna/signals-2026-09-2026-11.csv".into())))
        }
        _ => return None,
    })
}
