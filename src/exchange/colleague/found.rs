//! What a form looks up for the agent: a free start time, the meter at an address, what the case says
//! already.

use chrono::{DateTime, Utc};

use super::Colleague;
use crate::domain::country::Country;
use crate::domain::house_number::HouseNumber;
use crate::domain::postcode::Postcode;
use crate::process::field::{Field, FieldKind, Value};
use crate::store::StoreError;
use crate::store::rows::CaseDetail;

/// A start time is looked for in so many days.
const DAYS: i32 = 14;

type Given = Vec<(&'static str, String)>;

impl Colleague {
    /// Answers to the fields that nobody types from memory.
    pub(super) async fn found(
        &mut self,
        fields: &[&'static Field],
        detail: &CaseDetail,
        now: DateTime<Utc>,
    ) -> Result<Given, StoreError> {
        let asks = |kind: FieldKind| fields.iter().any(|field| field.kind == kind);
        let mut given: Given = Vec::new();
        for field in fields {
            let known = said(detail, field.key).or_else(|| said(detail, field.like?));
            let is_address = matches!(field.kind, FieldKind::Postcode | FieldKind::HouseNumber);
            if let (true, Some(known)) = (is_address, known) {
                given.push((field.key, known));
            }
        }
        if asks(FieldKind::Slot) {
            given.extend(self.start(detail, now).await?);
        }
        if asks(FieldKind::Ean) {
            given.extend(self.meter(detail).await?);
        }
        Ok(given)
    }

    /// One of the first start times with room: everybody wants to be helped soon.
    async fn start(
        &mut self,
        detail: &CaseDetail,
        now: DateTime<Utc>,
    ) -> Result<Given, StoreError> {
        let Some(ean) = said(detail, "ean") else {
            return Ok(Vec::new());
        };
        let from = now.with_timezone(&Country::Nl.zone()).date_naive();
        let free = self
            .store
            .slots_free(Some(detail.row.case_id), &ean, from, DAYS);
        let free = free.await?;
        if free.slots.is_empty() {
            return Ok(Vec::new());
        }
        let place = self.dice.usize(..free.slots.len().min(4));
        let slot = &free.slots[place];
        Ok(vec![
            ("slot", slot.slot_id.to_string()),
            ("slot_start", slot.starts_at.to_rfc3339()),
        ])
    }

    /// One of the meters at the address of the case.
    async fn meter(&mut self, detail: &CaseDetail) -> Result<Given, StoreError> {
        let place = said(detail, "postcode").zip(said(detail, "house_number"));
        let place = place.and_then(|(postcode, house)| {
            Some((
                Postcode::parse(&postcode).ok()?,
                HouseNumber::parse(&house).ok()?,
            ))
        });
        let Some((postcode, house)) = place else {
            return Ok(Vec::new());
        };
        let found = self.store.connection_find(&postcode, &house).await?;
        let meter = found.meters.first();
        Ok(meter.map_or_else(Vec::new, |meter| {
            vec![
                ("ean", meter.ean.clone()),
                ("meter_no", meter.meter_number.clone()),
            ]
        }))
    }
}

/// A fact of the case in words.
fn said(detail: &CaseDetail, key: &str) -> Option<String> {
    match detail.facts.facts.get(key)? {
        Value::Code(word) => Some(word.clone()),
        Value::Text(text) => detail.texts.get(&text.text).cloned(),
        _ => None,
    }
}
