//! Messages out: what they say, to whom, and how they travel.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use loket::domain::clock::{ClockRun, Whose};
use loket::domain::country::Country;
use loket::domain::deadline::Comparison;
use loket::exchange::outbox::compose::{Languages, Stuck, envelope};
use loket::exchange::outbox::settings::Settings;
use loket::exchange::outbox::values::Story;
use loket::exchange::outbox::{Content, Delivery, Envelope, Outcome, directory, http};
use loket::process::engine::Facts;
use loket::process::field::{TextRef, Value};
use loket::process::message::{Addressee, MESSAGES};
use loket::process::tlm::TLM;
use loket::process::{ALL, Effect};
use loket::store::payments::Payment;
use loket::store::rows::{
    CaseId, ConnectionCard, ContactRow, CustomerCard, HeldSlot, MeterRow, OutboxItem, PartyCard,
    PaymentStatus,
};
use loket::store::wash::HeldRow;
use loket::text::LANGUAGES;
use serde_json::json;
use uuid::Uuid;

use crate::exchange_world::folder;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn code(text: &str) -> Value {
    Value::Code(text.to_owned())
}

/// What was filled in now: the panels are of an earlier time.
fn filled() -> Value {
    let keys = ["installation.kind", "installation.inverter_power_kw"];
    Value::List(keys.map(code).to_vec())
}

fn slot() -> HeldSlot {
    HeldSlot {
        slot_id: 7,
        area: "DB".into(),
        starts_at: at("2026-12-01T08:00:00Z"),
        minutes: 60,
        kept: false,
        until: Some(at("2026-11-16T10:15:00Z")),
    }
}

fn payment() -> Payment {
    Payment {
        payment_id: Uuid::nil(),
        case_id: CaseId(1),
        kind: "prio_electricity".into(),
        amount: "EUR 67.66".parse().unwrap(),
        status: PaymentStatus::Open,
        provider_id: Some("tr_1".into()),
        checkout_url: Some("https://pay.example/checkout/1".into()),
        expires_at: Some(at("2026-11-16T10:15:00Z")),
        created_at: at("2026-11-16T10:00:00Z"),
        changed_at: at("2026-11-16T10:00:00Z"),
        seen: None,
        told: true,
        cmd: None,
        changed: false,
    }
}

/// One case with everything known, to be changed by each test.
struct Case {
    facts: Facts,
    answers: Facts,
    clocks: Vec<ClockRun>,
    party: Option<PartyCard>,
    party_country: Option<Country>,
    customer: Option<CustomerCard>,
    connection: ConnectionCard,
    texts: BTreeMap<Uuid, String>,
    hidden: bool,
    slot: HeldSlot,
    payment: Payment,
    settings: Settings,
    action: Option<&'static str>,
    holder: Option<HeldRow>,
}

