//! An invented world to learn and to test on: registers and some days of work, made from a seed.
//! The same seed and day give the same world. Nobody in it exists.
//!
//! This module must not know: the present time, the database.

mod dice;
mod registers;
mod words;

use chrono::NaiveDate;

use crate::store::register::{
    ConnectionRecord, ContactRecord, ContractRecord, CustomerRecord, MeterRecord, PartyRecord,
};
use dice::Dice;

/// Our own company in the invented world.
pub const OWN_GLN: &str = "8716879000004";
/// The contact group of the procedure (GT-26).
pub const GROUP: &str = "Gerede twijfel Klantmandaat";

/// The registers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registers {
    /// Market parties; the first is our own company.
    pub parties: Vec<PartyRecord>,
    /// Their contacts.
    pub contacts: Vec<ContactRecord>,
    /// Metering points.
    pub connections: Vec<ConnectionRecord>,
    /// Meters.
    pub meters: Vec<MeterRecord>,
    /// Customers.
    pub customers: Vec<CustomerRecord>,
    /// Contracts.
    pub contracts: Vec<ContractRecord>,
}

/// The whole world.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// The registers.
    pub registers: Registers,
}

impl World {
    /// The world of that seed as it is on the morning of that day.
    pub fn new(seed: u64, day: NaiveDate) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            registers: registers::make(&mut dice, day),
        }
    }
}
