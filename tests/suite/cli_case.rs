//! Claims, refusals and output of `loket case`, by the real program on a real database.

use crate::support::shell::Shell;
use crate::support::world::{SUPPLIER, World, ean};

struct Office {
    world: World,
    anna: Shell,
    bram: Shell,
}

impl Office {
    async fn open() -> Self {
        let world = World::new().await;
        let (anna, bram) = (
            Shell::of(&world.db.url("anna")),
            Shell::of(&world.db.url("bram")),
        );
        Self { world, anna, bram }
    }

    async fn signal(&self, n: u32) -> String {
        let case_id = self.world.signal(n).await;
        let detail = self.world.admin.case_detail(case_id).await.unwrap();
        detail.row.case_no
    }
}

/// A claim outlives the call: the session of a shell is the same in every call of that role.
#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_case_stays_claimed_between_calls() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    assert_eq!(office.anna.one("case next")["case_no"], no.as_str());
    let mine = office.anna.json("case list --mine");
    assert_eq!(
        (mine.len(), mine[0]["case_no"].as_str()),
        (1, Some(no.as_str()))
    );
    let said = office.bram.run("case next --json");
    assert_eq!((said.code, said.out.trim()), (1, r#"{"result":"empty"}"#));
    let taken = office.bram.refused(&format!("case claim {no}"));
    assert!(taken.contains("Anna"), "{taken}");

    // what is held before an action is held after it, where the state allows
    let done = office.anna.one(&format!("case do {no} block_confirmed"));
    assert_eq!(done["held"], true);
    let released = office.anna.one(&format!("case release {no}"));
    assert_eq!(
        (released["case_no"].as_str(), released["work"].as_str()),
        (Some(no.as_str()), Some("open"))
    );
    assert!(
        office
            .anna
            .refused(&format!("case release {no}"))
            .contains("do not hold")
    );
    assert_eq!(
        office
            .bram
            .one(&format!("case claim {}", no.to_lowercase()))["result"],
        "granted"
    );
}

/// A case that was taken only for an action goes back after it, also when the action is refused.
#[tokio::test(flavor = "multi_thread")]
async fn an_action_on_a_case_of_the_pool_gives_it_back() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let done = office.anna.one(&format!("case do {no} block_confirmed"));
    assert_eq!(
        (done["held"].as_bool(), done["work"].as_str()),
        (Some(false), Some("open"))
    );
    assert!(office.anna.json("case list --mine").is_empty());
    office
        .anna
        .refused(&format!("case do {no} block_confirmed"));
    assert!(office.anna.json("case list --mine").is_empty());
    let row = &office.anna.json("case list --queue mandate")[0];
    assert_eq!(
        (row["case_no"].as_str(), row["work"].as_str()),
        (Some(no.as_str()), Some("open"))
    );
}

/// Refusals are those of the screen, with the rule where there is one.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_reason_rule_and_field() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let anna = &office.anna;
    for (line, words) in [
        (
            format!("case do {no} proof_rejected --field reason=x"),
            "not possible now",
        ),
        (
            format!("case do {no} contact_party --field channel=fax"),
            "phone, email, portal, letter",
        ),
        (
            format!("case do {no} contact_party --field nonsense=1"),
            "(nonsense)",
        ),
        (
            format!("case do {no} contact_party --field channel=email --field contact=999999"),
            "contact",
        ),
        (format!("case do {no} block_unconfirmed"), "by itself"),
        (String::from("case show GT-2026-999999"), "no such case"),
        (String::from("case list --queue kitchen"), "kitchen"),
        (String::from("case open laundry"), "laundry"),
        (format!("case reassign {no} --reason because"), "role"),
    ] {
        let said = anna.run(&line);
        assert!(
            said.code == 1 || (line.contains("999999") && said.code == 2),
            "{line}: {said:?}"
        );
        assert!(said.err.contains(words), "{line}: {said:?}");
    }
    anna.ok(&format!("case claim {no}"));
    let held = office.bram.refused(&format!(
        "case do {no} wrongly_blocked --field wrong_reason=own_error"
    ));
    assert!(held.contains("Anna"), "{held}");
    let open = format!(
        "case open doubt --field party_gln={SUPPLIER} --field source=acm --field signal_type=other \
         --field concerns_isma=no --field ean="
    );
    let unknown = anna.refused(&format!("{open}{}", ean(900)));
    assert!(
        unknown.contains(&ean(900)) && unknown.contains("register"),
        "{unknown}"
    );
    let wrong = anna.refused(&format!("{open}871687900400000000"));
    assert!(wrong.contains("(ean)"), "{wrong}");
    let none = anna.run(&format!("case do {no} bogus"));
    assert_eq!(none.code, 2, "{none:?}");
    assert!(
        none.err.contains("contact_party"),
        "lists what can be done: {none:?}"
    );
}