/// What a case of any process may know.
fn facts() -> Facts {
    [
        ("ean", code("871687900400000015")),
        ("party_gln", code("8717180005016")),
        ("party_role", code("supplier")),
        ("concerns_isma", Value::Bool(true)),
        ("signal_type", code("no_permission")),
        ("source", code("consuwijzer")),
        ("block", code("confirmed")),
        ("unblock_reason", code("proof")),
        ("signals", Value::Number(2)),
        ("company_number", code("0566988259")),
        ("contract_number", code("3599900040700")),
        ("evidence", Value::List(vec![code("GT-2026-000007")])),
        ("form_filled", filled()),
        ("form_version", Value::Number(1)),
        ("installation.kind", code("solar")),
        ("installation.inverter_power_kw", code("3.68")),
        ("installation.panel_power_wp", code("3600")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

impl Case {
    fn new() -> Self {
        let text = Uuid::new_v4();
        let free = Value::Text(TextRef {
            text,
            sha256: String::new(),
        });
        let names = ["question", "reason", "note"];
        Self {
            facts: facts(),
            answers: names.map(|name| (name.to_owned(), free.clone())).into(),
            clocks: vec![
                clock("block_15m", "2026-11-16T08:00:00Z", "2026-11-16T08:15:00Z"),
                clock(
                    "response_72h",
                    "2026-11-16T09:30:15Z",
                    "2026-11-19T09:30:15Z",
                ),
                clock(
                    "validity_3y",
                    "2026-11-16T09:00:00Z",
                    "2029-11-16T23:00:00Z",
                ),
                clock(
                    "evidence_14d",
                    "2026-11-16T09:00:00Z",
                    "2026-11-30T23:00:00Z",
                ),
                clock("review", "2026-11-16T09:00:00Z", "2027-02-16T09:00:00Z"),
            ],
            party: Some(PartyCard {
                gln: "8717180005016".into(),
                name: "Zonnebloem Energie".into(),
                role: "supplier".into(),
                contacts: vec![contact("A. Bakker", "a@zon.example"), contact("Visser", "")],
            }),
            party_country: Some(Country::Nl),
            customer: Some(CustomerCard {
                customer_ref: "NL0000001".into(),
                name: "Geheim Persoon".into(),
                kind: "private".into(),
                phone: String::new(),
                email: "geheim@voorbeeld.example".into(),
                language: "nl".into(),
                protected: false,
                postcode: String::new(),
                house_number: String::new(),
            }),
            connection: connection(),
            texts: [(text, "Welke tekst\u{1b}[2J zag de klant?".to_owned())].into(),
            hidden: false,
            slot: slot(),
            payment: payment(),
            settings: Settings::default(),
            action: None,
            holder: None,
        }
    }

    fn send(&self, kind: &str) -> Result<Envelope, Stuck> {
        let item = OutboxItem {
            outbox_id: 42,
            case_id: CaseId(1),
            case_no: "GT-2026-000123".into(),
            process: "doubt".into(),
            kind: kind.into(),
            idem_key: Uuid::nil(),
            fence: 3,
            attempts: 1,
            legal_at: at("2026-11-16T10:00:00Z"),
            facts: self.facts.clone(),
            answers: self.answers.clone(),
            action: self.action.map(str::to_owned),
            form: crate::process_world::form_of(&TLM),
        };
        let story = Story {
            case_no: &item.case_no,
            process: &item.process,
            number: item.outbox_id,
            country: Country::Nl,
            received_at: at("2026-11-16T07:00:00Z"),
            opened_at: at("2026-11-16T07:30:00Z"),
            legal_at: item.legal_at,
            facts: &item.facts,
            answers: &item.answers,
            action: item.action.as_deref().unwrap_or_default(),
            clocks: &self.clocks,
            party: self.party.as_ref(),
            party_country: self.party_country,
            customer: self.customer.as_ref(),
            holder: self.holder.as_ref(),
            connection: Some(&self.connection),
            texts: &self.texts,
            hidden: self.hidden,
            slot: Some(&self.slot),
            payment: Some(&self.payment),
            signals: &[],
            bag_id: None,
        };
        envelope(&item, &story, &self.settings, &Languages::load())
    }

    fn command(&self, kind: &str) -> serde_json::Value {
        match self.send(kind).unwrap().content {
            Content::Command { command, .. } => command,
            other => panic!("{other:?}"),
        }
    }

    /// Subject and body, whichever way it goes.
    fn letter(&self, kind: &str) -> (String, String) {
        match self.send(kind).unwrap().content {
            Content::Mail { subject, body, .. } | Content::Letter { subject, body, .. } => {
                (subject, body)
            }
            other @ Content::Command { .. } => panic!("{other:?}"),
        }
    }
}

fn contact(name: &str, email: &str) -> ContactRow {
    ContactRow {
        contact_id: 1,
        name: name.into(),
        email: email.into(),
        phone: String::new(),
    }
}

fn connection() -> ConnectionCard {
    ConnectionCard {
        ean: "871687900400000015".into(),
        product: "E".into(),
        street: "Larixweg".into(),
        house_number: "1".into(),
        postcode: "5226HP".into(),
        city: "Nieuwdorp".into(),
        grid_operator: "Netbeheer Aa en Heide".into(),
        grid_area: "GA-1".into(),
        allocation_method: "isma".into(),
        meters: Vec::new(),
        contracts: Vec::new(),
    }
}

fn clock(key: &str, from: &str, due: &str) -> ClockRun {
    ClockRun {
        key: key.into(),
        run: 1,
        started_at: at(from),
        due_at: at(due),
        original_due_at: at(due),
        comparison: Comparison::UpToAndIncluding,
        warn_at: at(due),
        whose: Whose::Party,
        breached_at: None,
        late_on_arrival: false,
        late_by_retriage: false,
        outcome: None,
        ended_at: None,
        calendar: "nl-statutory".into(),
        calendar_version: 1,
        pauses: Vec::new(),
        ledger: Vec::new(),
    }
}

/// A language, a country whose parties are written to in it, and words of which every letter has one.
const SPOKEN: [(&str, Option<Country>, [&str; 7]); 4] = [
    (
        "en",
        None,
        [
            "case",
            "meter",
            "notification",
            "contract",
            "consumption",
            "signals",
            "sharing",
        ],
    ),
    (
        "nl",
        Some(Country::Be),
        [
            "zaak", "uitlezen", "melding", "contract", "verbruik", "signalen", "mandaat",
        ],
    ),
    (
        "nb",
        Some(Country::No),
        [
            "sak", "måler", "melding", "avtale", "fullmakt", "signaler", "forbruk",
        ],
    ),
    (
        "sv",
        Some(Country::Se),
        [
            "ärende",
            "mätare",
            "anmälan",
            "avtal",
            "medgivande",
            "signaler",
            "förbrukning",
        ],
    ),
];

/// TLM-03, TLM-09, TLM-11: the data leave with units and the version of the form, and with what was
/// filled in now alone.
#[test]
fn tlm_09_the_data_leave_with_units_and_version() {
    let sent = Case::new().send("installation_data").unwrap();
    let Content::Command { to, mut command } = sent.content else {
        panic!("{:?}", sent.content);
    };
    assert_eq!(to, ["domain"]);
    let signed = command.as_object_mut().unwrap();
    assert_eq!(signed.remove("address").unwrap()["postcode"], "5226HP");
    let key = signed.remove("key").unwrap();
    assert!(key.as_str().unwrap().contains("GT-2026-000123"), "{key}");
    let expected = serde_json::json!({
        "command": "installation_data",
        "case": "GT-2026-000123",
        "ean": "871687900400000015",
        "form": "installation",
        "form_version": 1,
        "fields": [
            { "key": "kind", "type": "choice", "value": "solar" },
            { "key": "inverter_power_kw", "type": "number", "value": "3.68", "unit": "kW" },
        ],
    });
    assert_eq!(command, expected);
}

/// Every kind of message there is can leave in every language, with nothing unresolved in it.
#[test]
fn every_kind_of_message_is_complete_in_every_language() {
    assert_eq!(SPOKEN.map(|(language, ..)| language), LANGUAGES);
    let mut case = Case::new();
    for (language, country, words) in SPOKEN {
        case.settings.language = language.into();
        case.party_country = country;
        language.clone_into(&mut case.customer.as_mut().unwrap().language);
        for message in MESSAGES {
            let sent = case.send(message.kind);
            assert!(sent.is_ok(), "{} {language}: {sent:?}", message.kind);
            let is_command = matches!(
                message.to,
                Addressee::Port
                    | Addressee::Allocation
                    | Addressee::Connections
                    | Addressee::Payments
                    | Addressee::Domain
                    | Addressee::WorkOrders
                    | Addressee::Market
            );
            // no country's parties are written to in English
            let is_of_country = matches!(
                message.to,
                Addressee::Party | Addressee::Installer | Addressee::Provider
            );
            if is_command || country.is_none() && is_of_country {
                continue;
            }
            let (subject, body) = case.letter(message.kind);
            let whole = format!("{subject}\n{body}");
            for wrong in ["{", "}", "letter.", "\u{1b}"] {
                assert!(
                    !whole.contains(wrong),
                    "{} {language}: {wrong}\n{whole}",
                    message.kind
                );
            }
            assert!(whole.contains("GT-2026-000123"), "{whole}");
            assert!(
                !whole.contains("Geheim"),
                "{}: no customer's name\n{whole}",
                message.kind
            );
            let lower = whole.to_lowercase();
            let is_said = words.iter().any(|word| lower.contains(word));
            assert!(is_said, "{language}: {whole}");
        }
    }
}

/// GT-13, GT-14: what is asked, until which second of local time, and what happens otherwise.
#[test]
fn gt_14_the_first_letter_says_what_is_asked_until_when_and_what_happens_otherwise() {
    let (subject, body) = Case::new().letter("request_proof");
    assert!(subject.contains("871687900400000015"), "{subject}");
    assert!(
        body.contains("donderdag 19 november 2026 om 10:30:15 uur (CET)"),
        "{body}"
    );
    assert!(
        body.contains("72 uur") && body.contains("profielallocatie"),
        "{body}"
    );
}

/// GT-15, GT-16: allocation is spoken of only where it is concerned, and of a reset to suppliers.
#[test]
fn gt_15_allocation_is_spoken_of_only_where_it_is_concerned() {
    let mut case = Case::new();
    case.facts
        .insert("party_role".into(), code("service_provider"));
    let (_, body) = case.letter("request_proof");
    assert!(
        body.contains("nulwaarden") && !body.contains("profielallocatie"),
        "{body}"
    );
    case.facts
        .insert("concerns_isma".into(), Value::Bool(false));
    assert!(!case.letter("request_proof").1.contains("nulwaarden"));
}

/// GT-11, GT-12: only requests that need an additional mandate; which these are is configurable.
#[test]
fn gt_12_the_block_names_the_requests_that_need_an_additional_mandate() {
    let mut case = Case::new();
    let block = case.command("block");
    assert_eq!(block["query_reasons"], json!(["DAY", "INT"]));
    assert_eq!(block["from"], json!("2026-11-16T08:00:00Z"));
    assert_eq!(block["ean"], json!("871687900400000015"));
    assert_eq!(block["party_gln"], json!("8717180005016"));
    case.settings
        .additional_mandate
        .insert("supplier".into(), vec!["INT".into()]);
    assert_eq!(case.command("block")["query_reasons"], json!(["INT"]));
    case.facts
        .insert("party_role".into(), code("service_provider"));
    assert_eq!(
        case.command("block")["query_reasons"],
        json!(["DAY", "INT", "RCY"])
    );
}

/// GT-23: the lift works back to the instant of the block that it lifts, not of a later one.
#[test]
fn gt_23_the_lift_is_retroactive_to_the_block() {
    let mut case = Case::new();
    let mut later = clock("block_15m", "2026-11-20T08:00:00Z", "2026-11-20T08:15:00Z");
    later.run = 2;
    case.clocks.push(later);
    let lift = case.command("lift_block");
    assert_eq!(lift["retroactive_from"], json!("2026-11-16T08:00:00Z"));
    for kind in ["INT", "DAY", "RCY"] {
        assert_eq!(
            lift["kept"][kind], lift["retroactive_from"],
            "{kind}: two hours later"
        );
    }
    assert_eq!(lift["command"], json!("lift_block"));
}

/// GT-26: all valid contacts of the group that have an address.
#[test]
fn gt_26_the_letter_goes_to_the_contacts_of_the_group() {
    match Case::new().send("request_proof").unwrap().content {
        Content::Mail { to, rendering, .. } => {
            assert_eq!(to, ["a@zon.example"]);
            assert!(rendering.starts_with("To: a@zon.example\nSubject: "));
        }
        other => panic!("{other:?}"),
    }
}

/// GT-27: with nobody in the group the message waits for a person, and says why.
#[test]
fn gt_27_with_nobody_in_the_group_the_message_says_so() {
    let mut case = Case::new();
    case.party.as_mut().unwrap().contacts.clear();
    let stuck = case.send("request_proof").unwrap_err();
    let words = stuck.words(&loket::text::Texts::load("en"));
    assert!(
        words.contains("GT-27") && words.contains("Zonnebloem Energie"),
        "{words}"
    );
}

/// Decision 21: customers are written to by reference; name and address are not in the message.
#[test]
fn a_customer_is_written_to_by_reference_only() {
    let mut case = Case::new();
    for protected in [false, true] {
        case.customer.as_mut().unwrap().protected = protected;
        let sent = serde_json::to_string(&case.send("closed_customer").unwrap()).unwrap();
        assert!(sent.contains("\"to\":[\"NL0000001\"]"), "{sent}");
        assert!(
            !sent.contains("Geheim") && !sent.contains("geheim@"),
            "{sent}"
        );
    }
}

/// Decision 6: what a client put into the answers of its action decides about nobody.
#[test]
fn recipients_come_from_registers_and_not_from_answers() {
    let mut case = Case::new();
    case.answers
        .insert("to".into(), code("mallory@evil.example"));
    case.answers
        .insert("ean".into(), code("871687900400000022"));
    case.answers
        .insert("party_gln".into(), code("8717180006440"));
    for message in MESSAGES {
        let sent = serde_json::to_string(&case.send(message.kind).unwrap()).unwrap();
        let foreign = ["mallory", "871687900400000022", "8717180006440"];
        assert!(foreign.iter().all(|word| !sent.contains(word)), "{sent}");
    }
}

#[test]
fn one_file_per_message_whole_or_not_at_all() {
    let path = folder("outbox");
    let envelope = Case::new().send("request_proof").unwrap();
    assert_eq!(directory::deliver(&path, &envelope), Outcome::Sent);
    assert_eq!(directory::deliver(&path, &envelope), Outcome::Sent);
    let names: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["GT-2026-000123.0000000042.request_proof.json"]);
    let text = std::fs::read_to_string(path.join(&names[0])).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["idem_key"], json!(Uuid::nil()));
    assert_eq!(
        (&read["fence"], &read["case"]),
        (&json!(3), &json!("GT-2026-000123"))
    );
    std::fs::remove_dir_all(&path).unwrap();
}

#[test]
fn a_directory_that_cannot_be_written_is_never_the_end_of_a_message() {
    let path = folder("closed");
    let file = path.join("file");
    std::fs::write(&file, "").unwrap();
    let envelope = Case::new().send("block").unwrap();
    assert!(matches!(
        directory::deliver(&file.join("below"), &envelope),
        Outcome::Wait(_)
    ));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = std::fs::write(path.join("probe"), "").is_ok();
    let outcome = directory::deliver(&path, &envelope);
    assert!(is_root || matches!(outcome, Outcome::Wait(_)));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    std::fs::remove_dir_all(&path).unwrap();
}

/// Answers one request with this status line and headers; gives what was asked.
fn receiver(answer: &'static str) -> (String, std::thread::JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while reader.read_line(&mut head).unwrap() > 2 {}
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().unwrap())
        });
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
        (head.to_lowercase(), String::from_utf8(body).unwrap())
    });
    (url, thread)
}

