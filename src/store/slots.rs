//! Start times of technicians: how many there are in an area, which are free, who plans them. A case
//! takes and leaves one by its changes only ([`super::case`]), under the lock of the slot's row, so
//! that two agents never get the last one (PRIO-30).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::register::Imported;
use super::registers::verdicts;
use super::rows::CaseId;
use super::{Store, StoreError, ask, read, write};

/// Most start times of one call of [`Store::slots_put`].
pub const SLOTS_MAX: usize = 2_000;

/// Start times with room at a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeSlots {
    /// Area of the connection; `None` when its postcode is planned by nobody.
    pub area: Option<String>,
    /// The first day, local.
    pub from: NaiveDate,
    /// How many days were looked at.
    pub days: i32,
    /// What has room, by time; at most 500.
    pub slots: Vec<FreeSlot>,
    /// The first day after them that has room.
    pub next: Option<NaiveDate>,
}

/// A start time with room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeSlot {
    /// Number of the row.
    pub slot_id: i64,
    /// When it starts; people are shown no more (PRIO-30).
    pub starts_at: DateTime<Utc>,
    /// How many more cases it takes.
    pub free: i32,
}

/// A start time, for those who plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRow {
    /// Number of the row.
    pub slot_id: i64,
    /// Area.
    pub area: String,
    /// Country of the area, by whose clock it is read.
    pub country: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it is.
    pub minutes: i16,
    /// How many cases it takes.
    pub capacity: i32,
    /// How many it has.
    pub taken: i32,
}

/// A start time to add or to change. Key: area and start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRecord {
    /// Area.
    pub area: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// How long it is: 5 to 1440.
    pub minutes: i16,
    /// How many cases it takes: 0 to 10000, never fewer than it has.
    pub capacity: i32,
}

/// Postcodes of an area, from the first to the last; both have the same length, and so many
/// characters of a postcode are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaRange {
    /// Two letters.
    pub country: String,
    /// Area.
    pub area: String,
    /// First postcode, or what it begins with.
    pub first: String,
    /// Last postcode, or what it begins with.
    pub last: String,
}

impl Store {
    /// Start times with room at a connection, of `days` days (1 to 31) from that local day on, none of
    /// the past. Where no register has the connection, those of the address that the case searched.
    pub async fn slots_free(
        &self,
        case: Option<CaseId>,
        ean: &str,
        from: NaiveDate,
        days: i32,
    ) -> Result<FreeSlots, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.slots_free($1, $2, $3, $4)::text AS "r!""#,
            case.map(|case| case.0),
            ean,
            from,
            days
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// All start times of an area, or of all, from an instant up to another; at most 2000. For leads,
    /// auditors, administrators.
    pub async fn slots_list(
        &self,
        area: Option<&str>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<SlotRow>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.slots_list($1, $2, $3, 2000)::text AS "r!""#,
            area,
            from,
            until
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Adds start times, or changes capacity and length of those that are there; one verdict each, in
    /// order. At most [`SLOTS_MAX`]. For leads and administrators.
    pub async fn slots_put(&self, records: &[SlotRecord]) -> Result<Vec<Imported>, StoreError> {
        let batch = write(records)?;
        let answer =
            ask(sqlx::query_scalar!("SELECT loket_api.slots_put($1)", batch).fetch_one(&self.pool))
                .await?;
        Ok(verdicts(answer))
    }

    /// Changes the capacity of a start time; refused below what is taken. For leads and
    /// administrators.
    pub async fn slot_capacity(&self, slot_id: i64, capacity: i32) -> Result<SlotRow, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.slot_capacity($1, $2)::text AS "r!""#,
            slot_id,
            capacity
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Which postcodes lie in which area.
    pub async fn areas(&self) -> Result<Vec<AreaRange>, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.areas()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }

    /// Sets the postcodes of all areas of the countries that are named; gives how many rows. For
    /// administrators.
    pub async fn areas_put(&self, ranges: &[AreaRange]) -> Result<i32, StoreError> {
        let batch = write(ranges)?;
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.areas_put($1) AS "r!""#, batch)
                .fetch_one(&self.pool),
        )
        .await
    }
}
