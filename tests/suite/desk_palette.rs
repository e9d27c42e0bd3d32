//! The palette and sequences of keys: any command by its name, what it takes, why it is not possible
//! now, what was said before, and what can follow a key.

use loket::desk::command::{COMMANDS, Context, Id};
use loket::desk::effect::{Question, Slot};
use loket::desk::palette::entries;
use loket::desk::place::{self, Place};
use loket::desk::screen::Layer;
use loket::desk::screen::desk::Page;
use loket::desk::{Effect, Msg, Reply, next_wake};
use loket::store::rows::{CaseId, PlaceKept, SearchHit};

use crate::support::desk::{Script, read, rows};

fn open() -> Script {
    let mut script = Script::new(120, 40);
    script.keys(":");
    script
}

/// The commands listed, the best first.
fn listed(script: &Script) -> Vec<&'static str> {
    let all = entries(&script.model).into_iter();
    all.map(|entry| entry.command.name).collect()
}

fn is_closed(script: &Script) -> bool {
    script.model.palette.is_none()
}

fn contexts() -> [(&'static str, Context); 6] {
    [
        ("", Context::List),
        ("j tab", Context::Detail),
        ("j enter", Context::Actions),
        ("d", Context::Ledger),
        ("b", Context::Board),
        ("D", Context::Unfinished),
    ]
}

/// What is not in the palette is in the keymap, and the other way round: nothing is out of reach.
#[test]
fn the_palette_lists_every_command_of_the_screen_below() {
    for (keys, context) in contexts() {
        let mut script = Script::new(120, 40);
        for key in keys.split_whitespace() {
            script.keys(key);
            script.answer_all();
        }
        assert_eq!(script.model.context(), context);
        script.keys(":");
        assert_eq!(script.model.context(), Context::Palette);
        let mut wanted: Vec<&str> = COMMANDS
            .iter()
            .filter(|command| command.contexts.contains(&context) && command.is_spoken())
            .map(|command| command.name)
            .collect();
        let mut there = listed(&script);
        wanted.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, wanted, "{}", context.key());
        script.keys("esc");
        assert_eq!(script.model.context(), context, "back to the same place");
    }
}

#[test]
fn a_command_shows_its_key_or_why_it_is_not_possible_now() {
    let mut script = open();
    script.text("release");
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains("> release"));
    let line = line.unwrap_or_else(|| panic!("{screen}"));
    assert!(
        line.contains("not now: You do not hold this case."),
        "{line}"
    );
    script.keys("enter");
    assert!(!is_closed(&script), "it stays, with the reason");
    assert_eq!(script.take(), []);
    let said = script.model.palette.as_ref().unwrap().problem.clone();
    assert!(said.unwrap().starts_with("You do not hold"));
    script.keys("ctrl-u").text("claim");
    let screen = script.screen();
    let line = screen
        .lines()
        .find(|line| line.contains("> claim"))
        .unwrap();
    assert!(
        line.contains(" c ") && line.contains("Takes this case"),
        "{line}"
    );
    script.keys("enter");
    assert!(is_closed(&script));
    assert_eq!(script.writes().len(), 1, "it was done");
}

#[test]
fn names_are_found_by_a_few_letters_whatever_their_case_and_accents() {
    for (typed, name) in [
        ("tkovr", "take_over"),
        ("take_over", "take_over"),
        ("HÁND", "hand_over"),
        ("thëmé", "theme"),
        ("postcode", "search"),
    ] {
        let mut script = open();
        script.text(typed);
        assert_eq!(listed(&script).first(), Some(&name), "{typed}");
    }
    let mut script = open();
    script.text("xyzzy").keys("enter");
    assert!(!is_closed(&script));
    assert!(script.screen().contains("No command here is called that."));
}

#[test]
fn what_is_typed_in_the_palette_is_text_and_no_command() {
    let mut script = open();
    script.text("nnxq");
    assert_eq!(script.take(), []);
    assert_eq!(script.model.palette.as_ref().unwrap().editor.text(), "nnxq");
    script.send(Msg::Input(loket::desk::key::Input::Paste(
        "\u{1b}[2Jx\ny".into(),
    )));
    assert_eq!(
        script.model.palette.as_ref().unwrap().editor.text(),
        "nnxqx y"
    );
}

#[test]
fn the_language_changes_at_once() {
    let mut script = open();
    script.text("lang nl").keys("enter");
    assert_eq!(script.model.world.texts.lang(), "nl");
    assert!(script.screen().contains("hulp"));
    script.keys(":").text("taal en").keys("enter");
    assert_eq!(script.model.world.texts.lang(), "en");
}

