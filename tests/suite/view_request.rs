//! A request for a meter on the screen, at the two sizes that are looked at most, and at any size.

use chrono::TimeDelta;
use loket::desk::Effect;
use loket::desk::Msg;
use loket::desk::effect::Loaded;
use loket::desk::key::Input;
use loket::store::rows::*;
use proptest::prelude::*;
use uuid::Uuid;

use crate::support::desk::{Script, now};
use crate::support::found;
use crate::support::request::{Request, act, desk};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];

fn message(outbox_id: i64, kind: &str, status: &str) -> MessageRow {
    MessageRow {
        outbox_id,
        kind: kind.into(),
        status: status.into(),
        created_at: now() - TimeDelta::minutes(4),
        sent_at: (status == "sent").then(|| now() - TimeDelta::minutes(3)),
        error: None,
    }
}

fn held(kept: bool) -> HeldSlot {
    HeldSlot {
        slot_id: 1,
        area: "NB".into(),
        starts_at: found::week("2026-11-23".parse().unwrap()).slots[0].starts_at,
        minutes: 120,
        kept,
        until: (!kept).then(|| now() + TimeDelta::minutes(10)),
    }
}

fn payment(status: PaymentStatus) -> PaymentRow {
    PaymentRow {
        payment_id: Uuid::from_u128(5),
        kind: "prio".into(),
        amount: "EUR 72.60".parse().unwrap(),
        status,
        expires_at: Some(now() + TimeDelta::minutes(10)),
        created_at: now() - TimeDelta::minutes(7),
        changed_at: now() - TimeDelta::minutes(7),
        checkout: Some(Checkout("https://betaal.example/pay/tr_5".into())),
        seen: None,
        refund: None,
    }
}

/// The customer is to pay; the link has left.
fn paying() -> Loaded {
    let mut loaded = Request::to_payment().loaded();
    loaded.detail.slot = Some(held(false));
    loaded.detail.payments = vec![payment(PaymentStatus::Open)];
    loaded.detail.messages = vec![message(3, "payment_link", "sent")];
    loaded
}

/// Paid; one system has confirmed, to the other the order cannot be delivered.
fn ordered() -> Loaded {
    let mut loaded = Request::to_visit()
        .step(loket::process::engine::Actor::System, "domain_ack", &[])
        .loaded();
    let detail = &mut loaded.detail;
    detail.slot = Some(held(true));
    detail.payments = vec![payment(PaymentStatus::Paid)];
    detail.messages = vec![
        message(4, "order_domain", "sent"),
        message(5, "order_gsa", "dead"),
    ];
    detail.siblings = vec![RelatedCase {
        case_id: CaseId(91),
        case_no: "PR-2026-000013".into(),
        process: "prio".into(),
        state: "draft_meter".into(),
        received_at: now() - TimeDelta::days(1),
    }];
    loaded
}

/// Given back after the technicians could not do it.
fn refunded() -> Loaded {
    let mut loaded = ordered();
    loaded.detail.payments[0].refund = Some(RefundRow {
        amount: "EUR 72.60".parse().unwrap(),
        status: RefundStatus::Pending,
        changed_at: now(),
    });
    loaded
}

/// ELS-31: how far the work at a plant is, and why it was not done, stands in the pane of its notification,
/// once. Fails where only the letter to the lead says so.
#[test]
fn els_31_the_pane_says_how_far_the_work_at_a_plant_is() {
    let mut loaded = Request::opened().loaded();
    let detail = &mut loaded.detail;
    for process in [&mut detail.row.process, &mut detail.facts.process] {
        *process = "notification".into();
    }
    for state in [&mut detail.row.state, &mut detail.facts.state] {
        *state = "approved".into();
    }
    detail.messages = vec![message(7, "order_installation", "sent")];
    let shown = |loaded: &Loaded| desk(loaded, 80, 60).screen();
    let sent = shown(&loaded);
    assert!(
        sent.contains("ORDER") && sent.contains("work orders: sent"),
        "{sent}"
    );
    for (fact, word, said) in [
        ("gsa_state", "planned", "planned"),
        ("gsa_state", "not_done", "not done"),
        ("not_done_reason", "not_home", "not done: nobody at home"),
    ] {
        let value = loket::process::field::Value::Code(word.into());
        loaded.detail.facts.facts.insert(fact.into(), value);
        let screen = shown(&loaded);
        assert_eq!(screen.matches(said).count(), 1, "{fact}: {screen}");
    }
    loaded.detail.messages.clear();
    assert!(!shown(&loaded).contains("ORDER"));
}

