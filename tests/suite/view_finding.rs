//! The review of a finding of the data wash, at the two sizes that are looked at most: three columns,
//! the differences marked inside the words, nothing of a protected person.

use loket::desk::effect::{Call, Loaded};
use loket::desk::screen::form::Stage;
use loket::process::wash::WASH;
use loket::store::rows::*;
use loket::view::theme::Colours;
use loket::view::{Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use crate::process_world::{Sim, answers};
use crate::support::desk::{Script, form, loaded, now};
use crate::support::request::{CASE, act, desk};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];
const POINT: &str = "707057500100000017";

/// Somebody invented, as one side has them; the number is masked as the database masks it.
fn held(customer: &str, name: &str, address: &str, figure: i32) -> EvidenceRow {
    EvidenceRow {
        customer_ref: customer.into(),
        kind: "private".into(),
        name: name.into(),
        number: if figure == 0 {
            String::new()
        } else {
            "*********01".into()
        },
        number_as: figure,
        birth: "1940-**-**".into(),
        birth_as: 1,
        address: address.into(),
        valid_from: "2010-01-01".into(),
        ..EvidenceRow::default()
    }
}

pub(crate) fn card() -> FindingCard {
    let register = EvidenceRow {
        valid_from: String::new(),
        customer_ref: String::new(),
        ..held(
            "",
            "Geir Kristensen",
            "Knudsenhavna 127, 7365 Martinhelle",
            1,
        )
    };
    FindingCard {
        code: "a01".into(),
        side: "both".into(),
        proposal: "await_supplier".into(),
        confidence: 90,
        protected: false,
        times: 1,
        file_ref: "wash-2026-11".into(),
        trouble: None,
        origin: "Vaskeriet".into(),
        origin_day: Some("2026-11-02".parse().unwrap()),
        fault: None,
        computed: None,
        newer: None,
        grid: vec![held(
            "G0000001",
            "Gier Kristensen",
            "Knudsenhavna 127, 7365 Martinhelle",
            1,
        )],
        supply: vec![held(
            "S0000001",
            "Geir Christensen",
            "Knudsenhamna 172, 7365 Martinhelle",
            2,
        )],
        register: Some(register),
    }
}

pub(crate) fn wash(card: FindingCard) -> Loaded {
    let given = answers(&[
        ("wash_code", &*card.code),
        ("wash_origin", "holdings"),
        ("point", POINT),
        ("ean", POINT),
        ("customer_ref", "G0000001"),
    ]);
    let sim = Sim::try_open(&WASH, now(), now(), &given).unwrap();
    let mut read = loaded(CASE);
    let detail = &mut read.detail;
    detail.row.process = "wash".into();
    detail.row.case_no = "WA-2026-000012".into();
    detail.row.state.clone_from(&sim.case.state);
    detail.row.subject = POINT.into();
    detail.row.version = 9;
    detail.facts = sim.case;
    detail.customer = None;
    detail.party = None;
    detail.handover = None;
    detail.messages.clear();
    detail.related.clear();
    detail.texts.clear();
    detail.finding = Some(Box::new(card));
    read.timeline.clear();
    read
}

fn protected() -> FindingCard {
    FindingCard {
        protected: true,
        grid: vec![],
        supply: vec![],
        register: None,
        ..card()
    }
}

/// One side has no row, and a later file says something else.
fn one_sided() -> FindingCard {
    FindingCard {
        code: "a04".into(),
        proposal: "check_open_process".into(),
        side: "supply".into(),
        supply: vec![],
        register: None,
        newer: Some("i01".into()),
        times: 2,
        ..card()
    }
}

/// The number stands twice with the grid company.
fn twice() -> FindingCard {
    let mut card = card();
    card.code = "duplicate".into();
    card.proposal = "remove_duplicate".into();
    card.side = "grid".into();
    card.grid.push(held(
        "G0000002",
        "Inger Henriksen",
        "Knudsenhavna 139, 0151 Gulbrandsen",
        3,
    ));
    card
}

