//! Whose consumption it is: a connection is named by the ends of its number, by all of it only for a
//! purpose that becomes an event, and never where anybody is protected (FLU-34, META-05, decision 21).

use loket::domain::consumption::shown::Naming;
use loket::domain::consumption::{Step, days};
use loket::store::consumption::Look;
use loket::store::register::ContractRecord;
use loket::store::rows::CaseId;
use loket::store::{Store, StoreError};
use uuid::Uuid;

use crate::consumption::{contract, key, mandate, open, report, whole_day, world};
use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::{SUPPLIER, World, ean, word};

/// Who is protected in the small world.
const PROTECTED: u32 = 13;
const WEEK: &str = "--week 2026-06-15 --purpose check";

/// A day of the n-th connection, shared by that customer, if any.
async fn shared(n: u32, customer: Option<u32>) -> (World, CaseId) {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let file = whole_day(n, "2026-06-15".parse().unwrap(), "0,100", "Gevalideerd");
    report(&shell, "import consumption --json -", &file);
    open(&world, "contract", &contract()).await.unwrap();
    let mut given = mandate(n, "day_and_fine");
    if let Some(customer) = customer {
        given.insert("customer_ref".into(), word(&format!("NL{customer:07}")));
    }
    let case = open(&world, "sharing", &given).await.unwrap();
    (world, case)
}

/// Events of looking: kind, purpose, whether all of the number was asked for.
async fn record(world: &World) -> Vec<(String, Option<String>, Option<bool>)> {
    let pool = world.db.pool(SUPERUSER, 1).await;
    let sql = "SELECT kind, body->>'purpose', (body->>'whole')::bool FROM loket.case_events
        WHERE kind LIKE 'consumption%' ORDER BY event_id";
    sqlx::query_as(sql).fetch_all(&pool).await.unwrap()
}

/// What each way out of the command line says: lines, CSV, pages.
fn ways(anna: &Shell, rest: &str) -> [String; 3] {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    let case = "SM-2026-000001";
    let shown = anna.run(&format!("consumption show {case} {WEEK} {rest}"));
    let csv = anna.run(&format!("consumption export {case} {WEEK} {rest}"));
    let line = format!(
        "consumption export {case} {WEEK} {rest} --format pdf --out {}",
        file.display()
    );
    let pages = anna.run(&line);
    if !file.exists() {
        return [shown, csv, pages].map(|said| format!("{} {}", said.code, said.err));
    }
    let text = lopdf::Document::load(&file).unwrap();
    [shown.out, csv.out, text.extract_text(&[1]).unwrap()]
}

fn ends(n: u32) -> String {
    format!("{}..........{}", &ean(n)[..4], &ean(n)[14..])
}

/// FLU-34: masked is what comes when nothing is said, on every way out; all of the number is asked for,
/// and stands in the event with the purpose.
#[tokio::test(flavor = "multi_thread")]
async fn flu_34_the_number_is_masked_unless_it_is_asked_for() {
    let (world, _) = shared(1, Some(1)).await;
    let anna = Shell::of(&world.db.url("anna"));
    for said in ways(&anna, "") {
        assert!(said.contains(&ends(1)) && !said.contains(&ean(1)), "{said}");
    }
    for said in ways(&anna, "--whole") {
        assert!(said.contains(&ean(1)), "{said}");
    }
    let record = record(&world).await;
    let asked: Vec<_> = record.iter().map(|(.., whole)| *whole).collect();
    assert_eq!(
        asked,
        [None, None, None, Some(true), Some(true), Some(true)]
    );
    assert!(
        record
            .iter()
            .all(|(_, why, _)| why.as_deref() == Some("check"))
    );
    let kinds: Vec<_> = record.iter().map(|(kind, ..)| kind.as_str()).collect();
    let (seen, taken) = ("consumption_seen", "consumption_exported");
    assert_eq!(kinds, [seen, taken, taken, seen, taken, taken]);
}

async fn read(
    store: &Store,
    session: Uuid,
    case_id: CaseId,
    naming: Naming,
) -> Result<String, StoreError> {
    let look = Look {
        case_id,
        from: "2026-06-15".parse().unwrap(),
        to: "2026-06-16".parse().unwrap(),
        step: Step::Day,
        purpose: "check",
        is_export: false,
        naming,
    };
    let found = store
        .consumption_read(Uuid::now_v7(), session, &look)
        .await?;
    assert_eq!(found.values[0].start, days::begin(look.from));
    Ok(found.ean)
}

/// META-05, decision 21: where the customer is protected, or whoever has a contract at the connection, the
/// database gives the ends of the number and refuses all of it, whatever a client asks; nothing that is
/// refused is on record as seen, and no way out names anybody.
#[tokio::test(flavor = "multi_thread")]
async fn meta_05_of_the_protected_there_is_no_whole_number() {
    for by_contract in [false, true] {
        let (world, case) = shared(1, (!by_contract).then_some(PROTECTED)).await;
        if by_contract {
            let held = ContractRecord {
                ean: ean(1),
                customer_ref: format!("NL{PROTECTED:07}"),
                side: "supply".into(),
                party_gln: SUPPLIER.into(),
                valid_from: "2020-01-01".parse().unwrap(),
                valid_to: None,
            };
            world.admin.import_contracts(&[held]).await.unwrap();
        }
        let desk = world.desk("anna").await;
        let masked = read(&desk.store, desk.id(), case, Naming::Masked).await;
        assert_eq!(masked.unwrap(), ends(1));
        let whole = read(&desk.store, desk.id(), case, Naming::Whole).await;
        assert_eq!(key(&whole.unwrap_err()).0, "person_protected");
        assert_eq!(record(&world).await.len(), 1);
        let anna = Shell::of(&world.db.url("anna"));
        for said in ways(&anna, "") {
            assert!(said.contains(&ends(1)), "{said}");
            assert!(
                !said.contains(&ean(1)) && !said.contains("Langevoort"),
                "{said}"
            );
        }
        for refused in ways(&anna, "--whole") {
            assert!(
                refused.starts_with("1 ") && refused.contains("protected"),
                "{refused}"
            );
        }
        assert_eq!(record(&world).await.len(), 4, "by_contract: {by_contract}");
    }
}
