//! The desk as lines, without terminal and database: what is said, and what is not said again.

use chrono::TimeDelta;
use loket::desk::Msg;
use loket::desk::key::Input;
use loket::desk::language::switch;
use loket::plain::{Asked, Teller, WINDOW, typed};
use loket::text::{LANGUAGES, Texts};

use crate::support::desk::Script;

/// Somebody who types lines and reads what is said.
struct Reader {
    script: Script,
    teller: Teller,
}

impl Reader {
    fn sit_down(lang: &str) -> (Self, Vec<String>) {
        let mut script = Script::bare_in(lang, WINDOW.columns, WINDOW.rows);
        script.answer_all();
        script.rest();
        script.answer_all();
        let mut reader = Self {
            script,
            teller: Teller::new(),
        };
        let said = reader.tell();
        (reader, said)
    }

    fn tell(&mut self) -> Vec<String> {
        self.teller.tell(&self.script.model)
    }

    /// Type a line; everything is answered at once.
    fn line(&mut self, line: &str) -> Vec<String> {
        match typed::read(&self.script.model, line) {
            Asked::Inputs(inputs) => {
                for input in inputs {
                    self.script.send(Msg::Input(input));
                }
                self.script.answer_all();
                self.script.rest();
                self.script.answer_all();
                self.tell()
            }
            Asked::Where => self.teller.say_where(&self.script.model),
            Asked::List => self.teller.list(&self.script.model),
            Asked::Read => self.teller.read(&self.script.model),
            Asked::Help => Teller::help(&self.script.model),
            Asked::Say(said) => vec![said],
        }
    }
}

#[test]
fn the_desk_says_where_one_is_and_what_is_under_the_cursor() {
    let (mut reader, said) = Reader::sit_down("en");
    assert_eq!(said[0], "Connected.");
    let n = reader.script.model.desk.inbox().unwrap().rows.len();
    let list = said.iter().find(|line| line.starts_with("List ")).unwrap();
    assert!(list.contains("Mandates"), "{list}");
    let first = said.last().unwrap();
    assert!(first.starts_with(&format!("1 of {n}: GT-2026-")), "{first}");
    assert!(
        first.contains(", due today ") && first.contains(" minutes late, "),
        "{first}"
    );
    let second = reader.line("down");
    assert_eq!(
        second.len(),
        1,
        "only the line under the cursor: {second:?}"
    );
    assert!(second[0].starts_with(&format!("2 of {n}: ")), "{second:?}");
    assert_eq!(reader.line("where").last(), second.last());
}

/// The columns that were chosen are what is said of a case, in their order.
#[test]
fn chosen_columns_are_said_in_their_order() {
    let (mut reader, _) = Reader::sit_down("en");
    let columns = reader.line("columns");
    let has = |said: &[String], what: &str| said.iter().any(|line| line.contains(what));
    assert!(has(&columns, "1 left, the time left"), "{columns:?}");
    assert!(has(&columns, "shown"), "{columns:?}");
    let hidden = reader.line("1");
    assert!(has(&hidden, "hidden"), "{hidden:?}");
    for number in ["3", "4", "10"] {
        reader.line(number);
    }
    let list = reader.line("back");
    let here = list.last().unwrap();
    assert!(
        here.contains("GT-2026-") && here.contains("received "),
        "{here}"
    );
    assert!(!here.contains("late") && !here.contains("due "), "{here}");
}

/// Time passes, beats come: nothing is said.
#[test]
fn what_does_not_change_is_not_said_again() {
    let (mut reader, _) = Reader::sit_down("en");
    for line in ["down", "detail", "back", "act"] {
        reader.line(line);
        for _ in 0..3 {
            reader.script.now += TimeDelta::seconds(61);
            reader.script.send(Msg::Wake);
            let said = reader.tell();
            assert_eq!(said, Vec::<String>::new(), "after {line}");
        }
    }
}

