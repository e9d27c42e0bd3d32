//! One row of a holding or of a register, packed: millions of them are held at once.

/// Bytes of text in a row at most.
pub const MOST: usize = 60_000;

/// A row of `N` values in one piece of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed<const N: usize> {
    text: Box<str>,
    ends: [u16; N],
}

impl<const N: usize> Packed<N> {
    /// Packs the values. What does not fit into [`MOST`] bytes is cut.
    pub fn new(values: [&str; N]) -> Self {
        let mut text = String::with_capacity(values.iter().map(|value| value.len()).sum());
        let ends = values.map(|value| {
            let room = MOST.saturating_sub(text.len());
            text.push_str(&value[..value.floor_char_boundary(room)]);
            u16::try_from(text.len()).unwrap_or(u16::MAX)
        });
        Self {
            text: text.into_boxed_str(),
            ends,
        }
    }

    /// A value, by place.
    pub fn at(&self, place: usize) -> &str {
        let end = self.ends.get(place).copied().unwrap_or_default();
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or_default();
        self.text
            .get(usize::from(start)..usize::from(end))
            .unwrap_or_default()
    }

    /// The bytes that [`Self::from_bytes`] takes.
    pub fn to_bytes(&self, out: &mut Vec<u8>) {
        for end in self.ends {
            out.extend_from_slice(&end.to_le_bytes());
        }
        out.extend_from_slice(self.text.as_bytes());
    }

    /// The row of those bytes; `None` when they are none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, text) = bytes.split_at_checked(2 * N)?;
        let mut ends = [0; N];
        for (end, pair) in ends.iter_mut().zip(head.chunks_exact(2)) {
            *end = u16::from_le_bytes([*pair.first()?, *pair.last()?]);
        }
        let text = std::str::from_utf8(text).ok()?.into();
        Some(Self { text, ends })
    }
}

macro_rules! fields {
    ($name:ident, $doc:literal, $($field:ident = $column:literal,)+) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = concat!("Column `", $column, "`.")] $field,)+
        }

        impl $name {
            /// The columns, in the order of the row.
            pub const COLUMNS: &'static [&'static str] = &[$($column),+];
        }
    };
}

fields! {
    Held, "A value of a holding, by the name of its column.",
    Point = "metering_point_id",
    Customer = "customer_ref",
    Kind = "kind",
    FirstName = "first_name",
    LastName = "last_name",
    Organisation = "organisation_name",
    Identifier = "identifier",
    BirthDate = "birth_date",
    Street = "street",
    HouseNumber = "house_number",
    Postcode = "postcode",
    City = "city",
    ValidFrom = "valid_from",
    ValidTo = "valid_to",
    Supplier = "supplier_gln",
}

fields! {
    Person, "A value of the population register, by the name of its column.",
    Identifier = "identifier",
    FirstName = "first_name",
    LastName = "last_name",
    BirthDate = "birth_date",
    Street = "street",
    HouseNumber = "house_number",
    Postcode = "postcode",
    City = "city",
    DeceasedOn = "deceased_on",
    Protected = "protected",
}

/// What a side holds of the end user of a metering point.
pub type Holding = Packed<15>;
/// A person of the population register.
pub type PersonRow = Packed<10>;
/// An enterprise: number, name, code of its form, street with number, postcode, city, state
/// (`bankrupt`, `winding_up`, `deleted` or nothing).
pub type EnterpriseRow = Packed<7>;

impl Holding {
    /// A value of the holding.
    pub fn get(&self, field: Held) -> &str {
        self.at(field as usize)
    }

    /// Whether the end user is a business.
    pub fn is_business(&self) -> bool {
        self.get(Held::Kind) == "business"
    }

    /// Whether both hold one number for an end user of one kind.
    pub fn has_number_of(&self, other: &Self) -> bool {
        self.get(Held::Identifier) == other.get(Held::Identifier)
            && self.is_business() == other.is_business()
    }

    /// Whether the contract runs on that day or later (`YYYY-MM-DD`; nothing: always). One that was
    /// ended before it began never ran.
    pub fn is_live(&self, day: &str) -> bool {
        let (from, to) = (self.get(Held::ValidFrom), self.get(Held::ValidTo));
        to.is_empty() || (from < to && (day.is_empty() || day < to))
    }