#[test]
fn http_carries_key_case_and_fence() {
    let (url, thread) = receiver("202 Accepted");
    let envelope = Case::new().send("block").unwrap();
    assert_eq!(http::Endpoint::new(&url).deliver(&envelope), Outcome::Sent);
    let (head, body) = thread.join().unwrap();
    assert!(head.starts_with("post /in "), "{head}");
    assert!(
        head.contains("idempotency-key: 00000000-0000-0000-0000-000000000000"),
        "{head}"
    );
    assert!(head.contains("loket-case: gt-2026-000123") && head.contains("loket-fence: 3"));
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["command"]["command"], json!("block"));
}

#[test]
fn http_tells_arrived_from_busy_from_refused() {
    let envelope = Case::new().send("block").unwrap();
    let send = |answer| {
        let (url, thread) = receiver(answer);
        let outcome = http::Endpoint::new(&url).deliver(&envelope);
        thread.join().unwrap();
        outcome
    };
    let known = "409 Conflict\r\nIdempotency-Key: 00000000-0000-0000-0000-000000000000";
    assert_eq!(send(known), Outcome::Sent);
    assert!(matches!(
        send("409 Conflict\r\nIdempotency-Key: other"),
        Outcome::Dead(_)
    ));
    assert!(matches!(send("503 Busy"), Outcome::Retry(_)));
    assert!(matches!(send("422 No"), Outcome::Dead(_)));
    let nobody = http::Endpoint::new("http://127.0.0.1:9/");
    assert!(matches!(nobody.deliver(&envelope), Outcome::Retry(_)));
}

