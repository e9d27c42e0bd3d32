//! The tables of the data wash driven through the store: what an agent does, what the referee in the
//! database lets through, what stands in the registers afterwards, and what is on its way out.

use loket::process::engine::{self, Actor, Answers};
use loket::process::wash::WASH;
use loket::store::case::Opening;
use loket::store::register::CustomerRecord;
use loket::store::rows::{CaseId, Opened};

use crate::exchange_washing::{Bench, GEIR, GIER, INGER, point};
use crate::process_wash::{AGREED, CONSENT, CONTACT, ENTERPRISE, ONE_PERSON, USER, Words};
use crate::process_world::answers;
use crate::support::world::{Desk, customer};

const PARTY: &str = "7080005000004";

/// Who is registered under K1: a garage society without a number of its own, at two metering points.
async fn registered(bench: &Bench) {
    let record = CustomerRecord {
        customer_ref: "K1".to_owned(),
        country: "NO".to_owned(),
        kind: "business".to_owned(),
        organisation_name: Some("Garasjelaget Solsiden".to_owned()),
        first_name: None,
        last_name: None,
        identifier: None,
        birth_date: None,
        ..customer(1)
    };
    bench.world.admin.import_customers(&[record]).await.unwrap();
    contracts(bench, "K1", &[1, 2]).await;
}

/// That customer has the grid contracts of these points.
async fn contracts(bench: &Bench, reference: &str, points: &[u32]) {
    let pool = bench.owner().await;
    let party = "INSERT INTO loket.parties (gln, gln_valid, name, role, country)
        VALUES ($1, true, 'Nett', 'grid_operator', 'NO')
        ON CONFLICT DO NOTHING";
    sqlx::query(party).bind(PARTY).execute(&pool).await.unwrap();
    for n in points {
        let place = "INSERT INTO loket.connections
            (ean, ean_valid, country, product, street, postcode, city, grid_operator_gln)
            VALUES ($1, true, 'NO', 'E', '', '', '', $2) ON CONFLICT DO NOTHING";
        let place = sqlx::query(place).bind(point(*n)).bind(PARTY);
        place.execute(&pool).await.unwrap();
        let contract =
            "INSERT INTO loket.contracts (ean, customer_ref, side, party_gln, valid_from)
            VALUES ($1, $2, 'grid', $3, '2010-01-01')";
        let contract = sqlx::query(contract)
            .bind(point(*n))
            .bind(reference)
            .bind(PARTY);
        contract.execute(&pool).await.unwrap();
    }
}

/// A case of that code about the first point, opened by hand.
async fn case(bench: &Bench, code: &str, more: &Words) -> CaseId {
    let first = point(1);
    let mut given = vec![
        ("wash_code", code),
        ("wash_origin", "holdings"),
        ("point", &*first),
    ];
    if code != "gsrn" {
        given.push(("ean", &*first));
    }
    given.extend([("customer_ref", "K1"), ("counterpart_known", "yes")]);
    given.extend_from_slice(more);
    let given = answers(&given);
    let world = &bench.world;
    let context = world.context(Actor::System).await;
    let change = engine::open(&WASH, context.now, &given, &context).unwrap();
    let opening = Opening {
        cmd: context.command,
        session: None,
        change: &change,
        reference: None,
        answers: &given,
        calendars: &world.calendars,
    };
    match world.admin.case_open(&opening).await.unwrap() {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}

/// One step of an agent who takes the case when it is not his already.
async fn act(anna: &Desk<'_>, case_id: CaseId, action: &str, given: &Answers) {
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let lease = match detail.lease {
        Some(lease) => lease,
        None => anna.take(case_id).await,
    };
    anna.act(case_id, Some(lease), action, given).await.unwrap();
}

async fn walked(bench: &Bench, case_id: CaseId, steps: &[(&str, &Words)]) -> String {
    let anna = bench.world.desk("anna").await;
    for (action, given) in steps {
        act(&anna, case_id, action, &answers(given)).await;
    }
    anna.store.case_detail(case_id).await.unwrap().row.state
}

async fn messages(bench: &Bench, case_id: CaseId) -> Vec<String> {
    sqlx::query_scalar("SELECT kind FROM loket.outbox WHERE case_id = $1 ORDER BY outbox_id")
        .bind(case_id.0)
        .fetch_all(&bench.owner().await)
        .await
        .unwrap()
}

/// Number, first, last name and business name of a customer.
async fn row(bench: &Bench, reference: &str) -> String {
    sqlx::query_scalar(
        "SELECT concat_ws('|', identifier, first_name, last_name, organisation_name)
         FROM loket.customers WHERE customer_ref = $1",
    )
    .bind(reference)
    .fetch_one(&bench.owner().await)
    .await
    .unwrap()
}

/// Who holds a point today, with the number of contracts there.
async fn holder(bench: &Bench, n: u32) -> (String, i64) {
    sqlx::query_as(
        "SELECT (SELECT customer_ref FROM loket.contracts WHERE ean = $1 AND valid_to IS NULL),
         (SELECT count(*) FROM loket.contracts WHERE ean = $1)",
    )
    .bind(point(n))
    .fetch_one(&bench.owner().await)
    .await
    .unwrap()
}

const PERSON: &Words = &[
    ("found_fnr", "29884013001"),
    ("found_first_name", "Geir"),
    ("found_last_name", "Kristensen"),
    ("person_consents", "yes"),
];

/// DW-I02-10, DW-I02-12: a person takes one point over; the society keeps its row and its other point.
/// Fails when the takeover writes the person over the society.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i02_10_a_takeover_is_another_customer() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    registered(&bench).await;
    let case_id = case(&bench, "i02", &[]).await;
    let state = walked(
        &bench,
        case_id,
        &[
            ("search_brreg", &[("hits", "none")]),
            ("not_registered", &[("unregistered_form", "garage")]),
            ("refuses", &[]),
            ("person_identified", PERSON),
            ("supplier_contacted", CONTACT),
            ("takeover_done", &[]),
        ],
    )
    .await;
    assert_eq!(state, "resolved_takeover");
    assert_eq!(row(&bench, "K1").await, "|||Garasjelaget Solsiden");
    let (who, contracts) = holder(&bench, 1).await;
    assert_eq!(
        (row(&bench, &who).await.as_str(), contracts),
        ("29884013001|Geir|Kristensen|", 2)
    );
    assert_eq!(holder(&bench, 2).await, ("K1".to_owned(), 1));
    let told = messages(&bench, case_id).await;
    assert!(told.contains(&"master_data_update".to_owned()), "{told:?}");
}

