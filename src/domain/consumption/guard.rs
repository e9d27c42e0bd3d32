//! What may be seen of the consumption of a connection under a mandate, and which rule says no
//! (processes.md 2.8; FLU-02, 26, 27, 28, 30, 31, 32, 36). One pure function answers screen, command
//! line, export and service alike.
//!
//! This module must not know: how consumption is stored, who asks.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Energy, Grain, days};

/// Which data a mandate covers (FLU-25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// Volumes per day.
    Day,
    /// Per quarter of an hour or hour (FLU-03).
    Fine,
    /// Both.
    DayAndFine,
}

impl Granularity {
    /// The keys of the choice, in order.
    pub const KEYS: &'static [&'static str] = &["day", "fine", "day_and_fine"];

    /// The one of that key.
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "day" => Some(Self::Day),
            "fine" => Some(Self::Fine),
            "day_and_fine" => Some(Self::DayAndFine),
            _ => None,
        }
    }

    /// Whether day volumes were asked for.
    pub fn has_days(self) -> bool {
        matches!(self, Self::Day | Self::DayAndFine)
    }

    /// Whether the finer data were asked for.
    pub fn has_fine(self) -> bool {
        matches!(self, Self::Fine | Self::DayAndFine)
    }
}

/// Where a mandate stands, as far as reading goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Asked for, not approved yet, or rejected.
    NotApproved,
    /// In force.
    Active,
    /// Ended by the customer or the grid user.
    Ended,
    /// Its three years are over.
    Expired,
}

/// A mandate, as far as reading goes. Days are local; ends are the first day that is not shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// Where it stands.
    pub standing: Standing,
    /// What is delivered at its connection.
    pub energy: Energy,
    /// Which data it covers.
    pub granularity: Granularity,
    /// First day of the period that the customer chose (FLU-27).
    pub period_from: NaiveDate,
    /// End of that period, if it has one.
    pub period_to: Option<NaiveDate>,
    /// When the grid user changed (FLU-30).
    pub effective: Option<NaiveDate>,
    /// The instant at which it ends by itself (FLU-28).
    pub valid_until: Option<DateTime<Utc>>,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Span {
    /// The days of the one that holds a day; the end is not its own.
    pub fn around(self, day: NaiveDate) -> (NaiveDate, NaiveDate) {
        let (from, to) = match self {
            Self::Week => {
                let from = days::monday(day);
                (from, from.checked_add_days(Days::new(7)))
            }
            Self::Month => {
                let from = days::first_of_month(day);
                (from, from.checked_add_months(Months::new(1)))
            }
            Self::Year => {
                let from = days::first_of_year(day);
                (from, from.checked_add_months(Months::new(12)))
            }
        };
        (from, to.unwrap_or(NaiveDate::MAX))
    }
}

/// What somebody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// How much.
    pub span: Span,
    /// A day in it.
    pub day: NaiveDate,
    /// Per quarter-hour, hour, day or month.
    pub grain: Grain,
}

/// What may be seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first day.
    pub from: NaiveDate,
    /// The first day that is not seen any more.
    pub to: NaiveDate,
    /// The rule by which a part of the wish is not seen, if any is.
    pub cut_by: Option<Rule>,
}

/// A rule that hides something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Outside the period that the customer chose.
    #[serde(rename = "FLU-27")]
    Period,
    /// After the grid user changed.
    #[serde(rename = "FLU-31")]
    Effective,
}

impl Rule {
    /// Its id.
    pub fn id(self) -> &'static str {
        match self {
            Self::Period => "FLU-27",
            Self::Effective => "FLU-31",
        }
    }
}

/// Why nothing may be seen. Texts: `refusal.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.0)]
pub struct Hidden(pub (&'static str, &'static str));

impl Hidden {
    /// The key of its text.
    pub fn key(self) -> &'static str {
        self.0.0
    }

    /// The rule that says so.
    pub fn rule(self) -> &'static str {
        self.0.1
    }
}

const NOT_APPROVED: Hidden = Hidden(("mandate_not_approved", "FLU-24"));
const ENDED: Hidden = Hidden(("mandate_ended", "FLU-32"));
const EXPIRED: Hidden = Hidden(("mandate_expired", "FLU-28"));
const NO_GAS_QUARTERS: Hidden = Hidden(("gas_per_hour_only", "FLU-02"));
const NOT_PER_HOUR: Hidden = Hidden(("electricity_per_quarter", "FLU-02"));
const NO_FINE: Hidden = Hidden(("fine_not_shared", "FLU-03"));
const FINE_WEEK_ONLY: Hidden = Hidden(("fine_by_week_only", "FLU-26"));
const NO_DAYS: Hidden = Hidden(("days_not_shared", "FLU-36"));
const DAYS_FOR_LONGER: Hidden = Hidden(("days_needed_for_longer", "FLU-26"));
const OUTSIDE: Hidden = Hidden(("outside_shared_period", "FLU-27"));
const AFTER_CHANGE: Hidden = Hidden(("after_grid_user_changed", "FLU-31"));

