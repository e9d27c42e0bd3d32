//! Protected persons and the data wash (decision 21, formats 5.1): nothing of them is kept as evidence,
//! shown in a list, told to a supplier or corrected by a run, in whatever order the files come.

use std::path::PathBuf;

use loket::exchange::washing::bring::{Origin, Word, nonconformity};
use loket::exchange::washing::{registers, updates};
use loket::process::engine::Actor;
use loket::store::StoreError;
use loket::store::register::CustomerRecord;

use crate::exchange_washing::{Bench, GEIR, GIER, INGER, KRISTINE, PERSONS, count, point};
use crate::process_world::answers;
use crate::support::world::customer;

const GEIRS: &str = "29884013001";
const KRISTINES: &str = "05923642899";

/// The register, with Geir protected as well.
fn hidden() -> String {
    PERSONS.replace("Martinhelle,,no", "Martinhelle,,fortrolig")
}

impl Bench {
    async fn register(&self, rows: &str) {
        let file = self.folder.join("extract.csv");
        std::fs::write(&file, rows).unwrap();
        registers::persons(&self.world.admin, &file).await.unwrap();
    }

    /// All that is kept of findings.
    async fn kept(&self) -> String {
        self.one(
            "SELECT coalesce(string_agg(concat_ws(' ', evidence, newer, pattern), ' '), '')
             FROM loket.wash_findings",
        )
        .await
    }

    async fn is_protected(&self, reference: &'static str) -> bool {
        let pool = self.owner().await;
        sqlx::query_scalar("SELECT protected FROM loket.customers WHERE customer_ref = $1")
            .bind(reference)
            .fetch_one(&pool)
            .await
            .unwrap()
    }

    async fn faults(&self, rows: &str) -> PathBuf {
        let file = self.folder.join("nonconformity.csv");
        let header = "MeteringPointUsed,CustomerReferenceEndUser,FaultCode,FaultDueToValue,\
            FaultDescription\n";
        std::fs::write(&file, format!("{header}{rows}")).unwrap();
        nonconformity(
            &self.world.admin,
            &file,
            &Origin::default(),
            Word::default(),
        )
        .await
        .unwrap();
        file
    }
}

/// A customer of Norway with that number, as another import brings it.
fn record(reference: &str, number: &str, protected: bool) -> CustomerRecord {
    CustomerRecord {
        customer_ref: reference.to_owned(),
        country: "NO".to_owned(),
        identifier: Some(number.to_owned()),
        first_name: Some("Geir".to_owned()),
        last_name: Some("Kristensen".to_owned()),
        protected,
        ..customer(1)
    }
}

/// Formats 5.1: the register protects somebody after the run: the evidence goes, what waited to leave is
/// taken back, and the old name stands in the row again. Fails when the flip is not followed.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_later_by_the_register() {
    let bench = Bench::new().await;
    let rows = [(point(1), GEIR, INGER), (point(2), GIER, GEIR)];
    let run = bench.washed("a", &rows).await;
    assert_eq!(count(&run, "corrected"), 1);
    assert!(bench.kept().await.contains("Kristensen"));
    bench.register(&hidden()).await;
    let kept = bench.kept().await;
    for word in ["Kristensen", "Geir", GEIRS, "Knudsenhavna", "spelling"] {
        assert!(!kept.contains(word), "{word}: {kept}");
    }
    assert!(bench.is_protected("G000001").await && bench.is_protected("G000002").await);
    let state: String = bench.one("SELECT state FROM loket.wash_corrections").await;
    assert_eq!(state, "taken_back");
    let name: String = bench
        .one("SELECT first_name FROM loket.customers WHERE customer_ref = 'G000002'")
        .await;
    assert_eq!(name, "Gier", "nobody outside heard of the other spelling");
    let store = &bench.world.admin;
    store.grace_set(0).await.unwrap();
    assert!(store.wash_corrections_take(100).await.unwrap().is_empty());
}

/// Formats 5.1: another import protects a customer; a later file of the wash does not show him again.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_by_another_import_and_a_later_run() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let store = &bench.world.admin;
    store
        .import_customers(&[record("G000001", GEIRS, true)])
        .await
        .unwrap();
    assert!(!bench.kept().await.contains("Kristensen"));
    bench
        .washed("b", &[(point(1), GEIR, ""), (point(3), GEIR, INGER)])
        .await;
    let kept = bench.kept().await;
    assert!(
        !kept.contains("Kristensen") && !kept.contains(GEIRS),
        "{kept}"
    );
    let all: bool = bench
        .one("SELECT bool_and(protected) FROM loket.wash_findings")
        .await;
    assert!(all);
    assert!(
        bench.is_protected("G000003").await,
        "the same person by number"
    );
}

