//! What is shown of the consumption of a connection: one pure function makes it from what was found and
//! from what a mandate lets see, so that screen, command line, CSV and PDF show exactly the same (FLU-38).
//! A stretch without a value is there without a value; it is never zero, and it is never left out.
//!
//! This module must not know: words, colours, files, who looks.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::guard::{Rule, Span, Window};
use super::turns::{self, WHOLES};
use super::{Consumption, Direction, Energy, Found, Own, Peak, Register, Status, Step, Unit, days};

/// What is looked at, apart from the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// How much was asked for.
    pub span: Span,
    /// In steps of what.
    pub step: Step,
    /// What may be seen of it.
    pub window: Window,
    /// In which unit: of gas there are two (FLU-35).
    pub unit: Unit,
    /// Whether the number of the connection is shown in full.
    pub naming: Naming,
}

/// How a connection is named where its consumption is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Naming {
    /// By the beginning and the end of its number: so it comes, unless all of it was asked for.
    #[default]
    Masked,
    /// With its whole number.
    Whole,
}

impl Naming {
    /// The number as it is shown.
    pub fn of(self, ean: &str) -> String {
        match (self, ean.get(..4), ean.get(ean.len().saturating_sub(4)..)) {
            (Self::Masked, Some(first), Some(last)) => format!("{first}..........{last}"),
            (Self::Masked, ..) => "..........".to_owned(),
            (Self::Whole, ..) => ean.to_owned(),
        }
    }
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The connection, as it is to be named.
    pub connection: String,
    /// What is delivered there.
    pub energy: Energy,
    /// How much was asked for.
    pub span: Span,
    /// In steps of what.
    pub step: Step,
    /// The first local day.
    pub from: NaiveDate,
    /// The first local day that is not shown.
    pub to: NaiveDate,
    /// The rule by which a part of what was asked for is not shown, if any is.
    pub cut_by: Option<Rule>,
    /// The unit of all values.
    pub unit: Unit,
    /// The stretches of time, in order, without a gap.
    pub slots: Vec<Slot>,
    /// A series for each register that has a value.
    pub series: Vec<Series>,
    /// The highest quarter-hour of each month that is shown as a whole.
    pub peaks: Vec<Peak>,
}

/// A stretch of time: what of a step lies in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// Its end, which is not its own.
    pub end: DateTime<Utc>,
}

impl Slot {
    /// How long it is: a local day has 1380, 1440 or 1500 minutes.
    pub fn minutes(&self) -> i64 {
        (self.end - self.start).num_minutes()
    }
}

/// The values of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Which.
    pub register: Register,
    /// One for each slot; `None` is missing, unless it was not its turn.
    pub values: Vec<Option<Amount>>,
    /// Of each slot without a value, whether it was not its turn: another register counted then.
    pub rests: Vec<bool>,
    /// What of each slot counts beside registers that come before it.
    pub own: Vec<Option<Own>>,
    /// All of them.
    pub total: Total,
}

impl Series {
    /// What there is of a slot.
    pub fn amount(&self, slot: usize) -> Option<&Amount> {
        self.values.get(slot).and_then(Option::as_ref)
    }

    /// How it is marked.
    pub fn mark(&self, slot: usize) -> Mark {
        match self.amount(slot) {
            None if self.rests.get(slot) == Some(&true) => Mark::Rests,
            amount => Mark::of(amount),
        }
    }
}

/// A value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Thousandths of the unit: Wh or dm³.
    pub value: i64,
    /// For how many minutes of the slot there is none.
    pub missing: i64,
    /// Of the least sure part.
    pub status: Status,
}

/// How a value is marked. The first that fits counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// There is none.
    Missing,
    /// A part of the time has none.
    Part,
    /// Some of it is estimated.
    Estimated,
    /// Read, not checked yet.
    Read,
    /// Checked.
    Validated,
    /// Nothing is expected: it was another register's turn.
    Rests,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Missing,
        Self::Part,
        Self::Estimated,
        Self::Read,
        Self::Validated,
        Self::Rests,
    ];

    /// Of what there is of a slot.
    pub fn of(amount: Option<&Amount>) -> Self {
        match amount {
            None => Self::Missing,
            Some(one) if one.missing > 0 => Self::Part,
            Some(one) => one.status.into(),
        }
    }

    /// Its key in texts.
    pub fn key(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Part => "part",
            Self::Estimated => "estimated",
            Self::Read => "read",
            Self::Validated => "validated",
            Self::Rests => "rests",
        }
    }
}

