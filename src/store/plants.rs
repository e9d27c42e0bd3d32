//! Plant data for installers: what the imported registers say of a meter (ELS-11, ELS-16…18).

use serde::{Deserialize, Serialize};

use super::{Store, StoreError, ask, read};

/// A plant, as an installer may see it: never who lives there (ELS-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plant {
    /// Its number.
    pub ean: String,
    /// The meter in it.
    pub meter_number: String,
    /// Its technical number; empty when the register has none.
    pub technical_number: String,
    /// Street and number.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// Grid area, by the name that the register has.
    pub grid_area: String,
}

#[derive(Deserialize)]
struct Answer {
    plant: Option<Plant>,
}

impl Store {
    /// The plant with that meter number or EAN; with both, the one that has both. Refused are two
    /// numbers of different plants, and a meter number that several plants have.
    pub async fn plant_find(
        &self,
        meter_number: Option<&str>,
        ean: Option<&str>,
    ) -> Result<Option<Plant>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.plant_find($1, $2)::text AS "r!""#,
            meter_number,
            ean
        )
        .fetch_one(&self.pool))
        .await?;
        let answer: Answer = read(answer)?;
        Ok(answer.plant)
    }
}
