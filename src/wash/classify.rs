//! One finding per metering point at most: the first that holds, own data before the differences
//! between the sides (rules.md 1.6.10, decision 19).

use super::identity::{self, How, Identity, Registers, fits, identify, squeezed};
use super::name::{self, alike, fold, fold_business, is_one_slip};
use super::record::{EnterpriseRow, Held, Holding, Person, PersonRow};
use super::{Code, Finding, Proposal, Side, Thresholds};
use crate::domain::ean::Ean18;

/// What both sides hold of one metering point.
#[derive(Debug, Clone, Copy)]
pub struct Point<'a> {
    /// Its number, as given.
    pub number: &'a str,
    /// Rows of the grid company.
    pub grid: &'a [Holding],
    /// Rows of the supplier.
    pub supply: &'a [Holding],
}

/// A side with the end user it means.
#[derive(Debug)]
struct Known<'a> {
    held: &'a Holding,
    identity: Identity,
}

/// The finding of a metering point, if there is one.
pub fn classify(
    point: Point<'_>,
    registers: &impl Registers,
    thresholds: &Thresholds,
) -> Option<Finding> {
    number(point).or_else(|| duplicate(point)).or_else(|| {
        let pair = Pair::new(point, registers, thresholds);
        pair.dead()
            .or_else(|| pair.unidentified())
            .or_else(|| pair.wrong_name())
            .or_else(|| pair.one_sided())
            .or_else(|| pair.difference())
    })
}

/// DW-BAS-07.
fn number(point: Point<'_>) -> Option<Finding> {
    if Ean18::parse(point.number).is_ok() {
        return None;
    }
    let side = Side::of(!point.grid.is_empty(), !point.supply.is_empty())?;
    Some(finding(Code::Gsrn, side, Proposal::CorrectNumber, 100))
}

/// DW-BAS-08: one row of each side is normal.
fn duplicate(point: Point<'_>) -> Option<Finding> {
    let side = Side::of(point.grid.len() > 1, point.supply.len() > 1)?;
    Some(finding(
        Code::Duplicate,
        side,
        Proposal::RemoveDuplicate,
        100,
    ))
}

fn finding(code: Code, side: Side, proposal: Proposal, confidence: u8) -> Finding {
    Finding {
        code,
        side,
        proposal,
        confidence,
    }
}

/// A likeness as per cent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn percent(likeness: f64) -> u8 {
    (likeness.clamp(0.0, 1.0) * 100.0).round() as u8
}

struct Pair<'a> {
    grid: Option<Known<'a>>,
    supply: Option<Known<'a>>,
    thresholds: &'a Thresholds,
}