impl From<Status> for Mark {
    fn from(status: Status) -> Self {
        match status {
            Status::Estimated => Self::Estimated,
            Status::Read => Self::Read,
            Status::Validated => Self::Validated,
        }
    }
}

/// A sum over all slots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Thousandths of the unit; `None` when there is no value at all.
    pub value: Option<i64>,
    /// For how many minutes there is none: with any, the sum is too small.
    pub missing: i64,
    /// Of the least sure part.
    pub status: Option<Status>,
}

impl Total {
    fn add(mut self, amount: Option<Amount>, slot: &Slot) -> Self {
        let Some(amount) = amount else {
            self.missing += slot.minutes();
            return self;
        };
        self.value = Some(self.value.unwrap_or(0) + amount.value);
        self.missing += amount.missing;
        let status = self
            .status
            .map_or(amount.status, |it| it.min(amount.status));
        self.status = Some(status);
        self
    }
}

impl Shown {
    /// What is shown of what was found, at the legal instant `now`: what lies ahead is no stretch yet.
    pub fn of(found: &Consumption, sight: &Sight, now: DateTime<Utc>) -> Self {
        let window = sight.window;
        let tomorrow = days::of(now).succ_opt().unwrap_or(window.to);
        let slots = slots(window.from, window.to.min(tomorrow), sight.step, now);
        let mut by_register: BTreeMap<Register, BTreeMap<DateTime<Utc>, &Found>> = BTreeMap::new();
        for value in &found.values {
            if value.register.unit() == sight.unit {
                let of_register = by_register.entry(value.register).or_default();
                of_register.insert(value.start, value);
            }
        }
        let series = by_register.into_iter();
        let series = series.map(|(register, values)| series_of(register, &values, &slots, sight));
        let mut series: Vec<_> = series.collect();
        turns::take(&mut series, &slots, sight.step);
        Self {
            connection: sight.naming.of(&found.ean),
            energy: found.energy,
            span: sight.span,
            step: sight.step,
            from: window.from,
            to: window.to.min(tomorrow).max(window.from),
            cut_by: window.cut_by,
            unit: sight.unit,
            peaks: found.peaks.clone(),
            series: series
                .into_iter()
                .filter(|one| one.total.value.is_some())
                .collect(),
            slots,
        }
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The series of a register, if it has values.
    pub fn of_register(&self, register: Register) -> Option<&Series> {
        self.series.iter().find(|one| one.register == register)
    }

    /// What flowed in one direction in a slot, by registers that are one whole: day and night, or the
    /// register without tariffs where there are none, or on the days on which they have nothing. Nothing
    /// when all is missing.
    pub fn stack(&self, slot: usize, direction: Direction) -> Vec<(Register, Amount)> {
        let amount = |register: &Register| {
            let series = self.of_register(*register)?;
            Some((*register, (*series.values.get(slot)?)?))
        };
        let mut wholes = WHOLES
            .iter()
            .filter(|whole| whole.iter().all(|one| one.direction() == direction))
            .map(|whole| whole.iter().filter_map(amount).collect::<Vec<_>>());
        let mut found = wholes.find(|found| !found.is_empty()).unwrap_or_default();
        let Some(mut missing) = found.first().map(|(_, amount)| amount.missing) else {
            return found;
        };
        for (register, amount) in wholes.flatten() {
            let own = self.of_register(register).and_then(|it| it.own.get(slot));
            if let Some(Own { value, covered }) = own.copied().flatten() {
                missing -= covered;
                found.push((register, Amount { value, ..amount }));
            }
        }
        for (_, amount) in &mut found {
            amount.missing = missing.max(0);
        }
        found
    }

    /// What flowed in one direction in a slot.
    pub fn sum(&self, slot: usize, direction: Direction) -> Option<Amount> {
        let parts = self.stack(slot, direction).into_iter();
        parts.map(|(_, amount)| amount).reduce(|one, other| Amount {
            value: one.value + other.value,
            missing: one.missing.max(other.missing),
            status: one.status.min(other.status),
        })
    }

    /// What flowed in one direction in all of the time; `None` where nothing is counted that way.
    pub fn total(&self, direction: Direction) -> Option<Total> {
        let mut counted = self.series.iter();
        if !counted.any(|one| one.register.direction() == direction) {
            return None;
        }
        let slots = self.slots.iter().enumerate();
        Some(slots.fold(Total::default(), |total, (number, slot)| {
            total.add(self.sum(number, direction), slot)
        }))
    }

    /// The mark of a slot: the least sure of its registers, and missing only where all are.
    pub fn mark(&self, slot: usize) -> Mark {
        let both = [Direction::Offtake, Direction::Injection];
        let sums = both.iter().filter_map(|way| self.sum(slot, *way));
        let marks = sums.map(|amount| Mark::of(Some(&amount)));
        marks.min().unwrap_or(Mark::Missing)
    }

    /// The highest sum of a slot in a direction.
    pub fn highest(&self, direction: Direction) -> i64 {
        let sums = (0..self.slots.len()).filter_map(|slot| self.sum(slot, direction));
        sums.map(|amount| amount.value).max().unwrap_or(0)
    }
}

fn slots(from: NaiveDate, to: NaiveDate, step: Step, now: DateTime<Utc>) -> Vec<Slot> {
    let (first, last) = (days::begin(from), days::begin(to));
    let mut slots = Vec::new();
    let mut start = first;
    while start < last && start < now {
        let end = step.end(step.begin(start)).min(last);
        if end <= start {
            break;
        }
        slots.push(Slot { start, end });
        start = end;
    }
    slots
}

fn series_of(
    register: Register,
    values: &BTreeMap<DateTime<Utc>, &Found>,
    slots: &[Slot],
    sight: &Sight,
) -> Series {
    let found = |slot: &Slot| values.get(&sight.step.begin(slot.start));
    let amount = |slot: &Slot| {
        let found = found(slot)?;
        Some(Amount {
            value: found.value,
            missing: (slot.minutes() - found.covered).max(0),
            status: found.status,
        })
    };
    let values: Vec<Option<Amount>> = slots.iter().map(amount).collect();
    let both = values.iter().zip(slots);
    let total = both.fold(Total::default(), |total, (one, slot)| total.add(*one, slot));
    Series {
        register,
        rests: vec![false; values.len()],
        own: slots.iter().map(|slot| found(slot)?.own).collect(),
        values,
        total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn later() -> DateTime<Utc> {
        "2030-01-01T00:00:00Z".parse().expect("an instant")
    }

    fn sight(span: Span, step: Step, from: &str, to: &str) -> Sight {
        Sight {
            span,
            step,
            window: Window {
                from: day(from),
                to: day(to),
                cut_by: None,
            },
            unit: Unit::Kwh,
            naming: Naming::Whole,
        }
    }

    fn value(register: Register, start: DateTime<Utc>, covered: i64, value: i64) -> Found {
        let status = Status::Read;
        Found {
            register,
            start,
            covered,
            status,
            value,
            own: None,
        }
    }

    fn found(values: Vec<Found>) -> Consumption {
        Consumption {
            ean: "541448800200007298".to_owned(),
            energy: Energy::Electricity,
            values,
            peaks: Vec::new(),
        }
    }

    const QUARTERS: Step = Step::Fine(Energy::Electricity);

    /// FLU-37: a week of quarter-hours has 96 a day, 92 and 100 on the two odd days.
    #[test]
    fn flu_37_the_odd_weeks_have_an_hour_less_and_more() {
        for (from, to, expected) in [
            ("2026-03-23", "2026-03-30", 7 * 96 - 4),
            ("2026-10-19", "2026-10-26", 7 * 96 + 4),
            ("2026-06-15", "2026-06-22", 7 * 96),
        ] {
            let shown = Shown::of(
                &found(vec![]),
                &sight(Span::Week, QUARTERS, from, to),
                later(),
            );
            assert_eq!(shown.slots.len(), expected, "{from}");
            assert!(shown.slots.windows(2).all(|two| two[0].end == two[1].start));
        }
    }

    /// FLU-38: what is missing is there without a value, and in no sum; a zero is a value.
    #[test]
    fn flu_38_missing_is_not_zero() {
        let at = |text: &str| days::begin(day(text));
        let all = found(vec![
            value(Register::OfftakeDay, at("2026-06-15"), 1440, 0),
            value(Register::OfftakeDay, at("2026-06-17"), 1400, 700),
        ]);
        let week = sight(Span::Week, Step::Day, "2026-06-15", "2026-06-18");
        let shown = Shown::of(&all, &week, later());
        let values: Vec<_> = shown.series[0]
            .values
            .iter()
            .map(|one| one.map(|it| it.value))
            .collect();
        assert_eq!(values, [Some(0), None, Some(700)]);
        let total = Total {
            value: Some(700),
            missing: 1440 + 40,
            status: Some(Status::Read),
        };
        assert_eq!(shown.series[0].total, total);
        assert_eq!(shown.total(Direction::Offtake), Some(total));
        assert_eq!(shown.total(Direction::Injection), None);
        let marks: Vec<_> = (0..3).map(|slot| shown.mark(slot)).collect();
        assert_eq!(marks, [Mark::Read, Mark::Missing, Mark::Part]);
    }

    /// FLU-38: a day on which the tariffs take turns has all of its time; an hour that neither has is
    /// missing in both. Fails where each register is asked for the whole day.
    #[test]
    fn flu_38_two_tariffs_share_a_day() {
        let monday = days::begin(day("2026-06-15"));
        for (night, missing, mark) in [(540, 0, Mark::Read), (480, 60, Mark::Part)] {
            let all = found(vec![
                value(Register::OfftakeDay, monday, 900, 700),
                value(Register::OfftakeNight, monday, night, 300),
            ]);
            let one = sight(Span::Week, Step::Day, "2026-06-15", "2026-06-16");
            let shown = Shown::of(&all, &one, later());
            assert!(shown.series.iter().all(|it| it.total.missing == missing));
            let total = shown.total(Direction::Offtake).unwrap();
            assert_eq!((total.value, total.missing), (Some(1000), missing));
            assert_eq!(shown.mark(0), mark);
        }
        // both have a value for all of the time but an hour
        let both = [Register::OfftakeDay, Register::OfftakeNight];
        let all = found(both.map(|one| value(one, monday, 1380, 5)).into());
        let one = sight(Span::Week, Step::Day, "2026-06-15", "2026-06-16");
        let total = Shown::of(&all, &one, later()).total(Direction::Offtake);
        assert_eq!(total.unwrap().missing, 60);
    }

    /// FLU-38: by quarter-hour a register misses nothing while it is the turn of the other tariff; where
    /// neither has a value both are missing. Fails where every register is asked for every quarter-hour.
    #[test]
    fn flu_38_the_tariff_whose_turn_it_is_not_misses_nothing() {
        let monday = days::begin(day("2026-06-15"));
        let quarter = |n: i64| monday + TimeDelta::minutes(15 * n);
        let register = |n: i64| match n {
            0..28 | 88..96 => Register::OfftakeNight,
            _ => Register::OfftakeDay,
        };
        let hole = [20_i64, 40];
        let there = (0..96).filter(|n| !hole.contains(n));
        let mut all: Vec<_> = there
            .map(|n| value(register(n), quarter(n), 15, 10))
            .collect();
        // given back in two quarter-hours only: the others miss that of their tariff
        all.push(value(Register::InjectionNight, quarter(0), 15, 1));
        all.push(value(Register::InjectionDay, quarter(50), 15, 1));
        let all = found(all);
        let fine = sight(Span::Week, QUARTERS, "2026-06-15", "2026-06-16");
        let shown = Shown::of(&all, &fine, later());
        let [day, night, given_by_day, given_by_night] = &shown.series[..] else {
            panic!("{:?}", shown.series)
        };
        let given = |n| (given_by_day.mark(n), given_by_night.mark(n));
        assert_eq!(given(0), (Mark::Rests, Mark::Read));
        assert_eq!(given(1), (Mark::Rests, Mark::Missing));
        assert_eq!(given(30), (Mark::Missing, Mark::Rests));
        assert_eq!(given(20), (Mark::Missing, Mark::Missing));
        for n in 0..96 {
            let is_night = register(i64::try_from(n).unwrap()) == Register::OfftakeNight;
            let (turn, other) = if is_night { (night, day) } else { (day, night) };
            let marks = (turn.mark(n), other.mark(n));
            if n == 20 || n == 40 {
                assert_eq!(marks, (Mark::Missing, Mark::Missing), "{n}");
            } else {
                assert_eq!(marks, (Mark::Read, Mark::Rests), "{n}");
            }
        }
        assert_eq!((day.total.missing, night.total.missing), (30, 30));
    }

    /// FLU-38: a weekend is all night, and a meter that is set to other registers has had the others before:
    /// neither lacks anything; a day of which nobody has all does.
    #[test]
    fn flu_38_a_day_of_one_tariff_is_whole() {
        let at = |text: &str| days::begin(day(text));
        let all = found(vec![
            value(Register::OfftakeNight, at("2026-06-13"), 1440, 10),
            value(Register::OfftakeDay, at("2026-06-15"), 900, 10),
            value(Register::OfftakeNight, at("2026-06-15"), 540, 10),
            value(Register::OfftakeNight, at("2026-06-16"), 540, 10),
            value(Register::OfftakeTotal, at("2026-06-17"), 1440, 10),
        ]);
        let days = sight(Span::Week, Step::Day, "2026-06-13", "2026-06-18");
        let shown = Shown::of(&all, &days, later());
        let marks = |register| -> Vec<Mark> {
            let series = shown.of_register(register).unwrap();
            (0..5).map(|slot| series.mark(slot)).collect()
        };
        let (missing, read, rests) = (Mark::Missing, Mark::Read, Mark::Rests);
        let of_day = marks(Register::OfftakeDay);
        assert_eq!(of_day, [rests, missing, read, missing, rests]);
        let of_night = marks(Register::OfftakeNight);
        assert_eq!(of_night, [read, missing, read, Mark::Part, rests]);
        let of_all = marks(Register::OfftakeTotal);
        assert_eq!(of_all, [rests, missing, rests, missing, read]);
        let missing = |register| shown.of_register(register).unwrap().total.missing;
        // Sunday, and what is not night of Tuesday
        assert_eq!(missing(Register::OfftakeDay), 1440 + 900);
        assert_eq!(missing(Register::OfftakeNight), 1440 + 900);
        assert_eq!(missing(Register::OfftakeTotal), 1440 + 1440);
    }

    /// FLU-31: a week or month that ends with the change of the grid user is a shorter one, not one
    /// with something missing.
    #[test]
    fn flu_31_a_step_that_is_cut_is_shorter() {
        let monday = days::begin(day("2026-06-15"));
        let all = found(vec![value(Register::OfftakeTotal, monday, 2 * 1440, 5)]);
        let cut = sight(Span::Month, Step::Week, "2026-06-15", "2026-06-17");
        let shown = Shown::of(&all, &cut, later());
        assert_eq!(shown.slots.len(), 1);
        assert_eq!(shown.slots[0].end, days::begin(day("2026-06-17")));
        assert_eq!(shown.mark(0), Mark::Read);
        // a week whose Monday lies before the shared period
        let late = sight(Span::Month, Step::Week, "2026-06-17", "2026-06-22");
        let all = found(vec![value(Register::OfftakeTotal, monday, 5 * 1440, 5)]);
        let shown = Shown::of(&all, &late, later());
        assert_eq!(shown.mark(0), Mark::Read);
    }

    /// FLU-36: what lies ahead is no stretch that misses something.
    #[test]
    fn flu_36_days_to_come_are_not_missing() {
        let now = "2026-06-17T10:00:00Z".parse().expect("an instant");
        let week = sight(Span::Week, Step::Day, "2026-06-15", "2026-06-22");
        let shown = Shown::of(&found(vec![]), &week, now);
        assert_eq!((shown.slots.len(), shown.to), (3, day("2026-06-18")));
    }

    /// FLU-36: the month that is now ends with today: it lacks nothing that has not been.
    #[test]
    fn flu_36_the_rest_of_the_month_is_not_missing() {
        let now = "2026-11-22T10:00:00Z".parse().expect("an instant");
        let november = days::begin(day("2026-11-01"));
        for (count, mark) in [(22, Mark::Read), (21, Mark::Part)] {
            let all = found(vec![value(
                Register::OfftakeTotal,
                november,
                count * 1440,
                5,
            )]);
            let year = sight(Span::Year, Step::Month, "2026-01-01", "2027-01-01");
            let shown = Shown::of(&all, &year, now);
            assert_eq!((shown.slots.len(), shown.mark(10)), (11, mark));
            assert_eq!(shown.slots[10].end, days::begin(day("2026-11-23")));
        }
    }

    /// FLU-35: in one unit at a time, and nothing is counted twice where registers overlap.
    #[test]
    fn flu_35_one_unit_and_no_register_twice() {
        let at = days::begin(day("2026-06-15"));
        let all = found(vec![
            value(Register::OfftakeDay, at, 1440, 10),
            value(Register::OfftakeNight, at, 1440, 5),
            value(Register::OfftakeTotal, at, 1440, 15),
            value(Register::OfftakeVolume, at, 1440, 99),
        ]);
        let mut one = sight(Span::Week, Step::Day, "2026-06-15", "2026-06-16");
        let shown = Shown::of(&all, &one, later());
        assert_eq!(
            shown.sum(0, Direction::Offtake).map(|it| it.value),
            Some(15)
        );
        assert_eq!(shown.series.len(), 3);
        one.unit = Unit::CubicMetre;
        let shown = Shown::of(&all, &one, later());
        assert_eq!(
            shown.sum(0, Direction::Offtake).map(|it| it.value),
            Some(99)
        );
        assert_eq!(shown.series.len(), 1);
    }

    /// FLU-34: a connection that is to be masked is named by the ends of its number only.
    #[test]
    fn flu_34_a_masked_connection_shows_eight_digits() {
        assert_eq!(
            Naming::Masked.of("541448800200007298"),
            "5414..........7298"
        );
        assert_eq!(Naming::Masked.of("541"), "..........");
        assert_eq!(Naming::Whole.of("541448800200007298"), "541448800200007298");
    }

    proptest! {
        /// FLU-38: in whatever steps, a period adds up to the same, and no minute is lost or there twice.
        #[test]
        fn flu_38_every_step_adds_up(from in 0_u64..800, length in 1_u64..370, hole in 0_i64..370) {
            let from = day("2024-12-20").checked_add_days(chrono::Days::new(from)).expect("a day");
            let to = from.checked_add_days(chrono::Days::new(length)).expect("a day");
            let window = Window { from, to, cut_by: None };
            let mut totals = Vec::new();
            for step in [Step::Day, Step::Week, Step::Month] {
                let mut sums: BTreeMap<DateTime<Utc>, (i64, i64)> = BTreeMap::new();
                for (n, day) in (0_i64..).zip(from.iter_days().take_while(|day| *day < to)) {
                    if n != hole {
                        let sum = sums.entry(step.begin(days::begin(day))).or_default();
                        sum.0 += 7 + n;
                        sum.1 += days::stretches(day, 1);
                    }
                }
                let values = sums.iter()
                    .map(|(at, (sum, covered))| value(Register::OfftakeTotal, *at, *covered, *sum));
                let all = found(values.collect());
                let sight = Sight { window, ..sight(Span::Year, step, "2025-01-01", "2025-01-02") };
                let shown = Shown::of(&all, &sight, later());
                let minutes: i64 = shown.slots.iter().map(Slot::minutes).sum();
                prop_assert_eq!(TimeDelta::minutes(minutes), days::begin(to) - days::begin(from));
                totals.push(shown.total(Direction::Offtake));
            }
            prop_assert!(totals.windows(2).all(|two| two[0] == two[1]), "{:?}", totals);
        }
    }
}
