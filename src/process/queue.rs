//! The queues that agents are given. A queue exists when a process uses it.
//!
//! This module must not know: who works in them.

use serde::{Deserialize, Serialize};

use super::Key;

/// One queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queue {
    /// Mandates: reasonable doubt, reports of parties.
    Mandate,
    /// Meter orders of customers: priority placement, feed-in meters.
    Metering,
    /// Notifications of installers.
    Installation,
    /// The data wash: deviations of customer data (Norway).
    Wash,
    /// Sharing of consumption: contracts of providers, mandates of customers.
    Sharing,
}

impl Queue {
    /// The key used in the database and in texts (`queue.<key>`).
    pub fn key(self) -> Key {
        match self {
            Self::Mandate => "mandate",
            Self::Metering => "metering",
            Self::Installation => "installation",
            Self::Wash => "wash",
            Self::Sharing => "sharing",
        }
    }
}
