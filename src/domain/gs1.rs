//! The check digit that all GS1 numbers share (identifiers.md 3.1).

/// What is wrong with a GS1 number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// Nothing was given.
    #[error("empty")]
    Empty,
    /// A character other than 0 to 9.
    #[error("not only digits")]
    NotDigits,
    /// Another number of digits than the kind has.
    #[error("{found} digits instead of {wanted}")]
    Length {
        /// Digits the kind has.
        wanted: usize,
        /// Digits given.
        found: usize,
    },
    /// The first digit is 0, which no number of this kind has.
    #[error("begins with 0")]
    LeadingZero,
    /// The last digit is not the one that follows from the others.
    #[error("check digit is {found}, must be {wanted}")]
    CheckDigit {
        /// The digit that follows from the others.
        wanted: u8,
        /// The digit given.
        found: u8,
    },
}

/// The check digit of a body of digits: from the right 3, 1, 3, 1 …, then up to the next ten.
/// `None` when a character is not a digit.
pub fn check_digit(body: &str) -> Option<u8> {
    let mut sum = 0_u32;
    for (place, byte) in body.bytes().rev().enumerate() {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        sum += if place % 2 == 0 { 3 * digit } else { digit };
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Checks length, digits, first digit and check digit.
pub fn check(number: &str, wanted: usize) -> Result<(), Gs1Error> {
    if number.is_empty() {
        return Err(Gs1Error::Empty);
    }
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Gs1Error::NotDigits);
    }
    let found = number.len();
    if found != wanted {
        return Err(Gs1Error::Length { wanted, found });
    }
    if number.starts_with('0') {
        return Err(Gs1Error::LeadingZero);
    }
    let (body, last) = number.split_at(found - 1);
    let wanted = check_digit(body).ok_or(Gs1Error::NotDigits)?;
    let found = last.bytes().next().map_or(0, |byte| byte - b'0');
    if wanted == found {
        Ok(())
    } else {
        Err(Gs1Error::CheckDigit { wanted, found })
    }
}