#[test]
fn the_review_of_a_finding_at_two_sizes() {
    let places = [
        ("finding_mismatch", card()),
        ("finding_protected", protected()),
        ("finding_one_sided", one_sided()),
        ("finding_twice", twice()),
    ];
    for (name, card) in places {
        for (columns, rows) in SIZES {
            let script = desk(&wash(card.clone()), columns, rows);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), script.screen());
        }
    }
}

/// What is underlined on the screen, run by run.
fn underlined(script: &Script, colours: Colours) -> Vec<String> {
    let window = script.model.window;
    let mut terminal = Terminal::new(TestBackend::new(window.columns, window.rows)).unwrap();
    let theme = Theme::shipped(colours);
    terminal
        .draw(|frame| draw(&script.model, &theme, frame))
        .unwrap();
    let buffer = terminal.backend().buffer();
    let (mut runs, mut run) = (Vec::new(), String::new());
    for cell in buffer.content() {
        if cell.modifier.contains(Modifier::UNDERLINED) {
            run.push_str(cell.symbol());
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs
}

/// Differences are marked inside the words, without colours too; a masked number is marked as a whole.
#[test]
fn differences_are_marked_inside_the_words() {
    let script = desk(&wash(card()), 160, 48);
    for colours in [Colours::On, Colours::Off] {
        let runs = underlined(&script, colours);
        for marked in ["i", "Ch", "K", "m", "v", "7", "*********01"] {
            assert!(runs.iter().any(|run| run == marked), "{marked}: {runs:?}");
        }
        assert!(
            !runs.iter().any(|run| run.contains("Martinhelle")),
            "{runs:?}"
        );
    }
}

/// What is the same on all sides is not marked.
#[test]
fn what_is_the_same_is_not_marked() {
    let mut same = card();
    same.supply = same.grid.clone();
    same.register = None;
    let script = desk(&wash(same), 160, 48);
    let none: [&str; 0] = [];
    assert_eq!(underlined(&script, Colours::On), none);
}

/// META-05: of a protected person nothing is shown, whatever the answer brings along.
#[test]
fn nothing_of_a_protected_person_is_shown() {
    let card = FindingCard {
        protected: true,
        ..card()
    };
    for (columns, rows) in SIZES {
        let screen = desk(&wash(card.clone()), columns, rows).screen();
        assert!(screen.contains("Protected person"), "{screen}");
        for word in ["Kristensen", "Christensen", "Knudsen", "1940"] {
            assert!(!screen.contains(word), "{word}\n{screen}");
        }
    }
}

/// Another code by hand, with a reason, from the keyboard alone: the case begins there anew.
#[test]
fn reclassified_by_hand_from_the_keyboard() {
    let read = wash(card());
    let mut script = desk(&read, 80, 40);
    act(&mut script, &read, "nother code");
    let keys: Vec<_> = form(&script)
        .entries
        .iter()
        .map(|it| it.key.clone())
        .collect();
    assert_eq!(keys[..2], ["new_code", "reason"], "{}", script.screen());
    script.keys("j j j");
    script.keys("ctrl-s");
    assert_ne!(form(&script).stage, Stage::Review, "not without a reason");
    assert!(script.writes().is_empty());
}

/// … and with a reason it is written.
#[test]
fn reclassified_with_a_reason() {
    let read = wash(card());
    let mut script = desk(&read, 80, 40);
    act(&mut script, &read, "nother code");
    let at = form(&script)
        .entries
        .iter()
        .position(|it| it.key == "new_code");
    assert_eq!(at, Some(0));
    script.keys("1 tab");
    script.text("the two live together");
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review, "{}", script.screen());
    script.keys("enter");
    match script.writes().pop() {
        Some((_, Call::Apply { change, .. })) => {
            assert_eq!(change.action, "reclassify");
            assert!(
                change
                    .facts
                    .get("wash_code")
                    .is_some_and(|it| !it.is("a01"))
            );
        }
        other => panic!("{other:?}"),
    }
}