    /// Whether the contract has begun by that day.
    pub fn has_begun(&self, day: &str) -> bool {
        day.is_empty() || self.get(Held::ValidFrom) <= day
    }

    /// Whether both contracts run at one time; one that ends on the day on which the other begins
    /// makes room for it.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_in = |one: &Self, other: &Self| {
            let end = other.get(Held::ValidTo);
            end.is_empty() || one.get(Held::ValidFrom) < end
        };
        begins_in(self, other) && begins_in(other, self)
    }

    /// First and last name of a person, in one.
    pub fn person_name(&self) -> String {
        let names = [self.get(Held::FirstName), self.get(Held::LastName)];
        names.join(" ").trim().to_owned()
    }
}

/// Whether a register's mark protects a person (decision 21). A word that is not known does: whoever is
/// hidden in vain is found by number, whoever is shown in vain is not hidden again.
pub fn protects(mark: &str) -> bool {
    const OPEN: [&str; 9] = ["", "no", "n", "nei", "nee", "nej", "false", "0", "ugradert"];
    !OPEN.contains(&mark.trim().to_lowercase().as_str())
}

impl PersonRow {
    /// A value of the person.
    pub fn get(&self, field: Person) -> &str {
        self.at(field as usize)
    }

    /// Whether name and address must never be shown.
    pub fn is_protected(&self) -> bool {
        protects(self.get(Person::Protected))
    }

    /// Whether the person died.
    pub fn is_dead(&self) -> bool {
        !self.get(Person::DeceasedOn).is_empty()
    }

    /// First and last name in one.
    pub fn name(&self) -> String {
        [self.get(Person::FirstName), self.get(Person::LastName)].join(" ")
    }
}

impl EnterpriseRow {
    /// The organisation number.
    pub fn number(&self) -> &str {
        self.at(0)
    }

    /// The registered name.
    pub fn name(&self) -> &str {
        self.at(1)
    }

    /// Street and house number of the business address.
    pub fn street(&self) -> &str {
        self.at(3)
    }

    /// Its postcode.
    pub fn postcode(&self) -> &str {
        self.at(4)
    }

    /// Its city.
    pub fn city(&self) -> &str {
        self.at(5)
    }

    /// `bankrupt`, `winding_up`, `deleted`, or nothing.
    pub fn condition(&self) -> &str {
        self.at(6)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// DW-BAS-22, formats 5.1: a mark in words that we do not know protects.
    #[test]
    fn dw_protection_is_lifted_by_known_words_only() {
        for open in ["", " ", "no", "Nei", "FALSE", "0", "ugradert"] {
            assert!(!protects(open), "{open}");
        }
        for mark in ["yes", "Ja", "TRUE", "1", "6", "7", "fortrolig", "?"] {
            assert!(protects(mark), "{mark}");
        }
    }

    proptest! {
        /// Packing loses nothing, and the bytes bring the same row back.
        #[test]
        fn a_row_comes_back(values in prop::array::uniform10(".{0,40}")) {
            let row = PersonRow::new(values.each_ref().map(String::as_str));
            for (place, value) in values.iter().enumerate() {
                prop_assert_eq!(row.at(place), value);
            }
            let mut bytes = Vec::new();
            row.to_bytes(&mut bytes);
            prop_assert_eq!(PersonRow::from_bytes(&bytes), Some(row));
        }

        /// Bytes that are no row are none; nothing panics.
        #[test]
        fn bytes_that_are_no_row(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(row) = PersonRow::from_bytes(&bytes) {
                for place in 0..12 {
                    let _ = row.at(place);
                }
            }
        }
    }

    #[test]
    fn a_row_too_long_is_cut_at_a_letter() {
        let long = "ø".repeat(40_000);
        let row = EnterpriseRow::new(["1", &long, "", "", "", "", "ø"]);
        assert_eq!(row.name().chars().count(), 29_999);
        assert_eq!(row.condition(), "");
    }
}
