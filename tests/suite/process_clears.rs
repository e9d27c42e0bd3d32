//! Facts that are unset: what somebody took out of a form, and what a copy does not find. Random steps of
//! an installer against a model of what must stand afterwards, and against the replay of the events.

use std::collections::BTreeMap;

use loket::process::engine::{Actor, Answer, Answers, Change};
use loket::process::field::Value;
use loket::process::load::transitions;
use loket::process::notification::NOTIFICATION;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::process_world::{PARTY, Sim, answers, at};

/// Fields that owner and payer both have, with two answers each.
const PERSON: &[(&str, [&str; 2])] = &[
    ("kind", ["private", "company"]),
    ("name", ["Sundets Kakel AB", "Nordkaj AB"]),
    ("last_name", ["Lindqvist", "Berg"]),
    ("birth_date", ["1981-12-28", "1975-02-01"]),
    ("phone", ["0700 000 000", "0700 000 001"]),
    ("email", ["ebba@exempel.example", "bo@exempel.example"]),
];

/// What is said of a field.
#[derive(Debug, Clone, Copy)]
enum Said {
    Nothing,
    Emptied,
    /// Which of its answers.
    Answered(usize),
}

/// One step: which, and per field whether it is left alone, emptied, or answered.
#[derive(Debug, Clone)]
struct Move {
    action: usize,
    said: Vec<Said>,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let said = prop_oneof![
        Just(Said::Nothing),
        Just(Said::Emptied),
        (0..2_usize).prop_map(Said::Answered),
    ];
    let said = proptest::collection::vec(said, PERSON.len());
    let one = (0..3_usize, said).prop_map(|(action, said)| Move { action, said });
    proptest::collection::vec(one, 1..12)
}

type Model = BTreeMap<String, &'static str>;

/// What the step does to the model, and how it is said to the engine; nothing when it is not possible.
fn told(one: &Move, model: &mut Model) -> Option<(&'static str, Answers)> {
    let who = match one.action {
        0 => "owner",
        1 => "payer",
        _ => return copied(model),
    };
    let mut given = Answers::new();
    for ((name, values), said) in PERSON.iter().zip(&one.said) {
        let key = format!("{who}_{name}");
        let word = match said {
            Said::Nothing => continue,
            Said::Emptied => "",
            Said::Answered(which) => values[*which],
        };
        given.insert(key.clone(), Answer::Free(word.to_owned()));
        if word.is_empty() {
            model.remove(&key);
        } else {
            model.insert(key, word);
        }
    }
    let action = if who == "owner" {
        "edit_owner"
    } else {
        "edit_payer"
    };
    Some((action, given))
}

fn copied(model: &mut Model) -> Option<(&'static str, Answers)> {
    model.get("owner_kind")?;
    for (name, _) in PERSON {
        match model.get(&format!("owner_{name}")).copied() {
            Some(value) => _ = model.insert(format!("payer_{name}"), value),
            None => _ = model.remove(&format!("payer_{name}")),
        }
    }
    Some(("copy_owner_to_payer", Answers::new()))
}

fn begun() -> Sim {
    let head = [
        ("grid_company", "nat_syd"),
        ("installation_type", "fuse_change"),
        ("job_type", "one_meter"),
        ("grid_area", "helsingborg"),
        ("party_gln", PARTY),
    ];
    let now = at("2026-11-16T09:00:00+01:00");
    let given = answers(&head);
    Sim::try_open_as(Actor::Installer, &NOTIFICATION, (now, now), &given).unwrap()
}

fn is(stored: &Value, said: &str) -> bool {
    match stored {
        Value::Text(text) => text.sha256 == format!("{:x}", Sha256::digest(said.as_bytes())),
        other => other.is(said),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// ELS-21, ELS-23, decision 6: what was taken out is gone, what was not touched stays, a copy leaves
    /// nothing that its source has not; and the events alone, read again from their JSON, make the
    /// same facts. No change unsets what its line of the table may not.
    #[test]
    fn els_23_what_is_unset_is_replayed(moves in moves()) {
        let mut sim = begun();
        let mut model = Model::new();
        let rows = transitions(&NOTIFICATION);
        for one in &moves {
            let Some((action, given)) = told(one, &mut model) else { continue };
            let change = sim.try_as(Actor::Installer, action, &given).unwrap().clone();
            let row = rows.iter().find(|row| row.action == action && row.from == change.from).unwrap();
            prop_assert!(change.clears.iter().all(|key| row.clears.contains(key.as_str())));
            let json = serde_json::to_string(&change).unwrap();
            prop_assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
            for (name, _) in PERSON {
                for key in [format!("owner_{name}"), format!("payer_{name}")] {
                    let right = match (sim.fact(&key), model.get(&key)) {
                        (Some(stored), Some(said)) => is(stored, said),
                        (stored, said) => stored.is_none() && said.is_none(),
                    };
                    prop_assert!(right, "{key}: {:?} for {:?}", sim.fact(&key), model.get(&key));
                }
            }
        }
        prop_assert_eq!(sim.replayed(), sim.case);
    }
}
