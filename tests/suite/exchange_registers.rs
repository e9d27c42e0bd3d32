//! The registers of the data wash (formats 5.4, 5.5; DW-BAS-14 to 16): extracts, and services that
//! answer in the documented shapes, against local servers.

use chrono::{DateTime, Utc};
use loket::domain::organisasjonsnummer::Organisasjonsnummer;
use loket::exchange::http::Settings;
use loket::exchange::secret::{Secret, SecretFile};
use loket::exchange::sources::persons::TOKEN_HEADER;
use loket::exchange::sources::registers::{
    FindEnterprises, FindPersons, Hit, PersonSearch, SearchError, Standing,
};
use loket::exchange::sources::{EnterpriseService, PersonService};
use loket::exchange::trouble::{Remedy, Trouble};
use loket::exchange::wash::registers::RegisterFiles;
use loket::text::{LANGUAGES, Texts};
use loket::wash::given;
use loket::wash::record::{Holding, Person, PersonRow};
use serde_json::{Value as Json, json};

use crate::support::http::{Asked, Reply, Server};

const FIRM: &str = "959716633";

fn now() -> DateTime<Utc> {
    "2026-11-16T08:00:00Z".parse().unwrap()
}

fn unit(number: &str, name: &str) -> Json {
    json!({
        "organisasjonsnummer": number, "navn": name,
        "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap", "_links": {}},
        "forretningsadresse": {"land": "Norge", "landkode": "NO", "postnummer": "8372",
            "poststed": "SIMONSEN", "adresse": ["Liejordet 154", null, null, ""]},
        "antallAnsatte": 3, "konkurs": false, "konkursdato": "", "underAvvikling": false,
        "underTvangsavviklingEllerTvangsopplosning": false, "maalform": "Bokmål", "_links": {},
    })
}

