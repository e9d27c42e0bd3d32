//! Forms: what is said at a field, when, and what the keys do there.

use loket::desk::Effect;
use loket::desk::effect::{FileError, Question, Reply};
use loket::desk::form::Pick;
use loket::desk::form::suggest::Among;
use loket::desk::screen::form::Stage;

use crate::support::desk::{Script, form};

fn raw<'a>(script: &'a Script, key: &str) -> &'a str {
    let entry = form(script).entries.iter().find(|entry| entry.key == key);
    entry.unwrap().raw()
}

fn here(script: &Script) -> &str {
    &form(script).entries[form(script).at].key
}

#[test]
fn a_wrong_answer_is_told_when_its_field_is_left() {
    for key in ["tab", "enter", "down"] {
        let mut script = Script::new(80, 40);
        script.keys("o 1").text("123");
        assert!(
            !script.screen().contains("no valid EAN"),
            "not while typing"
        );
        script.keys(key);
        let screen = script.screen();
        assert!(screen.contains("no valid EAN"), "{key}\n{screen}");
        let wrong = screen.lines().find(|line| line.contains("Not right yet:"));
        assert!(wrong.expect(&screen).contains("EAN"), "{screen}");
        assert!(screen.contains("Still needed:"), "{screen}");
    }
}

#[test]
fn a_contact_is_chosen_beforehand_with_its_telephone() {
    let mut script = Script::new(80, 40);
    script.keys("enter 1");
    assert_eq!(
        (raw(&script, "channel"), raw(&script, "contact")),
        ("email", "31")
    );
    let screen = script.screen();
    assert!(screen.contains("+31200000000"), "{screen}");
    let line = |name: &str| screen.lines().find(|line| line.contains(name)).unwrap();
    assert!(line("contact of the party").contains('*'), "{screen}");
    assert!(!line("another contact").contains('*'), "{screen}");
}

/// GT-27: with nobody in the contact group the one who was reached must be named.
#[test]
fn another_contact_takes_the_place_of_the_chosen_one() {
    let mut script = Script::new(80, 40);
    script.keys("enter 1 tab tab");
    assert_eq!(here(&script), "contact_other");
    script.text("switchboard");
    assert_eq!(raw(&script, "contact"), "");
    script.keys("ctrl-u");
    let screen = script.screen();
    assert!(
        screen.contains("Still needed: contact of the party"),
        "{screen}"
    );
}

fn pick((gln, name): &(&str, &str)) -> Pick {
    Pick {
        raw: (*gln).into(),
        label: format!("{gln} {name}"),
    }
}

/// The form of an opening with the cursor in the party and these suggestions.
fn looking_up(names: &[(&str, &str)]) -> Script {
    let mut script = Script::new(80, 40);
    script.keys("o 1");
    while here(&script) != "party_gln" {
        script.keys("tab");
    }
    script.take();
    script.text("duin");
    let asked = script.take().pop();
    let Some(Effect::Ask(ticket, Question::Like(Among::Parties, text))) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(text, "duin");
    let parties = names.iter().map(pick).collect();
    script.reply(ticket, Reply::Like(Among::Parties, Ok(parties)));
    script
}

const DUINEN: [(&str, &str); 2] = [
    ("8712423010208", "Duinstroom"),
    ("8714252018141", "Duinzicht"),
];

#[test]
fn suggested_parties_are_chosen_with_arrows_and_taken_with_enter_or_tab() {
    for (keys, taken) in [
        ("enter", 0),
        ("tab", 0),
        ("down tab", 1),
        ("down up enter", 0),
    ] {
        let mut script = looking_up(&DUINEN);
        assert!(script.screen().contains("Duinzicht"));
        script.keys(keys);
        assert_eq!(raw(&script, "party_gln"), DUINEN[taken].0, "{keys}");
        assert_ne!(here(&script), "party_gln", "{keys} goes on");
        assert!(!script.screen().contains("Duinzicht"), "{keys}");
    }
}

/// PRIO-16: the customer of a request is looked for by what somebody on the telephone can say.
#[test]
fn prio_16_a_customer_is_looked_for_and_chosen() {
    let mut script = Script::new(80, 40);
    script.keys("o 1");
    while here(&script) != "customer_ref" {
        script.keys("tab");
    }
    script.take();
    script.text("5226hp 7");
    let asked = script.take().pop();
    let Some(Effect::Ask(ticket, Question::Like(Among::Customers, text))) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(text, "5226hp 7");
    let found = vec![pick(&("NL0000007", "Roos Langevoort"))];
    script.reply(ticket, Reply::Like(Among::Customers, Ok(found)));
    assert!(script.screen().contains("Roos Langevoort"));
    script.keys("enter");
    assert_eq!(raw(&script, "customer_ref"), "NL0000007");
}

