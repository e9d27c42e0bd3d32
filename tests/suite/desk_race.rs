//! Races between keys, answers and other people, as scripts on the desk.

use loket::desk::effect::{Call, Loaded, Question, Reply, Slot};
use loket::desk::screen::Layer;
use loket::desk::screen::desk::Page;
use loket::desk::screen::form::Stage;
use loket::desk::{Effect, Msg, Ticket};
use loket::process::engine::Change;
use loket::store::StoreError;
use loket::store::rows::*;

use crate::support::desk::{Script, form, loaded, offline, slots, written};

fn problem(script: &Script) -> &str {
    form(script).problem.as_deref().unwrap_or_default()
}

fn text_of(call: &Call) -> &str {
    let Call::Apply { change, .. } = call else {
        panic!("an action: {call:?}");
    };
    let Change { texts, .. } = change;
    &texts[0].body
}

/// The one write, taken.
fn write(script: &mut Script) -> (Ticket, Call) {
    let mut writes = script.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    writes.remove(0)
}

/// The line is there again.
fn back(script: &mut Script) {
    script.now = script.model.world.retry_at.unwrap();
    script.send(Msg::Wake);
    script.answer_all();
}

/// A note on case 2, written without an answer.
fn unanswered() -> (Script, Ticket, Call) {
    let mut script = Script::new(80, 24);
    script.keys("j t").text("first");
    script.answer_all();
    script.keys("ctrl-s enter");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, Reply::Applied(Err(offline())));
    (script, ticket, call)
}

