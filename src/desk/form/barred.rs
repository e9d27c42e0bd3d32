//! Choices that a table shows and does not offer, with the reason (PRIO-28, PRIO-29).

use std::collections::BTreeMap;

use crate::desk::preview;
use crate::desk::world::World;
use crate::process::engine::Refusal;
use crate::process::{Action, Cond, Field, FieldKind, Guard};

/// Choices that the table shows and does not offer, with the reason (PRIO-28, PRIO-29).
pub(super) fn barred(world: &World, action: &Action, field: &Field) -> BTreeMap<usize, String> {
    let FieldKind::Choice(keys) = field.kind else {
        return BTreeMap::new();
    };
    let reason = |choice: &str| {
        let mut guards = action.guards.iter();
        guards.find_map(|guard| match guard {
            Guard::Holds(Cond::None(none), key, rule) => {
                let is_it = |cond: &Cond| {
                    matches!(cond, Cond::Is(of, value) if *of == field.key && *value == choice)
                };
                let refusal = Refusal::new(key).by_rule(rule);
                let mut none = none.iter();
                none.any(is_it)
                    .then(|| preview::refusal(world, &refusal))
            }
            _ => None,
        })
    };
    let numbered = keys.iter().enumerate();
    numbered
        .filter_map(|(at, key)| Some((at, reason(key)?)))
        .collect()
}
