//! The desk as lines, without terminal and database: what is said, and what is not said again.

use chrono::TimeDelta;
use loket::desk::form::build::of_field;
use loket::desk::habits::Clip;
use loket::desk::key::Input;
use loket::desk::keymap::Keymap;
use loket::desk::language::switch;
use loket::desk::overlay::Overlay;
use loket::desk::privacy::Seen;
use loket::desk::screen::Layer;
use loket::desk::toast::Tone;
use loket::desk::{Msg, next_wake};
use loket::plain::{Asked, Teller, WINDOW, typed};
use loket::process::field::{Field, FieldKind};
use loket::text::{LANGUAGES, Texts};

use crate::support::desk::{Script, form};

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
            Asked::Say(said) => vec![said],
            asked => {
                self.script.send(Msg::Line);
                if self.script.model.lock.is_shut() {
                    return self.tell();
                }
                self.asked(&asked)
            }
        }
    }

    fn asked(&mut self, asked: &Asked) -> Vec<String> {
        match asked {
            Asked::Where => self.teller.say_where(&self.script.model),
            Asked::List => self.teller.list(&self.script.model),
            Asked::Read => self.teller.read(&self.script.model),
            Asked::Help => Teller::help(&self.script.model),
            Asked::Inputs(_) | Asked::Say(_) => Vec::new(),
        }
    }

    /// Let time pass without a line; what is said meanwhile.
    fn pass(&mut self, time: TimeDelta) -> Vec<String> {
        let end = self.script.now + time;
        let mut said = Vec::new();
        while let Some(at) = next_wake(&self.script.model, self.script.now).filter(|at| *at <= end)
        {
            self.script.now = at.max(self.script.now + TimeDelta::milliseconds(1));
            self.script.send(Msg::Wake);
            self.script.answer_all();
            said.extend(self.tell());
        }
        self.script.now = end;
        said
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

fn has(said: &[String], part: &str) -> bool {
    said.iter().any(|line| line.contains(part))
}

/// Somebody who only listens is there: `where`, `list`, `read` and `help` are keys for the lock.
#[test]
fn ten_minutes_without_a_line_lock_the_desk_and_nothing_is_told_until_somebody_is_there() {
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        let (mut reader, _) = Reader::sit_down(lang);
        reader.script.model.habits.lock_after = Some(TimeDelta::minutes(10));
        for line in ["where", "list", "read", "help"] {
            reader.pass(TimeDelta::minutes(9));
            assert!(!reader.line(line).is_empty(), "{lang}: {line} locks");
        }
        let said = reader.pass(TimeDelta::minutes(11));
        assert_eq!(said.len(), 1, "{lang}: {said:?}");
        let (locked, _) = texts.get("plain.locked").split_once('{').unwrap();
        assert!(said[0].starts_with(locked), "{lang}: {said:?}");
        // what happens meanwhile waits
        let now = reader.script.now;
        let toasts = &mut reader.script.model.world.toasts;
        toasts.say(Tone::Done, "GT-2026-000123 came back".to_owned(), now);
        reader.script.send(Msg::Wake);
        assert_eq!(reader.tell(), Vec::<String>::new(), "{lang}");
        let open = reader.line("down");
        assert_eq!(open[0], texts.get("plain.unlocked"), "{lang}");
        assert!(has(&open, "GT-2026-000123 came back"), "{lang}: {open:?}");
        assert_eq!(reader.script.model.desk.inbox().unwrap().cursor, 0);
    }
}

/// A line that comes just when it has to lock reads nothing.
#[test]
fn what_is_asked_after_the_time_is_over_is_answered_by_the_lock() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.script.model.habits.lock_after = Some(TimeDelta::minutes(10));
    reader.script.now += TimeDelta::hours(1);
    let said = reader.line("read");
    assert!(said.len() == 1 && has(&said, "Locked since"), "{said:?}");
}

