//! What is typed is saved while it is typed, in order, without holding the screen up; and a console
//! comes back where it was.

use chrono::{DateTime, TimeDelta, Utc};
use loket::desk::effect::{Call, Question, Reply, Save, Slot};
use loket::desk::place::{Open, Place};
use loket::desk::screen::Layer;
use loket::desk::screen::desk::Page;
use loket::desk::screen::form::Stage;
use loket::desk::world::Link;
use loket::desk::{Effect, Msg, Ticket, next_wake, safe};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::*;
use uuid::Uuid;

use crate::support::desk::{Script, form, kept, loaded, offline, read};

/// The saves of drafts among the effects so far, taken.
fn saves(script: &mut Script) -> Vec<(Ticket, DraftSave)> {
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

fn text(draft: &DraftSave) -> &str {
    &draft.body.answers[0].1
}

fn pass(script: &mut Script, ms: i64) {
    script.now += TimeDelta::milliseconds(ms);
    script.send(Msg::Wake);
}

fn saved(script: &mut Script, ticket: Ticket, result: Result<DraftSaved, StoreError>) {
    script.reply(ticket, Reply::Saved(result));
}

/// A note with "call" in it, nothing saved yet.
fn typing() -> Script {
    let mut script = Script::new(100, 30);
    script.keys("j t");
    script.answer_all();
    script.text("call");
    script
}

#[test]
fn a_pause_in_typing_saves_and_typing_on_saves_at_the_latest_after_two_seconds() {
    let mut script = typing();
    let typed_at = script.now;
    let due = next_wake(&script.model, script.now).unwrap();
    assert!(
        due <= typed_at + TimeDelta::milliseconds(700),
        "wakes for it"
    );
    pass(&mut script, 699);
    assert_eq!(saves(&mut script), []);
    pass(&mut script, 1);
    let (_, draft) = saves(&mut script).remove(0);
    assert_eq!(text(&draft), "call");
    assert_eq!(draft.form, "action:add_note");
    assert_eq!(draft.case_id, Some(CaseId(2)));
    assert_eq!(draft.command, Some(form(&script).command));

    let mut script = typing();
    for n in 0..4 {
        pass(&mut script, 499);
        script.text("x");
        assert_eq!(saves(&mut script), [], "{n}");
    }
    pass(&mut script, 4);
    assert_eq!(text(&saves(&mut script).remove(0).1), "callxxxx");
}

#[test]
fn one_save_of_a_draft_is_under_way_and_the_newest_is_next() {
    let mut script = typing();
    pass(&mut script, 700);
    let (ticket, first) = saves(&mut script).remove(0);
    script.text("ed");
    pass(&mut script, 5_000);
    assert_eq!(saves(&mut script), [], "the first is not answered");
    saved(&mut script, ticket, Ok(DraftSaved::Saved));
    pass(&mut script, 2_000);
    let (ticket, second) = saves(&mut script).remove(0);
    assert_eq!(text(&second), "called");
    assert_eq!(second.base, first.rev);
    assert!(second.rev > first.rev);
    saved(&mut script, ticket, Ok(DraftSaved::Saved));
    assert!(!script.model.has_unsaved());
    pass(&mut script, 60_000);
    assert_eq!(saves(&mut script), [], "saved once");
}

#[test]
fn leaving_a_form_saves_at_once_and_emptying_it_keeps_nothing() {
    let mut script = typing();
    script.keys("esc");
    assert_eq!(text(&saves(&mut script).remove(0).1), "call");
    let mut script = typing();
    script.keys("ctrl-u esc");
    assert_eq!(saves(&mut script), []);
    assert_eq!(script.model.world.drafts.mine().count(), 0);
}

#[test]
fn without_a_line_typing_is_kept_said_and_saved_when_it_is_back() {
    let mut script = typing();
    pass(&mut script, 700);
    let (ticket, _) = saves(&mut script).remove(0);
    saved(&mut script, ticket, Err(offline()));
    script.text("ed");
    pass(&mut script, 2_500);
    assert_eq!(saves(&mut script), []);
    assert!(
        script
            .screen()
            .contains("kept here and saved when it is back")
    );
    assert!(matches!(script.model.world.link, Link::Stale { .. }));
    // leaving asks, because it would be lost
    script.keys("esc q");
    assert!(matches!(script.model.layers.last(), Some(Layer::Quit)));
    script.keys("esc");
    let now = script.now;
    let Effect::Ask(ticket, question) =
        script
            .model
            .world
            .ask(Slot::Session, Question::Session, now)
    else {
        panic!()
    };
    script.reply(ticket, read(&question, now));
    assert_eq!(text(&saves(&mut script).remove(0).1), "called");
}

#[test]
fn leaving_waits_for_the_last_save_and_asks_nothing() {
    let mut script = typing();
    script.empty_handed().keys("esc q");
    let (ticket, _) = saves(&mut script).remove(0);
    assert!(script.model.layers.is_empty(), "no question");
    saved(&mut script, ticket, Ok(DraftSaved::Saved));
    assert!(script.take().contains(&Effect::Quit));
    // a database that does not answer in time: the question
    let mut script = typing();
    script.empty_handed().keys("esc q").take();
    pass(&mut script, 2_000);
    assert!(matches!(script.model.layers.last(), Some(Layer::Quit)));
    // another key means that one stays
    let mut script = typing();
    script.empty_handed().keys("esc q j");
    let (ticket, _) = saves(&mut script).remove(0);
    saved(&mut script, ticket, Ok(DraftSaved::Saved));
    assert!(!script.take().contains(&Effect::Quit));
}

#[test]
fn whatever_ends_the_console_everything_unsaved_is_sent() {
    let mut script = typing();
    pass(&mut script, 700);
    assert_eq!(saves(&mut script).len(), 1);
    script.text("ed").take();
    let now = script.now;
    let effects = safe::save_all(&mut script.model, now);
    script.effects.extend(effects);
    let (_, last) = saves(&mut script).remove(0);
    assert_eq!(text(&last), "called", "also while one is under way");
}

#[test]
fn a_save_that_is_refused_says_why_and_is_tried_again() {
    let mut script = typing();
    pass(&mut script, 700);
    let (ticket, _) = saves(&mut script).remove(0);
    let full = Refusal::new("too_many_drafts").with("most", "200");
    saved(&mut script, ticket, Err(StoreError::Refused(full)));
    let screen = script.screen();
    assert!(screen.contains("You have 200 unfinished forms"), "{screen}");
    pass(&mut script, 9_000);
    assert_eq!(saves(&mut script), []);
    pass(&mut script, 2_000);
    assert_eq!(saves(&mut script).len(), 1);
}

#[test]
fn a_fork_goes_on_under_another_number() {
    let mut script = typing();
    pass(&mut script, 700);
    let (ticket, first) = saves(&mut script).remove(0);
    saved(&mut script, ticket, Ok(DraftSaved::Forked));
    let (_, fork) = saves(&mut script).remove(0);
    assert_ne!(fork.draft_id, first.draft_id);
    assert_eq!((text(&fork), fork.base), ("call", 0));
    assert_eq!(form(&script).draft, fork.draft_id);
    assert_eq!(form(&script).entries[0].raw(), "call");
    // writing one of the two does not take the other with it
    assert_ne!(fork.command, first.command);
    assert_eq!(fork.command, Some(form(&script).command));
}

/// What was sent keeps its command; the draft of another console is not finished by it.
#[test]
fn a_fork_of_what_was_sent_is_not_finished_by_its_command() {
    let mut script = typing();
    pass(&mut script, 700);
    script.answer_all();
    script.keys("ctrl-s enter");
    let (ticket, _) = script.writes().remove(0);
    let command = form(&script).command;
    script.reply(ticket, Reply::Applied(Err(offline())));
    script.send(Msg::Start);
    script.answer_all();
    let draft = form(&script).draft;
    let now = script.now;
    safe::saved(&mut script.model, draft, Ok(DraftSaved::Forked), now);
    script.take();
    pass(&mut script, 700);
    let (_, fork) = saves(&mut script).remove(0);
    assert_ne!(fork.draft_id, draft);
    assert_eq!((fork.command, form(&script).command), (None, command));
}

#[test]
fn what_is_written_is_no_draft_any_more() {
    let mut script = typing();
    pass(&mut script, 700);
    script.answer_all();
    script.keys("ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(call, Call::Apply { .. }));
    let written = crate::support::desk::written(&call);
    script.reply(ticket, written);
    let dropped = script
        .take()
        .into_iter()
        .any(|effect| matches!(&effect, Effect::Save(_, save) if matches!(**save, Save::Drop(..))));
    assert!(dropped);
    assert_eq!(script.model.world.drafts.mine().count(), 0);
    assert!(!script.model.has_unsaved());
}

/// A console that starts anew with that place and those drafts.
fn back(place: &Place, alone: bool, drafts: &[DraftRow]) -> Script {
    let mut script = Script::bare(120, 32);
    for _ in 0..6 {
        script.rest();
        for effect in script.take() {
            let Effect::Ask(ticket, question) = effect else {
                continue;
            };
            let mut reply = read(&question, script.now);
            if let Reply::Session(Ok(session)) = &mut reply {
                session.place = Some(PlaceKept {
                    body: serde_json::to_value(place).ok(),
                    alone,
                });
            }
            if let Reply::Drafts(rows) = &mut reply {
                *rows = Ok(drafts.to_vec());
            }
            script.reply(ticket, reply);
        }
    }
    script
}

fn place() -> Place {
    Place {
        tab: "queue.mandate".into(),
        case: Some(CaseId(4)),
        row: 3,
        detail: true,
        scroll: 2,
        form: Some(Open {
            form: "action:add_note".into(),
            case: Some(CaseId(4)),
            draft: Some(Uuid::from_u128(1)),
        }),
        ..Place::default()
    }
}

/// The filter of the list and the marks in it come back too; a mark of a case that left is said.
#[test]
fn filter_and_marks_come_back_with_the_place() {
    let mut script = Script::new(120, 32);
    script
        .keys("F")
        .text("state:blocked_contact_due")
        .keys("enter");
    script.answer_all();
    script.keys("space space");
    let kept = loket::desk::place::of(&script.model).unwrap();
    assert_eq!(kept.filter, "state:blocked_contact_due");
    assert_eq!(kept.marks, [CaseId(1), CaseId(2)]);
    let script = back(&kept, true, &[]);
    let inbox = script.model.desk.inbox().unwrap();
    assert_eq!(inbox.filter.to_string(), kept.filter);
    assert_eq!(inbox.rows.len(), 3, "it was asked for with its filter");
    let marks: Vec<CaseId> = inbox.marks.iter().copied().collect();
    assert_eq!(marks, kept.marks);
    assert!(script.screen().contains("2 marked"), "{}", script.screen());
    // another console of the agent has the marks
    assert!(back(&kept, false, &[]).model.desk.marks().is_empty());
    // what is not in the list any more is not marked, and that is said
    let more = Place {
        marks: vec![CaseId(1), CaseId(99)],
        ..kept.clone()
    };
    let script = back(&more, true, &[]);
    assert_eq!(script.model.desk.marks().len(), 1);
    assert!(
        script
            .screen()
            .contains("1 of the cases that you had marked")
    );
    // a line that this console does not understand shows all
    let odd = Place {
        filter: "colour:blue".into(),
        ..Place {
            marks: vec![],
            ..kept
        }
    };
    let script = back(&odd, true, &[]);
    assert!(script.model.desk.inbox().unwrap().filter.is_empty());
}

#[test]
fn a_place_stays_a_small_row() {
    let mut script = Script::new(120, 32);
    let most = i64::try_from(loket::desk::place::MARKS).unwrap();
    let inbox = &mut script.model.desk.tabs[1];
    inbox.marks = (0..most).map(|n| CaseId(9_000_000_000 + n)).collect();
    let kept = loket::desk::place::of(&script.model).unwrap();
    assert_eq!(kept.marks.len(), loket::desk::place::MARKS);
    let size = serde_json::to_string(&kept).unwrap().len();
    assert!(
        size < 8_192 - 1_600,
        "{size} with the longest line of a filter"
    );
    script.model.desk.tabs[1].marks.insert(CaseId(1));
    let kept = loket::desk::place::of(&script.model).unwrap();
    assert!(kept.marks.is_empty(), "none rather than some");
}

#[test]
fn a_console_that_dropped_comes_back_where_it_was() {
    let mine = kept(1, "action:add_note", Some(4), "half a note");
    let mut script = back(&place(), true, std::slice::from_ref(&mine));
    assert_eq!(script.model.desk.case(), Some(CaseId(4)));
    assert_eq!(script.model.desk.page, Page::Detail);
    assert_eq!(script.model.desk.scroll, 2);
    let state = form(&script);
    assert_eq!(
        (state.draft, state.entries[0].raw()),
        (mine.draft_id, "half a note")
    );
    assert_eq!(state.entries[0].cursor(), 4);
    assert_eq!(
        Some(state.command),
        mine.command,
        "the same command, at most once"
    );
    script.text("X");
    assert_eq!(form(&script).entries[0].raw(), "halfX a note");
    // another console of the agent has it open: shown, not opened
    let script = back(&place(), false, &[mine]);
    assert!(script.model.layers.is_empty());
    assert_eq!(script.model.desk.case(), Some(CaseId(4)));
    assert!(
        script.screen().contains("unfinished 1"),
        "{}",
        script.screen()
    );
    // it was written meanwhile: nothing to open
    assert!(back(&place(), true, &[]).model.layers.is_empty());
    // a place that nobody understands is where everybody starts
    let odd = Place {
        tab: "queue.gone".into(),
        ..place()
    };
    assert_eq!(back(&odd, true, &[]).model.desk.page, Page::List);
}

#[test]
fn a_place_is_kept_a_moment_after_it_changed_and_not_per_key() {
    let mut script = Script::new(120, 32);
    let places = |script: &mut Script| -> Vec<(Ticket, Place)> {
        let effects = script.take().into_iter();
        let places = effects.filter_map(|effect| match effect {
            Effect::Save(ticket, save) => match *save {
                Save::Place(place) => Some((ticket, serde_json::from_value(place).unwrap())),
                _ => None,
            },
            _ => None,
        });
        places.collect()
    };
    pass(&mut script, 5_000);
    for (ticket, _) in places(&mut script) {
        script.reply(ticket, Reply::Placed(Ok(())));
    }
    script.keys("j j");
    assert_eq!(places(&mut script), []);
    pass(&mut script, 1_000);
    script.keys("j");
    pass(&mut script, 1_000);
    let (_, place) = places(&mut script).remove(0);
    assert_eq!((place.row, place.case), (3, Some(CaseId(4))));
}

#[test]
fn unfinished_forms_are_listed_read_taken_up_and_thrown_away() {
    let note = kept(1, "action:add_note", Some(4), "half a note");
    let mut other = kept(2, "open:doubt", None, "the opening");
    other.body.answers = vec![("summary".into(), "the opening".into())];
    let gone = kept(3, "action:no_such_action", Some(5), "text of an old form");
    let nowhere = Place {
        form: None,
        scroll: 0,
        ..place()
    };
    let mut script = back(&nowhere, true, &[note, other, gone]);
    assert!(
        script.screen().contains("Unfinished here: "),
        "{}",
        script.screen()
    );
    script.keys("D");
    let screen = script.screen();
    assert!(screen.contains("GT-2026-000401"), "{screen}");
    assert!(screen.contains("half a note"), "{screen}");
    script.keys("G");
    assert!(script.screen().contains("text of an old form"));
    script.keys("ctrl-x");
    assert_eq!(script.model.world.drafts.mine().count(), 3, "asked first");
    script.keys("ctrl-x");
    assert_eq!(script.model.world.drafts.mine().count(), 2);
    script.keys("g g enter");
    assert_eq!(form(&script).draft, Uuid::from_u128(1));
    assert_eq!(script.model.desk.case(), Some(CaseId(4)));
}

#[test]
fn a_form_that_is_no_more_still_shows_what_was_typed() {
    let gone = kept(3, "action:no_such_action", Some(4), "text of an old form");
    let nowhere = Place {
        form: None,
        scroll: 0,
        ..place()
    };
    let mut script = back(&nowhere, true, &[gone]);
    script.keys("D enter");
    script.answer_all();
    let screen = script.screen();
    assert!(screen.contains("text of an old form"), "{screen}");
}

/// The next holder takes a copy: a draft of his own; the original is not touched.
#[test]
fn what_a_colleague_left_is_copied() {
    let mut script = Script::new(120, 32);
    let mut left = loaded(CaseId(2));
    left.detail.drafts = vec![DraftRow {
        owner: Some("Joost Bakker".into()),
        shared: true,
        ..kept(9, "action:add_note", Some(2), "asked for the proof")
    }];
    script.keys("j");
    script.rest();
    script.take();
    let now = script.now;
    let Effect::Ask(ticket, _) = script.model.world.ask_detail(CaseId(2), now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(left))));
    let screen = script.screen();
    assert!(screen.contains("Joost Bakker left unfinished"), "{screen}");
    script.keys("D").take();
    assert!(script.screen().contains("asked for the proof"));
    script.keys("ctrl-x ctrl-x enter");
    assert_eq!(form(&script).entries[0].raw(), "asked for the proof");
    pass(&mut script, 700);
    let (_, copy) = saves(&mut script).remove(0);
    assert_ne!(copy.draft_id, Uuid::from_u128(9));
    assert_eq!((text(&copy), copy.base), ("asked for the proof", 0));
}

