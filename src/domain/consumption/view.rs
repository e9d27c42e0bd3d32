//! Which consumption somebody looks at: how much, in steps of what, around which day. Moving from one
//! period to the next is the same for the screen and whatever else turns pages.

use chrono::{DateTime, NaiveDate, Utc};

use super::guard::{Hidden, Mandate, Span, Wish};
use super::shown::{Naming, Sight};
use super::{Energy, Step, Unit, days};

/// How much is looked at, in steps of what (FLU-26, FLU-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// How much.
    pub span: Span,
    /// A day in it.
    pub day: NaiveDate,
    /// In steps of what.
    pub step: Step,
}

/// The ways to look that the screen offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A week as it was measured (FLU-37).
    Fine,
    /// A week by days.
    Week,
    /// A month by days.
    Month,
    /// A year by months.
    Year,
}

impl View {
    /// That way, around a day.
    pub fn of(way: Way, day: NaiveDate, energy: Energy) -> Self {
        let (span, step) = match way {
            Way::Fine => (Span::Week, Step::Fine(energy)),
            Way::Week => (Span::Week, Step::Day),
            Way::Month => (Span::Month, Step::Day),
            Way::Year => (Span::Year, Step::Month),
        };
        Self { span, day, step }
    }

    /// Where looking begins: the last days that are shared and over, as finely as days are shared.
    pub fn first(mandate: &Mandate, now: DateTime<Utc>) -> Self {
        let today = days::of(now);
        // values come a day late: a Monday would begin with an empty week
        let over = today.pred_opt().unwrap_or(today);
        let last = mandate.cap().and_then(|(end, _)| end.pred_opt());
        let day = last.map_or(over, |last| last.min(over));
        let way = if mandate.granularity.has_days() {
            Way::Week
        } else {
            Way::Fine
        };
        Self::of(way, day.max(mandate.period_from), mandate.energy)
    }

    /// The period before, or behind.
    #[must_use]
    pub fn turned(self, is_forward: bool) -> Self {
        let (from, to) = self.span.around(self.day);
        let day = if is_forward {
            to
        } else {
            from.pred_opt().unwrap_or(from)
        };
        Self { day, ..self }
    }

    /// Whether all of it lies behind today.
    pub fn is_ahead(self, now: DateTime<Utc>) -> bool {
        self.span.around(self.day).0 > days::of(now)
    }

    /// What may be seen of it; else which rule says no.
    pub fn sight(
        self,
        mandate: &Mandate,
        (unit, naming): (Unit, Naming),
        now: DateTime<Utc>,
    ) -> Result<Sight, Hidden> {
        let wish = Wish {
            span: self.span,
            day: self.day,
            grain: self.step.grain(),
        };
        Ok(Sight {
            span: self.span,
            step: self.step,
            window: mandate.window(wish, now)?,
            unit,
            naming,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::guard::Granularity;
    use super::super::guard::tests::{self as guard, day};
    use super::*;
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        "2026-11-18T08:00:00Z".parse().expect("an instant")
    }

    fn mandate(granularity: Granularity) -> Mandate {
        Mandate {
            period_to: None,
            valid_until: None,
            ..guard::mandate(granularity)
        }
    }

    /// FLU-36: looking begins with the last week of days; FLU-26: with quarter-hours where only they are
    /// shared; FLU-31: with the last week before the change of the grid user.
    #[test]
    fn flu_36_looking_begins_with_the_last_week_that_is_shared() {
        let first = View::first(&mandate(Granularity::DayAndFine), now());
        assert_eq!((first.day, first.step), (day("2026-11-17"), Step::Day));
        let monday = "2026-11-23T08:00:00Z".parse().expect("an instant");
        let first = View::first(&mandate(Granularity::DayAndFine), monday);
        assert_eq!(first.span.around(first.day).0, day("2026-11-16"));
        let fine = View::first(&mandate(Granularity::Fine), now());
        assert_eq!(fine.step, Step::Fine(Energy::Electricity));
        let mut moved = mandate(Granularity::Day);
        moved.effective = Some(day("2026-06-17"));
        assert_eq!(View::first(&moved, now()).day, day("2026-06-16"));
        let unit = (Unit::Kwh, Naming::Whole);
        assert!(
            View::first(&moved, now())
                .sight(&moved, unit, now())
                .is_ok()
        );
    }

    /// FLU-31: there is no page behind the capped end; FLU-26: fine data have no month.
    #[test]
    fn flu_31_there_is_no_page_behind_the_capped_end() {
        let mut moved = mandate(Granularity::DayAndFine);
        moved.effective = Some(day("2026-06-17"));
        let unit = (Unit::Kwh, Naming::Whole);
        for way in [Way::Fine, Way::Week, Way::Month] {
            let last = View::of(way, day("2026-06-16"), Energy::Electricity);
            let next = last.turned(true);
            let rule = next.sight(&moved, unit, now()).map_err(Hidden::rule);
            assert_eq!(rule, Err("FLU-31"), "{way:?}");
        }
    }

    proptest! {
        /// There and back again is the same period, and pages lie side by side.
        #[test]
        fn flu_36_pages_lie_side_by_side(add in 0_u64..4000, which in 0_usize..4) {
            let start = day("2020-01-01").checked_add_days(chrono::Days::new(add)).expect("a day");
            let way = [Way::Fine, Way::Week, Way::Month, Way::Year][which];
            let here = View::of(way, start, Energy::Electricity);
            let around = |view: View| view.span.around(view.day);
            prop_assert_eq!(around(here.turned(true)).0, around(here).1);
            prop_assert_eq!(around(here.turned(false)).1, around(here).0);
            prop_assert_eq!(around(here.turned(true).turned(false)), around(here));
        }
    }
}