#[test]
fn an_address_is_told_from_a_directory() {
    assert!(matches!(
        Delivery::parse("https://port.example/in"),
        Delivery::Http(_)
    ));
    match Delivery::parse("/var/spool/loket") {
        Delivery::Directory(path) => assert_eq!(path, Path::new("/var/spool/loket")),
        other @ (Delivery::Http(_) | Delivery::Mail(..)) => panic!("{other:?}"),
    }
}

/// PRIO-04, PRIO-30: who is on the telephone is sent where to pay and for which time; a link that
/// takes no money any more is never sent.
#[test]
fn prio_04_the_link_and_the_time_of_the_visit_stand_in_the_letter() {
    let mut case = Case::new();
    let (_, body) = case.letter("payment_link");
    assert!(body.contains("https://pay.example/checkout/1"), "{body}");
    assert!(body.contains("1 december 2026 om 09:00"), "{body}");
    case.payment.status = PaymentStatus::Expired;
    let refused = case.send("payment_link").unwrap_err();
    assert_eq!(refused.key, "unresolved");
    let (_, body) = case.letter("prio_confirmed");
    assert!(body.contains("1 december 2026 om 09:00"), "{body}");
}

/// What the suppliers get when a case has found who it is.
fn found(case: &mut Case, texts: &[(&str, &str)]) {
    for (name, body) in texts {
        let text = Uuid::new_v4();
        let sha256 = String::new();
        let value = Value::Text(TextRef { text, sha256 });
        case.facts.insert((*name).to_owned(), value);
        case.texts.insert(text, (*body).to_owned());
    }
}

