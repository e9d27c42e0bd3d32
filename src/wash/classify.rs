//! One finding per metering point at most: the first that holds, own data before the differences
//! between the sides (rules.md 1.6.10, decision 19).

use super::identity::{self, How, Identity, Registers, squeezed};
use super::name::{self, fold, fold_business};
use super::record::{Held, Holding};
use super::slip::is_one_slip;
use super::written::{Lines, is_written_so};
use super::{Code, Finding, Proposal, Rules, Side};
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
pub fn classify(point: Point<'_>, registers: &impl Registers, rules: &Rules) -> Option<Finding> {
    let live = |rows: &'_ [Holding]| rows.iter().any(|row| row.is_live(&rules.day));
    if !live(point.grid) && !live(point.supply) {
        return None;
    }
    number(point)
        .or_else(|| duplicate(point, rules))
        .or_else(|| {
            let pair = Pair::new(point, registers, rules);
            pair.dead()
                .or_else(|| pair.unidentified())
                .or_else(|| pair.wrong_name())
                .or_else(|| pair.one_sided())
                .or_else(|| pair.difference())
        })
}

/// Who the end user of each side is, as [`classify`] decides it: that of the row in force.
pub fn identities(
    point: Point<'_>,
    registers: &impl Registers,
    rules: &Rules,
) -> [Option<Identity>; 2] {
    let pair = Pair::new(point, registers, rules);
    [pair.grid, pair.supply].map(|side| side.map(|known| known.identity))
}

/// DW-BAS-07.
fn number(point: Point<'_>) -> Option<Finding> {
    if Ean18::parse(point.number).is_ok() {
        return None;
    }
    let side = Side::of(!point.grid.is_empty(), !point.supply.is_empty())?;
    Some(finding(Code::Gsrn, side, Proposal::CorrectNumber, 100))
}

/// DW-BAS-08: one row of each side is normal, and so are several that follow one another; two at the
/// same time are not.
fn duplicate(point: Point<'_>, rules: &Rules) -> Option<Finding> {
    let is_double = |rows: &[Holding]| {
        let mut live = rows.iter().enumerate();
        live.any(|(at, row)| {
            let mut later = rows.iter().skip(at + 1);
            row.is_live(&rules.day)
                && later.any(|other| other.is_live(&rules.day) && row.overlaps(other))
        })
    };
    let side = Side::of(is_double(point.grid), is_double(point.supply))?;
    let proposal = Proposal::RemoveDuplicate;
    Some(finding(Code::Duplicate, side, proposal, 100))
}

/// The row that counts on the day: of several the one that began last.
pub fn in_force<'a>(rows: &'a [Holding], rules: &Rules) -> Option<&'a Holding> {
    let counts = |row: &&Holding| row.is_live(&rules.day) && row.has_begun(&rules.day);
    let rows = rows.iter().filter(counts);
    rows.max_by_key(|row| row.get(Held::ValidFrom))
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
    rules: &'a Rules,
    /// Whether there were registers to ask.
    is_checked: bool,
}

impl<'a> Pair<'a> {
    fn new(point: Point<'a>, registers: &impl Registers, rules: &'a Rules) -> Self {
        let by_number = |held: &Holding| identity::by_number(held, registers, rules);
        let mut grid = in_force(point.grid, rules).map(|held| Known {
            held,
            identity: by_number(held),
        });
        let mut supply = in_force(point.supply, rules).map(|held| Known {
            held,
            // nearly always both sides have one number: who that is was asked already
            identity: match &grid {
                Some(grid) if grid.held.has_number_of(held) => grid.identity.clone(),
                _ => by_number(held),
            },
        });
        // what the other side holds comes before a search: it may be one of several hits
        if let (Some(grid), Some(supply)) = (&mut grid, &mut supply) {
            take_over(grid, supply, rules);
            take_over(supply, grid, rules);
        }
        for known in [&mut grid, &mut supply].into_iter().flatten() {
            if known.identity == Identity::Unknown {
                known.identity = identity::by_search(known.held, registers, rules);
            }
        }
        if let (Some(grid), Some(supply)) = (&mut grid, &mut supply) {
            take_over(grid, supply, rules);
            take_over(supply, grid, rules);
        }
        Self {
            grid,
            supply,
            rules,
            is_checked: registers.has_persons() && registers.has_enterprises(),
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
        let is_dead = |known: &Known<'_>| known.identity.is_dead();
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
            return Some(finding(Code::I02, side, proposal, self.sure(95)));
        }
        let unknown = |known: &Known<'_>| known.identity == Identity::Unknown;
        let side = self.where_(unknown)?;
        let proposal = Proposal::FindPerson;
        Some(finding(Code::I01, side, proposal, self.sure(95)))
    }

