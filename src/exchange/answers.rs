//! Answers as a person would type them, for the program's own colleagues and for the invented
//! history: parsed by the same fields as a form.

use crate::domain::country::Country;
use crate::process::engine::{Answer, Answers, Refusal};
use crate::process::field::{Field, Value};
use crate::store::rows::CaseDetail;

/// Parses what was typed. The contact is the first of the party's group; with nobody there, whoever
/// answered the telephone is named (GT-27).
pub fn typed(
    fields: &[&'static Field],
    given: &[(&str, String)],
    detail: Option<&CaseDetail>,
    country: Country,
) -> Result<Answers, Refusal> {
    let mut answers = Answers::new();
    for (key, raw) in given {
        let Some(field) = fields.iter().find(|field| field.key == *key) else {
            continue;
        };
        answers.insert((*key).to_owned(), field.parse(raw, country)?);
    }
    let wants_contact = fields.iter().any(|field| field.key == "contact");
    if let (true, Some(detail)) = (wants_contact, detail) {
        answers.extend([contact(detail)]);
    }
    Ok(answers)
}

fn contact(detail: &CaseDetail) -> (String, Answer) {
    let contacts = detail.party.as_ref().map(|party| party.contacts.as_slice());
    match contacts.unwrap_or_default().first() {
        Some(first) => {
            let number = Answer::Value(Value::Number(first.contact_id));
            ("contact".to_owned(), number)
        }
        None => (
            "contact_other".to_owned(),
            Answer::Free("algemeen nummer".to_owned()),
        ),
    }
}
