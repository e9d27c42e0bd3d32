//! The filter and the action on many cases, from a shell.

use crate::support::shell::{Said, Shell};
use crate::support::world::World;

async fn office(cases: u32) -> (World, Shell, Vec<String>) {
    let world = World::new().await;
    let anna = Shell::of(&world.db.url("anna"));
    let mut numbers = Vec::new();
    for n in 1..=cases {
        let case_id = world.signal(n).await;
        numbers.push(world.admin.case_detail(case_id).await.unwrap().row.case_no);
    }
    (world, anna, numbers)
}

fn run(shell: &Shell, words: &[&str]) -> Said {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    shell.run(&quoted.join(" "))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_with_the_language_of_the_screen() {
    let (world, anna, numbers) = office(3).await;
    let bram = world.desk("bram").await;
    let first = world
        .admin
        .case_by_number(&numbers[0])
        .await
        .unwrap()
        .unwrap();
    bram.take(first).await;
    let of = |line: &str| {
        let said = run(&anna, &["case", "list", "--json", "--filter", line]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out.lines().count()
    };
    assert_eq!(of("holder:none"), 2);
    assert_eq!(of("holder:bram zonnebloem"), 1);
    assert_eq!(of("-process:gt"), 0);
    assert_eq!(of(&numbers[2]), 1);
    let said = run(&anna, &["case", "list", "--filter", "work:open staat:x"]);
    assert_eq!(said.code, 2);
    let lines: Vec<&str> = said.err.lines().collect();
    assert!(lines[0].contains("\"staat\""), "{}", said.err);
    assert_eq!(lines[2].find('^'), lines[1].find("staat"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_is_done_with_every_case_that_fits_under_the_same_guards() {
    let (world, anna, numbers) = office(3).await;
    let many = |more: &[&str]| {
        let line = ["case", "do", "block_confirmed", "--filter", "process:gt"];
        let line: Vec<&str> = line.iter().chain(more).copied().collect();
        run(&anna, &line)
    };
    let dry = many(&["--dry-run", "--json"]);
    assert_eq!((dry.code, dry.out.lines().count()), (0, 3), "{}", dry.err);
    assert!(
        dry.out
            .lines()
            .all(|line| line.contains("\"dry_run\":true"))
    );
    // one of them is a colleague's by now
    let bram = world.desk("bram").await;
    let second = world
        .admin
        .case_by_number(&numbers[1])
        .await
        .unwrap()
        .unwrap();
    bram.take(second).await;
    let said = many(&[]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(
        said.out.contains(&format!("{}: not done", numbers[1])),
        "{}",
        said.out
    );
    assert!(said.out.contains("Bram"), "{}", said.out);
    assert!(said.out.contains("2 done, 1 refused."), "{}", said.out);
    assert!(anna.json("case list --mine").is_empty(), "given back");
    // the same again: refused for each, and that is said
    let again = many(&["--json"]);
    assert_eq!(again.code, 1);
    assert!(
        again.out.lines().all(|line| line.contains("\"refused\":")),
        "{}",
        again.out
    );
    let note = run(
        &anna,
        &[
            "case",
            "do",
            "add_note",
            "--filter",
            "process:gt",
            "--set",
            "note=letter sent",
            "--limit",
            "2",
        ],
    );
    assert_eq!(note.code, 0, "{}", note.err);
    assert!(note.out.contains("2 done, 0 refused."), "{}", note.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_when_more_fit_than_the_role_allows() {
    let (world, anna, _) = office(1).await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let copies = "INSERT INTO loket.cases (case_no, queue_id, process, state, work, facts,
        received_at, opened_at, subject)
      SELECT 'GT-2025-' || lpad(n::text, 6, '0'), queue_id, process, state, work, facts,
        received_at, opened_at, subject
      FROM loket.cases, generate_series(1, 60) n";
    sqlx::query(copies).execute(&pool).await.unwrap();
    let note = [
        "case",
        "do",
        "add_note",
        "--filter",
        "process:gt",
        "--set",
        "note=x",
    ];
    let said = run(&anna, &note);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("61 cases fit; you may act on 50"),
        "{}",
        said.err
    );
    let notes = "SELECT count(*) FROM loket.case_events WHERE kind = 'add_note'";
    let notes: i64 = sqlx::query_scalar(notes).fetch_one(&pool).await.unwrap();
    assert_eq!(notes, 0);
}

/// Where not all cases could be looked at, nothing is done to those that were seen, unless one asks
/// for the first ones only.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_when_not_all_cases_could_be_looked_at() {
    let (world, anna, _) = office(6).await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    // the bounds of the question, up to 200,000 cases in the product, at a size that a test can fill
    for (function, bound) in [("filter_cases", "200000"), ("filter_find", "2000")] {
        let bounded = "SELECT replace(pg_get_functiondef(oid), $2, '3') FROM pg_proc
            WHERE proname = $1 AND pg_get_functiondef(oid) LIKE '% ' || $2 || ',%'";
        let bounded = sqlx::query_scalar(bounded).bind(function).bind(bound);
        let bounded: String = bounded.fetch_one(&pool).await.unwrap();
        let bounded = sqlx::raw_sql(sqlx::AssertSqlSafe(bounded));
        bounded.execute(&pool).await.unwrap();
    }
    let note = |more: &[&str]| {
        let line = [
            "case",
            "do",
            "add_note",
            "--set",
            "note=x",
            "--filter",
            "process:gt",
        ];
        let line: Vec<&str> = line.iter().chain(more).copied().collect();
        run(&anna, &line)
    };
    let said = note(&[]);
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert!(said.err.contains("more may fit"), "{}", said.err);
    assert!(said.err.contains("--limit"), "the way out: {}", said.err);
    let notes = "SELECT count(*) FROM loket.case_events WHERE kind = 'add_note'";
    let notes = || sqlx::query_scalar::<_, i64>(notes).fetch_one(&pool);
    assert_eq!(notes().await.unwrap(), 0);
    let first = note(&["--limit", "1"]);
    assert_eq!(first.code, 0, "{}", first.err);
    assert_eq!(notes().await.unwrap(), 1);
}

/// A filter with a name stands for its line, here as on the screen.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_saved_listed_used_and_thrown_away() {
    let (world, anna, _) = office(1).await;
    let lead = Shell::of(&world.db.url("lead_1"));
    assert!(anna.ok("filter").contains("no filter is saved"));
    anna.ok("filter save pool 'WORK:open  -due:late'");
    lead.ok("filter save team 'state:\"contact the party\"' --queue Mandates");
    let listed = anna.json("filter list");
    assert_eq!(listed.len(), 2);
    assert_eq!(
        listed[0]["line"], "work:open -due:late",
        "in its right form"
    );
    // two processes have a step of that name
    assert_eq!(listed[1]["line"], "state:blocked_contact_due,contact_due");
    assert_eq!(listed[1]["queue"], "mandate");
    assert_eq!(anna.json("case list --filter '@pool @team'").len(), 1);
    let wrong = anna.run("case list --filter @nobody");
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("No filter is saved as \"nobody\""),
        "{}",
        wrong.err
    );
    let near = anna.run("case list --filter state:contackt");
    assert!(near.err.contains("Did you mean"), "{}", near.err);
    anna.ok("filter drop pool");
    assert_eq!(anna.json("filter list").len(), 1);
    anna.refused("filter drop team");
}

/// DW-GEN-06: what names one customer or one metering point is not said of all that fit; nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn what_names_one_is_not_done_with_all_that_fit() {
    let (_world, anna, _numbers) = office(2).await;
    let line = ["case", "do", "note", "--filter", "process:gt"];
    let named = run(
        &anna,
        &[&line[..], &["--field", "ean=707057500100000017"]].concat(),
    );
    assert_eq!(named.code, 1, "{}", named.err);
    assert!(named.err.contains("case by case"), "{}", named.err);
    let one = ["--limit", "1", "--field", "ean=707057500100000017"];
    let one = run(&anna, &[&line[..], &one].concat());
    assert!(
        !one.err.contains("case by case") && !one.out.contains("case by case"),
        "{one:?}"
    );
}
