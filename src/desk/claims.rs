//! Claiming in words: what a claim gave instead of a case, and what can be done then.

use chrono::{DateTime, Utc};

use super::preview;
use super::say;
use super::world::World;
use crate::store::rows::Claim;

/// Why a claim gave nothing, in words; nothing to say of a granted one.
pub fn refused(world: &World, claim: &Claim, now: DateTime<Utc>) -> String {
    let texts = &world.texts;
    match claim {
        Claim::Granted { .. } => String::new(),
        Claim::Empty => texts.say("claim.empty"),
        Claim::PassedOver { cases } => passed_over(world, *cases),
        Claim::Taken { holder, since } => {
            let since = say::at(texts, *since, world.legal(now), world.zone(""));
            texts.fill("claim.taken", &[("holder", holder), ("since", &since)])
        }
        Claim::Limit {
            held,
            limit,
            case_no,
        } => {
            let (held, limit) = (held.to_string(), limit.to_string());
            let with = [("held", &*held), ("limit", &*limit), ("case", &**case_no)];
            texts.fill("claim.limit", &with)
        }
        Claim::Gate {
            held,
            case_no,
            clock,
            ..
        } => {
            let clock = preview::clock(world, clock);
            let (key, held) = if *held == 1 {
                ("claim.gate_one", String::new())
            } else {
                ("claim.gate", held.to_string())
            };
            let with = [("held", &*held), ("case", &**case_no), ("clock", &*clock)];
            texts.fill(key, &with)
        }
        Claim::NotFound => texts.say("claim.not_found"),
        Claim::Closed => texts.say("claim.closed"),
    }
}

fn passed_over(world: &World, cases: i64) -> String {
    let texts = &world.texts;
    match cases {
        1 => texts.say("claim.passed_over_one"),
        _ => texts.fill("claim.passed_over", &[("n", &cases.to_string())]),
    }
}
