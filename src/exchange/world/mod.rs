//! An invented world to learn and to test on: registers and some days of work, made from a seed.
//! The same seed and day give the same world. Nobody in it exists.
//!
//! This module must not know: the present time.

mod dice;
mod installers;
mod planning;
pub mod play;
mod registers;
mod requests;
mod script;
pub mod sharing;
mod story;
pub mod wash;
mod words;

use chrono::{DateTime, NaiveDate, Utc};

use crate::exchange::payment::practice::Told;
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

/// Who does a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The importer.
    Intake,
    /// An agent, by number; take the remainder by the number of agents there are.
    Colleague(usize),
    /// The outside system that blocks and lifts.
    Port,
}

/// What a step is. Answers are as a person would type them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A case comes in; with a subject whose case is open it joins that case.
    Open {
        /// Key of the process.
        process: &'static str,
        /// What the sender calls it.
        reference: String,
        /// When it was received.
        received_at: DateTime<Utc>,
        /// Field → answer.
        answers: Vec<(&'static str, String)>,
    },
    /// An action on a case.
    Act {
        /// The case.
        reference: String,
        /// Key of the action.
        action: &'static str,
        /// Field → answer. A contact and a start time are looked up when it is played.
        answers: Vec<(&'static str, String)>,
    },
    /// What becomes of the open payment of a case, in practice.
    Pay {
        /// The case.
        reference: String,
        /// What the customer or the bank does.
        told: Told,
    },
    /// Everything that is due at the worker, once.
    Round,
}

/// One step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldStep {
    /// Legal instant.
    pub at: DateTime<Utc>,
    /// Who.
    pub who: Who,
    /// What.
    pub what: What,
}

impl WorldStep {
    /// The case it is about.
    pub fn reference(&self) -> &str {
        match &self.what {
            What::Open { reference, .. }
            | What::Act { reference, .. }
            | What::Pay { reference, .. } => reference,
            What::Round => "",
        }
    }
}

/// The whole world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// The registers.
    pub registers: Registers,
    /// What happened, in the order of time.
    pub steps: Vec<WorldStep>,
    /// The morning on which it is looked at: 09:00 in Amsterdam. All steps lie before.
    pub now: DateTime<Utc>,
}

impl World {
    /// The world of that seed as it is on the morning of that day.
    pub fn new(seed: u64, day: NaiveDate) -> Self {
        let mut dice = Dice::new(seed);
        let mut registers = registers::make(&mut dice, day);
        let mut steps = script::make(&mut dice, &registers, day);
        steps.extend(requests::make(&registers, day));
        installers::settle(&mut registers);
        steps.extend(installers::make(day));
        // stable: what happens at one moment keeps its order
        steps.sort_by_key(|step| step.at);
        Self {
            registers,
            steps,
            now: story::morning(day),
        }
    }
}
