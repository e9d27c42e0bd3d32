//! An action on many cases, as a script on the desk: preview, run, refusals, stop, lost line.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use loket::desk::bulk::{AGENT_MOST, LEAD_MOST, Verdict, most};
use loket::desk::effect::{Call, Question, Slot};
use loket::desk::route::Subject;
use loket::desk::screen::Layer;
use loket::desk::{Effect, Msg, Reply, Ticket};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::*;
use uuid::Uuid;

use crate::support::desk::{
    Script, choose_somebody_else, facts_page, form, job, loaded, offline, read, written,
};

fn verdicts(script: &Script) -> Vec<(i64, &'static str)> {
    let rows = job(script).rows.iter();
    rows.map(|row| (row.case.0, row.verdict.key())).collect()
}

fn write(script: &mut Script) -> (Ticket, Call) {
    let mut writes = script.writes();
    assert_eq!(writes.len(), 1, "one at a time: {writes:?}");
    writes.remove(0)
}

fn case_of(call: &Call) -> CaseId {
    match call {
        Call::Claim(case) | Call::Apply { case, .. } | Call::Reassign { case, .. } => *case,
        Call::Release(lease) => lease.case_id,
        other => panic!("{other:?}"),
    }
}

fn held(case_id: CaseId) -> Lease {
    Lease::new(case_id, 9)
}

fn refused() -> Reply {
    Reply::Applied(Err(StoreError::Refused(Refusal::new("case_not_found"))))
}

/// Choose the line of that name.
fn choose(script: &mut Script, label: &str) {
    let at = job(script)
        .choices
        .iter()
        .position(|choice| choice.label == label);
    let at = at.unwrap_or_else(|| panic!("no {label}: {:?}", job(script).choices));
    script.keys("g g");
    for _ in 0..at {
        script.keys("j");
    }
    script.keys("enter");
    script.answer_all();
}

/// Cases 1, 3, 4 and 6 marked, and the list of actions.
fn marked() -> Script {
    let mut script = Script::new(120, 32);
    script.keys("space j space space j space");
    let marks: Vec<i64> = script
        .model
        .desk
        .marks()
        .iter()
        .map(|case| case.0)
        .collect();
    assert_eq!(marks, [1, 3, 4, 6]);
    script.answer_all();
    script.keys("B");
    script.answer_all();
    script
}

/// … with a note on all of them, previewed.
fn note() -> Script {
    let mut script = marked();
    choose(&mut script, "Add a note");
    script.text("letter sent to all").keys("ctrl-s");
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    script
}

#[test]
fn the_list_tells_how_many_can_take_each_action() {
    let script = marked();
    let note = job(&script)
        .choices
        .iter()
        .find(|choice| choice.label == "Add a note");
    assert_eq!(note.unwrap().can, 4);
    let screen = script.screen();
    assert!(
        screen.contains("What to do with 4 marked cases"),
        "{screen}"
    );
    assert!(screen.contains("4 of 4"), "{screen}");
    let release = job(&script).choices.last().unwrap();
    assert!(
        release.refusal.is_some(),
        "none of them is held: {release:?}"
    );
}

#[test]
fn each_case_is_written_under_its_own_id_and_its_result_is_told() {
    let mut script = note();
    assert_eq!(
        verdicts(&script),
        [(1, "will"), (3, "will"), (4, "will"), (6, "will")]
    );
    // out by hand
    script.keys("G space");
    script.keys("enter");
    let mut ids = BTreeSet::new();
    let mut bodies = Vec::new();
    for (number, answer) in [(1, None), (3, Some(refused())), (4, None)] {
        let (ticket, call) = write(&mut script);
        let Call::Apply {
            case,
            fence,
            change,
            ..
        } = &call
        else {
            panic!("{call:?}");
        };
        assert_eq!((case.0, *fence), (number, None));
        bodies.push(change.texts[0].body.clone());
        ids.insert(ticket.slot);
        script.reply(ticket, answer.unwrap_or_else(|| written(&call)));
    }
    assert_eq!(ids.len(), 3);
    assert_eq!(bodies, ["letter sent to all"; 3]);
    assert_eq!(
        verdicts(&script),
        [(1, "done"), (3, "refused"), (4, "done"), (6, "out")]
    );
    let screen = script.screen();
    assert!(
        screen.contains("2 done, 1 refused, 0 not tried"),
        "{screen}"
    );
    let marks: Vec<i64> = script
        .model
        .desk
        .marks()
        .iter()
        .map(|case| case.0)
        .collect();
    assert_eq!(marks, [3, 6], "what was not done stays marked");
}

