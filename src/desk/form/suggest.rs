//! Suggestions below a field: what was found for what was typed, and which one is chosen.

use super::{Ask, Entry, Pick};
use crate::domain::ean::Ean18;
use crate::domain::postcode::Postcode;
use crate::process::field::FieldKind;

/// What the database looks among while somebody types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Among {
    /// Parties, by name or number.
    Parties,
    /// Customers, by postcode and number.
    Customers,
    /// Connections, by postcode and number or by the first digits of the metering point.
    Connections,
}

/// Fewest characters of a name that is looked for.
const NAME_LEAST: usize = 2;
/// Fewest digits or characters of a connection or an address that is looked for.
const CONNECTION_LEAST: usize = 5;

/// What was found; gone as soon as something else is typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggestions {
    /// The ways to go on.
    pub picks: Vec<Pick>,
    /// The chosen one; enter and tab take it.
    pub at: Option<usize>,
}

/// A postcode with the house number right behind it: `5226HP7`.
fn begins_with_postcode(typed: &str) -> bool {
    let is_house = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let parts = typed.split_at_checked(6);
    parts.is_some_and(|(code, house)| Postcode::parse(code).is_ok() && is_house(house))
}

impl Entry {
    /// Where to look for what stands here; `None` when it is an answer already, or too short.
    pub fn among(&self) -> Option<Among> {
        let Ask::Look(editor, _) = &self.ask else {
            return None;
        };
        let typed = editor.text().trim();
        let length = typed.chars().count();
        let is_number = typed.chars().all(|c| c.is_ascii_digit());
        match self.kind? {
            FieldKind::Party => (length >= NAME_LEAST && !is_number).then_some(Among::Parties),
            // a reference is an answer, an address has a gap or begins with a postcode
            FieldKind::Customer => {
                let is_said = typed.contains([' ', ',']) || begins_with_postcode(typed);
                let is_address = length >= CONNECTION_LEAST && is_said;
                is_address.then_some(Among::Customers)
            }
            FieldKind::Ean => {
                let is_wanted = length >= CONNECTION_LEAST && typed.parse::<Ean18>().is_err();
                is_wanted.then_some(Among::Connections)
            }
            _ => None,
        }
    }

    /// What is suggested here.
    pub fn suggestions(&self) -> &[Pick] {
        match &self.ask {
            Ask::Look(_, found) => &found.picks,
            Ask::Text(_) | Ask::Choice(..) => &[],
        }
    }

    /// Suggest these. A name is never an answer by itself, so that the first is chosen for it; a
    /// path is one, so that none is.
    pub fn suggest(&mut self, picks: Vec<Pick>) {
        let first = (self.key != "path" && !picks.is_empty()).then_some(0);
        if let Ask::Look(_, found) = &mut self.ask {
            *found = Suggestions { picks, at: first };
        }
    }

    /// Choose another suggestion. `false` when there is none in that direction.
    pub fn point(&mut self, step: isize) -> bool {
        let Ask::Look(_, found) = &mut self.ask else {
            return false;
        };
        let Some(last) = found.picks.len().checked_sub(1) else {
            return false;
        };
        let to = match found.at {
            None | Some(0) if step < 0 => return false,
            None => 0,
            Some(at) => at.saturating_add_signed(step).min(last),
        };
        found.at = Some(to);
        true
    }

    /// Take the chosen suggestion. `false` when none is chosen.
    pub fn take(&mut self) -> bool {
        let Ask::Look(editor, found) = &mut self.ask else {
            return false;
        };
        let Some(pick) = found.at.and_then(|at| found.picks.get(at)) else {
            return false;
        };
        editor.set(&pick.raw);
        *found = Suggestions::default();
        true
    }
}
