//! What goes wrong, one accident a metering point, each with the code that follows from the rules.

use super::slips::{reformed, shortened, slip, two_slips};
use super::{
    BORN, CITY, Case, FIRM, FIRST, FROM, HOUSE, LAST, NUMBER, POSTCODE, Person, Row, STREET, TO,
    World, differences, names, people,
};

type Make = fn(&mut World) -> Case;

/// Every accident with its weight: rare ones are made more frequent than they are, so that there are
/// enough to judge by.
const ACCIDENTS: &[(&str, u32, Make)] = &[
    ("nothing", 1_000, nothing),
    ("firm, nothing", 150, nothing_of_a_firm),
    ("moved", 60, moved),
    ("in time", 80, in_time),
    ("person misspelt", 420, misspelt_person),
    ("street misspelt", 150, misspelt_street),
    ("firm misspelt", 160, misspelt_firm),
    ("not a number", 60, |world| Case {
        code: "GSRN",
        ..nothing(world)
    }),
    ("double", 60, double),
    ("dead", 50, dead),
    ("firm without number", 60, firm_without_number),
    ("unknown person", 70, unknown_person),
    ("twins", 30, twins),
    ("name of another firm", 35, other_firm_name),
    ("firm twice misspelt", 35, twice_misspelt),
    ("one-sided", 70, differences::one_sided),
    ("number lost", 90, differences::number_lost),
    ("number of a firm lost", 80, differences::firm_number_lost),
    ("firm and person", 70, differences::firm_and_person),
    ("household", 80, differences::household),
    ("others", 140, differences::others),
];

/// One of them.
pub(crate) fn any(world: &mut World) -> (&'static str, Case) {
    let all: u32 = ACCIDENTS.iter().map(|(_, weight, _)| weight).sum();
    let mut at = world.rng.u32(..all);
    for (name, weight, make) in ACCIDENTS {
        if at < *weight {
            return (name, make(world));
        }
        at -= weight;
    }
    ("nothing", nothing(world))
}

pub(super) fn nothing(world: &mut World) -> Case {
    let person = world.person();
    let (grid, mut supply) = (person.held(&mut world.rng), person.held(&mut world.rng));
    // case is no spelling
    if world.rng.u8(..10) == 0 {
        for field in [FIRST, LAST, STREET, CITY] {
            supply[field] = supply[field].to_uppercase();
        }
    }
    if world.rng.u8(..20) == 0 {
        supply[BORN].clear();
    }
    Case::new(grid, supply, "")
}

pub(super) fn nothing_of_a_firm(world: &mut World) -> Case {
    let firm = world.business();
    let rng = &mut world.rng;
    let (grid, mut supply) = (firm.held(rng), firm.held(rng));
    if rng.bool() {
        supply[FIRM] = supply[FIRM].to_uppercase();
    }
    if rng.u8(..20) == 0 {
        world.enterprises.last_mut().unwrap().bankrupt = true;
    }
    Case::new(grid, supply, "")
}

/// DW-GEN-12: an address elsewhere, or none.
fn moved(world: &mut World) -> Case {
    let case = nothing(world);
    let mut row = case.supply[0].clone();
    if world.rng.u8(..4) == 0 {
        for field in [STREET, HOUSE, POSTCODE, CITY] {
            row[field].clear();
        }
    } else {
        let home = people::home(&mut world.rng);
        row[STREET] = format!("{} allé", home.street.to_uppercase());
        row[HOUSE] = format!("{}99", home.house.len());
        row[POSTCODE] = home.postcode;
    }
    Case::new(case.grid[0].clone(), row, "").turned(&mut world.rng)
}

