//! Limits and gate, set by a lead from the board.

use loket::desk::Reply;
use loket::desk::effect::{Call, Effect, Question};
use loket::desk::form::Entry;
use loket::desk::route::Subject;
use loket::desk::screen::Layer;
use loket::desk::screen::form::Stage;
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::{AS_QUEUE, NewLimits};

use crate::support::board::{board, lead, limits};
use crate::support::desk::{Script, form, offline, written};

fn set(script: &mut Script) -> (loket::desk::Ticket, NewLimits) {
    let mut writes = script.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    match writes.remove(0) {
        (ticket, Call::Limits(new)) => (ticket, new),
        other => panic!("{other:?}"),
    }
}

fn at_board(script: &Script) -> bool {
    matches!(script.model.layers.last(), Some(Layer::Board(_)))
}

#[test]
fn a_lead_sets_the_numbers_of_the_queue_under_the_cursor() {
    let mut script = lead(120, 32);
    script.keys("N");
    script.answer_all();
    assert_eq!(form(&script).subject, Subject::Limits(1, None));
    let shown: Vec<&str> = form(&script).entries.iter().map(Entry::raw).collect();
    assert_eq!(shown, ["5", "2"], "the numbers as they are");
    script.keys("ctrl-u").text("8").keys("ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("8 (now 5)"), "{screen}");
    assert!(!screen.contains("(now 2)"), "{screen}");
    script.keys("ctrl-s");
    let (ticket, new) = set(&mut script);
    let expected = NewLimits {
        queue_id: 1,
        agent_id: None,
        max_leases: Some(8),
        gate: None,
    };
    assert_eq!(new, expected, "what was not changed stays as it is");
    script.reply(ticket, written(&Call::Limits(new)));
    assert!(at_board(&script));
    assert!(script.screen().contains("Set: "), "{}", script.screen());
}

/// Nothing typed means as the queue says; 0 is no gate.
#[test]
fn a_person_has_numbers_of_their_own_or_those_of_the_queue() {
    let mut script = lead(120, 32);
    script.keys("tab tab N");
    script.answer_all();
    assert_eq!(form(&script).subject, Subject::Limits(1, Some(2)), "Joost");
    let shown: Vec<&str> = form(&script).entries.iter().map(Entry::raw).collect();
    assert_eq!(shown, ["3", ""]);
    script.keys("ctrl-u tab").text("0").keys("ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("as the queue, 5 (now 3)"), "{screen}");
    assert!(screen.contains("no gate (now as the queue, 2)"), "{screen}");
    script.keys("ctrl-s");
    let (_, new) = set(&mut script);
    let expected = NewLimits {
        queue_id: 1,
        agent_id: Some(2),
        max_leases: Some(AS_QUEUE),
        gate: Some(0),
    };
    assert_eq!(new, expected);
}

#[test]
fn of_several_queues_one_is_chosen_first() {
    let mut script = lead(120, 32);
    let Some(Layer::Board(top)) = script.model.layers.last_mut() else {
        panic!()
    };
    let mut found = board();
    found.people[0].queues = vec![1, 2];
    top.board = Some(found);
    script.keys("tab tab N");
    script.answer_all();
    script.keys("j enter");
    script.answer_all();
    assert_eq!(form(&script).subject, Subject::Limits(2, Some(2)));
    script.keys("esc");
    assert!(at_board(&script), "the list was left with the choice");
}

/// The cursor on a case that somebody holds means them; on a case elsewhere it means nobody.
#[test]
fn what_has_no_numbers_says_so() {
    let mut script = lead(120, 32);
    script.keys("tab N");
    assert!(script.screen().contains("Limits belong to a queue"));
    script.keys("tab enter j N");
    script.answer_all();
    assert_eq!(form(&script).subject, Subject::Limits(1, Some(2)));
}

#[test]
fn an_agent_is_told_who_sets_them() {
    let mut script = Script::new(120, 32);
    script.keys("b");
    script.answer_all();
    script.keys("N");
    assert!(at_board(&script));
    assert!(
        script.screen().contains("Only a lead of the queue"),
        "{}",
        script.screen()
    );
    assert!(script.take().is_empty(), "nothing is asked");
}

#[test]
fn a_number_that_cannot_be_is_refused_at_its_field() {
    let mut script = lead(80, 24);
    script.keys("N");
    script.answer_all();
    for wrong in ["51", "0", "many", "-1"] {
        script.keys("ctrl-u").text(wrong).keys("ctrl-s");
        assert_eq!(form(&script).stage, Stage::Edit, "{wrong}");
        let error = form(&script).entries[0].error.clone().unwrap();
        assert_eq!(error, format!("{wrong} cannot be set: 1 to 50."));
    }
    script.keys("ctrl-u").text("50").keys("tab ctrl-u");
    script.text("20").keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review, "the bounds can be");
    script
        .keys("esc shift-tab ctrl-u")
        .text("5")
        .keys("tab ctrl-u");
    script.text("2").keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Edit);
    assert!(script.screen().contains("Nothing is different"));
}

