//! What must be filled before a notification is sent (ELS-24, ELS-25, ELS-28).

use crate::process::engine::Facts;
use crate::process::{Cond, Key};

const OWNER_PRIVATE: Cond = Cond::Is("owner_kind", "private");
const OWNER_COMPANY: Cond = Cond::Is("owner_kind", "company");
const PAYER_PRIVATE: Cond = Cond::Is("payer_kind", "private");
const PAYER_COMPANY: Cond = Cond::Is("payer_kind", "company");
/// A customer from abroad has no Swedish number: the date of birth stands for it.
const OWNER_NUMBERED: Cond = Cond::All(&[
    OWNER_PRIVATE,
    Cond::None(&[Cond::Known("owner_birth_date")]),
]);
const PAYER_NUMBERED: Cond = Cond::All(&[
    PAYER_PRIVATE,
    Cond::None(&[Cond::Known("payer_birth_date")]),
]);
/// A plant that is there already has a number (ELS-05).
const HAS_PLANT: Cond = Cond::None(&[Cond::Is("installation_type", "new_plant")]);

/// Each of them, and when.
pub(super) const NEEDED: &[(Cond, Key)] = &[
    (HAS_PLANT, "ean"),
    (Cond::Always, "meter_placement"),
    (Cond::Always, "owner_kind"),
    (OWNER_COMPANY, "owner_name"),
    (OWNER_COMPANY, "owner_org_no"),
    (OWNER_PRIVATE, "owner_last_name"),
    (OWNER_PRIVATE, "owner_first_name"),
    (OWNER_NUMBERED, "owner_personal_no"),
    (Cond::Always, "owner_phone"),
    (Cond::Always, "payer_kind"),
    (PAYER_COMPANY, "payer_name"),
    (PAYER_COMPANY, "payer_org_no"),
    (PAYER_PRIVATE, "payer_last_name"),
    (PAYER_PRIVATE, "payer_first_name"),
    (PAYER_NUMBERED, "payer_personal_no"),
    (Cond::Always, "payer_address"),
    (Cond::Always, "payer_postcode"),
    (Cond::Always, "payer_city"),
    (Cond::Always, "payer_phone"),
];

const OWNER: Cond = Cond::Any(&[
    Cond::All(&[
        OWNER_COMPANY,
        Cond::Known("owner_name"),
        Cond::Known("owner_org_no"),
    ]),
    Cond::All(&[
        OWNER_PRIVATE,
        Cond::Known("owner_last_name"),
        Cond::Known("owner_first_name"),
        Cond::Any(&[
            Cond::Known("owner_personal_no"),
            Cond::Known("owner_birth_date"),
        ]),
    ]),
]);
const PAYER: Cond = Cond::Any(&[
    Cond::All(&[
        PAYER_COMPANY,
        Cond::Known("payer_name"),
        Cond::Known("payer_org_no"),
    ]),
    Cond::All(&[
        PAYER_PRIVATE,
        Cond::Known("payer_last_name"),
        Cond::Known("payer_first_name"),
        Cond::Any(&[
            Cond::Known("payer_personal_no"),
            Cond::Known("payer_birth_date"),
        ]),
    ]),
]);

/// Nothing of [`NEEDED`] is missing; a test holds the two against each other.
pub(super) const COMPLETE: Cond = Cond::All(&[
    Cond::Any(&[
        Cond::Known("ean"),
        Cond::Is("installation_type", "new_plant"),
    ]),
    Cond::Known("meter_placement"),
    OWNER,
    Cond::Known("owner_phone"),
    PAYER,
    Cond::Known("payer_address"),
    Cond::Known("payer_postcode"),
    Cond::Known("payer_city"),
    Cond::Known("payer_phone"),
]);

/// The mandatory fields of a notification that are not filled, in the order of the form (ELS-25).
pub fn missing(facts: &Facts) -> Vec<Key> {
    let needed = NEEDED.iter().filter(|(cond, _)| holds(cond, facts));
    needed
        .map(|(_, key)| *key)
        .filter(|key| !facts.contains_key(*key))
        .collect()
}

/// A condition that speaks of facts alone.
fn holds(cond: &Cond, facts: &Facts) -> bool {
    match cond {
        Cond::Always => true,
        Cond::Is(key, word) => facts.get(*key).is_some_and(|value| value.is(word)),
        Cond::Yes(key) => facts.get(*key).is_some_and(|value| value.is("yes")),
        Cond::Known(key) => facts.contains_key(*key),
        Cond::All(all) => all.iter().all(|one| holds(one, facts)),
        Cond::Any(any) => any.iter().any(|one| holds(one, facts)),
        Cond::None(none) => !none.iter().any(|one| holds(one, facts)),
        Cond::AtLeast(..) | Cond::Late(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::process::field::Value;

    proptest! {
        /// ELS-28: what is complete for the opening of a file is what lacks nothing.
        #[test]
        fn els_28_complete_is_what_lacks_nothing(
            left_out in proptest::collection::vec(0..NEEDED.len() + 6, 0..4),
            owner in 0..3_usize, payer in 0..3_usize, new_plant in any::<bool>(),
        ) {
            let kinds = ["private", "company", "other"];
            let mut facts: Facts = NEEDED.iter()
                .enumerate()
                .filter(|(at, _)| !left_out.contains(at))
                .map(|(_, (_, key))| ((*key).to_owned(), Value::word("known")))
                .collect();
            for (at, birth) in ["owner_birth_date", "payer_birth_date"].into_iter().enumerate() {
                if left_out.contains(&(NEEDED.len() + at)) {
                    facts.insert(birth.to_owned(), Value::word("known"));
                }
            }
            // somebody who is neither is nobody
            for (key, kind) in [("owner_kind", owner), ("payer_kind", payer)] {
                match kinds.get(kind) {
                    Some(kind) if *kind != "other" => {
                        facts.insert(key.to_owned(), Value::word(kind));
                    }
                    _ => _ = facts.remove(key),
                }
            }
            let kind = if new_plant { "new_plant" } else { "extension" };
            facts.insert("installation_type".to_owned(), Value::word(kind));
            prop_assert_eq!(missing(&facts).is_empty(), holds(&COMPLETE, &facts));
        }
    }
}
