//! What the figures of the data wash say: how much is right, and what the days that are left require
//! (DW-GEN-13, DW-GEN-14).

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{CodeTotal, Milestone, Progress};

impl CodeTotal {
    /// How many are neither solved nor gone.
    pub fn open(&self) -> i64 {
        (self.found - self.solved - self.gone).max(0)
    }
}

/// A week of all codes together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
    /// Found in it.
    pub found: i64,
    /// Solved in it, or gone.
    pub ended: i64,
    /// Left open at its end.
    pub open: i64,
}

impl Progress {
    /// How many deviations with these codes are open.
    pub fn open_of(&self, is_of: impl Fn(&CodeTotal) -> bool) -> i64 {
        let codes = self.codes.iter().filter(|total| is_of(total));
        codes.map(CodeTotal::open).sum()
    }

    /// Per cent of the metering points that have none of these deviations open.
    pub fn share(&self, is_of: impl Fn(&CodeTotal) -> bool) -> f64 {
        if self.points <= 0 {
            return 100.0;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of metering points are far smaller"
        )]
        let wrong = self.open_of(is_of) as f64 / self.points as f64;
        ((1.0 - wrong) * 100.0).clamp(0.0, 100.0)
    }

    /// Working days from tomorrow to the milestone, and how many deviations a day must end to reach
    /// it.
    pub fn needed(
        &self,
        milestone: &Milestone,
        is_working: impl Fn(NaiveDate) -> bool,
    ) -> (i64, i64) {
        let days = self.today.iter_days().skip(1);
        let days = days.take_while(|day| *day <= milestone.day);
        let days = i64::try_from(days.filter(|day| is_working(*day)).count()).unwrap_or(i64::MAX);
        let open = self.open_of(|total| milestone.codes.contains(&total.code));
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "counts of metering points are far smaller"
        )]
        let allowed = (self.points as f64 * (100.0 - milestone.share) / 100.0).floor() as i64;
        let too_many = (open - allowed).max(0);
        let a_day = if days == 0 {
            too_many
        } else {
            (too_many + days - 1) / days
        };
        (days, a_day)
    }

    /// The burn-down: the last weeks, the oldest first, with what was left open at the end of each.
    pub fn burn_down(&self) -> Vec<Week> {
        let mut weeks: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
        for one in &self.weeks {
            let week = weeks.entry(one.week).or_default();
            *week = (week.0 + one.found, week.1 + one.ended);
        }
        let mut open = self.open_of(|_| true);
        let mut burnt: Vec<Week> = Vec::with_capacity(weeks.len());
        for (monday, (found, ended)) in weeks.into_iter().rev() {
            burnt.push(Week {
                monday,
                found,
                ended,
                open,
            });
            open = (open - found + ended).max(0);
        }
        burnt.reverse();
        burnt
    }
}

#[cfg(test)]
mod tests {
    use super::super::WeekTotal;
    use super::*;

    fn progress() -> Progress {
        let total = |code: &str, found, solved, gone| CodeTotal {
            code: code.to_owned(),
            found,
            solved,
            gone,
        };
        let week = |week: &str, code: &str, found, ended| WeekTotal {
            week: week.parse().unwrap_or_default(),
            code: code.to_owned(),
            found,
            ended,
        };
        Progress {
            points: 1_000,
            codes: vec![total("A01", 100, 20, 10), total("I01", 40, 40, 0)],
            weeks: vec![
                week("2026-11-02", "A01", 100, 0),
                week("2026-11-02", "I01", 40, 10),
                week("2026-11-09", "A01", 0, 30),
                week("2026-11-09", "I01", 0, 30),
            ],
            milestones: Vec::new(),
            today: NaiveDate::from_ymd_opt(2026, 11, 13).unwrap_or_default(),
        }
    }

    /// DW-GEN-13: of a thousand points seventy are wrong; two per cent may be.
    #[test]
    fn dw_gen_13_shares_and_what_the_days_require() {
        let progress = progress();
        let of = |code: &'static str| progress.share(move |total| total.code == code);
        assert!((of("A01") - 93.0).abs() < 1e-9 && (of("I01") - 100.0).abs() < 1e-9);
        let milestone = |share, day: &str| Milestone {
            name: "consistency".to_owned(),
            day: day.parse().unwrap_or_default(),
            codes: vec!["A01".to_owned()],
            share,
        };
        let is_open = |day: NaiveDate| chrono::Datelike::weekday(&day).number_from_monday() < 6;
        // from Friday the 13th: ten working days until Friday the 27th, fifty too many
        let wanted = milestone(98.0, "2026-11-27");
        assert_eq!(progress.needed(&wanted, is_open), (10, 5));
        let reached = milestone(93.0, "2026-11-27");
        assert_eq!(progress.needed(&reached, is_open), (10, 0));
        // the day has come: all of it is due
        let come = milestone(98.0, "2026-11-13");
        assert_eq!(progress.needed(&come, is_open), (0, 50));
    }

    /// DW-GEN-14: seventy are open now; sixty ended this week, so 130 were at the end of the last.
    #[test]
    fn dw_gen_14_the_burn_down_says_what_was_open_at_the_end_of_each_week() {
        let weeks = progress().burn_down();
        let open: Vec<_> = weeks
            .iter()
            .map(|it| (it.found, it.ended, it.open))
            .collect();
        assert_eq!(open, [(140, 10, 130), (0, 60, 70)]);
    }
}