/// A register with that unit, changed.
fn register(change: impl Fn(&mut Json) + Send + 'static) -> Server {
    Server::start(move |asked| match asked.path() {
        "/enheter/959716633" => {
            let mut unit = unit(FIRM, "NORDBY DRIFT AS");
            change(&mut unit);
            Reply::ok(unit)
        }
        "/enheter/974760673" => Reply::new(410, r#"{"status":410,"error":"Gone"}"#),
        "/enheter/923609016" => Reply::new(503, "{}"),
        _ => Reply::new(404, ""),
    })
}

async fn look(server: &Server, number: &str) -> Result<Standing, Trouble> {
    let number = Organisasjonsnummer::parse(number).unwrap();
    let service = EnterpriseService::new(Settings::at(&server.base));
    let answer = service.enterprise(&number, now()).await?;
    assert_eq!((answer.source, answer.at), ("enterprises", now()));
    Ok(answer.value)
}

fn condition(standing: &Standing) -> Option<&str> {
    match standing {
        Standing::Registered(row) => Some(row.condition()),
        _ => None,
    }
}

/// DW-BAS-16, DW-I02-1: found, never issued, removed, deleted; bankrupt and being wound up are real.
#[tokio::test]
async fn dw_bas_16_a_number_is_registered_removed_or_unknown() {
    let server = register(|_| ());
    let found = look(&server, FIRM).await.unwrap();
    let Standing::Registered(row) = &found else {
        panic!("{found:?}");
    };
    assert_eq!(
        (row.name(), row.street(), row.postcode()),
        ("NORDBY DRIFT AS", "Liejordet 154", "8372")
    );
    assert_eq!(look(&server, "974760673").await, Ok(Standing::Removed));
    assert_eq!(look(&server, "988077917").await, Ok(Standing::Unknown));
    let away = look(&server, "923609016").await.unwrap_err();
    assert!(away.passes(), "{away:?}");

    let deleted = register(|unit| unit["slettedato"] = "2024-05-31".into());
    assert_eq!(look(&deleted, FIRM).await, Ok(Standing::Removed));
    let bankrupt = register(|unit| unit["konkurs"] = true.into());
    assert_eq!(
        condition(&look(&bankrupt, FIRM).await.unwrap()),
        Some("bankrupt")
    );
    let forced = register(|unit| unit["underTvangsavviklingEllerTvangsopplosning"] = true.into());
    assert_eq!(
        condition(&look(&forced, FIRM).await.unwrap()),
        Some("winding_up")
    );
    // an answer about another enterprise is none
    let other = register(|unit| unit["organisasjonsnummer"] = "988077917".into());
    assert_eq!(look(&other, FIRM).await.unwrap_err().key, "garbled");
    // what was deleted long ago has no address any more
    let bare = register(|unit| {
        *unit = json!({"organisasjonsnummer": FIRM, "navn": "NORDBY", "slettedato": "2017-10-20"});
    });
    assert_eq!(look(&bare, FIRM).await, Ok(Standing::Removed));
}

/// DW-I02-3, DW-I02-6: a search reads all pages, each enterprise once, and has an end.
#[tokio::test]
async fn dw_i02_6_a_search_by_name_reads_all_pages() {
    let pages = |total: usize| {
        Server::start(move |asked| {
            assert_eq!(asked.path(), "/enheter");
            let number = |name| asked.parameter(name).unwrap().parse::<usize>().unwrap();
            let (page, size) = (number("page"), number("size"));
            let all: Vec<Json> = (0..total)
                .map(|at| {
                    let mut unit = unit(&format!("9{at:08}"), &format!("NORDBY {at}"));
                    if at == 1 {
                        unit["slettedato"] = "2020-01-01".into();
                    }
                    unit
                })
                .collect();
            let rows: Vec<&Json> = all.iter().skip(page * size).take(size).collect();
            let counts = json!({"size": size, "totalElements": total,
                "totalPages": total.div_ceil(size), "number": page});
            // nothing found has no list at all
            Reply::ok(if rows.is_empty() {
                json!({"_links": {}, "page": counts})
            } else {
                json!({"_embedded": {"enheter": rows}, "page": counts})
            })
        })
    };
    for (total, found) in [(0, 0), (1, 1), (100, 99), (250, 249)] {
        let server = pages(total);
        let service = EnterpriseService::new(Settings::at(&server.base));
        let rows = service
            .enterprises_named("Nordby & Sønn", now())
            .await
            .unwrap()
            .value;
        assert_eq!(rows.len(), found);
        assert_eq!(
            server.asked()[0].parameter("navn"),
            Some("Nordby%20%26%20S%C3%B8nn")
        );
        assert_eq!(server.asked().len(), total.div_ceil(100).max(1));
    }
    let server = pages(2_000);
    let service = EnterpriseService::new(Settings::at(&server.base));
    let trouble = service
        .enterprises_named("Nordby", now())
        .await
        .unwrap_err();
    assert_eq!(
        (trouble.key, trouble.remedy),
        ("too_many_hits", Remedy::Nothing)
    );
    for lang in LANGUAGES {
        let words = trouble.words(&Texts::load(lang));
        assert!(words.contains("500"), "{lang}: {words}");
    }
}

fn held(first: &str, last: &str, [number, born, street, house, postcode]: [&str; 5]) -> Holding {
    given::holding([
        "707057500100000017",
        "G1",
        "private",
        first,
        last,
        "",
        number,
        born,
        street,
        house,
        postcode,
        "",
        "",
        "",
        "",
    ])
}

/// formats 5.4: a search that the register would refuse is not asked.
#[test]
fn a_search_needs_a_name_and_one_thing_more() {
    let search = |first, last, rest| PersonSearch::new(&held(first, last, rest), false).map(|_| ());
    let enough = [
        ["29884013001", "", "", "", ""],
        ["", "1940-08-29", "", "", ""],
        ["", "", "Knu", "127", ""],
        ["", "", "", "", "7365"],
    ];
    for rest in enough {
        assert_eq!(search("Ola", "Nordby", rest), Ok(()), "{rest:?}");
        assert_eq!(
            search("", "Nordby", rest),
            Err(SearchError::Name),
            "{rest:?}"
        );
        assert_eq!(search("Ola", "", rest), Err(SearchError::Name), "{rest:?}");
    }
    let too_little = [
        ["", "", "", "", ""],
        ["29884013002", "", "", "", ""],
        ["", "?", "", "", ""],
        ["", "", "Knudsenhavna", "", ""],
        ["", "", "Kn", "127", ""],
    ];
    for rest in too_little {
        assert_eq!(
            search("Ola", "Nordby", rest),
            Err(SearchError::TooLittle),
            "{rest:?}"
        );
    }
    let texts = Texts::load("nb");
    for error in [SearchError::Name, SearchError::TooLittle] {
        assert_ne!(texts.get(error.key()), error.key());
    }
}

fn document(died: &Json) -> Json {
    json!({
        "identifikasjonsnummer": [
            {"erGjeldende": false, "foedselsEllerDNummer": "41884013000", "status": "opphoert"},
            {"erGjeldende": true, "foedselsEllerDNummer": "29884013001", "status": "iBruk"}],
        "navn": [{"erGjeldende": true, "fornavn": "Ola", "mellomnavn": "Berg", "etternavn": "Nordby"}],
        "foedsel": [{"erGjeldende": true, "foedselsdato": "1940-08-29"}],
        "doedsfall": died,
        "adressebeskyttelse": [{"erGjeldende": true, "graderingsnivaa": "ugradert"}],
        "bostedsadresse": [{"erGjeldende": true, "vegadresse": {
            "adressenavn": "Knudsenhavna", "adressenummer": {"husnummer": "127", "husbokstav": "B"},
            "poststed": {"postnummer": "7365", "poststedsnavn": "MARTINHELLE"}}}],
    })
}

fn population(answer: impl Fn(&Asked) -> Reply + Send + 'static) -> Server {
    Server::start(move |asked| {
        if asked.header("Authorization") != Some("Bearer a-token-of-the-test") {
            return Reply::new(401, "{}");
        }
        assert_eq!(asked.path(), "/v1/personer/entydigsoek");
        answer(asked)
    })
}

async fn search(
    server: &Server,
    held: &Holding,
    is_phonetic: bool,
) -> Result<Hit<PersonRow>, Trouble> {
    let token = SecretFile::Known(Secret::new("a-token-of-the-test"));
    let service = PersonService::new(Settings::at(&server.base).with_key(TOKEN_HEADER, token));
    let search = PersonSearch::new(held, is_phonetic).unwrap();
    Ok(service.person(&search, now()).await?.value)
}

/// DW-BAS-14: the number and the registered name of the one person; what is not so any more is not
/// read.
#[tokio::test]
async fn dw_bas_14_the_register_answers_with_number_and_name() {
    let server = population(|_| Reply::ok(document(&json!([]))));
    let ola = held(
        "Ola",
        "Nordby",
        ["", "1940-08-29", "Knudsenhavna", "127 B", "7365"],
    );
    let Ok(Hit::One(row)) = search(&server, &ola, false).await else {
        panic!("not found");
    };
    assert_eq!(row.get(Person::Identifier), "29884013001");
    assert_eq!(row.name(), "Ola Berg Nordby");
    assert_eq!(row.get(Person::HouseNumber), "127B");
    assert!(!row.is_dead() && !row.is_protected());
    let asked = &server.asked()[0];
    for (name, value) in [
        ("navn", Some("Ola%20Nordby")),
        ("foedselsdato", Some("19400829")),
        ("husnummer", Some("127")),
        ("postnummer", Some("7365")),
        ("soekFonetisk", None),
        ("identifikasjonsnummer", None),
    ] {
        assert_eq!(asked.parameter(name), value, "{name}");
    }
    search(&server, &ola, true).await.unwrap();
    assert_eq!(server.asked()[1].parameter("soekFonetisk"), Some("true"));
}

/// DW-I04-1, protected people: both are said by the register.
#[tokio::test]
async fn dw_i04_1_the_register_says_who_died_and_who_is_protected() {
    for died in [
        json!([{"erGjeldende": true, "doedsdato": "1961-03-02"}]),
        json!({"doedsdato": "1961-03-02"}),
    ] {
        let server = population(move |_| {
            let mut document = document(&died);
            document["adressebeskyttelse"][0]["graderingsnivaa"] = "strengtFortrolig".into();
            Reply::ok(document)
        });
        let ola = held("Ola", "Nordby", ["29884013001", "", "", "", ""]);
        let Ok(Hit::One(row)) = search(&server, &ola, false).await else {
            panic!("not found");
        };
        assert!(row.is_dead() && row.is_protected());
        assert_eq!(
            server.asked()[0].parameter("identifikasjonsnummer"),
            Some("29884013001")
        );
    }
}

/// DW-BAS-15: nobody and several are told apart, and several are not listed; other refusals and a
/// wrong token are troubles.
#[tokio::test]
async fn dw_bas_15_several_hits_are_an_error_without_a_list() {
    let ola = held("Ola", "Nordby", ["", "", "", "", "7365"]);
    for (status, body, wanted) in [
        (404, "{}", Some(Hit::None)),
        (
            400,
            r#"{"melding":"Søket gav flere treff"}"#,
            Some(Hit::Several),
        ),
        (400, r#"{"melding":"Ugyldig dato"}"#, None),
        (500, "{}", None),
        (200, r#"{"navn":[]}"#, None),
    ] {
        let server = population(move |_| Reply::new(status, body));
        let answer = search(&server, &ola, false).await;
        assert_eq!(answer.ok(), wanted, "{status} {body}");
    }
    let server = population(|_| Reply::ok(document(&json!(null))));
    let service = PersonService::new(Settings::at(&server.base));
    let search = PersonSearch::new(&ola, false).unwrap();
    let trouble = service.person(&search, now()).await.unwrap_err();
    assert_eq!(trouble.remedy, Remedy::Settings);
}

/// The same questions to imported extracts: one, none, several; sounding alike on request.
#[tokio::test]
async fn extracts_answer_as_the_services_do() {
    let folder = tempfile::tempdir().unwrap();
    let (persons, units) = (folder.path().join("p.csv"), folder.path().join("e.jsonl"));
    let row = |number, first, born| {
        format!("{number},{first},Nordby,{born},Knudsenhavna,127,7365,Martinhelle,,no\n")
    };
    let rows = [
        row("29884013001", "Ola", "1940-08-29"),
        row("01813701304", "Kari", "1937-01-01"),
        row("05923642899", "Kari", "1937-01-01"),
    ];
    let header = "identifier,first_name,last_name,birth_date,street,house_number,postcode,city,\
                  deceased_on,protected\n";
    std::fs::write(&persons, format!("{header}{}", rows.concat())).unwrap();
    let mut deleted = unit("974760673", "NORDBY DRIFT AS");
    deleted["slettedato"] = "2020-01-01".into();
    let lines = [
        unit(FIRM, "NORDBY DRIFT AS").to_string(),
        deleted.to_string(),
    ]
    .join(",\n");
    std::fs::write(&units, format!("[{lines}\n]\n")).unwrap();
    let mut files = RegisterFiles::default();
    files.read_persons(&persons).unwrap();
    files.read_enterprises(&units).unwrap();
    assert_eq!(files.left_out, []);

    let ask = async |first, born, is_phonetic| {
        let held = held(first, "Nordby", ["", born, "", "", ""]);
        let search = PersonSearch::new(&held, is_phonetic).unwrap();
        FindPersons::person(&files, &search, now())
            .await
            .unwrap()
            .value
    };
    assert!(matches!(ask("Ola", "1940-08-29", false).await, Hit::One(_)));
    assert_eq!(ask("Kari", "1937-01-01", false).await, Hit::Several);
    assert_eq!(ask("Olla", "1940-08-29", false).await, Hit::None);
    assert!(matches!(ask("Olla", "1940-08-29", true).await, Hit::One(_)));

    let number = |text| Organisasjonsnummer::parse(text).unwrap();
    for (text, wanted) in [(FIRM, Some("")), ("974760673", None), ("988077917", None)] {
        let answer = FindEnterprises::enterprise(&files, &number(text), now())
            .await
            .unwrap();
        assert_eq!(answer.source, "extracts");
        assert_eq!(condition(&answer.value), wanted, "{text}");
    }
    let named = files
        .enterprises_named("Nordby Drift", now())
        .await
        .unwrap()
        .value;
    assert_eq!(named.len(), 1);
}
