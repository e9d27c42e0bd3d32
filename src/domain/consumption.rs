//! Consumption: what a meter counted in a stretch of time, per register (FLU-02, FLU-35; formats.md
//! 5.10 and 5.11). A value that is missing is missing; it is never zero.
//!
//! This module must not know: files, the database, who asks.

pub mod days;
pub mod end;
mod found;
pub mod guard;
pub mod local;
pub mod shown;
mod turns;
pub mod view;

use serde::{Deserialize, Serialize};

pub use found::{Consumption, Found, Own, Peak, Step};

/// The zone of the source: a day of it has 23, 24 or 25 hours.
pub const ZONE: chrono_tz::Tz = chrono_tz::Tz::Europe__Brussels;

/// What is delivered at a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Energy {
    /// Electricity, measured per quarter of an hour.
    #[serde(rename = "E")]
    Electricity,
    /// Gas, measured per hour.
    #[serde(rename = "G")]
    Gas,
}

impl Energy {
    /// Minutes of its finest data (FLU-02): gas has no quarter-hours.
    pub fn minutes(self) -> i64 {
        match self {
            Self::Electricity => 15,
            Self::Gas => 60,
        }
    }
}

/// Which way it flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Taken from the grid.
    Offtake,
    /// Given to it.
    Injection,
}

/// A unit as the source writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Kilowatt-hours; kept in watt-hours.
    #[serde(rename = "kWh")]
    Kwh,
    /// Cubic metres; kept in litres (dm³).
    #[serde(rename = "m³")]
    CubicMetre,
    /// Kilowatts; kept in watts.
    #[serde(rename = "kW")]
    Kw,
}

impl Unit {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Kwh => "kWh",
            Self::CubicMetre => "m³",
            Self::Kw => "kW",
        }
    }

    /// The unit of that sign; `m3` is written where `³` cannot be.
    pub fn of_sign(sign: &str) -> Option<Self> {
        match sign {
            "kWh" => Some(Self::Kwh),
            "m³" | "m3" => Some(Self::CubicMetre),
            "kW" => Some(Self::Kw),
            _ => None,
        }
    }
}

macro_rules! registers {
    ($(
        $name:ident = $code:literal, $key:literal, $unit:ident, $direction:ident,
        $nl:literal, $en:literal, $doc:literal;
    )*) => {
        /// What is counted: direction, tariff and unit in one. The number is what the database keeps.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Register { $(#[doc = $doc] $name = $code,)* }

        impl Register {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its number in the database.
            pub fn code(self) -> i16 { match self { $(Self::$name => $code),* } }

            /// Its key in texts and tables.
            pub fn key(self) -> &'static str { match self { $(Self::$name => $key),* } }

            /// Its unit.
            pub fn unit(self) -> Unit { match self { $(Self::$name => Unit::$unit),* } }

            /// Which way it counts.
            pub fn direction(self) -> Direction {
                match self { $(Self::$name => Direction::$direction),* }
            }

            /// As the source names it in Dutch.
            pub fn dutch(self) -> &'static str { match self { $(Self::$name => $nl),* } }

            /// The register that the source names so, in Dutch or English, in that unit.
            pub fn named(name: &str, unit: Unit) -> Option<Self> {
                match (name, unit) {
                    $(($nl | $en, Unit::$unit) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

registers! {
    OfftakeDay = 1, "offtake_day", Kwh, Offtake, "Afname Dag", "Offtake Day",
        "Taken in the day tariff.";
    OfftakeNight = 2, "offtake_night", Kwh, Offtake, "Afname Nacht", "Offtake Night",
        "Taken in the night tariff.";
    OfftakeTotal = 3, "offtake_total", Kwh, Offtake, "Afname", "Offtake",
        "Taken, without tariffs; of gas its energy.";
    InjectionDay = 4, "injection_day", Kwh, Injection, "Injectie Dag", "Injection Day",
        "Given in the day tariff.";
    InjectionNight = 5, "injection_night", Kwh, Injection, "Injectie Nacht", "Injection Night",
        "Given in the night tariff.";
    InjectionTotal = 6, "injection_total", Kwh, Injection, "Injectie", "Injection",
        "Given, without tariffs.";
    OfftakeActive = 7, "offtake_active", Kwh, Offtake, "Afname Actief", "Offtake Active",
        "Taken, of a meter that is read from afar (AMR).";
    InjectionActive = 8, "injection_active", Kwh, Injection, "Injectie Actief", "Injection Active",
        "Given, of a meter that is read from afar (AMR).";
    OfftakeVolume = 9, "offtake_volume", CubicMetre, Offtake, "Afname", "Offtake",
        "Gas taken, as it was measured (FLU-35).";
    Peak = 10, "peak", Kw, Offtake, "Piekvermogen", "Peak power",
        "The highest quarter-hour of a month.";
}

impl Register {
    /// The register of that number.
    pub fn of_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

/// How sure a value is. Later ones are surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Reckoned, because nothing was read.
    Estimated,
    /// Read, not checked yet.
    Read,
    /// Checked.
    Validated,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Estimated, Self::Read, Self::Validated];

    /// Its key in texts.
    pub fn key(self) -> &'static str {
        match self {
            Self::Estimated => "estimated",
            Self::Read => "read",
            Self::Validated => "validated",
        }
    }

    /// Its number in the database: a higher one is surer.
    pub fn code(self) -> i16 {
        match self {
            Self::Estimated => 1,
            Self::Read => 2,
            Self::Validated => 3,
        }
    }

    /// The status of that number.
    pub fn of_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Over how long a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A quarter of an hour.
    Quarter,
    /// An hour.
    Hour,
    /// A local day.
    Day,
    /// A local month; peaks only.
    Month,
}

impl Grain {
    /// Its number in the database: minutes where they are always as many.
    pub fn code(self) -> i16 {
        match self {
            Self::Quarter => 15,
            Self::Hour => 60,
            Self::Day => 1440,
            Self::Month => 30000,
        }
    }

    /// Whether it is finer than a day (FLU-25).
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Quarter | Self::Hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_database_name_one_thing_each() {
        for register in Register::ALL {
            assert_eq!(Register::of_code(register.code()), Some(*register));
            let named = Register::named(register.dutch(), register.unit());
            assert_eq!(named, Some(*register), "{register:?}");
        }
        for status in Status::ALL {
            assert_eq!(Status::of_code(status.code()), Some(status));
        }
    }

    /// FLU-35: gas is taken in m³ and in kWh, under one name.
    #[test]
    fn flu_35_gas_is_told_apart_by_its_unit() {
        let gas = |unit| Register::named("Afname", unit);
        assert_eq!(gas(Unit::Kwh), Some(Register::OfftakeTotal));
        assert_eq!(gas(Unit::CubicMetre), Some(Register::OfftakeVolume));
        assert_eq!(gas(Unit::Kw), None);
        assert_eq!(Unit::of_sign("m3"), Some(Unit::CubicMetre));
    }

    /// FLU-02: electricity per quarter-hour, gas per hour.
    #[test]
    fn flu_02_gas_has_no_quarter_hours() {
        assert_eq!(Energy::Gas.minutes(), 60);
        assert_eq!(Energy::Electricity.minutes(), 15);
    }
}