/// The same person takes over a second point: it is the same customer.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_06_a_person_is_one_customer() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    registered(&bench).await;
    bench.washed("a", &[(point(9), GEIR, INGER)]).await;
    let case_id = case(&bench, "i04", &[]).await;
    let mut user = USER.to_vec();
    user[1].1 = "29884013001";
    let steps: [(&str, &Words); 4] = [
        ("classify", &[("estate", "not_transferred")]),
        ("supplier_contacted", CONTACT),
        ("end_user_known", &user),
        ("takeover_done", &[("end_code", "death")]),
    ];
    assert_eq!(walked(&bench, case_id, &steps).await, "resolved_takeover");
    assert_eq!(holder(&bench, 1).await.0, "G000009");
    let code: String = bench.one("SELECT end_code FROM loket.wash_takeovers").await;
    assert_eq!(code, "death", "DW-I04-7");
}

/// DW-A01-9, DW-A01-10: the supplier's customer comes, ours goes, and all of it is taken back with the
/// step.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_09_the_suppliers_customer_comes_and_goes_back() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    contracts(&bench, "G000001", &[1, 2]).await;
    let (case_id, _) = bench.case_of(1).await;
    bench.world.admin.grace_set(60).await.unwrap();
    let anna = bench.world.desk("anna").await;
    let steps: [(&str, &Words); 6] = [
        ("takeover_request_received", &[]),
        ("accept", CONSENT),
        ("agreement_reached", AGREED_TODAY),
        ("send_termination", &[]),
        ("settlement_decided", &[("settlement", "made")]),
        ("relation_ended", &[]),
    ];
    for (action, given) in steps {
        act(&anna, case_id, action, &answers(given)).await;
    }
    let (who, contracts) = holder(&bench, 1).await;
    let inger = "01813701304|Inger|Henriksen|";
    assert_eq!((row(&bench, &who).await.as_str(), contracts), (inger, 2));
    assert_eq!(row(&bench, "G000001").await, "29884013001|Geir|Kristensen|");
    assert_eq!(holder(&bench, 2).await.0, "G000001");
    let undo = anna.store.case_detail(case_id).await.unwrap().undo.unwrap();
    anna.store
        .case_take_back(uuid::Uuid::now_v7(), anna.id(), case_id, undo.seq)
        .await
        .unwrap();
    assert_eq!(holder(&bench, 1).await, ("G000001".to_owned(), 1));
    let made: i64 = bench
        .one("SELECT count(*) FROM loket.customers WHERE customer_ref LIKE 'W%'")
        .await;
    assert_eq!(made, 0);
}

