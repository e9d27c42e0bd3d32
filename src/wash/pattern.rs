//! What a finding has in common with others, so that people decide once (issue 6): the same way of
//! writing, one street renamed, one batch of one system, one supplier or enterprise taken over by another.

use std::fmt;

use super::name::fold_street;
use super::slip::is_one_slip;
use super::spelling::{Spelling, spelling};
use super::written::is_written_so;
use super::{Code, Side};

/// What findings of one cluster share. Its key is stored with each finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// The same way of writing, in the same field of the same side.
    Spelling {
        /// Which field: `first_name`, `last_name`, `organisation_name`, `street`, `house_number`.
        field: &'static str,
        /// On which side.
        side: Side,
        /// How.
        how: Spelling,
    },
    /// A street has another name than in the register or on the other side, within one postcode.
    Street {
        /// Of both.
        postcode: String,
        /// Folded, as it is held.
        old: String,
        /// Folded, as it should be.
        new: String,
    },
    /// Contracts that one side began on one day, with the same finding.
    Batch {
        /// The side.
        side: Side,
        /// What was found.
        code: Code,
        /// The day (`YYYY-MM-DD`).
        day: String,
    },
    /// One number stands where the other should: of suppliers, or of enterprises.
    Merger {
        /// Number of the one that was.
        from: String,
        /// Number of the one that is.
        to: String,
    },
    /// Contracts that went from one supplier to another on one day.
    Moved {
        /// Number of the one that was.
        from: String,
        /// Number of the one that is.
        to: String,
        /// The day (`YYYY-MM-DD`).
        day: String,
    },
    /// The same organisation number that is nobody's.
    Number {
        /// Nine digits.
        number: String,
    },
    /// One submission to the central tool had the same fault on contracts of one day.
    File {
        /// What was found.
        code: String,
        /// The day (`YYYY-MM-DD`).
        day: String,
        /// Name of the file that was submitted.
        file: String,
    },
}

impl fmt::Display for Pattern {
    /// The key: words with colons between, none of them of a person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spelling { field, side, how } => {
                write!(out, "spelling:{field}:{}:{how}", side.as_str())
            }
            Self::Street { postcode, old, new } => {
                write!(out, "street:{}:{}:{}", part(postcode), part(old), part(new))
            }
            Self::Batch { side, code, day } => {
                write!(out, "batch:{}:{code}:{}", side.as_str(), part(day))
            }
            Self::Merger { from, to } => write!(out, "merger:{}:{}", part(from), part(to)),
            Self::Moved { from, to, day } => {
                write!(out, "moved:{}:{}:{}", part(from), part(to), part(day))
            }
            Self::Number { number } => write!(out, "number:{}", part(number)),
            Self::File { code, day, file } => {
                write!(out, "file:{code}:{}:{}", part(day), part(file))
            }
        }
    }
}

/// A part of a key: without colons, and no longer than an index takes.
fn part(text: &str) -> String {
    text.replace(':', " ").chars().take(80).collect()
}

/// What is held, or registered, of an end user; what is not known is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the files")]
pub struct Row<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub organisation_name: &'a str,
    pub identifier: &'a str,
    pub street: &'a str,
    pub house_number: &'a str,
    pub postcode: &'a str,
    pub valid_from: &'a str,
    pub supplier: &'a str,
}

impl Row<'_> {
    fn is_business(&self) -> bool {
        !self.organisation_name.is_empty()
    }
}

/// What the files carry of the metering point of a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen<'a> {
    /// What the grid company holds.
    pub grid: Option<Row<'a>>,
    /// What the supplier holds.
    pub supply: Option<Row<'a>>,
    /// What the register says of the end user, where one is known.
    pub register: Option<Row<'a>>,
    /// The supplier before the one in force.
    pub before: &'a str,
    /// Whether both organisation numbers may be real.
    pub numbers: Numbers,
}

/// Whether the organisation numbers of both sides may be real.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Both may.
    Real,
    /// One of them is made up, or there is none.
    #[default]
    MadeUp,
}