#[test]
fn the_theme_changes_at_once_and_an_unknown_one_does_not() {
    let mut script = open();
    script.model.themes = ["default", "light", "mono"].map(String::from).to_vec();
    script.text("theme");
    script.keys("enter");
    assert!(!is_closed(&script), "which one?");
    script.text("lig").keys("enter");
    assert_eq!(script.take(), [Effect::Theme(String::from("light"))]);
    assert_eq!(script.model.theme, "light");
    script.keys(":").text("theme rose").keys("enter");
    assert!(!is_closed(&script));
    assert_eq!(script.take(), []);
}

/// The mouse is switched while one works, and one is told whose it is.
#[test]
fn the_mouse_is_taken_and_given_back_by_name() {
    let mut script = open();
    assert!(!script.model.habits.mouse, "off unless asked for");
    script.text("mouse").keys("enter");
    assert_eq!(script.take(), [Effect::Mouse(true)]);
    assert!(script.screen().contains("shift"), "{}", script.screen());
    script.keys(":").text("mouse").keys("enter");
    assert_eq!(script.take(), [Effect::Mouse(false)]);
}

#[test]
fn a_filter_is_set_and_a_wrong_one_stays_to_be_mended() {
    let mut script = open();
    script.text("filter state:nowhere").keys("enter");
    assert!(!is_closed(&script));
    let problem = script.model.palette.as_ref().unwrap().problem.clone();
    assert!(problem.unwrap().contains("nowhere"));
    script
        .keys("ctrl-w")
        .text("state:unblock_due")
        .keys("enter");
    assert!(is_closed(&script));
    let filter = script.model.desk.inbox().unwrap().filter.to_string();
    assert_eq!(filter, "state:unblock_due");
    script.answer_all();
    script.keys(":").text("filter").keys("enter");
    assert!(matches!(script.model.layers.last(), Some(Layer::Filter(_))));
}

#[test]
fn a_case_is_gone_to_by_its_number() {
    let mut script = open();
    script.text("case gt-2026-000403").keys("enter");
    assert_eq!(script.model.current_case(), Some(CaseId(6)));
    assert_eq!(script.model.desk.page, Page::Detail);
    script.answer_all();
    script
        .keys("esc :")
        .text("case GT-2020-000001")
        .keys("enter");
    let asked = script.take();
    let [Effect::Ask(ticket, Question::Search(number))] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (ticket.slot, number.as_str()),
        (Slot::ByNumber, "GT-2020-000001")
    );
    let before = script.model.current_case();
    let ticket = *ticket;
    script.reply(ticket, Reply::Search(Ok(vec![])));
    assert_eq!(script.model.current_case(), before);
    assert!(
        script
            .screen()
            .contains("No case of yours has that number.")
    );
    script.keys(":").text("case GT-2026-9").keys("enter");
    let asked = script.take();
    let [Effect::Ask(ticket, _)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    let hit = |row: usize, how: &str| SearchHit {
        row: rows().remove(row),
        how: how.into(),
    };
    let hits = vec![hit(1, "reference"), hit(4, "case_no")];
    let ticket = *ticket;
    script.reply(ticket, Reply::Search(Ok(hits)));
    assert_eq!(script.model.current_case(), Some(CaseId(5)));
}

