//! Reasonable doubt (2.3) from the signal to the last message, by the real program from a shell.

use serde_json::Value;

use crate::support::shell::Shell;
use crate::support::world::{PROVIDER, SUPPLIER, World, ean};

/// A Tuesday morning without a holiday near.
const MORNING: &str = "db clock --at 2026-06-02T10:00:00+02:00";

/// Everybody who has a shell in these tests.
struct Office {
    world: World,
    anna: Shell,
    bram: Shell,
    lead: Shell,
    admin: Shell,
    worker: Shell,
}

impl Office {
    async fn open() -> Self {
        let world = World::new().await;
        let shell = |role: &str| Shell::of(&world.db.url(role));
        let office = Self {
            anna: shell("anna"),
            bram: shell("bram"),
            lead: shell("lead_1"),
            admin: shell("admin_1"),
            worker: shell("worker_1").with("LOKET_LOG", "off"),
            world,
        };
        office.admin.ok(MORNING);
        office
    }

    /// A signal about the supplier on the n-th connection.
    fn signal(&self, n: u32, isma: &str) -> String {
        let line = format!(
            "case open doubt --field ean={} --field party_gln={SUPPLIER} --field \
             source=customer_direct --field signal_type=no_permission --field \
             concerns_isma={isma} --field customer_ref=NL{n:07}",
            ean(n)
        );
        let opened = self.anna.one(&line);
        assert_eq!(opened["result"], "new");
        opened["case_no"].as_str().unwrap().to_owned()
    }

    fn contact(&self, no: &str) -> Value {
        let contact = self.anna.one(&format!("case show {no}"));
        let contact = contact["party"]["contacts"][0]["contact_id"]
            .as_i64()
            .unwrap();
        self.anna.one(&format!(
            "case do {no} contact_party --field channel=email --field contact={contact} --field \
             ask_proof=yes"
        ))
    }

    fn answer(&self, no: &str) -> Value {
        self.anna.one(&format!(
            "case do {no} party_responded --field 'findings=the customer agreed by telephone' \
             --field proof_given=yes --field mandate_date=2026-05-01 --field \
             mandate_channel=phone --field key_kind=customer_key --field text_shown=yes"
        ))
    }

    fn state(&self, no: &str) -> String {
        let case = self.anna.one(&format!("case show {no}"));
        case["row"]["state"].as_str().unwrap().to_owned()
    }

    /// Fires timers and delivers messages, once.
    fn work(&self, target: &std::path::Path) -> Value {
        let folder = target.display();
        let line =
            format!("worker --once --deliver-to '{folder}/out' --chain-heads '{folder}/heads'");
        self.worker.one(&line)
    }

    /// The outcome of a clock of a case: its word, or `running`.
    fn clock(&self, no: &str, key: &str) -> String {
        let case = self.anna.one(&format!("case show {no}"));
        let clocks = case["facts"]["clocks"].as_array().unwrap().clone();
        let run = clocks.iter().rfind(|run| run["key"] == key);
        let run = run.unwrap_or_else(|| panic!("{key} never ran"));
        run["outcome"].as_str().unwrap_or("running").to_owned()
    }
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value[key]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// GT-10, GT-13, GT-14, GT-21, GT-22: the way of a case whose proof convinces.
#[tokio::test(flavor = "multi_thread")]
async fn gt_21_from_the_signal_to_the_lifted_block() {
    let office = Office::open().await;
    let anna = &office.anna;
    let no = office.signal(3, "yes");

    let claimed = anna.one(&format!("case claim {no}"));
    assert_eq!(
        (claimed["result"].as_str(), claimed["why"].as_str()),
        (Some("granted"), Some("by_hand"))
    );
    let contacted = office.contact(&no);
    assert_eq!(contacted["to"], "awaiting_party");
    assert_eq!(list(&contacted, "messages"), ["request_proof"]);
    assert_eq!(contacted["work"], "waiting");
    assert_eq!(office.clock(&no, "contact_1wd"), "met");
    assert_eq!(office.clock(&no, "response_72h"), "running");

    office.admin.ok("db clock +20h");
    let answered = office.answer(&no);
    assert_eq!(answered["to"], "assessing");
    assert_eq!(answered["held"], false, "it was not held before");

    let file = std::env::temp_dir().join(format!("loket-{}.pdf", uuid::Uuid::now_v7()));
    std::fs::write(&file, b"%PDF-1.7 authorisation").unwrap();
    let attached = anna.one(&format!(
        "case attach {no} '{}' --purpose authorisation",
        file.display()
    ));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(attached["kind"], "application/pdf");

    let accepted = anna.one(&format!("case do {no} proof_accepted"));
    assert_eq!(
        list(&accepted, "messages"),
        ["lift_block", "allocation_isma"]
    );
    let unblocked = anna.one(&format!("case do {no} unblocked"));
    assert_eq!(unblocked["to"], "closed_mandate_ok");
    assert_eq!(list(&unblocked, "destroys"), ["authorisation"]);
    assert_eq!(
        list(&unblocked, "messages"),
        ["unblocked_party", "unblocked_customer"]
    );
    assert_eq!(unblocked["work"], "closed");
    assert_eq!(office.clock(&no, "response_72h"), "met");
    assert_eq!(office.clock(&no, "unblock_1wd"), "met");

    let case = anna.one(&format!("case show {no}"));
    assert!(
        case["documents"][0]["erased_at"].is_string(),
        "GT-22: the copy is destroyed"
    );
    let kinds: Vec<_> = anna.json(&format!("case timeline {no}"));
    let kinds: Vec<&str> = kinds
        .iter()
        .rev()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds[..4],
        ["opened", "claimed", "contact_party", "claimed"]
    );
    assert_eq!(kinds.last(), Some(&"unblocked"));
    let verified = Shell::of(&office.world.db.url("auditor_1")).one("db verify");
    assert_eq!(verified["differences"].as_array().unwrap().len(), 0);
}

