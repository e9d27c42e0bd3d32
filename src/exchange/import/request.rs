//! What a customer's request says of the meter, against the register: a request begins where nothing
//! is wrong (PRIO-03, PRIO-20).

use super::cases::CaseLine;
use super::intake::{Door, Fault};
use super::refused::Refused;
use super::{patiently, shape};
use crate::domain::house_number::HouseNumber;
use crate::domain::meter_number::MeterNumber;
use crate::domain::postcode::Postcode;
use crate::process::engine::{Answer, Refusal};
use crate::process::field::Value;
use crate::store::StoreError;

impl Door {
    /// Customers know the number on their meter; which connection it is says the register, where the
    /// address has that meter. Else the request stands at the choice of the meter (PRIO-20).
    pub(super) async fn meter(&self, line: &mut CaseLine) -> Result<(), Fault> {
        if shape::is_request(line.process.key) {
            self.typed_meter(line).await?;
            may_ask(line);
        }
        let Some((number, postcode, house)) = meter_place(line) else {
            return Ok(());
        };
        let found = patiently(async || self.store.connection_find(&postcode, &house).await).await?;
        let meter = found
            .meters
            .into_iter()
            .find(|meter| number.is_same(&meter.meter_number));
        if let Some(meter) = meter {
            let ean = Answer::Value(Value::Code(meter.ean));
            line.answers.insert("ean".to_owned(), ean);
        }
        Ok(())
    }

    /// A number that none of the meters of its connection has is left out: a meter that does not exist
    /// passes no check (PRIO-21).
    async fn typed_meter(&self, line: &mut CaseLine) -> Result<(), Fault> {
        let Some((ean, number)) = code(line, "ean").zip(code(line, "meter_no")) else {
            return Ok(());
        };
        let checked = patiently(async || self.store.connection_check(ean, number).await).await;
        let is_other = match checked {
            Ok(checked) => checked.is_some_and(|checked| checked.meter.is_none()),
            // it is not set yet whose grid is ours: the check says so
            Err(StoreError::Refused(_)) => false,
            Err(error) => return Err(error.into()),
        };
        if is_other {
            let refused = Refused::new("other_meter").with("value", number);
            line.left_out.push(refused.by("PRIO-21"));
            line.answers.remove("meter_no");
        }
        Ok(())
    }
}

/// Who says that nobody agreed does not come as far as the checks: somebody asks first (PRIO-13).
fn may_ask(line: &mut CaseLine) {
    let is = |key: &str, word: &str| match line.answers.get(key) {
        Some(Answer::Value(value)) => value.is(word),
        _ => false,
    };
    let chose = is("step", "meter") || is("step", "product");
    if chose && is("declares_authorised", "no") {
        let refusal = Refusal::new("not_authorised").by_rule("PRIO-13");
        line.left_out.push(refusal.into());
    }
}

/// The meter of a request that names no connection, and its address.
fn meter_place(line: &CaseLine) -> Option<(MeterNumber, Postcode, HouseNumber)> {
    let said = |key| code(line, key);
    if said("ean").is_some() {
        return None;
    }
    let postcode = Postcode::parse(said("postcode")?).ok()?;
    let house = HouseNumber::parse(said("house_number")?).ok()?;
    let number = MeterNumber::parse(said("meter_no")?).ok()?;
    Some((number, postcode, house))
}

fn code<'a>(line: &'a CaseLine, key: &str) -> Option<&'a str> {
    match line.answers.get(key)? {
        Answer::Value(Value::Code(word)) | Answer::Free(word) => Some(word.as_str()),
        Answer::Value(_) => None,
    }
}