/// What was unmasked is no part of what is read once its time is over.
#[test]
fn what_was_unmasked_is_read_as_long_as_it_is_shown() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.line("detail");
    let case = reader.script.model.desk.case().unwrap();
    let until = reader.script.now + TimeDelta::seconds(30);
    reader.script.model.unmasked = Some(Seen {
        case,
        phone: "+31201230000".to_owned(),
        email: "eva@voorbeeld.example".to_owned(),
        texts: std::collections::BTreeMap::new(),
        until,
    });
    let said = reader.tell();
    assert!(
        has(&said, "+31201230000") && has(&said, "shown until"),
        "{said:?}"
    );
    assert!(has(&reader.line("read"), "+31201230000"));
    let masked = reader.pass(TimeDelta::seconds(31));
    assert!(
        has(&masked, "r..@"),
        "that it is masked again is said: {masked:?}"
    );
    assert!(!has(&masked, "+31201230000"), "{masked:?}");
    for line in ["read", "where", "list"] {
        assert!(!has(&reader.line(line), "+31201230000"), "{line}");
    }
}

/// Short lists are chosen from by number and by name, and say what they are for.
#[test]
fn purposes_and_values_are_numbered_choices() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.script.model.world.clip = Clip::Said;
    let purposes = reader.line("unmask");
    assert!(has(&purposes, "For 30 seconds."), "{purposes:?}");
    assert!(has(&purposes, "1 to reach the customer"), "{purposes:?}");
    reader.line("back");
    let values = reader.line("copy");
    assert!(has(&values, "1 case number: GT-2026-"), "{values:?}");
    assert!(!has(&values, "clipboard of your"), "{values:?}");
    let row = reader.script.model.current_row().unwrap();
    let said = format!("case number: {}", row.case_no);
    let typed::Asked::Inputs(inputs) = typed::read(&reader.script.model, "1") else {
        panic!("1 is a number of the list");
    };
    for input in inputs {
        reader.script.send(Msg::Input(input));
    }
    assert!(reader.tell().contains(&said));
}

/// What goes with a command is written behind it, in the words of any language, with or without the
/// colon of the full screen.
#[test]
fn a_command_takes_what_is_written_behind_it() {
    let (mut reader, _) = Reader::sit_down("en");
    for (line, lang) in [("lang nl", "nl"), (":taal sv", "sv"), ("språk nb", "nb")] {
        let said = reader.line(line);
        let texts = Texts::load(lang);
        assert_eq!(reader.script.model.world.texts.lang(), lang, "{line}");
        let name = texts.get("queue.mandate");
        assert!(has(&said, name), "{line}: where one is, anew: {said:?}");
        assert!(reader.script.model.palette.is_none(), "{line}");
    }
    reader.line("lang en");
    let said = reader.line("filter overdue");
    assert!(has(&said, "Filter: overdue."), "{said:?}");
    let said = reader.line("theme mono");
    assert_eq!(
        said,
        ["Lines have no colours. Themes are for the full screen."]
    );
}

/// The palette lists what fits by number; a command in it is done, an empty line leads back.
#[test]
fn the_palette_is_asked_by_lines() {
    let (mut reader, _) = Reader::sit_down("en");
    let said = reader.line(":");
    assert!(said[0].starts_with("Commands."), "{said:?}");
    let fitting = reader.line("deadl");
    assert!(fitting[0].starts_with("1 deadlines: "), "{fitting:?}");
    let ledger = reader.line("1");
    assert!(!ledger.is_empty() && reader.script.model.palette.is_none());
    reader.line("back");
    reader.line("commands");
    assert_eq!(reader.line("qwxz"), ["No command here is called that."]);
    let back = reader.line("");
    assert!(back[0].starts_with("List "), "{back:?}");
    reader.line("commands");
    let swedish = reader.line("lang sv");
    assert!(swedish[0].starts_with("Lista "), "{swedish:?}");
}

/// Keys one after the other are a word too; one that begins others says how it goes on.
#[test]
fn sequences_of_keys_are_words() {
    let (mut reader, _) = Reader::sit_down("en");
    let said = reader.line("g");
    assert!(
        has(&said, "g goes on with: ") && has(&said, "m mine"),
        "{said:?}"
    );
    let said = reader.line("g m");
    assert!(said[0].starts_with("List mine"), "{said:?}");
}

/// The keys of the person count, and a command without any is reached by its name all the same.
#[test]
fn words_work_whatever_the_keys_are() {
    let (mut reader, _) = Reader::sit_down("en");
    let text = "[keys]\nlast = [\"I I\"]\nledger = []\n".to_owned();
    let file = "keymap.toml".into();
    let (keymap, problems) = Keymap::with(&[Overlay { file, text }]);
    assert!(problems.is_empty(), "{problems:?}");
    reader.script.model.keymap = keymap;
    let n = reader.script.model.desk.inbox().unwrap().rows.len();
    let last = format!("{n} of {n}: ");
    for (line, said) in [
        ("G", "There is no word G"),
        ("I I", &last),
        ("up", ""),
        ("last", &last),
    ] {
        let heard = reader.line(line);
        assert!(heard[0].starts_with(said), "{line}: {heard:?}");
    }
    assert!(has(&reader.line("deadlines"), "GT-"), "the ledger");
}