/// What is typed behind the number of a case that is not on the screen waits for that case: a note
/// is never begun on the one that stood there before.
#[test]
fn keys_behind_a_number_wait_for_its_case() {
    let mut script = open();
    script.text("case GT-2020-000001").keys("enter t");
    let asked = script.take();
    let [Effect::Ask(ticket, _)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert!(script.model.layers.is_empty(), "no form yet");
    let hit = SearchHit {
        row: rows().remove(4),
        how: "case_no".into(),
    };
    let ticket = *ticket;
    script.reply(ticket, Reply::Search(Ok(vec![hit])));
    let Some(Layer::Form(form)) = script.model.layers.last() else {
        panic!("no form");
    };
    assert_eq!(form.subject.case(), Some(CaseId(5)));
}

/// A click goes to nothing that lies under the palette.
#[test]
fn a_click_does_not_go_through_the_palette() {
    use loket::desk::key::{Input, Mouse, Place};
    let mut script = open();
    let before = script.model.current_case();
    let click = Mouse::Click(Place { column: 10, row: 6 });
    script.send(loket::desk::Msg::Input(Input::Mouse(click)));
    assert_eq!(script.model.current_case(), before);
    script.keys("esc");
    script.send(loket::desk::Msg::Input(Input::Mouse(click)));
    assert_ne!(script.model.current_case(), before);
}

#[test]
fn the_queue_of_a_number_and_a_search_are_said_too() {
    let mut script = Script::new(120, 40);
    script.keys("m :");
    assert_eq!(script.model.desk.at, 0);
    script.text("tab mand").keys("enter");
    assert_eq!(script.model.desk.at, 1);
    script.answer_all();
    script.keys(":").text("search jansen").keys("enter");
    let Some(Layer::Search(search)) = script.model.layers.last() else {
        panic!("no search");
    };
    assert_eq!(search.editor.text(), "jansen");
}

/// What was said comes back with ctrl-p, also on the next console; names of people do not.
#[test]
fn what_was_said_is_kept_with_the_place_apart_from_names() {
    let mut script = open();
    script.text("lang nl").keys("enter :");
    script.text("search jansen").keys("enter esc :");
    script.text("lang en").keys("enter : ctrl-p");
    let line = |script: &Script| {
        script
            .model
            .palette
            .as_ref()
            .unwrap()
            .editor
            .text()
            .to_owned()
    };
    assert_eq!(line(&script), "lang en");
    script.keys("ctrl-p");
    assert_eq!(line(&script), "search jansen");
    script.keys("ctrl-p ctrl-p ctrl-p ctrl-n");
    assert_eq!(line(&script), "search jansen");
    script.keys("ctrl-n ctrl-n");
    assert_eq!(line(&script), "");
    let place = place::of(&script.model).unwrap();
    assert_eq!(place.spoken, ["lang nl", "lang en"]);

    let mut next = Script::bare(120, 40);
    come_back(&mut next, &place);
    next.keys(": ctrl-p");
    assert_eq!(line(&next), "lang en");
}

fn come_back(script: &mut Script, place: &Place) {
    for _ in 0..4 {
        for effect in script.take() {
            let Effect::Ask(ticket, question) = effect else {
                continue;
            };
            let mut reply = read(&question, script.now);
            if let Reply::Session(Ok(session)) = &mut reply {
                session.place = Some(PlaceKept {
                    body: serde_json::to_value(place).ok(),
                    alone: true,
                });
            }
            script.reply(ticket, reply);
        }
    }
}

/// Where text is typed the colon is text, so that a note may have one.
#[test]
fn a_colon_in_a_form_is_a_colon() {
    let mut script = Script::new(120, 40);
    script.keys("t");
    script.answer_all();
    script.text("a:b");
    assert!(is_closed(&script));
    assert!(script.screen().contains("a:b"));
}

#[test]
fn a_sequence_calls_its_command_and_shows_what_can_follow_after_a_moment() {
    let mut script = Script::new(120, 40);
    script.keys("G");
    script.rest();
    script.answer_all();
    script.keys("g");
    assert_eq!(
        script.model.desk.inbox().unwrap().cursor,
        6,
        "g alone is nothing yet"
    );
    assert!(!script.screen().contains("g and then"));
    let due = script.model.chord.as_ref().unwrap().shown_at();
    assert_eq!(next_wake(&script.model, script.now), Some(due));
    script.now = due;
    script.send(Msg::Wake);
    let screen = script.screen();
    assert!(screen.contains("g and then"), "{screen}");
    assert!(
        screen.contains("g  first") && screen.contains("m  mine"),
        "{screen}"
    );
    script.keys("g");
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 0);
    assert!(!script.screen().contains("g and then"));
    script.keys("g m");
    assert_eq!(script.model.desk.at, 0, "my own cases");
}

/// Escape ends a sequence and does nothing else; a key that does not follow is said.
#[test]
fn a_sequence_that_there_is_not_does_nothing() {
    let mut script = Script::new(120, 40);
    script.keys("j j g esc");
    assert!(script.model.chord.is_none());
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 2);
    script.keys("g x");
    assert_eq!(script.writes(), []);
    assert!(script.screen().contains("The keys g x mean nothing here."));
    script.keys("k");
    assert_eq!(
        script.model.desk.inbox().unwrap().cursor,
        1,
        "the next key means itself"
    );
}

/// A sequence belongs to the screen on which it was begun.
#[test]
fn a_sequence_does_not_go_on_on_another_screen() {
    let mut script = Script::new(120, 40);
    script.keys("g");
    script.model.layers.push(Layer::Quit);
    script.keys("m");
    assert!(script.model.chord.is_none());
    script.model.layers.clear();
    assert_eq!(script.model.desk.at, 1);
}

#[test]
fn every_context_of_the_palette_has_its_key() {
    let script = Script::new(80, 24);
    let palette = COMMANDS.iter().find(|it| it.id == Id::Palette).unwrap();
    for context in Context::ALL {
        let keys = script.model.keymap.keys_in(palette, context).count();
        let is_there = palette.contexts.contains(&context);
        assert!(!is_there || keys > 0, "{}", context.key());
        assert!(!(is_there && context.takes_text()), "{}", context.key());
    }
}