#[test]
fn a_form_is_said_field_by_field_with_numbered_choices() {
    let (mut reader, _) = Reader::sit_down("en");
    let choices = reader.line("act");
    assert!(
        choices.contains(&"1 Contact the party".to_owned()),
        "{choices:?}"
    );
    let form = reader.line("1");
    assert!(
        form[0].starts_with("Form Contact the party, GT-2026-"),
        "{form:?}"
    );
    let field = form.iter().find(|line| line.starts_with("Field ")).unwrap();
    assert!(
        field.starts_with("Field 1 of 6, channel, choice: 1 telephone, 2 e-mail, 3 "),
        "{field}"
    );
    assert!(form.contains(&"Now: e-mail.".to_owned()), "{form:?}");
    let wrong = reader.line("9");
    assert_eq!(wrong, ["9 is none of the choices. Type the number of one."]);
    let next = reader.line("telephone");
    assert!(
        next.iter().any(|line| line.starts_with("Field 2 of 6")),
        "{next:?}"
    );
    let back = reader.line(".field before");
    assert!(back.contains(&"Now: telephone.".to_owned()), "{back:?}");
    let where_now = reader.line(".where");
    assert!(
        where_now
            .iter()
            .any(|line| line.starts_with("Field 1 of 6")),
        "{where_now:?}"
    );
    let left = reader.line(".back");
    assert!(
        left.iter().any(|line| line.starts_with("Kept as a draft")),
        "{left:?}"
    );
}

/// Each language has its own words, and the English ones work in all of them.
#[test]
fn words_are_those_of_the_language_and_the_names_of_the_commands() {
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        let (mut reader, _) = Reader::sit_down(lang);
        let own = texts.say("command.down");
        let first = reader.line(&own);
        assert!(first[0].starts_with('2'), "{lang}: {first:?}");
        let second = reader.line("up");
        assert!(second[0].starts_with('1'), "{lang}: {second:?}");
        for word in ["where", "list", "read"] {
            let own = reader.line(&texts.say(&format!("plain.word.{word}")));
            let english = reader.line(word);
            assert!(!own.is_empty() && !english.is_empty(), "{lang}: {word}");
        }
    }
}

/// No word of the lines themselves hides a command of the desk.
#[test]
fn own_words_hide_no_command() {
    use loket::desk::command::COMMANDS;
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        for word in ["where", "list", "read", "detail"] {
            let own = texts.say(&format!("plain.word.{word}"));
            let hidden = COMMANDS.iter().find(|command| {
                texts.get(&format!("command.{}", command.name)) == own || command.name == own
            });
            assert!(hidden.is_none(), "{lang}: {own} is {hidden:?}");
        }
    }
}

/// The language changes while one works: the next thing is said in the new one.
#[test]
fn the_language_of_the_lines_changes_with_the_desk() {
    let (mut reader, _) = Reader::sit_down("en");
    switch(&mut reader.script.model, "sv");
    let said = reader.line("where");
    assert!(said[0].starts_with("Lista Fullmakter"), "{said:?}");
}

/// Whatever keys were pressed before, what is said are sentences: no columns, no control characters,
/// no names of texts.
#[test]
fn every_screen_can_be_said() {
    for lang in LANGUAGES {
        for keys in [
            "b", "b tab", "b o", "d", "/", "F", "?", "!", "D", "m", "o", "enter", "u", "space B",
        ] {
            let (mut reader, _) = Reader::sit_down(lang);
            for key in keys.split(' ') {
                let key = key.parse().unwrap();
                reader.script.send(Msg::Input(Input::Key(key)));
                reader.script.answer_all();
            }
            let mut said = reader.tell();
            said.extend(reader.line(".where"));
            said.extend(reader.line(".help"));
            assert!(!said.is_empty(), "{lang} {keys}");
            for line in said {
                let is_odd = line.contains("  ") || line.chars().any(char::is_control);
                assert!(
                    !is_odd && !line.trim().is_empty(),
                    "{lang} {keys}: {line:?}"
                );
                assert!(!line.contains("plain."), "{lang} {keys}: {line}");
            }
        }
    }
}