/// The end of a number does where only one case has it, as in the palette; and of two fields of which
/// one is enough none is called optional.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_number_is_enough_and_one_of_two_is_named() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let digits = no.rsplit('-').next().unwrap().trim_start_matches('0');
    let shown = office.anna.one(&format!("case show {digits}"));
    assert_eq!(shown["row"]["case_no"], no.as_str(), "{shown}");
    let told = office.anna.refused(&format!("case show 9{digits}"));
    assert!(told.contains("no such case"), "{told}");
    office.anna.one(&format!("case do {no} block_confirmed"));
    let wanted = office.anna.run(&format!("case do {no} contact_party"));
    let line = |field: &str| {
        let mut lines = wanted.err.lines();
        let found = lines.find(|line| line.trim().starts_with(&format!("{field} ")));
        found.unwrap_or_else(|| panic!("{wanted:?}")).to_owned()
    };
    assert!(!line("contact").contains("optional"), "{wanted:?}");
    assert!(line("contact").contains("contact_other"), "{wanted:?}");
    assert!(line("contact_other").contains("contact"), "{wanted:?}");
}

/// `--dry-run` says all effects and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_everything_and_does_nothing() {
    let office = Office::open().await;
    let no = office.signal(3).await;
    let line = format!(
        "case do {no} contact_party --field channel=phone --field contact_other=desk --field \
         ask_proof=yes --dry-run"
    );
    let before = office.anna.json(&format!("case timeline {no}"));
    let told = office.anna.one(&line);
    assert_eq!(told["dry_run"], true);
    assert_eq!(told["to"], "awaiting_party");
    assert_eq!(told["messages"], serde_json::json!(["request_proof"]));
    let started: Vec<_> = told["clocks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|op| op["op"] == "start")
        .collect();
    assert_eq!(started[0]["key"], "response_72h");
    let words = office.anna.ok(&line);
    assert!(
        words.contains("waiting for the party") && words.contains("request for proof"),
        "{words}"
    );
    assert_eq!(office.anna.json(&format!("case timeline {no}")), before);

    let open = format!(
        "case open doubt --field ean={} --field party_gln={SUPPLIER} --field source=acm --field \
         signal_type=other --dry-run",
        ean(5)
    );
    assert_eq!(office.anna.one(&open)["to"], "blocked_contact_due");
    assert_eq!(office.anna.json("case list").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_reference_is_the_same_case() {
    let office = Office::open().await;
    let open = format!(
        "case open doubt --field ean={} --field party_gln={SUPPLIER} --field source=acm --field \
         signal_type=other --reference LETTER-7",
        ean(5)
    );
    let (first, again) = (office.anna.one(&open), office.bram.one(&open));
    assert_eq!(
        (first["result"].as_str(), again["result"].as_str()),
        (Some("new"), Some("known"))
    );
    assert_eq!(first["case_no"], again["case_no"]);
    let found = office.bram.json("case find LETTER-7");
    assert_eq!(found[0]["case_no"], first["case_no"]);
    assert_eq!(found[0]["how"], "reference");
}

/// A colleague who is at work takes over; one who is not is refused; a lead may reassign.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_handed_over_with_a_line() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    office.anna.ok(&format!("case claim {no}"));
    let hand_over = format!("case hand-over {no} --line 'call after four'");
    let absent = office.anna.refused(&format!("{hand_over} --to Carla"));
    assert!(absent.contains("not at work"), "{absent}");
    assert!(
        office
            .anna
            .refused(&format!("{hand_over} --to Nobody"))
            .contains("Nobody")
    );
    let _carla = office.world.desk("carla").await;
    let given = office.anna.one(&format!("{hand_over} --to carla"));
    assert_eq!(given["work"], "held");
    let case = office.bram.one(&format!("case show {no}"));
    assert_eq!(
        (case["row"]["holder"].as_str(), case["handover"].as_str()),
        (Some("Carla"), Some("call after four"))
    );

    let lead = Shell::of(&office.world.db.url("lead_1"));
    let back = lead.one(&format!("case reassign {no} --reason 'carla is ill'"));
    assert_eq!(back["work"], "open");
    let nowhere = lead.refused(&format!("case transfer {no} --queue kitchen --reason x"));
    assert!(nowhere.contains("kitchen"), "{nowhere}");
    let pool = office.anna.run(&format!("case hand-over {no} --line x"));
    assert_eq!(pool.code, 1, "it is not held any more");
}

/// Notes come from the argument or from standard input, never with control characters.
#[tokio::test(flavor = "multi_thread")]
async fn notes_and_documents_are_kept_clean() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let said = office.anna.run_with(
        &format!("case note {no} -"),
        "two\nlines \u{1b}[31mred\u{9b}2J",
    );
    assert_eq!(said.code, 0, "{said:?}");
    let shown = office.anna.ok(&format!("case timeline {no}"));
    assert!(
        shown.contains("red") && !shown.contains('\u{1b}') && !shown.contains('\u{9b}'),
        "{shown:?}"
    );

    // people know no numbers of contacts
    let contacted = office.anna.one(&format!("case show {no}"));
    let contact = &contacted["party"]["contacts"][0];
    let id = contact["contact_id"].as_i64().unwrap();
    let fields = format!("--field channel=email --field contact={id} --field ask_proof=yes");
    office.anna.ok(&format!("case claim {no}"));
    office
        .anna
        .ok(&format!("case do {no} contact_party {fields}"));
    let shown = office.anna.ok(&format!("case timeline {no}"));
    let name = contact["name"].as_str().unwrap();
    assert!(
        shown.contains(&format!("contact of the party: {name}")),
        "{shown}"
    );

    let folder = std::env::temp_dir().join(format!("loket-files-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let big = folder.join("big.bin");
    std::fs::write(&big, vec![0_u8; 5 * 1024 * 1024 + 1]).unwrap();
    let refused = office.anna.refused(&format!(
        "case attach {no} '{}' --purpose other",
        big.display()
    ));
    assert!(refused.contains("5242881"), "{refused}");
    let hostile = folder.join("a\u{1b}]0;x\u{7}b.txt");
    std::fs::write(&hostile, "text").unwrap();
    let kept = office.anna.one(&format!(
        "case attach {no} '{}' --purpose evidence",
        hostile.display()
    ));
    assert_eq!(
        (kept["name"].as_str(), kept["kind"].as_str()),
        (Some("ab.txt"), Some("text/plain"))
    );
    let copy = folder.join("copy.txt");
    let fetch = format!("case fetch {no} ab.txt --to '{}'", copy.display());
    office.anna.ok(&fetch);
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "text");
    assert_eq!(
        office.anna.run(&fetch).code,
        2,
        "what is there is not overwritten"
    );
    office.anna.refused(&format!(
        "case fetch {no} other.txt --to '{}.2'",
        copy.display()
    ));
    let absent = office.anna.run(&format!(
        "case attach {no} '{}/none' --purpose other",
        folder.display()
    ));
    assert_eq!(absent.code, 2, "{absent:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Names of a protected person stay out of every output (decision 21).
#[tokio::test(flavor = "multi_thread")]
async fn meta_03_a_protected_person_is_never_named() {
    let office = Office::open().await;
    let no = office.signal(13).await;
    for line in [
        format!("case show {no}"),
        format!("case show {no} --json"),
        format!("case timeline {no}"),
    ] {
        let shown = office.anna.ok(&line);
        assert!(!shown.contains("Langevoort"), "{shown}");
    }
    assert!(
        office
            .anna
            .ok(&format!("case show {no}"))
            .contains("protected person")
    );
    assert!(office.anna.json("case find Langevoort13").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn output_speaks_dutch_to_who_asks() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let dutch = office.anna.ok("case list --lang nl");
    assert!(dutch.contains("voorraad"), "{dutch}");
    let refused = office.anna.refused(&format!("--lang nl case release {no}"));
    assert!(refused.contains("ligt niet bij u"), "{refused}");
}

/// The request for proof has not left: it is taken back whole, and the timeline tells both.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_change_is_taken_back() {
    let office = Office::open().await;
    let no = office.signal(1).await;
    let anna = &office.anna;
    let admin = Shell::of(&office.world.db.url("admin_1"));
    assert_eq!(admin.one("db grace 60")["grace_seconds"], 60);
    assert_eq!(anna.one("db grace")["grace_seconds"], 60);
    anna.refused("db grace 30");
    anna.refused(&format!("case take-back {no}"));
    let contact = format!(
        "case do {no} contact_party --field channel=email --field contact_other=Receptie \
         --field ask_proof=yes"
    );
    anna.one(&contact);
    let refused = office.bram.refused(&format!("case take-back {no}"));
    assert!(refused.contains("Anna did this"), "{refused}");
    assert_eq!(anna.one(&format!("case take-back {no}"))["work"], "held");
    let shown = anna.one(&format!("case show {no}"));
    assert_eq!(shown["row"]["state"], "blocked_contact_due");
    let timeline = anna.json(&format!("case timeline {no}"));
    assert_eq!(timeline[0]["takes_back"]["action"], "contact_party");
    anna.refused(&format!("case take-back {no}"));
}
