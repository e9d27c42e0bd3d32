//! Promises and snoozes at the desk: keys, words for times, what is said before it is done, what the
//! list and the detail show. Scripts with keys, no database.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Reply, Slot};
use loket::desk::next_wake;
use loket::desk::screen::Layer;
use loket::desk::screen::form::{Stage, State};
use loket::domain::clock::{ClockRun, Whose};
use loket::domain::deadline::Comparison;
use loket::process::engine::ClockOp;
use loket::process::field::{TextRef, Value};
use loket::store::rows::{CaseId, CaseRow, InboxPage, PromiseRow};
use uuid::Uuid;

use crate::support::desk::{Script, loaded, now, page, rows};

fn form(script: &Script) -> &State {
    match script.model.layers.last() {
        Some(Layer::Form(form)) => form,
        other => panic!("no form: {other:?}"),
    }
}

fn raw<'a>(script: &'a Script, key: &str) -> &'a str {
    let entry = form(script).entries.iter().find(|entry| entry.key == key);
    entry.unwrap().raw()
}

/// The one change that was sent, and whether the case had to be held for it.
fn sent(script: &mut Script) -> (loket::process::engine::Change, Option<i64>) {
    match script.writes().pop() {
        Some((_, Call::Apply { change, fence, .. })) => (change, fence),
        other => panic!("{other:?}"),
    }
}

fn due(change: &loket::process::engine::Change) -> Vec<String> {
    let starts = change.clocks.iter().filter_map(|op| match op {
        ClockOp::Start { due_at, .. } => Some(due_at.to_rfc3339()),
        _ => None,
    });
    starts.collect()
}

#[test]
fn p_promises_in_the_words_of_people() {
    let mut script = Script::new(100, 30);
    script.keys("P").text("16:00");
    assert!(
        script.screen().contains("today 16:00"),
        "{}",
        script.screen()
    );
    script.keys("tab");
    assert_eq!(raw(&script, "promise_at"), "2026-11-20 16:00", "for good");
    script.text("call Roos back").keys("ctrl-s");
    let screen = script.screen();
    assert!(
        screen.contains("promise, today 16:00: call Roos back"),
        "{screen}"
    );
    script.keys("enter");
    let (change, fence) = sent(&mut script);
    assert_eq!(
        (change.action.as_str(), fence),
        ("promise", None),
        "needs no lease"
    );
    assert_eq!(due(&change), ["2026-11-20T15:00:00+00:00"]);
}

#[test]
fn times_are_read_in_the_language_of_the_screen() {
    let mut script = Script::bare_in("nl", 100, 30);
    script.answer_all();
    script.rest();
    script.answer_all();
    script.keys("P").text("ma 9u30").keys("tab");
    assert_eq!(raw(&script, "promise_at"), "2026-11-23 09:30");
    script.keys("shift-tab ctrl-u").text("tomorrow").keys("tab");
    assert_eq!(raw(&script, "promise_at"), "tomorrow", "no word of Dutch");
    assert!(script.screen().contains("datum"), "{}", script.screen());
}

/// What has happened lies behind: a time alone is today or yesterday, never tomorrow.
#[test]
fn a_time_of_what_happened_lies_behind() {
    let mut script = Script::new(100, 30);
    let subject = loket::desk::route::Subject::Action(CaseId(1), "log_contact".to_owned());
    let at = script.now;
    let form = State::open(&mut script.model.world, subject, at);
    script.model.layers.push(Layer::Form(Box::new(form)));
    while form_key(&script) != "contacted_at" {
        script.keys("tab");
    }
    script.keys("ctrl-u").text("15:30").keys("tab");
    assert_eq!(raw(&script, "contacted_at"), "2026-11-19 15:30");
    script.keys("shift-tab ctrl-u").text("9:30").keys("tab");
    assert_eq!(raw(&script, "contacted_at"), "2026-11-20 09:30");
}

fn form_key(script: &Script) -> &str {
    &form(script).entries[form(script).at].key
}