impl<'a> Pair<'a> {
    fn new(point: Point<'a>, registers: &impl Registers, thresholds: &'a Thresholds) -> Self {
        let known = |rows: &'a [Holding]| {
            rows.first().map(|held| Known {
                held,
                identity: identify(held, registers, thresholds),
            })
        };
        let (mut grid, mut supply) = (known(point.grid), known(point.supply));
        if let (Some(grid), Some(supply)) = (&mut grid, &mut supply) {
            take_over(grid, supply, thresholds);
            take_over(supply, grid, thresholds);
        }
        Self {
            grid,
            supply,
            thresholds,
        }
    }

    fn sides(&self) -> impl Iterator<Item = &Known<'a>> {
        self.grid.iter().chain(&self.supply)
    }

    fn where_(&self, test: impl Fn(&Known<'a>) -> bool) -> Option<Side> {
        let holds = |known: &Option<Known<'a>>| known.as_ref().is_some_and(&test);
        Side::of(holds(&self.grid), holds(&self.supply))
    }

    /// DW-I04-1: however long ago (DW-I04-2).
    fn dead(&self) -> Option<Finding> {
        let is_dead = |known: &Known<'_>| matches!(&known.identity, Identity::Person(row, _) if row.is_dead());
        let side = self.where_(is_dead)?;
        let held = self.sides().filter(|known| is_dead(known));
        let sure = held.into_iter().all(|known| known.identity.is_held());
        let confidence = if sure { 100 } else { 90 };
        Some(finding(
            Code::I04,
            side,
            Proposal::FollowUpEstate,
            confidence,
        ))
    }

    /// DW-I02-1: neither side has a real number, even when a name leads to one; then DW-I01-1:
    /// nobody knows who it is.
    fn unidentified(&self) -> Option<Finding> {
        let is_held = self.sides().any(|known| known.identity.is_held());
        let without = |known: &Known<'_>| {
            let unknown = known.identity == Identity::Unknown;
            known.held.is_business() && (unknown || !is_held)
        };
        if let Some(side) = self.where_(without) {
            let mut found = self.sides().filter(|known| without(known));
            let proposal = if found.all(|known| known.identity.number().is_some()) {
                Proposal::FillNumber
            } else {
                Proposal::FindEnterprise
            };
            return Some(finding(Code::I02, side, proposal, 95));
        }
        let unknown = |known: &Known<'_>| known.identity == Identity::Unknown;
        let side = self.where_(unknown)?;
        Some(finding(Code::I01, side, Proposal::FindPerson, 95))
    }

    /// DW-I03-1: both agree on a name that is not that of the number.
    fn wrong_name(&self) -> Option<Finding> {
        let (grid, supply) = (self.grid.as_ref()?, self.supply.as_ref()?);
        let (Identity::Enterprise(row, How::ByNumber), Identity::Enterprise(other, How::ByNumber)) =
            (&grid.identity, &supply.identity)
        else {
            return None;
        };
        let written = grid.held.get(Held::Organisation);
        let agree = is_written_so(written, supply.held.get(Held::Organisation));
        if row.number() != other.number() || !agree || is_one_slip(written, row.name()) {
            return None;
        }
        let likeness = name::likeness(&fold_business(written), &fold_business(row.name()));
        let (proposal, confidence) = if likeness >= self.thresholds.unsure {
            (Proposal::TakeRegisterName, percent(likeness))
        } else {
            (Proposal::AskWhichIsRight, percent(1.0 - likeness / 2.0))
        };
        Some(finding(Code::I03, Side::Both, proposal, confidence))
    }

    /// DW-A04-1: the side that has no contract.
    fn one_sided(&self) -> Option<Finding> {
        let side = match (&self.grid, &self.supply) {
            (None, Some(_)) => Side::Grid,
            (Some(_), None) => Side::Supply,
            _ => return None,
        };
        Some(finding(Code::A04, side, Proposal::CheckOpenProcess, 100))
    }

    fn difference(&self) -> Option<Finding> {
        let (grid, supply) = (self.grid.as_ref()?, self.supply.as_ref()?);
        let same_kind = grid.held.is_business() == supply.held.is_business();
        let number = |known: &Known<'_>| known.identity.number().map(squeezed);
        if same_kind && number(grid).is_some() && number(grid) == number(supply) {
            return self.fill().or_else(|| self.spelling());
        }
        Some(self.other_end_user(grid, supply))
    }

    /// The number was found for a side that lacks it.
    fn fill(&self) -> Option<Finding> {
        let side = self.where_(|known| !known.identity.is_held())?;
        let business = self.sides().any(|known| known.held.is_business());
        let code = if business {
            Code::FillOrgnr
        } else {
            Code::FillFnr
        };
        // one side's own number confirms what the search found on the other
        let confidence = if side == Side::Both { 90 } else { 98 };
        Some(finding(code, side, Proposal::FillNumber, confidence))
    }

    /// DW-BAS-21, DW-BAS-22.
    fn spelling(&self) -> Option<Finding> {
        let unlike = |known: &Option<Known<'_>>, other: &Option<Known<'_>>| {
            known
                .as_ref()
                .and_then(|known| self.misspelt(known, other.as_ref()))
        };
        let grid = unlike(&self.grid, &self.supply);
        let supply = unlike(&self.supply, &self.grid);
        let side = Side::of(grid.is_some(), supply.is_some())?;
        let least = grid.into_iter().chain(supply).fold(1.0, f64::min);
        let proposal = Proposal::TakeRegisterSpelling;
        Some(finding(Code::Spelling, side, proposal, percent(least)))
    }

    /// How alike what is written is to the register, when it differs; without a register, to the
    /// other side.
    fn misspelt(&self, known: &Known<'_>, other: Option<&Known<'_>>) -> Option<f64> {
        let lines = match &known.identity {
            Identity::Person(row, _) => person_lines(known.held, row),
            Identity::Enterprise(row, _) => enterprise_lines(known.held, row),
            _ => held_lines(known.held, other?.held),
        };
        let unsure = self.thresholds.unsure;
        let unlike = lines.into_iter().filter_map(|line| line.unlike(unsure));
        unlike.reduce(f64::min)
    }

    /// DW-A03 before DW-A02 before DW-A01.
    fn other_end_user(&self, grid: &Known<'_>, supply: &Known<'_>) -> Finding {
        let both = Side::Both;
        match (grid.held.is_business(), supply.held.is_business()) {
            (true, false) | (false, true) => {
                let (business, person) = if grid.held.is_business() {
                    (grid.held, supply.held)
                } else {
                    (supply.held, grid.held)
                };
                let likeness = in_name(person, business);
                if likeness >= self.thresholds.same {
                    return finding(
                        Code::A03,
                        both,
                        Proposal::AskPrivateOrBusiness,
                        percent(likeness),
                    );
                }
            }
            (false, false) if self.is_household(grid.held, supply.held) => {
                return finding(Code::A02, both, Proposal::AskHousehold, 90);
            }
            _ => {}
        }
        finding(Code::A01, both, Proposal::AwaitSupplier, 85)
    }

    /// DW-A02-4: same surname, same address, different first names.
    fn is_household(&self, one: &Holding, other: &Holding) -> bool {
        let alike = |field| alike(one.get(field), other.get(field), self.thresholds);
        alike(Held::LastName)
            && !alike(Held::FirstName)
            && !one.get(Held::Street).is_empty()
            && alike(Held::Street)
            && squeezed(one.get(Held::HouseNumber)) == squeezed(other.get(Held::HouseNumber))
            && one.get(Held::Postcode) == other.get(Held::Postcode)
    }
}

