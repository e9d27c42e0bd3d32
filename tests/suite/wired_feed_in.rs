//! A feed-in meter goes by itself as far as no money is needed: suitability from the registers, the data
//! of the installation out once, orders and acknowledgements.

use loket::exchange::http::Settings;
use loket::exchange::sources::CodeBook;
use loket::exchange::worker::outside::Outside;
use loket::process::engine::Answers;
use loket::process::tlm::TLM;
use loket::store::rows::CaseId;
use serde_json::json;

use crate::exchange_world::folder;
use crate::support::http::{Reply, Server};
use crate::support::world::{GRID, answers, ean, word};
use crate::wired::Wired;

/// Whose grid it is that is not ours.
const OTHER: &str = "8716871000002";

/// A code book that has the connection with that number, and it only, on another grid.
pub(crate) fn book(elsewhere: u32) -> Server {
    Server::start(move |asked| {
        let n: u32 = asked.parameter("streetNumber").unwrap().parse().unwrap();
        let grid = if n == elsewhere { OTHER } else { GRID };
        let at = json!({"postalCode": "5226HP", "streetNumber": n, "street": "Larixweg",
            "city": "Nieuwdorp"});
        Reply::ok(
            json!({"meteringPoints": [{"ean": ean(n), "product": "ELK", "address": at,
            "organisation": "x", "gridOperatorEan": grid, "gridArea": "x"}]}),
        )
    })
}

fn solar() -> Answers {
    answers([
        ("installation.kind", word("solar")),
        ("installation.panel_power_wp", word("3600")),
        ("installation.inverter_power_kw", word("3.68")),
        ("installation.in_use_from", word("2026-12-03")),
    ])
}

async fn checked(wired: &Wired, n: u32) -> CaseId {
    let case_id = wired.request_of(&TLM, n).await;
    assert_eq!(wired.state(case_id).await, "draft_installation");
    wired.step(case_id, "installation_entered", &solar()).await;
    wired.works().await;
    case_id
}

/// TLM-11, TLM-12, TLM-17: the registers say whether the meter suits.
#[tokio::test]
async fn tlm_11_the_registers_say_whether_a_meter_suits() {
    let wired = Wired::practising("wired-suits").await;
    // smart meters of the small world suit, conventional ones do not; the 19th can not be exchanged
    let cases = [
        (30, "ended_suitable"),
        (1, "offer_exchange"),
        (19, "ended_not_feasible"),
        (20, "offer_exchange"),
    ];
    for (n, state) in cases {
        let case_id = checked(&wired, n).await;
        assert_eq!(wired.state(case_id).await, state, "meter {n}");
        let order = wired.fact(case_id, "gsa_order").await;
        assert_eq!(order.is_some(), n == 20, "meter {n}");
    }
    wired.works().await;
    let sent = wired.sent("installation_data");
    assert_eq!(sent.len(), 2, "those that ended");
    let command = &sent[0]["command"];
    let field = |key: &str| {
        let mut fields = command["fields"].as_array().unwrap().iter();
        fields.find(|field| field["key"] == key).unwrap().clone()
    };
    assert_eq!(field("kind")["value"], "solar");
    let panels = field("panel_power_wp");
    assert_eq!(
        (&panels["value"], &panels["unit"]),
        (&json!("3600"), &json!("Wp"))
    );
    assert!(command["key"].as_str().is_some_and(|key| !key.is_empty()));
    assert_eq!(command["form_version"], 1);
    assert_eq!(command["address"]["street"], "Larixweg");
    wired.is_sound().await;
}

/// TLM-17, TLM-03: our registers have the meter, and as one that suits; the code book says that it is on
/// another grid. The request ends there, with the letter that says where to go, and the data that
/// were filled in leave once. Fails where the suitability heeds the registers alone.
#[tokio::test]
async fn tlm_17_the_code_book_ends_what_is_on_another_grid() {
    let server = book(30);
    let outside = Outside {
        code_book: Some(CodeBook::new(Settings::at(&server.base))),
        ..Outside::default()
    };
    let wired = Wired::with(folder("wired-elsewhere"), outside).await;
    let ours = checked(&wired, 29).await;
    assert_eq!(wired.state(ours).await, "ended_suitable");
    let elsewhere = checked(&wired, 30).await;
    assert_eq!(wired.state(elsewhere).await, "ended_not_our_grid");
    for (fact, said) in [
        ("suitability", "not_our_grid"),
        ("check_source", "code_book"),
    ] {
        let known = wired.fact(elsewhere, fact).await.unwrap();
        assert!(known.is(said), "{fact}: {known:?}");
    }
    assert!(wired.fact(elsewhere, "checked_at").await.is_some());
    wired.works().await;
    let case_no = wired.detail(elsewhere).await.row.case_no;
    let of_case = |kind: &str| {
        let mut sent = wired.sent(kind);
        sent.retain(|it| it["case"] == case_no);
        sent
    };
    let letters = of_case("tlm_ended_not_our_grid");
    assert_eq!(letters.len(), 1);
    assert!(letters[0]["body"].to_string().contains("eancodeboek.nl"));
    let data = of_case("installation_data");
    assert_eq!(data.len(), 1);
    assert_eq!(data[0]["command"]["suitability"], "not_our_grid");
    assert!(of_case("tlm_ended_suitable").is_empty());
    assert_eq!(server.asked().len(), 2);
    wired.is_sound().await;
}

/// TLM-15: without a payment, from the chosen time to the end.
#[tokio::test]
async fn tlm_15_an_exchange_goes_by_itself_without_money() {
    let wired = Wired::practising("wired-exchange").await;
    let case_id = checked(&wired, 1).await;
    let flavour = answers([("flavour", word("conventional"))]);
    wired.step(case_id, "flavour_chosen", &flavour).await;
    wired.step(case_id, "slot_chosen", &wired.slot(0)).await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "confirmed");
    let order = &wired.sent("order_gsa")[0]["command"];
    assert_eq!(order["order_kind"], "TLM");
    assert_eq!(order["priority"], false);
    assert_eq!(wired.sent("installation_data").len(), 1);
    assert!(
        wired
            .world
            .admin
            .payments_of(case_id)
            .await
            .unwrap()
            .is_empty()
    );
    let case_no = wired.detail(case_id).await.row.case_no;
    for (kind, status) in [
        ("order_domain", "created"),
        ("order_gsa", "created"),
        ("order_gsa", "done"),
    ] {
        wired.drop_file(
            &json!({"case_no": case_no, "kind": kind, "reference": "WO-1",
            "status": status, "at": "2026-11-16T09:00:00+01:00"}),
        );
    }
    wired.works().await;
    wired.works().await;
    assert_eq!(wired.state(case_id).await, "completed");
    wired.is_sound().await;
}
