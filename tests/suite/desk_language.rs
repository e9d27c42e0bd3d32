//! The language of the screen, changed while one works.

use loket::desk::language::switch;
use loket::text::LANGUAGES;

use crate::support::desk::Script;

/// Ways through the desk; the last stands on a message or an open form with an answer in it.
const WAYS: [&str; 12] = [
    "",
    "j",
    "tab",
    "d",
    "/",
    "?",
    "m",
    "enter",
    "enter 1",
    "enter 1 2 tab 1 ctrl-s",
    "j c",
    "j h tab esc",
];

fn gone(lang: &str, keys: &str) -> Script {
    let mut script = Script::bare_in(lang, 120, 32);
    script.answer_all();
    script.rest();
    script.answer_all();
    for key in keys.split_whitespace() {
        script.keys(key);
        script.answer_all();
    }
    script
}

/// What is on the screen after the change is what would be there if the language had been that from
/// the start: also an open form and a message that was said before.
#[test]
fn everything_on_the_screen_is_in_the_new_language() {
    for keys in WAYS {
        for from in LANGUAGES {
            for to in LANGUAGES {
                let mut changed = gone(from, keys);
                assert!(switch(&mut changed.model, to));
                let wanted = gone(to, keys);
                assert_eq!(
                    changed.screen(),
                    wanted.screen(),
                    "{keys:?}, {from} to {to}"
                );
            }
        }
    }
}

/// What was typed and chosen stays, and so does the cursor.
#[test]
fn answers_outlast_the_language() {
    let mut script = gone("en", "enter 1 2 tab 1");
    script.keys("tab tab");
    script.text("Sanne");
    let answers = |script: &Script| match script.model.layers.last() {
        Some(loket::desk::screen::Layer::Form(form)) => {
            let raw = form.entries.iter().map(|entry| entry.raw().to_owned());
            (form.at, raw.collect::<Vec<_>>())
        }
        other => panic!("no form: {other:?}"),
    };
    let before = answers(&script);
    for lang in ["nb", "sv", "nl", "en"] {
        assert!(switch(&mut script.model, lang));
        assert_eq!(answers(&script), before, "{lang}");
    }
}

#[test]
fn a_language_that_is_not_there_changes_nothing() {
    let mut script = gone("nl", "j");
    let before = script.screen();
    assert!(!switch(&mut script.model, "de"));
    assert!(!switch(&mut script.model, ""));
    assert_eq!(script.screen(), before);
}
