//! Accidents that show between the two sides only: a contract or a number that one of them lacks, and
//! end users who differ.

use super::accidents::{no_number, nothing, nothing_of_a_firm, wrong_number};
use super::slips::{reformed, shortened, slip};
use super::{
    BORN, Case, FIRM, FIRST, FROM, LAST, NUMBER, Person, STREET, TO, World, names, people,
};

/// DW-A04-1: no row, or none that runs.
pub(super) fn one_sided(world: &mut World) -> Case {
    let case = if world.rng.u8(..6) == 0 {
        nothing_of_a_firm(world)
    } else {
        nothing(world)
    };
    let mut other = case.supply[0].clone();
    let supply = match world.rng.u8(..4) {
        0 => {
            "2024-01-01".clone_into(&mut other[FROM]);
            "2026-08-31".clone_into(&mut other[TO]);
            vec![other]
        }
        1 => {
            "2027-01-01".clone_into(&mut other[FROM]);
            vec![other]
        }
        _ => Vec::new(),
    };
    Case {
        supply,
        code: "A04",
        ..case
    }
    .turned(&mut world.rng)
}

/// The other side and the register know who it is.
pub(super) fn number_lost(world: &mut World) -> Case {
    let person = world.person();
    let (grid, mut supply) = (person.held(&mut world.rng), person.held(&mut world.rng));
    supply[NUMBER] = wrong_number(world, &person);
    match world.rng.u8(..8) {
        0 => supply[FIRST] = slip(&mut world.rng, &supply[FIRST]),
        1 => supply[LAST] = slip(&mut world.rng, &supply[LAST]),
        2 => supply.swap(FIRST, LAST),
        3 => supply[BORN].clear(),
        4 => {
            let short = shortened(&mut world.rng, &supply[FIRST]);
            supply[FIRST] = short.unwrap_or_default().trim().to_owned();
            if supply[FIRST].is_empty() {
                supply[FIRST].clone_from(&person.first);
            }
        }
        5 => {
            // somebody else of that name and birthday, elsewhere: the other side decides
            let mut twin = world.stranger();
            twin.first.clone_from(&person.first);
            twin.last.clone_from(&person.last);
            twin.born.clone_from(&person.born);
            world.persons.push(twin);
        }
        _ => {}
    }
    Case::new(grid, supply, "FILL_FNR").turned(&mut world.rng)
}

pub(super) fn firm_number_lost(world: &mut World) -> Case {
    let firm = world.business();
    let (grid, mut supply) = (firm.held(&mut world.rng), firm.held(&mut world.rng));
    supply[NUMBER] = no_number(world, &firm.number);
    match world.rng.u8(..5) {
        0 => supply[FIRM] = slip(&mut world.rng, &supply[FIRM]),
        1 => {
            if let Some(formed) = reformed(&mut world.rng, &supply[FIRM]) {
                supply[FIRM] = formed;
            }
        }
        2 => {
            // the same name twice in the register
            let mut twin = people::business(&mut world.rng);
            twin.name.clone_from(&firm.name);
            world.enterprises.push(twin);
        }
        _ => {}
    }
    Case::new(grid, supply, "FILL_ORGNR").turned(&mut world.rng)
}

/// DW-A03-1: a sole proprietorship, or a firm that carries the name.
pub(super) fn firm_and_person(world: &mut World) -> Case {
    let person = world.person();
    let surname = person
        .last
        .split([' ', '-'])
        .next_back()
        .unwrap()
        .to_owned();
    let mut firm = people::business(&mut world.rng);
    let trade = names::trade(&mut world.rng);
    let given = person.first.split(' ').next().unwrap();
    firm.name = match world.rng.u8(..6) {
        0 => format!("{given} {surname} {trade}"),
        1 => format!("{surname} {trade}"),
        2 => format!("{surname} {trade} AS"),
        3 => format!("{trade} {surname} ENK"),
        _ => format!("{surname} {trade} ENK"),
    };
    if world
        .enterprises
        .iter()
        .any(|known| known.is_named_like(&firm))
    {
        firm.name = format!("{} {}", person.first, firm.name);
    }
    world.enterprises.push(firm.clone());
    let (grid, supply) = (firm.held(&mut world.rng), person.held(&mut world.rng));
    Case::new(grid, supply, "A03").turned(&mut world.rng)
}

/// DW-A02-4: couples, parents and children, brothers and sisters.
pub(super) fn household(world: &mut World) -> Case {
    let one = world.person();
    let mut other = world.stranger();
    while names_meet(&other.first, &one.first) {
        other.first = names::first(&mut world.rng);
    }
    other.home = one.home.clone();
    other.last = match world.rng.u8(..6) {
        0 => format!("{} {}", names::last(&mut world.rng), one.last),
        1 => one.last.split([' ', '-']).next().unwrap().to_owned(),
        _ => one.last.clone(),
    };
    world.persons.push(other.clone());
    let (grid, mut supply) = (one.held(&mut world.rng), other.held(&mut world.rng));
    match world.rng.u8(..8) {
        0 => supply[LAST] = slip(&mut world.rng, &one.last),
        1 => supply[STREET] = slip(&mut world.rng, &supply[STREET]),
        _ => {}
    }
    Case::new(grid, supply, "A02").turned(&mut world.rng)
}

/// Whether two given names share a word or could be one by an initial.
fn names_meet(one: &str, other: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        name.split([' ', '-'])
            .map(|word| word.to_lowercase().chars().take(4).collect())
            .collect()
    };
    let others = words(other);
    words(one).iter().any(|word| others.contains(word))
}

/// Whether a name of a firm could be held for that of the person.
fn carries(firm: &str, person: &Person) -> bool {
    let name = format!("{} {}", person.first, person.last);
    let mut words = name
        .split([' ', '-'])
        .map(|word| word.chars().take(3).collect::<String>());
    words.any(|word| firm.contains(&word))
}

pub(super) fn others(world: &mut World) -> Case {
    let one = world.person();
    let grid = one.held(&mut world.rng);
    let mut other = world.stranger();
    match world.rng.u8(..8) {
        // a person and a firm that does not carry the name
        0 | 1 => {
            let mut firm = world.business();
            while carries(&firm.name, &one) {
                firm = world.business();
            }
            let supply = firm.held(&mut world.rng);
            return Case::new(grid, supply, "A01").turned(&mut world.rng);
        }
        // two firms
        2 => {
            let firms = [world.business(), world.business()];
            let [grid, supply] = firms.map(|firm| firm.held(&mut world.rng));
            return Case::new(grid, supply, "A01");
        }
        // father and son of one name, two surnames in one home, one surname in two homes
        3 => {
            (other.first, other.last, other.home) = (one.first.clone(), one.last.clone(), one.home)
        }
        4 => {
            other.home = one.home;
            while names_meet(&other.last, &one.last) {
                other.last = names::last(&mut world.rng);
            }
        }
        5 => other.last = one.last,
        _ => {}
    }
    world.persons.push(other.clone());
    let supply = other.held(&mut world.rng);
    Case::new(grid, supply, "A01").turned(&mut world.rng)
}
