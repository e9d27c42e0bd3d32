//! Mandates as the service of the portal answers them (formats.md 5.10) become lines of cases: the same
//! way in as for every other mandate. The service does not say for whom it answers; whoever asks knows.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::refused::Refused;
use crate::domain::consumption::days;
use crate::domain::consumption::end::End;

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
    #[serde(alias = "eanNumber")]
    ean: Option<String>,
    data_period_from: Option<String>,
    data_period_to: Option<String>,
    data_service_type: Option<String>,
    #[serde(rename = "mandateExpirationDate")]
    expires: Option<String>,
}

/// Where a mandate stands in the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Asked for.
    Requested,
    /// In force.
    Approved,
    /// The holder of the energy contract said no.
    Rejected,
    /// Over.
    Finished,
}

impl Status {
    /// The choice of `told_status`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Finished => "finished",
        }
    }

    /// A mandate without a status is one that is asked for.
    fn told(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("Requested") => Some(Self::Requested),
            Some("Approved") => Some(Self::Approved),
            Some("Rejected") => Some(Self::Rejected),
            Some("Finished") => Some(Self::Finished),
            Some(_) => None,
        }
    }
}

/// A mandate of an answer.
#[derive(Debug)]
pub struct Told {
    /// What the service calls it.
    pub reference: String,
    /// Where it stands there.
    pub status: Status,
    /// The end of what is shared, where it says one.
    pub period: Option<End>,
    /// When it was approved: three years before its end (FLU-28).
    pub approved_at: Option<DateTime<Utc>>,
    /// The end of the mandate itself.
    pub expires: Option<End>,
    /// The line that opens its case: one JSON object.
    pub line: String,
}

/// A mandate, or why it is none with what it calls itself.
pub type Read = Result<Told, (Refused, String)>;

/// The mandates of an answer, of that provider, in their order.
pub fn read(answer: &str, party: &str, now: DateTime<Utc>) -> Result<Vec<Read>, MandatesError> {
    let mandates = all(serde_json::from_str(answer)?)?;
    if mandates.len() > MOST {
        return Err(MandatesError::TooMany);
    }
    let read = mandates.iter().map(|one| told(one, party, now));
    Ok(read.collect())
}

/// Alone, in a list, or in `data.mandates`.
fn all(answer: Json) -> Result<Vec<Mandate>, serde_json::Error> {
    let inner = answer.pointer("/data/mandates").cloned();
    match inner.unwrap_or(answer) {
        list @ Json::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|mandate| vec![mandate]),
    }
}

fn told(mandate: &Mandate, party: &str, now: DateTime<Utc>) -> Read {
    let reference = mandate.reference_number.clone();
    let refused = |refused: Refused| (refused, reference.clone());
    let status = Status::told(mandate.status.as_deref()).ok_or_else(|| {
        let word = mandate.status.as_deref().unwrap_or_default();
        refused(Refused::new("told_status").with("value", word))
    })?;
    let expires = mandate.expires.as_deref().and_then(End::told);
    let approved_at = match status {
        Status::Approved => Some(expires.and_then(since).map(|at| at.min(now)).ok_or_else(
            // without its end nobody knows how long it holds
            || refused(Refused::new("told_no_end")),
        )?),
        _ => None,
    };
    Ok(Told {
        status,
        period: mandate.data_period_to.as_deref().and_then(End::told),
        approved_at,
        expires,
        line: line(mandate, party, (approved_at, now)).to_string(),
        reference,
    })
}

fn line(
    mandate: &Mandate,
    party: &str,
    (approved, now): (Option<DateTime<Utc>>, DateTime<Utc>),
) -> Json {
    let kind = match mandate.data_service_type.as_deref() {
        Some("VH_dag") => "day",
        Some("VH_kwartier_uur") => "fine",
        Some("VH_onbepaald") => "day_and_fine",
        // refused with its words by the field
        other => other.unwrap_or_default(),
    };
    json!({
        "process": "sharing",
        "received_at": approved.unwrap_or(now).to_rfc3339(),
        "reference": mandate.reference_number,
        "ean": mandate.ean,
        "party_gln": party,
        "requested_by": "other",
        "granularity": kind,
        "period_from": mandate.data_period_from.as_deref().map(begin),
        "period_to": mandate.data_period_to.as_deref().map(end),
        "approved_at": approved.map(|at| at.to_rfc3339()),
    })
}

