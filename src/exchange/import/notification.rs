//! Notifications that an installer's own system sends: names of lists become their keys, the plant is
//! held against the register, and what was sent as ready and is not stays with the installer (ELS-03…07,
//! ELS-11, ELS-28; decision 18).

use super::cases::CaseLine;
use super::intake::{Door, Fault};
use super::patiently;
use super::refused::Refused;
use crate::process::engine::{Answer, Facts, Refusal};
use crate::process::field::Value;
use crate::process::notification::{LISTED, Lists, NOTIFICATION, missing};
use crate::store::StoreError;

/// The numbers of a plant: of no use one without the other.
const PLANT: &[&str] = &["ean", "meter_no", "technical_no"];
/// Without these a line is no notification; another wrong name costs its field.
const HEAD: &[&str] = &["grid_company", "job_type", "grid_area"];

impl Door {
    /// What is done to a line of this process before it is opened; nothing of another.
    pub(super) async fn notification(&mut self, line: &mut CaseLine) -> Result<(), Fault> {
        if line.process.key != NOTIFICATION.key {
            return Ok(());
        }
        let is_installer = self.role(line).await?.as_deref() == Some("installer");
        let checked = if is_installer {
            by_keys(line, &self.lists)
        } else {
            Err(Refusal::new("not_an_installer").by_rule("ELS-01").into())
        };
        if let Err(refused) = checked {
            return Err(Fault::Line((refused, Some(line.reference.clone()))));
        }
        self.plant(line).await?;
        line.left_out.extend(not_ready(line));
        Ok(())
    }

    /// The register must have the plant (ELS-11, ELS-18); what it does not have the installer finds
    /// out. A meter number alone brings its plant along.
    async fn plant(&self, line: &mut CaseLine) -> Result<(), Fault> {
        let (ean, meter) = (said(line, "ean"), said(line, "meter_no"));
        if ean.is_none() && meter.is_none() {
            return Ok(());
        }
        let found = patiently(async || {
            let (meter, ean) = (meter.as_deref(), ean.as_deref());
            self.store.plant_find(meter, ean).await
        });
        let why = match found.await {
            Ok(Some(plant)) => {
                let ean = Answer::Value(Value::Code(plant.ean));
                line.answers.insert("ean".to_owned(), ean);
                return Ok(());
            }
            Ok(None) => {
                let numbers: Vec<String> = ean.into_iter().chain(meter).collect();
                Refused::new("unknown_plant")
                    .with("value", &numbers.join(" / "))
                    .by("ELS-18")
            }
            Err(StoreError::Refused(refusal)) => refusal.into(),
            Err(error) => return Err(error.into()),
        };
        line.answers.retain(|key, _| !PLANT.contains(&key.as_str()));
        line.left_out.push(why);
        Ok(())
    }
}

fn said(line: &CaseLine, key: &str) -> Option<String> {
    match line.answers.get(key)? {
        Answer::Value(Value::Code(word)) | Answer::Free(word) => Some(word.clone()),
        Answer::Value(_) => None,
    }
}

/// The keys of what a file calls by name.
fn by_keys(line: &mut CaseLine, lists: &Lists) -> Result<(), Refused> {
    for field in LISTED {
        let Some(name) = said(line, field) else {
            continue;
        };
        let key = match (*field, said(line, "grid_company")) {
            ("grid_area", Some(company)) => lists.area_of(&company, &name),
            _ => lists.key_of(field, &name),
        };
        match key {
            Some(key) => {
                let answer = Answer::Value(Value::Code(key));
                line.answers.insert((*field).to_owned(), answer);
            }
            None if HEAD.contains(field) => return Err(in_no_list(field, &name)),
            None => {
                line.answers.remove(*field);
                line.left_out.push(in_no_list(field, &name));
            }
        }
    }
    Ok(())
}

fn in_no_list(field: &str, name: &str) -> Refused {
    Refused::new("in_no_list")
        .with_ours("field", &format!("field.{field}"))
        .with("value", name)
        .by("ELS-03")
}

/// What was sent as ready and lacks something is said to be so: it waits with the installer, unsent.
fn not_ready(line: &CaseLine) -> Option<Refused> {
    if said_yes(line, "submitted") {
        let facts: Facts = line.answers.iter().map(known).collect();
        let missing = missing(&facts);
        if !missing.is_empty() {
            let fields: Vec<String> = missing.iter().map(|key| format!("field.{key}")).collect();
            let why = Refused::new("not_ready").with_ours("fields", &fields.join(", "));
            return Some(why.by("ELS-28"));
        }
    }
    None
}

fn said_yes(line: &CaseLine, key: &str) -> bool {
    matches!(line.answers.get(key), Some(Answer::Value(value)) if value.is("yes"))
}

/// A text counts as filled; what it says is of no matter here.
fn known((key, answer): (&String, &Answer)) -> (String, Value) {
    let value = match answer {
        Answer::Value(value) => value.clone(),
        Answer::Free(_) => Value::word("known"),
    };
    (key.clone(), value)
}
