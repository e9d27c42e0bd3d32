//! What registers say of a case of the data wash, from the review: imported extracts by default, services
//! where they are set, against local servers in the documented shape; and what the screen shows of it.

use loket::desk::Effect;
use loket::desk::effect::{Question, Reply};
use loket::desk::registers::{Answer, Said, Side};
use loket::desk::screen::Layer;
use loket::store::StoreError;
use loket::store::rows::{CaseId, EvidenceRow};

use crate::support::desk::{Script, now};
use crate::support::request::{CASE, desk};
use crate::view_finding::{card, wash};

fn firm(name: &str, condition: &str) -> EvidenceRow {
    EvidenceRow {
        kind: "business".into(),
        name: name.into(),
        number: "959716633".into(),
        number_as: 1,
        address: "Liejordet 154, 8372 Simonsen".into(),
        condition: condition.into(),
        ..EvidenceRow::default()
    }
}

fn side(said: Said) -> Side {
    Side {
        side: "grid".into(),
        source: "enterprises",
        held: firm("Nordby Drift", ""),
        said,
    }
}

/// The review, and what was asked with the key.
fn asked(columns: u16, rows: u16) -> (Script, loket::desk::Ticket) {
    let mut script = desk(&wash(card()), columns, rows);
    script.take();
    script.keys("e");
    let question = script.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(ticket, Question::Registers(case)) if case == CASE => Some(ticket),
        _ => None,
    });
    (script, question.unwrap())
}

fn told(said: Said) -> String {
    let (mut script, ticket) = asked(80, 24);
    let sides = vec![side(said)];
    let answer = Answer { at: now(), sides };
    script.reply(ticket, Reply::Registers(CASE, Ok(Box::new(answer))));
    script.screen()
}

/// DW-BAS-14 to 16: found, 404, 410, bankrupt, dead, several, nobody, too little, away: each is told.
#[test]
fn dw_bas_15_each_answer_of_a_register_is_told() {
    let one = |condition| Said::One(Box::new(firm("NORDBY DRIFT AS", condition)));
    let away = Said::Away("slow", vec![]);
    for (said, words) in [
        (one(""), "Found: one hit."),
        (one("bankrupt"), "bankrupt, and its number is still real"),
        (one("winding_up"), "being wound up"),
        (Said::Unknown, "never issued"),
        (Said::Removed, "deleted or removed"),
        (Said::None, "Nobody in the register fits."),
        (Said::Several, "None of them is shown"),
        (Said::TooLittle("wash.search.too_little"), "birth date"),
        (away, "r asks again"),
    ] {
        let screen = told(said);
        let flat: Vec<&str> = screen.split_whitespace().collect();
        assert!(flat.join(" ").contains(words), "{words}\n{screen}");
    }
}

/// The screen goes on while a register is asked, and an answer that comes too late changes nothing.
#[test]
fn asking_a_register_never_blocks() {
    let (mut script, ticket) = asked(80, 24);
    assert!(
        script.screen().contains("asking ..."),
        "{}",
        script.screen()
    );
    script.keys("esc");
    assert!(!matches!(
        script.model.layers.last(),
        Some(Layer::Registers(_))
    ));
    let answer = Answer {
        at: now(),
        sides: vec![side(Said::None)],
    };
    script.reply(ticket, Reply::Registers(CASE, Ok(Box::new(answer))));
    assert!(
        !script.screen().contains("Nobody in the register"),
        "{}",
        script.screen()
    );
}

/// META-05: of a protected person no register is asked.
#[test]
fn meta_05_no_register_is_asked_about_a_protected_person() {
    let mut hidden = card();
    hidden.protected = true;
    let mut script = desk(&wash(hidden), 80, 24);
    script.take();
    script.keys("e");
    let asked = script.take();
    assert!(
        asked
            .iter()
            .all(|it| !matches!(it, Effect::Ask(_, Question::Registers(_)))),
        "{asked:?}"
    );
}

#[test]
fn what_registers_say_at_two_sizes() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let (mut script, ticket) = asked(columns, rows);
        let one = Said::One(Box::new(firm("NORDBY DRIFT AS", "")));
        let sides = vec![
            side(one),
            Side {
                side: "supply".into(),
                ..side(Said::Removed)
            },
        ];
        let answer = Answer { at: now(), sides };
        script.reply(ticket, Reply::Registers(CASE, Ok(Box::new(answer))));
        insta::assert_snapshot!(format!("registers_{columns}x{rows}"), script.screen());
    }
}

/// An answer that fails says so, and one key asks again.
#[test]
fn a_question_that_fails_can_be_asked_again() {
    let (mut script, ticket) = asked(80, 24);
    let error = StoreError::Bug("torn".into());
    script.reply(ticket, Reply::Registers(CASE, Err(error)));
    assert!(
        script.screen().contains("could not be read"),
        "{}",
        script.screen()
    );
    script.keys("r");
    let again = script.take();
    let is_asked = |it: &Effect| matches!(it, Effect::Ask(_, Question::Registers(CaseId(_))));
    assert!(again.iter().any(is_asked), "{again:?}");
}