fn event(case: i64) -> Msg {
    let event = FeedEvent {
        case_id: CaseId(case),
        queue_id: 1,
        kind: "claimed".into(),
        agent: Some("Joost Bakker".into()),
        agent_id: Some(2),
        seq: 2,
    };
    Msg::Beat(Box::new(Ok(Pulse {
        cursor: FeedCursor {
            epoch: uuid::Uuid::nil(),
            timeline: 1,
            xid: "1".into(),
            event_id: 1,
        },
        events: vec![event],
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

fn newer(case: i64) -> Loaded {
    let mut newer = loaded(CaseId(case));
    newer.detail.row.version += 1;
    newer
}

/// A question that was asked before the case was ours is answered after it: the case stays ours, and
/// the next answer counts again.
#[test]
fn an_answer_that_was_overtaken_takes_no_case_away() {
    let beat = |took: u64| {
        let Msg::Beat(beat) = event(1) else {
            unreachable!("a beat")
        };
        let mut pulse = beat.unwrap();
        pulse.leases = Some(Vec::new());
        pulse.took = std::time::Duration::from_millis(took);
        Msg::Beat(Box::new(Ok(pulse)))
    };
    let mut script = Script::new(80, 24);
    script.keys("n");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, written(&call));
    let held = script.model.world.leases.len();
    assert!(held > 0);
    script.send(beat(40));
    assert_eq!(
        script.model.world.leases.len(),
        held,
        "it knew nothing of it"
    );
    script.now += chrono::TimeDelta::seconds(7);
    script.send(beat(40));
    assert!(script.model.world.leases.is_empty(), "asked afterwards");
}

#[test]
fn after_a_time_out_nobody_says_that_nothing_was_written() {
    let (script, ..) = unanswered();
    assert!(problem(&script).contains("not known whether"));
    let mut script = Script::new(80, 24);
    script.keys("n");
    let (ticket, _) = write(&mut script);
    script.reply(ticket, Reply::Claimed(Err(offline())));
    assert!(script.screen().contains("It is not known whether"));
}

#[test]
fn a_changed_answer_first_asks_what_became_of_the_earlier_one() {
    let (mut script, ticket, call) = unanswered();
    script.keys("esc").text(" and second");
    assert!(problem(&script).contains("earlier answers"));
    script.keys("ctrl-s enter");
    let (again, same) = write(&mut script);
    assert_eq!((again.slot, &same), (ticket.slot, &call), "as it was");
    script.reply(again, written(&same));
    assert!(script.model.layers.is_empty(), "the case is shown");
    assert_eq!(script.model.current_case(), Some(CaseId(2)));
    assert!(script.screen().contains("earlier answers were written"));
    script.answer_all();
    script.keys("t");
    assert_eq!(form(&script).entries[0].raw(), "first and second");
    script.keys("ctrl-s enter");
    let (later, call) = write(&mut script);
    assert_ne!(later.slot, ticket.slot, "a fresh id");
    assert_eq!(text_of(&call), "first and second");
}

#[test]
fn what_may_have_been_written_is_not_thrown_away() {
    let (mut script, ticket, call) = unanswered();
    script.keys("esc ctrl-x ctrl-x");
    let screen = script.screen();
    assert!(screen.contains("not answered yet"), "{screen}");
    assert_eq!(form(&script).entries[0].raw(), "first");
    script.keys("ctrl-s enter");
    let (again, same) = write(&mut script);
    assert_eq!((again.slot, same), (ticket.slot, call), "one effect");
}

/// What goes out again is what went then, and the review says so, however late it is.
#[test]
fn what_is_sent_again_promises_what_it_promised() {
    let promised = |screen: &str| {
        let mut lines = screen.lines();
        let line = lines.find(|line| line.contains("starts"));
        line.map(str::to_owned)
    };
    let mut script = Script::new(80, 24);
    script.keys("j t").text("!+2h call her");
    script.answer_all();
    script.keys("ctrl-s");
    let first = promised(&script.screen());
    assert!(first.is_some(), "{}", script.screen());
    script.keys("enter");
    let (ticket, _) = write(&mut script);
    script.reply(ticket, Reply::Applied(Err(offline())));
    script.keys("esc");
    script.now += chrono::TimeDelta::minutes(30);
    script.keys("ctrl-s");
    assert_eq!(promised(&script.screen()), first);
}

#[test]
fn an_earlier_answer_that_was_not_written_gives_way_to_the_later_one() {
    let (mut script, ticket, _) = unanswered();
    script.keys("esc").text(" and second").keys("ctrl-s enter");
    let (again, _) = write(&mut script);
    script.reply(again, Reply::Applied(Err(StoreError::Stale)));
    assert!(problem(&script).contains("were not written"));
    script.answer_all();
    script.keys("ctrl-s enter");
    let (later, call) = write(&mut script);
    assert_ne!(later.slot, ticket.slot, "a fresh id");
    assert_eq!(text_of(&call), "first and second");
}

#[test]
fn a_draft_keeps_the_call_whose_fate_is_unknown() {
    let (mut script, ticket, call) = unanswered();
    script.keys("esc esc");
    assert!(script.model.layers.is_empty());
    back(&mut script);
    script.keys("t ctrl-s enter");
    let (again, same) = write(&mut script);
    assert_eq!((again.slot, same), (ticket.slot, call));
}

#[test]
fn an_attempt_that_was_written_otherwise_says_so_and_reads_the_case() {
    let (mut script, _, _) = unanswered();
    script.keys("enter");
    let (ticket, _) = write(&mut script);
    script.reply(ticket, Reply::Applied(Err(StoreError::Reused)));
    assert!(problem(&script).contains("was written, with other content"));
    assert_eq!(slots(&script.take()), [Slot::Detail(CaseId(2))]);
    assert_eq!(form(&script).entries[0].raw(), "first");
}

/// A claim has an id of its own: it is not the one of the action that follows.
#[test]
fn a_claim_without_an_answer_leaves_its_id_behind() {
    let mut script = Script::new(80, 24);
    script.keys("enter 1 2 tab 1 ctrl-s");
    script.answer_all();
    script.keys("enter");
    let (claim, call) = write(&mut script);
    assert_eq!(call, Call::Claim(CaseId(1)));
    script.reply(claim, Reply::Claimed(Err(offline())));
    let lease = Lease::new(CaseId(1), 9);
    script.model.world.leases.insert(CaseId(1), lease);
    script.keys("enter");
    let (ticket, call) = write(&mut script);
    assert!(matches!(call, Call::Apply { .. }), "{call:?}");
    assert_ne!(ticket.slot, claim.slot);
}

#[test]
fn keys_after_next_mean_the_case_that_it_gives() {
    let mut script = Script::new(80, 24);
    script.keys("j j n enter");
    assert!(script.model.layers.is_empty(), "enter waits");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, written(&call));
    let Some(Layer::Actions(list)) = script.model.layers.last() else {
        panic!("{:?}", script.model.layers)
    };
    let of = format!("{:?}", list.of);
    assert!(of.contains("CaseId(1)"), "{of}");
}

#[test]
fn keys_after_a_next_that_gives_nothing_are_dropped() {
    let mut script = Script::new(80, 24);
    script.keys("n enter");
    let (ticket, _) = write(&mut script);
    script.reply(ticket, Reply::Claimed(Ok(Claim::Empty)));
    assert!(script.model.layers.is_empty() && script.model.ahead.is_empty());
}

#[test]
fn next_twice_takes_one_case() {
    let mut script = Script::new(80, 24);
    script.keys("n n j n");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, written(&call));
    assert_eq!(script.writes(), []);
    assert!(script.screen().contains("One case at a time"));
    script.keys("n");
    assert_eq!(script.writes().len(), 1, "once more when it was answered");
}

/// The letter is text where text is typed.
#[test]
fn a_note_typed_after_next_keeps_its_letters() {
    let mut script = Script::new(80, 24);
    script.keys("n t").text("none");
    script.answer_all();
    assert_eq!(form(&script).entries[0].raw(), "none");
    assert_eq!(form(&script).subject.case(), Some(CaseId(1)));
}

#[test]
fn next_without_an_answer_is_asked_again_under_its_id() {
    let mut script = Script::new(80, 24);
    script.keys("n");
    let (first, _) = write(&mut script);
    script.reply(first, Reply::Claimed(Err(offline())));
    back(&mut script);
    script.keys("n");
    let (again, call) = write(&mut script);
    assert_eq!(again.slot, first.slot, "not a second case");
    script.reply(again, written(&call));
    script.answer_all();
    script.keys("n");
    assert_ne!(write(&mut script).0.slot, first.slot);
}

#[test]
fn a_release_means_its_case_wherever_the_cursor_is() {
    let mut script = Script::new(80, 24);
    script.keys("j x down");
    let (ticket, call) = write(&mut script);
    assert_eq!(script.model.current_case(), Some(CaseId(2)), "down waits");
    script.model.desk.tabs[1].cursor = 4;
    script.reply(ticket, written(&call));
    assert!(!script.model.world.leases.contains_key(&CaseId(2)));
    assert!(script.screen().contains("GT-2026-000399 is back"));
    assert!(slots(&script.take()).contains(&Slot::Detail(CaseId(2))));
}

#[test]
fn a_refused_release_reads_its_case_wherever_the_cursor_is() {
    let mut script = Script::new(80, 24);
    script.keys("j x");
    let (ticket, _) = write(&mut script);
    script.model.desk.tabs[1].cursor = 4;
    script.reply(ticket, Reply::Applied(Err(StoreError::Stale)));
    assert_eq!(slots(&script.take()), [Slot::Detail(CaseId(2))]);
}

#[test]
fn an_answer_to_a_claim_pulls_nobody_back_who_went_on() {
    let mut script = Script::new(80, 24);
    script.keys("tab");
    script.answer_all();
    assert_eq!(script.model.desk.page, Page::Detail);
    script.keys("n esc j");
    let (ticket, call) = write(&mut script);
    assert_eq!(script.model.desk.page, Page::List);
    script.model.desk.tabs[1].cursor = 2;
    script.reply(ticket, written(&call));
    assert_eq!(script.model.desk.page, Page::List);
    assert!(script.model.current_case() > Some(CaseId(2)));
    assert!(script.model.world.leases.contains_key(&CaseId(1)));
}

#[test]
fn a_change_while_the_case_is_read_is_read_once_more() {
    let mut script = Script::new(120, 32);
    script.keys("r");
    let detail = |script: &mut Script| {
        let asked = script.take().into_iter().find_map(|effect| match effect {
            Effect::Ask(ticket, Question::Detail(_)) => Some(ticket),
            _ => None,
        });
        asked.expect("the case is read")
    };
    let ticket = detail(&mut script);
    script.send(event(1));
    assert!(!slots(&script.take()).contains(&Slot::Detail(CaseId(1))));
    script.reply(ticket, Reply::Detail(Ok(Box::new(loaded(CaseId(1))))));
    let again = detail(&mut script);
    script.reply(again, Reply::Detail(Ok(Box::new(newer(1)))));
    assert_eq!(script.take(), [], "and then it is known");
}

#[test]
fn a_version_that_was_not_reviewed_is_not_written() {
    let mut script = Script::new(80, 24);
    script.keys("j t").text("called");
    script.answer_all();
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review);
    script.send(event(2));
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Detail(_)) = effect {
            script.reply(ticket, Reply::Detail(Ok(Box::new(newer(2)))));
        }
    }
    assert_eq!(form(&script).stage, Stage::Edit);
    assert!(
        problem(&script).contains("Joost Bakker"),
        "{}",
        problem(&script)
    );
    script.keys("enter");
    assert_eq!(script.writes(), []);
    script.keys("ctrl-s enter");
    assert!(matches!(
        write(&mut script).1,
        Call::Apply { version: 5, .. }
    ));
}