/// Cases in the pane, and forms on them.
fn places() -> Vec<(&'static str, Loaded, Option<&'static str>)> {
    vec![
        ("request_paying", paying(), None),
        ("request_ordered", ordered(), None),
        ("request_refunded", refunded(), None),
        (
            "request_not_ours",
            Request::checked("not_our_grid").loaded(),
            None,
        ),
        (
            "request_search",
            Request::to_address().loaded(),
            Some("Search the address"),
        ),
        (
            "request_meter",
            Request::to_meter().loaded(),
            Some("Choose the meter"),
        ),
        (
            "request_flavour",
            Request::to_flavour().loaded(),
            Some("Choose how it is read"),
        ),
        (
            "request_week",
            Request::to_time().loaded(),
            Some("Choose the time"),
        ),
    ]
}

fn at((_, loaded, form): &(&str, Loaded, Option<&str>), columns: u16, rows: u16) -> Script {
    let mut script = desk(loaded, columns, rows);
    if let Some(name) = form {
        act(&mut script, loaded, name);
    }
    script
}

#[test]
fn a_request_in_the_pane_and_in_its_forms() {
    for place in places() {
        for (columns, rows) in SIZES {
            let script = at(&place, columns, rows);
            let name = format!("{}_{columns}x{rows}", place.0);
            insta::assert_snapshot!(name, script.screen());
        }
    }
}

/// PRIO-31: how long the time is kept is counted down where one looks.
#[test]
fn prio_31_the_time_that_is_held_counts_down() {
    let mut script = at(&("", paying(), None), 80, 24);
    script.now += TimeDelta::minutes(3);
    script.send(Msg::Wake);
    let line = |screen: &str| {
        let found = screen.lines().find(|line| line.contains("held until"));
        found.unwrap_or_else(|| panic!("{screen}")).to_owned()
    };
    let before = line(&script.screen());
    let next = loket::desk::next_wake(&script.model, script.now).unwrap();
    assert!(
        next - script.now <= TimeDelta::seconds(1),
        "it ticks by itself"
    );
    script.now = next + TimeDelta::milliseconds(5);
    script.send(Msg::Wake);
    assert_ne!(line(&script.screen()), before);
    script.now += TimeDelta::minutes(9);
    script.send(Msg::Wake);
    let after = script.screen();
    assert!(after.contains("was held until"), "{after}");
}

/// PRIO-04: where to pay stands there and is copied by key, as long as it can be paid; no log and no
/// file has it. A new link is one key away.
#[test]
fn prio_04_the_link_is_shown_copied_and_sent_again_as_long_as_it_counts() {
    const LINK: &str = "https://betaal.example/pay/tr_5";
    let mut script = at(&("", paying(), None), 160, 48);
    let screen = script.screen();
    assert!(screen.contains("link sent"), "{screen}");
    assert!(screen.contains(LINK), "{screen}");
    script.keys("y");
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains("payment link"));
    let line = line.unwrap_or_else(|| panic!("no link to copy\n{screen}"));
    let number = line.trim_start_matches(['>', ' ']);
    let number = number.split_whitespace().next().unwrap();
    let number = number.trim_end_matches('.').to_owned();
    script.keys(&number);
    let copied = script.take().into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some(LINK));
    let detail = paying().detail;
    assert!(!format!("{detail:?}").contains(LINK), "not for logs");
    assert!(!serde_json::to_string(&detail).unwrap().contains(LINK));
    // the quarter of an hour is over
    script.now += TimeDelta::minutes(11);
    script.send(Msg::Wake);
    assert!(!script.screen().contains(LINK), "{}", script.screen());
    script.keys("y");
    assert!(!script.screen().contains("payment link"));
    script.keys("esc");
    script.keys("p");
    let screen = script.screen();
    assert!(screen.contains("Send payment link again"), "{screen}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Nothing is drawn beyond its place, at any size.
    #[test]
    fn no_size_breaks_a_request(columns in 59u16..=250, rows in 17u16..=80, place in 0usize..8) {
        let place = &places()[place];
        let mut script = at(place, 80, 24);
        script.send(Msg::Input(Input::Resize(columns, rows)));
        let screen = script.screen();
        prop_assert_eq!(screen.lines().count(), usize::from(rows));
        let footer = screen.lines().last().unwrap_or_default();
        prop_assert!(footer.contains("help"), "no footer:\n{}", screen);
        let is_whole = place.0 != "request_week" || screen.contains("[08:00]");
        prop_assert!(is_whole, "the chosen time is not seen at {}x{}:\n{}", columns, rows, screen);
    }
}
