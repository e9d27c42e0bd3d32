//! The desk as lines: the real program in a pipe, a whole case from intake to closing by script, and
//! nothing in what it says that is not plain text.

use loket::store::rows::CaseId;
use loket::text::Texts;

use crate::support::keys::office;
use crate::support::screen::Screen;
use crate::support::shell::{Said, Shell};
use crate::support::world::{SUPPLIER, World, ean};
use crate::terminal_privacy::shell;

/// What anna's desk says to that script.
fn lines(world: &World, script: &[&str]) -> Said {
    lines_in(world, "en", script)
}

fn lines_in(world: &World, lang: &str, script: &[&str]) -> Said {
    let shell = Shell::of(&world.db.url("anna"));
    let input = script.join("\n") + "\n";
    let said = shell.run_with(&format!("--plain --lang {lang}"), &input);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    is_plain(&said.out);
    said
}

/// Lines of printable characters: no cursor moves, no colour, nothing is drawn over.
fn is_plain(out: &str) {
    for line in out.lines() {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!line.contains("  "), "columns are no sentence: {line:?}");
    }
}

/// These are said, one after the other.
fn in_order(out: &str, wanted: &[&str]) {
    let mut rest = out;
    for one in wanted {
        let at = rest.find(one);
        let at = at.unwrap_or_else(|| panic!("{one:?} is not said after what came before:\n{out}"));
        rest = &rest[at + one.len()..];
    }
}

/// What a screen reader hears of it, among the rest.
const SAID_OF_A_WHOLE_CASE: [&str; 23] = [
    "loket, line by line.",
    "Connected.",
    "List Mandates, 0 cases.",
    "1 Reasonable doubt",
    "Form Reasonable doubt, fields: 8.",
    "Field 1 of 8, EAN of the connection, one line with proposals, needed.",
    "Field 4 of 8, who brought it, choice: 1 the customer, 2 a market party",
    "several lines, a full stop alone ends it",
    "To be checked.",
    "is opened.",
    "Contact the party",
    "Field 1 of",
    "channel, choice: 1 telephone, 2 e-mail",
    "contact of the party, choice: 1 Bakker",
    "ask for proof: yes",
    "What will happen",
    "To be checked.",
    "Contact the party. Now: waiting for the party",
    "Form Record the party's answer",
    "Record the party's answer. Now: judge the proof",
    "Reject the proof. Now: block stays, close",
    "Close, block stays. Now: closed: no mandate shown",
    "The desk is left.",
];

