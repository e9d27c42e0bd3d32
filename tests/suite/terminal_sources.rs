//! The chooser of meters with the EAN code book: the real program on a real terminal, with a real
//! PostgreSQL and a server of the documented shape (`formats.md` 5.7).

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};

use crate::support::http::{Reply, Server};
use crate::support::keys::Walker;
use crate::support::world::{GRID, ean};
use crate::terminal_request::{Fingers, metering};

/// Whose grid it is that is not ours.
const OTHER: &str = "8712423010208";

fn row(number: u32, house: u32, operator: &str, gln: &str) -> Json {
    json!({
        "ean": ean(number), "product": "ELK",
        "address": {"postalCode": "5226HP", "streetNumber": house, "streetNumberAddition": "",
            "street": "Larixweg", "city": "Nieuwdorp"},
        "organisation": operator, "gridOperatorEan": gln, "gridArea": "871687900000000012",
        "specialMeteringPoint": false, "bagId": ""
    })
}

/// A code book that can be away.
fn book(is_there: &Arc<AtomicBool>) -> Server {
    let is_there = Arc::clone(is_there);
    Server::start(move |asked| {
        if asked.header("X-API-Key") != Some("sleutel-van-het-codeboek") {
            return Reply::new(401, json!({"message": "no key"}));
        }
        if !is_there.load(Ordering::SeqCst) {
            return Reply::new(503, json!({}));
        }
        let rows = match asked.parameter("streetNumber") {
            Some("1") => vec![row(1, 1, "Ons Netbeheer", GRID)],
            Some("99") => vec![row(77, 99, "Buurnet", OTHER)],
            _ => vec![],
        };
        Reply::ok(json!({"meteringPoints": rows}))
    })
}

/// PRIO-05, PRIO-20, PRIO-27: the code book is away and is named with the key that asks again; the
/// registers answer meanwhile. When it is there, an address outside our grid names its operator, and
/// its connection can be chosen although no register has it.
#[tokio::test(flavor = "multi_thread")]
async fn prio_27_the_code_book_is_asked_from_the_desk() {
    let world = metering(1).await;
    let is_there = Arc::new(AtomicBool::new(false));
    let server = book(&is_there);
    let folder = std::env::temp_dir().join(format!("loket-book-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let key = folder.join("key");
    std::fs::write(&key, "sleutel-van-het-codeboek\n").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let env = [
        ("LOKET_SOURCES_CODE_BOOK_URL", server.base.as_str()),
        ("LOKET_SOURCES_CODE_BOOK_KEY_FILE", key.to_str().unwrap()),
    ];
    let walker = Walker::sit_down_with(&world, "anna", &env);
    let mut anna = Fingers { walker, keys: 0 };
    anna.up_to_address("NL0000001");
    anna.press("E000000001", &[]);
    anna.press("The EAN code book does not answer", &[]);
    anna.press("asks again", &[]);
    is_there.store(true, Ordering::SeqCst);
    anna.press("", &["\u{1b}[15~"]);
    let screen = &anna.walker.screen;
    screen.wait_for("an answer", |shown| !shown.contains("does not answer"));
    anna.press("E000000001", &["\t", "\u{15}", "99"]);
    anna.press("Buurnet", &[]);
    anna.press(&ean(77), &[]);
    anna.write();
    anna.press("Choose the meter", &[]);
    anna.press("that of Buurnet", &["M77"]);
    anna.press("M77", &[]);
    anna.write();
    anna.press("Now: being checked", &[]);
    let case = anna.find_check().await;
    let facts = world.admin.case_detail(case).await.unwrap().facts.facts;
    assert_eq!(facts["ean"].as_code(), Some(ean(77).as_str()));
    let asked = server.asked();
    assert!(asked.iter().all(|it| it.path() == "/ecbinfoset"));
    std::fs::remove_dir_all(&folder).unwrap();
}
