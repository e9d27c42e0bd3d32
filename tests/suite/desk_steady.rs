//! What is typed, chosen and said stays what it was: after a short loss, beside other consoles, in
//! lists that change, in actions on many cases.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question, Save, Slot};
use loket::desk::key::Input;
use loket::desk::screen::{Layer, actions};
use loket::desk::toast::{Offer, Tone};
use loket::desk::{Effect, Msg, Reply, here, safe};
use loket::store::filter::Filter;
use loket::store::rows::*;
use uuid::Uuid;

use crate::support::desk::{
    Script, choose_somebody_else, facts_page, form, job, kept, loaded, now, offline, page, quiet,
    written,
};

fn raw<'a>(script: &'a Script, key: &str) -> &'a str {
    let entries = form(script).entries.iter();
    let mut found = entries.filter(|entry| entry.key == key);
    found.next().unwrap().raw()
}

fn draft_saves(script: &mut Script) -> Vec<(loket::desk::Ticket, DraftSave)> {
    let effects = script.take().into_iter();
    let saves = effects.filter_map(|effect| match effect {
        Effect::Save(ticket, save) => match *save {
            Save::Draft(draft) => Some((ticket, draft)),
            _ => None,
        },
        _ => None,
    });
    saves.collect()
}

/// Cases 1, 3, 4 and 6 marked, and the list of actions.
fn marked() -> Script {
    let mut script = Script::new(120, 32);
    script.keys("space j space space j space");
    script.answer_all();
    script.keys("B");
    script.answer_all();
    script
}

fn choose(script: &mut Script, label: &str) {
    let mut choices = job(script).choices.iter();
    let at = choices.position(|choice| choice.label.contains(label));
    let at = at.unwrap_or_else(|| panic!("no {label}: {:?}", job(script).choices));
    script.keys("g g");
    for _ in 0..at {
        script.keys("j");
    }
    script.keys("enter");
    script.answer_all();
}