#[test]
fn a_result_opens_its_case_and_back_comes_back_to_it() {
    let mut script = note();
    script.keys("enter");
    for _ in 0..4 {
        let (ticket, call) = write(&mut script);
        script.reply(ticket, written(&call));
    }
    script.answer_all();
    script.keys("j enter");
    script.answer_all();
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    assert!(script.model.layers.is_empty());
    script.keys("esc");
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    assert_eq!(job(&script).cursor, 1);
    script.keys("esc");
    assert!(script.model.world.bulk.is_none() && script.model.layers.is_empty());
}

#[test]
fn esc_stops_after_the_case_under_way_and_lists_what_was_not_tried() {
    let mut script = note();
    script.keys("enter");
    let (ticket, call) = write(&mut script);
    script.keys("esc");
    assert!(script.screen().contains("stops after this case"));
    script.reply(ticket, written(&call));
    assert_eq!(script.writes(), []);
    assert_eq!(
        verdicts(&script),
        [(1, "done"), (3, "untried"), (4, "untried"), (6, "untried")]
    );
    assert_eq!(script.model.desk.marks().len(), 3);
}

/// What has no answer is asked again with the same command id and the same words: one effect.
#[test]
fn a_lost_line_in_the_middle_asks_again_with_the_same_id() {
    let mut script = note();
    script.keys("enter");
    let (ticket, call) = write(&mut script);
    script.reply(ticket, written(&call));
    let (lost, before) = write(&mut script);
    script.reply(lost, Reply::Applied(Err(offline())));
    assert!(
        script
            .screen()
            .contains("it goes on when the database answers")
    );
    assert_eq!(script.writes(), []);
    script.now = script.model.world.retry_at.unwrap();
    script.send(Msg::Wake);
    let mut again = None;
    for _ in 0..4 {
        for effect in script.take() {
            match effect {
                Effect::Write(ticket, call) => again = Some((ticket, *call)),
                Effect::Ask(ticket, question) => {
                    let reply = read(&question, script.now);
                    script.reply(ticket, reply);
                }
                _ => {}
            }
        }
    }
    let (ticket, call) = again.expect("asked again");
    assert_eq!(ticket.slot, lost.slot);
    let said = |call: &Call| match call {
        Call::Apply { case, change, .. } => (*case, change.answers.clone(), change.texts.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(said(&call), said(&before));
    script.reply(ticket, written(&call));
    for _ in 0..2 {
        let (ticket, call) = write(&mut script);
        script.reply(ticket, written(&call));
    }
    assert_eq!(job(&script).count("done"), 4);
}

/// Esc while the line is lost leaves the screen, not the case: it is still asked.
#[test]
fn leaving_while_the_line_is_lost_forgets_nothing() {
    let mut script = note();
    script.keys("enter");
    let (lost, _) = write(&mut script);
    script.reply(lost, Reply::Applied(Err(offline())));
    script.keys("esc");
    assert!(script.model.layers.is_empty());
    let Slot::Command(id) = lost.slot else {
        panic!()
    };
    assert_ne!(id, Uuid::nil());
    script.now = script.model.world.retry_at.unwrap();
    script.send(Msg::Wake);
    let session = script.take();
    for effect in session {
        if let Effect::Ask(ticket, question @ Question::Session) = effect {
            let reply = read(&question, script.now);
            script.reply(ticket, reply);
        }
    }
    let (ticket, call) = write(&mut script);
    assert_eq!(ticket.slot, lost.slot);
    script.reply(ticket, written(&call));
    assert_eq!(job(&script).count("done"), 1);
    assert_eq!(job(&script).count("untried"), 3);
    script.answer_all();
    script.keys("B");
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Bulk(_) | Layer::Sheet)
    ));
}

