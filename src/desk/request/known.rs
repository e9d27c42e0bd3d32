//! What a step proposes because it is known already (PRIO-17, PRIO-19): texts of the case, the address
//! of the account, and what the same customer said for another request.

use crate::desk::world::World;
use crate::process::Field;
use crate::process::field::Value;
use crate::store::rows::{CaseDetail, CustomerCard, is_masked};

/// What is proposed for a field of text; what the request brought along for it comes first.
pub fn text(world: &World, detail: &CaseDetail, field: &Field) -> Option<String> {
    let like = field.like.filter(|_| field.kind.is_text())?;
    [field.key, like]
        .into_iter()
        .find_map(|fact| of_case(detail, fact))
        .or_else(|| of_account(detail.customer.as_ref()?, field.key))
        .or_else(|| of_others(world, detail, like))
}

/// A text that is a fact of the case, unless it is masked.
pub fn of_case(detail: &CaseDetail, fact: &str) -> Option<String> {
    match detail.facts.facts.get(fact)? {
        Value::Text(text) => {
            let said = detail.texts.get(&text.text);
            said.filter(|said| !is_masked(said)).cloned()
        }
        _ => None,
    }
}

/// The address of the account is that of the connection until somebody says otherwise.
fn of_account(card: &CustomerCard, key: &str) -> Option<String> {
    let known = match key {
        "postcode" => &card.postcode,
        "house_number" => &card.house_number,
        _ => return None,
    };
    Some(known.clone()).filter(|known| !known.is_empty())
}

/// Several meters are several requests (PRIO-21): what was said for the one is proposed for the next.
fn of_others(world: &World, detail: &CaseDetail, fact: &str) -> Option<String> {
    let customer = detail.facts.facts.get("customer_ref")?;
    let mut siblings = detail.siblings.iter();
    siblings.find_map(|other| {
        let other = &world.case(other.case_id)?.detail;
        let is_same = other.facts.facts.get("customer_ref") == Some(customer);
        of_case(other, fact).filter(|_| is_same)
    })
}
