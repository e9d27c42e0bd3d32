//! The registers of the invented world.

use chrono::NaiveDate;

use super::dice::{Address, Dice, ean, gln};
use super::words;
use super::{GROUP, OWN_GLN, Registers};
use crate::store::register::{
    ConnectionRecord, ContactRecord, ContractRecord, CustomerRecord, MeterRecord, PartyRecord,
};

/// How many metering points there are.
const CONNECTIONS: usize = 400;
/// Of forty connections this one is another company's (PRIO-27).
const NEIGHBOURS: usize = 39;
/// The first day of the oldest contracts.
const LONG_AGO: (i32, u32, u32) = (2015, 1, 1);

/// All registers.
pub(super) fn make(dice: &mut Dice, day: NaiveDate) -> Registers {
    let mut made = Registers::default();
    parties(&mut made);
    contacts(dice, &mut made);
    for number in 0..CONNECTIONS {
        let address = dice.address();
        connection(dice, &mut made, number, &address);
        meter(dice, &mut made, number);
        customer(dice, &mut made, number, &address, day);
        contracts(dice, &mut made, number, day);
    }
    made
}

fn parties(made: &mut Registers) {
    let groups = [
        ("supplier", words::SUPPLIERS),
        ("service_provider", words::SERVICE_PROVIDERS),
        ("grid_operator", words::GRID_OPERATORS),
        ("installer", words::INSTALLERS),
    ];
    let party = |gln: String, name: &str, role: &str| PartyRecord {
        gln,
        name: name.to_owned(),
        role: role.to_owned(),
        country: "NL".to_owned(),
        company_number: None,
    };
    let own = party(OWN_GLN.to_owned(), "Netbeheer Aa en Heide", "grid_operator");
    made.parties.push(own);
    for (role, names) in groups {
        for name in names {
            made.parties
                .push(party(gln(made.parties.len()), name, role));
        }
    }
}

/// Everybody has a general desk; all but two of the parties that read meters are in the group of
/// the procedure, so that GT-27 can be seen.
fn contacts(dice: &mut Dice, made: &mut Registers) {
    let mut silent = 0;
    for party in &made.parties {
        made.contacts
            .push(contact(dice, &party.gln, "Algemeen", "info"));
        let is_reader = matches!(party.role.as_str(), "supplier" | "service_provider");
        let is_last_of_role = party.name == words::SUPPLIERS[words::SUPPLIERS.len() - 1]
            || party.name == words::SERVICE_PROVIDERS[words::SERVICE_PROVIDERS.len() - 1];
        if is_reader && is_last_of_role {
            silent += 1;
        } else if is_reader || party.gln == OWN_GLN {
            made.contacts
                .push(contact(dice, &party.gln, GROUP, "mandaat"));
            if dice.percent(30) {
                made.contacts
                    .push(contact(dice, &party.gln, GROUP, "mandaat2"));
            }
        }
    }
    debug_assert_eq!(silent, 2, "two parties without the group");
}

fn contact(dice: &mut Dice, gln: &str, group: &str, desk: &str) -> ContactRecord {
    ContactRecord {
        gln: gln.to_owned(),
        contact_group: group.to_owned(),
        name: dice.person(),
        email: Some(format!("{desk}@{gln}.example")),
        phone: Some(dice.phone()),
        valid_from: NaiveDate::from_ymd_opt(2018, 2, 13),
        valid_to: None,
    }
}

fn connection(dice: &mut Dice, made: &mut Registers, number: usize, address: &Address) {
    made.connections.push(ConnectionRecord {
        ean: ean(number + 1),
        ean_valid: true,
        country: "NL".to_owned(),
        product: if dice.percent(96) { "E" } else { "G" }.to_owned(),
        street: address.street.clone(),
        house_number: Some(address.house_number),
        house_letter: filled(&address.house_letter),
        house_suffix: filled(&address.house_suffix),
        postcode: address.postcode.clone(),
        city: address.city.clone(),
        grid_operator_gln: if number % 40 == NEIGHBOURS {
            gln(words::SUPPLIERS.len() + words::SERVICE_PROVIDERS.len() + 1)
        } else {
            OWN_GLN.to_owned()
        },
        grid_area: Some(format!("GA-{}", dice.between(1, 8))),
        allocation_method: filled(if dice.percent(22) { "isma" } else { "profile" }),
    });
}