/// GT-13, GT-15: with nobody at a screen the 72 hours end in the maintained block; the supplier
/// loses iSMA; late proof ends in a restart (GT-24).
#[tokio::test(flavor = "multi_thread")]
async fn gt_15_no_proof_in_72_hours_and_late_proof() {
    let office = Office::open().await;
    let no = office.signal(3, "yes");
    office.contact(&no);
    let box_ = std::env::temp_dir().join(format!("loket-out-{}", uuid::Uuid::now_v7()));

    office.admin.ok("db clock --at 2026-06-05T09:59:00+02:00");
    office.work(&box_);
    assert_eq!(
        office.state(&no),
        "awaiting_party",
        "72 hours are met up to the last instant"
    );
    office.admin.ok("db clock +72h");
    let done = office.work(&box_);
    assert!(done["timers"].as_u64().unwrap() >= 1, "{done}");
    assert_eq!(office.state(&no), "block_maintained");
    assert_eq!(office.clock(&no, "response_72h"), "lapsed");
    let messages = office.anna.one(&format!("case show {no}"));
    let kinds: Vec<&str> = messages["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"allocation_profile") && kinds.contains(&"no_proof"),
        "{kinds:?}"
    );
    std::fs::remove_dir_all(&box_).unwrap();

    let refused = office.anna.refused(&format!(
        "case do {no} late_proof --field proof_at=2026-06-03T10:00:00+02:00"
    ));
    assert!(refused.contains("[GT-24]"), "{refused}");
    let late = office.anna.one(&format!("case do {no} late_proof"));
    assert_eq!(late["to"], "closed_restart_required");
    assert_eq!(list(&late, "messages"), ["restart_required"]);
}

/// GT-15, GT-30, META-04: rejected proof, and closing only when both know the outcome.
#[tokio::test(flavor = "multi_thread")]
async fn gt_30_a_rejected_proof_closes_when_customer_and_party_know() {
    let office = Office::open().await;
    let anna = &office.anna;
    let no = office.signal(1, "no");
    office.contact(&no);
    office.answer(&no);
    let more = anna.one(&format!(
        "case do {no} ask_more --field 'question=which text was shown?'"
    ));
    assert_eq!(more["to"], "awaiting_party");
    office.answer(&no);
    let rejected = anna.one(&format!(
        "case do {no} proof_rejected --field 'reason=not theirs'"
    ));
    assert_eq!(list(&rejected, "messages"), ["proof_rejected"]);

    let close =
        format!("case do {no} close --field party_informed=yes --field data_breach_seen=yes");
    let refused = anna.refused(&format!("{close} --field customer_informed=no"));
    assert!(refused.contains("[GT-30]"), "{refused}");
    let closed = anna.one(&format!("{close} --field customer_informed=yes"));
    assert_eq!(closed["to"], "closed_unlawful");
    assert!(
        list(&closed, "messages").contains(&"supervisor_alert"),
        "META-04"
    );

    let refused = anna.refused(&format!("case do {no} reopen --field 'reason=new facts'"));
    assert!(refused.contains("Only a lead"), "{refused}");
    let reopened = office
        .lead
        .one(&format!("case do {no} reopen --field 'reason=new facts'"));
    assert_eq!(reopened["to"], "blocked_contact_due");
}

/// GT-20: a block that was wrong is lifted from any state.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_a_wrong_block_is_lifted() {
    let office = Office::open().await;
    let no = office.signal(1, "no");
    let wrong = office.anna.one(&format!(
        "case do {no} wrongly_blocked --field wrong_reason=own_error"
    ));
    assert_eq!(wrong["to"], "unblock_due");
    let closed = office.anna.one(&format!("case do {no} unblocked"));
    assert_eq!(closed["to"], "closed_wrongly_blocked");
}

/// GT-05, GT-09: a further signal on the same subject joins the open case; GT-19: the regulator may
/// be told in every state; GT-27: with nobody in the contact group the person reached is named.
#[tokio::test(flavor = "multi_thread")]
async fn gt_27_nobody_in_the_contact_group() {
    let office = Office::open().await;
    let open = format!(
        "case open doubt --field ean={} --field party_gln={PROVIDER} --field source=acm --field \
         signal_type=other --field 'summary=a second letter'",
        ean(2)
    );
    let first = office.anna.one(&open);
    let no = first["case_no"].as_str().unwrap();
    let second = office.bram.one(&open);
    assert_eq!(
        (second["result"].as_str(), &second["case_no"]),
        (Some("attached"), &first["case_no"])
    );
    let case = office.anna.one(&format!("case show {no}"));
    assert_eq!(case["facts"]["facts"]["signals"], 2);
    assert_eq!(
        case["facts"]["facts"]["party_role"], "service_provider",
        "looked up"
    );

    let line = format!("case do {no} contact_party --field channel=phone --field ask_proof=no");
    let said = office.anna.run(&line);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err.contains("[GT-27]") && said.err.contains("contact_other"),
        "{said:?}"
    );
    let done = office
        .anna
        .one(&format!("{line} --field 'contact_other=the switchboard'"));
    assert_eq!(list(&done, "messages"), ["signal_notice"]);
    let told = office.bram.one(&format!("case do {no} inform_acm"));
    assert_eq!(
        (told["to"].as_str(), told["held"].as_bool()),
        (Some("awaiting_party"), Some(false))
    );
}