/// A file that says that nobody is protected is not believed where the register knows better.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_whatever_an_import_of_customers_says() {
    let bench = Bench::new().await;
    bench.register(PERSONS).await;
    let store = &bench.world.admin;
    store
        .import_customers(&[record("X1", KRISTINES, false), record("X2", GEIRS, false)])
        .await
        .unwrap();
    assert!(bench.is_protected("X1").await);
    assert!(!bench.is_protected("X2").await);
}

/// A later run whose extract protects somebody whose case is open: the case is hidden, and its customer
/// is protected from then on.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_by_the_extract_of_a_later_run() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    std::fs::write(bench.folder.join("persons.csv"), hidden()).unwrap();
    bench.washed("b", &[(point(1), GEIR, INGER)]).await;
    assert!(!bench.kept().await.contains("Kristensen"));
    assert!(bench.is_protected("G000001").await);
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    assert!(detail.finding.unwrap().protected && detail.customer.unwrap().protected);
}

/// Another's customer is nobody's secret: the supplier's person is protected, ours is not.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_is_who_is_and_not_the_other_side() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), INGER, KRISTINE)]).await;
    let kept = bench.kept().await;
    assert!(
        !kept.contains("Inger") && !kept.contains("Kristine"),
        "{kept}"
    );
    assert!(!bench.is_protected("G000001").await);
}

/// Formats 5.1, DW-A01-4: files of the central tool say nothing of protection; number and reference are
/// looked up. Fails when `protected: false` is believed.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_in_files_of_the_central_tool() {
    let bench = Bench::new().await;
    bench.register(PERSONS).await;
    let store = &bench.world.admin;
    store
        .import_customers(&[record("G7", "", true), record("G8", "", false)])
        .await
        .unwrap();
    bench
        .faults(&format!(
            "{},G9,EMF_A01,Kristine Sivertsen ({KRISTINES}),of Kristine Sivertsen\n\
             {},G7,EMF_A01,Inger Henriksen (01813701304),differs\n\
             {},G8,EMF_A01,Inger Henriksen (01813701304),differs\n",
            point(1),
            point(2),
            point(3)
        ))
        .await;
    let marks: String = bench
        .one("SELECT string_agg(protected::text, ' ' ORDER BY point) FROM loket.wash_findings")
        .await;
    assert_eq!(marks, "true true false");
    let kept = bench.kept().await;
    assert!(
        !kept.contains("Sivertsen") && !kept.contains(KRISTINES),
        "{kept}"
    );
    assert_eq!(kept.matches("Henriksen").count(), 1, "{kept}");
}

/// DW-BAS-12: the list of updates shows that there is something, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_in_the_list_of_updates() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    bench.washed("a", &[(point(2), GEIR, INGER)]).await;
    let file = bench.folder.join("updates.csv");
    let text = format!(
        "reference,metering_point_id,first_name,last_name,identifier\n\
         U1,{},Kristine,Sivertsen,{KRISTINES}\nU2,{},Geir,Kristensen,\nU3,{},Inger,Henriksen,\n",
        point(7),
        point(2),
        point(8)
    );
    std::fs::write(&file, text).unwrap();
    updates::read(store, &file).await.unwrap();
    let points = async || {
        let list = store.wash_updates(None, 0).await.unwrap();
        let shown = list.into_iter().map(|row| (row.point, row.what.len()));
        shown.collect::<Vec<_>>()
    };
    let open = [(point(7), 3), (point(2), 2), (point(8), 2)];
    assert_eq!(points().await, open);
    bench.register(&hidden()).await;
    let nothing = (String::new(), 0);
    assert_eq!(points().await, [nothing.clone(), nothing, (point(8), 2)]);
    // the screen says no more than the list
    let screen = store.wash_updates_waiting(0).await.unwrap().updates;
    let shown: Vec<_> = screen
        .iter()
        .map(|one| (one.protected, &*one.point, one.theirs.is_some()))
        .collect();
    let seen = point(8);
    let hidden = (true, "", false);
    assert_eq!(shown, [hidden, hidden, (false, &*seen, true)]);
}