/// A note on all of them, running: its first write.
fn running() -> (Script, loket::desk::Ticket, Call) {
    let mut script = marked();
    choose(&mut script, "Add a note");
    script.text("letter sent").keys("ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    (script, ticket, call)
}

fn quits(script: &mut Script) -> bool {
    script.take().contains(&Effect::Quit)
}

/// The console goes to sleep with everything saved, and an answer that comes then counts.
#[test]
fn what_is_saved_before_a_sleep_is_saved() {
    let mut script = Script::new(100, 30);
    script.keys("j t");
    script.answer_all();
    script.text("call").take();
    let now = script.now;
    script.effects = safe::save_all(&mut script.model, now);
    let (ticket, _) = draft_saves(&mut script).remove(0);
    script.reply(ticket, Reply::Saved(Ok(DraftSaved::Saved)));
    assert!(!script.model.has_unsaved());
}

/// A hand-over that is taken up again keeps its colleague, although colleagues are read later.
#[test]
fn a_kept_hand_over_keeps_the_colleague() {
    let mut script = Script::new(100, 30);
    script.keys("j h");
    script.answer_all();
    script.keys("2 tab").text("call back");
    assert_eq!(raw(&script, "to"), "2");
    script.keys("esc");
    script.answer_all();
    script.model.world.colleagues.clear();
    script.keys("D enter");
    let waits = &form(&script).body().answers;
    assert!(waits.contains(&("to".into(), "2".into())), "{waits:?}");
    script.answer_all();
    assert_eq!(raw(&script, "to"), "2");
    assert_eq!(raw(&script, "line"), "call back");
    // colleagues are read once more, in another order
    let there = |agent_id, name: &str| Colleague {
        agent_id,
        name: name.into(),
        role: Role::Agent,
        online: true,
        held: 0,
    };
    let now = script.now;
    let slot = Slot::Colleagues;
    let asked = script.model.world.ask(slot, Question::Colleagues, now);
    let Effect::Ask(ticket, _) = asked else {
        panic!()
    };
    let all = vec![there(5, "An Peeters"), there(2, "Joost Bakker")];
    script.reply(ticket, Reply::Colleagues(Ok(all)));
    assert_eq!(raw(&script, "to"), "2");
    let Call::HandOver { to, .. } = ({
        script.keys("ctrl-s enter");
        script.writes().remove(0).1
    }) else {
        panic!()
    };
    assert_eq!(to, Some(2));
}

#[test]
fn what_was_typed_for_many_cases_is_a_draft_as_any_other() {
    let mut script = marked();
    choose(&mut script, "Add a note");
    script.text("letter sent").keys("esc esc");
    script.answer_all();
    let drafts: Vec<String> = mine(&script);
    assert_eq!(drafts, ["many:add_note"]);
    assert!(!script.model.has_unsaved(), "the database has it");
    // it is found and read in the list, and gone on with on marked cases
    script.keys("D enter");
    let screen = script.screen();
    assert!(screen.contains("Add a note, marked cases"), "{screen}");
    assert!(screen.contains("letter sent"), "{screen}");
    assert!(screen.contains("choose the same action"), "{screen}");
    script.keys("esc B");
    script.answer_all();
    choose(&mut script, "Add a note");
    assert_eq!(raw(&script, "note"), "letter sent");
    // thrown away, it is gone
    script.keys("ctrl-x esc esc");
    script.answer_all();
    assert_eq!(mine(&script), Vec::<String>::new());
    script.empty_handed().keys("q");
    assert!(quits(&mut script));
}

fn mine(script: &Script) -> Vec<String> {
    let drafts = script.model.world.drafts.mine();
    drafts.map(|it| it.content.subject.form()).collect()
}

/// What was typed for many cases is needed until the last of them had its turn, and no longer.
#[test]
fn the_draft_for_many_ends_with_the_run() {
    let mut script = marked();
    choose(&mut script, "Add a note");
    script.text("letter sent").keys("ctrl-s");
    script.answer_all();
    assert_eq!(mine(&script), ["many:add_note"]);
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    assert_eq!(mine(&script), ["many:add_note"], "it runs");
    script.reply(ticket, written(&call));
    script.answer_all();
    assert_eq!(mine(&script), Vec::<String>::new());
    script.keys("esc");
    assert_eq!(mine(&script), Vec::<String>::new());
}

#[test]
fn leaving_asks_while_an_action_on_many_runs() {
    let (mut script, lost, _) = running();
    script.reply(lost, Reply::Applied(Err(offline())));
    script.keys("esc q");
    assert!(!quits(&mut script));
    assert!(script.screen().contains("is still running"));
    script.keys("q");
    assert!(quits(&mut script));
}

/// A loss so short that the session lives on: the pulse says that the line is back.
#[test]
fn a_run_goes_on_after_a_short_loss() {
    let (mut script, lost, call) = running();
    script.reply(lost, Reply::Applied(Err(offline())));
    assert!(script.writes().is_empty());
    script.send(Msg::Beat(Box::new(Ok(quiet()))));
    let (ticket, again) = script.writes().remove(0);
    assert_eq!((ticket.slot, &again), (lost.slot, &call));
}

#[test]
fn to_the_pool_leaves_no_draft_and_is_a_form_of_its_own() {
    let mut script = Script::new(120, 32);
    script.model.world.me.as_mut().unwrap().role = Role::Lead;
    script.keys("b");
    script.answer_all();
    script.keys("tab j x");
    script.answer_all();
    assert!(script.screen().contains("Take back to the pool"));
    script.keys("esc");
    script.answer_all();
    assert_eq!(script.model.world.drafts.mine().count(), 0);
    script.keys("x");
    script.answer_all();
    script.text("gone home").keys("esc");
    script.answer_all();
    script.keys("R");
    script.answer_all();
    assert_eq!((raw(&script, "to"), raw(&script, "reason")), ("", ""));
}

#[test]
fn more_rows_of_another_filter_never_come_in_and_marks_that_go_are_said() {
    let mut script = Script::new(120, 32);
    script.keys("space").take();
    let now = script.now;
    let question = Question::Inbox {
        view: InboxView::Queue(1),
        after: None,
        limit: 1,
    };
    let at = script.model.desk.at;
    let Effect::Ask(late, _) = script.model.world.ask(Slot::More(at), question, now) else {
        panic!()
    };
    script.keys("F");
    script.text("work:waiting").keys("enter").take();
    assert_ne!(script.model.desk.inbox().unwrap().filter, Filter::default());
    script.reply(late, Reply::Inbox(Ok(page())));
    assert_eq!(script.model.desk.inbox().unwrap().rows.len(), 0);
    let screen = script.screen();
    assert!(screen.contains("1 marks are gone"), "{screen}");
}

/// Keys that are for something else are no work in the case that lies behind it.
#[test]
fn only_keys_for_a_case_are_work_in_it() {
    let mut script = Script::new(120, 32);
    script.keys("j");
    script.answer_all();
    here::take(&mut script.model);
    script.keys("/").text("abc").keys("esc D j esc F x esc");
    script.answer_all();
    assert_eq!(here::take(&mut script.model).worked, []);
    script.keys("d");
    assert_eq!(here::take(&mut script.model).worked, [CaseId(2)]);
}

fn lead_with(there: &[Colleague]) -> Script {
    let mut script = Script::new(120, 32);
    script.model.world.me.as_mut().unwrap().role = Role::Lead;
    script.model.world.colleagues = there.to_vec();
    script.keys("space j j j space B");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Facts(cases)) = effect {
            let facts = Box::new(facts_page(&cases));
            script.reply(ticket, Reply::Facts(Ok(facts)));
        }
    }
    choose_somebody_else(&mut script, there);
    script
}

