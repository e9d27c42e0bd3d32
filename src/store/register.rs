//! Records of the registers as they are handed to the database: parties, contacts, connections,
//! meters, customers, contracts. Columns as the files name them; checked at the edge (`exchange`),
//! stored as reported with validity beside identifiers of connections (decision 23).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A market party. Key: `gln`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRecord {
    /// GLN-13 with a right check digit.
    pub gln: String,
    /// Name.
    pub name: String,
    /// `supplier`, `service_provider`, `grid_operator`, `installer`.
    pub role: String,
    /// Two letters.
    pub country: String,
    /// Number in the register of enterprises.
    pub company_number: Option<String>,
}

/// A person or desk of the contact register (GT-26). Key: `gln`, `contact_group`, `name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// Party.
    pub gln: String,
    /// Group, e.g. `Gerede twijfel Klantmandaat`.
    pub contact_group: String,
    /// Name of the person or desk.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// First day on which it counts.
    pub valid_from: Option<NaiveDate>,
    /// Last day on which it counts.
    pub valid_to: Option<NaiveDate>,
}

/// A metering point. Key: `ean`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRecord {
    /// As reported.
    pub ean: String,
    /// Whether it has 18 digits and a right check digit.
    pub ean_valid: bool,
    /// Two letters.
    pub country: String,
    /// `E` or `G`.
    pub product: String,
    /// Street.
    pub street: String,
    /// House number, 1–99999.
    pub house_number: Option<i32>,
    /// One letter.
    pub house_letter: Option<String>,
    /// At most 4 characters.
    pub house_suffix: Option<String>,
    /// Without space, upper case (NL).
    pub postcode: String,
    /// City.
    pub city: String,
    /// Grid operator.
    pub grid_operator_gln: String,
    /// Grid area.
    pub grid_area: Option<String>,
    /// `profile` or `isma`.
    pub allocation_method: Option<String>,
}

/// A meter. Key: `meter_number`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterRecord {
    /// Number on the meter.
    pub meter_number: String,
    /// Metering point, as reported.
    pub ean: String,
    /// Technical number.
    pub technical_number: Option<String>,
    /// `conventional` or `smart`.
    pub meter_type: String,
    /// `on` or `off`; only for smart meters.
    pub smart_admin: Option<String>,
    /// Whether it can register feed-in.
    pub feed_in_suitable: Option<bool>,
    /// Whether a smart meter can be placed.
    pub smart_feasible: Option<bool>,
    /// Work order that is planned already.
    pub gsa_order: Option<String>,
}

/// A customer. Key: `customer_ref`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRecord {
    /// Reference.
    pub customer_ref: String,
    /// Two letters.
    pub country: String,
    /// `private` or `business`.
    pub kind: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Name of a business.
    pub organisation_name: Option<String>,
    /// Number in a register.
    pub identifier: Option<String>,
    /// Part of the customer key of a permission (formats 5.8).
    pub birth_date: Option<NaiveDate>,
    /// Part of the customer key of a permission (formats 5.8).
    pub iban_last3: Option<String>,
    /// Street.
    pub street: Option<String>,
    /// House number.
    pub house_number: Option<i32>,
    /// One letter.
    pub house_letter: Option<String>,
    /// At most 4 characters.
    pub house_suffix: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Language of letters, two letters.
    pub language: Option<String>,
    /// Protected person: never in lists, exports, mails or search by name (decision 21).
    pub protected: bool,
}

/// A contract. Key: `ean`, `side`, `party_gln`, `valid_from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRecord {
    /// Metering point, as reported.
    pub ean: String,
    /// Customer.
    pub customer_ref: String,
    /// `grid` or `supply`.
    pub side: String,
    /// The other side of the contract.
    pub party_gln: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Imported {
    /// Not there before.
    New,
    /// There, with other values; now with these.
    Changed,
    /// There already, the same.
    Known,
    /// Not taken.
    Refused {
        /// Key of the reason; texts: `import.refused.<reason>`.
        reason: String,
    },
}
