//! The data wash: which finding comes first, contracts in time, and the edges of the rules DW-*.

use std::slice::from_ref;

use loket::wash::record::{Held, Holding};
use loket::wash::{Code, Proposal, Rules, Side};

use crate::wash_rules::{
    FIRM, KARI, OLA, OTHER_FIRM, POINT, business, code, firm, look, person, private, world,
};

/// The holding with other values.
fn with(held: &Holding, values: &[(Held, &str)]) -> Holding {
    let mut all: [&str; 15] = std::array::from_fn(|place| held.at(place));
    for (field, value) in values {
        all[*field as usize] = value;
    }
    Holding::new(all)
}

fn ola() -> Holding {
    private(OLA, "Ola", "Nordby")
}

fn valid(held: &Holding, from: &str, to: &str) -> Holding {
    with(held, &[(Held::ValidFrom, from), (Held::ValidTo, to)])
}

/// As [`code`], on a day.
fn code_on(day: &str, grid: &[Holding], supply: &[Holding]) -> Option<(Code, Side)> {
    let rules = Rules {
        day: day.to_owned(),
        ..Rules::default()
    };
    let point = loket::wash::classify::Point {
        number: POINT,
        grid,
        supply,
    };
    let found = loket::wash::classify::classify(point, &world(), &rules);
    found.map(|found| (found.code, found.side))
}

/// DW-GEN-02, decision 19: faults of a side's own data come before differences between the sides.
#[test]
fn dw_gen_02_own_data_come_before_differences() {
    let mut known = world();
    known.persons[0] = person(OLA, "Ola", "Nordby", "2001-01-01");
    let dead = ola();
    let kari = private(KARI, "Kari", "Nordby");
    let code = |grid: &[Holding], supply: &[Holding]| look(&known, grid, supply).unwrap().code;
    // dead, and twice
    let two = [dead.clone(), dead.clone()];
    assert_eq!(code(&two, &[]), Code::Duplicate);
    // dead, and a firm without a number on the other side
    let firmless = business("", "Ukjent Sameie");
    assert_eq!(code(from_ref(&dead), from_ref(&firmless)), Code::I04);
    // a firm without a number, and a person whom nobody knows
    let nobody = private("", "Per", "Ukjent");
    assert_eq!(code(&[firmless], from_ref(&nobody)), Code::I02);
    // a person whom nobody knows, and no contract on the other side
    assert_eq!(code(&[nobody], &[]), Code::I01);
    // no contract, and misspelt
    assert_eq!(code(&[private(KARI, "Karri", "Nordby")], &[]), Code::A04);
    // dead, and another person on the other side
    assert_eq!(code(&[dead], &[kari]), Code::I04);
}

/// DW-BAS-08: two contracts at one time are a duplicate, contracts that follow one another are not.
#[test]
fn dw_bas_08_contracts_that_follow_one_another_are_no_duplicates() {
    let kari = private(KARI, "Kari", "Nordby");
    let before = valid(&ola(), "2015-01-01", "2021-03-01");
    let after = valid(&ola(), "2021-03-01", "");
    let next = valid(&kari, "2027-01-01", "");
    let day = "2026-11-16";
    let rows = [before.clone(), after.clone()];
    assert_eq!(code_on(day, &rows, &[ola()]), None);
    assert_eq!(code_on("", &rows, &[ola()]), None);
    let until = valid(&ola(), "2021-03-01", "2027-01-01");
    assert_eq!(
        code_on(
            day,
            &[before.clone(), until.clone(), next.clone()],
            &[ola()]
        ),
        None
    );
    // who moves in before the other has moved out
    let early = valid(&kari, "2026-12-01", "");
    let double = Some((Code::Duplicate, Side::Grid));
    assert_eq!(code_on(day, &[until, early], &[ola()]), double);
    // what overlapped long ago is over
    let overlapped = [valid(&kari, "2010-01-01", "2015-06-01"), before, after];
    assert_eq!(code_on(day, &overlapped, &[ola()]), None);
    assert_eq!(code_on("", &overlapped, &[ola()]), double);
    // never ran
    let never = [valid(&kari, "2020-01-01", "2020-01-01"), ola()];
    assert_eq!(code_on(day, &never, &[ola()]), None);
}