#[test]
fn a_line_of_a_note_is_a_promise_and_said_before_it_is_made() {
    let mut script = Script::new(100, 30);
    script.keys("t").text("spoke to her").keys("enter");
    script
        .text("!mon 9:30 call back")
        .keys("enter")
        .text("!soon");
    let screen = script.screen();
    assert!(
        screen.contains("Promises Mon 23 Nov 09:30: call back"),
        "{screen}"
    );
    assert!(screen.contains("Line 3 is no promise"), "{screen}");
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review);
    let screen = script.screen();
    assert!(
        screen.contains("promise, Mon 23 Nov 09:30: call back"),
        "{screen}"
    );
    script.keys("enter");
    let (change, fence) = sent(&mut script);
    assert_eq!((change.action.as_str(), fence), ("add_note", None));
    assert_eq!(due(&change), ["2026-11-23T08:30:00+00:00"]);
    let bodies: Vec<&str> = change.texts.iter().map(|text| &*text.body).collect();
    assert_eq!(bodies[1], "call back");
    assert!(
        bodies[0].contains("!mon 9:30"),
        "the note stays as it was written"
    );
}

#[test]
fn z_puts_aside_never_beyond_the_next_duty() {
    let mut script = Script::new(100, 30);
    // the party is to be contacted by Monday 24:00, and warned of at 13:00
    script
        .keys("z")
        .text("mon 14:00")
        .keys("tab")
        .text("the lab")
        .keys("ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("Mon 23 Nov 13:00"), "{screen}");
    assert_eq!(form(&script).stage, Stage::Edit, "refused at its field");
    assert_eq!(form_key(&script), "snooze_until");
    script.keys("ctrl-u").text("mon 9:00").keys("ctrl-s");
    let screen = script.screen();
    assert!(
        screen.contains("put aside until, Mon 23 Nov 09:00: the lab"),
        "{screen}"
    );
    script.keys("enter");
    let (change, fence) = sent(&mut script);
    assert_eq!((change.action.as_str(), fence), ("snooze", None));
}

#[test]
fn nothing_is_promised_on_a_closed_case() {
    let mut script = told(|row| {
        row.work = loket::store::rows::WorkState::Closed;
    });
    script.keys("P");
    assert!(script.model.layers.is_empty());
    assert!(script.screen().contains("closed"), "{}", script.screen());
}

/// The desk, with its first row changed like this.
fn told(change: impl Fn(&mut CaseRow)) -> Script {
    told_at(100, 30, change)
}

fn told_at(columns: u16, lines: u16, change: impl Fn(&mut CaseRow)) -> Script {
    let mut script = Script::new(columns, lines);
    let mut all = rows();
    change(&mut all[0]);
    let (at, tab) = (script.now, script.model.desk.at);
    let ticket = script.model.world.ticket(Slot::Inbox(tab), at);
    let page = InboxPage {
        rows: all,
        ..page()
    };
    script.reply(ticket, Reply::Inbox(Ok(page)));
    let mut case = loaded(CaseId(1));
    change(&mut case.detail.row);
    let due_at = case.detail.row.promise_at.unwrap_or(at);
    case.detail.facts.clocks.push(run("promise", due_at));
    case.detail
        .texts
        .insert(Uuid::from_u128(5), "call Roos back".into());
    case.detail.promises = vec![PromiseRow {
        run: 1,
        agent: Some("Joost Bakker".into()),
        text: Some(Uuid::from_u128(5)),
        at: now(),
    }];
    case.detail
        .texts
        .insert(Uuid::from_u128(6), "the lab".into());
    let mut event = case.timeline[0].clone();
    event.kind = "snooze".into();
    let why = Value::Text(TextRef {
        text: Uuid::from_u128(6),
        sha256: String::new(),
    });
    event.answers = [("snooze_reason".to_owned(), why)].into();
    if case.detail.row.snoozed_until.is_some() {
        case.timeline.insert(0, event);
    }
    let ticket = script.model.world.ticket(Slot::Detail(CaseId(1)), at);
    script.reply(ticket, Reply::Detail(Ok(Box::new(case))));
    script
}

fn run(key: &str, due_at: chrono::DateTime<chrono::Utc>) -> ClockRun {
    ClockRun {
        key: key.into(),
        run: 1,
        started_at: now() - TimeDelta::hours(1),
        due_at,
        original_due_at: due_at,
        comparison: Comparison::UpToAndIncluding,
        warn_at: due_at - TimeDelta::minutes(30),
        whose: Whose::Notice,
        breached_at: None,
        late_on_arrival: false,
        late_by_retriage: false,
        outcome: None,
        ended_at: None,
        calendar: "nl-statutory".into(),
        calendar_version: 1,
        pauses: vec![],
        ledger: vec![],
    }
}

fn first_line(script: &Script) -> String {
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains("m late"));
    line.unwrap().to_owned()
}