/// A whole case, in the words of a language: numbers only where several may be meant by a word.
fn whole_case(texts: &Texts, ean: &str) -> Vec<String> {
    let say = |keys: &[&str]| keys.iter().map(|key| texts.say(key)).collect::<Vec<_>>();
    let (act, yes) = ("command.act", "plain.word.yes");
    let given = |said: &[&str]| said.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    [
        say(&["command.open"]),
        given(&["1", ean, SUPPLIER]),
        say(&[
            "choice.party_role.supplier",
            "choice.source.customer_direct",
        ]),
        say(&["choice.signal_type.no_permission", "choice.yes_no.yes"]),
        given(&["", "the customer never heard of this party", "."]),
        // the case is shown: the party is asked for proof
        say(&[
            yes,
            act,
            "action.doubt.contact_party",
            "choice.channel.email",
        ]),
        given(&["1", ""]),
        say(&["choice.yes_no.yes"]),
        given(&["", ""]),
        // it answers, without proof
        say(&[yes, act, "action.doubt.party_responded"]),
        given(&["", "the contract cannot be found", "asked again", "."]),
        say(&["choice.yes_no.no"]),
        given(&["", "", "", ""]),
        // the proof is rejected, and all who must know do
        say(&[yes, act, "action.doubt.proof_rejected"]),
        given(&["there is none", "."]),
        say(&[yes, act, "action.doubt.close"]),
        say(&["choice.yes_no.yes", "choice.yes_no.yes", "choice.yes_no.no"]),
        given(&[""]),
        say(&[yes, "plain.word.where"]),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_case_goes_by_lines_from_intake_to_closing() {
    let world = office().await;
    let script = whole_case(&Texts::load("en"), &ean(3));
    let script: Vec<&str> = script.iter().map(String::as_str).collect();
    let said = lines(&world, &script);
    in_order(&said.out, &SAID_OF_A_WHOLE_CASE);
    let cases = world.admin.rows(&[CaseId(1)]).await.unwrap();
    assert_eq!(cases[0].state, "closed_unlawful");
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// The same case in the words of the other languages, each with a case of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_case_goes_in_the_words_of_each_language() {
    let world = office().await;
    for (n, lang) in [(1, "nl"), (2, "nb"), (3, "sv")] {
        let texts = Texts::load(lang);
        let script = whole_case(&texts, &ean(n));
        let script: Vec<&str> = script.iter().map(String::as_str).collect();
        let said = lines_in(&world, lang, &script);
        let state = texts.say("state.doubt.closed_unlawful");
        let wanted = [
            &*texts.say("plain.link_live"),
            &*texts.say("action.doubt.contact_party"),
            &*texts.say("plain.form.review"),
            &*state,
            &*texts.say("plain.bye"),
        ];
        in_order(&said.out, &wanted);
        for unknown in ["plain.unknown.word", "plain.unknown.choice"] {
            let begin = texts.say(unknown);
            let end = begin.rsplit('}').next().unwrap().to_owned();
            assert!(!said.out.contains(&end), "{lang}: {}", said.out);
        }
        let case = CaseId(i64::from(n));
        let cases = world.admin.rows(&[case]).await.unwrap();
        assert_eq!(cases[0].state, "closed_unlawful", "{lang}: {}", said.out);
    }
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// In a terminal what is masked is told for a purpose and until when, the history knows the purpose,
/// and nothing of it is read again once it is locked.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_unmasked_is_told_with_its_limit_and_not_after_the_lock() {
    let world = office().await;
    world.signal(1).await;
    let url = world.db.url("anna");
    let mut screen = Screen::start(&["--plain"], &[("DATABASE_URL", &url)], (100, 120));
    screen.wait("contact the party");
    for (line, said) in [
        ("detail", "***67"),
        ("unmask", "1 to reach the customer"),
        ("1", "+31201234567"),
        ("read", "masked data looked at"),
    ] {
        screen.press(&format!("{line}\r"));
        screen.wait(said);
    }
    screen.wait("shown until ");
    screen.press("lock\r");
    screen.wait("Locked since ");
    screen.press("\r");
    screen.wait("Unlocked.");
    screen.press("read\r");
    let after = |text: &str| {
        text.split_once("Unlocked.")
            .is_some_and(|it| it.1.contains("***67"))
    };
    screen.wait_for("masked again", after);
    let text = screen.text();
    let (_, after) = text.split_once("Locked since ").unwrap();
    assert!(!after.contains("+31201234567"), "{after}");
    let (locked, _) = after.split_once("Unlocked.").unwrap();
    assert!(!locked.contains("GT-"), "{locked}");
    let timeline = world.admin.timeline(CaseId(1), None, 50).await.unwrap();
    assert!(timeline.iter().any(|event| event.kind == "unmasked"));
}

/// What goes into a file stays there: nothing is unmasked, with the reason, and nothing is an event.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_unmasked_into_a_file_or_a_pipe() {
    let world = office().await;
    world.signal(1).await;
    let said = lines(&world, &["detail", "unmask", "1", "read"]);
    in_order(&said.out, &["***67", "nothing is unmasked"]);
    assert!(!said.out.contains("+31201234567"), "{}", said.out);
    let timeline = world.admin.timeline(CaseId(1), None, 50).await.unwrap();
    assert!(timeline.iter().all(|event| event.kind != "unmasked"));
}

/// A value is said in a line of its own: no clipboard is claimed that there is not.
#[tokio::test(flavor = "multi_thread")]
async fn copying_says_the_value_and_hands_nothing_to_a_terminal() {
    let world = office().await;
    world.signal(1).await;
    let row = &world.admin.rows(&[CaseId(1)]).await.unwrap()[0];
    let said = lines(&world, &["detail", "copy", "1", "theme mono"]);
    let value = format!("\ncase number: {}\n", row.case_no);
    in_order(&said.out, &["1 case number: ", &value, "no colours"]);
    assert!(!said.out.contains("your terminal:"), "{}", said.out);
}

/// What is asked twice is said twice, what does not change is said once.
#[tokio::test(flavor = "multi_thread")]
async fn the_selection_is_said_when_it_moves_and_not_again() {
    let world = office().await;
    for n in 1..=3 {
        world.signal(n).await;
    }
    let said = lines(&world, &["down", "down", "3", "where", "1"]);
    let texts = Texts::load("en");
    let third: Vec<&str> = said
        .out
        .lines()
        .filter(|line| line.starts_with("3 of 3: "))
        .collect();
    assert_eq!(third.len(), 2, "moved to, and asked for: {}", said.out);
    assert!(
        third[0].contains(texts.get("state.doubt.blocked_contact_due")),
        "{third:?}"
    );
    assert!(third[0].contains(" left"), "{third:?}");
    in_order(
        &said.out,
        &[
            "1 of 3: ",
            "2 of 3: ",
            "3 of 3: ",
            "List Mandates, 3 cases.",
            "1 of 3: ",
        ],
    );
}

/// What is no word here says so, and what is meant by several names them.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_not_there_is_answered_and_help_lists_those_that_are() {
    let world = office().await;
    let said = lines(
        &world,
        &["dance", "17", "help", "next", "quit", "never read"],
    );
    in_order(
        &said.out,
        &[
            "There is no word dance here.",
            "There is no number 17 here.",
            "What can be done in the list:",
            "next: Takes the most urgent case",
            "The desk is left.",
        ],
    );
    assert!(
        !said.out.contains("never"),
        "nothing is read after the end: {}",
        said.out
    );
}