/// A side without a number whose data fit the other side's end user is that end user.
fn take_over(one: &mut Known<'_>, other: &Known<'_>, thresholds: &Thresholds) {
    if one.identity == Identity::Unknown && fits(one.held, &other.identity, thresholds) {
        one.identity = match &other.identity {
            Identity::Person(row, _) => Identity::Person(row.clone(), How::Found),
            Identity::Enterprise(row, _) => Identity::Enterprise(row.clone(), How::Found),
            same => same.clone(),
        };
    }
}

/// How alike the person's surname is to a word of the business name (DW-A03-3).
fn in_name(person: &Holding, business: &Holding) -> f64 {
    let surname = fold(person.get(Held::LastName));
    let surname = surname.rsplit(' ').next().unwrap_or_default();
    if surname.is_empty() {
        return 0.0;
    }
    let name = fold_business(business.get(Held::Organisation));
    let words = name.split(' ').map(|word| name::likeness(surname, word));
    words.fold(0.0, f64::max)
}

/// Whether two values are written alike but for case.
fn is_written_so(one: &str, other: &str) -> bool {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    one == other || lower(one) == lower(other)
}

/// A value beside the one it should be.
struct Line<'a> {
    written: &'a str,
    right: &'a str,
    /// Whether it is part of the name, which always counts; another address is no misspelling.
    is_name: bool,
}

impl Line<'_> {
    /// How alike they are when they are not the same.
    fn unlike(&self, unsure: f64) -> Option<f64> {
        if self.written.is_empty()
            || self.right.is_empty()
            || is_written_so(self.written, self.right)
        {
            return None;
        }
        let likeness = name::likeness(&fold(self.written), &fold(self.right)).min(0.99);
        (self.is_name || likeness >= unsure).then_some(likeness)
    }
}

fn name_line<'a>(written: &'a str, right: &'a str) -> Line<'a> {
    Line {
        written,
        right,
        is_name: true,
    }
}

fn place_line<'a>(written: &'a str, right: &'a str) -> Line<'a> {
    Line {
        written,
        right,
        is_name: false,
    }
}

fn person_lines<'a>(held: &'a Holding, row: &'a PersonRow) -> Vec<Line<'a>> {
    vec![
        name_line(held.get(Held::FirstName), row.get(Person::FirstName)),
        name_line(held.get(Held::LastName), row.get(Person::LastName)),
        place_line(held.get(Held::Street), row.get(Person::Street)),
        place_line(held.get(Held::HouseNumber), row.get(Person::HouseNumber)),
        place_line(held.get(Held::Postcode), row.get(Person::Postcode)),
        place_line(held.get(Held::City), row.get(Person::City)),
    ]
}

fn enterprise_lines<'a>(held: &'a Holding, row: &'a EnterpriseRow) -> Vec<Line<'a>> {
    vec![
        name_line(held.get(Held::Organisation), row.name()),
        place_line(held.get(Held::Street), street_of(row)),
        place_line(held.get(Held::Postcode), row.postcode()),
    ]
}

/// The street without its number.
fn street_of(row: &EnterpriseRow) -> &str {
    let street = row.street().trim();
    let digits = street
        .rfind(' ')
        .filter(|at| street[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    digits.map_or(street, |at| street[..at].trim_end())
}

fn held_lines<'a>(held: &'a Holding, other: &'a Holding) -> Vec<Line<'a>> {
    let name = |field| name_line(held.get(field), other.get(field));
    let place = |field| place_line(held.get(field), other.get(field));
    vec![
        name(Held::FirstName),
        name(Held::LastName),
        name(Held::Organisation),
        place(Held::Street),
        place(Held::HouseNumber),
    ]
}

/// A business whose number was never real, said of a holding: for the reasons (DW-I02-11).
pub fn is_fictitious(held: &Holding) -> bool {
    held.is_business()
        && !held.get(Held::Identifier).is_empty()
        && identity::real_number(held.get(Held::Identifier)).is_none()
}