/// In the row when it is near, and the screen wakes for it by itself.
#[test]
fn a_promise_that_is_near_stands_in_its_row() {
    let in_minutes =
        |minutes: i64| told(move |row| row.promise_at = Some(now() + TimeDelta::minutes(minutes)));
    let near = first_line(&in_minutes(59));
    assert!(near.contains("15:06 pro"), "{near}");
    let late = first_line(&in_minutes(-5));
    assert!(late.contains("! 14:02"), "a mark, not colour alone: {late}");
    let old = first_line(&in_minutes(-3 * 24 * 60));
    assert!(old.contains("! Tue 17"), "its day: {old}");
    let mut script = in_minutes(62);
    assert!(!first_line(&script).contains(" pro"));
    let wake = next_wake(&script.model, script.now).unwrap();
    assert!(wake <= now() + TimeDelta::minutes(2));
    script.now = now() + TimeDelta::minutes(2);
    script.send(loket::desk::Msg::Wake);
    assert!(first_line(&script).contains("15:09 pro"));
}

#[test]
fn a_promise_and_a_snooze_are_shown_with_who_and_why() {
    for (columns, lines) in [(80, 24), (120, 32), (160, 48)] {
        let mut script = told_at(columns, lines, |row| {
            row.promise_at = Some(now() + TimeDelta::minutes(53));
            row.snoozed_until = Some(now() + TimeDelta::minutes(50));
        });
        if columns == 80 {
            script.keys("tab");
        }
        insta::assert_snapshot!(format!("reminders_{columns}x{lines}"), script.screen());
    }
}

#[test]
fn a_promise_is_kept_by_choosing_it() {
    let mut script = told(|row| row.promise_at = Some(now() + TimeDelta::minutes(53)));
    let subject = loket::desk::route::Subject::Action(CaseId(1), "promise_kept".to_owned());
    let at = script.now;
    let form = State::open(&mut script.model.world, subject, at);
    script.model.layers.push(Layer::Form(Box::new(form)));
    let screen = script.screen();
    assert!(
        screen.contains("20 Nov 2026 15:00  call Roos back  Joost Bakker"),
        "{screen}"
    );
    script.keys("ctrl-s enter");
    let (change, _) = sent(&mut script);
    let ended = change
        .clocks
        .iter()
        .any(|op| matches!(op, ClockOp::End { key, run: 1, .. } if key == "promise"));
    assert!(ended, "{change:?}");
}

/// What must be refused is refused before anything is typed, with the duty that stands against it;
/// also before the case was read.
#[test]
fn z_on_an_overdue_case_is_refused_at_once() {
    for is_read in [true, false] {
        let due = now() - TimeDelta::hours(2);
        let mut script = told(|_| ());
        let mut case = loaded(CaseId(1));
        for run in &mut case.detail.facts.clocks {
            (run.warn_at, run.due_at) = (due - TimeDelta::hours(1), due);
        }
        let at = script.now;
        let ticket = script.model.world.ticket(Slot::Detail(CaseId(1)), at);
        script.reply(ticket, Reply::Detail(Ok(Box::new(case))));
        if !is_read {
            let next = &mut script.model.desk.tabs[script.model.desk.at].rows[1].case;
            (next.due_at, next.whose) = (Some(due), Some("ours".into()));
            next.clock = Some("contact_1wd".into());
            script.keys("j");
        }
        script.keys("z");
        assert!(script.model.layers.is_empty(), "{}", script.screen());
        let screen = script.screen();
        assert!(screen.contains("has needed somebody since"), "{screen}");
        assert!(screen.contains("12:07"), "{screen}");
    }
}
