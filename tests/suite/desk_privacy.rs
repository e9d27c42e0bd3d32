//! Masked values at the desk: a purpose first, thirty seconds, then masked again without a key; what
//! is masked is never copied.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question};
use loket::desk::screen::Layer;
use loket::desk::screen::pick::What;
use loket::desk::{Effect, Msg, Reply, next_wake};
use loket::store::StoreError;
use loket::store::rows::{CaseId, UNMASK_PURPOSES, Unmasked};

use crate::support::desk::{Script, loaded, offline};

const PHONE: &str = "+31 6 4455 6677";
const EMAIL: &str = "roos@voorbeeld.example";
const CASE: CaseId = CaseId(1);

fn shown() -> Unmasked {
    Unmasked {
        case_id: CASE,
        phone: PHONE.into(),
        email: EMAIL.into(),
        texts: std::collections::BTreeMap::new(),
        left_ms: 30_000,
    }
}

/// The purpose was chosen and the database answers.
fn looked(script: &mut Script, answer: Result<Unmasked, StoreError>) {
    script.keys("U");
    assert!(
        script.screen().contains("which purpose"),
        "{}",
        script.screen()
    );
    script.keys("2");
    let (ticket, call) = script.writes().pop().unwrap();
    let expected = Call::Unmask {
        case: CASE,
        purpose: UNMASK_PURPOSES[1],
    };
    assert_eq!(call, expected);
    script.reply(ticket, Reply::Unmasked(answer));
}

fn shows(script: &Script) -> bool {
    script.screen().contains(PHONE) || script.screen().contains(EMAIL)
}

/// Decision 21: the time ends by itself, and the console wakes for it.
#[test]
fn what_is_unmasked_is_masked_again_after_thirty_seconds_without_a_key() {
    let mut script = Script::new(160, 48);
    assert!(!shows(&script));
    looked(&mut script, Ok(shown()));
    script.answer_all();
    assert!(shows(&script), "{}", script.screen());
    assert!(script.screen().contains("shown until"));
    let end = script.now + TimeDelta::seconds(30);
    for _ in 0..1_000 {
        let wake = next_wake(&script.model, script.now).unwrap();
        assert!(wake <= end, "the console sleeps past the end");
        script.now = wake;
        script.send(Msg::Wake);
        script.answer_all();
        if script.now >= end {
            break;
        }
        assert!(shows(&script), "{}", script.now);
    }
    assert_eq!(script.now, end);
    assert!(!shows(&script), "{}", script.screen());
    assert!(script.model.unmasked.is_none(), "nothing of it is kept");
}

#[test]
fn leaving_the_case_masks_it_at_once() {
    for way in ["j", "L", "G"] {
        let mut script = Script::new(160, 48);
        looked(&mut script, Ok(shown()));
        script.answer_all();
        script.keys(way);
        assert!(script.model.unmasked.is_none(), "{way}");
        assert!(!shows(&script), "{way}");
    }
}

#[test]
fn a_look_that_fails_says_why_and_shows_nothing() {
    let mut script = Script::new(120, 40);
    looked(&mut script, Err(offline()));
    assert!(!shows(&script));
    assert!(script.model.world.toasts.shown(script.now).is_some());
    // away: another look must wait
    script.keys("U");
    assert!(script.model.layers.is_empty());
}

/// Nothing is asked of the database for a protected person, and nobody is offered a purpose.
#[test]
fn a_protected_person_offers_no_look() {
    let mut script = Script::bare(120, 40);
    for _ in 0..4 {
        for effect in script.take() {
            if let Effect::Ask(ticket, Question::Detail(case)) = effect {
                let mut loaded = loaded(case);
                let customer = loaded.detail.customer.as_mut().unwrap();
                customer.protected = true;
                (customer.name, customer.phone) = (String::new(), String::new());
                script.reply(ticket, Reply::Detail(Ok(Box::new(loaded))));
            } else if let Effect::Ask(ticket, question) = effect {
                let reply = crate::support::desk::read(&question, script.now);
                script.reply(ticket, reply);
            }
        }
        script.rest();
    }
    script.keys("U");
    assert!(script.model.layers.is_empty());
    assert!(
        script.screen().contains("protected person"),
        "{}",
        script.screen()
    );
    script.keys("y");
    assert!(!script.screen().contains("address"), "{}", script.screen());
}

fn copies(script: &Script) -> Vec<String> {
    let Some(Layer::Pick(list)) = script.model.layers.last() else {
        panic!("no list");
    };
    let text = |what: &What| match what {
        What::Copy(text) => text.clone(),
        other => panic!("not a copy: {other:?}"),
    };
    list.items.iter().map(|item| text(&item.what)).collect()
}

/// Decision 21: masked fields are not copied, also not while they are shown.
#[test]
fn what_is_copied_is_never_what_is_masked() {
    let mut script = Script::new(160, 48);
    looked(&mut script, Ok(shown()));
    script.answer_all();
    assert!(shows(&script));
    script.keys("y");
    let all = copies(&script);
    assert!(all.len() > 5, "{all:?}");
    let card = loaded(CASE).detail.customer.unwrap();
    for masked in [PHONE, EMAIL, &card.phone, &card.email] {
        let is_in = |text: &String| !masked.is_empty() && text.contains(masked);
        assert!(!all.iter().any(is_in), "{masked} in {all:?}");
    }
}

#[test]
fn y_copies_the_number_and_by_digit_each_other_value() {
    let mut script = Script::new(120, 40);
    script.keys("y");
    let all = copies(&script);
    script.keys("enter");
    let number = script.model.current_row().unwrap().case_no.clone();
    assert_eq!(script.take(), [Effect::Copy(number.clone())]);
    assert!(script.model.layers.is_empty());
    script.keys("y 2");
    assert_eq!(script.take(), [Effect::Copy(all[1].clone())]);
    assert_eq!(
        all.last().unwrap().split('\t').next(),
        Some(number.as_str())
    );
    script.keys("y 9 9 esc");
    script.model.habits.copies = false;
    script.take();
    script.keys("y enter");
    assert!(
        !script
            .take()
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(_)))
    );
    assert!(
        script.screen().contains("switched off"),
        "{}",
        script.screen()
    );
}