const AGREED_TODAY: &Words = &[("agreed_on", "2026-01-05"), AGREED[1]];

/// DW-I02-7, DW-I03-5, DW-I01-13, DW-BAS-09, DW-BAS-14: what a case found stands in our row, number and name
/// in one change, and one update of master data leaves.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_what_was_found_stands_in_our_row() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    registered(&bench).await;
    let firm = "959716633|||KARLSEN DRIFT AS";
    let person = "29884013001|Ola|Nordmann|";
    let hit = |more: &[(&'static str, &'static str)]| {
        let mut given = vec![("hits", "one"), ENTERPRISE[0], ENTERPRISE[1]];
        given.extend_from_slice(more);
        given
    };
    let alike = hit(&[("name_alike", "yes")]);
    let active = hit(&[("is_active", "yes")]);
    let dsf: Vec<_> = ONE_PERSON
        .iter()
        .copied()
        .filter(|(key, _)| *key != "register_on")
        .collect();
    let walks: [(&str, &[(&str, &Words)], &str, &str); 5] = [
        (
            "orgnr",
            &[("wash_brreg", &alike)],
            "resolved_register",
            firm,
        ),
        (
            "i02",
            &[("search_brreg", &active), ("accept_name", &[])],
            "resolved_register",
            firm,
        ),
        (
            "i03",
            &[
                ("assess", &[("name_alike", "yes")]),
                ("correct_name", &[("found_name", "KARLSEN DRIFT AS")]),
            ],
            "resolved_register",
            "|||KARLSEN DRIFT AS",
        ),
        ("fnr", &[("wash_dsf", &dsf)], "resolved_register", person),
        (
            "i01",
            &[
                ("look_for_inbound_update", &[("update_state", "none")]),
                ("search", ONE_PERSON),
            ],
            "resolved_register",
            person,
        ),
    ];
    for (code, steps, state, stands) in walks {
        let again =
            "UPDATE loket.customers SET kind = 'business', identifier = '', first_name = '',
            last_name = '', organisation_name = 'Garasjelaget Solsiden' WHERE customer_ref = 'K1'";
        sqlx::query(again)
            .execute(&bench.owner().await)
            .await
            .unwrap();
        let case_id = case(&bench, code, &[]).await;
        assert_eq!(walked(&bench, case_id, steps).await, state, "{code}");
        assert_eq!(row(&bench, "K1").await, stands, "{code}");
        let told = messages(&bench, case_id).await;
        let updates = told.iter().filter(|kind| *kind == "master_data_update");
        assert_eq!(updates.count(), 1, "{code}");
    }
}

/// DW-BAS-12, DW-A01-8, DW-A-6: also after go-live the supplier may send what it holds: no case is told, and
/// the update waits in the list for a decision.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a_6_an_update_after_go_live_waits_in_the_list() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GIER, INGER)]).await;
    let day = answers(&[("go_live_on", "2026-01-05")]);
    bench.done(1, Actor::Lead, "go_live", day).await;
    assert_eq!(bench.finding(1).await.4, "closed_nett_prevails");
    let file = bench.folder.join("updates.csv");
    let text = format!(
        "reference,metering_point_id,first_name\nU1,{},Geir\n",
        point(1)
    );
    std::fs::write(&file, text).unwrap();
    let store = &bench.world.admin;
    let taken = loket::exchange::washing::updates::read(store, &file)
        .await
        .unwrap();
    assert_eq!((taken.new, taken.cases), (1, 0));
    let list = store.wash_updates(Some("waiting"), 0).await.unwrap();
    store
        .wash_update_end(list[0].update_id, true, None)
        .await
        .unwrap();
    assert!(row(&bench, "G000001").await.contains("|Geir|"));
}

/// DW-I02-12: the referee of the database knows the tables: a takeover of a case that is not there yet is
/// refused, whatever a client computes.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i02_12_the_referee_refuses_a_step_that_is_not_in_the_table() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    registered(&bench).await;
    let case_id = case(&bench, "i02", &[]).await;
    let anna = bench.world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let given = answers(&[("hits", "none")]);
    let mut change = anna.change(case_id, "search_brreg", &given).await;
    change.action = "takeover_done".to_owned();
    change.to = "resolved_takeover".to_owned();
    let target = loket::store::case::Target {
        case_id,
        fence: Some(lease.fence),
        version: anna.store.case_detail(case_id).await.unwrap().row.version,
    };
    let refused = anna
        .store
        .case_apply(uuid::Uuid::now_v7(), Some(anna.id()), target, &change)
        .await;
    assert!(refused.is_err());
    assert_eq!(walked(&bench, case_id, &[]).await, "i02_new");
}