#[test]
fn our_own_claim_is_no_change_by_others() {
    let mut script = Script::new(80, 24);
    script.keys("c enter 1 2 tab 1 ctrl-s");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, written(&call));
    assert_eq!(form(&script).stage, Stage::Review);
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Detail(_)) = effect {
            script.reply(ticket, Reply::Detail(Ok(Box::new(newer(1)))));
        }
    }
    assert_eq!((form(&script).stage, problem(&script)), (Stage::Review, ""));
}

#[test]
fn only_the_way_back_takes_what_was_typed_ahead() {
    let mut script = Script::new(80, 24);
    script.keys("n enter ctrl-l ctrl-z ?");
    assert!(matches!(script.model.layers.last(), Some(Layer::Help(_))));
    assert_eq!(script.model.ahead.len(), 1);
    let effects = script.take();
    assert!(effects.contains(&Effect::Redraw) && effects.contains(&Effect::Suspend));
    let Some(Effect::Write(ticket, call)) = effects.into_iter().next() else {
        panic!("a write")
    };
    script.reply(ticket, written(&call));
    assert!(matches!(script.model.layers.last(), Some(Layer::Help(_))));
    script.answer_all();
    script.keys("esc");
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Actions(_))
    ));
    let mut script = Script::new(80, 24);
    script.keys("j t").text("called").keys("esc");
    script.answer_all();
    assert!(script.model.layers.is_empty() && script.model.ahead.is_empty());
}

#[test]
fn answers_find_their_layer_below_the_help() {
    let mut script = Script::new(80, 24);
    script.keys("/").text("5226HP");
    script.rest();
    script.keys("f1");
    assert!(matches!(script.model.layers.last(), Some(Layer::Help(_))));
    script.answer_all();
    script.keys("esc");
    assert!(script.screen().contains("address"));
    let mut script = Script::new(80, 24);
    script.keys("f").text("/tmp/m").keys("f1");
    script.answer_all();
    script.keys("esc");
    assert!(script.screen().contains("mandate.pdf"));
}
