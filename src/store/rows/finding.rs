//! What the data wash found of a metering point, as the one who decides may see it: the database masks.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A finding with its evidence (DW-BAS-21); of a protected person without any row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCard {
    /// Code in small letters, as in the case: `a01`, `gsrn`.
    pub code: String,
    /// Where it is to be mended: `grid`, `supply`, `both`.
    pub side: String,
    /// Key of the proposal.
    pub proposal: String,
    /// How sure the wash is, in per cent.
    pub confidence: i16,
    /// Somebody of it is protected.
    pub protected: bool,
    /// How often it was found after it had gone.
    pub times: i32,
    /// Reference of the newest file that has it.
    pub file_ref: String,
    /// Why the repair from the register did not come about: `number_differs`, `unknown`, `taken_back`.
    #[serde(default)]
    pub trouble: Option<String>,
    /// Who washed (DW-BAS-20).
    pub origin: String,
    /// … and on which day.
    pub origin_day: Option<NaiveDate>,
    /// Fault code of the central tool.
    pub fault: Option<String>,
    /// The number of the point with its right check digit.
    pub computed: Option<String>,
    /// The code that a later file has, while somebody works on this one.
    pub newer: Option<String>,
    /// Rows of the grid company, at most five.
    pub grid: Vec<EvidenceRow>,
    /// Rows of the supplier, at most five.
    pub supply: Vec<EvidenceRow>,
    /// The row of the register.
    pub register: Option<EvidenceRow>,
}

/// A row as one side holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// The customer there.
    pub customer_ref: String,
    /// `private`, `business`.
    pub kind: String,
    /// Name of the person or the business.
    pub name: String,
    /// Identity number, masked; an organisation number as it is.
    pub number: String,
    /// Rows with one number have one figure; 0 without.
    pub number_as: i32,
    /// Birth date, masked but for the year.
    pub birth: String,
    /// Rows with one birth date have one figure; 0 without.
    pub birth_as: i32,
    /// Street, number, postcode, city.
    pub address: String,
    /// First day of the contract, as given.
    pub valid_from: String,
    /// Last day, as given.
    pub valid_to: String,
    /// Day of death in the register.
    pub deceased_on: String,
    /// How the enterprise stands in the register.
    pub condition: String,
}