/// DW-BAS-11, formats 5.2: a person by first and last name, an enterprise by one name.
#[test]
fn dw_bas_11_the_update_of_master_data() {
    let mut case = Case::new();
    let person = [
        ("found_fnr", "29884013001"),
        ("found_first_name", "Geir"),
        ("found_last_name", "Kristen\u{1b}[2Jsen"),
    ];
    found(&mut case, &person);
    case.facts.insert("end_code".into(), code("death"));
    let command = case.command("master_data_update");
    assert_eq!(
        (&command["message"], &command["document_type"]),
        (&json!("Z06"), &json!("E10"))
    );
    assert_eq!(command["end_code"], "Z41", "DW-I04-7");
    let customer = &command["customer"];
    assert_eq!(customer["agency"], "Z01");
    assert_eq!(customer["number"], "29884013001");
    assert!(!customer.to_string().contains('\u{1b}') && customer.get("name").is_none());
    let mut case = Case::new();
    let firm = [
        ("found_org", "959716633"),
        ("found_name", "KARLSEN DRIFT AS"),
    ];
    found(&mut case, &firm);
    let customer = &case.command("master_data_update")["customer"];
    let expected = json!({ "agency": "82", "number": "959716633", "name": "KARLSEN DRIFT AS" });
    assert_eq!(
        customer, &expected,
        "DW-I02-7: number and name in one change"
    );
    // what found nobody anew says who holds the point, never nobody
    let mut case = Case::new();
    case.facts
        .insert("point".into(), code("707057500100000017"));
    case.holder = Some(HeldRow {
        first_name: "Inger".into(),
        last_name: "Henriksen".into(),
        identifier: "01813701304".into(),
        ..HeldRow::default()
    });
    let customer = &case.command("master_data_update")["customer"];
    assert_eq!(
        (&customer["number"], &customer["given_name"]),
        (&json!("01813701304"), &json!("Inger"))
    );
}