/// What the database refuses is said in the form, and what was typed stays.
#[test]
fn a_refusal_of_the_database_is_shown_and_the_form_stays() {
    let mut script = lead(120, 32);
    script.keys("N");
    script.answer_all();
    script.keys("ctrl-u").text("7").keys("ctrl-s ctrl-s");
    let (ticket, _) = set(&mut script);
    let refusal = Refusal::new("queue_not_yours");
    script.reply(ticket, Reply::Set(Err(StoreError::Refused(refusal))));
    let said = form(&script).problem.clone().unwrap();
    assert!(script.screen().contains(&said), "{}", script.screen());
    assert_eq!(form(&script).entries[0].raw(), "7");
}

/// The line went while it was under way: the same call goes again, with the same number.
#[test]
fn without_an_answer_it_is_sent_again_as_it_was() {
    let mut script = lead(120, 32);
    script.keys("N");
    script.answer_all();
    script.keys("ctrl-u").text("7").keys("ctrl-s ctrl-s");
    let (first, new) = set(&mut script);
    script.reply(first, Reply::Set(Err(offline())));
    script.keys("ctrl-s");
    let (second, again) = set(&mut script);
    assert_eq!((second.slot, again), (first.slot, new));
}

/// What was typed is kept and taken up again, and begins with the numbers as they are.
#[test]
fn an_unfinished_form_of_limits_is_a_draft_as_others_are() {
    let mut script = lead(120, 32);
    script.keys("N");
    script.answer_all();
    script.keys("ctrl-u").text("9").keys("esc");
    let draft = script.model.world.drafts.mine().next().unwrap();
    assert_eq!(draft.content.subject.form(), "limits:1");
    script.take();
    script.keys("N");
    let asked = script.take();
    let ticket = asked.iter().find_map(|effect| match effect {
        Effect::Ask(ticket, Question::Limits) => Some(*ticket),
        _ => None,
    });
    assert!(form(&script).is_unread() || form(&script).entries.is_empty());
    script.reply(ticket.unwrap(), Reply::Limits(Ok(limits())));
    let shown: Vec<&str> = form(&script).entries.iter().map(Entry::raw).collect();
    assert_eq!(shown, ["9", "2"]);
}

#[test]
fn forms_of_limits_have_names_that_lead_back_to_them() {
    for subject in [Subject::Limits(1, None), Subject::Limits(12, Some(34))] {
        assert_eq!(Subject::of_form(&subject.form(), None), Some(subject));
    }
    assert_eq!(Subject::of_form("limits:x", None), None);
}

#[test]
fn the_forms_of_limits() {
    for (columns, rows) in [(80, 24), (120, 32), (160, 48)] {
        let mut script = lead(columns, rows);
        script.keys("N");
        script.answer_all();
        let name = format!("limits_{columns}x{rows}");
        insta::assert_snapshot!(name, script.screen());
        script.keys("esc tab tab N");
        script.answer_all();
        script.keys("ctrl-u").text("4").keys("ctrl-s");
        let name = format!("limits_agent_{columns}x{rows}");
        insta::assert_snapshot!(name, script.screen());
    }
}
