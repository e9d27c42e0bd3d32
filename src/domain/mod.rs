//! The trade's words: identifiers, addresses, countries, calendars, deadlines. Pure: no I/O, no
//! clock, no SQL, no screen.

pub mod calendar;
pub mod clock;
pub mod connection_check;
pub mod consumption;
pub mod country;
pub mod deadline;
pub mod ean;
pub mod fodselsnummer;
pub mod fold;
pub mod forecast;
pub mod form;
pub mod gln;
pub mod gs1;
pub mod house_number;
pub mod idle;
pub mod kbo;
mod kept_as_text;
mod luhn;
pub mod meter_number;
pub mod money;
pub mod organisasjonsnummer;
pub mod organisationsnummer;
pub mod personnummer;
pub mod postcode;
pub mod retention;
pub mod sanitize;
pub mod week_pattern;
pub mod when;