fn colleague(agent_id: i32, held: i64) -> Colleague {
    Colleague {
        agent_id,
        name: format!("Colleague {agent_id}"),
        role: Role::Lead,
        online: true,
        held,
    }
}

/// "Whoever holds least" is never the one who gives, and never somebody who is gone.
#[test]
fn nobody_gives_cases_to_himself_or_to_who_is_gone() {
    let mut gone = colleague(4, 0);
    gone.online = false;
    let mut script = lead_with(&[colleague(1, 0), colleague(2, 5), gone]);
    script.keys("tab").text("busy").keys("ctrl-s");
    let to: Vec<Option<i32>> = job(&script).rows.iter().map(|row| row.to).collect();
    assert_eq!(to, [Some(2), None], "the second one has it already");
    // nobody is there at all: said of each, and nothing goes to the pool instead
    let mut script = lead_with(&[colleague(2, 5)]);
    script.model.world.colleagues.clear();
    script.keys("tab").text("busy").keys("ctrl-s");
    assert_eq!(job(&script).count("will"), 0, "{:?}", job(&script).rows);
}

/// What "next" gave goes back with a reason of its own: the preview does not promise otherwise.
#[test]
fn a_proposed_case_is_not_released_with_others() {
    let mut script = Script::new(120, 32);
    script.keys("j space B");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Facts(cases)) = effect {
            let mut facts = facts_page(&cases);
            let lease = facts.cases[0].lease.as_mut().expect("held");
            lease.proposed = true;
            script.reply(ticket, Reply::Facts(Ok(Box::new(facts))));
        }
    }
    let release = job(&script).choices.last().unwrap();
    assert!(release.refusal.is_some(), "{release:?}");
}

/// What was done is said once more when its case leaves the list, whatever was said since.
#[test]
fn a_case_that_leaves_is_told_with_what_was_done_to_it() {
    let mut script = Script::new(120, 32);
    script.keys("j x");
    let (ticket, call) = script.writes().remove(0);
    script.reply(ticket, written(&call));
    let (now, until) = (script.now, script.now + TimeDelta::seconds(20));
    let toasts = &mut script.model.world.toasts;
    toasts.say(Tone::Warning, "something else".into(), now);
    let case = CaseId(9);
    toasts.offer(Offer { case, until }, now);
    let mut list = page();
    list.rows.retain(|row| row.case_id != CaseId(2));
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Inbox { .. }) = effect {
            script.reply(ticket, Reply::Inbox(Ok(list.clone())));
        }
    }
    let toast = script.model.world.toasts.shown(now).expect("a toast");
    assert!(toast.text.contains("GT-2026-000399"), "{toast:?}");
    assert!(!toast.text.contains("something else"), "{toast:?}");
    assert_eq!(toast.offer, None);
}

/// A draft comes in above the cursor: the cursor stays on the one it was on.
#[test]
fn the_cursor_of_unfinished_forms_stays_on_its_draft() {
    let mut script = Script::new(120, 32);
    let read = |script: &mut Script, rows: Vec<DraftRow>| {
        let now = script.now;
        let Effect::Ask(ticket, _) = safe::ask(&mut script.model.world, now) else {
            panic!()
        };
        script.reply(ticket, Reply::Drafts(Ok(rows)));
    };
    read(
        &mut script,
        vec![kept(1, "action:add_note", Some(4), "mine")],
    );
    script.keys("D").take();
    let newer = DraftRow {
        saved_at: now(),
        ..kept(2, "action:add_note", Some(4), "newer")
    };
    read(
        &mut script,
        vec![kept(1, "action:add_note", Some(4), "mine"), newer],
    );
    script.keys("ctrl-x ctrl-x");
    assert!(script.model.world.drafts.get(Uuid::from_u128(1)).is_none());
    assert!(script.model.world.drafts.get(Uuid::from_u128(2)).is_some());
}

