//! Updates of suppliers that are none: another end user comes by a takeover with consent, never by an
//! update; numbers are compared as digits, and a reference is the supplier's own.

use loket::exchange::washing::updates::{self, Given};
use loket::process::engine::{Actor, Answers, step};
use loket::process::field::Value;
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::register::CustomerRecord;
use loket::store::rows::CaseId;

use crate::exchange_washing::{Bench, GEIR, GIER, INGER, point};
use crate::process_world::answers;
use crate::support::shell::Shell;
use crate::support::world::customer;

fn key<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> (String, String) {
    match answer {
        Err(StoreError::Refused(refusal)) => (refusal.key, refusal.rule),
        other => panic!("{other:?}"),
    }
}

/// An update as a system sends it.
fn given(supplier: &str, reference: &str, n: u32, data: &[(&str, &str)]) -> Given {
    let data = data.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Given {
        reference: reference.to_owned(),
        metering_point_id: point(n),
        supplier_gln: supplier.to_owned(),
        data: data.collect(),
    }
}

async fn put(bench: &Bench, given: Given) -> bool {
    let given = given.clean().shaped().unwrap();
    updates::put(&bench.world.admin, &given).await.unwrap()
}

async fn waiting(bench: &Bench) -> Vec<loket::store::rows::WaitingUpdate> {
    let page = bench.world.admin.wash_updates_waiting(0).await.unwrap();
    page.updates
}

/// Name and number of our row of the first point.
async fn ours(bench: &Bench) -> String {
    bench
        .one(
            "SELECT concat_ws('|', kind, identifier, first_name, last_name, organisation_name)
              FROM loket.customers WHERE customer_ref = 'G000001'",
        )
        .await
}

const GEIR_AS_HELD: &str = "private|29884013001|Geir|Kristensen|";

/// DW-A02-7, DW-A03-5: in the list an update that names another number or kind than ours is refused
/// with what to do instead, at the screen, at the command line, and by the database; one of our own
/// end user is written.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a02_07_another_end_user_comes_by_no_update() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    assert_eq!(ours(&bench).await, GEIR_AS_HELD);
    let cases = [
        (
            "number",
            &[("identifier", "01813701304"), ("last_name", "Henriksen")][..],
        ),
        ("kind", &[("identifier", "959716633")]),
        ("kind", &[("kind", "bedrift")]),
        ("kind", &[("organisation_name", "Kristensen Rør AS")]),
    ];
    let store = &bench.world.admin;
    for (at, (names, data)) in cases.into_iter().enumerate() {
        put(&bench, given("7080001234567", &format!("U{at}"), 1, data)).await;
        let list = waiting(&bench).await;
        let one = list.last().unwrap();
        assert_eq!(one.names.as_deref(), Some(names), "{data:?}");
        let (refused, rule) = key(store.wash_update_end(one.update_id, true, None).await);
        let wanted = match names {
            "number" => ("update_other_number", "DW-A02-7"),
            _ => ("update_other_kind", "DW-A03-5"),
        };
        assert_eq!((&*refused, &*rule), wanted, "{data:?}");
    }
    assert_eq!(waiting(&bench).await.len(), 4, "none was thrown away");
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    let first = waiting(&bench).await[0].update_id;
    let refused = shell.run(&format!("wash updates approve {first}"));
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.err.contains("takeover without consent") && refused.err.contains("A02"),
        "{refused:?}"
    );
    let list = shell.run("wash updates");
    assert!(list.out.contains("another number than ours"), "{list:?}");
    assert_eq!(ours(&bench).await, GEIR_AS_HELD);
    let own = [("identifier", "298840 13001"), ("last_name", "Christensen")];
    put(&bench, given("7080001234567", "U9", 1, &own)).await;
    let own = waiting(&bench).await.pop().unwrap();
    assert_eq!(own.names.as_deref(), Some("same"));
    store
        .wash_update_end(own.update_id, true, None)
        .await
        .unwrap();
    assert_eq!(ours(&bench).await, "private|29884013001|Geir|Christensen|");
}