impl Mandate {
    /// The first day that is not shared, whatever set it, and the rule that did. Whichever comes first
    /// counts: a scenario never moves an end to later (FLU-30).
    pub fn cap(&self) -> Option<(NaiveDate, Rule)> {
        match (self.period_to, self.effective) {
            (Some(end), Some(change)) if end < change => Some((end, Rule::Period)),
            (_, Some(change)) => Some((change, Rule::Effective)),
            (Some(end), None) => Some((end, Rule::Period)),
            (None, None) => None,
        }
    }

    /// What may be seen of a wish at the legal instant `now`; else why nothing.
    pub fn window(&self, wish: Wish, now: DateTime<Utc>) -> Result<Window, Hidden> {
        self.stands(now)?;
        self.covers(wish)?;
        let (from, to) = wish.span.around(wish.day);
        let mut window = Window {
            from,
            to,
            cut_by: None,
        };
        if from < self.period_from {
            window.from = self.period_from;
            window.cut_by = Some(Rule::Period);
        }
        let mut none = OUTSIDE;
        if let Some((end, rule)) = self.cap().filter(|(end, _)| *end < to) {
            window.to = end;
            window.cut_by = Some(rule);
            if rule == Rule::Effective && to > self.period_from {
                none = AFTER_CHANGE;
            }
        }
        if window.from < window.to {
            Ok(window)
        } else {
            Err(none)
        }
    }

    fn stands(&self, now: DateTime<Utc>) -> Result<(), Hidden> {
        let is_over = self.valid_until.is_some_and(|end| end <= now);
        match self.standing {
            Standing::NotApproved => Err(NOT_APPROVED),
            Standing::Ended => Err(ENDED),
            Standing::Expired => Err(EXPIRED),
            Standing::Active if is_over => Err(EXPIRED),
            Standing::Active => Ok(()),
        }
    }

