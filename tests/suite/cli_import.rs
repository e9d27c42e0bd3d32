//! `loket import` from a shell: what a dry run tells, and what is said when it stops.

use loket::store::rows::CaseId;

use crate::exchange_world::folder;
use crate::support::shell::Shell;
use crate::support::world::{SUPPLIER, World, ean};

/// A number with a right check digit that no register knows.
const NOBODY: &str = "8717180005146";

fn line(reference: &str, n: u32, more: &str) -> String {
    format!(
        r#"{{"process":"doubt","received_at":"2026-11-16T08:00:00+01:00","reference":"{reference}",
        "ean":"{}","party_gln":"{SUPPLIER}","source":"acm","signal_type":"other",
        "concerns_isma":false{more}}}"#,
        ean(n)
    )
    .replace('\n', "")
        + "\n"
}

async fn world() -> (World, Shell) {
    let world = World::new().await;
    let morning = "2026-11-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    let shell = Shell::of(&world.db.url("admin_1"));
    (world, shell)
}

fn counts(report: &serde_json::Value) -> [u64; 4] {
    ["checked", "attached", "known", "refused"].map(|key| report["files"][0][key].as_u64().unwrap())
}

/// What the real run refuses, attaches or knows already, a dry run says too (GT-09, GT-11).
#[tokio::test(flavor = "multi_thread")]
async fn gt_09_a_dry_run_of_cases_passes_nothing_that_the_real_run_refuses() {
    let (world, shell) = world().await;
    shell.run_with("import cases -", &line("A-1", 1, ""));
    let file = [
        line("A-1", 1, ""),
        line("A-2", 1, ""),
        line("A-3", 2, ""),
        line("A-4", 2, ""),
        line("A-5", 41, ""),
    ]
    .concat();
    let dry = shell.run_with("import cases --dry-run --json -", &file);
    let report: serde_json::Value = serde_json::from_str(&dry.out).unwrap();
    assert_eq!((dry.code, counts(&report)), (3, [1, 2, 1, 1]), "{dry:?}");
    let reason = report["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("EAN"), "{reason}");
    let said = shell.run_with("import cases --dry-run -", &file).out;
    assert!(said.contains("2 would be attached"), "{said}");
    assert!(said.contains("only the real run can tell"), "{said}");
    let second = world.admin.case_by_number("GT-2026-000002").await.unwrap();
    assert_eq!(second, None::<CaseId>, "nothing was written");

    let real = shell.run_with("import cases --json -", &file);
    let report: serde_json::Value = serde_json::from_str(&real.out).unwrap();
    assert_eq!(report["files"][0]["new"], 1);
    assert_eq!(counts(&report), [0, 2, 1, 1], "{real:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_registers_asks_for_connections_and_parties() {
    let (world, shell) = world().await;
    let contacts = format!(
        "gln,contact_group,name,email\n{SUPPLIER},G,A,a@b.example\n{NOBODY},G,B,b@b.example\n"
    );
    let meters = format!(
        "meter_number,ean,meter_type\nM1,{},smart\nM2,{},smart\n",
        ean(1),
        ean(41)
    );
    for (kind, file, word) in [("contacts", contacts, "GLN"), ("meters", meters, "EAN")] {
        let said = shell.run_with(&format!("import {kind} --dry-run --json -"), &file);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(counts(&report), [1, 0, 0, 1], "{said:?}");
        let reason = report["refused"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(word), "{reason}");
        // who may not write is told so by the dry run already
        let anna = Shell::of(&world.db.url("anna"));
        let refused = anna.run_with(&format!("import {kind} --dry-run -"), &file);
        assert_eq!(refused.code, 1, "{refused:?}");
    }
}

/// The field by its name, once, and every choice.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_its_field_and_all_choices() {
    let (_world, shell) = world().await;
    let file = line("B-1", 1, "").replace("acm", "neighbour")
        + &line("B-2", 1, "").replace("\"acm\"", "null");
    let said = shell.run_with("import cases --dry-run -", &file).out;
    assert!(!said.contains("field."), "{said}");
    assert!(!said.contains('…'), "cut: {said}");
    assert_eq!(
        said.lines()
            .next()
            .unwrap()
            .matches("who brought it")
            .count(),
        1,
        "{said}"
    );
    let parties = format!("gln,name,role,country\n{NOBODY},A,baker,NL\n");
    let said = shell.run_with("import parties --dry-run -", &parties).out;
    assert!(said.contains("grid_operator installer"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_stopped_says_why_in_json_too() {
    let (world, shell) = world().await;
    let missing = folder("import-stop").join("no\u{1b}[2Jfile");
    let said = shell.run(&format!("import cases --json '{}'", missing.display()));
    assert_eq!(said.code, 2, "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let file = report["error"]["file"].as_str().unwrap();
    assert!(file.ends_with("nofile"), "{file}");
    assert!(
        report["error"]["reason"]
            .as_str()
            .unwrap()
            .contains("No such file")
    );
    assert!(!said.err.contains('\u{1b}'), "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "nothing came in: {said:?}");

    let good = folder("import-good").join("cases.jsonl");
    std::fs::write(&good, line("C-1", 1, "")).unwrap();
    let both = format!("import cases '{}' '{}'", good.display(), missing.display());
    let said = shell.run(&both);
    assert!(
        said.err.contains("what came in before that is in"),
        "{said:?}"
    );
    let url = world.db.url("anna");
    let refused = Shell::of(&url).run_with("import cases --json -", &line("C-2", 2, ""));
    let report: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    let reason = report["error"]["reason"].as_str().unwrap();
    assert!(reason.contains("worker, admin"), "{reason}");
}

/// A full disk behind standard output is a failure with a sentence; a closed pipe is none.
#[test]
fn a_full_standard_output_is_said_and_has_exit_code_5() {
    for arguments in [
        &["process", "list"][..],
        &["check", "ean", "1"],
        &["process", "list", "--json"],
    ] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let said = std::process::Command::new(env!("CARGO_BIN_EXE_loket"))
            .args(["--lang", "en"])
            .args(arguments)
            .stdout(full)
            .stderr(std::process::Stdio::piped())
            .output()
            .unwrap();
        let words = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(5), "{arguments:?}: {words}");
        assert!(words.contains("standard output"), "{words}");
    }
    let mut closed = std::process::Command::new(env!("CARGO_BIN_EXE_loket"))
        .args(["process", "list"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(closed.stdout.take());
    let said = closed.wait_with_output().unwrap();
    assert_eq!((said.status.code(), said.stderr.len()), (Some(0), 0));
}