/// DW-A04-1: a contract that has ended, or has not begun, is none; where both have ended nothing is
/// wrong.
#[test]
fn dw_a04_1_a_contract_that_does_not_run_is_missing() {
    let ended = [valid(&ola(), "2015-01-01", "2021-03-01")];
    let later = [valid(&ola(), "2027-01-01", "")];
    let day = "2026-11-16";
    assert_eq!(
        code_on(day, &ended, &[ola()]),
        Some((Code::A04, Side::Grid))
    );
    assert_eq!(
        code_on(day, &[ola()], &later),
        Some((Code::A04, Side::Supply))
    );
    assert_eq!(code_on(day, &ended, &ended), None);
    assert_eq!(code_on("2020-01-01", &ended, &[ola()]), None);
    assert_eq!(
        code_on("2021-03-01", &ended, &[ola()]),
        Some((Code::A04, Side::Grid))
    );
}

/// DW-BAS-09, DW-I02-1: a deleted enterprise has no real number, a bankrupt one has.
#[test]
fn dw_bas_09_a_deleted_enterprise_has_no_real_number() {
    let rows = [business(FIRM, "Nordby Drift AS")];
    for (condition, wanted) in [
        ("deleted", Some(Code::I02)),
        ("bankrupt", None),
        ("winding_up", None),
    ] {
        let mut known = world();
        known.enterprises[0] = firm(FIRM, "NORDBY DRIFT AS", condition);
        let found = look(&known, &rows, &rows).map(|found| found.code);
        assert_eq!(found, wanted, "{condition}");
    }
    // the successor of that name is proposed, and fills the gap when the other side has it
    let mut known = world();
    known.enterprises[0] = firm(FIRM, "NORDBY DRIFT AS", "deleted");
    known
        .enterprises
        .push(firm("988077917", "NORDBY DRIFT AS", ""));
    let successor = [business("988077917", "Nordby Drift AS")];
    let found = look(&known, &rows, &successor).unwrap();
    assert_eq!((found.code, found.side), (Code::FillOrgnr, Side::Grid));
}

/// DW-BAS-10: a number with a wrong check digit is missing; grouping and a lost zero are not.
#[test]
fn dw_bas_10_a_wrong_number_is_a_missing_one() {
    let wrong = [private("29884013002", "Ola", "Nordby")];
    assert_eq!(code(&wrong, &[ola()]), Some((Code::FillFnr, Side::Grid)));
    let nobody = [with(
        &wrong[0],
        &[(Held::BirthDate, ""), (Held::FirstName, "Odd")],
    )];
    assert_eq!(code(&nobody, &nobody), Some((Code::I01, Side::Both)));
    let mut values: [&str; 15] = std::array::from_fn(|place| wrong[0].at(place));
    values[Held::Identifier as usize] = "298840 13001";
    assert_eq!(code(&[loket::wash::given::holding(values)], &[ola()]), None);
}

/// DW-BAS-15: of several who may be meant, who is written exactly so; with birth date and name alike
/// the address decides; otherwise nobody.
#[test]
fn dw_bas_15_the_one_who_is_written_exactly_so() {
    let mut known = world();
    known
        .persons
        .push(person("05923642899", "Olaf", "Nordby", ""));
    let rows = [private("", "Ola", "Nordby")];
    assert_eq!(look(&known, &rows, &rows).unwrap().code, Code::FillFnr);
    let unsure = [private("", "Olav", "Nordby")];
    assert_eq!(look(&known, &unsure, &unsure).unwrap().code, Code::I01);
}

/// DW-BAS-19: a name alone, or an address alone, identifies nobody.
#[test]
fn dw_bas_19_one_thing_alone_identifies_nobody() {
    let bare = [with(
        &private("", "Ola", "Nordby"),
        &[
            (Held::BirthDate, ""),
            (Held::Street, ""),
            (Held::HouseNumber, ""),
        ],
    )];
    assert_eq!(code(&bare, &bare), Some((Code::I01, Side::Both)));
    let neighbour = [with(
        &private("", "Ola", "Nordby"),
        &[(Held::BirthDate, ""), (Held::HouseNumber, "129")],
    )];
    assert_eq!(code(&neighbour, &neighbour), Some((Code::I01, Side::Both)));
}

/// DW-BAS-21: a birth date that is not the register's and a name that is missing are mended like a
/// name; a birth date that is missing and another address are not.
#[test]
fn dw_bas_21_what_is_mended_from_the_register() {
    for (change, is_found) in [
        ((Held::BirthDate, "1940-08-28"), true),
        ((Held::FirstName, ""), true),
        ((Held::Street, "Knudsenhavn"), true),
        ((Held::HouseNumber, "172"), true),
        ((Held::Postcode, "7356"), true),
        ((Held::BirthDate, ""), false),
        ((Held::Street, ""), false),
        ((Held::Street, "Strandgata"), false),
        ((Held::City, "Olsen"), false),
        ((Held::FirstName, "OLA"), false),
    ] {
        let found = code(&[with(&ola(), &[change])], &[ola()]);
        let wanted = is_found.then_some((Code::Spelling, Side::Grid));
        assert_eq!(found, wanted, "{change:?}");
    }
}

