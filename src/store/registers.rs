//! Registers come in by batches; see [`super::register`] for the records.

use serde::Serialize;
use serde_json::Value;

use super::register::{
    ConnectionRecord, ContactRecord, ContractRecord, CustomerRecord, Imported, MeterRecord,
    PartyRecord,
};
use super::{Store, StoreError, ask, write};
use crate::domain::gln::Gln;

/// Columns that are not text: unknown stays unknown there, everywhere else it is empty.
const NOT_TEXT: &[&str] = &["house_number", "birth_date", "valid_from", "valid_to"];

/// A batch as JSON, with empty texts for what is unknown.
fn batch<T: Serialize>(records: &[T]) -> Result<Value, StoreError> {
    let mut batch = write(records)?;
    for record in batch.as_array_mut().into_iter().flatten() {
        for (column, value) in record.as_object_mut().into_iter().flatten() {
            if value.is_null() && !NOT_TEXT.contains(&column.as_str()) {
                *value = Value::String(String::new());
            }
        }
    }
    Ok(batch)
}

pub(super) fn verdicts(answer: Option<Value>) -> Vec<Imported> {
    let Some(Value::Array(verdicts)) = answer else {
        return Vec::new();
    };
    verdicts
        .iter()
        .map(|verdict| match verdict.as_str().unwrap_or_default() {
            "new" => Imported::New,
            "changed" => Imported::Changed,
            "known" => Imported::Known,
            reason => Imported::Refused {
                reason: reason.to_owned(),
            },
        })
        .collect()
}

impl Store {
    /// Market parties, grid operators, installers.
    pub async fn import_parties(
        &self,
        records: &[PartyRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let mut batch = batch(records)?;
        for record in batch.as_array_mut().into_iter().flatten() {
            let valid = record["gln"]
                .as_str()
                .is_some_and(|gln| Gln::parse(gln).is_ok());
            record["gln_valid"] = Value::Bool(valid);
        }
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_parties($1)", batch).fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }

    /// The contact register (GT-26).
    pub async fn import_contacts(
        &self,
        records: &[ContactRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let batch = batch(records)?;
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_contacts($1)", batch)
                .fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }

    /// Connections, as reported, with the validity of their number beside it (decision 23).
    pub async fn import_connections(
        &self,
        records: &[ConnectionRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let batch = batch(records)?;
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_connections($1)", batch)
                .fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }

    /// Meters; their connection must be known.
    pub async fn import_meters(
        &self,
        records: &[MeterRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let batch = batch(records)?;
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_meters($1)", batch).fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }

    /// Customers.
    pub async fn import_customers(
        &self,
        records: &[CustomerRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let batch = batch(records)?;
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_customers($1)", batch)
                .fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }

    /// Contracts; connection, customer and party must be known.
    pub async fn import_contracts(
        &self,
        records: &[ContractRecord],
    ) -> Result<Vec<Imported>, StoreError> {
        let batch = batch(records)?;
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.import_contracts($1)", batch)
                .fetch_one(&self.pool),
        )
        .await?;
        Ok(verdicts(answer))
    }
}