/// DW-BAS-11, formats 5.1: what a person decides about a protected customer is saved in our row, and no
/// message of it leaves. Fails when the update ends approved and nothing was written.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_decisions_are_saved_and_stay_here() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, INGER)]).await;
    let store = &bench.world.admin;
    bench
        .done(1, Actor::System, "gone", answers(&[("clean_file", "F")]))
        .await;
    bench.register(&hidden()).await;
    let file = bench.folder.join("updates.csv");
    let text = format!(
        "reference,metering_point_id,first_name\nU1,{},Geir Olav\n",
        point(1)
    );
    std::fs::write(&file, text).unwrap();
    updates::read(store, &file).await.unwrap();
    let list = store.wash_updates(None, 0).await.unwrap();
    store
        .wash_update_end(list[0].update_id, true, None)
        .await
        .unwrap();
    let name: String = bench
        .one("SELECT first_name FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(name, "Geir Olav");
    let state: String = bench.one("SELECT state FROM loket.wash_corrections").await;
    assert_eq!(state, "kept");
    store.grace_set(0).await.unwrap();
    assert!(store.wash_corrections_take(100).await.unwrap().is_empty());
}

/// Decision 21: what was found out about a protected person is hidden in the case: number and names; it is
/// not shown behind the mask either, and no message of the case leaves for the market.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_names_that_were_typed_are_hidden() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), INGER, GEIR)]).await;
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let lease = anna.take(case_id).await;
    let all = answers(&[
        ("one_without_fnr", "yes"),
        ("same_birth_date", "yes"),
        ("nearly_equal", "yes"),
    ]);
    anna.act(case_id, Some(lease), "same_person_shortcut", &all)
        .await
        .unwrap();
    let found = answers(&[
        ("found_fnr", KRISTINES),
        ("found_first_name", "Kristine"),
        ("found_last_name", "Sivertsen"),
    ]);
    anna.act(case_id, Some(lease), "saved", &found)
        .await
        .unwrap();
    let shown = async || {
        let detail = anna.store.case_detail(case_id).await.unwrap();
        serde_json::to_string(&detail.texts).unwrap()
    };
    assert!(
        shown().await.contains("Sivertsen"),
        "she is nobody's secret yet"
    );
    bench.register(PERSONS).await;
    let said = shown().await;
    assert!(
        !said.contains("Sivertsen") && !said.contains("Kristine"),
        "{said}"
    );
    let session = anna.id();
    let refused = anna
        .store
        .case_unmask(uuid::Uuid::now_v7(), session, case_id, "identify")
        .await;
    assert!(matches!(refused, Err(StoreError::Refused(no)) if no.key == "person_protected"));
    let context = bench.world.admin.message_context(case_id).await;
    assert!(context.unwrap().hidden);
}

/// META-05: a side without a number whose one hit by name and birth date is protected is not shown beside its
/// name and address: the case is protected from then on, and says so for any of its sides.
#[tokio::test(flavor = "multi_thread")]
async fn meta_05_a_register_says_of_nobody_by_name_that_he_is_protected() {
    let gry = "private,Gry,Sivertsen,,,1936-12-05,Thomassenjordet,165,1639,Abrahamsen,2010-01-01,";
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, gry)]).await;
    let (case_id, _) = bench.case_of(1).await;
    let store = &bench.world.admin;
    let asked = store.register_ask(case_id, true).await.unwrap();
    assert_eq!(asked.sides.len(), 2);
    let person = serde_json::json!({"number": "05123600000", "first_name": "Gry",
        "last_name": "Sivertsen", "birth_date": "1936-12-05", "street": "", "house_number": "",
        "postcode": "", "city": "", "deceased_on": "", "protected": true});
    store.register_put("persons", &[person]).await.unwrap();
    let again = store.register_ask(case_id, true).await;
    let refused = |answer: Result<_, StoreError>| match answer {
        Err(StoreError::Refused(refusal)) => refusal.key,
        _ => panic!("something was said"),
    };
    assert_eq!(refused(again), "register_protected");
    let hidden: bool = bench
        .one("SELECT bool_and(protected) FROM loket.wash_findings")
        .await;
    assert!(hidden);
    assert_eq!(
        refused(store.register_ask(case_id, false).await),
        "register_protected"
    );
}