impl<'a> Seen<'a> {
    /// The row that is to be mended, and what it should be: differences between the sides are told by
    /// the sides, the others by the register where it knows the end user.
    fn written(&self, finding: (Code, Side)) -> Option<(Row<'a>, Option<Row<'a>>)> {
        let (mut row, mut other) = (self.grid, self.supply);
        if finding.1 == Side::Supply {
            std::mem::swap(&mut row, &mut other);
        }
        // a side that lacks the contract has no row: what is known is told by the other
        let (row, other) = row.map_or((other, None), |row| (Some(row), other));
        let right = if is_difference(finding.0) {
            other
        } else {
            self.register.or(other)
        };
        row.map(|row| (row, right))
    }
}

fn is_difference(code: Code) -> bool {
    matches!(code, Code::A01 | Code::A02 | Code::A03)
}

/// Whether what is written, and how, can be why it was found.
fn is_of_identity(code: Code) -> bool {
    is_difference(code) || matches!(code, Code::I01 | Code::I02 | Code::I03 | Code::Spelling)
}

/// The pattern of a finding. What explains the values comes first: one enterprise in the place of
/// another, one way of writing, a street that has another name; then what happened: another supplier, a
/// number that is nobody's, one day.
pub fn pattern(code: Code, side: Side, seen: &Seen<'_>) -> Option<Pattern> {
    let (row, right) = seen.written((code, side))?;
    enterprises(code, side, seen)
        .or_else(|| {
            let right = right.filter(|_| is_of_identity(code))?;
            written_so(code, side, &row, &right)
        })
        .or_else(|| suppliers(seen))
        .or_else(|| number(code, row.identifier))
        .or_else(|| {
            (!row.valid_from.is_empty()).then(|| Pattern::Batch {
                side,
                code,
                day: row.valid_from.to_owned(),
            })
        })
}

/// Both sides have a business with a number that may be real, and not the same.
fn enterprises(code: Code, side: Side, seen: &Seen<'_>) -> Option<Pattern> {
    let (grid, supply) = (seen.grid?, seen.supply?);
    let is_asked = matches!(code, Code::A01 | Code::I02) && seen.numbers == Numbers::Real;
    let (from, to) = match side {
        Side::Supply => (supply, grid),
        Side::Grid | Side::Both => (grid, supply),
    };
    let is_other = from.identifier != to.identifier && from.is_business() && to.is_business();
    (is_asked && is_other).then(|| Pattern::Merger {
        from: from.identifier.to_owned(),
        to: to.identifier.to_owned(),
    })
}

/// The grid company knows another supplier than the one that says so, or the supplier has changed.
fn suppliers(seen: &Seen<'_>) -> Option<Pattern> {
    let known = seen.grid.map_or("", |row| row.supplier);
    let now = seen.supply?.supplier;
    if now.is_empty() {
        return None;
    }
    if !known.is_empty() && known != now {
        let (from, to) = (known.to_owned(), now.to_owned());
        return Some(Pattern::Merger { from, to });
    }
    let day = seen.supply?.valid_from;
    let is_moved = !seen.before.is_empty() && seen.before != now && !day.is_empty();
    is_moved.then(|| Pattern::Moved {
        from: seen.before.to_owned(),
        to: now.to_owned(),
        day: day.to_owned(),
    })
}

/// Where no real number is known the same wrong one is a pattern; nine digits are no person's.
pub fn number(code: Code, identifier: &str) -> Option<Pattern> {
    let is_enterprise =
        identifier.len() == 9 && identifier.bytes().all(|byte| byte.is_ascii_digit());
    (code == Code::I02 && is_enterprise).then(|| Pattern::Number {
        number: identifier.to_owned(),
    })
}

/// One way of writing that explains all the names, or the address where the names are the same.
fn written_so(code: Code, side: Side, row: &Row<'_>, right: &Row<'_>) -> Option<Pattern> {
    let names = [
        ("first_name", row.first_name, right.first_name),
        ("last_name", row.last_name, right.last_name),
        (
            "organisation_name",
            row.organisation_name,
            right.organisation_name,
        ),
    ];
    let differing = names
        .into_iter()
        .filter_map(|(field, written, right)| Some((field, spelling(written, right)?)));
    let differing: Vec<_> = differing.collect();
    // slips of people who are not the same say nothing
    let is_rule = |how: &Spelling| code == Code::Spelling || *how != Spelling::Slip;
    match differing.as_slice() {
        [(field, how), more @ ..] if is_rule(how) && more.iter().all(|(_, also)| also == how) => {
            let (field, how) = (*field, how.clone());
            Some(Pattern::Spelling { field, side, how })
        }
        _ => street(row, right).or_else(|| house_number(side, row, right)),
    }
}