/// Formats 5.1: of a protected person nothing leaves for the market.
#[test]
fn dw_nothing_of_a_protected_person_leaves_for_the_market() {
    for is_customer in [true, false] {
        let mut case = Case::new();
        case.customer.as_mut().unwrap().protected = is_customer;
        // whoever else the case is about: a customer of the supplier, a number that was typed
        case.hidden = !is_customer;
        for message in MESSAGES.iter().filter(|one| one.to == Addressee::Market) {
            let stuck = case.send(message.kind).unwrap_err();
            assert_eq!(stuck.key, "by_hand", "{}", message.kind);
        }
    }
}

/// GT-23: the lead reads from when on values are lost, ten days after the block; the party, when it is
/// lifted, from when on each kind of them is still there.
#[test]
fn gt_23_the_warning_says_until_when_nothing_is_lost() {
    let mut case = Case::new();
    case.action = Some("retention_warning");
    let (subject, body) = case.letter("supervisor_alert");
    assert!(subject.contains("GT-2026-000123"), "{subject}");
    assert!(body.contains("donderdag 26 november 2026"), "{body}");
    case.action = None;
    // fifty days later quarter-hours of ten and readings of forty days are there, those of months all
    case.clocks[0] = clock("block_15m", "2026-09-27T08:00:00Z", "2026-09-27T08:15:00Z");
    let (_, body) = case.letter("unblocked_party");
    for kept in ["6 november 2026", "7 oktober 2026", "27 september 2026"] {
        assert!(body.contains(kept), "{kept}: {body}");
    }
}

