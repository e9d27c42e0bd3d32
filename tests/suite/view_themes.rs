//! Themes say nothing by colour alone: whatever the theme, the screen has the same letters and words,
//! and those differ where the meaning differs. Nothing blinks, nothing is an emoji.

use std::collections::BTreeSet;

use loket::desk::overlay::Overlay;
use loket::text::{LANGUAGES, Texts};
use loket::view::theme::{Colours, Role};
use loket::view::{Themes, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::support::desk::Script;

const PLACES: [&str; 9] = ["", "j tab", "enter", "enter 1", "d", "?", "b", "b o", ":"];

fn at(place: &str) -> Script {
    let mut script = Script::new(120, 40);
    for key in place.split_whitespace() {
        script.keys(key);
        script.rest();
        script.answer_all();
    }
    script
}

fn drawn(script: &Script, themes: &Themes, name: &str) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let theme = themes.get(name).unwrap();
    terminal
        .draw(|frame| draw(&script.model, theme, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

fn letters(buffer: &Buffer) -> Vec<String> {
    buffer
        .content()
        .iter()
        .map(|cell| cell.symbol().to_owned())
        .collect()
}

#[test]
fn every_theme_says_the_same_and_mono_has_no_colour() {
    let (themes, _) = Themes::with(&[], Colours::On);
    for place in PLACES {
        let script = at(place);
        let mono = drawn(&script, &themes, "mono");
        for cell in mono.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{place}");
        }
        for name in themes.names() {
            let buffer = drawn(&script, &themes, &name);
            assert_eq!(letters(&buffer), letters(&mono), "{name} at {place:?}");
            let blinking = Modifier::SLOW_BLINK | Modifier::RAPID_BLINK;
            assert!(
                buffer
                    .content()
                    .iter()
                    .all(|cell| !cell.modifier.intersects(blinking)),
                "something blinks in {name} at {place:?}"
            );
        }
    }
}

/// Late, soon, running, mine, somebody else's and outside: told apart by what can be read.
#[test]
fn what_a_row_means_can_be_read_without_colours() {
    let script = Script::new(80, 24);
    let screen = script.screen();
    let row = |number: &str| {
        let line = screen.lines().find(|line| line.contains(number));
        line.unwrap_or_else(|| panic!("{number}:\n{screen}"))
            .to_owned()
    };
    let (late, soon, calm) = (row("-000398"), row("-000400"), row("-000403"));
    assert!(
        late.contains("late") && late.trim_start().starts_with('L'),
        "{late}"
    );
    assert!(
        soon.contains("soon") && soon.trim_start().starts_with('S'),
        "{soon}"
    );
    assert!(!calm.contains("late") && !calm.contains("soon"), "{calm}");
    let texts = Texts::load("en");
    assert!(row("-000399").contains(texts.get("list.me")));
    assert!(row("-000402").contains("Joost"));
    assert!(row("-000404").contains(texts.get("list.outside")));
}

/// No two states of a clock look alike once colours are gone, in any language.
#[test]
fn every_state_of_a_clock_has_a_letter_of_its_own() {
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        let mut letters = BTreeSet::new();
        for status in [
            "breached",
            "late_on_arrival",
            "late_by_retriage",
            "warning",
            "running",
            "paused",
            "met",
            "met_late",
            "lapsed",
            "cancelled",
        ] {
            let letter = texts.say(&format!("status.{status}.letter"));
            assert!(
                letters.insert(letter.clone()),
                "{lang}: {letter} stands for two states"
            );
        }
    }
}

/// On sixteen colours nothing else is sent, also by a theme that names finer ones.
#[test]
fn a_terminal_is_sent_only_the_colours_that_it_has() {
    let own = Overlay {
        file: String::from("fine.toml"),
        text: String::from("[late]\nfg = \"#ff8700\"\n[soon]\nfg = \"208\"\nbg = \"#101010\"\n"),
    };
    let own = [(String::from("fine"), own)];
    let colours_of = |colours| {
        let (themes, problems) = Themes::with(&own, colours);
        assert_eq!(problems, []);
        let theme = themes.get("fine").unwrap().clone();
        let both = Role::ALL.map(|(_, role)| [theme.style(role).fg, theme.style(role).bg]);
        both.into_iter().flatten().flatten().collect::<Vec<Color>>()
    };
    let is_fine = |colour: &Color| matches!(colour, Color::Rgb(..));
    let is_numbered = |colour: &Color| matches!(colour, Color::Indexed(_));
    assert!(colours_of(Colours::On).iter().any(is_fine));
    assert!(!colours_of(Colours::Indexed).iter().any(is_fine));
    let sixteen = colours_of(Colours::Sixteen);
    assert!(
        !sixteen.iter().any(|it| is_fine(it) || is_numbered(it)),
        "{sixteen:?}"
    );
    assert_eq!(colours_of(Colours::Off), []);
}

/// Our own words have no emoji: they are as wide as each terminal likes.
#[test]
fn our_words_have_no_emoji() {
    const EMOJI: [std::ops::RangeInclusive<u32>; 4] = [
        0x2600..=0x27BF,
        0x2B00..=0x2BFF,
        0xFE0F..=0xFE0F,
        0x1F000..=0x1FAFF,
    ];
    let is_emoji = |c: char| EMOJI.iter().any(|range| range.contains(&u32::from(c)));
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        for key in texts.keys() {
            assert!(!texts.get(key).chars().any(is_emoji), "{lang} {key}");
        }
    }
}
