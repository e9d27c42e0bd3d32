//! A register outside from the review of a case: the real program on a real terminal, with a real
//! PostgreSQL and a server of the documented shape (`formats.md` 5.4).

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};

use crate::support::http::{Reply, Server};
use crate::support::keys::{ESC, Walker};
use crate::support::wash::desk::washed;

fn person() -> Json {
    json!({
        "identifikasjonsnummer": [{"erGjeldende": true, "foedselsEllerDNummer": "29884013001"}],
        "navn": [{"erGjeldende": true, "fornavn": "Geir", "etternavn": "Christensen"}],
        "foedsel": [{"erGjeldende": true, "foedselsdato": "1940-08-29"}],
        "adressebeskyttelse": [{"erGjeldende": true, "graderingsnivaa": "ugradert"}],
        "bostedsadresse": [{"erGjeldende": true, "vegadresse": {
            "adressenavn": "Knudsenhavna", "adressenummer": {"husnummer": "127"},
            "poststed": {"postnummer": "7365", "poststedsnavn": "MARTINHELLE"}}}],
    })
}

/// Away, then several, then one.
fn register(turn: &Arc<AtomicUsize>) -> Server {
    let turn = Arc::clone(turn);
    Server::start(move |asked| {
        if asked.header("Authorization") != Some("Bearer a-token-of-the-test") {
            return Reply::new(401, "{}");
        }
        match turn.load(Ordering::SeqCst) {
            0 => Reply::new(503, "{}"),
            1 => Reply::new(400, json!({"melding": "Flere personer funnet"})),
            _ => Reply::ok(person()),
        }
    })
}

/// DW-BAS-14, DW-BAS-15: away is told with the key that asks again, several are told and none of them is
/// shown, one is shown masked beside what is held; the case can be worked on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_15_the_population_register_is_asked_from_the_review() {
    let world = washed(4).await;
    let turn = Arc::new(AtomicUsize::new(0));
    let server = register(&turn);
    let folder = std::env::temp_dir().join(format!("loket-persons-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let token = folder.join("token");
    std::fs::write(&token, "a-token-of-the-test\n").unwrap();
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    let env = [
        ("LOKET_SOURCES_PERSONS_URL", server.base.as_str()),
        ("LOKET_SOURCES_PERSONS_TOKEN_FILE", token.to_str().unwrap()),
    ];
    let mut walker = Walker::sit_down_with(&world, "anna", &env);
    walker.screen.wait("Data wash 4");
    walker.screen.wait("FINDING");
    walker.screen.press("e");
    walker.screen.wait("What the registers say");
    walker.screen.wait("r asks again");
    turn.store(1, Ordering::SeqCst);
    walker.screen.press("r");
    walker.screen.wait("None of them is shown");
    turn.store(2, Ordering::SeqCst);
    walker.screen.press("r");
    walker.screen.wait("Found: one hit.");
    walker.screen.wait("Geir Christensen");
    let shown = walker.screen.text();
    assert!(
        !shown.contains("29884013001") && !shown.contains("1940-08-29"),
        "{shown}"
    );
    walker.screen.press(ESC);
    walker.screen.wait("FINDING");
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|it| it.path() == "/v1/personer/entydigsoek")
    );
    assert!(
        asked
            .iter()
            .all(|it| it.parameter("foedselsdato") == Some("19400829"))
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
