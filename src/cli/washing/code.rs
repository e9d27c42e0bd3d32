//! Codes of findings on the command line.

use clap::ValueEnum;

/// A code, as on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "they are the codes of the guide")]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    Gsrn,
    Duplicate,
    Orgnr,
    Fnr,
    I01,
    I02,
    I03,
    I04,
    A01,
    A02,
    A03,
    A04,
    Spelling,
    FillFnr,
    FillOrgnr,
}

impl Code {
    /// As in files.
    pub fn word(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