/// An action that needs the case to be held: claimed for it, written with that fence, given back.
#[test]
fn a_case_of_the_pool_is_claimed_written_and_given_back() {
    let mut script = marked();
    choose(&mut script, "Block is confirmed");
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    let will = job(&script).count("will");
    assert!(will >= 2, "{:?}", verdicts(&script));
    script.keys("enter");
    let (ticket, call) = write(&mut script);
    assert_eq!(call, Call::Claim(CaseId(1)));
    script.reply(ticket, written(&call));
    let (ticket, call) = write(&mut script);
    let Call::Apply {
        fence: Some(9),
        version: 5,
        ..
    } = &call
    else {
        panic!("{call:?}");
    };
    script.reply(ticket, written(&call));
    let (ticket, call) = write(&mut script);
    assert_eq!(call, Call::Release(held(CaseId(1))));
    script.reply(ticket, written(&call));
    // a colleague was faster with the next one
    let (ticket, call) = write(&mut script);
    let Call::Claim(next) = call else {
        panic!("{call:?}")
    };
    let since = script.now;
    let holder = "Joost Bakker".to_owned();
    script.reply(ticket, Reply::Claimed(Ok(Claim::Taken { holder, since })));
    let row = job(&script)
        .rows
        .iter()
        .find(|row| row.case == next)
        .unwrap();
    let Verdict::Refused(said) = &row.verdict else {
        panic!("{row:?}");
    };
    assert!(said.contains("Joost Bakker"), "{said}");
    assert_eq!(job(&script).rows[0].verdict.key(), "done");
}

/// Somebody was at the case between the reading and the claim: what was previewed is not what
/// would happen, so nothing happens, and the case goes back.
#[test]
fn a_case_that_changed_after_the_preview_is_not_written() {
    let mut script = marked();
    choose(&mut script, "Block is confirmed");
    script.keys("enter");
    let (ticket, call) = write(&mut script);
    let case_id = case_of(&call);
    let claim = Claim::Granted {
        lease: held(case_id),
        case_no: "GT-2026-000398".into(),
        version: 7,
        why: "by_hand".into(),
    };
    script.reply(ticket, Reply::Claimed(Ok(claim)));
    let (ticket, call) = write(&mut script);
    assert_eq!(call, Call::Release(held(case_id)));
    script.reply(ticket, written(&call));
    assert_eq!(job(&script).rows[0].verdict.key(), "refused");
}

/// A contact belongs to one party: asked only when all cases share it.
#[test]
fn what_belongs_to_one_case_is_not_asked_of_many() {
    let mut script = Script::new(120, 32);
    script.keys("space j j space");
    script.answer_all();
    script.keys("B");
    for effect in script.take() {
        let Effect::Ask(ticket, Question::Facts(cases)) = effect else {
            continue;
        };
        let mut page = facts_page(&cases);
        page.cases[1].party_gln = Some("8716879000004".into());
        script.reply(ticket, Reply::Facts(Ok(Box::new(page))));
    }
    let choice = job(&script)
        .choices
        .iter()
        .find(|choice| choice.label.contains("Contact the party"));
    let refusal = choice.unwrap().refusal.clone().unwrap();
    assert!(refusal.contains("not all of one party"), "{refusal}");
    script.answer_all();
    let mut script = marked();
    let choice = job(&script)
        .choices
        .iter()
        .find(|choice| choice.label.contains("Contact the party"));
    assert_eq!(choice.unwrap().refusal, None);
    script.keys("esc");
    assert!(script.model.world.bulk.is_none());
}

#[test]
fn the_role_says_how_many_at_a_time() {
    assert_eq!(most(Some(Role::Agent)), AGENT_MOST);
    assert_eq!(most(Some(Role::Lead)), LEAD_MOST);
    assert_eq!(most(Some(Role::Auditor)), 0);
    let mut script = Script::new(80, 24);
    let many: Vec<CaseId> = (1..=51).map(CaseId).collect();
    script.keys("*");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Snapshot { .. }) = effect {
            let snapshot = Snapshot {
                cases: many.clone(),
                more: false,
            };
            script.reply(ticket, Reply::Snapshot(Ok(snapshot)));
        }
    }
    script.keys("B");
    assert!(
        script
            .screen()
            .contains("51 cases are marked; you may act on 50")
    );
    assert!(script.model.world.bulk.is_none());
}

/// A lead gives cases to whoever holds least, in turn, never to who has it already.
#[test]
fn a_lead_gives_to_whoever_holds_least_in_turn() {
    let mut script = Script::new(120, 32);
    if let Some(me) = &mut script.model.world.me {
        me.role = Role::Lead;
    }
    let colleague = |agent_id, name: &str, held| Colleague {
        agent_id,
        name: name.into(),
        role: Role::Agent,
        online: true,
        held,
    };
    script.model.world.colleagues = vec![
        colleague(2, "Joost Bakker", 1),
        colleague(3, "An Peeters", 2),
    ];
    script.keys("space j space space j space B");
    script.answer_all();
    let there = script.model.world.colleagues.clone();
    choose_somebody_else(&mut script, &there);
    script.keys("tab").text("busy").keys("ctrl-s");
    let to: Vec<Option<i32>> = job(&script).rows.iter().map(|row| row.to).collect();
    assert_eq!(to, [Some(2), Some(2), Some(3), Some(2)]);
    script.keys("enter");
    let (_, call) = write(&mut script);
    let reason = "busy".to_owned();
    assert_eq!(
        call,
        Call::Reassign {
            case: CaseId(1),
            to: Some(2),
            reason
        }
    );
}