fn meter(dice: &mut Dice, made: &mut Registers, number: usize) {
    let is_smart = dice.percent(85);
    made.meters.push(MeterRecord {
        meter_number: format!("E{:03}{number:07}", dice.between(100, 999)),
        ean: ean(number + 1),
        technical_number: Some(format!("T{number:07}")),
        meter_type: if is_smart { "smart" } else { "conventional" }.to_owned(),
        smart_admin: match (is_smart, dice.percent(85)) {
            (false, _) => None,
            (true, true) => filled("on"),
            (true, false) => filled("off"),
        },
        feed_in_suitable: Some(is_smart),
        smart_feasible: Some(is_smart || dice.percent(80)),
        gsa_order: (!is_smart && number.is_multiple_of(4))
            .then(|| format!("GSA-{}", 1_000_000 + number)),
    });
}

fn filled(text: &str) -> Option<String> {
    Some(text)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn reference(number: usize) -> String {
    format!("KL{number:06}")
}

fn customer(dice: &mut Dice, made: &mut Registers, number: usize, home: &Address, day: NaiveDate) {
    let is_business = dice.percent(9);
    let last = dice.last_name();
    let first = dice.pick(words::FIRST_NAMES);
    let firm = format!("{} {last}", dice.pick(words::FIRM_WORDS));
    let eldest = NaiveDate::from_ymd_opt(1935, 1, 1).unwrap_or(day);
    let birth = dice.day_after(eldest, 26_000);
    made.customers.push(CustomerRecord {
        customer_ref: reference(number),
        country: "NL".to_owned(),
        kind: if is_business { "business" } else { "private" }.to_owned(),
        first_name: filled(if is_business { "" } else { first }),
        last_name: filled(if is_business { "" } else { &last }),
        organisation_name: filled(if is_business { &firm } else { "" }),
        identifier: is_business.then(|| format!("9{}", dice.digits(7))),
        birth_date: (!is_business).then_some(birth),
        iban_last3: Some(dice.digits(3)),
        street: filled(&home.street),
        house_number: Some(home.house_number),
        house_letter: filled(&home.house_letter),
        house_suffix: filled(&home.house_suffix),
        postcode: filled(&home.postcode),
        city: filled(&home.city),
        phone: Some(dice.phone()),
        email: Some(format!("klant{number}@voorbeeld.example")),
        language: filled("nl"),
        protected: !is_business && number % 90 == 45,
    });
}

/// One with the grid company, one with a supplier; some changed supplier in between.
fn contracts(dice: &mut Dice, made: &mut Registers, number: usize, day: NaiveDate) {
    let (year, month, first) = LONG_AGO;
    let start = NaiveDate::from_ymd_opt(year, month, first).unwrap_or(day);
    let contract = |side: &str, party: &str, from: NaiveDate, to: Option<NaiveDate>| {
        let (side, party_gln) = (side.to_owned(), party.to_owned());
        ContractRecord {
            ean: ean(number + 1),
            customer_ref: reference(number),
            side,
            party_gln,
            valid_from: from,
            valid_to: to,
        }
    };
    let suppliers: Vec<String> = (0..words::SUPPLIERS.len())
        .map(|place| gln(place + 1))
        .collect();
    let now = dice.place(suppliers.len());
    made.contracts.push(contract("grid", OWN_GLN, start, None));
    let change = dice.percent(40).then(|| dice.day_after(start, 3_600));
    if let Some(last_day) = change {
        let before = (now + 1) % suppliers.len();
        made.contracts.push(contract(
            "supply",
            &suppliers[before],
            start,
            Some(last_day),
        ));
    }
    let from = change
        .and_then(|last_day| last_day.succ_opt())
        .unwrap_or(start);
    made.contracts
        .push(contract("supply", &suppliers[now], from, None));
}