/// The first whole day from an instant of the service on: what lies before it on its day is not shared
/// (FLU-27). Or what it says instead, which the field refuses by its words.
fn begin(text: &str) -> String {
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        return text.to_owned();
    };
    let day = days::of(at.to_utc());
    let is_whole = days::begin(day) == at.to_utc();
    let next = day.succ_opt().filter(|_| !is_whole);
    next.unwrap_or(day).to_string()
}

fn end(text: &str) -> String {
    End::told(text).map_or_else(|| text.to_owned(), |end| end.day().to_string())
}

/// When a mandate that ends then was approved: so that three years on its last day is the one that was told.
pub(super) fn since(expires: End) -> Option<DateTime<Utc>> {
    let approved: NaiveDate = expires
        .last()
        .checked_sub_months(Months::new(VALID_MONTHS))?;
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
            let told = read(&answer.to_string(), PARTY, now()).expect("mandates");
            let told: Vec<_> = told.into_iter().map(|one| one.expect("one")).collect();
            let statuses: Vec<_> = told.iter().map(|one| one.status.key()).collect();
            let said = [
                "requested",
                "finished",
                "rejected",
                "requested",
                "requested",
            ];
            assert_eq!(statuses, said);
            let cases: Vec<_> = told
                .iter()
                .map(|one| cases::parse(&one.line, now()).expect("a case"))
                .collect();
            let kinds: Vec<_> = cases
                .iter()
                .filter_map(|case| word(case, "granularity"))
                .collect();
            assert_eq!(kinds, ["day", "day", "day", "fine", "day_and_fine"]);
            assert_eq!(word(&cases[0], "period_from"), Some("2025-01-01"));
            assert_eq!(word(&cases[0], "period_to"), Some("2026-12-31"));
            assert_eq!(word(&cases[0], "approved_at"), None);
            assert_eq!(cases[0].reference, "REF-Requested-VH_dag");
        }
    }

    fn one(mandate: &Json) -> Read {
        let told = read(&mandate.to_string(), PARTY, now()).expect("an answer");
        told.into_iter().next().expect("one mandate")
    }

    /// FLU-28: three years before its end it was approved; its last day is the one before the end that was
    /// told, and not a day more.
    #[test]
    fn flu_28_an_approved_mandate_counts_from_its_approval() {
        let told = one(&mandate("Approved", "VH_dag")).expect("a mandate");
        let case = cases::parse(&told.line, now()).expect("a case");
        assert_eq!(word(&case, "approved_at"), Some("2026-02-27T23:00:00Z"));
        let mut endless = mandate("Approved", "VH_dag");
        endless["mandateExpirationDate"] = Json::Null;
        let (refused, reference) = one(&endless).expect_err("until when?");
        assert_eq!(refused.text, "import.refused.told_no_end");
        assert_eq!(reference, "REF-Approved-VH_dag");
    }

    /// FLU-27: who shares from an instant within a day on shares from the next day, not what was before.
    #[test]
    fn flu_27_a_start_within_a_day_shares_the_days_after_it() {
        for (told, day) in [
            ("2026-03-01T00:00:00+01:00", "2026-03-01"),
            ("2026-02-28T23:00:00Z", "2026-03-01"),
            ("2026-03-01T14:30:00+01:00", "2026-03-02"),
            ("2026-03-01T00:00:01+01:00", "2026-03-02"),
            ("2026-03-29T02:00:00Z", "2026-03-30"),
            ("2026-03-01", "2026-03-01"),
        ] {
            let mut mandate = mandate("Requested", "VH_dag");
            mandate["dataPeriodFrom"] = told.into();
            let case = cases::parse(&one(&mandate).expect("a mandate").line, now());
            assert_eq!(
                word(&case.expect("a case"), "period_from"),
                Some(day),
                "{told}"
            );
        }
    }

    #[test]
    fn what_is_no_mandate_is_refused() {
        assert!(read("{}", PARTY, now()).is_err());
        assert!(read("[1]", PARTY, now()).is_err());
        let odd = one(&mandate("Requested", "IG")).expect("a mandate");
        let (refused, reference) = cases::parse(&odd.line, now()).expect_err("no such data");
        assert_eq!(refused.text, "refusal.not_a_choice");
        assert_eq!(reference.as_deref(), Some("REF-Requested-IG"));
        let (refused, _) = one(&mandate("Cancelled", "VH_dag")).expect_err("no such status");
        assert_eq!(refused.text, "import.refused.told_status");
        let mut named = mandate("Requested", "VH_dag");
        let ean = named["ean"].take();
        named["eanNumber"] = ean;
        named.as_object_mut().expect("an object").remove("ean");
        let told = one(&named).expect("the older name of the number");
        assert!(cases::parse(&told.line, now()).is_ok());
    }
}
