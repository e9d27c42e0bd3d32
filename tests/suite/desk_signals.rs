//! The register of signals at the desk (GT-06): parties with their counts, the signals behind one, other
//! periods, a file; what is missing, empty or refused is said.

use loket::desk::effect::{Effect, Question, Reply};
use loket::desk::screen::Layer;
use loket::desk::screen::signals::{Period, State};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::signals::SignalParties;
use loket::text::LANGUAGES;

use crate::support::board::{signals, signals_of};
use crate::support::desk::{Script, offline};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];

/// The register as an agent opens it from the list; what it asks is not answered yet.
fn asked(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.empty_handed().keys("S");
    script
}

fn read(columns: u16, rows: u16) -> Script {
    let mut script = asked(columns, rows);
    script.answer_all();
    script
}

fn state(script: &Script) -> &State {
    match script.model.layers.last() {
        Some(Layer::Signals(state)) => state,
        other => panic!("no register on top: {other:?}"),
    }
}

/// The questions about the register that wait for an answer.
fn questions(script: &mut Script) -> Vec<Question> {
    let asked = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Ask(_, question) => Some(question),
        _ => None,
    });
    asked.collect()
}

/// The register is answered with that.
fn told(script: &mut Script, result: &Result<SignalParties, StoreError>) {
    for effect in script.take() {
        match effect {
            Effect::Ask(ticket, Question::Signals(period)) => {
                let result = result.clone().map(Box::new);
                script.reply(ticket, Reply::Signals(period, result));
            }
            other => script.answer(other),
        }
    }
}

fn period(from: &str, to: &str) -> Period {
    Period {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

#[test]
fn gt_06_the_register_at_two_sizes() {
    for (columns, rows) in SIZES {
        let mut script = read(columns, rows);
        insta::assert_snapshot!(format!("signals_{columns}x{rows}"), script.screen());
        script.keys("j enter").answer_all();
        insta::assert_snapshot!(format!("signals_of_{columns}x{rows}"), script.screen());
    }
}

/// GT-06: before it is read, without a signal, without a line, and in a queue of others, it says so.
#[test]
fn gt_06_what_is_not_there_is_said() {
    let mut script = asked(80, 24);
    assert!(
        script.screen().contains("The register is being read"),
        "{}",
        script.screen()
    );
    let none = SignalParties {
        parties: vec![],
        ..signals()
    };
    told(&mut script, &Ok(none));
    assert!(
        script.screen().contains("No signals in this period"),
        "{}",
        script.screen()
    );
    let mut script = asked(80, 24);
    told(
        &mut script,
        &Err(StoreError::Refused(Refusal::new("queue_not_yours"))),
    );
    let screen = script.screen();
    assert!(screen.contains("queue"), "{screen}");
    assert!(!screen.contains("refusal."), "{screen}");
    let mut script = asked(80, 24);
    told(&mut script, &Err(offline()));
    assert!(state(&script).problem.is_some() && !script.screen().contains("No signals"));
}

/// GT-06: a period is 3, 12, 36 months or one; the arrows take the one before and after, never the future.
/// An answer for another period is dropped.
#[test]
fn gt_06_the_period_is_chosen() {
    let mut script = read(80, 24);
    assert_eq!(state(&script).period, period("2026-09-01", "2026-12-01"));
    script.keys("left");
    assert_eq!(state(&script).period, period("2026-06-01", "2026-09-01"));
    assert!(
        state(&script).register.is_none(),
        "nothing of the other period is shown"
    );
    let late = script.take();
    script.keys("right right");
    assert_eq!(state(&script).period, period("2026-09-01", "2026-12-01"));
    for effect in late {
        if let Effect::Ask(ticket, Question::Signals(of)) = effect {
            script.reply(ticket, Reply::Signals(of, Ok(Box::new(signals()))));
        }
    }
    assert!(
        state(&script).register.is_none(),
        "of a period that is not shown"
    );
    script.answer_all();
    assert!(state(&script).register.is_some());
    for months in [12, 36, 1, 3] {
        script.keys("tab");
        let shown = state(&script);
        assert_eq!(shown.months, months);
        assert_eq!(shown.period.to, period("2026-09-01", "2026-12-01").to);
        script.answer_all();
    }
    assert_eq!(state(&script).period, period("2026-09-01", "2026-12-01"));
}

/// GT-17: how many like signals count, of how many, and whether the joint operators have a case, stands
/// in the line and below.
#[test]
fn gt_17_the_register_says_what_would_be_proposed() {
    let script = read(160, 48);
    let screen = script.screen();
    for said in [
        "4/3",
        "RO-2026-000002",
        "to be proposed",
        "1/3",
        "3 in 90 days",
    ] {
        assert!(screen.contains(said), "{said} in {screen}");
    }
}

/// GT-06: behind a party stand its signals; one leads to its case, and back to the same place.
#[test]
fn gt_06_a_signal_leads_to_its_case() {
    let mut script = read(120, 32);
    script.keys("j enter").answer_all();
    let behind = state(&script).behind.clone().unwrap();
    assert_eq!(behind.rows.len(), signals_of().len());
    script.keys("j enter").answer_all();
    assert!(script.model.layers.is_empty(), "the case lies open");
    script.keys("esc").answer_all();
    assert_eq!(state(&script).behind.as_ref().map(|it| it.cursor), Some(1));
    script.keys("esc");
    assert!(state(&script).behind.is_none());
    assert_eq!(state(&script).cursor, 1);
    script.keys("esc");
    assert!(script.model.layers.is_empty());
}

/// GT-06: what is shown becomes a file: the register, or the signals of the party.
#[test]
fn gt_06_what_is_shown_becomes_a_file() {
    let mut script = read(80, 24);
    script.keys("e");
    let saved = |gln: Option<&str>| Question::SaveSignals {
        period: period("2026-09-01", "2026-12-01"),
        gln: gln.map(str::to_owned),
    };
    assert_eq!(questions(&mut script), [saved(None)]);
    script.keys("e").answer_all();
    assert!(
        script.screen().contains("signals-2026-09-2026-11.csv"),
        "{}",
        script.screen()
    );
    script.keys("enter").answer_all();
    script.keys("e");
    let gln = signals().parties[0].party_gln.clone();
    assert_eq!(questions(&mut script), [saved(Some(&gln))]);
}

/// GT-06: in every language, and from the board as well.
#[test]
fn gt_06_the_register_is_reached_from_the_board() {
    for lang in LANGUAGES {
        let mut script = Script::bare_in(lang, 120, 32);
        script.answer_all();
        script.rest();
        script.answer_all();
        script.empty_handed().keys("b").answer_all();
        script.keys("S").answer_all();
        let screen = script.screen();
        assert!(screen.contains("RO-2026-000002"), "{screen}");
        assert!(!screen.contains("signals."), "{lang}: {screen}");
        script.keys("esc");
        assert!(matches!(script.model.layers.last(), Some(Layer::Board(_))));
    }
}
