//! The EAN code book and the address service (formats 5.6, 5.7; PRIO-18 to 20, 27), against local
//! servers of their shape.

use std::time::Duration;

use chrono::{DateTime, Utc};
use loket::domain::gs1;
use loket::domain::postcode::Postcode;
use loket::exchange::http::Settings;
use loket::exchange::secret::{Secret, SecretFile};
use loket::exchange::sources::code_book::KEY_HEADER;
use loket::exchange::sources::{
    AddressService, CodeBook, Connection, FindConnections as _, FindHouses as _, Found, Place,
};
use loket::exchange::trouble::{Remedy, Trouble};
use loket::text::{LANGUAGES, Texts};
use serde_json::{Value as Json, json};

use crate::support::http::{Asked, Reply, Server, nobody};

fn now() -> DateTime<Utc> {
    "2026-11-16T08:00:00Z".parse().unwrap()
}

/// The numbered invented connection, with its right check digit.
fn ean(number: usize) -> String {
    let body = format!("8716879004{number:07}");
    let check = gs1::check_digit(&body).unwrap();
    format!("{body}{check}")
}

fn row(number: usize, addition: &str) -> Json {
    json!({
        "ean": ean(number), "product": "ELK",
        "address": {"postalCode": "5223MB", "streetNumber": 18,
            "streetNumberAddition": addition, "street": "Kanaalweg", "city": "Lutjebroek"},
        "organisation": "Netbeheerder Zuid", "gridOperatorEan": "8716879000004",
        "gridArea": "871687900000000012", "specialMeteringPoint": false,
        "bagId": format!("07960100000{number:05}"),
    })
}

