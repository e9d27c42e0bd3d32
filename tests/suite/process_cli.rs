//! `loket process`, run as a program.

use std::process::{Command, Output};

use loket::process::ALL;
use serde_json::Value;

fn loket(lang: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loket"))
        .arg("process")
        .args(args)
        .env("LOKET_LANG", lang)
        .output()
        .unwrap()
}

fn out(lang: &str, args: &[&str]) -> String {
    let output = loket(lang, args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn lists_every_process_in_the_language_asked_for() {
    let (en, nl) = (out("en", &["list"]), out("nl", &["list"]));
    assert_eq!(en.lines().count(), ALL.len());
    assert!(en.contains("Reasonable doubt") && nl.contains("Gerede twijfel"));
    let first: Value =
        serde_json::from_str(out("en", &["list", "--json"]).lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["key"], &first["prefix"]),
        (&"doubt".into(), &"GT".into())
    );
}

#[test]
fn shows_all_that_a_process_has() {
    for (process, lang) in ALL.iter().zip(["en", "nl"].iter().cycle()) {
        let shown = out(lang, &["show", process.key]);
        let states = process.states.iter().map(|state| state.key);
        let lines = process.lines().map(|line| line.key);
        let clocks = process.clocks.iter().map(|clock| clock.key);
        for key in states
            .chain(lines)
            .chain(clocks)
            .chain(process.cited_rules())
        {
            assert!(shown.contains(key), "{key} is not shown");
        }
        for missing in ["action.", "state.", "clock.", "rule.", "sheet.", "by."] {
            let has_key = shown.lines().any(|line| line.trim().starts_with(missing));
            assert!(!has_key, "a text key stands in the output: {missing}");
        }
    }
}

#[test]
fn shows_json_and_diagram() {
    let shown: Value = serde_json::from_str(&out("nl", &["show", "doubt", "--json"])).unwrap();
    assert_eq!(shown["states"][0]["name"], "partij benaderen");
    assert!(shown["rules"]["GT-13"].as_str().unwrap().contains("72 uur"));
    assert!(shown["transitions"].as_array().unwrap().len() > 50);
    let drawn = out("en", &["show", "party_report", "--mermaid"]);
    assert!(drawn.starts_with("stateDiagram-v2\n"));
    assert!(drawn.contains("reported --> converted: Open a doubt case\n"));
}

#[test]
fn refuses_an_unknown_process_in_one_line() {
    let output = loket("en", &["show", "tea\u{1b}[2J"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said.trim_end(),
        "loket: There is no process tea. There are: doubt, party_report, prio, tlm, notification, wash."
    );
}
