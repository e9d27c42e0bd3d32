//! Scripts on the desk: keys in, effects out, no terminal and no database.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question, Reply, Slot};
use loket::desk::screen::form::Stage;
use loket::desk::screen::inbox::Mark;
use loket::desk::world::Link;
use loket::desk::{Effect, Msg, next_wake};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::*;

use crate::support::desk::{Script, form, loaded, offline, page, rows, slots, written};

/// A form filled and at its review: contact the party of case 1, which nobody holds.
fn reviewed() -> Script {
    let mut script = Script::new(80, 24);
    script.keys("enter 1 2 tab 1 ctrl-s");
    script.take();
    assert_eq!(form(&script).stage, Stage::Review);
    script
}

fn pulse(events: Vec<FeedEvent>) -> Msg {
    Msg::Beat(Box::new(Ok(Pulse {
        cursor: FeedCursor {
            epoch: uuid::Uuid::nil(),
            timeline: 1,
            xid: "1".into(),
            event_id: 1,
        },
        events,
        more: false,
        resync: false,
        leases: Some(vec![Lease::new(CaseId(2), 4)]),
        legal_now: crate::support::desk::now(),
        now: crate::support::desk::now(),
        presence: Vec::new(),
        notices: Vec::new(),
        calendars: 4,
        counts: std::collections::BTreeMap::new(),
        ticking: false,
        took: std::time::Duration::ZERO,
    })))
}

/// An edited calendar is read again once, when the beat tells of a further version.
#[test]
fn an_edited_calendar_is_read_again() {
    let mut script = Script::new(120, 32);
    script.take();
    let beat = |script: &mut Script, versions| {
        let Msg::Beat(mut answer) = pulse(Vec::new()) else {
            panic!("a pulse is a beat");
        };
        if let Ok(pulse) = answer.as_mut() {
            pulse.calendars = versions;
        }
        script.send(Msg::Beat(answer));
        slots(&script.take())
    };
    for (versions, asked) in [(4, 0), (4, 0), (5, 1), (5, 0)] {
        let slots = beat(&mut script, versions);
        let calendars = slots.iter().filter(|slot| **slot == Slot::Calendars);
        assert_eq!(calendars.count(), asked, "{versions}: {slots:?}");
    }
}

fn event(case: i64) -> FeedEvent {
    FeedEvent {
        case_id: CaseId(case),
        queue_id: 1,
        kind: "claimed".into(),
        agent: Some("Joost Bakker".into()),
        agent_id: Some(2),
        seq: 2,
    }
}

#[test]
fn the_cursor_moves_at_once_and_the_detail_follows_after_a_rest() {
    let mut script = Script::new(120, 32);
    script.keys("j j");
    assert!(
        script.take().is_empty(),
        "nothing is asked while the cursor moves"
    );
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    let wake = next_wake(&script.model, script.now).unwrap();
    assert!(wake - script.now <= TimeDelta::milliseconds(120));
    script.rest();
    assert_eq!(slots(&script.take()), [Slot::Detail(CaseId(3))]);
}

#[test]
fn an_action_on_a_case_of_the_pool_claims_it_first_with_the_same_key() {
    let mut script = reviewed();
    script.keys("enter");
    let writes = script.writes();
    let [(ticket, Call::Claim(CaseId(1)))] = writes.as_slice() else {
        panic!("a claim comes first: {writes:?}");
    };
    let lease = Lease::new(CaseId(1), 9);
    let claim = Claim::Granted {
        lease,
        case_no: "x".into(),
        version: 5,
        why: "by_hand".into(),
    };
    script.reply(*ticket, Reply::Claimed(Ok(claim)));
    let writes = script.writes();
    let [
        (
            ticket,
            Call::Apply {
                fence: Some(9),
                version: 5,
                change,
                ..
            },
        ),
    ] = writes.as_slice()
    else {
        panic!("then the action: {writes:?}");
    };
    assert_eq!(change.to, "awaiting_party");
    let applied = Applied {
        version: 6,
        work: WorkState::Waiting,
        lease: Some(lease),
        opened: None,
        undo: None,
    };
    script.reply(*ticket, Reply::Applied(Ok(applied)));
    assert!(script.model.layers.is_empty(), "the form is gone");
    assert!(
        script
            .screen()
            .contains("GT-2026-000398: Contact the party.")
    );
}

