//! The three generations of headers, by the names of their columns.

/// Where each column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    places: [usize; COLUMNS.len()],
    /// How many there are.
    pub(super) width: usize,
}

/// The columns that are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    FromDay,
    FromTime,
    ToDay,
    ToTime,
    Ean,
    Meter,
    Register,
    Volume,
    Unit,
    Status,
}

/// What the generations a, b and c call them.
const COLUMNS: [&[&str]; 10] = [
    &["Van datum", "Van (datum)", "From (date)"],
    &["Van tijdstip", "Van (tijdstip)", "From (time)"],
    &["Tot datum", "Tot (datum)", "Until (date)"],
    &["Tot tijdstip", "Tot (tijdstip)", "Until (time)"],
    &["EAN", "EAN-code", "EAN code"],
    &["Meter"],
    &["Register"],
    &["Volume"],
    &["Eenheid", "Unit"],
    &["Validatiestatus", "Validation status"],
];

/// Why it is no header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Nothing is there.
    #[error("the file is empty")]
    Empty,
    /// Columns that no generation leaves out.
    #[error("no export of consumption: missing columns {}", .0.join(", "))]
    Missing(Vec<&'static str>),
}

impl Columns {
    /// Of a first line.
    pub fn of(header: &str) -> Result<Self, HeaderError> {
        if header.trim().is_empty() {
            return Err(HeaderError::Empty);
        }
        let names: Vec<&str> = header.split(';').map(super::row::bare).collect();
        let mut places = [0; COLUMNS.len()];
        let mut missing = Vec::new();
        for (place, known) in places.iter_mut().zip(COLUMNS) {
            match names.iter().position(|name| known.contains(name)) {
                Some(found) => *place = found,
                None => missing.extend(known.first()),
            }
        }
        if missing.is_empty() {
            let width = names.len();
            Ok(Self { places, width })
        } else {
            Err(HeaderError::Missing(missing))
        }
    }

    /// The value of a column in a row.
    pub(super) fn get<'a>(&self, values: &[&'a str], column: Column) -> &'a str {
        let place = self.places[column as usize];
        values.get(place).copied().unwrap_or_default()
    }
}