/// Contracts that follow one another are no duplicates.
fn in_time(world: &mut World) -> Case {
    let case = nothing(world);
    let (now, other) = (case.grid[0].clone(), case.supply[0].clone());
    let before = world.person().held(&mut world.rng);
    let mut ended = if world.rng.bool() {
        now.clone()
    } else {
        before
    };
    let mut now = now;
    "2015-05-01".clone_into(&mut ended[FROM]);
    "2021-03-01".clone_into(&mut ended[TO]);
    "2021-03-01".clone_into(&mut now[FROM]);
    let mut rows = vec![ended, now.clone()];
    if world.rng.u8(..3) == 0 {
        let mut next = world.person().held(&mut world.rng);
        "2027-02-01".clone_into(&mut next[FROM]);
        "2027-02-01".clone_into(&mut rows[1][TO]);
        rows.push(next);
    }
    let case = Case {
        grid: rows,
        supply: vec![other],
        ..Case::default()
    };
    case.turned(&mut world.rng)
}

/// One side or both are written otherwise, the number is right.
fn both_ways(world: &mut World, row: &Row, spoil: impl Fn(&mut World, &mut Row)) -> Case {
    let (mut one, mut two) = (row.clone(), row.clone());
    spoil(world, &mut one);
    if world.rng.u8(..4) == 0 {
        spoil(world, &mut two);
    }
    Case::new(one, two, "SPELLING").turned(&mut world.rng)
}

fn misspelt_person(world: &mut World) -> Case {
    let row = world.person().held(&mut world.rng);
    both_ways(world, &row, |world, row| match world.rng.u8(..10) {
        0..4 => row[FIRST] = slip(&mut world.rng, &row[FIRST]),
        4..8 => row[LAST] = slip(&mut world.rng, &row[LAST]),
        8 => row.swap(FIRST, LAST),
        _ => {
            let short = shortened(&mut world.rng, &row[FIRST]);
            row[FIRST] = short.unwrap_or_else(|| format!("{} Marie", row[FIRST]));
        }
    })
}

fn misspelt_street(world: &mut World) -> Case {
    let row = world.person().held(&mut world.rng);
    both_ways(world, &row, |world, row| match world.rng.u8(..8) {
        0 if row[STREET].ends_with("gata") => row[STREET] = row[STREET].replace("gata", "gt."),
        1 if row[STREET].ends_with("veien") => row[STREET] = row[STREET].replace("veien", "vn."),
        _ => row[STREET] = slip(&mut world.rng, &row[STREET]),
    })
}

fn misspelt_firm(world: &mut World) -> Case {
    let row = world.business().held(&mut world.rng);
    let formed = |world: &mut World, row: &mut Row| {
        let formed = reformed(&mut world.rng, &row[FIRM]);
        row[FIRM] = formed.unwrap_or_else(|| slip(&mut world.rng, &row[FIRM]));
    };
    if world.rng.u8(..6) == 0 {
        // both sides alike, by one slip only
        let mut one = row.clone();
        formed(world, &mut one);
        return Case::new(one.clone(), one, "SPELLING");
    }
    both_ways(world, &row, |world, row| match world.rng.u8(..4) {
        0 => formed(world, row),
        _ => row[FIRM] = slip(&mut world.rng, &row[FIRM]),
    })
}

/// DW-BAS-08.
fn double(world: &mut World) -> Case {
    let case = nothing(world);
    let (row, other) = (case.grid[0].clone(), case.supply[0].clone());
    let mut second = match world.rng.u8(..3) {
        0 => world.person().held(&mut world.rng),
        _ => row.clone(),
    };
    let mut first = row;
    if world.rng.u8(..3) == 0 {
        // who moves in comes before who moves out is gone
        "2025-06-01".clone_into(&mut first[TO]);
        "2024-12-01".clone_into(&mut first[FROM]);
        "2025-05-01".clone_into(&mut second[FROM]);
        first[TO] = "2027-01-01".to_owned();
    }
    let case = Case {
        grid: vec![first, second],
        supply: vec![other],
        code: "DUPLICATE",
        number: None,
    };
    case.turned(&mut world.rng)
}

fn dead(world: &mut World) -> Case {
    let case = nothing(world);
    let year = world.rng.u16(1961..2026);
    world.persons.last_mut().unwrap().died = format!("{year}-04-17");
    let (mut grid, mut supply) = (case.grid[0].clone(), case.supply[0].clone());
    match world.rng.u8(..5) {
        0 => supply = world.person().held(&mut world.rng),
        1 => grid[LAST] = slip(&mut world.rng, &grid[LAST]),
        2 if !supply[BORN].is_empty() => supply[NUMBER].clear(),
        _ => {}
    }
    Case::new(grid, supply, "I04").turned(&mut world.rng)
}