#[test]
fn a_case_that_somebody_else_took_keeps_the_text() {
    let mut script = reviewed();
    script.keys("enter");
    let (ticket, _) = script.writes().remove(0);
    let since = script.now;
    script.reply(
        ticket,
        Reply::Claimed(Ok(Claim::Taken {
            holder: "Joost".into(),
            since,
        })),
    );
    assert!(form(&script).problem.as_ref().unwrap().contains("Joost"));
    assert_eq!(form(&script).entries[0].raw(), "email");
}

#[test]
fn offline_keeps_the_form_and_sends_the_same_command_again() {
    let mut script = Script::new(80, 24);
    script.keys("j enter 1 2 tab 1 ctrl-s");
    script.answer_all();
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    script.reply(ticket, Reply::Applied(Err(offline())));
    assert!(form(&script).problem.as_ref().unwrap().contains("14:07"));
    assert!(matches!(script.model.world.link, Link::Stale { .. }));
    script.keys("enter");
    let (again, same) = script.writes().remove(0);
    assert_eq!(
        again.slot, ticket.slot,
        "the same command id has one effect"
    );
    assert_eq!(same, call);
}

#[test]
fn a_stale_case_is_read_again_and_the_text_is_kept() {
    let mut script = Script::new(80, 24);
    script.keys("j enter 1 2 tab 1 ctrl-s");
    script.answer_all();
    script.keys("enter");
    let (ticket, _) = script.writes().remove(0);
    script.reply(ticket, Reply::Applied(Err(StoreError::Stale)));
    assert_eq!(slots(&script.effects), [Slot::Detail(CaseId(2))]);
    let mut newer = loaded(CaseId(2));
    newer.detail.row.version = 9;
    let Some(Effect::Ask(ticket, _)) = script.take().pop() else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(newer))));
    assert_eq!(form(&script).entries[0].raw(), "email");
    script.keys("ctrl-s enter");
    let writes = script.writes();
    assert!(
        matches!(writes.as_slice(), [(_, Call::Apply { version: 9, .. })]),
        "{writes:?}"
    );
}

#[test]
fn a_lost_lease_names_the_holder_and_keeps_the_text() {
    let mut script = Script::new(80, 24);
    script.keys("j enter 1 2 tab 1 ctrl-s");
    script.answer_all();
    script.keys("enter");
    let (ticket, _) = script.writes().remove(0);
    let lost = StoreError::LeaseLost {
        holder: Some("Joost Bakker".into()),
    };
    script.reply(ticket, Reply::Applied(Err(lost)));
    assert!(
        form(&script)
            .problem
            .as_ref()
            .unwrap()
            .contains("Joost Bakker")
    );
    assert!(!script.model.world.leases.contains_key(&CaseId(2)));
    assert_eq!(form(&script).entries[0].raw(), "email");
}

#[test]
fn a_refusal_stands_at_its_field_with_the_rule() {
    let mut script = Script::new(80, 24);
    script.keys("j enter 1 2 tab 1 ctrl-s");
    script.answer_all();
    script.keys("enter");
    let (ticket, _) = script.writes().remove(0);
    let refusal = Refusal {
        key: "not_a_contact".into(),
        rule: "GT-26".into(),
        field: Some("contact".into()),
        args: [("field".to_owned(), "field.contact".to_owned())].into(),
    };
    script.reply(ticket, Reply::Applied(Err(StoreError::Refused(refusal))));
    let entry = form(&script)
        .entries
        .iter()
        .find(|entry| entry.key == "contact")
        .unwrap();
    let error = entry.error.as_ref().unwrap();
    assert!(
        error.contains("GT-26") && error.contains("contact of the party"),
        "{error}"
    );
}

