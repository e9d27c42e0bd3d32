//! Any size, any name: nothing breaks, nothing harmful is drawn.

use loket::desk::Reply;
use loket::desk::effect::Slot;
use loket::desk::key::Input;
use loket::desk::{Effect, Msg};
use loket::store::rows::{CaseId, InboxPage};
use proptest::prelude::*;

use crate::support::desk::{Script, loaded, rows};

/// Every screen: pages and panes, forms of all kinds, promises, palette, what leaving and the lock
/// say, what is unmasked.
const PLACES: [&str; 44] = [
    "",
    "tab",
    "enter",
    "enter 1",
    "enter 1 2 tab 1 ctrl-s",
    "enter 1 ctrl-s",
    "d",
    "/",
    "/ 8 7",
    "?",
    "enter 1 f1",
    "j h",
    "j h ctrl-s",
    "b",
    "b o",
    "b o enter",
    "b R",
    "b p",
    ":",
    ": l a n",
    "g",
    "t",
    "t ! 1 6 : 0 0 space c a l l",
    "t ! 1 6 : 0 0 space c a l l ctrl-s",
    "P",
    "P 1 6 : 0 0 tab c a l l ctrl-s",
    "z",
    "z t o m o r r o w tab x ctrl-s",
    "o",
    "o enter",
    "o enter ctrl-s",
    "f",
    "U",
    "U 1",
    "y",
    "D",
    "t x esc D",
    "F",
    "F x",
    "!",
    "'",
    "* B",
    "q",
    "L",
];

fn at(place: &str) -> Script {
    let mut script = Script::new(80, 24);
    for key in place.split_whitespace() {
        script.keys(key);
        script.answer_all();
    }
    script
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_size_breaks_the_screen(columns in 1u16..=250, rows in 1u16..=80, place in 0usize..PLACES.len()) {
        let mut script = at(PLACES[place]);
        script.send(Msg::Input(Input::Resize(columns, rows)));
        let screen = script.screen();
        prop_assert_eq!(screen.lines().count(), usize::from(rows));
        if PLACES[place] == "L" {
            prop_assert!(!screen.contains("GT-2026"), "a case on the locked screen:\n{}", screen);
        } else if columns >= 59 && rows >= 17 {
            prop_assert!(screen.contains("loket"), "no header:\n{}", screen);
            let footer = screen.lines().last().unwrap_or_default();
            prop_assert!(footer.contains("help"), "no footer:\n{}", screen);
        }
    }

    #[test]
    fn no_order_of_keys_breaks_the_desk(
        keys in proptest::collection::vec(0usize..46, 0..60)
    ) {
        const KEYS: [&str; 46] = [
            "j", "k", "G", "g", "enter", "esc", "tab", "shift-tab", "n", "c", "x", "h", "t", "f",
            "o", "l", "/", "d", "m", "r", "?", "1", "2", "3", "left", "right", "up", "down",
            "pgdn", "pgup", "ctrl-s", "backspace", "ctrl-w", "space", "]", "[", "q", "ctrl-n",
            "home", "end", "b", "R", ":", ":", "ctrl-p", "e",
        ];
        let mut script = Script::new(80, 24);
        for key in keys {
            script.keys(KEYS[key]);
            // what only a terminal does has no answer
            let is_answered = |effect: &Effect| {
                use Effect::{Ask, Names, Probe, Save, Write};
                matches!(effect, Ask(..) | Write(..) | Save(..) | Names(..) | Probe(..))
            };
            script.effects.retain(is_answered);
            script.answer_all();
            script.screen();
        }
    }
}

/// The smallest and the largest size, on every screen.
#[test]
fn no_screen_breaks_at_the_ends_of_the_sizes() {
    for place in PLACES {
        let mut script = at(place);
        for (columns, rows) in [
            (59, 17),
            (80, 24),
            (99, 17),
            (100, 24),
            (150, 17),
            (250, 80),
        ] {
            script.send(Msg::Input(Input::Resize(columns, rows)));
            let screen = script.screen();
            let footer = screen.lines().last().unwrap_or_default();
            let is_framed = screen.contains("loket") && footer.contains("help");
            assert!(
                place == "L" || is_framed,
                "{place} at {columns}x{rows}:\n{screen}"
            );
        }
    }
}

/// Calm: nothing moves while something is read, and that it is read is said after 300 ms only.
#[test]
fn waiting_is_said_after_300_ms_and_not_before() {
    let mut script = Script::new(80, 24);
    script.keys("j tab");
    script.rest();
    let asked = script.model.world.waiting_since();
    let (asked, before) = (asked.expect("the case is asked for"), script.screen());
    let mut at = |millis| {
        script.now = asked + chrono::TimeDelta::milliseconds(millis);
        script.send(Msg::Wake);
        script.screen()
    };
    assert_eq!(at(299), before);
    let after = at(300);
    assert!(after.contains("loading"), "{after}");
    assert_eq!(at(900), after, "nothing turns");
}

