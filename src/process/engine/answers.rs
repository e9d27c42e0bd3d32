//! Answers: checked by their fields, free texts parked apart from what an event may hold.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, SubsecRound as _, Utc};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Answer, Answers, Facts, NewText, Refusal};
use crate::domain::ean::Ean18;
use crate::domain::fodselsnummer::{Fodselsnummer, Kind};
use crate::domain::form::DECIMALS_MAX;
use crate::domain::gln::Gln;
use crate::domain::house_number::HouseNumber;
use crate::domain::kbo::Kbo;
use crate::domain::meter_number::MeterNumber;
use crate::domain::money::Money;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::domain::organisationsnummer::CompanyNumber;
use crate::domain::personnummer::Personnummer;
use crate::domain::postcode::Postcode;
use crate::domain::sanitize::{clean, clean_multiline};
use crate::process::field::{Field, FieldKind, LIST_MAX, LIST_TEXTS_MAX, Required, TextRef, Value};

/// The longest text, in characters.
pub(super) const MAX_TEXT: usize = 8000;
/// The longest line of text and the longest code, in characters.
const MAX_LINE: usize = 200;
const MAX_CODE: usize = 64;

/// Checks the answers against the fields of a form. Texts get numbers made of the command's number
/// and the field, so that a repeated command makes the same change.
pub(super) fn take(
    fields: &[&'static Field],
    given: &Answers,
    now: DateTime<Utc>,
    command: Uuid,
) -> Result<(Facts, Vec<NewText>), Refusal> {
    if let Some(unknown) = given
        .keys()
        .find(|key| !fields.iter().any(|f| f.key == **key))
    {
        return Err(Refusal::new("field_unknown").about(unknown));
    }
    let (mut values, mut texts) = (Facts::new(), Vec::new());
    for field in fields {
        if let Some(answer) = given.get(field.key).filter(|answer| !is_empty(answer)) {
            let value = value(field, answer, command, &mut texts)?;
            values.insert(field.key.to_owned(), value);
        } else if field.is_now_by_default() {
            let at = now.trunc_subsecs(6);
            values.insert(field.key.to_owned(), Value::instant(at));
        }
    }
    fields
        .iter()
        .try_for_each(|field| required(field, &values))?;
    Ok((values, texts))
}

/// The fields that were answered with nothing and stand in the case: somebody took out what was there. A
/// field that is not among the answers at all stays as it is.
pub(super) fn emptied(
    fields: &[&'static Field],
    given: &Answers,
    known: &Facts,
) -> BTreeSet<String> {
    let is_emptied = |field: &&Field| {
        let is_open = field.required != Required::Always && known.contains_key(field.key);
        is_open && given.get(field.key).is_some_and(is_empty)
    };
    let keys = fields.iter().copied().filter(is_emptied);
    keys.map(|field| field.key.to_owned()).collect()
}

/// Whether stored values are what these fields take, and whether all that is needed is there: what
/// [`take`] makes sure of, once more for what came from somewhere else.
pub(super) fn stand(fields: &[&'static Field], values: &Facts) -> Result<(), Refusal> {
    for (key, value) in values {
        let field = fields.iter().find(|field| field.key == *key);
        let field = field.ok_or_else(|| Refusal::new("field_unknown").about(key))?;
        if !is_parked(field.kind, value) {
            let checked = check(field.kind, value.clone());
            let within = checked.and_then(|value| field.within(value));
            within.map_err(|refusal| refusal.about_field(field))?;
        }
    }
    fields.iter().try_for_each(|field| required(field, values))
}

/// Whether the value is a text of that field, or a list of them, stored already.
fn is_parked(kind: FieldKind, value: &Value) -> bool {
    let is_list = matches!(kind, FieldKind::List(_)) == matches!(value, Value::List(_));
    let texts = value.all();
    let fits = (1..=LIST_TEXTS_MAX).contains(&texts.len());
    let is_text = |one: &Value| matches!(one, Value::Text(_));
    kind.of_one().is_text() && is_list && fits && texts.iter().all(is_text)
}

fn is_empty(answer: &Answer) -> bool {
    match answer {
        Answer::Free(text) | Answer::Value(Value::Code(text)) => clean(text).trim().is_empty(),
        Answer::Value(Value::List(values)) => values.is_empty(),
        Answer::Value(_) => false,
    }
}

fn required(field: &Field, values: &Facts) -> Result<(), Refusal> {
    if values.contains_key(field.key) {
        return Ok(());
    }
    let missing = Refusal::new("field_missing").about_field(field);
    let has_any = |other: &str, words: &[&str]| {
        words
            .iter()
            .any(|word| values.get(other).is_some_and(|value| value.is(word)))
    };
    match field.required {
        Required::Always => Err(missing),
        Required::If(other, word) if has_any(other, &[word]) => Err(missing),
        Required::IfAny(other, words) if has_any(other, words) => Err(missing),
        Required::IfEmpty(other, rule) if !values.contains_key(other) => {
            Err(Refusal::new("one_of_two")
                .by_rule(rule)
                .about(field.key)
                .with("other", &format!("field.{other}")))
        }
        Required::No | Required::If(..) | Required::IfAny(..) | Required::IfEmpty(..) => Ok(()),
    }
}

fn value(
    field: &Field,
    answer: &Answer,
    command: Uuid,
    texts: &mut Vec<NewText>,
) -> Result<Value, Refusal> {
    if field.kind.of_one().is_text() {
        return parked(field, answer, command, texts);
    }
    let value = match answer {
        Answer::Free(text) => Value::Code(text.trim().to_owned()),
        Answer::Value(value) => value.clone(),
    };
    let checked = check(field.kind, value);
    let within = checked.and_then(|value| field.within(value));
    within.map_err(|refusal| refusal.about_field(field))
}

/// A free text, or a list of them, one a line: stored apart, referred to here.
fn parked(
    field: &Field,
    answer: &Answer,
    command: Uuid,
    texts: &mut Vec<NewText>,
) -> Result<Value, Refusal> {
    let (Answer::Free(given) | Answer::Value(Value::Code(given))) = answer else {
        return Err(Refusal::new("not_a_text").about(field.key));
    };
    let mut keep = |name: &str, text: &str| {
        let text = park(field, name, text, command)?;
        let reference = TextRef {
            text: text.id,
            sha256: text.sha256.clone(),
        };
        texts.push(text);
        Ok(Value::Text(reference))
    };
    let FieldKind::List(_) = field.kind else {
        return keep(field.key, given);
    };
    let lines = given.lines().filter(|line| !clean(line).trim().is_empty());
    let lines: Vec<&str> = lines.collect();
    if lines.len() > LIST_TEXTS_MAX {
        return Err(Refusal::new("list_too_long")
            .about(field.key)
            .with("max", &LIST_TEXTS_MAX.to_string()));
    }
    let named = lines.iter().zip(1..);
    let values: Result<_, Refusal> = named
        .map(|(line, number)| keep(&format!("{}.{number}", field.key), line))
        .collect();
    values.map(Value::List)
}

/// `name` makes the number of the text, together with the command's.
fn park(field: &Field, name: &str, text: &str, command: Uuid) -> Result<NewText, Refusal> {
    let (body, limit) = match field.kind.of_one() {
        FieldKind::Note => (clean_multiline(text), MAX_TEXT),
        _ => (clean(text), MAX_LINE),
    };
    let body = spelled(field.kind.of_one(), body.trim()).map_err(|no| no.about(field.key))?;
    if body.chars().count() > limit {
        return Err(Refusal::new("text_too_long")
            .about(field.key)
            .with("max", &limit.to_string()));
    }
    Ok(NewText {
        id: Uuid::new_v5(&command, name.as_bytes()),
        field: field.key.to_owned(),
        sha256: format!("{:x}", Sha256::digest(body.as_bytes())),
        body,
    })
}

/// A text in the one spelling that its kind has; others stay as they are.
pub(in crate::process) fn spelled(kind: FieldKind, text: &str) -> Result<String, Refusal> {
    match kind {
        FieldKind::Postcode => Postcode::parse(text)
            .map(|postcode| postcode.as_str().to_owned())
            .map_err(|_| Refusal::new("not_a_postcode")),
        FieldKind::HouseNumber => HouseNumber::parse(text)
            .map(|number| number.to_string())
            .map_err(|_| Refusal::new("not_a_house_number")),
        FieldKind::PersonNumber => Personnummer::parse(text, LAST_DAY)
            .map(|_| without_spaces(text))
            .map_err(|_| Refusal::new("not_a_person_number")),
        FieldKind::CompanyNumber => CompanyNumber::parse(text, LAST_DAY)
            .map(|_| without_spaces(text))
            .map_err(|_| Refusal::new("not_a_company_number")),
        FieldKind::NationalNumber => norwegian(text, &[Kind::Fodselsnummer, Kind::DNumber])
            .ok_or_else(|| Refusal::new("not_a_national_number")),
        FieldKind::DNumber => {
            norwegian(text, &[Kind::DNumber]).ok_or_else(|| Refusal::new("not_a_d_number"))
        }
        FieldKind::EnterpriseNumber => Organisasjonsnummer::parse(text)
            .map(|number| number.as_str().to_owned())
            .map_err(|_| Refusal::new("not_an_enterprise_number")),
        _ => Ok(text.to_owned()),
    }
}

/// The engine does not know the present day: a number is right when it is one of some day.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2099, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Until then Norwegian numbers fit the old rule; the new one lets more typing errors pass.
const OLD_RULE: NaiveDate = match NaiveDate::from_ymd_opt(2031, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

fn norwegian(text: &str, kinds: &[Kind]) -> Option<String> {
    let number = Fodselsnummer::parse(text, OLD_RULE).ok()?;
    let is_meant = kinds.contains(&number.kind());
    is_meant.then(|| number.as_str().to_owned())
}

fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

/// A value that an event may hold, in the one form in which it is stored.
pub(in crate::process) fn check(kind: FieldKind, value: Value) -> Result<Value, Refusal> {
    let no = |key: &str| Err(Refusal::new(key));
    match (kind, value) {
        (FieldKind::YesNo, value @ Value::Bool(_)) => Ok(value),
        (FieldKind::YesNo, Value::Code(word)) if word == "yes" || word == "no" => {
            Ok(Value::word(&word))
        }
        (FieldKind::YesNo, _) => no("not_yes_no"),
        (FieldKind::Choice(keys), Value::Code(key)) if keys.contains(&key.as_str()) => {
            Ok(Value::Code(key))
        }
        (FieldKind::Choice(keys), _) => {
            Err(Refusal::new("not_a_choice").with("choices", &keys.join(", ")))
        }
        (FieldKind::Instant, value) => instant(&value),
        (FieldKind::Date, Value::Code(day)) if day.parse::<NaiveDate>().is_ok() => {
            Ok(Value::Code(day))
        }
        (FieldKind::Date, _) => no("not_a_date"),
        (FieldKind::Ean, Value::Code(digits)) => ean(&digits),
        (FieldKind::Ean, _) => no("not_an_ean"),
        (FieldKind::Party, Value::Code(digits)) => gln(&digits),
        (FieldKind::Party, _) => no("not_a_gln"),
        (FieldKind::Enterprise, Value::Code(digits)) => enterprise(&digits),
        (FieldKind::Enterprise, _) => no("not_an_enterprise"),
        (FieldKind::Contact, value) => number(&value).ok_or_else(|| Refusal::new("not_a_contact")),
        (FieldKind::Slot, value) => number(&value).ok_or_else(|| Refusal::new("not_a_slot")),
        (FieldKind::Run(_), value) => number(&value).ok_or_else(|| Refusal::new("no_such_run")),
        (FieldKind::Time, Value::Code(time)) if is_time(&time) => Ok(Value::Code(time)),
        (FieldKind::Time, _) => no("not_a_time"),
        (FieldKind::Money, Value::Code(code)) if code.parse::<Money>().is_ok() => {
            Ok(Value::Code(code))
        }
        (FieldKind::Money, _) => no("not_money"),
        (FieldKind::Number, Value::Code(number)) if is_number(&number) => Ok(Value::Code(number)),
        (FieldKind::Number, _) => {
            Err(Refusal::new("not_a_number").with("decimals", &DECIMALS_MAX.to_string()))
        }
        (FieldKind::List(kind), Value::List(values)) => list(*kind, values),
        (FieldKind::List(_), _) => no("not_a_list"),
        (FieldKind::Customer | FieldKind::Code, Value::Code(code)) if is_code(&code) => {
            Ok(Value::Code(code))
        }
        (FieldKind::Customer, _) => no("not_a_customer"),
        (FieldKind::Code, _) => no("not_a_code"),
        (FieldKind::MeterNumber, Value::Code(typed)) => meter(&typed),
        (FieldKind::MeterNumber, _) => no("not_a_meter_number"),
        (
            FieldKind::Line
            | FieldKind::Note
            | FieldKind::Postcode
            | FieldKind::HouseNumber
            | FieldKind::PersonNumber
            | FieldKind::CompanyNumber
            | FieldKind::NationalNumber
            | FieldKind::DNumber
            | FieldKind::EnterpriseNumber,
            _,
        ) => no("not_a_text"),
    }
}

fn instant(value: &Value) -> Result<Value, Refusal> {
    let at = value.as_instant();
    at.map(|at| Value::instant(at.trunc_subsecs(6)))
        .ok_or_else(|| Refusal::new("not_an_instant"))
}

fn enterprise(digits: &str) -> Result<Value, Refusal> {
    Kbo::parse(digits)
        .map(|number| Value::Code(number.as_str().to_owned()))
        .map_err(|_| Refusal::new("not_an_enterprise"))
}

fn ean(digits: &str) -> Result<Value, Refusal> {
    Ean18::parse(digits)
        .map(|ean| Value::Code(ean.as_str().to_owned()))
        .map_err(|_| Refusal::new("not_an_ean"))
}

fn meter(typed: &str) -> Result<Value, Refusal> {
    MeterNumber::parse(typed)
        .map(|number| Value::Code(number.into()))
        .map_err(|_| Refusal::new("not_a_meter_number"))
}

fn gln(digits: &str) -> Result<Value, Refusal> {
    Gln::parse(digits)
        .map(|gln| Value::Code(gln.as_str().to_owned()))
        .map_err(|_| Refusal::new("not_a_gln"))
}

/// The number of a row or a run, given as such or as typed.
fn number(value: &Value) -> Option<Value> {
    let number = match value {
        Value::Number(number) => Some(*number),
        Value::Code(typed) => typed.parse().ok(),
        _ => None,
    };
    number.filter(|number| *number > 0).map(Value::Number)
}

/// `HH:MM`, as it is stored.
fn is_time(time: &str) -> bool {
    time.len() == 5 && NaiveTime::parse_from_str(time, "%H:%M").is_ok()
}

/// Up to nine digits, and up to six behind a point.
fn is_number(number: &str) -> bool {
    let (whole, rest) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_digits(whole, 9) && is_digits(rest, usize::from(DECIMALS_MAX))
}

fn list(kind: FieldKind, values: Vec<Value>) -> Result<Value, Refusal> {
    let is_simple = !kind.is_text() && !matches!(kind, FieldKind::List(_));
    if !is_simple || values.is_empty() {
        return Err(Refusal::new("not_a_list"));
    }
    if values.len() > LIST_MAX {
        return Err(Refusal::new("list_too_long").with("max", &LIST_MAX.to_string()));
    }
    let values = values.into_iter().map(|value| check(kind, value));
    values.collect::<Result<_, _>>().map(Value::List)
}

fn is_code(code: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    !code.is_empty() && code.len() <= MAX_CODE && code.chars().all(is_allowed)
}