/// A sentence typed into a choice chooses nothing, and it is said.
#[test]
fn a_choice_takes_no_text() {
    let mut script = Script::new(120, 32);
    script.keys("j h");
    script.answer_all();
    script.text("hello there 2 x l");
    assert_eq!(raw(&script, "to"), "");
    assert!(script.screen().contains("This field is a choice"));
    script.send(Msg::Input(Input::Paste("l 2".into())));
    assert_eq!(raw(&script, "to"), "");
    script.keys("right");
    assert_eq!(raw(&script, "to"), "pool", "an arrow is no text");
    script.now += TimeDelta::seconds(3);
    script.keys("2");
    assert_eq!(raw(&script, "to"), "2");
}

/// A colleague claims the case while its actions are listed: no digit means something else by it.
#[test]
fn digits_of_an_open_list_keep_their_meaning() {
    let mut script = Script::new(120, 40);
    script.keys("enter");
    script.answer_all();
    let labels = |script: &Script| -> Vec<(String, bool)> {
        let Some(Layer::Actions(list)) = script.model.layers.last() else {
            panic!()
        };
        let list: &actions::State = list;
        let choices = list.choices(&script.model.world, script.now).unwrap();
        let line = |one: actions::Choice| (one.label, one.refusal.is_some());
        choices.into_iter().map(line).collect()
    };
    let before = labels(&script);
    let mut taken = loaded(CaseId(1));
    taken.detail.row.holder = Some("Joost Bakker".into());
    taken.detail.row.holder_id = Some(2);
    taken.detail.row.work = WorkState::Held;
    let now = script.now;
    let Effect::Ask(ticket, _) = script.model.world.ask_detail(CaseId(1), now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(taken))));
    let after = labels(&script);
    let names = |all: &[(String, bool)]| -> Vec<String> {
        all.iter().map(|(label, _)| label.clone()).collect()
    };
    assert_eq!(names(&before), names(&after));
    assert_ne!(before, after, "some of them are impossible now");
    let at = after.iter().position(|(_, refused)| *refused).unwrap();
    assert!(!before[at].1);
}

/// The preview shows what was answered; what leaves the house is said before it leaves.
#[test]
fn the_preview_shows_the_answers_and_messages_are_sent_on_the_second_enter() {
    let mut script = marked();
    choose(&mut script, "Add a note");
    script.text("letter sent").keys("ctrl-s");
    let screen = script.screen();
    assert!(screen.contains(": letter sent"), "{screen}");
    script.model.world.bulk.as_mut().unwrap().rows[0].sends = true;
    script.keys("enter");
    assert!(script.writes().is_empty());
    let screen = script.screen();
    assert!(screen.contains("leave for 1 cases"), "{screen}");
    script.keys("enter");
    assert_eq!(script.writes().len(), 1);
}

#[test]
fn taking_back_a_note_says_that_a_note_stays() {
    let mut script = Script::new(120, 32);
    let mut noted = loaded(CaseId(1));
    noted.timeline[0].agent = Some("Sanne de Vries".into());
    noted.timeline[0].agent_id = Some(1);
    let now = script.now;
    let Effect::Ask(ticket, _) = script.model.world.ask_detail(CaseId(1), now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(noted))));
    script.keys("u");
    let screen = script.screen();
    assert!(screen.contains("A note cannot be taken back"), "{screen}");
}

/// From the results: the case under the cursor, and back to the results.
#[test]
fn a_result_is_taken_back_and_the_results_are_there_again() {
    let (mut script, ticket, call) = running();
    script.reply(ticket, written(&call));
    for _ in 0..3 {
        let (ticket, call) = script.writes().remove(0);
        script.reply(ticket, written(&call));
    }
    script.take();
    let until = script.now + TimeDelta::seconds(20);
    script.model.world.bulk.as_mut().unwrap().rows[1].undo = Some(UndoOffer { seq: 4, until });
    script.keys("j u");
    let mut undoable = loaded(CaseId(3));
    undoable.detail.undo = Some(Undo {
        seq: 4,
        action: "add_note".into(),
        agent: "Sanne de Vries".into(),
        until: script.now + TimeDelta::seconds(20),
        messages: vec![],
        state: undoable.detail.row.state.clone(),
        gets_back: false,
        stands: None,
    });
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Detail(CaseId(3))) = effect {
            script.reply(ticket, Reply::Detail(Ok(Box::new(undoable.clone()))));
        }
    }
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    let case = CaseId(3);
    assert_eq!(call, Call::TakeBack { case, seq: 4 });
    script.reply(ticket, written(&call));
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    assert_eq!(job(&script).count("done"), 4);
}
