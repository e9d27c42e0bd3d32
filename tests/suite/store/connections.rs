//! The connection at an address, in any usual spelling, with what the checks need.

use loket::domain::connection_check::{Outcome, Suitability};
use loket::domain::house_number::HouseNumber;
use loket::domain::postcode::Postcode;
use loket::store::StoreError;
use loket::store::connections::Found;
use loket::store::register::{ConnectionRecord, MeterRecord, PartyRecord};

use crate::support::world::{GRID, World, ean};

/// A grid company that is not us.
const NEIGHBOUR: &str = "8716900009006";

fn connection(n: u32, letter: &str, suffix: &str) -> ConnectionRecord {
    ConnectionRecord {
        ean: ean(n),
        ean_valid: true,
        country: "NL".into(),
        product: "E".into(),
        street: "Lindelaan".into(),
        house_number: Some(18),
        house_letter: Some(letter.into()),
        house_suffix: Some(suffix.into()),
        postcode: "5616AB".into(),
        city: "Nieuwdorp".into(),
        grid_operator_gln: GRID.into(),
        grid_area: None,
        allocation_method: None,
    }
}

fn meter(n: u32) -> MeterRecord {
    MeterRecord {
        meter_number: format!("E{n:09}"),
        ean: ean(n),
        technical_number: None,
        meter_type: "conventional".into(),
        smart_admin: None,
        feed_in_suitable: Some(false),
        smart_feasible: Some(true),
        gsa_order: None,
    }
}

async fn found(world: &World, postcode: &str, number: &str) -> Found {
    let anna = world.db.store("anna");
    let postcode = Postcode::parse(postcode).unwrap();
    let number = HouseNumber::parse(number).unwrap();
    anna.connection_find(&postcode, &number).await.unwrap()
}

fn eans(found: &Found) -> Vec<String> {
    found.meters.iter().map(|meter| meter.ean.clone()).collect()
}

/// Three homes behind one number, gas beside one of them.
async fn street() -> World {
    let world = World::new().await;
    let mut gas = connection(104, "A", "1");
    gas.product = "G".into();
    let homes = [
        connection(101, "", ""),
        connection(102, "A", "1"),
        connection(103, "", "BIS"),
        gas,
    ];
    world.admin.import_connections(&homes).await.unwrap();
    let meters: Vec<_> = (101..=104).map(meter).collect();
    world.admin.import_meters(&meters).await.unwrap();
    world
}

/// PRIO-18, PRIO-20: one address, however it is said; electricity only.
#[tokio::test(flavor = "multi_thread")]
async fn prio_18_an_address_is_found_in_any_usual_spelling() {
    let world = street().await;
    for (postcode, number) in [
        ("5616AB", "18A-1"),
        ("5616 ab", "18a1"),
        ("5616ab", "18 A 1"),
        ("5616 AB", "18-a/1"),
    ] {
        let found = found(&world, postcode, number).await;
        assert_eq!(
            (eans(&found), found.exact),
            (vec![ean(102)], true),
            "{number}"
        );
        assert_eq!(found.source, "register");
    }
    let bis = found(&world, "5616AB", "18 bis").await;
    assert_eq!(eans(&bis), [ean(103)]);
    assert_eq!(bis.meters[0].address, "Lindelaan 18-BIS, 5616AB Nieuwdorp");
}

/// PRIO-20: the number alone shows every meter at it; a letter that nobody has shows them too, and says
/// so; no meter is no error.
#[tokio::test(flavor = "multi_thread")]
async fn prio_20_all_electricity_meters_of_the_number_are_shown() {
    let world = street().await;
    let all = found(&world, "5616AB", "18").await;
    assert_eq!(eans(&all), [ean(101), ean(103), ean(102)]);
    assert!(all.exact && !all.more);
    let near = found(&world, "5616AB", "18 Z").await;
    assert_eq!((eans(&near).len(), near.exact), (3, false));
    let none = found(&world, "5616AB", "19").await;
    assert_eq!((none.meters, none.more), (vec![], false));
}

/// A tower block is cut off and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_with_very_many_meters_is_bounded() {
    let world = World::new().await;
    let homes: Vec<_> = (200..265)
        .map(|n| connection(n, "", &(n - 199).to_string()))
        .collect();
    world.admin.import_connections(&homes).await.unwrap();
    let meters: Vec<_> = (200..265).map(meter).collect();
    world.admin.import_meters(&meters).await.unwrap();
    let all = found(&world, "5616AB", "18").await;
    assert_eq!((all.meters.len(), all.more), (60, true));
    let one = found(&world, "5616AB", "18-65").await;
    assert_eq!(eans(&one), [ean(264)]);
}

