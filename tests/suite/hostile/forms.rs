//! Whatever is typed or pasted into the fields of forms, filters and searches of the desk.

use loket::desk::key::Input;
use loket::desk::{Effect, Msg};
use loket::domain::sanitize;

use super::{text, tried};
use crate::support::desk::Script;

/// Ways to a place where something can be typed.
const PLACES: [&str; 9] = ["t", "h", "o 1", "o 2", "enter 1", "enter 2", "/", "x", ":"];

/// Any text in any field of any form: the screen stays harmless, and what would be written to the
/// database holds nothing that could act on a terminal or that PostgreSQL cannot keep.
#[test]
fn whatever_is_pasted_into_a_form_stays_harmless() {
    let pastes = proptest::collection::vec((text(), 0usize..4), 1..6);
    let inputs = (0..PLACES.len(), pastes);
    let mut written = 0;
    tried(150, &inputs, |(place, pastes)| {
        let mut script = Script::new(100, 30);
        for key in PLACES[place].split_whitespace() {
            script.keys(key);
            script.answer_all();
        }
        for (text, after) in pastes {
            script.send(Msg::Input(Input::Paste(text)));
            script.keys(["tab", "down", "ctrl-s", "enter"][after]);
            let ends =
                |effect: &Effect| matches!(effect, Effect::Quit | Effect::Redraw | Effect::Suspend);
            script.effects.retain(|effect| !ends(effect));
            written += clean_writes(&script);
            script.answer_all();
        }
        for line in script.screen().lines() {
            assert_eq!(sanitize::clean(line), line);
        }
    });
    assert!(written > 0, "nothing was ever written");
}

/// How many writes there are; none holds what could do harm.
fn clean_writes(script: &Script) -> usize {
    let mut writes = 0;
    for effect in &script.effects {
        if let Effect::Write(_, call) = effect {
            let call = format!("{call:?}");
            writes += 1;
            // the debug form shows control characters as escapes
            for harm in ["\\u{1b}", "\\0", "\\u{9b}", "\\u{202e}", "\\u{7}"] {
                assert!(!call.contains(harm), "{harm} in {call}");
            }
        }
    }
    writes
}
