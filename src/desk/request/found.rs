//! What is at an address, from all sources that were asked: the registers of the database, and the
//! EAN code book and the address service where they are set (PRIO-20, PRIO-27).

use crate::store::connections::{Found, FoundMeter};
use crate::text::Texts;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtAddress {
    /// Whether this is at that letter and addition. Else nobody there has them, and this is at the
    /// number.
    pub exact: bool,
    /// Whether there are more than these.
    pub more: bool,
    /// The electricity meters of the registers; whose grid each is on, as the code book says.
    pub meters: Vec<FoundMeter>,
    /// Connections at which no register has a meter.
    pub bare: Vec<Bare>,
    /// The houses at that number that the address service knows; `None` when it was not asked.
    pub houses: Option<Vec<String>>,
    /// Who did not answer.
    pub away: Vec<Away>,
}

/// A connection that the code book has, and no register a meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bare {
    /// Its number, as reported.
    pub ean: String,
    /// Whether that is a number of its kind: another one cannot be chosen.
    pub is_valid: bool,
    /// Name of the grid operator, or its number where the code book has no name.
    pub operator: String,
    /// Whether that is us.
    pub ours: bool,
    /// Where it is; empty where that is not told.
    pub address: String,
}

/// A source that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Which one: `code_book`, `address_service`.
    pub source: &'static str,
    /// Why: `trouble.<key>`.
    pub key: &'static str,
    /// Values for that text.
    pub args: Vec<(&'static str, String)>,
}

impl From<Found> for AtAddress {
    /// What the registers alone say.
    fn from(found: Found) -> Self {
        Self {
            exact: found.exact,
            more: found.more,
            meters: found.meters,
            ..Self::default()
        }
    }
}

impl AtAddress {
    /// Whether nothing at all is there.
    pub fn is_empty(&self) -> bool {
        self.meters.is_empty() && self.bare.is_empty()
    }
}

impl Away {
    /// In words, with how to ask again.
    pub fn said(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let why = texts.fill(&format!("trouble.{}", self.key), &args);
        let source = texts.get(match self.source {
            "code_book" => "request.code_book",
            _ => "request.address_service",
        });
        texts.fill("request.source_away", &[("source", source), ("why", &why)])
    }
}