/// A terminal that can do nothing is served with lines, unless somebody said otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_dumb_terminal_is_served_with_lines() {
    let world = office().await;
    let shell = Shell::of(&world.db.url("anna")).with("TERM", "dumb");
    let said = shell.run_with("", "quit\n");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("line by line"), "{}", said.out);
    let set = shell.with("LOKET_PLAIN", "0");
    let said = set.run_with("", "quit\n");
    assert_eq!(said.code, 2, "a full screen needs a terminal: {}", said.err);
}

/// The lines are suspended as any program is, by word and by ctrl-z: the shell has the terminal until
/// `fg`, and what happened meanwhile is known afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn lines_are_suspended_and_go_on() {
    let world = office().await;
    let mut screen = shell(&world.db.url("anna"));
    screen.press(&format!("{} --plain\r", env!("CARGO_BIN_EXE_loket")));
    screen.wait("Connected.");
    for (nth, suspend) in (1..).zip(["suspend\r", "\u{1a}"]) {
        screen.press(suspend);
        let stopped = |shown: &str| shown.matches("Stopped").count() >= nth;
        screen.wait_for("the shell", stopped);
        world.signal(nth.try_into().unwrap()).await;
        screen.press(&format!("echo sum $(({nth} + 40))\r"));
        screen.wait(&format!("sum {}", nth + 40));
        screen.press("fg\r");
        // the shell names what goes on: until then it reads what is typed
        let goes_on = |shown: &str| shown.matches("loket --plain").count() > 2 * nth;
        screen.wait_for("what goes on", goes_on);
        screen.press("refresh\r");
        screen.press("list\r");
        let told = format!("GT-2026-00000{nth}");
        screen.wait_for("the list of now", |shown| {
            let after = shown.rsplit("fg").next().unwrap();
            after.contains(&told)
        });
    }
    screen.press("quit\r");
    screen.wait("The desk is left.");
    // until the shell asks again, what is typed may be read by the program that leaves
    screen.wait_for("the shell", |shown| shown.trim_end().ends_with("ready>"));
    screen.press("exit\r");
    assert!(screen.ended().success());
}