/// PRIO-16: an address said in one breath is looked for as well, a reference is an answer; and who is
/// found by nothing is asked for the reference.
#[test]
fn prio_16_an_address_without_a_gap_is_looked_for() {
    for (typed, is_asked) in [("5226hp7", true), ("5226hp", false), ("NL0000007", false)] {
        let mut script = Script::new(80, 40);
        script.keys("o 1");
        while here(&script) != "customer_ref" {
            script.keys("tab");
        }
        script.take();
        script.text(typed);
        let asked = script.take().pop();
        let is_like = matches!(
            asked,
            Some(Effect::Ask(_, Question::Like(Among::Customers, _)))
        );
        assert_eq!(is_like, is_asked, "{typed}");
    }
}

#[test]
fn suggestions_for_what_was_typed_before_vanish() {
    let mut script = looking_up(&DUINEN);
    script.text("z");
    assert!(!script.screen().contains("Duinstroom"));
    let Some(Effect::Ask(late, Question::Like(..))) = script.take().pop() else {
        panic!()
    };
    script.keys("ctrl-u");
    let late_ones = vec![pick(&DUINEN[1])];
    script.reply(late, Reply::Like(Among::Parties, Ok(late_ones)));
    assert!(!script.screen().contains("Duinzicht"), "too late");
}

#[test]
fn a_file_that_cannot_be_read_is_told_before_the_review() {
    let probe = |script: &mut Script| {
        let asked = script.take().into_iter().find_map(|effect| match effect {
            Effect::Probe(ticket, _) => Some(ticket),
            _ => None,
        });
        script.reply(asked.unwrap(), Reply::Probed(Some(FileError::Missing)));
    };
    let mut script = Script::new(80, 24);
    script.keys("f").text("/tmp/no.pdf").keys("tab");
    probe(&mut script);
    assert!(script.screen().contains("There is no such file"));
    script.keys("1 ctrl-s");
    assert_eq!((form(&script).stage, here(&script)), (Stage::Edit, "path"));
    let mut script = Script::new(80, 24);
    script.keys("f").text("/tmp/no.pdf").keys("tab 1");
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review);
    probe(&mut script);
    assert_eq!((form(&script).stage, here(&script)), (Stage::Edit, "path"));
}

#[test]
fn a_kept_draft_says_since_when_and_one_key_discards_it() {
    let mut script = Script::new(100, 24);
    script.keys("t").text("called").keys("esc");
    script.now += chrono::TimeDelta::minutes(5);
    script.keys("t");
    let screen = script.screen();
    assert!(screen.contains("your draft of 14:07"), "{screen}");
    assert!(screen.contains("ctrl-x discard"), "{screen}");
    script.keys("ctrl-x");
    assert_eq!(raw(&script, "note"), "");
    assert!(!script.model.has_unsaved());
    assert!(!script.screen().contains("your draft of"));
}

/// What is being typed is thrown away at once, as the key says; a slip of the finger is taken back.
#[test]
fn what_is_being_typed_is_discarded_and_comes_back_by_the_key_of_the_editor() {
    let mut script = Script::new(100, 24);
    script.keys("t ctrl-x");
    assert!(script.screen().contains("no draft"), "{}", script.screen());
    script.text("called her").keys("ctrl-x");
    assert_eq!(raw(&script, "note"), "");
    assert!(!script.model.has_unsaved());
    assert!(
        script.screen().contains("Thrown away"),
        "{}",
        script.screen()
    );
    script.keys("ctrl-y");
    assert_eq!(raw(&script, "note"), "called her");
    script.keys("esc");
    assert_eq!(
        script.model.world.drafts.mine().count(),
        1,
        "kept as any text"
    );
}

#[test]
fn a_long_note_is_read_whole_in_the_review() {
    let mut script = Script::new(80, 24);
    let words: Vec<String> = (1..=400).map(|n| format!("word{n:03}")).collect();
    script.keys("t").text(&words.join(" ")).keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review);
    let mut seen = String::new();
    for _ in 0..20 {
        let screen = script.screen();
        seen.push_str(&screen);
        if !screen.contains("more below, pgdn") {
            break;
        }
        script.keys("pgdn");
    }
    assert!(seen.contains("What will happen"), "{seen}");
    for word in words {
        assert!(seen.contains(&word), "{word} is never shown");
    }
}

#[test]
fn handing_over_offers_nobody_who_is_away() {
    let mut script = Script::new(80, 24);
    script.keys("j h");
    let away = script.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(ticket, Question::Colleagues) => Some(ticket),
        _ => None,
    });
    let colleague = |name: &str| loket::store::rows::Colleague {
        agent_id: 3,
        name: name.into(),
        role: loket::store::rows::Role::Agent,
        online: false,
        held: 0,
    };
    script.reply(
        away.unwrap(),
        Reply::Colleagues(Ok(vec![colleague("An Peeters")])),
    );
    let screen = script.screen();
    assert!(!screen.contains("An Peeters"), "{screen}");
    assert!(screen.contains("No colleague is there now"), "{screen}");
    assert!(screen.contains("the pool"), "{screen}");
}

#[test]
fn the_footer_says_arrows_in_words() {
    let mut script = Script::bare_in("nl", 120, 32);
    for _ in 0..2 {
        script.answer_all();
        script.rest();
    }
    script.keys("enter 1");
    let screen = script.screen();
    assert!(screen.contains("links/rechts kiezen"), "{screen}");
}