/// What the texts tell people to type is understood.
#[test]
fn the_words_that_are_named_are_those_that_work() {
    for lang in LANGUAGES {
        let texts = Texts::load(lang);
        let help = texts.say("command.help");
        for (key, words) in [
            (
                "plain.help_line",
                vec!["plain.word.where", "plain.word.list", "plain.word.read"],
            ),
            ("plain.in_field", vec!["command.back", "plain.word.where"]),
            ("plain.unknown.word", vec![]),
            ("plain.more", vec!["plain.word.list"]),
            ("plain.new.many", vec!["command.refresh"]),
            ("plain.form.review", vec!["plain.word.yes", "command.back"]),
        ] {
            let said = texts.get(key);
            let mut words: Vec<String> = words.iter().map(|key| texts.say(key)).collect();
            if ["plain.help_line", "plain.in_field", "plain.unknown.word"].contains(&key) {
                words.push(help.clone());
            }
            for word in words {
                assert!(said.contains(&word), "{lang}: {key} does not name {word}");
            }
        }
    }
}

/// What the line of the filter says of itself: an empty one shows all, also when one was on.
#[test]
fn an_empty_line_of_the_filter_shows_all() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.line("filter");
    reader.line("due:late");
    let is_on = |reader: &Reader| !reader.script.model.desk.inbox().unwrap().filter.is_empty();
    assert!(is_on(&reader));
    let said = reader.line("filter");
    let said = said.join(" ");
    assert!(said.contains("an empty line shows all"), "{said:?}");
    reader.line("");
    assert!(!is_on(&reader));
}

/// A note that is taken up goes on behind what stands in it, wherever the cursor was left.
#[test]
fn what_is_typed_into_a_note_comes_behind_what_stands_there() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.line("note");
    for line in ["one", "two", "three"] {
        reader.line(line);
    }
    reader.script.keys("up up home");
    reader.line("four");
    reader.script.keys("up up");
    reader.line("");
    reader.line("five");
    let note = form(&reader.script).entries[0].raw();
    assert_eq!(note, "one\ntwo\nthree\nfour\n\nfive");
}

static KINDS: [Field; 4] = [
    Field::optional("time", FieldKind::Time),
    Field::optional("money", FieldKind::Money),
    Field::optional("days", FieldKind::List(&FieldKind::Date)),
    Field::optional("promise_at", FieldKind::Instant),
];

/// Every kind of field is asked, remarked on and read back in lines: amounts, times, lists.
#[test]
fn amounts_times_and_lists_are_filled_by_lines() {
    let (mut reader, _) = Reader::sit_down("en");
    reader.line("note");
    reader.line("called");
    let model = &mut reader.script.model;
    let kinds = KINDS.iter().map(|kind| of_field(&model.world, kind, None));
    let kinds: Vec<_> = kinds.collect();
    if let Some(Layer::Form(form)) = model.layers.last_mut() {
        form.entries.extend(kinds);
    }
    let asked = reader.line(".");
    assert!(
        has(&asked, "Field 2 of 5") && has(&asked, "9:30 or 16h"),
        "{asked:?}"
    );
    let asked = reader.line("9:30");
    assert!(has(&asked, "An amount such as"), "{asked:?}");
    let asked = reader.line("1250,5");
    assert!(
        has(&asked, "1.250,50"),
        "said back as understood: {asked:?}"
    );
    assert!(
        has(&asked, "several lines") && has(&asked, "One a line."),
        "{asked:?}"
    );
    reader.line("24-11-2026");
    let said = reader.line("1-12-2026");
    assert!(has(&said, "2026-11-24; 2026-12-01"), "{said:?}");
    reader.line(".");
    let review = reader.line("24-11-2026 16:00").join("\n");
    for said in [
        "EUR\u{a0}1,250.50",
        "Tue 24 Nov\nTue 1 Dec",
        "Tue 24 Nov 16:00",
    ] {
        assert!(review.contains(said), "{said} in {review}");
    }
}