/// A code book that knows these rows and answers as the real one does: by exact addition, in pages.
fn book(rows: Vec<Json>) -> Server {
    Server::start(move |asked| {
        if asked.header("X-API-Key") != Some("sleutel") {
            return Reply::new(401, r#"{"message":"no key"}"#);
        }
        let wanted = asked.parameter("streetNumberAddition");
        let is_wanted = |row: &&Json| {
            let addition = row.pointer("/address/streetNumberAddition");
            wanted.is_none_or(|wanted| addition.is_none_or(|known| known == wanted))
        };
        let number = |name| asked.parameter(name).unwrap().parse::<usize>().unwrap();
        let page = rows.iter().filter(is_wanted);
        let page: Vec<&Json> = page.skip(number("offset")).take(number("limit")).collect();
        Reply::ok(json!({"meteringPoints": page}))
    })
}

fn settings(base: &str) -> Settings {
    let key = SecretFile::Known(Secret::new("sleutel"));
    Settings::at(base).with_key(KEY_HEADER, key)
}

async fn look(server: &Server, house: &str) -> Result<Found, Trouble> {
    let place = Place::parse("5223 mb", house).unwrap();
    let book = CodeBook::new(settings(&server.base));
    let answer = book.connections(&place, now()).await?;
    assert_eq!((answer.source, answer.at), ("code_book", now()));
    Ok(answer.value)
}

fn eans(list: &[Connection]) -> Vec<&str> {
    list.iter().map(|one| one.ean.number.as_str()).collect()
}

/// PRIO-20, PRIO-27: every electricity meter at the address, with the operator by name and number.
#[tokio::test]
async fn prio_20_all_connections_at_the_address_are_found() {
    let mut gas = row(9, "");
    gas["product"] = "GAS".into();
    let server = book(vec![row(1, ""), row(2, ""), row(3, "A"), gas]);
    let found = look(&server, "18").await.unwrap();
    assert_eq!(eans(&found.at), [ean(1), ean(2)]);
    assert_eq!(eans(&found.near), [ean(3)]);
    let one = &found.at[0];
    assert!(one.ean.is_valid && one.operator_gln.is_valid);
    assert_eq!(one.operator, "Netbeheerder Zuid");
    assert_eq!(one.operator_gln.number, "8716879000004");
    assert_eq!(one.is_special, Some(false));
    let address = one.address.as_ref().unwrap();
    assert_eq!(address.house, "18");
    assert_eq!(
        (address.street.as_str(), address.city.as_str()),
        ("Kanaalweg", "Lutjebroek")
    );

    let asked = &server.asked()[0];
    assert_eq!(asked.path(), "/ecbinfoset");
    for (name, value) in [
        ("product", "ELK"),
        ("postalCode", "5223MB"),
        ("streetNumber", "18"),
    ] {
        assert_eq!(asked.parameter(name), Some(value));
    }
    assert_eq!(asked.parameter("streetNumberAddition"), None);
}

/// PRIO-18: an addition is found in whatever spelling somebody types it and the code book holds it.
#[tokio::test]
async fn prio_18_spellings_of_the_addition_meet() {
    for held in ["A1", "a-1", "A 1", "a/1"] {
        let server = book(vec![row(1, ""), row(2, held), row(3, "B")]);
        for typed in ["18a-1", "18 A 1", "18A1", "18-A/1"] {
            let found = look(&server, typed).await.unwrap();
            assert_eq!(eans(&found.at), [ean(2)], "{typed} for {held}");
        }
    }
}

/// PRIO-20: nobody at the exact number is an answer too, with the neighbours to choose from.
#[tokio::test]
async fn prio_20_no_connection_is_an_answer() {
    let found = look(&book(vec![row(1, ""), row(3, "B")]), "18C")
        .await
        .unwrap();
    assert_eq!(found.at, []);
    assert_eq!(eans(&found.near), [ean(1), ean(3)]);
    assert_eq!(look(&book(Vec::new()), "18").await, Ok(Found::default()));
}

/// PRIO-20: a big building comes in pages, every connection once.
#[tokio::test]
async fn prio_20_all_pages_are_read_and_no_more() {
    let rows: Vec<Json> = (1..=250).map(|number| row(number, "")).collect();
    let server = book(rows);
    let found = look(&server, "18").await.unwrap();
    assert_eq!(found.at.len(), 250);
    let offsets: Vec<String> = server.asked().iter().map(offset).collect();
    assert_eq!(offsets, ["0", "100", "200"]);

    let rows: Vec<Json> = (1..=600).map(|number| row(number, "")).collect();
    let trouble = look(&book(rows), "18").await.unwrap_err();
    assert_eq!((trouble.key, trouble.passes()), ("too_many", false));
}

fn offset(asked: &Asked) -> String {
    asked.parameter("offset").unwrap().to_owned()
}

/// PRIO-20: a server that gives the same page for ever is not asked for ever.
#[tokio::test]
async fn prio_20_the_same_page_twice_is_the_end() {
    let rows: Vec<Json> = (1..=100).map(|number| row(number, "")).collect();
    let server = Server::start(move |_| Reply::ok(json!({"meteringPoints": rows})));
    let found = look(&server, "18").await.unwrap();
    assert_eq!(found.at.len(), 100);
    assert_eq!(server.asked().len(), 2);
}

/// PRIO-20: rows without an address belong to the place only when exactly it was asked for.
#[tokio::test]
async fn prio_20_rows_without_an_address_are_not_lost() {
    let mut row = row(1, "");
    row["address"] = Json::Null;
    row["specialMeteringPoint"] = Json::Null;
    row["bagId"] = "".into();
    let server = book(vec![row]);
    let found = look(&server, "18A").await.unwrap();
    assert_eq!(eans(&found.at), [ean(1)]);
    assert_eq!(found.at[0].address, None);
    // no building and no word about it: not known
    assert_eq!((found.at[0].is_special, &found.at[0].bag_id), (None, &None));
}

/// What a source holds is shown as it is, harmless and marked; what was not asked for is left out.
#[tokio::test]
async fn hostile_rows_are_made_harmless() {
    let mut wrong = row(1, "");
    wrong["ean"] = "871694840000000000".into();
    wrong["organisation"] = "Net\u{1b}]0;x\u{7}beheer\u{202e}der".into();
    wrong["gridOperatorEan"] = 8_716_948_000_000_u64.into();
    wrong["address"]["street"] = format!("\u{9b}31m{}", "x".repeat(5_000)).into();
    wrong["address"]["city"] = json!({"deep": []});
    let mut elsewhere = row(2, "");
    elsewhere["address"]["postalCode"] = "9999XX".into();
    let found = look(&book(vec![wrong, elsewhere]), "18").await.unwrap();
    assert_eq!(eans(&found.at), ["871694840000000000"]);
    assert_eq!(found.near, []);
    let one = &found.at[0];
    assert!(!one.ean.is_valid && !one.operator_gln.is_valid);
    assert_eq!(one.operator, "Netbeheerder");
    let address = one.address.as_ref().unwrap();
    assert_eq!(address.street, "x".repeat(200));
    assert_eq!(address.city, "");
}

/// An answer in another form is an error that says so, in every language.
#[tokio::test]
async fn an_answer_in_another_form_is_an_error_with_a_sentence() {
    for (answer, key) in [
        (String::new(), "garbled"),
        ("<html>wartung</html>".to_owned(), "garbled"),
        ("{}".to_owned(), "garbled"),
        (r#"{"meteringPoints":{}}"#.to_owned(), "garbled"),
        (r#"{"meteringPoints":[{}]}"#.to_owned(), "garbled"),
        (r#"{"meteringPoints":["#.to_owned(), "garbled"),
        (
            format!(r#"{{"meteringPoints":{}"#, "[".repeat(50_000)),
            "garbled",
        ),
        (" ".repeat(3_000_000), "too_large"),
    ] {
        let server = Server::start(move |_| Reply::ok(&answer));
        let trouble = look(&server, "18").await.unwrap_err();
        assert_eq!((trouble.key, trouble.remedy), (key, Remedy::Nothing));
        for lang in LANGUAGES {
            let words = trouble.words(&Texts::load(lang));
            assert!(!words.contains('{') && words.len() > 20, "{lang}: {words}");
        }
    }
}

/// A source that is away, slow or busy is a state that passes, never a dead end.
#[tokio::test]
async fn a_source_that_is_down_passes() {
    let place = Place::parse("5223MB", "18").unwrap();
    let away = CodeBook::new(settings(&nobody()));
    let trouble = away.connections(&place, now()).await.unwrap_err();
    assert_eq!((trouble.key, trouble.passes()), ("away", true));

    let broken = Server::start(|_| Reply::new(502, "bad gateway"));
    let trouble = look(&broken, "18").await.unwrap_err();
    assert_eq!((trouble.key, trouble.passes()), ("status", true));

    // listens, and never answers: the kernel takes the connection
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let patience = Duration::from_millis(200);
    let slow = CodeBook::new(Settings {
        patience,
        ..settings(&base)
    });
    let trouble = slow.connections(&place, now()).await.unwrap_err();
    assert_eq!((trouble.key, trouble.passes()), ("slow", true));
}

/// Who asks for patience is not asked before it has passed; another place is not asked either.
#[tokio::test]
async fn a_source_that_asks_for_patience_is_left_alone() {
    let busy = Server::start(|_| Reply::new(429, "").with("Retry-After", "600"));
    let book = CodeBook::new(settings(&busy.base));
    let first = Place::parse("5223MB", "18").unwrap();
    let second = Place::parse("5223MB", "20").unwrap();
    for place in [&first, &first, &second] {
        let trouble = book.connections(place, now()).await.unwrap_err();
        assert_eq!(trouble.key, "busy");
        let Remedy::Later(Some(wait)) = trouble.remedy else {
            panic!("{trouble:?}");
        };
        assert!(wait > Duration::from_secs(500), "{wait:?}");
    }
    assert_eq!(busy.asked().len(), 1);

    let soon = Server::start(|_| Reply::new(503, "").with("Retry-After", "0"));
    let book = CodeBook::new(settings(&soon.base));
    for _ in 0..2 {
        let trouble = book.connections(&first, now()).await.unwrap_err();
        assert!(trouble.passes());
    }
    assert_eq!(soon.asked().len(), 2);
}

/// A key that is refused is for a person to mend, and the key is in no sentence.
#[tokio::test]
async fn a_refused_key_is_for_the_settings() {
    let server = book(Vec::new());
    let wrong = SecretFile::Known(Secret::new("verkeerd"));
    let book = CodeBook::new(Settings::at(&server.base).with_key(KEY_HEADER, wrong));
    let place = Place::parse("5223MB", "18").unwrap();
    let trouble = book.connections(&place, now()).await.unwrap_err();
    assert_eq!(
        (trouble.key, trouble.remedy),
        ("key_refused", Remedy::Settings)
    );
    assert!(!format!("{trouble:?} {book:?}").contains("verkeerd"));
}

fn doc(letter: Option<&str>, addition: Option<&str>) -> Json {
    let id = format!("adr-{}{}", letter.unwrap_or("0"), addition.unwrap_or("0"));
    let mut doc = json!({
        "id": id, "type": "adres", "bron": "BAG", "score": 9.1,
        "weergavenaam": "Kanaalweg 18, 5223MB Lutjebroek", "straatnaam": "Kanaalweg",
        "huisnummer": 18, "postcode": "5223MB", "woonplaatsnaam": "Lutjebroek",
        "adresseerbaarobject_id": "0796010000000001", "centroide_ll": "POINT(5.3 51.7)",
    });
    if let Some(letter) = letter {
        doc["huisletter"] = letter.into();
    }
    if let Some(addition) = addition {
        doc["huisnummertoevoeging"] = addition.into();
    }
    doc
}

fn found(docs: &[Json], all: usize) -> Reply {
    let response = json!({"numFound": all, "start": 0, "maxScore": 9.1, "docs": docs});
    Reply::ok(json!({"response": response}))
}

async fn houses(server: &Server) -> Result<Vec<String>, Trouble> {
    let service = AddressService::new(Settings::at(&server.base));
    let postcode = Postcode::parse("5223MB").unwrap();
    let answer = service.houses(&postcode, 18, now()).await?;
    assert_eq!((answer.source, answer.at), ("address_service", now()));
    let shown = answer.value.into_iter().map(|house| house.address.house);
    Ok(shown.collect())
}

/// PRIO-18: the houses of a number, each once, in order; nothing else.
#[tokio::test]
async fn prio_18_the_houses_of_a_number_are_listed() {
    let mut street = doc(None, None);
    street["type"] = "weg".into();
    let mut elsewhere = doc(Some("Z"), None);
    elsewhere["postcode"] = "5223MC".into();
    let docs = [
        doc(Some("B"), None),
        doc(None, None),
        doc(Some("a"), Some("2")),
        doc(Some("A"), Some("1")),
        doc(None, Some("bis")),
        doc(Some("B"), None),
        doc(None, Some("\u{1b}[2J!")),
        street,
        elsewhere,
    ];
    let server = Server::start(move |_| found(&docs, 9));
    let listed = houses(&server).await.unwrap();
    assert_eq!(listed, ["18", "18-BIS", "18A-1", "18A-2", "18B"]);
    let asked = &server.asked()[0];
    assert_eq!(asked.path(), "/free");
    for wanted in [
        "fq=type%3Aadres",
        "fq=postcode%3A5223MB",
        "fq=huisnummer%3A18",
    ] {
        assert!(asked.target.contains(wanted), "{}", asked.target);
    }
}

/// PRIO-18: pages until all are there; a number of answers that is a lie ends too.
#[tokio::test]
async fn prio_18_pages_of_houses_come_to_an_end() {
    let lie = Server::start(|asked| match asked.parameter("start") {
        Some("0") => found(&[doc(Some("A"), None)], usize::MAX),
        Some("100") => found(&[doc(Some("B"), None)], usize::MAX),
        _ => found(&[], usize::MAX),
    });
    assert_eq!(houses(&lie).await.unwrap(), ["18A", "18B"]);
    let endless = Server::start(|_| found(&[doc(None, None)], usize::MAX));
    assert_eq!(houses(&endless).await.unwrap_err().key, "too_many");
}

/// PRIO-18: proposals while typing, then the one that was chosen.
#[tokio::test]
async fn prio_18_a_proposal_is_looked_up_by_its_id() {
    let server = Server::start(|asked| match asked.path() {
        "/suggest" => found(&[doc(Some("A"), Some("1"))], 1),
        "/lookup" if asked.parameter("id") == Some("adr-A1") => {
            found(&[doc(Some("A"), Some("1"))], 1)
        }
        _ => found(&[], 0),
    });
    let service = AddressService::new(Settings::at(&server.base));
    let proposals = service
        .suggest("kanaalweg 18 & meer", now())
        .await
        .unwrap()
        .value;
    assert_eq!(proposals.len(), 1);
    assert_eq!(proposals[0].shown, "Kanaalweg 18, 5223MB Lutjebroek");
    assert_eq!(
        server.asked()[0].parameter("q"),
        Some("kanaalweg%2018%20%26%20meer")
    );
    let house = service
        .look_up(&proposals[0].id, now())
        .await
        .unwrap()
        .value;
    assert_eq!(house.address.house, "18A-1");
    assert_eq!(house.bag_id.as_deref(), Some("0796010000000001"));
    let nothing = service.look_up("adr-gone", now()).await.unwrap_err();
    assert_eq!(nothing.key, "unknown");
}

/// The error body of the address service is read, cleaned, and said.
#[tokio::test]
async fn the_error_body_is_said() {
    let body = json!({"error": {"metadata": [], "msg": "undefined\u{1b}[2J field", "code": 400}});
    let server = Server::start(move |_| Reply::new(400, &body));
    let trouble = houses(&server).await.unwrap_err();
    assert_eq!((trouble.key, trouble.remedy), ("refused", Remedy::Nothing));
    let words = trouble.words(&Texts::load("en"));
    assert!(
        words.contains("undefined field") && words.contains("400"),
        "{words}"
    );
}
