//! Letters from templates: the first line is the subject, `{name}` is filled. A template is text of
//! ours; every value is cleaned before it is put in.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;

use crate::domain::sanitize;
use crate::text::{LANGUAGES, Texts, format, known};

/// Values by name.
pub type Values = BTreeMap<&'static str, String>;

/// A letter ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Why there is no letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLetter {
    /// No template of that kind and language.
    Template,
    /// A variable that has no value.
    Value(String),
}

macro_rules! letters {
    ($lang:literal, $kind:literal) => {
        ($lang, include_str!(concat!("../../../assets/letters/", $lang, "/", $kind, ".txt")))
    };
    ($($kind:literal),+ $(,)?) => {
        &[$(($kind, [
            letters!("en", $kind),
            letters!("nl", $kind),
            letters!("nb", $kind),
            letters!("sv", $kind),
        ])),+]
    };
}

/// A template in each language.
type Templates = [(&'static str, &'static str); LANGUAGES.len()];

/// The kinds are those of `process::message` that people read.
static LETTERS: &[(&str, Templates)] = letters!(
    "request_proof",
    "signal_notice",
    "ask_more",
    "proof_rejected",
    "no_proof",
    "restart_required",
    "unblocked_party",
    "unblocked_source",
    "unblocked_customer",
    "closed_party",
    "closed_customer",
    "acm_notice",
    "supervisor_alert",
    "payment_link",
    "prio_confirmed",
    "prio_cancelled",
    "prio_ended_not_our_grid",
    "prio_ended_already_smart",
    "prio_ended_not_feasible",
    "prio_ended_wait_for_gsa",
    "tlm_confirmed",
    "tlm_ended_not_our_grid",
    "tlm_ended_suitable",
    "tlm_ended_not_feasible",
    "els_permit",
    "els_returned",
    "els_reminder",
    "els_rejected",
    "els_expired",
    "wash_ask_identity",
    "wash_reminder",
    "wash_d_number",
    "wash_register",
    "wash_takeover",
    "wash_termination",
    "contract_to_sign",
    "contract_active",
    "contract_refused",
    "sharing_approved",
    "sharing_rejected",
    "sharing_renewal",
    "sharing_ended",
    "sharing_end_refused",
    "sharing_evidence",
    "offender_contact",
    "offender_report",
);

/// The template of a kind; a language that is not there is served in English.
fn template(kind: &str, language: &str) -> Option<&'static str> {
    let (_, templates) = LETTERS.iter().find(|(name, _)| *name == kind)?;
    let wanted = known(language).unwrap_or("en");
    let found = templates.iter().find(|(lang, _)| *lang == wanted)?;
    Some(found.1)
}

/// Fills the template of a kind.
pub fn render(kind: &str, language: &str, values: &Values) -> Result<Letter, NoLetter> {
    let template = template(kind, language).ok_or(NoLetter::Template)?;
    let (subject, body) = template.split_once('\n').ok_or(NoLetter::Template)?;
    Ok(Letter {
        subject: sanitize::clean(&fill(subject, values)?).into_owned(),
        body: fill(body, values)?,
    })
}

fn fill(template: &str, values: &Values) -> Result<String, NoLetter> {
    let mut filled = String::with_capacity(template.len() + 200);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(NoLetter::Template)?;
        let value = values
            .get(name)
            .ok_or_else(|| NoLetter::Value(name.to_owned()))?;
        filled.push_str(before);
        filled.push_str(&sanitize::clean_multiline(value));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// An instant as people of that zone write it, to the second when it is not a full minute: a term
/// of 72 hours ends at its second.
pub fn local(at: DateTime<Utc>, zone: Tz, texts: &Texts) -> String {
    let time = format::clock_exact(at, zone);
    let at = at.with_timezone(&zone);
    let weekday = format!("letter.weekday.{}", at.weekday().number_from_monday());
    let month = format!("letter.month.{}", at.month());
    let values = [
        ("weekday", texts.get(&weekday)),
        ("day", &at.day().to_string()),
        ("month", texts.get(&month)),
        ("year", &at.year().to_string()),
        ("time", &time),
        ("zone", &at.format("%Z").to_string()),
    ];
    texts.fill("letter.at", &values)
}
