//! The trade's words: identifiers, addresses, countries, calendars, deadlines. Pure: no I/O, no
//! clock, no SQL, no screen.

pub mod calendar;
pub mod clock;
pub mod country;
pub mod deadline;
pub mod ean;
pub mod gln;
pub mod gs1;