/// DW-I03-1: both sides must agree on the wrong name; where one is right it is spelling.
#[test]
fn dw_i03_1_one_side_alone_is_no_wrong_name() {
    let right = [business(FIRM, "Nordby Drift AS")];
    let wrong = [business(FIRM, "Fjord og Fjell Velforening")];
    assert_eq!(code(&wrong, &wrong), Some((Code::I03, Side::Both)));
    assert_eq!(code(&wrong, &right), Some((Code::Spelling, Side::Grid)));
    // agreeing but for the form
    let formed = [business(FIRM, "Fjord & Fjell Velforening AS")];
    assert_eq!(code(&wrong, &formed), Some((Code::I03, Side::Both)));
    // the form alone is one slip
    for name in [
        "Nordby Drift",
        "AS Nordby Drift",
        "Nordby Drift A/S",
        "NORDBY DRIFT ENK",
    ] {
        let rows = [business(FIRM, name)];
        assert_eq!(
            code(&rows, &rows),
            Some((Code::Spelling, Side::Both)),
            "{name}"
        );
    }
}

/// DW-A01-1: what is left over: one name with two numbers, one home with two surnames, two homes
/// with one surname, a business of somebody else.
#[test]
fn dw_a01_1_everything_else_is_another_end_user() {
    let grid = [ola()];
    let namesake = [private(KARI, "Ola", "Nordby")];
    assert_eq!(code(&grid, &namesake), Some((Code::A01, Side::Both)));
    let partner = [private(KARI, "Kari", "Strand")];
    assert_eq!(code(&grid, &partner), Some((Code::A01, Side::Both)));
    let kari = private(KARI, "Kari", "Nordby");
    let elsewhere = [with(
        &kari,
        &[(Held::Street, "Strandgata"), (Held::Postcode, "0151")],
    )];
    assert_eq!(code(&grid, &elsewhere), Some((Code::A01, Side::Both)));
    let firms = [business(FIRM, "Nordby Drift AS")];
    let others = [business(OTHER_FIRM, "Strand Eiendom DA")];
    assert_eq!(code(&firms, &others), Some((Code::A01, Side::Both)));
    assert_eq!(
        look(&world(), &firms, &others).unwrap().proposal,
        Proposal::AwaitSupplier
    );
}

/// DW-A01-6: a side without a number, birth date equal and name nearly equal, is the other side's.
#[test]
fn dw_a01_6_birth_date_and_name_are_enough() {
    for (first, last) in [("Olla", "Nordby"), ("Ola", "Norby"), ("Nordby", "Ola")] {
        let without = [private("", first, last)];
        assert_eq!(
            code(&[ola()], &without),
            Some((Code::FillFnr, Side::Supply)),
            "{first} {last}"
        );
    }
    let other_day = [with(
        &private("", "Ola", "Nordby"),
        &[(Held::BirthDate, "1941-01-01")],
    )];
    assert_eq!(code(&[ola()], &other_day), Some((Code::I01, Side::Supply)));
}

/// DW-A02-4: couples with a double surname, with a slip in it, at a street that is abbreviated.
#[test]
fn dw_a02_4_a_household_however_it_is_written() {
    let kari = private(KARI, "Kari", "Nordby");
    for change in [
        (Held::LastName, "Strand Nordby"),
        (Held::LastName, "Nordby-Strand"),
        (Held::LastName, "Norby"),
        (Held::Street, "Knudsnhavna"),
        (Held::HouseNumber, "127 "),
    ] {
        let supply = [with(&kari, &[change])];
        assert_eq!(
            code(&[ola()], &supply),
            Some((Code::A02, Side::Both)),
            "{change:?}"
        );
    }
}

/// DW-A03-3: the surname is a word of the business name, whatever the form; a surname that is
/// spelt like a form of company is none.
#[test]
fn dw_a03_3_the_surname_is_a_word_of_the_name() {
    let mut known = world();
    for (last, name, wanted) in [
        ("Nordby", "NORDBY RØR AS", Code::A03),
        ("Nordby", "OLA NORDBY", Code::A03),
        ("Strand Nordby", "NORDBY RØR ENK", Code::A03),
        ("Ås", "ÅS RØR ENK", Code::A03),
        ("Aas", "STRAND RØR AS", Code::A01),
        ("Nord", "NORDBY RØR AS", Code::A01),
    ] {
        known.enterprises[0] = firm(FIRM, name, "");
        let found = look(
            &known,
            &[private(OLA, "Ola", last)],
            &[business(FIRM, name)],
        );
        assert_eq!(found.unwrap().code, wanted, "{last} / {name}");
    }
}
