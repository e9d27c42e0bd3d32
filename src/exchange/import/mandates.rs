//! Mandates as the service of the portal answers them (formats.md 5.10) become lines of cases: the same
//! way in as for every other mandate. The service does not say for whom it answers; whoever asks knows.

use chrono::{DateTime, Months, Utc};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::domain::consumption::days;

/// More mandates in one answer are none that a service gives.
const MOST: usize = 100_000;
/// A mandate holds for so many months from its approval (FLU-28).
const VALID_MONTHS: u32 = 36;

/// Why an answer is none.
#[derive(Debug, thiserror::Error)]
pub enum MandatesError {
    /// Not of the documented shape.
    #[error("not an answer with mandates: {0}")]
    Shape(#[from] serde_json::Error),
    /// Too many of them.
    #[error("more than {MOST} mandates")]
    TooMany,
}

/// What the service says of a mandate.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mandate {
    reference_number: String,
    status: Option<String>,
    ean: Option<String>,
    data_period_from: Option<String>,
    data_period_to: Option<String>,
    data_service_type: Option<String>,
    #[serde(rename = "mandateExpirationDate")]
    expires: Option<String>,
}

/// The mandates of an answer as lines of cases, one JSON object each, of that provider. Those that are over
/// or were rejected open nothing.
pub fn lines(answer: &str, party: &str, now: DateTime<Utc>) -> Result<String, MandatesError> {
    let mandates = all(serde_json::from_str(answer)?)?;
    if mandates.len() > MOST {
        return Err(MandatesError::TooMany);
    }
    let open = mandates.iter().filter(|mandate| is_open(mandate));
    Ok(open
        .map(|mandate| line(mandate, party, now).to_string() + "\n")
        .collect())
}

/// Alone, in a list, or in `data.mandates`.
fn all(answer: Json) -> Result<Vec<Mandate>, serde_json::Error> {
    let inner = answer.pointer("/data/mandates").cloned();
    match inner.unwrap_or(answer) {
        list @ Json::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|mandate| vec![mandate]),
    }
}

fn is_open(mandate: &Mandate) -> bool {
    matches!(
        mandate.status.as_deref(),
        None | Some("Requested" | "Approved")
    )
}

fn line(mandate: &Mandate, party: &str, now: DateTime<Utc>) -> Json {
    let kind = match mandate.data_service_type.as_deref() {
        Some("VH_dag") => "day",
        Some("VH_kwartier_uur") => "fine",
        Some("VH_onbepaald") => "day_and_fine",
        // refused with its words by the field
        other => other.unwrap_or_default(),
    };
    let approved = match mandate.status.as_deref() {
        Some("Approved") => mandate.expires.as_deref().and_then(since),
        _ => None,
    };
    json!({
        "process": "sharing",
        "received_at": approved.unwrap_or(now).min(now).to_rfc3339(),
        "reference": mandate.reference_number,
        "ean": mandate.ean,
        "party_gln": party,
        "requested_by": "other",
        "granularity": kind,
        "period_from": mandate.data_period_from.as_deref().map(day),
        "period_to": mandate.data_period_to.as_deref().map(day),
        "approved_at": approved.map(|at| at.min(now).to_rfc3339()),
    })
}

/// The day of an instant of the service, or the day that it says.
fn day(text: &str) -> String {
    let at = DateTime::parse_from_rfc3339(text).map(|at| days::of(at.to_utc()));
    at.map_or_else(|_| text.chars().take(10).collect(), |day| day.to_string())
}

/// When a mandate that ends then was approved.
fn since(expires: &str) -> Option<DateTime<Utc>> {
    let last = day(expires).parse::<chrono::NaiveDate>().ok()?;
    let approved = last.checked_sub_months(Months::new(VALID_MONTHS))?;
    Some(days::begin(approved))
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;
    use crate::process::engine::Answer;
    use crate::process::field::Value;

    const PARTY: &str = "5414450003002";

    fn now() -> DateTime<Utc> {
        "2026-11-16T08:00:00Z".parse().expect("an instant")
    }

    fn mandate(status: &str, kind: &str) -> Json {
        json!({
            "referenceNumber": format!("REF-{status}-{kind}"), "status": status,
            "ean": "541448800200007298", "energyType": "E",
            "dataPeriodFrom": "2025-01-01T00:00:00+01:00", "dataPeriodTo": "2026-12-31T00:00:00+01:00",
            "dataServiceType": kind, "mandateExpirationDate": "2029-03-01T00:00:00+01:00",
            "renewalStatus": null,
        })
    }

    fn word<'a>(case: &'a cases::CaseLine, key: &str) -> Option<&'a str> {
        match case.answers.get(key)? {
            Answer::Value(Value::Code(word)) => Some(word),
            other => panic!("{other:?}"),
        }
    }

    /// FLU-25, FLU-27: what the service says is what a customer chose; in whatever wrapping.
    #[test]
    fn flu_25_mandates_of_the_service_become_cases() {
        let list = json!([
            mandate("Requested", "VH_dag"),
            mandate("Finished", "VH_dag"),
            mandate("Rejected", "VH_dag"),
            mandate("Requested", "VH_kwartier_uur"),
            mandate("Requested", "VH_onbepaald")
        ]);
        for answer in [list.clone(), json!({"data": {"mandates": list}})] {
            let text = lines(&answer.to_string(), PARTY, now()).expect("lines");
            let cases: Vec<_> = text
                .lines()
                .map(|line| cases::parse(line, now()).expect("a case"))
                .collect();
            let kinds: Vec<_> = cases
                .iter()
                .filter_map(|case| word(case, "granularity"))
                .collect();
            assert_eq!(kinds, ["day", "fine", "day_and_fine"]);
            assert_eq!(word(&cases[0], "period_from"), Some("2025-01-01"));
            assert_eq!(word(&cases[0], "period_to"), Some("2026-12-31"));
            assert_eq!(word(&cases[0], "approved_at"), None);
            assert_eq!(cases[0].reference, "REF-Requested-VH_dag");
        }
    }

    /// FLU-28: three years before its end it was approved.
    #[test]
    fn flu_28_an_approved_mandate_counts_from_its_approval() {
        let one = mandate("Approved", "VH_dag").to_string();
        let text = lines(&one, PARTY, now()).expect("a line");
        let case = cases::parse(text.trim(), now()).expect("a case");
        assert_eq!(word(&case, "approved_at"), Some("2026-02-28T23:00:00Z"));
    }

    #[test]
    fn what_is_no_mandate_is_refused() {
        assert!(lines("{}", PARTY, now()).is_err());
        assert!(lines("[1]", PARTY, now()).is_err());
        let odd = mandate("Requested", "IG").to_string();
        let text = lines(&odd, PARTY, now()).expect("a line");
        let (refused, reference) = cases::parse(text.trim(), now()).expect_err("no such data");
        assert_eq!(refused.text, "refusal.not_a_choice");
        assert_eq!(reference.as_deref(), Some("REF-Requested-IG"));
    }
}