#[test]
fn handing_over_asks_about_drafts_only_when_there_are_some() {
    let keys = |script: &Script| -> Vec<String> {
        let entries = form(script).entries.iter();
        entries.map(|entry| entry.key.clone()).collect()
    };
    let mut script = Script::new(100, 30);
    script.keys("j h");
    script.answer_all();
    assert_eq!(keys(&script), ["to", "line"]);
    let mut script = typing();
    script.keys("esc h");
    script.answer_all();
    assert_eq!(keys(&script), ["to", "line", "drafts"]);
    script
        .keys("1 tab")
        .text("go on")
        .keys("tab 1 ctrl-s enter");
    let (_, call) = script.writes().remove(0);
    assert!(
        matches!(
            call,
            Call::HandOver {
                along: Along::Drafts,
                ..
            }
        ),
        "{call:?}"
    );
}

/// The lease is gone while one types: the text stays, it is said how that came and who has the case.
#[test]
fn a_case_that_is_taken_over_while_typing_leaves_the_text() {
    let mut script = Script::new(120, 40);
    script.keys("j enter 1");
    script.answer_all();
    assert_eq!(form(&script).stage, Stage::Edit);
    let field = form(&script)
        .entries
        .iter()
        .position(|entry| entry.key == "contact_other");
    for _ in form(&script).at..field.unwrap() {
        script.keys("tab");
    }
    script.text("switchboard").take();
    script.model.world.leases.clear();
    let mut taken = loaded(CaseId(2));
    taken.detail.lease = None;
    taken.detail.row.version += 1;
    taken.detail.row.work = WorkState::Held;
    taken.detail.row.holder = Some("Joost Bakker".into());
    taken.detail.row.holder_id = Some(2);
    let event = TimelineRow {
        kind: "reassigned".into(),
        agent: Some("Mieke Smit".into()),
        agent_id: Some(9),
        at: script.now,
        ..taken.timeline.remove(0)
    };
    taken.timeline.insert(0, event);
    let now: DateTime<Utc> = script.now;
    let Effect::Ask(ticket, _) = script.model.world.ask_detail(CaseId(2), now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(taken))));
    let screen = script.screen();
    assert!(
        screen.contains("Joost Bakker has this case since"),
        "{screen}"
    );
    assert!(
        screen.contains("Mieke Smit gave the case to somebody else"),
        "{screen}"
    );
    assert!(screen.contains("switchboard"), "{screen}");
}