/// A number that none is: missing, made up, deleted, with a wrong check digit, not registered.
pub(super) fn no_number(world: &mut World, right: &str) -> String {
    match world.rng.u8(..8) {
        0..3 => String::new(),
        3 => "123456785".to_owned(),
        4 => ["999999999", "888888888", "000000000", "111111111"][world.rng.usize(..4)].to_owned(),
        5 => right.chars().rev().collect(),
        6 => {
            let mut deleted = people::business(&mut world.rng);
            deleted.deleted = true;
            deleted.name = format!("Gamle {}", deleted.name);
            world.enterprises.push(deleted.clone());
            deleted.number
        }
        _ => names::organisation_number(&mut world.rng),
    }
}

/// DW-I02-1, whether or not the register has the name.
fn firm_without_number(world: &mut World) -> Case {
    let firm = match world.rng.u8(..3) {
        0 => world.business(),
        _ => world.unregistered(),
    };
    let (mut grid, mut supply) = (firm.held(&mut world.rng), firm.held(&mut world.rng));
    grid[NUMBER] = no_number(world, &firm.number);
    supply[NUMBER] = no_number(world, &firm.number);
    Case::new(grid, supply, "I02")
}

/// DW-I01-1: no number, and nobody in the register.
fn unknown_person(world: &mut World) -> Case {
    let person = world.stranger();
    let (mut grid, mut supply) = (person.held(&mut world.rng), person.held(&mut world.rng));
    for row in [&mut grid, &mut supply] {
        row[NUMBER] = wrong_number(world, &person);
        if world.rng.bool() {
            row[BORN].clear();
        }
    }
    if world.rng.u8(..4) == 0 {
        supply = world.person().held(&mut world.rng);
    }
    Case::new(grid, supply, "I01").turned(&mut world.rng)
}

/// Missing, mistyped, or of a person whom the register does not have.
pub(super) fn wrong_number(world: &mut World, person: &Person) -> String {
    match world.rng.u8(..6) {
        0 => {
            let mut digits: Vec<char> = person.number.chars().collect();
            digits[10] = if digits[10] == '9' { '0' } else { '9' };
            digits.into_iter().collect()
        }
        1 => "00000000000".to_owned(),
        _ => String::new(),
    }
}

/// DW-BAS-15: two hits are none.
fn twins(world: &mut World) -> Case {
    let person = world.person();
    let mut other = world.stranger();
    other.first.clone_from(&person.first);
    other.last.clone_from(&person.last);
    let by_address = world.rng.bool();
    if by_address {
        other.home = person.home.clone();
    } else {
        other.born.clone_from(&person.born);
        let born: Vec<u32> = person
            .born
            .split('-')
            .map(|part| part.parse().unwrap())
            .collect();
        other.number = names::person_number(&mut world.rng, (born[0], born[1], born[2]));
    }
    world.persons.push(other);
    let mut row = person.held(&mut world.rng);
    row[NUMBER].clear();
    if by_address {
        row[BORN].clear();
    } else {
        row[STREET] = "Ukjentveien".to_owned();
    }
    Case::new(row.clone(), row, "I01")
}

fn other_firm_name(world: &mut World) -> Case {
    let firm = world.business();
    let mut row = firm.held(&mut world.rng);
    loop {
        let name = people::business(&mut world.rng).name;
        let shares = name
            .split(' ')
            .any(|word| word.len() > 3 && firm.name.contains(word));
        if !shares {
            row[FIRM] = name;
            return Case::new(row.clone(), row, "I03");
        }
    }
}

fn twice_misspelt(world: &mut World) -> Case {
    let firm = world.business();
    let mut row = firm.held(&mut world.rng);
    row[FIRM] = two_slips(&mut world.rng, &row[FIRM]);
    Case::new(row.clone(), row, "I03")
}
