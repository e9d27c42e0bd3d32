//! Fees: an amount from an instant on, never changed backwards.

use chrono::Duration;
use loket::domain::money::Money;
use loket::store::StoreError;

use crate::support::world::World;

fn money(stored: &str) -> Money {
    stored.parse().unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

/// PRIO-14: what came with the program is a public figure of 2017 and says so.
#[tokio::test(flavor = "multi_thread")]
async fn prio_14_the_amounts_that_come_along_are_marked_as_examples() {
    let world = World::new().await;
    let fees = world.db.store("anna").fees().await.unwrap();
    let shown: Vec<_> = fees
        .iter()
        .map(|fee| {
            (
                &*fee.kind,
                fee.amount.to_string(),
                fee.example,
                fee.in_force,
            )
        })
        .collect();
    let expected = [
        ("prio_both", "EUR 72.60".to_owned(), true, true),
        ("prio_electricity", "EUR 67.66".to_owned(), true, true),
    ];
    assert_eq!(shown, expected);
}

/// PRIO-14: the fee of a company replaces the example from its day on, and the next one that.
#[tokio::test(flavor = "multi_thread")]
async fn prio_14_a_fee_holds_from_its_day_on() {
    let world = World::new().await;
    let admin = &world.admin;
    let kind = "prio_electricity";
    let now = admin.fee_add(kind, money("EUR 70.10"), None).await.unwrap();
    assert!(now.in_force && !now.example, "{now:?}");
    let next_year = world.now().await + Duration::days(365);
    let next = admin
        .fee_add(kind, money("EUR 75.00"), Some(next_year))
        .await;
    assert!(!next.unwrap().in_force);
    let in_force = |fees: Vec<loket::store::fees::Fee>| {
        let mut fees = fees.into_iter();
        fees.find(|fee| fee.kind == kind && fee.in_force)
            .unwrap()
            .amount
    };
    assert_eq!(in_force(admin.fees().await.unwrap()), money("EUR 70.10"));
    admin
        .clock_set(next_year + Duration::seconds(1))
        .await
        .unwrap();
    assert_eq!(in_force(admin.fees().await.unwrap()), money("EUR 75.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fee_is_never_changed_backwards() {
    let world = World::new().await;
    let admin = &world.admin;
    let now = world.now().await;
    let day = Duration::days(1);
    let add = |amount: &'static str, at| admin.fee_add("prio_both", money(amount), at);
    assert_eq!(
        refusal(add("EUR 80.00", Some(now - day)).await),
        "fee_in_the_past"
    );
    add("EUR 80.00", Some(now + day)).await.unwrap();
    assert_eq!(refusal(add("EUR 81.00", None).await), "fee_not_later");
    // the same again is nothing new
    add("EUR 80.00", Some(now + day + day)).await.unwrap();
    let fees = admin.fees().await.unwrap();
    assert_eq!(fees.iter().filter(|fee| fee.kind == "prio_both").count(), 2);
    assert_eq!(refusal(add("EUR 0.00", None).await), "bad_fee");
    assert_eq!(refusal(add("EUR -1.00", None).await), "bad_fee");
    let named = admin.fee_add("Both Meters", money("EUR 1.00"), None).await;
    assert_eq!(refusal(named), "bad_fee");
}