/// DW-A02-7: without a number the name tells: no word of it in common is another end user, and of a couple
/// or a sole proprietor another given name is. What one supplier spells otherwise is not. Fails when the
/// name is not compared.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a02_07_another_name_without_a_number_comes_by_no_update() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    let couple = &[("first_name", "Inger"), ("last_name", "Kristensen")][..];
    let other = &[("first_name", "Inger"), ("last_name", "Henriksen")][..];
    let confirmed = &[
        ("identifier", "29884013001"),
        ("first_name", "Inger"),
        ("last_name", "Henriksen"),
    ];
    let cases = [
        (other, "name"),
        (couple, "same"),
        (confirmed, "same"),
        (&[("first_name", "Geirr"), ("last_name", "Nordby")], "same"),
        (
            &[("first_name", "G."), ("last_name", "Christensen")],
            "same",
        ),
        (&[("last_name", "Nordby")], "same"),
    ];
    for (at, (data, names)) in cases.into_iter().enumerate() {
        put(&bench, given("", &format!("U{at}"), 1, data)).await;
        let list = waiting(&bench).await;
        let said = list.last().unwrap().names.as_deref();
        assert_eq!(said, Some(names), "{data:?}");
    }
    let store = &bench.world.admin;
    let first = waiting(&bench).await[0].update_id;
    let refused = key(store.wash_update_end(first, true, None).await);
    assert_eq!(
        (&*refused.0, &*refused.1),
        ("update_other_name", "DW-A02-7")
    );
    assert_eq!(ours(&bench).await, GEIR_AS_HELD);
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    shell.ok(&format!(
        "case open wash --field wash_code=a02 --field wash_origin=manual --field ean={} \
         --field customer_ref=G000001 --field counterpart_known=yes",
        point(1)
    ));
    let list = waiting(&bench).await;
    assert_eq!(list[1].names.as_deref(), Some("name"), "of a couple");
    assert_eq!(
        list[5].names.as_deref(),
        Some("same"),
        "a family name alone"
    );
}

/// DW-BAS-11: what an update from the list wrote leaves for the supplier that sent it, and taking it back
/// changes nothing that it did not write.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_an_approved_update_is_told_and_taken_back_alone() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    let data = [("last_name", "Christensen")];
    put(&bench, given("7080001234567", "U1", 1, &data)).await;
    let store = &bench.world.admin;
    let one = waiting(&bench).await.pop().unwrap();
    store
        .wash_update_end(one.update_id, true, None)
        .await
        .unwrap();
    store.grace_set(0).await.unwrap();
    let taken = store.wash_corrections_take(100).await.unwrap();
    let told = taken
        .iter()
        .find(|one| one.after.contains_key("last_name") && one.after.len() == 1);
    assert_eq!(told.unwrap().supplier.as_deref(), Some("7080001234567"));
    let owner = bench.owner().await;
    for text in [
        "UPDATE loket.customers SET first_name = 'Geir Olav' WHERE customer_ref = 'G000001'",
        "SET search_path = loket, pg_catalog",
        "SELECT loket.wash_restore(k) FROM loket.wash_corrections k WHERE finding_id IS NULL",
    ] {
        sqlx::query(text).execute(&owner).await.unwrap();
    }
    let now = ours(&bench).await;
    assert_eq!(now, "private|29884013001|Geir Olav|Kristensen|");
}