    /// Without a register nobody was searched for.
    fn sure(&self, confidence: u8) -> u8 {
        if self.is_checked {
            confidence
        } else {
            confidence.min(60)
        }
    }

    /// DW-I03-1: both agree on a name that is not that of the number.
    fn wrong_name(&self) -> Option<Finding> {
        let (grid, supply) = (self.grid.as_ref()?, self.supply.as_ref()?);
        let (Identity::Enterprise(row, How::ByNumber), Identity::Enterprise(other, How::ByNumber)) =
            (&grid.identity, &supply.identity)
        else {
            return None;
        };
        let names = [grid, supply].map(|known| known.held.get(Held::Organisation));
        let [written, also] = names;
        if row.number() != other.number() || written.is_empty() {
            return None;
        }
        let to_register = |name| name::likeness(&fold_business(name), &fold_business(row.name()));
        let likeness = to_register(written).max(to_register(also));
        let agree = if is_written_so(written, also) {
            !is_one_slip(written, row.name())
        } else {
            // one wrong name, not written alike on both sides
            let between = name::likeness(&fold_business(written), &fold_business(also));
            between >= self.rules.same && likeness < self.rules.unsure
        };
        if !agree {
            return None;
        }
        let (proposal, confidence) = if likeness >= self.rules.unsure {
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
        let confidence = match side {
            _ if !self.is_checked => 80,
            Side::Both => 90,
            Side::Grid | Side::Supply => 98,
        };
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
            Identity::Person(row, _) => Lines::person(known.held, row),
            Identity::Enterprise(row, _) => Lines::enterprise(known.held, row),
            _ => Lines::sides(known.held, other?.held),
        };
        lines.unlike(self.rules.unsure)
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
                let likeness = in_name(person, business, self.rules);
                if likeness >= self.rules.same {
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
        let (first, last) = (Held::FirstName, Held::LastName);
        name::share_surname(one.get(last), other.get(last), self.rules)
            && !name::is_one_given_name(one.get(first), other.get(first))
            && identity::is_one_home(one, other, self.rules)
    }
}

/// A side without a number whose data fit the other side's end user is that end user.
fn take_over(one: &mut Known<'_>, other: &Known<'_>, rules: &Rules) {
    let is_known = one.identity != Identity::Unknown;
    if !is_known && identity::fits(one.held, other.held, &other.identity, rules) {
        one.identity = other.identity.found();
    }
}

/// How alike a surname of the person is to a word of the business name (DW-A03-3), at least `same`
/// when the business carries the person's name: the same by sound, or nearly so with the given name
/// beside it.
fn in_name(person: &Holding, business: &Holding, rules: &Rules) -> f64 {
    let name = name::sound(&fold_business(business.get(Held::Organisation)));
    let surname = name::sound(&fold(person.get(Held::LastName)));
    let best = |wanted: &str| {
        let words = name.split(' ').filter(|word| word.len() > 1);
        words.fold(0.0, |best, word| {
            f64::max(best, name::likeness(wanted, word))
        })
    };
    let surnames = surname.split(' ').filter(|word| word.len() > 1);
    let likeness = surnames.fold(0.0, |most, word| f64::max(most, best(word)));
    if likeness >= 0.99 {
        return likeness;
    }
    let given = name::sound(&fold(person.get(Held::FirstName)));
    let is_given = given
        .split(' ')
        .any(|word| word.len() > 2 && best(word) >= 0.99);
    let is_at_home = identity::is_one_home(person, business, rules);
    if is_given || is_at_home {
        likeness
    } else {
        likeness.min(rules.same - 0.01)
    }
}

/// A business whose number was never real, said of a holding: for the reasons (DW-I02-11).
pub fn is_fictitious(held: &Holding, rules: &Rules) -> bool {
    held.is_business()
        && !held.get(Held::Identifier).is_empty()
        && identity::real_number(held.get(Held::Identifier), rules).is_none()
}
