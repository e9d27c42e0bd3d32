//! Forms that are data (TLM-10): an administrator changes them without a new program. Each version
//! stands for ever, and a case keeps the one that was asked at its receipt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::postgres::PgConnection;

use super::{Store, StoreError, ask, read};

/// One version of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredForm {
    /// Its name, e.g. `installation`.
    pub form: String,
    /// Its number, from 1.
    pub version: i32,
    /// From when on it is asked.
    pub valid_from: DateTime<Utc>,
    /// Whether it came with the program.
    pub builtin: bool,
    /// Its fields, as they were given.
    pub body: Json,
}

/// A version of a form in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRow {
    /// Its name.
    pub form: String,
    /// Its number.
    pub version: i32,
    /// From when on it is asked.
    pub valid_from: DateTime<Utc>,
    /// Whether it came with the program.
    pub builtin: bool,
    /// How many fields it has.
    pub fields: i32,
    /// Whether it is the one of this moment.
    pub in_force: bool,
}

/// What the program brings of a form, for `migrate`: the first version, and the next one as long as
/// nobody changed the form in this database. As the owner of the tables. Gives the newest version.
pub async fn load(owner: &mut PgConnection, form: &str, body: &Json) -> Result<i32, StoreError> {
    ask(
        sqlx::query_scalar!(r#"SELECT loket.form_load($1, $2) AS "r!""#, form, body)
            .fetch_one(owner),
    )
    .await
}

impl Store {
    /// All versions of all forms.
    pub async fn forms(&self) -> Result<Vec<FormRow>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.forms()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// One version of a form.
    pub async fn form_version(
        &self,
        form: &str,
        version: i32,
    ) -> Result<Option<StoredForm>, StoreError> {
        let answer =
            ask(
                sqlx::query_scalar!("SELECT loket_api.form_version($1, $2)::text", form, version)
                    .fetch_one(&self.pool),
            )
            .await?;
        answer.map(read).transpose()
    }

    /// The version that is asked at an instant, or now.
    pub async fn form_at(
        &self,
        form: &str,
        at: Option<DateTime<Utc>>,
    ) -> Result<Option<StoredForm>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!("SELECT loket_api.form_at($1, $2)::text", form, at)
                .fetch_one(&self.pool),
        )
        .await?;
        answer.map(read).transpose()
    }

    /// Adds a version from an instant on, or from now; never for the past. The database checks its
    /// shape only: what a field may be is checked before. The same fields again are the same version.
    /// For administrators.
    pub async fn form_add(
        &self,
        form: &str,
        valid_from: Option<DateTime<Utc>>,
        body: &Json,
    ) -> Result<StoredForm, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.form_add($1, $2, $3)::text AS "r!""#,
            form,
            valid_from,
            body
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
