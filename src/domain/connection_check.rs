//! What is checked of a meter before it is exchanged (PRIO-15), in one order whoever was asked
//! (PRIO-22), and whether it suits feeding in (TLM-11).
//!
//! This module must not know: who was asked, processes, the database.

use serde::{Deserialize, Serialize};

/// What a source says of one meter. What it does not know is `None`, and ends no request: one can be
/// refused for the listed reasons only (PRIO-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Whether the connection lies in a grid of ours.
    pub ours: bool,
    /// Whether the meter is registered as smart, whatever is switched on of it.
    pub smart: Option<bool>,
    /// Whether a smart meter can be placed.
    pub feasible: Option<bool>,
    /// Whether the meter can register feed-in.
    pub feed_in_suitable: Option<bool>,
    /// Whether the planning of work orders has an order for it already.
    pub planned: bool,
}

/// What comes of the checks on a request for a smart meter: one of them, with time and source
/// (PRIO-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Another company's grid (PRIO-27).
    NotOurGrid,
    /// The meter is smart (PRIO-25).
    AlreadySmart,
    /// No smart meter can be placed (PRIO-24).
    NotFeasible,
    /// There is an order already: pay now or wait (PRIO-26).
    InGsaPlanning,
    /// Nothing stands against it.
    Ok,
}

/// What comes of the check whether a meter suits feeding in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suitability {
    /// Another company's grid: it is not ours to say (TLM-17).
    NotOurGrid,
    /// It does (TLM-11).
    Suitable,
    /// It does not, and can be exchanged free of charge (TLM-12).
    NotSuitable,
    /// It does not, and no other can be placed (TLM-17).
    NotFeasible,
}

impl Outcome {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [Self; 5] = [
        Self::NotOurGrid,
        Self::AlreadySmart,
        Self::NotFeasible,
        Self::InGsaPlanning,
        Self::Ok,
    ];

    /// Its stored name.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotOurGrid => "not_our_grid",
            Self::AlreadySmart => "already_smart",
            Self::NotFeasible => "not_feasible",
            Self::InGsaPlanning => "in_gsa_planning",
            Self::Ok => "ok",
        }
    }
}

impl Suitability {
    /// Its stored name.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotOurGrid => "not_our_grid",
            Self::Suitable => "suitable",
            Self::NotSuitable => "not_suitable",
            Self::NotFeasible => "not_feasible",
        }
    }
}

impl Findings {
    /// The first outcome that holds, in the order of PRIO-22.
    pub fn outcome(self) -> Outcome {
        let holds = |outcome: &Outcome| match outcome {
            Outcome::NotOurGrid => !self.ours,
            Outcome::AlreadySmart => self.smart == Some(true),
            Outcome::NotFeasible => self.feasible == Some(false),
            Outcome::InGsaPlanning => self.planned,
            Outcome::Ok => true,
        };
        Outcome::ALL.into_iter().find(holds).unwrap_or(Outcome::Ok)
    }

    /// Whether it suits feeding in; whose grid it is comes first, as in PRIO-22. That it is smart
    /// already ends nothing there (TLM-17).
    pub fn suitability(self) -> Suitability {
        if !self.ours {
            return Suitability::NotOurGrid;
        }
        match (self.feed_in_suitable, self.feasible) {
            (Some(true), _) => Suitability::Suitable,
            (_, Some(false)) => Suitability::NotFeasible,
            _ => Suitability::NotSuitable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fine() -> Findings {
        Findings {
            ours: true,
            smart: Some(false),
            feasible: Some(true),
            feed_in_suitable: Some(false),
            planned: false,
        }
    }

    /// PRIO-22: not our grid, already smart, not feasible, in the planning; each hides those behind it.
    #[test]
    fn prio_22_the_first_outcome_in_the_order_counts() {
        let mut findings = Findings {
            ours: false,
            smart: Some(true),
            feasible: Some(false),
            planned: true,
            ..fine()
        };
        assert_eq!(findings.outcome(), Outcome::NotOurGrid);
        findings.ours = true;
        assert_eq!(findings.outcome(), Outcome::AlreadySmart);
        findings.smart = Some(false);
        assert_eq!(findings.outcome(), Outcome::NotFeasible);
        findings.feasible = Some(true);
        assert_eq!(findings.outcome(), Outcome::InGsaPlanning);
        findings.planned = false;
        assert_eq!(findings.outcome(), Outcome::Ok);
    }

    /// PRIO-13: what is not known is no reason to refuse.
    #[test]
    fn prio_13_what_nobody_knows_ends_no_request() {
        let unknown = Findings {
            smart: None,
            feasible: None,
            feed_in_suitable: None,
            ..fine()
        };
        assert_eq!(unknown.outcome(), Outcome::Ok);
        assert_eq!(unknown.suitability(), Suitability::NotSuitable);
    }

    /// TLM-11, TLM-17: a meter that suits needs no exchange, smart or not, feasible or not.
    #[test]
    fn tlm_17_a_suitable_meter_ends_well_whatever_else_holds() {
        let suits = Findings {
            feed_in_suitable: Some(true),
            smart: Some(true),
            feasible: Some(false),
            ..fine()
        };
        assert_eq!(suits.suitability(), Suitability::Suitable);
        assert_eq!(fine().suitability(), Suitability::NotSuitable);
        let stuck = Findings {
            feasible: Some(false),
            ..fine()
        };
        assert_eq!(stuck.suitability(), Suitability::NotFeasible);
    }

    /// TLM-17: a meter on another grid is not ours to judge, whatever the registers know of it. Fails
    /// where the suitability is told without a look at whose grid it is.
    #[test]
    fn tlm_17_another_grid_comes_first() {
        for feed_in_suitable in [Some(true), Some(false), None] {
            for feasible in [Some(true), Some(false), None] {
                let elsewhere = Findings {
                    ours: false,
                    feasible,
                    feed_in_suitable,
                    ..fine()
                };
                assert_eq!(elsewhere.suitability(), Suitability::NotOurGrid);
                let ours = Findings {
                    ours: true,
                    ..elsewhere
                };
                assert_ne!(ours.suitability(), Suitability::NotOurGrid);
            }
        }
    }

    #[test]
    fn names_are_those_that_are_stored() {
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.key());
        }
        for suits in [
            Suitability::NotOurGrid,
            Suitability::Suitable,
            Suitability::NotSuitable,
            Suitability::NotFeasible,
        ] {
            assert_eq!(serde_json::to_value(suits).unwrap(), suits.key());
        }
    }
}
