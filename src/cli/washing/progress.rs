//! How far the data wash has come, for people and for spreadsheets (DW-GEN-13, DW-GEN-14).

use chrono::NaiveDate;

use crate::cli::Shell;
use crate::store::wash::{CodeTotal, Milestone, Progress};

/// Per cent of the metering points that have none of these deviations open.
fn share(progress: &Progress, is_of: impl Fn(&CodeTotal) -> bool) -> f64 {
    let open: i64 = progress
        .codes
        .iter()
        .filter(|total| is_of(total))
        .map(open_of)
        .sum();
    if progress.points <= 0 {
        return 100.0;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of metering points are far smaller"
    )]
    let wrong = open as f64 / progress.points as f64;
    ((1.0 - wrong) * 100.0).clamp(0.0, 100.0)
}

fn open_of(total: &CodeTotal) -> i64 {
    (total.found - total.solved - total.gone).max(0)
}

/// Working days from tomorrow to the milestone, and how many deviations a day must end to reach it.
fn needed(
    progress: &Progress,
    milestone: &Milestone,
    is_open: impl Fn(NaiveDate) -> bool,
) -> (i64, i64) {
    let days = progress.today.iter_days().skip(1);
    let days = days.take_while(|day| *day <= milestone.day);
    let days = i64::try_from(days.filter(|day| is_open(*day)).count()).unwrap_or(i64::MAX);
    let open: i64 = progress
        .codes
        .iter()
        .filter(|total| milestone.codes.contains(&total.code))
        .map(open_of)
        .sum();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "counts of metering points are far smaller"
    )]
    let allowed = (progress.points as f64 * (100.0 - milestone.share) / 100.0).floor() as i64;
    let too_many = (open - allowed).max(0);
    (
        days,
        if days == 0 {
            too_many
        } else {
            (too_many + days - 1) / days
        },
    )
}

/// For people.
pub(super) fn say(progress: &Progress, is_open: impl Fn(NaiveDate) -> bool, shell: &Shell) {
    let texts = &shell.texts;
    for total in &progress.codes {
        let right = format!("{:.2}", share(progress, |one| one.code == total.code));
        let (open, found) = (open_of(total).to_string(), total.found.to_string());
        let values = [
            ("code", total.code.as_str()),
            ("share", &right),
            ("open", &open),
            ("found", &found),
        ];
        shell.say(&texts.fill("washing.share", &values));
    }
    for one in &progress.milestones {
        let (days, a_day) = needed(progress, one, &is_open);
        let now = share(progress, |total| one.codes.contains(&total.code));
        let values = [
            ("name", one.name.clone()),
            ("day", one.day.to_string()),
            ("codes", one.codes.join(" ")),
            ("wanted", format!("{:.2}", one.share)),
            ("share", format!("{now:.2}")),
            ("days", days.to_string()),
            ("needed", a_day.to_string()),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        shell.say(&texts.fill("washing.milestone", &values));
    }
    for week in &progress.weeks {
        let (found, ended) = (week.found.to_string(), week.ended.to_string());
        let values = [
            ("week", week.week.to_string()),
            ("code", week.code.clone()),
            ("found", found),
            ("ended", ended),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        shell.say(&texts.fill("washing.week", &values));
    }
}

/// One kind of row after the other, told apart by the first column.
pub(super) fn table(progress: &Progress, is_open: impl Fn(NaiveDate) -> bool, shell: &Shell) {
    shell.say("what,name,day,codes,found,ended,open,share,wanted,working_days,needed_a_day");
    for total in &progress.codes {
        let right = share(progress, |one| one.code == total.code);
        let ended = total.solved + total.gone;
        let (code, found, open) = (&total.code, total.found, open_of(total));
        shell.say(&format!(
            "code,{code},,{code},{found},{ended},{open},{right:.2},,,"
        ));
    }
    for week in &progress.weeks {
        let (day, code, found, ended) = (week.week, &week.code, week.found, week.ended);
        shell.say(&format!("week,,{day},{code},{found},{ended},,,,,"));
    }
    for one in &progress.milestones {
        let (days, a_day) = needed(progress, one, &is_open);
        let now = share(progress, |total| one.codes.contains(&total.code));
        let name = one.name.replace('"', "\"\"");
        let (day, codes, wanted) = (one.day, one.codes.join(" "), one.share);
        let line =
            format!("milestone,\"{name}\",{day},{codes},,,,{now:.2},{wanted:.2},{days},{a_day}");
        shell.say(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        let total = |code: &str, found, solved, gone| CodeTotal {
            code: code.to_owned(),
            found,
            solved,
            gone,
        };
        Progress {
            points: 1_000,
            codes: vec![total("A01", 100, 20, 10), total("I01", 40, 40, 0)],
            weeks: Vec::new(),
            milestones: Vec::new(),
            today: NaiveDate::from_ymd_opt(2026, 11, 13).unwrap_or_default(),
        }
    }

    /// DW-GEN-13: of a thousand points seventy are wrong; two per cent may be.
    #[test]
    fn dw_gen_13_shares_and_what_the_days_require() {
        let progress = progress();
        let of = |code: &'static str| share(&progress, move |total| total.code == code);
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
        assert_eq!(needed(&progress, &wanted, is_open), (10, 5));
        assert_eq!(
            needed(&progress, &milestone(93.0, "2026-11-27"), is_open),
            (10, 0)
        );
        // the day has come: all of it is due
        assert_eq!(
            needed(&progress, &milestone(98.0, "2026-11-13"), is_open),
            (0, 50)
        );
    }
}
