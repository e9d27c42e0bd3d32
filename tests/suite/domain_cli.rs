//! `loket check` and `loket due`, run as programs.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs the program with words in English whatever the machine speaks.
fn loket(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_loket"))
        .args(args)
        .env("LOKET_LANG", "en")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that needs no input may have gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json_lines(output: &Output) -> Vec<Value> {
    out(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Errors are one clear line, and the exit code says so.
fn refused(args: &[&str]) -> String {
    let output = loket(args, "");
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[test]
fn check_says_valid_or_why_not() {
    let good = loket(
        &[
            "check",
            "ean",
            "871690930000909597",
            "5414 4882 0052 3771 34",
        ],
        "",
    );
    assert_eq!(good.status.code(), Some(0));
    assert_eq!(
        out(&good),
        "871690930000909597  valid\n5414 4882 0052 3771 34  valid\n"
    );
    let bad = loket(
        &["check", "ean", "871690930000909590", "871690930000909597"],
        "",
    );
    assert_eq!(bad.status.code(), Some(1));
    assert!(out(&bad).starts_with("871690930000909590  invalid  check digit is 0, must be 7\n"));
}

#[test]
fn check_knows_every_kind() {
    for (kind, valid, invalid, code) in [
        (
            "ean",
            "871690930000909597",
            "541450000000000001",
            "check_digit",
        ),
        ("gln", "8716879000004", "3599900040700", "check_digit"),
        ("fnr", "20036914700", "20036914712", "check_digits"),
        ("orgnr-no", "974760673", "888888888", "filler"),
        ("personnr", "811228-9874", "201509160006", "serial"),
        ("orgnr-se", "556016-0680", "556103-4248", "check_digits"),
        ("kbo", "0566.988.259", "0123456789", "check_digit"),
        ("postcode-nl", "5223 MB", "1234 SS", "letters"),
    ] {
        let output = loket(&["check", kind, valid, invalid, "--json"], "");
        assert_eq!(output.status.code(), Some(1), "{kind}");
        let lines = json_lines(&output);
        assert_eq!(lines.len(), 2, "{kind}");
        assert_eq!(
            (&lines[0]["value"], &lines[0]["valid"]),
            (&valid.into(), &true.into())
        );
        assert_eq!(lines[0]["reason"], Value::Null, "{kind}");
        assert_eq!(
            (&lines[1]["value"], &lines[1]["valid"]),
            (&invalid.into(), &false.into())
        );
        assert_eq!(lines[1]["code"], code, "{kind}");
        let reason = lines[1]["reason"].as_str().unwrap();
        assert!(
            !reason.is_empty() && !reason.contains(['{', '.']),
            "{kind}: {reason}"
        );
    }
}

#[test]
fn check_reads_one_value_per_line() {
    let input = "974760673\r\n\n  923609016\n888888888";
    for args in [
        &["check", "orgnr-no", "--json"][..],
        &["check", "orgnr-no", "--json", "-"],
    ] {
        let output = loket(args, input);
        assert_eq!(output.status.code(), Some(1));
        let valid: Vec<_> = json_lines(&output)
            .iter()
            .map(|line| line["valid"].clone())
            .collect();
        assert_eq!(valid, [true, true, false]);
    }
    let nothing = loket(&["check", "orgnr-no"], "");
    assert_eq!(
        (nothing.status.code(), out(&nothing)),
        (Some(0), String::new())
    );
}

/// `identifiers.md` 3.3: the reference date decides.
#[test]
fn check_takes_a_reference_date() {
    let at = |date| {
        let args = ["check", "fnr", "30108299939", "--reference-date", date];
        loket(&args, "").status.code()
    };
    assert_eq!(at("2031-12-31"), Some(1));
    assert_eq!(at("2032-01-01"), Some(0));
}

/// House rule 9: what comes in as a control sequence does not go out as one.
#[test]
fn check_never_echoes_control_characters() {
    for json in [&["check", "gln"][..], &["check", "gln", "--json"]] {
        let output = loket(json, "\u{1b}]0;title\u{7}8716879000004\u{9b}2J\n");
        assert_eq!(output.status.code(), Some(1));
        let shown = out(&output);
        assert!(shown.contains("8716879000004"));
        assert!(!shown.trim_end().chars().any(char::is_control), "{shown:?}");
    }
}

#[test]
fn check_refuses_endless_lines() {
    let output = loket(&["check", "gln"], &"8".repeat(5000));
    assert_eq!(output.status.code(), Some(2));
}

/// Issue 2: `due` with the local offset, `last_day`, `ledger`.
#[test]
fn due_tells_the_deadline_as_json() {
    let args = [
        "due",
        "--start",
        "2026-11-20T15:05:00Z",
        "--term",
        "1wd",
        "--country",
        "NL",
    ];
    let output = loket(&[&args[..], &["--json"]].concat(), "");
    assert_eq!(output.status.code(), Some(0));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["due"], "2026-11-24T00:00:00+01:00");
    assert_eq!(lines[0]["last_day"], "2026-11-23");
    let kinds: Vec<_> = lines[0]["ledger"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        ["received", "start_day", "weekend", "working_day", "due"]
    );
}

/// GT-13, and the other units, on the command line.
#[test]
fn gt_13_due_counts_each_unit() {
    for (start, term, country, due) in [
        (
            "2026-03-27T16:00:00+01:00",
            "72h",
            "NL",
            "2026-03-30T17:00:00+02:00",
        ),
        ("2026-03-27 16:00", "72h", "SE", "2026-03-30T17:00:00+02:00"),
        ("2026-11-20T17:30", "8wh", "BE", "2026-11-23T16:00:00+01:00"),
        (
            "2026-11-20T17:30:30",
            "15m",
            "be",
            "2026-11-20T17:45:30+01:00",
        ),
        (
            "2007-04-04T12:00:00+02:00",
            "5wd",
            "NO",
            "2007-04-17T00:00:00+02:00",
        ),
    ] {
        let args = [
            "due",
            "--start",
            start,
            "--term",
            term,
            "--country",
            country,
            "--json",
        ];
        assert_eq!(
            json_lines(&loket(&args, ""))[0]["due"],
            due,
            "{start} {term}"
        );
    }
}

#[test]
fn due_knows_pauses_and_decree_days() {
    let due = |more: &[&str]| {
        let args = ["due", "--start", "2026-05-13T16:00:00+02:00", "--json"];
        json_lines(&loket(&[&args[..], more].concat(), ""))[0]["due"].clone()
    };
    assert_eq!(due(&["--term", "1wd"]), "2026-05-16T00:00:00+02:00");
    assert_eq!(
        due(&["--term", "1wd", "--equated"]),
        "2026-05-19T00:00:00+02:00"
    );
    let pause = [
        "--term",
        "2h",
        "--pause",
        "2026-05-13T16:30:00+02:00/2026-05-13 17:00",
    ];
    assert_eq!(due(&pause), "2026-05-13T18:30:00+02:00");
}

/// The ledger of the sketch in `screens.md`.
#[test]
fn due_explains_itself() {
    let args = [
        "due",
        "--start",
        "2026-11-20T16:05:00+01:00",
        "--term",
        "1wd",
        "--explain",
    ];
    let said = out(&loket(&args, ""));
    let want = [
        "received                Fri 20 Nov 2026 16:05",
        "day of receipt          does not count",
        "Sat 21 Nov, Sun 22 Nov  weekend",
        "Mon 23 Nov              working day 1",
        "due                     Mon 23 Nov 2026 24:00",
        "better before           Mon 23 Nov 17:00",
        "warning from            Mon 23 Nov 13:00",
        "counted with            nl-statutory 1, 1 working day",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), want);
    let dutch = out(&loket(&[&["--lang", "nl"], &args[..]].concat(), ""));
    assert!(dutch.starts_with("ontvangen "), "{dutch}");
    assert!(dutch.contains("ma 23 nov"), "{dutch}");
}

#[test]
fn due_names_holidays_pauses_and_changes_of_the_clock_in_words() {
    let easter = [
        "due",
        "--start",
        "2026-04-02 16:00",
        "--term",
        "9wh",
        "--explain",
    ];
    let pause = [
        "--pause",
        "2026-04-02 16:10/2026-04-07 09:00",
        "--pause",
        "2026-04-08 08:10/",
    ];
    let said = out(&loket(&[&easter[..], &pause].concat(), ""));
    for line in [
        "Thu 2 Apr             10 minutes of opening time",
        "stood still           Thu 2 Apr 16:10 – Tue 7 Apr: 110 minutes credited",
        "Fri 3 Apr             Good Friday (Algemene termijnenwet art. 3 lid 2)",
        "stood still           since Wed 8 Apr 08:10",
    ] {
        assert!(said.lines().any(|told| told == line), "{line}\nin\n{said}");
    }
    let spring = [
        "due",
        "--start",
        "2026-03-27 16:00",
        "--term",
        "72h",
        "--explain",
    ];
    let said = out(&loket(&spring, ""));
    assert!(said.contains("clocks go forward 60 minutes"), "{said}");
    assert!(said.contains("72 hours"), "{said}");
}

#[test]
fn due_refuses_in_one_line() {
    let due = |start, term, country| {
        refused(&[
            "due",
            "--start",
            start,
            "--term",
            term,
            "--country",
            country,
        ])
    };
    assert!(due("yesterday", "1wd", "NL").contains("yesterday"));
    assert!(due("2026-03-29 02:30", "1wd", "NL").contains("does not exist"));
    assert!(due("2026-10-25 02:30", "1wd", "NL").contains("twice"));
    assert!(due("2026-11-20 10:00", "1wd", "DK").contains("NL, NO, SE, BE"));
    assert!(due("2050-11-20 10:00", "1wd", "NL").contains("2005 to 2040"));
    for term in [
        "0wd",
        "0d",
        "wd",
        "1",
        "1y",
        "-1h",
        "99999999999h",
        "70000wd",
    ] {
        let args = [
            "due",
            "--start",
            "2026-11-20 10:00",
            &format!("--term={term}"),
        ];
        assert_eq!(loket(&args, "").status.code(), Some(2), "{term}");
    }
}