/// PRIO-21: a connection with two meters shows both, to choose one.
#[tokio::test(flavor = "multi_thread")]
async fn prio_21_two_meters_of_one_connection_are_two_choices() {
    let world = street().await;
    let second = MeterRecord {
        meter_number: "E900000000".into(),
        ..meter(103)
    };
    world.admin.import_meters(&[second]).await.unwrap();
    let bis = found(&world, "5616AB", "18 bis").await;
    let numbers: Vec<_> = bis
        .meters
        .iter()
        .map(|meter| &*meter.meter_number)
        .collect();
    assert_eq!(numbers, ["E000000103", "E900000000"]);
}

/// PRIO-15, PRIO-22: the register's findings in their order; whose grid is ours is set, not guessed.
#[tokio::test(flavor = "multi_thread")]
async fn prio_22_the_register_says_what_the_checks_need() {
    let world = street().await;
    let neighbour = PartyRecord {
        gln: NEIGHBOUR.into(),
        name: "Netbedrijf Ovezande".into(),
        role: "grid_operator".into(),
        country: "NL".into(),
        company_number: None,
    };
    world.admin.import_parties(&[neighbour]).await.unwrap();
    let check = async |n: u32| {
        let worker = world.db.store("worker_1");
        worker.connection_check(&ean(n), &format!("e{n:09}")).await
    };
    let unset = check(101).await;
    assert!(matches!(unset, Err(StoreError::Refused(it)) if it.key == "no_own_operator"));
    let own = [GRID.to_owned()];
    assert_eq!(world.admin.own_operators_set(&own).await, Ok(1));
    let operators = world.admin.own_operators().await.unwrap();
    assert_eq!(
        (&*operators[0].gln, &*operators[0].name),
        (GRID, "Ons Netbeheer")
    );

    let outcome = async |n: u32| {
        let checked = check(n).await.unwrap().unwrap();
        checked.meter.unwrap().findings().outcome()
    };
    assert_eq!(outcome(101).await, Outcome::Ok);
    let planned = MeterRecord {
        gsa_order: Some("GSA-1000047".into()),
        ..meter(101)
    };
    world
        .admin
        .import_meters(std::slice::from_ref(&planned))
        .await
        .unwrap();
    assert_eq!(outcome(101).await, Outcome::InGsaPlanning);
    let stuck = MeterRecord {
        smart_feasible: Some(false),
        ..planned
    };
    world
        .admin
        .import_meters(std::slice::from_ref(&stuck))
        .await
        .unwrap();
    assert_eq!(outcome(101).await, Outcome::NotFeasible);
    let smart = MeterRecord {
        meter_type: "smart".into(),
        smart_admin: Some("off".into()),
        ..stuck
    };
    world.admin.import_meters(&[smart]).await.unwrap();
    let checked = check(101).await.unwrap().unwrap().meter.unwrap();
    assert_eq!(checked.findings().outcome(), Outcome::AlreadySmart);
    assert_eq!(checked.smart_admin.as_deref(), Some("off"));
    assert_eq!(checked.gsa_order.as_deref(), Some("GSA-1000047"));
    assert_eq!(checked.findings().suitability(), Suitability::NotFeasible);
    let theirs = ConnectionRecord {
        grid_operator_gln: NEIGHBOUR.into(),
        ..connection(101, "", "")
    };
    world.admin.import_connections(&[theirs]).await.unwrap();
    let checked = check(101).await.unwrap().unwrap().meter.unwrap();
    assert_eq!(checked.findings().outcome(), Outcome::NotOurGrid);
    assert_eq!(checked.operator, "Netbedrijf Ovezande");
}

/// PRIO-21, PRIO-22: what the register does not know is nothing that it says; a connection with other
/// meters is not one that it does not know.
#[tokio::test(flavor = "multi_thread")]
async fn prio_22_the_register_tells_other_meters_from_none() {
    let world = street().await;
    let own = [GRID.to_owned()];
    assert_eq!(world.admin.own_operators_set(&own).await, Ok(1));
    let check = async |n: u32, meter: &str| world.admin.connection_check(&ean(n), meter).await;
    assert_eq!(check(999, "e000000999").await, Ok(None));
    let gas = check(104, "e000000104").await;
    assert_eq!(gas, Ok(None), "gas is not asked about");
    let wrong = check(101, "E999999999").await.unwrap();
    let wrong = wrong.expect("the connection has another meter");
    assert_eq!(wrong.meter, None);
}

/// Only a grid operator of the register can be us.
#[tokio::test(flavor = "multi_thread")]
async fn prio_27_our_own_grid_is_one_of_the_register() {
    let world = World::new().await;
    for wrong in [crate::support::world::SUPPLIER, NEIGHBOUR, "x"] {
        let refused = world.admin.own_operators_set(&[wrong.to_owned()]).await;
        assert!(matches!(refused, Err(StoreError::Refused(it)) if it.key == "not_an_operator"));
    }
    assert_eq!(world.admin.own_operators().await, Ok(vec![]));
}