#[test]
fn an_unsent_form_is_kept_and_restored() {
    let mut script = Script::new(80, 24);
    script.keys("j t").text("called, no answer");
    script.answer_all();
    script.now += chrono::TimeDelta::milliseconds(700);
    script.send(Msg::Wake);
    script.keys("esc");
    script.answer_all();
    script.keys("t");
    assert_eq!(form(&script).entries[0].raw(), "called, no answer");
    script.keys("ctrl-s enter");
    let writes = script.writes();
    let [
        (
            _,
            Call::Apply {
                fence: None,
                change,
                ..
            },
        ),
    ] = writes.as_slice()
    else {
        panic!("a note needs no lease: {writes:?}");
    };
    assert_eq!(change.texts[0].body, "called, no answer");
}

/// Over a slow line people type before the case is there: nothing of it is lost.
#[test]
fn what_is_typed_ahead_is_taken_in_when_the_case_is_there() {
    let mut script = Script::new(80, 24);
    script.keys("j t").text("called");
    assert!(form(&script).entries.is_empty());
    script.answer_all();
    assert_eq!(form(&script).entries[0].raw(), "called");
}

#[test]
fn q_leaves_at_once_when_nothing_is_unsent_or_held() {
    let mut script = Script::new(80, 24);
    script.empty_handed().keys("q");
    assert_eq!(script.take(), [Effect::Quit]);
}

#[test]
fn next_opens_the_case_and_says_why() {
    let mut script = Script::new(80, 24);
    script.keys("n");
    let writes = script.writes();
    let [(ticket, Call::Next(Some(queues)))] = writes.as_slice() else {
        panic!("{writes:?}");
    };
    assert_eq!(queues, &[1]);
    script.reply(*ticket, crate::support::desk::written(&Call::Next(None)));
    script.answer_all();
    let screen = script.screen();
    assert!(screen.contains("overdue by 41m"), "{screen}");
    assert!(script.model.world.leases.contains_key(&CaseId(1)));
}

#[test]
fn others_changes_mark_rows_and_move_nothing() {
    let mut script = Script::new(80, 24);
    script.keys("j j");
    script.take();
    script.send(pulse(vec![event(4), event(9)]));
    let Some(Effect::Ask(ticket, Question::Inbox { .. })) = script.take().pop() else {
        panic!("the list is read again");
    };
    let mut fresh = rows();
    fresh[3].version += 1;
    fresh[3].holder = Some("Joost Bakker".into());
    fresh.remove(5);
    let mut new = rows().remove(0);
    new.case_id = CaseId(99);
    fresh.insert(0, new);
    script.reply(
        ticket,
        Reply::Inbox(Ok(InboxPage {
            rows: fresh,
            ..page()
        })),
    );
    let inbox = script.model.desk.inbox().unwrap();
    let ids: Vec<i64> = inbox.rows.iter().map(|row| row.case.case_id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7], "rows keep their places");
    assert_eq!(inbox.rows[3].mark, Mark::Changed);
    assert_eq!(inbox.rows[5].mark, Mark::Gone);
    assert_eq!(inbox.new, 1);
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    assert!(script.screen().contains("1 new"));
    script.keys("r");
    let inbox = script.model.desk.inbox().unwrap();
    assert_eq!(inbox.rows[0].case.case_id, CaseId(99));
    assert_eq!(
        script.model.current_case(),
        Some(CaseId(3)),
        "the cursor stays on its case"
    );
}

#[test]
fn a_quiet_second_draws_nothing() {
    let mut script = Script::new(80, 24);
    script.model.dirty = false;
    script.send(pulse(vec![]));
    assert!(!script.model.dirty);
    assert!(script.take().is_empty());
}

#[test]
fn a_silent_database_shows_since_when_and_is_asked_again() {
    let mut script = Script::new(80, 24);
    script.model.dirty = false;
    script.send(Msg::Beat(Box::new(Err(offline()))));
    assert!(script.model.dirty);
    assert!(script.screen().contains("stale since 14:07:"));
    let retry = script.model.world.retry_at.unwrap();
    script.now = retry;
    script.send(Msg::Wake);
    assert_eq!(slots(&script.take()), [Slot::Session]);
}

#[test]
fn late_answers_are_dropped() {
    let mut script = Script::new(80, 24);
    script.keys("r");
    let first = script.take();
    script.keys("r");
    script.take();
    let Effect::Ask(ticket, _) = first[0] else {
        panic!()
    };
    script.reply(ticket, Reply::Inbox(Ok(InboxPage::default())));
    assert_eq!(script.model.desk.inbox().unwrap().rows.len(), 7);
}

