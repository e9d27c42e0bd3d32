//! What the account says, beside the question whether it is right (PRIO-17): the agent reads it out.

use crate::desk::screen::form::State;
use crate::desk::world::World;
use crate::store::rows::CustomerCard;

/// The field that asks whether the details are right.
const RIGHT: &str = "details_right";

/// Put what the account says at that field; masked as everywhere.
pub(super) fn lay(state: &mut State, world: &World) {
    let Some(entry) = state.entries.iter_mut().find(|entry| entry.key == RIGHT) else {
        return;
    };
    let known = state.subject.case().and_then(|case| world.case(case));
    let card = known.and_then(|loaded| loaded.detail.customer.as_ref());
    entry.found = card.map(said).filter(|said| !said.is_empty());
}

/// Of a protected person the reference only.
fn said(card: &CustomerCard) -> String {
    if card.protected {
        return card.customer_ref.clone();
    }
    let place = format!("{} {}", card.postcode, card.house_number);
    let line = |parts: [&str; 2]| {
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    };
    let lines = [
        line([&card.name, place.trim()]),
        line([&card.phone, &card.email]),
    ];
    lines.join("\n").trim().to_owned()
}
