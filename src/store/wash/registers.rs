//! What the desk asks of the registers of the data wash: who has a point on each side, and what the
//! extracts say.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::process::engine::Refusal;
use crate::store::rows::{CaseId, EvidenceRow};
use crate::store::{Store, StoreError, ask, read};

/// Who has the point of a case, side by side.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RegisterAsked {
    /// When it was asked (legal time).
    pub at: DateTime<Utc>,
    /// The sides that have somebody.
    pub sides: Vec<AskedSide>,
    /// Who fits on a side is protected: the finding is so from now on, and nothing is said.
    #[serde(default)]
    protected: bool,
}

/// Who has it on one side, and what the extract of the population register says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AskedSide {
    /// `grid`, `supply`.
    pub side: String,
    /// `private`, `business`.
    pub kind: String,
    /// The row as it may be seen.
    pub shown: EvidenceRow,
    /// How many persons of the extract it may be; more than one are two.
    pub hits: i32,
    /// The only one is protected.
    pub hidden: bool,
    /// The only one, as it may be seen.
    pub found: Option<EvidenceRow>,
    /// Name of the enterprise.
    pub name: String,
    /// Number of the enterprise, as held.
    pub number: String,
    /// The row as it is held, where a service outside is to be asked.
    pub held: Option<HeldRow>,
}

/// A row as a side holds it. Not to be shown, logged or kept.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct HeldRow {
    /// Given names.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Name of a business.
    pub organisation_name: String,
    /// Number.
    pub identifier: String,
    /// Birth date.
    pub birth_date: Option<String>,
    /// Street.
    pub street: String,
    /// House number.
    pub house_number: Option<serde_json::Value>,
    /// Postcode.
    pub postcode: String,
}

impl std::fmt::Debug for HeldRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("HeldRow(…)")
    }
}

/// A row of an extract as it was brought in, of a person or of an enterprise. Not to be shown, logged
/// or kept.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RegisterRow {
    /// Its number.
    pub number: String,
    /// Given names.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Birth date.
    pub birth_date: String,
    /// Street; of an enterprise with its number.
    pub street: String,
    /// House number.
    pub house_number: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// Day of death, or empty.
    pub deceased_on: String,
    /// Whether the register protects the person.
    pub protected: bool,
    /// Name of the enterprise.
    pub name: String,
    /// Its form.
    pub form: String,
    /// How it stands: empty, `deleted`, `bankrupt`, `winding_up`.
    pub condition: String,
}

impl std::fmt::Debug for RegisterRow {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RegisterRow(…)")
    }
}

/// An enterprise of the extract; public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractEnterprise {
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Street with its number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// City.
    pub city: String,
    /// How it stands: empty, `deleted`, `bankrupt`, `winding_up`.
    pub condition: String,
}

impl Store {
    /// Who has the point of a case; `raw` where a service outside is to be asked with it. Kept who
    /// asked.
    pub async fn register_ask(&self, case: CaseId, raw: bool) -> Result<RegisterAsked, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.register_ask($1, $2)::text AS "r!""#,
            case.0,
            raw
        )
        .fetch_one(&self.pool))
        .await?;
        let asked: RegisterAsked = read(answer)?;
        if asked.protected {
            return Err(StoreError::Refused(Refusal {
                key: "register_protected".to_owned(),
                rule: "META-05".to_owned(),
                field: None,
                args: BTreeMap::new(),
            }));
        }
        Ok(asked)
    }

    /// Enterprises of the extract with that number, or without one with a name that sounds so.
    pub async fn register_enterprises_like(
        &self,
        number: Option<&str>,
        name_key: i64,
    ) -> Result<Vec<ExtractEnterprise>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.register_enterprises_like($1, $2)::text AS "r!""#,
            number,
            name_key
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