/// Another street with the same number in the same postcode is one that was renamed.
fn street(row: &Row<'_>, right: &Row<'_>) -> Option<Pattern> {
    let is_place = !row.postcode.is_empty()
        && row.postcode == right.postcode
        && !row.house_number.is_empty()
        && plain(row.house_number) == plain(right.house_number);
    let how = spelling(row.street, right.street)?;
    let is_other = !is_one_slip(row.street, right.street);
    let is_other = is_other && matches!(how, Spelling::Slip | Spelling::WordLeftOut);
    (is_place && is_other).then(|| Pattern::Street {
        postcode: row.postcode.to_owned(),
        old: fold_street(row.street),
        new: fold_street(right.street),
    })
}

/// A house number in another style, in the same street: `012-b` for `12B`.
fn house_number(side: Side, row: &Row<'_>, right: &Row<'_>) -> Option<Pattern> {
    let (one, other) = (row.house_number, right.house_number);
    let is_style = !one.is_empty() && !is_written_so(one, other) && plain(one) == plain(other);
    let is_there = row.postcode == right.postcode
        && !row.street.is_empty()
        && fold_street(row.street) == fold_street(right.street);
    (is_style && is_there).then_some(Pattern::Spelling {
        field: "house_number",
        side,
        how: Spelling::Between,
    })
}

