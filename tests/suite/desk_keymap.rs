//! Keys of one's own: files laid over the shipped ones, line by line; what is wrong in them is named
//! with file and line, and the line below it counts.

use loket::desk::command::{Command, Context, named};
use loket::desk::keymap::Keymap;
use loket::desk::overlay::{Overlay, Problem};
use loket::text::{LANGUAGES, Texts};

use crate::support::desk::Script;

fn overlay(file: &str, text: &str) -> Overlay {
    Overlay {
        file: file.into(),
        text: text.into(),
    }
}

fn laid(text: &str) -> (Keymap, Vec<Problem>) {
    Keymap::with(&[overlay("own.toml", text)])
}

fn command(name: &str) -> &'static Command {
    named(name).unwrap()
}

fn keys(map: &Keymap, name: &str) -> Vec<String> {
    map.keys_of(command(name))
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_line_of_ones_own_takes_the_place_of_ours_and_says_where_it_stands() {
    let (map, problems) = laid("[keys]\nnote = [\"N\", \"g x\"]\n\nsearch = \"Z\"\n");
    assert_eq!(problems, []);
    assert_eq!(keys(&map, "note"), ["N", "g x"]);
    assert_eq!(keys(&map, "search"), ["Z"]);
    assert_eq!(map.origin(command("note")).to_string(), "own.toml:2");
    assert_eq!(map.origin(command("search")).to_string(), "own.toml:4");
    assert_eq!(map.origin(command("claim")).to_string(), "default");
    let mut script = Script::new(120, 40);
    script.model.keymap = map;
    script.keys("t");
    assert!(
        script.model.layers.is_empty(),
        "the old key means nothing any more"
    );
    script.keys("g x");
    assert_eq!(script.model.context(), Context::Note);
}

/// Each mistake by the line on which it stands; the shipped keys of that line stay.
#[test]
fn mistakes_are_named_with_file_and_line_and_the_default_counts() {
    let cases = [
        ("[keys]\nclaimm = [\"c\"]", 2, "no_command"),
        ("[keys]\n\nclaim = [\"hyper-c\"]", 3, "no_key"),
        ("[keys]\nclaim = [\"ctrl-m\"]", 2, "same_key"),
        ("[keys]\nclaim = [\"ctrl-i\"]", 2, "same_key"),
        ("[keys]\nclaim = [\"ctrl-[\"]", 2, "same_key"),
        ("[keys]\nclaim = [\"shift-1\"]", 2, "shifted"),
        ("[keys]\nclaim = [\"ctrl-shift-c\"]", 2, "shifted"),
        ("[keys]\nclaim = [\"ctrl-1\"]", 2, "not_sent"),
        ("[keys]\nclaim = [\"a b c d\"]", 2, "key_count"),
        ("[keys]\nclaim = [\"\"]", 2, "key_count"),
        ("[keys]\nclaim = 3", 2, "no_list"),
        ("[keys]\nclaim = [\"n\"]", 2, "conflict"),
        ("[keys]\nclaim = [\"g\"]", 2, "conflict"),
        ("[keys]\nclaim = [\"n x\"]", 2, "conflict"),
        ("[keys]\nback = []", 2, "unreachable"),
        ("[keys]\nback = [\"X\"]", 2, "unreachable"),
        ("[keys]\npalette = []", 2, "unreachable"),
        ("[colours]\nclaim = \"red\"", 1, "only_keys"),
        ("[keys]\nclaim = [\"c\"\nnote = \"t\"", 3, "syntax"),
    ];
    let shipped = Keymap::shipped().unwrap();
    for (text, line, key) in cases {
        let (map, problems) = laid(text);
        let [problem] = problems.as_slice() else {
            panic!("{text}: {problems:?}");
        };
        assert_eq!(problem.key, key, "{text}");
        assert_eq!(problem.at.to_string(), format!("own.toml:{line}"), "{text}");
        for name in ["claim", "back", "palette", "note", "next"] {
            assert_eq!(keys(&map, name), keys(&shipped, name), "{text}");
        }
        for lang in LANGUAGES {
            let said = problem.said(&Texts::load(lang));
            assert!(said.starts_with(&format!("own.toml:{line}: ")), "{said}");
            assert!(!said.contains('{') && !said.contains("overlay."), "{said}");
        }
    }
}

#[test]
fn one_bad_line_does_not_hinder_the_others() {
    let (map, problems) = laid("[keys]\nclaim = [\"ctrl-m\"]\nnote = [\"N\"]\nopen = [\"N\"]\n");
    assert_eq!(keys(&map, "claim"), ["c"]);
    assert_eq!(keys(&map, "note"), ["N"]);
    assert_eq!(
        keys(&map, "open"),
        ["o"],
        "of two lines the later gives way"
    );
    let said: Vec<(String, &str)> = problems
        .iter()
        .map(|it| (it.at.to_string(), it.key))
        .collect();
    let at = |line: usize| format!("own.toml:{line}");
    assert_eq!(said, [(at(2), "same_key"), (at(4), "conflict")]);
    let conflict = problems[1].said(&Texts::load("en"));
    assert!(
        conflict.contains("open") && conflict.contains("own.toml:3"),
        "{conflict}"
    );
}

/// Keys may be swapped: what counts is whether all lines together agree.
#[test]
fn two_commands_may_change_places() {
    let (map, problems) = laid("[keys]\nclaim = [\"n\"]\nnext = [\"c\"]\n");
    assert_eq!(problems, []);
    assert_eq!(
        (keys(&map, "claim"), keys(&map, "next")),
        (vec!["n".into()], vec!["c".into()])
    );
}

/// Taking one line of a swap away takes the other with it, down to keys that agree.
#[test]
fn what_is_left_always_agrees() {
    let (map, problems) = laid("[keys]\nclaim = [\"n\", \"ctrl-m\"]\nnext = [\"c\"]\n");
    let kinds: Vec<&str> = problems.iter().map(|it| it.key).collect();
    assert_eq!(kinds, ["same_key", "conflict"]);
    let shipped = Keymap::shipped().unwrap();
    assert_eq!(keys(&map, "next"), keys(&shipped, "next"));
}

/// The machine's file, then the user's.
#[test]
fn the_later_file_wins_and_falls_back_to_the_earlier() {
    let machine = overlay("etc.toml", "[keys]\nnote = [\"N\"]\nopen = [\"O\"]\n");
    let own = overlay("own.toml", "[keys]\nnote = [\"T\"]\nopen = [\"E\"]\n");
    let (map, problems) = Keymap::with(&[machine, own]);
    assert_eq!(problems.len(), 1, "T is taken: {problems:?}");
    assert_eq!(keys(&map, "note"), ["N"]);
    assert_eq!(map.origin(command("note")).to_string(), "etc.toml:2");
    assert_eq!(keys(&map, "open"), ["E"]);
}

/// What the screen says of keys are the keys that count.
#[test]
fn words_name_the_keys_of_the_user() {
    let (map, problems) = laid("[keys]\nclaim = [\"K\"]\nmark = [\"space\", \"M\"]\n");
    assert_eq!(problems, []);
    for lang in LANGUAGES {
        let raw = Texts::load(lang);
        let texts = map.spell(&raw);
        assert!(texts.get("why.not_held_by_me").contains(" K "), "{lang}");
        let space = texts.get("key.space");
        assert!(texts.get("why.nothing_marked").contains(space), "{lang}");
        let open = |texts: &Texts| {
            texts
                .keys()
                .filter(|it| texts.get(it).contains("{key."))
                .count()
        };
        assert_eq!(open(&texts), 0, "{lang} names a command that there is not");
        assert!(open(&raw) > 10, "{lang} names keys of its own");
    }
    let mut script = Script::new(120, 40);
    script.model.keymap = map.clone();
    loket::desk::language::switch(&mut script.model, "en");
    script.keys("x");
    assert!(script.screen().contains("Press K to claim it."));
}

/// A command that the palette reaches may be without a key.
#[test]
fn a_command_without_a_key_is_called_by_its_name() {
    let (map, problems) = laid("[keys]\nattach = []\n");
    assert_eq!(problems, []);
    assert_eq!(map.calls(command("attach"), Context::List), [":attach"]);
}