/// DW-A02-7: in a case the guard of the table refuses it, and the referee when a client computes
/// otherwise; the fact follows our row.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a02_07_the_referee_takes_no_other_end_user() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let store = &bench.world.admin;
    put(
        &bench,
        given("7080001234567", "U1", 1, &[("identifier", "018137-01304")]),
    )
    .await;
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 1);
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 0, "told once");
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let context = bench.world.context(Actor::Agent).await;
    let guard = step(&detail.facts, "approve", &Answers::new(), &context).unwrap_err();
    assert_eq!(guard.key, "update_other_number");
    // a client that knows better
    let mut facts = detail.facts.clone();
    let same = Value::Code("same".to_owned());
    facts.facts.insert("update_names".to_owned(), same);
    let change = step(&facts, "approve", &Answers::new(), &context).unwrap();
    let target = Target {
        case_id,
        fence: Some(lease.fence),
        version: detail.row.version,
    };
    let refused = anna
        .store
        .case_apply(context.command, Some(anna.id()), target, &change)
        .await;
    assert_eq!(key(refused).0, "update_other_number");
    assert_eq!(ours(&bench).await, GEIR_AS_HELD);
    // when our row changes the case hears that the update is of our end user now
    let text =
        "UPDATE loket.customers SET identifier = '01813701304' WHERE customer_ref = 'G000001'";
    sqlx::query(text)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 1);
    let detail = anna.store.case_detail(case_id).await.unwrap();
    step(&detail.facts, "approve", &Answers::new(), &context).unwrap();
}

/// DW-A01-6: without a number of ours the birth date tells: a number of somebody born on another day
/// is not that of our customer.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_06_a_number_of_another_birth_date_is_of_another_person() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    let text = "UPDATE loket.customers SET identifier = '' WHERE customer_ref = 'G000001'";
    let owner = bench.owner().await;
    sqlx::query(text).execute(&owner).await.unwrap();
    for (number, names) in [("01813701304", "number"), ("29884013001", "same")] {
        put(&bench, given("", number, 1, &[("identifier", number)])).await;
        let list = waiting(&bench).await;
        assert_eq!(
            list.last().unwrap().names.as_deref(),
            Some(names),
            "{number}"
        );
    }
}

/// DW-BAS-12: an update of a point where nobody of ours is known is never approved into nothing.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_12_an_update_of_nobody_is_not_approved() {
    let bench = Bench::new().await;
    put(&bench, given("", "U1", 7, &[("last_name", "Hansen")])).await;
    let one = waiting(&bench).await.pop().unwrap();
    assert_eq!(one.names.as_deref(), Some("nobody"));
    let store = &bench.world.admin;
    let refused = key(store.wash_update_end(one.update_id, true, None).await);
    assert_eq!(
        (&*refused.0, &*refused.1),
        ("update_of_nobody", "DW-BAS-12")
    );
    let row = &store.wash_updates(Some("waiting"), 0).await.unwrap()[0];
    assert_eq!(row.names.as_deref(), Some("nobody"));
}

/// DW-BAS-12: two suppliers may call theirs the same; of one supplier the same is one. Who does not
/// say who he is is told apart by the metering point.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_12_a_reference_is_the_suppliers_own() {
    let bench = Bench::new().await;
    let name = [("last_name", "Hansen")];
    let (one, other) = ("7080001234567", "7080007654321");
    for (supplier, n, fresh) in [
        (one, 1, true),
        (other, 2, true),
        (one, 1, false),
        ("70 80001-234567", 1, false),
        ("", 3, true),
        ("", 4, true),
        ("", 3, false),
    ] {
        let is_new = put(&bench, given(supplier, "U1", n, &name)).await;
        assert_eq!(is_new, fresh, "{supplier} {n}");
    }
    assert_eq!(waiting(&bench).await.len(), 4);
}

