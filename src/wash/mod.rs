//! The data wash: what grid company and supplier hold of the end user of one metering point, held
//! against each other and against the registers (rules DW-*, decision 19). Pure: no files, no
//! database, no threads.

pub mod classify;
pub mod given;
pub mod identity;
pub mod marks;
pub mod name;
pub mod pattern;
pub mod record;
pub mod slip;
pub mod spelling;
pub mod written;

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wrong with the data of a metering point. Of several the first one in this order counts
/// (decision 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The number of the metering point is none (DW-BAS-07).
    Gsrn,
    /// The number stands twice on one side (DW-BAS-08).
    Duplicate,
    /// The end user died (DW-I04).
    I04,
    /// A business without a real organisation number (DW-I02).
    I02,
    /// A private customer whom no unique hit of the register identifies (DW-I01).
    I01,
    /// Both sides agree on a business name that is not the register's (DW-I03).
    I03,
    /// One side has no contract (DW-A04).
    A04,
    /// The national identity number is missing on a side and was found.
    FillFnr,
    /// The organisation number is missing on a side and was found.
    FillOrgnr,
    /// The same end user by number, written differently from the register (DW-BAS-21).
    Spelling,
    /// A business on one side and a person with its name on the other (DW-A03).
    A03,
    /// Two persons with one surname and address (DW-A02).
    A02,
    /// Any other difference of the end user (DW-A01).
    A01,
}

impl Code {
    /// All codes, in the order in which they count.
    pub const ALL: [Self; 13] = [
        Self::Gsrn,
        Self::Duplicate,
        Self::I04,
        Self::I02,
        Self::I01,
        Self::I03,
        Self::A04,
        Self::FillFnr,
        Self::FillOrgnr,
        Self::Spelling,
        Self::A03,
        Self::A02,
        Self::A01,
    ];

    /// As in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gsrn => "GSRN",
            Self::Duplicate => "DUPLICATE",
            Self::I04 => "I04",
            Self::I02 => "I02",
            Self::I01 => "I01",
            Self::I03 => "I03",
            Self::A04 => "A04",
            Self::FillFnr => "FILL_FNR",
            Self::FillOrgnr => "FILL_ORGNR",
            Self::Spelling => "SPELLING",
            Self::A03 => "A03",
            Self::A02 => "A02",
            Self::A01 => "A01",
        }
    }

    /// Whether a person must decide; the others are repaired from the register (decision 19).
    pub fn needs_person(self) -> bool {
        !matches!(self, Self::FillFnr | Self::FillOrgnr | Self::Spelling)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// On which side something is to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The grid company (nett).
    Grid,
    /// The supplier (kraft).
    Supply,
    /// Both.
    Both,
}

impl Side {
    /// As in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Supply => "supply",
            Self::Both => "both",
        }
    }

    /// The side or both; `None` when neither is meant.
    pub fn of(grid: bool, supply: bool) -> Option<Self> {
        match (grid, supply) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Grid),
            (false, true) => Some(Self::Supply),
            (false, false) => None,
        }
    }
}

/// What to do about it, as the guide says: the texts `wash.proposal.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// Find the right number of the metering point.
    CorrectNumber,
    /// Take one of the rows out.
    RemoveDuplicate,
    /// Follow up the estate: transfer, or keep until it is settled (DW-I04-4 to DW-I04-7).
    FollowUpEstate,
    /// Search the register of enterprises, then contact the customer (DW-I02-6).
    FindEnterprise,
    /// Search the population register, then contact the customer (DW-I01-11, DW-I01-12).
    FindPerson,
    /// The number is the truth: take the register's name (DW-I03-5).
    TakeRegisterName,
    /// Ask the customer which is right (DW-I03-6).
    AskWhichIsRight,
    /// Look for an open process first (DW-A04-2).
    CheckOpenProcess,
    /// Put the number in that was found.
    FillNumber,
    /// Write it as the register does (DW-BAS-22).
    TakeRegisterSpelling,
    /// Private person or business: ask the customer (DW-A03).
    AskPrivateOrBusiness,
    /// One household: ask who it is (DW-A02-6).
    AskHousehold,
    /// Wait for the supplier's message, which has to clean up (DW-A-4).
    AwaitSupplier,
}

impl Proposal {
    /// Its key in files and texts.
    pub fn key(self) -> &'static str {
        match self {
            Self::CorrectNumber => "correct_number",
            Self::RemoveDuplicate => "remove_duplicate",
            Self::FollowUpEstate => "follow_up_estate",
            Self::FindEnterprise => "find_enterprise",
            Self::FindPerson => "find_person",
            Self::TakeRegisterName => "take_register_name",
            Self::AskWhichIsRight => "ask_which_is_right",
            Self::CheckOpenProcess => "check_open_process",
            Self::FillNumber => "fill_number",
            Self::TakeRegisterSpelling => "take_register_spelling",
            Self::AskPrivateOrBusiness => "ask_private_or_business",
            Self::AskHousehold => "ask_household",
            Self::AwaitSupplier => "await_supplier",
        }
    }
}

/// The finding of a metering point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// Where it is to be mended.
    pub side: Side,
    /// What to do.
    pub proposal: Proposal,
    /// How sure we are, in per cent.
    pub confidence: u8,
}

/// What can be set: from which likeness (0 to 1, Jaro-Winkler) two names count as the same and from
/// which a person has to say (identifiers.md 3.9), which organisation numbers are made up, and on
/// which day the holdings are looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Nearly equal.
    pub same: f64,
    /// Below this they are different names.
    pub unsure: f64,
    /// Organisation numbers that pass the check digit and belong to nobody (DW-I02-11). One digit
    /// nine times is never a number.
    pub fictitious: Vec<String>,
    /// `YYYY-MM-DD`: contracts that have ended by then, or begin later, do not count. Empty: the
    /// validity that is given says nothing but which contracts overlap.
    pub day: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            same: 0.92,
            unsure: 0.80,
            fictitious: vec!["123456785".to_owned()],
            day: String::new(),
        }
    }
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// A likeness outside 0 to 1, or in the wrong order.
    #[error("`same` and `unsure` lie between 0 and 1, and `unsure` is not above `same`")]
    Likeness,
    /// A day that none is.
    #[error("{0:?} is not a day (YYYY-MM-DD)")]
    Day(String),
}

impl Rules {
    /// Whether they can be used; the day is put into its shape.
    pub fn checked(mut self) -> Result<Self, RulesError> {
        let (same, unsure) = (self.same, self.unsure);
        if !(0.0..=1.0).contains(&same) || !(0.0..=same).contains(&unsure) {
            return Err(RulesError::Likeness);
        }
        let day = given::day(self.day.trim()).into_owned();
        if !day.is_empty() && day.parse::<chrono::NaiveDate>().is_err() {
            return Err(RulesError::Day(self.day));
        }
        self.day = day;
        Ok(self)
    }
}