const HOSTILE: [&str; 6] = [
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}x",
    "kees\u{202e}neila",
    "日本電力株式会社日本電力株式会社日本電力株式会社",
    "a\nb\tc\r\n\u{9b}2J",
    "Šćžéøå e\u{301}e\u{301}",
];

fn hostile(name: &str, columns: u16) -> String {
    let long = format!("{name}{}", name.repeat(40));
    let mut script = Script::bare(columns, 32);
    let mut page = crate::support::desk::page();
    page.rows = rows()
        .into_iter()
        .map(|mut row| {
            row.subject.clone_from(&long);
            row.holder = row.holder.map(|_| long.clone());
            row
        })
        .collect();
    answer(&mut script, &page);
    script.rest();
    answer_details(&mut script, &long);
    script.screen()
}

fn answer(script: &mut Script, page: &InboxPage) {
    for _ in 0..4 {
        for effect in script.take() {
            match effect {
                Effect::Ask(ticket, _) if matches!(ticket.slot, Slot::Inbox(_)) => {
                    script.reply(ticket, Reply::Inbox(Ok(page.clone())));
                }
                Effect::Ask(ticket, question) => {
                    script.reply(ticket, crate::support::desk::read(&question, script.now));
                }
                _ => {}
            }
        }
    }
}

fn answer_details(script: &mut Script, name: &str) {
    for effect in script.take() {
        if let Effect::Ask(ticket, _) = effect {
            let mut case = loaded(CaseId(1));
            case.detail.row.subject = name.into();
            case.detail.handover = Some(name.into());
            if let Some(party) = &mut case.detail.party {
                party.name = name.into();
                party.contacts[0].email = name.into();
            }
            if let Some(connection) = &mut case.detail.connection {
                connection.street = name.into();
            }
            for line in &mut case.timeline {
                line.agent = Some(name.into());
            }
            for text in case.detail.texts.values_mut() {
                *text = name.into();
            }
            script.reply(ticket, Reply::Detail(Ok(Box::new(case))));
        }
    }
}

#[test]
fn names_of_any_kind_stay_harmless_and_in_their_columns() {
    for name in HOSTILE {
        for columns in [80, 120, 160] {
            let screen = hostile(name, columns);
            let harmful =
                |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            assert!(!screen.chars().any(harmful), "{name:?}:\n{screen}");
            for line in screen.lines() {
                assert!(
                    loket::view::width::of(line) <= usize::from(columns),
                    "{line:?}"
                );
            }
            let numbers = (398..=404).filter(|n| screen.contains(&format!("GT-2026-000{n}")));
            assert_eq!(numbers.count(), 7, "every row is there:\n{screen}");
        }
    }
}

#[derive(Clone, Default)]
struct Wire(std::rc::Rc<std::cell::RefCell<usize>>);

impl std::io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0.borrow_mut() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Over a slow line: a cursor move is at most 250 bytes, a countdown step at most 120, and a
/// second in which nothing visible changes is none.
#[test]
fn what_a_key_and_a_second_cost_on_the_line() {
    use loket::terminal::FrameBackend;
    use loket::view::theme::Colours;
    use loket::view::{Theme, draw};
    let mut script = Script::new(120, 40);
    let wire = Wire::default();
    let size = ratatui::layout::Size::new(120, 40);
    let mut terminal = ratatui::Terminal::new(FrameBackend::new(wire.clone(), size)).unwrap();
    let theme = Theme::shipped(Colours::On);
    let mut cost = |script: &Script| {
        *wire.0.borrow_mut() = 0;
        terminal
            .draw(|frame| draw(&script.model, &theme, frame))
            .unwrap();
        *wire.0.borrow()
    };
    assert!(cost(&script) > 1_000, "the first frame draws everything");
    assert_eq!(cost(&script), 0, "nothing changed");
    // move away from the case whose keys differ in the hints, then between two that are alike
    script.keys("j j");
    cost(&script);
    script.keys("j");
    let moved = cost(&script);
    assert!(moved <= 250, "a cursor move costs {moved} bytes");
    script.now += chrono::TimeDelta::seconds(60);
    script.send(Msg::Wake);
    script.answer_all();
    cost(&script);
    script.now += chrono::TimeDelta::seconds(1);
    script.send(Msg::Wake);
    let step = cost(&script);
    assert!(step <= 120, "a second costs {step} bytes");
}
