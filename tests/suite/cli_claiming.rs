//! Passing over, taking over and the leads' numbers from a shell, by the real program.

use crate::support::shell::Shell;
use crate::support::world::World;

async fn case_no(world: &World, n: u32) -> String {
    let case_id = world.signal(n).await;
    let detail = world.admin.case_detail(case_id).await.unwrap();
    detail.row.case_no
}

/// A case that `next` gave goes back with a reason only; then the command line says what is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_proposed_case_is_passed_over_with_a_reason() {
    let world = World::new().await;
    let no = case_no(&world, 1).await;
    let anna = Shell::of(&world.db.url("anna"));
    anna.one("case next");
    let said = anna.refused(&format!("case release {no}"));
    assert!(said.contains("loket case skip"), "{said}");
    let usage = anna.run(&format!("case skip {no} --reason bored"));
    assert_eq!(usage.code, 2);
    let usage = anna.run(&format!("case skip {no} --reason other"));
    assert_eq!(usage.code, 2, "another reason needs a line");
    let skipped = anna.one(&format!(
        "case skip {no} --reason other --line 'in Frisian'"
    ));
    assert_eq!(skipped["work"], "open");
    let said = anna.refused("case next");
    assert!(said.contains("passed over"), "{said}");
    let next = anna.run("case next --json");
    assert_eq!(next.out.trim(), r#"{"result":"passed_over","cases":1}"#);
    let told = anna.ok(&format!("case timeline {no}"));
    assert!(told.contains("passed over"), "{told}");
}

/// Taking over says from whom, and needs a reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_taken_from_a_colleague_with_a_reason() {
    let world = World::new().await;
    let no = case_no(&world, 1).await;
    let (anna, bram) = (
        Shell::of(&world.db.url("anna")),
        Shell::of(&world.db.url("bram")),
    );
    let said = bram.refused(&format!("case take-over {no} --reason urgent"));
    assert!(said.contains("Nobody holds"), "{said}");
    anna.one(&format!("case claim {no}"));
    assert_eq!(bram.run(&format!("case take-over {no}")).code, 2);
    let said = bram.ok(&format!("case take-over {no} --reason 'she went home'"));
    assert!(said.contains("Anna is told why"), "{said}");
    assert!(anna.refused(&format!("case release {no}")).contains("Bram"));
    let taken = anna.one(&format!("case take-over {no} --reason 'back again'"));
    assert_eq!(taken["why"], "taken_over");
    assert_eq!(anna.json("case list --mine").len(), 1);
}

/// Leads set the numbers, of a queue and of one agent; everybody reads them; the gate is said with the
/// case to finish first.
#[tokio::test(flavor = "multi_thread")]
async fn leads_set_limit_and_gate() {
    let world = World::new().await;
    let no = case_no(&world, 1).await;
    case_no(&world, 2).await;
    let (anna, lead) = (
        Shell::of(&world.db.url("anna")),
        Shell::of(&world.db.url("lead_1")),
    );
    assert_eq!(anna.run("queue limits mandate --max 3").code, 1);
    assert_eq!(lead.run("queue limits mandate").code, 2, "nothing to set");
    assert_eq!(lead.run("queue limits nowhere --max 3").code, 1);
    lead.ok("queue limits mandate --max 3 --gate 1");
    let set = lead.one("queue limits mandate --agent anna --gate 0");
    let of_anna = |queue: &serde_json::Value| {
        let agents = queue["agents"].as_array().unwrap().clone();
        agents
            .into_iter()
            .find(|one| one["name"] == "Anna")
            .unwrap()
    };
    assert_eq!(
        (set["max_leases"].as_i64(), set["gate"].as_i64()),
        (Some(3), Some(1))
    );
    assert_eq!(of_anna(&set)["gate"], 0);
    // what is not given stays
    let set = lead.one("queue limits mandate --agent anna --max 2");
    assert_eq!(
        (
            of_anna(&set)["gate"].as_i64(),
            of_anna(&set)["max_leases"].as_i64()
        ),
        (Some(0), Some(2))
    );
    assert!(anna.ok("queue limits").contains("at most 2, no gate"));
    lead.ok("queue limits mandate --agent anna --as-queue");
    anna.one(&format!("case claim {no}"));
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let warned = "UPDATE loket.cases SET due_warn = now() - interval '1 min'";
    sqlx::query(warned).execute(&pool).await.unwrap();
    let said = anna.refused("case next");
    assert!(
        said.contains(&no) && said.contains("contact the party"),
        "{said}"
    );
}
