//! The chooser of meters with the EAN code book and the address service beside the registers.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question, Reply, Slot};
use loket::desk::form::Ask;
use loket::desk::request::found::{AtAddress, Away, Bare};
use loket::desk::screen::form::Stage;
use loket::desk::{Effect, Msg};
use loket::process::engine::Refusal;
use loket::process::field::Value;
use loket::store::StoreError;

use crate::process_world::EAN;
use crate::support::desk::{Script, form};
use crate::support::found;
use crate::support::request::{Request, act_unanswered, desk, meters};

fn away() -> Away {
    Away {
        source: "code_book",
        key: "slow",
        args: Vec::new(),
    }
}

fn bare(operator: &str, ours: bool) -> Bare {
    Bare {
        ean: EAN.into(),
        is_valid: true,
        operator: operator.into(),
        ours,
        address: String::new(),
    }
}

fn begin(request: &Request, action: &str, found: AtAddress) -> Script {
    let mut script = desk(&request.loaded(), 80, 40);
    act_unanswered(&mut script, action);
    meters(&mut script, Ok(found));
    script
}

fn registers(numbers: &[&str]) -> AtAddress {
    AtAddress {
        exact: true,
        meters: numbers.iter().map(|it| found::meter(it)).collect(),
        ..AtAddress::default()
    }
}

fn kind(script: &Script, key: &str) -> &'static str {
    let entry = form(script).entries.iter().find(|entry| entry.key == key);
    match entry.map(|entry| &entry.ask) {
        None => "not asked",
        Some(Ask::Choice(..)) => "chosen",
        Some(_) => "typed",
    }
}

/// The answers of a write of this form.
fn written(script: &mut Script, keys: &[&str]) -> Vec<Option<String>> {
    script.keys("ctrl-s enter");
    match script.writes().pop() {
        Some((_, Call::Apply { change, .. })) => {
            let of = |key: &&str| change.answers.get(*key).and_then(Value::as_code);
            keys.iter().map(|key| of(key).map(str::to_owned)).collect()
        }
        other => panic!("{other:?}\n{}", script.screen()),
    }
}