#[test]
fn leaving_the_search_comes_back_to_the_same_place() {
    let mut script = Script::new(80, 24);
    script.keys("j j /").text("5226HP");
    script.rest();
    script.answer_all();
    assert!(script.screen().contains("address"));
    script.keys("esc");
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    script.keys("/");
    assert!(
        script.screen().contains("5226HP"),
        "the search is there again"
    );
}

#[test]
fn a_refused_action_says_why_and_which_rule() {
    let mut script = Script::new(80, 40);
    script.keys("j j j enter");
    script.answer_all();
    let screen = script.screen();
    assert!(screen.contains("not possible now"), "{screen}");
    assert!(screen.contains("(GT-15)"), "{screen}");
}

#[test]
fn handing_over_needs_a_line_and_names_the_colleague() {
    let mut script = Script::new(80, 24);
    script.keys("j h");
    script.answer_all();
    script.keys("2 ctrl-s");
    assert_eq!(form(&script).stage, Stage::Edit, "the line is required");
    script.text("customer calls back at 16:00");
    script.keys("ctrl-s enter");
    let writes = script.writes();
    let [
        (
            _,
            Call::HandOver {
                to: Some(2), line, ..
            },
        ),
    ] = writes.as_slice()
    else {
        panic!("{writes:?}");
    };
    assert_eq!(line, "customer calls back at 16:00");
}

#[test]
fn an_unknown_connection_is_said_at_the_field() {
    let mut script = Script::new(80, 40);
    script.keys("o 1");
    script.text(crate::process_world::EAN).keys("tab");
    let asked = script.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(ticket, Question::LookUp { .. }) => Some(ticket),
        _ => None,
    });
    let found = loket::store::reading::LookUp {
        connection: None,
        party: None,
        customer_ref: None,
    };
    script.reply(asked.unwrap(), Reply::LookUp(Ok(Box::new(found))));
    let screen = script.screen();
    assert!(screen.contains("is not in the"), "{screen}");
}

#[test]
fn an_attachment_that_cannot_be_read_says_so_at_the_field() {
    let mut script = Script::new(80, 24);
    script.keys("f").text("/tmp/letter.pdf");
    script.keys("tab 2 ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(call, Call::Attach { .. }));
    script.reply(
        ticket,
        Reply::File(loket::desk::effect::FileError::TooLarge),
    );
    assert!(script.screen().contains("More than 5 MiB"));
}

/// Decision 1: the pool stands first, so a claimed case sinks below it. The cursor goes with it, and
/// it stays on the screen.
#[test]
fn the_cursor_follows_a_claimed_case_to_where_the_held_ones_stand() {
    let mut script = Script::new(80, 24);
    script.empty_handed().keys("j j");
    script.rest();
    script.answer_all();
    let case = script.model.current_case().unwrap();
    script.keys("c");
    let (ticket, call) = script.writes().remove(0);
    assert_eq!(call, Call::Claim(case));
    script.reply(ticket, written(&call));
    let mut rows: Vec<_> = (100..160)
        .map(|id| {
            let mut row = rows().remove(0);
            (row.case_id, row.case_no) = (CaseId(id), format!("GT-2026-000{id}"));
            row
        })
        .collect();
    let mut held = rows[0].clone();
    (held.case_id, held.case_no) = (case, "GT-2026-000777".to_owned());
    held.work = WorkState::Held;
    rows.push(held);
    let (at, tab) = (script.now, script.model.desk.at);
    let ticket = script.model.world.ticket(Slot::Inbox(tab), at);
    let page = InboxPage { rows, ..page() };
    script.reply(ticket, Reply::Inbox(Ok(page)));
    let row = script.model.desk.inbox().unwrap().current().unwrap();
    assert_eq!(row.case.case_id, case);
    if script.model.desk.page == loket::desk::screen::desk::Page::Detail {
        script.keys("tab");
    }
    assert!(
        script.screen().contains("GT-2026-000777"),
        "{}",
        script.screen()
    );
}
