//! The report of a party (2.4) by the real program from a shell.

use serde_json::Value;

use crate::support::shell::Shell;
use crate::support::world::{SUPPLIER, World, ean};

struct Office {
    world: World,
    anna: Shell,
}

impl Office {
    async fn open() -> Self {
        let world = World::new().await;
        let anna = Shell::of(&world.db.url("anna"));
        let admin = Shell::of(&world.db.url("admin_1"));
        admin.ok("db clock --at 2026-06-02T10:00:00+02:00");
        Self { world, anna }
    }

    fn report(&self, n: u32, satisfaction: &str) -> Value {
        self.anna.one(&format!(
            "case open party_report --field ean={} --field party_gln={SUPPLIER} --field \
             'findings=agreed by telephone' --field 'actions=sent the recording' --field \
             complaint_closed_at=2026-05-28T11:00 --field satisfaction={satisfaction} \
             --received-at 2026-06-01T09:00",
            ean(n)
        ))
    }

    /// A report that is to be judged; its case number.
    fn reported(&self, n: u32) -> String {
        let opened = self.report(n, "dissatisfied");
        assert_eq!(opened["state"], "reported");
        opened["case_no"].as_str().unwrap().to_owned()
    }
}

/// The end of a number that two cases have names both and guesses neither.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_two_numbers_is_too_little() {
    let office = Office::open().await;
    let report = office.reported(1);
    let doubt = office.world.signal(2).await;
    let doubt = office.world.admin.rows(&[doubt]).await.unwrap();
    let doubt = doubt[0].case_no.as_str();
    assert_eq!(report.rsplit('-').next(), doubt.rsplit('-').next());
    let told = office.anna.refused("case show 1");
    assert!(told.contains(&report) && told.contains(doubt), "{told}");
}

/// GT-25, decision 15: a satisfied customer closes the report; the party's own working day is
/// measured, not enforced.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_a_satisfied_customer_closes_the_report() {
    let office = Office::open().await;
    let opened = office.report(4, "satisfied");
    assert_eq!(opened["state"], "closed_no_action");
    let no = opened["case_no"].as_str().unwrap();
    let case = office.anna.one(&format!("case show {no}"));
    let clock = &case["facts"]["clocks"][0];
    assert_eq!(
        (clock["key"].as_str(), clock["outcome"].as_str()),
        (Some("party_report_1wd"), Some("met_late"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn gt_25_findings_are_accepted() {
    let office = Office::open().await;
    let no = office.reported(4);
    let noted = office.anna.one(&format!("case do {no} accept_findings"));
    assert_eq!(
        (noted["to"].as_str(), noted["work"].as_str()),
        (Some("closed_noted"), Some("closed"))
    );
}

/// GT-11, GT-25: the report becomes a case of doubt, whose block begins at once; when a case on the
/// same subject is open already, the report is linked to that one.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_a_report_becomes_a_doubt_case_or_is_linked_to_one() {
    let office = Office::open().await;
    let (first, second) = (office.reported(6), office.reported(6));
    let convert = |no: &str| {
        office.anna.one(&format!(
            "case do {no} open_doubt --field signal_type=no_permission"
        ))
    };
    let converted = convert(&first);
    assert_eq!(converted["to"], "converted");
    let doubt = converted["opened"].as_str().unwrap().to_owned();
    assert!(doubt.starts_with("GT-"), "{converted}");
    let case = office.anna.one(&format!("case show {doubt}"));
    assert_eq!(case["row"]["state"], "blocked_contact_due");
    assert_eq!(case["facts"]["facts"]["source"], "market_party");
    assert_eq!(case["facts"]["facts"]["concerns_isma"], true, "looked up");
    assert_eq!(case["linked"][0]["case_no"], first.as_str());

    let linked = convert(&second);
    assert_eq!(linked["opened"], doubt.as_str());
    let auditor = Shell::of(&office.world.db.url("auditor_1"));
    assert_eq!(
        auditor.one("db verify")["differences"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn gt_25_escalation_is_noted_and_the_report_stays() {
    let office = Office::open().await;
    let no = office.reported(4);
    for action in ["escalated_disputes", "escalated_acm"] {
        let noted = office.anna.one(&format!(
            "case do {no} {action} --field escalation_ref=GC-77"
        ));
        assert_eq!(noted["to"], "reported");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_of_an_opening_are_listed_for_who_gives_none() {
    let office = Office::open().await;
    let said = office.anna.run("case open party_report --json");
    assert_eq!((said.code, said.err.lines().count()), (2, 1), "{said:?}");
    let wanted: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (wanted["action"].as_str(), wanted["missing"].as_str()),
        (Some("open"), Some("ean"))
    );
    let fields = wanted["fields"].as_array().unwrap();
    let satisfaction = fields
        .iter()
        .find(|field| field["field"] == "satisfaction")
        .unwrap();
    assert_eq!(satisfaction["kind"], "choice");
    assert_eq!(
        satisfaction["choices"],
        serde_json::json!(["unknown", "dissatisfied", "satisfied"])
    );
}