/// DW-GEN-06: the number of an update is a number, and that of its kind.
#[test]
fn dw_gen_06_an_update_has_a_number_of_its_kind() {
    let shaped = |data: &[(&str, &str)]| {
        let shaped = given("", "U1", 1, data).clean().shaped();
        shaped
            .map(|given| given.data)
            .map_err(|refused| refused.text)
    };
    let good = shaped(&[("identifier", "NO 959 716 633 MVA"), ("kind", "Bedrift")]).unwrap();
    assert_eq!(
        (&*good["identifier"], &*good["kind"]),
        ("959716633", "business")
    );
    for (data, why) in [
        (&[("identifier", "12345")][..], "register_number"),
        (&[("kind", "alien")], "word"),
        (
            &[("identifier", "298840\u{2011}13001"), ("kind", "business")],
            "kind_and_number",
        ),
    ] {
        assert_eq!(
            shaped(data),
            Err(format!("import.refused.{why}")),
            "{data:?}"
        );
    }
}

/// DW-GEN-06, decision 21: a number with dashes protects as one without, in the file of customers, in
/// the extract of the register, and whoever writes the row.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_however_the_number_is_grouped() {
    let bench = Bench::new().await;
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    let file = bench.folder.join("hidden.csv");
    let rows = "identifier,first_name,last_name,birth_date,protected\n\
                059236-42899,Kristine,Sivertsen,05.12.1936,yes\n";
    std::fs::write(&file, rows).unwrap();
    shell.ok(&format!("import registers persons {}", file.display()));
    let born: String = bench
        .one("SELECT birth_date FROM loket.register_persons")
        .await;
    assert_eq!(born, "1936-12-05");
    let customers = bench.folder.join("customers.csv");
    let rows = "customer_ref,country,kind,first_name,last_name,organisation_name,identifier\n\
                K1,NO,private,Kristine,Sivertsen,,059236 - 42899\n\
                K2,SE,private,Eva,Berg,,18900101-9802\n";
    std::fs::write(&customers, rows).unwrap();
    shell.ok(&format!("import customers {}", customers.display()));
    let again = shell.ok(&format!("import customers {}", customers.display()));
    assert!(again.contains("2 already there"), "{again}");
    let record = CustomerRecord {
        customer_ref: "K3".to_owned(),
        country: "NO".to_owned(),
        identifier: Some("05923642899 ".to_owned()),
        ..customer(1)
    };
    bench.world.admin.import_customers(&[record]).await.unwrap();
    let stands: String = bench
        .one(
            "SELECT string_agg(concat(customer_ref, ' ', identifier, ' ', protected), ', '
               ORDER BY customer_ref)
              FROM loket.customers WHERE customer_ref LIKE 'K%'",
        )
        .await;
    assert_eq!(
        stands,
        "K1 05923642899 t, K2 18900101-9802 f, K3 05923642899 t"
    );
}

/// DW-BAS-26: a case that somebody opens for such an update looks at it.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_26_a_case_opened_by_hand_takes_the_update() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    put(&bench, given("", "U1", 1, &[("identifier", "01813701304")])).await;
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    let fields = format!(
        "--field wash_code=a02 --field wash_origin=manual --field ean={} \
         --field customer_ref=G000001 --field counterpart_known=yes",
        point(1)
    );
    let opened = shell.run(&format!("case open wash {fields}"));
    assert_eq!(opened.code, 0, "{opened:?}");
    let store = &bench.world.admin;
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 1);
    let case_id: i64 = bench.one("SELECT case_id FROM loket.wash_updates").await;
    let detail = store.case_detail(CaseId(case_id)).await.unwrap();
    assert_eq!(detail.row.state, "assess_update");
    assert_eq!(
        detail.facts.facts.get("update_names"),
        Some(&Value::Code("number".to_owned()))
    );
    // a later one of that point goes to the same case
    put(&bench, given("", "U2", 1, &[("first_name", "Gry")])).await;
    let both: i64 = bench
        .one("SELECT count(*) FROM loket.wash_updates WHERE case_id IS NOT NULL")
        .await;
    assert_eq!(both, 2);
    let given = answers(&[("reason", "Consent is missing.")]);
    let context = bench.world.context(Actor::Agent).await;
    assert!(step(&detail.facts, "reject", &given, &context).is_ok());
}