/// Letters and digits of a house number, without zeros before.
fn plain(number: &str) -> String {
    let kept = number.chars().filter(|c| c.is_alphanumeric());
    let kept: String = kept.flat_map(char::to_uppercase).collect();
    kept.trim_start_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(code: Code, side: Side, seen: &Seen<'_>) -> Option<String> {
        pattern(code, side, seen).map(|key| key.to_string())
    }

    /// Ola Nordby in that street of 0151, of which both sides know the number 5.
    fn at(street: &'static str) -> Row<'static> {
        Row {
            first_name: "Ola",
            last_name: "Nordby",
            street,
            house_number: "5",
            postcode: "0151",
            valid_from: "2026-03-01",
            ..Row::default()
        }
    }

    fn sides<'a>(grid: Row<'a>, supply: Row<'a>) -> Seen<'a> {
        Seen {
            grid: Some(grid),
            supply: Some(supply),
            ..Seen::default()
        }
    }

    #[test]
    fn a_street_renamed_is_one_cluster_within_its_postcode() {
        let (old, new) = (at("Kongens gate"), at("Dronningens gate"));
        let one = key(Code::A01, Side::Both, &sides(old, new));
        assert_eq!(one.as_deref(), Some("street:0151:kongens g:dronningens g"));
        let seen = sides(at("Kongens gt."), at("Dronningens gt"));
        assert_eq!(key(Code::A01, Side::Both, &seen), one);
        let there = |row: Row<'static>| Row {
            postcode: "0152",
            ..row
        };
        assert_ne!(
            key(Code::A01, Side::Both, &sides(there(old), there(new))),
            one
        );
        // another house, another postcode or a slip is no other name
        let day = Some("batch:both:A01:2026-03-01".to_owned());
        let moved = Row {
            house_number: "7",
            ..new
        };
        for other in [moved, there(new), at("Kongnes gate")] {
            let seen = sides(old, other);
            assert_eq!(key(Code::A01, Side::Both, &seen), day, "{other:?}");
        }
        // who died, or lacks a contract, was not found by the street
        let seen = Seen {
            register: Some(new),
            ..sides(old, old)
        };
        let died = key(Code::I04, Side::Both, &seen);
        assert_eq!(died.as_deref(), Some("batch:both:I04:2026-03-01"));
        assert_eq!(key(Code::I01, Side::Both, &seen), one);
    }

    #[test]
    fn one_rule_of_writing_explains_all_the_names() {
        let grid = Row {
            first_name: "Tor",
            last_name: "Torsen",
            ..at("Kongens gate")
        };
        let supply = Row {
            first_name: "Thor",
            last_name: "Thorsen",
            ..grid
        };
        let found = key(Code::A01, Side::Both, &sides(grid, supply));
        assert_eq!(found.as_deref(), Some("spelling:first_name:both:t>th"));
        let two_rules = Row {
            last_name: "Torssen-Berg",
            ..supply
        };
        let found = key(Code::A01, Side::Both, &sides(grid, two_rules));
        assert_eq!(found.as_deref(), Some("batch:both:A01:2026-03-01"));
        let register = Row {
            house_number: "12B",
            ..at("Kongens gate")
        };
        let held = Row {
            house_number: "012 - b",
            ..register
        };
        let seen = Seen {
            register: Some(register),
            ..sides(held, held)
        };
        let found = key(Code::I01, Side::Both, &seen);
        assert_eq!(found.as_deref(), Some("spelling:house_number:both:between"));
    }

    #[test]
    fn mergers_of_enterprises_and_of_suppliers() {
        let firm = |identifier, organisation_name| Row {
            identifier,
            organisation_name,
            valid_from: "2026-03-01",
            ..Row::default()
        };
        let (old, new) = (firm("974760673", "Nordby Drift"), firm("959716633", "Vik"));
        let mut seen = Seen {
            numbers: Numbers::Real,
            ..sides(old, new)
        };
        let found = key(Code::A01, Side::Both, &seen);
        assert_eq!(found.as_deref(), Some("merger:974760673:959716633"));
        let found = key(Code::I02, Side::Supply, &seen);
        assert_eq!(found.as_deref(), Some("merger:959716633:974760673"));
        seen.numbers = Numbers::MadeUp;
        let found = key(Code::I02, Side::Grid, &seen);
        assert_eq!(found.as_deref(), Some("number:974760673"));
        // a number of a person in the row of a business is in no key
        let person = Row {
            identifier: "29884013001",
            ..old
        };
        let found = key(Code::I02, Side::Grid, &sides(person, new));
        assert_eq!(found.as_deref(), Some("batch:grid:I02:2026-03-01"));
    }

    #[test]
    fn batches_and_suppliers() {
        let supply = at("Kongens gate");
        let mut seen = Seen {
            supply: Some(supply),
            ..Seen::default()
        };
        let find = |seen: &Seen<'_>| key(Code::A04, Side::Grid, seen);
        assert_eq!(find(&seen).as_deref(), Some("batch:grid:A04:2026-03-01"));
        seen.supply = Some(Row {
            supplier: "7080000000002",
            ..supply
        });
        assert_eq!(find(&seen).as_deref(), Some("batch:grid:A04:2026-03-01"));
        seen.before = "7080000000001";
        let moved = "moved:7080000000001:7080000000002:2026-03-01";
        assert_eq!(find(&seen).as_deref(), Some(moved));
        seen.grid = Some(Row {
            supplier: "7080000000003",
            ..supply
        });
        let merger = "merger:7080000000003:7080000000002";
        assert_eq!(
            key(Code::Duplicate, Side::Grid, &seen).as_deref(),
            Some(merger)
        );
        assert_eq!(find(&Seen::default()), None);
    }

    proptest! {
        /// A key of a spelling says nothing of the person: it is the same for every name.
        #[test]
        fn keys_name_nobody(name in "[A-Z][b-df-jl-rx-z]{3,9}", side in 0_usize..2) {
            let side = [Side::Grid, Side::Supply][side];
            let (written, right) = (format!("{name}aa"), format!("{name}å"));
            let row = |last_name| Row { last_name, ..Row::default() };
            let seen = Seen { register: Some(row(&right)), ..sides(row(&written), row(&written)) };
            let key = key(Code::Spelling, side, &seen);
            prop_assert_eq!(key, Some(format!("spelling:last_name:{}:aa>å", side.as_str())));
        }

        /// Whatever stands in the files, a key is short and its parts stay apart.
        #[test]
        fn keys_are_short(street in ".{0,300}", other in ".{0,300}") {
            let row = |street| Row { street, house_number: "5", postcode: "0151", ..Row::default() };
            if let Some(key) = key(Code::A01, Side::Both, &sides(row(&street), row(&other))) {
                prop_assert!(key.chars().count() < 200 && key.matches(':').count() == 3, "{key}");
            }
        }
    }
}
