//! One table of commands: keys, help, footer and texts agree, in every language.

use loket::desk::command::{COMMANDS, Context};
use loket::desk::keymap::{Keymap, Meaning};
use loket::text::{LANGUAGES, Texts};

use crate::support::desk::Script;

#[test]
fn every_command_has_keys_and_texts_and_works_somewhere() {
    let keymap = Keymap::shipped().unwrap();
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        for command in COMMANDS {
            assert!(
                !command.contexts.is_empty(),
                "{} works nowhere",
                command.name
            );
            for context in command.contexts {
                let keys = keymap.keys_in(command, *context).count();
                assert!(
                    keys > 0 || command.is_reached_by_name(*context),
                    "nothing calls {} in {}",
                    command.name,
                    context.key()
                );
            }
            if let Some(argument) = command.argument.key() {
                let key = format!("argument.{argument}");
                assert!(texts.find(&key).is_some(), "{lang} lacks {key}");
            }
            for key in [
                format!("command.{}", command.name),
                format!("command.{}.help", command.name),
            ] {
                assert!(texts.find(&key).is_some(), "{lang} lacks {key}");
            }
        }
        for context in Context::ALL {
            let key = format!("context.{}", context.key());
            assert!(texts.find(&key).is_some(), "{lang} lacks {key}");
        }
    }
}

#[test]
fn names_of_commands_are_unique() {
    for (number, command) in COMMANDS.iter().enumerate() {
        let twin = COMMANDS[number + 1..]
            .iter()
            .find(|other| other.name == command.name || other.id == command.id);
        assert!(twin.is_none(), "{} stands twice", command.name);
    }
}

#[test]
fn a_key_calls_the_command_that_the_help_says() {
    let keymap = Keymap::shipped().unwrap();
    for context in Context::ALL {
        for command in COMMANDS
            .iter()
            .filter(|command| command.contexts.contains(&context))
        {
            for strokes in keymap.keys_in(command, context) {
                let called = keymap.meaning(context, strokes.keys());
                let Meaning::Command(called) = called else {
                    panic!("{strokes} in {}: {called:?}", context.key());
                };
                assert_eq!(called.name, command.name, "{strokes} in {}", context.key());
            }
        }
    }
}

#[test]
fn the_help_lists_every_command_of_its_context() {
    let mut script = Script::new(160, 250);
    script.keys("?");
    let screen = script.screen();
    let texts = Keymap::shipped().unwrap().spell(&Texts::load("en"));
    for command in COMMANDS
        .iter()
        .filter(|command| command.contexts.contains(&Context::List))
    {
        let help = texts.say(&format!("command.{}.help", command.name));
        assert!(
            screen.contains(&help),
            "{} is missing:\n{screen}",
            command.name
        );
    }
}

#[test]
fn the_footer_shows_only_what_works_now() {
    let script = Script::new(160, 48);
    let footer = script
        .screen()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned();
    assert!(footer.contains("c claim"), "{footer}");
    assert!(
        !footer.contains("release"),
        "nothing of ours is under the cursor: {footer}"
    );
    let mut script = script;
    script.keys("j");
    let footer = script
        .screen()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned();
    assert!(
        footer.contains("x release") && !footer.contains("c claim"),
        "{footer}"
    );
}

/// Texts that the desk asks for by name are there.
#[test]
fn no_key_of_a_text_is_shown_instead_of_the_text() {
    let keys = [
        "",
        "j",
        "enter",
        "d",
        "/",
        "?",
        "j h",
        "f",
        "l",
        "enter 1",
        "o",
        "o 1",
        "m",
        "b",
        "b tab tab enter",
        "b o",
        "b o enter",
    ];
    for keys in keys {
        let mut script = Script::new(160, 60);
        for key in keys.split_whitespace() {
            script.keys(key);
            script.answer_all();
        }
        let screen = script.screen();
        for area in [
            "command.", "field.", "form.", "detail.", "status.", "list.", "action.", "state.",
            "board.", "report.",
        ] {
            let area = format!(" {area}");
            let is_key = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase());
            assert!(
                !screen.split(&area).skip(1).any(is_key),
                "{keys:?} shows {area}:\n{screen}"
            );
        }
    }
}