/// PRIO-27, TLM-17: the letter about another company's grid is not signed by that company.
#[test]
fn prio_27_another_grid_signs_no_letter_of_ours() {
    for (kind, fact, word) in [
        ("prio_ended_not_our_grid", "check_outcome", "not_our_grid"),
        ("tlm_ended_not_our_grid", "grid_ours", "no"),
    ] {
        let mut case = Case::new();
        case.settings.operator = "Netbeheer Hier".to_owned();
        let (_, ours) = case.letter("prio_confirmed");
        let other = case.connection.grid_operator.clone();
        assert!(ours.contains(&other), "{ours}");
        case.facts.insert(fact.to_owned(), Value::word(word));
        let (_, body) = case.letter(kind);
        assert!(body.trim_end().ends_with("Netbeheer Hier"), "{body}");
        assert!(
            !body.contains(&other) && body.contains("eancodeboek.nl"),
            "{body}"
        );
    }
}

/// PRIO-26: who waits for the free exchange is told its number. PRIO-33, TLM-15: who gets a meter is told
/// when the technician comes.
#[test]
fn prio_26_the_letters_say_which_order_and_when() {
    let mut case = Case::new();
    let planned = Value::Code("GSA-77".to_owned());
    case.facts.insert("gsa_order".to_owned(), planned);
    let (_, waits) = case.letter("prio_ended_wait_for_gsa");
    assert!(waits.contains("GSA-77"), "{waits}");
    for kind in ["prio_confirmed", "tlm_confirmed"] {
        let (_, body) = case.letter(kind);
        assert!(body.contains("De monteur komt op "), "{body}");
        assert!(!body.contains('{'), "{body}");
    }
}

/// PRIO-15: an alert names what is known of its case, and nothing of what it does not have: a request for
/// a meter has no party. Fails where a value that is missing is called unknown.
#[test]
fn prio_15_an_alert_names_what_is_known() {
    let mut case = Case::new();
    let opening = |case: &Case| {
        let (_, body) = case.letter("supervisor_alert");
        body.lines().next().unwrap().to_owned()
    };
    let both = opening(&case);
    assert!(both.contains("(aansluiting 871687900400000015, "), "{both}");
    case.party = None;
    let point = "Zaak GT-2026-000123 (aansluiting 871687900400000015) vraagt uw aandacht.";
    assert_eq!(opening(&case), point);
    case.facts.remove("ean");
    assert_eq!(opening(&case), "Zaak GT-2026-000123 vraagt uw aandacht.");
    case.party = Case::new().party;
    let party = opening(&case);
    let name = &case.party.as_ref().unwrap().name;
    assert_eq!(
        party,
        format!("Zaak GT-2026-000123 ({name}) vraagt uw aandacht.")
    );
}

/// PRIO-15, PRIO-31: an alert says what its own step found, whatever an earlier one left among the facts.
/// Fails where the facts decide: then every one of these says that a message was not delivered.
#[test]
fn prio_31_an_alert_says_why_it_came() {
    let texts = loket::text::Texts::load("nl");
    let mut case = Case::new();
    let undelivered = Value::Code("order_gsa".to_owned());
    case.facts.insert("undelivered".to_owned(), undelivered);
    let steps = [
        ("check_failed", "check"),
        ("delivery_failed", "undelivered"),
        ("payment_mismatch", "mismatch"),
        ("payment_stray", "stray"),
        ("refund_failed", "refund"),
        ("clock_passed", "clock"),
    ];
    for (action, key) in steps {
        case.action = Some(action);
        let (_, body) = case.letter("supervisor_alert");
        let key = format!("letter.alert.{key}");
        let sentence = texts.find(&key).unwrap();
        assert!(body.contains(sentence), "{action}: {body}");
    }
}