#[test]
fn the_search_opens_empty_and_enter_repeats_the_last_one() {
    let mut script = Script::new(80, 24);
    script.keys("/").text("5226HP").keys("esc").take();
    script.keys("/");
    assert!(script.screen().contains("Last time: 5226HP"));
    script.keys("enter");
    let asked = script.take().pop();
    assert!(
        matches!(&asked, Some(Effect::Ask(_, Question::Search(text))) if text == "5226HP"),
        "{asked:?}"
    );
}

/// The review is refused with how many fields stand against it, and the cursor leads to the first;
/// the next key takes the sentence away.
#[test]
fn a_refused_review_says_how_many_fields_are_wrong_and_leads_to_the_first() {
    let mut script = Script::new(80, 24);
    script.keys("j h");
    script.answer_all();
    script.keys("tab tab ctrl-s");
    let screen = script.screen();
    assert!(
        screen.contains("Not yet: 2 fields stand against it. The cursor is at the first, to whom."),
        "{screen}"
    );
    assert_eq!(here(&script), "to");
    script.keys("right");
    assert!(!script.screen().contains("Not yet"));
    script.keys("ctrl-s");
    let screen = script.screen();
    assert!(
        screen.contains("one field stands against it, one line for the next."),
        "{screen}"
    );
    assert_eq!(here(&script), "line");
    script.text("x");
    assert!(!script.screen().contains("Not yet"));
}

/// A refusal that is about no field is said again where the key was pressed.
#[test]
fn a_refusal_of_the_whole_is_said_when_the_review_is_asked_for() {
    let mut script = Script::new(80, 24);
    script.keys("j");
    script.rest();
    script.answer_all();
    let skip = loket::desk::route::Subject::Skip(loket::store::rows::CaseId(2));
    script.empty_handed();
    let state = loket::desk::screen::form::State::open(&mut script.model.world, skip, script.now);
    script
        .model
        .layers
        .push(loket::desk::screen::Layer::Form(Box::new(state)));
    script.keys("1 ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("Not yet: "), "{screen}");
}

/// A choice is answered by what it begins with, in any case; a word that begins none leaves what
/// was chosen before.
#[test]
fn a_choice_takes_the_first_letters_of_an_answer() {
    let mut script = Script::new(80, 24);
    script.keys("enter 1");
    script.answer_all();
    assert_eq!(
        (here(&script), raw(&script, "channel")),
        ("channel", "email")
    );
    script.text("tel");
    assert_eq!(raw(&script, "channel"), "phone");
    script.now += chrono::TimeDelta::seconds(2);
    script.text("Po");
    assert_eq!(raw(&script, "channel"), "portal");
    script.now += chrono::TimeDelta::seconds(2);
    script.text("late 1");
    assert_eq!(
        raw(&script, "channel"),
        "portal",
        "no answer begins like that"
    );
    assert!(script.screen().contains("Nothing was chosen"));
    script.now += chrono::TimeDelta::seconds(2);
    script.keys("1");
    assert_eq!(raw(&script, "channel"), "phone");
    assert!(form(&script).touched);
}

/// `!16:00 call` in the note of another action would be lost without a word.
#[test]
fn a_promise_in_the_note_of_an_action_is_told_to_be_none() {
    let mut script = Script::new(80, 24);
    script.keys("enter 1");
    script.answer_all();
    while here(&script) != "note" {
        script.keys("tab");
    }
    script.text("!soon");
    assert!(!script.screen().contains("a note of its own"));
    script.keys("ctrl-u").text("!16:00 call");
    let screen = script.screen();
    assert!(screen.contains("a note of its own"), "{screen}");
    script.keys("ctrl-s");
    assert!(!script.screen().contains("promise, today"), "none is made");
}

/// Among the unfinished forms answers are read as they were given: words, and names of contacts.
#[test]
fn an_unfinished_form_is_listed_in_words() {
    let mut script = Script::new(80, 24);
    script.keys("enter 1");
    script.answer_all();
    script.keys("1 esc esc");
    let contact = raw_of(&script, "contact");
    script.model.world.forget(loket::store::rows::CaseId(1));
    script.keys("D");
    assert!(!script.screen().contains(&format!(" {contact}\n")));
    script.answer_all();
    let screen = script.screen();
    let name = &script
        .model
        .world
        .case(loket::store::rows::CaseId(1))
        .unwrap();
    let name = &name.detail.party.as_ref().unwrap().contacts[0].name;
    assert!(
        screen.contains("telephone") && screen.contains(name),
        "{screen}"
    );
    assert!(!screen.contains(&format!(" {contact}\n")), "{screen}");
}

fn raw_of(script: &Script, key: &str) -> String {
    let mut drafts = script.model.world.drafts.mine();
    let answers = &drafts.next().unwrap().content.body.answers;
    answers.iter().find(|(of, _)| of == key).unwrap().1.clone()
}