/// A run in which one case was refused and two were not tried: its results.
fn partly_done() -> Script {
    let mut script = note();
    script.keys("enter");
    let (ticket, _) = write(&mut script);
    script.reply(ticket, refused());
    let (ticket, call) = write(&mut script);
    script.keys("esc");
    script.reply(ticket, written(&call));
    assert_eq!(
        verdicts(&script),
        [(1, "refused"), (3, "done"), (4, "untried"), (6, "untried")]
    );
    script.answer_all();
    script
}

/// What was typed is wanted still for the cases that were not written: the same action has it again.
#[test]
fn answers_for_cases_that_were_not_written_are_not_lost_with_the_results() {
    let mut script = partly_done();
    script.keys("esc");
    script.answer_all();
    assert!(script.model.layers.is_empty());
    let marks: Vec<i64> = script.model.desk.marks().iter().map(|it| it.0).collect();
    assert_eq!(marks, [1, 4, 6]);
    script.keys("B");
    script.answer_all();
    choose(&mut script, "Add a note");
    let Some(Layer::Form(form)) = script.model.layers.last() else {
        panic!()
    };
    assert_eq!(form.entries[0].raw(), "letter sent to all");
    // written for all of them, it has done its work
    script.keys("ctrl-s enter");
    for _ in 0..3 {
        let (ticket, call) = write(&mut script);
        script.reply(ticket, written(&call));
    }
    script.answer_all();
    script.keys("esc");
    script.answer_all();
    script.empty_handed().keys("q");
    assert!(script.take().contains(&Effect::Quit));
}

/// Leaving needs no question: answers that are wanted still are kept, as every unfinished form is.
#[test]
fn answers_for_cases_that_were_not_written_are_kept_when_one_leaves() {
    for keys in ["esc", "enter"] {
        let mut script = partly_done();
        script.keys(keys);
        script.answer_all();
        let screen = script.screen();
        assert!(screen.contains("unfinished 1"), "{screen}");
        script.now += TimeDelta::seconds(3);
        script.send(Msg::Wake);
        script.answer_all();
        script.empty_handed().keys("q");
        assert!(script.take().contains(&Effect::Quit));
        assert!(!script.model.world.drafts.is_unsaved());
    }
}

/// A case that our other console holds: it is none of ours here, and the preview says so.
#[test]
fn a_case_of_our_other_console_is_not_promised() {
    let mut script = Script::new(120, 32);
    script.model.world.leases.clear();
    script.keys("j space B");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Facts(cases)) = effect {
            let facts = facts_page(&cases);
            assert!(facts.cases[0].lease.is_some());
            script.reply(ticket, Reply::Facts(Ok(Box::new(facts))));
        }
    }
    let release = job(&script).choices.last().unwrap();
    assert!(release.refusal.is_some(), "{release:?}");
    let choices = job(&script).choices.iter();
    let mut party = choices.filter(|choice| choice.label.contains("Contact the party"));
    assert_eq!(party.next().unwrap().can, 0);
}

/// On the results a note is said to be on record, and not to be too late; a change that can be taken
/// back is read anew first: that it differs from the preview is our own doing.
#[test]
fn taking_back_from_the_results_gives_its_own_reason() {
    let mut script = partly_done();
    script.model.world.bulk.as_mut().unwrap().cursor = 1;
    script.keys("u");
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    let screen = script.screen();
    assert!(screen.contains("A note cannot be taken back"), "{screen}");
    let mut before = loaded(CaseId(3));
    before.detail.row.version -= 1;
    script.model.world.keep(before);
    let until = script.model.world.legal(script.now) + TimeDelta::seconds(20);
    let row = &mut script.model.world.bulk.as_mut().unwrap().rows[1];
    row.undo = Some(UndoOffer { seq: 4, until });
    script.keys("u");
    script.answer_all();
    assert_eq!(form(&script).subject, Subject::TakeBack(CaseId(3)));
    assert_eq!(form(&script).problem, None);
    script.keys("esc");
    script.now += TimeDelta::seconds(21);
    script.send(Msg::Wake);
    script.keys("u");
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
}