/// PRIO-05: a code book that is away says so and is asked again, by key and by itself; the meters of
/// the registers are there all the same.
#[test]
fn prio_05_the_registers_answer_while_the_code_book_is_away() {
    let silent = AtAddress {
        away: vec![away()],
        ..registers(&["E0012345"])
    };
    let mut script = begin(&Request::to_address(), "Search the address", silent.clone());
    let screen = script.screen();
    for said in ["E0012345", "code book does not answer", "in time", "f5"] {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    script.keys("f5");
    meters(&mut script, Ok(silent));
    script.now += TimeDelta::seconds(16);
    script.send(Msg::Wake);
    meters(&mut script, Ok(registers(&["E0012345"])));
    let screen = script.screen();
    assert!(!screen.contains("does not answer"), "{screen}");
}

/// PRIO-05, PRIO-20: who does not answer may know of a meter: the search does not end here.
#[test]
fn prio_20_nothing_found_while_the_code_book_is_away_is_no_dead_end() {
    let silent = AtAddress {
        away: vec![away()],
        ..registers(&[])
    };
    let mut script = begin(&Request::to_address(), "Search the address", silent);
    script.keys("tab tab 1 ctrl-s enter");
    match script.writes().pop() {
        Some((_, Call::Apply { change, .. })) => assert_eq!(change.to, "draft_meter"),
        other => panic!("{other:?}\n{}", script.screen()),
    }
}

/// PRIO-20: an address without meters names the houses that there are.
#[test]
fn prio_20_the_houses_that_there_are_are_named() {
    let nobody = AtAddress {
        houses: Some(vec!["106A".into(), "106B".into()]),
        ..registers(&[])
    };
    let script = begin(&Request::to_address(), "Search the address", nobody);
    let screen = script.screen();
    assert!(screen.contains("106A, 106B"), "{screen}");
    let nowhere = AtAddress {
        houses: Some(Vec::new()),
        ..registers(&[])
    };
    let script = begin(&Request::to_address(), "Search the address", nowhere);
    let screen = script.screen();
    assert!(screen.contains("no number 106"), "{screen}");
}

/// PRIO-20, PRIO-27: a connection of which no register has a meter is chosen, and the number on the
/// meter is typed; another grid is named with its operator.
#[test]
fn prio_27_a_connection_of_the_code_book_alone_names_its_operator() {
    let found = AtAddress {
        exact: true,
        bare: vec![bare("Buurnet", false)],
        ..AtAddress::default()
    };
    let search = begin(&Request::to_address(), "Search the address", found.clone());
    let screen = search.screen();
    assert!(
        screen.contains("Buurnet") && screen.contains(EAN),
        "{screen}"
    );
    let mut script = begin(&Request::to_meter(), "Choose the meter", found);
    assert_eq!(
        (kind(&script, "ean"), kind(&script, "meter_no")),
        ("chosen", "typed")
    );
    let screen = script.screen();
    assert!(screen.contains("that of Buurnet"), "{screen}");
    script.text("M77");
    let given = written(&mut script, &["ean", "meter_no"]);
    assert_eq!(given, [Some(EAN.to_owned()), Some("M77".to_owned())]);
}

/// PRIO-20: beside meters that can be chosen, a connection without one is named.
#[test]
fn prio_20_a_connection_without_a_meter_is_named_beside_the_others() {
    let found = AtAddress {
        bare: vec![bare("Buurnet", false)],
        ..registers(&["E0012345"])
    };
    let script = begin(&Request::to_meter(), "Choose the meter", found);
    let screen = script.screen();
    assert!(screen.contains("(*) E0012345"), "{screen}");
    assert!(
        screen.contains("Buurnet") && screen.contains("meter not known"),
        "{screen}"
    );
}

/// PRIO-21: whoever types the meter while nobody answers goes on typing when the answer comes.
#[test]
fn prio_21_a_meter_that_is_being_typed_stays_typed() {
    let loaded = Request::to_meter().loaded();
    let mut script = desk(&loaded, 80, 40);
    act_unanswered(&mut script, "Choose the meter");
    let refused = StoreError::Refused(Refusal::new("case_not_found"));
    meters(&mut script, Err(refused));
    assert_eq!(kind(&script, "meter_no"), "typed");
    while form(&script).entries[form(&script).at].key != "meter_no" {
        script.keys("tab");
    }
    script.text("E00");
    script.now += TimeDelta::seconds(16);
    script.send(Msg::Wake);
    meters(&mut script, Ok(registers(&["E0012345", "E0067890"])));
    assert_eq!(kind(&script, "meter_no"), "typed");
    let screen = script.screen();
    assert!(
        screen.contains("E0012345"),
        "what is there is said\n{screen}"
    );
    script.text("6");
    let entry = form(&script).entries.iter().find(|it| it.key == "meter_no");
    assert_eq!(entry.unwrap().raw(), "E006");
}

/// A review that is asked for before the calendars are read says so, and comes by itself.
#[test]
fn a_review_that_is_asked_for_too_early_comes_by_itself() {
    let loaded = Request::to_address().loaded();
    let mut script = desk(&loaded, 80, 40);
    act_unanswered(&mut script, "Search the address");
    meters(&mut script, Ok(registers(&["E0012345"])));
    let known = script.model.world.calendars.take();
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Edit);
    let screen = script.screen();
    assert!(screen.contains("Not everything is read yet"), "{screen}");
    let world = &mut script.model.world;
    let asked = world.ask(Slot::Calendars, Question::Calendars, script.now);
    let Effect::Ask(ticket, _) = asked else {
        panic!("{asked:?}");
    };
    script.reply(ticket, Reply::Calendars(Ok(known.unwrap())));
    assert_eq!(form(&script).stage, Stage::Review, "{}", script.screen());
}
