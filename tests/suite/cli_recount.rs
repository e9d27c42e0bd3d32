//! `loket db calendar` and `loket db recount`, by the real program on a real server.

use crate::process_world::at;
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::shell::Shell;
use crate::support::world::World;

const ADD: &str =
    "db calendar add 2026-11-20 --country NL --name Brugdag --law 'Besluit gelijkstelling'";

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_edits_looks_first_and_recounts() {
    let world = World::new().await;
    world
        .admin
        .clock_set(at("2026-11-19T10:00:00+01:00"))
        .await
        .unwrap();
    let case_id = world.signal(1).await;
    let no = world.admin.case_detail(case_id).await.unwrap().row.case_no;
    let lead = Shell::of(&world.db.url("lead_1"));
    assert!(lead.ok(ADD).contains("loket db recount --dry-run"));
    assert!(lead.ok(ADD).contains("stays at version 2"));
    let listed = lead.one("db calendar list --country nl --year 2026");
    let days = listed["days"].as_array().unwrap();
    let day = days.iter().find(|day| day["day"] == "2026-11-20").unwrap();
    assert_eq!(
        (&day["edited_by"], &day["kind"]),
        (&"Lead_1".into(), &"public".into())
    );
    assert!(lead.ok("db calendar list --year 2026").contains("Brugdag"));

    let dry = lead.one("db recount --dry-run");
    assert_eq!(
        (&dry["dry_run"], &dry["moved"], &dry["refused"]),
        (&true.into(), &1.into(), &0.into())
    );
    let moved = &dry["cases"][0]["moves"][0];
    assert_eq!(dry["cases"][0]["case_no"], no.as_str());
    assert_eq!(moved["was_due_at"], "2026-11-20T23:00:00Z");
    assert_eq!(moved["due_at"], "2026-11-23T23:00:00Z");
    let said = lead.ok("db recount");
    assert!(
        said.contains(&no) && said.contains("20 Nov 2026 24:00"),
        "{said}"
    );
    let again = lead.one("db recount");
    assert_eq!(
        (&again["moved"], &again["looked_at"]),
        (&0.into(), &0.into())
    );
    let shown = lead.ok(&format!("case show {no}"));
    assert!(shown.contains("first 20 Nov 2026 24:00"), "{shown}");
    assert!(shown.contains("Count the deadlines anew"), "{shown}");
    assert!(
        lead.ok(&format!("case timeline {no}"))
            .contains("became 23 Nov 2026 24:00")
    );
    assert!(
        Shell::of(&world.db.url("auditor_1"))
            .ok("db verify")
            .contains("no differences")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_is_said_with_the_usual_exit_codes() {
    let db = TestDb::new().await;
    let (lead, anna) = (Shell::of(&db.url("lead_1")), Shell::of(&db.url("anna")));
    assert!(anna.refused(ADD).contains("lead"));
    assert!(anna.refused("db recount --dry-run").contains("lead"));
    let ordinary = "db calendar remove 2026-11-20 --country NL";
    assert!(lead.refused(ordinary).contains("2026-11-20"));
    for wrong in [
        "db calendar add 20-11-2026 --country NL --name x --law y",
        "db calendar add 2026-11-20 --country DK --name x --law y",
        "db calendar add 2026-11-20 --country NL --name x --law y --kind feast",
    ] {
        assert_eq!(lead.run(wrong).code, 2, "{wrong}");
    }
    let equated = "db calendar add 2026-11-20 --country NL --name x --law y --kind equated";
    assert!(lead.ok(equated).contains("counts as a working day"));
}

/// Decree days are data of the people here: no migrate takes them away.
#[tokio::test(flavor = "multi_thread")]
async fn migrate_keeps_edits() {
    let db = TestDb::new().await;
    let lead = Shell::of(&db.url("lead_1"));
    lead.ok(ADD);
    lead.ok("db calendar remove 2026-12-25 --country NL");
    let list = "db calendar list --country NL --year 2026";
    let before = lead.one(list);
    let owner = Shell::of(&db.url(SUPERUSER));
    owner.ok("db migrate");
    assert_eq!(lead.one(list), before);

    // a newer program brings another calendar: the edits stand over it
    let pool = db.pool(SUPERUSER, 1).await;
    let newer = "SELECT loket.calendar_load(jsonb_set(body, '{days,2026-06-15}',
        '{\"name_key\":\"\",\"name\":\"Nieuwe dag\",\"law\":\"Wet\",\"kind\":\"public\"}'))
        FROM loket.calendar_origins WHERE country = 'NL'";
    let version: i32 = sqlx::query_scalar(newer).fetch_one(&pool).await.unwrap();
    assert_eq!(version, 4);
    let days = lead.one(list);
    let find = |day: &str| {
        let days = days["days"].as_array().unwrap();
        days.iter().find(|row| row["day"] == day).cloned().unwrap()
    };
    assert_eq!(find("2026-06-15")["name"], "Nieuwe dag");
    assert_eq!(find("2026-11-20")["removed"], false);
    assert_eq!(find("2026-12-25")["removed"], true);
    owner.ok("db migrate");
    assert_eq!(
        lead.one(list)["version"],
        5,
        "the older program's days again"
    );
}