/// Whether the supervisor is told, also under a condition.
fn alerts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| match effect {
        Effect::Send(kind) => *kind == "supervisor_alert",
        Effect::When(_, then) => alerts(then),
        _ => false,
    })
}

/// PRIO-09, PRIO-15: whoever is told of a step is told what it found. Fails for every line of a process
/// that alerts and has no text of its own, for then a deadline is said to have passed.
#[test]
fn prio_09_every_alert_has_a_text_of_its_own() {
    let texts = loket::text::Texts::load("nl");
    let mut case = Case::new();
    let mut told = std::collections::BTreeSet::new();
    for line in ALL.iter().flat_map(|process| process.lines()) {
        if !alerts(line.effects) {
            continue;
        }
        case.action = Some(line.key);
        let (_, body) = case.letter("supervisor_alert");
        let clock = texts.find("letter.alert.clock").unwrap();
        assert!(!body.contains(clock), "{}: {body}", line.key);
        told.insert(line.key);
    }
    for (step, key) in [
        ("gsa_done", "placed_late"),
        ("check_result", "fee_kept"),
        ("choose_wait_free", "fee_kept"),
        ("inactivity_over", "fee_kept"),
        ("own_delay", "own_delay"),
    ] {
        assert!(told.contains(step), "{told:?}");
        case.action = Some(step);
        let (_, body) = case.letter("supervisor_alert");
        let own = texts.find(&format!("letter.alert.{key}")).unwrap();
        assert!(body.contains(own), "{step}: {body}");
    }
}

/// PRIO-31: a letter that ends a request speaks of money where it goes back, in every language, and
/// nowhere else.
#[test]
fn prio_31_the_last_letter_says_whether_money_comes_back() {
    let ends = [
        "not_our_grid",
        "already_smart",
        "not_feasible",
        "wait_for_gsa",
    ];
    let mut case = Case::new();
    case.facts.insert("gsa_order".to_owned(), code("GSA-77"));
    for language in loket::text::LANGUAGES {
        let back = loket::text::Texts::load(language);
        let back = back.find("letter.fee.back").unwrap();
        case.customer.as_mut().unwrap().language = language.to_owned();
        for end in ends {
            for (payment, is_said) in [("refunding", true), ("paid", false), ("none", false)] {
                case.facts.insert("payment".to_owned(), code(payment));
                let (_, body) = case.letter(&format!("prio_ended_{end}"));
                assert_eq!(body.contains(back), is_said, "{language} {payment}: {body}");
            }
        }
    }
}

/// PRIO-21, TLM-09: those who go there get the number that stands on the meter, as the register has it,
/// where it is known; a number that could be that of two meters stays as it was given.
#[test]
fn prio_21_the_number_of_the_register_leaves() {
    let meter = |number: &str| MeterRow {
        meter_number: number.to_owned(),
        meter_type: "conventional".to_owned(),
        smart_admin: String::new(),
    };
    let mut case = Case::new();
    case.facts.insert("meter_no".to_owned(), code("7 -B"));
    let sent = |case: &Case| {
        let kinds = [
            "order_gsa",
            "order_domain",
            "order_installation",
            "installation_data",
        ];
        kinds.map(|kind| case.command(kind)["meter_no"].as_str().unwrap().to_owned())
    };
    assert_eq!(sent(&case), ["7 -B"; 4]);
    case.connection.meters = vec![meter("E1"), meter("#7 (B)")];
    assert_eq!(sent(&case), ["#7 (B)"; 4]);
    case.connection.ean = "871687900400000022".to_owned();
    assert_eq!(sent(&case), ["7 -B"; 4], "the meter of another connection");
    case.connection.ean = connection().ean;
    case.connection.meters.push(meter("7/B"));
    assert_eq!(sent(&case), ["7 -B"; 4]);
}