    fn covers(&self, wish: Wish) -> Result<(), Hidden> {
        let is_week = wish.span == Span::Week;
        match wish.grain {
            Grain::Quarter if self.energy == Energy::Gas => Err(NO_GAS_QUARTERS),
            Grain::Hour if self.energy == Energy::Electricity => Err(NOT_PER_HOUR),
            Grain::Quarter | Grain::Hour if !self.granularity.has_fine() => Err(NO_FINE),
            Grain::Quarter | Grain::Hour if !is_week => Err(FINE_WEEK_ONLY),
            Grain::Quarter | Grain::Hour => Ok(()),
            Grain::Day | Grain::Month if self.granularity.has_days() => Ok(()),
            Grain::Day | Grain::Month if is_week => Err(NO_DAYS),
            Grain::Day | Grain::Month => Err(DAYS_FOR_LONGER),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::domain::consumption) fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn now() -> DateTime<Utc> {
        "2026-11-16T08:00:00Z".parse().expect("an instant")
    }

    pub(in crate::domain::consumption) fn mandate(granularity: Granularity) -> Mandate {
        Mandate {
            standing: Standing::Active,
            energy: Energy::Electricity,
            granularity,
            period_from: day("2025-01-01"),
            period_to: Some(day("2026-12-31")),
            effective: None,
            valid_until: Some("2029-11-16T23:00:00Z".parse().expect("an instant")),
        }
    }

    fn wish(span: Span, grain: Grain) -> Wish {
        let day = day("2026-06-17");
        Wish { span, day, grain }
    }

    fn refused(mandate: &Mandate, wish: Wish) -> (&'static str, &'static str) {
        mandate.window(wish, now()).expect_err("hidden").0
    }

    /// FLU-02: gas has no quarter-hours, electricity is not kept per hour.
    #[test]
    fn flu_02_what_does_not_exist_cannot_be_seen() {
        let mut gas = mandate(Granularity::DayAndFine);
        gas.energy = Energy::Gas;
        let quarters = wish(Span::Week, Grain::Quarter);
        assert_eq!(refused(&gas, quarters).1, "FLU-02");
        assert!(gas.window(wish(Span::Week, Grain::Hour), now()).is_ok());
        let electricity = mandate(Granularity::DayAndFine);
        assert_eq!(
            refused(&electricity, wish(Span::Week, Grain::Hour)).1,
            "FLU-02"
        );
        assert!(electricity.window(quarters, now()).is_ok());
    }

    /// FLU-03, FLU-25: the finer data are there for who asked for them.
    #[test]
    fn flu_03_fine_data_must_have_been_asked_for() {
        let days = mandate(Granularity::Day);
        let found = refused(&days, wish(Span::Week, Grain::Quarter));
        assert_eq!(found, ("fine_not_shared", "FLU-03"));
    }

    /// FLU-26: fine data by the week only; month and year need day data as well.
    #[test]
    fn flu_26_fine_data_are_seen_by_week_only() {
        let both = mandate(Granularity::DayAndFine);
        for span in [Span::Month, Span::Year] {
            let found = refused(&both, wish(span, Grain::Quarter));
            assert_eq!(found, ("fine_by_week_only", "FLU-26"));
            assert!(both.window(wish(span, Grain::Day), now()).is_ok());
            let fine = mandate(Granularity::Fine);
            let found = refused(&fine, wish(span, Grain::Day));
            assert_eq!(found, ("days_needed_for_longer", "FLU-26"));
        }
    }

    /// FLU-36: with day data week, month and year.
    #[test]
    fn flu_36_day_data_are_seen_by_week_month_and_year() {
        let days = mandate(Granularity::Day);
        let span = |span| {
            let window = days.window(wish(span, Grain::Day), now()).expect("seen");
            (window.from, window.to, window.cut_by)
        };
        assert_eq!(
            span(Span::Week),
            (day("2026-06-15"), day("2026-06-22"), None)
        );
        assert_eq!(
            span(Span::Month),
            (day("2026-06-01"), day("2026-07-01"), None)
        );
        let year = (day("2026-01-01"), day("2026-12-31"), Some(Rule::Period));
        assert_eq!(span(Span::Year), year);
        let fine = mandate(Granularity::Fine);
        let found = refused(&fine, wish(Span::Week, Grain::Day));
        assert_eq!(found, ("days_not_shared", "FLU-36"));
    }

    /// FLU-27: only the period that the customer chose.
    #[test]
    fn flu_27_nothing_outside_the_chosen_period() {
        let days = mandate(Granularity::Day);
        let at = |text| Wish {
            day: day(text),
            ..wish(Span::Month, Grain::Day)
        };
        assert_eq!(refused(&days, at("2024-12-31")).1, "FLU-27");
        assert_eq!(refused(&days, at("2027-01-01")).1, "FLU-27");
        assert!(days.window(at("2025-01-01"), now()).is_ok());
    }

    /// FLU-30, FLU-31: the earlier of period end and change counts, and its day is hidden.
    #[test]
    fn flu_31_nothing_from_the_effective_date_on() {
        let mut moved = mandate(Granularity::Day);
        moved.effective = Some(day("2026-06-17"));
        let window = moved.window(wish(Span::Week, Grain::Day), now());
        let window = window.expect("two days");
        assert_eq!(
            (window.from, window.to),
            (day("2026-06-15"), day("2026-06-17"))
        );
        assert_eq!(window.cut_by, Some(Rule::Effective));
        let later = Wish {
            day: day("2026-06-22"),
            ..wish(Span::Week, Grain::Day)
        };
        assert_eq!(
            refused(&moved, later),
            ("after_grid_user_changed", "FLU-31")
        );
        moved.period_to = Some(day("2026-05-01"));
        assert_eq!(moved.cap(), Some((day("2026-05-01"), Rule::Period)));
    }

    /// FLU-28, FLU-32: an ended mandate shows nothing, an expired one from its last instant on.
    #[test]
    fn flu_32_access_stops_with_the_mandate() {
        let mut over = mandate(Granularity::Day);
        let week = wish(Span::Week, Grain::Day);
        for (standing, rule) in [
            (Standing::NotApproved, "FLU-24"),
            (Standing::Ended, "FLU-32"),
            (Standing::Expired, "FLU-28"),
        ] {
            over.standing = standing;
            assert_eq!(refused(&over, week).1, rule);
        }
        over.standing = Standing::Active;
        over.valid_until = Some(now());
        assert_eq!(refused(&over, week).1, "FLU-28");
        over.valid_until = Some(now() + chrono::TimeDelta::seconds(1));
        assert!(over.window(week, now()).is_ok());
    }

    proptest! {
        /// Whatever is asked of whatever mandate: nothing outside its period, nothing after its cap.
        #[test]
        fn flu_31_no_wish_reaches_beyond_what_is_shared(
            from in 0_u64..1500, length in 0_u64..900, change in proptest::option::of(0_u64..2000),
            asked in 0_u64..2500, span in 0_usize..3, grain in 0_usize..4, which in 0_usize..3,
        ) {
            let base = day("2024-01-01");
            let plus = |days| base.checked_add_days(Days::new(days)).expect("a day");
            let mut mandate = mandate([Granularity::Day, Granularity::Fine, Granularity::DayAndFine][which]);
            mandate.period_from = plus(from);
            mandate.period_to = Some(plus(from + length));
            mandate.effective = change.map(plus);
            let wish = Wish {
                span: [Span::Week, Span::Month, Span::Year][span],
                day: plus(asked),
                grain: [Grain::Quarter, Grain::Hour, Grain::Day, Grain::Month][grain],
            };
            if let Ok(window) = mandate.window(wish, now()) {
                let (first, last) = wish.span.around(wish.day);
                prop_assert!(window.from >= mandate.period_from && window.from >= first);
                prop_assert!(window.to <= plus(from + length) && window.to <= last);
                prop_assert!(mandate.effective.is_none_or(|change| window.to <= change));
                prop_assert!(window.from < window.to);
                prop_assert!(!wish.grain.is_fine() || wish.span == Span::Week);
            }
        }
    }
}
