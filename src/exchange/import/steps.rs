//! A request that its sender tells again from further on (PRIO-03): the steps that the customer took
//! since are taken here too, so that whoever looks along sees where the customer is.

use super::cases::CaseLine;
use super::intake::Door;
use super::patiently;
use super::refused::Refused;
use crate::process::engine::{Answer, Answers};
use crate::process::field::Value;
use crate::store::StoreError;
use crate::store::rows::{CaseDetail, CaseId};

/// How far a customer can come alone, in this order.
const STEPS: [&str; 4] = ["contact", "location", "meter", "product"];
/// So many steps are taken, or tried again when the case changed in the same moment.
const MOST: u32 = 8;

impl Door {
    /// Takes the steps behind those that are known. Says so when somebody here has taken the request
    /// over: then nothing is taken any more behind their back.
    pub(super) async fn catch_up(
        &mut self,
        case_id: CaseId,
        line: &CaseLine,
    ) -> Result<Option<Refused>, StoreError> {
        for _ in 0..MOST {
            let detail = patiently(async || self.store.case_detail(case_id).await).await?;
            let Some((action, given)) = next(&detail, line) else {
                return Ok(None);
            };
            if is_taken_over(&detail) {
                let state = format!("state.{}.{}", detail.row.process, detail.row.state);
                return Ok(Some(Refused::new("came_late").with_ours("state", &state)));
            }
            match self.enter(&detail, action, &given).await {
                Ok(None) | Err(StoreError::Stale) => {}
                other => return other,
            }
        }
        Err(StoreError::Stale)
    }
}

fn is_taken_over(detail: &CaseDetail) -> bool {
    let on_behalf = detail.facts.facts.get("on_behalf");
    detail.row.holder_id.is_some() || on_behalf.is_some_and(|it| it.is("yes"))
}

/// The step that the line tells of and that the case waits for.
fn next(detail: &CaseDetail, line: &CaseLine) -> Option<(&'static str, Answers)> {
    let came = rank(said(line, "step")?)?;
    let known = detail.facts.facts.get("step").and_then(Value::as_code);
    if known.and_then(rank).is_some_and(|known| came <= known) {
        return None;
    }
    match detail.row.state.as_str() {
        "draft_contact" => Some(("contact_validated", contact(line))),
        "draft_location" if came >= 1 => Some(("location_searched", location(line)?)),
        "draft_meter" if came >= 2 => Some(("meter_chosen", meter(line)?)),
        _ => None,
    }
}

fn rank(step: &str) -> Option<usize> {
    STEPS.iter().position(|known| *known == step)
}

fn contact(line: &CaseLine) -> Answers {
    let given = ["phone", "email", "contact_postcode", "contact_house_number"];
    let given = given.iter().filter_map(|key| answer(line, key));
    given.chain([yes("details_right")]).collect()
}

fn location(line: &CaseLine) -> Option<Answers> {
    let (postcode, house) = (answer(line, "postcode")?, answer(line, "house_number")?);
    Some(Answers::from([postcode, house, yes("meters_found")]))
}

/// Who declares that somebody agreed does not live there; who says that nobody did is asked first.
fn meter(line: &CaseLine) -> Option<Answers> {
    let mut given = Answers::from([answer(line, "ean")?, answer(line, "meter_no")?]);
    match answer(line, "declares_authorised") {
        Some((_, Answer::Value(declared))) if declared.is("no") => return None,
        Some(declared) => given.extend([declared, no("lives_there")]),
        None => given.extend([yes("lives_there")]),
    }
    if line.process.key == "tlm" {
        let grid = answer(line, "grid_ours");
        given.extend([grid.unwrap_or_else(|| yes("grid_ours"))]);
    }
    Some(given)
}

fn answer(line: &CaseLine, key: &str) -> Option<(String, Answer)> {
    Some((key.to_owned(), line.answers.get(key)?.clone()))
}

fn said<'a>(line: &'a CaseLine, key: &str) -> Option<&'a str> {
    match line.answers.get(key)? {
        Answer::Value(value) => value.as_code(),
        Answer::Free(_) => None,
    }
}

fn yes(key: &str) -> (String, Answer) {
    (key.to_owned(), Answer::Value(Value::Bool(true)))
}

fn no(key: &str) -> (String, Answer) {
    (key.to_owned(), Answer::Value(Value::Bool(false)))
}
